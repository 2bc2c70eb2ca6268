//! `gleaner plan`: which scorer a network gets in so much RAM, and the constants for it.

use crate::activations::Named;
use crate::failure::{Failure, data, usage};
use crate::net::Net;
use crate::options::{Objective, Precision};
use clap::{Args, ValueEnum};
use gleaner::choose::{self, Scorer};
use gleaner::model::{Activation, Shape};
use gleaner::{Error, Scalar};
use std::path::PathBuf;

/// What `plan` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Inputs and neurons of a dense network, such as 100-256-256-1
    #[arg(long, value_name = "WIDTHS", value_parser = widths, conflicts_with = "net")]
    layers: Option<Widths>,
    /// The network: JSON with "layers" and a flat "theta"
    #[arg(long, value_name = "NET.json")]
    net: Option<PathBuf>,
    /// Which of the layers have biases
    #[arg(long, value_enum, default_value = "first", conflicts_with = "net")]
    biases: Biases,
    /// The activation of the hidden layers
    #[arg(
        long,
        value_name = "NAME",
        default_value = "relu",
        conflicts_with = "net"
    )]
    activation: String,
    /// Bytes of RAM for the scorer
    #[arg(long, value_name = "BYTES")]
    ram: usize,
    /// What a reading contributes
    #[arg(long, value_enum, default_value = "prediction")]
    objective: Objective,
    /// What scores are for
    #[arg(long, value_enum, default_value = "sample")]
    purpose: Purpose,
    /// The scalar of the device
    #[arg(long, value_enum, default_value = "f32")]
    scalar: Precision,
}

/// Widths of a network, the inputs first.
#[derive(Clone, Debug)]
struct Widths(Vec<usize>);

fn widths(text: &str) -> Result<Widths, String> {
    let parts = text.split('-').map(|width| width.parse().ok());
    let widths: Option<Vec<usize>> = parts.collect();
    match widths {
        Some(widths) if widths.len() > 1 && !widths.contains(&0) => Ok(Widths(widths)),
        _ => Err("expected whole numbers above 0 with - between them, inputs first".to_string()),
    }
}

/// Which layers have biases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Biases {
    /// None
    None,
    /// The first, so that rows of a ReLU network have a closed form
    First,
    /// All
    All,
}

/// What scores are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Purpose {
    /// A sample to refit on
    Sample,
    /// To rank readings, to find odd ones
    Leverage,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match arguments.scalar {
        Precision::F32 => run_as::<f32>(arguments),
        Precision::F64 => run_as::<f64>(arguments),
    }
}

fn run_as<T: Scalar>(arguments: &Arguments) -> Result<(), Failure> {
    let shapes = match (&arguments.layers, &arguments.net) {
        (Some(widths), None) => shapes::<T>(&widths.0, arguments)?,
        (None, Some(path)) => Net::read(path)?.cast::<T>().shapes,
        _ => return Err(usage("give either --layers or --net")),
    };
    let (objective, ram) = (arguments.objective.build(), arguments.ram);
    let purpose = match arguments.purpose {
        Purpose::Sample => choose::Purpose::Sample,
        Purpose::Leverage => choose::Purpose::Leverage,
    };
    let least = match Scorer::Norm.len(&shapes, objective) {
        Err(Error::Objective) => {
            let name = arguments.objective.name();
            return Err(usage(format!(
                "the {name} objective does not fit the network: softmax and cross-entropy take the logits of at least two \
                 classes, the logistic one a logit, not a sigmoid"
            )));
        }
        scalars => size_of::<T>() * scalars?,
    };
    let chosen = Scorer::choose(&shapes, objective, purpose, ram).map_err(|_| {
        data(format!(
            "no scorer of this network fits into {ram} bytes: the norm of its rows takes {least}"
        ))
    })?;
    let mut shown = vec![Scorer::Exact, Scorer::Kronecker];
    shown.extend([16, 32, 64, 128, 256].map(|buckets| Scorer::Sketch { buckets }));
    if matches!(chosen, Scorer::Sketch { .. }) && !shown.contains(&chosen) {
        shown.push(chosen);
    }
    shown.push(Scorer::Norm);
    shown.sort_by_key(|scorer| std::cmp::Reverse(scorer.len(&shapes, objective).ok()));
    println!("scorer,bytes,fits,chosen");
    for scorer in shown {
        let bytes = size_of::<T>() * scorer.len(&shapes, objective)?;
        let fits = if bytes <= ram { "yes" } else { "no" };
        let is_chosen = if scorer == chosen { "yes" } else { "" };
        println!("{},{bytes},{fits},{is_chosen}", name(scorer));
    }
    println!("# {}: {}", name(chosen), why(chosen, arguments.purpose));
    let is_large = Scorer::Exact.order(&shapes)? > Some(choose::NEVER_SKETCHED);
    let is_default = chosen == Scorer::Exact || is_large && matches!(chosen, Scorer::Sketch { .. });
    if is_default && arguments.purpose == Purpose::Sample {
        println!("# A selector in so much memory chooses the same by itself.");
    }
    println!("# Without the sample's items and payloads, the structs, and the model itself.");
    let scalars = chosen.len(&shapes, objective)?;
    if let Some(order) = chosen.order(&shapes)? {
        println!("const ORDER: usize = {order};");
        println!("const MEMORY: usize = {scalars};");
        println!("#define MODEL_ORDER {order}u");
    } else {
        println!("const MEMORY: usize = {scalars};");
    }
    println!("#define MODEL_MEMORY {scalars}u");
    Ok(())
}

fn shapes<T: Scalar>(widths: &[usize], arguments: &Arguments) -> Result<Vec<Shape<T>>, Failure> {
    let hidden = Named::parse(&arguments.activation)?.build();
    let last = widths.len() - 2;
    let pairs = widths.windows(2).enumerate();
    let shape = |(index, pair): (usize, &[usize])| Shape {
        inputs: pair[0],
        outputs: pair[1],
        bias: match arguments.biases {
            Biases::None => false,
            Biases::First => index == 0,
            Biases::All => true,
        },
        activation: if index == last {
            Activation::Identity
        } else {
            hidden
        },
    };
    Ok(pairs.map(shape).collect())
}

fn name(scorer: Scorer) -> String {
    match scorer {
        Scorer::Exact => "exact".to_string(),
        Scorer::Kronecker => "Kronecker".to_string(),
        Scorer::Sketch { buckets } => format!("sketch K={buckets}"),
        _ => "norm".to_string(),
    }
}

fn why(scorer: Scorer, purpose: Purpose) -> &'static str {
    match (scorer, purpose) {
        (Scorer::Exact, _) => "the factor of the rows fits",
        (Scorer::Kronecker, _) => "the factor of the rows does not fit, two factors a layer do",
        (Scorer::Sketch { buckets: 64 }, Purpose::Sample) => {
            "the factor of the rows is too large; refits are no better from more than 64 entries on"
        }
        (Scorer::Sketch { .. }, Purpose::Sample) => {
            "the factor of the rows is too large; this is the largest sketch that fits"
        }
        (Scorer::Sketch { .. }, Purpose::Leverage) => {
            "the factor of the rows does not fit; nothing that does comes nearer to it"
        }
        (_, Purpose::Sample) => {
            "no sketch of 16 entries fits, and no factor is better than the norm"
        }
        (_, Purpose::Leverage) => "no factor fits",
    }
}
