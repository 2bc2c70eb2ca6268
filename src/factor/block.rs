//! Takes in many rows, each with the bits that it would have alone: panels of columns, then what is behind them.
//!
//! The rotation of row r at column j needs of the triangle's row j only what row r - 1 left there. So the order of
//! work is free, as long as each entry sees its rotations in the order of the columns, and each row of the triangle
//! in the order of the rows. Here the rotations of a tile of rows are found on a panel of columns first; then they
//! sweep the columns behind, a strip at a time, with the panel's part of the strip in registers.
//!
//! A row that outweighs a column of the panel (see `observe`) takes the panel by itself, between the others.

use super::forget::Due;
use super::observe::{Left, compensated, most, one};
use super::{Factor, FactorState, PartsMut, column_squares, gather, limit, parts_mut, usable};
use crate::{Error, Scalar};
use core::mem::take;

/// Columns of a panel.
const PANEL: usize = 4;
/// Scalars that a row of a tile needs beside its entries: what it still weighs, and b and s of each of the panel's columns.
const BESIDE: usize = 4 + 2 * PANEL;

/// Scalars of scratch for [`Factor::observe_block`] with tiles of so many rows; with 32 to 64 it is fast.
pub const fn block_len(order: usize, rows: usize) -> usize {
    order.saturating_add(BESIDE).saturating_mul(rows)
}

/// Rows that are taken in together, in the factor's column order, with what each still weighs and its b and s on a panel.
struct Tile<'a, T> {
    order: usize,
    entries: &'a mut [T],
    left: &'a mut [[T; 4]],
    turns: [&'a mut [T]; 2],
}

impl<'a, T: Scalar> Tile<'a, T> {
    /// As many rows as the scratch holds.
    fn new(order: usize, scratch: &'a mut [T]) -> Self {
        let rows = scratch.len() / (order + BESIDE);
        let (entries, rest) = scratch
            .split_at_mut_checked(rows * order)
            .unwrap_or_default();
        let (left, rest) = rest.split_at_mut_checked(4 * rows).unwrap_or_default();
        let (b, rest) = rest.split_at_mut_checked(PANEL * rows).unwrap_or_default();
        let (s, _) = rest.split_at_mut_checked(PANEL * rows).unwrap_or_default();
        Tile {
            order,
            entries,
            left: left.as_chunks_mut().0,
            turns: [b, s],
        }
    }

    /// Rotates the first so many rows into the triangle.
    fn rotate(&mut self, rows: usize, packed: &mut [T], compensation: &mut [T]) {
        let mut packed = packed;
        let mut compensation = compensation;
        let mut columns = self.order;
        while columns > 0 {
            let width = if columns % PANEL > 0 {
                columns % PANEL
            } else {
                PANEL
            };
            let mut length = 0;
            for j in 0..width {
                length += columns - j;
            }
            let Some((panel, tail)) = take(&mut packed).split_at_mut_checked(length) else {
                break;
            };
            let Some((errors, others)) = take(&mut compensation).split_at_mut_checked(width) else {
                break;
            };
            match width {
                1 => self.panel::<1>(rows, columns, panel, errors),
                2 => self.panel::<2>(rows, columns, panel, errors),
                3 => self.panel::<3>(rows, columns, panel, errors),
                _ => self.panel::<PANEL>(rows, columns, panel, errors),
            }
            (packed, compensation) = (tail, others);
            columns -= width;
        }
    }

    /// Rotates rows on J columns, where so many columns are left, and sweeps the columns behind.
    #[inline(always)]
    fn panel<const J: usize>(
        &mut self,
        rows: usize,
        columns: usize,
        panel: &mut [T],
        compensation: &mut [T],
    ) {
        let Some(errors) = compensation.first_chunk_mut::<J>() else {
            return;
        };
        let place = self.order - columns;
        let mut head = Head::<T, J>::load(panel, errors, columns);
        // Rows from here on have turned on the panel and have not swept what is behind.
        let mut begin = 0;
        for at in 0..rows {
            let Some(left) = self.left.get_mut(at) else {
                break;
            };
            let weighs = Left::from(*left);
            let [b, s] = &mut self.turns;
            let entries = self.entries.chunks_exact_mut(self.order).nth(at);
            let (Some(row), Some(b), Some(s)) = (
                entries.and_then(|row| row.get_mut(place..)),
                b.as_chunks_mut::<J>().0.get_mut(at),
                s.as_chunks_mut::<J>().0.get_mut(at),
            ) else {
                break;
            };
            let Some(x) = row.first_chunk_mut::<J>() else {
                break;
            };
            if weighs.weight > T::ZERO
                && let Some(next) = head.turn(weighs, x, b, s)
            {
                *left = next.into();
                continue;
            }
            self.sweep::<J>(begin..at, columns, panel);
            begin = at + 1;
            if weighs.weight > T::ZERO {
                head.store(panel, errors, columns);
                self.alone(at, columns, panel, errors);
                head = Head::load(panel, errors, columns);
            }
        }
        self.sweep::<J>(begin..rows, columns, panel);
        head.store(panel, errors, columns);
    }

