//! The pivotal game: samples with a chance between 0 and 1 wait, and nearest neighbours play until one is decided.
//!
//! Two chances a and b meet. Where `a + b < 1`, one takes `a + b` (b with chance `b / (a + b)`) and the other leaves;
//! else one is kept (a with chance `(1 - b) / (2 - a - b)`) and the other takes `a + b - 1`. Each chance is kept in the
//! mean, and so is their sum in every game. Neighbours seldom stay both: the sample is spread.
//!
//! Source: J.-C. Deville, Y. Tillé, "Unequal probability sampling without replacement through a splitting method",
//! Biometrika 85 (1998), section 6; A. Grafström, N. Lundström, L. Schelin, "Spatially balanced sampling through the
//! pivotal method", Biometrics 68 (2012).

use super::Item;
use crate::{Scalar, Sum};
use rand_core::Rng;

/// A sample that is not decided yet, or that is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Candidate<T> {
    /// The sample.
    pub item: Item<T>,
    /// Its inclusion probability when it came.
    pub probability: T,
    /// Its chance by now, compensated: a chance far below the rounding of those it meets still counts.
    pub chance: Sum<T>,
}

impl<T: Scalar> Candidate<T> {
    pub(super) fn new(item: Item<T>, probability: T) -> Self {
        Candidate {
            item,
            probability,
            chance: Sum::of(probability),
        }
    }
}

/// Scalars of positions for so many who wait, and one more: `(waiting + 1) dimensions`.
pub const fn positions_len(waiting: usize, dimensions: usize) -> usize {
    waiting.saturating_add(1).saturating_mul(dimensions)
}

/// What became of two that met, or of a newcomer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decided<T> {
    pub(super) kept: Option<Candidate<T>>,
    pub(super) left: Option<Candidate<T>>,
}

/// Those who wait and where they stand: `positions` has `dimensions` scalars for each of them.
pub(super) struct Waiting<'a, T> {
    pub(super) candidates: &'a mut [Candidate<T>],
    pub(super) positions: &'a mut [T],
    pub(super) dimensions: usize,
    pub(super) count: usize,
}

/// The chances of both after a game. Draws: one.
fn play<T: Scalar, G: Rng>(a: Sum<T>, b: Sum<T>, generator: &mut G) -> (Sum<T>, Sum<T>) {
    let uniform = T::unit(generator);
    let sum = a.plus(b.high).plus(b.low);
    let excess = sum.plus(-T::ONE);
    if excess.high < T::ZERO {
        if is_first(b.high, a.high, uniform) {
            (Sum::of(T::ZERO), sum)
        } else {
            (sum, Sum::of(T::ZERO))
        }
    } else if is_first(b.distance(T::ONE), a.distance(T::ONE), uniform) {
        (Sum::of(T::ONE), excess)
    } else {
        (excess, Sum::of(T::ONE))
    }
}

/// True with chance `a / (a + b)`. Compares on the side where that is small, so that it is exact.
fn is_first<T: Scalar>(a: T, b: T, uniform: T) -> bool {
    let share = uniform * (a + b);
    if a <= b { share <= a } else { share > b }
}

impl<'a, T: Scalar> Waiting<'a, T> {
    /// The first `count` candidates wait, and all of them can. `positions`: [`positions_len`] scalars; room for one more
    /// position, from behind theirs, comes back.
    pub(super) fn new(
        candidates: &'a mut [Candidate<T>],
        positions: &'a mut [T],
        dimensions: usize,
        count: usize,
    ) -> (Self, &'a mut [T]) {
        let rows = candidates.len().saturating_mul(dimensions);
        let (positions, rest) = positions.split_at_mut_checked(rows).unwrap_or_default();
        let spare = rest.get_mut(..dimensions).unwrap_or_default();
        let waiting = Waiting {
            candidates,
            positions,
            dimensions,
            count,
        };
        (waiting, spare)
    }
}

