//! Joins two factors: one's rows are fed to the other.

use super::{Factor, limit, observe, parts, parts_mut};
use crate::{Error, Scalar};

/// Takes `sqrt(weight) e_place` off, which leaves pivots that are clear of 0.
fn take_off<T: Scalar>(packed: &mut [T], row: &mut [T], weight: T) {
    let (mut packed, mut row) = (packed, row);
    let mut weight = T::ZERO - weight;
    while weight < T::ZERO {
        let length = row.len();
        let Some((x, rest)) = core::mem::take(&mut row).split_first_mut() else {
            break;
        };
        let Some((head, tail)) = packed.split_at_mut_checked(length) else {
            break;
        };
        let Some((pivot, units)) = head.split_first_mut() else {
            break;
        };
        let entry = *x;
        let weighted = weight * entry;
        let sum = *pivot + weighted * entry;
        if entry != T::ZERO && sum >= T::MIN_POSITIVE {
            let gain = weighted / sum;
            weight *= *pivot / sum;
            *pivot = sum;
            for (unit, x) in units.iter_mut().zip(&mut *rest) {
                *x -= entry * *unit;
                *unit += gain * *x;
            }
        }
        (row, packed) = (rest, tail);
    }
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Factor<T, B> {
    /// Takes in all rows of another factor of the same model; lambda is not added twice.
    ///
    /// Any order and any tree of merges gives the same factor, to rounding. An empty other changes
    /// nothing. Both may be pivoted. Cost: about N^3 flops.
    ///
    /// # Errors
    /// Length: another order. Range: the other has a ridge, and not this one's; or the sum leaves the
    /// factor's range. Nothing changes then.
    pub fn merge<C: AsRef<[T]>>(&mut self, other: &Factor<T, C>) -> Result<(), Error> {
        let order = self.state.order;
        if other.state.order != order {
            return Err(Error::Length("other"));
        }
        let ridge = other.state.ridge;
        if ridge != T::ZERO && ridge != self.state.ridge {
            return Err(Error::Range("ridge"));
        }
        if other.state.rows == 0 {
            return Ok(());
        }
        let ratio = self.state.growth() / other.state.growth();
        let growth = self.state.growth();
        let theirs = parts(other.memory.as_ref(), order);
        let ours = parts_mut(self.memory.as_mut(), order);
        let mut total = T::ZERO;
        for (a, b) in ours.squares.iter().zip(theirs.squares) {
            total += *a + ratio * *b;
        }
        let fits = total <= limit();
        if !fits {
            return Err(Error::Range("other"));
        }

        // Where a column of theirs stands in ours.
        let place = |column: T| ours.order.iter().position(|own| *own == column);
        for (column, square) in theirs.order.iter().zip(theirs.squares) {
            if let Some(own) = place(*column).and_then(|p| ours.squares.get_mut(p)) {
                *own += ratio * *square;
            }
        }
        for (j, row) in super::rows(theirs.packed, order).enumerate() {
            let Some((pivot, units)) = row.split_first() else {
                break;
            };
            let weight = *pivot * ratio;
            if weight < T::MIN_POSITIVE {
                continue;
            }
            ours.work.fill(T::ZERO);
            let one = T::ONE;
            let entries = core::iter::once(&one).chain(units);
            for (column, entry) in theirs.order.iter().skip(j).zip(entries) {
                if let Some(own) = place(*column).and_then(|p| ours.work.get_mut(p)) {
                    *own = *entry;
                }
            }
            observe::observe(ours.packed, ours.compensation, ours.work, weight);
        }
        if ridge > T::ZERO {
            // While rows are forgotten a ridge is only sure to be half there.
            let sure = if other.state.half_life > 0 {
                T::HALF * ridge
            } else {
                ridge
            };
            let weight = sure * growth;
            for k in 0..order {
                ours.work.fill(T::ZERO);
                if let Some(entry) = ours.work.get_mut(k) {
                    *entry = T::ONE;
                }
                if let Some(square) = ours.squares.get_mut(k) {
                    *square -= weight;
                }
                take_off(ours.packed, ours.work, weight);
            }
        }
        self.state.rows = self.state.rows.saturating_add(other.state.rows);
        Ok(())
    }
}
