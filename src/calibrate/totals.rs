//! Sums of a vector over all readings.

use crate::model::all_finite;
use crate::{Error, Scalar, Sum};

/// Scalars of memory for totals of so many sums: the sums and what their rounding left out.
pub const fn totals_len(length: usize) -> usize {
    length.saturating_mul(2)
}

/// Everything of totals but their memory: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct TotalsState {
    /// Number of sums.
    pub length: usize,
    /// Vectors observed since the last clear.
    pub count: u64,
}

/// Compensated sums of a vector over all readings, in memory of `totals_len(length)` scalars.
///
/// Cost of a vector: about 20 flops an entry.
#[derive(Clone, Copy, Debug)]
pub struct Totals<T, B> {
    state: TotalsState,
    memory: B,
    scalar: core::marker::PhantomData<T>,
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Totals<T, B> {
    /// Sums of nothing.
    ///
    /// # Errors
    /// As [`Totals::attach`].
    pub fn new(length: usize, memory: B) -> Result<Self, Error> {
        let mut totals = Self::attach(TotalsState { length, count: 0 }, memory)?;
        totals.clear();
        Ok(totals)
    }

    /// Forgets all vectors.
    pub fn clear(&mut self) {
        self.state.count = 0;
        let (high, low) = parts_mut(self.memory.as_mut(), self.state.length);
        high.fill(T::ZERO);
        low.fill(T::ZERO);
    }

    /// Other sums of as many readings, in order.
    pub(crate) fn replace(&mut self, count: u64, mut next: impl FnMut() -> Sum<T>) {
        self.state.count = count;
        let (high, low) = parts_mut(self.memory.as_mut(), self.state.length);
        for (high, low) in high.iter_mut().zip(low) {
            let sum = next();
            (*high, *low) = (sum.high, sum.low);
        }
    }

    /// Takes in the vector of a reading.
    ///
    /// # Errors
    /// `Length`: the vector. `NotFinite`: an entry. `Range`: a sum would leave the scalar's range.
    pub fn observe(&mut self, vector: &[T]) -> Result<(), Error> {
        let length = self.state.length;
        if vector.len() != length {
            return Err(Error::Length("vector"));
        }
        if !all_finite(vector) {
            return Err(Error::NotFinite("vector"));
        }
        let (high, low) = parts_mut(self.memory.as_mut(), length);
        let entries = high.iter().zip(&*low).zip(vector);
        for ((&high, &low), x) in entries {
            if !(Sum { high, low }.plus(*x).is_finite()) {
                return Err(Error::Range("vector"));
            }
        }
        add(high, low, vector, T::ONE);
        self.state.count = self.state.count.saturating_add(1);
        Ok(())
    }
}

impl<T: Scalar, B: AsRef<[T]>> Totals<T, B> {
    /// Joins a state and the memory it was detached from.
    ///
    /// # Errors
    /// `Range` for a length of 0; `Length` where the memory is too short.
    pub fn attach(state: TotalsState, memory: B) -> Result<Self, Error> {
        if state.length == 0 {
            return Err(Error::Range("length"));
        }
        if memory.as_ref().len() < totals_len(state.length) {
            return Err(Error::Length("memory"));
        }
        Ok(Totals {
            state,
            memory,
            scalar: core::marker::PhantomData,
        })
    }

    /// Takes state and memory apart.
    pub fn detach(self) -> (TotalsState, B) {
        (self.state, self.memory)
    }

    /// The state.
    pub fn state(&self) -> TotalsState {
        self.state
    }

    /// Vectors observed.
    pub fn count(&self) -> u64 {
        self.state.count
    }

    /// Sum j, for j below the length.
    pub fn value(&self, j: usize) -> Option<T> {
        self.sums().nth(j).map(|sum| sum.value())
    }

    /// All sums.
    pub(crate) fn sums(&self) -> impl Iterator<Item = Sum<T>> + '_ {
        let length = self.state.length;
        let memory = self.memory.as_ref();
        let (high, rest) = memory.split_at_checked(length).unwrap_or_default();
        let pairs = high.iter().zip(rest);
        pairs.map(|(high, low)| Sum {
            high: *high,
            low: *low,
        })
    }
}

/// Adds a vector, times a weight, to compensated sums.
pub(super) fn add<T: Scalar>(high: &mut [T], low: &mut [T], vector: &[T], weight: T) {
    for ((high, low), x) in high.iter_mut().zip(low).zip(vector) {
        let sum = Sum {
            high: *high,
            low: *low,
        }
        .plus(weight * *x);
        (*high, *low) = (sum.high, sum.low);
    }
}

fn parts_mut<T>(memory: &mut [T], length: usize) -> (&mut [T], &mut [T]) {
    let (high, rest) = memory.split_at_mut_checked(length).unwrap_or_default();
    let (low, _) = rest.split_at_mut_checked(length).unwrap_or_default();
    (high, low)
}
