//! `gleaner simulate`: what a device would keep, and what a model refitted on it is worth.

pub mod device;
mod pictures;
mod report;
mod sums;
pub mod task;
pub mod trial;

use crate::failure::{Failure, data, file, usage};
use crate::net::Net;
use crate::options::Objective;
use crate::table::{FirstLine, Table};
use clap::{Args, ValueEnum};
use device::Scoring;
use gleaner::calibrate::Vector;
use gleaner::model;
use std::path::{Path, PathBuf};
use task::Task;

pub use device::choose;
pub use task::normal;
use trial::Experiment;
pub use trial::quantile;

/// The occupancy log: one reading a minute of a room, and whether somebody is in.
pub const LOG: &[u8] = include_bytes!("../../data/occupancy.csv.gz");
/// Neurons of the hidden layer where no net is given.
const HIDDEN: usize = 8;

/// What `simulate` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Readings in order, label last [default: the shipped occupancy log]
    #[arg(long, value_name = "X.csv")]
    data: Option<PathBuf>,
    /// Your pilot, for readings as they stand in --data [default: a d-8-1 ReLU network, trained on 5 %]
    #[arg(long, value_name = "NET.json", requires = "data")]
    net: Option<PathBuf>,
    /// What the device scores: prediction needs no label [default: without labels, then with]
    #[arg(long, value_enum)]
    objective: Option<Objective>,
    /// Readings to keep; the first is the one that pictures and record show
    #[arg(long, value_name = "K", value_delimiter = ',', default_value = "200,50,100,400",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    budget: Vec<u32>,
    /// Runs with other pilots and other draws; medians are over these
    #[arg(long, default_value_t = 21, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    seeds: u32,
    /// mu in `mean loss + mu |theta|^2`, in every fit
    #[arg(long, value_name = "MU", default_value_t = 5e-5)]
    decay: f64,
    /// Share of uniform sampling in the score, 0 to 1
    #[arg(long, value_name = "ALPHA", default_value_t = 0.0)]
    uniform: f64,
    /// Keep so many times the budget until the end, then thin; 1: keep the budget only
    #[arg(long, value_name = "TIMES", default_value_t = 4,
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    thin: u32,
    /// Readings that wait for a neighbour while it thins: more spread and more memory
    #[arg(long, value_name = "READINGS", default_value_t = 128,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    waiting: u32,
    /// Calibrate the weights of the refit on sums over all readings
    #[arg(long, value_enum)]
    calibrate: Option<Calibrate>,
    /// Gauss-Legendre nodes a panel where rows have no closed form
    #[arg(long, value_name = "1..32", default_value_t = 8,
          value_parser = clap::value_parser!(u8).range(1..=32))]
    nodes: u8,
    /// Where pictures and the record go
    #[arg(long, value_name = "DIRECTORY", default_value = "target/gleaner")]
    out: PathBuf,
}

/// What is summed over all readings, see `gleaner::calibrate::Vector`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Calibrate {
    /// Loss slope times gradient, and 1: with labels
    Gradient,
    /// The same, and the Gauss-Newton matrix: with labels
    Curvature,
    /// Products of the gradient, the gradient, output times gradient, 1: no label
    Output,
}

impl Calibrate {
    fn vector(self) -> Vector {
        match self {
            Calibrate::Gradient => Vector::Gradient,
            Calibrate::Curvature => Vector::Curvature,
            Calibrate::Output => Vector::Output,
        }
    }
}

