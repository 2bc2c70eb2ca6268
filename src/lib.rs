#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod adjoint;
mod bytes;
pub mod calibrate;
pub mod choose;
pub mod diagnose;
pub mod drift;
mod error;
pub mod explain;
pub mod factor;
pub mod fit;
pub mod kronecker;
pub mod model;
pub mod outlier;
pub mod plan;
pub mod record;
pub mod sampler;
mod scalar;
pub mod score;
pub mod selector;
pub mod sketch;
pub mod snapshot;
pub mod standardiser;
pub mod store;
mod sum;

pub use error::Error;
#[cfg(feature = "nalgebra")]
pub use nalgebra;
pub use rand_core;
pub use scalar::Scalar;
pub use sum::Sum;
