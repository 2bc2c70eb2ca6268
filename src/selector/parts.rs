//! The parts of a selector's memory, and a reading's way through them.

use super::{Options, Scaling};
use crate::factor::factor_len;
use crate::model::{Model, largest};
use crate::standardiser::{Moments, moments_len, standardise};
use crate::{Error, Scalar};

/// Scalars of memory for a selector: running moments, standardised input, whole row of P + 1, scratch of the
/// model, factor of order N.
pub const fn selector_len(inputs: usize, parameters: usize, order: usize, scratch: usize) -> usize {
    moments_len(inputs)
        .saturating_add(inputs)
        .saturating_add(parameters)
        .saturating_add(1)
        .saturating_add(scratch)
        .saturating_add(factor_len(order))
}

/// The parts of a selector's memory. The factor comes last: a next model may change its order and nothing else.
pub(super) struct Parts<'m, T> {
    pub(super) moments: &'m mut [T],
    pub(super) x: &'m mut [T],
    pub(super) row: &'m mut [T],
    pub(super) scratch: &'m mut [T],
    pub(super) factor: &'m mut [T],
}

impl<'m, T: Scalar> Parts<'m, T> {
    #[inline(always)]
    pub(super) fn of<M: Model<T>>(model: &M, memory: &'m mut [T]) -> Result<Self, Error> {
        let short = Error::Length("memory");
        let row_len = model.parameters().saturating_add(1);
        let (moments, rest) = memory
            .split_at_mut_checked(moments_len(model.inputs()))
            .ok_or(short)?;
        let (x, rest) = rest.split_at_mut_checked(model.inputs()).ok_or(short)?;
        let (row, rest) = rest.split_at_mut_checked(row_len).ok_or(short)?;
        let (scratch, rest) = rest.split_at_mut_checked(model.scratch()).ok_or(short)?;
        let factor = rest.get_mut(..factor_len(model.order())).ok_or(short)?;
        Ok(Parts {
            moments,
            x,
            row,
            scratch,
            factor,
        })
    }

    /// The reading as the model sees it, into `x`.
    #[inline(always)]
    pub(super) fn standardise(
        &mut self,
        raw: &[T],
        scaling: Scaling<'_, T>,
        moments: u64,
    ) -> Result<(), Error> {
        if raw.len() != self.x.len() {
            return Err(Error::Length("x"));
        }
        match scaling {
            Scaling::None => {
                for (to, &from) in self.x.iter_mut().zip(raw) {
                    *to = from;
                }
                Ok(())
            }
            Scaling::Constants { mean, scale } => standardise(raw, mean, scale, self.x),
            Scaling::Running => {
                Moments::attach(moments, &mut *self.moments)?.standardise(raw, self.x)
            }
        }
    }
}

/// Whether 2^32 squares of such values stay in range.
pub(super) fn has_room_for_squares<T: Scalar>(x: &[T]) -> bool {
    let most = largest(x);
    most * most <= T::MAX * T::of(1.0 / 8_589_934_592.0)
}

/// The row, without gauge columns, of a kept reading under a model, into the memory. `moments`: readings in the running
/// moments; `recall(slot, x)` writes the raw input and returns its label.
pub(super) fn recall_row<'m, T: Scalar, M: Model<T>>(
    model: &M,
    options: &Options<'_, T>,
    moments: u64,
    memory: &'m mut [T],
    slot: u32,
    recall: &mut impl FnMut(u32, &mut [T]) -> Result<Option<T>, Error>,
) -> Result<&'m [T], Error> {
    let mut parts = Parts::of(model, memory)?;
    // The row's memory holds the raw input until the row is made.
    let row = core::mem::take(&mut parts.row);
    let raw = row
        .get_mut(..model.inputs())
        .ok_or(Error::Length("memory"))?;
    let label = recall(slot, raw)?;
    parts.standardise(raw, options.scaling, moments)?;
    parts.row = row;
    let target = options.objective.with(label)?;
    model.row(parts.x, 0, target, parts.row, parts.scratch)?;
    model.leave_out_gauge(parts.row);
    parts
        .row
        .get(..model.order())
        .ok_or(Error::Length("memory"))
}
