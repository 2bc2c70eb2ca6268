//! Gauss-Legendre nodes and weights on [0, 1].

use crate::{Error, Scalar};

/// Writes the n nodes, ascending in (0, 1), and weights, which sum to 1; n = `nodes.len()`, 1 to 32.
///
/// # Errors
/// `Range` where n is outside 1 to 32, `Length` where the slices differ in length.
pub fn legendre<T: Scalar>(nodes: &mut [T], weights: &mut [T]) -> Result<(), Error> {
    todo!()
}
