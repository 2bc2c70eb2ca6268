//! The structs of a selector, in single precision.

use super::descriptor::{Descriptor, Net, gleaner_model_f32};
use super::factor::gleaner_factor_state_f32;
use super::reservoir::{gleaner_item_f32, gleaner_reservoir_state_f32};
use crate::border::{Fault, slice_mut};
use crate::convert::{self, Kind, check_abi, check_tag};
use crate::{GLEANER_ERROR_CODE, GLEANER_SCALING_MODEL, GLEANER_SCALING_RUNNING, gleaner_plan};
use gleaner::model::Network;
use gleaner::sampler::Item;
use gleaner::selector::{Options, Scaling, Selector, SelectorState, Stats};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;

/// What a selector is to do; `GLEANER_OPTIONS_DEFAULT` sets what is written here as default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_options_f32 {
    /// `GLEANER_ABI`
    pub abi: u32,
    /// `GLEANER_OBJECTIVE_...`; default prediction
    pub objective: i32,
    /// `GLEANER_SCALING_...`; default the model's constants
    pub scaling: i32,
    /// Where the Huber loss turns linear, positive; default 1
    pub delta: f32,
    /// lambda; default 0: the pilot's, else 1e-6 times the squared norm of the first row
    pub ridge: f32,
    /// Share of uniform sampling in the scores, in [0, 1]; default 0
    pub uniform: f32,
    /// Half-life of the factor in readings, at least its order; default 0: never forget
    pub half_life: u64,
    /// Seed of the generator; default 0
    pub seed: u64,
}

impl gleaner_options_f32 {
    /// As `GLEANER_OPTIONS_DEFAULT`.
    pub(super) const DEFAULT: Self = gleaner_options_f32 {
        abi: crate::GLEANER_ABI,
        objective: crate::GLEANER_OBJECTIVE_PREDICTION,
        scaling: GLEANER_SCALING_MODEL,
        delta: 1.0,
        ridge: 0.0,
        uniform: 0.0,
        half_life: 0,
        seed: 0,
    };
}

/// A selector's counters of one period.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_counters_f32 {
    /// Readings scored and offered
    pub seen: u64,
    /// Readings that entered the reservoir
    pub accepted: u64,
    /// Kept readings that were evicted again
    pub evicted: u64,
    /// Readings refused: wrong length
    pub refused_length: u64,
    /// ... not finite
    pub refused_not_finite: u64,
    /// ... out of range
    pub refused_range: u64,
    /// ... label missing, unwanted or out of range
    pub refused_label: u64,
    /// ... any other cause
    pub refused_other: u64,
    /// Readings offered whose score was 0: never kept, and in no sum
    pub unscored: u64,
    /// Sum of all scores: rounded, and what the rounding left out
    pub total_score: [f32; 2],
    /// Highest score of a dropped reading
    pub highest_dropped: f32,
}

/// Scores and keeps readings of a stream. All of it lies in this struct, `memory` and `items`; to keep a
/// copy, copy the three and point the copy's `memory` and `items` at the copied ones. A copy of the struct
/// alone shares them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_selector_f32 {
    /// Set by init
    pub tag: u32,
    /// Number of the period, from 0
    pub period: u32,
    /// State of the generator
    pub generator: [u8; 16],
    /// The model in use
    pub model: *const gleaner_model_f32,
    /// The caller's, `GLEANER_SELECTOR_LEN` scalars
    pub memory: *mut f32,
    /// Its length
    pub memory_len: usize,
    /// The caller's, `GLEANER_ITEMS_LEN(k)` items
    pub items: *mut gleaner_item_f32,
    /// k + 1
    pub items_len: usize,
    /// As given to init
    pub options: gleaner_options_f32,
    /// What the checks of the model worked out
    pub plan: gleaner_plan,
    /// Counters of the factor
    pub factor: gleaner_factor_state_f32,
    /// Counters of the reservoir
    pub reservoir: gleaner_reservoir_state_f32,
    /// Counters of the period
    pub counters: gleaner_counters_f32,
    /// Readings in the running moments
    pub moments: u64,
    /// The pilot's mean leverage; 0: none
    pub mean_leverage: f32,
    /// 1: the ridge is still to be set from the first row
    pub ridge_is_open: u32,
    /// Sum of the leverages since the factor began: rounded, and what the rounding left out
    pub leverages: [f32; 2],
    /// Their number
    pub leverage_count: u64,
    /// Id of the model that the factor belongs to
    pub model_id: u64,
}

