//! The factor `D^T D + lambda I = U^T diag(d) U`: square-root-free, packed, fed one row at a time.
//!
//! U is unit upper triangular; `R = sqrt(d) U` is the usual triangular factor. Nothing is squared up:
//! rows are rotated in, as in Gentleman (1973) and Miller's AS 274, with the diagonal compensated, so
//! that a stream of 2^25 rows in f32 is weighed as the first thousand were.
//!
//! | call | cost in flops |
//! |---|---|
//! | [`Factor::observe`] | about 2 N^2 |
//! | [`Factor::score`] | about N^2 |
//! | [`Factor::pivot`] | at most about 2 N^3 |
//! | [`Factor::merge`] | about N^3 |
//! | [`Factor::solve`] | about N^2 |
//!
//! # Range
//! Squares are stored, so the norm of a column must lie within about 1e-19 and 1e19 in f32 (1e-154 and
//! 1e154 in f64). A row that would leave this range is refused.

mod merge;
mod observe;
mod pivot;
mod score;
mod solve;

use crate::{Error, Scalar};
use score::Threshold;

/// Largest order: lengths fit 32 bits, and column numbers are exact in both scalars.
const LARGEST_ORDER: usize = 65535;

/// Scalars of memory for a factor of order n: the packed triangle and four vectors
/// (compensation, column squares, column order, work row).
pub const fn factor_len(order: usize) -> usize {
    triangle(order) + 4 * order
}

/// Scalars of a packed triangle.
const fn triangle(order: usize) -> usize {
    order * (order + 1) / 2
}

