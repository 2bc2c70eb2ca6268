//! The next model takes over from the kept readings.

use super::options::admit;
use super::parts::{Parts, Sizes, made_rows, recall_rows};
use super::{Joined, Options};
use crate::drift::faded;
use crate::factor::{Factor, FactorState, check_ridge, default_ridge};
use crate::model::{Model, dot};
use crate::{Error, Scalar, Sum};
use rand_core::Rng;

impl<T: Scalar, M: Model<T>, G: Rng> Joined<'_, T, M, G> {
    /// As [`super::Selector::rebase`]; from now on join the state with this model and these options.
    ///
    /// # Errors
    /// The same.
    pub fn rebase<N: Model<T>, R>(
        &mut self,
        model: &N,
        options: &Options<'_, T>,
        mut recall: R,
    ) -> Result<(), Error>
    where
        R: FnMut(u32, &mut [T], &mut [T]) -> Result<(), Error>,
    {
        let old = self.model;
        let sizes = Sizes::of(model, options.objective);
        let before = Sizes::of(old, self.options.objective);
        let of = |sizes: &Sizes| (sizes.inputs, sizes.rows, sizes.row, sizes.scratch);
        if of(&sizes) != of(&before) {
            return Err(Error::Length("model"));
        }
        admit(model, options)?;
        options.check()?;
        if options.half_life > 0 && options.half_life < model.order() as u64 {
            return Err(Error::Range("half_life"));
        }
        let kept = self.state.len();
        let mut is_zero = true;
        let (mut weights, mut squares) = (Sum::<T>::default(), Sum::<T>::default());
        for index in 0..kept {
            let Some(item) = self.state.kept(self.items, index) else {
                continue;
            };
            let moments = self.state.moments;
            recall_rows(model, options, moments, self.memory, item.slot, &mut recall)?;
            for row in made_rows(&sizes, Parts::of(&sizes, self.memory)?.rows) {
                is_zero &= row.iter().all(|&entry| entry == T::ZERO);
                weights.add(item.weight);
                squares.add(item.weight * dot(row, row));
            }
        }
        let bounded = squares.value() <= T::MAX * T::of(0.125);
        if !bounded {
            return Err(Error::Range("row"));
        }
        let mut ridge = options.ridge;
        if ridge == T::ZERO && !is_zero {
            ridge = default_ridge(squares.value() / weights.value());
            // Rows whose squares vanish would leave a ridge of 0.
            if ridge == T::ZERO || check_ridge(ridge).is_err() {
                return Err(Error::Range("row"));
            }
        }
        check_ridge(ridge)?;
        let factor = Parts::of(&sizes, self.memory)?.factor;
        let mut factor = Factor::new(model.order(), ridge, factor)?;
        factor.set_half_life(options.half_life)?;
        let empty = factor.state();
        let filled = self.fill(model, options, empty, &mut recall);
        let Ok((state, weight)) = filled else {
            // A reading could be recalled once and not twice: nothing is known any more of either model's rows.
            let old = Parts::of(&before, self.memory)?.factor;
            let ridge = self.options.ridge;
            let mut factor = Factor::new(self.model.order(), ridge, old)?;
            factor.set_half_life(self.state.factor.half_life)?;
            self.state.factor = factor.state();
            self.state.ridge_is_open = ridge == T::ZERO;
            self.state.forget_leverages(T::ZERO);
            return filled.map(|_| ());
        };
        self.state.factor = state;
        self.state.ridge_is_open = ridge == T::ZERO;
        self.state.model_id = options.model_id;
        self.state.forget_leverages(weight);
        Ok(())
    }

    /// Takes the rows of all kept readings into an empty factor in the selector's memory; what the readings weigh there.
    fn fill<N: Model<T>, R>(
        &mut self,
        model: &N,
        options: &Options<'_, T>,
        mut state: FactorState<T>,
        recall: &mut R,
    ) -> Result<(FactorState<T>, T), Error>
    where
        R: FnMut(u32, &mut [T], &mut [T]) -> Result<(), Error>,
    {
        let sizes = Sizes::of(model, options.objective);
        let mut weight = T::ZERO;
        for index in 0..self.state.len() {
            let Some(item) = self.state.kept(self.items, index) else {
                continue;
            };
            let moments = self.state.moments;
            recall_rows(model, options, moments, self.memory, item.slot, recall)?;
            let parts = Parts::of(&sizes, self.memory)?;
            // As an offer does: a reading ages the factor once, whatever its rows.
            for row in made_rows(&sizes, parts.rows) {
                state.take_in(parts.factor, row, item.weight)?;
            }
            state.forget(parts.factor);
            weight += item.weight;
            if options.half_life > 0 {
                weight *= faded(options.half_life);
            }
        }
        Ok((state, weight))
    }
}
