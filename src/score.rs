//! Scores from a loss slope and a leverage, and mixes of scores.

use crate::model::hypotenuse;
use crate::{Error, Scalar, Sum};

/// `|l'| sqrt(h)`, with `h = g^T M^-1 g`, at the pilot: right to first order for any loss.
///
/// Alone it is dangerous: what a poor pilot happens to fit gets no chance. See [`cautious`] and [`Mix`]. NaN for a
/// leverage below 0.
pub fn optimal<T: Scalar>(slope: T, leverage: T) -> T {
    slope.abs() * leverage.sqrt()
}

/// `sqrt((l'^2 + kappa mean h) h)`: as [`optimal`], with the pilot's own error in the slope.
///
/// `mean`: of `l'^2` over the readings before this one, or over an earlier period; `kappa`: readings of the stream over
/// those of the pilot. Any such mean that does not depend on this reading keeps weights exact. Not over the pilot's
/// own readings: a network that fits them leaves slopes near 0, and then this is [`optimal`] again.
/// Nothing overflows on the way to a score that the scalar holds.
pub fn cautious<T: Scalar>(slope: T, leverage: T, mean: T, kappa: T) -> T {
    let root = leverage.sqrt();
    hypotenuse(slope * root, kappa.sqrt() * root * (mean.sqrt() * root))
}

/// A mix of K scores: `(1 - alpha) sum_k beta_k score_k / m_k + alpha`.
///
/// The m_k are fixed, or the means of the preceding readings' scores: neither depends on the reading that is scored,
/// so inclusion probabilities stay what the sampler takes them for. A score without a positive mean before it counts as
/// average, 1, and so does the whole mix on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mix<T, const K: usize> {
    state: MixState<T, K>,
}

/// All of a mix: plain, copied freely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixState<T, const K: usize> {
    /// The share of uniform sampling.
    pub alpha: T,
    /// The shares of the scores.
    pub beta: [T; K],
    /// What the next reading's scores are divided by.
    pub means: [Sum<T>; K],
    /// Readings in the means; none where they are fixed.
    pub count: u64,
    /// The means stay as they are.
    pub fixed: bool,
}

impl<T: Scalar, const K: usize> Mix<T, K> {
    /// A mix by means of the preceding readings. The betas are shares: not negative, their sum 1 to rounding.
    ///
    /// # Errors
    /// `Range`: alpha outside [0, 1], or betas that are no shares.
    pub fn running(alpha: T, beta: [T; K]) -> Result<Self, Error> {
        Self::attach(MixState {
            alpha,
            beta,
            means: [Sum::default(); K],
            count: 0,
            fixed: false,
        })
    }

    /// Goes on from a state.
    ///
    /// # Errors
    /// As [`Mix::running`] and [`Mix::fixed`]; `Range` also for running means that are negative or not finite.
    pub fn attach(state: MixState<T, K>) -> Result<Self, Error> {
        let MixState {
            alpha, beta, means, ..
        } = state;
        let total = beta.iter().fold(T::ZERO, |sum, share| sum + *share);
        let rounding = T::EPSILON * T::count(K as u64) * T::of(4.0);
        let shares = beta.iter().all(|share| *share >= T::ZERO);
        if !(shares && (total - T::ONE).abs() <= rounding) {
            return Err(Error::Range("beta"));
        }
        if !(alpha >= T::ZERO && alpha <= T::ONE) {
            return Err(Error::Range("alpha"));
        }
        let usable = |mean: &Sum<T>| {
            let is_positive = mean.high > T::ZERO || !state.fixed && mean.high == T::ZERO;
            is_positive && mean.is_finite() && mean.value() >= T::ZERO
        };
        if !means.iter().all(usable) {
            return Err(Error::Range("means"));
        }
        Ok(Mix { state })
    }

    /// The state.
    pub fn state(&self) -> MixState<T, K> {
        self.state
    }

    /// A mix by fixed means, a pilot's.
    ///
    /// # Errors
    /// As [`Mix::running`]; `Range` also for a mean that is not positive and finite.
    pub fn fixed(alpha: T, beta: [T; K], means: [T; K]) -> Result<Self, Error> {
        let low = T::ZERO;
        Self::attach(MixState {
            alpha,
            beta,
            means: means.map(|high| Sum { high, low }),
            count: 0,
            fixed: true,
        })
    }

    /// The mixed score of a reading; its scores enter the means behind it.
    ///
    /// # Errors
    /// `Score`: one is negative, NaN or infinite. `Range`: the mix leaves the scalar's range.
    pub fn score(&mut self, scores: &[T; K]) -> Result<T, Error> {
        if !scores.iter().all(|s| *s >= T::ZERO && *s <= T::MAX) {
            return Err(Error::Score);
        }
        let state = &mut self.state;
        let mut mixed = T::ZERO;
        for ((score, share), mean) in scores.iter().zip(&state.beta).zip(&state.means) {
            let mean = mean.value();
            let ratio = if mean > T::ZERO {
                *score / mean
            } else {
                T::ONE
            };
            // A share of 0 drops its score, also where the ratio overflows.
            if *share > T::ZERO {
                mixed += *share * ratio;
            }
        }
        // Beyond the range times 0 would be NaN.
        let rest = T::ONE - state.alpha;
        let mixed = if rest > T::ZERO {
            rest * mixed + state.alpha
        } else {
            state.alpha
        };
        if !mixed.is_finite() {
            return Err(Error::Range("score"));
        }
        if !state.fixed {
            state.count = state.count.saturating_add(1);
            let count = T::count(state.count);
            for (mean, score) in state.means.iter_mut().zip(scores) {
                mean.add(mean.distance(*score) / count);
            }
        }
        Ok(mixed)
    }

    /// The means that the next reading's scores are divided by.
    pub fn means(&self) -> [T; K] {
        self.state.means.map(|mean| mean.value())
    }
}
