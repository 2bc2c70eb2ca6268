//! Layers at run time: borrowed weights, one at a time.

use super::Activation;
use crate::Scalar;

/// One dense layer, `h = activation(W x + b)`.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a, T> {
    /// W, outputs x inputs, row-major (PyTorch's order).
    pub weights: &'a [T],
    /// b, one an output; empty: no bias.
    pub bias: &'a [T],
    /// Length of the layer's input.
    pub inputs: usize,
    /// Number of neurons.
    pub outputs: usize,
    /// Applied to every neuron.
    pub activation: Activation<T>,
}

impl<'a, T: Scalar> Layer<'a, T> {
    /// The weights of neuron j.
    pub(crate) fn neuron(&self, j: usize) -> Option<&'a [T]> {
        let start = j.checked_mul(self.inputs)?;
        self.weights.get(start..start.checked_add(self.inputs)?)
    }
}

/// A list of layers, fetched one at a time, so that neither length nor memory is fixed.
pub trait Layers<T: Scalar> {
    /// Number of layers.
    fn depth(&self) -> usize;
    /// Layer `index`, counted from 0 at the input.
    fn layer(&self, index: usize) -> Option<Layer<'_, T>>;
}

impl<T: Scalar> Layers<T> for [Layer<'_, T>] {
    fn depth(&self) -> usize {
        self.len()
    }
    fn layer(&self, index: usize) -> Option<Layer<'_, T>> {
        self.get(index).copied()
    }
}

impl<T: Scalar, const L: usize> Layers<T> for [Layer<'_, T>; L] {
    fn depth(&self) -> usize {
        L
    }
    fn layer(&self, index: usize) -> Option<Layer<'_, T>> {
        self.get(index).copied()
    }
}

impl<T: Scalar, L: Layers<T> + ?Sized> Layers<T> for &L {
    fn depth(&self) -> usize {
        (**self).depth()
    }
    fn layer(&self, index: usize) -> Option<Layer<'_, T>> {
        (**self).layer(index)
    }
}

/// The shape of a layer without its weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape<T> {
    /// Length of the layer's input.
    pub inputs: usize,
    /// Number of neurons.
    pub outputs: usize,
    /// Whether there is a bias.
    pub bias: bool,
    /// Applied to every neuron.
    pub activation: Activation<T>,
}

/// Layers whose weights lie in one flat `theta`: W1, b1, W2, b2, ...
#[derive(Clone, Copy, Debug)]
pub struct Flat<'a, T> {
    /// The layers' shapes, from the input on.
    pub shapes: &'a [Shape<T>],
    /// All parameters, no more than the layers take.
    pub theta: &'a [T],
}

impl<T: Scalar> Layers<T> for Flat<'_, T> {
    fn depth(&self) -> usize {
        self.shapes.len()
    }
    fn layer(&self, index: usize) -> Option<Layer<'_, T>> {
        let mut rest = self.theta;
        for (i, shape) in self.shapes.iter().enumerate() {
            let (weights, tail) =
                rest.split_at_checked(shape.inputs.checked_mul(shape.outputs)?)?;
            let (bias, tail) = tail.split_at_checked(if shape.bias { shape.outputs } else { 0 })?;
            if i == index {
                // Parameters that no layer takes belong to another network.
                if i + 1 == self.shapes.len() && !tail.is_empty() {
                    return None;
                }
                return Some(Layer {
                    weights,
                    bias,
                    inputs: shape.inputs,
                    outputs: shape.outputs,
                    activation: shape.activation,
                });
            }
            rest = tail;
        }
        None
    }
}
