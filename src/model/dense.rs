//! Kernels of a dense layer: products, transposed products, sums.

use super::Layer;
use crate::Scalar;
use core::mem::take;

/// `out = t (W input + b)`, four neurons a sweep; each neuron sums in order, from its bias.
pub(crate) fn product<T: Scalar>(layer: &Layer<'_, T>, input: &[T], t: T, mut out: &mut [T]) {
    debug_assert_eq!(layer.inputs, input.len());
    debug_assert_eq!(layer.outputs, out.len());
    let n = layer.inputs;
    let (mut rows, mut bias) = (layer.weights, layer.bias);
    while out.len() >= 4 {
        let Some((four, tail)) = take(&mut out).split_first_chunk_mut::<4>() else {
            break;
        };
        out = tail;
        let Some((row0, rest)) = rows.split_at_checked(n) else {
            break;
        };
        let Some((row1, rest)) = rest.split_at_checked(n) else {
            break;
        };
        let Some((row2, rest)) = rest.split_at_checked(n) else {
            break;
        };
        let Some((row3, rest)) = rest.split_at_checked(n) else {
            break;
        };
        rows = rest;
        let [mut sum0, mut sum1, mut sum2, mut sum3] = match bias.split_first_chunk::<4>() {
            Some((&start, rest)) => {
                bias = rest;
                start
            }
            None => [T::ZERO; 4],
        };
        for ((((&x, &a), &b), &c), &d) in input.iter().zip(row0).zip(row1).zip(row2).zip(row3) {
            sum0 += a * x;
            sum1 += b * x;
            sum2 += c * x;
            sum3 += d * x;
        }
        *four = [t * sum0, t * sum1, t * sum2, t * sum3];
    }
    for slot in out {
        let Some((row, rest)) = rows.split_at_checked(n) else {
            break;
        };
        rows = rest;
        let start = match bias.split_first() {
            Some((&start, rest)) => {
                bias = rest;
                start
            }
            None => T::ZERO,
        };
        *slot = t * neuron(row, start, input);
    }
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
pub(crate) fn magnitude<T: Scalar>(values: &[T]) -> T {
    let mut sum = T::ZERO;
    for &v in values {
        sum += v.abs();
    }
    sum
}

/// No value is NaN or infinite.
pub(crate) fn all_finite<T: Scalar>(values: &[T]) -> bool {
    let mut finite = true;
    for &v in values {
        finite &= v.is_finite();
    }
    finite
}
