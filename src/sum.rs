//! A compensated sum: neither absorbs small terms nor drifts.

use crate::Scalar;

/// The sum and what its rounding left out (Neumaier 1974).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum<T> {
    /// The rounded sum.
    pub high: T,
    /// What the rounding left out.
    pub low: T,
}

impl<T: Scalar> Sum<T> {
    /// Takes in a term.
    pub fn add(&mut self, term: T) {
        let total = self.high + term;
        self.low += if self.high.abs() >= term.abs() {
            (self.high - total) + term
        } else {
            (term - total) + self.high
        };
        self.high = total;
    }

    /// The sum.
    pub fn value(&self) -> T {
        self.high + self.low
    }
}
