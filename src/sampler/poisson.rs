//! Poisson sampling: each sample is decided on at once and for itself, with the weight 1 / probability.
//!
//! A score is taken with probability `p = min(1, score / c)`. With a fixed threshold c nothing is remembered. With a budget of
//! B samples out of T, c follows what has been *expected* so far, never what was picked, so that it is fixed before each
//! sample and weights stay exact:
//!
//! `log c += min(p / rate - 1, 3) / W`, `rate = (B' - sum p) / (items left)`, kept within `B' / 4T` to `2 B' / T`,
//!
//! where `B' = B - 2 sqrt B` leaves room for chance (a quarter of B where that is more, below B = 8). Where B samples have been kept and one more would
//! be, the cap binds: it is not kept, and counted.
//!
//! Source: J. Hájek, "Asymptotic theory of rejective sampling", Ann. Math. Statist. 35 (1964), for the design; the rule
//! for c is this library's own.

use super::pool::is_met;
use super::{MOST_SEEN, check_threshold};
use crate::{Error, Scalar, Sum};
use rand_core::Rng;

/// How many samples are wanted, and of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Budget {
    /// B: the most that are kept; B' of the module's head, 79 of 100, are expected. 0: no budget, and the threshold stays
    /// as it is.
    pub keep: u64,
    /// T: how many are going to be offered, about.
    pub items: u64,
    /// W: offers within which the threshold follows. T / 50 is good; a tenth of T is too
    /// slow where scores rise 20-fold.
    pub window: u64,
}

/// A Poisson sampler needs nothing else: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct PoissonState<T> {
    /// Samples offered since the last clear.
    pub seen: u64,
    /// Samples kept.
    pub kept: u64,
    /// Samples that the cap kept out: above 0, weights are no longer exact.
    pub capped: u64,
    /// The budget.
    pub budget: Budget,
    /// The threshold c.
    pub threshold: T,
    /// Its logarithm.
    pub logarithm: Sum<T>,
    /// Sum of all probabilities.
    pub expected: Sum<T>,
}

impl<T: Scalar> PoissonState<T> {
    fn check(&self) -> Result<(), Error> {
        check_threshold(self.threshold)?;
        let Budget {
            keep,
            items,
            window,
        } = self.budget;
        if keep > 0 && (items == 0 || window == 0) {
            return Err(Error::Range("budget"));
        }
        let is_consistent = self.seen <= MOST_SEEN
            && self
                .kept
                .checked_add(self.capped)
                .is_some_and(|decided| decided <= self.seen)
            && (keep == 0 && self.capped == 0 || keep > 0 && self.kept <= keep)
            && (self.logarithm.value() - self.threshold.ln()).abs() <= T::of(1e-3)
            && self.logarithm.is_finite()
            && self.expected.is_finite()
            && self.expected.high >= T::ZERO;
        if is_consistent {
            Ok(())
        } else {
            Err(Error::Range("state"))
        }
    }

    /// The threshold for the next sample, behind one of probability p.
    fn follow(&mut self, probability: T) {
        let Budget {
            keep,
            items,
            window,
        } = self.budget;
        let budget = T::count(keep);
        let wanted = (budget - T::of(2.0) * budget.sqrt()).max(budget * T::of(0.25));
        let mean = wanted / T::count(items);
        let left = T::count(items.saturating_sub(self.seen).max(1));
        let due = (wanted - self.expected.high) - self.expected.low;
        let rate = (due / left).max(mean * T::of(0.25)).min(mean * T::of(2.0));
        let step = (probability / rate - T::ONE).min(T::of(3.0));
        let logarithm = self.logarithm.plus(step / T::count(window));
        let threshold = logarithm.value().exp();
        // At the ends of the scalar's range it stays.
        if threshold > T::ZERO && threshold <= T::MAX {
            self.logarithm = logarithm;
            self.threshold = threshold;
        }
    }
}

/// What an offer led to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision<T> {
    /// Whether the sample is kept, for good.
    pub kept: bool,
    /// It was picked, and the cap kept it out.
    pub capped: bool,
    /// Its inclusion probability.
    pub probability: T,
    /// 1 / probability, at most the largest value; 0 for a score of 0. It counts where the sample is kept.
    pub weight: T,
}

