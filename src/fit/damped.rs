//! Steps of Nielsen's damping, and where they end.

use super::problem::{Family, Problem};
use super::{FitOptions, FitReport, Stop, fit_len_of};
use crate::factor::{Factor, factor_len};
use crate::model::{Model, Objective, all_finite};
use crate::{Error, Scalar};

/// Scaled gradient below which a point counts as stationary.
const STATIONARY: f64 = 1e-7;
/// First damping, as a share of the squared column norms.
const DAMPING: f64 = 1e-3;
/// Damping beyond which no step is left.
const MOST_DAMPING: f64 = 1e12;

/// The fit of any family: with objective, options and count.
#[inline(always)]
pub(super) fn improve<T: Scalar, F: Family<T>, S>(
    family: F,
    theta: &mut [T],
    (objective, options, count): (Objective<T>, FitOptions<T>, usize),
    sample: S,
    memory: &mut [T],
) -> Result<FitReport<T>, Error>
where
    S: FnMut(usize, &mut [T], &mut [T]) -> Result<T, Error>,
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
    let labels = objective.labels(outputs);
    if memory.len() < fit_len_of(inputs, labels, parameters, scratch) {
        return Err(Error::Length("memory"));
    }
    if labels == 0 || !suits {
        return Err(Error::Objective);
    }
    // The decay alone would be fitted.
    if count == 0 {
        return Err(Error::Length("count"));
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
    let (x, rest) = rest.split_at_mut_checked(inputs).ok_or(too_short)?;
    let (labels, scratch) = rest.split_at_mut_checked(labels).ok_or(too_short)?;
    copy(current, theta);
    let mut problem = Problem {
        family,
        objective,
        decay,
        count,
        sample,
        x,
        labels,
        scratch,
    };
    let mut factor = Factor::new(parameters + 1, least_ridge(), factor)?;

    let mut damping = T::of(DAMPING);
    let mut raise = T::of(2.0);
    let mut loss = problem.loss(current)?.ok_or(Error::Range("loss"))?;
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
        // A step too long for the scalar is refused like one that leads upwards.
        let reached = if all_finite(trial) {
            problem.loss(trial)?.unwrap_or(T::MAX)
        } else {
            T::MAX
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
pub(super) fn least_ridge<T: Scalar>() -> T {
    T::of(2.0) * T::MIN_POSITIVE / T::EPSILON
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
pub(super) fn unit_row<T: Scalar>(row: &mut [T], j: usize, at: T, last: T) {
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
