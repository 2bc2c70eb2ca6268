//! The networks of the experiments.

use gleaner::Scalar;
use gleaner::model::{Activation, Shape};

/// `inputs`-`hidden`-1, ReLU, with hidden biases and none behind: its rows have a closed form.
pub fn two_layers<T: Scalar>(inputs: usize, hidden: usize) -> Vec<Shape<T>> {
    vec![
        Shape {
            inputs,
            outputs: hidden,
            bias: true,
            activation: Activation::Relu,
        },
        Shape {
            inputs: hidden,
            outputs: 1,
            bias: false,
            activation: Activation::Identity,
        },
    ]
}
