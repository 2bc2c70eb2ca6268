//! Notices that a stream has changed, in single precision.

use crate::border::{object_mut, output, run};
use crate::convert::same_layout;
use crate::gleaner_status;
use core::mem::transmute;
use gleaner::drift::Drift;

/// The level of a stream of leverages, to be fed with that of each verdict: it stays near 0 while readings are like
/// those before, and passes `GLEANER_DRIFT_ALARM` when what comes is new to the factor; as this gets used to it, the
/// level falls again. Readings that say less than those before, of a sensor that is stuck or dead, raise nothing. After
/// an alarm rebase or start anew, and init again. A selector has one of its own, see its stats.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_drift_f32 {
    /// Readings whose rows are in the factor, forgotten ones included
    pub rows: u64,
    /// The factor's half-life in readings; 0: it forgets nothing
    pub half_life: u64,
    /// What these readings weigh where some of them are forgotten in part
    pub weight: f32,
    /// Finished blocks
    pub blocks: u64,
    /// Readings of the block that has begun
    pub readings: u32,
    /// Their sum
    pub sum: f32,
    /// Mean of the blocks before
    pub mean: f32,
    /// Their variance
    pub variance: f32,
    /// The level after the last block
    pub level: f32,
}

same_layout!(
    gleaner_drift_f32,
    Drift<f32>,
    rows = rows,
    half_life = half_life,
    weight = weight,
    blocks = blocks,
    readings = readings,
    sum = sum,
    mean = mean,
    variance = variance,
    level = level,
);

/// A level that knows nothing yet, of a factor of so many readings so far (the pilot's; of several rows a reading,
/// readings) and a half-life.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_drift_init_f32(
    drift: *mut gleaner_drift_f32,
    rows: u64,
    half_life: u64,
) -> gleaner_status {
    run(|| {
        // SAFETY: of the same layout.
        let new =
            unsafe { transmute::<Drift<f32>, gleaner_drift_f32>(Drift::new(rows, half_life)) };
        output(drift)?.set(new);
        Ok(())
    })
}

/// Takes in the leverage of the next reading; `level` moves once every 16 readings, and means something after 512.
/// Errors: RANGE (negative, NaN or infinite).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_drift_observe_f32(
    drift: *mut gleaner_drift_f32,
    leverage: f32,
    level: *mut f32,
) -> gleaner_status {
    run(|| {
        let (drift, level) = (object_mut(drift)?, output(level)?);
        // SAFETY: of the same layout, and all of it numbers.
        let own = unsafe { &mut *(&raw mut *drift).cast::<Drift<f32>>() };
        level.set(own.observe(leverage)?);
        Ok(())
    })
}
