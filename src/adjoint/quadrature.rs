//! The row by Gauss-Legendre quadrature along the path `t theta`, t from 0 to 1, split at kinks.

use super::kinks::Kinks;
use super::legendre::legendre;
use super::pass::{Asked, Pass, Path, forward, inner};
use crate::model::{Form, Layers, Plan, RowReport, all_finite, dot};
use crate::{Error, Scalar};

/// Points at which a path can be split, for so many hidden neurons.
pub(crate) const fn kinks_len(hidden: usize) -> usize {
    4 * hidden + 8
}

/// Scalars of scratch beside the row: values, slopes, deltas, spare, kinks, nodes and weights.
pub(crate) const fn quadrature_len(hidden: usize) -> usize {
    5 * hidden + 2 + kinks_len(hidden) + 64
}

/// The parts of the scratch.
struct Work<'a, T> {
    values: &'a mut [T],
    slopes: &'a mut [T],
    deltas: &'a mut [T],
    spare: &'a mut [T],
    kinks: &'a mut [T],
    abscissae: &'a mut [T],
    weights: &'a mut [T],
}

impl<'a, T: Scalar> Work<'a, T> {
    #[inline(always)]
    fn of(scratch: &'a mut [T], plan: &Plan) -> Option<Self> {
        let hidden = plan.hidden;
        let (values, rest) = scratch.split_at_mut_checked(hidden)?;
        let (slopes, rest) = rest.split_at_mut_checked(hidden)?;
        let (deltas, rest) = rest.split_at_mut_checked(hidden)?;
        let (spare, rest) = rest.split_at_mut_checked(2 * hidden + 2)?;
        let (kinks, rest) = rest.split_at_mut_checked(kinks_len(hidden))?;
        let (abscissae, rest) = rest.split_at_mut_checked(plan.nodes)?;
        let (weights, _) = rest.split_at_mut_checked(plan.nodes)?;
        Some(Work {
            values,
            slopes,
            deltas,
            spare,
            kinks,
            abscissae,
            weights,
        })
    }
}

/// The whole row, P + 1 entries; made in the scratch first, so that an error leaves the caller's as it was.
#[inline(always)]
pub(crate) fn quadrature_row<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    row: &mut [T],
    scratch: &mut [T],
) -> Result<RowReport<T>, Error> {
    let (made, report) = quadrature(asked, scratch)?;
    for (entry, &value) in row.iter_mut().zip(made) {
        *entry = value;
    }
    Ok(report)
}

/// The squared norm of the whole row.
#[inline(always)]
pub(crate) fn quadrature_norm<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &mut [T],
) -> Result<T, Error> {
    let (row, _) = quadrature(asked, scratch)?;
    Ok(dot(row, row))
}

/// The whole row, at the front of the scratch. In steps that hand each other nothing but the scratch, so that none is
/// on the stack while another is at work.
#[inline(always)]
fn quadrature<'s, T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &'s mut [T],
) -> Result<(&'s [T], RowReport<T>), Error> {
    let whole = asked.plan.parameters.saturating_add(1);
    let (row, rest) = scratch.split_at_mut_checked(whole).ok_or(Error::Model)?;
    rule(asked.plan, rest).ok_or(Error::Model)?;
    let kinks = find_kinks(asked, rest).ok_or(Error::Model)?;
    integrate(asked, kinks, row, rest).ok_or(Error::Model)?;
    let report = report(asked, row, rest)?;
    Ok((row, report))
}

/// Nodes and weights, into the scratch.
#[inline(never)]
fn rule<T: Scalar>(plan: &Plan, scratch: &mut [T]) -> Option<()> {
    let work = Work::of(scratch, plan)?;
    legendre(work.abscissae, work.weights).ok()
}

/// The kinks, into the scratch; returns their number.
#[inline(never)]
fn find_kinks<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &mut [T],
) -> Option<usize> {
    let work = Work::of(scratch, asked.plan)?;
    let mut path = Path {
        layers: asked.layers,
        x: asked.x,
        values: work.values,
        slopes: work.slopes,
    };
    let mut kinks = Kinks::found(work.kinks, 0);
    kinks.find(&mut path, asked, work.spare)?;
    Some(kinks.count())
}

/// Writes `a` into the first P entries of `row`.
#[inline(never)]
fn integrate<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    kinks: usize,
    row: &mut [T],
    scratch: &mut [T],
) -> Option<()> {
    let (_, row) = row.split_last_mut()?;
    let layers = asked.layers;
    let work = Work::of(scratch, asked.plan)?;
    let kinks = Kinks::found(work.kinks, kinks);
    let last = layers.depth().checked_sub(1)?;
    row.fill(T::ZERO);
    let mut from = T::ZERO;
    while from < T::ONE {
        let end = kinks.panel_end(from);
        let width = end - from;
        for (&mut node, &mut weight) in work.abscissae.iter_mut().zip(work.weights.iter_mut()) {
            let t = from + width * node;
            let mut path = Path {
                layers,
                x: asked.x,
                values: &mut *work.values,
                slopes: &mut *work.slopes,
            };
            let s = path.forward(last, asked.output, t)?;
            let (m, slope) = layers.layer(last)?.activation.value_and_derivative(s);
            let seed = width * weight * asked.target.derivative(m) * slope;
            path.backward(asked.output, t, seed, work.deltas)?;
            Pass {
                layers,
                x: asked.x,
                values: path.values,
                deltas: work.deltas,
                seed,
                output: asked.output,
            }
            .add(row)?;
        }
        from = end;
    }
    Some(())
}

/// Writes the row's last entry, f(0); compares the row with f(theta) - f(0).
#[inline(never)]
fn report<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    row: &mut [T],
    scratch: &mut [T],
) -> Result<RowReport<T>, Error> {
    let (last, a) = row.split_last_mut().ok_or(Error::Length("row"))?;
    let s = forward(asked, scratch).ok_or(Error::Model)?;
    let phi = asked.last_activation().ok_or(Error::Model)?;
    let value = if s.is_finite() {
        asked.target.value(phi.value(s))
    } else {
        s
    };
    let at_zero = asked.target.value(phi.value(T::ZERO));
    *last = at_zero;
    let sum = inner(asked.layers, a).ok_or(Error::Model)?;
    let completeness = (sum - (value - at_zero)).abs();
    if !completeness.is_finite() || !all_finite(a) {
        return Err(Error::Range("row"));
    }
    Ok(RowReport {
        form: Form::Quadrature,
        value,
        at_zero,
        completeness,
    })
}
