//! A net from a safetensors file, as PyTorch or Keras names and lays out its tensors.

use crate::activations::Named;
use crate::failure::{Failure, data, file};
use crate::net::{LayerShape, Net};
use clap::ValueEnum;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::Path;

/// How kernels lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// outputs x inputs
    Pytorch,
    /// inputs x outputs
    Keras,
}

impl Layout {
    fn name(self) -> &'static str {
        match self {
            Layout::Pytorch => "pytorch",
            Layout::Keras => "keras",
        }
    }

    fn other(self) -> Layout {
        match self {
            Layout::Pytorch => Layout::Keras,
            Layout::Keras => Layout::Pytorch,
        }
    }
}

/// A dense layer's tensors.
#[derive(Default)]
struct Tensors {
    kernel: Option<(usize, usize, Vec<f64>)>,
    bias: Option<Vec<f64>>,
    is_called_kernel: bool,
}

/// Reads the net; without `order` layers follow the natural order of their names.
pub fn read(
    path: &Path,
    layout: Option<Layout>,
    activations: &[String],
    order: &[String],
) -> Result<Net, Failure> {
    let bytes = std::fs::read(path).map_err(|cause| file(path, "read", cause))?;
    parse(
        &path.display().to_string(),
        &bytes,
        layout,
        activations,
        order,
    )
}

/// As [`read`], from bytes; `name` stands in messages.
pub fn parse(
    name: &str,
    bytes: &[u8],
    layout: Option<Layout>,
    activations: &[String],
    order: &[String],
) -> Result<Net, Failure> {
    let tensors = SafeTensors::deserialize(bytes)
        .map_err(|cause| data(format!("{name}: expected a safetensors file: {cause}")))?;
    let mut layers = BTreeMap::<String, Tensors>::new();
    for (tensor, view) in tensors.iter() {
        let failed = |text: String| data(format!("{name}: tensor {tensor:?}: {text}"));
        // Keras 2 ends its names in ":0".
        let plain = tensor.strip_suffix(":0").unwrap_or(tensor);
        let (prefix, leaf) = plain.rsplit_once(['.', '/']).unwrap_or(("", plain));
        let layer = layers.entry(prefix.to_string()).or_default();
        let numbers = numbers(&view).map_err(failed)?;
        match (leaf, view.shape()) {
            ("weight" | "kernel", &[rows, columns]) => {
                layer.is_called_kernel |= leaf == "kernel";
                layer.kernel = Some((rows, columns, numbers));
            }
            ("bias", &[_]) => layer.bias = Some(numbers),
            (_, shape) => {
                return Err(failed(format!(
                    "only dense layers can be exported: a matrix \"weight\" or \"kernel\" and a vector \"bias\" each; \
                     this one has the shape {shape:?}. Fold a normalisation into the layer before it, and leave out \
                     what is no parameter"
                )));
            }
        }
    }
    let names = ordered(name, &layers, order)?;
    if activations.len() != names.len() {
        return Err(data(format!(
            "{name}: {} layers ({}), and --activations names {}: give one a layer, such as relu,identity",
            names.len(),
            names.join(", "),
            activations.len()
        )));
    }
    let activations: Vec<Named> = activations
        .iter()
        .map(|text| Named::parse(text))
        .collect::<Result<_, _>>()?;
    let is_keras = layers.values().any(|layer| layer.is_called_kernel);
    let layout = layout.unwrap_or(if is_keras {
        Layout::Keras
    } else {
        Layout::Pytorch
    });
    let build = |layout| build(name, &layers, &names, &activations, layout);
    build(layout).map_err(|cause| {
        let transposed = if build(layout.other()).is_ok() {
            format!(
                "; the kernels may be transposed: they fit with --layout {}",
                layout.other().name()
            )
        } else {
            String::new()
        };
        let order = names.join(",");
        let hint = format!(
            "{transposed}; layers were taken in the order {order}: where that is not the model's, give --layers"
        );
        data(format!("{cause}{hint}"))
    })
}

