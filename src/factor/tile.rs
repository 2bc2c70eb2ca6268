//! A tile of rows goes into the triangle: panels of columns, then strips of what is behind them.
//!
//! The rotation of row r at column j needs of the triangle's row j only what row r - 1 left there. So the order of
//! work is free, as long as each entry sees its rotations in the order of the columns, and each row of the triangle
//! in the order of the rows. Here the rotations of all rows are found on a panel of columns first; then they sweep
//! the columns behind, a strip at a time, with the panel's part of the strip in registers.
//!
//! Where a row outweighs a column of the panel (see `observe`) the panel is taken row by row.

use super::observe::{Left, most, one};
use super::panel::{Head, Wave};
use super::triangle;
use super::wide::{Four, Registers};
use crate::Scalar;
use core::mem::take;

/// Most columns of a panel, and most lanes of a register.
const MOST: usize = 16;
/// Scalars that a row of a tile needs beside its entries: room for a register behind them, what it still weighs, b and s
/// on a panel, and a sum.
pub(super) const BESIDE: usize = MOST + 4 + 2 * MOST + 1;
/// What a tile needs once: turns are staggered by a row a column.
pub(super) const ONCE: usize = 2 * MOST * MOST;

/// Rows that are taken in together, in the factor's column order.
pub(super) struct Tile<'a, T> {
    order: usize,
    /// From row to row.
    pub stride: usize,
    pub entries: &'a mut [T],
    /// What each row still weighs.
    pub left: &'a mut [[T; 4]],
    turns: Turns<'a, T>,
    /// Each row's sum at the end of a panel.
    sums: &'a mut [T],
}

impl<'a, T: Scalar> Tile<'a, T> {
    /// As many rows as the scratch holds.
    pub fn new(order: usize, scratch: &'a mut [T]) -> Self {
        let rows = scratch.len().saturating_sub(ONCE) / (order + BESIDE);
        let cut = |rest: &mut &'a mut [T], length| {
            let (part, tail) = take(rest).split_at_mut_checked(length).unwrap_or_default();
            *rest = tail;
            part
        };
        let mut rest = scratch;
        let stride = order + MOST;
        Tile {
            order,
            stride,
            entries: cut(&mut rest, rows * stride),
            left: cut(&mut rest, 4 * rows).as_chunks_mut().0,
            sums: cut(&mut rest, rows),
            turns: Turns {
                entries: cut(&mut rest, ONCE / 2 + MOST * rows),
                gains: cut(&mut rest, ONCE / 2 + MOST * rows),
            },
        }
    }
}

