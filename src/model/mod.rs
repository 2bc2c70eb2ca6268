//! The model: layers, activations, objectives; its value, gradient and adjoint row.

mod activation;
mod additive;
mod check;
mod dense;
#[cfg(feature = "nalgebra")]
mod fixed;
mod joint;
mod layers;
mod lengths;
mod network;
mod objective;
mod own;

pub use activation::Activation;
pub use additive::{Additive, AdditiveShape, additive_scratch};
#[cfg(feature = "nalgebra")]
pub use fixed::{Dense, Fixed, SingleIndex, Then, TwoLayer};
pub use layers::{Flat, Layer, Layers, Shape};
pub use lengths::{
    Plan, exact_scratch, exact_sketch_scratch, network_scratch, network_sketch_scratch,
};
pub use network::Network;
pub use objective::{Objective, Target};
pub use own::{Gradient, Own, own_scratch, own_sketch_scratch};

pub(crate) use joint::{joint, joint_at_zero, joint_integral};

pub(crate) use dense::{
    all_finite, dot, hypotenuse, largest, magnitude, neuron, product, product_transposed,
};

use crate::sketch::Sketch;
use crate::{Error, Scalar};

/// How a row was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Form {
    /// In closed form, from one backward pass: right to rounding.
    Exact = 0,
    /// By Gauss-Legendre quadrature, split at kinks.
    Quadrature = 1,
}

/// What a row says of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowReport<T> {
    /// Exact or by quadrature.
    pub form: Form,
    /// f(theta), the objective at the parameters.
    pub value: T,
    /// f(0), the objective where all parameters are 0: the row's last entry.
    pub at_zero: T,
    /// `|<a, theta> - (f(theta) - f(0))|`: 0 but for rounding in an exact row; what quadrature left
    /// out otherwise. Not monotone in the number of nodes, and no bound of the error.
    /// The largest scalar where the sum itself leaves the scalar's range.
    pub completeness: T,
}

