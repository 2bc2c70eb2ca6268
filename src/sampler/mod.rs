//! Samplers: scores in, slots and weights out.

mod alias;
mod bottom;
mod heap;
mod merge;
mod offer;
mod pivotal;
mod poisson;
mod pool;
mod reservoir;
mod thin;
mod top;
mod waiting;

pub use alias::{Alias, AliasState, Draw};
pub use bottom::{Bottom, Lowest};
pub use heap::Order;
pub use merge::{Earlier, Merge};
pub use pivotal::{Pivotal, PivotalState};
pub use poisson::{Budget, Decision, Poisson, PoissonState};
pub use reservoir::{Reservoir, ReservoirState};
pub use thin::Room;
pub use top::{Highest, Ranked, Top, TopState};
pub use waiting::{Candidate, positions_len};

pub(crate) use heap::is_heap;

use crate::{Error, Scalar};

/// Samples that a state may have seen: no stream comes near it, and one that did could go on as long again.
const MOST_SEEN: u64 = u64::MAX / 2;

/// A kept sample as a sampler stores it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Item<T> {
    /// Number of the offer since the start of the period, from 0.
    pub sequence: u64,
    /// The score it was offered with.
    pub score: T,
    /// Slot of its payload.
    pub slot: u32,
}

/// A kept sample as the caller gets it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept<T> {
    /// Slot of its payload.
    pub slot: u32,
    /// Number of the offer since the start of the period, from 0.
    pub sequence: u64,
    /// The score it was offered with.
    pub score: T,
    /// 1 / inclusion probability: how many samples of the stream it stands for.
    pub weight: T,
}

impl<T: Copy> Item<T> {
    /// As the caller gets it, with a weight.
    fn kept(&self, weight: T) -> Kept<T> {
        Kept {
            slot: self.slot,
            sequence: self.sequence,
            score: self.score,
            weight,
        }
    }
}

/// What an offer led to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome<T> {
    /// Whether the newcomer is kept.
    pub kept: bool,
    /// The free slot from now on: where the next payload goes. Its old content can be read until then.
    pub free: u32,
    /// The sample that left: the newcomer, an earlier one, or none while there was room.
    pub dropped: Option<Item<T>>,
}

/// `(sum w)^2 / sum w^2`: how many equally weighted samples these are worth; 0 for none.
///
/// Weights are finite and positive; neither sum overflows, since both are kept relative to the largest weight so far.
pub fn effective_size<T: Scalar>(kept: impl Iterator<Item = Kept<T>>) -> T {
    let (mut largest, mut sum, mut squares) = (T::ZERO, T::ZERO, T::ZERO);
    for Kept { weight, .. } in kept {
        if weight > largest {
            let ratio = largest / weight;
            sum = sum * ratio + T::ONE;
            squares = squares * (ratio * ratio) + T::ONE;
            largest = weight;
        } else if weight > T::ZERO {
            let ratio = weight / largest;
            sum += ratio;
            squares += ratio * ratio;
        }
    }
    if squares > T::ZERO {
        sum * (sum / squares)
    } else {
        T::ZERO
    }
}

/// Refuses a threshold that is not positive and finite.
fn check_threshold<T: Scalar>(threshold: T) -> Result<(), Error> {
    if threshold > T::ZERO && threshold <= T::MAX {
        Ok(())
    } else {
        Err(Error::Range("threshold"))
    }
}

/// The slot that is free next while there is room: they fill in turn, from the one that was free at the start.
fn next_slot(free: u32, slots: usize) -> u32 {
    let next = free.wrapping_add(1);
    if usize::try_from(next).is_ok_and(|next| next < slots) {
        next
    } else {
        0
    }
}
