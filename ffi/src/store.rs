//! Stores: the caller's flash.

use crate::border::{Fault, object};
use crate::{GLEANER_ERROR_NULL, GLEANER_ERROR_SIZE};
use core::ffi::c_void;
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};
use gleaner::store::{Layout, StoreState};

/// Reads `length` bytes from `address`. 0: done; else the call that asked fails with STORAGE.
pub type gleaner_flash_read = Option<
    unsafe extern "C" fn(context: *mut c_void, address: u32, bytes: *mut u8, length: usize) -> i32,
>;

/// Writes `length` bytes to `address`, which were erased before. 0: done.
pub type gleaner_flash_write = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        address: u32,
        bytes: *const u8,
        length: usize,
    ) -> i32,
>;

/// Erases `length` bytes from `address`, both multiples of `erase_block`. 0: done. Memory that needs no
/// erasing (EEPROM, FRAM) answers 0 and does nothing.
pub type gleaner_flash_erase =
    Option<unsafe extern "C" fn(context: *mut c_void, address: u32, length: usize) -> i32>;

/// The storage that a store may use: addresses from 0 to `length`, the caller's functions add where that
/// lies. Write and erase return when the hardware has finished.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_flash {
    /// Handed to the functions
    pub context: *mut c_void,
    /// Reads
    pub read: gleaner_flash_read,
    /// Writes
    pub write: gleaner_flash_write,
    /// Erases
    pub erase: gleaner_flash_erase,
    /// Bytes of it
    pub length: u32,
    /// What reads and writes are a multiple of, in bytes
    pub granule: u32,
    /// What is erased at once, in bytes: a multiple of `granule`
    pub erase_block: u32,
}

/// A store's counters.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_store_state {
    /// Commits since the storage was first used
    pub commits: u64,
    /// Payloads written since init
    pub writes: u64,
    /// Area of the next commit
    pub area: u32,
    /// Page where the search for a free one goes on
    pub page: u32,
    /// Readings since the last commit: what a loss of power would lose
    pub pending: u32,
    /// 1: recovered, and in use
    pub recovered: u32,
}

impl gleaner_store_state {
    /// As init sets it.
    pub(crate) const NEW: Self = gleaner_store_state {
        commits: 0,
        writes: 0,
        area: 0,
        page: 0,
        pending: 0,
        recovered: 0,
    };
}

impl From<StoreState> for gleaner_store_state {
    fn from(state: StoreState) -> Self {
        gleaner_store_state {
            commits: state.commits,
            writes: state.writes,
            area: state.area,
            page: state.page,
            pending: state.pending,
            recovered: state.is_recovered.into(),
        }
    }
}

impl From<gleaner_store_state> for StoreState {
    fn from(state: gleaner_store_state) -> Self {
        StoreState {
            commits: state.commits,
            writes: state.writes,
            area: state.area & 1,
            page: state.page,
            pending: state.pending,
            is_recovered: state.recovered != 0,
        }
    }
}

/// The caller's flash as a driver.
pub(crate) struct Driver(gleaner_flash);

/// A function of the caller's failed.
#[derive(Debug)]
pub(crate) struct Failed;

impl NorFlashError for Failed {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl ErrorType for Driver {
    type Error = Failed;
}

impl Driver {
    /// The driver; every function must be there.
    pub(crate) unsafe fn new(flash: *const gleaner_flash) -> Result<Self, Fault> {
        let flash = *object(flash)?;
        if flash.read.is_none() || flash.write.is_none() || flash.erase.is_none() {
            return Err(Fault(GLEANER_ERROR_NULL));
        }
        Ok(Driver(flash))
    }

    /// Where a store keeps what on it.
    pub(crate) fn layout(&self, slots: u32, pages: u32, payload: u32, snapshot: u32) -> Layout {
        Layout {
            granule: self.0.granule,
            erase: self.0.erase_block,
            slots,
            pages,
            payload,
            snapshot,
        }
    }
}

fn answer(status: i32) -> Result<(), Failed> {
    if status == 0 { Ok(()) } else { Err(Failed) }
}

// The store keeps to the granule and the erase block at hand: the driver's constants ask for nothing.
impl ReadNorFlash for Driver {
    const READ_SIZE: usize = 1;

    fn read(&mut self, address: u32, bytes: &mut [u8]) -> Result<(), Failed> {
        let read = self.0.read.ok_or(Failed)?;
        // SAFETY: the caller's function, with a buffer of the length that it is told.
        answer(unsafe { read(self.0.context, address, bytes.as_mut_ptr(), bytes.len()) })
    }

    fn capacity(&self) -> usize {
        self.0.length as usize
    }
}

impl NorFlash for Driver {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = 1;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Failed> {
        let erase = self.0.erase.ok_or(Failed)?;
        // SAFETY: the caller's function.
        answer(unsafe { erase(self.0.context, from, to.wrapping_sub(from) as usize) })
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Failed> {
        let write = self.0.write.ok_or(Failed)?;
        // SAFETY: as for reading.
        answer(unsafe { write(self.0.context, address, bytes.as_ptr(), bytes.len()) })
    }
}

/// A count as the layout has it.
pub(crate) fn count(count: usize) -> Result<u32, Fault> {
    u32::try_from(count).map_err(|_| Fault(GLEANER_ERROR_SIZE))
}

fn layout(sizes: [usize; 4], granule: u32, erase: u32) -> Option<Layout> {
    let [slots, pages, payload, snapshot] = sizes;
    let size = |size: usize| u32::try_from(size).ok();
    let layout = Layout {
        granule: granule.max(1),
        erase: erase.max(1),
        slots: size(slots)?,
        pages: size(pages)?,
        payload: size(payload)?,
        snapshot: size(snapshot)?,
    };
    Some(layout)
}

/// Bytes of the buffer of a store of k + 1 slots, as `GLEANER_STORE_BUFFER_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_store_buffer_len(
    slots: usize,
    payload: usize,
    snapshot: usize,
    granule: u32,
) -> usize {
    layout([slots, 0, payload, snapshot], granule, 1)
        .map_or(usize::MAX, |layout| layout.buffer_len())
}

/// Bytes of storage of a store of k + 1 slots, as `GLEANER_STORE_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_store_len(
    slots: usize,
    pages: usize,
    payload: usize,
    snapshot: usize,
    erase_block: u32,
) -> usize {
    layout([slots, pages, payload, snapshot], 1, erase_block)
        .map_or(usize::MAX, |layout| layout.storage_len())
}
