//! A store: the selector and its payloads in flash, in single precision.

use super::reservoir::gleaner_kept_f32;
use super::selector::gleaner_verdict_f32;
use super::snapshot::gleaner_selector_snapshot_len_f32;
use super::state::gleaner_selector_f32;
use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{Kind, check_length, check_tag, tag};
use crate::store::{Driver, count, gleaner_flash, gleaner_store_state};
use crate::{GENERATOR, gleaner_status};
use gleaner::sampler::Kept;
use gleaner::store::{Store, StoreMemory};
use rand_xoshiro::Xoshiro128PlusPlus;

/// A selector and its payloads in flash as one transaction: a loss of power loses at most the readings
/// since the last commit. Keeps pointers to the selector, the flash and the caller's memory; use the
/// selector's own functions for reading only, once it has a store, and for a rebase to a model of the same order:
/// with one of another order every call here is refused (LENGTH) and the flash stays as it is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_store_f32 {
    /// Set by init
    pub tag: u32,
    /// Readings between two commits
    pub every: u32,
    /// Bytes of a payload
    pub payload_len: usize,
    /// Bytes that a snapshot has room for
    pub snapshot_len: usize,
    /// The selector
    pub selector: *mut gleaner_selector_f32,
    /// The caller's flash
    pub flash: *const gleaner_flash,
    /// The caller's, k + 1 numbers: the page of each slot
    pub pages: *mut u32,
    /// k + 1
    pub pages_len: usize,
    /// The caller's, one byte a page
    pub marks: *mut u8,
    /// Number of pages
    pub marks_len: usize,
    /// The caller's, `GLEANER_STORE_BUFFER_LEN` bytes
    pub buffer: *mut u8,
    /// Its length
    pub buffer_len: usize,
    /// Counters
    pub state: gleaner_store_state,
}

/// Bytes of the selector's snapshot.
fn room(selector: &gleaner_selector_f32, items: usize) -> usize {
    gleaner_selector_snapshot_len_f32(selector.plan.inputs, selector.plan.order, items)
}

type Attached<'a> = Store<'a, Driver, Xoshiro128PlusPlus, [u8; GENERATOR]>;

impl gleaner_store_f32 {
    /// The library's store over C's memory.
    unsafe fn attach<'a>(&self) -> Result<Attached<'a>, Fault> {
        let selector = object(self.selector)?;
        let driver = Driver::new(self.flash)?;
        // A model of another order would move every address in the flash.
        check_length(room(selector, self.pages_len) == self.snapshot_len)?;
        let layout = driver.layout(
            count(self.pages_len)?,
            count(self.marks_len)?,
            count(self.payload_len)?,
            count(self.snapshot_len)?,
        );
        let memory = StoreMemory {
            pages: slice_mut(self.pages, self.pages_len)?,
            marks: slice_mut(self.marks, self.marks_len)?,
            buffer: slice_mut(self.buffer, self.buffer_len)?,
        };
        let generator = Xoshiro128PlusPlus::state;
        let state = self.state.into();
        Ok(Store::attach(
            driver, generator, layout, self.every, state, memory,
        )?)
    }

    /// Attaches the library's store, changes it, and keeps what it has become.
    unsafe fn change<'a, R>(
        &mut self,
        change: impl FnOnce(&mut Attached<'a>, &mut gleaner_selector_f32) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        check_tag::<f32>(self.tag, Kind::Store)?;
        let mut store = self.attach()?;
        let result = change(&mut store, object_mut(self.selector)?);
        self.state = store.state().into();
        result
    }
}

