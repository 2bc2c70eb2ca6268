//! A dense network over borrowed layers: checks, value, gradient, row, norm.

use super::{Form, Layers, Model, RowReport, Target};
use crate::{Error, Scalar};

/// A dense network of any depth, any activation a layer, biases anywhere.
#[derive(Clone, Copy, Debug)]
pub struct Network<L> {
    layers: L,
    nodes: usize,
    inputs: usize,
    outputs: usize,
    parameters: usize,
    order: usize,
    neurons: usize,
    exact: bool,
}

/// Scalars of scratch for a network of P parameters and so many neurons in all: `2 P + 6 neurons + 64` at most.
pub const fn network_scratch(parameters: usize, neurons: usize) -> usize {
    2 * parameters + 6 * neurons + 64
}

impl<L> Network<L> {
    /// Checks the layers: widths that follow each other, lengths, finite weights, activations in range.
    ///
    /// # Errors
    /// `Model` where the description contradicts itself, `NotFinite` where a weight is.
    pub fn new<T: Scalar>(layers: L) -> Result<Self, Error>
    where
        L: Layers<T>,
    {
        todo!()
    }
    /// Gauss-Legendre nodes a panel, 1 to 32, where no exact form holds. Default 8.
    ///
    /// # Errors
    /// `Range` outside 1 to 32.
    pub fn with_nodes(self, nodes: usize) -> Result<Self, Error> {
        todo!()
    }
    /// The form that rows of this network have.
    pub fn form(&self) -> Form {
        if self.exact { Form::Exact } else { Form::Quadrature }
    }
    /// The layers.
    pub fn layers(&self) -> &L {
        &self.layers
    }
}

impl<T: Scalar, L: Layers<T>> Model<T> for Network<L> {
    fn inputs(&self) -> usize {
        self.inputs
    }
    fn outputs(&self) -> usize {
        self.outputs
    }
    fn parameters(&self) -> usize {
        self.parameters
    }
    fn order(&self) -> usize {
        self.order
    }
    fn scratch(&self) -> usize {
        todo!()
    }
    fn value(&self, x: &[T], output: usize, scratch: &mut [T]) -> Result<T, Error> {
        todo!()
    }
    fn gradient(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        gradient: &mut [T],
        scratch: &mut [T],
    ) -> Result<T, Error> {
        todo!()
    }
    fn row(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        todo!()
    }
    fn norm(&self, x: &[T], output: usize, target: Target<T>, scratch: &mut [T]) -> Result<T, Error> {
        todo!()
    }
    fn leave_out_gauge(&self, row: &mut [T]) {
        todo!()
    }
}
