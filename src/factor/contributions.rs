//! What each column contributes to a leverage: `d_j (M^-1 d)_j`, signed.

use super::back::{less_products, substitute_back};
use super::score::substitute;
use super::{Factor, Score, gather, parts};
use crate::{Error, Scalar};

impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// The leverage of a row by columns: writes `d_j (M^-1 d)_j`, `M = D^T D + lambda I`, and returns leverage and novelty
    /// as [`Factor::score`] does. `contributions`: N, in the natural column order; `scratch`: at least N scalars.
    ///
    /// They sum to the leverage but for rounding, do not depend on the order of the columns, and stay as they are where
    /// a column is scaled. They are signed: a column is below 0 where its entry makes the row less unusual, given the
    /// others. The other natural split, `z_j^2 / d_j` of the forward substitution, is positive and depends on the
    /// order: what columns share goes to the first of them.
    /// Without a ridge unseen columns contribute 0. Cost: about 3 N^2 flops.
    ///
    /// # Errors
    /// As [`Factor::score`]; Length: the contributions; Range also where one leaves the scalar's range. They are
    /// then as before.
    ///
    /// Source: Garthwaite and Koch, Evaluating the contributions of individual variables to a quadratic form, Aust. N. Z.
    /// J. Stat. 58 (2016), who compare such splits.
    pub fn contributions(
        &self,
        row: &[T],
        contributions: &mut [T],
        scratch: &mut [T],
    ) -> Result<Score<T>, Error> {
        let order = self.state.order;
        if contributions.len() != order {
            return Err(Error::Length("contributions"));
        }
        let score = self.score(row, scratch)?;
        let (z, _) = scratch
            .split_at_mut_checked(order)
            .ok_or(Error::Length("scratch"))?;
        let parts = parts(self.memory.as_ref(), order);
        let columns = self.state.pivoted.then_some(parts.order);
        gather(row, columns, z);
        let threshold = self.threshold();
        substitute(parts.packed, parts.squares, z, threshold);
        // x = U^-1 diag(d)^-1 z; what the substitution left out is 0.
        substitute_back(
            parts.packed,
            parts.squares,
            z,
            |pivot, units, square, entry, later| {
                if threshold.ridge > T::ZERO || threshold.seen(pivot, square) {
                    less_products(entry / pivot, units, later)
                } else {
                    T::ZERO
                }
            },
        );
        let growth = self.state.growth();
        // All of them before the first is written, so that an error leaves the caller's as they were.
        let place = |place: usize, column: &T| match self.state.pivoted {
            true => column.index(),
            false => place,
        };
        let mut finite = true;
        for (at, (x, column)) in z.iter_mut().zip(parts.order).enumerate() {
            let entry = row.get(place(at, column)).copied().unwrap_or_default();
            *x = entry * *x * growth;
            finite &= x.is_finite();
        }
        if !finite {
            return Err(Error::Range("contributions"));
        }
        for (at, (share, column)) in z.iter().zip(parts.order).enumerate() {
            if let Some(contribution) = contributions.get_mut(place(at, column)) {
                *contribution = *share;
            }
        }
        Ok(score)
    }
}
