//! The selector: standardiser, model, factor, mix, reservoir and generator joined for a stream.
//!
//! A reading goes `x -> standardiser -> model -> adjoint row -> online leverage -> score -> reservoir -> slot`, nothing
//! above O(N^2). Each item's weight is `1 / inclusion probability`, so weighted sums over the kept readings are
//! unbiased for sums over all, whatever the scores were made of.

use crate::factor::{Factor, FactorState, factor_len};
use crate::model::{Form, Model, Objective, dot, largest};
use crate::record::Header;
use crate::sampler::{Item, Kept, Outcome, Reservoir, ReservoirState, effective_size};
use crate::standardiser::{Moments, moments_len, standardise};
use crate::{Error, Scalar, Sum};
use rand_core::Rng;

/// Scalars of memory for a selector: running moments, standardised input, whole row of P + 1, scratch of the
/// model, factor of order N.
pub const fn selector_len(inputs: usize, parameters: usize, order: usize, scratch: usize) -> usize {
    moments_len(inputs) + inputs + parameters + 1 + scratch + factor_len(order)
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
    /// Running mean and standard deviation of the readings before this one.
    Running,
}

/// What a selector is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options<'a, T> {
    /// What a reading contributes. Prediction needs no label.
    pub objective: Objective<T>,
    /// Standardiser.
    pub scaling: Scaling<'a, T>,
    /// lambda of the factor; 0: 1e-6 times the squared norm of the first row (a pilot brings its own).
    pub ridge: T,
    /// Half-life of the factor in rows; 0: never forget.
    pub half_life: u64,
    /// alpha in [0, 1], the share of uniform sampling in the score.
    pub uniform: T,
    /// Id of the model.
    pub model_id: u64,
}

impl<T: Scalar> Default for Options<'_, T> {
    /// Prediction, no standardiser, default ridge, no forgetting, no uniform share, model id 0.
    fn default() -> Self {
        Options {
            objective: Objective::Prediction,
            scaling: Scaling::None,
            ridge: T::ZERO,
            half_life: 0,
            uniform: T::ZERO,
            model_id: 0,
        }
    }
}

/// What the exporter ships beside the parameters: the factor of the rows that the model was trained on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pilot<'a, T> {
    /// The factor's packed triangle, N (N + 1) / 2 scalars.
    pub packed: &'a [T],
    /// Rows in it.
    pub rows: u64,
    /// The ridge in it.
    pub ridge: T,
    /// Mean leverage of its rows, which fixes the mix with the uniform share; 0: the mean of the readings before.
    pub mean_leverage: T,
    /// Id of the model whose rows they are.
    pub model_id: u64,
}

/// What a selector counts in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats<T> {
    /// Readings scored and offered to the reservoir.
    pub seen: u64,
    /// Readings that entered the reservoir.
    pub accepted: u64,
    /// Readings that entered and had to leave again.
    pub evicted: u64,
    /// Refused: wrong length.
    pub refused_length: u64,
    /// Refused: NaN or infinite.
    pub refused_not_finite: u64,
    /// Refused: a value or result out of range.
    pub refused_range: u64,
    /// Refused: label missing, unwanted or out of range.
    pub refused_label: u64,
    /// Refused for any other cause.
    pub refused_other: u64,
    /// Sum of all scores offered.
    pub total_score: Sum<T>,
    /// Highest score of a reading that was dropped.
    pub highest_dropped: T,
}

/// What became of a reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict<T> {
    /// Whether it is kept, for now.
    pub kept: bool,
    /// The free slot from now on: where the next payload goes.
    pub free: u32,
    /// Its score, which the reservoir worked with.
    pub score: T,
    /// Its online leverage in [0, 1]: near 1, nothing like it has been seen.
    pub leverage: T,
    /// How its row was made.
    pub form: Form,
    /// The row's completeness residual.
    pub completeness: T,
}

