//! Targets for a coverage-guided fuzzer: what reads bytes of others in the library and in the tool. `run.sh` builds and
//! runs them, `tests/replay.rs` feeds them what is kept in `corpus`. The C border's target is in `border`.

// The tool's own sources: a binary has no library to link with.
#[path = "../../cli/src/activations.rs"]
#[allow(dead_code, reason = "a target uses its part")]
mod activations;
#[path = "../../cli/src/failure.rs"]
#[allow(dead_code, reason = "a target uses its part")]
mod failure;
#[path = "../../cli/src/net.rs"]
#[allow(dead_code, reason = "a target uses its part")]
mod net;
#[path = "../../cli/src/read.rs"]
#[allow(dead_code, reason = "a target uses its part")]
mod read;
#[path = "../../cli/src/table.rs"]
#[allow(dead_code, reason = "a target uses its part")]
mod table;
#[path = "../../cli/src/export/weights.rs"]
#[allow(dead_code, reason = "a target uses its part")]
mod weights;

mod objects;

pub mod nets;
pub mod printed;
pub mod records;
pub mod snapshots;
pub mod stores;
pub mod tables;

/// The tool's module of this name prints; nothing is printed here.
mod score {
    use crate::failure::Failure;
    use std::io::{Result, Write, sink};

    pub fn print(
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> std::result::Result<(), Failure> {
        write(&mut sink()).map_err(|cause| crate::failure::data(cause.to_string()))
    }
}

/// A target's name in C and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Makes each target a function of C, and lists all.
macro_rules! targets {
    ($($name:ident: $module:ident),*) => {
        /// All targets but the border.
        pub const TARGETS: &[Target] = &[$((stringify!($name), $module::run)),*];

        $(
            /// The target for libFuzzer.
            ///
            /// # Safety
            /// `data` points to `size` bytes.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(data: *const u8, size: usize) -> i32 {
                // SAFETY: libFuzzer's promise. An empty input may come without a place.
                let data = if size == 0 { &[] } else { unsafe { std::slice::from_raw_parts(data, size) } };
                $module::run(data);
                0
            }
        )*
    };
}

targets!(fuzz_records: records, fuzz_printed: printed, fuzz_tables: tables, fuzz_nets: nets,
    fuzz_snapshots: snapshots,
    fuzz_stores: stores);

/// The fuzzer's bytes as choices; once they are used up all of it is 0.
pub struct Choices<'a>(pub &'a [u8]);

impl<'a> Choices<'a> {
    /// One byte.
    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// 0 to `n - 1`.
    pub fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n
    }

    /// At most `n` bytes.
    pub fn some(&mut self, n: usize) -> &'a [u8] {
        let (front, rest) = self.0.split_at(n.min(self.0.len()));
        self.0 = rest;
        front
    }
}
