//! A record: what goes up. One little-endian layout, with a checksum.
//!
//! | offset | bytes | type | field |
//! |---|---|---|---|
//! | 0 | 4 | bytes | magic `GLNR` |
//! | 4 | 2 | u16 | version, 1 |
//! | 6 | 2 | u16 | length of the header in bytes, 60 |
//! | 8 | 8 | u64 | id of the model |
//! | 16 | 8 | u64 | seed of the generator |
//! | 24 | 8 | u64 | samples offered in the period |
//! | 32 | 8 | f64 | sum of all scores offered |
//! | 40 | 8 | f64 | threshold at the end |
//! | 48 | 4 | u32 | number of the period |
//! | 52 | 4 | u32 | number of items, m |
//! | 56 | 4 | u32 | bytes of payload an item, p |
//! | 60 | m (24 + p) | | items |
//! | 60 + m (24 + p) | 4 | u32 | CRC-32 (IEEE 802.3, reflected, as in zip) of all bytes before |
//!
//! Each item:
//!
//! | offset | bytes | type | field |
//! |---|---|---|---|
//! | 0 | 8 | u64 | sequence |
//! | 8 | 8 | f64 | score |
//! | 16 | 8 | f64 | weight |
//! | 24 | p | bytes | payload |
//!
//! Scores and weights of f32 are written as f64, exactly: the layout does not depend on the scalar. A reader passes over
//! header bytes that it does not know, so fields may be added at the header's end.
//!
//! ```
//! use gleaner::record::{Entry, Header, Reader, Writer, record_len};
//!
//! let mut bytes = [0; record_len(1, 2)];
//! let mut writer = Writer::new(&mut bytes, Header { items: 1, payload: 2, ..Header::default() })?;
//! writer.push(Entry { sequence: 7, score: 0.5, weight: 3.0, payload: &[1, 2] })?;
//! writer.finish()?;
//! let reader = Reader::new(&bytes)?;
//! assert_eq!(reader.entries().map(|entry| entry.weight).sum::<f64>(), 3.0);
//! # Ok::<(), gleaner::Error>(())
//! ```

use crate::Error;
use crate::bytes::{CHECKSUM, Sink, Source, checksum, len};

const MAGIC: [u8; 4] = *b"GLNR";
const VERSION: u16 = 1;
const HEADER: usize = 60;
const ENTRY: usize = 24;

/// What a record says of its sample as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Header {
    /// Id of the model that scored.
    pub model: u64,
    /// Number of the period.
    pub period: u32,
    /// Seed of the generator.
    pub seed: u64,
    /// Samples offered in the period.
    pub seen: u64,
    /// Sum of all scores offered.
    pub total: f64,
    /// Threshold at the end.
    pub threshold: f64,
    /// Number of items.
    pub items: u32,
    /// Bytes of payload an item.
    pub payload: u32,
}

/// One item of a record; scores and weights as doubles, exact for f32 too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'a> {
    /// Number of the offer since the start of the period, from 0.
    pub sequence: u64,
    /// Its score.
    pub score: f64,
    /// Its weight.
    pub weight: f64,
    /// Its payload, `Header::payload` bytes.
    pub payload: &'a [u8],
}

/// Bytes of a record: `64 + items (24 + payload)`. Where that passes the largest length, the largest length, which no
/// buffer has.
pub const fn record_len(items: usize, payload: usize) -> usize {
    body_len(items, payload).saturating_add(HEADER + CHECKSUM)
}

const fn body_len(items: usize, payload: usize) -> usize {
    items.saturating_mul(payload.saturating_add(ENTRY))
}

/// Everything of a writer but its bytes: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterState {
    /// Number of items that the record is to hold.
    pub items: u32,
    /// Bytes of payload an item.
    pub payload: u32,
    /// Items written so far.
    pub written: u32,
}

/// Writes a record into the caller's bytes, item by item.
#[derive(Debug)]
pub struct Writer<'a> {
    bytes: &'a mut [u8],
    state: WriterState,
}

impl<'a> Writer<'a> {
    /// Starts a record; `bytes` holds `record_len(header.items, header.payload)` or more.
    ///
    /// # Errors
    /// `Length` where `bytes` is too short; `NotFinite` for total or threshold. Then nothing is written.
    pub fn new(bytes: &'a mut [u8], header: Header) -> Result<Self, Error> {
        for (name, value) in [("total", header.total), ("threshold", header.threshold)] {
            if !value.is_finite() {
                return Err(Error::NotFinite(name));
            }
        }
        let state = WriterState {
            items: header.items,
            payload: header.payload,
            written: 0,
        };
        let writer = Self::attach(state, bytes)?;
        let mut sink = Sink::new(&mut *writer.bytes);
        sink.bytes(&MAGIC)?;
        sink.u16(VERSION)?;
        sink.u16(HEADER as u16)?;
        sink.u64(header.model)?;
        sink.u64(header.seed)?;
        sink.u64(header.seen)?;
        sink.f64(header.total)?;
        sink.f64(header.threshold)?;
        sink.u32(header.period)?;
        sink.u32(header.items)?;
        sink.u32(header.payload)?;
        Ok(writer)
    }

