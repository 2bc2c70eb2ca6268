//! The k highest scores, in single precision.

use super::reservoir::{gleaner_item_f32, gleaner_kept_f32, gleaner_outcome_f32};
use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{Kind, check_tag, tag};
use crate::{GLEANER_ERROR_INDEX, gleaner_status};
use gleaner::sampler::{Item, Top, TopState};

/// Keeps the k highest scores of a stream, ties by arrival. Slots 0 to k, one of them free.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_top_f32 {
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

impl gleaner_top_f32 {
    fn state(&self) -> TopState {
        TopState {
            seen: self.seen,
            kept: self.kept,
            free: self.free_slot,
        }
    }

    pub(super) fn store(&mut self, state: TopState) {
        self.seen = state.seen;
        self.kept = state.kept;
        self.free_slot = state.free;
    }

    pub(super) unsafe fn read<'a>(&self) -> Result<Top<f32, &'a [Item<f32>]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Top)?;
        let items = slice(self.items.cast::<Item<f32>>().cast_const(), self.items_len)?;
        Ok(Top::attach(self.state(), items)?)
    }

    pub(super) unsafe fn attach<'a>(&mut self) -> Result<Top<f32, &'a mut [Item<f32>]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Top)?;
        Ok(Top::attach(
            self.state(),
            slice_mut(self.items.cast::<Item<f32>>(), self.items_len)?,
        )?)
    }
}

/// Empty, over k + 1 items.
/// Errors: LENGTH (no item).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_top_init_f32(
    top: *mut gleaner_top_f32,
    items: *mut gleaner_item_f32,
    items_len: usize,
) -> gleaner_status {
    run(|| {
        let top = output(top)?;
        let slice = slice_mut(items.cast::<Item<f32>>(), items_len)?;
        let state = Top::<f32, _>::new(slice)?.state();
        top.set(gleaner_top_f32 {
            tag: tag::<f32>(Kind::Top),
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
pub unsafe extern "C" fn gleaner_top_clear_f32(top: *mut gleaner_top_f32) -> gleaner_status {
    run(|| {
        let top = object_mut(top)?;
        let mut attached = top.attach()?;
        attached.clear();
        top.store(attached.state());
        Ok(())
    })
}

/// Offers the sample whose payload is in the free slot. O(log k).
/// Errors: STATE, SCORE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_top_offer_f32(
    top: *mut gleaner_top_f32,
    score: f32,
    outcome: *mut gleaner_outcome_f32,
) -> gleaner_status {
    run(|| {
        let (top, outcome) = (object_mut(top)?, output(outcome)?);
        let mut attached = top.attach()?;
        let found = attached.offer(score)?;
        top.store(attached.state());
        outcome.set(found.into());
        Ok(())
    })
}

/// The number of kept samples.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_top_count_f32(
    top: *const gleaner_top_f32,
    count: *mut usize,
) -> gleaner_status {
    run(|| {
        let count = output(count)?;
        count.set(object(top)?.read()?.len());
        Ok(())
    })
}

/// The kept sample of an index from 0 to the count; its weight is 1.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_top_kept_f32(
    top: *const gleaner_top_f32,
    index: usize,
    kept: *mut gleaner_kept_f32,
) -> gleaner_status {
    run(|| {
        let kept = output(kept)?;
        kept.set(
            object(top)?
                .read()?
                .kept(index)
                .ok_or(Fault(GLEANER_ERROR_INDEX))?
                .into(),
        );
        Ok(())
    })
}