    /// Rotates one row on the panel's columns, whatever they hold.
    #[cold]
    #[inline(never)]
    fn alone(&mut self, at: usize, columns: usize, panel: &mut [T], errors: &mut [T]) {
        let entries = self.entries.chunks_exact_mut(self.order).nth(at);
        let row = entries.and_then(|row| row.get_mut(self.order - columns..));
        let (Some(mut row), Some(left)) = (row, self.left.get_mut(at)) else {
            return;
        };
        let mut weighs = Left::from(*left);
        let mut panel = panel;
        for error in errors.chunks_mut(1) {
            if weighs.weight > T::ZERO {
                one(panel, error, row, &mut weighs);
            }
            let length = row.len();
            panel = take(&mut panel).get_mut(length..).unwrap_or_default();
            row = take(&mut row).get_mut(1..).unwrap_or_default();
        }
        *left = weighs.into();
    }

    /// Sweeps the columns behind a panel with rows that have turned on it.
    #[inline(never)]
    fn sweep<const J: usize>(
        &mut self,
        rows: core::ops::Range<usize>,
        columns: usize,
        panel: &mut [T],
    ) {
        let mut units = behind::<T, J>(panel, columns);
        let mut place = self.order - columns + J;
        let [b, s] = &self.turns;
        let (Some(b), Some(s)) = (
            b.as_chunks::<J>().0.get(rows.clone()),
            s.as_chunks::<J>().0.get(rows.clone()),
        ) else {
            return;
        };
        let start = rows.start * self.order;
        let Some(entries) = self.entries.get_mut(start..rows.end * self.order) else {
            return;
        };
        if T::BYTES == 4 {
        while strip::<T, J, 64>(&mut units, entries, self.order, place, b, s) {
            place += 64;
        }
        }
        while strip::<T, J, 32>(&mut units, entries, self.order, place, b, s) {
            place += 32;
        }
        while strip::<T, J, 16>(&mut units, entries, self.order, place, b, s) {
            place += 16;
        }
        while strip::<T, J, 8>(&mut units, entries, self.order, place, b, s) {
            place += 8;
        }
        while strip::<T, J, 4>(&mut units, entries, self.order, place, b, s) {
            place += 4;
        }
    }
}

/// The rows of a panel behind its own columns.
#[inline(always)]
fn behind<T, const J: usize>(panel: &mut [T], columns: usize) -> [&mut [T]; J] {
    let mut rest = panel;
    core::array::from_fn(|j| {
        let (row, tail) = take(&mut rest)
            .split_at_mut_checked(columns - j)
            .unwrap_or_default();
        rest = tail;
        row.get_mut(J - j..).unwrap_or_default()
    })
}

/// Rotates L columns behind the panel; false where fewer are left.
#[inline(always)]
fn strip<T: Scalar, const J: usize, const L: usize>(
    units: &mut [&mut [T]; J],
    entries: &mut [T],
    order: usize,
    place: usize,
    b: &[[T; J]],
    s: &[[T; J]],
) -> bool {
    let mut unit = [[T::ZERO; L]; J];
    for (unit, row) in unit.iter_mut().zip(&*units) {
        let Some(chunk) = row.first_chunk::<L>() else {
            return false;
        };
        *unit = *chunk;
    }
    for ((row, b), s) in entries.chunks_exact_mut(order).zip(b).zip(s) {
        let Some(x) = row
            .get_mut(place..)
            .and_then(|row| row.first_chunk_mut::<L>())
        else {
            return false;
        };
        let mut z = *x;
        for ((unit, b), s) in unit.iter_mut().zip(b).zip(s) {
            for (z, u) in z.iter_mut().zip(unit) {
                *z -= *b * *u;
                *u += *s * *z;
            }
        }
        *x = z;
    }
    for (row, unit) in units.iter_mut().zip(unit) {
        if let Some((chunk, rest)) = take(row).split_first_chunk_mut::<L>() {
            *chunk = unit;
            *row = rest;
        }
    }
    true
}

/// The part of a panel's rows that stands on its own columns.
struct Head<T, const J: usize> {
    pivots: [T; J],
    errors: [T; J],
    units: [[T; J]; J],
}

