//! What of a selector outlives a loss of power.

use super::Joined;
use super::Options;
use super::parts::{Parts, Sizes};
use crate::factor::factor_len;
use crate::model::Model;
use crate::standardiser::moments_len;
use crate::{Error, Scalar};

/// Moments and factor; the rest of the memory means nothing between calls.
pub(crate) fn stored<'m, T: Scalar, M: Model<T>>(
    model: &M,
    options: &Options<'_, T>,
    memory: &'m [T],
) -> Result<(&'m [T], &'m [T]), Error> {
    let moments = memory.get(..moments_len(model.inputs()));
    let (sizes, length) = (
        Sizes::of(model, options.objective),
        factor_len(model.order()),
    );
    let whole = sizes.len();
    let factor = memory
        .get(whole.saturating_sub(length)..)
        .and_then(|rest| rest.get(..length));
    let short = Error::Length("memory");
    Ok((moments.ok_or(short)?, factor.ok_or(short)?))
}

impl<T: Scalar, M: Model<T>, G> Joined<'_, T, M, G> {
    /// Moments and factor, to be written.
    pub(crate) fn stored_mut(&mut self) -> Result<(&mut [T], &mut [T]), Error> {
        let parts = Parts::of(&Sizes::of(self.model, self.options.objective), self.memory)?;
        Ok((parts.moments, parts.factor))
    }
}
