//! Merging samples: one VarOpt sample of what several samples stand for.
//!
//! Each item comes with its score s and the weight w that its sample gave it, and enters a VarOpt reservoir with the
//! adjusted score `a = s w`, which is `max(s, threshold)` where the sample was a reservoir's. With the threshold c of
//! that reservoir a kept item has the weight `max(a, c) / s`: the earlier one times what the second stage gives, so that
//! `s * weight` stays exact in total and unbiased for every subset, for samples of any sizes, merged in any order and by
//! any tree, whatever sampler drew them.
//!
//! Where no sample was drawn with a smaller k than this one, c and with it every inclusion probability `min(1, s / c)`
//! is what one reservoir finds that sees all streams: light items of a sample add up to the sum of the scores that they
//! stand for. Where one was, its own threshold stays a floor.
//!
//! Source: E. Cohen, N. Duffield, H. Kaplan, C. Lund, M. Thorup, "Efficient stream sampling for variance-optimal
//! estimation of subset sums", SIAM J. Comput. 40 (2011), section 3.

use super::{Item, Kept, Outcome, Reservoir, ReservoirState};
use crate::{Error, Scalar};
use rand_core::Rng;

/// What an item came with, one a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Earlier<T> {
    /// Its score.
    pub score: T,
    /// The weight that its sample gave it.
    pub weight: T,
}

/// A sample of samples: k = `items.len() - 1` kept items and k + 1 slots, 0 to k.
///
/// Slots are this object's own: write an item's payload, or its number in a list of the caller's, into the free slot,
/// offer its score and weight, and go on with the slot that the outcome names. What is kept may be offered to
/// another merge.
///
/// ```
/// use gleaner::sampler::{Earlier, Item, Merge, Reservoir};
/// use rand_xoshiro::{Xoshiro128PlusPlus, rand_core::SeedableRng};
///
/// let mut generator = Xoshiro128PlusPlus::seed_from_u64(1);
/// let mut names = [(0, 0); 9];
/// let mut merge = Merge::new([Item::<f64>::default(); 9], [Earlier::default(); 9])?;
/// for device in 0..3 {
///     let mut sampler = Reservoir::new([Item::<f64>::default(); 9])?;
///     for reading in 1..=100 {
///         sampler.offer(f64::from(reading), &mut generator)?;
///     }
///     for kept in sampler.drain() {
///         names[merge.free() as usize] = (device, kept.sequence);
///         merge.offer(kept.score, kept.weight, &mut generator)?;
///     }
/// }
/// let total: f64 = merge.drain().map(|kept| kept.score * kept.weight).sum();
/// assert!((total - 3.0 * 5050.0).abs() < 1e-9);
/// # Ok::<(), gleaner::Error>(())
/// ```
///
/// Memory: k + 1 items, k + 1 pairs of scalars, and the state.
#[derive(Clone, Copy, Debug)]
pub struct Merge<T, I, E> {
    reservoir: Reservoir<T, I>,
    earlier: E,
}

impl<T: Scalar, I: AsRef<[Item<T>]>, E: AsRef<[Earlier<T>]>> Merge<T, I, E> {
    /// An empty merge in memory of k + 1 items and as many pairs, whose content does not matter.
    ///
    /// # Errors
    /// `Length` for no items, more than slots can number, or fewer pairs than items.
    pub fn new(items: I, earlier: E) -> Result<Self, Error> {
        Self::attach(ReservoirState::default(), items, earlier)
    }

    /// Joins a state and the memory it was detached from.
    ///
    /// # Errors
    /// `Length` where the memory cannot hold what the state counts; `Range` where the state contradicts itself. The
    /// memory itself is not read.
    pub fn attach(state: ReservoirState<T>, items: I, earlier: E) -> Result<Self, Error> {
        if earlier.as_ref().len() < items.as_ref().len() {
            return Err(Error::Length("earlier"));
        }
        let reservoir = Reservoir::attach(state, items)?;
        Ok(Merge { reservoir, earlier })
    }