impl<T: Scalar, const J: usize> Head<T, J> {
    #[inline(always)]
    fn load(panel: &[T], errors: &[T; J], columns: usize) -> Self {
        let mut head = Head {
            pivots: [T::ZERO; J],
            errors: *errors,
            units: [[T::ZERO; J]; J],
        };
        let mut rest = panel;
        for (j, (pivot, units)) in head.pivots.iter_mut().zip(&mut head.units).enumerate() {
            let Some((row, tail)) = rest.split_at_checked(columns - j) else {
                break;
            };
            rest = tail;
            if let Some((d, from)) = row.split_first() {
                *pivot = *d;
                units
                    .iter_mut()
                    .skip(j + 1)
                    .zip(from)
                    .for_each(|(to, from)| *to = *from);
            }
        }
        head
    }

    #[inline(always)]
    fn store(&self, panel: &mut [T], errors: &mut [T; J], columns: usize) {
        *errors = self.errors;
        let mut rest = panel;
        for (j, (pivot, units)) in self.pivots.iter().zip(&self.units).enumerate() {
            let Some((row, tail)) = take(&mut rest).split_at_mut_checked(columns - j) else {
                break;
            };
            rest = tail;
            if let Some((d, to)) = row.split_first_mut() {
                *d = *pivot;
                to.iter_mut()
                    .zip(units.iter().skip(j + 1))
                    .for_each(|(to, from)| *to = *from);
            }
        }
    }

    /// Rotates a row that outweighs none of the columns; writes its b and s, and returns what it still weighs. Where it
    /// outweighs one, nothing changes that is read again.
    #[inline(always)]
    fn turn(
        &mut self,
        left: Left<T>,
        row: &[T; J],
        b: &mut [T; J],
        s: &mut [T; J],
    ) -> Option<Left<T>> {
        // after[j][k]: entry k after the columns up to j.
        let mut x = *row;
        let mut after = [[T::ZERO; J]; J];
        for j in 0..J {
            for k in j + 1..J {
                x[k] -= x[j] * self.units[j][k];
                after[j][k] = x[k];
            }
        }
        let mut quotient = x;
        for j in 0..J {
            quotient[j] = x[j] / self.pivots[j];
        }
        let mut sums = [T::ZERO; J];
        let mut sum = left.sum;
        for j in 0..J {
            sum += quotient[j] * x[j];
            sums[j] = sum;
        }
        let inverses = sums.map(|sum| left.start + sum);
        let weights = inverses.map(|inverse| T::ONE / inverse);
        let is_light = inverses[J - 1] <= (left.inverse * T::of(4.0)).min(most());
        if !is_light {
            return None;
        }
        let mut weight = left.weight;
        for j in 0..J {
            (self.pivots[j], self.errors[j]) =
                compensated(self.pivots[j], self.errors[j], weight * x[j] * x[j]);
            weight = weights[j];
        }
        *b = x;
        for j in 0..J {
            s[j] = quotient[j] * weights[j];
            for k in j + 1..J {
                self.units[j][k] += s[j] * after[j][k];
            }
        }
        Some(Left {
            start: left.start,
            sum,
            inverse: inverses[J - 1],
            weight,
        })
    }
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Factor<T, B> {
    /// Takes in rows, one after the other: the bits of [`Factor::observe`] on each, faster.
    ///
    /// `rows`: N scalars for each of `online`, which takes the online leverages. `weights`: one for each row, or none
    /// where each is 1. `scratch`: [`block_len`] scalars for one row at least; as many rows as it holds are taken in
    /// together.
    /// Cost: about 2 N^2 flops a row.
    ///
    /// # Errors
    /// Length: the rows, weights or scratch. Otherwise as [`Factor::observe`] on one of the rows. Nothing changes then,
    /// but for `online` and `scratch`.
    pub fn observe_block(
        &mut self,
        rows: &[T],
        weights: Option<&[T]>,
        online: &mut [T],
        scratch: &mut [T],
    ) -> Result<(), Error> {
        self.state
            .observe_block(self.memory.as_mut(), rows, weights, online, scratch)
    }
}

/// A row's weight, 1 where there are none.
fn weight_at<T: Scalar>(weights: Option<&[T]>, at: usize) -> T {
    weights.map_or(T::ONE, |weights| {
        weights.get(at).copied().unwrap_or_default()
    })
}

impl<T: Scalar> FactorState<T> {
    fn observe_block(
        &mut self,
        memory: &mut [T],
        rows: &[T],
        weights: Option<&[T]>,
        online: &mut [T],
        scratch: &mut [T],
    ) -> Result<(), Error> {
        if rows.len() != online.len().saturating_mul(self.order) {
            return Err(Error::Length("rows"));
        }
        if weights.is_some_and(|weights| weights.len() != online.len()) {
            return Err(Error::Length("weights"));
        }
        if scratch.len() < block_len(self.order, 1) {
            return Err(Error::Length("scratch"));
        }
        self.check_block(parts_mut(memory, self.order), rows, weights, scratch)?;
        let (mut rows, mut online, mut first) = (rows, online, 0);
        while !online.is_empty() {
            let mut tile = Tile::new(self.order, scratch);
            let weights = weights.and_then(|weights| weights.get(first..));
            let mut parts = parts_mut(memory, self.order);
            let (count, due) = self.fill(&mut parts, &mut tile, rows, weights);
            tile.rotate(count, parts.packed, parts.compensation);
            let Some((now, later)) = take(&mut online).split_at_mut_checked(count) else {
                break;
            };
            for (online, left) in now.iter_mut().zip(&*tile.left) {
                *online = Left::from(*left).online();
            }
            if self.rows & 0xF_FFFF == 0 {
                // As `take_in` does.
                column_squares(parts.packed, parts.squares);
            }
            if let Some(due) = due {
                self.settle(memory, due);
            }
            rows = rows.get(count * self.order..).unwrap_or_default();
            online = later;
            first += count;
        }
        Ok(())
    }