impl<T: Scalar> Waiting<'_, T> {
    fn at(&self, index: usize) -> Candidate<T> {
        debug_assert!(index < self.candidates.len());
        self.candidates.get(index).copied().unwrap_or_default()
    }

    fn put(&mut self, index: usize, candidate: Candidate<T>, position: &[T]) {
        if let Some(place) = self.candidates.get_mut(index) {
            *place = candidate;
        }
        let start = index.saturating_mul(self.dimensions);
        if let Some(row) = self.positions.get_mut(start..) {
            for (to, &from) in row.iter_mut().zip(position) {
                *to = from;
            }
        }
    }

    /// Whether games among those who wait and a newcomer of this chance end with one who leaves.
    ///
    /// In a game without a leaver, what both lack to certainty goes on to one of them: at 1 and more one must leave.
    pub(super) fn has_leaver_with(&self, probability: T) -> bool {
        let mut missing = Sum::of(T::ONE).plus(-probability);
        for Candidate { chance, .. } in self.candidates.iter().take(self.count) {
            missing = missing.plus(T::ONE).plus(-chance.high).plus(-chance.low);
        }
        missing.distance(T::ONE) <= T::ZERO
    }

    /// The nearest of the first `count`, by squared Euclidean distance; without dimensions the one who came first.
    fn nearest(&self, count: usize, position: &[T]) -> usize {
        let mut best = 0;
        if self.dimensions == 0 {
            let mut first = u64::MAX;
            for (index, candidate) in self.candidates.iter().take(count).enumerate() {
                if candidate.item.sequence < first {
                    (best, first) = (index, candidate.item.sequence);
                }
            }
            return best;
        }
        let mut least = T::MAX;
        let rows = self.positions.chunks_exact(self.dimensions);
        for (index, row) in rows.take(count).enumerate() {
            let mut distance = T::ZERO;
            for (&a, &b) in row.iter().zip(position) {
                distance += (a - b) * (a - b);
            }
            if distance < least {
                (best, least) = (index, distance);
            }
        }
        best
    }

    /// A newcomer waits where there is room, and else plays with its nearest neighbour.
    pub(super) fn enter<G: Rng>(
        &mut self,
        newcomer: Candidate<T>,
        position: &[T],
        generator: &mut G,
    ) -> Decided<T> {
        if self.count < self.candidates.len() {
            self.put(self.count, newcomer, position);
            self.count = self.count.saturating_add(1);
            Decided::default()
        } else {
            let neighbour = self.nearest(self.count, position);
            self.meet(neighbour, newcomer, position, generator)
        }
    }

    /// A newcomer plays with one who waits; who is still undecided has that one's place.
    fn meet<G: Rng>(
        &mut self,
        index: usize,
        mut newcomer: Candidate<T>,
        position: &[T],
        generator: &mut G,
    ) -> Decided<T> {
        let mut neighbour = self.at(index);
        (neighbour.chance, newcomer.chance) = play(neighbour.chance, newcomer.chance, generator);
        let mut decided = Decided::default();
        let mut stays = None;
        for (candidate, is_newcomer) in [(neighbour, false), (newcomer, true)] {
            if candidate.chance.distance(T::ONE) <= T::ZERO {
                decided.kept = Some(candidate);
            } else if candidate.chance.high > T::ZERO {
                stays = Some((candidate, is_newcomer));
            } else {
                decided.left = Some(candidate);
            }
        }
        match stays {
            Some((candidate, true)) => self.put(index, candidate, position),
            Some((candidate, false)) => self.put(index, candidate, &[]),
            None => self.remove(index),
        }
        decided
    }

    /// The last who waits takes the place of one who does no more.
    fn remove(&mut self, index: usize) {
        let last = self.count.saturating_sub(1);
        let candidate = self.at(last);
        let (from, to) = (
            last.saturating_mul(self.dimensions),
            index.saturating_mul(self.dimensions),
        );
        for offset in 0..self.dimensions {
            let value = self.positions.get(from.saturating_add(offset)).copied();
            if let (Some(value), Some(place)) =
                (value, self.positions.get_mut(to.saturating_add(offset)))
            {
                *place = value;
            }
        }
        if let Some(place) = self.candidates.get_mut(index) {
            *place = candidate;
        }
        self.count = last;
    }

    /// One game among those who wait: the last of them plays with its nearest neighbour. `None` where fewer than two
    /// wait. `spare`: `dimensions` scalars.
    pub(super) fn close<G: Rng>(
        &mut self,
        spare: &mut [T],
        generator: &mut G,
    ) -> Option<Decided<T>> {
        if self.count < 2 {
            return None;
        }
        let last = self.count.saturating_sub(1);
        let newcomer = self.at(last);
        let start = last.saturating_mul(self.dimensions);
        let row = self.positions.get(start..).unwrap_or_default();
        for (to, &from) in spare.iter_mut().zip(row) {
            *to = from;
        }
        self.count = last;
        let index = self.nearest(last, spare);
        Some(self.meet(index, newcomer, spare, generator))
    }

    /// The last one who waits, taken out.
    pub(super) fn take_last(&mut self) -> Option<Candidate<T>> {
        let last = self.count.checked_sub(1)?;
        self.count = last;
        Some(self.at(last))
    }
}
