//! The selector: standardiser, model, factor, mix, reservoir and generator joined for a stream.

use crate::factor::{FactorState, factor_len};
use crate::model::{Form, Model, Objective};
use crate::sampler::{Item, Kept, ReservoirState};
use crate::{Error, Scalar};
use rand_core::Rng;

/// Scalars of memory for a selector: factor of order N, whole row of P + 1, standardised input, running moments, scratch.
pub const fn selector_len(inputs: usize, parameters: usize, order: usize, scratch: usize) -> usize {
    factor_len(order) + parameters + 1 + 5 * inputs + scratch
}

/// How inputs are standardised before the model sees them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scaling<'a, T> {
    /// Inputs go to the model as they come.
    None,
    /// Exported constants: `(x - mean) / scale`.
    Constants {
        /// One a feature.
        mean: &'a [T],
        /// One a feature, positive.
        scale: &'a [T],
    },
    /// Running mean and variance of the readings before this one.
    Running,
}

/// What a selector is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options<'a, T> {
    /// What a sample contributes.
    pub objective: Objective<T>,
    /// Standardiser.
    pub scaling: Scaling<'a, T>,
    /// lambda; 0: 1e-6 times the squared norm of the first row.
    pub ridge: T,
    /// Half-life of the factor in rows; 0: never forget.
    pub half_life: u64,
    /// alpha, the share of uniform sampling in the score, in [0, 1].
    pub uniform: T,
    /// Mean online leverage expected (of the pilot's rows); 0: the mean of the readings before.
    pub mean_leverage: T,
    /// Id of the model.
    pub model_id: u64,
}

/// What a selector counts, in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats<T> {
    /// Readings scored and offered to the reservoir.
    pub seen: u64,
    /// Readings that entered the reservoir.
    pub accepted: u64,
    /// Kept readings that were evicted again.
    pub evicted: u64,
    /// Readings refused: wrong length, not finite, out of range, label.
    pub refused_length: u64,
    /// Not finite.
    pub refused_not_finite: u64,
    /// Out of range.
    pub refused_range: u64,
    /// Label missing, unwanted or out of range.
    pub refused_label: u64,
    /// Any other cause.
    pub refused_other: u64,
    /// Sum of all scores.
    pub total_score: T,
    /// Compensation of the sum.
    pub total_compensation: T,
    /// Highest score of a dropped reading.
    pub highest_dropped: T,
}

/// What became of a reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict<T> {
    /// Whether it is kept, for now.
    pub kept: bool,
    /// The free slot from now on.
    pub free: u32,
    /// Its score.
    pub score: T,
    /// Its online leverage, in [0, 1].
    pub leverage: T,
    /// How its row was made.
    pub form: Form,
    /// The row's completeness residual.
    pub completeness: T,
}

/// Everything of a selector but its memory, model and generator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelectorState<T> {
    /// The factor's state.
    pub factor: FactorState<T>,
    /// The reservoir's state.
    pub reservoir: ReservoirState<T>,
    /// Counters of the period.
    pub stats: Stats<T>,
    /// Readings in the running moments.
    pub moments: u64,
    /// Readings whose leverage is in the running mean.
    pub leverages: u64,
    /// Running mean of the leverage, and its compensation.
    pub mean_leverage: [T; 2],
    /// Id of the model.
    pub model_id: u64,
    /// Number of the period, from 0.
    pub period: u32,
}

/// Scores and keeps readings of a stream.
#[derive(Clone, Debug)]
pub struct Selector<'a, T, M, G, B, I> {
    model: M,
    options: Options<'a, T>,
    generator: G,
    state: SelectorState<T>,
    memory: B,
    items: I,
}

impl<'a, T, M, G, B, I> Selector<'a, T, M, G, B, I>
where
    T: Scalar,
    M: Model<T>,
    G: Rng,
    B: AsRef<[T]> + AsMut<[T]>,
    I: AsRef<[Item<T>]> + AsMut<[Item<T>]>,
{
    /// An empty selector. `memory` holds `selector_len(..)` scalars, `items` k + 1 items.
    pub fn new(model: M, options: Options<'a, T>, generator: G, memory: B, items: I) -> Result<Self, Error> {
        todo!()
    }
    /// Joins a state and what it was detached from.
    pub fn attach(
        model: M,
        options: Options<'a, T>,
        generator: G,
        state: SelectorState<T>,
        memory: B,
        items: I,
    ) -> Result<Self, Error> {
        todo!()
    }
    /// Takes the selector apart: generator, state, memory, items.
    pub fn detach(self) -> (G, SelectorState<T>, B, I) {
        (self.generator, self.state, self.memory, self.items)
    }
    /// Starts the factor from the pilot's rows: its packed triangle of order N, rows and ridge.
    pub fn start(&mut self, packed: &[T], rows: u64, ridge: T) -> Result<(), Error> {
        todo!()
    }
    /// The free slot: where the next payload goes.
    pub fn free(&self) -> u32 {
        self.state.reservoir.free
    }
    /// Scores the reading whose payload is in the free slot, and decides.
    pub fn offer(&mut self, x: &[T], label: Option<T>) -> Result<Verdict<T>, Error> {
        todo!()
    }
    /// Number of kept readings.
    pub fn len(&self) -> usize {
        todo!()
    }
    /// Nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The kept reading `index`, `0..len()`.
    pub fn kept(&self, index: usize) -> Option<Kept<T>> {
        todo!()
    }
    /// The kept readings with their weights, final now.
    pub fn drain(&self) -> impl Iterator<Item = Kept<T>> + '_ {
        (0..self.len()).filter_map(|index| self.kept(index))
    }
    /// Empties the reservoir and the counters; factor, moments and generator go on.
    pub fn begin_period(&mut self) {
        todo!()
    }
    /// The next model: the factor is rebuilt from the kept readings under it, each with its weight.
    /// `recall(slot, x)` writes a slot's input and returns its label. Slots, scores and weights stay.
    pub fn rebase<R>(&mut self, model: M, model_id: u64, recall: R) -> Result<(), Error>
    where
        R: FnMut(u32, &mut [T]) -> Result<Option<T>, Error>,
    {
        todo!()
    }
    /// Counters of the period.
    pub fn stats(&self) -> Stats<T> {
        self.state.stats
    }
    /// The threshold: scores above it are kept for certain.
    pub fn threshold(&self) -> T {
        self.state.reservoir.threshold
    }
    /// `(sum w)^2 / sum w^2` of the kept.
    pub fn effective_size(&self) -> T {
        todo!()
    }
}
