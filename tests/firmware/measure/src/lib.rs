//! Counts the instructions of the library's kernels on a Cortex-M4F, as Rust calls them.
//!
//! Linked with the start in `device` and `footprint/plain.c` and run in QEMU. A line a kernel: name, mean and
//! largest number of instructions. The panic handler calls a function that exists nowhere, so that linking
//! fails as soon as a panic path is left in what runs here.
#![no_std]

mod data;
mod kernels;
mod networks;
mod report;

unsafe extern "C" {
    safe fn gleaner_panic_path_left() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    gleaner_panic_path_left()
}

/// Runs all measurements; 0 where every call went well.
#[unsafe(no_mangle)]
pub extern "C" fn main() -> i32 {
    if !report::counter_is_right() {
        report::text(c"# the instruction counter is wrong\n");
        return 1;
    }
    match kernels::run().and_then(|()| networks::run()) {
        Ok(()) => 0,
        Err(_) => {
            report::text(c"# a kernel returned an error\n");
            1
        }
    }
}
