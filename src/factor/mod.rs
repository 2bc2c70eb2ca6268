//! The factor `D^T D + lambda I = U^T diag(d) U`: square-root-free, packed, fed one row at a time.
//!
//! U is unit upper triangular; `R = sqrt(d) U` is the usual triangular factor. Nothing is squared up:
//! rows are rotated in, as in Gentleman (1973) and Miller's AS 274, with the diagonal compensated, so
//! that a stream of 2^25 rows in f32 is weighed as the first thousand were.
//!
//! | call | cost in flops |
//! |---|---|
//! | [`Factor::observe`] | about 2 N^2 |
//! | [`Factor::observe_block`] | about 2 N^2 a row |
//! | [`Factor::score`] | about N^2 |
//! | [`Factor::score_block`] | about N^2 a row |
//! | [`Factor::contributions`] | about 3 N^2 |
//! | [`Factor::pivot`] | at most about 2 N^3 |
//! | [`Factor::merge`] | about N^3 |
//! | [`Factor::solve`] | about N^2 |
//! | [`Factor::solve_normal`] | about 2 N^2 |
//!
//! # Blocks
//! Blocks of rows give the bits of one row after the other, on any processor. With the feature `simd` (which needs `std`)
//! they are computed in the widest registers that the processor has, found when the program runs; without it, and on
//! bare metal, four scalars at a time. No product and sum are fused, and no sum changes its order.
//!
//! # Range
//! Squares are stored, so the norm of a column must lie within about 1e-19 and 1e19 in f32 (1e-154 and
//! 1e154 in f64). A row that would leave this range is refused. Within a column, what a row adds is lost
//! where another outweighs it by more than that same range.
//!
//! # Accuracy
//! In f32, against exact values: online leverage within 3e-7 and leverage within 1e-5 on well and badly
//! scaled designs, 4e-4 on Longley's (`tests/factor_score.rs`).

mod back;
mod block;
mod contributions;
mod forget;
mod merge;
mod normal;
mod observe;
mod pair;
mod panel;
mod pivot;
mod score;
mod scores;
mod solve;
mod tile;
mod whiten;
pub(crate) mod wide;

pub use block::block_len;
pub use scores::score_block_len;

use crate::model::{all_finite, dot};
use crate::{Error, Scalar};

/// Largest order: lengths fit 32 bits, and column numbers are exact in both scalars.
const LARGEST_ORDER: usize = 65535;

/// Scalars of memory for a factor of order n: the packed triangle and four vectors
/// (compensation, column squares, column order, work row).
pub const fn factor_len(order: usize) -> usize {
    let pairs = order.saturating_mul(order.saturating_add(1)) / 2;
    pairs.saturating_add(order.saturating_mul(4))
}

/// Scalars of a packed triangle of an order that has been checked.
const fn triangle(order: usize) -> usize {
    order * (order + 1) / 2
}

/// The default ridge: 1e-6 times the mean squared norm of a row, over a pilot sample.
///
/// Exact dependences among columns stay harmless in f32: over 60 000 rows of a ReLU network, N = 97, the
/// worst relative error of an online leverage was 5e-3 to 8e-3, and 3e-5 without the dependent columns
/// (`tests/factor_pivot.rs`). A larger ridge lessens it in proportion.
pub fn default_ridge<T: Scalar>(mean_square_norm: T) -> T {
    T::of(1e-6) * mean_square_norm
}

/// Everything of a factor but its memory: plain, copied freely.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct FactorState<T> {
    /// N, the length of a row.
    pub order: usize,
    /// lambda, 0 for none.
    pub ridge: T,
    /// Rows observed since the reset.
    pub rows: u64,
    /// Rows after which a row counts half; 0: never forget.
    pub half_life: u64,
    /// Rows since the last halving.
    pub age: u64,
    /// Next column whose ridge is fed back.
    pub cursor: usize,
    /// Whether columns have been moved.
    pub pivoted: bool,
}

