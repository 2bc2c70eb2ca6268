//! VarOpt reservoir: exactly k kept, unbiased for every subset sum.
//!
//! Of the k + 1 items at hand, one leaves at each offer. With the threshold c at which
//! `sum min(1, score / c) = k`, item i leaves with probability `1 - min(1, score_i / c)`, where an item that has been
//! below an earlier threshold counts with that threshold as its score. Items above c are *heavy* and stay for
//! certain; the others are *light*, all of adjusted score c.
//!
//! The threshold is kept as a mean with compensation, never as a total: scores neither overflow nor are absorbed.
//!
//! Source: E. Cohen, N. Duffield, H. Kaplan, C. Lund, M. Thorup, "Efficient stream sampling for variance-optimal
//! estimation of subset sums", SIAM J. Comput. 40 (2011), sections 2 and 3.

use super::{Item, Kept, MOST_SEEN, Outcome};
use crate::Sum;
use crate::{Error, Scalar};
use rand_core::Rng;

/// Everything of a reservoir but its items: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct ReservoirState<T> {
    /// Samples offered since the last clear.
    pub seen: u64,
    /// Heavy items, a heap at the front of the memory, lowest score first.
    pub heavy: usize,
    /// Light items, behind the heavy ones, all of adjusted score `threshold`.
    pub light: usize,
    /// Threshold; 0 until a sample had to leave.
    pub threshold: T,
    /// What the threshold's rounding left out.
    pub compensation: T,
    /// The free slot.
    pub free: u32,
}

impl<T: Scalar> ReservoirState<T> {
    /// Refuses a state that no reservoir of so many slots has.
    pub(crate) fn check(&self, slots: usize) -> Result<(), Error> {
        if slots == 0 || u32::try_from(slots).is_err() {
            return Err(Error::Length("items"));
        }
        let kept = self
            .heavy
            .checked_add(self.light)
            .ok_or(Error::Length("items"))?;
        if kept >= slots {
            return Err(Error::Length("items"));
        }
        // Light items begin with the first sample that leaves; there is room beside them once it has been thinned.
        let is_consistent = if self.light == 0 {
            self.threshold == T::ZERO && self.compensation == T::ZERO
        } else {
            self.threshold > T::ZERO
                && self.threshold <= T::MAX
                && self.compensation.abs() <= self.threshold
        };
        let is_consistent =
            is_consistent && u32::try_from(slots).is_ok_and(|slots| self.free < slots);
        let is_counted =
            u64::try_from(kept).is_ok_and(|kept| kept <= self.seen) && self.seen <= MOST_SEEN;
        if !(is_consistent && is_counted) {
            return Err(Error::Range("state"));
        }
        Ok(())
    }

    /// Refuses an offer to a reservoir that has been thinned.
    pub(crate) fn check_open(&self, slots: usize) -> Result<(), Error> {
        let room = slots.saturating_sub(1).saturating_sub(self.heavy);
        if self.light > 0 && self.light < room {
            return Err(Error::Thinned);
        }
        Ok(())
    }

    /// As [`Reservoir::clear`].
    pub fn clear(&mut self) {
        *self = ReservoirState {
            free: self.free,
            ..ReservoirState::default()
        };
    }

    /// The score of kept item `index`, adjusted by the threshold where it is light.
    pub(super) fn adjusted(&self, index: usize, score: T) -> T {
        if index < self.heavy {
            score
        } else {
            score.max(self.threshold)
        }
    }

    /// Kept item `index` with its weight.
    pub(super) fn weighted(&self, index: usize, item: &Item<T>) -> Kept<T> {
        let adjusted = self.adjusted(index, item.score);
        item.kept((adjusted / item.score).min(T::MAX))
    }

    pub(super) fn mean(&self) -> Sum<T> {
        Sum {
            high: self.threshold,
            low: self.compensation,
        }
    }
}

