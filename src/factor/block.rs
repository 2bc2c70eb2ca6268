//! Takes in many rows, each with the bits that it would have alone: the block is checked, then taken in by tiles.

use super::forget::Due;
use super::observe::Left;
use super::tile::{BESIDE, ONCE, Tile};
use super::wide::{Registers, Work};
use super::{Factor, FactorState, PartsMut, column_squares, gather, limit, parts_mut, usable};
use crate::{Error, Scalar};
use core::mem::take;

/// Scalars of scratch for [`Factor::observe_block`] with tiles of so many rows; with 64 it is fast.
pub const fn block_len(order: usize, rows: usize) -> usize {
    let row = order.saturating_add(BESIDE);
    row.saturating_mul(rows).saturating_add(ONCE)
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Factor<T, B> {
    /// Takes in rows, one after the other: the bits of [`Factor::observe`] on each, faster on hosts where the build is
    /// optimised, most with the feature `simd`.
    ///
    /// `rows`: N scalars for each of `online`, which takes the online leverages. `weights`: one for each row, or none
    /// where each is 1. `scratch`: [`block_len`] scalars for one row at least; as many rows as it holds are taken in
    /// together.
    /// Cost: about 2 N^2 flops a row.
    ///
    /// # Errors
    /// Length: the rows, weights or scratch. Otherwise as [`Factor::observe`] on one of the rows; Range a hundredth before
    /// the end of the range. Nothing changes then, but for `online` and `scratch`.
    pub fn observe_block(
        &mut self,
        rows: &[T],
        weights: Option<&[T]>,
        online: &mut [T],
        scratch: &mut [T],
    ) -> Result<(), Error> {
        T::widest(Block {
            state: &mut self.state,
            memory: self.memory.as_mut(),
            rows,
            weights,
            online,
            scratch,
        })
    }
}

/// A row's weight, 1 where there are none.
fn weight_at<T: Scalar>(weights: Option<&[T]>, at: usize) -> T {
    weights.map_or(T::ONE, |weights| {
        weights.get(at).copied().unwrap_or_default()
    })
}

/// A call of [`Factor::observe_block`].
struct Block<'a, T> {
    state: &'a mut FactorState<T>,
    memory: &'a mut [T],
    rows: &'a [T],
    weights: Option<&'a [T]>,
    online: &'a mut [T],
    scratch: &'a mut [T],
}

impl<T: Scalar> Work<T> for Block<'_, T> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<R: Registers<T>>(self, registers: R) -> Result<(), Error> {
        let Block {
            state,
            memory,
            rows,
            weights,
            online,
            scratch,
        } = self;
        state.observe_block(registers, memory, rows, weights, online, scratch)
    }
}

impl<T: Scalar> FactorState<T> {
    #[inline(always)]
    fn observe_block<R: Registers<T>>(
        &mut self,
        registers: R,
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
            if self.rows < self.order as u64 {
                // The first rows bring new directions, and would turn singly all the same.
                let Some((row, later)) = rows.split_at_checked(self.order) else {
                    break;
                };
                let Some((now, others)) = take(&mut online).split_first_mut() else {
                    break;
                };
                *now = self.take_in(memory, row, weight_at(weights, first))?;
                self.forget(memory);
                (rows, online) = (later, others);
                first += 1;
                continue;
            }
            let mut tile = Tile::new(self.order, scratch);
            let weights = weights.and_then(|weights| weights.get(first..));
            let mut parts = parts_mut(memory, self.order);
            let (count, due) = self.fill(&mut parts, &mut tile, rows, weights);
            tile.rotate(registers, count, parts.packed, parts.compensation);
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
    #[inline(always)]
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
        let column_at = |place: usize| match columns.get(place) {
            Some(column) if self.pivoted => column.index(),
            _ => place,
        };
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
            if self.ridge == T::ZERO {
                fits &= squares.iter().enumerate().all(|(place, square)| {
                    let x = row.get(column_at(place)).copied().unwrap_or_default();
                    x == T::ZERO || *square + weight * x * x >= T::MIN_POSITIVE
                });
            }
            if self.pivoted {
                for (place, square) in squares.iter_mut().enumerate() {
                    let x = row.get(column_at(place)).copied().unwrap_or_default();
                    *square += weight * x * x;
                }
            } else {
                for (square, x) in squares.iter_mut().zip(row) {
                    *square += weight * *x * *x;
                }
            }
            if self.half_life > 0 {
                let due = ahead.due();
                if due.halves {
                    // Until then they have only grown.
                    fits &= sum(squares) <= limit::<T>() * T::of(0.99);
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
        fits &= sum(squares) <= limit::<T>() * T::of(0.99);
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
    #[inline(always)]
    fn fill(
        &mut self,
        parts: &mut PartsMut<'_, T>,
        tile: &mut Tile<'_, T>,
        rows: &[T],
        weights: Option<&[T]>,
    ) -> (usize, Option<Due<T>>) {
        let places = tile
            .entries
            .chunks_exact_mut(tile.stride)
            .zip(&mut *tile.left);
        let mut count = 0;
        for (row, (entries, left)) in rows.chunks_exact(self.order).zip(places) {
            let weight = weight_at(weights, count) * self.growth();
            let columns = if self.pivoted {
                Some(&*parts.order)
            } else {
                None
            };
            let (entries, behind) = entries.split_at_mut_checked(self.order).unwrap_or_default();
            behind.fill(T::ZERO);
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
