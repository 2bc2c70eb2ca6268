//! The normal equations: forward substitution, division, back substitution.

use super::back::{less_products, substitute_back};
use super::{Factor, parts, rows};
use crate::model::all_finite;
use crate::{Error, Scalar};
use core::mem::take;

impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Solves `(D^T D + lambda I) x = b` in place. `vector`: N entries, b before and x after.
    ///
    /// Of a unit vector it makes a column of the inverse. Where D holds the gradients of a fit, `s^2` times that are the
    /// covariances of a parameter with all (`tests/nist.rs`). The diagonal alone are leverages of unit rows ([`Factor::score`]).
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
        if !all_finite(vector) {
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
        substitute_back(
            parts.packed,
            parts.squares,
            vector,
            |pivot, units, square, entry, later| {
                if pivot > share * square {
                    less_products(entry, units, later)
                } else {
                    entry
                }
            },
        );
        if self.state.age > 0 {
            let growth = self.state.growth();
            vector.iter_mut().for_each(|x| *x *= growth);
        }
        if all_finite(vector) {
            Ok(())
        } else {
            Err(Error::Range("vector"))
        }
    }
}
