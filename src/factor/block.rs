//! Takes in many rows, each with the bits that it would have alone: panels of columns, then what is behind them.
//!
//! The rotation of row r at column j needs of the triangle's row j only what row r - 1 left there. So the order of
//! work is free, as long as each entry sees its rotations in the order of the columns, and each row of the triangle
//! in the order of the rows. Here the rotations of a tile of rows are found on a panel of columns first; then they
//! sweep the columns behind, a strip at a time, with the panel's part of the strip in registers.
//!
//! A row that outweighs a column of the panel (see `observe`) takes the panel by itself, between the others.

use super::forget::Due;
use super::observe::{Left, most, one};
use super::panel::{Head, Wave};
use super::wide::{self, Work};
use super::{
    Factor, FactorState, PartsMut, column_squares, gather, limit, parts_mut, triangle, usable,
};
use crate::{Error, Scalar};
use core::mem::take;

/// Scalars that a row of a tile needs beside its entries: what it still weighs, b and s on a panel, and a sum.
const BESIDE: usize = 4 + 2 * 8 + 1;
/// What a tile needs once: turns are staggered by a row a column.
const ONCE: usize = 2 * 8 * 7;

/// Scalars of scratch for [`Factor::observe_block`] with tiles of so many rows; with 64 it is fast.
pub const fn block_len(order: usize, rows: usize) -> usize {
    let row = order.saturating_add(BESIDE);
    row.saturating_mul(rows).saturating_add(ONCE)
}

/// Rows that are taken in together, in the factor's column order.
struct Tile<'a, T> {
    order: usize,
    entries: &'a mut [T],
    /// What each row still weighs.
    left: &'a mut [[T; 4]],
    turns: Turns<'a, T>,
    /// Each row's sum at the end of a panel.
    sums: &'a mut [T],
}

impl<'a, T: Scalar> Tile<'a, T> {
    /// As many rows as the scratch holds.
    fn new(order: usize, scratch: &'a mut [T]) -> Self {
        let rows = scratch.len().saturating_sub(ONCE) / (order + BESIDE);
        let cut = |rest: &mut &'a mut [T], length| {
            let (part, tail) = take(rest).split_at_mut_checked(length).unwrap_or_default();
            *rest = tail;
            part
        };
        let mut rest = scratch;
        Tile {
            order,
            entries: cut(&mut rest, rows * order),
            left: cut(&mut rest, 4 * rows).as_chunks_mut().0,
            sums: cut(&mut rest, rows),
            turns: Turns {
                entries: cut(&mut rest, ONCE / 2 + 8 * rows),
                gains: cut(&mut rest, ONCE / 2 + 8 * rows),
            },
        }
    }
}

/// Takes the first so many rows of a tile into the triangle.
struct Rotation<'a, 'b, T> {
    tile: &'a mut Tile<'b, T>,
    rows: usize,
    packed: &'a mut [T],
    compensation: &'a mut [T],
}

impl<T: Scalar> Work for Rotation<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const REGISTER: usize>(self) {
        // Two registers of a strip for each of a panel's rows.
        match (REGISTER, T::BYTES) {
            (64, 8) => self.rotate::<8, 64, 16>(),
            (64, _) => self.rotate::<8, 64, 32>(),
            (32, 8) => self.rotate::<4, 16, 8>(),
            (32, _) => self.rotate::<4, 16, 16>(),
            (_, 8) => self.rotate::<4, 16, 4>(),
            _ => self.rotate::<4, 16, 8>(),
        }
    }
}

impl<T: Scalar> Rotation<'_, '_, T> {
    /// By panels of J columns and strips of L; S is J^2. What is left over goes first: then strips have whole fours.
    #[inline(always)]
    fn rotate<const J: usize, const S: usize, const L: usize>(self) {
        let Rotation {
            tile,
            rows,
            mut packed,
            mut compensation,
        } = self;
        let mut columns = tile.order;
        while columns > 0 {
            let width = match columns % J {
                0 => J,
                over if over % 4 > 0 => over % 4,
                _ => 4,
            };
            let length = triangle(columns) - triangle(columns - width);
            let Some((panel, tail)) = take(&mut packed).split_at_mut_checked(length) else {
                break;
            };
            let Some((errors, others)) = take(&mut compensation).split_at_mut_checked(width) else {
                break;
            };
            match width {
                1 => tile.panel::<1, 1, L>(rows, columns, panel, errors),
                2 => tile.panel::<2, 4, L>(rows, columns, panel, errors),
                3 => tile.panel::<3, 9, L>(rows, columns, panel, errors),
                4 => tile.panel::<4, 16, L>(rows, columns, panel, errors),
                _ => tile.panel::<J, S, L>(rows, columns, panel, errors),
            }
            (packed, compensation) = (tail, others);
            columns -= width;
        }
    }
}

