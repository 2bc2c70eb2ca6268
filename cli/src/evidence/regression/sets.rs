//! The sets: read, cleaned, standardised, with the leverages of a linear model.

use super::super::Context;
use super::super::journal::hash;
use crate::failure::{Failure, data};
use crate::table::{FirstLine, Table};
use gleaner::factor::{Factor, default_ridge, factor_len};

/// Share of the rows, those of highest linear leverage, that the second loss leaves out.
const OUTLYING: f64 = 0.01;

/// What is done to a file before it is standardised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cleaning {
    /// Nothing.
    None,
    /// Features are moved to their 1st and 99th percentile where they are beyond.
    Clipped,
    /// Rows with a length, width or depth of 0 are left out.
    Possible,
}

/// Where a set comes from.
struct Source {
    name: &'static str,
    file: &'static str,
    /// Columns, the target among them.
    columns: usize,
    cleaning: Cleaning,
    /// Also in the quick mode.
    is_quick: bool,
}

const SOURCES: [Source; 5] = [
    Source {
        name: "California",
        file: "california_housing",
        columns: 9,
        cleaning: Cleaning::None,
        is_quick: true,
    },
    Source {
        name: "California, clipped",
        file: "california_housing",
        columns: 9,
        cleaning: Cleaning::Clipped,
        is_quick: false,
    },
    Source {
        name: "Diamonds",
        file: "diamonds",
        columns: 10,
        cleaning: Cleaning::None,
        is_quick: false,
    },
    Source {
        name: "Diamonds, possible",
        file: "diamonds",
        columns: 10,
        cleaning: Cleaning::Possible,
        is_quick: false,
    },
    Source {
        name: "Insurance",
        file: "insurance",
        columns: 9,
        cleaning: Cleaning::None,
        is_quick: true,
    },
];

/// Where x, y and z of a diamond stand.
const LENGTHS: std::ops::Range<usize> = 6..9;

/// What to fetch for a file that is missing.
fn where_to_get(file: &str) -> &'static str {
    match file {
        "california_housing" => {
            "California Housing of the 1990 census, 8 features and then the value in 100 000 dollars: StatLib \
             (lib.stat.cmu.edu/datasets), or fetch_california_housing of scikit-learn, saved as numeric csv"
        }
        "diamonds" => {
            "diamonds.csv of ggplot2 (github.com/tidyverse/ggplot2, data-raw): carat, cut, color, clarity, depth, table, x, y, z, \
             then the price; cut, color and clarity as numbers from 0, worst first"
        }
        _ => {
            "insurance.csv of B. Lantz, Machine Learning with R: age, sex_male, bmi, children, smoker, three of the four regions as \
             0 or 1, then the charges"
        }
    }
}

/// A set, standardised.
#[derive(Clone, Debug)]
pub struct Set {
    /// What it is called.
    pub name: &'static str,
    /// Of the standardised numbers.
    pub fingerprint: u64,
    /// Features.
    pub inputs: usize,
    /// Rows, one after the other.
    pub x: Vec<f64>,
    /// A target a row.
    pub y: Vec<f64>,
    /// Squared norms of `[x ; 1]`.
    pub norms: Vec<f64>,
    /// Leverages of `[x ; 1]`.
    pub leverages: Vec<f64>,
    /// Leverages of `[x ; 1 ; y]`.
    pub leverages_with_target: Vec<f64>,
    /// Not among the 1 % of highest leverage.
    pub is_calm: Vec<bool>,
}

/// The sets that are there, and a line for each file that is not.
pub fn load(context: &Context) -> Result<(Vec<Set>, Vec<String>), Failure> {
    let (mut sets, mut missing) = (Vec::new(), Vec::new());
    for source in SOURCES {
        if context.quick && !source.is_quick {
            continue;
        }
        match context.find(source.file) {
            Some(path) => {
                let table = Table::read(&path, FirstLine::MayBeNames)?;
                sets.push(Set::new(&source, &table)?);
            }
            None => {
                let (directory, file) = (context.data.display(), source.file);
                let line = format!(
                    "{directory} has no {file}.csv.gz or {file}.csv, which is left out. Where to get it: {}.",
                    where_to_get(file)
                );
                if !missing.contains(&line) {
                    eprintln!("{line}");
                    missing.push(line);
                }
            }
        }
    }
    Ok((sets, missing))
}

