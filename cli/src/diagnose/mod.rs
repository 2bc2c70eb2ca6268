//! `gleaner diagnose`: what each row does to a least-squares fit.

mod fit;

use crate::failure::{Failure, data};
use crate::net::Net;
use crate::score::print;
use crate::table::{FirstLine, Table};
use clap::Args;
use gleaner::diagnose::Diagnosis;
use gleaner::outlier::leverage_threshold;
use std::path::PathBuf;

/// Externally studentised residuals beyond this are flagged.
const RESIDUAL: f64 = 3.0;
/// Cook's distances beyond this are flagged: all fitted values then move by as much as they are uncertain.
const COOK: f64 = 1.0;

/// What `diagnose` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Rows, inputs and then y; a header line is allowed, and gzip
    #[arg(long, value_name = "X.csv")]
    data: PathBuf,
    /// A trained model, linearised at its parameters [default: a linear model with a constant]
    #[arg(long, value_name = "NET.json")]
    net: Option<PathBuf>,
    /// Leverages above this multiple of their mean are flagged; 2 and 3 are customary
    #[arg(long, value_name = "M", default_value_t = 3.0)]
    multiple: f64,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = Table::read(&arguments.data, FirstLine::MayBeNames)?;
    if table.width < 2 {
        return Err(data(format!(
            "{}: expected at least 2 columns, inputs and then y, found 1",
            table.name
        )));
    }
    let fitted = match &arguments.net {
        Some(path) => {
            let name = path.display().to_string();
            fit::of_net(&name, &Net::read(path)?, &table)?
        }
        None => fit::linear(&table)?,
    };
    let (rows, rank) = (table.len() as u64, fitted.left.rank);
    if rows <= rank {
        return Err(data(format!(
            "{}: {rows} rows fit {rank} parameters exactly; more rows are needed",
            table.name
        )));
    }
    let threshold = leverage_threshold(arguments.multiple, rank, rows)?;
    let variance = fitted.left.variance().unwrap_or_default();
    eprintln!(
        "{rows} rows, rank {rank}, residual deviation {:.6}",
        variance.sqrt()
    );
    let mut figures = Vec::new();
    for (index, (&residual, &leverage)) in
        fitted.residuals.iter().zip(&fitted.leverages).enumerate()
    {
        let found = fitted.left.diagnose(residual, leverage.min(1.0));
        figures.push(found.map_err(|cause| data(format!("{}: {cause}", table.place(index))))?);
    }
    print(|out| {
        writeln!(
            out,
            "index,leverage,residual,left_out,internal,external,cook,dffits,flags"
        )?;
        for (index, found) in figures.iter().enumerate() {
            let (leverage, residual) = (fitted.leverages[index], fitted.residuals[index]);
            write!(out, "{index},{leverage:.9e},{residual:.9e}")?;
            for figure in found.figures() {
                match figure {
                    Some(figure) => write!(out, ",{figure:.9e}")?,
                    None => write!(out, ",")?,
                }
            }
            let flags = flags(found, leverage > threshold, rank as f64 / rows as f64);
            writeln!(out, ",{flags}")?;
        }
        Ok(())
    })
}

/// What is out of the ordinary, joined by `+`. `share`: p / n.
fn flags(found: &Diagnosis<f64>, is_far: bool, share: f64) -> String {
    let above = |figure: Option<f64>, limit: f64| figure.is_some_and(|f| f.abs() > limit);
    let all = [
        ("leverage", is_far),
        ("undefined", found.left_out.is_none()),
        ("residual", above(found.external, RESIDUAL)),
        ("cook", above(found.cook, COOK)),
        ("dffits", above(found.dffits, 2.0 * share.sqrt())),
    ];
    let set: Vec<&str> = all
        .iter()
        .filter(|flag| flag.1)
        .map(|flag| flag.0)
        .collect();
    set.join("+")
}