/// Names of the layers from the input on.
fn ordered(
    name: &str,
    layers: &BTreeMap<String, Tensors>,
    order: &[String],
) -> Result<Vec<String>, Failure> {
    let mut names: Vec<String> = layers.keys().cloned().collect();
    names.sort_by(|a, b| natural(a, b));
    if names.is_empty() {
        return Err(data(format!("{name}: the file holds no tensors")));
    }
    if order.is_empty() {
        return Ok(names);
    }
    let mut given = order.to_vec();
    given.sort_by(|a, b| natural(a, b));
    if given != names {
        return Err(data(format!(
            "{name}: --layers must name each of {} once, from the input on",
            names.join(",")
        )));
    }
    Ok(order.to_vec())
}

/// Digits count as numbers: layer 2 comes before layer 10.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b) = (parts(a), parts(b));
    a.cmp(&b)
}

/// Text and numbers in turns.
fn parts(text: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let is_digit = |c: char| c.is_ascii_digit();
        let (word, tail) = rest.split_at(rest.find(is_digit).unwrap_or(rest.len()));
        let (digits, tail) = tail.split_at(tail.find(|c| !is_digit(c)).unwrap_or(tail.len()));
        parts.push((word.to_string(), digits.parse().unwrap_or_default()));
        rest = tail;
    }
    parts
}

fn build(
    name: &str,
    layers: &BTreeMap<String, Tensors>,
    names: &[String],
    activations: &[Named],
    layout: Layout,
) -> Result<Net, Failure> {
    let (mut shapes, mut theta) = (Vec::new(), Vec::new());
    for (layer_name, activation) in names.iter().zip(activations) {
        let layer = &layers[layer_name];
        let Some((rows, columns, kernel)) = &layer.kernel else {
            return Err(data(format!(
                "{name}: layer {layer_name:?} has a bias and no weight"
            )));
        };
        let (inputs, outputs) = match layout {
            Layout::Pytorch => (*columns, *rows),
            Layout::Keras => (*rows, *columns),
        };
        if layout == Layout::Keras {
            theta.extend(
                (0..outputs).flat_map(|o| (0..inputs).map(move |i| kernel[i * outputs + o])),
            );
        } else {
            theta.extend_from_slice(kernel);
        }
        if let Some(bias) = &layer.bias {
            if bias.len() != outputs {
                return Err(data(format!(
                    "{name}: layer {layer_name:?} has {outputs} outputs and {} biases",
                    bias.len()
                )));
            }
            theta.extend_from_slice(bias);
        }
        shapes.push(LayerShape {
            inputs,
            outputs,
            bias: layer.bias.is_some(),
            activation: activation.clone(),
        });
    }
    Net::new(name, shapes, theta)
}

/// The entries of a tensor.
fn numbers(view: &TensorView<'_>) -> Result<Vec<f64>, String> {
    let bytes = view.data();
    let wide = |b: &[u8; 2]| u32::from(u16::from_le_bytes(*b));
    Ok(match view.dtype() {
        Dtype::F64 => {
            let (chunks, _) = bytes.as_chunks::<8>();
            chunks.iter().map(|b| f64::from_le_bytes(*b)).collect()
        }
        Dtype::F32 => {
            let (chunks, _) = bytes.as_chunks::<4>();
            chunks
                .iter()
                .map(|b| f32::from_le_bytes(*b).into())
                .collect()
        }
        Dtype::BF16 => {
            let (chunks, _) = bytes.as_chunks::<2>();
            chunks
                .iter()
                .map(|b| f32::from_bits(wide(b) << 16).into())
                .collect()
        }
        Dtype::F16 => {
            let (chunks, _) = bytes.as_chunks::<2>();
            chunks.iter().map(|b| half(wide(b))).collect()
        }
        other => {
            return Err(format!(
                "numbers of the type {other:?} cannot be read: save the model in float32"
            ));
        }
    })
}

/// IEEE 754 half precision.
fn half(bits: u32) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = ((bits >> 10) & 31, f64::from(bits & 1023) / 1024.0);
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(exponent as i32 - 15),
    };
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count() {
        let mut names = [
            "net.10", "net.2", "dense_1", "dense", "dense_10", "dense_9", "fc1",
        ];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            [
                "dense", "dense_1", "dense_9", "dense_10", "fc1", "net.2", "net.10"
            ]
        );
    }

    #[test]
    fn halves_are_ieee() {
        let cases = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x0001, 2f64.powi(-24)),
            (0x7bff, 65504.0),
        ];
        for (bits, value) in cases {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7c01).is_nan());
    }
}
