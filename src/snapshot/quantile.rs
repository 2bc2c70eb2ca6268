//! The bytes of a streamed quantile.

use super::{FRAME, Object, open_as, write};
use crate::outlier::{Quantile, QuantileState};
use crate::{Error, Scalar};

/// Bytes of a quantile's snapshot with so many counters.
pub const fn quantile_snapshot_len<T: Scalar>(counters: usize) -> usize {
    body_len::<T>(counters) + FRAME
}

const fn body_len<T: Scalar>(counters: usize) -> usize {
    36 + T::BYTES + 4 * counters
}

impl<T: Scalar, B: AsRef<[u32]>> Quantile<T, B> {
    /// Writes a snapshot of [`quantile_snapshot_len`] bytes; returns that.
    ///
    /// # Errors
    /// `Length` where `bytes` is shorter.
    pub fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        let (state, counters) = (self.state(), self.counters());
        let size = body_len::<T>(counters.len());
        write::<T>(Object::Quantile, 0, size, bytes, |sink| {
            sink.size(counters.len())?;
            sink.u64(state.seen)?;
            sink.u64(state.total)?;
            sink.u64(state.half_life)?;
            sink.u64(state.age)?;
            sink.scalar(state.highest)?;
            counters.iter().try_for_each(|&count| sink.u32(count))
        })
    }
}

impl<T: Scalar, B: AsRef<[u32]> + AsMut<[u32]>> Quantile<T, B> {
    /// Becomes the quantile of as many counters that was saved, half-life and highest score included.
    ///
    /// # Errors
    /// As [`super::Header::read`]; `Object`, `Length` for another object, scalar or number of counters; `Range` for numbers
    /// that no quantile holds. Then nothing has changed.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut source = open_as::<T>(Object::Quantile, 0, bytes)?;
        let length = self.counters().len();
        if source.size()? != length {
            return Err(Error::Length("counters"));
        }
        let state = QuantileState {
            seen: source.u64()?,
            total: source.u64()?,
            half_life: source.u64()?,
            age: source.u64()?,
            highest: source.scalar()?,
        };
        state.check(length)?;
        let start = source;
        let mut sum = 0_u64;
        for _ in 0..length {
            sum = sum.saturating_add(source.u32()?.into());
        }
        source.end()?;
        if sum != state.total || state.total > state.seen {
            return Err(Error::Range("counters"));
        }
        let mut source = start;
        for counter in self.replace(state) {
            *counter = source.u32().unwrap_or_default();
        }
        Ok(())
    }
}
