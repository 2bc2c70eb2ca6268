//! Fit: weighted Levenberg-Marquardt with weight decay, on the factor.
//!
//! Minimises `F(theta) = sum_i w_i f_i(theta)^2 + mu |theta|^2`, f_i a residual or a loss root, so that squared,
//! logistic and Huber losses share one trainer. A step solves
//! `(J^T W J + mu I + lambda diag(c)) step = -(J^T W f + mu theta)`, c the squared column norms, by rotating the rows
//! `[J_i | -f_i]`, then those of the decay and of the damping, into one factor of order P + 1. The damping follows
//! Nielsen's rule (Damping parameter in Marquardt's method, 1999).

use crate::factor::{Factor, factor_len};
use crate::model::{Flat, Gradient, Model, Network, Objective, Own, Shape, all_finite, dot};
use crate::sum::Sum;
use crate::{Error, Scalar};

/// Scalars of memory for a fit: `factor_len(P + 1) + 6 P + 1 + inputs + scratch`.
pub const fn fit_len(inputs: usize, parameters: usize, scratch: usize) -> usize {
    factor_len(parameters.saturating_add(1))
        .saturating_add(parameters.saturating_mul(6))
        .saturating_add(1)
        .saturating_add(inputs)
        .saturating_add(scratch)
}

/// How to fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitOptions<T> {
    /// mu in `sum w f^2 + mu |theta|^2`, not negative. Separable samples have no minimum with 0.
    pub weight_decay: T,
    /// Steps at most, refused ones counted. Default 200.
    pub steps: u32,
    /// The fit stops where a step of good gain lowers F by less than this share. Default 1e-6 in f32, 1e-9 in f64.
    pub tolerance: T,
}

impl<T: Scalar> Default for FitOptions<T> {
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

/// Scaled gradient below which a point counts as stationary.
const STATIONARY: f64 = 1e-7;
/// First damping, as a share of the squared column norms.
const DAMPING: f64 = 1e-3;
/// Damping beyond which no step is left.
const MOST_DAMPING: f64 = 1e12;

/// Improves `theta` (flat: W1, b1, W2, b2, ...) in place on the samples `0..count` of a network with one output, or with
/// one a class under [`Objective::CrossEntropy`].
///
/// `sample(i, x)` writes input i, as the model sees it, and returns `(Some(label), weight)` (not negative; 0 leaves
/// it out). It is asked again in every step. For a sample of a stream give the weights that the selector returned; only
/// their ratio to `weight_decay` matters, so dividing all weights by their mean asks for a decay divided by it too.
/// Start from small random values: at 0 a network of several layers has no gradient. Biases decay like weights.
/// `memory` holds [`fit_len`] scalars, its scratch being [`crate::model::network_scratch`] or, for rows in closed form,
/// [`crate::model::exact_scratch`].
///
/// Cost of a step: `count` gradients, and `(count + 2 P) (P + 1)^2` multiplications at most.
///
/// # Errors
/// `Model`, `Length` for what does not fit together; `Objective` for what is no loss of one label, and for the logistic loss behind a sigmoid; `Label`,
/// `NotFinite`, `Range` for a sample or option out of range; what `sample` returns. On error theta is as before.
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
    let asked = (objective, options, count);
    improve(Dense { shapes }, theta, asked, sample, memory)
}

/// Improves `theta` in place on the samples `0..count` of a model of the caller's own, with one output.
///
/// As [`fit`] in all else. `memory` holds [`fit_len`] scalars, its scratch being [`crate::model::own_scratch`]`(P, 1)`. Where
/// the model has no value (its error is `Range`, or a number is not finite) the fit takes a shorter step; at the first theta
/// it must have one for every sample.
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
    S: FnMut(usize, &mut [T]) -> Result<(Option<T>, T), Error>,
{
    let asked = (objective, options, count);
    improve(Foreign { model }, theta, asked, sample, memory)
}

/// What becomes a model with parameters.
trait Family<T: Scalar> {
    fn at<'a>(&'a self, theta: &'a [T]) -> Result<impl Model<T>, Error>;
}

/// Dense networks.
struct Dense<'a, T> {
    shapes: &'a [Shape<T>],
}

impl<T: Scalar> Family<T> for Dense<'_, T> {
    fn at<'a>(&'a self, theta: &'a [T]) -> Result<impl Model<T>, Error> {
        Network::new(Flat {
            shapes: self.shapes,
            theta,
        })
    }
}

/// Models of the caller's own.
struct Foreign<'a, G> {
    model: &'a G,
}

