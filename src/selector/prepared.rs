//! The second half of an offer: from a row to a decision.

use super::{SelectorState, Verdict};
use crate::model::Form;
use crate::sampler::Item;
use crate::standardiser::{Moments, moments_len};
use crate::{Error, Scalar};
use rand_core::Rng;

/// A reading whose row lies in the selector's memory. Nothing has moved yet.
#[derive(Clone, Copy, Debug)]
pub struct Prepared<T> {
    /// Where the row begins in the memory.
    pub(super) row: usize,
    /// Where the factor does.
    pub(super) factor: usize,
    pub(super) order: usize,
    pub(super) uniform: T,
    pub(super) is_running: bool,
    pub(super) form: Form,
    pub(super) completeness: T,
}

impl<T: Scalar> Prepared<T> {
    /// Decides on the reading `x` over the state, memory and items that it was prepared with.
    ///
    /// # Errors
    /// As [`super::Selector::offer`]: the refusal is counted, nothing else has changed.
    pub fn decide<G: Rng>(
        &self,
        state: &mut SelectorState<T>,
        generator: &mut G,
        memory: &mut [T],
        items: &mut [Item<T>],
        x: &[T],
    ) -> Result<Verdict<T>, Error> {
        let verdict = self.take_in(state, generator, memory, items, x);
        if let Err(cause) = verdict {
            state.stats.refuse(cause);
        }
        verdict
    }

    fn take_in<G: Rng>(
        &self,
        state: &mut SelectorState<T>,
        generator: &mut G,
        memory: &mut [T],
        items: &mut [Item<T>],
        x: &[T],
    ) -> Result<Verdict<T>, Error> {
        let short = Error::Length("memory");
        let (parts, factor) = memory.split_at_mut_checked(self.factor).ok_or(short)?;
        let row = parts.get(self.row..).and_then(|row| row.get(..self.order));
        state.reservoir.check(items.len())?;

        // Until here nothing has moved. A row that the factor refuses leaves it as it was.
        let leverage = observe(state, factor, row.ok_or(short)?)?;
        let score = if self.uniform == T::ZERO {
            leverage
        } else {
            (T::ONE - self.uniform) * (leverage / state.mean()) + self.uniform
        };
        let outcome = state.reservoir.offer(items, score, generator)?;
        if self.is_running {
            let moments = parts.get_mut(..moments_len(x.len())).ok_or(short)?;
            let mut moments = Moments::attach(state.moments, moments)?;
            moments.observe(x)?;
            state.moments = moments.count();
        }
        state.count(leverage, score, &outcome);
        Ok(Verdict {
            kept: outcome.kept,
            free: outcome.free,
            score,
            leverage,
            form: self.form,
            completeness: self.completeness,
        })
    }
}

/// Takes a row into the factor; the first one that is not 0 sets an open ridge. On an error nothing has changed.
fn observe<T: Scalar>(
    state: &mut SelectorState<T>,
    memory: &mut [T],
    row: &[T],
) -> Result<T, Error> {
    state.factor.check_over(memory)?;
    if state.ridge_is_open && row.iter().any(|&entry| entry != T::ZERO) {
        state.factor.start_from_row(memory, row)?;
        state.ridge_is_open = false;
    }
    state.factor.observe(memory, row, T::ONE)
}
