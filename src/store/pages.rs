//! Pages: where the payload of each slot lies, and which pages no state names.

use super::layout::TAG;
use super::{NONE, RUNNING, Store};
use crate::bytes::{CHECKSUM, Sink, checksum};
use crate::sampler::Kept;
use crate::{Error, Scalar};
use embedded_storage::nor_flash::NorFlash;
use rand_core::Rng;

impl<F: NorFlash, G: Rng, S: AsRef<[u8]>> Store<'_, F, G, S> {
    /// A page that no state names.
    pub(super) fn spare(&self) -> Option<u32> {
        let start = self.state.page;
        let (later, earlier) = (start..self.layout.pages, 0..start);
        later.chain(earlier).find(|&page| {
            let mark = self.memory.marks.get(page as usize);
            mark == Some(&0)
        })
    }

    /// The running state names no page for this slot any more.
    pub(super) fn release(&mut self, slot: u32) {
        let Some(page) = self.memory.pages.get_mut(slot as usize) else {
            return;
        };
        if let Some(mark) = self.memory.marks.get_mut(*page as usize) {
            *mark &= !RUNNING;
        }
        *page = NONE;
    }

    /// The running state names this page for this slot.
    pub(super) fn take(&mut self, slot: u32, page: u32) {
        if let Some(place) = self.memory.pages.get_mut(slot as usize) {
            *place = page;
        }
        if let Some(mark) = self.memory.marks.get_mut(page as usize) {
            *mark |= RUNNING;
        }
    }

    pub(super) fn write_page(
        &mut self,
        page: u32,
        sequence: u64,
        payload: &[u8],
    ) -> Result<(), Error> {
        let short = Error::Length("buffer");
        let address = self.layout.page(page);
        let end = self.layout.page(page.wrapping_add(1));
        let length = payload.len().saturating_add(TAG);
        let bytes = self.memory.buffer.get_mut(..self.layout.granules(length));
        let bytes = bytes.ok_or(short)?;
        bytes.fill(0xFF);
        let mut sink = Sink::new(&mut *bytes);
        sink.bytes(payload)?;
        sink.u64(sequence)?;
        let content = bytes.get(..length - CHECKSUM).ok_or(short)?;
        let sum = checksum(content).to_le_bytes();
        let place = bytes.get_mut(length - CHECKSUM..length).ok_or(short)?;
        place.iter_mut().zip(sum).for_each(|(to, from)| *to = from);
        self.driver
            .erase(address, end)
            .and_then(|()| self.driver.write(address, bytes))
            // A worn block tells nobody, and may hold another period's payload of this number.
            .and_then(|()| self.driver.read(address, bytes))
            .map_err(|_| Error::Storage)?;
        let found = bytes.get(..length).and_then(sealed);
        if found.map(u32::to_le_bytes) != Some(sum) {
            return Err(Error::Storage);
        }
        self.state.writes = self.state.writes.saturating_add(1);
        Ok(())
    }

    /// Reads the payload of a kept reading.
    ///
    /// # Errors
    /// `Length` for a buffer of another length than the payload; `Storage` where it was never written, cannot be read or is
    /// damaged. Then `payload` is as it was.
    pub fn read<T: Scalar>(&mut self, kept: &Kept<T>, payload: &mut [u8]) -> Result<(), Error> {
        if payload.len() != self.layout.payload as usize {
            return Err(Error::Length("payload"));
        }
        self.check_recovered()?;
        let page = self.memory.pages.get(kept.slot as usize);
        // NONE is none of them, nor is what somebody else wrote into the caller's memory.
        let page = *page
            .filter(|&&page| page < self.layout.pages)
            .ok_or(Error::Storage)?;
        let length = payload.len().saturating_add(TAG);
        let bytes = self.memory.buffer.get_mut(..self.layout.granules(length));
        let bytes = bytes.ok_or(Error::Length("buffer"))?;
        self.driver
            .read(self.layout.page(page), bytes)
            .map_err(|_| Error::Storage)?;
        let content = bytes.get(..length - CHECKSUM).ok_or(Error::Storage)?;
        let is_whole = bytes
            .get(..length)
            .is_some_and(|page| sealed(page).is_some());
        let tag = content.get(payload.len()..).ok_or(Error::Storage)?;
        if !is_whole || tag != kept.sequence.to_le_bytes() {
            return Err(Error::Storage);
        }
        payload
            .iter_mut()
            .zip(content)
            .for_each(|(to, from)| *to = *from);
        Ok(())
    }
}

/// The checksum at the end of bytes, where it is right.
pub(super) fn sealed(bytes: &[u8]) -> Option<u32> {
    let (content, end) = bytes.split_last_chunk::<CHECKSUM>()?;
    let end = u32::from_le_bytes(*end);
    (checksum(content) == end).then_some(end)
}