/// The default ridge: 1e-6 times the mean squared norm of a row, over a pilot sample.
///
/// Large enough that exact dependences among columns stay harmless in f32, small enough that leverages
/// of ordinary rows keep three digits.
pub fn default_ridge<T: Scalar>(mean_square_norm: T) -> T {
    T::of(1e-6) * mean_square_norm
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
    /// Rows since the last halving.
    pub age: u64,
    /// Next column whose ridge is fed back.
    pub cursor: usize,
    /// Whether columns have been moved.
    pub pivoted: bool,
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

fn check_ridge<T: Scalar>(ridge: T) -> Result<(), Error> {
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
        factor.clear();
        Ok(factor)
    }

    /// Forgets all rows; `lambda = ridge`. The half-life stays.
    ///
    /// # Errors
    /// As [`Factor::new`] for the ridge.
    pub fn reset(&mut self, ridge: T) -> Result<(), Error> {
        check_ridge(ridge)?;
        self.state.ridge = ridge;
        self.clear();
        Ok(())
    }

    fn clear(&mut self) {
        let FactorState { order, ridge, .. } = self.state;
        let state = &mut self.state;
        (state.rows, state.age, state.cursor, state.pivoted) = (0, 0, 0, false);
        let parts = parts_mut(self.memory.as_mut(), order);
        parts.packed.fill(T::ZERO);
        parts.compensation.fill(T::ZERO);
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
        if !packed.iter().all(|x| x.is_finite()) {
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
        self.clear();
        self.state.rows = rows;
        let parts = parts_mut(self.memory.as_mut(), order);
        parts
            .packed
            .iter_mut()
            .zip(packed)
            .for_each(|(to, from)| *to = *from);
        column_squares(parts.packed, parts.squares);
        Ok(())
    }

    /// Half-life in rows, at least the order; 0: never forget.
    ///
    /// The ridge is fed back while rows are forgotten, one column at a time and each once in a half-life:
    /// every pivot stays at least half of lambda. Up to 1.5 lambda are there at first, at most lambda later.
    /// Cost: a little more than a power of two and N^2 / 6 flops a row.
    ///
    /// # Errors
    /// Range: a half-life below the order.
    pub fn set_half_life(&mut self, rows: u64) -> Result<(), Error> {
        if rows > 0 && rows < self.state.order as u64 {
            return Err(Error::Range("half_life"));
        }
        let old = self.state.half_life;
        if old == rows {
            return Ok(());
        }
        if old > 0 {
            let scale = self.growth();
            // The place within the cycle of halvings is kept, and with it the ridge's.
            let phase = T::count(self.state.age) / T::count(old);
            self.state.age = ((phase * T::count(rows)).index() as u64).min(rows.saturating_sub(1));
            self.state.half_life = rows;
            let scale = self.growth() / scale;
            self.scale(scale);
            if rows == 0 {
                // What a column lacks of its ridge is at most half of it.
                for column in 0..self.state.order {
                    self.feed(column, T::HALF * self.state.ridge);
                }
                self.state.cursor = 0;
            }
        }
        self.state.half_life = rows;
        Ok(())
    }

    /// Scales all rows so far.
    fn scale(&mut self, factor: T) {
        let order = self.state.order;
        let parts = parts_mut(self.memory.as_mut(), order);
        parts
            .squares
            .iter_mut()
            .for_each(|square| *square *= factor);
        parts
            .compensation
            .iter_mut()
            .for_each(|error| *error *= factor);
        let mut packed = parts.packed;
        for j in 0..order {
            let Some((row, tail)) = packed.split_at_mut_checked(order - j) else {
                break;
            };
            if let Some(pivot) = row.first_mut() {
                *pivot *= factor;
                if *pivot < T::MIN_POSITIVE {
                    *pivot = T::ZERO;
                }
            }
            packed = tail;
        }
    }

    /// Takes in `sqrt(weight) e_column`.
    fn feed(&mut self, column: usize, weight: T) {
        if weight < T::MIN_POSITIVE {
            return;
        }
        let parts = parts_mut(self.memory.as_mut(), self.state.order);
        for ((work, place), square) in parts.work.iter_mut().zip(parts.order).zip(parts.squares) {
            *work = T::ZERO;
            if place.index() == column {
                *work = T::ONE;
                *square += weight;
            }
        }
        observe::observe(parts.packed, parts.compensation, parts.work, weight);
    }

    /// Takes in a row with a weight, as if observed so many times; returns its online leverage, in [0, 1].
    ///
    /// ```text
    /// t / (1 + t),  t = weight d^T (D^T D + lambda I)^-1 d   over the rows before
    /// ```
    ///
    /// Where columns can depend it needs a ridge; without one a row that brings a new direction has 1.
    /// Cost: about 2 N^2 flops, no square root.
    ///
    /// # Errors
    /// Length: the row is not N long. NotFinite: an entry, or the weight. Range: a weight that is not
    /// positive, or a row that would move a column's norm out of the factor's range. Nothing changes then.
    ///
    /// Source: Rajmohan and Roosta (2025); online leverage after Cohen, Musco and Pachocki (2016).
    pub fn observe(&mut self, row: &[T], weight: T) -> Result<T, Error> {
        let FactorState {
            order,
            ridge,
            half_life,
            pivoted,
            ..
        } = self.state;
        if row.len() != order {
            return Err(Error::Length("row"));
        }
        if !weight.is_finite() {
            return Err(Error::NotFinite("weight"));
        }
        let weight = weight * self.growth();
        if !usable::<T>().contains(&weight) {
            return Err(Error::Range("weight"));
        }
        let parts = parts_mut(self.memory.as_mut(), order);
        let columns = if pivoted { Some(&*parts.order) } else { None };

        // The sum over columns does not depend on their order.
        let mut total = T::ZERO;
        for (x, square) in row.iter().zip(&*parts.squares) {
            total += *square + weight * *x * *x;
        }
        let mut fits = total <= limit();
        if ridge == T::ZERO && fits {
            for (place, square) in parts.squares.iter().enumerate() {
                let column = columns.map_or(place, |c| c.get(place).map_or(0, |c| c.index()));
                let x = row.get(column).copied().unwrap_or_default();
                fits &= x == T::ZERO || *square + weight * x * x >= T::MIN_POSITIVE;
            }
        }
        if !fits {
            let finite = row.iter().all(|x| x.is_finite());
            return Err(if finite {
                Error::Range("row")
            } else {
                Error::NotFinite("row")
            });
        }

        if let Some(columns) = columns {
            gather(row, Some(columns), parts.work);
            for (x, square) in parts.work.iter().zip(&mut *parts.squares) {
                *square += weight * *x * *x;
            }
        } else {
            for ((work, x), square) in parts.work.iter_mut().zip(row).zip(&mut *parts.squares) {
                *work = *x;
                *square += weight * *x * *x;
            }
        }
        let online = observe::observe(parts.packed, parts.compensation, parts.work, weight);
        self.state.rows = self.state.rows.saturating_add(1);
        if self.state.rows & 0xF_FFFF == 0 {
            // Sums of so many squares have lost digits; the rotated rows have not.
            let parts = parts_mut(self.memory.as_mut(), order);
            column_squares(parts.packed, parts.squares);
        }
        if half_life > 0 {
            self.forget();
        }
        Ok(online)
    }

    /// Ages by a row: at most one column's ridge is fed, and a whole half-life halves everything.
    fn forget(&mut self) {
        let FactorState {
            order,
            ridge,
            half_life,
            cursor,
            ..
        } = self.state;
        self.state.age += 1;
        let (order, turn) = (order as u64, cursor as u64 + 1);
        if self.state.age.saturating_mul(order) >= turn.saturating_mul(half_life) {
            self.state.cursor += 1;
            if ridge > T::ZERO {
                let weight = T::HALF * ridge * self.growth();
                self.feed(cursor, weight);
            }
        }
        if self.state.age >= half_life {
            self.state.age = 0;
            self.state.cursor = 0;
            self.scale(T::HALF);
        }
    }
}

/// What reads only: the memory may also be a `&[T]`.
impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Joins a state and the memory it was detached from.
    ///
    /// # Errors
    /// As [`Factor::new`]; Range also for a state that no factor has.
    pub fn attach(state: FactorState<T>, memory: B) -> Result<Self, Error> {
        if state.order == 0 || state.order > LARGEST_ORDER {
            return Err(Error::Range("order"));
        }
        check_ridge(state.ridge)?;
        let forgets = state.half_life > 0;
        if forgets && (state.half_life < state.order as u64 || state.age >= state.half_life)
            || !forgets && state.age > 0
            || state.cursor > state.order
        {
            return Err(Error::Range("state"));
        }
        if memory.as_ref().len() < factor_len(state.order) {
            return Err(Error::Length("memory"));
        }
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

    /// How much a row of now outweighs a row of the last halving: `2^(age / half_life)`.
    fn growth(&self) -> T {
        if self.state.age == 0 {
            return T::ONE;
        }
        (T::count(self.state.age) / T::count(self.state.half_life)).exp2()
    }

    /// A column counts as seen where `sqrt(d_j)` is above this share of the column's norm. With a ridge `d_j`
    /// must also be above 2 lambda, and above 64 lambda where that is less than a hundredth of the column.
    ///
    /// ```text
    /// EPSILON sqrt(64 N^2 + 4 rows), at most 0.01
    /// ```
    ///
    /// Rounding leaves less than a tenth of it behind in a dependent column: on rows of a ReLU network,
    /// N = 97, relative pivots of 7e-7, 2e-6 and 5e-6 after 1000, 10 000 and 60 000 rows in f32, where the
    /// smallest true one is 6e-2. With a half-life, rows count up to twice that.
    pub fn tolerance(&self) -> T {
        self.tolerance_squared().sqrt()
    }

    fn tolerance_squared(&self) -> T {
        let FactorState {
            order,
            rows,
            half_life,
            ..
        } = self.state;
        let rows = if half_life > 0 {
            rows.min(half_life.saturating_mul(2))
        } else {
            rows
        };
        // 32 bits are enough here, and quickly converted.
        let count = |n: u64| T::count(u32::try_from(n).unwrap_or(u32::MAX).into());
        let columns = count(order as u64 * 8);
        let rounding = T::EPSILON * T::EPSILON * (columns * columns + T::of(4.0) * count(rows));
        rounding.min(T::of(1e-4))
    }

    fn threshold(&self) -> Threshold<T> {
        let ridge = self.state.ridge;
        let ridge = if ridge > T::ZERO {
            ridge * self.growth()
        } else {
            T::ZERO
        };
        Threshold::new(ridge, self.tolerance_squared())
    }

    /// Leverage and novelty of a row, which is not taken in. `scratch`: at least N scalars.
    ///
    /// Leverage is `sum_j z_j^2 / d_j` with `U^T z = d`. A column is *seen* where its pivot stands above
    /// rounding ([`Factor::tolerance`]) and above the ridge; the rest that a row keeps in unseen columns,
    /// relative to the columns' norms and to the row's largest relative entry, is its novelty. It is 1
    /// where a column that was never seen has an entry larger than `sqrt(lambda)`.
    /// Without a ridge unseen columns add nothing to the leverage: the pseudo-inverse.
    /// Cost: about N^2 flops.
    ///
    /// # Errors
    /// Length: row or scratch. NotFinite and Range: the row. Stale: without a ridge, where columns depend
    /// and have not been pivoted since: call [`Factor::pivot`]. A factor of full rank never asks for it.
    pub fn score(&self, row: &[T], scratch: &mut [T]) -> Result<Score<T>, Error> {
        let FactorState {
            order,
            pivoted,
            ridge,
            ..
        } = self.state;
        if row.len() != order {
            return Err(Error::Length("row"));
        }
        let Some((z, _)) = scratch.split_at_mut_checked(order) else {
            return Err(Error::Length("scratch"));
        };
        let parts = parts(self.memory.as_ref(), order);
        let columns = if pivoted { Some(parts.order) } else { None };
        gather(row, columns, z);
        let threshold = self.threshold();
        let sums = score::substitute(parts.packed, parts.squares, z, threshold);
        let mut leverage = sums.leverage;
        let mut novelty = T::ZERO;
        let mut finite = leverage.is_finite();
        if sums.unseen {
            finite &= z.iter().all(|z| z.is_finite());
            if ridge == T::ZERO && score::stale(parts.packed, parts.squares, threshold) {
                return Err(Error::Stale);
            }
            gather(row, columns, z);
            novelty = novelty_of(sums, z, parts.squares, threshold);
        }
        if !finite {
            let finite = row.iter().all(|x| x.is_finite());
            return Err(if finite {
                Error::Range("row")
            } else {
                Error::NotFinite("row")
            });
        }
        if self.state.age > 0 {
            leverage *= self.growth();
        }
        Ok(Score { leverage, novelty })
    }

    /// Number of columns whose pivot is above the tolerance and the ridge.
    ///
    /// Without a ridge it is the rank after [`Factor::pivot`]; before, rounding may hide in it.
    pub fn rank(&self) -> usize {
        let threshold = self.threshold();
        self.pivots()
            .filter(|(pivot, square)| threshold.seen(*pivot, *square))
            .count()
    }

    /// Estimate of the condition number of D after its columns are scaled to one norm: the ratio of the
    /// largest to the smallest relative pivot, `T::MAX` where one is 0. It is a lower bound up to a factor
    /// of `sqrt(N)`; where it comes near `1 / EPSILON`, leverages have no digit right.
    pub fn condition(&self) -> T {
        let (mut least, mut most) = (T::MAX, T::ZERO);
        for (pivot, square) in self.pivots() {
            let share = if square > T::ZERO {
                pivot / square
            } else {
                T::ZERO
            };
            least = least.min(share);
            most = most.max(share);
        }
        if least > T::ZERO {
            (most / least).sqrt().min(T::MAX)
        } else {
            T::MAX
        }
    }

    /// Pivots with their column squares.
    fn pivots(&self) -> impl Iterator<Item = (T, T)> {
        let order = self.state.order;
        let parts = parts(self.memory.as_ref(), order);
        rows(parts.packed, order)
            .zip(parts.squares)
            .filter_map(|(row, square)| Some((*row.first()?, *square)))
    }
}

/// The largest rest in an unseen column over the largest entry, each relative to its column's norm.
fn novelty_of<T: Scalar>(
    sums: score::Sums<T>,
    row: &[T],
    squares: &[T],
    threshold: Threshold<T>,
) -> T {
    if sums.novel {
        return T::ONE;
    }
    if sums.rest == T::ZERO {
        return T::ZERO;
    }
    let mut whole = T::ZERO;
    for (x, square) in row.iter().zip(squares) {
        if !threshold.blank(*square) {
            whole = whole.max(*x / *square * *x);
        }
    }
    if sums.rest < whole {
        (sums.rest / whole).sqrt()
    } else {
        T::ONE
    }
}
