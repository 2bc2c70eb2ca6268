//! A mean that panics where there is nothing to average, and the handler that says so.
#![no_std]

// Named nowhere else: without this the compiler would leave its entry points out.
#[cfg(feature = "gleaner")]
extern crate gleaner_c;

use core::panic::PanicInfo;

unsafe extern "C" {
    safe fn other_panicked() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    other_panicked()
}

/// Mean of values in double precision, which takes the compiler's helper functions, as gleaner does.
///
/// # Safety
///
/// `values` points to `count` values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn other_mean(values: *const u32, count: usize) -> u32 {
    assert!(count > 0, "nothing to average");
    // SAFETY: the caller's promise.
    let values = unsafe { core::slice::from_raw_parts(values, count) };
    let sum: f64 = values.iter().map(|value| f64::from(*value)).sum();
    (sum / count as f64) as u32
}
