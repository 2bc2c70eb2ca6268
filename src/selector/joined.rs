//! A selector joined from parts that lie elsewhere: what [`Selector`] and the C library both work through.

use super::parts::{Parts, Sizes};
use super::{Options, Pilot, Reading, Selector, SelectorState, Verdict};
use crate::factor::Factor;
use crate::model::Model;
use crate::sampler::Item;
use crate::{Error, Scalar};
use rand_core::Rng;

/// All of a selector, borrowed for a call: nothing is copied, and what a call changes is changed in place.
///
/// The parts must belong together, as [`Joined::check`] tells of all but their content.
#[derive(Debug)]
pub struct Joined<'s, T, M, G> {
    /// The model.
    pub model: &'s M,
    /// Its options; ridge and half-life are those of the state.
    pub options: &'s Options<'s, T>,
    /// The generator.
    pub generator: &'s mut G,
    /// The state.
    pub state: &'s mut SelectorState<T>,
    /// At least [`super::selector_len`] scalars.
    pub memory: &'s mut [T],
    /// k + 1 items.
    pub items: &'s mut [Item<T>],
}

impl<'s, T, M, G, B, I> From<&'s mut Selector<'_, T, M, G, B, I>> for Joined<'s, T, M, G>
where
    B: AsMut<[T]>,
    I: AsMut<[Item<T>]>,
{
    fn from(selector: &'s mut Selector<'_, T, M, G, B, I>) -> Self {
        Joined {
            model: &selector.model,
            options: &selector.options,
            generator: &mut selector.generator,
            state: &mut selector.state,
            memory: selector.memory.as_mut(),
            items: selector.items.as_mut(),
        }
    }
}

impl<'s, T, M, G> From<&'s mut Joined<'_, T, M, G>> for Joined<'s, T, M, G> {
    fn from(joined: &'s mut Joined<'_, T, M, G>) -> Self {
        Joined {
            model: joined.model,
            options: joined.options,
            generator: joined.generator,
            state: joined.state,
            memory: joined.memory,
            items: joined.items,
        }
    }
}

impl<T: Scalar, M: Model<T>, G: Rng> Joined<'_, T, M, G> {
    /// Whether the parts fit each other.
    ///
    /// # Errors
    /// As [`Selector::attach`].
    pub fn check(&self) -> Result<(), Error> {
        let (memory, items) = (self.memory.len(), self.items.len());
        self.state.check(self.model, self.options, memory, items)
    }

    /// As [`Selector::start`].
    ///
    /// # Errors
    /// The same.
    pub fn start(&mut self, pilot: Pilot<'_, T>) -> Result<(), Error> {
        if pilot.model_id != self.state.model_id {
            return Err(Error::Identity);
        }
        if pilot.objective != self.options.objective {
            return Err(Error::Objective);
        }
        if pilot.sketch != self.model.sketched() {
            return Err(Error::Identity);
        }
        let sizes = Sizes::of(self.model, self.options.objective);
        let most = T::count(sizes.rows as u64);
        if !(pilot.mean_leverage >= T::ZERO && pilot.mean_leverage <= most) {
            return Err(Error::Range("mean leverage"));
        }
        let parts = Parts::of(&sizes, self.memory)?;
        let mut factor = Factor::attach(self.state.factor, parts.factor)?;
        factor.start(pilot.packed, pilot.rows, pilot.ridge)?;
        self.state.factor = factor.detach().0;
        self.state.mean_leverage = pilot.mean_leverage;
        self.state.ridge_is_open = false;
        self.state.watch(T::count(pilot.rows) / most);
        Ok(())
    }

    /// As [`Selector::offer`].
    ///
    /// # Errors
    /// The same.
    pub fn offer(&mut self, x: &[T], labels: &[T]) -> Result<Verdict<T>, Error> {
        let (state, memory) = (&mut *self.state, &mut *self.memory);
        let mut reading = Reading::new(self.options);
        reading.standardise(state, self.model, self.options.scaling, memory, x)?;
        reading.make_row(state, self.model, memory, labels)?;
        reading.observe(state, memory, self.items.len())?;
        self.decide(&reading, x)
    }

    #[inline(never)]
    fn decide(&mut self, reading: &Reading<T>, x: &[T]) -> Result<Verdict<T>, Error> {
        reading.decide(self.state, self.generator, self.memory, self.items, x)
    }
}
