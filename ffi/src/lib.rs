//! The C face of gleaner: check, convert, call, map.
//!
//! The entry points in `single` are ordinary Rust for `f32`; the build script writes those for `f64`
//! from their text, and the C header from both. What a caller promises (buffers of the stated length,
//! which do not overlap and which nobody else writes during a call) stands at the top of the header.
#![no_std]
#![deny(missing_docs)]
// Every entry point takes raw pointers under the same promise, which the header states once.
#![allow(clippy::missing_safety_doc, unsafe_op_in_unsafe_fn)]
// A call with its object, inputs and outputs, each buffer with its length, is long.
#![allow(clippy::too_many_arguments)]
// The comments are the C header's: brackets are intervals there.
#![allow(rustdoc::broken_intra_doc_links)]
// C's names.
#![allow(non_camel_case_types)]

// On hosts std brings the panic handler; nothing else of it is used.
#[cfg(not(target_os = "none"))]
extern crate std;

mod border;
mod convert;
mod library;
mod panic;
pub mod plan;
pub mod record;
pub mod single;
pub mod snapshot;
pub mod store;

/// The entry points in double precision, written by the build script from those in single precision.
#[allow(missing_docs, reason = "the fields are described in single precision")]
pub mod double {
    include!(concat!(env!("OUT_DIR"), "/double.rs"));
}

pub use library::*;

/// Bytes of a generator's state.
const GENERATOR: usize = 16;
pub use snapshot::*;
