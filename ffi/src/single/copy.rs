//! A copy of a selector, in single precision.

use super::reservoir::gleaner_item_f32;
use super::state::gleaner_selector_f32;
use crate::border::{object, output, run, slice, slice_mut};
use crate::convert::{Kind, check_length, check_tag, copy};
use crate::gleaner_status;
use core::ptr::null_mut;
use gleaner::sampler::Item;

/// Copies a selector with its memory and items, at least as many as `from` has: `to` then is a selector of its
/// own, over the copied ones. With memory (NULL, 0) it is a copy to read from: count, kept, stats, free slot
/// and record work; offer, start, rebase and save fail with LENGTH. Under the lock that guards `from` this is
/// all that another context needs; payloads are the caller's to copy.
/// Errors: STATE, LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_copy_f32(
    from: *const gleaner_selector_f32,
    to: *mut gleaner_selector_f32,
    memory: *mut f32,
    memory_len: usize,
    items: *mut gleaner_item_f32,
    items_len: usize,
) -> gleaner_status {
    run(|| {
        let (from, place) = (object(from)?, output(to)?);
        check_tag::<f32>(from.tag, Kind::Selector)?;
        let own_memory = slice(from.memory, from.memory_len)?;
        let own_items = slice(from.items.cast::<Item<f32>>(), from.items_len)?;
        let (to_memory, to_items) = (
            slice_mut(memory, memory_len)?,
            slice_mut(items.cast::<Item<f32>>(), items_len)?,
        );
        let is_to_read = to_memory.is_empty();
        check_length(is_to_read || to_memory.len() >= own_memory.len())?;
        check_length(to_items.len() >= own_items.len())?;
        copy(to_memory, own_memory);
        copy(to_items, own_items);
        place.set(gleaner_selector_f32 {
            memory: if is_to_read { null_mut() } else { memory },
            memory_len: if is_to_read { 0 } else { own_memory.len() },
            items,
            items_len: own_items.len(),
            ..*from
        });
        Ok(())
    })
}
