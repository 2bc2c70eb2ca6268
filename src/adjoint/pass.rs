//! A forward and a backward pass at `t theta`, kept as a short list of outer products.

use super::logits::seeds;
use crate::Scalar;
use crate::model::{
    Activation, Layer, Layers, Plan, Target, dot, magnitude, neuron, product, product_transposed,
};
use core::mem::take;

/// What is asked of a network.
pub(crate) struct Asked<'a, T, L> {
    pub(crate) layers: &'a L,
    pub(crate) plan: &'a Plan,
    pub(crate) x: &'a [T],
    pub(crate) output: usize,
    pub(crate) target: Target<T>,
}

impl<T: Scalar, L: Layers<T>> Asked<'_, T, L> {
    /// The activation of the last layer.
    #[inline(always)]
    pub(crate) fn last_activation(&self) -> Option<Activation<T>> {
        let last = self.layers.depth().checked_sub(1)?;
        Some(self.layers.layer(last)?.activation)
    }
}

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
        self.propagate(index, first, t, out)
    }

    /// As `pre_activations`, in the caller's frame.
    #[inline(always)]
    fn propagate(&mut self, index: usize, first: usize, t: T, out: &mut [T]) -> Option<()> {
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

    /// Deltas of the hidden layers at `t theta`, after a forward pass there; `seeds` are those of the outputs from `first` on.
    #[inline(never)]
    pub(crate) fn backward(&self, first: usize, t: T, seeds: &[T], deltas: &mut [T]) -> Option<()> {
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
        if let [seed] = seeds {
            let scaled = t * *seed;
            for ((delta, &s), &w) in above.iter_mut().zip(slope).zip(layer.neuron(first)?) {
                *delta = (scaled * w) * s;
            }
        } else {
            product_transposed(&layer, seeds, t, above);
            above
                .iter_mut()
                .zip(slope)
                .for_each(|(delta, &s)| *delta *= s);
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

/// A forward pass at theta; gives the pre-activation of what is asked. `scratch` holds two scalars a hidden neuron.
#[inline(never)]
pub(crate) fn forward<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    scratch: &mut [T],
) -> Option<T> {
    let hidden = asked.plan.hidden;
    let (values, rest) = scratch.split_at_mut_checked(hidden)?;
    let (slopes, _) = rest.split_at_mut_checked(hidden)?;
    let mut path = Path {
        layers: asked.layers,
        x: asked.x,
        values,
        slopes,
    };
    let mut sum = [T::ZERO];
    path.propagate(
        asked.layers.depth().checked_sub(1)?,
        asked.output,
        T::ONE,
        &mut sum,
    )?;
    let [sum] = sum;
    Some(sum)
}

/// The backward pass from there; `seed` is the output's delta, which a joint target has in the scratch. `scratch` holds
/// three scalars a hidden neuron.
#[inline(never)]
pub(crate) fn backward<T: Scalar, L: Layers<T>>(
    asked: &Asked<'_, T, L>,
    seed: T,
    scratch: &mut [T],
) -> Option<()> {
    let hidden = asked.plan.hidden;
    let (front, rest) = scratch.split_at_mut_checked(hidden.checked_mul(3)?)?;
    let (values, front) = front.split_at_mut_checked(hidden)?;
    let (slopes, deltas) = front.split_at_mut_checked(hidden)?;
    let path = Path {
        layers: asked.layers,
        x: asked.x,
        values,
        slopes,
    };
    if asked.target.is_joint() {
        let seeds = seeds(rest, asked.plan.outputs)?;
        path.backward(0, T::ONE, seeds, deltas)
    } else {
        path.backward(asked.output, T::ONE, &[seed], deltas)
    }
}

/// One layer's share of a row: `delta` (outer) `[input ; 1]`, for the neurons from `first` on.
pub(crate) struct Term<'a, T> {
    pub(crate) layer: Layer<'a, T>,
    pub(crate) first: usize,
    pub(crate) delta: &'a [T],
    pub(crate) input: &'a [T],
}

impl<T: Scalar> Term<'_, T> {
    /// The squared norm of the share.
    #[inline(always)]
    fn norm_squared(&self) -> T {
        let bias = if self.layer.bias.is_empty() {
            T::ZERO
        } else {
            T::ONE
        };
        dot(self.delta, self.delta) * (dot(self.input, self.input) + bias)
    }

    /// `<share, theta>`
    pub(crate) fn product(&self) -> Option<T> {
        let mut sum = T::ZERO;
        for (index, &delta) in self.delta.iter().enumerate() {
            if delta != T::ZERO {
                let at = self.first.checked_add(index)?;
                let bias = self.layer.bias.get(at).copied().unwrap_or(T::ZERO);
                sum += delta * neuron(self.layer.neuron(at)?, bias, self.input);
            }
        }
        Some(sum)
    }

    /// Puts the share at the front of `row`; returns its product with the parameters, and the rest.
    #[inline(always)]
    fn set<'r>(&self, row: &'r mut [T]) -> Option<(T, &'r mut [T])> {
        let (cells, row) = row.split_at_mut_checked(self.layer.weights.len())?;
        let (bias, row) = row.split_at_mut_checked(self.layer.bias.len())?;
        if self.delta.len() != self.layer.outputs {
            cells.fill(T::ZERO);
            bias.fill(T::ZERO);
        }
        let start = self.first.checked_mul(self.layer.inputs)?;
        set_outer(self.delta, self.input, cells.get_mut(start..)?)?;
        for (cell, &delta) in bias.iter_mut().skip(self.first).zip(self.delta) {
            *cell = delta;
        }
        Some((
            product_of(cells, self.layer.weights) + product_of(bias, self.layer.bias),
            row,
        ))
    }

    /// Adds the share to the front of `row`; returns the rest.
    #[inline(always)]
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

