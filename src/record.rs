//! A record: what goes up. One little-endian layout, with a checksum.

use crate::Error;

/// What a record says of its sample as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
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

/// Bytes of a record.
pub const fn record_len(items: usize, payload: usize) -> usize {
    todo!()
}

/// Writes a record into the caller's bytes, item by item.
#[derive(Debug)]
pub struct Writer<'a> {
    bytes: &'a mut [u8],
}

impl<'a> Writer<'a> {
    /// Starts a record; `bytes` must hold `record_len(header.items, header.payload)`.
    pub fn new(bytes: &'a mut [u8], header: Header) -> Result<Self, Error> {
        todo!()
    }
    /// Adds an item.
    pub fn push(&mut self, entry: Entry<'_>) -> Result<(), Error> {
        todo!()
    }
    /// Closes the record once all items are in; returns its length.
    pub fn finish(self) -> Result<usize, Error> {
        todo!()
    }
}

/// Reads a record.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Checks magic, version, length and checksum.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        todo!()
    }
    /// The header.
    pub fn header(&self) -> Header {
        todo!()
    }
    /// The items, in the order they were written.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + 'a {
        core::iter::empty()
    }
}
