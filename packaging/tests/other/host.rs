//! The other archive for a host: with Rust's standard library in it, and a panic that it catches itself.

unsafe extern "C" {
    safe fn other_panicked();
}

/// Mean of values; 0 where there are none.
///
/// # Safety
///
/// `values` points to `count` values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn other_mean(values: *const u32, count: usize) -> u32 {
    // SAFETY: the caller's promise.
    let values = unsafe { std::slice::from_raw_parts(values, count) }.to_vec();
    std::panic::catch_unwind(|| values.iter().sum::<u32>() / values.len() as u32).unwrap_or_else(|_| {
        other_panicked();
        0
    })
}
