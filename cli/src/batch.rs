//! All rows of a table into a factor, or against one: by blocks, and where a block is refused, which of its rows it was.

use gleaner::factor::{Factor, Score, block_len, score_block_len};
use gleaner::{Error, Scalar};

/// Rows of a block: few enough to stay in a processor's cache, many enough to fill its registers.
const BLOCK: usize = 256;
/// Rows of a tile.
const TILE: usize = 64;

/// A row that was refused.
#[derive(Debug)]
pub struct Refused {
    /// Its number.
    pub row: usize,
    /// Why.
    pub cause: Error,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Error {
        refused.cause
    }
}

/// Takes in all rows, each with weight 1; returns their online leverages.
pub fn observe<T: Scalar>(factor: &mut Factor<T, Vec<T>>, rows: &[T]) -> Result<Vec<T>, Refused> {
    let order = factor.state().order;
    let mut scratch = vec![T::ZERO; block_len(order, TILE)];
    let mut online = vec![T::ZERO; rows.len() / order];
    let blocks = rows.chunks(BLOCK * order).zip(online.chunks_mut(BLOCK));
    for (block, (rows, online)) in blocks.enumerate() {
        if let Err(cause) = factor.observe_block(rows, None, online, &mut scratch) {
            // Nothing has changed, so the rows before the one that was refused go in again.
            for (at, row) in rows.chunks_exact(order).enumerate() {
                let row_of_all = block * BLOCK + at;
                factor.observe(row, T::ONE).map_err(|cause| Refused {
                    row: row_of_all,
                    cause,
                })?;
            }
            return Err(Refused {
                row: block * BLOCK,
                cause,
            });
        }
    }
    Ok(online)
}

/// Leverages of all rows against a factor.
pub fn leverages<T: Scalar>(factor: &Factor<T, Vec<T>>, rows: &[T]) -> Result<Vec<T>, Refused> {
    let order = factor.state().order;
    let mut scratch = vec![T::ZERO; score_block_len(order)];
    let none = Score {
        leverage: T::ZERO,
        novelty: T::ZERO,
    };
    let mut scores = vec![none; rows.len() / order];
    let blocks = rows.chunks(BLOCK * order).zip(scores.chunks_mut(BLOCK));
    for (block, (rows, scores)) in blocks.enumerate() {
        if let Err(cause) = factor.score_block(rows, scores, &mut scratch) {
            for (at, row) in rows.chunks_exact(order).enumerate() {
                let row_of_all = block * BLOCK + at;
                factor.score(row, &mut scratch).map_err(|cause| Refused {
                    row: row_of_all,
                    cause,
                })?;
            }
            return Err(Refused {
                row: block * BLOCK,
                cause,
            });
        }
    }
    Ok(scores.iter().map(|score| score.leverage).collect())
}
