//! The structs of a selector, in single precision.

use super::descriptor::{Descriptor, Net, gleaner_model_f32};
use super::drift::gleaner_drift_f32;
use super::factor::gleaner_factor_state_f32;
use super::reservoir::{self, gleaner_item_f32, gleaner_reservoir_state_f32};
use super::selector::gleaner_verdict_f32;
use crate::border::{Fault, Output, optional, slice, slice_mut};
use crate::convert::{self, Kind, check_abi, check_flag, check_tag, same_layout};
use crate::{
    GLEANER_BUCKETS_BY_RULE, GLEANER_ERROR_CODE, GLEANER_SCALING_MODEL, GLEANER_SCALING_RUNNING,
    gleaner_plan,
};
use core::mem::transmute;
use gleaner::choose;
use gleaner::model::Plan;
use gleaner::sampler::{Item, Reservoir};
use gleaner::selector::{Joined, Options, Reading, Scaling, SelectorState, Stats};
use gleaner::sketch::Sketch;
use gleaner::snapshot::save_selector;
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
    /// K, 1 to 65534, to score sketches of the rows by a factor of order K + 1 (the order of sizes is that of whole rows);
    /// 0: whole rows; default `GLEANER_BUCKETS_BY_RULE`: as the pilot has it, else by the memory
    pub buckets: u32,
    /// Seed of the sketches; default 0
    pub sketch_seed: u64,
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
        buckets: GLEANER_BUCKETS_BY_RULE,
        sketch_seed: 0,
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
    /// The highest level of the period: above `GLEANER_DRIFT_ALARM` the stream has changed, see `gleaner_drift_f32`. The
    /// level goes on from period to period, falls again as the factor gets used to the change, and starts anew with the
    /// factor (init, start, rebase); it means something after 512 readings
    pub drift: f32,
}

same_layout!(
    gleaner_counters_f32,
    Stats<f32>,
    seen = seen,
    accepted = accepted,
    evicted = evicted,
    refused_length = refused_length,
    refused_not_finite = refused_not_finite,
    refused_range = refused_range,
    refused_label = refused_label,
    refused_other = refused_other,
    unscored = unscored,
    total_score = total_score,
    highest_dropped = highest_dropped,
    drift = drift,
);

/// What a selector remembers beside its memory and items.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_selector_state_f32 {
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
    pub ridge_is_open: u8,
    /// Sum of the leverages since the factor began: rounded, and what the rounding left out
    pub leverages: [f32; 2],
    /// Their number
    pub leverage_count: u64,
    /// Id of the model that the factor belongs to
    pub model_id: u64,
    /// Number of the period, from 0
    pub period: u32,
    /// What the drift of the counters comes from
    pub drift: gleaner_drift_f32,
}
same_layout!(
    gleaner_selector_state_f32,
    SelectorState<f32>,
    factor = factor,
    reservoir = reservoir,
    counters = stats,
    moments = moments,
    mean_leverage = mean_leverage,
    ridge_is_open = ridge_is_open,
    leverages = leverages,
    leverage_count = leverage_count,
    model_id = model_id,
    period = period,
    drift = drift,
);

impl gleaner_selector_state_f32 {
    /// As the library has it.
    fn own(&self) -> Result<&SelectorState<f32>, Fault> {
        self.check()?;
        // SAFETY: of the same layout, and the flags have passed.
        Ok(unsafe { &*(&raw const *self).cast() })
    }

    /// As the library has it, to be changed.
    fn own_mut(&mut self) -> Result<&mut SelectorState<f32>, Fault> {
        self.check()?;
        // SAFETY: as above.
        Ok(unsafe { &mut *(&raw mut *self).cast() })
    }

    /// Refuses what no state of the library's holds.
    fn check(&self) -> Result<(), Fault> {
        self.factor.check()?;
        check_flag(self.ridge_is_open)
    }
}

impl From<SelectorState<f32>> for gleaner_selector_state_f32 {
    fn from(state: SelectorState<f32>) -> Self {
        // SAFETY: of the same layout.
        unsafe { transmute(state) }
    }
}

