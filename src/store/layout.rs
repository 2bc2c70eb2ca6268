//! Where a store keeps what, and how much memory it takes.

use crate::Error;
use embedded_storage::nor_flash::NorFlash;

/// Bytes behind a payload in its page: u64 sequence, u32 checksum.
pub(super) const TAG: usize = 12;
/// Bytes in front of a snapshot in its area, without the page numbers.
pub(super) const FRAME: usize = 40;

/// Sizes of a store and of the storage below it.
///
/// From address 0: two areas for states, then the pages for payloads; each begins on an erase block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What reads and writes are a multiple of, in bytes.
    pub granule: u32,
    /// What is erased at once, in bytes; a multiple of `granule`. 1 for memory that needs no erasing.
    pub erase: u32,
    /// k + 1, as the selector's items.
    pub slots: u32,
    /// Pages for payloads: k and at least one more. With k + m, m readings may be kept between two commits.
    pub pages: u32,
    /// Bytes of a payload.
    pub payload: u32,
    /// Bytes of a snapshot, [`crate::snapshot::selector_snapshot_len`].
    pub snapshot: u32,
}

/// In whole units; past the largest length, the largest length, which no storage has.
const fn round_up(length: usize, unit: u32) -> usize {
    match length.checked_next_multiple_of(unit as usize) {
        Some(length) => length,
        None => usize::MAX,
    }
}

const fn larger(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

impl Layout {
    /// The layout for a driver whose sizes are known to the compiler.
    pub const fn of<F: NorFlash>(slots: u32, pages: u32, payload: u32, snapshot: u32) -> Self {
        Layout {
            granule: larger(F::READ_SIZE, F::WRITE_SIZE) as u32,
            erase: F::ERASE_SIZE as u32,
            slots,
            pages,
            payload,
            snapshot,
        }
    }

    const fn frame(&self) -> usize {
        let pages = (self.slots as usize).saturating_mul(4);
        pages
            .saturating_add(self.snapshot as usize)
            .saturating_add(FRAME)
    }

    /// Bytes of an area: `40 + 4 (k + 1) + snapshot`, rounded up to erase blocks.
    pub const fn area_len(&self) -> usize {
        round_up(self.frame(), self.erase)
    }

    /// Bytes of a page: `payload + 12`, rounded up to erase blocks.
    pub const fn page_len(&self) -> usize {
        round_up((self.payload as usize).saturating_add(TAG), self.erase)
    }

    /// Bytes of storage.
    pub const fn storage_len(&self) -> usize {
        let pages = self.page_len().saturating_mul(self.pages as usize);
        self.area_len().saturating_mul(2).saturating_add(pages)
    }

    /// Bytes of the buffer in the caller's memory.
    pub const fn buffer_len(&self) -> usize {
        let page = (self.payload as usize).saturating_add(TAG);
        round_up(larger(self.frame(), page), self.granule)
    }

    /// Refuses sizes that make no sense, and more storage than addresses reach.
    pub(super) fn check(&self) -> Result<(), Error> {
        let is_block =
            self.granule > 0 && self.erase > 0 && self.erase.is_multiple_of(self.granule);
        if !is_block {
            return Err(Error::Range("layout"));
        }
        if self.slots < 1 || self.pages < self.slots {
            return Err(Error::Length("layout.pages"));
        }
        let block = u64::from(self.erase);
        let up = |length: u64| length.checked_next_multiple_of(block).unwrap_or(u64::MAX);
        let area = up(FRAME as u64 + 4 * u64::from(self.slots) + u64::from(self.snapshot));
        let pages = up(u64::from(self.payload) + TAG as u64).saturating_mul(self.pages.into());
        if area.saturating_mul(2).saturating_add(pages) > u64::from(u32::MAX >> 1) {
            return Err(Error::Length("storage"));
        }
        Ok(())
    }

    /// Address of area 0 or 1.
    pub(super) fn area(&self, index: u32) -> u32 {
        (self.area_len() as u32).wrapping_mul(index)
    }

    /// Address of a page.
    pub(super) fn page(&self, index: u32) -> u32 {
        self.area(2)
            .wrapping_add((self.page_len() as u32).wrapping_mul(index))
    }

    /// A length in whole granules.
    pub(super) fn granules(&self, length: usize) -> usize {
        round_up(length, self.granule.max(1))
    }
}
