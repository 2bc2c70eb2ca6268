//! Least squares by back substitution.

use super::{Factor, parts};
use crate::{Error, Scalar};

impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Regresses the last column on the others: with rows `[J | -f]` a Gauss-Newton step, with rows
    /// `[x | y]` the coefficients. `solution`: N - 1 entries.
    ///
    /// Columns whose pivot is rounding get 0. Cost: about N^2 flops.
    ///
    /// # Errors
    /// Length: the solution. Stale: the columns are not in their natural order; see [`Factor::unpivot`].
    /// Range: the solution leaves the scalar's range; it holds no meaning then.
    pub fn solve(&self, solution: &mut [T]) -> Result<(), Error> {
        let order = self.state.order;
        if solution.len().checked_add(1) != Some(order) {
            return Err(Error::Length("solution"));
        }
        if self.state.pivoted {
            return Err(Error::Stale);
        }
        let threshold = self.threshold();
        let parts = parts(self.memory.as_ref(), order);
        let mut packed = parts.packed;
        let mut squares = parts.squares;
        let mut finite = true;
        // Rows from the last one up; row k of the triangle has order - k entries.
        for length in 1..=order {
            let start = packed.len().saturating_sub(length);
            let Some((above, row)) = packed.split_at_checked(start) else {
                break;
            };
            let Some((square, fewer)) = squares.split_last() else {
                break;
            };
            (packed, squares) = (above, fewer);
            let Some((_, tail)) = solution.split_at_mut_checked(order - length) else {
                break;
            };
            let Some((target, later)) = tail.split_first_mut() else {
                continue;
            };
            let Some((pivot, units)) = row.split_first() else {
                break;
            };
            let Some((goal, units)) = units.split_last() else {
                break;
            };
            let mut sum = *goal;
            for (unit, value) in units.iter().zip(&*later) {
                sum -= *unit * *value;
            }
            let seen = *pivot > threshold.share * *square;
            *target = if seen { sum } else { T::ZERO };
            finite &= target.is_finite();
        }
        if finite {
            Ok(())
        } else {
            Err(Error::Range("solution"))
        }
    }
}