/// Everything of a selector but its memory, items, model and generator: plain, copied freely.
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
    /// The pilot's mean leverage; 0: none.
    pub mean_leverage: T,
    /// The ridge is still to be set from the first row that is not 0.
    pub ridge_is_open: bool,
    /// Sum of the leverages since the factor began.
    pub leverages: Sum<T>,
    /// Their number.
    pub leverage_count: u64,
    /// Id of the model.
    pub model_id: u64,
    /// Number of the period, from 0.
    pub period: u32,
}

impl<T: Scalar> SelectorState<T> {
    /// What leverages are divided by before they are mixed with the uniform share: the pilot's mean, or that of
    /// the readings before, never of this one, so that weights stay exact.
    fn mean(&self) -> T {
        if self.mean_leverage > T::ZERO {
            return self.mean_leverage;
        }
        let mean = self.leverages.value() / T::count(self.leverage_count.max(1));
        if mean > T::of(LEAST_MEAN) {
            mean
        } else {
            T::ONE
        }
    }

    /// Counts an outcome.
    fn count(&mut self, leverage: T, score: T, outcome: &Outcome<T>) {
        self.leverages.add(leverage);
        self.leverage_count = self.leverage_count.saturating_add(1);
        let stats = &mut self.stats;
        stats.seen = stats.seen.saturating_add(1);
        stats.total_score.add(score);
        if let Some(dropped) = outcome.dropped {
            stats.highest_dropped = stats.highest_dropped.max(dropped.score);
        }
        if outcome.kept {
            stats.accepted = stats.accepted.saturating_add(1);
            if outcome.dropped.is_some() {
                stats.evicted = stats.evicted.saturating_add(1);
            }
        }
    }

    /// A factor from here on with nothing known of its leverages.
    fn forget_leverages(&mut self) {
        self.mean_leverage = T::ZERO;
        self.leverages = Sum::default();
        self.leverage_count = 0;
    }
}

/// Mean leverage below which it is taken as unknown.
const LEAST_MEAN: f64 = 1e-6;
/// lambda over the squared row norm.
const RIDGE_SHARE: f64 = 1e-6;

/// Scores and keeps readings of a stream.
///
/// Memory is owned (`[T; LEN]`, `[Item<T>; K + 1]`) or borrowed. Payloads stay with the caller: write the next one into
/// slot [`Selector::free`], offer its input, and go on with the slot that the verdict names.
#[derive(Clone, Debug)]
pub struct Selector<'a, T, M, G, B, I> {
    model: M,
    options: Options<'a, T>,
    generator: G,
    state: SelectorState<T>,
    memory: B,
    items: I,
}

/// The parts of a selector's memory. The factor comes last: a next model may change its order and nothing else.
struct Parts<'m, T> {
    moments: &'m mut [T],
    x: &'m mut [T],
    row: &'m mut [T],
    scratch: &'m mut [T],
    factor: &'m mut [T],
}

impl<'m, T: Scalar> Parts<'m, T> {
    fn of<M: Model<T>>(model: &M, memory: &'m mut [T]) -> Result<Self, Error> {
        let short = Error::Length("memory");
        let row_len = model.parameters().saturating_add(1);
        let (moments, rest) = memory
            .split_at_mut_checked(moments_len(model.inputs()))
            .ok_or(short)?;
        let (x, rest) = rest.split_at_mut_checked(model.inputs()).ok_or(short)?;
        let (row, rest) = rest.split_at_mut_checked(row_len).ok_or(short)?;
        let (scratch, rest) = rest.split_at_mut_checked(model.scratch()).ok_or(short)?;
        let factor = rest.get_mut(..factor_len(model.order())).ok_or(short)?;
        Ok(Parts {
            moments,
            x,
            row,
            scratch,
            factor,
        })
    }

