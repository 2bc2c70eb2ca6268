//! Least squares by back substitution.

use super::back::{less_products, substitute_back};
use super::{Factor, parts};
use crate::model::all_finite;
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
        let parts = parts(self.memory.as_ref(), order);
        let share = self.threshold().share;
        substitute_back(
            parts.packed,
            parts.squares,
            solution,
            |pivot, units, square, _, later| match units.last() {
                // One unit more than later entries, which is the goal.
                Some(goal) if pivot > share * square => less_products(*goal, units, later),
                _ => T::ZERO,
            },
        );
        if all_finite(solution) {
            Ok(())
        } else {
            Err(Error::Range("solution"))
        }
    }
}