impl<T: Scalar> Tile<'_, T> {
    /// Rotates rows on J columns, where so many columns are left, and sweeps the columns behind.
    #[inline(always)]
    fn panel<const J: usize, const S: usize, const L: usize>(
        &mut self,
        rows: usize,
        columns: usize,
        panel: &mut [T],
        compensation: &mut [T],
    ) {
        let Some(errors) = compensation.first_chunk_mut::<J>() else {
            return;
        };
        let mut head = Head::<T, J>::load(panel, errors, columns);
        if self.stagger::<J>(rows, columns, &mut head) {
            head.store(panel, errors, columns);
            self.sweep::<J, S, L>(0..rows, columns, panel);
        } else {
            self.row_by_row::<J, S>(rows, columns, panel, errors);
        }
    }

    /// As `panel`, where the row may outweigh columns.
    #[cold]
    #[inline(never)]
    fn row_by_row<const J: usize, const S: usize>(
        &mut self,
        rows: usize,
        columns: usize,
        panel: &mut [T],
        errors: &mut [T; J],
    ) {
        let mut head = Head::<T, J>::load(panel, errors, columns);
        let place = self.order - columns;
        // Rows from here on have turned on the panel and have not swept what is behind.
        let mut begin = 0;
        for at in 0..rows {
            let entries = self.entries.get(at * self.order + place..);
            let (Some(left), Some(x)) = (
                self.left.get_mut(at),
                entries.and_then(|row| row.first_chunk::<J>()),
            ) else {
                break;
            };
            let weighs = Left::from(*left);
            if weighs.weight > T::ZERO
                && let Some((next, b, s)) = head.turn(weighs, x)
            {
                self.turns.put(at, b, s);
                *left = next.into();
                continue;
            }
            self.sweep::<J, S, 4>(begin..at, columns, panel);
            begin = at + 1;
            if weighs.weight > T::ZERO {
                head.store(panel, errors, columns);
                self.alone(at, columns, panel, errors);
                head = Head::load(panel, errors, columns);
            }
        }
        self.sweep::<J, S, 4>(begin..rows, columns, panel);
        head.store(panel, errors, columns);
    }

    /// Rotates one row on the panel's columns, whatever they hold.
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

    /// Finds the rotations of all rows on the panel's columns, column j of a row together with column 0 of the row j
    /// later: then no division waits for another one's. False, and only the head and the turns have changed, where a row
    /// outweighs a column.
    #[inline(always)]
    fn stagger<const J: usize>(
        &mut self,
        rows: usize,
        columns: usize,
        head: &mut Head<T, J>,
    ) -> bool {
        let place = self.order - columns;
        let mut wave = Wave::new(head);
        let mut sums = self.sums.iter_mut();
        let mut turns = self
            .turns
            .entries
            .as_chunks_mut::<J>()
            .0
            .iter_mut()
            .zip(self.turns.gains.as_chunks_mut::<J>().0);
        for at in 0..rows + J - 1 {
            let row = self.entries.get(at * self.order + place..);
            let row = row.and_then(|row| row.first_chunk::<J>());
            let (Some((b, s)), left) = (turns.next(), self.left.get(at)) else {
                return false;
            };
            let is_whole = at + 1 >= J && at < rows;
            if is_whole {
                let (Some(row), Some(left)) = (row, left) else {
                    return false;
                };
                wave.shift(row, *left);
                (*b, *s) = wave.turn();
            } else {
                let (row, left) = if at < rows {
                    (row.copied(), left.copied())
                } else {
                    (None, None)
                };
                wave.shift(&row.unwrap_or([T::ZERO; J]), left.unwrap_or([T::ONE; 4]));
                let before = wave;
                (*b, *s) = wave.turn();
                wave.keep(&before, at.saturating_sub(rows - 1)..at + 1);
            }
            if at + 1 >= J
                && let Some(sum) = sums.next()
            {
                *sum = wave.sums[J - 1];
            }
        }
        let mut light = true;
        for (left, sum) in self.left.iter().zip(&*self.sums).take(rows) {
            let left = Left::from(*left);
            let inverse = left.start + *sum;
            light &= left.weight > T::ZERO;
            light &= inverse <= (left.inverse * T::of(4.0)).min(most());
        }
        if light {
            wave.unload(head);
            for (left, sum) in self.left.iter_mut().zip(&*self.sums).take(rows) {
                let inverse = left[0] + *sum;
                *left = [left[0], *sum, inverse, T::ONE / inverse];
            }
        }
        light
    }

    /// Sweeps the columns behind a panel with rows that have turned on it.
    #[inline(always)]
    fn sweep<const J: usize, const S: usize, const L: usize>(
        &mut self,
        rows: core::ops::Range<usize>,
        columns: usize,
        panel: &mut [T],
    ) {
        let mut units = behind::<T, J>(panel, columns);
        let mut place = self.order - columns + J;
        let start = rows.start * self.order;
        let Some(entries) = self.entries.get_mut(start..rows.end * self.order) else {
            return;
        };
        let order = self.order;
        let turns = |at| self.turns.get::<J, S>(rows.start + at);
        while strip::<T, J, S, L>(&mut units, entries, order, place, turns) {
            place += L;
        }
        if L > 16 {
            while strip::<T, J, S, 16>(&mut units, entries, order, place, turns) {
                place += 16;
            }
        }
        if L > 8 {
            while strip::<T, J, S, 8>(&mut units, entries, order, place, turns) {
                place += 8;
            }
        }
        if L > 4 {
            while strip::<T, J, S, 4>(&mut units, entries, order, place, turns) {
                place += 4;
            }
        }
    }
}

