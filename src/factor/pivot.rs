//! Column pivoting in place: columns move by exchanges of neighbours, as in AS 274 (Miller 1992).

use super::{Factor, PartsMut, parts_mut};
use crate::{Error, Scalar};

/// The first two entries from `place` on.
fn neighbours<T>(row: &mut [T], place: usize) -> Option<&mut [T; 2]> {
    row.get_mut(place..)?.first_chunk_mut::<2>()
}

/// Exchanges the columns at `place` and `place + 1`; `R^T R` stays as it is but for their order.
fn exchange<T: Scalar>(parts: &mut PartsMut<'_, T>, place: usize) {
    if let Some([a, b]) = neighbours(parts.order, place) {
        core::mem::swap(a, b);
    }
    if let Some([a, b]) = neighbours(parts.squares, place) {
        core::mem::swap(a, b);
    }
    if let Some(pair) = neighbours(parts.compensation, place) {
        *pair = [T::ZERO; 2];
    }
    let mut length = parts.squares.len();
    let mut packed = &mut *parts.packed;
    for above in 0..place {
        let Some((row, tail)) = packed.split_at_mut_checked(length) else {
            return;
        };
        if let Some([a, b]) = neighbours(row, place - above) {
            core::mem::swap(a, b);
        }
        packed = tail;
        length -= 1;
    }
    let Some((first, tail)) = packed.split_at_mut_checked(length) else {
        return;
    };
    let Some((second, _)) = tail.split_at_mut_checked(length.saturating_sub(1)) else {
        return;
    };
    let Some(([d1, unit], u1)) = first.split_first_chunk_mut::<2>() else {
        return;
    };
    let Some((d2, u2)) = second.split_first_mut() else {
        return;
    };

    let x = *unit;
    let head = *d2 + *d1 * x * x;
    if head < T::MIN_POSITIVE {
        // Nothing stands in the second column: it moves up with what the first leaves.
        *unit = T::ZERO;
        let (old, zero) = (*d1, T::ZERO);
        (*d1, *d2) = (zero, old);
        for (a, b) in u1.iter_mut().zip(u2) {
            *b = *a;
            *a = T::ZERO;
        }
        return;
    }
    let cosine = *d2 / head;
    let sine = *d1 * x / head;
    let rest = *d1 * cosine;
    let keep = rest >= T::MIN_POSITIVE;
    *d1 = head;
    *d2 = if keep { rest } else { T::ZERO };
    *unit = sine;
    for (a, b) in u1.iter_mut().zip(u2) {
        let old = *a;
        *a = cosine * *b + sine * old;
        *b = if keep { old - x * *b } else { T::ZERO };
    }
}

/// Squared norms of what is left of each column from `place` on, relative to the column; returns the
/// place of the largest, the first of those within a hundredth, so that near ties move nothing.
fn largest<T: Scalar>(parts: &mut PartsMut<'_, T>, place: usize) -> usize {
    let order = parts.squares.len();
    let Some(left) = parts.work.get_mut(place..) else {
        return place;
    };
    left.fill(T::ZERO);
    let mut left = left;
    for row in super::rows(parts.packed, order).skip(place) {
        let Some((pivot, units)) = row.split_first() else {
            break;
        };
        let Some((sum, rest)) = core::mem::take(&mut left).split_first_mut() else {
            break;
        };
        *sum += *pivot;
        for (sum, unit) in rest.iter_mut().zip(units) {
            *sum += *pivot * *unit * *unit;
        }
        left = rest;
    }
    let (mut best, mut at) = (T::ZERO, place);
    for (k, (sum, square)) in parts
        .work
        .iter()
        .zip(&*parts.squares)
        .enumerate()
        .skip(place)
    {
        let share = if *square > T::ZERO {
            *sum / *square
        } else {
            T::ZERO
        };
        if share > best * T::of(1.01) {
            (best, at) = (share, k);
        }
    }
    at
}

/// Moves the column at `from` up to `place`.
fn lift<T: Scalar>(parts: &mut PartsMut<'_, T>, from: usize, place: usize) {
    for k in (place..from).rev() {
        exchange(parts, k);
    }
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Factor<T, B> {
    /// Moves columns so that each pivot is the largest left, to a hundredth, relative to its column's norm;
    /// returns the rank.
    ///
    /// Scaling a column changes nothing. The order is kept, and later rows follow it; nothing is set to
    /// zero. Cost: at most about 2 N^3 flops; little where the order is good already.
    ///
    /// # Errors
    /// None at present.
    ///
    /// Source: Miller (1992), AS 274, for the moves.
    pub fn pivot(&mut self) -> Result<usize, Error> {
        let order = self.state.order;
        let mut parts = parts_mut(self.memory.as_mut(), order);
        for place in 0..order {
            let from = largest(&mut parts, place);
            lift(&mut parts, from, place);
        }
        self.state.pivoted = true;
        Ok(self.rank())
    }

    /// Moves the columns back to their natural order. Cost: as [`Factor::pivot`].
    pub fn unpivot(&mut self) {
        let mut parts = parts_mut(self.memory.as_mut(), self.state.order);
        for place in 0..self.state.order {
            let from = parts
                .order
                .iter()
                .position(|column| column.index() == place);
            lift(&mut parts, from.unwrap_or(place), place);
        }
        self.state.pivoted = false;
    }
}
