//! The row by Gauss-Legendre quadrature along the path `t theta`, t from 0 to 1, split at kinks.

use super::kinks::Kinks;
use super::legendre::legendre;
use super::pass::{Pass, Path};
use crate::Scalar;
use crate::model::{Layers, Target};

/// Points at which a path can be split, for so many hidden neurons.
pub(crate) const fn kinks_len(hidden: usize) -> usize {
    4 * hidden + 8
}

/// Scalars of scratch beside the row: values, slopes, deltas, spare, kinks, nodes and weights.
pub(crate) const fn quadrature_len(hidden: usize) -> usize {
    5 * hidden + 2 + kinks_len(hidden) + 64
}

/// Writes `a` into `row` (P entries).
pub(crate) fn quadrature<T: Scalar, L: Layers<T>>(
    layers: &L,
    x: &[T],
    output: usize,
    target: Target<T>,
    (hidden, nodes): (usize, usize),
    row: &mut [T],
    scratch: &mut [T],
) -> Option<()> {
    let (values, rest) = scratch.split_at_mut_checked(hidden)?;
    let (slopes, rest) = rest.split_at_mut_checked(hidden)?;
    let (deltas, rest) = rest.split_at_mut_checked(hidden)?;
    let (spare, rest) = rest.split_at_mut_checked(2 * hidden + 2)?;
    let (points, rest) = rest.split_at_mut_checked(kinks_len(hidden))?;
    let (abscissae, rest) = rest.split_at_mut_checked(nodes)?;
    let (weights, _) = rest.split_at_mut_checked(nodes)?;
    legendre(abscissae, weights).ok()?;

    let mut path = Path {
        layers,
        x,
        values,
        slopes,
    };
    let mut kinks = Kinks::new(points);
    kinks.find(&mut path, output, target, spare)?;

    let last = layers.depth().checked_sub(1)?;
    let phi = layers.layer(last)?.activation;
    row.fill(T::ZERO);
    let mut from = T::ZERO;
    while from < T::ONE {
        let end = kinks.panel_end(from);
        let width = end - from;
        for (&mut node, &mut weight) in abscissae.iter_mut().zip(weights.iter_mut()) {
            let t = from + width * node;
            let s = path.forward(last, output, t)?;
            let (m, slope) = phi.value_and_derivative(s);
            let seed = width * weight * target.derivative(m) * slope;
            path.backward(output, t, seed, deltas)?;
            Pass {
                layers,
                x,
                values: path.values,
                deltas,
                seed,
                output,
            }
            .add(row)?;
        }
        from = end;
    }
    Some(())
}
