//! The selector: standardiser, model, factor, mix, reservoir and generator joined for a stream.
//!
//! A reading goes `x -> standardiser -> model -> adjoint row -> online leverage -> score -> reservoir -> slot`, nothing
//! above O(N^2). Each item's weight is `1 / inclusion probability`, so weighted sums over the kept readings are
//! unbiased for sums over all readings with a score above 0, whatever the scores were made of. A reading whose row is
//! 0 (every neuron dead, say) has leverage 0 and is never kept unless there is a uniform share; [`Stats::unscored`] counts it.

mod joined;
mod options;
mod parts;
mod reading;
mod rebase;
mod state;
mod stored;
mod thin;

pub use joined::Joined;
pub use options::{Options, Pilot, Scaling};
pub use parts::{selector_len, selector_len_of};
pub use reading::Reading;
pub(crate) use state::LEAST_MEAN;
pub use state::{SelectorState, Stats, Verdict};
pub(crate) use stored::stored;

use crate::drift::Drift;
use crate::factor::Factor;
use crate::model::Model;
use crate::record::Header;
use crate::sampler::{Candidate, Item, Kept, Reservoir, effective_size};
use crate::standardiser::Moments;
use crate::{Error, Scalar, Sum};
use options::admit;
use parts::{Parts, Sizes};
use rand_core::Rng;

/// Scores and keeps readings of a stream.
///
/// Memory is owned (`[T; LEN]`, `[Item<T>; K + 1]`) or borrowed. Payloads stay with the caller: write the next one into
/// slot [`Selector::free`], offer its input, and go on with the slot that the verdict names.
///
/// A model with several outputs has several rows a reading ([`Model::rows`]): they go into the factor in order, and their
/// online leverages add up to the reading's.
#[derive(Clone, Debug)]
pub struct Selector<'a, T, M, G, B, I> {
    pub(crate) model: M,
    pub(crate) options: Options<'a, T>,
    pub(crate) generator: G,
    pub(crate) state: SelectorState<T>,
    pub(crate) memory: B,
    pub(crate) items: I,
}