impl<T: Scalar> FactorState<T> {
    /// Refuses a state that no factor has.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.order == 0 || self.order > LARGEST_ORDER {
            return Err(Error::Range("order"));
        }
        check_ridge(self.ridge)?;
        let forgets = self.half_life > 0;
        if forgets && (self.half_life < self.order as u64 || self.age >= self.half_life)
            || !forgets && self.age > 0
            || self.cursor > self.order
        {
            return Err(Error::Range("state"));
        }
        Ok(())
    }

    /// Refuses memory that is too short as well.
    pub(crate) fn check_over(&self, memory: &[T]) -> Result<(), Error> {
        self.check()?;
        if memory.len() < factor_len(self.order) {
            return Err(Error::Length("memory"));
        }
        Ok(())
    }

    /// Forgets all rows, which were 0, and takes the default ridge of a row, which is not. The row comes next: one that
    /// would then be refused is refused here, and nothing has changed.
    #[inline(never)]
    pub(crate) fn start_from_row(&mut self, memory: &mut [T], row: &[T]) -> Result<(), Error> {
        let ridge = ridge_of(row).ok_or(Error::Range("row"))?;
        self.reset(memory, ridge)
    }

    /// As [`Factor::reset`], in the factor's memory.
    pub(crate) fn reset(&mut self, memory: &mut [T], ridge: T) -> Result<(), Error> {
        check_ridge(ridge)?;
        self.ridge = ridge;
        self.clear(memory);
        Ok(())
    }

    fn clear(&mut self, memory: &mut [T]) {
        let FactorState { order, ridge, .. } = *self;
        (self.rows, self.age, self.cursor, self.pivoted) = (0, 0, 0, false);
        let parts = parts_mut(memory, order);
        parts.packed.fill(T::ZERO);
        parts.compensation.fill(T::ZERO);
        // A zero without a sign: the inverse of -0.0 is below every other.
        let ridge = ridge + T::ZERO;
        parts.squares.fill(ridge);
        parts.work.fill(T::ZERO);
        let mut packed = parts.packed;
        for (j, column) in parts.order.iter_mut().enumerate() {
            *column = T::count(j as u64);
            let Some((row, tail)) = packed.split_at_mut_checked(order - j) else {
                break;
            };
            if let Some(pivot) = row.first_mut() {
                *pivot = ridge;
            }
            packed = tail;
        }
    }
}

/// The default ridge of a row that is not 0; `None` where the row would then be refused.
pub(crate) fn ridge_of<T: Scalar>(row: &[T]) -> Option<T> {
    let ridge = default_ridge(dot(row, row));
    let mut total = T::ZERO;
    for &x in row {
        total += ridge + x * x;
    }
    let fits = ridge > T::ZERO && total <= limit() && check_ridge(ridge).is_ok();
    fits.then_some(ridge)
}

/// A row's place against the factor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
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

/// The memory by its parts, in this order.
struct Parts<'a, T> {
    packed: &'a [T],
    squares: &'a [T],
    order: &'a [T],
}

/// The memory by its parts, to be changed.
struct PartsMut<'a, T> {
    packed: &'a mut [T],
    compensation: &'a mut [T],
    squares: &'a mut [T],
    order: &'a mut [T],
    work: &'a mut [T],
}

fn parts<T>(memory: &[T], order: usize) -> Parts<'_, T> {
    let (packed, rest) = memory.split_at_checked(triangle(order)).unwrap_or_default();
    let (_, rest) = rest.split_at_checked(order).unwrap_or_default();
    let (squares, rest) = rest.split_at_checked(order).unwrap_or_default();
    let (columns, _) = rest.split_at_checked(order).unwrap_or_default();
    Parts {
        packed,
        squares,
        order: columns,
    }
}

fn parts_mut<T>(memory: &mut [T], order: usize) -> PartsMut<'_, T> {
    let (packed, rest) = memory
        .split_at_mut_checked(triangle(order))
        .unwrap_or_default();
    let (compensation, rest) = rest.split_at_mut_checked(order).unwrap_or_default();
    let (squares, rest) = rest.split_at_mut_checked(order).unwrap_or_default();
    let (columns, rest) = rest.split_at_mut_checked(order).unwrap_or_default();
    let (work, _) = rest.split_at_mut_checked(order).unwrap_or_default();
    PartsMut {
        packed,
        compensation,
        squares,
        order: columns,
        work,
    }
}

/// Copies a row into the factor's column order.
fn gather<T: Scalar>(row: &[T], columns: Option<&[T]>, target: &mut [T]) {
    match columns {
        None => target.iter_mut().zip(row).for_each(|(t, x)| *t = *x),
        Some(columns) => target.iter_mut().zip(columns).for_each(|(t, column)| {
            *t = row.get(column.index()).copied().unwrap_or_default();
        }),
    }
}

/// The rows of a packed triangle, first row first.
fn rows<T>(packed: &[T], order: usize) -> impl Iterator<Item = &[T]> {
    let mut rest = packed;
    (0..order).filter_map(move |j| {
        let (row, tail) = rest.split_at_checked(order - j)?;
        rest = tail;
        Some(row)
    })
}

/// Writes `c_k = sum_j d_j u_jk^2`, the squared column norms.
fn column_squares<T: Scalar>(packed: &[T], squares: &mut [T]) {
    squares.fill(T::ZERO);
    let order = squares.len();
    let mut squares = squares;
    for row in rows(packed, order) {
        let Some((pivot, units)) = row.split_first() else {
            break;
        };
        let Some((square, rest)) = core::mem::take(&mut squares).split_first_mut() else {
            break;
        };
        *square += *pivot;
        for (square, unit) in rest.iter_mut().zip(units) {
            *square += *pivot * *unit * *unit;
        }
        squares = rest;
    }
}

