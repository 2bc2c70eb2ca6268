//! Outliers: when a score counts as high. A fixed rule for leverages, and a streamed quantile for any score.
//!
//! # The streamed quantile
//! A histogram whose bins are sixteen an octave, from `highest` down: bin edges are the scalars with four bits behind the
//! leading one, so an item's bin is read off its bits. It knows every quantile at once, in whatever order items came,
//! and two of them merge exactly.
//!
//! An item is *beyond* the quantile p of n items before it where, with `k = floor((1 - p) (n + 1))`, fewer than k of
//! them lie in its bin or above. Where items are exchangeable (independent of one distribution, say, whatever it is)
//! that happens with probability at most `k / (n + 1) <= 1 - p`: ties, point masses and few items never raise it. Until
//! `n + 1 >= 1 / (1 - p)` there is no answer. The threshold lies at most 1/16 above the k-th largest score.
//!
//! P-square (Jain and Chlamtac 1985) needs five numbers instead of the bins. Both at p = 0.995 on streams of 20 000, where
//! 0.005 is the aim: share of all items beyond the last threshold, and share flagged on the way (`tests/outlier.rs`).
//!
//! | stream | bins | P-square | flagged: bins | P-square |
//! |---|---|---|---|---|
//! | exponential | .0041 | .0055 | .0038 | .0056 |
//! | heavy tail | .0047 | .0049 | .0052 | .0056 |
//! | uniform | 0 | .0051 | 0 | .0050 |
//! | two humps | 0 | .0051 | 0 | .0070 |
//! | rising | .0050 | .0045 | .24 | 1.00 |
//! | falling | .0050 | .15 | 0 | 0 |
//! | ten times the level half way | .0043 | .0037 | .018 | .015 |
//!
//! P-square comes closer where the stream is steady, and has no bound where it is not; the bins promise no more
//! than 1 - p everywhere, and flag less than that where scores crowd below an upper end, as uniform ones do. So of online
//! leverages take `t`, which has no upper end, rather than `t / (1 + t)`.
//!
//! Source: bins of constant relative width: Masson, Rim and Lee, DDSketch, PVLDB 12 (2019); rank of a newcomer among
//! exchangeable scores: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005), section 2.2.

use crate::{Error, Scalar};
use core::marker::PhantomData;

/// Bins an octave.
const BINS: usize = 16;
/// Bits behind the leading one that tell bins apart.
const BIN_BITS: u32 = 4;
/// Counters are halved before their sum leaves 32 bits.
const MOST: u64 = 1 << 31;

/// The threshold of a leverage: `multiple rank / rows`, `multiple` times the mean.
///
/// Customary multiples are 2 (Hoaglin and Welsch, The hat matrix in regression and ANOVA, 1978) and 3 (Velleman and
/// Welsch, Efficient computing of regression diagnostics, 1981). At 1 or above no row of the fit exceeds it. For online
/// leverages `rows` are those seen up to the row, itself included.
///
/// # Errors
/// Range: no rows, or a multiple that is not positive and finite.
pub fn leverage_threshold<T: Scalar>(multiple: T, rank: u64, rows: u64) -> Result<T, Error> {
    if !(multiple > T::ZERO && multiple.is_finite()) {
        return Err(Error::Range("multiple"));
    }
    if rows == 0 {
        return Err(Error::Range("rows"));
    }
    let threshold = multiple * (T::count(rank) / T::count(rows));
    if threshold.is_finite() {
        Ok(threshold)
    } else {
        Err(Error::Range("multiple"))
    }
}

/// Counters of memory for a quantile over so many octaves below the highest score.
///
/// 16 octaves, 256 counters and 1 kB: leverages from 1 down to 1.5e-5.
pub const fn quantile_len(octaves: usize) -> usize {
    octaves.saturating_mul(BINS)
}

/// Everything of a quantile but its counters: plain, copied freely.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct QuantileState<T> {
    /// Scores from here on share one bin.
    pub highest: T,
    /// Items taken in.
    pub seen: u64,
    /// Sum of the counters: `seen`, less what was forgotten.
    pub total: u64,
    /// Items after which an item counts half; 0: never forget.
    pub half_life: u64,
    /// Items since the last halving.
    pub age: u64,
}

/// A streamed quantile over counters that are owned (`[u32; quantile_len(16)]`) or borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Quantile<T, B> {
    state: QuantileState<T>,
    memory: B,
    scalar: PhantomData<T>,
}

