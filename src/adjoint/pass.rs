//! One forward and one backward pass at `t theta`, kept as a short list of outer products.

use crate::Scalar;
use crate::model::{Layer, Layers, dot, magnitude, neuron, product, product_transposed};

/// Hidden values and slopes at `t theta`. Returns the pre-activation of the output and the output's neuron.
pub(crate) fn forward<'a, T: Scalar, L: Layers<T>>(
    layers: &'a L,
    x: &[T],
    output: usize,
    t: T,
    values: &mut [T],
    slopes: &mut [T],
) -> Option<(T, Layer<'a, T>)> {
    let hidden = layers.depth().checked_sub(1)?;
    let input = hidden_values(layers, x, hidden, t, values, slopes)?;
    let last = layers.layer(hidden)?.single(output)?;
    let bias = last.bias.first().copied().unwrap_or(T::ZERO);
    Some((t * neuron(last.weights, bias, input), last))
}

/// Values and slopes of the first `count` layers at `t theta`; returns what the next layer sees.
pub(crate) fn hidden_values<'v, T: Scalar, L: Layers<T>>(
    layers: &L,
    x: &'v [T],
    count: usize,
    t: T,
    mut values: &'v mut [T],
    mut slopes: &mut [T],
) -> Option<&'v [T]> {
    let mut input = x;
    for index in 0..count {
        let layer = layers.layer(index)?;
        let (out, rest) = values.split_at_mut_checked(layer.outputs)?;
        values = rest;
        let (slope, rest) = slopes.split_at_mut_checked(layer.outputs)?;
        slopes = rest;
        product(&layer, input, t, out);
        for (value, slope) in out.iter_mut().zip(slope) {
            (*value, *slope) = layer.activation.value_and_derivative(*value);
        }
        input = out;
    }
    Some(input)
}

/// Deltas of the hidden layers at `t theta`, `seed` being that of the output, whose neuron is `last`.
pub(crate) fn backward<T: Scalar, L: Layers<T>>(
    layers: &L,
    last: &Layer<'_, T>,
    t: T,
    seed: T,
    mut slopes: &[T],
    deltas: &mut [T],
) -> Option<()> {
    let hidden = layers.depth().checked_sub(1)?;
    if hidden == 0 {
        return Some(());
    }
    let (mut rest, mut above) =
        deltas.split_at_mut_checked(deltas.len().checked_sub(last.inputs)?)?;
    let (tail, slope) = slopes.split_at_checked(slopes.len().checked_sub(last.inputs)?)?;
    slopes = tail;
    let scaled = t * seed;
    for ((delta, &s), &w) in above.iter_mut().zip(slope).zip(last.weights) {
        *delta = (scaled * w) * s;
    }
    for index in (1..hidden).rev() {
        let layer = layers.layer(index)?;
        let (tail, below) = rest.split_at_mut_checked(rest.len().checked_sub(layer.inputs)?)?;
        let (head, slope) = slopes.split_at_checked(slopes.len().checked_sub(layer.inputs)?)?;
        (rest, slopes) = (tail, head);
        product_transposed(&layer, above, t, below);
        for (delta, &s) in below.iter_mut().zip(slope) {
            *delta *= s;
        }
        above = below;
    }
    Some(())
}

/// One layer's share of a row: `delta` (outer) `[input ; 1]`, for the neurons from `first` on.
pub(crate) struct Term<'a, T> {
    layer: Layer<'a, T>,
    first: usize,
    delta: &'a [T],
    input: &'a [T],
}

