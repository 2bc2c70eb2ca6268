//! Snapshots: saving and restoring, in single precision.

use super::calibrate::gleaner_totals_f32;
use super::factor::gleaner_factor_f32;
use super::kronecker::gleaner_kronecker_f32;
use super::moments::gleaner_moments_f32;
use super::poisson::gleaner_poisson_f32;
use super::quantile::gleaner_quantile_f32;
use super::reservoir::gleaner_reservoir_f32;
use super::state::gleaner_selector_f32;
use super::top::gleaner_top_f32;
use crate::border::{object, object_mut, output, run, slice, slice_mut};
use crate::library::length;
use crate::{GENERATOR, gleaner_status};
use gleaner::outlier::quantile_len;
use gleaner::snapshot::{
    factor_snapshot_len, kronecker_snapshot_len, moments_snapshot_len, poisson_snapshot_len,
    quantile_snapshot_len, reservoir_snapshot_len, selector_snapshot_len, top_snapshot_len,
    totals_snapshot_len,
};
use rand_xoshiro::Xoshiro128PlusPlus;

/// Bytes of a factor's snapshot, as `GLEANER_FACTOR_SNAPSHOT_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_factor_snapshot_len_f32(order: usize) -> usize {
    length([order, 0, 0, 0], || factor_snapshot_len::<f32>(order))
}

/// Bytes of a reservoir's snapshot, at most, as `GLEANER_RESERVOIR_SNAPSHOT_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_reservoir_snapshot_len_f32(items: usize) -> usize {
    length([items, 0, 0, 0], || {
        reservoir_snapshot_len::<f32>(items, GENERATOR)
    })
}

/// Bytes of a top-k sampler's snapshot, at most, as `GLEANER_TOP_SNAPSHOT_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_top_snapshot_len_f32(items: usize) -> usize {
    length([items, 0, 0, 0], || top_snapshot_len::<f32>(items))
}

/// Bytes of a snapshot of running moments, as `GLEANER_MOMENTS_SNAPSHOT_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_moments_snapshot_len_f32(features: usize) -> usize {
    length([features, 0, 0, 0], || {
        moments_snapshot_len::<f32>(features)
    })
}

/// Bytes of a Poisson sampler's snapshot, as `GLEANER_POISSON_SNAPSHOT_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_poisson_snapshot_len_f32() -> usize {
    poisson_snapshot_len::<f32>(GENERATOR)
}

/// Bytes of a snapshot of totals, as `GLEANER_TOTALS_SNAPSHOT_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_totals_snapshot_len_f32(sums: usize) -> usize {
    length([sums, 0, 0, 0], || totals_snapshot_len::<f32>(sums))
}

/// Bytes of a quantile's snapshot, as `GLEANER_QUANTILE_SNAPSHOT_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_quantile_snapshot_len_f32(octaves: usize) -> usize {
    length([octaves, 0, 0, 0], || {
        quantile_snapshot_len::<f32>(quantile_len(octaves))
    })
}

/// Bytes of a Kronecker scorer's snapshot, at most, as `GLEANER_KRONECKER_SNAPSHOT_LEN`: `memory` scalars in all.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_kronecker_snapshot_len_f32(layers: usize, memory: usize) -> usize {
    length([layers, memory, 0, 0], || {
        kronecker_snapshot_len::<f32>(layers, memory)
    })
}

/// Bytes of a selector's snapshot, at most, as `GLEANER_SELECTOR_SNAPSHOT_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_selector_snapshot_len_f32(
    inputs: usize,
    order: usize,
    items: usize,
) -> usize {
    length([inputs, order, items, 0], || {
        selector_snapshot_len::<f32>(inputs, order, items, GENERATOR)
    })
}

/// Writes a snapshot; `written` gets its length.
/// Errors: STATE, LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_save_f32(
    factor: *const gleaner_factor_f32,
    bytes: *mut u8,
    bytes_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let (factor, written) = (object(factor)?, output(written)?);
        let bytes = slice_mut(bytes, bytes_len)?;
        written.set(factor.read()?.save(bytes)?);
        Ok(())
    })
}

