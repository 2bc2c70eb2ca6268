//! The row as a sketch: each layer's outer product goes to the buckets neuron by neuron, and is nowhere whole.

use super::pass::{Pass, Term};
use super::quadrature::Take;
use crate::model::{Layers, all_finite};
use crate::sketch::{Side, Sketch};
use crate::{Error, Scalar};

/// Scalars of scratch for a sketch of K buckets: that of a layer's input, twice.
pub(crate) const fn sketching_len(buckets: usize) -> usize {
    buckets.saturating_mul(2)
}

/// A sketch in the making.
pub(crate) struct Sketching<'a, T> {
    sketch: &'a Sketch,
    /// K buckets and f(0).
    row: &'a mut [T],
    /// The sketch of a layer's input, and once more behind it, so that it is turned by where it is read from.
    input: &'a mut [T],
    /// `<a, theta>` of what has been taken in.
    pub(crate) sum: T,
}

impl<'a, T: Scalar> Sketching<'a, T> {
    /// Over a row of K + 1 entries and [`sketching_len`] scalars of scratch; the rest of the scratch.
    #[inline(always)]
    pub(crate) fn new(
        sketch: &'a Sketch,
        row: &'a mut [T],
        scratch: &'a mut [T],
    ) -> Option<(Self, &'a mut [T])> {
        let length = sketching_len(sketch.buckets());
        let (input, rest) = scratch.split_at_mut_checked(length)?;
        let sketching = Sketching {
            sketch,
            row,
            input,
            sum: T::ZERO,
        };
        Some((sketching, rest))
    }

    /// An empty sketch with f(0) behind it.
    pub(crate) fn begin(&mut self, at_zero: T) {
        self.row.fill(T::ZERO);
        if let Some(last) = self.row.last_mut() {
            *last = at_zero;
        }
    }

    /// The whole sketch: f(0) joins it.
    pub(crate) fn end(&mut self, at_zero: T) -> Result<(), Error> {
        if !all_finite(self.row) {
            return Err(Error::Range("row"));
        }
        if let Some(last) = self.row.last_mut() {
            *last = at_zero;
        }
        Ok(())
    }

    /// Adds what a pass has left.
    #[inline(never)]
    pub(crate) fn add<L: Layers<T>>(&mut self, pass: &Pass<'_, T, L>) -> Option<()> {
        let mut layer = 0;
        for term in pass.terms() {
            self.add_outer(layer, &term)?;
            layer = layer.wrapping_add(1);
        }
        Some(())
    }

    /// Adds one layer's share.
    fn add_outer(&mut self, layer: u32, term: &Term<'_, T>) -> Option<()> {
        let count = self.sketch.buckets();
        let (input, again) = self.input.split_at_mut_checked(count)?;
        input.fill(T::ZERO);
        let side = Side::input(layer);
        self.sketch.count(side, 0, term.input, input)?;
        if !term.layer.bias.is_empty() {
            let behind = term.layer.inputs;
            self.sketch.count(side, behind, &[T::ONE], input)?;
        }
        again.iter_mut().zip(&*input).for_each(|(to, &c)| *to = c);
        let (_, buckets) = self.row.split_last_mut()?;
        let places = self.sketch.places(Side::delta(layer), term.first);
        for (&delta, (shift, is_negative)) in term.delta.iter().zip(places) {
            if delta != T::ZERO {
                let delta = if is_negative { -delta } else { delta };
                let turned = self.input.get(count.checked_sub(shift)?..)?;
                for (to, &c) in buckets.iter_mut().zip(turned) {
                    *to += delta * c;
                }
            }
        }
        Some(())
    }
}

impl<T: Scalar, L: Layers<T>> Take<T, L> for Sketching<'_, T> {
    fn take(&mut self, pass: &Pass<'_, T, L>) -> Option<()> {
        self.add(pass)?;
        for term in pass.terms() {
            self.sum += term.product()?;
        }
        Some(())
    }
}
