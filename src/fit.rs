//! Fit: weighted Levenberg-Marquardt with weight decay, on the factor.

use crate::factor::factor_len;
use crate::model::{Objective, Shape};
use crate::{Error, Scalar};

/// Scalars of memory for a fit of P parameters with a model of so much scratch.
pub const fn fit_len(parameters: usize, scratch: usize) -> usize {
    factor_len(parameters + 1) + 5 * (parameters + 1) + scratch
}

/// How to fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitOptions<T> {
    /// mu in `sum w f^2 + mu |theta|^2`.
    pub weight_decay: T,
    /// Steps at most.
    pub steps: u32,
}

impl<T: Scalar> Default for FitOptions<T> {
    fn default() -> Self {
        FitOptions { weight_decay: T::of(1e-3), steps: 200 }
    }
}

/// Why a fit stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The relative decrease fell below the tolerance.
    Decrease,
    /// The scaled gradient fell below the tolerance.
    Gradient,
    /// No damping gave a decrease.
    Stalled,
    /// The steps were used up.
    Steps,
}

/// What a fit reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitReport<T> {
    /// `sum w f^2 + mu |theta|^2` at the end.
    pub loss: T,
    /// Steps taken.
    pub steps: u32,
    /// Why it stopped.
    pub stop: Stop,
}

/// Improves `theta` in place on the samples `0..count`: `sample(i, x)` writes input i (standardised) and returns
/// (label, weight). On error theta is as before.
pub fn fit<T: Scalar, S>(
    shapes: &[Shape<T>],
    theta: &mut [T],
    objective: Objective<T>,
    options: FitOptions<T>,
    count: usize,
    sample: S,
    memory: &mut [T],
) -> Result<FitReport<T>, Error>
where
    S: FnMut(usize, &mut [T]) -> Result<(Option<T>, T), Error>,
{
    todo!()
}
