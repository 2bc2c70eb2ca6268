//! `gleaner outliers`: how well the scores rank the outliers of labelled sets.

mod autoencoder;
mod linear;
mod metrics;

use crate::failure::{Failure, data, file};
use crate::numbers::{below, mean_and_deviation};
use crate::score::print;
use crate::table::{FirstLine, Table};
use clap::Args;
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::path::{Path, PathBuf};

/// The ways, in the table's order.
const WAYS: [&str; 8] = [
    "leverage",
    "leverage against half",
    "online leverage",
    "studentised residual",
    "autoencoder: error",
    "adjoint leverage",
    "online gradient leverage",
    "studentised error",
];

/// Those of them that nothing is trained for.
const LINEAR: usize = 4;
/// Rounds of trimming.
const ROUNDS: usize = 10;

/// What `outliers` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Where outliers_*.csv.gz are: numeric columns, the last one 1 for an outlier and 0 else
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// Orders and starts that figures are means over
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    seeds: u32,
    /// Only scores that nothing is trained for
    #[arg(long)]
    linear: bool,
}

/// A labelled set, its columns standardised, constant ones left out.
struct Set {
    name: String,
    x: Vec<f64>,
    width: usize,
    is_outlier: Vec<bool>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut sets = Vec::new();
    for path in files(&arguments.data_dir)? {
        sets.push(Set::read(&path)?);
    }
    if sets.is_empty() {
        return Err(data(format!(
            "{}: no outliers_*.csv.gz",
            arguments.data_dir.display()
        )));
    }
    let ways = if arguments.linear {
        &WAYS[..LINEAR]
    } else {
        &WAYS[..]
    };
    print(|out| {
        writeln!(
            out,
            "Area under the ROC curve / average precision, means over {} orders and starts. No labels are used.\n",
            arguments.seeds
        )?;
        writeln!(
            out,
            "| set | readings | columns | outliers | {} |",
            ways.join(" | ")
        )?;
        writeln!(out, "|---|---|---|---|{}", "---|".repeat(ways.len()))
    })?;
    let mut totals = vec![(0.0, 0.0); ways.len()];
    for set in &sets {
        let found = set.score(arguments.seeds, arguments.linear)?;
        totals.iter_mut().zip(&found).for_each(|(total, found)| {
            *total = (total.0 + found.0, total.1 + found.1);
        });
        let odd = set.is_outlier.iter().filter(|odd| **odd).count();
        let count = set.is_outlier.len();
        print(|out| {
            let share = 100.0 * odd as f64 / count as f64;
            write!(
                out,
                "| {} | {count} | {} | {share:.1} % |",
                set.name, set.width
            )?;
            line(out, &found, 1.0)
        })?;
    }
    print(|out| {
        write!(out, "| mean | | | |")?;
        line(out, &totals, sets.len() as f64)
    })
}

fn line(out: &mut dyn std::io::Write, cells: &[(f64, f64)], count: f64) -> std::io::Result<()> {
    for (area, precision) in cells {
        write!(out, " {:.3} / {:.3} |", area / count, precision / count)?;
    }
    writeln!(out)
}

/// The sets of a directory, by name.
fn files(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(directory).map_err(|cause| file(directory, "read", cause))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|cause| file(directory, "read", cause))?
            .path();
        if title(&path).is_some() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The set's name in `outliers_<name>.csv.gz`.
fn title(path: &Path) -> Option<&str> {
    path.file_name()?
        .to_str()?
        .strip_prefix("outliers_")?
        .strip_suffix(".csv.gz")
}

impl Set {
    fn read(path: &Path) -> Result<Set, Failure> {
        let table = Table::read(path, FirstLine::MayBeNames)?;
        let features = table.width - 1;
        let mut is_outlier = Vec::new();
        for (index, row) in table.rows().enumerate() {
            match row[features] {
                1.0 => is_outlier.push(true),
                0.0 => is_outlier.push(false),
                other => {
                    let place = table.place(index);
                    return Err(data(format!(
                        "{place}: expected 0 or 1 at the end, found {other}"
                    )));
                }
            }
        }
        let odd = is_outlier.iter().filter(|odd| **odd).count();
        if odd == 0 || odd == is_outlier.len() {
            return Err(data(format!(
                "{}: expected outliers and others",
                table.name
            )));
        }
        let mut columns = Vec::new();
        for j in 0..features {
            let values = (0..table.len()).map(|i| table.row(i)[j]);
            let (mean, deviation) = mean_and_deviation(values.clone());
            if deviation > 0.0 {
                columns.push(values.map(|v| (v - mean) / deviation).collect::<Vec<f64>>());
            }
        }
        let width = columns.len();
        if width < 2 {
            return Err(data(format!(
                "{}: expected 2 columns that vary",
                table.name
            )));
        }
        let x = (0..table.len())
            .flat_map(|i| columns.iter().map(move |column| column[i]))
            .collect();
        Ok(Set {
            name: title(path).unwrap_or_default().to_string(),
            x,
            width,
            is_outlier,
        })
    }

    /// Area and average precision of each way.
    fn score(&self, seeds: u32, only_linear: bool) -> Result<Vec<(f64, f64)>, Failure> {
        let order = self.width + 1;
        let rows = linear::rows(&self.x, self.width);
        let leverage = self.metrics(&linear::leverage(order, &rows, 0.0)?);
        let trimmed = self.metrics(&linear::trimmed(order, &rows, ROUNDS)?);
        let studentised = self.metrics(&linear::studentised(&self.x, self.width)?);
        let count = f64::from(seeds);
        let (mut online, mut trained) = ((0.0, 0.0), [(0.0, 0.0); 4]);
        let add = |sum: &mut (f64, f64), found: (f64, f64)| {
            *sum = (sum.0 + found.0 / count, sum.1 + found.1 / count);
        };
        for seed in 0..seeds {
            let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed.into());
            let mut order_of: Vec<usize> = (0..self.is_outlier.len()).collect();
            for i in (1..order_of.len()).rev() {
                order_of.swap(i, below(&mut generator, i + 1));
            }
            let (leverages, novelties) = linear::online(order, &rows, 1, &order_of)?;
            // What was never seen comes before what was.
            let joined: Vec<f64> = leverages
                .iter()
                .zip(novelties)
                .map(|(t, n)| t + n)
                .collect();
            add(&mut online, self.metrics(&joined));
            if only_linear {
                continue;
            }
            let found = autoencoder::scores(&self.x, self.width, &order_of, &mut generator)?;
            let all = [found.error, found.leverage, found.online, found.studentised];
            for (sum, scores) in trained.iter_mut().zip(&all) {
                add(sum, self.metrics(scores));
            }
        }
        let mut found = vec![leverage, trimmed, online, studentised];
        if !only_linear {
            found.extend(trained);
        }
        Ok(found)
    }

    fn metrics(&self, scores: &[f64]) -> (f64, f64) {
        (
            metrics::roc_auc(scores, &self.is_outlier),
            metrics::average_precision(scores, &self.is_outlier),
        )
    }
}