impl<T: Scalar> Term<'_, T> {
    /// The squared norm of the share.
    fn norm_squared(&self) -> T {
        let bias = if self.layer.bias.is_empty() {
            T::ZERO
        } else {
            T::ONE
        };
        dot(self.delta, self.delta) * (dot(self.input, self.input) + bias)
    }

    /// Puts the share at the front of `row`; returns its product with the parameters, and the rest.
    fn set<'r>(&self, row: &'r mut [T]) -> Option<(T, &'r mut [T])> {
        let (cells, row) = row.split_at_mut_checked(self.layer.weights.len())?;
        let (bias, row) = row.split_at_mut_checked(self.layer.bias.len())?;
        if self.delta.len() != self.layer.outputs {
            cells.fill(T::ZERO);
            bias.fill(T::ZERO);
        }
        let start = self.first.checked_mul(self.layer.inputs)?;
        let mut lines = cells.get_mut(start..)?;
        for &delta in self.delta {
            let (line, rest) = lines.split_at_mut_checked(self.layer.inputs)?;
            lines = rest;
            for (cell, &h) in line.iter_mut().zip(self.input) {
                *cell = delta * h;
            }
        }
        for (cell, &delta) in bias.iter_mut().skip(self.first).zip(self.delta) {
            *cell = delta;
        }
        Some((
            dot(cells, self.layer.weights) + dot(bias, self.layer.bias),
            row,
        ))
    }

    /// Adds the share to the front of `row`; returns the rest.
    fn add<'r>(&self, row: &'r mut [T]) -> Option<&'r mut [T]> {
        let (cells, row) = row.split_at_mut_checked(self.layer.weights.len())?;
        let (bias, row) = row.split_at_mut_checked(self.layer.bias.len())?;
        let start = self.first.checked_mul(self.layer.inputs)?;
        let mut lines = cells.get_mut(start..)?;
        for &delta in self.delta {
            let (line, rest) = lines.split_at_mut_checked(self.layer.inputs)?;
            lines = rest;
            if delta != T::ZERO {
                for (cell, &h) in line.iter_mut().zip(self.input) {
                    *cell += delta * h;
                }
            }
        }
        for (cell, &delta) in bias.iter_mut().skip(self.first).zip(self.delta) {
            *cell += delta;
        }
        Some(row)
    }
}

/// What a backward pass left: enough to write, measure or sketch the row.
pub(crate) struct Pass<'a, T, L> {
    pub(crate) layers: &'a L,
    pub(crate) x: &'a [T],
    pub(crate) values: &'a [T],
    pub(crate) deltas: &'a [T],
    pub(crate) seed: T,
    pub(crate) output: usize,
}

impl<T: Scalar, L: Layers<T>> Pass<'_, T, L> {
    /// Hands each layer's share to `each`, from the input on.
    fn terms(&self, mut each: impl FnMut(Term<'_, T>) -> Option<()>) -> Option<()> {
        let hidden = self.layers.depth().checked_sub(1)?;
        let (mut input, mut values, mut deltas) = (self.x, self.values, self.deltas);
        for index in 0..hidden {
            let layer = self.layers.layer(index)?;
            let (delta, rest) = deltas.split_at_checked(layer.outputs)?;
            deltas = rest;
            let (out, rest) = values.split_at_checked(layer.outputs)?;
            values = rest;
            each(Term {
                layer,
                first: 0,
                delta,
                input,
            })?;
            input = out;
        }
        let layer = self.layers.layer(hidden)?;
        each(Term {
            layer,
            first: self.output,
            delta: &[self.seed],
            input,
        })
    }

    /// `|a|^2`
    pub(crate) fn norm_squared(&self) -> Option<T> {
        let mut sum = T::ZERO;
        self.terms(|term| {
            sum += term.norm_squared();
            Some(())
        })?;
        Some(sum)
    }

    /// Whether every entry of the row is finite, by a bound of them all.
    pub(crate) fn is_finite(&self) -> bool {
        let delta = magnitude(self.deltas) + self.seed.abs();
        let input = magnitude(self.values) + magnitude(self.x) + T::ONE;
        (delta * input).is_finite()
    }

    /// Writes a; returns `<a, theta>`.
    pub(crate) fn set(&self, row: &mut [T]) -> Option<T> {
        let (mut sum, mut rest) = (T::ZERO, row);
        self.terms(|term| {
            let (share, tail) = term.set(core::mem::take(&mut rest))?;
            sum += share;
            rest = tail;
            Some(())
        })?;
        Some(sum)
    }

    /// Adds a to what `row` holds.
    pub(crate) fn add(&self, row: &mut [T]) -> Option<()> {
        let mut rest = row;
        self.terms(|term| {
            rest = term.add(core::mem::take(&mut rest))?;
            Some(())
        })
    }
}

/// `<a, theta>`
pub(crate) fn inner<T: Scalar, L: Layers<T>>(layers: &L, row: &[T]) -> Option<T> {
    let (mut sum, mut rest) = (T::ZERO, row);
    for index in 0..layers.depth() {
        let layer = layers.layer(index)?;
        let (cells, tail) = rest.split_at_checked(layer.weights.len())?;
        let (bias, tail) = tail.split_at_checked(layer.bias.len())?;
        rest = tail;
        sum += dot(cells, layer.weights);
        sum += dot(bias, layer.bias);
    }
    Some(sum)
}