/// A VarOpt reservoir of k = `items.len() - 1` kept samples and k + 1 slots, 0 to k.
///
/// A slot is a place for a payload in the caller's memory; one is always free. Write the next payload there, offer its
/// score, and go on with the slot that the outcome names. No live payload is ever overwritten.
///
/// Each kept sample has the weight `max(score, threshold) / score`, which is 1 / inclusion probability. For every
/// subset of the stream, the sum of `score * weight` over its kept members is unbiased for its sum of scores, also
/// where scores depend on the stream so far and on past picks; over all members it is exact.
///
/// ```
/// use gleaner::sampler::{Item, Reservoir};
/// use rand_xoshiro::{Xoshiro128PlusPlus, rand_core::SeedableRng};
///
/// let mut generator = Xoshiro128PlusPlus::seed_from_u64(1);
/// let mut payloads = [0_u32; 5];
/// let mut sampler = Reservoir::new([Item::<f32>::default(); 5])?;
/// for reading in 1..=100 {
///     payloads[sampler.free() as usize] = reading;
///     sampler.offer(reading as f32, &mut generator)?;
/// }
/// let total: f32 = sampler.drain().map(|kept| kept.weight * payloads[kept.slot as usize] as f32).sum();
/// assert!((total - 5050.0).abs() < 0.01);
/// # Ok::<(), gleaner::Error>(())
/// ```
///
/// Memory: k + 1 items and the state. Slots newly kept over n equal scores: about `k (1 + ln(n / k))`.
#[derive(Clone, Copy, Debug)]
pub struct Reservoir<T, I> {
    pub(super) state: ReservoirState<T>,
    pub(super) items: I,
}

impl<T: Scalar, I: AsRef<[Item<T>]>> Reservoir<T, I> {
    /// An empty reservoir in memory of k + 1 items, whose content does not matter.
    ///
    /// # Errors
    /// `Length` for no items, or more than slots can number.
    pub fn new(items: I) -> Result<Self, Error> {
        Self::attach(ReservoirState::default(), items)
    }

    /// Joins a state and the items it was detached from.
    ///
    /// # Errors
    /// `Length` where the items cannot hold what the state counts; `Range` where the state contradicts itself. The
    /// items themselves are not read.
    pub fn attach(state: ReservoirState<T>, items: I) -> Result<Self, Error> {
        state.check(items.as_ref().len())?;
        Ok(Reservoir { state, items })
    }

    /// Takes state and items apart.
    pub fn detach(self) -> (ReservoirState<T>, I) {
        (self.state, self.items)
    }

    /// The state.
    pub fn state(&self) -> ReservoirState<T> {
        self.state
    }

    pub(crate) fn inner(&self) -> (ReservoirState<T>, &[Item<T>]) {
        (self.state, self.items.as_ref())
    }

    /// Drops all samples, for a new period. The free slot stays free.
    pub fn clear(&mut self) {
        self.state.clear();
    }

    /// The free slot, 0 to k: where the next payload goes.
    pub fn free(&self) -> u32 {
        self.state.free
    }

    /// Number of kept samples, at most k.
    pub fn len(&self) -> usize {
        self.state.heavy.saturating_add(self.state.light)
    }

    /// Nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The threshold: a score above it is kept for certain. 0 until a sample had to leave.
    pub fn threshold(&self) -> T {
        self.state.threshold
    }

    /// The kept sample `index`, `0..len()`, in no order that means anything; its weight is final once the stream has
    /// ended.
    pub fn kept(&self, index: usize) -> Option<Kept<T>> {
        if index >= self.len() {
            return None;
        }
        let item = self.items.as_ref().get(index)?;
        Some(self.state.weighted(index, item))
    }

    /// All kept samples with their weights. Nothing is removed.
    pub fn drain(&self) -> impl Iterator<Item = Kept<T>> + '_ {
        (0..self.len()).filter_map(|index| self.kept(index))
    }
}

impl<T: Scalar, I: AsRef<[Item<T>]> + AsMut<[Item<T>]>> Reservoir<T, I> {
    /// Takes over a state; its items are to be written.
    pub(crate) fn replace(&mut self, state: ReservoirState<T>) -> &mut [Item<T>] {
        self.state = state;
        self.items.as_mut()
    }

    /// Offers the sample in the free slot.
    ///
    /// A score of 0 is counted and never kept. Inclusion is right to 2^-32 (f32) or 2^-64 (f64) and to rounding.
    /// Scores should be normal numbers: below the smallest normal, division by k loses them.
    ///
    /// Draws: none for a score of 0 and while there is room; else one [`Scalar::unit`], and one 32-bit word more where
    /// one of several light items has to leave. Cost: O(1) for most offers, O(log k) where the heap moves, which is
    /// once for each item that enters or leaves it; O(k) more where a score is above a quarter of the largest value.
    ///
    /// # Errors
    /// `Score` for a negative, NaN or infinite score; `Range` where the threshold would leave the scalar's range;
    /// `Thinned` behind [`Reservoir::thin`]. Then
    /// nothing has changed, and no draw was used.
    pub fn offer<G: Rng>(&mut self, score: T, generator: &mut G) -> Result<Outcome<T>, Error> {
        self.state.offer(self.items.as_mut(), score, generator)
    }
}