/// Writes `delta` (outer) `input` to the front of `cells`, row by row.
#[inline(never)]
fn set_outer<T: Scalar>(delta: &[T], input: &[T], cells: &mut [T]) -> Option<()> {
    let mut lines = cells;
    for &delta in delta {
        let (line, rest) = lines.split_at_mut_checked(input.len())?;
        lines = rest;
        for (cell, &h) in line.iter_mut().zip(input) {
            *cell = delta * h;
        }
    }
    Some(())
}

/// As `dot`, in a frame of its own.
#[inline(never)]
fn product_of<T: Scalar>(a: &[T], b: &[T]) -> T {
    dot(a, b)
}

/// What a backward pass left: enough to write, measure or sketch the row.
pub(crate) struct Pass<'a, T, L> {
    pub(crate) layers: &'a L,
    pub(crate) x: &'a [T],
    pub(crate) values: &'a [T],
    pub(crate) deltas: &'a [T],
    /// Those of the outputs from `first` on, of which there are so many.
    pub(crate) seeds: Seeds<'a, T>,
    pub(crate) first: usize,
}

/// The deltas of the outputs.
#[derive(Clone, Copy)]
pub(crate) enum Seeds<'a, T> {
    /// That of the one that is asked.
    One([T; 1]),
    /// Those of all.
    All(&'a [T]),
}

impl<T> Seeds<'_, T> {
    #[inline(always)]
    pub(crate) fn slice(&self) -> &[T] {
        match self {
            Seeds::One(seed) => seed,
            Seeds::All(seeds) => seeds,
        }
    }
}

impl<'a, T: Scalar, L: Layers<T>> Pass<'a, T, L> {
    /// What [`forward`] and [`backward`] left in the scratch.
    #[inline(always)]
    pub(crate) fn of(asked: &Asked<'a, T, L>, seed: T, scratch: &'a [T]) -> Option<Self> {
        let hidden = asked.plan.hidden;
        let (values, rest) = scratch.split_at_checked(hidden)?;
        let (_, rest) = rest.split_at_checked(hidden)?;
        let (deltas, behind) = rest.split_at_checked(hidden)?;
        let (seeds, first) = if asked.target.is_joint() {
            (Seeds::All(seeds(behind, asked.plan.outputs)?), 0)
        } else {
            (Seeds::One([seed]), asked.output)
        };
        Some(Pass {
            layers: asked.layers,
            x: asked.x,
            values,
            deltas,
            seeds,
            first,
        })
    }

    /// Each layer's share, from the input on.
    #[inline(always)]
    pub(crate) fn terms(&self) -> Terms<'_, T, L> {
        Terms {
            pass: self,
            index: 0,
            input: self.x,
            values: self.values,
            deltas: self.deltas,
        }
    }

    /// `|a|^2`
    #[inline(always)]
    pub(crate) fn norm_squared(&self) -> T {
        let mut sum = T::ZERO;
        for term in self.terms() {
            sum += term.norm_squared();
        }
        sum
    }

    /// Whether every entry of the row is finite, by a bound of them all.
    pub(crate) fn is_finite(&self) -> bool {
        let delta = magnitude(self.deltas) + magnitude(self.seeds.slice());
        let input = magnitude(self.values) + magnitude(self.x) + T::ONE;
        (delta * input).is_finite()
    }

    /// Writes a; returns `<a, theta>`.
    #[inline(always)]
    pub(crate) fn set(&self, row: &mut [T]) -> Option<T> {
        let (mut sum, mut rest) = (T::ZERO, row);
        for term in self.terms() {
            let share;
            (share, rest) = term.set(rest)?;
            sum += share;
        }
        Some(sum)
    }

    /// Adds a to what `row` holds.
    #[inline(never)]
    pub(crate) fn add(&self, row: &mut [T]) -> Option<()> {
        let mut rest = row;
        for term in self.terms() {
            rest = term.add(rest)?;
        }
        Some(())
    }
}

/// Walks the layers' shares.
pub(crate) struct Terms<'a, T, L> {
    pass: &'a Pass<'a, T, L>,
    index: usize,
    input: &'a [T],
    values: &'a [T],
    deltas: &'a [T],
}

impl<'a, T: Scalar, L: Layers<T>> Iterator for Terms<'a, T, L> {
    type Item = Term<'a, T>;

    #[inline(always)]
    fn next(&mut self) -> Option<Term<'a, T>> {
        let pass = self.pass;
        let layer = pass.layers.layer(self.index)?;
        self.index += 1;
        let input = self.input;
        let (mut first, mut delta) = (pass.first, pass.seeds.slice());
        if self.index < pass.layers.depth() {
            first = 0;
            (delta, self.deltas) = self.deltas.split_at_checked(layer.outputs)?;
            (self.input, self.values) = self.values.split_at_checked(layer.outputs)?;
        }
        Some(Term {
            layer,
            first,
            delta,
            input,
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
