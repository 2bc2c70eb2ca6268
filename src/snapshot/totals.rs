//! The bytes of sums over all readings.

use super::{FRAME, Object, is_pair, open_as, write};
use crate::calibrate::{Totals, TotalsState, totals_len};
use crate::{Error, Scalar};

/// Bytes of a snapshot of so many sums.
pub const fn totals_snapshot_len<T: Scalar>(length: usize) -> usize {
    body_len::<T>(length) + FRAME
}

const fn body_len<T: Scalar>(length: usize) -> usize {
    12 + T::BYTES * totals_len(length)
}

impl<T: Scalar, B: AsRef<[T]>> Totals<T, B> {
    /// Writes a snapshot of [`totals_snapshot_len`] bytes; returns that.
    ///
    /// # Errors
    /// `Length` where `bytes` is shorter.
    pub fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        let TotalsState { length, count } = self.state();
        let size = body_len::<T>(length);
        write::<T>(Object::Totals, 0, size, bytes, |sink| {
            sink.size(length)?;
            sink.u64(count)?;
            self.sums().try_for_each(|sum| sink.sum(sum))
        })
    }
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Totals<T, B> {
    /// Becomes the totals of as many sums that were saved.
    ///
    /// # Errors
    /// As [`super::Header::read`]; `Object`, `Length` for another object, scalar or number of sums; `Range` for numbers
    /// that no totals hold. Then nothing has changed.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut source = open_as::<T>(Object::Totals, 0, bytes)?;
        let length = self.state().length;
        if source.size()? != length {
            return Err(Error::Length("totals"));
        }
        let count = source.u64()?;
        let start = source;
        for _ in 0..length {
            let sum = source.sum::<T>()?;
            let is_zero = sum.high == T::ZERO && sum.low == T::ZERO;
            if !sum.is_finite() || !is_pair(sum.high, sum.low) || count == 0 && !is_zero {
                return Err(Error::Range("totals"));
            }
        }
        source.end()?;
        let mut source = start;
        self.replace(count, || source.sum().unwrap_or_default());
        Ok(())
    }
}
