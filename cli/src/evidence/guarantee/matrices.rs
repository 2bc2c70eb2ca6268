//! The matrices whose rows are drawn.

use super::whiten::White;
use crate::evidence::Context;
use crate::evidence::relu::two_layers;
use crate::failure::Failure;
use crate::simulate::LOG;
use crate::simulate::device::{pilot, rows};
use crate::simulate::task::{Task, normal};
use crate::table::{FirstLine, Table};
use gleaner::Error;
use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Activation, Model, Objective, Shape};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// Rows of the coherent matrix, and columns.
const COHERENT: (usize, usize) = (10_000, 10);
/// Of its columns, those that one row alone carries.
const LONE: usize = 5;

/// A matrix and what its rows are worth.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Its name in keys and tables.
    pub name: &'static str,
    /// What it is.
    pub what: String,
    /// Its rows in a basis in which `D^T D` is the identity.
    pub white: White,
    /// The leverage of each row, by the library's factor.
    pub leverages: Vec<f64>,
    /// The sum of squares at `[theta ; 1]` is that of these.
    pub values: Vec<f64>,
}

impl Matrix {
    fn new(
        name: &'static str,
        what: String,
        entries: &[f64],
        order: usize,
        values: Vec<f64>,
    ) -> Result<Matrix, Error> {
        let mut factor = Factor::new(order, 0.0, vec![0.0; factor_len(order)])?;
        for row in entries.chunks_exact(order) {
            factor.observe(row, 1.0)?;
        }
        factor.pivot()?;
        let mut scratch = vec![0.0; order];
        let mut leverages = Vec::new();
        for row in entries.chunks_exact(order) {
            leverages.push(factor.score(row, &mut scratch)?.leverage);
        }
        Ok(Matrix {
            name,
            what,
            white: White::of(entries, order),
            leverages,
            values,
        })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len()
    }
}

/// Normal rows, of which a few columns have one single entry each: what only some readings say.
pub fn coherent() -> Result<Matrix, Error> {
    let (count, order) = COHERENT;
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut entries = vec![0.0; count * order];
    for (i, row) in entries.chunks_exact_mut(order).enumerate() {
        for x in &mut row[LONE..] {
            *x = normal(&mut generator);
        }
        // Well apart from each other.
        if i % (count / LONE) == 0 {
            row[i / (count / LONE)] = (count as f64).sqrt();
        }
    }
    let what = format!(
        "{count} x {order}, independent normal entries in {} columns; each of the other {LONE} columns has one entry \
         that is not 0, in a row of its own, and is about as long as the others. Theta is all ones.",
        order - LONE
    );
    let values = entries.chunks_exact(order).map(|row| row.iter().sum());
    let values = values.collect();
    Matrix::new("coherent", what, &entries, order, values)
}

/// Adjoint rows of a bounded swish neuron on a regression set, everything standardised, at the optimum.
pub fn neuron(context: &Context) -> Result<Option<Matrix>, Failure> {
    let Some(path) = context.find("insurance") else {
        return Ok(None);
    };
    let table = Table::read(&path, FirstLine::MayBeNames)?;
    let inputs = table.width - 1;
    let shape = Shape {
        inputs,
        outputs: 1,
        bias: true,
        activation: Activation::BoundedSwish {
            lower: 1.0,
            upper: 2.0,
            steepness: 1.0,
        },
    };
    let labels: Vec<f64> = table.rows().map(|row| row[inputs]).collect();
    let mean = labels.iter().sum::<f64>() / labels.len() as f64;
    let square = labels.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>();
    let scale = (square / labels.len() as f64).sqrt();
    let task = Task {
        readings: table
            .rows()
            .flat_map(|row| &row[..inputs])
            .copied()
            .collect(),
        labels: labels.iter().map(|y| (y - mean) / scale).collect(),
        shapes: vec![shape],
        loss: Objective::Residual,
        decay: 1e-6,
    };
    let what = "The insurance set, everything standardised: adjoint rows of the residual of a bounded swish neuron \
                (c1, c2, zeta = 1, 2, 1) at its optimum.";
    Ok(Some(of_task("insurance", what, &task, 1.0)?))
}

/// Adjoint rows of the 5-8-1 ReLU network on the occupancy log, at a pilot.
pub fn network() -> Result<Matrix, Failure> {
    let table = Table::parse("the occupancy log", LOG, FirstLine::MayBeNames)?;
    let inputs = table.width - 1;
    let task = Task {
        readings: table
            .rows()
            .flat_map(|row| &row[..inputs])
            .copied()
            .collect(),
        labels: table.rows().map(|row| row[inputs]).collect(),
        shapes: two_layers(inputs, 8),
        loss: Objective::Logistic,
        decay: 5e-5,
    };
    let what = "The occupancy log: adjoint rows of the loss root of a 5-8-1 ReLU network, without gauge columns, at a pilot \
                trained on 5 %.";
    of_task("occupancy", what, &task, 0.05)
}

/// The rows of a task at what a fit on a share of it reaches.
fn of_task(
    name: &'static str,
    what: &str,
    task: &Task<f64>,
    share: f64,
) -> Result<Matrix, Failure> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
    let pilot = pilot(task, share, 3, 200, &mut generator)?;
    let network = task.network(&pilot.theta, 1)?;
    let everything: Vec<(usize, f64)> = (0..task.len()).map(|index| (index, 1.0)).collect();
    let sample = task.sample(&pilot.constants, &everything);
    let entries = rows(&network, task.loss, &sample.x, Some(&sample.labels))?;
    let (order, count) = (network.order(), task.len());
    let mut values = Vec::new();
    let mut scratch = vec![0.0; network.scratch()];
    for (x, &label) in sample.x.chunks_exact(task.inputs()).zip(&sample.labels) {
        let target = task.loss.with(Some(label))?;
        values.push(target.value(network.value(x, 0, &mut scratch)?));
    }
    let what = format!("{what} {count} x {order}.");
    Ok(Matrix::new(name, what, &entries, order, values)?)
}
