//! The additive network, `f = sum_j phi(a_j h(<b_j, x>))`: rows in closed form.

use super::{Activation, Form, Gradient, Model, Objective, RowReport, Target, all_finite, dot};
use crate::{Error, Scalar};

/// Scalars of scratch of an [`Additive`] network: two for each neuron.
pub const fn additive_scratch(neurons: usize) -> usize {
    neurons.saturating_mul(2)
}

/// An additive network without its parameters: a [`Gradient`], for [`crate::fit::fit_own`], and for [`super::Own`] where the
/// objective leaves no closed form.
///
/// P = `neurons (inputs + 1)` parameters: `b_1, b_2, ..., b_n` (each `inputs` long), then `a_1, ..., a_n`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdditiveShape<T> {
    /// Length of an input, at least 1.
    pub inputs: usize,
    /// Number of neurons, at least 1.
    pub neurons: usize,
    /// h: identity, ReLU or leaky ReLU.
    pub hidden: Activation<T>,
    /// phi, any.
    pub outer: Activation<T>,
}

/// The two-layer additive network `f(x) = sum_j phi(a_j h(<b_j, x>))` of the paper's image experiment; parameters borrowed.
///
/// Each neuron is homogeneous of degree 2 inside phi, so its part of the row is, with `s = a_j h(<b_j, x>)`,
///
/// ```text
/// q grad s,   q = (phi(s) - phi(0)) / (2 s),   phi'(0) / 2 where s = 0
/// ```
///
/// for the prediction and the residual, which pass sums on. The root of another loss has no closed form over a sum: such rows
/// are refused, here and by a selector; make them by quadrature, `Own::new(shape, theta)`. One gauge column a neuron: `a_j`,
/// or the first entry of `b_j` where `a_j` is 0. Cost of a row: `4 P` flops and one function phi a neuron.
///
/// Source: Rajmohan and Roosta 2025, section 4.
#[derive(Clone, Copy, Debug)]
pub struct Additive<'a, T> {
    shape: AdditiveShape<T>,
    /// b
    hidden: &'a [T],
    /// a
    output: &'a [T],
}

impl<T: Scalar> AdditiveShape<T> {
    /// b and a of parameters.
    fn split<'a>(&self, theta: &'a [T]) -> Option<(&'a [T], &'a [T])> {
        if theta.len() != self.parameters() {
            return None;
        }
        theta.split_at_checked(self.inputs.saturating_mul(self.neurons))
    }
}

impl<T: Scalar> Gradient<T> for AdditiveShape<T> {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn parameters(&self) -> usize {
        self.inputs.saturating_add(1).saturating_mul(self.neurons)
    }

    fn at(&self, theta: &[T], x: &[T], _output: usize, gradient: &mut [T]) -> Result<T, Error> {
        if x.len() != self.inputs || x.is_empty() {
            return Err(Error::Length("x"));
        }
        let (hidden, output) = self.split(theta).ok_or(Error::Length("theta"))?;
        if gradient.len() != theta.len() {
            return Err(Error::Length("gradient"));
        }
        let (to_hidden, to_output) = gradient
            .split_at_mut_checked(hidden.len())
            .ok_or(Error::Length("gradient"))?;
        let mut sum = T::ZERO;
        let (b, to_b) = (rows(hidden, x.len()), rows_mut(to_hidden, x.len()));
        for (((b, &a), to_b), to_a) in b.zip(output).zip(to_b).zip(to_output) {
            let (h, rise) = self.hidden.value_and_derivative(dot(b, x));
            let (value, slope) = self.outer.value_and_derivative(a * h);
            sum += value;
            *to_a = slope * h;
            scaled(to_b, slope * a * rise, x);
        }
        Ok(sum)
    }
}

/// What a row comes from, beside what lies in the scratch.
struct Sums<T> {
    value: T,
    at_zero: T,
}

impl<'a, T: Scalar> Additive<'a, T> {
    /// Joins a shape and its parameters.
    ///
    /// # Errors
    /// `Model` for a shape without inputs or neurons, a hidden activation that is not homogeneous, or an activation out of
    /// range; `Length` where `theta` does not have the shape's P entries, `NotFinite` where one is not finite.
    pub fn new(shape: AdditiveShape<T>, theta: &'a [T]) -> Result<Self, Error> {
        let is_possible = shape.inputs > 0
            && shape.neurons > 0
            && shape.hidden.is_homogeneous()
            && shape.hidden.is_valid()
            && shape.outer.is_valid();
        if !is_possible {
            return Err(Error::Model);
        }
        let (hidden, output) = shape.split(theta).ok_or(Error::Length("theta"))?;
        if !all_finite(theta) {
            return Err(Error::NotFinite("theta"));
        }
        Ok(Additive {
            shape,
            hidden,
            output,
        })
    }

