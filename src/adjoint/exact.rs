//! Closed form: `a = q grad s`, `q = (g(s) - g(0)) / (L s)`, where the network without its last
//! activation is positively homogeneous of degree L in its parameters.

use super::pass::{Pass, backward, forward};
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
    let (values, rest) = scratch.split_at_mut_checked(hidden)?;
    let (slopes, rest) = rest.split_at_mut_checked(hidden)?;
    let (deltas, _) = rest.split_at_mut_checked(hidden)?;
    let (s, last) = forward(layers, x, output, T::ONE, values, slopes)?;
    let phi = last.activation;
    let (m, m0) = (phi.value(s), phi.value(T::ZERO));
    let degree = T::count(layers.depth() as u64);
    let seed = target.divided(m, m0) * phi.divided(s) / degree;
    backward(layers, &last, T::ONE, seed, slopes, deltas)?;
    Some(Exact {
        pass: Pass {
            layers,
            x,
            values,
            deltas,
            seed,
            output,
        },
        // Beyond the scalar's range the value may be finite again, but the row is not this network's.
        value: if s.is_finite() { target.value(m) } else { s },
        at_zero: target.value(m0),
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