/// Scores and keeps readings of a stream. All of it lies in this struct, `memory` and `items`; to keep a
/// copy, copy the three and point the copy's `memory` and `items` at the copied ones. A copy of the struct
/// alone shares them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_selector_f32 {
    /// Set by init
    pub tag: u32,
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
    /// As given to init, `buckets` as chosen: K, or 0
    pub options: gleaner_options_f32,
    /// What the checks of the model worked out
    pub plan: gleaner_plan,
    /// What it remembers
    pub state: gleaner_selector_state_f32,
}

/// The library's selector over C's memory.
pub(super) type Attached<'a> = Joined<'a, f32, Net<'a>, Xoshiro128PlusPlus>;

/// How readings are standardised.
unsafe fn scaling<'a>(
    raw: &gleaner_options_f32,
    model: Descriptor<'a>,
) -> Result<Scaling<'a, f32>, Fault> {
    match raw.scaling {
        GLEANER_SCALING_MODEL => model.scaling(),
        GLEANER_SCALING_RUNNING => Ok(Scaling::Running),
        _ => Err(Fault(GLEANER_ERROR_CODE)),
    }
}

/// How rows are sketched, if they are.
pub(super) fn sketch(raw: &gleaner_options_f32) -> Result<Option<Sketch>, Fault> {
    match raw.buckets {
        0 => Ok(None),
        buckets => Ok(Some(Sketch::new(buckets as usize, raw.sketch_seed)?)),
    }
}

/// Puts what the rule chooses in the place of `GLEANER_BUCKETS_BY_RULE`: K, or 0.
pub(super) fn choose(
    raw: &mut gleaner_options_f32,
    model: Descriptor<'_>,
    plan: &Plan,
    memory: usize,
) -> Result<(), Fault> {
    check_abi(raw.abi)?;
    if raw.buckets != GLEANER_BUCKETS_BY_RULE {
        return Ok(());
    }
    // SAFETY: whoever made the descriptor promised that its pointers are valid.
    if let Some(pilot) = unsafe { optional(model.raw().pilot) }? {
        (raw.buckets, raw.sketch_seed) = (pilot.buckets, pilot.sketch_seed);
        return Ok(());
    }
    let objective = convert::objective(raw.objective, raw.delta)?;
    let buckets = choose::buckets(&model.attach(plan, None)?, objective, memory)?;
    raw.buckets = buckets.map_or(0, |buckets| buckets as u32);
    // A half-life is at least the order.
    if raw.half_life > 0 {
        let most = u32::try_from(raw.half_life.saturating_sub(1)).unwrap_or(u32::MAX);
        raw.buckets = raw.buckets.min(most);
    }
    Ok(())
}

/// The model as a selector asks it.
fn net<'a>(
    plan: &'a gleaner_plan,
    options: &gleaner_options_f32,
    model: Descriptor<'a>,
) -> Result<Net<'a>, Fault> {
    model.attach(plan.own()?, sketch(options)?)
}

/// The library's options.
pub(super) unsafe fn options<'a>(
    raw: &gleaner_options_f32,
    model: Descriptor<'a>,
) -> Result<Options<'a, f32>, Fault> {
    check_abi(raw.abi)?;
    Ok(Options {
        objective: convert::objective(raw.objective, raw.delta)?,
        scaling: scaling(raw, model)?,
        ridge: raw.ridge,
        half_life: raw.half_life,
        uniform: raw.uniform,
        model_id: model.raw().id,
    })
}

