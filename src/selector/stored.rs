//! What of a selector outlives a loss of power.

use super::parts::Parts;
use super::{Options, Selector, SelectorState};
use crate::factor::factor_len;
use crate::model::Model;
use crate::sampler::Item;
use crate::standardiser::moments_len;
use crate::{Error, Scalar};
use rand_core::Rng;

impl<'a, T, M, G, B, I> Selector<'a, T, M, G, B, I>
where
    T: Scalar,
    M: Model<T>,
    G: Rng,
    B: AsRef<[T]> + AsMut<[T]>,
    I: AsRef<[Item<T>]> + AsMut<[Item<T>]>,
{
    pub(crate) fn options(&self) -> &Options<'a, T> {
        &self.options
    }

    pub(crate) fn generator(&self) -> &G {
        &self.generator
    }

    pub(crate) fn items(&self) -> &[Item<T>] {
        self.items.as_ref()
    }

    pub(crate) fn items_mut(&mut self) -> &mut [Item<T>] {
        self.items.as_mut()
    }

    /// Moments and factor; the rest of the memory means nothing between calls.
    pub(crate) fn stored(&self) -> Result<(&[T], &[T]), Error> {
        let (model, memory) = (&self.model, self.memory.as_ref());
        let moments = memory.get(..moments_len(model.inputs()));
        let factor_start = super::selector_len(
            model.inputs(),
            model.parameters(),
            model.order(),
            model.scratch(),
        ) - factor_len(model.order());
        let factor = memory
            .get(factor_start..)
            .and_then(|rest| rest.get(..factor_len(model.order())));
        let short = Error::Length("memory");
        Ok((moments.ok_or(short)?, factor.ok_or(short)?))
    }

    /// The same, to be written.
    pub(crate) fn stored_mut(&mut self) -> Result<(&mut [T], &mut [T]), Error> {
        let parts = Parts::of(&self.model, self.memory.as_mut())?;
        Ok((parts.moments, parts.factor))
    }

    /// Takes over a state whose memory and items are in place.
    pub(crate) fn replace(&mut self, state: SelectorState<T>, generator: G) {
        self.state = state;
        self.generator = generator;
    }
}
