//! Draws, and moments of numbers.

use gleaner::Scalar;
use gleaner::rand_core::Rng;

/// A uniform draw from `0..bound`, bound above 0.
pub fn below<G: Rng>(generator: &mut G, bound: usize) -> usize {
    ((f64::unit(generator) * bound as f64) as usize).min(bound - 1)
}

/// Mean and population standard deviation; 0 of no numbers.
pub fn mean_and_deviation(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
    (mean, variance.sqrt())
}
