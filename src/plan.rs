//! How many draws with replacement keep a loss to a given accuracy, and what accuracy a number of draws keeps.
//!
//! With chances `p_i >= beta tau_i / rank`, where tau_i are leverages, and
//!
//! `s >= 2 rank (1 + eps / 3) ln(2 rank / delta) / (beta eps^2)`
//!
//! draws with replacement, weighted by `1 / (s p_i)`, the sum of squares `|D v|^2` of every v is kept within a factor of
//! 1 - eps to 1 + eps, all at once, with probability `1 - delta`. With `v = [theta; 1]` it is the loss at the theta that
//! the rows D were taken at. Proven for draws with replacement ([`crate::sampler::Alias`]) and for nothing else here,
//! and only below an accuracy of 1: there is no guarantee where fewer draws are made.
//!
//! Source: P. P. Rajmohan, F. Roosta, "Importance Sampling for Nonlinear Models", ICML 2025, with the matrix Chernoff bound
//! of J. A. Tropp, "User-friendly tail bounds for sums of random matrices", Found. Comput. Math. 12 (2012).

use crate::{Error, Scalar};

/// What a guarantee is made for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Rank of the rows: at most their length, the sum of the leverages.
    pub rank: u64,
    /// delta in (0, 1): how often it may fail.
    pub failure: f64,
    /// beta in (0, 1]: the least ratio of a sample's chance to `leverage / rank`. 1 where chances are in proportion to exact
    /// leverages; a uniform share of alpha in the mix takes it to `1 - alpha`, approximate leverages lower it further.
    pub share: f64,
}

impl Terms {
    /// `2 rank ln(2 rank / delta) / beta`.
    fn factor(&self) -> Result<f64, Error> {
        let Terms {
            rank,
            failure,
            share,
        } = *self;
        if rank == 0 {
            return Err(Error::Range("rank"));
        }
        if !(failure > 0.0 && failure < 1.0) {
            return Err(Error::Range("failure"));
        }
        if !(share > 0.0 && share <= 1.0) {
            return Err(Error::Range("share"));
        }
        let twice = 2.0 * f64::count(rank);
        Ok(twice * Scalar::ln(twice / failure) / share)
    }

    /// The least number of draws for an accuracy eps; `None`: no guarantee, since eps is 1 or more.
    ///
    /// # Errors
    /// `Range` for terms outside their range, an accuracy that is not above 0, and a number beyond 2^53.
    pub fn draws(&self, accuracy: f64) -> Result<Option<u64>, Error> {
        let factor = self.factor()?;
        let is_positive = accuracy > 0.0;
        if !is_positive {
            return Err(Error::Range("accuracy"));
        }
        if accuracy >= 1.0 {
            return Ok(None);
        }
        let least = factor * (1.0 + accuracy / 3.0) / accuracy / accuracy;
        let is_whole = least <= 9_007_199_254_740_992.0;
        if !is_whole {
            return Err(Error::Range("accuracy"));
        }
        let whole = least as u64;
        let is_short = f64::count(whole) < least;
        Ok(Some(whole.saturating_add(is_short.into())))
    }

    /// The accuracy eps that a number of draws keeps; `None`: no guarantee, since it would be 1 or more.
    ///
    /// # Errors
    /// `Range` for terms outside their range.
    pub fn accuracy(&self, draws: u64) -> Result<Option<f64>, Error> {
        let factor = self.factor()?;
        // eps^2 = a (1 + eps / 3); infinite for no draws.
        let a = factor / f64::count(draws);
        let sixth = a / 6.0;
        let accuracy = sixth + Scalar::sqrt(sixth * sixth + a);
        Ok((accuracy < 1.0).then_some(accuracy))
    }
}
