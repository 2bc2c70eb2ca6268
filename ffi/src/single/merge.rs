//! Merging samples, in single precision.

use super::reservoir::{
    gleaner_item_f32, gleaner_kept_f32, gleaner_outcome_f32, gleaner_reservoir_state_f32,
};
use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{self, Kind, check_tag, same_layout, tag};
use crate::{GLEANER_ERROR_INDEX, gleaner_status};
use gleaner::sampler::{Earlier, Item, Merge};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;

/// What a merged sample came with
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_earlier_f32 {
    /// Its score
    pub score: f32,
    /// The weight that its own sampler gave it
    pub weight: f32,
}

same_layout!(
    gleaner_earlier_f32,
    Earlier<f32>,
    score = score,
    weight = weight,
);

/// One sample of k of what several samples stand for, of devices or periods, whatever their sizes and in any order: each
/// kept sample is offered with its score and weight. Slots 0 to k are the merge's own, one of them free. Sums stay
/// unbiased, and the sum of score times weight exact; what a merge keeps may be merged again.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_merge_f32 {
    /// Set by init
    pub tag: u32,
    /// State of the generator
    pub generator: [u8; 16],
    /// The caller's, `GLEANER_ITEMS_LEN(k)` items
    pub items: *mut gleaner_item_f32,
    /// The caller's, as many
    pub earlier: *mut gleaner_earlier_f32,
    /// k + 1
    pub items_len: usize,
    /// Counters, of score times weight
    pub state: gleaner_reservoir_state_f32,
}

type Attached<'a> = Merge<f32, &'a mut [Item<f32>], &'a mut [Earlier<f32>]>;
type Read<'a> = Merge<f32, &'a [Item<f32>], &'a [Earlier<f32>]>;

impl gleaner_merge_f32 {
    unsafe fn attach<'a>(&mut self) -> Result<Attached<'a>, Fault> {
        check_tag::<f32>(self.tag, Kind::Merge)?;
        let items = slice_mut(self.items.cast::<Item<f32>>(), self.items_len)?;
        let earlier = slice_mut(self.earlier.cast::<Earlier<f32>>(), self.items_len)?;
        Ok(Merge::attach(*self.state.own(), items, earlier)?)
    }

    unsafe fn read<'a>(&self) -> Result<Read<'a>, Fault> {
        check_tag::<f32>(self.tag, Kind::Merge)?;
        let items = slice(self.items.cast::<Item<f32>>(), self.items_len)?;
        let earlier = slice(self.earlier.cast::<Earlier<f32>>(), self.items_len)?;
        Ok(Merge::attach(*self.state.own(), items, earlier)?)
    }
}

/// An empty merge that keeps k samples over k + 1 items and as many `earlier`.
/// Errors: LENGTH (no item).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_merge_init_f32(
    merge: *mut gleaner_merge_f32,
    seed: u64,
    items: *mut gleaner_item_f32,
    earlier: *mut gleaner_earlier_f32,
    items_len: usize,
) -> gleaner_status {
    run(|| {
        let merge = output(merge)?;
        let own = slice_mut(items.cast::<Item<f32>>(), items_len)?;
        let pairs = slice_mut(earlier.cast::<Earlier<f32>>(), items_len)?;
        merge.set(gleaner_merge_f32 {
            tag: tag::<f32>(Kind::Merge),
            generator: convert::generator(seed).state(),
            items,
            earlier,
            items_len,
            state: Merge::new(own, pairs)?.state().into(),
        });
        Ok(())
    })
}

/// Drops all samples; the generator goes on.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_merge_clear_f32(merge: *mut gleaner_merge_f32) -> gleaner_status {
    run(|| {
        let merge = object_mut(merge)?;
        let mut attached = merge.attach()?;
        attached.clear();
        merge.state = attached.state().into();
        Ok(())
    })
}

/// Offers the sample whose payload is in the free slot, with the score and weight that its own sampler kept it with:
/// those of a `gleaner_kept_f32`, or of a record's item. O(log k).
/// Errors: STATE, SCORE, RANGE (a weight that is not positive and finite; a product beyond the scalar).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_merge_offer_f32(
    merge: *mut gleaner_merge_f32,
    score: f32,
    weight: f32,
    outcome: *mut gleaner_outcome_f32,
) -> gleaner_status {
    run(|| {
        let (merge, outcome) = (object_mut(merge)?, output(outcome)?);
        let mut attached = merge.attach()?;
        let mut generator = Xoshiro128PlusPlus::from_seed(merge.generator);
        let found = attached.offer(score, weight, &mut generator)?;
        merge.generator = generator.state();
        merge.state = attached.state().into();
        outcome.set(found.into());
        Ok(())
    })
}

/// The number of kept samples.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_merge_count_f32(
    merge: *const gleaner_merge_f32,
    count: *mut usize,
) -> gleaner_status {
    run(|| {
        let count = output(count)?;
        count.set(object(merge)?.read()?.len());
        Ok(())
    })
}

/// The kept sample of an index from 0 to the count, with its score and its whole weight, final once all are in; its
/// sequence is the number of its offer.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_merge_kept_f32(
    merge: *const gleaner_merge_f32,
    index: usize,
    kept: *mut gleaner_kept_f32,
) -> gleaner_status {
    run(|| {
        let kept = output(kept)?;
        let found = object(merge)?.read()?.kept(index);
        kept.set(found.ok_or(Fault(GLEANER_ERROR_INDEX))?.into());
        Ok(())
    })
}
