//! `gleaner score`: rows and scores of a csv file, the desktop twin of the device.

mod leverage;
mod rows;

use crate::failure::{Failure, usage};
use crate::options::{Objective, Precision};
use clap::{ArgGroup, Args, ValueEnum};
use gleaner::Scalar;
use gleaner::model::Form;
use rows::Rows;
use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

/// What `score` takes.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("input").required(true).args(["net", "rows"])))]
pub struct Arguments {
    /// The model: JSON with "layers" and a flat "theta"
    #[arg(long, value_name = "NET.json", requires = "data")]
    net: Option<PathBuf>,
    /// Readings as the model sees them, one a line; a header line is allowed, and gzip
    #[arg(long, value_name = "X.csv", requires = "net")]
    data: Option<PathBuf>,
    /// Finished rows, one a line, without a header line
    #[arg(long, value_name = "D.csv", conflicts_with = "data")]
    rows: Option<PathBuf>,
    /// What a reading contributes; but for prediction the last column is its label
    #[arg(long, value_enum, default_value = "prediction")]
    objective: Objective,
    /// The scalar that everything is computed in
    #[arg(long, value_enum, default_value = "f64")]
    scalar: Precision,
    /// Gauss-Legendre nodes a panel where rows have no closed form
    #[arg(long, value_name = "1..32", default_value_t = 32,
          value_parser = clap::value_parser!(u8).range(1..=32))]
    nodes: u8,
    /// lambda of the ridge and online scores, 0 or more [default: 1e-6 times the mean squared norm of a row]
    #[arg(long, value_name = "L", value_parser = not_negative)]
    ridge: Option<f64>,
    /// What to print: `index,a_0,..,f0,form,completeness`, or `index,norm,leverage,ridge,online,novelty`
    #[arg(long, value_enum, default_value = "scores")]
    emit: Emit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Emit {
    /// The adjoint rows, all P entries and f(0)
    Rows,
    /// Scores of the rows
    Scores,
}

fn not_negative(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "expected a number".to_string())?;
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err("expected 0 or more".to_string())
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match arguments.scalar {
        Precision::F32 => run_as::<f32>(arguments),
        Precision::F64 => run_as::<f64>(arguments),
    }
}

fn run_as<T: Scalar>(arguments: &Arguments) -> Result<(), Failure> {
    let rows = match (&arguments.net, &arguments.data, &arguments.rows) {
        (Some(net), Some(data), None) => {
            Rows::<T>::of_model(net, data, arguments.objective, usize::from(arguments.nodes))?
        }
        (None, None, Some(rows)) => {
            if arguments.emit == Emit::Rows {
                return Err(usage(
                    "--emit rows makes rows of a model: give --net and --data",
                ));
            }
            Rows::finished(rows)?
        }
        _ => return Err(usage("give either --net and --data, or --rows")),
    };
    match arguments.emit {
        Emit::Rows => print_rows(&rows),
        Emit::Scores => leverage::print_scores(&rows, arguments.ridge),
    }
}

/// A number with 17 significant digits, which an f64 survives.
fn digits<T: Scalar>(value: T) -> String {
    format!("{:.16e}", value.wide())
}

/// Writes to standard output; a reader that goes away early is no fault.
pub fn print(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != std::io::ErrorKind::BrokenPipe => Err(crate::failure::data(
            format!("cannot write to standard output: {cause}"),
        )),
        _ => Ok(()),
    }
}

fn print_rows<T: Scalar>(rows: &Rows<T>) -> Result<(), Failure> {
    print(|out| {
        write!(out, "index")?;
        for j in 0..rows.order - 1 {
            write!(out, ",a_{j}")?;
        }
        writeln!(out, ",f0,form,completeness")?;
        for (position, row) in rows.iter().enumerate() {
            write!(out, "{}", position / rows.outputs)?;
            for &entry in row {
                write!(out, ",{}", digits(entry))?;
            }
            let (form, completeness) = rows.reports[position];
            let form = match form {
                Form::Exact => "exact",
                Form::Quadrature => "quadrature",
            };
            writeln!(out, ",{form},{}", digits(completeness))?;
        }
        Ok(())
    })
}
