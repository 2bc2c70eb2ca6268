//! VarOpt reservoir: exactly k kept, unbiased for every subset sum.

use super::{Item, Kept, Outcome};
use crate::{Error, Scalar};
use rand_core::Rng;

/// Everything of a reservoir but its items: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReservoirState<T> {
    /// Samples offered since the last clear.
    pub seen: u64,
    /// Heavy items, a heap at the front of the memory.
    pub heavy: usize,
    /// Light items, all of adjusted score `threshold`.
    pub light: usize,
    /// Threshold, and what its rounding left out.
    pub threshold: T,
    /// Compensation of the threshold.
    pub compensation: T,
    /// The free slot.
    pub free: u32,
}

/// A VarOpt reservoir of k = `items.len() - 1` kept samples and k + 1 slots, 0 to k.
#[derive(Clone, Copy, Debug)]
pub struct Reservoir<T, I> {
    state: ReservoirState<T>,
    items: I,
}

impl<T: Scalar, I: AsRef<[Item<T>]>> Reservoir<T, I> {
    /// An empty reservoir in memory of k + 1 items.
    pub fn new(items: I) -> Result<Self, Error> {
        todo!()
    }
    /// Joins a state and the items it was detached from.
    pub fn attach(state: ReservoirState<T>, items: I) -> Result<Self, Error> {
        todo!()
    }
    /// Takes state and items apart.
    pub fn detach(self) -> (ReservoirState<T>, I) {
        (self.state, self.items)
    }
    /// The state.
    pub fn state(&self) -> ReservoirState<T> {
        self.state
    }
    /// Drops all samples, for a new period.
    pub fn clear(&mut self) {
        todo!()
    }
    /// The free slot: where the next payload goes.
    pub fn free(&self) -> u32 {
        self.state.free
    }
    /// Offers the sample in the free slot.
    pub fn offer<G: Rng>(&mut self, score: T, generator: &mut G) -> Result<Outcome<T>, Error>
    where
        I: AsMut<[Item<T>]>,
    {
        todo!()
    }
    /// Number of kept samples.
    pub fn len(&self) -> usize {
        self.state.heavy + self.state.light
    }
    /// Nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The threshold: scores above it are kept for certain.
    pub fn threshold(&self) -> T {
        self.state.threshold
    }
    /// The kept sample `index`, `0..len()`, with its weight; final once the stream has ended.
    pub fn kept(&self, index: usize) -> Option<Kept<T>> {
        todo!()
    }
    /// All kept samples with their weights.
    pub fn drain(&self) -> impl Iterator<Item = Kept<T>> + '_ {
        (0..self.len()).filter_map(|index| self.kept(index))
    }
}
