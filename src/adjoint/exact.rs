//! Closed form: `a = q grad s`, `q = (g(s) - g(0)) / (L s)`, where the network without its last
//! activation is positively homogeneous of degree L in its parameters.

use super::pass::Pass;
use crate::Scalar;
use crate::model::{Layers, Target};

/// What a closed-form row came from.
pub(crate) struct Exact<'a, T, L> {
    pub(crate) pass: Pass<'a, T, L>,
    pub(crate) value: T,
    pub(crate) at_zero: T,
}

/// One forward and one backward pass; `scratch` holds three scalars a hidden neuron.
pub(crate) fn exact<'a, T: Scalar, L: Layers<T>>(
    layers: &'a L,
    x: &'a [T],
    output: usize,
    target: Target<T>,
    hidden: usize,
    scratch: &'a mut [T],
) -> Option<Exact<'a, T, L>> {
    let (mut value, mut at_zero) = (T::ZERO, T::ZERO);
    let pass = Pass::new(layers, x, output, hidden, scratch, |s, phi| {
        let (m, m0) = (phi.value(s), phi.value(T::ZERO));
        // Beyond the scalar's range the value may be finite again, but the row is not this network's.
        value = if s.is_finite() { target.value(m) } else { s };
        at_zero = target.value(m0);
        let degree = T::count(layers.depth() as u64);
        target.divided(m, m0) * phi.divided(s) / degree
    })?;
    Some(Exact {
        pass,
        value,
        at_zero,
    })
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