impl gleaner_selector_f32 {
    /// What has been kept.
    pub(super) unsafe fn kept<'a>(&self) -> Result<Reservoir<f32, &'a [Item<f32>]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Selector)?;
        reservoir::read(&self.state.reservoir, self.items, self.items_len)
    }

    /// Writes a snapshot; gives its length.
    pub(super) unsafe fn save(&self, bytes: &mut [u8]) -> Result<usize, Fault> {
        check_tag::<f32>(self.tag, Kind::Selector)?;
        let model = Descriptor::again(self.model)?;
        Ok(save_selector(
            &net(&self.plan, &self.options, model)?,
            &options(&self.options, model)?,
            self.state.own()?,
            &self.generator,
            slice(self.memory, self.memory_len)?,
            slice(self.items.cast::<Item<f32>>(), self.items_len)?,
            bytes,
        )?)
    }

    /// Scores a reading and decides. What needs much of the stack beside the row has a frame of its own.
    #[inline(always)]
    pub(super) unsafe fn offer(
        &mut self,
        x: &[f32],
        labels: &[f32],
        verdict: Output<gleaner_verdict_f32>,
    ) -> Result<(), Fault> {
        let mut reading = Reading::new(&Options::default());
        self.begin(&mut reading)?;
        self.standardise(&mut reading, x)?;
        let network = net(&self.plan, &self.options, Descriptor::again(self.model)?)?;
        let memory = slice_mut(self.memory, self.memory_len)?;
        let state = self.state.own_mut()?;
        reading.make_row(state, &network, memory, labels)?;
        reading.observe(state, memory, self.items_len)?;
        self.decide(&reading, x, verdict)
    }

    /// The reading as the model sees it.
    #[inline(never)]
    unsafe fn standardise(&mut self, reading: &mut Reading<f32>, x: &[f32]) -> Result<(), Fault> {
        let model = Descriptor::again(self.model)?;
        let network = net(&self.plan, &self.options, model)?;
        let scaling = scaling(&self.options, model)?;
        let memory = slice_mut(self.memory, self.memory_len)?;
        let state = self.state.own_mut()?;
        Ok(reading.standardise(state, &network, scaling, memory, x)?)
    }

    /// Checks the selector; a new reading.
    #[inline(never)]
    unsafe fn begin(&self, reading: &mut Reading<f32>) -> Result<(), Fault> {
        check_tag::<f32>(self.tag, Kind::Selector)?;
        let model = Descriptor::again(self.model)?;
        let network = net(&self.plan, &self.options, model)?;
        let options = options(&self.options, model)?;
        // All that a later step would refuse, before the factor has moved.
        let memory = slice(self.memory, self.memory_len)?;
        let items = slice(self.items.cast::<Item<f32>>(), self.items_len)?;
        let state = self.state.own()?;
        state.check(&network, &options, memory.len(), items.len())?;
        *reading = Reading::new(&options);
        Ok(())
    }

    /// The last step.
    #[inline(never)]
    unsafe fn decide(
        &mut self,
        reading: &Reading<f32>,
        x: &[f32],
        verdict: Output<gleaner_verdict_f32>,
    ) -> Result<(), Fault> {
        let mut generator = Xoshiro128PlusPlus::from_seed(self.generator);
        let memory = slice_mut(self.memory, self.memory_len)?;
        let items = slice_mut(self.items.cast::<Item<f32>>(), self.items_len)?;
        let state = self.state.own_mut()?;
        let decided = reading.decide(state, &mut generator, memory, items, x);
        self.generator = generator.state();
        verdict.set(decided?.into());
        Ok(())
    }

    /// Its state, where it is a selector's.
    pub(super) fn own_state(&mut self) -> Result<&mut SelectorState<f32>, Fault> {
        check_tag::<f32>(self.tag, Kind::Selector)?;
        self.state.own_mut()
    }

    /// Joins the library's selector over this struct and changes it in place: on an error it is what it was, but for its
    /// counters and the factor that a second recall spoiled.
    pub(super) unsafe fn change<R>(
        &mut self,
        change: impl FnOnce(&mut Attached<'_>) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        check_tag::<f32>(self.tag, Kind::Selector)?;
        let model = Descriptor::again(self.model)?;
        let network = net(&self.plan, &self.options, model)?;
        let options = options(&self.options, model)?;
        let mut generator = Xoshiro128PlusPlus::from_seed(self.generator);
        let mut joined = Joined {
            model: &network,
            options: &options,
            generator: &mut generator,
            state: self.state.own_mut()?,
            memory: slice_mut(self.memory, self.memory_len)?,
            items: slice_mut(self.items.cast::<Item<f32>>(), self.items_len)?,
        };
        joined.check()?;
        let result = change(&mut joined);
        self.generator = generator.state();
        result
    }
}
