//! `gleaner evidence`: what the method buys, measured; pages with tables and pictures.
//!
//! Each part runs its units through a journal, so that a run that was cut short goes on where it was, and writes its
//! pages from the journal.

mod drift;
mod fleet;
mod guarantee;
mod images;
mod journal;
mod networks;
mod occupancy;
mod page;
mod plot;
mod regression;
mod relu;
mod samples;
mod scorers;
mod sheets;

use crate::failure::{Failure, file, usage};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// What `evidence` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Where the data sets are, as NAME.csv.gz or NAME.csv; what is missing is named and left out
    #[arg(long, value_name = "DIR", default_value = "data")]
    data_dir: PathBuf,
    /// Where pages, pictures and journals go; a run with the same options goes on from the journals there
    #[arg(long, value_name = "DIR", default_value = "target/gleaner/evidence")]
    out: PathBuf,
    /// Parts to run [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    parts: Vec<Part>,
    /// Repetitions with other pilots and other draws; medians are over these
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    seeds: u32,
    /// A look in two minutes: few repetitions, budgets and sets
    #[arg(long)]
    quick: bool,
    /// Threads; results do not depend on them
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: u16,
}

/// A part of the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Refits of a neuron on samples of tables of numbers
    Regression,
    /// Ways to use the weights in training
    Weights,
    /// How far draws by leverage distort sums of squares, and what the theorem promises
    Guarantee,
    /// Contact sheets of letters and digits by leverage
    Sheets,
    /// Refits of a network on samples of images of two classes
    Images,
    /// Refits of a network on samples of the shipped occupancy log
    Occupancy,
    /// Refits on samples of 50 devices, merged
    Fleet,
    /// Streams that switch: how soon it is noticed, what to do then, and how long a pilot lasts
    Drift,
    /// Scores of networks that are too big for their factor
    Scorers,
}

/// What a part is run with.
#[derive(Clone, Debug)]
pub struct Context {
    /// Where the data sets are.
    pub data: PathBuf,
    /// Where pages, pictures and journals go; it exists.
    pub out: PathBuf,
    /// Repetitions. A part may do with fewer where `quick`.
    pub seeds: u32,
    /// Two minutes for all parts.
    pub quick: bool,
    /// Threads of a journal.
    pub threads: usize,
}

impl Context {
    /// The file of a data set, where there is one: `NAME.csv.gz`, or else `NAME.csv`.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        ["csv.gz", "csv"]
            .map(|ending| self.data.join(format!("{name}.{ending}")))
            .into_iter()
            .find(|path| path.is_file())
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if !arguments.data_dir.is_dir() {
        return Err(usage(format!(
            "--data-dir expects a directory with data sets, and {} is none",
            arguments.data_dir.display()
        )));
    }
    create(&arguments.out)?;
    let context = Context {
        data: arguments.data_dir.clone(),
        out: arguments.out.clone(),
        seeds: arguments.seeds,
        quick: arguments.quick,
        threads: usize::from(arguments.threads),
    };
    let parts = match arguments.parts.as_slice() {
        [] => Part::value_variants(),
        parts => parts,
    };
    for part in parts {
        match part {
            Part::Regression => regression::run(&context)?,
            Part::Weights => regression::weights::run(&context)?,
            Part::Guarantee => guarantee::run(&context)?,
            Part::Sheets => sheets::run(&context)?,
            Part::Images => images::run(&context)?,
            Part::Occupancy => occupancy::run(&context)?,
            Part::Fleet => fleet::run(&context)?,
            Part::Drift => drift::run(&context)?,
            Part::Scorers => scorers::run(&context)?,
        }
    }
    Ok(())
}

fn create(directory: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(directory).map_err(|cause| file(directory, "create", cause))
}