/// A Poisson sampler: decides at once, and remembers no samples.
///
/// For every subset of the stream the sum of `weight` times a quantity over its kept members is unbiased, also where scores
/// depend on the past, as long as the cap has not bound.
///
/// ```
/// use gleaner::sampler::Poisson;
/// use rand_xoshiro::{Xoshiro128PlusPlus, rand_core::SeedableRng};
///
/// let mut generator = Xoshiro128PlusPlus::seed_from_u64(1);
/// let mut sampler = Poisson::<f32>::new(4.0)?;
/// let decision = sampler.offer(1.0, &mut generator)?;
/// assert_eq!((decision.probability, decision.weight), (0.25, 4.0));
/// assert!(sampler.offer(5.0, &mut generator)?.kept);
/// # Ok::<(), gleaner::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Poisson<T> {
    state: PoissonState<T>,
}

impl<T: Scalar> Poisson<T> {
    /// One with a fixed threshold: the expected number of kept is `sum min(1, score / threshold)`.
    ///
    /// # Errors
    /// `Range` for a threshold that is not positive and finite.
    pub fn new(threshold: T) -> Result<Self, Error> {
        Self::with_budget(threshold, Budget::default())
    }

    /// One with a budget; `threshold` is where it begins, say where the last period ended, or the mean score times `T / B`.
    ///
    /// # Errors
    /// `Range` for a threshold that is not positive and finite, or for a budget without items or window.
    pub fn with_budget(threshold: T, budget: Budget) -> Result<Self, Error> {
        check_threshold(threshold)?;
        Self::attach(PoissonState {
            budget,
            threshold,
            logarithm: Sum::of(threshold.ln()),
            ..PoissonState::default()
        })
    }

    /// Goes on from a state.
    ///
    /// # Errors
    /// `Range` where it contradicts itself.
    pub fn attach(state: PoissonState<T>) -> Result<Self, Error> {
        state.check()?;
        Ok(Poisson { state })
    }

    /// The state.
    pub fn state(&self) -> PoissonState<T> {
        self.state
    }

    /// The threshold for the next sample.
    pub fn threshold(&self) -> T {
        self.state.threshold
    }

    /// The threshold from the next sample on. It may depend on all that came before, not on the sample itself.
    ///
    /// # Errors
    /// `Range` unless it is positive and finite.
    pub fn set_threshold(&mut self, threshold: T) -> Result<(), Error> {
        check_threshold(threshold)?;
        self.state.threshold = threshold;
        self.state.logarithm = Sum::of(threshold.ln());
        Ok(())
    }

    /// Forgets all counts, for a new period of the same budget; the threshold goes on.
    pub fn clear(&mut self) {
        let PoissonState {
            budget,
            threshold,
            logarithm,
            ..
        } = self.state;
        self.state = PoissonState {
            budget,
            threshold,
            logarithm,
            ..PoissonState::default()
        };
    }

    /// Decides on a sample. A score of 0 is counted and never kept. Draws: one [`Scalar::unit`] where the probability is
    /// neither 0 nor 1. Inclusion is right to 2^-32 (f32) or 2^-64 (f64) and to rounding. Cost: O(1).
    ///
    /// # Errors
    /// `Score` for a negative, NaN or infinite score: nothing has changed, and no draw was used.
    pub fn offer<G: Rng>(&mut self, score: T, generator: &mut G) -> Result<Decision<T>, Error> {
        if !(score >= T::ZERO && score <= T::MAX) {
            return Err(Error::Score);
        }
        let state = &mut self.state;
        let probability = (score / state.threshold).min(T::ONE);
        let picked = probability >= T::ONE
            || probability > T::ZERO && is_met(Sum::of(probability), T::unit(generator));
        let has_budget = state.budget.keep > 0;
        let capped = picked && has_budget && state.kept >= state.budget.keep;
        let kept = picked && !capped;
        state.seen = state.seen.wrapping_add(1);
        state.kept = state.kept.saturating_add(kept.into());
        state.capped = state.capped.saturating_add(capped.into());
        state.expected.add(probability);
        // A score of 0 says nothing of the scale of the others.
        if has_budget && probability > T::ZERO {
            state.follow(probability);
        }
        let weight = if probability > T::ZERO {
            (T::ONE / probability).min(T::MAX)
        } else {
            T::ZERO
        };
        Ok(Decision {
            kept,
            capped,
            probability,
            weight,
        })
    }
}
