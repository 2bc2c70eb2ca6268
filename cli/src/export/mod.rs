//! `gleaner export`: a trained model as constants for the device.

mod constants;
mod header;
mod identity;
mod literal;
mod module;
mod pilot;
mod summary;
mod verify;
mod weights;

use crate::failure::{Failure, data, file, usage};
use crate::net::Net;
use crate::options::{Objective, Precision};
use crate::pilot::PilotFactor;
use crate::table::{FirstLine, Table};
use clap::{ArgGroup, Args};
use constants::{Checks, Scaling};
use gleaner::Scalar;
use gleaner::model::{Model, Plan};
use gleaner::sketch::{Sketch, Sketched};
use std::path::{Path, PathBuf};
use weights::Layout;

/// What `export` takes.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("model").required(true).args(["net", "weights"])))]
pub struct Arguments {
    /// The model: JSON with "layers" and a flat "theta"
    #[arg(long, value_name = "NET.json")]
    net: Option<PathBuf>,
    /// The model: tensors as PyTorch's `state_dict` or Keras names them
    #[arg(
        long,
        visible_alias = "safetensors",
        value_name = "FILE.safetensors",
        requires = "activations"
    )]
    weights: Option<PathBuf>,
    /// How kernels lie in the tensor file [default: keras where they are called kernel, else pytorch]
    #[arg(long, value_enum, requires = "weights")]
    layout: Option<Layout>,
    /// Activations of the tensor file's layers, from the input on, such as relu,identity
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "weights"
    )]
    activations: Vec<String>,
    /// Layers of the tensor file from the input on, where that is not the order of their names
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "weights"
    )]
    layers: Vec<String>,
    /// The readings it was trained on, as the sensor gives them; a header line is allowed, and gzip
    #[arg(long, value_name = "TRAIN.csv")]
    data: Option<PathBuf>,
    /// The last column of the data is a label (objectives that take a label need one anyway)
    #[arg(long, requires = "data")]
    target: bool,
    /// The model takes readings as they come
    #[arg(long)]
    no_standardise: bool,
    /// Exports the layers from this one on, counted from 0: the head of a network whose body runs elsewhere, and gives
    /// its embedding as the reading. The data are embeddings then
    #[arg(long, value_name = "LAYER", default_value_t = 0)]
    head_from: usize,
    /// Readings are the integers of a quantised tensor: (x - ZERO) SCALE is what the model takes
    #[arg(long, value_name = "SCALE,ZERO", value_parser = quantisation, conflicts_with = "no_standardise")]
    quantised: Option<(f64, f64)>,
    /// Buckets of the sketches that the device scores by, for a network too big for its factor
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=65534))]
    sketch: Option<u32>,
    /// Seed of the sketches
    #[arg(long, default_value_t = 0, requires = "sketch")]
    sketch_seed: u64,
    /// What a reading will contribute on the device
    #[arg(long, value_enum, default_value = "prediction")]
    objective: Objective,
    /// Gauss-Legendre nodes a panel where rows have no closed form
    #[arg(long, value_name = "1..32", default_value_t = 8,
          value_parser = clap::value_parser!(u8).range(1..=32))]
    nodes: u8,
    /// Readings and the framework's own outputs for them: input columns as the sensor gives them, then outputs
    #[arg(long, value_name = "CHECKS.csv")]
    checks: Option<PathBuf>,
    /// The scalar of the device
    #[arg(long, value_enum, default_value = "f32")]
    scalar: Precision,
    /// Name of the model in the files: lower case, as in C
    #[arg(long, default_value = "model", value_parser = identifier)]
    name: String,
    /// Readings to be kept, for the RAM that is printed
    #[arg(long, value_name = "K", default_value_t = 200)]
    keep: usize,
    /// Writes a C header
    #[arg(long, value_name = "FILE.h")]
    out_c: Option<PathBuf>,
    /// Writes a Rust module
    #[arg(long, value_name = "FILE.rs")]
    out_rust: Option<PathBuf>,
}