    /// Joins a state and the bytes it was detached from.
    ///
    /// # Errors
    /// `Length` where `bytes` is too short; `Range` where more is written than there is.
    pub fn attach(state: WriterState, bytes: &'a mut [u8]) -> Result<Self, Error> {
        if bytes.len() < record_len(len(state.items), len(state.payload)) {
            return Err(Error::Length("bytes"));
        }
        if state.written > state.items {
            return Err(Error::Range("state"));
        }
        Ok(Writer { bytes, state })
    }

    /// Takes state and bytes apart.
    pub fn detach(self) -> (WriterState, &'a mut [u8]) {
        (self.state, self.bytes)
    }

    /// Adds an item.
    ///
    /// # Errors
    /// `Length` where all items are in already, or the payload has another length than the header says; `NotFinite` for
    /// score or weight. Then nothing is written.
    pub fn push(&mut self, entry: Entry<'_>) -> Result<(), Error> {
        let WriterState {
            items,
            payload,
            written,
        } = self.state;
        if written >= items {
            return Err(Error::Length("items"));
        }
        if entry.payload.len() != len(payload) {
            return Err(Error::Length("payload"));
        }
        for (name, value) in [("score", entry.score), ("weight", entry.weight)] {
            if !value.is_finite() {
                return Err(Error::NotFinite(name));
            }
        }
        let start = body_len(len(written), len(payload)).saturating_add(HEADER);
        let rest = self.bytes.get_mut(start..).ok_or(Error::Length("bytes"))?;
        let mut sink = Sink::new(rest);
        sink.u64(entry.sequence)?;
        sink.f64(entry.score)?;
        sink.f64(entry.weight)?;
        sink.bytes(entry.payload)?;
        self.state.written = written.saturating_add(1);
        Ok(())
    }

    /// Closes the record once all items are in; returns its length in bytes.
    ///
    /// # Errors
    /// `Length` where items are missing.
    pub fn finish(self) -> Result<usize, Error> {
        let WriterState {
            items,
            payload,
            written,
        } = self.state;
        if written != items {
            return Err(Error::Length("items"));
        }
        let length = record_len(len(items), len(payload));
        let record = self.bytes.get_mut(..length).ok_or(Error::Length("bytes"))?;
        let (content, end) = record
            .split_last_chunk_mut::<CHECKSUM>()
            .ok_or(Error::Length("bytes"))?;
        *end = checksum(content).to_le_bytes();
        Ok(length)
    }
}

/// Reads a record.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    header: Header,
    body: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Checks magic, version, length, checksum and numbers. `bytes` is one whole record.
    ///
    /// # Errors
    /// `Record` for a wrong magic or checksum; `Range` for a version that is not known here; `Length` where bytes are
    /// missing or left over; `NotFinite` where the writer broke its promise.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        match Self::first(bytes)? {
            (reader, []) => Ok(reader),
            _ => Err(Error::Length("bytes")),
        }
    }

    /// Reads the first of several records that follow one another; the rest of the bytes comes with it.
    ///
    /// # Errors
    /// As [`Reader::new`].
    pub fn first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Error> {
        let mut source = Source::new(bytes);
        if source.array()? != MAGIC {
            return Err(Error::Record);
        }
        if source.u16()? != VERSION {
            return Err(Error::Range("version"));
        }
        let header_len = usize::from(source.u16()?);
        let model = source.u64()?;
        let seed = source.u64()?;
        let seen = source.u64()?;
        let total = source.f64()?;
        let threshold = source.f64()?;
        let period = source.u32()?;
        let items = source.u32()?;
        let payload = source.u32()?;
        let header = Header {
            model,
            period,
            seed,
            seen,
            total,
            threshold,
            items,
            payload,
        };

        let length = Error::Length("bytes");
        if header_len < HEADER {
            return Err(length);
        }
        let body_end = header_len.saturating_add(body_len(len(items), len(payload)));
        let (content, tail) = bytes.split_at_checked(body_end).ok_or(length)?;
        let (end, tail) = tail.split_first_chunk::<CHECKSUM>().ok_or(length)?;
        if checksum(content) != u32::from_le_bytes(*end) {
            return Err(Error::Record);
        }
        let body = content.get(header_len..).ok_or(length)?;
        let reader = Reader { header, body };
        if !(total.is_finite() && threshold.is_finite()) {
            return Err(Error::NotFinite("header"));
        }
        if !reader
            .entries()
            .all(|entry| entry.score.is_finite() && entry.weight.is_finite())
        {
            return Err(Error::NotFinite("items"));
        }
        Ok((reader, tail))
    }

    /// The header.
    pub fn header(&self) -> Header {
        self.header
    }

    /// The items, in the order they were written.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + 'a {
        let size = len(self.header.payload).saturating_add(ENTRY);
        self.body.chunks_exact(size.max(1)).filter_map(|item| {
            let mut source = Source::new(item);
            let sequence = source.u64().ok()?;
            let score = source.f64().ok()?;
            let weight = source.f64().ok()?;
            Some(Entry {
                sequence,
                score,
                weight,
                payload: source.rest(),
            })
        })
    }
}