impl<T: Scalar, G: Gradient<T>> Family<T> for Foreign<'_, G> {
    fn at<'a>(&'a self, theta: &'a [T]) -> Result<impl Model<T>, Error> {
        // A fit makes no rows: the least scratch.
        Own::new(self.model, theta)?.with_nodes(1)
    }
}

/// The fit of any family: with objective, options and count.
#[inline(always)]
fn improve<T: Scalar, F: Family<T>, S>(
    family: F,
    theta: &mut [T],
    (objective, options, count): (Objective<T>, FitOptions<T>, usize),
    sample: S,
    memory: &mut [T],
) -> Result<FitReport<T>, Error>
where
    S: FnMut(usize, &mut [T]) -> Result<(Option<T>, T), Error>,
{
    let (parameters, inputs, outputs, scratch, suits) = {
        let model = family.at(theta)?;
        let (inputs, outputs) = (model.inputs(), model.outputs());
        let (scratch, suits) = (model.scratch(), model.suits(objective));
        (model.parameters(), inputs, outputs, scratch, suits)
    };
    if parameters != theta.len() {
        return Err(Error::Length("theta"));
    }
    if memory.len() < fit_len(inputs, parameters, scratch) {
        return Err(Error::Length("memory"));
    }
    if objective.labels(outputs) != 1 || !suits {
        return Err(Error::Objective);
    }
    let decay = options.weight_decay;
    if !decay.is_finite() || decay < T::ZERO || !options.tolerance.is_finite() {
        return Err(Error::Range("options"));
    }
    let too_short = Error::Length("memory");
    let (factor, rest) = memory
        .split_at_mut_checked(factor_len(parameters + 1))
        .ok_or(too_short)?;
    let (row, rest) = rest.split_at_mut_checked(parameters + 1).ok_or(too_short)?;
    let (squares, rest) = rest.split_at_mut_checked(parameters).ok_or(too_short)?;
    let (slope, rest) = rest.split_at_mut_checked(parameters).ok_or(too_short)?;
    let (step, rest) = rest.split_at_mut_checked(parameters).ok_or(too_short)?;
    let (current, rest) = rest.split_at_mut_checked(parameters).ok_or(too_short)?;
    let (trial, rest) = rest.split_at_mut_checked(parameters).ok_or(too_short)?;
    let (x, scratch) = rest.split_at_mut_checked(inputs).ok_or(too_short)?;
    copy(current, theta);
    let mut problem = Problem {
        family,
        objective,
        decay,
        count,
        sample,
        x,
        scratch,
    };
    let mut factor = Factor::new(parameters + 1, least_ridge(), factor)?;

    let mut damping = T::of(DAMPING);
    let mut raise = T::of(2.0);
    let mut loss = problem.loss(current)?;
    let (mut steps, mut stop) = (0, Stop::Steps);
    while steps < options.steps {
        steps += 1;
        problem.linearise(current, &mut factor, row, squares, slope)?;
        if stationary(slope, squares, loss) {
            stop = Stop::Gradient;
            break;
        }
        damp(&mut factor, row, squares, damping)?;
        factor.solve(step)?;
        for ((new, &old), &by) in trial.iter_mut().zip(current.iter()).zip(step.iter()) {
            *new = old + by;
        }
        let predicted = predicted_decrease(step, slope, squares, damping);
        let reached = if all_finite(trial) {
            problem.loss(trial)
        } else {
            Err(Error::Range("step"))
        };
        // A step too long for the scalar is refused like one that leads upwards.
        let reached = match reached {
            Ok(reached) => reached,
            Err(Error::Range(_)) => T::MAX,
            Err(other) => return Err(other),
        };
        let decrease = loss - reached;
        if decrease > T::ZERO && predicted > T::ZERO {
            let gain = decrease / predicted;
            copy(current, trial);
            let done = decrease <= options.tolerance * loss && gain > T::of(0.25);
            loss = reached;
            let bend = T::of(2.0) * gain - T::ONE;
            damping *= (T::ONE - bend * bend * bend).max(T::of(1.0 / 3.0));
            raise = T::of(2.0);
            if done {
                stop = Stop::Decrease;
                break;
            }
        } else {
            damping *= raise;
            raise *= T::of(2.0);
            if damping > T::of(MOST_DAMPING) {
                stop = Stop::Stalled;
                break;
            }
        }
    }
    copy(theta, current);
    Ok(FitReport { loss, steps, stop })
}

/// A ridge that no result shows: columns may then hold entries whose squares vanish.
fn least_ridge<T: Scalar>() -> T {
    T::of(2.0) * T::MIN_POSITIVE / T::EPSILON
}

