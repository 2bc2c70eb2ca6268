//! The row by Gauss-Legendre quadrature along the path `t theta`, t from 0 to 1, split at kinks.

use super::kinks::Kinks;
use super::legendre::legendre;
use super::logits::{joint_value, logits};
use super::pass::{Asked, Pass, Path, Seeds, forward, inner};
use super::sketch::Sketching;
use crate::model::{Form, Layers, Plan, RowReport, all_finite, dot, joint};
use crate::{Error, Scalar};

/// Points at which a path can be split, for so many hidden neurons.
pub(crate) const fn kinks_len(hidden: usize) -> usize {
    hidden.saturating_mul(4).saturating_add(8)
}

/// Takes in what the nodes' passes leave, whose sum is the row.
pub(crate) trait Take<T, L> {
    fn take(&mut self, pass: &Pass<'_, T, L>) -> Option<()>;
}

/// The row itself.
struct Whole<'a, T>(&'a mut [T]);

impl<T: Scalar, L: Layers<T>> Take<T, L> for Whole<'_, T> {
    fn take(&mut self, pass: &Pass<'_, T, L>) -> Option<()> {
        pass.add(self.0)
    }
}

/// Scalars of scratch beside the row: values, slopes, deltas, spare, kinks, nodes and weights.
pub(crate) const fn quadrature_len(hidden: usize) -> usize {
    hidden
        .saturating_mul(5)
        .saturating_add(kinks_len(hidden))
        .saturating_add(66)
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
    /// Logits and their seeds, of a joint target.
    outputs: &'a mut [T],
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
        let (weights, outputs) = rest.split_at_mut_checked(plan.nodes)?;
        Some(Work {
            values,
            slopes,
            deltas,
            spare,
            kinks,
            abscissae,
            weights,
            outputs,
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
    row.fill(T::ZERO);
    let (last, a) = row.split_last_mut().ok_or(Error::Length("row"))?;
    along_path(asked, &mut Whole(a), rest)?;
    let sum = inner(asked.layers, a).ok_or(Error::Model)?;
    let report = report(asked, sum, rest)?;
    if !all_finite(a) {
        return Err(Error::Range("row"));
    }
    *last = report.at_zero;
    Ok((row, report))
}

/// The row as a sketch, K + 1 entries, which `sketching` holds.
#[inline(always)]
pub(crate) fn quadrature_sketch<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    sketching: &mut Sketching<'_, T>,
    scratch: &mut [T],
) -> Result<RowReport<T>, Error> {
    sketching.begin(T::ZERO);
    along_path(asked, sketching, scratch)?;
    let report = report(asked, sketching.sum, scratch)?;
    sketching.end(report.at_zero)?;
    Ok(report)
}

/// Nodes, kinks, and the passes at all nodes.
#[inline(always)]
fn along_path<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    to: &mut dyn Take<T, L>,
    scratch: &mut [T],
) -> Result<(), Error> {
    rule(asked.plan, scratch).ok_or(Error::Model)?;
    let kinks = find_kinks(asked, scratch).ok_or(Error::Model)?;
    let cause = if asked.target.is_joint() {
        Error::Label
    } else {
        Error::Model
    };
    integrate(asked, kinks, to, scratch).ok_or(cause)
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

/// Hands on the passes at all nodes. The one code serves whoever takes them.
#[inline(never)]
fn integrate<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    kinks: usize,
    to: &mut dyn Take<T, L>,
    scratch: &mut [T],
) -> Option<()> {
    let layers = asked.layers;
    let work = Work::of(scratch, asked.plan)?;
    let kinks = Kinks::found(work.kinks, kinks);
    let last = layers.depth().checked_sub(1)?;
    let (mut m, mut slopes) = (&mut [][..], &mut [][..]);
    if asked.target.is_joint() {
        let rest;
        (m, rest) = work.outputs.split_at_mut_checked(asked.plan.outputs)?;
        slopes = rest.get_mut(..asked.plan.outputs)?;
    }
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
            let (seeds, first) = if asked.target.is_joint() {
                path.pre_activations(last, 0, t, m)?;
                joint(asked.target, asked.output, m, T::ONE, slopes)?;
                slopes.iter_mut().for_each(|slope| *slope *= width * weight);
                (Seeds::All(&*slopes), 0)
            } else {
                let s = path.forward(last, asked.output, t)?;
                let (m, slope) = layers.layer(last)?.activation.value_and_derivative(s);
                let seed = width * weight * asked.target.derivative(m) * slope;
                (Seeds::One([seed]), asked.output)
            };
            path.backward(first, t, seeds.slice(), work.deltas)?;
            to.take(&Pass {
                layers,
                x: asked.x,
                values: path.values,
                deltas: work.deltas,
                seeds,
                first,
            })?;
        }
        from = end;
    }
    Some(())
}

/// What the row says of itself; `sum` is `<a, theta>`.
#[inline(never)]
fn report<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    sum: T,
    scratch: &mut [T],
) -> Result<RowReport<T>, Error> {
    let s = forward(asked, scratch).ok_or(Error::Model)?;
    let (value, at_zero) = if asked.target.is_joint() {
        logits(asked, scratch).ok_or(Error::Model)?;
        joint_value(asked, scratch).ok_or(Error::Label)?
    } else {
        let phi = asked.last_activation().ok_or(Error::Model)?;
        let value = if s.is_finite() {
            asked.target.value(phi.value(s))
        } else {
            s
        };
        (value, asked.target.value(phi.value(T::ZERO)))
    };
    let completeness = (sum - (value - at_zero)).abs();
    if !completeness.is_finite() {
        return Err(Error::Range("row"));
    }
    Ok(RowReport {
        form: Form::Quadrature,
        value,
        at_zero,
        completeness,
    })
}
