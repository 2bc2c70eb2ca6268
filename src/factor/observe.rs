//! Takes a row in: square-root-free planar rotations, four columns a sweep.
//!
//! With v the inverse of the row's remaining weight (`v = 1 / weight` at first), for each column j with
//! `b = x_j`:
//!
//! ```text
//! q = b / d_j        v' = v + q b        s = q / v'        d_j' = d_j + b^2 / v
//! x_k' = x_k - b u_jk                    u_jk' = u_jk + s x_k'            for k > j
//! ```
//!
//! The sum of all `q b` is `t / weight`, so the online leverage `t / (1 + t)` comes free. Only one sum
//! links a column to the next; both divisions stand beside it.
//!
//! Where the row outweighs the column (`v' > 4 v`) the second line would cancel, and would overflow where
//! rows differ by many magnitudes: there `u_jk' = (d_j / d_j') u_jk + s x_k` is used instead.
//!
//! Nothing overflows as long as every weighted column square c stays below a quarter of the largest
//! scalar: `|x_k| <= sqrt(c_k v)` and `|u_jk| <= sqrt(c_k / d_j)` throughout, and neither `1 / v` nor `d_j`
//! is ever used below the smallest normal scalar.

use super::{
    Factor, FactorState, column_squares, gather, limit, parts, parts_mut, ridge_of, triangle,
    usable,
};
use crate::{Error, Scalar};
use core::mem::take;

/// What a row still weighs.
#[derive(Clone, Copy)]
pub(super) struct Left<T> {
    /// 1 / weight at the start.
    pub start: T,
    /// Sum of `b^2 / d_j` so far.
    pub sum: T,
    /// `start + sum`
    pub inverse: T,
    /// `1 / inverse`, 0 at the row's end.
    pub weight: T,
}

/// One column's rotation.
#[derive(Clone, Copy)]
struct Turn<T> {
    /// s
    gain: T,
    /// The new pivot and its compensation.
    pivot: T,
    error: T,
}

/// Largest inverse weight of a row that goes on.
pub(super) fn most<T: Scalar>() -> T {
    T::of(1.0 / 1024.0) / T::MIN_POSITIVE
}

/// `pivot + error + add` and its rounding error: exact where `add` is no larger than the pivot, and
/// otherwise too small an error to matter, since that cannot happen often.
#[inline(always)]
pub(super) fn compensated<T: Scalar>(pivot: T, error: T, add: T) -> (T, T) {
    let add = add + error;
    let sum = pivot + add;
    (sum, add - (sum - pivot))
}

impl<T> From<[T; 4]> for Left<T> {
    #[inline(always)]
    fn from([start, sum, inverse, weight]: [T; 4]) -> Self {
        Left {
            start,
            sum,
            inverse,
            weight,
        }
    }
}

impl<T> From<Left<T>> for [T; 4] {
    #[inline(always)]
    fn from(left: Left<T>) -> Self {
        [left.start, left.sum, left.inverse, left.weight]
    }
}

impl<T: Scalar> Left<T> {
    /// A row of which nothing has been taken in.
    #[inline(always)]
    pub fn new(weight: T) -> Self {
        let start = T::ONE / weight;
        Left {
            start,
            sum: T::ZERO,
            inverse: start,
            weight,
        }
    }

    /// The online leverage of a row that has been taken in.
    #[inline(always)]
    pub fn online(self) -> T {
        if self.weight > T::ZERO {
            self.sum / self.inverse
        } else {
            T::ONE
        }
    }

    /// The rotation of a column that holds something. Nonsense where it does not: `inverse` is then no
    /// longer below a bound.
    #[inline(always)]
    fn turn(&mut self, pivot: T, error: T, entry: T) -> Turn<T> {
        let quotient = entry / pivot;
        let (pivot, error) = compensated(pivot, error, self.weight * entry * entry);
        self.sum += quotient * entry;
        self.inverse = self.start + self.sum;
        self.weight = T::ONE / self.inverse;
        Turn {
            gain: quotient * self.weight,
            pivot,
            error,
        }
    }

    /// The rotation of any column by itself.
    fn step(&mut self, pivot: &mut T, error: &mut T, entry: T) -> Step<T> {
        let mut next = *self;
        let turn = next.turn(*pivot, *error, entry);
        if next.inverse <= (self.inverse * T::of(4.0)).min(most()) {
            *self = next;
            (*pivot, *error) = (turn.pivot, turn.error);
            return Step::Light {
                entry,
                gain: turn.gain,
            };
        }
        let weighted = self.weight * entry;
        let (sum, rounding) = compensated(*pivot, *error, weighted * entry);
        let counts = sum >= T::MIN_POSITIVE;
        if !counts {
            return Step::None;
        }
        let (gain, keep) = (weighted / sum, *pivot / sum);
        (*pivot, *error) = (sum, rounding);
        if next.inverse <= most() {
            *self = next;
            Step::Heavy { entry, gain, keep }
        } else {
            self.weight = T::ZERO;
            Step::Last { gain, keep }
        }
    }
}

