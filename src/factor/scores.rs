//! Scores of many rows, each with the bits that it would have alone: rows side by side in lanes.
//!
//! Entries lie column by column, a column's entries of all lanes together. A strip of columns takes off what the columns
//! before it leave, in their order, with its own entries in registers; then it is solved itself.

use super::{Factor, Score, parts, rows, score::Threshold};
use crate::{Error, Scalar};

/// Most rows that are taken together.
const MOST_LANES: usize = 32;

/// Scalars of scratch for [`Factor::score_block`].
pub const fn score_block_len(order: usize) -> usize {
    order.saturating_mul(MOST_LANES)
}

/// Solves the first columns of `rest` where there are K, given the columns before; returns how many it solved.
/// `corner`: the triangle from the strip's place in its first row on.
#[inline(always)]
fn strip<T: Scalar, const L: usize, const K: usize>(
    packed: &[T],
    order: usize,
    solved: &[[T; L]],
    rest: &mut [[T; L]],
    leverage: &mut [T; L],
) -> usize {
    let Some(strip) = rest.first_chunk_mut::<K>() else {
        return 0;
    };
    let mut z = *strip;
    // The strip's part of the triangle's row, and how far it is from there to the next row's.
    let (mut place, mut length) = (solved.len(), order);
    for solved in solved {
        let Some(units) = packed.get(place..).and_then(|row| row.first_chunk::<K>()) else {
            return 0;
        };
        for (z, unit) in z.iter_mut().zip(units) {
            for (z, solved) in z.iter_mut().zip(solved) {
                *z -= *solved * *unit;
            }
        }
        length -= 1;
        place += length;
    }
    for k in 0..K {
        let Some((pivot, units)) = packed.get(place..).and_then(|row| row.split_first()) else {
            return 0;
        };
        let Some((head, tail)) = z.get_mut(k..).and_then(|z| z.split_first_mut()) else {
            return 0;
        };
        for (leverage, z) in leverage.iter_mut().zip(&*head) {
            *leverage += *z / *pivot * *z;
        }
        for (z, unit) in tail.iter_mut().zip(units) {
            for (z, solved) in z.iter_mut().zip(&*head) {
                *z -= *solved * *unit;
            }
        }
        place += length;
        length -= 1;
    }
    *strip = z;
    K
}

/// Leverages by forward substitution of L rows; `entries`: N L scalars to work in. All columns have been seen.
#[inline(always)]
fn substitute<T: Scalar, const L: usize, const K: usize>(
    packed: &[T],
    entries: &mut [[T; L]],
) -> [T; L] {
    let order = entries.len();
    let mut leverage = [T::ZERO; L];
    let mut column = 0;
    while let Some((solved, rest)) = entries.split_at_mut_checked(column) {
        let mut count = 0;
        if K >= 8 {
            count = strip::<T, L, 8>(packed, order, solved, rest, &mut leverage);
        }
        if count == 0 {
            count = strip::<T, L, 4>(packed, order, solved, rest, &mut leverage);
        }
        if count == 0 {
            count = strip::<T, L, 1>(packed, order, solved, rest, &mut leverage);
        }
        if count == 0 {
            break;
        }
        column += count;
    }
    leverage
}

/// Lays up to L rows side by side, in the factor's column order. Lanes without a row keep what they hold.
#[inline(always)]
fn lay<T: Scalar, const L: usize>(rows: &[T], columns: Option<&[T]>, entries: &mut [[T; L]]) {
    let order = entries.len();
    for (lane, row) in rows.chunks_exact(order).enumerate() {
        if let Some(columns) = columns {
            for (lanes, column) in entries.iter_mut().zip(columns) {
                if let Some(entry) = lanes.get_mut(lane) {
                    *entry = row.get(column.index()).copied().unwrap_or_default();
                }
            }
        } else {
            for (lanes, x) in entries.iter_mut().zip(row) {
                if let Some(entry) = lanes.get_mut(lane) {
                    *entry = *x;
                }
            }
        }
    }
}

impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Scores of many rows, each that of [`Factor::score`], bit for bit; faster on hosts.
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
        if T::BYTES == 8 {
            self.score_lanes::<16, 8>(rows, scores, scratch)
        } else {
            self.score_lanes::<32, 8>(rows, scores, scratch)
        }
    }

    fn has_seen_all(&self, threshold: Threshold<T>) -> bool {
        let parts = parts(self.memory.as_ref(), self.state.order);
        rows(parts.packed, self.state.order)
            .zip(parts.squares)
            .all(|(row, square)| row.first().is_some_and(|d| threshold.seen(*d, *square)))
    }

    #[inline(always)]
    fn score_lanes<const L: usize, const K: usize>(
        &self,
        rows: &[T],
        scores: &mut [Score<T>],
        scratch: &mut [T],
    ) -> Result<(), Error> {
        let order = self.state.order;
        let parts = parts(self.memory.as_ref(), order);
        let columns = if self.state.pivoted {
            Some(parts.order)
        } else {
            None
        };
        let growth = self.state.growth();
        for (rows, scores) in rows.chunks(L * order).zip(scores.chunks_mut(L)) {
            let Some(entries) = scratch.as_chunks_mut::<L>().0.get_mut(..order) else {
                return Err(Error::Length("scratch"));
            };
            lay(rows, columns, entries);
            let leverages = substitute::<T, L, K>(parts.packed, entries);
            let rows = rows.chunks_exact(order);
            for ((score, leverage), row) in scores.iter_mut().zip(leverages).zip(rows) {
                let leverage = leverage * growth;
                *score = if leverage.is_finite() {
                    Score {
                        leverage,
                        novelty: T::ZERO,
                    }
                } else {
                    self.score(row, scratch)?
                };
            }
        }
        Ok(())
    }
}
