//! Explain: which input, and which layer, a reading's leverage comes from.
//!
//! With M the factor's `D^T D + lambda I`, the leverage splits by parameters as
//! `tau = sum_j d_j (M^-1 d)_j` ([`crate::factor::Factor::contributions`]). A parameter's share goes to its layer;
//! in the first layer a weight's share goes to the input that it multiplies, too:
//!
//! ```text
//! tau = layers[0] + layers[1] + .. + at_zero        layers[0] = inputs[0] + inputs[1] + .. + bias
//! ```
//!
//! Shares are signed: below 0 the input makes the reading less unusual than the others alone would. The largest is the
//! one to look at.
//!
//! # Why this split
//! Tried on two-layer ReLU networks 5-8-1, one input of a reading moved by 4 deviations: share of readings where that
//! input came out on top (`tests/explain.rs`; the symmetric root in a prototype). The squares of the forward substitution,
//! `z_j^2 / d_j`, sum to tau as well, and give what inputs share to the first of them. The symmetric root
//! `M^(-1/2) d`, scaled to correlations, does not depend on the order, but needs all eigenvectors.
//!
//! | correlation of the inputs | `d_j (M^-1 d)_j` | `z_j^2 / d_j` | symmetric root |
//! |---|---|---|---|
//! | none | .95 | .96 | .96 |
//! | .5 | .98 | .88 | .98 |
//! | .9 | .99 | .62 | .99 |
//!
//! # Gauge columns
//! A factor of the network's order has none of them ([`crate::model::Model::leave_out_gauge`]); the share of such a
//! parameter is 0. It is a weight behind the neuron, which the weights in front of it determine, so the neuron's share goes
//! to the layer in front: in a two-layer ReLU network with one output all of tau but f(0)'s is the inputs' and the bias's.
//! Better so: with the gauge columns in (a factor of order P + 1) the odd input of the first row above came out on top less
//! often, .93 for .95.
//!
//! # What it does not tell
//! Behind a dead neuron, and in layers that are no function of one input alone, an input's part is not traced: a share of
//! a later layer stays with the layer. A reading whose novelty is not 0 has columns that M does not know; they are as good as
//! an explanation themselves, and without a ridge contribute nothing here.

use crate::factor::Factor;
use crate::model::{Layers, Model, Network, Plan};
use crate::{Error, Scalar};
use core::borrow::Borrow;

/// Scalars of scratch for an explanation: `3 (P + 1)`.
pub const fn explain_len(parameters: usize) -> usize {
    parameters.saturating_add(1).saturating_mul(3)
}

/// What a leverage comes from, beside inputs and layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Explanation<T> {
    /// tau, the leverage that is explained.
    pub leverage: T,
    /// Share of the row outside what the factor has seen, in [0, 1].
    pub novelty: T,
    /// Share of the first layer's bias.
    pub bias: T,
    /// Share of the last column, f(0): the label, mostly.
    pub at_zero: T,
}

/// Explains the leverage of a whole row `[a ; f(0)]` of the network, P + 1 entries, against a factor of rows without gauge
/// columns (of the network's order) or with them (P + 1). For a selector's factor: the row of the *standardised* reading,
/// before it is offered; the leverage is then the t of the online leverage `t / (1 + t)`.
///
/// `inputs`: one share an input of the network; `layers`: one a layer; `scratch`: [`explain_len`] scalars. A
/// sample of several outputs has a row for each: their shares add up.
/// Cost: about 3 N^2 flops.
///
/// # Errors
/// Length: row, inputs, layers, scratch, or a factor of another order. As [`Factor::contributions`] otherwise; inputs and
/// layers are then as before.
pub fn explain<T: Scalar, L: Layers<T>, P: Borrow<Plan>, B: AsRef<[T]>>(
    network: &Network<L, P>,
    factor: &Factor<T, B>,
    row: &[T],
    inputs: &mut [T],
    layers: &mut [T],
    scratch: &mut [T],
) -> Result<Explanation<T>, Error> {
    let (whole, order) = (row.len(), factor.state().order);
    if whole.checked_sub(1) != Some(network.parameters()) {
        return Err(Error::Length("row"));
    }
    if inputs.len() != network.inputs() {
        return Err(Error::Length("inputs"));
    }
    if layers.len() != network.layers().depth() {
        return Err(Error::Length("layers"));
    }
    if order != network.order() && order != whole {
        return Err(Error::Length("factor"));
    }
    let too_short = Error::Length("scratch");
    let (reduced, rest) = scratch.split_at_mut_checked(whole).ok_or(too_short)?;
    let (shares, rest) = rest.split_at_mut_checked(whole).ok_or(too_short)?;
    let (work, _) = rest.split_at_mut_checked(whole).ok_or(too_short)?;
    for (to, from) in reduced.iter_mut().zip(row) {
        *to = *from;
    }
    if order != whole {
        network.leave_out_gauge(reduced);
    }
    let row = reduced.get(..order).ok_or(too_short)?;
    let shares = shares.get_mut(..order).ok_or(too_short)?;
    let score = factor.contributions(row, shares, work)?;
    if order != whole {
        network.put_back_gauge(shares, reduced);
    } else {
        for (to, from) in reduced.iter_mut().zip(shares) {
            *to = *from;
        }
    }
    let (bias, at_zero) = fold(network.layers(), reduced, inputs, layers).ok_or(Error::Model)?;
    Ok(Explanation {
        leverage: score.leverage,
        novelty: score.novelty,
        bias,
        at_zero,
    })
}

/// Sums by layer, and by input in the first; the share of its bias, and that of the last column.
fn fold<T: Scalar, L: Layers<T>>(
    network: &L,
    shares: &[T],
    inputs: &mut [T],
    layers: &mut [T],
) -> Option<(T, T)> {
    let (at_zero, mut rest) = shares.split_last()?;
    let mut first_bias = T::ZERO;
    for (index, total) in layers.iter_mut().enumerate() {
        let layer = network.layer(index)?;
        let (weights, tail) = rest.split_at_checked(layer.weights.len())?;
        let (bias, tail) = tail.split_at_checked(layer.bias.len())?;
        rest = tail;
        let bias = sum(bias);
        if index == 0 {
            first_bias = bias;
            inputs.fill(T::ZERO);
            for neuron in weights.chunks_exact(layer.inputs.max(1)) {
                for (input, share) in inputs.iter_mut().zip(neuron) {
                    *input += *share;
                }
            }
            *total = sum(inputs) + bias;
        } else {
            *total = sum(weights) + bias;
        }
    }
    Some((first_bias, *at_zero))
}

fn sum<T: Scalar>(values: &[T]) -> T {
    let mut sum = T::ZERO;
    for value in values {
        sum += *value;
    }
    sum
}
