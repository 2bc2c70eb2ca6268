//! Leverage and novelty of a row: forward substitution, four columns a sweep.

use crate::Scalar;
use core::mem::take;

/// What decides whether a column has been seen.
#[derive(Clone, Copy)]
pub(super) struct Threshold<T> {
    /// The ridge, in the factor's present scale.
    pub ridge: T,
    /// `64 ridge`: a pivot above it is not the ridge's.
    pub clear: T,
    /// Tolerance squared.
    pub share: T,
}

impl<T: Scalar> Threshold<T> {
    pub fn new(ridge: T, share: T) -> Self {
        Threshold {
            ridge,
            clear: T::of(64.0) * ridge,
            share,
        }
    }

    /// Whether a pivot stands above rounding and above the ridge.
    ///
    /// A column that depends on others with coefficients b keeps `ridge (1 + |b|^2)`. So twice the ridge is
    /// asked for, and 64 times where that is a small part of the column.
    #[inline(always)]
    pub fn seen(self, pivot: T, square: T) -> bool {
        pivot > self.clear + self.share * square || self.barely_seen(pivot, square)
    }

    #[cold]
    #[inline(never)]
    fn barely_seen(self, pivot: T, square: T) -> bool {
        let part = (T::of(1.0 / 128.0) * square).min(self.clear);
        pivot > self.ridge + self.ridge + part + self.share * square
    }

    /// Whether a column holds nothing but the ridge.
    #[inline(always)]
    pub fn blank(self, square: T) -> bool {
        square <= self.ridge + self.ridge
    }
}

/// Sums of a substitution.
#[derive(Clone, Copy)]
pub(super) struct Sums<T> {
    /// `sum z_j^2 / d_j`
    pub leverage: T,
    /// Largest `z_j^2 / c_j` of unseen columns.
    pub rest: T,
    /// Whether a column that was never seen has an entry above the ridge.
    pub novel: bool,
    /// Whether any column is unseen.
    pub unseen: bool,
}

impl<T: Scalar> Sums<T> {
    /// Adds a column; returns what the substitution takes from later columns.
    #[inline(always)]
    fn add(&mut self, threshold: Threshold<T>, pivot: T, square: T, entry: T) -> T {
        if threshold.seen(pivot, square) {
            self.leverage += entry / pivot * entry;
            entry
        } else {
            self.add_unseen(threshold, pivot, square, entry)
        }
    }

    #[cold]
    #[inline(never)]
    fn add_unseen(&mut self, threshold: Threshold<T>, pivot: T, square: T, entry: T) -> T {
        self.unseen = true;
        if threshold.blank(square) {
            let energy = entry * entry;
            self.novel = self.novel || energy > threshold.ridge;
        } else {
            self.rest = self.rest.max(entry / square * entry);
        }
        // Without a ridge an unseen pivot is rounding: the pseudo-inverse leaves it out.
        if threshold.ridge > T::ZERO {
            self.leverage += entry / pivot * entry;
            entry
        } else {
            T::ZERO
        }
    }
}

/// The slice, whose length is a multiple of four: the compiler needs to be told.
#[inline(always)]
fn fours<T>(slice: &[T]) -> &[T] {
    slice.as_chunks::<4>().0.as_flattened()
}

/// Overwrites the row by `z = U^-T x` and sums. `packed`: N (N + 1) / 2, `squares`: N, `row`: N, in the factor's order.
pub(super) fn substitute<T: Scalar>(
    packed: &[T],
    squares: &[T],
    row: &mut [T],
    threshold: Threshold<T>,
) -> Sums<T> {
    debug_assert!(packed.len() == row.len() * (row.len() + 1) / 2);
    let (mut packed, mut squares, mut row) = (packed, squares, row);
    let mut sums = Sums {
        leverage: T::ZERO,
        rest: T::ZERO,
        novel: false,
        unseen: false,
    };
    // What is left over by fours goes first: then every later sweep has whole fours to the end.
    for _ in 0..row.len() % 4 {
        let Some((x, rest)) = take(&mut row).split_first_mut() else {
            break;
        };
        let Some((c, others)) = squares.split_first() else {
            break;
        };
        let Some((head, tail)) = packed.split_at_checked(rest.len() + 1) else {
            break;
        };
        let Some((d, units)) = head.split_first() else {
            break;
        };
        let z = sums.add(threshold, *d, *c, *x);
        for (x, u) in rest.iter_mut().zip(units) {
            *x -= z * *u;
        }
        (row, squares, packed) = (rest, others, tail);
    }
    while row.len() >= 4 {
        let length = row.len();
        let Some(([x0, x1, x2, x3], x)) = take(&mut row).split_first_chunk_mut::<4>() else {
            break;
        };
        let Some(([c0, c1, c2, c3], c)) = squares.split_first_chunk::<4>() else {
            break;
        };
        let Some((r0, p)) = packed.split_at_checked(length) else {
            break;
        };
        let Some((r1, p)) = p.split_at_checked(length - 1) else {
            break;
        };
        let Some((r2, p)) = p.split_at_checked(length - 2) else {
            break;
        };
        let Some((r3, p)) = p.split_at_checked(length - 3) else {
            break;
        };
        let Some(([d0, u01, u02, u03], u0)) = r0.split_first_chunk::<4>() else {
            break;
        };
        let Some(([d1, u12, u13], u1)) = r1.split_first_chunk::<3>() else {
            break;
        };
        let Some(([d2, u23], u2)) = r2.split_first_chunk::<2>() else {
            break;
        };
        let Some(([d3], u3)) = r3.split_first_chunk::<1>() else {
            break;
        };
        (row, squares, packed) = (x, c, p);

        let z0 = sums.add(threshold, *d0, *c0, *x0);
        *x1 -= z0 * *u01;
        let z1 = sums.add(threshold, *d1, *c1, *x1);
        *x2 = *x2 - z0 * *u02 - z1 * *u12;
        let z2 = sums.add(threshold, *d2, *c2, *x2);
        *x3 = *x3 - z0 * *u03 - z1 * *u13 - z2 * *u23;
        let z3 = sums.add(threshold, *d3, *c3, *x3);
        let (u0, u1, u2, u3) = (fours(u0), fours(u1), fours(u2), fours(u3));
        let entries = row.as_chunks_mut::<4>().0.as_flattened_mut();
        for ((((x, u0), u1), u2), u3) in entries.iter_mut().zip(u0).zip(u1).zip(u2).zip(u3) {
            *x = *x - z0 * *u0 - z1 * *u1 - z2 * *u2 - z3 * *u3;
        }
    }
    sums
}

/// Whether a seen pivot or an entry above the tolerance stands behind an unseen pivot, so that leaving
/// the unseen rows out would lose more than rounding.
pub(super) fn stale<T: Scalar>(packed: &[T], squares: &[T], threshold: Threshold<T>) -> bool {
    let (mut packed, mut squares) = (packed, squares);
    let mut unseen = false;
    while let Some((c, others)) = squares.split_first() {
        let Some((head, tail)) = packed.split_at_checked(squares.len()) else {
            break;
        };
        let Some((d, units)) = head.split_first() else {
            break;
        };
        if threshold.seen(*d, *c) {
            if unseen {
                return true;
            }
        } else {
            unseen = true;
            for (u, c) in units.iter().zip(others) {
                if threshold.seen(*d * *u * *u, *c) {
                    return true;
                }
            }
        }
        (packed, squares) = (tail, others);
    }
    false
}