/// A scalar's bits without those that share a bin: a number that rises with the score.
fn rung<T: Scalar>(score: T) -> u64 {
    score.bits() >> shift::<T>()
}

/// Bits that tell nothing.
const fn shift<T: Scalar>() -> u32 {
    let mantissa = if T::BYTES == 4 { 23 } else { 52 };
    mantissa - BIN_BITS
}

/// Refuses what no sampler takes either.
fn admit<T: Scalar>(score: T) -> Result<T, Error> {
    if score >= T::ZERO && score.is_finite() {
        // -0.0 has a bit of its own.
        Ok(score + T::ZERO)
    } else {
        Err(Error::Score)
    }
}

impl<T: Scalar> QuantileState<T> {
    pub(crate) fn check(&self, counters: usize) -> Result<(), Error> {
        let highest = self.highest;
        let is_power = highest >= T::MIN_POSITIVE
            && highest.is_finite()
            && T::from_bits(rung(highest) >> BIN_BITS << BIN_BITS << shift::<T>()) == highest;
        if !is_power {
            return Err(Error::Range("highest"));
        }
        // One bin above, and one below for the rest.
        if counters < 2 || counters as u64 > rung(highest) {
            return Err(Error::Length("memory"));
        }
        if self.total > MOST || self.half_life > 0 && self.age >= self.half_life {
            return Err(Error::Range("state"));
        }
        Ok(())
    }

    /// The bin of a score: 0 from `highest` on, the last for all below the range.
    fn bin(&self, score: T, counters: usize) -> usize {
        let below = rung(self.highest).saturating_sub(rung(score));
        usize::try_from(below)
            .unwrap_or(usize::MAX)
            .min(counters.saturating_sub(1))
    }

    /// The lower edge of a bin.
    fn edge(&self, bin: usize) -> T {
        T::from_bits(rung(self.highest).saturating_sub(bin as u64) << shift::<T>())
    }

    /// How many of the items and the newcomer may count as beyond.
    fn allowed(&self, probability: T) -> Result<u64, Error> {
        if !(probability > T::ZERO && probability < T::ONE) {
            return Err(Error::Range("probability"));
        }
        // A probability is rounded: 0.995 leaves 5 of 1000, not 4.99. What that adds is a thousandth at most.
        let share = T::ONE - probability;
        let share = share + (T::EPSILON * T::HALF).min(share * T::of(1.0 / 1024.0));
        let items = u32::try_from(self.total.saturating_add(1)).unwrap_or(u32::MAX);
        Ok((share * T::count(items.into())).index() as u64)
    }
}

impl<T: Scalar, B: AsRef<[u32]>> Quantile<T, B> {
    /// Joins a state and the counters it was detached from.
    ///
    /// # Errors
    /// Range: `highest` is no power of two that the scalar holds, or a state that no quantile has. Length: fewer than two
    /// counters, or bins below the scalar's range.
    pub fn attach(state: QuantileState<T>, memory: B) -> Result<Self, Error> {
        state.check(memory.as_ref().len())?;
        Ok(Quantile {
            state,
            memory,
            scalar: PhantomData,
        })
    }

    /// Takes state and counters apart.
    pub fn detach(self) -> (QuantileState<T>, B) {
        (self.state, self.memory)
    }

    /// The state.
    pub fn state(&self) -> QuantileState<T> {
        self.state
    }

    /// The counters, from the highest bin down.
    pub fn counters(&self) -> &[u32] {
        self.memory.as_ref()
    }

    /// Whether a score, which is not taken in, lies beyond the quantile `probability` of those that were; None while
    /// they are too few to tell. Cost: a counter read a bin above the score.
    ///
    /// # Errors
    /// Score: negative or not finite. Range: a probability that is not between 0 and 1.
    pub fn is_beyond(&self, score: T, probability: T) -> Result<Option<bool>, Error> {
        let score = admit(score)?;
        let allowed = self.state.allowed(probability)?;
        if allowed == 0 {
            return Ok(None);
        }
        let counters = self.memory.as_ref();
        let bin = self.state.bin(score, counters.len());
        let above: u64 = counters
            .iter()
            .take(bin.saturating_add(1))
            .fold(0, |sum: u64, &count| sum.saturating_add(count.into()));
        Ok(Some(above < allowed))
    }

