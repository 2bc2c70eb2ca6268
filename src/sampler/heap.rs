//! A binary heap at the front of the caller's items, lowest score first, or another order.

use super::{Highest, Item};
use crate::Scalar;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::super::Highest {}
    impl Sealed for super::super::Lowest {}
}

/// Which samples stay: [`super::Highest`] or [`super::Lowest`]. Sealed.
pub trait Order: sealed::Sealed {
    /// Whether `a` leaves before `b`; of equal scores the later arrival.
    fn leaves<T: Scalar>(a: &Item<T>, b: &Item<T>) -> bool;

    /// Whether a score has a chance to stay at all.
    fn admits<T: Scalar>(score: T) -> bool;
}

/// Whether `a` goes before `b`: the lower score, and of equal scores the later arrival.
pub(super) fn is_lower<T: Scalar>(a: &Item<T>, b: &Item<T>) -> bool {
    a.score < b.score || (a.score == b.score && a.sequence > b.sequence)
}

/// Whether the first `count` items that `item` gives are a heap.
pub(crate) fn is_heap<T: Scalar>(count: usize, item: impl Fn(usize) -> Option<Item<T>>) -> bool {
    (1..count).all(|index| match (item(index), item((index - 1) / 2)) {
        (Some(below), Some(above)) => !is_lower(&below, &above),
        _ => false,
    })
}

/// The item at an index. Callers stay within the length.
pub(super) fn at<T: Scalar>(items: &[Item<T>], index: usize) -> Item<T> {
    debug_assert!(index < items.len());
    items.get(index).copied().unwrap_or_default()
}

/// Stores an item at an index. Callers stay within the length.
pub(super) fn put<T: Scalar>(items: &mut [Item<T>], index: usize, item: Item<T>) {
    debug_assert!(index < items.len());
    if let Some(place) = items.get_mut(index) {
        // Field by field: as a whole it would be moved by a call.
        place.sequence = item.sequence;
        place.score = item.score;
        place.slot = item.slot;
    }
}

/// Adds an item to the heap `items[..count]`, which grows by one. O(log count).
pub(super) fn push<T: Scalar>(items: &mut [Item<T>], count: usize, item: Item<T>) {
    push_as::<Highest, T>(items, count, item);
}

/// As `push`, in an order.
pub(super) fn push_as<O: Order, T: Scalar>(items: &mut [Item<T>], count: usize, item: Item<T>) {
    let mut hole = count;
    while hole > 0 {
        let parent = (hole - 1) / 2;
        let above = at(items, parent);
        if !O::leaves(&item, &above) {
            break;
        }
        put(items, hole, above);
        hole = parent;
    }
    put(items, hole, item);
}

/// Replaces the lowest of the heap `items[..count]` by `item`. O(log count).
pub(super) fn replace_lowest<T: Scalar>(items: &mut [Item<T>], count: usize, item: Item<T>) {
    replace_first::<Highest, T>(items, count, item);
}

/// Replaces the first to leave of the heap `items[..count]` by `item`. O(log count).
pub(super) fn replace_first<O: Order, T: Scalar>(
    items: &mut [Item<T>],
    count: usize,
    item: Item<T>,
) {
    let mut hole = 0_usize;
    loop {
        let left = hole.saturating_mul(2).saturating_add(1);
        if left >= count {
            break;
        }
        let mut child = left;
        let mut below = at(items, left);
        let right = left.saturating_add(1);
        if right < count {
            let other = at(items, right);
            if O::leaves(&other, &below) {
                child = right;
                below = other;
            }
        }
        if !O::leaves(&below, &item) {
            break;
        }
        put(items, hole, below);
        hole = child;
    }
    put(items, hole, item);
}

/// Moves the lowest of the heap `items[..count]` to its end, so that the heap is `items[..count - 1]`. O(log count).
pub(super) fn pop<T: Scalar>(items: &mut [Item<T>], count: usize) {
    let last = count.saturating_sub(1);
    let lowest = at(items, 0);
    let moved = at(items, last);
    if last > 0 {
        replace_lowest(items, last, moved);
    }
    put(items, last, lowest);
}
