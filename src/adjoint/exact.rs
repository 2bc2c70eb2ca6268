//! Closed form: `a = q grad s`, `q = (g(s) - g(0)) / (L s)`, where the network without its last
//! activation is positively homogeneous of degree L in its parameters.

use super::pass::{Asked, Pass, backward, forward};
use crate::model::{Form, Layers, RowReport};
use crate::{Error, Scalar};

/// What a closed-form row comes from, beside what lies in the scratch.
#[derive(Clone, Copy)]
struct Exact<T> {
    seed: T,
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
    let s = forward(asked, scratch).ok_or(Error::Model)?;
    let exact = seed(asked, s).ok_or(Error::Model)?;
    backward(asked, exact.seed, scratch).ok_or(Error::Model)?;
    if !is_finite(asked, &exact, scratch) {
        return Err(Error::Range("row"));
    }
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
    let exact = seed(asked, s).ok_or(Error::Model)?;
    if !exact.value.is_finite() {
        return Err(Error::Range("norm"));
    }
    backward(asked, exact.seed, scratch).ok_or(Error::Model)?;
    let norm = norm_squared(asked, exact.seed, scratch).ok_or(Error::Model)?;
    Ok(norm + exact.at_zero * exact.at_zero)
}

/// The seed of the backward pass, from the output's pre-activation.
#[inline(never)]
fn seed<T: Scalar, L: Layers<T>>(asked: &Asked<'_, T, L>, s: T) -> Option<Exact<T>> {
    let (phi, target) = (asked.last_activation()?, asked.target);
    let (m, m0) = (phi.value(s), phi.value(T::ZERO));
    let degree = T::count(asked.layers.depth() as u64);
    Some(Exact {
        seed: target.divided(m, m0) * phi.divided(s) / degree,
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