/// All that goes into a file.
struct Export<'a, T> {
    name: &'a str,
    /// What the columns of the training file are called.
    features: Option<Vec<String>>,
    net: &'a Net,
    /// The parameters in the device's scalar.
    theta: Vec<T>,
    plan: Plan,
    /// Of what the selector scores, sketches or whole rows.
    sizes: Sizes,
    sketch: Option<Sketch>,
    /// Zero point and scale of a tensor, instead of the data's mean and deviation.
    is_quantised: bool,
    scaling: Option<Scaling<T>>,
    checks: Option<Checks>,
    objective: Objective,
    pilot: Option<PilotFactor<T>>,
    id: u64,
    /// The command that makes the file again.
    command: String,
}

/// What a selector's memory is made of.
struct Sizes {
    rows: usize,
    row: usize,
    order: usize,
    scratch: usize,
}

fn quantisation(text: &str) -> Result<(f64, f64), String> {
    let numbers = text
        .split_once(',')
        .and_then(|(scale, zero)| Some((scale.trim().parse().ok()?, zero.trim().parse().ok()?)));
    numbers.ok_or_else(|| "expected two numbers, such as 0.05,-3".to_string())
}

fn identifier(text: &str) -> Result<String, String> {
    let mut letters = text.chars();
    let starts = letters.next().is_some_and(|c| c.is_ascii_lowercase());
    if KEYWORDS.contains(&text) {
        return Err("expected a name that is no word of C".to_string());
    }
    if starts && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        Ok(text.to_string())
    } else {
        Err("expected lower-case letters, digits and underscores, a letter first".to_string())
    }
}

/// Words of C and C++ that look like names.
const KEYWORDS: [&str; 16] = [
    "auto", "bool", "char", "class", "const", "double", "float", "int", "long", "new", "short",
    "signed", "static", "struct", "this", "void",
];

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match arguments.scalar {
        Precision::F32 => run_as::<f32>(arguments),
        Precision::F64 => run_as::<f64>(arguments),
    }
}

