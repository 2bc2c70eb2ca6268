//! The selector, in single precision.

use super::descriptor::{Descriptor, gleaner_model_f32, gleaner_pilot_f32};
use super::reservoir::{gleaner_item_f32, gleaner_kept_f32};
use super::state::{
    choose, gleaner_counters_f32, gleaner_options_f32, gleaner_selector_f32, options, sketch,
};
use super::thin::gleaner_candidate_f32;
use crate::border::{Fault, object, object_mut, optional, output, run, slice, slice_mut};
use crate::convert::{self, Kind, tag};
use crate::record;
use crate::{
    GLEANER_ERROR_CALLBACK, GLEANER_ERROR_IDENTITY, GLEANER_ERROR_INDEX, GLEANER_ERROR_OBJECTIVE,
    gleaner_status,
};
use gleaner::record::Header;
use gleaner::sampler::{self, Candidate, Item};
use gleaner::selector::{Pilot, Selector, Verdict};
use gleaner::{Error, Scalar, Sum};

/// What became of a reading.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_verdict_f32 {
    /// 1: it is kept, for now
    pub kept: u32,
    /// Where the next payload goes: the slot of the reading that lost, this one or an earlier one
    pub free_slot: u32,
    /// Its score
    pub score: f32,
    /// Its online leverage, in [0, 1], of several rows their sum: near 1, the model has not seen its like
    pub leverage: f32,
    /// `GLEANER_FORM_...` of its row
    pub form: i32,
    /// The row's completeness residual
    pub completeness: f32,
}

impl From<Verdict<f32>> for gleaner_verdict_f32 {
    fn from(verdict: Verdict<f32>) -> Self {
        gleaner_verdict_f32 {
            kept: verdict.kept.into(),
            free_slot: verdict.free,
            score: verdict.score,
            leverage: verdict.leverage,
            form: convert::form(verdict.form),
            completeness: verdict.completeness,
        }
    }
}

/// What a selector has seen in one period.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_stats_f32 {
    /// Its counters
    pub counters: gleaner_counters_f32,
    /// Kept readings
    pub kept: usize,
    /// Scores above it are kept for certain
    pub threshold: f32,
    /// `(sum w)^2 / sum w^2` of the kept
    pub effective_size: f32,
}

/// The caller's function that gives back the reading kept in a slot, for a rebase: writes `x_len`
/// features to `x` and `label_len` labels, as the objective takes them, to `label`, which is never NULL. 0: done;
/// else the call fails with CALLBACK.
pub type gleaner_recall_f32 = Option<
    unsafe extern "C" fn(
        context: *mut core::ffi::c_void,
        slot: u32,
        x: *mut f32,
        x_len: usize,
        label: *mut f32,
        label_len: usize,
    ) -> i32,
>;

type Call =
    unsafe extern "C" fn(*mut core::ffi::c_void, u32, *mut f32, usize, *mut f32, usize) -> i32;

/// The caller's function with its context, and whether it has failed.
struct Recall {
    call: Call,
    context: *mut core::ffi::c_void,
    failed: bool,
}

impl Recall {
    fn new(call: gleaner_recall_f32, context: *mut core::ffi::c_void) -> Result<Self, Fault> {
        Ok(Recall {
            call: call.ok_or(Fault(crate::GLEANER_ERROR_NULL))?,
            context,
            failed: false,
        })
    }