pub(crate) fn check_ridge<T: Scalar>(ridge: T) -> Result<(), Error> {
    if !ridge.is_finite() {
        return Err(Error::NotFinite("ridge"));
    }
    if ridge == T::ZERO || usable::<T>().contains(&ridge) {
        Ok(())
    } else {
        Err(Error::Range("ridge"))
    }
}

/// Weights and ridges that stay clear of both ends of the scalar's range.
fn usable<T: Scalar>() -> core::ops::RangeInclusive<T> {
    T::MIN_POSITIVE / T::EPSILON..=T::MAX * T::EPSILON
}

/// Largest sum of weighted squares that a factor takes.
fn limit<T: Scalar>() -> T {
    T::MAX * (T::HALF * T::HALF)
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Factor<T, B> {
    /// An empty factor of the order, with `lambda = ridge`, in memory of at least `factor_len(order)`.
    ///
    /// # Errors
    /// Range: an order of 0 or above 65535; a ridge that is neither 0 nor between about 1e-31 and 4e31
    /// (f32). Length: the memory is too short. NotFinite: the ridge.
    pub fn new(order: usize, ridge: T, memory: B) -> Result<Self, Error> {
        let state = FactorState {
            order,
            ridge,
            rows: 0,
            half_life: 0,
            age: 0,
            cursor: 0,
            pivoted: false,
        };
        let mut factor = Self::attach(state, memory)?;
        factor.state.clear(factor.memory.as_mut());
        Ok(factor)
    }

    /// Forgets all rows; `lambda = ridge`. The half-life stays.
    ///
    /// # Errors
    /// As [`Factor::new`] for the ridge.
    pub fn reset(&mut self, ridge: T) -> Result<(), Error> {
        self.state.reset(self.memory.as_mut(), ridge)
    }

    /// Starts from a packed factor of `rows` rows in natural column order, ridge included: what
    /// [`Factor::packed`] gave elsewhere. Scores are the same bit for bit. The half-life stays.
    ///
    /// # Errors
    /// Length: not N (N + 1) / 2. NotFinite and Range: an entry, a pivot below 0, a column out of range,
    /// or a ridge as in [`Factor::new`].
    pub fn start(&mut self, packed: &[T], rows: u64, ridge: T) -> Result<(), Error> {
        check_ridge(ridge)?;
        let order = self.state.order;
        if packed.len() != triangle(order) {
            return Err(Error::Length("packed"));
        }
        if !all_finite(packed) {
            return Err(Error::NotFinite("packed"));
        }
        let mut total = T::ZERO;
        for row in self::rows(packed, order) {
            let Some((pivot, units)) = row.split_first() else {
                break;
            };
            let usable = *pivot >= T::MIN_POSITIVE && *pivot >= T::HALF * ridge;
            if !(usable || *pivot == T::ZERO && ridge == T::ZERO) {
                return Err(Error::Range("packed"));
            }
            total += *pivot;
            units
                .iter()
                .for_each(|unit| total += *pivot * *unit * *unit);
        }
        let fits = total <= limit();
        if !fits {
            return Err(Error::Range("packed"));
        }
        self.state.ridge = ridge;
        self.state.clear(self.memory.as_mut());
        self.state.rows = rows;
        let parts = parts_mut(self.memory.as_mut(), order);
        parts
            .packed
            .iter_mut()
            .zip(packed)
            .for_each(|(to, from)| *to = *from + T::ZERO);
        column_squares(parts.packed, parts.squares);
        Ok(())
    }

    /// Takes over a state of the same order; its memory is to be written.
    pub(crate) fn replace(&mut self, state: FactorState<T>) -> &mut [T] {
        self.state = state;
        self.memory.as_mut()
    }
}

/// What reads only: the memory may also be a `&[T]`.
impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Joins a state and the memory it was detached from.
    ///
    /// # Errors
    /// As [`Factor::new`]; Range also for a state that no factor has.
    pub fn attach(state: FactorState<T>, memory: B) -> Result<Self, Error> {
        state.check_over(memory.as_ref())?;
        Ok(Factor { state, memory })
    }

    /// Takes state and memory apart.
    pub fn detach(self) -> (FactorState<T>, B) {
        (self.state, self.memory)
    }

    /// The state.
    pub fn state(&self) -> FactorState<T> {
        self.state
    }

    pub(crate) fn inner(&self) -> (FactorState<T>, &[T]) {
        (self.state, self.memory.as_ref())
    }

    /// The packed triangle: `d_j` and the unit row `u_jk`, k > j, for j = 0, 1, ...
    ///
    /// Columns are in the factor's order: the natural one unless [`Factor::pivot`] was called, see
    /// [`Factor::columns`].
    pub fn packed(&self) -> &[T] {
        parts(self.memory.as_ref(), self.state.order).packed
    }

    /// The column that stands at each place, as scalars.
    pub fn columns(&self) -> &[T] {
        parts(self.memory.as_ref(), self.state.order).order
    }
}