fn run_as<T: Scalar>(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.data.is_none() && !arguments.no_standardise && arguments.quantised.is_none() {
        return Err(usage(
            "the standardiser, the pilot's factor and the check pairs are made of the readings that the model was \
             trained on: give --data TRAIN.csv, or --no-standardise for a model that takes readings as they come",
        ));
    }
    let (net, source) = match (&arguments.net, &arguments.weights) {
        (Some(path), _) => (Net::read(path)?, path),
        (None, Some(path)) => {
            let (activations, layers) = (&arguments.activations, &arguments.layers);
            (
                weights::read(path, arguments.layout, activations, layers)?,
                path,
            )
        }
        (None, None) => return Err(usage("give either --net or --weights")),
    };
    let name = source.display().to_string();
    let depth = net.layers.len();
    let net = net.head(arguments.head_from).ok_or_else(|| {
        let from = arguments.head_from;
        data(format!(
            "{name}: no layer {from}: it has {depth}, counted from 0"
        ))
    })?;
    let cast = net.cast::<T>();
    if let Some(index) = cast.theta.iter().position(|value| !value.is_finite()) {
        return Err(data(format!(
            "{name}: parameter {index} is beyond this scalar's range; take --scalar f64"
        )));
    }
    let failed = |cause| data(format!("{name}: {cause}"));
    let network = cast.network(usize::from(arguments.nodes)).map_err(failed)?;
    arguments.objective.check_model(&name, &network)?;
    let sketch = match arguments.sketch {
        Some(buckets) => Some(Sketch::new(buckets as usize, arguments.sketch_seed)?),
        None => None,
    };
    let sketched = sketch.map(|sketch| Sketched::new(&network, sketch));
    let scored: &dyn Model<T> = match &sketched {
        Some(sketched) => sketched,
        None => &network,
    };
    let readings = match &arguments.data {
        Some(path) => Some(read_readings(path, &net, &name, arguments)?),
        None => None,
    };
    let of_data = match &readings {
        Some(table) => Some(Scaling::of(table, net.inputs())?),
        None => None,
    };
    let quantised = match arguments.quantised {
        Some((scale, zero)) => Some(Scaling::quantised(scale, zero, net.inputs())?),
        None => None,
    };
    if let (Some(_), Some(table)) = (&quantised, &readings) {
        expect_integers(table, net.inputs())?;
    }
    let of_data = quantised.or(of_data);
    let scaling = of_data.as_ref().filter(|_| !arguments.no_standardise);
    let checks = match (&arguments.checks, &readings) {
        (Some(path), _) => {
            let table = Table::read(path, FirstLine::MayBeNames)?;
            Some(verify::verify(&table, &net, scaling, of_data.as_ref())?)
        }
        (None, Some(table)) => Some(Checks::of(table, &net, scaling)?),
        (None, None) => None,
    };
    let scaling: Option<Scaling<T>> = scaling.map(Scaling::cast).transpose()?;
    let id = identity::identity(&net, &cast.theta, scaling.as_ref());
    let pilot = match &readings {
        Some(table) => {
            let objective = arguments.objective;
            Some(PilotFactor::of(table, scored, scaling.as_ref(), objective)?)
        }
        None => None,
    };
    let sizes = Sizes {
        rows: scored.rows(arguments.objective.build()),
        row: scored.row_len(),
        order: scored.order(),
        scratch: scored.scratch(),
    };
    let plan = network.plan();
    let export = Export {
        name: &arguments.name,
        features: readings.as_ref().and_then(|table| table.header.clone()),
        net: &net,
        theta: cast.theta.clone(),
        plan,
        sizes,
        sketch,
        is_quantised: arguments.quantised.is_some(),
        scaling,
        checks,
        objective: arguments.objective,
        pilot,
        id,
        command: command(),
    };
    if let Some(path) = &arguments.out_c {
        write(path, &header::header(&export))?;
    }
    if let Some(path) = &arguments.out_rust {
        write(path, &module::module(&export))?;
    }
    summary::print(&export, arguments.keep)
}

/// Refuses what is none of a quantised tensor's entries, dequantised ones above all.
fn expect_integers(table: &Table, inputs: usize) -> Result<(), Failure> {
    for (index, row) in table.rows().enumerate() {
        if let Some(column) = row[..inputs].iter().position(|entry| entry.fract() != 0.0) {
            return Err(data(format!(
                "{}, column {}: --quantised takes the tensor's integers, and this is {}",
                table.place(index),
                column + 1,
                row[column]
            )));
        }
    }
    Ok(())
}

/// Reads the training readings and checks that they are the model's.
fn read_readings(
    path: &Path,
    net: &Net,
    name: &str,
    arguments: &Arguments,
) -> Result<Table, Failure> {
    let inputs = net.inputs();
    let table = Table::read(path, FirstLine::MayBeNames)?;
    if arguments.target || arguments.objective.takes_label() {
        table.expect_width(
            inputs + 1,
            &format!("{inputs} inputs of {name}, then the label"),
        )?;
        arguments.objective.check_labels(&table)?;
    } else if table.width == inputs + 1 {
        return Err(data(format!(
            "{}: {} columns, and {name} takes {inputs} inputs; where the last column is a label, give --target",
            table.name, table.width
        )));
    } else {
        table.expect_width(inputs, &format!("{inputs} inputs of {name}"))?;
    }
    Ok(table)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|cause| file(path, "write", cause))
}

/// The command line as it was given, for the comment on top of a file.
fn command() -> String {
    let arguments = std::env::args().skip(1).map(|argument| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./,=+:".contains(c);
        if !argument.is_empty() && argument.chars().all(is_plain) {
            argument
        } else {
            format!("'{}'", for_comment(&argument))
        }
    });
    std::iter::once("gleaner".to_string())
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Text without what would end a comment.
fn for_comment(text: &str) -> String {
    text.replace(|c: char| c.is_control() || "*\\'".contains(c), "?")
}
