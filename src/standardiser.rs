//! Standardiser: `(x - mean) / scale` a feature, exported or from running moments.

use crate::{Error, Scalar};

/// Scalars of memory for running moments of d features: mean and squared deviations, each with its compensation.
pub const fn moments_len(features: usize) -> usize {
    4 * features
}

/// Running mean and variance a feature, compensated.
#[derive(Clone, Copy, Debug)]
pub struct Moments<T, B> {
    count: u64,
    memory: B,
    scalar: core::marker::PhantomData<T>,
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Moments<T, B> {
    /// No sample yet; `memory` holds `4 d` scalars, which are cleared.
    pub fn new(memory: B) -> Result<Self, Error> {
        todo!()
    }
    /// Joins a count and the memory it was detached from.
    pub fn attach(count: u64, memory: B) -> Result<Self, Error> {
        todo!()
    }
    /// Takes count and memory apart.
    pub fn detach(self) -> (u64, B) {
        (self.count, self.memory)
    }
    /// Number of samples taken in.
    pub fn count(&self) -> u64 {
        self.count
    }
    /// Takes in a sample.
    pub fn observe(&mut self, x: &[T]) -> Result<(), Error> {
        todo!()
    }
    /// Mean of a feature; 0 before the first sample.
    pub fn mean(&self, feature: usize) -> Option<T> {
        todo!()
    }
    /// Population variance of a feature; 0 before the first sample.
    pub fn variance(&self, feature: usize) -> Option<T> {
        todo!()
    }
    /// `(x - mean) / sqrt(variance)`; a constant feature gives `x - mean`.
    pub fn standardise(&self, x: &[T], out: &mut [T]) -> Result<(), Error> {
        todo!()
    }
    /// Takes in all samples of another.
    pub fn merge<C: AsRef<[T]> + AsMut<[T]>>(
        &mut self,
        other: &Moments<T, C>,
    ) -> Result<(), Error> {
        todo!()
    }
}

/// `(x - mean) / scale`, each feature with exported constants; refuses a scale that is not positive.
pub fn standardise<T: Scalar>(
    x: &[T],
    mean: &[T],
    scale: &[T],
    out: &mut [T],
) -> Result<(), Error> {
    todo!()
}