/// A store of a selector that was made by its init, with a commit every `every` readings. `pages` holds as
/// many numbers as the selector items, `marks` a byte for each page of flash: k and at least one more, and
/// with k + every commits come no earlier than asked for. Touches no flash: recover comes next, always.
/// Errors: STATE (the selector's); LENGTH (memory or flash too small, too few pages), RANGE (granule and erase
/// block, every = 0), SIZE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_store_init_f32(
    store: *mut gleaner_store_f32,
    selector: *mut gleaner_selector_f32,
    flash: *const gleaner_flash,
    payload_len: usize,
    every: u32,
    pages: *mut u32,
    pages_len: usize,
    marks: *mut u8,
    marks_len: usize,
    buffer: *mut u8,
    buffer_len: usize,
) -> gleaner_status {
    run(|| {
        let place = output(store)?;
        let found = object(selector)?;
        check_tag::<f32>(found.tag, Kind::Selector)?;
        check_length(pages_len == found.items_len)?;
        let new = gleaner_store_f32 {
            tag: tag::<f32>(Kind::Store),
            every,
            payload_len,
            snapshot_len: room(found, pages_len),
            selector,
            flash,
            pages,
            pages_len,
            marks,
            marks_len,
            buffer,
            buffer_len,
            state: gleaner_store_state::NEW,
        };
        new.attach()?;
        place.set(new);
        Ok(())
    })
}

/// After every start: brings back selector and payloads of the newest commit that is whole. `found` 0: nothing
/// was ever committed, and the selector is as init made it.
/// Errors: STATE; DAMAGED (there is something, and no commit is whole), VERSION, LENGTH (a store of other sizes);
/// those of restoring a selector; STORAGE. Flash that holds something else: erase it, then recover again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_store_recover_f32(
    store: *mut gleaner_store_f32,
    found: *mut u32,
) -> gleaner_status {
    run(|| {
        let (store, found) = (object_mut(store)?, output(found)?);
        let any = store
            .change(|store, selector| selector.change(|selector| Ok(store.recover(selector)?)))?;
        found.set(any.into());
        Ok(())
    })
}

/// Scores a reading and decides, as `gleaner_selector_offer_f32`. A payload that is kept goes to flash at
/// once; every so many readings the state is committed.
/// Errors: STATE (not recovered, too); LENGTH; those of the selector's offer; STORAGE: the reading was taken in,
/// but its payload could not be written, which is lost (reading it says so: STORAGE), or a commit that was due
/// failed, which the next reading tries again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_store_offer_f32(
    store: *mut gleaner_store_f32,
    x: *const f32,
    x_len: usize,
    label: *const f32,
    label_len: usize,
    payload: *const u8,
    payload_len: usize,
    verdict: *mut gleaner_verdict_f32,
) -> gleaner_status {
    run(|| {
        let (store, x) = (object_mut(store)?, slice(x, x_len)?);
        let (labels, payload) = (slice(label, label_len)?, slice(payload, payload_len)?);
        let verdict = output(verdict)?;
        let given = store.change(|store, selector| {
            selector.change(|selector| Ok(store.offer(selector, x, labels, payload)?))
        })?;
        verdict.set(given.into());
        Ok(())
    })
}

/// Commits now, before a sleep say.
/// Errors: STATE, STORAGE (the last commit stands).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_store_commit_f32(store: *mut gleaner_store_f32) -> gleaner_status {
    run(|| {
        object_mut(store)?
            .change(|store, selector| selector.change(|selector| Ok(store.commit(selector)?)))
    })
}

/// Reads the payload of a kept reading, as `gleaner_selector_kept_f32` lists it.
/// Errors: STATE, LENGTH; STORAGE (never written, or damaged).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_store_read_f32(
    store: *mut gleaner_store_f32,
    kept: *const gleaner_kept_f32,
    payload: *mut u8,
    payload_len: usize,
) -> gleaner_status {
    run(|| {
        let (store, kept) = (object_mut(store)?, object(kept)?);
        let payload = slice_mut(payload, payload_len)?;
        let kept = Kept::<f32>::from(*kept);
        store.change(|store, _| Ok(store.read(&kept, payload)?))
    })
}

/// Begins the next period and commits: the payloads of the last one are gone.
/// Errors: STATE; STORAGE: begun, but a loss of power goes back to the last period.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_store_begin_period_f32(
    store: *mut gleaner_store_f32,
) -> gleaner_status {
    run(|| {
        object_mut(store)?
            .change(|store, selector| selector.change(|selector| Ok(store.begin_period(selector)?)))
    })
}