    /// The reading as the model sees it, into `x`.
    fn standardise(
        &mut self,
        raw: &[T],
        scaling: Scaling<'_, T>,
        moments: u64,
    ) -> Result<(), Error> {
        if raw.len() != self.x.len() {
            return Err(Error::Length("x"));
        }
        match scaling {
            Scaling::None => {
                for (to, &from) in self.x.iter_mut().zip(raw) {
                    *to = from;
                }
                Ok(())
            }
            Scaling::Constants { mean, scale } => standardise(raw, mean, scale, self.x),
            Scaling::Running => {
                Moments::attach(moments, &mut *self.moments)?.standardise(raw, self.x)
            }
        }
    }

    /// The row of `x` without gauge columns, at the front of `row`; its form and completeness.
    fn make_row<M: Model<T>>(
        &mut self,
        model: &M,
        objective: Objective<T>,
        label: Option<T>,
    ) -> Result<(Form, T), Error> {
        let target = objective.with(label)?;
        let report = model.row(self.x, 0, target, self.row, self.scratch)?;
        model.leave_out_gauge(self.row);
        Ok((report.form, report.completeness))
    }
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
    /// `Length` where memory, items or scaling constants do not fit the model; `Objective` for the logistic loss behind
    /// a sigmoid; `Range` for an option outside its range.
    pub fn new(
        model: M,
        options: Options<'a, T>,
        generator: G,
        mut memory: B,
        items: I,
    ) -> Result<Self, Error> {
        let parts = Parts::of(&model, memory.as_mut())?;
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
        };
        Self::attach(model, options, generator, state, memory, items)
    }

    /// Joins a state and what it was detached from.
    ///
    /// # Errors
    /// As [`Selector::new`]; `Identity` where the state belongs to another model.
    pub fn attach(
        model: M,
        options: Options<'a, T>,
        generator: G,
        state: SelectorState<T>,
        mut memory: B,
        items: I,
    ) -> Result<Self, Error> {
        Parts::of(&model, memory.as_mut())?;
        admit(&model, &options)?;
        if state.model_id != options.model_id {
            return Err(Error::Identity);
        }
        if state.factor.order != model.order() {
            return Err(Error::Length("factor"));
        }
        Ok(Selector {
            model,
            options,
            generator,
            state,
            memory,
            items,
        })
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

    /// Starts the factor from the pilot's rows instead of the ridge alone: far better picks early in the stream.
    ///
    /// # Errors
    /// `Identity` where the pilot belongs to another model, `Length` where its order does, `Range` or `NotFinite` where
    /// its numbers are impossible.
    pub fn start(&mut self, pilot: Pilot<'_, T>) -> Result<(), Error> {
        if pilot.model_id != self.state.model_id {
            return Err(Error::Identity);
        }
        if !(pilot.mean_leverage >= T::ZERO && pilot.mean_leverage <= T::ONE) {
            return Err(Error::Range("mean leverage"));
        }
        let parts = Parts::of(&self.model, self.memory.as_mut())?;
        let mut factor = Factor::attach(self.state.factor, parts.factor)?;
        factor.start(pilot.packed, pilot.rows, pilot.ridge)?;
        self.state.factor = factor.detach().0;
        self.state.mean_leverage = pilot.mean_leverage;
        self.state.ridge_is_open = false;
        Ok(())
    }

    /// The free slot, 0 to k: where the next payload goes.
    pub fn free(&self) -> u32 {
        self.state.reservoir.free
    }

    /// Scores the reading whose payload is in the free slot, and decides. `label` as the objective wants it.
    ///
    /// Cost: a row of the model, about N^2 multiplications and additions each, at most three draws, O(log k).
    ///
    /// # Errors
    /// `Length`, `NotFinite`, `Range`, `Label` for a reading that cannot be scored. The refusal is counted; nothing else
    /// has changed, and the free slot stays.
    pub fn offer(&mut self, x: &[T], label: Option<T>) -> Result<Verdict<T>, Error> {
        let verdict = self.decide(x, label);
        if let Err(cause) = verdict {
            let stats = &mut self.state.stats;
            let counter = match cause {
                Error::Length(_) => &mut stats.refused_length,
                Error::NotFinite(_) => &mut stats.refused_not_finite,
                Error::Range(_) => &mut stats.refused_range,
                Error::Label => &mut stats.refused_label,
                _ => &mut stats.refused_other,
            };
            *counter = counter.saturating_add(1);
        }
        verdict
    }

    fn decide(&mut self, x: &[T], label: Option<T>) -> Result<Verdict<T>, Error> {
        let mut parts = Parts::of(&self.model, self.memory.as_mut())?;
        parts.standardise(x, self.options.scaling, self.state.moments)?;
        let is_running = self.options.scaling == Scaling::Running;
        if is_running && !has_room_for_squares(x) {
            return Err(Error::Range("x"));
        }
        let (form, completeness) = parts.make_row(&self.model, self.options.objective, label)?;
        let row = parts
            .row
            .get(..self.model.order())
            .ok_or(Error::Length("memory"))?;
        let mut reservoir = Reservoir::attach(self.state.reservoir, self.items.as_mut())?;
        let mut factor = Factor::attach(self.state.factor, parts.factor)?;

        // Until here nothing has moved. A row that the factor refuses leaves it as it was.
        let mut ridge_is_open = self.state.ridge_is_open;
        if ridge_is_open {
            let norm = dot(row, row);
            if norm > T::ZERO {
                factor.reset(T::of(RIDGE_SHARE) * norm)?;
                self.state.factor = factor.state();
                ridge_is_open = false;
            }
        }
        let leverage = factor.observe(row, T::ONE)?;
        self.state.factor = factor.state();
        self.state.ridge_is_open = ridge_is_open;

        let alpha = self.options.uniform;
        let score = if alpha == T::ZERO {
            leverage
        } else {
            (T::ONE - alpha) * (leverage / self.state.mean()) + alpha
        };
        let outcome = reservoir.offer(score, &mut self.generator)?;
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

    /// Number of kept readings.
    pub fn len(&self) -> usize {
        self.state
            .reservoir
            .heavy
            .saturating_add(self.state.reservoir.light)
    }

    /// Nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kept reading `index`, `0..len()`, in no order that means anything.
    pub fn kept(&self, index: usize) -> Option<Kept<T>> {
        Reservoir::attach(self.state.reservoir, self.items.as_ref())
            .ok()?
            .kept(index)
    }

    /// The kept readings with their weights, which are final for what has been offered. Nothing is removed: read the
    /// payloads from their slots, then begin the next period.
    pub fn drain(&self) -> impl Iterator<Item = Kept<T>> + '_ {
        (0..self.len()).filter_map(|index| self.kept(index))
    }

    /// Empties the reservoir and the counters; factor, moments and generator go on.
    pub fn begin_period(&mut self) {
        if let Ok(mut reservoir) = Reservoir::attach(self.state.reservoir, self.items.as_mut()) {
            reservoir.clear();
            self.state.reservoir = reservoir.state();
        }
        self.state.stats = Stats::default();
        self.state.period = self.state.period.wrapping_add(1);
    }

    /// The next model: the factor is rebuilt from the kept readings' rows under it, each with its weight, since an old
    /// factor says nothing of new rows. Slots, scores and weights stay valid, and so does every sum over them.
    ///
    /// `recall(slot, x)` writes the input that was offered from a slot and returns its label; it is asked twice for each
    /// and must answer the same. `options` as for [`Selector::new`], with the new model's id. Cost: two rows and one
    /// observation for each kept reading.
    ///
    /// # Errors
    /// `Model` where inputs, parameters or scratch differ in number from the old model's; `Objective`, `Range`, `Length` as
    /// [`Selector::new`]; what `recall` returns; those of a reading. All are found before anything changes.
    pub fn rebase<R>(
        &mut self,
        model: M,
        options: Options<'a, T>,
        mut recall: R,
    ) -> Result<(), Error>
    where
        R: FnMut(u32, &mut [T]) -> Result<Option<T>, Error>,
    {
        let old = &self.model;
        if (model.inputs(), model.parameters(), model.scratch())
            != (old.inputs(), old.parameters(), old.scratch())
        {
            return Err(Error::Model);
        }
        admit(&model, &options)?;
        let kept = self.len();
        let (mut weights, mut squares) = (Sum::<T>::default(), Sum::<T>::default());
        for index in 0..kept {
            let Some(item) = self.kept(index) else {
                continue;
            };
            let row = self.recall_row(&model, &options, item.slot, &mut recall)?;
            weights.add(item.weight);
            squares.add(item.weight * dot(row, row));
        }
        let bounded = squares.value() <= T::MAX * T::of(0.125);
        if !bounded {
            return Err(Error::Range("row"));
        }
        let mut ridge = options.ridge;
        if ridge == T::ZERO && squares.value() > T::ZERO {
            ridge = T::of(RIDGE_SHARE) * (squares.value() / weights.value());
        }
        let factor = Parts::of(&model, self.memory.as_mut())?.factor;
        let mut factor = Factor::new(model.order(), ridge, factor)?;
        factor.set_half_life(options.half_life)?;
        let mut state = factor.state();
        for index in 0..kept {
            let Some(item) = self.kept(index) else {
                continue;
            };
            self.recall_row(&model, &options, item.slot, &mut recall)?;
            let parts = Parts::of(&model, self.memory.as_mut())?;
            let row = parts
                .row
                .get(..model.order())
                .ok_or(Error::Length("memory"))?;
            let mut factor = Factor::attach(state, parts.factor)?;
            factor.observe(row, item.weight)?;
            state = factor.state();
        }
        self.state.factor = state;
        self.state.ridge_is_open = ridge == T::ZERO;
        self.state.model_id = options.model_id;
        self.state.forget_leverages();
        self.model = model;
        self.options = options;
        Ok(())
    }

    /// The row, without gauge columns, of a kept reading under a model.
    fn recall_row<R>(
        &mut self,
        model: &M,
        options: &Options<'a, T>,
        slot: u32,
        recall: &mut R,
    ) -> Result<&[T], Error>
    where
        R: FnMut(u32, &mut [T]) -> Result<Option<T>, Error>,
    {
        let moments = self.state.moments;
        let mut parts = Parts::of(model, self.memory.as_mut())?;
        // The row's memory holds the raw input until the row is made.
        let row = core::mem::take(&mut parts.row);
        let raw = row
            .get_mut(..model.inputs())
            .ok_or(Error::Length("memory"))?;
        let label = recall(slot, raw)?;
        parts.standardise(raw, options.scaling, moments)?;
        parts.row = row;
        parts.make_row(model, options.objective, label)?;
        parts
            .row
            .get(..model.order())
            .ok_or(Error::Length("memory"))
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

/// Whether options suit a model.
fn admit<T: Scalar, M: Model<T>>(model: &M, options: &Options<'_, T>) -> Result<(), Error> {
    if let Scaling::Constants { mean, scale } = options.scaling
        && (mean.len() != model.inputs() || scale.len() != model.inputs())
    {
        return Err(Error::Length("scaling"));
    }
    if !model.suits(options.objective) {
        return Err(Error::Objective);
    }
    if !(options.uniform >= T::ZERO && options.uniform <= T::ONE) {
        return Err(Error::Range("uniform"));
    }
    Ok(())
}

/// Whether 2^32 squares of such values stay in range.
fn has_room_for_squares<T: Scalar>(x: &[T]) -> bool {
    let most = largest(x);
    most * most <= T::MAX * T::of(1.0 / 8_589_934_592.0)
}
