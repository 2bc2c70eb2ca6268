//! The k highest scores, ties by arrival.

use super::{Item, Kept, Outcome};
use crate::{Error, Scalar};

/// Everything of a reservoir but its items: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TopState {
    /// Samples offered since the last clear.
    pub seen: u64,
    /// Kept items, a heap with the lowest first.
    pub kept: usize,
    /// The free slot.
    pub free: u32,
}

/// The k highest of a stream, k = `items.len() - 1` kept samples and k + 1 slots, 0 to k.
#[derive(Clone, Copy, Debug)]
pub struct Top<T, I> {
    scalar: core::marker::PhantomData<T>,
    state: TopState,
    items: I,
}

impl<T: Scalar, I: AsRef<[Item<T>]>> Top<T, I> {
    /// An empty reservoir in memory of k + 1 items.
    pub fn new(items: I) -> Result<Self, Error> {
        todo!()
    }
    /// Joins a state and the items it was detached from.
    pub fn attach(state: TopState, items: I) -> Result<Self, Error> {
        todo!()
    }
    /// Takes state and items apart.
    pub fn detach(self) -> (TopState, I) {
        (self.state, self.items)
    }
    /// The state.
    pub fn state(&self) -> TopState {
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
    pub fn offer(&mut self, score: T) -> Result<Outcome<T>, Error>
    where
        I: AsMut<[Item<T>]>,
    {
        todo!()
    }
    /// Number of kept samples.
    pub fn len(&self) -> usize {
        self.state.kept
    }
    /// Nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
