//! A selector joined from parts that lie elsewhere: what [`Selector`] and the C library both work through.

use super::parts::{Parts, has_room_for_squares};
use super::{Options, Pilot, Scaling, Selector, SelectorState, Verdict};
use crate::factor::{Factor, FactorState, default_ridge};
use crate::model::{Model, dot};
use crate::sampler::{Item, Reservoir};
use crate::standardiser::Moments;
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
        if !(pilot.mean_leverage >= T::ZERO && pilot.mean_leverage <= T::ONE) {
            return Err(Error::Range("mean leverage"));
        }
        let parts = Parts::of(self.model, self.memory)?;
        let mut factor = Factor::attach(self.state.factor, parts.factor)?;
        factor.start(pilot.packed, pilot.rows, pilot.ridge)?;
        self.state.factor = factor.detach().0;
        self.state.mean_leverage = pilot.mean_leverage;
        self.state.ridge_is_open = false;
        Ok(())
    }

    /// As [`Selector::offer`].
    ///
    /// # Errors
    /// The same.
    pub fn offer(&mut self, x: &[T], label: Option<T>) -> Result<Verdict<T>, Error> {
        let verdict = self.decide(x, label);
        if let Err(cause) = verdict {
            self.state.stats.refuse(cause);
        }
        verdict
    }

    fn decide(&mut self, x: &[T], label: Option<T>) -> Result<Verdict<T>, Error> {
        let mut parts = Parts::of(self.model, self.memory)?;
        parts.standardise(x, self.options.scaling, self.state.moments)?;
        let is_running = self.options.scaling == Scaling::Running;
        if is_running && !has_room_for_squares(x) {
            return Err(Error::Range("x"));
        }
        let (form, completeness) = parts.make_row(self.model, self.options.objective, label)?;
        let row = parts
            .row
            .get(..self.model.order())
            .ok_or(Error::Length("memory"))?;
        let mut reservoir = Reservoir::attach(self.state.reservoir, &mut *self.items)?;

        // Until here nothing has moved. A row that the factor refuses leaves it as it was.
        let is_first = self.state.ridge_is_open && row.iter().any(|&entry| entry != T::ZERO);
        let leverage = observe(&mut self.state.factor, parts.factor, row, is_first)?;
        self.state.ridge_is_open &= !is_first;

        let alpha = self.options.uniform;
        let score = if alpha == T::ZERO {
            leverage
        } else {
            (T::ONE - alpha) * (leverage / self.state.mean()) + alpha
        };
        let outcome = reservoir.offer(score, self.generator)?;
        self.state.reservoir = reservoir.state();
        if is_running {
            let mut moments = Moments::attach(self.state.moments, parts.moments)?;
            moments.observe(x)?;
            self.state.moments = moments.count();
        }
        self.state.count(leverage, score, &outcome);
        Ok(Verdict {
            kept: outcome.kept,
            free: outcome.free,
            score,
            leverage,
            form,
            completeness,
        })
    }
}

/// Takes a row into the factor; the first one that is not 0 sets the ridge. On an error nothing has changed.
fn observe<T: Scalar>(
    state: &mut FactorState<T>,
    memory: &mut [T],
    row: &[T],
    sets_ridge: bool,
) -> Result<T, Error> {
    let mut factor = Factor::attach(*state, memory)?;
    if sets_ridge {
        let ridge = default_ridge(dot(row, row));
        if ridge == T::ZERO || factor.reset(ridge).is_err() {
            return Err(Error::Range("row"));
        }
    }
    let leverage = factor.observe(row, T::ONE);
    if leverage.is_ok() {
        *state = factor.state();
    } else if sets_ridge {
        // Back to what rows of zeros left.
        factor.reset(T::ZERO)?;
    }
    leverage
}
