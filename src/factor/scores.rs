//! Scores of many rows, each with the bits that it would have alone: rows side by side in lanes.
//!
//! Entries lie column by column, a column's entries of all lanes together. A strip of columns takes off what the columns
//! before it leave, in their order, with its own entries in registers; then it is solved itself.

use super::score::Threshold;
use super::wide::{Registers, Work};
use super::{Factor, FactorState, Score, parts, rows};
use crate::{Error, Scalar};
use core::mem::take;

/// Most rows that are taken together.
const MOST_LANES: usize = 32;

/// Scalars of scratch for [`Factor::score_block`].
pub const fn score_block_len(order: usize) -> usize {
    order.saturating_mul(MOST_LANES)
}

/// Rows side by side: columns of G registers each, some of them solved.
struct Lanes<'a, T, R: Registers<T>, const G: usize> {
    registers: R,
    packed: &'a [T],
    order: usize,
    solved: usize,
    entries: &'a mut [T],
    leverages: [R::Vector; G],
}

impl<T: Scalar, R: Registers<T>, const G: usize> Lanes<'_, T, R, G> {
    /// Takes off the next K columns what those before them leave, and solves them; false where fewer are left.
    #[inline(always)]
    fn solve<const K: usize>(&mut self) -> bool {
        let r = self.registers;
        let width = G * R::LANES;
        let place = self.solved * width;
        let Some((solved, rest)) = self.entries.split_at_mut_checked(place) else {
            return false;
        };
        let Some(strip) = rest.get_mut(..K * width) else {
            return false;
        };
        let mut z = [[r.splat(T::ZERO); G]; K];
        for (z, x) in z.iter_mut().zip(strip.chunks_exact(width)) {
            for (z, x) in z.iter_mut().zip(x.chunks_exact(R::LANES)) {
                *z = r.load(x);
            }
        }
        // The strip's part of a row of the triangle, and how far it is from there to the next row's.
        let (mut place, mut length) = (self.solved, self.order);
        for solved in solved.chunks_exact(width) {
            let units = self.packed.get(place..);
            let Some(units) = units.and_then(|row| row.first_chunk::<K>()) else {
                return false;
            };
            let mut known = [r.splat(T::ZERO); G];
            for (known, x) in known.iter_mut().zip(solved.chunks_exact(R::LANES)) {
                *known = r.load(x);
            }
            for (z, unit) in z.iter_mut().zip(units) {
                let unit = r.splat(*unit);
                for (z, known) in z.iter_mut().zip(known) {
                    *z = r.subtract(*z, r.multiply(known, unit));
                }
            }
            length -= 1;
            place += length;
        }
        let mut rest = &mut z[..];
        while let Some((head, tail)) = take(&mut rest).split_first_mut() {
            let row = self.packed.get(place..).unwrap_or_default();
            let Some((pivot, units)) = row.split_first() else {
                return false;
            };
            let pivot = r.splat(*pivot);
            for (leverage, z) in self.leverages.iter_mut().zip(&*head) {
                *leverage = r.add(*leverage, r.multiply(r.divide(*z, pivot), *z));
            }
            for (z, unit) in tail.iter_mut().zip(units) {
                let unit = r.splat(*unit);
                for (z, known) in z.iter_mut().zip(&*head) {
                    *z = r.subtract(*z, r.multiply(*known, unit));
                }
            }
            place += length;
            length -= 1;
            rest = tail;
        }
        for (z, x) in z.iter().zip(strip.chunks_exact_mut(width)) {
            for (z, x) in z.iter().zip(x.chunks_exact_mut(R::LANES)) {
                r.store(x, *z);
            }
        }
        self.solved += K;
        true
    }

    /// Lays rows side by side, in the factor's column order. Lanes without a row keep what they hold.
    #[inline(always)]
    fn lay(&mut self, rows: &[T], columns: Option<&[T]>) {
        let width = G * R::LANES;
        for (lane, row) in rows.chunks_exact(self.order).enumerate() {
            let entries = self.entries.iter_mut().skip(lane).step_by(width);
            if let Some(columns) = columns {
                for (entry, column) in entries.zip(columns) {
                    *entry = row.get(column.index()).copied().unwrap_or_default();
                }
            } else {
                for (entry, x) in entries.zip(row) {
                    *entry = *x;
                }
            }
        }
    }
}

