//! The parts of a selector's memory, and a reading's way through them.

use super::{Options, Scaling};
use crate::factor::factor_len;
use crate::model::{Model, Objective, RowReport, largest};
use crate::standardiser::{Moments, moments_len, standardise};
use crate::{Error, Scalar};

/// Scalars of memory for a selector of a model with one row of P + 1 a sample: running moments, standardised input, row,
/// scratch of the model, factor of order N.
pub const fn selector_len(inputs: usize, parameters: usize, order: usize, scratch: usize) -> usize {
    selector_len_of(inputs, 1, parameters.saturating_add(1), order, scratch)
}

/// As [`selector_len`], for so many rows a sample ([`Model::rows`]) of a length of their own ([`Model::row_len`]): several
/// outputs, sketches.
pub const fn selector_len_of(
    inputs: usize,
    rows: usize,
    row: usize,
    order: usize,
    scratch: usize,
) -> usize {
    moments_len(inputs)
        .saturating_add(inputs)
        .saturating_add(rows_len(inputs, rows, row))
        .saturating_add(scratch)
        .saturating_add(factor_len(order))
}

/// Where labels lie in the memory of the rows, before these are made: behind a raw input, and behind all rows but the last,
/// which is made when all labels have been read.
const fn labels_at(inputs: usize, rows: usize, row: usize) -> usize {
    let before = rows.saturating_sub(1).saturating_mul(row);
    if before > inputs { before } else { inputs }
}

/// Scalars for the rows of a sample, or a raw input with one label a row.
const fn rows_len(inputs: usize, rows: usize, row: usize) -> usize {
    let made = rows.saturating_mul(row);
    let raw = labels_at(inputs, rows, row).saturating_add(rows);
    if made > raw { made } else { raw }
}

/// The sizes that a model and an objective ask for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    pub(super) inputs: usize,
    pub(super) rows: usize,
    pub(super) row: usize,
    pub(super) order: usize,
    pub(super) scratch: usize,
}

impl Sizes {
    #[inline(always)]
    pub(super) fn of<T: Scalar, M: Model<T>>(model: &M, objective: Objective<T>) -> Self {
        Sizes {
            inputs: model.inputs(),
            rows: model.rows(objective),
            row: model.row_len(),
            order: model.order(),
            scratch: model.scratch(),
        }
    }

    /// Scalars of memory in all.
    pub(super) fn len(&self) -> usize {
        selector_len_of(self.inputs, self.rows, self.row, self.order, self.scratch)
    }
}

/// The parts of a selector's memory. The factor comes last: a next model may change its order and nothing else.
pub(super) struct Parts<'m, T> {
    pub(super) moments: &'m mut [T],
    pub(super) x: &'m mut [T],
    pub(super) rows: &'m mut [T],
    pub(super) scratch: &'m mut [T],
    pub(super) factor: &'m mut [T],
}

impl<'m, T: Scalar> Parts<'m, T> {
    #[inline(always)]
    pub(super) fn of(sizes: &Sizes, memory: &'m mut [T]) -> Result<Self, Error> {
        let short = Error::Length("memory");
        let rows_len = rows_len(sizes.inputs, sizes.rows, sizes.row);
        let (moments, rest) = memory
            .split_at_mut_checked(moments_len(sizes.inputs))
            .ok_or(short)?;
        let (x, rest) = rest.split_at_mut_checked(sizes.inputs).ok_or(short)?;
        let (rows, rest) = rest.split_at_mut_checked(rows_len).ok_or(short)?;
        let (scratch, rest) = rest.split_at_mut_checked(sizes.scratch).ok_or(short)?;
        let factor = rest.get_mut(..factor_len(sizes.order)).ok_or(short)?;
        Ok(Parts {
            moments,
            x,
            rows,
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

/// The labels of a sample.
pub(super) enum Labels<'l, T> {
    /// As the caller gave them.
    Given(&'l [T]),
    /// Where a recall has put them, if the objective takes any.
    Recalled,
}

/// Makes the rows of the reading in `parts.x`, each without gauge columns, `sizes.row` apart; what the last says of itself,
/// with the worst completeness of all.
#[inline(always)]
pub(super) fn make_rows<T: Scalar, M: Model<T>>(
    model: &M,
    objective: Objective<T>,
    sizes: &Sizes,
    parts: Parts<'_, T>,
    labels: Labels<'_, T>,
) -> Result<RowReport<T>, Error> {
    let short = Error::Length("memory");
    let count = objective.labels(model.outputs());
    if let Labels::Given(given) = labels
        && given.len() != count
    {
        return Err(Error::Label);
    }
    let at = labels_at(sizes.inputs, sizes.rows, sizes.row);
    let (mut report, mut start) = (None, 0usize);
    for index in 0..sizes.rows {
        let label = match labels {
            Labels::Given(given) => given.get(index),
            Labels::Recalled if index < count => parts.rows.get(at.saturating_add(index)),
            Labels::Recalled => None,
        };
        let target = objective.with(label.copied())?;
        let end = start.saturating_add(sizes.row);
        let row = parts.rows.get_mut(start..end).ok_or(short)?;
        start = end;
        let mut made = model.row(parts.x, index, target, row, parts.scratch)?;
        model.leave_out_gauge(row);
        if let Some(RowReport { completeness, .. }) = report {
            made.completeness = made.completeness.max(completeness);
        }
        report = Some(made);
    }
    report.ok_or(Error::Model)
}

/// The rows, of N entries each, that lie in the memory.
#[inline(always)]
pub(super) fn made_rows<'m, T>(sizes: &Sizes, rows: &'m [T]) -> impl Iterator<Item = &'m [T]> {
    let order = sizes.order;
    let all = rows.chunks_exact(sizes.row.max(1)).take(sizes.rows);
    all.filter_map(move |row| row.get(..order))
}

/// Makes the rows of a kept reading under a model, into the memory, for [`made_rows`]. `moments`: readings in the running
/// moments; `recall(slot, x, labels)` writes the raw input and its labels.
pub(super) fn recall_rows<T: Scalar, M: Model<T>>(
    model: &M,
    options: &Options<'_, T>,
    moments: u64,
    memory: &mut [T],
    slot: u32,
    recall: &mut impl FnMut(u32, &mut [T], &mut [T]) -> Result<(), Error>,
) -> Result<(), Error> {
    let short = Error::Length("memory");
    let objective = options.objective;
    let sizes = Sizes::of(model, objective);
    let mut parts = Parts::of(&sizes, memory)?;
    let rows = core::mem::take(&mut parts.rows);
    let (raw, rest) = rows.split_at_mut_checked(sizes.inputs).ok_or(short)?;
    let at = labels_at(sizes.inputs, sizes.rows, sizes.row).saturating_sub(sizes.inputs);
    let labels = rest.get_mut(at..).ok_or(short)?;
    let labels = labels.get_mut(..objective.labels(model.outputs()));
    recall(slot, raw, labels.ok_or(short)?)?;
    parts.standardise(raw, options.scaling, moments)?;
    parts.rows = rows;
    make_rows(model, objective, &sizes, parts, Labels::Recalled).map(|_| ())
}
