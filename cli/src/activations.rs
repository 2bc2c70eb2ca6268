//! Activations by name.

use crate::failure::{Failure, data};
use gleaner::Scalar;
use gleaner::model::Activation;
use std::fmt;

/// An activation as a net names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its base name, one of [`KNOWN`].
    pub name: &'static str,
    /// Its parameters, as many as the name asks for.
    pub parameters: Vec<f64>,
}

/// Base names with the number of parameters that follow, each behind an underscore.
const KNOWN: [(&str, usize); 17] = [
    ("identity", 0),
    ("relu", 0),
    ("leaky_relu", 1),
    ("relu6", 0),
    ("sigmoid", 0),
    ("tanh", 0),
    ("softplus", 0),
    ("silu", 0),
    ("gelu_erf", 0),
    ("gelu_tanh", 0),
    ("elu", 1),
    ("exp", 0),
    ("sin", 0),
    ("hard_sigmoid", 0),
    ("hard_sigmoid_keras2", 0),
    ("hard_swish", 0),
    ("bounded_swish", 3),
];

/// Other names in use.
const ALIASES: [(&str, &str); 5] = [
    ("linear", "identity"),
    ("none", "identity"),
    ("swish", "silu"),
    ("gelu", "gelu_erf"),
    ("elu", "elu_1"),
];

impl fmt::Display for Named {
    /// The name that [`Named::parse`] takes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.parameters
            .iter()
            .try_for_each(|&parameter| write!(f, "_{}", parameter as f32))
    }
}

impl Named {
    /// `relu`, `leaky_relu_0.01`, `bounded_swish_1_2_1`, ...
    pub fn parse(text: &str) -> Result<Named, Failure> {
        let text = text.trim();
        let alias = ALIASES.iter().find(|(other, _)| *other == text);
        let full = alias.map_or(text, |(_, name)| name);
        // A parameter is the nearest f32, so that both scalars see the same function.
        let parse = |text: &str| text.parse::<f32>().ok().map(f64::from);
        let mut candidates = KNOWN.iter().filter_map(|&(name, count)| {
            let rest = full.strip_prefix(name)?;
            let parameters: Vec<f64> = match rest.strip_prefix('_') {
                None if rest.is_empty() => Vec::new(),
                None => return None,
                Some(rest) => rest.split('_').map(parse).collect::<Option<_>>()?,
            };
            (parameters.len() == count).then_some(Named { name, parameters })
        });
        let found = candidates.next().ok_or_else(|| {
            let known = KNOWN.map(|(name, count)| format!("{name}{}", "_<number>".repeat(count)));
            data(format!(
                "activation {text:?} is not known; known are {}",
                known.join(", ")
            ))
        })?;
        if !found.build::<f64>().is_valid() {
            return Err(data(format!(
                "activation {text:?} has a parameter out of its range"
            )));
        }
        Ok(found)
    }

    /// The activation in a scalar.
    pub fn build<T: Scalar>(&self) -> Activation<T> {
        let p = |index: usize| T::of(self.parameters.get(index).copied().unwrap_or_default());
        match self.name {
            "relu" => Activation::Relu,
            "leaky_relu" => Activation::LeakyRelu(p(0)),
            "relu6" => Activation::Relu6,
            "sigmoid" => Activation::Sigmoid,
            "tanh" => Activation::Tanh,
            "softplus" => Activation::Softplus,
            "silu" => Activation::Silu,
            "gelu_erf" => Activation::Gelu,
            "gelu_tanh" => Activation::GeluTanh,
            "elu" => Activation::Elu(p(0)),
            "exp" => Activation::Exp,
            "sin" => Activation::Sin,
            "hard_sigmoid" => Activation::HardSigmoid,
            "hard_sigmoid_keras2" => Activation::HardSigmoidKeras2,
            "hard_swish" => Activation::HardSwish,
            "bounded_swish" => Activation::BoundedSwish {
                lower: p(0),
                upper: p(1),
                steepness: p(2),
            },
            _ => Activation::Identity,
        }
    }
}
