//! The VarOpt reservoir, in single precision.

use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{self, Kind, check_tag, same_layout, tag};
use crate::{GLEANER_ERROR_INDEX, gleaner_status};
use core::mem::transmute;
use gleaner::sampler::{self, Item, Kept, Outcome, Reservoir, ReservoirState};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;

/// A kept sample as a sampler stores it. Read it by the `_kept_` functions, which know its weight.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_item_f32 {
    /// Number among the offers of the period that were not refused, from 0
    pub sequence: u64,
    /// The score it was offered with
    pub score: f32,
    /// Slot of its payload
    pub slot: u32,
}

same_layout!(
    gleaner_item_f32,
    Item<f32>,
    sequence = sequence,
    score = score,
    slot = slot,
);

/// A kept sample.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_kept_f32 {
    /// Number among the offers of the period that were not refused, from 0
    pub sequence: u64,
    /// Slot of its payload
    pub slot: u32,
    /// The score it was offered with
    pub score: f32,
    /// How many samples of the stream it stands for: 1 / its chance of being kept
    pub weight: f32,
}

/// What an offer led to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_outcome_f32 {
    /// 1: the newcomer is kept, for now
    pub kept: u32,
    /// Where the next payload goes; its old content can be read until then
    pub free_slot: u32,
    /// 1: a sample left, the newcomer or an earlier one, and `dropped` says which
    pub dropped_any: u32,
    /// The sample that left
    pub dropped: gleaner_item_f32,
}

/// A reservoir's counters.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_reservoir_state_f32 {
    /// Samples offered since the last clear
    pub seen: u64,
    /// Kept samples whose score is above the threshold
    pub heavy: usize,
    /// The other kept samples
    pub light: usize,
    /// Scores above it are kept for certain
    pub threshold: f32,
    /// What the threshold's rounding left out
    pub compensation: f32,
    /// Where the next payload goes
    pub free_slot: u32,
}
same_layout!(
    gleaner_reservoir_state_f32,
    ReservoirState<f32>,
    seen = seen,
    heavy = heavy,
    light = light,
    threshold = threshold,
    compensation = compensation,
    free_slot = free,
);

/// Keeps k samples of a stream, each with a chance in proportion to its score, and gives weights for
/// which every sum over a subset of the stream is unbiased (VarOpt). Slots 0 to k, one of them free.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_reservoir_f32 {
    /// Set by init
    pub tag: u32,
    /// State of the generator
    pub generator: [u8; 16],
    /// The caller's, `GLEANER_ITEMS_LEN(k)` items
    pub items: *mut gleaner_item_f32,
    /// k + 1
    pub items_len: usize,
    /// Counters
    pub state: gleaner_reservoir_state_f32,
}

impl From<Kept<f32>> for gleaner_kept_f32 {
    fn from(kept: Kept<f32>) -> Self {
        gleaner_kept_f32 {
            sequence: kept.sequence,
            slot: kept.slot,
            score: kept.score,
            weight: kept.weight,
        }
    }
}

impl From<gleaner_kept_f32> for Kept<f32> {
    fn from(kept: gleaner_kept_f32) -> Self {
        Kept {
            slot: kept.slot,
            sequence: kept.sequence,
            score: kept.score,
            weight: kept.weight,
        }
    }
}

impl From<Outcome<f32>> for gleaner_outcome_f32 {
    fn from(outcome: Outcome<f32>) -> Self {
        let dropped = outcome.dropped.unwrap_or_default();
        gleaner_outcome_f32 {
            kept: outcome.kept.into(),
            free_slot: outcome.free,
            dropped_any: outcome.dropped.is_some().into(),
            dropped: gleaner_item_f32 {
                sequence: dropped.sequence,
                score: dropped.score,
                slot: dropped.slot,
            },
        }
    }
}

impl gleaner_reservoir_state_f32 {
    /// As the library has it.
    pub(super) fn own(&self) -> &ReservoirState<f32> {
        // SAFETY: of the same layout, and all of it numbers.
        unsafe { &*(&raw const *self).cast() }
    }
}

impl From<ReservoirState<f32>> for gleaner_reservoir_state_f32 {
    fn from(state: ReservoirState<f32>) -> Self {
        // SAFETY: of the same layout.
        unsafe { transmute(state) }
    }
}

