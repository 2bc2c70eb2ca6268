//! Little-endian bytes in and out of the caller's memory, and their checksum.

use crate::{Error, Scalar, Sum};
use core::marker::PhantomData;
use crc::{CRC_32_ISO_HDLC, Crc, NoTable};

/// Bytes of a checksum.
pub(crate) const CHECKSUM: usize = 4;
/// Without a table: what is checked is rare, and a kilobyte of flash is not.
const CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// CRC-32 (IEEE 802.3, reflected, as in zip).
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
}

/// A 32-bit count as a length.
pub(crate) fn len(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Writes at the front of what is left. Too short: `Length`.
pub(crate) struct Sink<'a> {
    rest: &'a mut [u8],
}

impl<'a> Sink<'a> {
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        Sink { rest: bytes }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let (front, back) = core::mem::take(&mut self.rest)
            .split_at_mut_checked(bytes.len())
            .ok_or(Error::Length("bytes"))?;
        front
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = *from);
        self.rest = back;
        Ok(())
    }

    pub(crate) fn u16(&mut self, value: u16) -> Result<(), Error> {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn u32(&mut self, value: u32) -> Result<(), Error> {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn u64(&mut self, value: u64) -> Result<(), Error> {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn f64(&mut self, value: f64) -> Result<(), Error> {
        self.bytes(&value.to_le_bytes())
    }

    /// A length, as u32.
    pub(crate) fn size(&mut self, value: usize) -> Result<(), Error> {
        self.u32(u32::try_from(value).map_err(|_| Error::Length("bytes"))?)
    }

    /// Yes or no, as u32.
    pub(crate) fn flag(&mut self, value: bool) -> Result<(), Error> {
        self.u32(value.into())
    }

    /// A scalar in its own width.
    pub(crate) fn scalar<T: Scalar>(&mut self, value: T) -> Result<(), Error> {
        match value.bits().to_le_bytes().get(..T::BYTES) {
            Some(bytes) => self.bytes(bytes),
            None => Err(Error::Length("bytes")),
        }
    }

    pub(crate) fn scalars<T: Scalar>(&mut self, values: &[T]) -> Result<(), Error> {
        values.iter().try_for_each(|&value| self.scalar(value))
    }

    pub(crate) fn sum<T: Scalar>(&mut self, sum: Sum<T>) -> Result<(), Error> {
        self.scalar(sum.high)?;
        self.scalar(sum.low)
    }
}

/// Reads from the front of what is left. Too short: `Length`.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    rest: &'a [u8],
}

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Source { rest: bytes }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Refuses bytes that are left over.
    pub(crate) fn end(&self) -> Result<(), Error> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Error::Length("bytes"))
        }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (front, back) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(Error::Length("bytes"))?;
        self.rest = back;
        Ok(*front)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (front, back) = self
            .rest
            .split_at_checked(length)
            .ok_or(Error::Length("bytes"))?;
        self.rest = back;
        Ok(front)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn f64(&mut self) -> Result<f64, Error> {
        self.array().map(f64::from_le_bytes)
    }

    pub(crate) fn size(&mut self) -> Result<usize, Error> {
        self.u32().map(len)
    }

    /// Yes or no; any other number is `Range`.
    pub(crate) fn flag(&mut self) -> Result<bool, Error> {
        match self.u32()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Error::Range("bytes")),
        }
    }

    /// Any scalar, NaN and infinity included.
    pub(crate) fn scalar<T: Scalar>(&mut self) -> Result<T, Error> {
        Ok(scalar(self.bytes(T::BYTES)?))
    }

    pub(crate) fn sum<T: Scalar>(&mut self) -> Result<Sum<T>, Error> {
        let (high, low) = (self.scalar()?, self.scalar()?);
        Ok(Sum { high, low })
    }

    /// `count` scalars, which are read as they are asked for.
    pub(crate) fn scalars<T: Scalar>(&mut self, count: usize) -> Result<Scalars<'a, T>, Error> {
        let bytes = self.bytes(count.saturating_mul(T::BYTES))?;
        Ok(Scalars {
            bytes,
            scalar: PhantomData,
        })
    }
}

fn scalar<T: Scalar>(bytes: &[u8]) -> T {
    let mut word = [0; 8];
    word.iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    T::from_bits(u64::from_le_bytes(word))
}

/// Scalars that lie in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Scalars<'a, T> {
    bytes: &'a [u8],
    scalar: PhantomData<T>,
}

impl<'a, T: Scalar> Scalars<'a, T> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + Clone + 'a {
        self.bytes.chunks_exact(T::BYTES.max(1)).map(scalar)
    }

    pub(crate) fn get(&self, index: usize) -> Option<T> {
        let start = index.checked_mul(T::BYTES)?;
        let bytes = self.bytes.get(start..)?.get(..T::BYTES)?;
        Some(scalar(bytes))
    }

    /// Copies them; both are of one length.
    pub(crate) fn copy_to(&self, target: &mut [T]) {
        target
            .iter_mut()
            .zip(self.iter())
            .for_each(|(to, from)| *to = from);
    }
}