    /// Takes state and memory apart.
    pub fn detach(self) -> (ReservoirState<T>, I, E) {
        let (state, items) = self.reservoir.detach();
        (state, items, self.earlier)
    }

    /// The state: that of a reservoir of the adjusted scores.
    pub fn state(&self) -> ReservoirState<T> {
        self.reservoir.state()
    }

    /// Drops all items. The free slot stays free.
    pub fn clear(&mut self) {
        self.reservoir.clear();
    }

    /// The free slot, 0 to k: where the next payload goes.
    pub fn free(&self) -> u32 {
        self.reservoir.free()
    }

    /// Number of kept items, at most k.
    pub fn len(&self) -> usize {
        self.reservoir.len()
    }

    /// Nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.reservoir.is_empty()
    }

    /// The threshold of the adjusted scores. 0 until an item had to leave: then all weights are still the earlier ones.
    pub fn threshold(&self) -> T {
        self.reservoir.threshold()
    }

    /// The kept item `index`, `0..len()`, in no order that means anything: its score as it was offered, its whole
    /// weight, and the number of its offer as its sequence. The weight is final once all are in.
    pub fn kept(&self, index: usize) -> Option<Kept<T>> {
        let kept = self.reservoir.kept(index)?;
        let earlier = self.at(kept.slot);
        let threshold = self.threshold();
        // Above the threshold the earlier weight stays, bit for bit.
        let weight = if kept.weight == T::ONE {
            earlier.weight
        } else {
            (threshold / earlier.score).min(T::MAX)
        };
        Some(Kept {
            score: earlier.score,
            weight,
            ..kept
        })
    }

    /// All kept items with their whole weights. Nothing is removed.
    pub fn drain(&self) -> impl Iterator<Item = Kept<T>> + '_ {
        (0..self.len()).filter_map(|index| self.kept(index))
    }

    fn at(&self, slot: u32) -> Earlier<T> {
        let place = usize::try_from(slot).ok();
        let earlier = place.and_then(|slot| self.earlier.as_ref().get(slot));
        earlier.copied().unwrap_or_default()
    }
}

impl<T, I, E> Merge<T, I, E>
where
    T: Scalar,
    I: AsRef<[Item<T>]> + AsMut<[Item<T>]>,
    E: AsRef<[Earlier<T>]> + AsMut<[Earlier<T>]>,
{
    /// Offers the item in the free slot, with its score and the weight that its sample gave it.
    ///
    /// An item that leaves, the outcome names with its score as it was offered. A score of 0 is counted and never
    /// kept. Draws and cost: as [`Reservoir::offer`].
    ///
    /// # Errors
    /// `Score` for a negative, NaN or infinite score; `Range` for a weight that is not positive, normal and finite, for a
    /// product of a positive score and its weight that is below the smallest normal scalar or infinite, and where the
    /// threshold would leave the scalar's range. Then nothing has changed, and no draw was used.
    pub fn offer<G: Rng>(
        &mut self,
        score: T,
        weight: T,
        generator: &mut G,
    ) -> Result<Outcome<T>, Error> {
        if !(score >= T::ZERO && score <= T::MAX) {
            return Err(Error::Score);
        }
        if !(weight >= T::MIN_POSITIVE && weight <= T::MAX) {
            return Err(Error::Range("weight"));
        }
        let adjusted = score * weight;
        let is_normal = adjusted >= T::MIN_POSITIVE && adjusted <= T::MAX;
        if score > T::ZERO && !is_normal {
            return Err(Error::Range("score"));
        }
        let slot = self.free();
        let mut outcome = self.reservoir.offer(adjusted, generator)?;
        let place = usize::try_from(slot).ok();
        if let Some(place) = place.and_then(|slot| self.earlier.as_mut().get_mut(slot)) {
            *place = Earlier { score, weight };
        }
        if let Some(dropped) = &mut outcome.dropped {
            dropped.score = self.at(dropped.slot).score;
        }
        Ok(outcome)
    }
}