/// The reservoir of a state and items, for reading.
pub(super) unsafe fn read<'a>(
    state: &gleaner_reservoir_state_f32,
    items: *const gleaner_item_f32,
    items_len: usize,
) -> Result<Reservoir<f32, &'a [Item<f32>]>, Fault> {
    let items = slice(items.cast::<Item<f32>>(), items_len)?;
    Ok(Reservoir::attach(*state.own(), items)?)
}

impl gleaner_reservoir_f32 {
    pub(super) unsafe fn read<'a>(&self) -> Result<Reservoir<f32, &'a [Item<f32>]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Reservoir)?;
        read(&self.state, self.items, self.items_len)
    }

    pub(super) unsafe fn attach<'a>(
        &mut self,
    ) -> Result<Reservoir<f32, &'a mut [Item<f32>]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Reservoir)?;
        let items = slice_mut(self.items.cast::<Item<f32>>(), self.items_len)?;
        Ok(Reservoir::attach(*self.state.own(), items)?)
    }
}

/// An empty reservoir of k kept samples over k + 1 items, drawing from a generator of this seed.
/// Errors: LENGTH (no item).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_reservoir_init_f32(
    reservoir: *mut gleaner_reservoir_f32,
    seed: u64,
    items: *mut gleaner_item_f32,
    items_len: usize,
) -> gleaner_status {
    run(|| {
        let reservoir = output(reservoir)?;
        let slice = slice_mut(items.cast::<Item<f32>>(), items_len)?;
        reservoir.set(gleaner_reservoir_f32 {
            tag: tag::<f32>(Kind::Reservoir),
            generator: convert::generator(seed).state(),
            items,
            items_len,
            state: Reservoir::new(slice)?.state().into(),
        });
        Ok(())
    })
}

/// Drops all samples, for a new period; the generator goes on.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_reservoir_clear_f32(
    reservoir: *mut gleaner_reservoir_f32,
) -> gleaner_status {
    run(|| {
        let reservoir = object_mut(reservoir)?;
        let mut attached = reservoir.attach()?;
        attached.clear();
        reservoir.state = attached.state().into();
        Ok(())
    })
}

/// Offers the sample whose payload is in the free slot. A score of 0 is counted and never kept. At most two
/// draws, none while there is room. O(log k), mostly O(1).
/// Errors: STATE, SCORE, RANGE (the threshold would leave the scalar's range).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_reservoir_offer_f32(
    reservoir: *mut gleaner_reservoir_f32,
    score: f32,
    outcome: *mut gleaner_outcome_f32,
) -> gleaner_status {
    run(|| {
        let (reservoir, outcome) = (object_mut(reservoir)?, output(outcome)?);
        let mut attached = reservoir.attach()?;
        let mut generator = Xoshiro128PlusPlus::from_seed(reservoir.generator);
        let found = attached.offer(score, &mut generator)?;
        reservoir.generator = generator.state();
        reservoir.state = attached.state().into();
        outcome.set(found.into());
        Ok(())
    })
}

/// The number of kept samples.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_reservoir_count_f32(
    reservoir: *const gleaner_reservoir_f32,
    count: *mut usize,
) -> gleaner_status {
    run(|| {
        let count = output(count)?;
        count.set(object(reservoir)?.read()?.len());
        Ok(())
    })
}

/// The kept sample of an index from 0 to the count, with its weight: final once the stream has ended.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_reservoir_kept_f32(
    reservoir: *const gleaner_reservoir_f32,
    index: usize,
    kept: *mut gleaner_kept_f32,
) -> gleaner_status {
    run(|| {
        let kept = output(kept)?;
        let found = object(reservoir)?
            .read()?
            .kept(index)
            .ok_or(Fault(GLEANER_ERROR_INDEX))?;
        kept.set(found.into());
        Ok(())
    })
}

/// `(sum w)^2 / sum w^2` of the kept: how many samples of one weight these are worth.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_reservoir_effective_size_f32(
    reservoir: *const gleaner_reservoir_f32,
    size: *mut f32,
) -> gleaner_status {
    run(|| {
        let size = output(size)?;
        size.set(sampler::effective_size(object(reservoir)?.read()?.drain()));
        Ok(())
    })
}