impl<T: Scalar> Tile<'_, T> {
    /// Takes the first so many rows into the triangle.
    #[inline(always)]
    pub fn rotate<R: Registers<T>>(
        &mut self,
        registers: R,
        rows: usize,
        packed: &mut [T],
        compensation: &mut [T],
    ) {
        if R::MANY && R::LANES >= 8 {
            self.by_panels::<R, 8, 2>(registers, rows, packed, compensation);
        } else {
            self.by_panels::<R, 4, 2>(registers, rows, packed, compensation);
        }
    }

    /// By panels of J columns, and strips of N registers.
    #[inline(always)]
    fn by_panels<R: Registers<T>, const J: usize, const N: usize>(
        &mut self,
        registers: R,
        rows: usize,
        packed: &mut [T],
        compensation: &mut [T],
    ) {
        let (mut packed, mut compensation) = (packed, compensation);
        let mut columns = self.order;
        while columns > 0 {
            let width = match columns % J {
                0 => J,
                over if over % 4 > 0 => 1,
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
                1 => self.panel::<R, 1, N>(registers, rows, columns, panel, errors),
                4 => self.panel::<R, 4, N>(registers, rows, columns, panel, errors),
                _ => self.panel::<R, J, N>(registers, rows, columns, panel, errors),
            }
            (packed, compensation) = (tail, others);
            columns -= width;
        }
    }

    /// Rotates rows on J columns, where so many columns are left, and sweeps the columns behind.
    #[inline(always)]
    fn panel<R: Registers<T>, const J: usize, const N: usize>(
        &mut self,
        registers: R,
        rows: usize,
        columns: usize,
        panel: &mut [T],
        compensation: &mut [T],
    ) {
        let Some(errors) = compensation.first_chunk_mut::<J>() else {
            return;
        };
        let mut head = Head::<T, J>::load(panel, errors, columns);
        if self.stagger::<R, J>(registers, rows, columns, &mut head) {
            head.store(panel, errors, columns);
            self.sweep::<R, J, N>(registers, 0..rows, columns, panel);
        } else {
            self.row_by_row::<J>(rows, columns, panel, errors);
        }
    }

    /// As `panel`, where the row may outweigh columns.
    #[cold]
    #[inline(never)]
    fn row_by_row<const J: usize>(
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
            let entries = self.entries.get(at * self.stride + place..);
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
                self.turns.put(line::<T, Four>(J), at, b, s);
                *left = next.into();
                continue;
            }
            self.sweep::<Four, J, 1>(Four, begin..at, columns, panel);
            begin = at + 1;
            if weighs.weight > T::ZERO {
                head.store(panel, errors, columns);
                self.alone(at, columns, panel, errors);
                head = Head::load(panel, errors, columns);
            }
        }
        self.sweep::<Four, J, 1>(Four, begin..rows, columns, panel);
        head.store(panel, errors, columns);
    }

    /// Rotates one row on the panel's columns, whatever they hold.
    fn alone(&mut self, at: usize, columns: usize, panel: &mut [T], errors: &mut [T]) {
        let entries = self.entries.chunks_exact_mut(self.stride).nth(at);
        let row = entries.and_then(|row| row.get_mut(self.order - columns..self.order));
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
    /// later: then no division waits for another one's. False, and only the turns have changed, where a row outweighs a
    /// column.
    #[inline(always)]
    fn stagger<R: Registers<T>, const J: usize>(
        &mut self,
        registers: R,
        rows: usize,
        columns: usize,
        head: &mut Head<T, J>,
    ) -> bool {
        let place = self.order - columns;
        let mut wave = Wave::<T, R, J>::new(registers, head);
        let b = self.turns.entries.chunks_exact_mut(line::<T, R>(J));
        let s = self.turns.gains.chunks_exact_mut(line::<T, R>(J));
        let mut sums = [T::ZERO; MOST];
        for (at, (b, s)) in (0..rows + J - 1).zip(b.zip(s)) {
            let row = self.entries.get(at * self.stride + place..);
            let row = row.and_then(|row| row.first_chunk::<J>());
            let left = self.left.get(at);
            if let (Some(row), Some(left), true) = (row, left, at + 1 >= J && at < rows) {
                wave.shift(row, *left);
                let turns = wave.turn();
                registers.store(b, turns.0);
                registers.store(s, turns.1);
            } else {
                let (row, left) = match (row, left) {
                    (Some(row), Some(left)) if at < rows => (*row, *left),
                    _ => ([T::ZERO; J], [T::ONE; 4]),
                };
                wave.shift(&row, left);
                let before = wave;
                let turns = wave.turn();
                wave.keep(&before, (at + 1).saturating_sub(rows)..at + 1);
                registers.store(b, turns.0);
                registers.store(s, turns.1);
            }
            if at + 1 >= J
                && let Some(sum) = self.sums.get_mut(at + 1 - J)
            {
                registers.store(&mut sums, wave.sums);
                *sum = sums[J - 1];
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
    fn sweep<R: Registers<T>, const J: usize, const N: usize>(
        &mut self,
        registers: R,
        rows: core::ops::Range<usize>,
        columns: usize,
        panel: &mut [T],
    ) {
        let mut units = behind::<T, J>(panel, columns);
        let mut place = self.order - columns + J;
        let Some(entries) = self
            .entries
            .get_mut(rows.start * self.stride..rows.end * self.stride)
        else {
            return;
        };
        let mut strip = Strip {
            registers,
            entries,
            stride: self.stride,
            turns: [
                self.turns
                    .entries
                    .get(rows.start * line::<T, R>(J)..)
                    .unwrap_or_default(),
                self.turns
                    .gains
                    .get(rows.start * line::<T, R>(J)..)
                    .unwrap_or_default(),
            ],
        };
        while place + N * R::LANES <= self.order {
            strip.sweep::<J, N>(&mut units, place);
            place += N * R::LANES;
        }
        while place < self.order {
            strip.sweep::<J, 1>(&mut units, place);
            place += R::LANES;
        }
    }
}

/// Scalars of a line of turns on a panel of so many columns.
const fn line<T, R: Registers<T>>(columns: usize) -> usize {
    if R::LANES > columns {
        R::LANES
    } else {
        columns
    }
}

/// b and s of rows on a panel; column j of row r stands in lane j of line r + j, lines as long as a register, or a panel.
struct Turns<'a, T> {
    entries: &'a mut [T],
    gains: &'a mut [T],
}

impl<T: Scalar> Turns<'_, T> {
    fn put<const J: usize>(&mut self, line: usize, row: usize, b: [T; J], s: [T; J]) {
        for (to, from) in [(&mut self.entries, b), (&mut self.gains, s)] {
            let to = to.get_mut(row * line..).unwrap_or_default();
            for (to, from) in to.iter_mut().step_by(line + 1).zip(from) {
                *to = from;
            }
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

/// Columns behind a panel.
struct Strip<'a, T, R> {
    registers: R,
    entries: &'a mut [T],
    stride: usize,
    turns: [&'a [T]; 2],
}

impl<T: Scalar, R: Registers<T>> Strip<'_, T, R> {
    /// Rotates the columns of N registers, or as many as are left; the rows of the triangle go on behind them.
    #[inline(always)]
    fn sweep<const J: usize, const N: usize>(&mut self, units: &mut [&mut [T]; J], place: usize) {
        let r = self.registers;
        let mut unit = [[r.splat(T::ZERO); N]; J];
        for (unit, row) in unit.iter_mut().zip(&*units) {
            for (n, unit) in unit.iter_mut().enumerate() {
                *unit = load_some(r, row.get(n * R::LANES..).unwrap_or_default());
            }
        }
        let [b, s] = self.turns;
        // From a row's entry in lane 0 of its line to its entry in lane J - 1 of the line J - 1 further on.
        let step = line::<T, R>(J) + 1;
        let length = (J - 1) * step + 1;
        for (at, row) in self.entries.chunks_exact_mut(self.stride).enumerate() {
            let line = at * (step - 1);
            let (Some(b), Some(s), Some(row)) = (
                b.get(line..line + length),
                s.get(line..line + length),
                row.get_mut(place..place + N * R::LANES),
            ) else {
                break;
            };
            let mut z = [r.splat(T::ZERO); N];
            for (z, x) in z.iter_mut().zip(row.chunks_exact(R::LANES)) {
                *z = r.load(x);
            }
            let turns = b.iter().zip(s).step_by(step);
            for (unit, (b, s)) in unit.iter_mut().zip(turns) {
                let (b, s) = (r.splat(*b), r.splat(*s));
                for (z, u) in z.iter_mut().zip(unit) {
                    *z = r.subtract(*z, r.multiply(b, *u));
                    *u = r.add(*u, r.multiply(s, *z));
                }
            }
            for (z, x) in z.iter().zip(row.chunks_exact_mut(R::LANES)) {
                r.store(x, *z);
            }
        }
        for (unit, row) in unit.iter().zip(units) {
            for unit in unit {
                let length = row.len().min(R::LANES);
                let Some((now, rest)) = take(row).split_at_mut_checked(length) else {
                    return;
                };
                store_some(r, now, *unit);
                *row = rest;
            }
        }
    }
}

/// A register from a slice that may be shorter.
#[inline(always)]
fn load_some<T: Scalar, R: Registers<T>>(registers: R, slice: &[T]) -> R::Vector {
    if slice.len() >= R::LANES {
        return registers.load(slice);
    }
    let mut all = [T::ZERO; MOST];
    all.iter_mut().zip(slice).for_each(|(to, from)| *to = *from);
    registers.load(&all)
}

/// A register to a slice that may be shorter.
#[inline(always)]
fn store_some<T: Scalar, R: Registers<T>>(registers: R, slice: &mut [T], value: R::Vector) {
    if slice.len() >= R::LANES {
        registers.store(slice, value);
        return;
    }
    let mut all = [T::ZERO; MOST];
    registers.store(&mut all, value);
    slice.iter_mut().zip(all).for_each(|(to, from)| *to = from);
}
