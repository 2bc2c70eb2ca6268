//! The factor `D^T D = U^T diag(d) U`: square-root-free, packed, fed one row at a time.

use crate::{Error, Scalar};

/// Scalars of memory for a factor of order n: the packed triangle and four vectors
/// (compensation, column squares, column order, work row).
pub const fn factor_len(order: usize) -> usize {
    order * (order + 1) / 2 + 4 * order
}

/// Everything of a factor but its memory: plain, copied freely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorState<T> {
    /// N, the length of a row.
    pub order: usize,
    /// lambda, 0 for none.
    pub ridge: T,
    /// Rows observed since the reset.
    pub rows: u64,
    /// Rows after which a row counts half; 0: never forget.
    pub half_life: u64,
    /// Rows since the last halving, and position of the ridge's feedback.
    pub age: u64,
    /// Next column whose ridge is fed back.
    pub cursor: usize,
    /// Whether the rank may have changed since the last pivot.
    pub stale: bool,
}

/// A row's place against the factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score<T> {
    /// `d^T (D^T D + lambda I)^-1 d`; with lambda = 0 the pseudo-inverse.
    pub leverage: T,
    /// Share of the row outside what the factor has seen, in [0, 1].
    pub novelty: T,
}

/// A factor over memory that is owned (`[T; factor_len(N)]`) or borrowed (`&mut [T]`).
#[derive(Clone, Copy, Debug)]
pub struct Factor<T, B> {
    state: FactorState<T>,
    memory: B,
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Factor<T, B> {
    /// An empty factor of the order, with `lambda = ridge`, in memory of at least `factor_len(order)`.
    pub fn new(order: usize, ridge: T, memory: B) -> Result<Self, Error> {
        todo!()
    }
    /// Joins a state and the memory it was detached from.
    pub fn attach(state: FactorState<T>, memory: B) -> Result<Self, Error> {
        todo!()
    }
    /// Takes state and memory apart.
    pub fn detach(self) -> (FactorState<T>, B) {
        (self.state, self.memory)
    }
    /// The state.
    pub fn state(&self) -> FactorState<T> {
        self.state
    }
    /// Forgets all rows; `lambda = ridge`.
    pub fn reset(&mut self, ridge: T) -> Result<(), Error> {
        todo!()
    }
    /// Starts from a packed factor of `rows` rows in natural column order, ridge included (what the exporter ships).
    pub fn start(&mut self, packed: &[T], rows: u64, ridge: T) -> Result<(), Error> {
        todo!()
    }
    /// The packed triangle: `d_j` and the unit row `u_jk`, k > j, for j = 0, 1, ...
    pub fn packed(&self) -> &[T] {
        todo!()
    }
    /// Half-life in rows, at least the order; 0: never forget.
    pub fn set_half_life(&mut self, rows: u64) -> Result<(), Error> {
        todo!()
    }
    /// Takes in a row with a weight; returns its online leverage against the rows before, itself included.
    pub fn observe(&mut self, row: &[T], weight: T) -> Result<T, Error> {
        todo!()
    }
    /// Leverage and novelty of a row, which is not taken in. `scratch`: order scalars.
    pub fn score(&self, row: &[T], scratch: &mut [T]) -> Result<Score<T>, Error> {
        todo!()
    }
    /// Moves columns so that pivots, relative to their column's norm, fall; returns the rank.
    pub fn pivot(&mut self) -> Result<usize, Error> {
        todo!()
    }
    /// Number of columns whose pivot is above the tolerance.
    pub fn rank(&self) -> usize {
        todo!()
    }
    /// Takes in all rows of another factor; its ridge is taken off, so that lambda is not added twice.
    pub fn merge<C: AsRef<[T]> + AsMut<[T]>>(&mut self, other: &Factor<T, C>) -> Result<(), Error> {
        todo!()
    }
    /// Regresses the last column on the others: with rows `[J | -f]` a Gauss-Newton step, `order - 1` entries.
    pub fn solve(&self, solution: &mut [T]) -> Result<(), Error> {
        todo!()
    }
}
