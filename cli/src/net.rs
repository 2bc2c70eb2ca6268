//! A dense network as a file describes it.

use crate::activations::Named;
use crate::failure::{Failure, data, file};
use gleaner::Scalar;
use gleaner::model::{Flat, Network, Shape};
use serde_json::Value;
use std::path::Path;

/// One layer without its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerShape {
    /// Length of its input.
    pub inputs: usize,
    /// Number of neurons.
    pub outputs: usize,
    /// Whether there is a bias.
    pub bias: bool,
    /// Applied to every neuron.
    pub activation: Named,
}

impl LayerShape {
    /// Number of weights and biases.
    pub fn parameters(&self) -> usize {
        let bias = if self.bias { self.outputs } else { 0 };
        self.inputs
            .saturating_mul(self.outputs)
            .saturating_add(bias)
    }
}

/// Layers and their parameters, flat: W1, b1, W2, b2, ..., each W row-major (outputs x inputs).
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    /// From the input on.
    pub layers: Vec<LayerShape>,
    /// All parameters.
    pub theta: Vec<f64>,
}

impl Net {
    /// Checks that widths follow each other and that theta has the right length.
    pub fn new(name: &str, layers: Vec<LayerShape>, theta: Vec<f64>) -> Result<Net, Failure> {
        let Some(first) = layers.first() else {
            return Err(data(format!(
                "{name}: expected at least one layer, found none"
            )));
        };
        let mut width = first.inputs;
        for (index, layer) in layers.iter().enumerate() {
            if layer.inputs == 0 || layer.outputs == 0 {
                return Err(data(format!(
                    "{name}: layer {index} has no inputs or no outputs"
                )));
            }
            if layer.inputs != width {
                return Err(data(format!(
                    "{name}: layer {index} expects {} inputs, and the layer before gives {width}",
                    layer.inputs
                )));
            }
            width = layer.outputs;
        }
        let wanted = layers
            .iter()
            .map(LayerShape::parameters)
            .fold(0, usize::saturating_add);
        if theta.len() != wanted {
            return Err(data(format!(
                "{name}: the layers have {wanted} parameters, and theta holds {}",
                theta.len()
            )));
        }
        if let Some(index) = theta.iter().position(|value| !value.is_finite()) {
            return Err(data(format!(
                "{name}: parameter {index} of theta is not finite"
            )));
        }
        Ok(Net { layers, theta })
    }

    /// Reads `{"layers": [{"inputs", "outputs", "bias", "activation"}], "theta": [...]}`.
    pub fn read(path: &Path) -> Result<Net, Failure> {
        let text = std::fs::read_to_string(path).map_err(|cause| file(path, "read", cause))?;
        Net::parse(&path.display().to_string(), &text)
    }

    /// As [`Net::read`], from text.
    pub fn parse(name: &str, text: &str) -> Result<Net, Failure> {
        let value: Value = serde_json::from_str(text)
            .map_err(|cause| data(format!("{name}: expected JSON: {cause}")))?;
        let list = |key: &str| {
            value.get(key).and_then(Value::as_array).ok_or_else(|| {
                data(format!("{name}: expected a list {key:?} at the top: {{\"layers\": [...], \"theta\": [...]}}"))
            })
        };
        let mut layers = Vec::new();
        for (index, layer) in list("layers")?.iter().enumerate() {
            layers.push(
                parse_layer(layer)
                    .map_err(|cause| data(format!("{name}: layer {index}: {cause}")))?,
            );
        }
        let mut theta = Vec::new();
        for (index, value) in list("theta")?.iter().enumerate() {
            let number = match value {
                Value::String(text) => text.parse().ok(),
                other => other.as_f64(),
            };
            theta.push(number.ok_or_else(|| {
                data(format!(
                    "{name}: theta, entry {index}: expected a number, found {value}"
                ))
            })?);
        }
        Net::new(name, layers, theta)
    }

    /// The layers from one on, counted from 0 at the input: what works on that layer's input as an embedding.
    pub fn head(&self, from: usize) -> Option<Net> {
        let (body, head) = self.layers.split_at_checked(from)?;
        let before: usize = body.iter().map(LayerShape::parameters).sum();
        (!head.is_empty()).then(|| Net {
            layers: head.to_vec(),
            theta: self.theta[before..].to_vec(),
        })
    }

    /// Length of an input.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs
    }

    /// Number of outputs.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// The activation of the last layer.
    pub fn last_activation(&self) -> &Named {
        &self.layers[self.layers.len() - 1].activation
    }

    /// Shapes and parameters in a scalar.
    pub fn cast<T: Scalar>(&self) -> CastNet<T> {
        let shape = |layer: &LayerShape| Shape {
            inputs: layer.inputs,
            outputs: layer.outputs,
            bias: layer.bias,
            activation: layer.activation.build(),
        };
        CastNet {
            shapes: self.layers.iter().map(shape).collect(),
            theta: self.theta.iter().map(|&value| T::of(value)).collect(),
        }
    }
}

/// A net in one scalar, which networks borrow from.
#[derive(Clone, Debug)]
pub struct CastNet<T> {
    /// The layers' shapes.
    pub shapes: Vec<Shape<T>>,
    /// All parameters.
    pub theta: Vec<T>,
}

impl<T: Scalar> CastNet<T> {
    /// The network over these parameters; `nodes` where rows need quadrature.
    pub fn network(&self, nodes: usize) -> Result<Network<Flat<'_, T>>, gleaner::Error> {
        Network::new(Flat {
            shapes: &self.shapes,
            theta: &self.theta,
        })?
        .with_nodes(nodes)
    }
}

fn parse_layer(value: &Value) -> Result<LayerShape, Failure> {
    let count = |key: &str| {
        let number = value
            .get(key)
            .and_then(Value::as_u64)
            .and_then(|n| usize::try_from(n).ok());
        number.ok_or_else(|| data(format!("expected a whole number {key:?}")))
    };
    let bias = value.get("bias").and_then(Value::as_bool);
    let activation = value.get("activation").and_then(Value::as_str);
    Ok(LayerShape {
        inputs: count("inputs")?,
        outputs: count("outputs")?,
        bias: bias.ok_or_else(|| data("expected true or false as \"bias\""))?,
        activation: Named::parse(
            activation.ok_or_else(|| data("expected a name as \"activation\""))?,
        )?,
    })
}
