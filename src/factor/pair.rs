//! Leverage of two rows at once, each with the bits that it would have alone.
//!
//! A substitution is a chain of dependent steps; two of them fill each other's waits.

use super::score::{Threshold, fours};
use super::{Factor, Score, gather, parts};
use crate::{Error, Scalar};
use core::mem::take;

/// Leverages by forward substitution; nothing where a column is unseen.
fn substitute<T: Scalar>(
    packed: &[T],
    squares: &[T],
    rows: [&mut [T]; 2],
    threshold: Threshold<T>,
) -> Option<[T; 2]> {
    debug_assert!(packed.len() == squares.len() * (squares.len() + 1) / 2);
    let (mut packed, mut squares, [mut left, mut right]) = (packed, squares, rows);
    let (mut a, mut b) = (T::ZERO, T::ZERO);
    for _ in 0..left.len() % 4 {
        let (head, tail) = packed.split_at_checked(left.len())?;
        let (d, units) = head.split_first()?;
        let (c, others) = squares.split_first()?;
        let (x, xs) = take(&mut left).split_first_mut()?;
        let (y, ys) = take(&mut right).split_first_mut()?;
        if !threshold.seen(*d, *c) {
            return None;
        }
        a += *x / *d * *x;
        b += *y / *d * *y;
        for ((x1, y1), u) in xs.iter_mut().zip(&mut *ys).zip(units) {
            *x1 -= *x * *u;
            *y1 -= *y * *u;
        }
        (packed, squares, left, right) = (tail, others, xs, ys);
    }
    while left.len() >= 4 {
        let length = left.len();
        let (x, xs) = take(&mut left).split_first_chunk_mut::<4>()?;
        let (y, ys) = take(&mut right).split_first_chunk_mut::<4>()?;
        let ([c0, c1, c2, c3], c) = squares.split_first_chunk::<4>()?;
        let (r0, p) = packed.split_at_checked(length)?;
        let (r1, p) = p.split_at_checked(length - 1)?;
        let (r2, p) = p.split_at_checked(length - 2)?;
        let (r3, p) = p.split_at_checked(length - 3)?;
        let ([d0, u01, u02, u03], u0) = r0.split_first_chunk::<4>()?;
        let ([d1, u12, u13], u1) = r1.split_first_chunk::<3>()?;
        let ([d2, u23], u2) = r2.split_first_chunk::<2>()?;
        let ([d3], u3) = r3.split_first_chunk::<1>()?;
        (left, right, squares, packed) = (xs, ys, c, p);
        let seen = threshold.seen(*d0, *c0)
            && threshold.seen(*d1, *c1)
            && threshold.seen(*d2, *c2)
            && threshold.seen(*d3, *c3);
        if !seen {
            return None;
        }
        let head = |[x0, x1, x2, x3]: [T; 4]| {
            let z1 = x1 - x0 * *u01;
            let z2 = x2 - x0 * *u02 - z1 * *u12;
            let z3 = x3 - x0 * *u03 - z1 * *u13 - z2 * *u23;
            [x0, z1, z2, z3]
        };
        let add = |sum: T, [z0, z1, z2, z3]: [T; 4]| {
            sum + z0 / *d0 * z0 + z1 / *d1 * z1 + z2 / *d2 * z2 + z3 / *d3 * z3
        };
        let (x, y) = (head(*x), head(*y));
        (a, b) = (add(a, x), add(b, y));
        let ([x0, x1, x2, x3], [y0, y1, y2, y3]) = (x, y);
        let (u0, u1, u2, u3) = (fours(u0), fours(u1), fours(u2), fours(u3));
        let xs = left.as_chunks_mut::<4>().0.as_flattened_mut();
        let ys = right.as_chunks_mut::<4>().0.as_flattened_mut();
        for (((((x, y), u0), u1), u2), u3) in xs.iter_mut().zip(ys).zip(u0).zip(u1).zip(u2).zip(u3)
        {
            *x = *x - x0 * *u0 - x1 * *u1 - x2 * *u2 - x3 * *u3;
            *y = *y - y0 * *u0 - y1 * *u1 - y2 * *u2 - y3 * *u3;
        }
    }
    Some([a, b])
}

impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Two rows at once, faster on hosts: the results of [`Factor::score`], bit for bit.
    /// `scratch`: at least 2 N scalars.
    ///
    /// Where a column is unseen the rows are taken one by one. Cost: about 2 N^2 flops.
    ///
    /// # Errors
    /// As [`Factor::score`], where either row has one.
    pub fn score_pair(&self, rows: [&[T]; 2], scratch: &mut [T]) -> Result<[Score<T>; 2], Error> {
        let order = self.state.order;
        let [first, second] = rows;
        if first.len() != order || second.len() != order {
            return Err(Error::Length("row"));
        }
        let halves = scratch.split_at_mut_checked(order);
        let halves = halves.and_then(|(x, rest)| Some((x, rest.get_mut(..order)?)));
        let Some((x, y)) = halves else {
            return Err(Error::Length("scratch"));
        };
        let parts = parts(self.memory.as_ref(), order);
        let columns = if self.state.pivoted {
            Some(parts.order)
        } else {
            None
        };
        gather(first, columns, x);
        gather(second, columns, y);
        let growth = self.state.growth();
        let score = |sum: T| Score {
            leverage: sum * growth,
            novelty: T::ZERO,
        };
        match substitute(parts.packed, parts.squares, [x, y], self.threshold()) {
            Some([a, b]) if (a * growth).is_finite() && (b * growth).is_finite() => {
                Ok([score(a), score(b)])
            }
            _ => Ok([self.score(first, scratch)?, self.score(second, scratch)?]),
        }
    }
}
