//! Takes a row in: square-root-free planar rotations, four columns a sweep.
//!
//! For each column j, with `b = x_j` and the row's remaining weight w:
//!
//! ```text
//! d' = d_j + w b^2          s = w b / d'          r = d_j / d'
//! x_k' = x_k - b u_jk       u_jk' = u_jk + s x_k'      for k > j
//! w' = r w                  online leverage += w s b
//! ```
//!
//! Where the row outweighs the column (`r < 1/4`) the second line would cancel, and overflow where
//! rows differ by many magnitudes: there `u_jk' = r u_jk + s x_k` is used instead.
//!
//! Nothing overflows as long as every weighted column square c stays below a quarter of the largest
//! scalar: `|x_k| <= sqrt(c_k / w)` and `|u_jk| <= sqrt(c_k / d_j)` throughout, and neither w nor `d_j`
//! is ever used below the smallest normal scalar.

use crate::Scalar;
use core::mem::take;

/// One column's rotation.
#[derive(Clone, Copy)]
struct Turn<T> {
    /// b: the row's entry, 0 where the column is left out.
    entry: T,
    /// s
    gain: T,
    /// r
    keep: T,
    /// Whether the row does not outweigh the column, so that the short form holds.
    short: bool,
}

impl<T: Scalar> Turn<T> {
    /// Moves the diagonal and the row's weight, and adds to the online leverage.
    #[inline(always)]
    fn new(
        diagonal: &mut T,
        compensation: &mut T,
        entry: T,
        weight: &mut T,
        online: &mut T,
    ) -> Self {
        let weighted = *weight * entry;
        let add = weighted * entry + *compensation;
        let old = *diagonal;
        let sum = old + add;
        if !(sum >= T::MIN_POSITIVE && *weight > T::ZERO) {
            return Turn {
                entry: T::ZERO,
                gain: T::ZERO,
                keep: T::ONE,
                short: true,
            };
        }
        // The exact rounding error of the sum, whichever summand is larger.
        let part = sum - old;
        *compensation = (old - (sum - part)) + (add - part);
        *diagonal = sum;
        let gain = weighted / sum;
        let keep = old / sum;
        *online += *weight * (gain * entry);
        let left = *weight * keep;
        *weight = if left < T::MIN_POSITIVE {
            T::ZERO
        } else {
            left
        };
        Turn {
            entry,
            gain,
            keep,
            short: keep >= T::HALF * T::HALF,
        }
    }

    /// Rotates one pair. `weight` is what the row has left: at 0 its entries are of no more use.
    #[inline(always)]
    fn pair(self, unit: &mut T, entry: &mut T, weight: T) {
        if self.short {
            let rest = *entry - self.entry * *unit;
            *unit += self.gain * rest;
            *entry = rest;
        } else {
            let old = *unit;
            *unit = self.keep * old + self.gain * *entry;
            if weight > T::ZERO {
                *entry -= self.entry * old;
            }
        }
    }

    /// Rotates the rest of a row.
    #[inline]
    fn sweep(self, units: &mut [T], entries: &mut [T], weight: T) {
        if self.entry == T::ZERO {
            return;
        }
        for (unit, entry) in units.iter_mut().zip(entries) {
            self.pair(unit, entry, weight);
        }
    }
}

/// Takes the row in and destroys it; returns the online leverage.
///
/// `packed`: N (N + 1) / 2, `compensation`: N, `row`: N, all in the factor's column order;
/// `weight` is normal and positive, and the caller has checked the range. About `2 N^2` flops.
pub(super) fn observe<T: Scalar>(
    packed: &mut [T],
    compensation: &mut [T],
    row: &mut [T],
    weight: T,
) -> T {
    debug_assert!(packed.len() == row.len() * (row.len() + 1) / 2);
    debug_assert!(compensation.len() == row.len());
    let (mut packed, mut compensation, mut row) = (packed, compensation, row);
    let mut left = weight;
    let mut online = T::ZERO;
    while row.len() >= 4 && left > T::ZERO {
        let length = row.len();
        let Some(([x0, x1, x2, x3], x)) = take(&mut row).split_first_chunk_mut::<4>() else {
            break;
        };
        let Some(([e0, e1, e2, e3], e)) = take(&mut compensation).split_first_chunk_mut::<4>()
        else {
            break;
        };
        let Some((r0, p)) = take(&mut packed).split_at_mut_checked(length) else {
            break;
        };
        let Some((r1, p)) = p.split_at_mut_checked(length - 1) else {
            break;
        };
        let Some((r2, p)) = p.split_at_mut_checked(length - 2) else {
            break;
        };
        let Some((r3, p)) = p.split_at_mut_checked(length - 3) else {
            break;
        };
        let Some(([d0, u01, u02, u03], u0)) = r0.split_first_chunk_mut::<4>() else {
            break;
        };
        let Some(([d1, u12, u13], u1)) = r1.split_first_chunk_mut::<3>() else {
            break;
        };
        let Some(([d2, u23], u2)) = r2.split_first_chunk_mut::<2>() else {
            break;
        };
        let Some(([d3], u3)) = r3.split_first_chunk_mut::<1>() else {
            break;
        };
        (row, compensation, packed) = (x, e, p);

        let t0 = Turn::new(d0, e0, *x0, &mut left, &mut online);
        let w0 = left;
        t0.pair(u01, x1, w0);
        t0.pair(u02, x2, w0);
        t0.pair(u03, x3, w0);
        let t1 = Turn::new(d1, e1, *x1, &mut left, &mut online);
        let w1 = left;
        t1.pair(u12, x2, w1);
        t1.pair(u13, x3, w1);
        let t2 = Turn::new(d2, e2, *x2, &mut left, &mut online);
        let w2 = left;
        t2.pair(u23, x3, w2);
        let t3 = Turn::new(d3, e3, *x3, &mut left, &mut online);

        if t0.short && t1.short && t2.short && t3.short {
            for ((((x, u0), u1), u2), u3) in row.iter_mut().zip(u0).zip(u1).zip(u2).zip(u3) {
                let z0 = *x - t0.entry * *u0;
                *u0 += t0.gain * z0;
                let z1 = z0 - t1.entry * *u1;
                *u1 += t1.gain * z1;
                let z2 = z1 - t2.entry * *u2;
                *u2 += t2.gain * z2;
                let z3 = z2 - t3.entry * *u3;
                *u3 += t3.gain * z3;
                *x = z3;
            }
        } else {
            t0.sweep(u0, row, w0);
            t1.sweep(u1, row, w1);
            t2.sweep(u2, row, w2);
            t3.sweep(u3, row, left);
        }
    }
    while left > T::ZERO {
        let length = row.len();
        let Some((x, rest)) = take(&mut row).split_first_mut() else {
            break;
        };
        let Some((e, errors)) = take(&mut compensation).split_first_mut() else {
            break;
        };
        let Some((head, tail)) = take(&mut packed).split_at_mut_checked(length) else {
            break;
        };
        let Some((d, units)) = head.split_first_mut() else {
            break;
        };
        let turn = Turn::new(d, e, *x, &mut left, &mut online);
        turn.sweep(units, rest, left);
        (row, compensation, packed) = (rest, errors, tail);
    }
    (online / weight).min(T::ONE)
}
