//! Closed form: `a = q grad s`, `q = (g(s) - g(0)) / (L s)`, where the network without its last
//! activation is positively homogeneous of degree L in its parameters.

use super::logits::{logits, outputs, value_at};
use super::pass::{Asked, Pass, backward, forward};
use super::sketch::Sketching;
use crate::model::{Form, Layers, RowReport, all_finite, joint_at_zero, joint_integral};
use crate::{Error, Scalar};

/// What a closed-form row comes from, beside what lies in the scratch.
#[derive(Clone, Copy)]
struct Exact<T> {
    seed: T,
    /// `<a, theta>` by Euler's identity: `L q s`.
    sum: T,
    value: T,
    at_zero: T,
}

/// The whole row, P + 1 entries. In steps that hand each other little but the scratch, so that none is on the stack
/// while another is at work.
#[inline(always)]
pub(crate) fn exact_row<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    row: &mut [T],
    scratch: &mut [T],
) -> Result<RowReport<T>, Error> {
    let exact = both_passes(asked, scratch)?;
    let (last, a) = row.split_last_mut().ok_or(Error::Length("row"))?;
    *last = exact.at_zero;
    let completeness = write(asked, &exact, a, scratch).ok_or(Error::Model)?;
    Ok(RowReport {
        form: Form::Exact,
        value: exact.value,
        at_zero: exact.at_zero,
        completeness,
    })
}

/// The squared norm of the whole row.
#[inline(always)]
pub(crate) fn exact_norm<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &mut [T],
) -> Result<T, Error> {
    let s = forward(asked, scratch).ok_or(Error::Model)?;
    let exact = seed_of(asked, s, scratch)?;
    if !exact.value.is_finite() {
        return Err(Error::Range("norm"));
    }
    backward(asked, exact.seed, scratch).ok_or(Error::Model)?;
    let norm = norm_squared(asked, exact.seed, scratch).ok_or(Error::Model)?;
    Ok(norm + exact.at_zero * exact.at_zero)
}

/// The row as a sketch, K + 1 entries.
#[inline(always)]
pub(crate) fn exact_sketch<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    mut sketching: Sketching<'_, T>,
    scratch: &mut [T],
) -> Result<RowReport<T>, Error> {
    let exact = both_passes(asked, scratch)?;
    let pass = Pass::of(asked, exact.seed, scratch).ok_or(Error::Model)?;
    sketching.begin(exact.at_zero);
    sketching.add(&pass).ok_or(Error::Model)?;
    let residual = (exact.sum - (exact.value - exact.at_zero)).abs();
    Ok(RowReport {
        form: Form::Exact,
        value: exact.value,
        at_zero: exact.at_zero,
        completeness: residual,
    })
}

/// The outer products that the row is the sum of, over the scratch.
#[inline(always)]
pub(crate) fn exact_pass<'s, T: Scalar, L: Layers<T>>(
    asked: &Asked<'s, T, L>,
    scratch: &'s mut [T],
) -> Result<Pass<'s, T, L>, Error> {
    let exact = both_passes(asked, scratch)?;
    Pass::of(asked, exact.seed, scratch).ok_or(Error::Model)
}

/// Leaves in the scratch what a row is made of; refuses a row that is not finite.
#[inline(always)]
fn both_passes<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &mut [T],
) -> Result<Exact<T>, Error> {
    let s = forward(asked, scratch).ok_or(Error::Model)?;
    let exact = seed_of(asked, s, scratch)?;
    backward(asked, exact.seed, scratch).ok_or(Error::Model)?;
    if is_finite(asked, &exact, scratch) {
        Ok(exact)
    } else {
        Err(Error::Range("row"))
    }
}

/// The seed of the backward pass; all seeds, in the scratch, of a joint target.
#[inline(always)]
fn seed_of<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    s: T,
    scratch: &mut [T],
) -> Result<Exact<T>, Error> {
    if asked.target.is_joint() {
        logits(asked, scratch).ok_or(Error::Model)?;
        joint_seeds(asked, scratch).ok_or(Error::Label)
    } else {
        seed(asked, s).ok_or(Error::Model)
    }
}

/// The seeds of all outputs: logits are homogeneous of degree L in the parameters, so that
/// `a = (1 / L) sum_c q_c grad m_c`, `q_c = integral over u in [0, 1] of df/dm_c (u m) du`. `None` where the label is no class.
#[inline(never)]
fn joint_seeds<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &mut [T],
) -> Option<Exact<T>> {
    let (m, q, spare) = outputs(asked, scratch)?;
    let (target, row) = (asked.target, asked.output);
    let value = value_at(asked, m, spare)?;
    let mut sum = T::ZERO;
    let degree = T::count(asked.layers.depth() as u64);
    if all_finite(m) {
        joint_integral(target, row, m, q, spare)?;
        for (q, &m) in q.iter_mut().zip(&*m) {
            sum += *q * m;
            *q /= degree;
        }
    }
    Some(Exact {
        seed: T::ZERO,
        sum,
        value,
        at_zero: joint_at_zero(target, asked.plan.outputs),
    })
}

/// The seed of the backward pass, from the output's pre-activation.
#[inline(never)]
fn seed<T: Scalar, L: Layers<T>>(asked: &Asked<'_, T, L>, s: T) -> Option<Exact<T>> {
    let (phi, target) = (asked.last_activation()?, asked.target);
    let (m, m0) = (phi.value(s), phi.value(T::ZERO));
    let degree = T::count(asked.layers.depth() as u64);
    let whole = target.divided(m, m0) * phi.divided(s);
    Some(Exact {
        seed: whole / degree,
        sum: whole * s,
        // Beyond the scalar's range the value may be finite again, but the row is not this network's.
        value: if s.is_finite() { target.value(m) } else { s },
        at_zero: target.value(m0),
    })
}

/// Whether the row that both passes have left is finite, and what it sums up to.
#[inline(never)]
fn is_finite<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    exact: &Exact<T>,
    scratch: &[T],
) -> bool {
    let pass = Pass::of(asked, exact.seed, scratch);
    pass.is_some_and(|pass| pass.is_finite()) && (exact.value - exact.at_zero).is_finite()
}

/// Writes `a`, which both passes have left; returns its completeness.
#[inline(never)]
fn write<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    exact: &Exact<T>,
    a: &mut [T],
    scratch: &[T],
) -> Option<T> {
    let sum = Pass::of(asked, exact.seed, scratch)?.set(a)?;
    let residual = (sum - (exact.value - exact.at_zero)).abs();
    Some(if residual.is_finite() {
        residual
    } else {
        T::MAX
    })
}

/// `|a|^2` of the row that both passes have left.
#[inline(never)]
fn norm_squared<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    seed: T,
    scratch: &[T],
) -> Option<T> {
    Some(Pass::of(asked, seed, scratch)?.norm_squared())
}

/// Whether the closed form holds: homogeneous hidden activations, biases in the first layer only.
pub(crate) fn has_closed_form<T: Scalar, L: Layers<T>>(layers: &L) -> bool {
    let last = layers.depth().saturating_sub(1);
    (0..layers.depth()).all(|index| {
        layers.layer(index).is_some_and(|layer| {
            (index == 0 || layer.bias.is_empty())
                && (index == last || layer.activation.is_homogeneous())
        })
    })
}
