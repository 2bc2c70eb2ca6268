//! An offer to a VarOpt reservoir: what enters, what leaves, and the new threshold.

use super::heap::{self, at, put};
use super::pool::{Pool, below, count};
use super::{Item, Outcome, ReservoirState, next_slot};
use crate::{Error, Scalar, Sum};
use rand_core::Rng;

impl<T: Scalar> ReservoirState<T> {
    /// As [`super::Reservoir::offer`], among its items.
    pub(crate) fn offer<G: Rng>(
        &mut self,
        items: &mut [Item<T>],
        score: T,
        generator: &mut G,
    ) -> Result<Outcome<T>, Error> {
        if !(score >= T::ZERO && score <= T::MAX) {
            return Err(Error::Score);
        }
        self.check_open(items.len())?;
        let ReservoirState {
            seen,
            heavy,
            light,
            free,
            ..
        } = *self;
        let newcomer = Item {
            sequence: seen,
            score,
            slot: free,
        };
        let capacity = items.len().saturating_sub(1);
        if score == T::ZERO || capacity == 0 {
            self.seen = seen.wrapping_add(1);
            return Ok(Outcome {
                kept: false,
                free,
                dropped: Some(newcomer),
            });
        }
        let kept = heavy.saturating_add(light);
        if kept < capacity {
            heap::push(items, heavy, newcomer);
            self.seen = seen.wrapping_add(1);
            self.heavy = heavy.saturating_add(1);
            self.free = next_slot(free, items.len());
            return Ok(Outcome {
                kept: true,
                free: self.free,
                dropped: None,
            });
        }
        let threshold = self.mean();
        if light == 0 || score > threshold.high {
            return self.displace(items, newcomer, generator);
        }
        let next = threshold.plus(score / count(light));
        // Past the largest value `next` is NaN, which no comparison holds for.
        let has_room = next.high <= T::MAX * T::of(0.25);
        if !(has_room && (heavy == 0 || at(items, 0).score > next.high)) {
            return self.displace(items, newcomer, generator);
        }

        // The pool is the light items and the newcomer: the common case.
        self.seen = seen.wrapping_add(1);
        self.threshold = next.high;
        self.compensation = next.low;
        if next.stays(score, T::unit(generator)).is_none() {
            return Ok(Outcome {
                kept: false,
                free,
                dropped: Some(newcomer),
            });
        }
        let victim = heavy.saturating_add(below(light, generator));
        let leaver = at(items, victim);
        put(items, victim, newcomer);
        self.free = leaver.slot;
        Ok(Outcome {
            kept: true,
            free: leaver.slot,
            dropped: Some(leaver),
        })
    }

    /// An offer to a full reservoir, in general: heavy items may join the pool of those that one must leave.
    #[inline(never)]
    fn displace<G: Rng>(
        &mut self,
        items: &mut [Item<T>],
        newcomer: Item<T>,
        generator: &mut G,
    ) -> Result<Outcome<T>, Error> {
        let scale = self.scale(items, newcomer.score)?;
        let ReservoirState {
            heavy: old_heavy,
            light,
            ..
        } = *self;
        let mut threshold = self.mean().times(scale);
        let spare = items.len().saturating_sub(1);
        let score = newcomer.score * scale;

        // The pool begins with the light items, and with the newcomer where it is light as well.
        let joins = light > 0 && score <= threshold.high;
        let mut heavy = old_heavy;
        let mut members = light;
        if joins {
            threshold = threshold.plus(score / count(light));
            members = members.saturating_add(1);
            put(items, spare, newcomer);
        } else {
            // The light item behind the heap makes room.
            put(items, spare, at(items, heavy));
            heap::push(items, heavy, newcomer);
            heavy = heavy.saturating_add(1);
            if light > 1 {
                let others = count::<T>(light - 1);
                threshold = threshold
                    .plus(threshold.high / others)
                    .plus(threshold.low / others);
            }
        }

        // Heavy items join in rising order while they are below the threshold. Fewer than two members have none: then
        // `threshold` is their sum.
        let first_light = heavy;
        while heavy > 0 {
            let lowest = at(items, 0).score * scale;
            let excess = threshold.distance(lowest);
            if members > 1 && excess > T::ZERO {
                break;
            }
            threshold = if members > 1 {
                threshold.plus(excess / count(members))
            } else {
                threshold.plus(lowest)
            };
            heap::pop(items, heavy);
            heavy -= 1;
            members = members.saturating_add(1);
        }

        let victim = Pool {
            joined: heavy..first_light,
            light,
            newcomer: joins.then_some(spare),
        }
        .victim(items, threshold, scale, generator);
        let leaver = at(items, victim);
        put(items, victim, at(items, spare));

        let threshold = threshold.times(T::ONE / scale);
        self.seen = self.seen.wrapping_add(1);
        self.heavy = heavy;
        self.light = spare.saturating_sub(heavy);
        // Rounding may carry it past the largest value where the exact one just fits.
        self.threshold = threshold.high.min(T::MAX);
        self.compensation = if threshold.high <= T::MAX {
            threshold.low
        } else {
            T::ZERO
        };
        self.free = leaver.slot;
        let kept = leaver.sequence != newcomer.sequence;
        Ok(Outcome {
            kept,
            free: leaver.slot,
            dropped: Some(leaver),
        })
    }

    /// The power of two to work at: 1, or less where a threshold on the way to the last one might overflow.
    fn scale(&self, items: &[Item<T>], score: T) -> Result<T, Error> {
        let ReservoirState {
            heavy,
            light,
            threshold,
            ..
        } = *self;
        let large = T::MAX * T::of(0.25);
        let lowest = if heavy > 0 {
            at(items, 0).score
        } else {
            T::ZERO
        };
        if score <= large && threshold <= large && lowest <= large {
            return Ok(T::ONE);
        }
        // The last threshold is at most the mean over all k + 1 items, with divisor k, and is it where that is too large.
        let scale = T::of(0.25);
        let capacity = count::<T>(items.len().saturating_sub(1));
        let mut mean = Sum {
            high: score * scale / capacity,
            low: T::ZERO,
        };
        for item in items.iter().take(heavy) {
            mean = mean.plus(item.score * scale / capacity);
        }
        mean = mean.plus(threshold * scale * (count::<T>(light) / capacity));
        if mean.high > large {
            Err(Error::Range("score"))
        } else {
            Ok(scale)
        }
    }
}
