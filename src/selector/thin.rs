//! At the end of a period, from many kept readings to few that are spread over what the model distinguishes.

use super::Joined;
use super::parts::{Parts, Sizes, made_rows, recall_rows};
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
        R: FnMut(u32, &mut [T], &mut [T]) -> Result<(), Error>,
    {
        let (model, options, moments) = (self.model, self.options, self.state.moments);
        let (memory, factor) = (&mut *self.memory, self.state.factor);
        let sizes = Sizes::of(model, options.objective);
        let dimensions = sizes.rows.saturating_mul(sizes.order);
        let mut stand = |slot: u32, score: T, to: &mut [T]| {
            recall_rows(model, options, moments, memory, slot, &mut recall)?;
            let parts = Parts::of(&sizes, memory)?;
            let factor = Factor::attach(factor, &*parts.factor)?;
            let places = to.chunks_exact_mut(sizes.order.max(1));
            for (row, place) in made_rows(&sizes, parts.rows).zip(places) {
                factor.whiten(row, place)?;
            }
            to.iter_mut().for_each(|z| *z /= score);
            Ok(())
        };
        // All are asked for before anything changes.
        for index in 0..self.state.len() {
            let spare = positions.get_mut(..dimensions);
            let spare = spare.ok_or(Error::Length("positions"))?;
            if let Some(kept) = self.state.kept(self.items, index) {
                stand(kept.slot, kept.score, spare)?;
            }
        }
        let room = Room {
            candidates,
            positions,
            dimensions,
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
