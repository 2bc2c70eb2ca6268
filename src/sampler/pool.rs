//! The VarOpt decision: which item of a pool leaves.

use super::Item;
use super::heap::at;
use crate::Scalar;
use crate::Sum;
use core::ops::Range;
use rand_core::Rng;

impl<T: Scalar> Sum<T> {
    /// The probability that an item leaves at this threshold, small ones relatively exact.
    pub(super) fn drop(self, score: T) -> T {
        ((self.high - score) + self.low) / self.high
    }

    /// Whether an item stays, by a uniform draw; then what is left of the draw, uniform in (0, score / threshold].
    /// Compares on the side where the probability is small, so that it is exact.
    pub(super) fn stays(self, score: T, uniform: T) -> Option<T> {
        let probability = score / self.high;
        if probability <= T::HALF {
            (uniform <= probability).then_some(uniform)
        } else {
            let drop = self.drop(score);
            (uniform > drop).then_some(uniform - drop)
        }
    }
}

/// The items of which one leaves: heavy ones that joined, light ones right behind them, and the newcomer if it is not
/// among the heavy.
pub(super) struct Pool {
    pub(super) joined: Range<usize>,
    pub(super) light: usize,
    pub(super) newcomer: Option<usize>,
}

impl Pool {
    /// Draws the index of the item that leaves.
    pub(super) fn victim<T: Scalar, G: Rng>(
        self,
        items: &[Item<T>],
        threshold: Sum<T>,
        scale: T,
        generator: &mut G,
    ) -> usize {
        let mut uniform = T::unit(generator);
        if let Some(newcomer) = self.newcomer {
            match threshold.stays(at(items, newcomer).score * scale, uniform) {
                Some(rest) => uniform = rest,
                None => return newcomer,
            }
        }
        let first_light = self.joined.end;
        for index in self.joined {
            let drop = threshold.drop(at(items, index).score * scale);
            if uniform <= drop {
                return index;
            }
            uniform -= drop;
        }
        if self.light > 0 {
            first_light.saturating_add(below(self.light, generator))
        } else {
            // Only rounding leads here: the drop probabilities sum to 1.
            first_light.saturating_sub(1)
        }
    }
}

/// A count as a scalar.
pub(super) fn count<T: Scalar>(count: usize) -> T {
    T::count(u64::try_from(count).unwrap_or(u64::MAX))
}

/// A uniform index in `0..count`, for count up to 2^32, from one 32-bit word; no draw for a count of 1.
pub(super) fn below<G: Rng>(count: usize, generator: &mut G) -> usize {
    if count <= 1 {
        return 0;
    }
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let index = u64::from(generator.next_u32()).wrapping_mul(count) >> 32;
    usize::try_from(index).unwrap_or(0)
}

/// Whether an event of this probability happens, by a uniform draw. Compares on the side where the probability is small,
/// so that it is exact.
pub(super) fn is_met<T: Scalar>(probability: Sum<T>, uniform: T) -> bool {
    if probability.high <= T::HALF {
        uniform <= probability.high
    } else {
        uniform > probability.distance(T::ONE)
    }
}