/// Becomes the factor of this order that was saved, ridge and half-life included. `bytes` may be longer.
/// Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, NOT_FINITE, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_restore_f32(
    factor: *mut gleaner_factor_f32,
    bytes: *const u8,
    bytes_len: usize,
) -> gleaner_status {
    run(|| {
        let (factor, bytes) = (object_mut(factor)?, slice(bytes, bytes_len)?);
        factor.change(|attached| Ok(attached.restore(bytes)?))
    })
}

/// Writes a snapshot, generator included; `written` gets its length.
/// Errors: STATE, LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_reservoir_save_f32(
    reservoir: *const gleaner_reservoir_f32,
    bytes: *mut u8,
    bytes_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let (reservoir, written) = (object(reservoir)?, output(written)?);
        let bytes = slice_mut(bytes, bytes_len)?;
        written.set(reservoir.read()?.save(&reservoir.generator, bytes)?);
        Ok(())
    })
}

/// Becomes the reservoir of as many slots that was saved, generator included.
/// Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_reservoir_restore_f32(
    reservoir: *mut gleaner_reservoir_f32,
    bytes: *const u8,
    bytes_len: usize,
) -> gleaner_status {
    run(|| {
        let (reservoir, bytes) = (object_mut(reservoir)?, slice(bytes, bytes_len)?);
        let mut attached = reservoir.attach()?;
        let generator: Xoshiro128PlusPlus = attached.restore(bytes)?;
        reservoir.state = attached.state().into();
        reservoir.generator = generator.state();
        Ok(())
    })
}

/// Writes a snapshot; `written` gets its length.
/// Errors: STATE, LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_top_save_f32(
    top: *const gleaner_top_f32,
    bytes: *mut u8,
    bytes_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let (top, written) = (object(top)?, output(written)?);
        let bytes = slice_mut(bytes, bytes_len)?;
        written.set(top.read()?.save(bytes)?);
        Ok(())
    })
}

/// Becomes the sampler of as many slots that was saved.
/// Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_top_restore_f32(
    top: *mut gleaner_top_f32,
    bytes: *const u8,
    bytes_len: usize,
) -> gleaner_status {
    run(|| {
        let (top, bytes) = (object_mut(top)?, slice(bytes, bytes_len)?);
        let mut attached = top.attach()?;
        attached.restore(bytes)?;
        top.store(attached.state());
        Ok(())
    })
}

/// Writes a snapshot; `written` gets its length.
/// Errors: STATE, LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_moments_save_f32(
    moments: *const gleaner_moments_f32,
    bytes: *mut u8,
    bytes_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let (moments, written) = (object(moments)?, output(written)?);
        let bytes = slice_mut(bytes, bytes_len)?;
        written.set(moments.read()?.save(bytes)?);
        Ok(())
    })
}

/// Becomes the moments of as many features that were saved.
/// Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, NOT_FINITE, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_moments_restore_f32(
    moments: *mut gleaner_moments_f32,
    bytes: *const u8,
    bytes_len: usize,
) -> gleaner_status {
    run(|| {
        let (moments, bytes) = (object_mut(moments)?, slice(bytes, bytes_len)?);
        moments.change(|attached| Ok(attached.restore(bytes)?))
    })
}

/// Writes a snapshot, generator included; `written` gets its length.
/// Errors: STATE, LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_poisson_save_f32(
    poisson: *const gleaner_poisson_f32,
    bytes: *mut u8,
    bytes_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let (poisson, written) = (object(poisson)?, output(written)?);
        let bytes = slice_mut(bytes, bytes_len)?;
        written.set(poisson.attach()?.save(&poisson.generator, bytes)?);
        Ok(())
    })
}

/// Becomes the sampler that was saved, budget and generator included.
/// Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_poisson_restore_f32(
    poisson: *mut gleaner_poisson_f32,
    bytes: *const u8,
    bytes_len: usize,
) -> gleaner_status {
    run(|| {
        let (poisson, bytes) = (object_mut(poisson)?, slice(bytes, bytes_len)?);
        let mut attached = poisson.attach()?;
        let generator: Xoshiro128PlusPlus = attached.restore(bytes)?;
        poisson.state = attached.state().into();
        poisson.generator = generator.state();
        Ok(())
    })
}

