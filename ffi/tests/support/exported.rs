//! Exported headers read as Rust, and the project's data.

use super::PACKAGE;
use flate2::read::GzDecoder;
use gleaner::model::{Activation, Layer, Objective};
use gleaner::selector::Pilot;
use std::fmt::Debug;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

/// The numbers of a header's array.
pub fn array<T: FromStr<Err: Debug>>(header: &str, name: &str) -> Vec<T> {
    let start = header
        .find(&format!(" {name}["))
        .unwrap_or_else(|| panic!("no {name}"));
    let (_, rest) = header[start..].split_once('{').expect("a brace");
    let (numbers, _) = rest.split_once('}').expect("a brace");
    let numbers = numbers
        .split(',')
        .map(str::trim)
        .filter(|number| !number.is_empty());
    numbers
        .map(|number| number.trim_end_matches('f').parse().expect("a number"))
        .collect()
}

/// The words of a header's struct of this name.
pub fn fields(header: &str, name: &str) -> Vec<String> {
    let start = header
        .find(&format!(" {name} = {{"))
        .unwrap_or_else(|| panic!("no {name}"));
    let (_, rest) = header[start..].split_once('{').expect("a brace");
    let (fields, _) = rest.split_once('}').expect("a brace");
    fields
        .split(',')
        .map(|field| field.trim().trim_end_matches(['u', 'f']).to_string())
        .collect()
}

/// The pilot in an exported header, of these numbers.
pub fn pilot<'a>(header: &str, name: &str, packed: &'a [f32]) -> Pilot<'a, f32> {
    let pilot = fields(header, &format!("{name}_pilot"));
    Pilot {
        packed,
        rows: pilot[2].parse().expect("rows"),
        ridge: pilot[3].parse().expect("a ridge"),
        mean_leverage: pilot[4].parse().expect("a mean"),
        model_id: pilot[5].parse().expect("an id"),
        objective: match pilot[6].as_str() {
            "GLEANER_OBJECTIVE_PREDICTION" => Objective::Prediction,
            "GLEANER_OBJECTIVE_SOFTMAX" => Objective::Softmax,
            other => panic!("{other}"),
        },
        sketch: None,
    }
}

/// A dense layer of these numbers.
pub fn layer<'a>(
    weights: &'a [f32],
    bias: &'a [f32],
    inputs: usize,
    outputs: usize,
    activation: Activation<f32>,
) -> Layer<'a, f32> {
    Layer {
        weights,
        bias,
        inputs,
        outputs,
        activation,
    }
}

/// The text of a packed file of the project.
pub fn unpacked(path: &str) -> String {
    let path = Path::new(PACKAGE).join("..").join(path);
    let mut text = String::new();
    GzDecoder::new(File::open(path).expect("the data"))
        .read_to_string(&mut text)
        .expect("a text");
    text
}