/// The library's selector over C's memory.
pub(super) type Attached<'a> =
    Selector<'a, f32, Net<'a>, Xoshiro128PlusPlus, &'a mut [f32], &'a mut [Item<f32>]>;

/// The library's options.
pub(super) unsafe fn options<'a>(
    raw: &gleaner_options_f32,
    model: Descriptor<'a>,
) -> Result<Options<'a, f32>, Fault> {
    check_abi(raw.abi)?;
    let scaling = match raw.scaling {
        GLEANER_SCALING_MODEL => model.scaling()?,
        GLEANER_SCALING_RUNNING => Scaling::Running,
        _ => return Err(Fault(GLEANER_ERROR_CODE)),
    };
    Ok(Options {
        objective: convert::objective(raw.objective, raw.delta)?,
        scaling,
        ridge: raw.ridge,
        half_life: raw.half_life,
        uniform: raw.uniform,
        model_id: model.raw().id,
    })
}

impl gleaner_selector_f32 {
    /// What init fills in.
    pub(super) const UNSET: Self = {
        // SAFETY: numbers, arrays of numbers and pointers: all zero is a value of each.
        unsafe { core::mem::MaybeUninit::zeroed().assume_init() }
    };

    /// The model in use.
    pub(super) unsafe fn descriptor<'a>(&self) -> Result<Descriptor<'a>, Fault> {
        check_tag::<f32>(self.tag, Kind::Selector)?;
        Descriptor::again(self.model)
    }

    /// Attaches the library's selector, changes it, and keeps what it has become: on an error that is what it was, but
    /// for its counters and the factor that a second recall spoiled.
    pub(super) unsafe fn change<'a, R>(
        &mut self,
        change: impl FnOnce(&mut Attached<'a>) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let model = self.descriptor()?;
        let memory = slice_mut(self.memory, self.memory_len)?;
        let items = slice_mut(self.items.cast::<Item<f32>>(), self.items_len)?;
        let state = SelectorState {
            factor: self.factor.into(),
            reservoir: self.reservoir.into(),
            stats: self.counters.into(),
            moments: self.moments,
            mean_leverage: self.mean_leverage,
            ridge_is_open: self.ridge_is_open != 0,
            leverages: convert::sum(self.leverages),
            leverage_count: self.leverage_count,
            model_id: self.model_id,
            period: self.period,
        };
        let options = options(&self.options, model)?;
        let generator = Xoshiro128PlusPlus::from_seed(self.generator);
        let network = Network::attach(model, convert::plan_in(self.plan));
        // The selector is large: it stays where it is made.
        let mut selector = Selector::attach(network, options, generator, state, memory, items)?;
        let result = change(&mut selector);
        self.store(selector);
        result
    }

    fn keep(&mut self, state: SelectorState<f32>) {
        self.period = state.period;
        self.factor = state.factor.into();
        self.reservoir = state.reservoir.into();
        self.counters = state.stats.into();
        self.moments = state.moments;
        self.mean_leverage = state.mean_leverage;
        self.ridge_is_open = state.ridge_is_open.into();
        self.leverages = convert::pair(state.leverages);
        self.leverage_count = state.leverage_count;
        self.model_id = state.model_id;
    }

    /// Keeps what the library's selector has become.
    pub(super) fn store(&mut self, selector: Attached<'_>) {
        let (generator, state, _, _) = selector.detach();
        self.generator = generator.state();
        self.keep(state);
    }
}

impl From<Stats<f32>> for gleaner_counters_f32 {
    fn from(stats: Stats<f32>) -> Self {
        gleaner_counters_f32 {
            seen: stats.seen,
            accepted: stats.accepted,
            evicted: stats.evicted,
            refused_length: stats.refused_length,
            refused_not_finite: stats.refused_not_finite,
            refused_range: stats.refused_range,
            refused_label: stats.refused_label,
            refused_other: stats.refused_other,
            unscored: stats.unscored,
            total_score: convert::pair(stats.total_score),
            highest_dropped: stats.highest_dropped,
        }
    }
}

impl From<gleaner_counters_f32> for Stats<f32> {
    fn from(counters: gleaner_counters_f32) -> Self {
        Stats {
            seen: counters.seen,
            accepted: counters.accepted,
            evicted: counters.evicted,
            refused_length: counters.refused_length,
            refused_not_finite: counters.refused_not_finite,
            refused_range: counters.refused_range,
            refused_label: counters.refused_label,
            refused_other: counters.refused_other,
            unscored: counters.unscored,
            total_score: convert::sum(counters.total_score),
            highest_dropped: counters.highest_dropped,
        }
    }
}
