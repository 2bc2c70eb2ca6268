//! An offer in four steps, each of which needs other parts of a selector, so that none is on the stack while another is
//! at work: the reading as the model sees it; its row; the factor; the decision.

use super::parts::{Labels, Parts, Sizes, has_room_for_squares, made_rows, make_rows};
use super::{Options, Scaling, SelectorState, Verdict};
use crate::model::{Form, Model, Objective};
use crate::sampler::Item;
use crate::standardiser::{Moments, moments_len};
use crate::{Error, Scalar};
use rand_core::Rng;

/// A reading on its way to a decision: `standardise`, `make_row`, `observe`, `decide`, in this order and once each, over
/// the same state, model, memory and items. Until `observe` nothing has moved but the counter of refusals; what the
/// last step refuses then was not handed to it as to `observe`.
///
/// [`super::Selector::offer`] is all of it. The steps are for whoever keeps a selector's parts apart, as the C library
/// does, and counts bytes of stack.
#[derive(Clone, Copy, Debug)]
pub struct Reading<T> {
    objective: Objective<T>,
    uniform: T,
    is_running: bool,
    /// Where the rows begin in the memory.
    rows: usize,
    sizes: Sizes,
    /// Where the factor begins.
    factor: usize,
    form: Form,
    completeness: T,
    leverage: T,
}

impl<T: Scalar> Reading<T> {
    /// One that no step has been done of.
    pub fn new(options: &Options<'_, T>) -> Self {
        Reading {
            objective: options.objective,
            uniform: options.uniform,
            is_running: false,
            rows: 0,
            sizes: Sizes::default(),
            factor: 0,
            form: Form::Exact,
            completeness: T::ZERO,
            leverage: T::ZERO,
        }
    }

    /// First step: the reading as the model sees it, into the memory. `scaling` is that of the options.
    ///
    /// # Errors
    /// As [`super::Selector::offer`]: the refusal is counted, nothing else has changed.
    #[inline(never)]
    pub fn standardise<M: Model<T>>(
        &mut self,
        state: &mut SelectorState<T>,
        model: &M,
        scaling: Scaling<'_, T>,
        memory: &mut [T],
        x: &[T],
    ) -> Result<(), Error> {
        state.counting(|state| {
            self.sizes = Sizes::of(model, self.objective);
            let mut parts = Parts::of(&self.sizes, memory)?;
            self.rows = parts.moments.len() + parts.x.len();
            self.factor = self.rows + parts.rows.len() + parts.scratch.len();
            self.is_running = scaling == Scaling::Running;
            parts.standardise(x, scaling, state.moments)?;
            if self.is_running {
                if !has_room_for_squares(x) {
                    return Err(Error::Range("x"));
                }
                // Moments of any size may come from a snapshot: nothing must fail once the factor has moved.
                Moments::attach(state.moments, &*parts.moments)?.admit(x)?;
            }
            Ok(())
        })
    }

    /// Second step: its rows, into the memory.
    ///
    /// # Errors
    /// As [`Reading::standardise`].
    #[inline(never)]
    pub fn make_row<M: Model<T>>(
        &mut self,
        state: &mut SelectorState<T>,
        model: &M,
        memory: &mut [T],
        labels: &[T],
    ) -> Result<(), Error> {
        state.counting(|_| {
            let parts = Parts::of(&self.sizes, memory)?;
            let labels = Labels::Given(labels);
            let report = make_rows(model, self.objective, &self.sizes, parts, labels)?;
            (self.form, self.completeness) = (report.form, report.completeness);
            Ok(())
        })
    }

    /// Third step: the rows go into the factor. `items` is the length of what [`Reading::decide`] gets.
    ///
    /// # Errors
    /// As [`Reading::standardise`].
    #[inline(never)]
    pub fn observe(
        &mut self,
        state: &mut SelectorState<T>,
        memory: &mut [T],
        items: usize,
    ) -> Result<(), Error> {
        state.counting(|state| {
            // Nothing must fail once the factor has moved.
            state.reservoir.check(items)?;
            state.reservoir.check_open(items)?;
            let short = Error::Length("memory");
            let (parts, factor) = memory.split_at_mut_checked(self.factor).ok_or(short)?;
            let rows = parts.get(self.rows..).ok_or(short)?;
            state.factor.check_over(factor)?;
            // One row is admitted as it is taken in; of several, none must be refused behind another.
            if self.sizes.rows > 1 {
                let (made, opens) = (made_rows(&self.sizes, rows), state.ridge_is_open);
                if !state.factor.admits(factor, made, opens) {
                    return Err(Error::Range("row"));
                }
            }
            let mut leverage = T::ZERO;
            for row in made_rows(&self.sizes, rows) {
                if state.ridge_is_open && row.iter().any(|&entry| entry != T::ZERO) {
                    // The first row that is not 0 sets an open ridge.
                    state.factor.start_from_row(factor, row)?;
                    state.ridge_is_open = false;
                }
                leverage += state.factor.take_in(factor, row, T::ONE)?;
            }
            self.leverage = leverage;
            state.factor.forget(factor);
            Ok(())
        })
    }

    /// Last step: decides. `x` is the reading as it came.
    ///
    /// # Errors
    /// As [`Reading::standardise`].
    #[inline(always)]
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

    #[inline(always)]
    fn take_in<G: Rng>(
        &self,
        state: &mut SelectorState<T>,
        generator: &mut G,
        memory: &mut [T],
        items: &mut [Item<T>],
        x: &[T],
    ) -> Result<Verdict<T>, Error> {
        let leverage = self.leverage;
        let score = if self.uniform == T::ZERO {
            leverage
        } else {
            (T::ONE - self.uniform) * (leverage / state.mean()) + self.uniform
        };
        state.reservoir.check(items.len())?;
        let outcome = state.reservoir.offer(items, score, generator)?;
        if self.is_running {
            let moments = memory.get_mut(..moments_len(x.len()));
            let moments = moments.ok_or(Error::Length("memory"))?;
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