    /// Goes through the rows with nothing but the column squares, a copy of them.
    fn check_block(
        &self,
        parts: PartsMut<'_, T>,
        rows: &[T],
        weights: Option<&[T]>,
        scratch: &mut [T],
    ) -> Result<(), Error> {
        let Some((squares, _)) = scratch.split_at_mut_checked(self.order) else {
            return Err(Error::Length("scratch"));
        };
        squares
            .iter_mut()
            .zip(parts.squares)
            .for_each(|(to, from)| *to = *from);
        let columns = &*parts.order;
        let mut ahead = *self;
        let mut fits = true;
        for (at, row) in rows.chunks_exact(self.order).enumerate() {
            let weight = weight_at(weights, at);
            if !weight.is_finite() {
                return Err(Error::NotFinite("weight"));
            }
            let weight = weight * ahead.growth();
            if !usable::<T>().contains(&weight) {
                return Err(Error::Range("weight"));
            }
            let least = if self.ridge == T::ZERO {
                T::MIN_POSITIVE
            } else {
                T::ZERO
            };
            let mut add = |square: &mut T, x: T| {
                *square += weight * x * x;
                fits &= x == T::ZERO || *square >= least;
            };
            if self.pivoted {
                for (square, column) in squares.iter_mut().zip(columns) {
                    add(square, row.get(column.index()).copied().unwrap_or_default());
                }
            } else {
                for (square, x) in squares.iter_mut().zip(row) {
                    add(square, *x);
                }
            }
            if self.half_life > 0 {
                let due = ahead.due();
                if due.halves {
                    // Until then they have only grown.
                    fits &= sum(squares) <= limit();
                }
                for (square, column) in squares.iter_mut().zip(columns) {
                    if column.index() == due.column && due.ridge >= T::MIN_POSITIVE {
                        *square += due.ridge;
                    }
                    if due.halves {
                        *square *= T::HALF;
                    }
                }
            }
        }
        fits &= sum(squares) <= limit();
        if fits {
            return Ok(());
        }
        let finite = rows.iter().all(|x| x.is_finite());
        Err(if finite {
            Error::Range("row")
        } else {
            Error::NotFinite("row")
        })
    }

    /// Copies rows to a tile, until it is full or something is due; returns how many, and what is due.
    fn fill(
        &mut self,
        parts: &mut PartsMut<'_, T>,
        tile: &mut Tile<'_, T>,
        rows: &[T],
        weights: Option<&[T]>,
    ) -> (usize, Option<Due<T>>) {
        let places = tile
            .entries
            .chunks_exact_mut(self.order)
            .zip(&mut *tile.left);
        let mut count = 0;
        for (row, (entries, left)) in rows.chunks_exact(self.order).zip(places) {
            let weight = weight_at(weights, count) * self.growth();
            let columns = if self.pivoted {
                Some(&*parts.order)
            } else {
                None
            };
            gather(row, columns, entries);
            for (x, square) in entries.iter().zip(&mut *parts.squares) {
                *square += weight * *x * *x;
            }
            *left = Left::new(weight).into();
            count += 1;
            self.rows = self.rows.saturating_add(1);
            if self.half_life > 0 {
                let due = self.due();
                if due.halves || due.ridge > T::ZERO {
                    return (count, Some(due));
                }
            }
            if self.rows & 0xF_FFFF == 0 {
                break;
            }
        }
        (count, None)
    }
}

fn sum<T: Scalar>(squares: &[T]) -> T {
    let mut sum = T::ZERO;
    squares.iter().for_each(|square| sum += *square);
    sum
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
