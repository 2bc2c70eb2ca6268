//! Pivotal sampling of a stream: chances in proportion to scores, and neighbours that seldom stay both.
//!
//! With a threshold c that is fixed before a sample comes, its inclusion probability is `min(1, score / c)`, exactly. A
//! sample with probability 1 is kept at once; others wait, and where no more can wait the newcomer plays with its nearest
//! neighbour (see [`Candidate`]). So the size is the sum of the probabilities, rounded up or down: the threshold, not the
//! memory, says how many are kept.
//!
//! Source: as the game's, with a buffer in place of the whole population.

use super::waiting::{Candidate, Decided, Waiting};
use super::{Item, Kept, MOST_SEEN, Outcome};
use crate::{Error, Scalar};
use rand_core::Rng;

/// Everything of a pivotal sampler but its memory: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct PivotalState<T> {
    /// Samples offered since the last clear.
    pub seen: u64,
    /// Of these, refused for want of room: above 0, probabilities are no longer exact.
    pub refused: u64,
    /// Kept for certain.
    pub settled: usize,
    /// Waiting.
    pub waiting: usize,
    /// How many may wait.
    pub places: usize,
    /// Scalars of a position.
    pub dimensions: usize,
    /// The threshold c.
    pub threshold: T,
    /// The free slot.
    pub free: u32,
    /// The slot that was free at the start of the period.
    pub first: u32,
    /// Slots handed out in the period behind that one, in turn; the rest is free for more.
    pub handed: u32,
}

/// Scalars of positions for so many who wait: `(places + 1) dimensions`.
pub const fn pivotal_len(places: usize, dimensions: usize) -> usize {
    super::thin_len(places, dimensions)
}

impl<T: Scalar> PivotalState<T> {
    /// The slot to hand out next, where one is left.
    fn next(&self, slots: usize) -> Option<u32> {
        let slots = u32::try_from(slots).ok()?;
        let handed = self
            .handed
            .checked_add(1)
            .filter(|&handed| handed < slots)?;
        let left = slots.saturating_sub(self.first);
        if handed < left {
            self.first.checked_add(handed)
        } else {
            Some(handed.saturating_sub(left))
        }
    }

    /// Refuses a state that no sampler of such memory has.
    fn check(&self, slots: usize, positions: usize) -> Result<(), Error> {
        let kept = self.settled.checked_add(self.waiting);
        if u32::try_from(slots).is_err() || kept.is_none_or(|kept| kept >= slots) {
            return Err(Error::Length("candidates"));
        }
        if positions < pivotal_len(self.places, self.dimensions) {
            return Err(Error::Length("positions"));
        }
        if self.places == 0 || self.places >= slots {
            return Err(Error::Range("places"));
        }
        if !(self.threshold > T::ZERO && self.threshold <= T::MAX) {
            return Err(Error::Range("threshold"));
        }
        let is_consistent = self.waiting <= self.places
            && self.refused <= self.seen
            && self.seen <= MOST_SEEN
            && u32::try_from(slots)
                .is_ok_and(|slots| self.free < slots && self.first < slots && self.handed < slots)
            && crate::bytes::len(self.handed) >= self.settled.saturating_add(self.waiting);
        if is_consistent {
            Ok(())
        } else {
            Err(Error::Range("state"))
        }
    }
}

/// A pivotal sampler over `slots` candidates, of which one is always free, and positions of those who wait.
///
/// Slots as in [`super::Reservoir`]. Offer a sample's score and position; behind the stream call [`Pivotal::finish`], and
/// then take the kept with their weights `1 / probability`.
///
/// ```
/// use gleaner::sampler::{Candidate, Pivotal, pivotal_len};
/// use rand_xoshiro::{Xoshiro128PlusPlus, rand_core::SeedableRng};
///
/// let mut generator = Xoshiro128PlusPlus::seed_from_u64(1);
/// // About 100 x 0.5 / 5 = 10 of 100 readings; 4 may wait, and one number says where they stand.
/// let memory = ([Candidate::<f32>::default(); 17], [0.0; pivotal_len(4, 1)]);
/// let mut sampler = Pivotal::new(5.0, 4, 1, memory.0, memory.1)?;
/// for reading in 0..100 {
///     sampler.offer(0.5, &[reading as f32], &mut generator)?;
/// }
/// sampler.finish(&mut generator);
/// assert_eq!(sampler.drain().count(), 10);
/// # Ok::<(), gleaner::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pivotal<T, C, B> {
    state: PivotalState<T>,
    candidates: C,
    positions: B,
}