/// b and s of rows on a panel of J columns; column j of row r stands in line r + j, of J scalars.
struct Turns<'a, T> {
    entries: &'a mut [T],
    gains: &'a mut [T],
}

impl<T: Scalar> Turns<'_, T> {
    fn put<const J: usize>(&mut self, row: usize, b: [T; J], s: [T; J]) {
        for (to, from) in [(&mut self.entries, b), (&mut self.gains, s)] {
            let to = to.get_mut(row * J..).unwrap_or_default();
            for (to, from) in to.iter_mut().step_by(J + 1).zip(from) {
                *to = from;
            }
        }
    }

    #[inline(always)]
    fn get<const J: usize, const S: usize>(&self, row: usize) -> Option<(&[T; S], &[T; S])> {
        let entries = self.entries.get(row * J..)?.first_chunk::<S>()?;
        let gains = self.gains.get(row * J..)?.first_chunk::<S>()?;
        Some((entries, gains))
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
fn strip<'a, T: Scalar, const J: usize, const S: usize, const L: usize>(
    units: &mut [&mut [T]; J],
    entries: &mut [T],
    order: usize,
    place: usize,
    turns: impl Fn(usize) -> Option<(&'a [T; S], &'a [T; S])>,
) -> bool {
    let mut unit = [[T::ZERO; L]; J];
    for (unit, row) in unit.iter_mut().zip(&*units) {
        let Some(chunk) = row.first_chunk::<L>() else {
            return false;
        };
        *unit = *chunk;
    }
    for (at, row) in entries.chunks_exact_mut(order).enumerate() {
        let x = row
            .get_mut(place..)
            .and_then(|row| row.first_chunk_mut::<L>());
        let (Some(x), Some((b, s))) = (x, turns(at)) else {
            return false;
        };
        let mut z = *x;
        let turns = b.iter().zip(s).step_by(J + 1);
        for (unit, (b, s)) in unit.iter_mut().zip(turns) {
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
            wide::run(Rotation {
                tile: &mut tile,
                rows: count,
                packed: parts.packed,
                compensation: parts.compensation,
            });
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
