//! Records: what goes up.

use crate::border::{Fault, output, run, slice, slice_mut};
use crate::convert::{check_finite, check_length};
use crate::{GLEANER_ERROR_LENGTH, GLEANER_ERROR_SIZE, gleaner_status};
use gleaner::Scalar;
use gleaner::record::{Entry, Header, Reader, Writer, record_len};
use gleaner::sampler::Kept;

/// What a record says of its sample as a whole.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_record_header {
    /// Id of the model that scored
    pub model: u64,
    /// Seed of the generator
    pub seed: u64,
    /// Readings of the period that were scored and offered; refused ones are not among them
    pub seen: u64,
    /// Sum of all scores offered
    pub total: f64,
    /// Scores above it were kept for certain
    pub threshold: f64,
    /// Number of the period
    pub period: u32,
    /// Number of items
    pub items: u32,
    /// Bytes of payload an item
    pub payload: u32,
}

/// One item of a record.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_record_item {
    /// Number among the offers of the period that were not refused, from 0
    pub sequence: u64,
    /// Its score
    pub score: f64,
    /// Its weight
    pub weight: f64,
    /// Its payload, inside the record's bytes where it was read
    pub payload: *const u8,
}

/// The payloads of a sampler's slots, one after the other.
pub(crate) struct Payloads<'a> {
    bytes: &'a [u8],
    each: usize,
}

impl<'a> Payloads<'a> {
    /// `slots` payloads of `each` bytes.
    pub(crate) unsafe fn new(bytes: *const u8, each: usize, slots: usize) -> Result<Self, Fault> {
        let length = each.checked_mul(slots).ok_or(Fault(GLEANER_ERROR_SIZE))?;
        Ok(Payloads {
            bytes: slice(bytes, length)?,
            each,
        })
    }

    fn get(&self, slot: u32) -> Result<&'a [u8], Fault> {
        let start = (slot as usize).saturating_mul(self.each);
        let payload = self
            .bytes
            .get(start..)
            .and_then(|rest| rest.get(..self.each));
        payload.ok_or(Fault(GLEANER_ERROR_LENGTH))
    }
}

/// A length as the record has it.
pub(crate) fn count(length: usize) -> Result<u32, Fault> {
    u32::try_from(length).map_err(|_| Fault(GLEANER_ERROR_SIZE))
}

fn check(record: &[u8], header: Header) -> Result<(), Fault> {
    let (items, payload) = (header.items as usize, header.payload as usize);
    check_length(record.len() >= record_len(items, payload))
}

/// Writes a sampler's kept samples; returns the record's length.
pub(crate) fn write<T: Scalar>(
    record: &mut [u8],
    header: Header,
    kept: impl Iterator<Item = Kept<T>>,
    payloads: Payloads<'_>,
) -> Result<usize, Fault> {
    check(record, header)?;
    let mut writer = Writer::new(record, header)?;
    for kept in kept {
        writer.push(Entry {
            sequence: kept.sequence,
            score: kept.score.wide(),
            weight: kept.weight.wide(),
            payload: payloads.get(kept.slot)?,
        })?;
    }
    Ok(writer.finish()?)
}

/// Bytes of a record, as `GLEANER_RECORD_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_record_len(items: usize, payload: usize) -> usize {
    record_len(items, payload)
}

/// Writes a record of `items_len` items; the header's count of items is taken from that. `record` holds
/// `GLEANER_RECORD_LEN(items, payload)` bytes or more; `written` gets the record's length.
/// Errors: LENGTH, SIZE, NOT_FINITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_record_write(
    header: *const gleaner_record_header,
    items: *const gleaner_record_item,
    items_len: usize,
    record: *mut u8,
    record_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let raw = crate::border::object(header)?;
        let items = slice(items, items_len)?;
        let (record, written) = (slice_mut(record, record_len)?, output(written)?);
        let header = Header {
            model: raw.model,
            period: raw.period,
            seed: raw.seed,
            seen: raw.seen,
            total: raw.total,
            threshold: raw.threshold,
            items: count(items_len)?,
            payload: raw.payload,
        };
        check(record, header)?;
        // All items are checked before the first byte is written.
        for item in items {
            slice(item.payload, raw.payload as usize)?;
            check_finite(item.score)?;
            check_finite(item.weight)?;
        }
        let mut writer = Writer::new(record, header)?;
        for item in items {
            writer.push(Entry {
                sequence: item.sequence,
                score: item.score,
                weight: item.weight,
                payload: slice(item.payload, raw.payload as usize)?,
            })?;
        }
        written.set(writer.finish()?);
        Ok(())
    })
}

/// Reads a record: its header and, to the front of `items`, its items, whose payloads point into
/// `record`. With `items_len` 0 the header alone. A record is little-endian: 4 bytes `GLNR`, version and
/// header length (16 bits each), model, seed, seen (64), total, threshold (double), period, items, payload
/// (32); for each item sequence (64), score, weight (double), the payload; CRC-32 (IEEE) of all that.
/// Errors: RECORD (magic, checksum), RANGE (version), LENGTH (bytes missing or left over, or more items than
/// places), NOT_FINITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_record_read(
    record: *const u8,
    record_len: usize,
    items: *mut gleaner_record_item,
    items_len: usize,
    header: *mut gleaner_record_header,
) -> gleaner_status {
    run(|| {
        let reader = Reader::new(slice(record, record_len)?)?;
        let (items, header) = (slice_mut(items, items_len)?, output(header)?);
        let found = reader.header();
        check_length(items.is_empty() || items.len() >= found.items as usize)?;
        for (item, entry) in items.iter_mut().zip(reader.entries()) {
            *item = gleaner_record_item {
                sequence: entry.sequence,
                score: entry.score,
                weight: entry.weight,
                payload: entry.payload.as_ptr(),
            };
        }
        header.set(gleaner_record_header {
            model: found.model,
            seed: found.seed,
            seen: found.seen,
            total: found.total,
            threshold: found.threshold,
            period: found.period,
            items: found.items,
            payload: found.payload,
        });
        Ok(())
    })
}
