//! Back substitution.

use crate::Scalar;

/// From the last row of a packed triangle up: `step(pivot, units, square, entry, later)` makes the
/// row's entry of a vector from what stood there and the entries behind it, which are done. A vector may lack the last.
pub(super) fn substitute_back<T: Scalar>(
    packed: &[T],
    squares: &[T],
    vector: &mut [T],
    mut step: impl FnMut(T, &[T], T, T, &[T]) -> T,
) {
    let mut rest = packed;
    for (index, square) in squares.iter().rev().enumerate() {
        // Row k of the triangle has order - k entries.
        let length = index.saturating_add(1);
        let start = rest.len().saturating_sub(length);
        let Some((above, row)) = rest.split_at_checked(start) else {
            break;
        };
        rest = above;
        let place = squares.len().saturating_sub(length);
        let tail = vector.get_mut(place..).unwrap_or_default();
        if let (Some((pivot, units)), Some((entry, later))) =
            (row.split_first(), tail.split_first_mut())
        {
            *entry = step(*pivot, units, *square, *entry, later);
        }
    }
}

/// `start - sum_k units_k later_k`, term by term.
pub(super) fn less_products<T: Scalar>(start: T, units: &[T], later: &[T]) -> T {
    let mut sum = start;
    for (unit, value) in units.iter().zip(later) {
        sum -= *unit * *value;
    }
    sum
}
