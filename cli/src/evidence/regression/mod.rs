//! Refits of one neuron on samples of tables of numbers.

use super::Context;
use crate::failure::Failure;

/// Runs the part.
pub fn run(_context: &Context) -> Result<(), Failure> {
    Ok(())
}
