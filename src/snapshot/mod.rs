//! Snapshots: the state of every object as bytes in the caller's memory, and back.
//!
//! A restored object goes on as the one that was saved would have, bit for bit, on whatever target. A snapshot is
//! restored into an object of the same kind, scalar, sizes, options and model id, made as ever by its `new`; what does
//! not fit is refused, and the object is then as it was.
//!
//! # Layout
//! All numbers are little-endian; `s` is a scalar, 4 or 8 bytes of IEEE 754. Flags are u32, 0 or 1.
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | 4 bytes | magic `GLNS` |
//! | 4 | u32 | length of the snapshot in bytes, checksum included |
//! | 8 | u16 | version, 1 |
//! | 10 | u8 | object: 1 factor, 2 reservoir, 3 top k, 4 moments, 5 selector, 6 totals, 7 quantile, 8 Poisson, 9 Kronecker |
//! | 11 | u8 | bytes of a scalar, 4 or 8 |
//! | 12 | u64 | id of the model; 0 but for a selector |
//! | 20 | | the object, see below |
//! | length - 4 | u32 | CRC-32 (IEEE 802.3, reflected, as in zip) of all bytes before |
//!
//! Magic, length and checksum stay where they are in every version.
//!
//! **Factor**, `F = 36 + s (1 + N (N + 1) / 2 + 3 N)` bytes: u32 order N, u32 cursor, flag pivoted, u64 rows,
//! u64 half-life, u64 age, s ridge; then the memory without its work row: packed triangle, compensation of its
//! diagonal, column squares, column order, N s each but the triangle.
//!
//! **Moments**, `12 + 4 s d` bytes: u32 features d, u64 count; d s each of means, squared deviations, and what the
//! rounding of each left out.
//!
//! **Generator**: u32 length g, g bytes.
//!
//! **Items**: for each kept one u64 sequence, s score, u32 slot, in the sampler's order.
//!
//! **Reservoir**, at most `4 + g + 24 + 2 s + k (12 + s)` bytes: generator; u32 slots k + 1, u32 heavy, u32 light, u32 free
//! slot, u64 seen, s threshold, s compensation; heavy + light items, the heavy ones a heap.
//!
//! **Top k**, at most `20 + k (12 + s)` bytes: u32 slots, u32 kept, u32 free slot, u64 seen; the items, a heap.
//!
//! **Totals**, `12 + 2 s n` bytes: u32 sums n, u64 readings; n sums.
//!
//! **Quantile**, `36 + s + 4 c` bytes: u32 counters c, u64 items seen, u64 total of the counters, u64 half-life, u64 age, s
//! highest score; c u32 counters, from the highest bin down.
//!
//! **Poisson**, `4 + g + 48 + 5 s` bytes: generator; u64 seen, kept, capped, and of the budget keep, items and window; s
//! threshold; its logarithm and the sum of all probabilities, a sum each.
//!
//! **Kronecker**, at most `20 + 72 l + s (1 + 2 l + m)` bytes for l layers over m scalars: u32 layers, u64 rows, u64 half-life, s
//! rows that count; for each layer two factors, of the deltas and of the inputs.
//!
//! **Selector**, at most `124 + 14 s + 12 + 4 s d + F` bytes and a reservoir:
//! u32 inputs d, u32 parameters P, u32 objective (0 prediction, 1 residual, 2 logistic, 3 Huber, 4 cross-entropy, 5 softmax; 256 for each row of a reading beyond the first), u32 scaling (0 none,
//! 1 constants, 2 running; of sketches 128 and 256 times 24 bits of their seed more), s delta of Huber (else 0), s uniform share; u32 period, flag ridge is open, u64
//! leverage count, s mean leverage of the pilot, 2 s sum of leverages; u64 seen, accepted, evicted, refused for length, not
//! finite, range, label, other cause, unscored; 2 s total score, s highest dropped, s highest drift; of the drift u64 readings, u64 blocks, u32 readings
//! of the block begun, s their weight in the factor, s their sum, s mean, s variance, s level; then moments, factor, reservoir.
//! A sum is two scalars: the rounded number and what its rounding left out.
//!
//! ```
//! use gleaner::factor::{Factor, factor_len};
//! use gleaner::snapshot::factor_snapshot_len;
//!
//! let mut factor = Factor::new(2, 0.1_f32, [0.0; factor_len(2)])?;
//! factor.observe(&[1.0, 2.0], 1.0)?;
//! let mut bytes = [0; factor_snapshot_len::<f32>(2)];
//! factor.save(&mut bytes)?;
//!
//! let mut again = Factor::new(2, 0.0_f32, [0.0; factor_len(2)])?;
//! again.restore(&bytes)?;
//! assert_eq!(again.observe(&[3.0, 1.0], 1.0), factor.observe(&[3.0, 1.0], 1.0));
//! # Ok::<(), gleaner::Error>(())
//! ```

mod factor;
mod kronecker;
mod moments;
mod poisson;
mod quantile;
mod sampler;
mod selector;
mod totals;

pub use factor::factor_snapshot_len;
pub use kronecker::kronecker_snapshot_len;
pub use moments::moments_snapshot_len;
pub use poisson::poisson_snapshot_len;
pub use quantile::quantile_snapshot_len;
pub use sampler::{reservoir_snapshot_len, top_snapshot_len};
pub use selector::{save_selector, selector_snapshot_len};
pub use totals::totals_snapshot_len;

use crate::bytes::{CHECKSUM, Sink, Source, checksum, len};
use crate::{Error, Scalar};