    fn ask(&mut self, slot: u32, x: &mut [f32], labels: &mut [f32]) -> Result<(), Error> {
        let mut unwanted = 0.0;
        let label = match labels {
            [] => &raw mut unwanted,
            _ => labels.as_mut_ptr(),
        };
        let (call, context, count) = (self.call, self.context, labels.len());
        // SAFETY: the caller's function, called as the header says.
        if unsafe { call(context, slot, x.as_mut_ptr(), x.len(), label, count) } != 0 {
            self.failed = true;
            return Err(Error::Model);
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Fault> {
        if self.failed {
            Err(Fault(GLEANER_ERROR_CALLBACK))
        } else {
            Ok(())
        }
    }
}

/// A selector of k kept readings over `GLEANER_SELECTOR_LEN` scalars and k + 1 items. It starts from the
/// model's pilot where there is one. `options` NULL: the defaults. Model, memory and items stay in use. A reading
/// of a model with several outputs has a row for each, whose leverages add up; memory is then
/// `GLEANER_SELECTOR_LEN_OF` scalars, and for sketches too. By default the memory decides how rows are scored: whole,
/// up to N = 256 and where they fit; else as the largest sketch that fits, of 16 to 64 buckets (rows of N up to 65 are
/// never sketched). So give a network that is too big for its factor what RAM there is; `selector.options.buckets` is
/// then K, or 0.
/// Errors: those of a model; OBJECTIVE and IDENTITY (not the pilot's: see `options`, an exported header has its
/// own), OBJECTIVE (not the model's); LENGTH, RANGE, CODE, ABI.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_init_f32(
    selector: *mut gleaner_selector_f32,
    model: *const gleaner_model_f32,
    options: *const gleaner_options_f32,
    memory: *mut f32,
    memory_len: usize,
    items: *mut gleaner_item_f32,
    items_len: usize,
) -> gleaner_status {
    run(|| {
        let place = output(selector)?;
        let description = Descriptor::new(model)?;
        description.check_scaling()?;
        let mut own = optional(options)?
            .copied()
            .unwrap_or(gleaner_options_f32::DEFAULT);
        let memory_slice = slice_mut(memory, memory_len)?;
        let items_slice = slice_mut(items.cast::<Item<f32>>(), items_len)?;
        let plan = description.plan()?;
        choose(&mut own, description, &plan, memory_len)?;
        let pilot = match optional(description.raw().pilot)? {
            Some(pilot) => Some(self::pilot(pilot, &own)?),
            None => None,
        };
        let mut attached = Selector::new(
            description.attach(&plan, sketch(&own)?)?,
            self::options(&own, description)?,
            convert::generator(own.seed),
            memory_slice,
            items_slice,
        )?;
        if let Some(pilot) = pilot {
            attached.start(pilot)?;
        }
        let (generator, state, _, _) = attached.detach();
        place.set(gleaner_selector_f32 {
            tag: tag::<f32>(Kind::Selector),
            generator: generator.state(),
            model,
            memory,
            memory_len,
            items,
            items_len,
            options: own,
            plan: plan.into(),
            state: state.into(),
        });
        Ok(())
    })
}

/// The pilot, whose rows must have been taken with the selector's objective.
unsafe fn pilot<'a>(
    raw: &'a gleaner_pilot_f32,
    options: &gleaner_options_f32,
) -> Result<Pilot<'a, f32>, Fault> {
    if raw.objective != options.objective {
        return Err(Fault(GLEANER_ERROR_OBJECTIVE));
    }
    if (raw.buckets, raw.sketch_seed) != (options.buckets, options.sketch_seed) {
        return Err(Fault(GLEANER_ERROR_IDENTITY));
    }
    Ok(Pilot {
        objective: convert::objective(raw.objective, options.delta)?,
        sketch: sketch(options)?,
        packed: slice(raw.packed, raw.packed_len)?,
        rows: raw.rows,
        ridge: raw.ridge,
        mean_leverage: raw.mean_leverage,
        model_id: raw.model_id,
    })
}

/// Starts the factor anew from a pilot, as init does where the model has one.
/// Errors: STATE; OBJECTIVE, IDENTITY, LENGTH, RANGE, NOT_FINITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_start_f32(
    selector: *mut gleaner_selector_f32,
    pilot: *const gleaner_pilot_f32,
) -> gleaner_status {
    run(|| {
        let (selector, pilot) = (object_mut(selector)?, object(pilot)?);
        let pilot = self::pilot(pilot, &selector.options)?;
        selector.change(|attached| Ok(attached.start(pilot)?))
    })
}

/// The free slot, 0 to k: where the next payload goes.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_free_slot_f32(
    selector: *const gleaner_selector_f32,
    slot: *mut u32,
) -> gleaner_status {
    run(|| {
        let slot = output(slot)?;
        slot.set(object(selector)?.kept()?.free());
        Ok(())
    })
}

/// Scores the reading whose payload is in the free slot, and decides. `label`: what the objective takes: y, one for
/// each output where there are several; the class for the cross-entropy; (NULL, 0) for the prediction and softmax
/// objectives. Cost: a row and N^2 multiplications for each of a reading's rows, whatever came before.
/// Errors: STATE; LENGTH, NOT_FINITE, RANGE, LABEL, CALLBACK, each counted. The free slot stays free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_offer_f32(
    selector: *mut gleaner_selector_f32,
    x: *const f32,
    x_len: usize,
    label: *const f32,
    label_len: usize,
    verdict: *mut gleaner_verdict_f32,
) -> gleaner_status {
    run(|| {
        let (selector, x) = (object_mut(selector)?, slice(x, x_len)?);
        selector.offer(x, slice(label, label_len)?, output(verdict)?)
    })
}

/// The number of kept readings.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_count_f32(
    selector: *const gleaner_selector_f32,
    count: *mut usize,
) -> gleaner_status {
    run(|| {
        let count = output(count)?;
        count.set(object(selector)?.kept()?.len());
        Ok(())
    })
}

/// Drains: the kept reading of an index from 0 to the count, with its weight. Weights are final once the
/// period has ended.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_kept_f32(
    selector: *const gleaner_selector_f32,
    index: usize,
    result: *mut gleaner_kept_f32,
) -> gleaner_status {
    run(|| {
        let result = output(result)?;
        result.set(
            object(selector)?
                .kept()?
                .kept(index)
                .ok_or(Fault(GLEANER_ERROR_INDEX))?
                .into(),
        );
        Ok(())
    })
}

