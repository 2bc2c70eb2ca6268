//! Rows of one kind, of all readings: what they span and their leverages.

use crate::pilot::ridge;
use gleaner::Error;
use gleaner::factor::{Factor, factor_len};

/// Rows, their factor, their leverages.
#[derive(Clone, Debug)]
pub struct Basis {
    order: usize,
    rows: Vec<f32>,
    factor: Factor<f32, Vec<f32>>,
    /// A ridge leverage a row.
    pub leverages: Vec<f64>,
}

impl Basis {
    /// Of rows one after the other.
    pub fn new(order: usize, rows: Vec<f32>) -> Result<Self, Error> {
        let mut factor = factor(order, &rows)?;
        for row in rows.chunks_exact(order) {
            factor.observe(row, 1.0)?;
        }
        let mut scratch = vec![0.0; order];
        let mut leverages = Vec::with_capacity(rows.len() / order);
        for row in rows.chunks_exact(order) {
            leverages.push(f64::from(factor.score(row, &mut scratch)?.leverage));
        }
        Ok(Basis {
            order,
            rows,
            factor,
            leverages,
        })
    }

    /// Length of a row.
    pub fn order(&self) -> usize {
        self.order
    }

    /// Row `index`.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.rows[index * self.order..][..self.order]
    }

    /// Squared norms.
    pub fn norms(&self) -> Vec<f64> {
        let rows = self.rows.chunks_exact(self.order);
        rows.map(|row| row.iter().map(|&x| f64::from(x) * f64::from(x)).sum())
            .collect()
    }

    /// `R^-T d`, whose squared norm is the leverage, times a factor.
    pub fn whiten(&self, index: usize, times: f32, to: &mut [f32]) {
        to.copy_from_slice(self.row(index));
        let mut packed = self.factor.packed();
        for j in 0..self.order {
            let (row, rest) = packed.split_at(self.order - j);
            packed = rest;
            let z = to[j];
            for (later, unit) in to[j + 1..].iter_mut().zip(&row[1..]) {
                *later -= unit * z;
            }
            to[j] = times * z / row[0].sqrt();
        }
    }

    /// Online leverages in one pass over all rows, the factor started from the pilot's.
    pub fn online(&self, pilot: &[usize]) -> Result<Vec<f64>, Error> {
        let first: Vec<f32> = pilot.iter().flat_map(|&i| self.row(i)).copied().collect();
        let mut factor = factor(self.order, &first)?;
        for row in first.chunks_exact(self.order) {
            factor.observe(row, 1.0)?;
        }
        let rows = self.rows.chunks_exact(self.order);
        rows.map(|row| factor.observe(row, 1.0).map(f64::from))
            .collect()
    }
}

/// A factor of nothing but the default ridge for such rows.
fn factor(order: usize, rows: &[f32]) -> Result<Factor<f32, Vec<f32>>, Error> {
    Factor::new(order, ridge(order, rows), vec![0.0; factor_len(order)])
}
