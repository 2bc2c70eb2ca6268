//! Samples of scored rows: what the studies draw alike.

use super::journal::Generator;
use gleaner::sampler::{Alias, Item, Kept, Reservoir};
use gleaner::{Error, Scalar};
use std::cmp::Reverse;

/// Those who wait of a stream.
pub const WAITING: usize = 32;
/// Times the budget that a reservoir holds before it is thinned.
pub const MULTIPLE: usize = 4;

/// A row and its weight.
pub type Pick = (usize, f64);

/// Rows of kept samples, with their weights.
pub fn picks<T: Scalar>(kept: impl Iterator<Item = Kept<T>>) -> Vec<Pick> {
    kept.map(|kept| (kept.sequence as usize, kept.weight.wide()))
        .collect()
}

/// So many draws with replacement, by score.
pub fn replacement(
    scores: &[f64],
    budget: usize,
    generator: &mut Generator,
) -> Result<Vec<Pick>, Error> {
    let (cuts, aliases) = (vec![0.0; scores.len()], vec![0; scores.len()]);
    let table = Alias::new(scores, cuts, aliases)?;
    let draws = budget as u64;
    let draw = |_| {
        let draw = table.draw(generator).ok_or(Error::Score)?;
        Ok((draw.index, draw.weight(draws)))
    };
    (0..budget).map(draw).collect()
}

/// A VarOpt reservoir that has been offered all scores.
pub fn reservoir<T: Scalar>(
    scores: &[f64],
    budget: usize,
    generator: &mut Generator,
) -> Result<Reservoir<T, Vec<Item<T>>>, Error> {
    let mut reservoir = Reservoir::new(vec![Item::default(); budget + 1])?;
    for &score in scores {
        reservoir.offer(T::of(score), generator)?;
    }
    Ok(reservoir)
}

/// The threshold c at which `sum min(1, score / c)` is the budget.
pub fn threshold<T: Scalar>(scores: &[f64], budget: usize) -> T {
    let mut sorted = scores.to_vec();
    sorted.sort_by_key(|score| Reverse(score.to_bits()));
    let mut rest: f64 = sorted.iter().sum();
    for (stay, score) in sorted.iter().enumerate().take(budget) {
        let threshold = rest / (budget - stay) as f64;
        if *score <= threshold {
            return T::of(threshold);
        }
        rest -= score;
    }
    T::MIN_POSITIVE
}
