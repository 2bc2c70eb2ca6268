//! The readings of `tests/c/net.h`, and their standardiser.

use gleaner::Scalar;

/// Features of a reading.
pub const INPUTS: usize = 3;
/// Means of the standardiser.
pub const MEAN: [f64; INPUTS] = [0.25, -0.5, 1.0];
/// Its scales.
pub const SCALE: [f64; INPUTS] = [2.0, 0.5, 1.5];

/// A reading as the sensor gives it.
pub fn reading<T: Scalar>(i: u32) -> [T; INPUTS] {
    let mut word = i.wrapping_mul(2654435761).wrapping_add(12345);
    let mut x = [0; INPUTS].map(|_: i32| {
        word = word.wrapping_mul(1664525).wrapping_add(1013904223);
        T::of(f64::from((word >> 20) as i32 - 2048) / 512.0)
    });
    if i.is_multiple_of(97) {
        x[0] *= T::of(8.0);
    }
    x
}