/// The samples and what is asked of them.
struct Problem<'a, T, F, S> {
    family: F,
    objective: Objective<T>,
    decay: T,
    count: usize,
    sample: S,
    x: &'a mut [T],
    scratch: &'a mut [T],
}

impl<T: Scalar, F: Family<T>, S> Problem<'_, T, F, S>
where
    S: FnMut(usize, &mut [T]) -> Result<(Option<T>, T), Error>,
{
    /// F at theta, summed with compensation.
    fn loss(&mut self, theta: &[T]) -> Result<T, Error> {
        let model = self.family.at(theta)?;
        let mut sum = Sum::default();
        for index in 0..self.count {
            let (label, weight) = (self.sample)(index, self.x)?;
            let target = self.objective.with(label)?;
            let weight = admit(weight)?;
            let f = model.objective(self.x, 0, target, self.scratch)?;
            sum.add(weight * (f * f));
        }
        sum.add(self.decay * dot(theta, theta));
        let total = sum.value();
        if total.is_finite() {
            Ok(total)
        } else {
            Err(Error::Range("loss"))
        }
    }

    /// Rows `[J | -f]` of samples and decay into the factor; squared column norms, `J^T W f + mu theta`.
    fn linearise<B: AsRef<[T]> + AsMut<[T]>>(
        &mut self,
        theta: &[T],
        factor: &mut Factor<T, B>,
        row: &mut [T],
        squares: &mut [T],
        slope: &mut [T],
    ) -> Result<(), Error> {
        let model = self.family.at(theta)?;
        factor.reset(least_ridge())?;
        squares.fill(self.decay);
        for (s, &parameter) in slope.iter_mut().zip(theta) {
            *s = self.decay * parameter;
        }
        for index in 0..self.count {
            let (label, weight) = (self.sample)(index, self.x)?;
            let target = self.objective.with(label)?;
            let weight = admit(weight)?;
            if weight == T::ZERO {
                continue;
            }
            let (last, gradient) = row.split_last_mut().ok_or(Error::Model)?;
            let f = model.gradient(self.x, 0, target, gradient, self.scratch)?;
            *last = -f;
            for ((square, s), &g) in squares
                .iter_mut()
                .zip(slope.iter_mut())
                .zip(gradient.iter())
            {
                let weighted = weight * g;
                *square += weighted * g;
                *s += weighted * f;
            }
            factor.observe(row, weight)?;
        }
        if self.decay > T::ZERO {
            for (j, &parameter) in theta.iter().enumerate() {
                unit_row(row, j, T::ONE, -parameter);
                factor.observe(row, self.decay)?;
            }
        }
        Ok(())
    }
}

/// A weight that can be used.
fn admit<T: Scalar>(weight: T) -> Result<T, Error> {
    if !weight.is_finite() {
        return Err(Error::NotFinite("weight"));
    }
    if weight >= T::ZERO {
        Ok(weight)
    } else {
        Err(Error::Range("weight"))
    }
}

/// Whether every entry of the gradient is small beside its column's norm and the residual's.
fn stationary<T: Scalar>(slope: &[T], squares: &[T], loss: T) -> bool {
    let small = T::of(STATIONARY) * loss.sqrt();
    slope
        .iter()
        .zip(squares)
        .all(|(&s, &square)| s.abs() <= small * square.sqrt())
}

/// Rows of the damping: `sqrt(lambda c_j) e_j`.
fn damp<T: Scalar, B: AsRef<[T]> + AsMut<[T]>>(
    factor: &mut Factor<T, B>,
    row: &mut [T],
    squares: &[T],
    damping: T,
) -> Result<(), Error> {
    for (j, &square) in squares.iter().enumerate() {
        let weight = damping * square;
        // Less would be lost in the ridge.
        if weight > least_ridge() {
            unit_row(row, j, T::ONE, T::ZERO);
            factor.observe(row, weight)?;
        }
    }
    Ok(())
}

/// `[0 .. 0, at, 0 .. 0 | last]`
fn unit_row<T: Scalar>(row: &mut [T], j: usize, at: T, last: T) {
    row.fill(T::ZERO);
    if let Some(slot) = row.get_mut(j) {
        *slot = at;
    }
    if let Some(slot) = row.last_mut() {
        *slot = last;
    }
}

/// What the linear model promises: `lambda step^T diag(c) step - step^T gradient`.
fn predicted_decrease<T: Scalar>(step: &[T], slope: &[T], squares: &[T], damping: T) -> T {
    let mut sum = T::ZERO;
    for ((&by, &s), &square) in step.iter().zip(slope).zip(squares) {
        sum += by * (damping * square * by - s);
    }
    sum
}

fn copy<T: Scalar>(to: &mut [T], from: &[T]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = from;
    }
}
