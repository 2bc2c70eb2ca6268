//! What a selector counts and remembers.

use super::Options;
use super::options::admit;
use super::parts::Sizes;
use crate::drift::Drift;
use crate::factor::FactorState;
use crate::model::{Form, Model};
use crate::sampler::{Item, Kept, Outcome, Reservoir, ReservoirState};
use crate::{Error, Scalar, Sum};

/// Mean leverage below which it is taken as unknown.
pub(crate) const LEAST_MEAN: f64 = 1e-6;

/// What a selector counts in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
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
    /// Readings offered whose score was 0: never kept, and not in any sum.
    pub unscored: u64,
    /// Sum of all scores offered.
    pub total_score: Sum<T>,
    /// Highest score of a reading that was dropped.
    pub highest_dropped: T,
    /// Whether the stream has changed: the highest level of [`Drift`] in this period, which stays near 0 while readings are
    /// like those before and passes [`crate::drift::ALARM`] when what comes is new to the factor. The level goes on from period
    /// to period, falls again as the factor gets used to the change, and starts anew with the factor; it means something
    /// after 512 readings.
    pub drift: T,
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
    /// Its online leverage in [0, 1], of several rows their sum: near 1 a row, nothing like it has been seen.
    pub leverage: T,
    /// How its row was made.
    pub form: Form,
    /// The row's completeness residual.
    pub completeness: T,
}

/// Everything of a selector but its memory, items, model and generator: plain, copied freely.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
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
    /// What [`Stats::drift`] comes from.
    pub drift: Drift<T>,
}

impl<T: Scalar> Stats<T> {
    /// Counts readings that had to leave again.
    pub(super) fn evict(&mut self, readings: usize) {
        self.evicted = self.evicted.saturating_add(readings as u64);
    }

    /// Counts a refusal.
    pub(super) fn refuse(&mut self, cause: Error) {
        let counter = match cause {
            Error::Length(_) => &mut self.refused_length,
            Error::NotFinite(_) => &mut self.refused_not_finite,
            Error::Range(_) => &mut self.refused_range,
            Error::Label => &mut self.refused_label,
            _ => &mut self.refused_other,
        };
        *counter = counter.saturating_add(1);
    }
}

impl<T: Scalar> SelectorState<T> {
    /// Refuses a state that does not belong to a model, options and so many scalars of memory and items, or that
    /// contradicts itself.
    ///
    /// # Errors
    /// As [`super::Selector::attach`].
    #[inline(never)]
    pub fn check<M: Model<T>>(
        &self,
        model: &M,
        options: &Options<'_, T>,
        memory: usize,
        items: usize,
    ) -> Result<(), Error> {
        admit(model, options)?;
        let sizes = Sizes::of(model, options.objective);
        if memory < sizes.len() {
            return Err(Error::Length("memory"));
        }
        if self.model_id != options.model_id {
            return Err(Error::Identity);
        }
        if self.factor.order != sizes.order {
            return Err(Error::Length("factor"));
        }
        self.reservoir.check(items)
    }

    /// Number of kept readings.
    pub(crate) fn len(&self) -> usize {
        self.reservoir.heavy.saturating_add(self.reservoir.light)
    }

    /// A kept reading.
    pub(super) fn kept(&self, items: &[Item<T>], index: usize) -> Option<Kept<T>> {
        Reservoir::attach(self.reservoir, items).ok()?.kept(index)
    }

    /// As [`super::Selector::begin_period`].
    pub fn begin_period(&mut self) {
        self.reservoir.clear();
        self.stats = Stats {
            drift: self.drift.level,
            ..Stats::default()
        };
        self.period = self.period.wrapping_add(1);
    }

    /// What leverages are divided by before they are mixed with the uniform share: the pilot's mean, or that of
    /// the readings before, never of this one, so that weights stay exact.
    pub(super) fn mean(&self) -> T {
        if self.mean_leverage > T::of(LEAST_MEAN) {
            return self.mean_leverage;
        }
        let mean = self.leverages.value() / T::count(self.leverage_count.max(1));
        if mean > T::of(LEAST_MEAN) {
            mean
        } else {
            T::ONE
        }
    }

    /// Runs a step; counts its refusal.
    #[inline(always)]
    pub(super) fn counting<R>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let result = step(self);
        if let Err(cause) = result {
            self.stats.refuse(cause);
        }
        result
    }

    /// Counts an outcome.
    pub(super) fn count(&mut self, leverage: T, score: T, outcome: &Outcome<T>) {
        self.leverages.add(leverage);
        self.leverage_count = self.leverage_count.saturating_add(1);
        let stats = &mut self.stats;
        stats.seen = stats.seen.saturating_add(1);
        if score == T::ZERO {
            stats.unscored = stats.unscored.saturating_add(1);
        }
        stats.total_score.add(score);
        if let Ok(level) = self.drift.observe(leverage) {
            stats.drift = stats.drift.max(level);
        }
        if let Some(dropped) = outcome.dropped {
            stats.highest_dropped = stats.highest_dropped.max(dropped.score);
        }
        if outcome.kept {
            stats.accepted = stats.accepted.saturating_add(1);
            if outcome.dropped.is_some() {
                stats.evict(1);
            }
        }
    }

    /// A factor from here on in which readings weigh so much, with nothing known of its leverages.
    pub(super) fn forget_leverages(&mut self, readings: T) {
        self.mean_leverage = T::ZERO;
        self.leverages = Sum::default();
        self.leverage_count = 0;
        self.watch(readings);
    }

    /// A factor from here on in which readings weigh so much: its leverages are watched anew.
    pub(super) fn watch(&mut self, readings: T) {
        self.drift = Drift {
            weight: readings,
            ..Drift::new(readings.index() as u64, self.factor.half_life)
        };
        self.stats.drift = T::ZERO;
    }
}