    /// The score from which on an item is beyond the quantile; None while items are too few to tell. It is the scalar's
    /// largest where the quantile lies at `highest` or above: then nothing is beyond. Cost: a counter read a bin.
    ///
    /// # Errors
    /// Range: a probability that is not between 0 and 1.
    pub fn threshold(&self, probability: T) -> Result<Option<T>, Error> {
        let allowed = self.state.allowed(probability)?;
        if allowed == 0 {
            return Ok(None);
        }
        let counters = self.memory.as_ref();
        let last = counters.len().saturating_sub(1);
        let (mut above, mut threshold) = (0_u64, T::MAX);
        for (bin, &count) in counters.iter().enumerate() {
            above = above.saturating_add(count.into());
            if above >= allowed {
                break;
            }
            threshold = if bin < last {
                self.state.edge(bin)
            } else {
                T::ZERO
            };
        }
        Ok(Some(threshold))
    }
}

impl<T: Scalar, B: AsRef<[u32]> + AsMut<[u32]>> Quantile<T, B> {
    /// No item yet. `highest`: a power of two above the scores of interest, 1 for leverages; `memory`:
    /// [`quantile_len`] counters, which are cleared.
    ///
    /// # Errors
    /// As [`Quantile::attach`].
    pub fn new(highest: T, memory: B) -> Result<Self, Error> {
        let state = QuantileState {
            highest,
            seen: 0,
            total: 0,
            half_life: 0,
            age: 0,
        };
        let mut quantile = Self::attach(state, memory)?;
        quantile.memory.as_mut().fill(0);
        Ok(quantile)
    }

    /// Another state, and the counters to go with it.
    pub(crate) fn replace(&mut self, state: QuantileState<T>) -> &mut [u32] {
        self.state = state;
        self.memory.as_mut()
    }

    /// Forgets all items. The half-life stays.
    pub fn reset(&mut self) {
        self.memory.as_mut().fill(0);
        (self.state.seen, self.state.total, self.state.age) = (0, 0, 0);
    }

    /// Items after which an item counts half; 0: never forget. Counters are halved once in a half-life.
    pub fn set_half_life(&mut self, items: u64) {
        (self.state.half_life, self.state.age) = (items, 0);
    }

    /// Takes an item in. Judge it first ([`Quantile::is_beyond`]): against the past only. Items that were flagged may be
    /// left out; a change that stays is then flagged for ever. Cost: one counter; a halving reads them all.
    ///
    /// # Errors
    /// Score: negative or not finite. Then nothing has changed.
    pub fn observe(&mut self, score: T) -> Result<(), Error> {
        let score = admit(score)?;
        let state = &mut self.state;
        let memory = self.memory.as_mut();
        let bin = state.bin(score, memory.len());
        if let Some(counter) = memory.get_mut(bin) {
            *counter = counter.saturating_add(1);
        }
        state.seen = state.seen.saturating_add(1);
        state.total = state.total.saturating_add(1);
        if state.half_life > 0 {
            state.age = state.age.saturating_add(1);
        }
        if state.total >= MOST || state.half_life > 0 && state.age >= state.half_life {
            state.age = 0;
            state.total = halve(memory);
        }
        Ok(())
    }

    /// Takes in all items of another of the same range, as it remembers them. Cost: a counter read and written a bin.
    ///
    /// # Errors
    /// Length: other counters. Range: another `highest`. Then nothing has changed.
    pub fn merge<C: AsRef<[u32]>>(&mut self, other: &Quantile<T, C>) -> Result<(), Error> {
        let theirs = other.memory.as_ref();
        if theirs.len() != self.memory.as_ref().len() {
            return Err(Error::Length("other"));
        }
        if other.state.highest != self.state.highest {
            return Err(Error::Range("other"));
        }
        let memory = self.memory.as_mut();
        for (counter, &count) in memory.iter_mut().zip(theirs) {
            *counter = counter.saturating_add(count);
        }
        let state = &mut self.state;
        state.seen = state.seen.saturating_add(other.state.seen);
        state.total = state.total.saturating_add(other.state.total);
        if state.total >= MOST {
            state.total = halve(memory);
        }
        Ok(())
    }
}

/// Halves the counters so that every sum from the highest down is halved too, and rounded up once: the far tail, where a
/// bin holds one item or none, neither dies out nor grows. Returns the new sum.
fn halve(counters: &mut [u32]) -> u64 {
    let (mut before, mut after) = (0_u64, 0_u64);
    for counter in counters {
        before = before.saturating_add((*counter).into());
        let half = before.div_ceil(2);
        *counter = u32::try_from(half.saturating_sub(after)).unwrap_or(u32::MAX);
        after = half;
    }
    after
}
