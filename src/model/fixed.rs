//! Fixed-size families for Rust over nalgebra static matrices.

use super::{Activation, Layer, Layers};
use crate::Scalar;
use nalgebra::{SMatrix, SVector};

/// Sizes known to the compiler, for the lengths of arrays.
pub trait Fixed {
    /// Length of an input.
    const INPUTS: usize;
    /// Number of outputs.
    const OUTPUTS: usize;
    /// P, the number of parameters, each bias counted whether present or not.
    const PARAMETERS: usize;
    /// Neurons in all layers.
    const NEURONS: usize;
}

/// A dense layer from I inputs to O outputs.
///
/// Neuron j's weights are **column** j of `weights`: in memory that is the row-major (outputs x inputs)
/// matrix of PyTorch, so nothing is copied.
#[derive(Clone, Copy, Debug)]
pub struct Dense<'a, T, const I: usize, const O: usize> {
    /// Neuron j's weights in column j.
    pub weights: &'a SMatrix<T, I, O>,
    /// One bias a neuron, or none.
    pub bias: Option<&'a SVector<T, O>>,
    /// Applied to every neuron.
    pub activation: Activation<T>,
}

/// One neuron: linear, logistic and other generalised linear models, single-index models.
pub type SingleIndex<'a, T, const D: usize> = Dense<'a, T, D, 1>;
/// One hidden layer of H neurons and one output.
pub type TwoLayer<'a, T, const D: usize, const H: usize> =
    Then<Dense<'a, T, D, H>, Dense<'a, T, H, 1>>;

/// `first`, then `last`: stacks of any depth, widths checked by type.
#[derive(Clone, Copy, Debug)]
pub struct Then<A, B> {
    /// The layers before.
    pub first: A,
    /// The last layer.
    pub last: B,
}

impl<const I: usize, const O: usize, T> Fixed for Dense<'_, T, I, O> {
    const INPUTS: usize = I;
    const OUTPUTS: usize = O;
    const PARAMETERS: usize = I * O + O;
    const NEURONS: usize = O;
}

impl<A: Fixed, B: Fixed> Fixed for Then<A, B> {
    const INPUTS: usize = A::INPUTS;
    const OUTPUTS: usize = B::OUTPUTS;
    const PARAMETERS: usize = A::PARAMETERS + B::PARAMETERS;
    const NEURONS: usize = A::NEURONS + B::NEURONS;
}

impl<'a, T: Scalar, const I: usize, const O: usize> Dense<'a, T, I, O> {
    /// Puts a layer behind this one.
    pub fn then<const N: usize>(self, last: Dense<'a, T, O, N>) -> Then<Self, Dense<'a, T, O, N>> {
        Then { first: self, last }
    }
}

impl<'a, A, T: Scalar, const I: usize, const O: usize> Then<A, Dense<'a, T, I, O>> {
    /// Puts a layer behind these.
    pub fn then<const N: usize>(self, last: Dense<'a, T, O, N>) -> Then<Self, Dense<'a, T, O, N>> {
        Then { first: self, last }
    }
}

impl<T: Scalar, const I: usize, const O: usize> Layers<T> for Dense<'_, T, I, O> {
    fn depth(&self) -> usize {
        1
    }
    fn layer(&self, index: usize) -> Option<Layer<'_, T>> {
        (index == 0).then_some(Layer {
            weights: self.weights.as_slice(),
            bias: self.bias.map_or(&[][..], |b| b.as_slice()),
            inputs: I,
            outputs: O,
            activation: self.activation,
        })
    }
}

impl<T: Scalar, A: Layers<T>, B: Layers<T>> Layers<T> for Then<A, B> {
    fn depth(&self) -> usize {
        self.first.depth().saturating_add(self.last.depth())
    }
    fn layer(&self, index: usize) -> Option<Layer<'_, T>> {
        match index.checked_sub(self.first.depth()) {
            None => self.first.layer(index),
            Some(rest) => self.last.layer(rest),
        }
    }
}
