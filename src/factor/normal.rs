//! The normal equations: forward substitution, division, back substitution.

use super::{Factor, parts, rows};
use crate::{Error, Scalar};
use core::mem::take;

impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Solves `(D^T D + lambda I) x = b` in place. `vector`: N entries, b before and x after.
    ///
    /// Columns whose pivot is rounding are left out, and get 0. With a half-life, D's rows count as much as they are
    /// remembered. Cost: about 2 N^2 flops.
    ///
    /// # Errors
    /// Length: the vector. Stale: the columns are not in their natural order; see [`Factor::unpivot`].
    /// NotFinite: the vector. Range: the solution leaves the scalar's range; the vector holds no meaning then.
    pub fn solve_normal(&self, vector: &mut [T]) -> Result<(), Error> {
        let order = self.state.order;
        if vector.len() != order {
            return Err(Error::Length("vector"));
        }
        if self.state.pivoted {
            return Err(Error::Stale);
        }
        if !vector.iter().all(|x| x.is_finite()) {
            return Err(Error::NotFinite("vector"));
        }
        let share = self.threshold().share;
        let parts = parts(self.memory.as_ref(), order);
        let mut rest = &mut *vector;
        for (row, square) in rows(parts.packed, order).zip(parts.squares) {
            let Some((entry, later)) = take(&mut rest).split_first_mut() else {
                break;
            };
            let Some((pivot, units)) = row.split_first() else {
                break;
            };
            if *pivot > share * *square {
                for (x, unit) in later.iter_mut().zip(units) {
                    *x -= *entry * *unit;
                }
                *entry /= *pivot;
            } else {
                *entry = T::ZERO;
            }
            rest = later;
        }
        let mut packed = parts.packed;
        let mut squares = parts.squares;
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
            let Some((_, tail)) = vector.split_at_mut_checked(order.saturating_sub(length)) else {
                break;
            };
            let Some((entry, later)) = tail.split_first_mut() else {
                break;
            };
            let Some((pivot, units)) = row.split_first() else {
                break;
            };
            if *pivot > share * *square {
                for (unit, x) in units.iter().zip(&*later) {
                    *entry -= *unit * *x;
                }
            }
        }
        if self.state.age > 0 {
            let growth = self.state.growth();
            vector.iter_mut().for_each(|x| *x *= growth);
        }
        if vector.iter().all(|x| x.is_finite()) {
            Ok(())
        } else {
            Err(Error::Range("vector"))
        }
    }
}
