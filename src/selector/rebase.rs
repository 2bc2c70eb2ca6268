//! The next model takes over from the kept readings.

use super::options::admit;
use super::parts::Parts;
use super::{Joined, Options};
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
        R: FnMut(u32, &mut [T]) -> Result<Option<T>, Error>,
    {
        let old = self.model;
        if (model.inputs(), model.parameters(), model.scratch())
            != (old.inputs(), old.parameters(), old.scratch())
        {
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
            let row = self.recall_row(model, options, item.slot, &mut recall)?;
            is_zero &= row.iter().all(|&entry| entry == T::ZERO);
            weights.add(item.weight);
            squares.add(item.weight * dot(row, row));
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
        let factor = Parts::of(model, self.memory)?.factor;
        let mut factor = Factor::new(model.order(), ridge, factor)?;
        factor.set_half_life(options.half_life)?;
        let empty = factor.state();
        let filled = self.fill(model, options, empty, &mut recall);
        let Ok(state) = filled else {
            // A reading could be recalled once and not twice: nothing is known any more of either model's rows.
            let old = Parts::of(self.model, self.memory)?.factor;
            let mut factor = Factor::new(self.model.order(), T::ZERO, old)?;
            factor.set_half_life(self.options.half_life)?;
            self.state.factor = factor.state();
            self.state.ridge_is_open = true;
            self.state.forget_leverages();
            return filled.map(|_| ());
        };
        self.state.factor = state;
        self.state.ridge_is_open = ridge == T::ZERO;
        self.state.model_id = options.model_id;
        self.state.forget_leverages();
        Ok(())
    }

    /// Takes the rows of all kept readings into an empty factor in the selector's memory.
    fn fill<N: Model<T>, R>(
        &mut self,
        model: &N,
        options: &Options<'_, T>,
        mut state: FactorState<T>,
        recall: &mut R,
    ) -> Result<FactorState<T>, Error>
    where
        R: FnMut(u32, &mut [T]) -> Result<Option<T>, Error>,
    {
        for index in 0..self.state.len() {
            let Some(item) = self.state.kept(self.items, index) else {
                continue;
            };
            self.recall_row(model, options, item.slot, recall)?;
            let parts = Parts::of(model, self.memory)?;
            let row = parts
                .row
                .get(..model.order())
                .ok_or(Error::Length("memory"))?;
            let mut factor = Factor::attach(state, parts.factor)?;
            factor.observe(row, item.weight)?;
            state = factor.state();
        }
        Ok(state)
    }

    /// The row, without gauge columns, of a kept reading under a model.
    fn recall_row<N: Model<T>, R>(
        &mut self,
        model: &N,
        options: &Options<'_, T>,
        slot: u32,
        recall: &mut R,
    ) -> Result<&[T], Error>
    where
        R: FnMut(u32, &mut [T]) -> Result<Option<T>, Error>,
    {
        let moments = self.state.moments;
        let mut parts = Parts::of(model, self.memory)?;
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
}