/// A call of [`Factor::score_block`] where all columns have been seen.
struct Scores<'a, T> {
    factor: Factor<T, &'a [T]>,
    rows: &'a [T],
    scores: &'a mut [Score<T>],
    scratch: &'a mut [T],
}

impl<T: Scalar> Work<T> for Scores<'_, T> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<R: Registers<T>>(self, registers: R) -> Result<(), Error> {
        if R::MANY {
            self.by_strips::<R, 2, 8>(registers)
        } else {
            self.by_strips::<R, 2, 4>(registers)
        }
    }
}

impl<T: Scalar> Scores<'_, T> {
    /// As many rows at a time as G registers have lanes, by strips of K columns.
    #[inline(always)]
    fn by_strips<R: Registers<T>, const G: usize, const K: usize>(
        self,
        registers: R,
    ) -> Result<(), Error> {
        let FactorState { order, pivoted, .. } = self.factor.state;
        let parts = parts(self.factor.memory, order);
        let columns = if pivoted { Some(parts.order) } else { None };
        let growth = self.factor.state.growth();
        let width = G * R::LANES;
        for (rows, scores) in self
            .rows
            .chunks(width * order)
            .zip(self.scores.chunks_mut(width))
        {
            let Some(entries) = self.scratch.get_mut(..width * order) else {
                return Err(Error::Length("scratch"));
            };
            let mut lanes = Lanes::<T, R, G> {
                registers,
                packed: parts.packed,
                order,
                solved: 0,
                entries,
                leverages: [registers.splat(T::ZERO); G],
            };
            lanes.lay(rows, columns);
            while lanes.solve::<K>() {}
            while lanes.solve::<1>() {}
            let mut leverages = [[T::ZERO; 16]; G];
            for (to, from) in leverages.iter_mut().zip(lanes.leverages) {
                registers.store(to, from);
            }
            let leverages = leverages
                .iter()
                .flat_map(|lanes| lanes.iter().take(R::LANES));
            let rows = rows.chunks_exact(order);
            for ((score, leverage), row) in scores.iter_mut().zip(leverages).zip(rows) {
                let leverage = *leverage * growth;
                *score = if leverage.is_finite() {
                    Score {
                        leverage,
                        novelty: T::ZERO,
                    }
                } else {
                    self.factor.score(row, self.scratch)?
                };
            }
        }
        Ok(())
    }
}

impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Scores of many rows, each that of [`Factor::score`], bit for bit; faster on hosts where the build is
    /// optimised, most with the feature `simd`.
    ///
    /// `rows`: N scalars for each of `scores`. `scratch`: [`score_block_len`] scalars.
    /// Where a column is unseen the rows are taken one by one. Cost: about N^2 flops a row.
    ///
    /// # Errors
    /// As [`Factor::score`], where any row has one; `scores` may hold anything then.
    pub fn score_block(
        &self,
        rows: &[T],
        scores: &mut [Score<T>],
        scratch: &mut [T],
    ) -> Result<(), Error> {
        let order = self.state.order;
        if rows.len() != scores.len().saturating_mul(order) {
            return Err(Error::Length("rows"));
        }
        if scratch.len() < score_block_len(order) {
            return Err(Error::Length("scratch"));
        }
        let threshold = self.threshold();
        if !self.has_seen_all(threshold) {
            for (row, score) in rows.chunks_exact(order).zip(scores) {
                *score = self.score(row, scratch)?;
            }
            return Ok(());
        }
        let state = self.state;
        let memory = self.memory.as_ref();
        T::widest(Scores {
            factor: Factor { state, memory },
            rows,
            scores,
            scratch,
        })
    }

    fn has_seen_all(&self, threshold: Threshold<T>) -> bool {
        let parts = parts(self.memory.as_ref(), self.state.order);
        rows(parts.packed, self.state.order)
            .zip(parts.squares)
            .all(|(row, square)| row.first().is_some_and(|d| threshold.seen(*d, *square)))
    }
}
