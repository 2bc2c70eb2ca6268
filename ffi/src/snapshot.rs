//! Snapshots: whose they are.

use crate::border::{output, run, slice};
use crate::gleaner_status;
use gleaner::snapshot::Header;

/// A factor's snapshot.
pub const GLEANER_OBJECT_FACTOR: u32 = 1;
/// A reservoir's.
pub const GLEANER_OBJECT_RESERVOIR: u32 = 2;
/// A top-k sampler's.
pub const GLEANER_OBJECT_TOP: u32 = 3;
/// Running moments'.
pub const GLEANER_OBJECT_MOMENTS: u32 = 4;
/// A selector's.
pub const GLEANER_OBJECT_SELECTOR: u32 = 5;
/// Sums over all readings.
pub const GLEANER_OBJECT_TOTALS: u32 = 6;
/// A streamed quantile's.
pub const GLEANER_OBJECT_QUANTILE: u32 = 7;
/// A Poisson sampler's.
pub const GLEANER_OBJECT_POISSON: u32 = 8;
/// A Kronecker scorer's.
pub const GLEANER_OBJECT_KRONECKER: u32 = 9;

/// What a snapshot says of itself.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_snapshot_header {
    /// Id of a selector's model; 0 for other objects
    pub model: u64,
    /// `GLEANER_OBJECT_...`
    pub object: u32,
    /// Bytes of a scalar: 4 (f32) or 8 (f64)
    pub scalar: u32,
    /// Bytes of the snapshot
    pub length: u32,
}

/// Checks the snapshot at the front of `bytes` and says whose it is: after a restart, which model to init
/// the selector with. Cost: a checksum.
/// Errors: BLANK (erased memory: nothing was saved), DAMAGED, VERSION, OBJECT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_snapshot_read(
    bytes: *const u8,
    bytes_len: usize,
    header: *mut gleaner_snapshot_header,
) -> gleaner_status {
    run(|| {
        let (bytes, header) = (slice(bytes, bytes_len)?, output(header)?);
        let found = Header::read(bytes)?;
        header.set(gleaner_snapshot_header {
            model: found.model,
            object: found.object as u32,
            scalar: found.scalar.into(),
            length: found.length,
        });
        Ok(())
    })
}