    /// The shape.
    pub fn shape(&self) -> AdditiveShape<T> {
        self.shape
    }

    /// Each neuron's b and a.
    fn neurons(&self) -> impl Iterator<Item = (&'a [T], T)> {
        rows(self.hidden, self.shape.inputs).zip(self.output.iter().copied())
    }

    /// Whether it can be answered; the scratch's two halves.
    fn admit<'s>(
        &self,
        x: &[T],
        output: usize,
        scratch: &'s mut [T],
    ) -> Result<(&'s mut [T], &'s mut [T]), Error> {
        if x.len() != self.shape.inputs {
            return Err(Error::Length("x"));
        }
        if output > 0 {
            return Err(Error::Range("output"));
        }
        if !all_finite(x) {
            return Err(Error::NotFinite("x"));
        }
        let neurons = self.shape.neurons;
        let halves = scratch
            .split_at_mut_checked(neurons)
            .and_then(|(first, rest)| Some((first, rest.get_mut(..neurons)?)));
        halves.ok_or(Error::Length("scratch"))
    }

    /// One neuron after the other: what x is multiplied by for its b, and the entry of its a, into the scratch.
    /// `factor(s)` is phi's value and what grad s is multiplied by. Returns the model's output.
    fn pass(&self, x: &[T], seeds: &mut [T], entries: &mut [T], factor: impl Fn(T) -> (T, T)) -> T {
        let mut sum = T::ZERO;
        for (((b, a), seed), entry) in self.neurons().zip(seeds).zip(entries) {
            let (h, rise) = self.shape.hidden.value_and_derivative(dot(b, x));
            let s = a * h;
            let (value, q) = factor(s);
            // Beyond the scalar's range phi may be finite again, but the value is not this network's.
            sum += if s.is_finite() { value } else { s };
            (*seed, *entry) = (q * a * rise, q * h);
        }
        sum
    }

    /// The row's halves, in the scratch.
    fn halves(
        &self,
        x: &[T],
        target: Target<T>,
        seeds: &mut [T],
        entries: &mut [T],
    ) -> Result<Sums<T>, Error> {
        if !self.suits(target.objective()) {
            return Err(Error::Objective);
        }
        let phi = self.shape.outer;
        let sum = self.pass(x, seeds, entries, |s| {
            (phi.value(s), phi.divided(s) * T::HALF)
        });
        let zero = T::count(self.shape.neurons as u64) * phi.value(T::ZERO);
        Ok(Sums {
            value: target.value(sum),
            at_zero: target.value(zero),
        })
    }

    /// Which entries of a whole row are gauge columns, in order.
    fn gauge(&self) -> impl Iterator<Item = bool> {
        let inputs = self.shape.inputs;
        let hidden = self.output.iter().flat_map(move |&a| {
            let idle = a == T::ZERO;
            (0..inputs).map(move |place| idle && place == 0)
        });
        let output = self.output.iter().map(|&a| a != T::ZERO);
        hidden.chain(output).chain([false])
    }
}

/// Rows of so many entries, one after the other.
fn rows<T>(mut rest: &[T], length: usize) -> impl Iterator<Item = &[T]> {
    core::iter::from_fn(move || {
        let (row, tail) = rest.split_at_checked(length)?;
        rest = tail;
        Some(row)
    })
}

/// As [`rows`], to be written.
fn rows_mut<T>(mut rest: &mut [T], length: usize) -> impl Iterator<Item = &mut [T]> {
    core::iter::from_fn(move || {
        let (row, tail) = core::mem::take(&mut rest).split_at_mut_checked(length)?;
        rest = tail;
        Some(row)
    })
}

/// Whether products of x with every seed are finite, and the entries are.
fn are_finite<T: Scalar>(x: &[T], seeds: &[T], entries: &[T]) -> bool {
    let most = super::largest(x);
    seeds.iter().all(|&seed| (seed * most).is_finite()) && all_finite(entries)
}

/// `to = by x`
fn scaled<T: Scalar>(to: &mut [T], by: T, x: &[T]) {
    for (to, &x) in to.iter_mut().zip(x) {
        *to = by * x;
    }
}

