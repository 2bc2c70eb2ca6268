//! A Kronecker scorer's bytes.

use super::{FRAME, Object, factor, open_as, write};
use crate::bytes::{Sink, Source};
use crate::factor::factor_len;
use crate::kronecker::{Kronecker, KroneckerState, LayerState};
use crate::{Error, Scalar};

/// Bytes of a Kronecker scorer's snapshot, at most: of so many layers, whose [`crate::kronecker::kronecker_len`] add up to so
/// many scalars.
pub const fn kronecker_snapshot_len<T: Scalar>(layers: usize, memory: usize) -> usize {
    let scalars = memory.saturating_add(2 * layers + 1);
    OWN + 72 * layers + T::BYTES * scalars + FRAME
}

/// Bytes of what is the scorer's own, but for a scalar: u32 and two u64.
const OWN: usize = 4 + 2 * 8;

/// The factors of a layer, in order.
fn factors<T>(layer: &LayerState<T>) -> [&crate::factor::FactorState<T>; 2] {
    [&layer.delta, &layer.input]
}

fn put<T: Scalar>(
    sink: &mut Sink<'_>,
    state: &KroneckerState<T>,
    layers: &[LayerState<T>],
    memory: &[T],
) -> Result<(), Error> {
    sink.size(layers.len())?;
    sink.u64(state.rows)?;
    sink.u64(state.half_life)?;
    sink.scalar(state.effective)?;
    let mut rest = memory;
    for state in layers.iter().flat_map(factors) {
        let parts = rest.split_at_checked(factor_len(state.order));
        let part;
        (part, rest) = parts.ok_or(Error::Length("memory"))?;
        factor::put(sink, state, part)?;
    }
    Ok(())
}

/// Reads a factor of a scorer.
fn take<'a, T: Scalar>(
    source: &mut Source<'a>,
    order: usize,
    half_life: u64,
) -> Result<factor::Image<'a, T>, Error> {
    let image = factor::Image::take(source, order)?;
    if image.state.half_life == half_life {
        Ok(image)
    } else {
        Err(Error::Range("kronecker"))
    }
}

impl<T, S, B> Kronecker<T, S, B>
where
    T: Scalar,
    S: AsRef<[LayerState<T>]> + AsMut<[LayerState<T>]>,
    B: AsRef<[T]> + AsMut<[T]>,
{
    /// Writes a snapshot of at most [`kronecker_snapshot_len`] bytes; returns its length.
    ///
    /// # Errors
    /// `Length` where `bytes` is shorter.
    pub fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        let (state, layers, memory) = self.inner();
        let mut size = OWN + T::BYTES;
        for factor in layers.iter().flat_map(factors) {
            size = size.saturating_add(factor::body_len::<T>(factor.order));
        }
        write::<T>(Object::Kronecker, 0, size, bytes, |sink| {
            put(sink, state, layers, memory)
        })
    }

    /// Becomes the scorer of layers of the same sizes that was saved, half-life and ridges included. It knows nothing of the
    /// parameters: give it the model that the saved one had.
    ///
    /// # Errors
    /// As [`super::Header::read`]; `Object`, `Length` for another object, scalar or sizes; `NotFinite`, `Range` for numbers
    /// that no scorer holds. Then nothing has changed.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut source = open_as::<T>(Object::Kronecker, 0, bytes)?;
        let (state, layers, memory) = self.inner_mut();
        if source.size()? != layers.len() {
            return Err(Error::Length("layers"));
        }
        let saved = KroneckerState {
            rows: source.u64()?,
            half_life: source.u64()?,
            effective: source.scalar()?,
        };
        if !saved.is_possible() {
            return Err(Error::Range("kronecker"));
        }
        // All of them are looked at before the first is taken.
        let mut images = source;
        for factor in layers.iter().flat_map(factors) {
            take::<T>(&mut images, factor.order, saved.half_life)?;
        }
        images.end()?;
        let mut rest = memory;
        for layer in layers {
            for factor in [&mut layer.delta, &mut layer.input] {
                let image = take(&mut source, factor.order, saved.half_life)?;
                let parts = rest.split_at_mut_checked(factor_len(factor.order));
                let part;
                (part, rest) = parts.ok_or(Error::Length("memory"))?;
                image.copy_to(part);
                *factor = image.state;
            }
        }
        *state = saved;
        Ok(())
    }
}
