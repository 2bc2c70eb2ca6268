//! Numbers at random, subnormal ones among them.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro128PlusPlus;

/// The same for every measurement.
pub fn generator() -> Xoshiro128PlusPlus {
    Xoshiro128PlusPlus::seed_from_u64(7)
}

/// Uniform in [-1, 1), nowhere 0, so that no work is skipped.
pub fn fill(row: &mut [f32], generator: &mut Xoshiro128PlusPlus) {
    for entry in row {
        *entry = ((generator.next_u32() >> 8) as f32 + 0.5) * (1.0 / 8_388_608.0) - 1.0;
    }
}

/// Reading number `index`: every eighth one is subnormal, and every eighth one in a single entry.
pub fn reading(index: u32, row: &mut [f32], generator: &mut Xoshiro128PlusPlus) {
    const SUBNORMAL: f32 = 1e-41;
    fill(row, generator);
    match index % 8 {
        5 => row.iter_mut().for_each(|entry| *entry *= SUBNORMAL),
        2 => {
            if let Some(entry) = row.first_mut() {
                *entry *= SUBNORMAL;
            }
        }
        _ => {}
    }
}
