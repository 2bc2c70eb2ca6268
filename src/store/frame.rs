//! What stands in front of a state in its area: the commit's number, and the page of each slot.

use super::NONE;
use super::layout::{FRAME, Layout};
use crate::Error;
use crate::bytes::{CHECKSUM, Sink, Source, checksum};

const MAGIC: [u8; 4] = *b"GLNT";
const VERSION: u16 = 1;
/// Bytes up to the page numbers.
pub(super) const HEADER: usize = FRAME - CHECKSUM;

/// The front of an area, found whole.
pub(super) struct Frame {
    /// Number of the commit, from 1.
    pub(super) sequence: u64,
    /// Bytes of the snapshot behind it.
    pub(super) snapshot: usize,
    /// The snapshot's own checksum.
    pub(super) snapshot_checksum: u32,
}

/// Bytes of a frame.
pub(super) fn len(layout: &Layout) -> usize {
    FRAME.saturating_add(layout.slots as usize * 4)
}

impl Frame {
    pub(super) fn put(
        &self,
        layout: &Layout,
        pages: &[u32],
        bytes: &mut [u8],
    ) -> Result<(), Error> {
        let bytes = bytes.get_mut(..len(layout)).ok_or(Error::Length("bytes"))?;
        let (content, end) = bytes
            .split_last_chunk_mut::<CHECKSUM>()
            .ok_or(Error::Length("bytes"))?;
        let mut sink = Sink::new(&mut *content);
        sink.bytes(&MAGIC)?;
        sink.u16(VERSION)?;
        sink.u16(HEADER as u16)?;
        sink.u64(self.sequence)?;
        sink.u32(layout.slots)?;
        sink.u32(layout.pages)?;
        sink.u32(layout.payload)?;
        sink.size(self.snapshot)?;
        sink.u32(self.snapshot_checksum)?;
        pages.iter().try_for_each(|&page| sink.u32(page))?;
        *end = checksum(content).to_le_bytes();
        Ok(())
    }

    /// Reads a frame and checks that its page numbers are possible.
    ///
    /// # Errors
    /// `Blank`, `Damaged`, `Version`; `Length` for a store of other sizes.
    pub(super) fn read(layout: &Layout, bytes: &[u8]) -> Result<Self, Error> {
        for blank in [0x00, 0xFF] {
            if bytes.iter().take(HEADER).all(|&byte| byte == blank) {
                return Err(Error::Blank);
            }
        }
        let mut source = Source::new(bytes);
        let is_ours = source.array()? == MAGIC;
        if !is_ours {
            return Err(Error::Damaged);
        }
        let (version, header) = (source.u16()?, source.u16()?);
        let sequence = source.u64()?;
        let sizes = (source.u32()?, source.u32()?, source.u32()?);
        let (snapshot, snapshot_checksum) = (source.size()?, source.u32()?);
        // As long as it says itself: of other sizes it may be whole all the same.
        let length = crate::bytes::len(sizes.0)
            .saturating_mul(4)
            .saturating_add(FRAME);
        let frame = bytes.get(..length).ok_or(Error::Damaged)?;
        let (content, end) = frame.split_last_chunk::<CHECKSUM>().ok_or(Error::Damaged)?;
        if checksum(content) != u32::from_le_bytes(*end) {
            return Err(Error::Damaged);
        }
        if version != VERSION || usize::from(header) != HEADER {
            return Err(Error::Version);
        }
        if sizes != (layout.slots, layout.pages, layout.payload)
            || snapshot > layout.snapshot as usize
        {
            return Err(Error::Length("store"));
        }
        Ok(Frame {
            sequence,
            snapshot,
            snapshot_checksum,
        })
    }

    /// The page of each slot in a frame that was read.
    pub(super) fn pages<'a>(
        layout: &Layout,
        bytes: &'a [u8],
    ) -> impl Iterator<Item = u32> + Clone + 'a {
        let numbers = bytes.get(HEADER..).unwrap_or_default();
        let numbers = numbers.chunks_exact(4).take(layout.slots as usize);
        numbers.map(|word| word.try_into().map_or(NONE, u32::from_le_bytes))
    }
}
