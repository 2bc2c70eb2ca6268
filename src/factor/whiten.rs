//! A row in coordinates in which the rows taken in are alike in every direction.

use super::score::substitute;
use super::{Factor, Score, gather, parts};
use crate::{Error, Scalar};

impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Writes `z_j / sqrt(d_j)` with `U^T z = d`, so that products of whitened rows are `d_1^T (D^T D + lambda I)^-1 d_2`
    /// and the squared norm is the leverage; returns leverage and novelty as [`Factor::score`] does.
    ///
    /// `whitened`: N, in the factor's order of columns: compare rows whitened by the same state. Without a ridge
    /// unseen columns are 0. Cost: about 2 N^2 flops and N roots.
    ///
    /// # Errors
    /// As [`Factor::score`]; Length: the whitened row. It holds no meaning then.
    pub fn whiten(&self, row: &[T], whitened: &mut [T]) -> Result<Score<T>, Error> {
        let order = self.state.order;
        if whitened.len() != order {
            return Err(Error::Length("whitened"));
        }
        let score = self.score(row, whitened)?;
        let parts = parts(self.memory.as_ref(), order);
        gather(row, self.state.pivoted.then_some(parts.order), whitened);
        let threshold = self.threshold();
        substitute(parts.packed, parts.squares, whitened, threshold);
        let growth = self.state.growth().sqrt();
        for (z, (pivot, square)) in whitened.iter_mut().zip(self.pivots()) {
            *z = if threshold.ridge > T::ZERO || threshold.seen(pivot, square) {
                *z / pivot.sqrt() * growth
            } else {
                T::ZERO
            };
        }
        Ok(score)
    }
}
