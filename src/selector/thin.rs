//! At the end of a period, from many kept readings to few that are spread over what the model distinguishes.

use super::Joined;
use super::parts::{Parts, recall_row};
use crate::factor::Factor;
use crate::model::Model;
use crate::sampler::{Candidate, Room};
use crate::{Error, Scalar};
use rand_core::Rng;

impl<T: Scalar, M: Model<T>, G: Rng> Joined<'_, T, M, G> {
    /// As [`super::Selector::thin`].
    ///
    /// # Errors
    /// The same.
    pub fn thin<R>(
        &mut self,
        keep: usize,
        candidates: &mut [Candidate<T>],
        positions: &mut [T],
        mut recall: R,
    ) -> Result<(), Error>
    where
        R: FnMut(u32, &mut [T]) -> Result<Option<T>, Error>,
    {
        let (model, options, moments) = (self.model, self.options, self.state.moments);
        let (memory, factor) = (&mut *self.memory, self.state.factor);
        let mut stand = |slot: u32, score: T, to: &mut [T]| {
            recall_row(model, options, moments, memory, slot, &mut recall)?;
            let parts = Parts::of(model, memory)?;
            let row = parts.row.get(..model.order());
            Factor::attach(factor, &*parts.factor)?
                .whiten(row.ok_or(Error::Length("memory"))?, to)?;
            to.iter_mut().for_each(|z| *z /= score);
            Ok(())
        };
        // All are asked for before anything changes.
        for index in 0..self.state.len() {
            let spare = positions.get_mut(..model.order());
            let spare = spare.ok_or(Error::Length("positions"))?;
            if let Some(kept) = self.state.kept(self.items, index) {
                stand(kept.slot, kept.score, spare)?;
            }
        }
        let room = Room {
            candidates,
            positions,
            dimensions: model.order(),
        };
        let before = self.state.len();
        let reservoir = &mut self.state.reservoir;
        reservoir.thin(self.items, keep, self.generator, room, |kept, to| {
            if stand(kept.slot, kept.score, to).is_err() {
                to.fill(T::ZERO);
            }
        })?;
        self.state
            .stats
            .evict(before.saturating_sub(self.state.len()));
        Ok(())
    }
}
