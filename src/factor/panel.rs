//! The columns of a panel themselves: pivots and what stands between them, by itself or staggered.

use super::observe::{Left, compensated, most};
use super::wide::Registers;
use crate::Scalar;
use core::mem::take;
use core::ops::Range;

/// The part of a panel's rows that stands on its own columns.
pub(super) struct Head<T, const J: usize> {
    pivots: [T; J],
    errors: [T; J],
    units: [[T; J]; J],
}

impl<T: Scalar, const J: usize> Head<T, J> {
    #[inline(always)]
    pub fn load(panel: &[T], errors: &[T; J], columns: usize) -> Self {
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
    pub fn store(&self, panel: &mut [T], errors: &mut [T; J], columns: usize) {
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

    /// Rotates a row that outweighs none of the columns; returns what it still weighs, b and s. Where it outweighs one,
    /// nothing changes.
    #[inline(always)]
    pub fn turn(&mut self, left: Left<T>, row: &[T; J]) -> Option<(Left<T>, [T; J], [T; J])> {
        let mut x = *row;
        let mut next = left;
        let mut turned = Head {
            pivots: self.pivots,
            errors: self.errors,
            units: self.units,
        };
        let mut gains = [T::ZERO; J];
        let mut rest = &mut x[..];
        let columns = turned.pivots.iter_mut().zip(&mut turned.errors);
        let columns = columns.zip(&mut turned.units).zip(&mut gains).enumerate();
        for (j, (((pivot, error), units), gain)) in columns {
            let Some((b, behind)) = take(&mut rest).split_first_mut() else {
                break;
            };
            let quotient = *b / *pivot;
            (*pivot, *error) = compensated(*pivot, *error, next.weight * *b * *b);
            next.sum += quotient * *b;
            next.inverse = next.start + next.sum;
            next.weight = T::ONE / next.inverse;
            *gain = quotient * next.weight;
            for (x, unit) in behind.iter_mut().zip(units.iter_mut().skip(j + 1)) {
                *x -= *b * *unit;
                *unit += *gain * *x;
            }
            rest = behind;
        }
        let is_light = next.inverse <= (left.inverse * T::of(4.0)).min(most());
        if !is_light {
            return None;
        }
        *self = turned;
        Some((next, x, gains))
    }
}

/// Rows on their way through a panel's columns: lane j is at column j.
#[derive(Clone, Copy)]
pub(super) struct Wave<T, R: Registers<T>, const J: usize> {
    registers: R,
    first: R::Mask,
    pivots: R::Vector,
    errors: R::Vector,
    /// What column j does to the column m + 1 further on.
    units: [R::Vector; J],
    /// The entry of the row at column j there, and those m + 1 further on.
    entry: R::Vector,
    entries: [R::Vector; J],
    starts: R::Vector,
    weights: R::Vector,
    pub sums: R::Vector,
}

/// The body for each m below J - 1, written out.
macro_rules! each {
    ($m:ident => $body:block) => {
        each!($m 0 1 2 3 4 5 6 => $body);
    };
    ($m:ident $($value:literal)* => $body:block) => {
        $(if $value + 1 < J {
            let $m = $value;
            $body
        })*
    };
}

impl<T: Scalar, R: Registers<T>, const J: usize> Wave<T, R, J> {
    #[inline(always)]
    pub fn new(registers: R, head: &Head<T, J>) -> Self {
        let lanes = |values: &[T]| {
            let mut all = [T::ONE; 16];
            all.iter_mut()
                .zip(values)
                .for_each(|(to, from)| *to = *from);
            registers.load(&all)
        };
        let zero = registers.splat(T::ZERO);
        let one = registers.splat(T::ONE);
        let mut units = [zero; J];
        for (m, unit) in units.iter_mut().enumerate() {
            let mut diagonal = [T::ZERO; 16];
            let rows = head.units.iter().enumerate();
            for (to, (j, row)) in diagonal.iter_mut().zip(rows) {
                *to = row.get(j + m + 1).copied().unwrap_or_default();
            }
            *unit = lanes(&diagonal);
        }
        Wave {
            registers,
            first: registers.lanes(0, 1),
            pivots: lanes(&head.pivots),
            errors: lanes(&head.errors),
            units,
            entry: zero,
            entries: [zero; J],
            starts: one,
            weights: one,
            sums: zero,
        }
    }

    #[inline(always)]
    pub fn unload(&self, head: &mut Head<T, J>) {
        let lanes = |vector: R::Vector| {
            let mut all = [T::ZERO; 16];
            self.registers.store(&mut all, vector);
            all
        };
        let to = head.pivots.iter_mut().zip(&mut head.errors);
        let from = lanes(self.pivots).into_iter().zip(lanes(self.errors));
        for ((pivot, error), (d, e)) in to.zip(from) {
            (*pivot, *error) = (d, e);
        }
        for (m, unit) in self.units.iter().enumerate() {
            let rows = head.units.iter_mut().enumerate();
            for ((j, row), from) in rows.zip(lanes(*unit)) {
                if let Some(to) = row.get_mut(j + m + 1) {
                    *to = from;
                }
            }
        }
    }

    #[inline(always)]
    fn moved(&self, first: T, lanes: R::Vector) -> R::Vector {
        let registers = self.registers;
        registers.select(self.first, registers.splat(first), registers.turn(lanes))
    }

    /// Each row goes to its next column, and another comes in.
    #[inline(always)]
    pub fn shift(&mut self, row: &[T; J], [start, sum, _, weight]: [T; 4]) {
        self.entry = self.moved(row[0], self.entries[0]);
        each!(m => {
            self.entries[m] = self.moved(row[m + 1], self.entries[m + 1]);
        });
        self.starts = self.moved(start, self.starts);
        self.weights = self.moved(weight, self.weights);
        self.sums = self.moved(sum, self.sums);
    }

    /// The rotations of all lanes; returns b and s.
    #[inline(always)]
    pub fn turn(&mut self) -> (R::Vector, R::Vector) {
        let r = self.registers;
        let b = self.entry;
        let quotients = r.divide(b, self.pivots);
        let add = r.multiply(r.multiply(self.weights, b), b);
        let add = r.add(add, self.errors);
        let pivots = r.add(self.pivots, add);
        self.errors = r.subtract(add, r.subtract(pivots, self.pivots));
        self.pivots = pivots;
        self.sums = r.add(self.sums, r.multiply(quotients, b));
        self.weights = r.divide(r.splat(T::ONE), r.add(self.starts, self.sums));
        let gains = r.multiply(quotients, self.weights);
        each!(m => {
            let x = r.subtract(self.entries[m], r.multiply(b, self.units[m]));
            self.entries[m] = x;
            self.units[m] = r.add(self.units[m], r.multiply(gains, x));
        });
        (b, gains)
    }

    /// Takes back what the columns outside of the range did, where no row is.
    #[inline(always)]
    pub fn keep(&mut self, before: &Self, columns: Range<usize>) {
        let r = self.registers;
        let mask = r.lanes(columns.start, columns.end);
        self.pivots = r.select(mask, self.pivots, before.pivots);
        self.errors = r.select(mask, self.errors, before.errors);
        each!(m => {
            self.units[m] = r.select(mask, self.units[m], before.units[m]);
        });
    }
}
