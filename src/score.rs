//! Scores from a loss slope and a leverage, and mixes of scores.

use crate::model::hypotenuse;
use crate::{Error, Scalar, Sum};

/// `|l'| sqrt(h)`, with `h = g^T M^-1 g`, at the pilot: right to first order for any loss.
///
/// Alone it is dangerous: what a poor pilot happens to fit gets no chance. See [`cautious`] and [`Mix`].
pub fn optimal<T: Scalar>(slope: T, leverage: T) -> T {
    slope.abs() * leverage.sqrt()
}

/// `sqrt((l'^2 + kappa mean h) h)`: as [`optimal`], with the pilot's own error in the slope.
///
/// `mean`: of `l'^2` over the readings before this one, or over the pilot's; `kappa`: readings of the stream over
/// those of the pilot. Any such mean that does not depend on this reading keeps weights exact.
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
#[repr(C)]
pub struct Mix<T, const K: usize> {
    alpha: T,
    beta: [T; K],
    means: [Sum<T>; K],
    count: u64,
    fixed: bool,
}

impl<T: Scalar, const K: usize> Mix<T, K> {
    /// A mix by means of the preceding readings. The betas are shares: not negative, their sum 1 to rounding.
    ///
    /// # Errors
    /// `Range`: alpha outside [0, 1], or betas that are no shares.
    pub fn running(alpha: T, beta: [T; K]) -> Result<Self, Error> {
        let total = beta.iter().fold(T::ZERO, |sum, share| sum + *share);
        let rounding = T::EPSILON * T::count(K as u64) * T::of(4.0);
        let shares = beta.iter().all(|share| *share >= T::ZERO);
        if !(shares && (total - T::ONE).abs() <= rounding) {
            return Err(Error::Range("beta"));
        }
        if !(alpha >= T::ZERO && alpha <= T::ONE) {
            return Err(Error::Range("alpha"));
        }
        Ok(Mix {
            alpha,
            beta,
            means: [Sum::default(); K],
            count: 0,
            fixed: false,
        })
    }

    /// A mix by fixed means, a pilot's.
    ///
    /// # Errors
    /// As [`Mix::running`]; `Range` also for a mean that is not positive and finite.
    pub fn fixed(alpha: T, beta: [T; K], means: [T; K]) -> Result<Self, Error> {
        let usable = |mean: &T| *mean > T::ZERO && *mean <= T::MAX;
        if !means.iter().all(usable) {
            return Err(Error::Range("means"));
        }
        let mut mix = Self::running(alpha, beta)?;
        for (mean, high) in mix.means.iter_mut().zip(means) {
            mean.high = high;
        }
        mix.fixed = true;
        Ok(mix)
    }

    /// The mixed score of a reading; its scores enter the means behind it.
    ///
    /// # Errors
    /// `Score`: one is negative, NaN or infinite. `Range`: the mix leaves the scalar's range.
    pub fn score(&mut self, scores: &[T; K]) -> Result<T, Error> {
        if !scores.iter().all(|s| *s >= T::ZERO && *s <= T::MAX) {
            return Err(Error::Score);
        }
        let mut mixed = T::ZERO;
        for ((score, share), mean) in scores.iter().zip(&self.beta).zip(&self.means) {
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
        let rest = T::ONE - self.alpha;
        let mixed = if rest > T::ZERO {
            rest * mixed + self.alpha
        } else {
            self.alpha
        };
        if !mixed.is_finite() {
            return Err(Error::Range("score"));
        }
        if !self.fixed {
            self.count = self.count.saturating_add(1);
            let count = T::count(self.count);
            for (mean, score) in self.means.iter_mut().zip(scores) {
                mean.add(mean.distance(*score) / count);
            }
        }
        Ok(mixed)
    }

    /// The means that the next reading's scores are divided by.
    pub fn means(&self) -> [T; K] {
        self.means.map(|mean| mean.value())
    }
}