impl<'a, T, M, G, B, I> Selector<'a, T, M, G, B, I>
where
    T: Scalar,
    M: Model<T>,
    G: Rng,
    B: AsRef<[T]> + AsMut<[T]>,
    I: AsRef<[Item<T>]> + AsMut<[Item<T>]>,
{
    /// An empty selector. `memory` holds at least [`selector_len`] scalars, `items` k + 1 items.
    ///
    /// # Errors
    /// `Model` for a model without inputs or outputs, or whose order is not in 1 to P + 1; `Length` where memory, items or
    /// scaling constants do not fit the model; `Objective` for the logistic loss behind a sigmoid, and for classes where there are
    /// not at least two logits; `Range` for an option
    /// outside its range; `NotFinite` for scaling constants.
    pub fn new(
        model: M,
        options: Options<'a, T>,
        generator: G,
        mut memory: B,
        items: I,
    ) -> Result<Self, Error> {
        admit(&model, &options)?;
        options.check()?;
        let sizes = Sizes::of(&model, options.objective);
        let parts = Parts::of(&sizes, memory.as_mut())?;
        let mut factor = Factor::new(model.order(), options.ridge, parts.factor)?;
        factor.set_half_life(options.half_life)?;
        let factor = factor.detach().0;
        Moments::<T, _>::new(parts.moments)?;
        let (reservoir, items) = Reservoir::new(items)?.detach();
        let state = SelectorState {
            factor,
            reservoir,
            stats: Stats::default(),
            moments: 0,
            mean_leverage: T::ZERO,
            ridge_is_open: options.ridge == T::ZERO,
            leverages: Sum::default(),
            leverage_count: 0,
            model_id: options.model_id,
            period: 0,
            drift: Drift::new(0, options.half_life),
        };
        Self::attach(model, options, generator, state, memory, items)
    }

    /// Joins a state and what it was detached from.
    ///
    /// Ridge and half-life come from the state; objective, scaling and uniform share must be those given to
    /// [`Selector::new`].
    ///
    /// # Errors
    /// As [`Selector::new`]; `Identity` where the state belongs to another model; `Range` where it contradicts itself.
    pub fn attach(
        model: M,
        options: Options<'a, T>,
        generator: G,
        state: SelectorState<T>,
        memory: B,
        items: I,
    ) -> Result<Self, Error> {
        let mut selector = Selector {
            model,
            options,
            generator,
            state,
            memory,
            items,
        };
        selector.joined().check()?;
        Ok(selector)
    }

    pub(crate) fn joined(&mut self) -> Joined<'_, T, M, G> {
        self.into()
    }

    /// Takes the selector apart: generator, state, memory, items.
    pub fn detach(self) -> (G, SelectorState<T>, B, I) {
        (self.generator, self.state, self.memory, self.items)
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The state.
    pub fn state(&self) -> SelectorState<T> {
        self.state
    }

    /// The factor, to read: for [`crate::explain::explain`] and scores of one's own. Its rows are without gauge columns.
    ///
    /// # Errors
    /// None of a selector that was made by [`Selector::new`] or attached: what it checks has been checked.
    pub fn factor(&self) -> Result<Factor<T, &[T]>, Error> {
        let (_, factor) = stored(&self.model, &self.options, self.memory.as_ref())?;
        Factor::attach(self.state.factor, factor)
    }

    /// Starts the factor from the pilot's rows instead of the ridge alone: far better picks early in the stream.
    ///
    /// # Errors
    /// `Identity` where the pilot belongs to another model or its rows are sketched otherwise, `Objective` where they are of
    /// another objective, `Length` where its order is another, `Range` or `NotFinite` where
    /// its numbers are impossible.
    pub fn start(&mut self, pilot: Pilot<'_, T>) -> Result<(), Error> {
        self.joined().start(pilot)
    }

    /// The free slot, 0 to k: where the next payload goes.
    pub fn free(&self) -> u32 {
        self.state.reservoir.free
    }

    /// Scores the reading whose payload is in the free slot, and decides. `labels` as many as the objective takes,
    /// [`crate::model::Objective::labels`]: none, one, or one an output.
    ///
    /// Cost: a row of the model, about N^2 multiplications and additions each, at most three draws, O(log k).
    ///
    /// # Errors
    /// `Length`, `NotFinite`, `Range`, `Label` for a reading that cannot be scored. The refusal is counted; nothing else
    /// has changed, and the free slot stays.
    pub fn offer(&mut self, x: &[T], labels: &[T]) -> Result<Verdict<T>, Error> {
        self.joined().offer(x, labels)
    }

    /// The next model: the factor is rebuilt from the kept readings' rows under it, each with its weight, since an old
    /// factor says nothing of new rows. Slots, scores and weights stay valid, and so does every sum over them.
    ///
    /// `recall(slot, x, labels)` writes the input that was offered from a slot and its labels; it is asked twice for each
    /// and must answer the same. `options` as for [`Selector::new`], with the new model's id. Cost: two rows and one
    /// observation for each kept reading.
    ///
    /// # Errors
    /// `Length` where inputs, parameters or scratch differ in number from the old model's; `Objective`, `Range`, `Length` as
    /// [`Selector::new`]; what `recall` returns; those of a reading. All are found before anything changes, but for a
    /// `recall` that fails when asked the second time: the factor is then empty and starts anew with the next reading.
    pub fn rebase<R>(&mut self, model: M, options: Options<'a, T>, recall: R) -> Result<(), Error>
    where
        R: FnMut(u32, &mut [T], &mut [T]) -> Result<(), Error>,
    {
        self.joined().rebase(&model, &options, recall)?;
        self.model = model;
        self.options = options;
        Ok(())
    }

    /// Comes down to `keep` readings, before they are drained: a sample thinned from m k kept readings carries far more
    /// than k kept from the start. See [`Reservoir::thin`], which this does with positions of its own: the whitened row
    /// over the score, so that what two neighbours say of the model is nearly the same.
    ///
    /// `candidates`: those who wait for a neighbour, best as many as are kept; `positions`:
    /// [`crate::sampler::positions_len`]`(candidates.len(), N)` scalars, N the model's order times the rows of a sample. `recall` as in
    /// [`Selector::rebase`], asked twice for each reading; one that fails the second time only costs spread. Weights are
    /// exact either way. The selector takes no readings until [`Selector::begin_period`].
    /// Cost: of n kept, 2 n rows and whitenings, and about `n candidates N` multiplications.
    ///
    /// # Errors
    /// As [`Reservoir::thin`]; what `recall` returns; those of a reading; `Stale` as in [`Factor::score`]. Then nothing
    /// has changed but the order of the items.
    pub fn thin<R>(
        &mut self,
        keep: usize,
        candidates: &mut [Candidate<T>],
        positions: &mut [T],
        recall: R,
    ) -> Result<(), Error>
    where
        R: FnMut(u32, &mut [T], &mut [T]) -> Result<(), Error>,
    {
        self.joined().thin(keep, candidates, positions, recall)
    }

    /// Number of kept readings.
    pub fn len(&self) -> usize {
        self.state.len()
    }

    /// Nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kept reading `index`, `0..len()`, in no order that means anything.
    pub fn kept(&self, index: usize) -> Option<Kept<T>> {
        self.state.kept(self.items.as_ref(), index)
    }

    /// The kept readings with their weights, which are final for what has been offered. Nothing is removed: read the
    /// payloads from their slots, then begin the next period.
    pub fn drain(&self) -> impl Iterator<Item = Kept<T>> + '_ {
        (0..self.len()).filter_map(|index| self.kept(index))
    }

    /// Empties the reservoir and the counters; factor, moments, generator and the free slot go on.
    pub fn begin_period(&mut self) {
        self.state.begin_period();
    }

    /// Counters of the period.
    pub fn stats(&self) -> Stats<T> {
        self.state.stats
    }

    /// The threshold: scores above it are kept for certain.
    pub fn threshold(&self) -> T {
        self.state.reservoir.threshold
    }

    /// `(sum w)^2 / sum w^2` of the kept: how many readings drawn evenly they are worth.
    pub fn effective_size(&self) -> T {
        effective_size(self.drain())
    }

    /// The header of this period's record; `seed` is what the generator was seeded with, `payload` bytes an item.
    pub fn record_header(&self, seed: u64, payload: u32) -> Header {
        Header {
            model: self.state.model_id,
            period: self.state.period,
            seed,
            seen: self.state.stats.seen,
            total: self.state.stats.total_score.value().wide(),
            threshold: self.threshold().wide(),
            items: self.len().try_into().unwrap_or(u32::MAX),
            payload,
        }
    }
}
