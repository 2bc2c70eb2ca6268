//! The k lowest scores, in single precision.

use super::reservoir::{gleaner_item_f32, gleaner_kept_f32, gleaner_outcome_f32};
use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{Kind, check_tag, tag};
use crate::{GLEANER_ERROR_INDEX, gleaner_status};
use gleaner::sampler::{Bottom, Item, TopState};

/// Keeps the k lowest scores of a stream, ties by arrival: the readings that a model has seen most of. A score of 0
/// is the lowest of all. Slots 0 to k, one of them free.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_bottom_f32 {
    /// Set by init
    pub tag: u32,
    /// The caller's, `GLEANER_ITEMS_LEN(k)` items
    pub items: *mut gleaner_item_f32,
    /// k + 1
    pub items_len: usize,
    /// Samples offered since the last clear
    pub seen: u64,
    /// Samples kept
    pub kept: usize,
    /// Where the next payload goes
    pub free_slot: u32,
}

impl gleaner_bottom_f32 {
    fn state(&self) -> TopState {
        TopState {
            seen: self.seen,
            kept: self.kept,
            free: self.free_slot,
        }
    }

    fn store(&mut self, state: TopState) {
        self.seen = state.seen;
        self.kept = state.kept;
        self.free_slot = state.free;
    }

    unsafe fn read<'a>(&self) -> Result<Bottom<f32, &'a [Item<f32>]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Bottom)?;
        let items = slice(self.items.cast::<Item<f32>>().cast_const(), self.items_len)?;
        Ok(Bottom::attach(self.state(), items)?)
    }

    unsafe fn attach<'a>(&mut self) -> Result<Bottom<f32, &'a mut [Item<f32>]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Bottom)?;
        Ok(Bottom::attach(
            self.state(),
            slice_mut(self.items.cast::<Item<f32>>(), self.items_len)?,
        )?)
    }
}

/// Empty, over k + 1 items.
/// Errors: LENGTH (no item).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_bottom_init_f32(
    bottom: *mut gleaner_bottom_f32,
    items: *mut gleaner_item_f32,
    items_len: usize,
) -> gleaner_status {
    run(|| {
        let bottom = output(bottom)?;
        let slice = slice_mut(items.cast::<Item<f32>>(), items_len)?;
        let state = Bottom::<f32, _>::new(slice)?.state();
        bottom.set(gleaner_bottom_f32 {
            tag: tag::<f32>(Kind::Bottom),
            items,
            items_len,
            seen: state.seen,
            kept: state.kept,
            free_slot: state.free,
        });
        Ok(())
    })
}

/// Drops all samples.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_bottom_clear_f32(
    bottom: *mut gleaner_bottom_f32,
) -> gleaner_status {
    run(|| {
        let bottom = object_mut(bottom)?;
        let mut attached = bottom.attach()?;
        attached.clear();
        bottom.store(attached.state());
        Ok(())
    })
}

/// Offers the sample whose payload is in the free slot. O(log k).
/// Errors: STATE, SCORE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_bottom_offer_f32(
    bottom: *mut gleaner_bottom_f32,
    score: f32,
    outcome: *mut gleaner_outcome_f32,
) -> gleaner_status {
    run(|| {
        let (bottom, outcome) = (object_mut(bottom)?, output(outcome)?);
        let mut attached = bottom.attach()?;
        let found = attached.offer(score)?;
        bottom.store(attached.state());
        outcome.set(found.into());
        Ok(())
    })
}

/// The number of kept samples.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_bottom_count_f32(
    bottom: *const gleaner_bottom_f32,
    count: *mut usize,
) -> gleaner_status {
    run(|| {
        let count = output(count)?;
        count.set(object(bottom)?.read()?.len());
        Ok(())
    })
}

/// The kept sample of an index from 0 to the count; its weight is 1.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_bottom_kept_f32(
    bottom: *const gleaner_bottom_f32,
    index: usize,
    kept: *mut gleaner_kept_f32,
) -> gleaner_status {
    run(|| {
        let kept = output(kept)?;
        kept.set(
            object(bottom)?
                .read()?
                .kept(index)
                .ok_or(Fault(GLEANER_ERROR_INDEX))?
                .into(),
        );
        Ok(())
    })
}
