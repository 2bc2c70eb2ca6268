//! The bytes of a Poisson sampler with its generator.

use super::sampler::{put_generator, take_generator};
use super::{FRAME, Object, is_pair, open_as, write};
use crate::sampler::{Budget, Poisson, PoissonState};
use crate::{Error, Scalar};
use rand_core::SeedableRng;

/// Bytes of a Poisson sampler's snapshot, with a generator whose state takes `generator` bytes.
pub const fn poisson_snapshot_len<T: Scalar>(generator: usize) -> usize {
    body_len::<T>(generator) + FRAME
}

const fn body_len<T: Scalar>(generator: usize) -> usize {
    4 + generator + 48 + 5 * T::BYTES
}

impl<T: Scalar> Poisson<T> {
    /// Writes a snapshot of [`poisson_snapshot_len`] bytes; returns that. `generator`: as for
    /// [`crate::sampler::Reservoir::save`].
    ///
    /// # Errors
    /// `Length` where `bytes` is shorter.
    pub fn save(&self, generator: &[u8], bytes: &mut [u8]) -> Result<usize, Error> {
        let state = self.state();
        let size = body_len::<T>(generator.len());
        write::<T>(Object::Poisson, 0, size, bytes, |sink| {
            put_generator(sink, generator)?;
            let Budget {
                keep,
                items,
                window,
            } = state.budget;
            for number in [state.seen, state.kept, state.capped, keep, items, window] {
                sink.u64(number)?;
            }
            sink.scalar(state.threshold)?;
            sink.sum(state.logarithm)?;
            sink.sum(state.expected)
        })
    }

    /// Becomes the sampler that was saved, budget included; returns the generator to go on with.
    ///
    /// # Errors
    /// As [`super::Header::read`]; `Object`, `Length` for another object, scalar or kind of generator; `Range` for numbers
    /// that no sampler holds. Then nothing has changed.
    pub fn restore<G: SeedableRng>(&mut self, bytes: &[u8]) -> Result<G, Error> {
        let mut source = open_as::<T>(Object::Poisson, 0, bytes)?;
        let generator = take_generator(&mut source)?;
        let (seen, kept, capped) = (source.u64()?, source.u64()?, source.u64()?);
        let state = PoissonState {
            seen,
            kept,
            capped,
            budget: Budget {
                keep: source.u64()?,
                items: source.u64()?,
                window: source.u64()?,
            },
            threshold: source.scalar()?,
            logarithm: source.sum()?,
            expected: source.sum()?,
        };
        source.end()?;
        let restored = Poisson::attach(state)?;
        let sums = [state.logarithm, state.expected];
        if !sums.iter().all(|sum| is_pair(sum.high, sum.low)) {
            return Err(Error::Range("state"));
        }
        *self = restored;
        Ok(generator)
    }
}
