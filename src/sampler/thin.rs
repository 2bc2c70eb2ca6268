//! Thinning: a reservoir of many kept samples comes down to few, spread over the model's space.
//!
//! With the adjusted scores `max(score, threshold)` of the kept, the new threshold c solves
//! `sum min(1, adjusted / c) = k`, and each stays with chance `min(1, adjusted / c)` by games between neighbours. Over
//! both steps a sample is included with probability `min(1, score / c)`, so that the outcome is a reservoir's state
//! again: weights `max(score, c) / score`, unbiased for every sum over a subset. No threshold has to be known before the
//! stream, and neighbours in the space of positions seldom stay both, which is what makes sums over smooth functions of
//! the position exact or nearly so.

use super::heap::{self, at, put};
use super::pool::count;
use super::waiting::{Candidate, Waiting, positions_len};
use super::{Item, Kept, Reservoir, ReservoirState};
use crate::{Error, Scalar, Sum};
use rand_core::Rng;

/// Memory to thin in: `candidates.len()` samples wait at a time, `positions` has [`positions_len`] scalars.
#[derive(Debug)]
pub struct Room<'a, T> {
    /// Those who wait: the more, the better the spread.
    pub candidates: &'a mut [Candidate<T>],
    /// Their positions, and one.
    pub positions: &'a mut [T],
    /// Scalars of a position.
    pub dimensions: usize,
}

/// Items that stay, at the front of the others.
struct Settled<'a, T> {
    items: &'a mut [Item<T>],
    count: usize,
}

impl<T: Scalar> Settled<'_, T> {
    fn take(&mut self, kept: Option<Candidate<T>>) {
        if let Some(Candidate { item, .. }) = kept {
            put(self.items, self.count, item);
            self.count = self.count.saturating_add(1);
        }
    }
}

impl<T: Scalar> ReservoirState<T> {
    /// As [`Reservoir::thin`], among its items.
    pub(crate) fn thin<G: Rng>(
        &mut self,
        items: &mut [Item<T>],
        keep: usize,
        generator: &mut G,
        room: Room<'_, T>,
        mut position: impl FnMut(&Kept<T>, &mut [T]),
    ) -> Result<(), Error> {
        let (places, dimensions) = (room.candidates.len(), room.dimensions);
        if places == 0 {
            return Err(Error::Length("candidates"));
        }
        if room.positions.len() < positions_len(places, dimensions) {
            return Err(Error::Length("positions"));
        }
        if keep == 0 {
            return Err(Error::Range("keep"));
        }
        let heavy = self.heavy;
        let kept = heavy.saturating_add(self.light);
        if kept <= keep {
            return Ok(());
        }
        // Highest first: each time the lowest of the heap goes behind the others.
        for left in (1..=heavy).rev() {
            heap::pop(items, left);
        }
        let (stay, threshold) = self.threshold_for(items, keep);
        if !(threshold > T::ZERO && threshold <= T::MAX) {
            // From the lowest to the highest is a heap.
            reverse(items, heavy);
            return Err(Error::Range("score"));
        }
        let (mut waiting, spare) = Waiting::new(room.candidates, room.positions, dimensions, 0);
        let mut settled = Settled { items, count: stay };
        for index in stay..kept {
            let item = at(settled.items, index);
            let probability = self.adjusted(index, item.score) / threshold;
            let newcomer = Candidate::new(item, probability);
            if probability >= T::ONE {
                settled.take(Some(newcomer));
            } else {
                position(&self.weighted(index, &item), spare);
                let decided = waiting.enter(newcomer, spare, generator);
                settled.take(decided.kept);
            }
        }
        while let Some(decided) = waiting.close(spare, generator) {
            settled.take(decided.kept);
        }
        // The chances sum to a whole number: what the last one has or lacks is rounding.
        let last = waiting.take_last();
        if settled.count < keep {
            settled.take(last);
        }
        let Settled { items, count } = settled;
        reverse(items, stay);
        self.heavy = stay;
        self.light = count.saturating_sub(stay);
        self.threshold = if self.light == 0 { T::ZERO } else { threshold };
        self.compensation = T::ZERO;
        Ok(())
    }

    /// How many of the heavy items, highest first, stay for certain, and the threshold c at which
    /// `sum min(1, adjusted / c) = keep`.
    fn threshold_for(&self, items: &[Item<T>], keep: usize) -> (usize, T) {
        let wanted = count::<T>(keep);
        // Sum of the adjusted scores below c, as a multiple of `keep`.
        let mut share = Sum::of(self.threshold * (count::<T>(self.light) / wanted));
        let mut stay = self.heavy;
        while let Some(above) = stay.checked_sub(1) {
            let lowest = at(items, above).score;
            if stay < keep && lowest > threshold(share, keep, stay) {
                break;
            }
            share.add(lowest / wanted);
            stay = above;
        }
        (stay, threshold(share, keep, stay))
    }
}

fn threshold<T: Scalar>(share: Sum<T>, keep: usize, stay: usize) -> T {
    let places = keep.saturating_sub(stay).max(1);
    share.value() * (count::<T>(keep) / count::<T>(places))
}

/// Turns the first `count` items round. `slice::reverse` keeps a panic path at opt-level z.
fn reverse<T: Scalar>(items: &mut [Item<T>], count: usize) {
    let items = items.get_mut(..count).unwrap_or_default();
    let (front, back) = items.split_at_mut_checked(count / 2).unwrap_or_default();
    for (a, b) in front.iter_mut().zip(back.iter_mut().rev()) {
        core::mem::swap(a, b);
    }
}

impl<T: Scalar, I: AsRef<[Item<T>]> + AsMut<[Item<T>]>> Reservoir<T, I> {
    /// Comes down to `keep` samples, spread over the space of positions; where no more are kept, nothing changes.
    ///
    /// `position(kept, to)` writes where a sample stands: `dimensions` scalars. It is asked once for each that is not
    /// kept for certain. Chances do not depend on positions, so that weights are exact whatever it writes. What is not
    /// finite stands far off and is no error: positions are asked for between games, and no game is taken back. Good positions are what the sums of interest are made of, over the score: the row, its
    /// directions made comparable by the factor.
    ///
    /// A thinned reservoir goes on to `kept`, `drain` and `clear`, snapshots and records; it takes no offers. Chances are
    /// exact but for rounding. Cost: of n kept samples, about `n waiting dimensions` multiplications and n draws.
    ///
    /// # Errors
    /// `Length` where nobody can wait or the positions are too short; `Range` for `keep` 0, or where the threshold
    /// leaves the scalar's range. Then nothing has changed but the order of the items.
    pub fn thin<G: Rng>(
        &mut self,
        keep: usize,
        generator: &mut G,
        room: Room<'_, T>,
        position: impl FnMut(&Kept<T>, &mut [T]),
    ) -> Result<(), Error> {
        self.state
            .thin(self.items.as_mut(), keep, generator, room, position)
    }
}
