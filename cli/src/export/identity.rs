//! The id that model, pilot and records share.

use super::constants::Scaling;
use crate::net::Net;
use crc::{CRC_64_XZ, Crc};
use gleaner::Scalar;

/// CRC-64/XZ of a description of the model, every number little-endian:
///
/// - bytes of a scalar (u8), number of layers (u32),
/// - a layer: inputs, outputs (u32), bias (u8: 0 or 1), the activation's name as text and a 0 byte, its
///   parameters (f64),
/// - all parameters in the exported scalar, W1, b1, W2, b2, ...
/// - 0 (u8) without a standardiser; else 1, means, scales in the exported scalar.
///
/// So the same model exported twice has the same id, and another model another, but for a chance of 2^-64.
pub fn identity<T: Scalar>(net: &Net, theta: &[T], scaling: Option<&Scaling<T>>) -> u64 {
    let mut bytes = vec![T::BYTES as u8];
    bytes.extend((net.layers.len() as u32).to_le_bytes());
    for layer in &net.layers {
        bytes.extend((layer.inputs as u32).to_le_bytes());
        bytes.extend((layer.outputs as u32).to_le_bytes());
        bytes.push(u8::from(layer.bias));
        bytes.extend(layer.activation.name.as_bytes());
        bytes.push(0);
        let parameters = layer.activation.parameters.iter();
        bytes.extend(parameters.flat_map(|parameter| parameter.to_le_bytes()));
    }
    put(&mut bytes, theta);
    bytes.push(u8::from(scaling.is_some()));
    if let Some(scaling) = scaling {
        put(&mut bytes, &scaling.mean);
        put(&mut bytes, &scaling.scale);
    }
    Crc::<u64>::new(&CRC_64_XZ).checksum(&bytes)
}

fn put<T: Scalar>(bytes: &mut Vec<u8>, values: &[T]) {
    for value in values {
        match T::BYTES {
            4 => bytes.extend((value.wide() as f32).to_le_bytes()),
            _ => bytes.extend(value.wide().to_le_bytes()),
        }
    }
}
