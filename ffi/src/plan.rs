//! Plan: how many draws with replacement keep a loss.

use crate::border::{Fault, object, output, run};
use crate::{GLEANER_ERROR_NO_GUARANTEE, gleaner_status};
use gleaner::plan::Terms;

/// What a guarantee is made for. With chances `p_i >= share tau_i / rank`, tau_i the leverages, and
///
///     draws >= 2 rank (1 + accuracy / 3) ln(2 rank / failure) / (share accuracy^2)
///
/// draws of `gleaner_alias_...`, weighted by `1 / (draws p_i)`, every sum of squares `|D v|^2` is within a factor
/// of 1 - accuracy to 1 + accuracy of that over everything, for all v at once, but for a chance of `failure`. With
/// `v = [theta ; 1]` it is the loss at the theta of the rows D. Proven for draws with replacement only: the other
/// samplers have no such promise.
///
///     const struct gleaner_terms terms = {49, 0.01, 1};
///     if (gleaner_terms_accuracy(&terms, 200, &accuracy) == GLEANER_ERROR_NO_GUARANTEE) {
///       gleaner_terms_draws(&terms, 0.5, &draws);
///     }
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_terms {
    /// Rank of the rows, at most their length; the sum of the leverages
    pub rank: u64,
    /// How often it may fail, in (0, 1)
    pub failure: f64,
    /// Least ratio of a sample's chance to `leverage / rank`, in (0, 1]: 1 for chances in proportion to exact
    /// leverages, `1 - alpha` with a uniform share of alpha
    pub share: f64,
}

impl gleaner_terms {
    fn own(&self) -> Terms {
        Terms {
            rank: self.rank,
            failure: self.failure,
            share: self.share,
        }
    }
}

/// The least number of draws for an accuracy.
/// Errors: NO_GUARANTEE (an accuracy of 1 or more); RANGE (terms outside their range, an accuracy that is not
/// above 0, more than 2^53 draws).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_terms_draws(
    terms: *const gleaner_terms,
    accuracy: f64,
    draws: *mut u64,
) -> gleaner_status {
    run(|| {
        let (terms, draws) = (object(terms)?.own(), output(draws)?);
        let found = terms.draws(accuracy)?;
        draws.set(found.ok_or(Fault(GLEANER_ERROR_NO_GUARANTEE))?);
        Ok(())
    })
}

/// The accuracy that a number of draws keeps, below 1.
/// Errors: NO_GUARANTEE (so few draws that it would be 1 or more: rank 49 and 200 draws, say); RANGE (terms
/// outside their range).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_terms_accuracy(
    terms: *const gleaner_terms,
    draws: u64,
    accuracy: *mut f64,
) -> gleaner_status {
    run(|| {
        let (terms, accuracy) = (object(terms)?.own(), output(accuracy)?);
        let found = terms.accuracy(draws)?;
        accuracy.set(found.ok_or(Fault(GLEANER_ERROR_NO_GUARANTEE))?);
        Ok(())
    })
}