/// What the selector has seen in this period.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_stats_f32(
    selector: *const gleaner_selector_f32,
    stats: *mut gleaner_stats_f32,
) -> gleaner_status {
    run(|| {
        let stats = output(stats)?;
        let selector = object(selector)?;
        let reservoir = selector.kept()?;
        stats.set(gleaner_stats_f32 {
            counters: selector.state.counters,
            kept: reservoir.len(),
            threshold: reservoir.threshold(),
            effective_size: sampler::effective_size(reservoir.drain()),
        });
        Ok(())
    })
}

/// Empties the sample and the counters; factor, moments, generator and the free slot go on.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_begin_period_f32(
    selector: *mut gleaner_selector_f32,
) -> gleaner_status {
    run(|| {
        object_mut(selector)?.own_state()?.begin_period();
        Ok(())
    })
}

/// The next model, of the same inputs, parameters and scratch: the factor is rebuilt from the kept readings
/// under it, each with its weight; its pilot is not looked at. Slots, scores and weights stay. `recall` is
/// asked twice for each reading; where it fails the
/// second time only, the factor is emptied and starts anew with the next reading.
/// Errors: STATE; those of a model; NULL (no function), CALLBACK; those of a reading.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_rebase_f32(
    selector: *mut gleaner_selector_f32,
    model: *const gleaner_model_f32,
    recall: gleaner_recall_f32,
    context: *mut core::ffi::c_void,
) -> gleaner_status {
    run(|| {
        let selector = object_mut(selector)?;
        let next = Descriptor::new(model)?;
        next.check_scaling()?;
        let options = self::options(&selector.options, next)?;
        let plan = next.plan()?;
        let network = next.attach(&plan, sketch(&selector.options)?)?;
        let mut recall = Recall::new(recall, context)?;
        let done = selector.change(|attached| {
            Ok(attached.rebase(&network, &options, |slot, x, labels| {
                recall.ask(slot, x, labels)
            })?)
        });
        recall.check()?;
        done?;
        selector.plan = plan.into();
        selector.model = model;
        Ok(())
    })
}

/// Comes down to `keep` readings at the end of a period, before they are drained: a selector of 4 k readings
/// thinned to k is worth more than one of k, for sums that the model distinguishes. Readings are spread over its rows,
/// whitened by the factor, over their scores. Weights stay exact. No reading is taken until the next period: STATE.
/// A selector in a store may be thinned too; commit behind it, or thin again after a loss of power.
/// `candidates`: so many wait for a neighbour at a time, best as many as are kept; `positions`:
/// `GLEANER_POSITIONS_LEN(candidates_len, order)` scalars, order being the factor's (`state.factor.order`: K + 1 of
/// sketches), times the rows of a reading.
/// `recall` is asked twice for
/// each reading; where it fails the second time only, its reading is spread less well. Cost: of n kept readings 2 n
/// rows and `2 n order^2` multiplications, and about `n candidates_len order` more.
/// Errors: STATE; NULL (no function), CALLBACK; those of a reading; LENGTH, RANGE (keep 0). Then the sample is as
/// before, in another order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_thin_f32(
    selector: *mut gleaner_selector_f32,
    keep: usize,
    candidates: *mut gleaner_candidate_f32,
    candidates_len: usize,
    positions: *mut f32,
    positions_len: usize,
    recall: gleaner_recall_f32,
    context: *mut core::ffi::c_void,
) -> gleaner_status {
    run(|| {
        let selector = object_mut(selector)?;
        let candidates = slice_mut(candidates.cast::<Candidate<f32>>(), candidates_len)?;
        let positions = slice_mut(positions, positions_len)?;
        let mut recall = Recall::new(recall, context)?;
        let done = selector.change(|attached| {
            let ask = |slot, x: &mut [f32], labels: &mut [f32]| recall.ask(slot, x, labels);
            Ok(attached.thin(keep, candidates, positions, ask)?)
        });
        if done.is_err() {
            recall.check()?;
        }
        done
    })
}

/// Writes the sample as a record: `payloads` is the array of k + 1 slots, `payload_len` bytes each;
/// `record` holds `GLEANER_RECORD_LEN(count, payload_len)` bytes. `written` gets the record's length.
/// Errors: STATE, LENGTH, SIZE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_record_f32(
    selector: *const gleaner_selector_f32,
    payloads: *const u8,
    payload_len: usize,
    record: *mut u8,
    record_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let selector = object(selector)?;
        let reservoir = selector.kept()?;
        let payloads = record::Payloads::new(payloads, payload_len, selector.items_len)?;
        let (record, written) = (slice_mut(record, record_len)?, output(written)?);
        let state = selector.state;
        let [high, low] = state.counters.total_score;
        let header = Header {
            model: state.model_id,
            period: state.period,
            seed: selector.options.seed,
            seen: state.counters.seen,
            total: Sum { high, low }.value().wide(),
            threshold: reservoir.threshold().wide(),
            items: record::count(reservoir.len())?,
            payload: record::count(payload_len)?,
        };
        written.set(record::write(record, header, reservoir.drain(), payloads)?);
        Ok(())
    })
}
