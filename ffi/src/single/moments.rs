//! The standardiser: running moments, and constants, in single precision.

use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{Kind, check_length, check_tag, tag};
use crate::{GLEANER_ERROR_INDEX, gleaner_status};
use gleaner::standardiser::Moments;

/// Running mean and variance a feature, compensated. Keeps a pointer to the caller's memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_moments_f32 {
    /// Set by init
    pub tag: u32,
    /// The caller's, `GLEANER_MOMENTS_LEN(features)` scalars
    pub memory: *mut f32,
    /// Its length
    pub memory_len: usize,
    /// Readings taken in
    pub count: u64,
}

impl gleaner_moments_f32 {
    pub(super) unsafe fn read<'a>(&self) -> Result<Moments<f32, &'a [f32]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Moments)?;
        Ok(Moments::attach(
            self.count,
            slice(self.memory, self.memory_len)?,
        )?)
    }

    pub(super) unsafe fn change(
        &mut self,
        change: impl FnOnce(&mut Moments<f32, &mut [f32]>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        check_tag::<f32>(self.tag, Kind::Moments)?;
        let mut moments = Moments::attach(self.count, slice_mut(self.memory, self.memory_len)?)?;
        change(&mut moments)?;
        self.count = moments.count();
        Ok(())
    }
}

/// No reading yet, over exactly `GLEANER_MOMENTS_LEN(features)` scalars.
/// Errors: LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_moments_init_f32(
    moments: *mut gleaner_moments_f32,
    features: usize,
    memory: *mut f32,
    memory_len: usize,
) -> gleaner_status {
    run(|| {
        let moments = output(moments)?;
        let slice = slice_mut(memory, memory_len)?;
        check_length(features <= memory_len)?;
        check_length(memory_len == gleaner::standardiser::moments_len(features))?;
        Moments::new(slice)?;
        moments.set(gleaner_moments_f32 {
            tag: tag::<f32>(Kind::Moments),
            memory,
            memory_len,
            count: 0,
        });
        Ok(())
    })
}

/// Takes in a reading.
/// Errors: STATE, LENGTH, NOT_FINITE, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_moments_observe_f32(
    moments: *mut gleaner_moments_f32,
    x: *const f32,
    x_len: usize,
) -> gleaner_status {
    run(|| {
        let (moments, x) = (object_mut(moments)?, slice(x, x_len)?);
        moments.change(|moments| Ok(moments.observe(x)?))
    })
}

/// Mean of a feature, counted from 0; 0 before the first reading.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_moments_mean_f32(
    moments: *const gleaner_moments_f32,
    feature: usize,
    mean: *mut f32,
) -> gleaner_status {
    run(|| {
        let mean = output(mean)?;
        mean.set(
            object(moments)?
                .read()?
                .mean(feature)
                .ok_or(Fault(GLEANER_ERROR_INDEX))?,
        );
        Ok(())
    })
}

/// Population variance of a feature, counted from 0; 0 before the first reading.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_moments_variance_f32(
    moments: *const gleaner_moments_f32,
    feature: usize,
    variance: *mut f32,
) -> gleaner_status {
    run(|| {
        let variance = output(variance)?;
        variance.set(
            object(moments)?
                .read()?
                .variance(feature)
                .ok_or(Fault(GLEANER_ERROR_INDEX))?,
        );
        Ok(())
    })
}

/// `(x - mean) / sqrt(variance)`; a constant feature gives `x - mean`.
/// Errors: STATE, LENGTH, NOT_FINITE, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_moments_standardise_f32(
    moments: *const gleaner_moments_f32,
    x: *const f32,
    x_len: usize,
    result: *mut f32,
    result_len: usize,
) -> gleaner_status {
    run(|| {
        let (x, result) = (slice(x, x_len)?, slice_mut(result, result_len)?);
        Ok(object(moments)?.read()?.standardise(x, result)?)
    })
}

/// Takes in all readings of another.
/// Errors: STATE, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_moments_merge_f32(
    moments: *mut gleaner_moments_f32,
    other: *const gleaner_moments_f32,
) -> gleaner_status {
    run(|| {
        let other = object(other)?.read()?;
        object_mut(moments)?.change(|moments| Ok(moments.merge(&other)?))
    })
}

/// `(x - mean) / scale` with constants.
/// Errors: LENGTH, NOT_FINITE, RANGE (a scale that is not positive).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_standardise_f32(
    x: *const f32,
    x_len: usize,
    mean: *const f32,
    mean_len: usize,
    scale: *const f32,
    scale_len: usize,
    result: *mut f32,
    result_len: usize,
) -> gleaner_status {
    run(|| {
        let (x, mean, scale) = (
            slice(x, x_len)?,
            slice(mean, mean_len)?,
            slice(scale, scale_len)?,
        );
        let result = slice_mut(result, result_len)?;
        Ok(gleaner::standardiser::standardise(x, mean, scale, result)?)
    })
}