const MAGIC: [u8; 4] = *b"GLNS";
const VERSION: u16 = 1;
const HEADER: usize = 20;
/// Bytes around the object.
const FRAME: usize = HEADER + CHECKSUM;

/// Kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
pub enum Object {
    /// [`crate::factor::Factor`]
    Factor = 1,
    /// [`crate::sampler::Reservoir`]
    Reservoir = 2,
    /// [`crate::sampler::Top`]
    Top = 3,
    /// [`crate::standardiser::Moments`]
    Moments = 4,
    /// [`crate::selector::Selector`]
    Selector = 5,
    /// [`crate::calibrate::Totals`]
    Totals = 6,
    /// [`crate::outlier::Quantile`]
    Quantile = 7,
    /// [`crate::sampler::Poisson`]
    Poisson = 8,
    /// [`crate::kronecker::Kronecker`]
    Kronecker = 9,
}

/// What a snapshot says of itself: whose it is, before there is an object to restore into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The kind of object.
    pub object: Object,
    /// Bytes of a scalar, 4 or 8.
    pub scalar: u8,
    /// Id of a selector's model; 0 for other objects.
    pub model: u64,
    /// Bytes of the snapshot.
    pub length: u32,
}

impl Header {
    /// Checks a snapshot at the front of `bytes` and reads its header. Cost: its checksum, about 30 operations a byte.
    ///
    /// # Errors
    /// `Blank` where the first 20 bytes are all 0x00 or all 0xFF, as in erased flash; `Damaged` for a wrong magic or
    /// checksum, or where bytes are missing; `Version` for a layout that is not known here; `Object` for an object or a
    /// scalar that is not known here.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        open(bytes).map(|(header, _)| header)
    }
}

/// Checks the frame; the header, and the object's bytes.
fn open(bytes: &[u8]) -> Result<(Header, Source<'_>), Error> {
    let front = bytes.get(..HEADER).ok_or(Error::Damaged)?;
    for blank in [0x00, 0xFF] {
        if front.iter().all(|&byte| byte == blank) {
            return Err(Error::Blank);
        }
    }
    let mut source = Source::new(front);
    let magic = source.array()?;
    let length = source.u32()?;
    let (content, end) = bytes
        .get(..len(length))
        .and_then(|bytes| bytes.split_last_chunk::<CHECKSUM>())
        .ok_or(Error::Damaged)?;
    if magic != MAGIC || checksum(content) != u32::from_le_bytes(*end) {
        return Err(Error::Damaged);
    }
    let version = source.u16()?;
    let [object, scalar] = source.array()?;
    let model = source.u64()?;
    if version != VERSION {
        return Err(Error::Version);
    }
    let object = match object {
        1 => Object::Factor,
        2 => Object::Reservoir,
        3 => Object::Top,
        4 => Object::Moments,
        5 => Object::Selector,
        6 => Object::Totals,
        7 => Object::Quantile,
        8 => Object::Poisson,
        9 => Object::Kronecker,
        _ => return Err(Error::Object),
    };
    if scalar != 4 && scalar != 8 {
        return Err(Error::Object);
    }
    let header = Header {
        object,
        scalar,
        model,
        length,
    };
    let body = content.get(HEADER..).ok_or(Error::Damaged)?;
    Ok((header, Source::new(body)))
}

/// The bytes of an object of this kind, scalar and model.
fn open_as<T: Scalar>(object: Object, model: u64, bytes: &[u8]) -> Result<Source<'_>, Error> {
    let (header, body) = open(bytes)?;
    if header.object != object || usize::from(header.scalar) != T::BYTES {
        return Err(Error::Object);
    }
    if header.model != model {
        return Err(Error::Identity);
    }
    Ok(body)
}

/// Writes a snapshot whose object takes `size` bytes; returns its length.
fn write<T: Scalar>(
    object: Object,
    model: u64,
    size: usize,
    bytes: &mut [u8],
    body: impl FnOnce(&mut Sink<'_>) -> Result<(), Error>,
) -> Result<usize, Error> {
    let length = size.saturating_add(FRAME);
    let bytes = bytes.get_mut(..length).ok_or(Error::Length("bytes"))?;
    let (content, end) = bytes
        .split_last_chunk_mut::<CHECKSUM>()
        .ok_or(Error::Length("bytes"))?;
    let mut sink = Sink::new(&mut *content);
    sink.bytes(&MAGIC)?;
    sink.size(length)?;
    sink.u16(VERSION)?;
    sink.bytes(&[object as u8, T::BYTES as u8])?;
    sink.u64(model)?;
    body(&mut sink)?;
    *end = checksum(content).to_le_bytes();
    Ok(length)
}

/// Whether one number can be what rounding left out of the other: a few units in its last place, or next to nothing.
fn is_pair<T: Scalar>(high: T, low: T) -> bool {
    low.abs() <= T::of(8.0) * T::EPSILON * high.abs() + T::MIN_POSITIVE
}

/// Whether numbers below `bound` are all different; O(count), and more only above 512. None of them is read twice at once.
pub(crate) fn are_distinct(bound: usize, numbers: impl Iterator<Item = usize> + Clone) -> bool {
    const WINDOW: usize = 512;
    let mut start = 0_usize;
    while start < bound {
        let mut seen = [0_u32; WINDOW / 32];
        for number in numbers.clone() {
            let place = number.wrapping_sub(start);
            let Some(word) = seen.get_mut(place / 32) else {
                continue;
            };
            let bit = 1 << (place % 32);
            if *word & bit != 0 {
                return false;
            }
            *word |= bit;
        }
        start = start.saturating_add(WINDOW);
    }
    true
}
