//! The factor of a pilot's rows, which is shipped beside its parameters.

use crate::batch;
use gleaner::factor::{Factor, default_ridge, factor_len};
use gleaner::{Error, Scalar, Sum};

/// A packed factor and what the selector wants to know of it.
#[derive(Clone, Debug)]
pub struct PilotFactor<T> {
    /// Packed triangle, ridge included.
    pub packed: Vec<T>,
    /// Rows in it.
    pub rows: u64,
    /// Ridge in it.
    pub ridge: T,
    /// Mean leverage of its rows: what a reading like them scores against the factor.
    pub mean_leverage: T,
}

/// The default ridge for rows without gauge columns, one after the other.
pub fn ridge<T: Scalar>(order: usize, rows: &[T]) -> T {
    let mut squares = Sum::default();
    for row in rows.chunks_exact(order) {
        squares.add(row.iter().fold(T::ZERO, |sum, &entry| sum + entry * entry));
    }
    default_ridge(squares.value() / count(order, rows))
}

impl<T: Scalar> PilotFactor<T> {
    /// Observes rows without gauge columns, one after the other, then scores them.
    pub fn new(order: usize, rows: &[T]) -> Result<Self, Error> {
        let ridge = ridge(order, rows);
        let mut factor = Factor::new(order, ridge, vec![T::ZERO; factor_len(order)])?;
        batch::observe(&mut factor, rows)?;
        let mut leverages = Sum::default();
        for leverage in batch::leverages(&factor, rows)? {
            leverages.add(leverage);
        }
        Ok(PilotFactor {
            packed: factor.packed().to_vec(),
            rows: factor.state().rows,
            ridge,
            mean_leverage: (leverages.value() / count(order, rows)).min(T::ONE),
        })
    }
}

fn count<T: Scalar>(order: usize, rows: &[T]) -> T {
    T::count((rows.len() / order).max(1) as u64)
}
