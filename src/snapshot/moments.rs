//! The bytes of running moments.

use super::{FRAME, Object, is_pair, open_as, write};
use crate::bytes::{Scalars, Sink, Source};
use crate::standardiser::{Moments, check_moments, moments_len};
use crate::{Error, Scalar};

/// Bytes of a snapshot of running moments.
pub const fn moments_snapshot_len<T: Scalar>(features: usize) -> usize {
    body_len::<T>(features) + FRAME
}

pub(super) const fn body_len<T: Scalar>(features: usize) -> usize {
    12 + T::BYTES * moments_len(features)
}

pub(super) fn put<T: Scalar>(sink: &mut Sink<'_>, count: u64, memory: &[T]) -> Result<(), Error> {
    sink.size(memory.len() / 4)?;
    sink.u64(count)?;
    sink.scalars(memory)
}

/// Moments in bytes, all of them checked.
pub(super) struct Image<'a, T> {
    pub(super) count: u64,
    memory: Scalars<'a, T>,
}

impl<'a, T: Scalar> Image<'a, T> {
    /// Reads the moments of so many features.
    pub(super) fn take(source: &mut Source<'a>, features: usize) -> Result<Self, Error> {
        if source.size()? != features {
            return Err(Error::Length("moments"));
        }
        let image = Image {
            count: source.u64()?,
            memory: source.scalars(moments_len(features))?,
        };
        check_moments(features, image.memory.iter())?;
        let is_possible = if image.count == 0 {
            image.memory.iter().all(|number| number == T::ZERO)
        } else {
            let high = image.memory.iter();
            let low = high.clone().skip(features.saturating_mul(2));
            high.zip(low).all(|(high, low)| is_pair(high, low))
        };
        if is_possible {
            Ok(image)
        } else {
            Err(Error::Range("moments"))
        }
    }

    /// Copies the numbers; the memory is long enough.
    pub(super) fn copy_to(&self, memory: &mut [T]) {
        self.memory.copy_to(memory);
    }
}

impl<T: Scalar, B: AsRef<[T]>> Moments<T, B> {
    /// Writes a snapshot of [`moments_snapshot_len`] bytes; returns that.
    ///
    /// # Errors
    /// `Length` where `bytes` is shorter.
    pub fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        let size = body_len::<T>(self.features());
        write::<T>(Object::Moments, 0, size, bytes, |sink| {
            put(sink, self.count(), self.inner())
        })
    }
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Moments<T, B> {
    /// Becomes the moments of as many features that were saved.
    ///
    /// # Errors
    /// As [`super::Header::read`]; `Object`, `Length` for another object, scalar or number of features; `NotFinite`, `Range`
    /// for numbers that no moments hold. Then nothing has changed.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut source = open_as::<T>(Object::Moments, 0, bytes)?;
        let image = Image::take(&mut source, self.features())?;
        source.end()?;
        image.copy_to(self.replace(image.count));
        Ok(())
    }
}
