//! A forward and a backward pass at `t theta`, kept as a short list of outer products.

use crate::Scalar;
use crate::model::{Activation, Layer, Layers, dot, magnitude, product, product_transposed};
use core::mem::take;

/// The network along the path `t theta`, with memory of one scalar a hidden neuron each.
pub(crate) struct Path<'a, T, L> {
    pub(crate) layers: &'a L,
    pub(crate) x: &'a [T],
    pub(crate) values: &'a mut [T],
    pub(crate) slopes: &'a mut [T],
}

impl<T: Scalar, L: Layers<T>> Path<'_, T, L> {
    /// Values and slopes of the layers before `index` at `t theta`; then pre-activations of layer `index`, from neuron
    /// `first` on, as many as `out` holds.
    #[inline(never)]
    pub(crate) fn pre_activations(
        &mut self,
        index: usize,
        first: usize,
        t: T,
        out: &mut [T],
    ) -> Option<()> {
        let (mut values, mut slopes) = (&mut *self.values, &mut *self.slopes);
        let mut input = self.x;
        for below in 0..index {
            let layer = self.layers.layer(below)?;
            let (value, rest) = take(&mut values).split_at_mut_checked(layer.outputs)?;
            let (slope, others) = take(&mut slopes).split_at_mut_checked(layer.outputs)?;
            product(&layer, 0, input, t, value)?;
            layer.activation.apply(value, slope);
            (values, slopes, input) = (rest, others, value);
        }
        product(&self.layers.layer(index)?, first, input, t, out)
    }

    /// The pre-activation of an output at `t theta`, whose layer is the last.
    pub(crate) fn forward(&mut self, last: usize, output: usize, t: T) -> Option<T> {
        let mut sum = [T::ZERO];
        self.pre_activations(last, output, t, &mut sum)?;
        let [sum] = sum;
        Some(sum)
    }

    /// Deltas of the hidden layers at `t theta`, after a forward pass there; `seed` is that of the output.
    #[inline(never)]
    pub(crate) fn backward(&self, output: usize, t: T, seed: T, deltas: &mut [T]) -> Option<()> {
        let hidden = self.layers.depth().checked_sub(1)?;
        if hidden == 0 {
            return Some(());
        }
        let (mut deltas, mut slopes) = (deltas, &*self.slopes);
        let mut layer = self.layers.layer(hidden)?;
        let place = |length: usize| length.checked_sub(layer.inputs);
        let (rest, mut above) = deltas.split_at_mut_checked(place(deltas.len())?)?;
        let (others, slope) = slopes.split_at_checked(place(slopes.len())?)?;
        (deltas, slopes) = (rest, others);
        let scaled = t * seed;
        for ((delta, &s), &w) in above.iter_mut().zip(slope).zip(layer.neuron(output)?) {
            *delta = (scaled * w) * s;
        }
        for index in (1..hidden).rev() {
            layer = self.layers.layer(index)?;
            let place = |length: usize| length.checked_sub(layer.inputs);
            let length = place(deltas.len())?;
            let (rest, below) = take(&mut deltas).split_at_mut_checked(length)?;
            let (others, slope) = slopes.split_at_checked(place(slopes.len())?)?;
            (deltas, slopes) = (rest, others);
            product_transposed(&layer, above, t, below);
            for (delta, &s) in below.iter_mut().zip(slope) {
                *delta *= s;
            }
            above = below;
        }
        Some(())
    }
}

/// One layer's share of a row: `delta` (outer) `[input ; 1]`, for the neurons from `first` on.
struct Term<'a, T> {
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

impl<'a, T: Scalar, L: Layers<T>> Pass<'a, T, L> {
    /// A forward and a backward pass at theta. `seed` makes of the output's pre-activation and activation the delta that
    /// goes back. `scratch` holds three scalars a hidden neuron.
    pub(crate) fn new(
        layers: &'a L,
        x: &'a [T],
        output: usize,
        hidden: usize,
        scratch: &'a mut [T],
        seed: impl FnOnce(T, Activation<T>) -> T,
    ) -> Option<Self> {
        let (values, rest) = scratch.split_at_mut_checked(hidden)?;
        let (slopes, rest) = rest.split_at_mut_checked(hidden)?;
        let (deltas, _) = rest.split_at_mut_checked(hidden)?;
        let mut path = Path {
            layers,
            x,
            values,
            slopes,
        };
        let last = layers.depth().checked_sub(1)?;
        let sum = path.forward(last, output, T::ONE)?;
        let seed = seed(sum, layers.layer(last)?.activation);
        path.backward(output, T::ONE, seed, deltas)?;
        Some(Pass {
            layers,
            x,
            values: path.values,
            deltas,
            seed,
            output,
        })
    }

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
    #[inline(never)]
    pub(crate) fn set(&self, row: &mut [T]) -> Option<T> {
        let (mut sum, mut rest) = (T::ZERO, row);
        self.terms(|term| {
            let (share, tail) = term.set(take(&mut rest))?;
            sum += share;
            rest = tail;
            Some(())
        })?;
        Some(sum)
    }

    /// Adds a to what `row` holds.
    #[inline(never)]
    pub(crate) fn add(&self, row: &mut [T]) -> Option<()> {
        let mut rest = row;
        self.terms(|term| {
            rest = term.add(take(&mut rest))?;
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