impl<T: Scalar, C: AsRef<[Candidate<T>]>, B: AsRef<[T]>> Pivotal<T, C, B> {
    /// An empty sampler with a threshold, of which `places` samples may wait, with positions of `dimensions` scalars.
    /// `candidates`: one more than are to be kept at most, more than `places`; `positions`: [`pivotal_len`] scalars.
    /// Without dimensions the newcomer plays with the one who has waited longest.
    ///
    /// # Errors
    /// `Length` for too little memory; `Range` for no places or a threshold that is not positive and finite.
    pub fn new(
        threshold: T,
        places: usize,
        dimensions: usize,
        candidates: C,
        positions: B,
    ) -> Result<Self, Error> {
        let state = PivotalState {
            places,
            dimensions,
            threshold,
            ..PivotalState::default()
        };
        Self::attach(state, candidates, positions)
    }

    /// Joins a state and the memory it was detached from.
    ///
    /// # Errors
    /// As [`Pivotal::new`]; `Range` where the state contradicts itself. The memory's content is not read.
    pub fn attach(state: PivotalState<T>, candidates: C, positions: B) -> Result<Self, Error> {
        state.check(candidates.as_ref().len(), positions.as_ref().len())?;
        Ok(Pivotal {
            state,
            candidates,
            positions,
        })
    }

    /// Takes state and memory apart.
    pub fn detach(self) -> (PivotalState<T>, C, B) {
        (self.state, self.candidates, self.positions)
    }

    /// The state.
    pub fn state(&self) -> PivotalState<T> {
        self.state
    }

    /// Drops all samples, for a new period. Threshold and free slot stay.
    pub fn clear(&mut self) {
        let PivotalState {
            places,
            dimensions,
            threshold,
            free,
            ..
        } = self.state;
        self.state = PivotalState {
            places,
            dimensions,
            threshold,
            free,
            first: free,
            ..PivotalState::default()
        };
    }

    /// The threshold from the next sample on. It may depend on all that came before, not on the sample itself.
    ///
    /// # Errors
    /// `Range` unless it is positive and finite.
    pub fn set_threshold(&mut self, threshold: T) -> Result<(), Error> {
        if !(threshold > T::ZERO && threshold <= T::MAX) {
            return Err(Error::Range("threshold"));
        }
        self.state.threshold = threshold;
        Ok(())
    }

    /// The free slot: where the next payload goes.
    pub fn free(&self) -> u32 {
        self.state.free
    }

    /// Number of samples that are kept or wait.
    pub fn len(&self) -> usize {
        self.state.settled.saturating_add(self.state.waiting)
    }

    /// Nothing is kept or waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kept sample `index`, `0..` the settled number of the state; those who wait are not among them.
    pub fn kept(&self, index: usize) -> Option<Kept<T>> {
        if index >= self.state.settled {
            return None;
        }
        // Settled ones fill the memory from its end.
        let candidates = self.candidates.as_ref();
        let place = candidates.len().checked_sub(index)?.checked_sub(1)?;
        let candidate = candidates.get(place)?;
        Some(
            candidate
                .item
                .kept((T::ONE / candidate.probability).min(T::MAX)),
        )
    }

    /// All kept samples with their weights; call [`Pivotal::finish`] before.
    pub fn drain(&self) -> impl Iterator<Item = Kept<T>> + '_ {
        (0..self.state.settled).filter_map(|index| self.kept(index))
    }
}