/// The readings of a file, or else of the occupancy log.
pub fn readings(data: Option<&Path>) -> Result<Table, Failure> {
    match data {
        Some(path) => Table::read(path, FirstLine::MayBeNames),
        None => Table::parse("the occupancy log", LOG, FirstLine::MayBeNames),
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if !(0.0..=1.0).contains(&arguments.uniform) {
        return Err(usage("--uniform expects a share between 0 and 1"));
    }
    if !(arguments.decay.is_finite() && arguments.decay >= 0.0) {
        return Err(usage("--decay expects 0 or more"));
    }
    let table = readings(arguments.data.as_deref())?;
    let experiments = experiments(arguments, &table)?;
    let budgets: Vec<usize> = arguments.budget.iter().map(|&k| k as usize).collect();
    if let Some(most) = budgets.iter().find(|&&k| k > table.len()) {
        return Err(data(format!(
            "{}: --budget {most} is more than its {} readings",
            table.name,
            table.len()
        )));
    }
    std::fs::create_dir_all(&arguments.out)
        .map_err(|cause| file(&arguments.out, "create", cause))?;
    let results = trial::run(&experiments, &budgets, arguments.seeds)?;
    report::print(&table, &experiments, &budgets, &results)?;
    pictures::draw(&arguments.out, &experiments, &budgets, &results)?;
    report::write_record(&arguments.out, &experiments[0], &results[0])?;
    println!(
        "\nIn {}: scores.svg, loss.svg, kept.gleaner",
        arguments.out.display()
    );
    println!(
        "The record as csv: gleaner read {}",
        arguments.out.join("kept.gleaner").display()
    );
    Ok(())
}

/// The networks to try, each with its ways of scoring.
fn experiments(arguments: &Arguments, table: &Table) -> Result<Vec<Experiment>, Failure> {
    if table.width < 2 {
        return Err(data(format!(
            "{}: expected at least 2 columns, inputs and then the label, found 1",
            table.name
        )));
    }
    let inputs = table.width - 1;
    let net = arguments.net.as_deref().map(Net::read).transpose()?;
    if let Some(net) = &net {
        table.expect_width(net.inputs() + 1, "the net's inputs, then the label")?;
        if net.outputs() != 1 {
            return Err(data(format!(
                "the net has {} outputs, and simulate expects 1",
                net.outputs()
            )));
        }
    }
    let is_share = table.rows().all(|row| (0.0..=1.0).contains(&row[inputs]));
    let ends_in_sigmoid = net
        .as_ref()
        .is_some_and(|net| net.last_activation().name == "sigmoid");
    let loss = match arguments.objective {
        Some(other @ (Objective::CrossEntropy | Objective::Softmax)) => {
            return Err(data(format!(
                "simulate works on one output, and the {} objective on several",
                other.name()
            )));
        }
        Some(Objective::Residual) => Objective::Residual,
        Some(Objective::Logistic) => Objective::Logistic,
        _ if is_share && !ends_in_sigmoid => Objective::Logistic,
        _ => Objective::Residual,
    };
    loss.check_labels(table)?;
    if loss == Objective::Logistic && ends_in_sigmoid {
        return Err(data(
            "the logistic objective expects a logit, and the net ends in a sigmoid: name its last activation \"identity\"",
        ));
    }
    let scoring = |labelled| Scoring {
        labelled,
        uniform: arguments.uniform,
        nodes: usize::from(arguments.nodes),
        thin: arguments.thin as usize,
        waiting: arguments.waiting as usize,
        // What takes labels is no use to a device that has none.
        calibrate: arguments
            .calibrate
            .filter(|&sums| labelled || sums == Calibrate::Output)
            .map(Calibrate::vector),
    };
    let scorings = match arguments.objective {
        None => vec![scoring(false), scoring(true)],
        Some(objective) => vec![scoring(objective.takes_label())],
    };
    let task = |shapes| {
        let (mut readings, mut labels) = (Vec::new(), Vec::new());
        for row in table.cast::<f32>().chunks_exact(table.width) {
            readings.extend_from_slice(&row[..inputs]);
            labels.push(row[inputs]);
        }
        Task {
            readings,
            labels,
            shapes,
            loss: loss.build(),
            decay: arguments.decay,
        }
    };
    if let Some(net) = net {
        let cast = net.cast::<f32>();
        let name = "your net".to_string();
        return Ok(vec![Experiment {
            name,
            task: task(cast.shapes),
            theta: Some(cast.theta),
            scorings,
        }]);
    }
    let shapes = |output_bias| {
        let relu = model::Activation::Relu;
        let identity = model::Activation::Identity;
        vec![
            model::Shape {
                inputs,
                outputs: HIDDEN,
                bias: true,
                activation: relu,
            },
            model::Shape {
                inputs: HIDDEN,
                outputs: 1,
                bias: output_bias,
                activation: identity,
            },
        ]
    };
    let experiment = |name: &str, output_bias, scorings| Experiment {
        name: format!("{inputs}-{HIDDEN}-1 ReLU network, {name}"),
        task: task(shapes(output_bias)),
        theta: None,
        scorings,
    };
    let first = scorings.first().copied();
    let mut all = vec![experiment("hidden biases (rows exact)", false, scorings)];
    if arguments.objective.is_none() {
        let scorings = first.into_iter().collect();
        all.push(experiment(
            "a bias in every layer (rows by quadrature)",
            true,
            scorings,
        ));
    }
    Ok(all)
}