/// What a column does to the rest of the row.
#[derive(Clone, Copy)]
enum Step<T> {
    /// The column is empty, or the row has ended.
    None,
    /// The row does not outweigh the column.
    Light { entry: T, gain: T },
    /// It does.
    Heavy { entry: T, gain: T, keep: T },
    /// The row goes into the column whole, and ends.
    Last { gain: T, keep: T },
}

impl<T: Scalar> Step<T> {
    /// Rotates a part of the triangle's row with the same part of the row taken in.
    fn sweep(self, units: &mut [T], entries: &mut [T]) {
        let pairs = units.iter_mut().zip(entries);
        match self {
            Step::None => {}
            Step::Light { entry, gain } => pairs.for_each(|(unit, x)| {
                *x -= entry * *unit;
                *unit += gain * *x;
            }),
            Step::Heavy { entry, gain, keep } => pairs.for_each(|(unit, x)| {
                let old = *unit;
                *unit = keep * old + gain * *x;
                *x -= entry * old;
            }),
            Step::Last { gain, keep } => {
                pairs.for_each(|(unit, x)| *unit = keep * *unit + gain * *x);
            }
        }
    }
}

/// Rotates the first column, whatever it holds.
#[inline(never)]
pub(super) fn one<T: Scalar>(
    packed: &mut [T],
    compensation: &mut [T],
    row: &mut [T],
    left: &mut Left<T>,
) -> Option<()> {
    let (head, _) = packed.split_at_mut_checked(row.len())?;
    let (pivot, units) = head.split_first_mut()?;
    let (entry, entries) = row.split_first_mut()?;
    let step = left.step(pivot, compensation.first_mut()?, *entry);
    step.sweep(units, entries);
    Some(())
}

/// The slice, whose length is a multiple of four: the compiler needs to be told.
#[inline(always)]
fn fours<T>(slice: &mut [T]) -> &mut [T] {
    slice.as_chunks_mut::<4>().0.as_flattened_mut()
}

/// Rotates four columns after four, a multiple of four in all; returns how many are left when it comes to four of which
/// the row outweighs some.
#[inline(never)]
fn light<T: Scalar>(
    mut packed: &mut [T],
    mut compensation: &mut [T],
    mut row: &mut [T],
    left: &mut Left<T>,
) -> usize {
    while row.len() >= 4 {
        let length = row.len();
        let Some((x, rest)) = take(&mut row).split_first_chunk_mut::<4>() else {
            break;
        };
        let Some((e, errors)) = take(&mut compensation).split_first_chunk_mut::<4>() else {
            break;
        };
        let Some((r0, tail)) = take(&mut packed).split_at_mut_checked(length) else {
            break;
        };
        let Some((r1, tail)) = tail.split_at_mut_checked(length - 1) else {
            break;
        };
        let Some((r2, tail)) = tail.split_at_mut_checked(length - 2) else {
            break;
        };
        let Some((r3, tail)) = tail.split_at_mut_checked(length - 3) else {
            break;
        };
        let Some((h0, u0)) = r0.split_first_chunk_mut::<4>() else {
            break;
        };
        let Some((h1, u1)) = r1.split_first_chunk_mut::<3>() else {
            break;
        };
        let Some((h2, u2)) = r2.split_first_chunk_mut::<2>() else {
            break;
        };
        let Some((h3, u3)) = r3.split_first_chunk_mut::<1>() else {
            break;
        };
        (row, compensation, packed) = (rest, errors, tail);

        // Nothing is stored until it is known that the row outweighs none of the four.
        let [d0, u01, u02, u03] = *h0;
        let [d1, u12, u13] = *h1;
        let [d2, u23] = *h2;
        let [d3] = *h3;
        let mut next = *left;
        let b0 = x[0];
        let t0 = next.turn(d0, e[0], b0);
        let b1 = x[1] - b0 * u01;
        let t1 = next.turn(d1, e[1], b1);
        let y2 = x[2] - b0 * u02;
        let b2 = y2 - b1 * u12;
        let t2 = next.turn(d2, e[2], b2);
        let y3 = x[3] - b0 * u03;
        let z3 = y3 - b1 * u13;
        let b3 = z3 - b2 * u23;
        let t3 = next.turn(d3, e[3], b3);
        let is_light = next.inverse <= (left.inverse * T::of(4.0)).min(most());
        if !is_light {
            return length;
        }

        *left = next;
        *e = [t0.error, t1.error, t2.error, t3.error];
        let (g0, g1, g2, g3) = (t0.gain, t1.gain, t2.gain, t3.gain);
        *h0 = [t0.pivot, u01 + g0 * b1, u02 + g0 * y2, u03 + g0 * y3];
        *h1 = [t1.pivot, u12 + g1 * b2, u13 + g1 * z3];
        *h2 = [t2.pivot, u23 + g2 * b3];
        *h3 = [t3.pivot];
        let (u0, u1, u2, u3) = (fours(u0), fours(u1), fours(u2), fours(u3));
        for ((((x, u0), u1), u2), u3) in fours(row).iter_mut().zip(u0).zip(u1).zip(u2).zip(u3) {
            let z0 = *x - b0 * *u0;
            *u0 += g0 * z0;
            let z1 = z0 - b1 * *u1;
            *u1 += g1 * z1;
            let z2 = z1 - b2 * *u2;
            *u2 += g2 * z2;
            let z3 = z2 - b3 * *u3;
            *u3 += g3 * z3;
            *x = z3;
        }
    }
    0
}