impl Set {
    fn new(source: &Source, table: &Table) -> Result<Set, Failure> {
        table.expect_width(source.columns, "features, then the target")?;
        let inputs = source.columns - 1;
        let is_possible =
            |row: &&[f64]| source.cleaning != Cleaning::Possible || !row[LENGTHS].contains(&0.0);
        let rows: Vec<&[f64]> = table.rows().filter(is_possible).collect();
        let count = rows.len();
        if count < 10 * source.columns {
            let least = 10 * source.columns;
            return Err(data(format!(
                "{}: expected at least {least} rows, found {count}",
                table.name
            )));
        }
        let mut columns: Vec<Vec<f64>> = (0..=inputs)
            .map(|j| rows.iter().map(|row| row[j]).collect())
            .collect();
        if source.cleaning == Cleaning::Clipped {
            columns[..inputs].iter_mut().for_each(|column| clip(column));
        }
        columns.iter_mut().for_each(|column| standardise(column));
        let y = columns.pop().unwrap_or_default();
        let x: Vec<f64> = (0..count)
            .flat_map(|i| columns.iter().map(move |column| column[i]))
            .collect();
        let design = |with_target: bool| -> Vec<Vec<f64>> {
            let row = |(x, y): (&[f64], &f64)| {
                let mut row = [x, &[1.0]].concat();
                if with_target {
                    row.push(*y);
                }
                row
            };
            x.chunks_exact(inputs).zip(&y).map(row).collect()
        };
        let plain = design(false);
        let norms = plain.iter().map(|row| square(row)).collect();
        let leverages = leverages(&plain)?;
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|&a, &b| leverages[a].total_cmp(&leverages[b]));
        let mut is_calm = vec![true; count];
        let outlying = (OUTLYING * count as f64).round() as usize;
        for &index in &order[count - outlying..] {
            is_calm[index] = false;
        }
        let bits = x.iter().chain(&y).map(|value| value.to_bits());
        let fingerprint = bits.fold(hash(source.name), |h, bits| {
            (h ^ bits)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(23)
        });
        Ok(Set {
            name: source.name,
            fingerprint,
            inputs,
            leverages_with_target: self::leverages(&design(true))?,
            x,
            y,
            norms,
            leverages,
            is_calm,
        })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.y.len()
    }

    /// Row `index`.
    pub fn row(&self, index: usize) -> &[f64] {
        &self.x[index * self.inputs..][..self.inputs]
    }
}

/// Sum of squares.
fn square(row: &[f64]) -> f64 {
    row.iter().map(|x| x * x).sum()
}

/// Moves values beyond the 1st and 99th percentile there.
fn clip(column: &mut [f64]) {
    let mut sorted = column.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
    let (low, high) = (at(0.01), at(0.99));
    column.iter_mut().for_each(|x| *x = x.clamp(low, high));
}

/// Mean 0, population variance 1; a constant column becomes 0.
fn standardise(column: &mut [f64]) {
    let count = column.len() as f64;
    let mean = column.iter().sum::<f64>() / count;
    column.iter_mut().for_each(|x| *x -= mean);
    let deviation = (square(column) / count).sqrt();
    if deviation > 0.0 {
        column.iter_mut().for_each(|x| *x /= deviation);
    }
}

/// Leverages of rows.
fn leverages(rows: &[Vec<f64>]) -> Result<Vec<f64>, Failure> {
    let order = rows.first().map_or(1, Vec::len);
    let squares: f64 = rows.iter().map(|row| square(row)).sum();
    let ridge = default_ridge(squares / rows.len() as f64);
    let mut factor = Factor::new(order, ridge, vec![0.0; factor_len(order)])?;
    for row in rows {
        factor.observe(row, 1.0)?;
    }
    let mut scratch = vec![0.0; order];
    let score = |row: &Vec<f64>| Ok(factor.score(row, &mut scratch)?.leverage);
    rows.iter().map(score).collect()
}
