//! Diagnostics of a least-squares fit, in single precision.

use crate::border::{Fault, object, object_mut, output, run};
use crate::convert::same_layout;
use crate::{
    GLEANER_DEFINED_COOK, GLEANER_DEFINED_DFFITS, GLEANER_DEFINED_EXTERNAL,
    GLEANER_DEFINED_INTERNAL, GLEANER_DEFINED_LEFT_OUT, GLEANER_ERROR_RANGE, gleaner_status,
};
use gleaner::diagnose::{Diagnosis, Residuals};

/// What a fit leaves. All zero: no row yet.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_residuals_f32 {
    /// Sum of squared residuals: rounded, and what the rounding left out
    pub sum: [f32; 2],
    /// n
    pub rows: u64,
    /// p: the number of columns where none depends on others. Set it where rows come one by one and the factor of
    /// their leverages has a ridge: only one without a ridge can count it
    pub rank: u64,
}
same_layout!(
    gleaner_residuals_f32,
    Residuals<f32>,
    sum = sum,
    rows = rows,
    rank = rank,
);

/// A row's figures, each with a bit in `defined`; NaN where undefined, as at leverage 1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_diagnosis_f32 {
    /// `GLEANER_DEFINED_...`
    pub defined: u32,
    /// `e / (1 - h)`: the residual of a fit without the row
    pub left_out: f32,
    /// Internally studentised residual
    pub internal: f32,
    /// Externally studentised residual
    pub external: f32,
    /// Cook's distance
    pub cook: f32,
    /// How far the row's own fitted value moves, in standard errors
    pub dffits: f32,
}

impl gleaner_residuals_f32 {
    /// As the library has it.
    fn own(&self) -> &Residuals<f32> {
        // SAFETY: of the same layout, and any numbers will do.
        unsafe { &*(&raw const *self).cast() }
    }

    /// As the library has it, to be changed.
    fn own_mut(&mut self) -> &mut Residuals<f32> {
        // SAFETY: as above.
        unsafe { &mut *(&raw mut *self).cast() }
    }
}

impl From<Residuals<f32>> for gleaner_residuals_f32 {
    fn from(own: Residuals<f32>) -> Self {
        gleaner_residuals_f32 {
            sum: [own.sum.high, own.sum.low],
            rows: own.rows,
            rank: own.rank,
        }
    }
}

impl From<Diagnosis<f32>> for gleaner_diagnosis_f32 {
    fn from(own: Diagnosis<f32>) -> Self {
        let mut defined = 0;
        let mut figure = |bit, figure: Option<f32>| match figure {
            Some(figure) => {
                defined |= bit;
                figure
            }
            None => f32::NAN,
        };
        let (left_out, internal, external, cook, dffits) = (
            figure(GLEANER_DEFINED_LEFT_OUT, own.left_out),
            figure(GLEANER_DEFINED_INTERNAL, own.internal),
            figure(GLEANER_DEFINED_EXTERNAL, own.external),
            figure(GLEANER_DEFINED_COOK, own.cook),
            figure(GLEANER_DEFINED_DFFITS, own.dffits),
        );
        gleaner_diagnosis_f32 {
            defined,
            left_out,
            internal,
            external,
            cook,
            dffits,
        }
    }
}

/// What a fit of `rows` rows of rank `rank` leaves: its residual sum of squares.
/// Errors: NOT_FINITE, RANGE (below 0).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_residuals_init_f32(
    residuals: *mut gleaner_residuals_f32,
    sum: f32,
    rows: u64,
    rank: u64,
) -> gleaner_status {
    run(|| {
        let residuals = output(residuals)?;
        residuals.set(Residuals::from_sum(sum, rows, rank)?.into());
        Ok(())
    })
}

/// Takes in a row that the fit has not seen: `error` is its residual against the fit of the rows before,
/// `leverage` theirs of it, as `gleaner_factor_score_f32` gives it. `recursive` gets `error / sqrt(1 + leverage)`: of
/// one variance for all rows.
/// Errors: NOT_FINITE, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_residuals_observe_f32(
    residuals: *mut gleaner_residuals_f32,
    error: f32,
    leverage: f32,
    recursive: *mut f32,
) -> gleaner_status {
    run(|| {
        let (residuals, recursive) = (object_mut(residuals)?, output(recursive)?);
        recursive.set(residuals.own_mut().observe(error, leverage)?);
        Ok(())
    })
}

/// Takes in a row of novelty 1, without a ridge: it raises the rank, and the fit passes through it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_residuals_observe_novel_f32(
    residuals: *mut gleaner_residuals_f32,
) -> gleaner_status {
    run(|| {
        object_mut(residuals)?.own_mut().observe_novel();
        Ok(())
    })
}

/// `sum / (rows - rank)`.
/// Errors: RANGE (no more rows than the rank).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_residuals_variance_f32(
    residuals: *const gleaner_residuals_f32,
    variance: *mut f32,
) -> gleaner_status {
    run(|| {
        let variance = output(variance)?;
        let found = object(residuals)?.own().variance();
        variance.set(found.ok_or(Fault(GLEANER_ERROR_RANGE))?);
        Ok(())
    })
}

/// Figures of a row that is in the fit, from its residual and its leverage in [0, 1].
/// Errors: NOT_FINITE, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_diagnose_f32(
    residuals: *const gleaner_residuals_f32,
    residual: f32,
    leverage: f32,
    diagnosis: *mut gleaner_diagnosis_f32,
) -> gleaner_status {
    run(|| {
        let diagnosis = output(diagnosis)?;
        let found = object(residuals)?.own().diagnose(residual, leverage)?;
        diagnosis.set(found.into());
        Ok(())
    })
}

/// Figures that a row would have in the fit, before it is taken in, from its residual and leverage as for
/// `gleaner_residuals_observe_f32`. Nothing cancels here.
/// Errors: NOT_FINITE, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_diagnose_new_f32(
    residuals: *const gleaner_residuals_f32,
    error: f32,
    leverage: f32,
    diagnosis: *mut gleaner_diagnosis_f32,
) -> gleaner_status {
    run(|| {
        let diagnosis = output(diagnosis)?;
        let found = object(residuals)?.own().diagnose_new(error, leverage)?;
        diagnosis.set(found.into());
        Ok(())
    })
}