/// Writes seeds times x, then the entries, into P places.
fn write<T: Scalar>(x: &[T], seeds: &[T], entries: &[T], to: &mut [T]) {
    let hidden = x.len().saturating_mul(seeds.len());
    let (to_hidden, to_output) = to.split_at_mut_checked(hidden).unwrap_or_default();
    for (to, &seed) in rows_mut(to_hidden, x.len()).zip(seeds) {
        scaled(to, seed, x);
    }
    for (to, &entry) in to_output.iter_mut().zip(entries) {
        *to = entry;
    }
}

impl<T: Scalar> Model<T> for Additive<'_, T> {
    fn inputs(&self) -> usize {
        self.shape.inputs
    }

    fn parameters(&self) -> usize {
        self.hidden.len().saturating_add(self.output.len())
    }

    fn order(&self) -> usize {
        // P + 1 less one a neuron.
        self.hidden.len().saturating_add(1)
    }

    fn scratch(&self) -> usize {
        additive_scratch(self.shape.neurons)
    }

    /// Prediction and residual.
    fn suits(&self, objective: Objective<T>) -> bool {
        matches!(objective, Objective::Prediction | Objective::Residual)
    }

    fn value(&self, x: &[T], output: usize, scratch: &mut [T]) -> Result<T, Error> {
        let (seeds, entries) = self.admit(x, output, scratch)?;
        let phi = self.shape.outer;
        let value = self.pass(x, seeds, entries, |s| (phi.value(s), T::ZERO));
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Error::Range("output"))
        }
    }

    fn gradient(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        gradient: &mut [T],
        scratch: &mut [T],
    ) -> Result<T, Error> {
        let (seeds, entries) = self.admit(x, output, scratch)?;
        if gradient.len() != self.parameters() {
            return Err(Error::Length("gradient"));
        }
        if target.is_joint() {
            return Err(Error::Objective);
        }
        let phi = self.shape.outer;
        let m = self.pass(x, seeds, entries, |s| phi.value_and_derivative(s));
        let (value, slope) = (target.value(m), target.derivative(m));
        for entry in seeds.iter_mut().chain(entries.iter_mut()) {
            *entry *= slope;
        }
        if !value.is_finite() || !are_finite(x, seeds, entries) {
            return Err(Error::Range("gradient"));
        }
        write(x, seeds, entries, gradient);
        Ok(value)
    }

    fn row(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        let (seeds, entries) = self.admit(x, output, scratch)?;
        if row.len().checked_sub(1) != Some(self.parameters()) {
            return Err(Error::Length("row"));
        }
        let Sums { value, at_zero } = self.halves(x, target, seeds, entries)?;
        if !(value - at_zero).is_finite() || !are_finite(x, seeds, entries) {
            return Err(Error::Range("row"));
        }
        let (last, a) = row.split_last_mut().ok_or(Error::Length("row"))?;
        *last = at_zero;
        write(x, seeds, entries, a);
        let (hidden, output) = a.split_at_checked(self.hidden.len()).unwrap_or_default();
        let sum = dot(hidden, self.hidden) + dot(output, self.output);
        let residual = (sum - (value - at_zero)).abs();
        Ok(RowReport {
            form: Form::Exact,
            value,
            at_zero,
            completeness: if residual.is_finite() {
                residual
            } else {
                T::MAX
            },
        })
    }

    fn norm(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        let (seeds, entries) = self.admit(x, output, scratch)?;
        let Sums { value, at_zero } = self.halves(x, target, seeds, entries)?;
        let norm = dot(seeds, seeds) * dot(x, x) + dot(entries, entries) + at_zero * at_zero;
        if norm.is_finite() && value.is_finite() {
            Ok(norm)
        } else {
            Err(Error::Range("norm"))
        }
    }

    fn leave_out_gauge(&self, row: &mut [T]) {
        let mut write = 0usize;
        for (read, is_gauge) in self.gauge().enumerate() {
            if !is_gauge
                && let Some(&value) = row.get(read)
                && let Some(slot) = row.get_mut(write)
            {
                *slot = value;
                write = write.saturating_add(1);
            }
        }
    }

    fn put_back_gauge(&self, reduced: &[T], whole: &mut [T]) {
        let mut from = reduced.iter();
        for (slot, is_gauge) in whole.iter_mut().zip(self.gauge()) {
            *slot = if is_gauge {
                T::ZERO
            } else {
                from.next().copied().unwrap_or(T::ZERO)
            };
        }
    }
}
