//! Pivotal sampling of a stream: chances in proportion to scores, and neighbours that seldom stay both.
//!
//! With a threshold c that is fixed before a sample comes, its inclusion probability is `min(1, score / c)`, exactly. A
//! sample with probability 1 is kept at once; others wait, and where no more can wait the newcomer plays with its nearest
//! neighbour (see [`Candidate`]). So the size is the sum of the probabilities, rounded up or down: the threshold, not the
//! memory, says how many are kept.
//!
//! Source: as the game's, with a buffer in place of the whole population.

use super::pool::is_met;
use super::waiting::{Candidate, Decided, Waiting, positions_len};
use super::{Item, Kept, MOST_SEEN, Outcome, check_threshold};
use crate::model::all_finite;
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
        if positions < positions_len(self.places, self.dimensions) {
            return Err(Error::Length("positions"));
        }
        if self.places == 0 || self.places >= slots {
            return Err(Error::Range("places"));
        }
        check_threshold(self.threshold)?;
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
/// use gleaner::sampler::{Candidate, Pivotal, positions_len};
/// use rand_xoshiro::{Xoshiro128PlusPlus, rand_core::SeedableRng};
///
/// let mut generator = Xoshiro128PlusPlus::seed_from_u64(1);
/// // About 100 x 0.5 / 5 = 10 of 100 readings; 4 may wait, and one number says where they stand.
/// let memory = ([Candidate::<f32>::default(); 17], [0.0; positions_len(4, 1)]);
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
    /// `candidates`: at least the sum of a period's probabilities and 1 (2 where that sum is meant to be a whole number: it
    /// is rounded), and more than `places`; at the sum and `places` and 1 nobody has to play early.
    /// `positions`: [`positions_len`] scalars.
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
        check_threshold(threshold)?;
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
    /// A score of 0 is never kept. Inclusion is right to 2^-32 (f32) or 2^-64 (f64) and to rounding. Where no slot would be
    /// free behind it, those who wait play until one leaves.
    ///
    /// Draws: one where the newcomer plays, and one for each game that makes room. Cost: `places dimensions`
    /// multiplications, and as many for each of these games, of which there are at most `places`.
    ///
    /// # Errors
    /// `Score` for a negative, NaN or infinite score, `Length` for a position that is too short, `NotFinite` for one that is
    /// NaN or infinite: nothing has changed.
    /// `Full` where nobody could leave, which is where the period's probabilities, this one included, sum to more than
    /// `candidates.len() - 1`: it is counted as seen and refused, and no draw was used. Behind [`Pivotal::finish`] it may
    /// come earlier: call [`Pivotal::clear`] first.
    pub fn offer<G: Rng>(
        &mut self,
        score: T,
        position: &[T],
        generator: &mut G,
    ) -> Result<Outcome<T>, Error> {
        if !(score >= T::ZERO && score <= T::MAX) {
            return Err(Error::Score);
        }
        let position = position.get(..self.state.dimensions);
        let position = position.ok_or(Error::Length("position"))?;
        if !all_finite(position) {
            return Err(Error::NotFinite("position"));
        }
        let item = Item {
            sequence: self.state.seen,
            score,
            slot: self.state.free,
        };
        let probability = (score / self.state.threshold).min(T::ONE);
        let newcomer = Candidate::new(item, probability);
        let next = self.state.next(self.candidates.as_ref().len());
        let (mut waiting, _) = self.waiting();
        if probability > T::ZERO && next.is_none() && !waiting.has_leaver_with(probability) {
            self.state.seen = self.state.seen.wrapping_add(1);
            self.state.refused = self.state.refused.saturating_add(1);
            return Err(Error::Full);
        }
        let decided = if probability == T::ZERO {
            Decided {
                kept: None,
                left: Some(newcomer),
            }
        } else if probability >= T::ONE {
            Decided {
                kept: Some(newcomer),
                left: None,
            }
        } else {
            waiting.enter(newcomer, position, generator)
        };
        self.state.waiting = waiting.count;
        self.state.seen = self.state.seen.wrapping_add(1);
        self.settle(decided.kept);
        let mut left = decided.left;
        while left.is_none() && next.is_none() {
            left = match self.game(generator) {
                Some(decided) => decided.left,
                // What the last one has is rounding.
                None => Some(self.take_last().unwrap_or(newcomer)),
            };
        }
        match (left, next) {
            (Some(loser), _) => self.state.free = loser.item.slot,
            (None, Some(next)) => {
                self.state.free = next;
                self.state.handed = self.state.handed.saturating_add(1);
            }
            (None, None) => {}
        }
        let dropped = left.map(|loser| loser.item);
        Ok(Outcome {
            kept: dropped.is_none_or(|loser| loser.sequence != item.sequence),
            free: self.state.free,
            dropped,
        })
    }

    /// Decides on all who wait: the size is then the sum of the probabilities, rounded up or down. Draws: one for each.
    pub fn finish<G: Rng>(&mut self, generator: &mut G) {
        while self.game(generator).is_some() {}
        if let Some(last) = self.take_last()
            && is_met(last.chance, T::unit(generator))
        {
            self.settle(Some(last));
        }
    }

    /// Those who wait, and room for a position.
    fn waiting(&mut self) -> (Waiting<'_, T>, &mut [T]) {
        let candidates = self.candidates.as_mut();
        Waiting::new(
            candidates.get_mut(..self.state.places).unwrap_or_default(),
            self.positions.as_mut(),
            self.state.dimensions,
            self.state.waiting,
        )
    }

    /// One game among those who wait, where there are two.
    fn game<G: Rng>(&mut self, generator: &mut G) -> Option<Decided<T>> {
        let (mut waiting, spare) = self.waiting();
        let decided = waiting.close(spare, generator)?;
        self.state.waiting = waiting.count;
        self.settle(decided.kept);
        Some(decided)
    }

    fn take_last(&mut self) -> Option<Candidate<T>> {
        let (mut waiting, _) = self.waiting();
        let last = waiting.take_last();
        self.state.waiting = waiting.count;
        last
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
}
