//! A compensated number: sums and running means that neither absorb small terms nor drift.

use crate::Scalar;

/// A number and what its rounding left out: about twice the precision of the scalar.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Sum<T> {
    /// The rounded number.
    pub high: T,
    /// What the rounding left out, at most half a unit in the last place of `high`.
    pub low: T,
}

impl<T: Scalar> Sum<T> {
    /// A rounded number that is exact.
    pub(crate) fn of(value: T) -> Self {
        Sum {
            high: value,
            low: T::ZERO,
        }
    }

    /// Takes in a term.
    pub fn add(&mut self, term: T) {
        *self = self.plus(term);
    }

    /// The number.
    pub fn value(&self) -> T {
        self.high + self.low
    }

    /// The sum with a term (Knuth's two-sum), brought to a form where `high` is the rounded number.
    pub(crate) fn plus(self, term: T) -> Self {
        let sum = self.high + term;
        let part = sum - self.high;
        let low = self.low + ((self.high - (sum - part)) + (term - part));
        let high = sum + low;
        Sum {
            high,
            low: low - (high - sum),
        }
    }

    /// How far a value lies above.
    pub(crate) fn distance(self, value: T) -> T {
        (value - self.high) - self.low
    }

    /// The product with a power of two.
    pub(crate) fn times(self, scale: T) -> Self {
        Sum {
            high: self.high * scale,
            low: self.low * scale,
        }
    }

    /// Neither part is NaN or infinite.
    pub(crate) fn is_finite(self) -> bool {
        self.high.is_finite() && self.low.is_finite()
    }
}
