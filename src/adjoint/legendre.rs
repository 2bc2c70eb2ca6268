//! Gauss-Legendre nodes and weights on [0, 1].

use crate::{Error, Scalar};

/// Newton steps from the first guess; the guess is right to 1e-3 and every step squares that.
const STEPS: usize = 5;

/// Writes the n nodes, ascending in (0, 1), and weights, which sum to 1; n = `nodes.len()`, 1 to 32.
///
/// The nodes are the roots of the Legendre polynomial of degree n, found by Newton's iteration from
/// `cos(pi (i - 1/4) / (n + 1/2))`: no table. A polynomial of degree 2 n - 1 is integrated exactly.
/// Cost: `9 n^2` multiplications and `3 n^2` divisions, about.
///
/// # Errors
/// `Range` where n is outside 1 to 32, `Length` where the slices differ in length.
///
/// Source: Golub and Welsch 1969 for the rule; Davis and Rabinowitz 1984, section 2.7, for the guess.
pub fn legendre<T: Scalar>(nodes: &mut [T], weights: &mut [T]) -> Result<(), Error> {
    if nodes.is_empty() || nodes.len() > 32 {
        return Err(Error::Range("nodes"));
    }
    if nodes.len() != weights.len() {
        return Err(Error::Length("weights"));
    }
    let degree = nodes.len();
    let mut n = T::ZERO;
    (0..degree).for_each(|_| n += T::ONE);
    let mut places = nodes.iter_mut().zip(weights.iter_mut());
    let mut index = T::of(0.75);
    // From both ends inwards: the rule is symmetric.
    while let Some((node, weight)) = places.next() {
        let mirror = places.next_back();
        // A root x of the polynomial on [-1, 1]; the middle one is 0.
        let mut x = T::ZERO;
        if mirror.is_some() {
            x = (T::of(core::f64::consts::PI) * index / (n + T::HALF))
                .sin_cos()
                .1;
            for _ in 0..STEPS {
                let (value, slope) = polynomial(x, degree);
                x -= value / slope;
            }
        }
        let slope = polynomial(x, degree).1;
        let (low, share) = (
            T::HALF - T::HALF * x,
            T::ONE / ((T::ONE - x) * (T::ONE + x) * slope * slope),
        );
        (*node, *weight) = (low, share);
        if let Some((node, weight)) = mirror {
            (*node, *weight) = (T::ONE - low, share);
        }
        index += T::ONE;
    }
    Ok(())
}

/// The Legendre polynomial of a degree and its derivative at |x| < 1, by the three-term recurrence.
fn polynomial<T: Scalar>(x: T, degree: usize) -> (T, T) {
    let (mut before, mut here, mut k) = (T::ZERO, T::ONE, T::ZERO);
    for _ in 0..degree {
        let next = here * x + k / (k + T::ONE) * (here * x - before);
        (before, here, k) = (here, next, k + T::ONE);
    }
    (
        here,
        k * (before - x * here) / ((T::ONE - x) * (T::ONE + x)),
    )
}