/// A model that gives values, gradients and rows: what the selector works with. Implement it for a model of your own.
///
/// A selector calls `row` for each reading and `leave_out_gauge` behind it; of a report it passes form and completeness
/// on. `gradient` is the fit's, `norm` is for callers who score without a factor. An error of `row` refuses the
/// reading: `Range` or `NotFinite` for what is counted as that, `Model` for the rest.
///
/// `x` has `inputs()` entries, `scratch` at least `scratch()` scalars with no meaning between calls.
/// `output` counts from 0; one call is one row, so a sample of a model with C outputs has C rows, but for an objective
/// of all outputs at once ([`Model::rows`]).
pub trait Model<T: Scalar> {
    /// Length of an input.
    fn inputs(&self) -> usize;
    /// Number of outputs; one unless the model says otherwise.
    fn outputs(&self) -> usize {
        1
    }
    /// P, the number of parameters.
    fn parameters(&self) -> usize;
    /// Rows of a sample under an objective: [`Objective::rows`] of the outputs unless the model says otherwise.
    fn rows(&self, objective: Objective<T>) -> usize {
        objective.rows(self.outputs())
    }
    /// Length of a whole row: P + 1 unless the model says otherwise, as a sketch does.
    fn row_len(&self) -> usize {
        self.parameters().saturating_add(1)
    }
    /// N, the length of a row without the gauge columns: for a network P + 1 less one a homogeneous hidden neuron; P + 1
    /// unless the model says otherwise.
    fn order(&self) -> usize {
        self.parameters().saturating_add(1)
    }
    /// Scalars of scratch that every method below needs.
    fn scratch(&self) -> usize;
    /// Whether the model can be asked for the objective: a network says no where a sigmoid would be applied twice. Yes
    /// unless the model says otherwise.
    fn suits(&self, _objective: Objective<T>) -> bool {
        true
    }
    /// The model's output at x.
    fn value(&self, x: &[T], output: usize, scratch: &mut [T]) -> Result<T, Error>;
    /// f(theta), the objective: the target's value of the output unless the model says otherwise, as one of several outputs
    /// does where an objective is of all of them.
    fn objective(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        if target.is_joint() {
            return Err(Error::Objective);
        }
        Ok(target.value(self.value(x, output, scratch)?))
    }
    /// The gradient of the objective with respect to the parameters (P entries); returns f(theta).
    fn gradient(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        gradient: &mut [T],
        scratch: &mut [T],
    ) -> Result<T, Error>;
    /// The whole row `[a ; f(0)]`, P + 1 entries, gauge columns too.
    fn row(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error>;
    /// `|d|^2` of the whole row d. A network whose rows have a closed form works it out without making the row.
    fn norm(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error>;
    /// What the rows are hashed with; `None`: they are whole.
    fn sketched(&self) -> Option<Sketch> {
        None
    }
    /// Scalars of scratch that [`Model::sketch`] needs: a whole row more than the rest unless the model says otherwise.
    fn sketch_scratch(&self, _sketch: &Sketch) -> usize {
        self.row_len().saturating_add(self.scratch())
    }
    /// The row as a sketch of K + 1 entries. The whole row is made and hashed unless the model knows better, as a network
    /// does, from its layers' outer products.
    fn sketch(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        sketch: &Sketch,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        let parts = scratch.split_at_mut_checked(self.row_len());
        let (whole, rest) = parts.ok_or(Error::Length("scratch"))?;
        if row.len() != sketch.buckets() + 1 {
            return Err(Error::Length("row"));
        }
        let report = self.row(x, output, target, whole, rest)?;
        if !magnitude(whole).is_finite() {
            return Err(Error::Range("row"));
        }
        row.fill(T::ZERO);
        sketch.add_row(whole, row)?;
        Ok(report)
    }
    /// Moves the entries of a whole row that are not gauge columns to its front, in order; the first
    /// `order()` entries are then the row without gauge columns. Leaves the row as it is unless the model says otherwise.
    fn leave_out_gauge(&self, _row: &mut [T]) {}
    /// Writes the `order()` entries of a row without gauge columns to their places in a whole one, 0 to the gauge columns.
    /// Copies the row unless the model says otherwise.
    fn put_back_gauge(&self, reduced: &[T], whole: &mut [T]) {
        for (to, from) in whole.iter_mut().zip(reduced) {
            *to = *from;
        }
    }
}

impl<T: Scalar, M: Model<T> + ?Sized> Model<T> for &M {
    fn inputs(&self) -> usize {
        (**self).inputs()
    }
    fn outputs(&self) -> usize {
        (**self).outputs()
    }
    fn parameters(&self) -> usize {
        (**self).parameters()
    }
    fn rows(&self, objective: Objective<T>) -> usize {
        (**self).rows(objective)
    }
    fn row_len(&self) -> usize {
        (**self).row_len()
    }
    fn order(&self) -> usize {
        (**self).order()
    }
    fn scratch(&self) -> usize {
        (**self).scratch()
    }
    fn suits(&self, objective: Objective<T>) -> bool {
        (**self).suits(objective)
    }
    fn value(&self, x: &[T], output: usize, scratch: &mut [T]) -> Result<T, Error> {
        (**self).value(x, output, scratch)
    }
    fn objective(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        (**self).objective(x, output, target, scratch)
    }
    fn gradient(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        gradient: &mut [T],
        scratch: &mut [T],
    ) -> Result<T, Error> {
        (**self).gradient(x, output, target, gradient, scratch)
    }
    fn row(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        (**self).row(x, output, target, row, scratch)
    }
    fn norm(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        (**self).norm(x, output, target, scratch)
    }
    fn sketched(&self) -> Option<Sketch> {
        (**self).sketched()
    }
    fn sketch_scratch(&self, sketch: &Sketch) -> usize {
        (**self).sketch_scratch(sketch)
    }
    fn sketch(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        sketch: &Sketch,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        (**self).sketch(x, output, target, sketch, row, scratch)
    }
    fn leave_out_gauge(&self, row: &mut [T]) {
        (**self).leave_out_gauge(row);
    }
    fn put_back_gauge(&self, reduced: &[T], whole: &mut [T]) {
        (**self).put_back_gauge(reduced, whole);
    }
}
