//! Fit: weighted Levenberg-Marquardt with weight decay, on the factor.
//!
//! Minimises `F(theta) = sum_i w_i sum_c f_ic(theta)^2 + mu |theta|^2` over samples i and their rows c, one an output, or one
//! in all for the cross-entropy. f is a residual or a loss root, so that squared, logistic, Huber and cross-entropy losses share
//! one trainer. A step solves `(J^T W J + mu I + lambda diag(c)) step = -(J^T W f + mu theta)`, c the squared column norms, by
//! rotating the rows `[J_ic | -f_ic]`, then those of the decay and of the damping, into one factor of order P + 1. The
//! damping follows Nielsen's rule (Damping parameter in Marquardt's method, 1999).

mod damped;
mod problem;

use crate::factor::factor_len;
use crate::model::{Gradient, Objective, Shape};
use crate::{Error, Scalar};
use damped::improve;
use problem::{Dense, Foreign};

/// Scalars of memory for a fit with one label a sample: `factor_len(P + 1) + 6 P + 2 + inputs + scratch`.
pub const fn fit_len(inputs: usize, parameters: usize, scratch: usize) -> usize {
    fit_len_of(inputs, 1, parameters, scratch)
}

/// As [`fit_len`], for so many labels a sample ([`Objective::labels`]), each of which takes a scalar:
/// `factor_len(P + 1) + 6 P + 1 + inputs + labels + scratch`.
pub const fn fit_len_of(inputs: usize, labels: usize, parameters: usize, scratch: usize) -> usize {
    factor_len(parameters.saturating_add(1))
        .saturating_add(parameters.saturating_mul(6))
        .saturating_add(labels.saturating_add(1))
        .saturating_add(inputs)
        .saturating_add(scratch)
}

/// How to fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitOptions<T> {
    /// mu in `sum w f^2 + mu |theta|^2`, not negative. Separable samples have no minimum with 0. Default 1e-3.
    pub weight_decay: T,
    /// Steps at most, refused ones counted. Default 200.
    pub steps: u32,
    /// The fit stops where a step of good gain lowers F by less than this share. Default 1e-6 in f32, 1e-9 in f64.
    pub tolerance: T,
}

impl<T: Scalar> Default for FitOptions<T> {
    /// Decay 1e-3, 200 steps, tolerance 1e-6 in f32 and 1e-9 in f64.
    fn default() -> Self {
        let tolerance = if T::BYTES == 4 { 1e-6 } else { 1e-9 };
        FitOptions {
            weight_decay: T::of(1e-3),
            steps: 200,
            tolerance: T::of(tolerance),
        }
    }
}

/// Why a fit stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The relative decrease fell below the tolerance.
    Decrease,
    /// The gradient, scaled by column norms and residual, fell below 1e-7.
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
    /// Steps taken, refused ones counted.
    pub steps: u32,
    /// Why it stopped.
    pub stop: Stop,
}

/// Improves `theta` (flat: W1, b1, W2, b2, ...) in place on the samples `0..count` of a network, under any objective that takes
/// labels.
///
/// `sample(i, x, labels)` writes input i, as the model sees it, and its labels, [`Objective::labels`] of them: one an output, in
/// order, or the class alone for [`Objective::CrossEntropy`]. It returns the weight, which holds for all rows of the sample
/// (not negative; 0 leaves it out). Labels are NaN before the call: one that is not written is refused. It is asked again in
/// every step. For a sample of a stream give the weights that the selector returned; only their ratio to `weight_decay` matters,
/// so dividing all weights by their mean asks for a decay divided by it too. Start from small random values: at 0 a network of
/// several layers has no gradient. Biases decay like weights. `memory` holds [`fit_len_of`] scalars, [`fit_len`] where a sample
/// has one label, its scratch being [`crate::model::network_scratch`] or, for rows in closed form,
/// [`crate::model::exact_scratch`].
///
/// Cost of a step: a gradient for each of the `n = count rows` rows, each with a pass of its own, and
/// `(n + 2 P) (P + 1)^2` multiplications at most.
///
/// # Errors
/// `Model`, `Length` for what does not fit together, and for no samples; `Objective` for one without labels, for the logistic loss behind a sigmoid
/// and for the cross-entropy of what is no vector of logits; `Label`, `NotFinite`, `Range` for a sample or option out of
/// range; what `sample` returns. On error theta is as before.
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
    S: FnMut(usize, &mut [T], &mut [T]) -> Result<T, Error>,
{
    let asked = (objective, options, count);
    improve(Dense { shapes }, theta, asked, sample, memory)
}

/// Improves `theta` in place on the samples `0..count` of a model of the caller's own.
///
/// As [`fit`] in all else, without the cross-entropy. `memory` holds [`fit_len_of`] scalars, its scratch being
/// [`crate::model::own_scratch`]`(P, 1)`. Where the model has no value (its error is `Range`, or a number is not finite) the
/// fit takes a shorter step; at the first theta it must have one for every output of every sample.
///
/// # Errors
/// As [`fit`]; what the model returns. On error theta is as before.
pub fn fit_own<T: Scalar, G: Gradient<T>, S>(
    model: &G,
    theta: &mut [T],
    objective: Objective<T>,
    options: FitOptions<T>,
    count: usize,
    sample: S,
    memory: &mut [T],
) -> Result<FitReport<T>, Error>
where
    S: FnMut(usize, &mut [T], &mut [T]) -> Result<T, Error>,
{
    let asked = (objective, options, count);
    improve(Foreign { model }, theta, asked, sample, memory)
}
