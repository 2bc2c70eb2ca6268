//! Leverage and novelty of a row: forward substitution, four columns a sweep.

use super::{Factor, FactorState, Score, gather, parts, rows};
use crate::{Error, Scalar};
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
pub(super) fn fours<T>(slice: &[T]) -> &[T] {
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
        let Some((head, x)) = take(&mut row).split_first_chunk_mut::<4>() else {
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

        let [x0, x1, x2, x3] = *head;
        let z0 = sums.add(threshold, *d0, *c0, x0);
        let x1 = x1 - z0 * *u01;
        let z1 = sums.add(threshold, *d1, *c1, x1);
        let x2 = x2 - z0 * *u02 - z1 * *u12;
        let z2 = sums.add(threshold, *d2, *c2, x2);
        let x3 = x3 - z0 * *u03 - z1 * *u13 - z2 * *u23;
        let z3 = sums.add(threshold, *d3, *c3, x3);
        *head = [x0, x1, x2, x3];
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

/// The largest rest in an unseen column over the largest entry, each relative to its column's norm.
fn novelty_of<T: Scalar>(sums: Sums<T>, row: &[T], squares: &[T], threshold: Threshold<T>) -> T {
    if sums.novel {
        return T::ONE;
    }
    if sums.rest == T::ZERO {
        return T::ZERO;
    }
    let mut whole = T::ZERO;
    for (x, square) in row.iter().zip(squares) {
        if !threshold.blank(*square) {
            whole = whole.max(*x / *square * *x);
        }
    }
    if sums.rest < whole {
        (sums.rest / whole).sqrt()
    } else {
        T::ONE
    }
}

impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Leverage and novelty of a row, which is not taken in. `scratch`: at least N scalars.
    ///
    /// Leverage is `sum_j z_j^2 / d_j` with `U^T z = d`. A column is *seen* where its pivot stands above
    /// rounding ([`Factor::tolerance`]) and above the ridge; the rest that a row keeps in unseen columns,
    /// relative to the columns' norms and to the row's largest relative entry, is its novelty. It is 1
    /// where a column that was never seen has an entry larger than `sqrt(lambda)`.
    /// Without a ridge unseen columns add nothing to the leverage: the pseudo-inverse.
    /// Cost: about N^2 flops.
    ///
    /// # Errors
    /// Length: row or scratch. NotFinite and Range: the row. Stale: without a ridge, where columns depend
    /// and have not been pivoted since: call [`Factor::pivot`]. A factor of full rank never asks for it.
    pub fn score(&self, row: &[T], scratch: &mut [T]) -> Result<Score<T>, Error> {
        let FactorState {
            order,
            pivoted,
            ridge,
            ..
        } = self.state;
        if row.len() != order {
            return Err(Error::Length("row"));
        }
        let Some((z, _)) = scratch.split_at_mut_checked(order) else {
            return Err(Error::Length("scratch"));
        };
        let parts = parts(self.memory.as_ref(), order);
        let columns = if pivoted { Some(parts.order) } else { None };
        gather(row, columns, z);
        let threshold = self.threshold();
        let sums = substitute(parts.packed, parts.squares, z, threshold);
        let mut leverage = sums.leverage;
        let mut novelty = T::ZERO;
        let mut finite = leverage.is_finite();
        if sums.unseen {
            finite &= z.iter().all(|z| z.is_finite());
            if ridge == T::ZERO && stale(parts.packed, parts.squares, threshold) {
                return Err(Error::Stale);
            }
            gather(row, columns, z);
            novelty = novelty_of(sums, z, parts.squares, threshold);
        }
        if !finite {
            let finite = row.iter().all(|x| x.is_finite());
            return Err(if finite {
                Error::Range("row")
            } else {
                Error::NotFinite("row")
            });
        }
        if self.state.age > 0 {
            leverage *= self.state.growth();
            if !leverage.is_finite() {
                return Err(Error::Range("row"));
            }
        }
        Ok(Score { leverage, novelty })
    }

    /// Number of columns whose pivot is above the tolerance and the ridge.
    ///
    /// Without a ridge it is the rank once [`Factor::pivot`] was called; before, rounding may hide in it.
    /// With a ridge it is an estimate, since a dependent column keeps lambda times the size of its
    /// coefficients: 81 to 84 where 81 is right, on the rows of [`Factor::tolerance`].
    pub fn rank(&self) -> usize {
        let threshold = self.threshold();
        self.pivots()
            .filter(|(pivot, square)| threshold.seen(*pivot, *square))
            .count()
    }

    /// Estimate of the condition number of D after its columns are scaled to one norm: the ratio of the
    /// largest to the smallest relative pivot, `T::MAX` where one is 0. It stays below the condition
    /// number, often far: 1.2e4 of 4.3e4 (Longley), 2e7 of 5e9 (Filip). Where it nears the square root of
    /// `1 / EPSILON` in f64, or 1e5 in f32, expect few digits.
    pub fn condition(&self) -> T {
        let (mut least, mut most) = (T::MAX, T::ZERO);
        for (pivot, square) in self.pivots() {
            let share = if square > T::ZERO {
                pivot / square
            } else {
                T::ZERO
            };
            least = least.min(share);
            most = most.max(share);
        }
        if least > T::ZERO {
            (most / least).sqrt().min(T::MAX)
        } else {
            T::MAX
        }
    }

    /// A column counts as seen where `sqrt(d_j)` is above this share of the column's norm. With a ridge `d_j`
    /// must also be above 2 lambda, and above 64 lambda where that is less than a hundredth of the column.
    ///
    /// ```text
    /// EPSILON sqrt(64 N^2 + 4 rows), at most 0.01
    /// ```
    ///
    /// Rounding leaves less than a tenth of it behind in a dependent column: on rows of a ReLU network,
    /// N = 97, relative pivots of 7e-7, 2e-6 and 5e-6 after 1000, 10 000 and 60 000 rows in f32, where the
    /// smallest true one is 6e-2. With a half-life, rows count up to twice that.
    pub fn tolerance(&self) -> T {
        self.tolerance_squared().sqrt()
    }

    fn tolerance_squared(&self) -> T {
        let FactorState {
            order,
            rows,
            half_life,
            ..
        } = self.state;
        let rows = if half_life > 0 {
            rows.min(half_life.saturating_mul(2))
        } else {
            rows
        };
        // 32 bits are enough here, and quickly converted.
        let count = |n: u64| T::count(u32::try_from(n).unwrap_or(u32::MAX).into());
        let columns = count(order as u64 * 8);
        let rounding = T::EPSILON * T::EPSILON * (columns * columns + T::of(4.0) * count(rows));
        rounding.min(T::of(1e-4))
    }

    pub(super) fn threshold(&self) -> Threshold<T> {
        let ridge = self.state.ridge;
        let ridge = if ridge > T::ZERO {
            ridge * self.state.growth()
        } else {
            T::ZERO
        };
        Threshold::new(ridge, self.tolerance_squared())
    }

    /// Pivots with their column squares.
    pub(super) fn pivots(&self) -> impl Iterator<Item = (T, T)> {
        let order = self.state.order;
        let parts = parts(self.memory.as_ref(), order);
        rows(parts.packed, order)
            .zip(parts.squares)
            .filter_map(|(row, square)| Some((*row.first()?, *square)))
    }
}
