//! Kernels of a dense layer: products, transposed products, sums.

use super::Layer;
use crate::Scalar;

/// `out = t (W input + b)` for the neurons from `first` on, as many as `out` holds. Two a sweep; each sums in order, from
/// its bias. None where there are not so many.
#[inline(never)]
pub(crate) fn product<T: Scalar>(
    layer: &Layer<'_, T>,
    first: usize,
    input: &[T],
    t: T,
    out: &mut [T],
) -> Option<()> {
    let n = layer.inputs;
    if input.len() != n {
        return None;
    }
    let mut rows = layer.weights.get(first.checked_mul(n)?..)?;
    let mut bias = layer.bias.get(first..).unwrap_or_default();
    let (pairs, single) = out.as_chunks_mut::<2>();
    for pair in pairs {
        let (row0, rest) = rows.split_at_checked(n)?;
        let (row1, rest) = rest.split_at_checked(n)?;
        rows = rest;
        let mut sums = [T::ZERO; 2];
        if let Some((&start, rest)) = bias.split_first_chunk() {
            (sums, bias) = (start, rest);
        }
        let [sum0, sum1] = two_neurons(row0, row1, sums, input);
        *pair = [t * sum0, t * sum1];
    }
    if let Some(slot) = single.first_mut() {
        let start = bias.first().copied().unwrap_or(T::ZERO);
        *slot = t * neuron(rows.get(..n)?, start, input);
    }
    Some(())
}

/// `sums + (<row0, input>, <row1, input>)`, each summed in order.
#[inline(always)]
fn two_neurons<T: Scalar>(row0: &[T], row1: &[T], sums: [T; 2], input: &[T]) -> [T; 2] {
    let [mut sum0, mut sum1] = sums;
    let (fours, input) = input.as_chunks::<4>();
    let (fours0, row0) = row0.as_chunks::<4>();
    let (fours1, row1) = row1.as_chunks::<4>();
    for (([x0, x1, x2, x3], [a0, a1, a2, a3]), [b0, b1, b2, b3]) in
        fours.iter().zip(fours0).zip(fours1)
    {
        sum0 = sum0 + *a0 * *x0 + *a1 * *x1 + *a2 * *x2 + *a3 * *x3;
        sum1 = sum1 + *b0 * *x0 + *b1 * *x1 + *b2 * *x2 + *b3 * *x3;
    }
    for ((&x, &a), &b) in input.iter().zip(row0).zip(row1) {
        sum0 += a * x;
        sum1 += b * x;
    }
    [sum0, sum1]
}

/// `bias + <row, input>`, summed in order.
pub(crate) fn neuron<T: Scalar>(row: &[T], bias: T, input: &[T]) -> T {
    let mut sum = bias;
    for (&w, &x) in row.iter().zip(input) {
        sum += w * x;
    }
    sum
}

/// `out = t W^T delta`; rows of dead neurons are skipped.
pub(crate) fn product_transposed<T: Scalar>(
    layer: &Layer<'_, T>,
    delta: &[T],
    t: T,
    out: &mut [T],
) {
    debug_assert_eq!(layer.inputs, out.len());
    debug_assert_eq!(layer.outputs, delta.len());
    out.fill(T::ZERO);
    let mut rows = layer.weights;
    for &d in delta {
        let Some((row, rest)) = rows.split_at_checked(layer.inputs) else {
            break;
        };
        rows = rest;
        if d != T::ZERO {
            let d = t * d;
            for (slot, &w) in out.iter_mut().zip(row) {
                *slot += w * d;
            }
        }
    }
}

/// `<a, b>` in four interleaved sums.
pub(crate) fn dot<T: Scalar>(a: &[T], b: &[T]) -> T {
    let (a4, a) = a.as_chunks::<4>();
    let (b4, b) = b.as_chunks::<4>();
    let mut sum = [T::ZERO; 4];
    for ([a0, a1, a2, a3], [b0, b1, b2, b3]) in a4.iter().zip(b4) {
        let [s0, s1, s2, s3] = sum;
        sum = [
            s0 + *a0 * *b0,
            s1 + *a1 * *b1,
            s2 + *a2 * *b2,
            s3 + *a3 * *b3,
        ];
    }
    let [s0, s1, s2, s3] = sum;
    let mut sum = (s0 + s1) + (s2 + s3);
    for (&x, &y) in a.iter().zip(b) {
        sum += x * y;
    }
    sum
}

/// The largest absolute value; 0 of none.
pub(crate) fn largest<T: Scalar>(values: &[T]) -> T {
    let mut most = T::ZERO;
    for &v in values {
        let v = v.abs();
        most = if v > most { v } else { most };
    }
    most
}

/// Sum of the absolute values: not finite where one of them is not.
#[inline(never)]
pub(crate) fn magnitude<T: Scalar>(values: &[T]) -> T {
    let mut sum = T::ZERO;
    for &v in values {
        sum += v.abs();
    }
    sum
}

/// `sqrt(a^2 + b^2)`, also where a square would leave the scalar's range; NaN where one of them is.
pub(crate) fn hypotenuse<T: Scalar>(a: T, b: T) -> T {
    let (a, b) = (a.abs(), b.abs());
    let (large, small) = if a > b { (a, b) } else { (b, a) };
    if large > T::ZERO {
        let ratio = small / large;
        large * (T::ONE + ratio * ratio).sqrt()
    } else {
        large
    }
}

/// No value is NaN or infinite.
pub(crate) fn all_finite<T: Scalar>(values: &[T]) -> bool {
    let mut finite = true;
    for &v in values {
        finite &= v.is_finite();
    }
    finite
}
