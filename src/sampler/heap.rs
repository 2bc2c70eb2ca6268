//! A binary heap at the front of the caller's items, lowest score first.

use super::Item;
use crate::Scalar;

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
        *place = item;
    }
}

/// Adds an item to the heap `items[..count]`, which grows by one. O(log count).
pub(super) fn push<T: Scalar>(items: &mut [Item<T>], count: usize, item: Item<T>) {
    let mut hole = count;
    while hole > 0 {
        let parent = (hole - 1) / 2;
        let above = at(items, parent);
        if !is_lower(&item, &above) {
            break;
        }
        put(items, hole, above);
        hole = parent;
    }
    put(items, hole, item);
}

/// Replaces the lowest of the heap `items[..count]` by `item`. O(log count).
pub(super) fn replace_lowest<T: Scalar>(items: &mut [Item<T>], count: usize, item: Item<T>) {
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
            if is_lower(&other, &below) {
                child = right;
                below = other;
            }
        }
        if !is_lower(&below, &item) {
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
