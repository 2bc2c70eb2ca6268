//! A number and what its rounding left out.

use crate::Scalar;

/// About twice the precision of the scalar for sums and running means.
#[derive(Clone, Copy)]
pub(crate) struct Pair<T> {
    /// The rounded number.
    pub(crate) high: T,
    /// What the rounding left out, at most half a unit in the last place of `high`.
    pub(crate) low: T,
}

impl<T: Scalar> Pair<T> {
    /// The sum with a term (Knuth's two-sum), brought to a form where `high` is the rounded number.
    pub(crate) fn plus(self, term: T) -> Self {
        let sum = self.high + term;
        let part = sum - self.high;
        let low = self.low + ((self.high - (sum - part)) + (term - part));
        let high = sum + low;
        Pair {
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
        Pair {
            high: self.high * scale,
            low: self.low * scale,
        }
    }

    /// Neither part is NaN or infinite.
    pub(crate) fn is_finite(self) -> bool {
        self.high.is_finite() && self.low.is_finite()
    }
}