impl<T, C, B> Pivotal<T, C, B>
where
    T: Scalar,
    C: AsRef<[Candidate<T>]> + AsMut<[Candidate<T>]>,
    B: AsRef<[T]> + AsMut<[T]>,
{
    /// Offers the sample in the free slot, with its position.
    ///
    /// A score of 0 is never kept. Draws: one where the newcomer plays. Cost: `places dimensions` multiplications.
    ///
    /// # Errors
    /// `Score` for a negative, NaN or infinite score, `Length` for a position that is too short: nothing has changed.
    /// `Full` where it would have to be kept and there is no room: it is counted as seen and refused, and no draw was used.
    pub fn offer<G: Rng>(
        &mut self,
        score: T,
        position: &[T],
        generator: &mut G,
    ) -> Result<Outcome<T>, Error> {
        if !(score >= T::ZERO && score <= T::MAX) {
            return Err(Error::Score);
        }
        let mut state = self.state;
        let position = position.get(..state.dimensions);
        let position = position.ok_or(Error::Length("position"))?;
        let slots = self.candidates.as_ref().len();
        let item = Item {
            sequence: state.seen,
            score,
            slot: state.free,
        };
        let probability = (score / state.threshold).min(T::ONE);
        let newcomer = Candidate {
            item,
            probability,
            chance: probability,
        };
        state.seen = state.seen.wrapping_add(1);
        let next = state.next(slots);
        let mut waiting = self.waiting();
        let decided = if probability == T::ZERO {
            Decided {
                kept: None,
                left: Some(newcomer),
            }
        } else if probability >= T::ONE || !waiting.is_full() {
            if next.is_none() {
                return Err(self.refuse());
            }
            if probability >= T::ONE {
                Decided {
                    kept: Some(newcomer),
                    left: None,
                }
            } else {
                waiting.join(newcomer, position);
                Decided::default()
            }
        } else {
            let neighbour = waiting.nearest(waiting.count, position);
            // Both stay where their chances sum to more than 1.
            if next.is_none() && waiting.chance(neighbour) + probability > T::ONE {
                return Err(self.refuse());
            }
            waiting.meet(neighbour, newcomer, position, generator)
        };
        state.waiting = waiting.count;
        self.state = state;
        self.settle(decided.kept);
        match (decided.left, next) {
            (Some(loser), _) => self.state.free = loser.item.slot,
            (None, Some(next)) => {
                self.state.free = next;
                self.state.handed = state.handed.saturating_add(1);
            }
            (None, None) => {}
        }
        let dropped = decided.left.map(|loser| loser.item);
        Ok(Outcome {
            kept: dropped.is_none_or(|loser| loser.sequence != item.sequence),
            free: self.state.free,
            dropped,
        })
    }

    /// Decides on all who wait: the size is then the sum of the probabilities, rounded up or down. Draws: one for each.
    pub fn finish<G: Rng>(&mut self, generator: &mut G) {
        let dimensions = self.state.dimensions;
        let rows = self.state.places.saturating_mul(dimensions);
        loop {
            let (candidates, positions) = (self.candidates.as_mut(), self.positions.as_mut());
            let (positions, spare) = positions.split_at_mut_checked(rows).unwrap_or_default();
            let mut waiting = Waiting {
                candidates,
                positions,
                dimensions,
                count: self.state.waiting,
            };
            let spare = spare.get_mut(..dimensions).unwrap_or_default();
            let Some(decided) = waiting.close(spare, generator) else {
                break;
            };
            self.state.waiting = waiting.count;
            self.settle(decided.kept);
        }
        let mut waiting = self.waiting();
        if let Some(last) = waiting.take_last() {
            self.state.waiting = 0;
            if T::unit(generator) <= last.chance {
                self.settle(Some(last));
            }
        }
    }

    fn waiting(&mut self) -> Waiting<'_, T> {
        let PivotalState {
            places,
            dimensions,
            waiting,
            ..
        } = self.state;
        Waiting {
            candidates: self
                .candidates
                .as_mut()
                .get_mut(..places)
                .unwrap_or_default(),
            positions: self.positions.as_mut(),
            dimensions,
            count: waiting,
        }
    }

    fn settle(&mut self, kept: Option<Candidate<T>>) {
        let Some(candidate) = kept else { return };
        let candidates = self.candidates.as_mut();
        let place = candidates.len().saturating_sub(self.state.settled);
        let place = place
            .checked_sub(1)
            .and_then(|place| candidates.get_mut(place));
        if let Some(place) = place {
            *place = candidate;
        }
        self.state.settled = self.state.settled.saturating_add(1);
    }

    fn refuse(&mut self) -> Error {
        self.state.seen = self.state.seen.wrapping_add(1);
        self.state.refused = self.state.refused.saturating_add(1);
        Error::Full
    }
}