/// The last so many columns: of the triangle, of the compensation, and of the row.
fn last<'a, T>(
    packed: &'a mut [T],
    compensation: &'a mut [T],
    row: &'a mut [T],
    columns: usize,
) -> Option<(&'a mut [T], &'a mut [T], &'a mut [T])> {
    let place = packed.len().checked_sub(triangle(columns))?;
    let column = row.len().checked_sub(columns)?;
    Some((
        packed.get_mut(place..)?,
        compensation.get_mut(column..)?,
        row.get_mut(column..)?,
    ))
}

/// Takes the row in and destroys it; returns the online leverage.
///
/// `packed`: N (N + 1) / 2, `compensation`: N, `row`: N, all in the factor's column order.
/// The caller has checked the range, and that `weight` is clear of it too. About `2 N^2` flops.
#[inline]
pub(super) fn observe<T: Scalar>(
    packed: &mut [T],
    compensation: &mut [T],
    row: &mut [T],
    weight: T,
) -> T {
    debug_assert!(packed.len() == triangle(row.len()));
    debug_assert!(compensation.len() == row.len());
    let mut left = Left::new(weight);
    let mut columns = row.len();
    // What is left over by fours goes first: then every later sweep has whole fours to the end.
    let mut singly = columns % 4;
    while columns > 0 && left.weight > T::ZERO {
        let Some((packed, compensation, row)) = last(packed, compensation, row, columns) else {
            break;
        };
        if singly > 0 {
            one(packed, compensation, row, &mut left);
            singly -= 1;
            columns -= 1;
        } else {
            columns = light(packed, compensation, row, &mut left);
            singly = 4;
        }
    }
    left.online()
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Factor<T, B> {
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
        self.state.observe(self.memory.as_mut(), row, weight)
    }
}

impl<T: Scalar> FactorState<T> {
    /// As [`Factor::observe`], in the factor's memory.
    #[inline]
    pub(crate) fn observe(&mut self, memory: &mut [T], row: &[T], weight: T) -> Result<T, Error> {
        let online = self.take_in(memory, row, weight)?;
        self.forget(memory);
        Ok(online)
    }

    /// Whether all of these rows, which are finite, can be taken in one after the other. `opens`: the first of them that is
    /// not 0 sets the ridge.
    pub(crate) fn admits<'r>(
        &self,
        memory: &[T],
        rows: impl Iterator<Item = &'r [T]>,
        opens: bool,
    ) -> bool {
        let growth = self.growth();
        let (mut is_open, mut fits) = (opens, true);
        let (mut total, mut terms) = (T::ZERO, T::ZERO);
        for square in parts(memory, self.order).squares {
            total += *square;
            terms += T::ONE;
        }
        for row in rows {
            if is_open && row.iter().any(|&x| x != T::ZERO) {
                is_open = false;
                fits &= ridge_of(row).is_some();
            }
            for x in row {
                let square = growth * *x * *x;
                total += square;
                terms += T::ONE;
                // Without a ridge a square must not vanish, whatever its column holds.
                let is_kept = opens || self.ridge > T::ZERO || square >= T::MIN_POSITIVE;
                fits &= *x == T::ZERO || is_kept;
            }
        }
        // Taken in, they are summed in another order, which may round up.
        let rounding = T::of(4.0) * T::EPSILON * terms;
        fits && total + total * rounding <= limit()
    }

    /// Takes the row in, and forgets nothing for it yet.
    #[inline(never)]
    pub(crate) fn take_in(&mut self, memory: &mut [T], row: &[T], weight: T) -> Result<T, Error> {
        if row.len() != self.order {
            return Err(Error::Length("row"));
        }
        if !weight.is_finite() {
            return Err(Error::NotFinite("weight"));
        }
        let weight = weight * self.growth();
        if !usable::<T>().contains(&weight) {
            return Err(Error::Range("weight"));
        }
        let parts = parts_mut(memory, self.order);
        let columns = if self.pivoted {
            Some(&*parts.order)
        } else {
            None
        };

        // The sum over columns does not depend on their order.
        let mut total = T::ZERO;
        for (x, square) in row.iter().zip(&*parts.squares) {
            total += *square + weight * *x * *x;
        }
        let mut fits = total <= limit();
        if self.ridge == T::ZERO && fits {
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
        let online = observe(parts.packed, parts.compensation, parts.work, weight);
        self.rows = self.rows.saturating_add(1);
        if self.rows & 0xF_FFFF == 0 {
            // Sums of so many squares have lost digits; the rotated rows have not.
            column_squares(parts.packed, parts.squares);
        }
        Ok(online)
    }
}
