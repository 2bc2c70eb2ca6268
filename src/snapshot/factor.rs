//! A factor's bytes.

use super::{FRAME, Object, are_distinct, open_as, write};
use crate::bytes::{Scalars, Sink, Source};
use crate::factor::{Factor, FactorState, factor_len};
use crate::{Error, Scalar};

/// Bytes of a factor's snapshot.
pub const fn factor_snapshot_len<T: Scalar>(order: usize) -> usize {
    body_len::<T>(order) + FRAME
}

pub(super) const fn body_len<T: Scalar>(order: usize) -> usize {
    36 + T::BYTES * (1 + stored(order))
}

/// Scalars of the memory that mean something between calls: all but the work row.
const fn stored(order: usize) -> usize {
    factor_len(order) - order
}

pub(super) fn put<T: Scalar>(
    sink: &mut Sink<'_>,
    state: &FactorState<T>,
    memory: &[T],
) -> Result<(), Error> {
    sink.size(state.order)?;
    sink.size(state.cursor)?;
    sink.flag(state.pivoted)?;
    sink.u64(state.rows)?;
    sink.u64(state.half_life)?;
    sink.u64(state.age)?;
    sink.scalar(state.ridge)?;
    let memory = memory.get(..stored(state.order));
    sink.scalars(memory.ok_or(Error::Length("memory"))?)
}

/// A factor in bytes, all of it checked.
pub(super) struct Image<'a, T> {
    pub(super) state: FactorState<T>,
    memory: Scalars<'a, T>,
}

impl<'a, T: Scalar> Image<'a, T> {
    /// Reads a factor of an order.
    pub(super) fn take(source: &mut Source<'a>, order: usize) -> Result<Self, Error> {
        let found = source.size()?;
        let cursor = source.size()?;
        let pivoted = source.flag()?;
        let (rows, half_life, age) = (source.u64()?, source.u64()?, source.u64()?);
        let ridge = source.scalar()?;
        if found != order {
            return Err(Error::Length("factor"));
        }
        let state = FactorState {
            order,
            ridge,
            rows,
            half_life,
            age,
            cursor,
            pivoted,
        };
        state.check()?;
        let image = Image {
            state,
            memory: source.scalars(stored(order))?,
        };
        image.check_memory()?;
        Ok(image)
    }

    /// Whether a factor can hold these numbers: such that every sum on the way of later rows stays finite.
    fn check_memory(&self) -> Result<(), Error> {
        if !self.memory.iter().all(T::is_finite) {
            return Err(Error::NotFinite("factor"));
        }
        if self.has_possible_sizes() && self.has_possible_columns() {
            Ok(())
        } else {
            Err(Error::Range("factor"))
        }
    }

    /// Whether pivots, units and column squares belong together.
    fn has_possible_sizes(&self) -> bool {
        let order = self.state.order;
        let number = |index: usize| self.memory.get(index).unwrap_or_default();
        let triangle = stored(order) - 3 * order;
        let mut total = T::ZERO;
        for column in 0..order {
            // The sum of d_j u_jk^2 is the column's square, which rounding has left some part of.
            let mut sum = T::ZERO;
            let mut start = 0_usize;
            let mut pivot = T::ZERO;
            for row in 0..=column {
                pivot = number(start);
                let unit = if row == column {
                    T::ONE
                } else {
                    number(start + column - row)
                };
                sum += pivot * unit * unit;
                start += order - row;
            }
            let is_zero = pivot.bits() == 0 && self.state.ridge == T::ZERO;
            let is_pivot = is_zero || pivot >= T::MIN_POSITIVE;
            let square = number(triangle + order + column);
            // A merge may shrink a pivot, never below what its rounding left out.
            let error = number(triangle + column).abs();
            if !(is_pivot
                && error <= pivot.max(T::MIN_POSITIVE)
                && square >= T::ZERO
                && sum <= square + square + T::MIN_POSITIVE)
            {
                return false;
            }
            total += sum.max(square);
        }
        // Observing keeps this below a quarter of the largest value.
        total <= T::MAX * T::HALF
    }

    /// Whether each column stands at one place.
    fn has_possible_columns(&self) -> bool {
        let order = self.state.order;
        let columns = self.memory.iter().skip(stored(order) - order);
        if self.state.pivoted {
            let is_whole = |column: T| column == T::count(column.index() as u64);
            columns
                .clone()
                .all(|column| is_whole(column) && column.index() < order)
                && are_distinct(order, columns.map(T::index))
        } else {
            columns
                .enumerate()
                .all(|(place, column)| column == T::count(place as u64))
        }
    }

    /// Copies the numbers; the memory is long enough.
    pub(super) fn copy_to(&self, memory: &mut [T]) {
        self.memory.copy_to(memory);
    }
}

impl<T: Scalar, B: AsRef<[T]>> Factor<T, B> {
    /// Writes a snapshot of [`factor_snapshot_len`] bytes; returns that.
    ///
    /// # Errors
    /// `Length` where `bytes` is shorter.
    pub fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        let (state, memory) = self.inner();
        write::<T>(
            Object::Factor,
            0,
            body_len::<T>(state.order),
            bytes,
            |sink| put(sink, &state, memory),
        )
    }
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Factor<T, B> {
    /// Becomes the factor of this order that was saved, ridge and half-life included.
    ///
    /// # Errors
    /// As [`super::Header::read`]; `Object`, `Length` for another object, scalar or order; `NotFinite`, `Range` for
    /// numbers that no factor holds. Then nothing has changed.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut source = open_as::<T>(Object::Factor, 0, bytes)?;
        let image = Image::take(&mut source, self.state().order)?;
        source.end()?;
        image.copy_to(self.replace(image.state));
        Ok(())
    }
}
