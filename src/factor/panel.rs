//! The columns of a panel themselves: pivots and what stands between them, by itself or staggered.

use super::observe::{Left, compensated, most};
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
        for j in 0..J {
            let b = x[j];
            let weight = next.weight;
            let quotient = b / turned.pivots[j];
            (turned.pivots[j], turned.errors[j]) =
                compensated(turned.pivots[j], turned.errors[j], weight * b * b);
            next.sum += quotient * b;
            next.inverse = next.start + next.sum;
            next.weight = T::ONE / next.inverse;
            gains[j] = quotient * next.weight;
            for k in j + 1..J {
                x[k] -= b * turned.units[j][k];
                turned.units[j][k] += gains[j] * x[k];
            }
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
pub(super) struct Wave<T, const J: usize> {
    pivots: [T; J],
    errors: [T; J],
    /// Of column j: what it does to the column m + 1 further on.
    units: [[T; J]; J],
    /// Of the row at column j: its entry there, and those m + 1 further on.
    entry: [T; J],
    entries: [[T; J]; J],
    starts: [T; J],
    weights: [T; J],
    pub sums: [T; J],
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

/// Moves each lane on by one.
#[inline(always)]
fn shifted<T: Copy, const J: usize>(first: T, lanes: [T; J]) -> [T; J] {
    let mut moved = [first; J];
    for (to, from) in moved.iter_mut().skip(1).zip(lanes) {
        *to = from;
    }
    moved
}

impl<T: Scalar, const J: usize> Wave<T, J> {
    #[inline(always)]
    pub fn new(head: &Head<T, J>) -> Self {
        let mut units = [[T::ZERO; J]; J];
        for m in 0..J {
            for j in 0..J - 1 - m {
                units[m][j] = head.units[j][j + m + 1];
            }
        }
        Wave {
            pivots: head.pivots,
            errors: head.errors,
            units,
            entry: [T::ZERO; J],
            entries: [[T::ZERO; J]; J],
            starts: [T::ONE; J],
            weights: [T::ONE; J],
            sums: [T::ZERO; J],
        }
    }

    #[inline(always)]
    pub fn unload(&self, head: &mut Head<T, J>) {
        (head.pivots, head.errors) = (self.pivots, self.errors);
        for m in 0..J {
            for j in 0..J - 1 - m {
                head.units[j][j + m + 1] = self.units[m][j];
            }
        }
    }

    /// Each row goes to its next column, and another comes in.
    #[inline(always)]
    pub fn shift(&mut self, row: &[T; J], [start, sum, _, weight]: [T; 4]) {
        self.entry = shifted(row[0], self.entries[0]);
        each!(m => {
            self.entries[m] = shifted(row[m + 1], self.entries[m + 1]);
        });
        self.starts = shifted(start, self.starts);
        self.weights = shifted(weight, self.weights);
        self.sums = shifted(sum, self.sums);
    }

    /// The rotations of all lanes; returns b and s.
    #[inline(always)]
    pub fn turn(&mut self) -> ([T; J], [T; J]) {
        let b = self.entry;
        let mut gains = [T::ZERO; J];
        let mut quotients = [T::ZERO; J];
        for j in 0..J {
            quotients[j] = b[j] / self.pivots[j];
        }
        for j in 0..J {
            (self.pivots[j], self.errors[j]) = compensated(
                self.pivots[j],
                self.errors[j],
                self.weights[j] * b[j] * b[j],
            );
        }
        for j in 0..J {
            self.sums[j] += quotients[j] * b[j];
        }
        for j in 0..J {
            self.weights[j] = T::ONE / (self.starts[j] + self.sums[j]);
        }
        for j in 0..J {
            gains[j] = quotients[j] * self.weights[j];
        }
        each!(m => {
            for j in 0..J {
                self.entries[m][j] -= b[j] * self.units[m][j];
            }
            for j in 0..J {
                self.units[m][j] += gains[j] * self.entries[m][j];
            }
        });
        (b, gains)
    }

    /// Takes back what the columns outside of the range did, where no row is.
    #[inline(always)]
    pub fn keep(&mut self, before: &Self, columns: Range<usize>) {
        for j in 0..J {
            if !columns.contains(&j) {
                self.pivots[j] = before.pivots[j];
                self.errors[j] = before.errors[j];
                for (u, old) in self.units.iter_mut().zip(&before.units) {
                    u[j] = old[j];
                }
            }
        }
    }
}
