//! The desktop side of gleaner.

mod activations;
mod batch;
mod diagnose;
mod evidence;
mod export;
mod failure;
mod faults;
mod net;
mod numbers;
mod options;
mod outliers;
mod pilot;
mod plan;
mod progress;
mod read;
mod regression;
mod score;
mod simulate;
mod table;

use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};
use failure::Failure;
use std::process::ExitCode;

/// Picks the data points that matter to a trained model: what the device does, on the desktop.
#[derive(Parser, Debug)]
#[command(name = "gleaner", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Print residuals without the row, Cook's distance and the like of a csv file
    Diagnose(diagnose::Arguments),
    /// Measure what the method buys, on data sets: pages with tables and pictures
    Evidence(evidence::Arguments),
    /// Write a trained model as a C header and a Rust module
    Export(export::Arguments),
    /// Put faults into a log, and say which are found
    Faults(faults::Arguments),
    /// Rank the outliers of labelled sets
    Outliers(outliers::Arguments),
    /// Say which scorer a network gets in so much RAM
    Plan(plan::Arguments),
    /// Print records as csv
    Read(read::Arguments),
    /// Print adjoint rows or scores of a csv file
    Score(score::Arguments),
    /// Keep readings of a csv file as a device would, refit, and compare
    Simulate(simulate::Arguments),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Diagnose(arguments) => diagnose::run(&arguments),
        Command::Evidence(arguments) => evidence::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Faults(arguments) => faults::run(&arguments),
        Command::Outliers(arguments) => outliers::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Read(arguments) => read::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(text)) => Cli::command()
            .error(ErrorKind::ArgumentConflict, text)
            .exit(),
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failure.status())
        }
    }
}