/// Writes a snapshot; `written` gets its length.
/// Errors: STATE, LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_totals_save_f32(
    totals: *const gleaner_totals_f32,
    bytes: *mut u8,
    bytes_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let (totals, written) = (object(totals)?, output(written)?);
        let bytes = slice_mut(bytes, bytes_len)?;
        written.set(totals.read()?.save(bytes)?);
        Ok(())
    })
}

/// Becomes the totals of as many sums that were saved.
/// Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_totals_restore_f32(
    totals: *mut gleaner_totals_f32,
    bytes: *const u8,
    bytes_len: usize,
) -> gleaner_status {
    run(|| {
        let (totals, bytes) = (object_mut(totals)?, slice(bytes, bytes_len)?);
        totals.change(|attached| Ok(attached.restore(bytes)?))
    })
}

/// Writes a snapshot; `written` gets its length.
/// Errors: STATE, LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_quantile_save_f32(
    quantile: *const gleaner_quantile_f32,
    bytes: *mut u8,
    bytes_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let (quantile, written) = (object(quantile)?, output(written)?);
        let bytes = slice_mut(bytes, bytes_len)?;
        written.set(quantile.read()?.save(bytes)?);
        Ok(())
    })
}

/// Becomes the quantile of as many counters that was saved, highest score and half-life included.
/// Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_quantile_restore_f32(
    quantile: *mut gleaner_quantile_f32,
    bytes: *const u8,
    bytes_len: usize,
) -> gleaner_status {
    run(|| {
        let (quantile, bytes) = (object_mut(quantile)?, slice(bytes, bytes_len)?);
        quantile.change(|attached| Ok(attached.restore(bytes)?))
    })
}

/// Writes a snapshot of all but model, options and payloads; `written` gets its length.
/// Errors: STATE, LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_save_f32(
    selector: *const gleaner_selector_f32,
    bytes: *mut u8,
    bytes_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let (selector, written) = (object(selector)?, output(written)?);
        let bytes = slice_mut(bytes, bytes_len)?;
        written.set(selector.save(bytes)?);
        Ok(())
    })
}

/// Becomes the selector that was saved, and goes on as it would have, bit for bit. Init it first as the
/// saved one was: a model of the same id and sizes (see `gleaner_snapshot_read`), the same options, as many
/// items. The payloads in their slots are the caller's to bring back.
/// Errors: STATE; IDENTITY (another model's); BLANK, DAMAGED, VERSION, OBJECT (or options), LENGTH,
/// NOT_FINITE, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_selector_restore_f32(
    selector: *mut gleaner_selector_f32,
    bytes: *const u8,
    bytes_len: usize,
) -> gleaner_status {
    run(|| {
        let (selector, bytes) = (object_mut(selector)?, slice(bytes, bytes_len)?);
        selector.change(|attached| Ok(attached.restore(bytes)?))
    })
}

/// Writes a snapshot; `written` gets its length.
/// Errors: STATE, LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_kronecker_save_f32(
    scorer: *const gleaner_kronecker_f32,
    bytes: *mut u8,
    bytes_len: usize,
    written: *mut usize,
) -> gleaner_status {
    run(|| {
        let (scorer, written) = (object(scorer)?, output(written)?);
        let bytes = slice_mut(bytes, bytes_len)?;
        written.set(scorer.attach()?.save(bytes)?);
        Ok(())
    })
}

/// Becomes the scorer of layers of the same sizes that was saved, half-life included. Go on with the model that it had:
/// nothing tells its rows from another's.
/// Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, NOT_FINITE, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_kronecker_restore_f32(
    scorer: *mut gleaner_kronecker_f32,
    bytes: *const u8,
    bytes_len: usize,
) -> gleaner_status {
    run(|| {
        let (scorer, bytes) = (object_mut(scorer)?, slice(bytes, bytes_len)?);
        let mut attached = scorer.attach()?;
        attached.restore(bytes)?;
        scorer.follow(&attached);
        Ok(())
    })
}
