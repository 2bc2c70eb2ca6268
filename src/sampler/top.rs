//! The k highest scores, ties by arrival: the earlier stays.

use super::heap::{self, Order, at, is_lower};
use super::{Item, Kept, MOST_SEEN, Outcome, next_slot};
use crate::{Error, Scalar};
use core::marker::PhantomData;

/// The order of [`Top`]: the highest scores stay, and a score of 0 never does.
#[derive(Clone, Copy, Debug)]
pub struct Highest;

impl Order for Highest {
    fn leaves<T: Scalar>(a: &Item<T>, b: &Item<T>) -> bool {
        is_lower(a, b)
    }

    fn admits<T: Scalar>(score: T) -> bool {
        score > T::ZERO
    }
}

/// Everything of a top-k or bottom-k sampler but its items: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct TopState {
    /// Samples offered since the last clear.
    pub seen: u64,
    /// Kept items, a heap with the first to leave in front.
    pub kept: usize,
    /// The free slot.
    pub free: u32,
}

impl TopState {
    /// Refuses a state that no sampler of so many slots has.
    pub(crate) fn check(&self, slots: usize) -> Result<(), Error> {
        if slots == 0 || u32::try_from(slots).is_err() || self.kept >= slots {
            return Err(Error::Length("items"));
        }
        let is_in_range = u32::try_from(slots).is_ok_and(|slots| self.free < slots);
        let is_counted =
            u64::try_from(self.kept).is_ok_and(|kept| kept <= self.seen) && self.seen <= MOST_SEEN;
        if !(is_in_range && is_counted) {
            return Err(Error::Range("state"));
        }
        Ok(())
    }
}

/// The k highest of a stream, k = `items.len() - 1` kept samples and k + 1 slots, 0 to k.
///
/// Slots as in [`super::Reservoir`]: one is always free, the next payload goes there, and no live payload is ever
/// overwritten. Deterministic: uses no draws. It answers which samples are extreme, and estimates nothing: all weights
/// are 1. A score of 0 is never kept.
///
/// To keep all above a threshold, compare: that needs no object.
pub type Top<T, I> = Ranked<T, I, Highest>;

/// The k first of a stream in an order: [`Top`] or [`super::Bottom`].
#[derive(Clone, Copy, Debug)]
pub struct Ranked<T, I, O> {
    scalar: PhantomData<(T, O)>,
    state: TopState,
    items: I,
}

impl<T: Scalar, I: AsRef<[Item<T>]>, O: Order> Ranked<T, I, O> {
    /// An empty sampler in memory of k + 1 items, whose content does not matter.
    ///
    /// # Errors
    /// `Length` for no items, or more than slots can number.
    pub fn new(items: I) -> Result<Self, Error> {
        Self::attach(TopState::default(), items)
    }

    /// Joins a state and the items it was detached from.
    ///
    /// # Errors
    /// `Length` where the items cannot hold what the state counts; `Range` where the state contradicts itself. The
    /// items themselves are not read.
    pub fn attach(state: TopState, items: I) -> Result<Self, Error> {
        state.check(items.as_ref().len())?;
        Ok(Ranked {
            scalar: PhantomData,
            state,
            items,
        })
    }

    /// Takes state and items apart.
    pub fn detach(self) -> (TopState, I) {
        (self.state, self.items)
    }

    /// The state.
    pub fn state(&self) -> TopState {
        self.state
    }

    pub(crate) fn inner(&self) -> (TopState, &[Item<T>]) {
        (self.state, self.items.as_ref())
    }

    /// Drops all samples, for a new period.
    pub fn clear(&mut self) {
        self.state = TopState {
            free: self.state.free,
            ..TopState::default()
        };
    }

    /// The free slot, 0 to k: where the next payload goes.
    pub fn free(&self) -> u32 {
        self.state.free
    }

    /// Number of kept samples, at most k.
    pub fn len(&self) -> usize {
        self.state.kept
    }

    /// Nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kept sample `index`, `0..len()`, in no order that means anything; its weight is 1.
    pub fn kept(&self, index: usize) -> Option<Kept<T>> {
        if index >= self.len() {
            return None;
        }
        Some(self.items.as_ref().get(index)?.kept(T::ONE))
    }

    /// All kept samples. Nothing is removed.
    pub fn drain(&self) -> impl Iterator<Item = Kept<T>> + '_ {
        (0..self.len()).filter_map(|index| self.kept(index))
    }
}

impl<T: Scalar, I: AsRef<[Item<T>]> + AsMut<[Item<T>]>, O: Order> Ranked<T, I, O> {
    /// Takes over a state; its items are to be written.
    pub(crate) fn replace(&mut self, state: TopState) -> &mut [Item<T>] {
        self.state = state;
        self.items.as_mut()
    }

    /// Offers the sample in the free slot. Cost: one comparison for most offers, O(log k) where it is kept; no draws.
    ///
    /// # Errors
    /// `Score` for a negative, NaN or infinite score; nothing has changed.
    pub fn offer(&mut self, score: T) -> Result<Outcome<T>, Error> {
        if !(score >= T::ZERO && score <= T::MAX) {
            return Err(Error::Score);
        }
        let TopState { seen, kept, free } = self.state;
        let newcomer = Item {
            sequence: seen,
            score,
            slot: free,
        };
        let items = self.items.as_mut();
        let capacity = items.len().saturating_sub(1);
        self.state.seen = seen.wrapping_add(1);
        if !O::admits(score) || capacity == 0 {
            return Ok(Outcome {
                kept: false,
                free,
                dropped: Some(newcomer),
            });
        }
        if kept < capacity {
            heap::push_as::<O, T>(items, kept, newcomer);
            self.state.kept = kept.saturating_add(1);
            self.state.free = next_slot(free, items.len());
            return Ok(Outcome {
                kept: true,
                free: self.state.free,
                dropped: None,
            });
        }
        let first = at(items, 0);
        if !O::leaves(&first, &newcomer) {
            return Ok(Outcome {
                kept: false,
                free,
                dropped: Some(newcomer),
            });
        }
        heap::replace_first::<O, T>(items, kept, newcomer);
        self.state.free = first.slot;
        Ok(Outcome {
            kept: true,
            free: first.slot,
            dropped: Some(first),
        })
    }
}
