//! The factor, in single precision.

use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{
    self, Kind, check_finite, check_flag, check_length, check_range, check_tag, same_layout, tag,
};
use crate::{GLEANER_ERROR_STALE, gleaner_status};
use core::mem::transmute;
use gleaner::factor::{Factor, FactorState, default_ridge};

/// A factor's counters.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_factor_state_f32 {
    /// N, the length of a row
    pub order: usize,
    /// lambda; 0: none
    pub ridge: f32,
    /// Rows observed since the reset
    pub rows: u64,
    /// Rows, in a selector readings, after which a row counts half; 0: never forget
    pub half_life: u64,
    /// Rows, in a selector readings, since the last halving
    pub age: u64,
    /// Next column whose ridge is fed back
    pub cursor: usize,
    /// 1: columns have been moved
    pub pivoted: u8,
}
same_layout!(
    gleaner_factor_state_f32,
    FactorState<f32>,
    order = order,
    ridge = ridge,
    rows = rows,
    half_life = half_life,
    age = age,
    cursor = cursor,
    pivoted = pivoted,
);

/// The factor `D^T D + lambda I = U^T diag(d) U` of the rows seen, and its leverages. Keeps a pointer to
/// the caller's memory; a copy of the struct alone shares that memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_factor_f32 {
    /// Set by init
    pub tag: u32,
    /// The caller's, `GLEANER_FACTOR_LEN(order)` scalars
    pub memory: *mut f32,
    /// Its length
    pub memory_len: usize,
    /// Counters
    pub state: gleaner_factor_state_f32,
}

/// A row's place against a factor.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_score_f32 {
    /// `d^T (D^T D + lambda I)^-1 d`; with lambda = 0 the pseudo-inverse
    pub leverage: f32,
    /// Share of the row outside what the factor has seen, in [0, 1]
    pub novelty: f32,
}

impl gleaner_factor_state_f32 {
    /// As the library has it.
    fn own(&self) -> Result<&FactorState<f32>, Fault> {
        self.check()?;
        // SAFETY: of the same layout, and the flag has passed.
        Ok(unsafe { &*(&raw const *self).cast() })
    }

    /// Refuses what no state of the library's holds.
    pub(super) fn check(&self) -> Result<(), Fault> {
        check_flag(self.pivoted)
    }
}

impl From<FactorState<f32>> for gleaner_factor_state_f32 {
    fn from(state: FactorState<f32>) -> Self {
        // SAFETY: of the same layout.
        unsafe { transmute(state) }
    }
}

impl gleaner_factor_f32 {
    pub(super) unsafe fn read<'a>(&self) -> Result<Factor<f32, &'a [f32]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Factor)?;
        check_length(self.state.order <= self.memory_len)?;
        let memory = slice(self.memory, self.memory_len)?;
        Ok(Factor::attach(*self.state.own()?, memory)?)
    }

    /// Attaches the factor, changes it, and keeps its new state where that went well.
    pub(super) unsafe fn change<R>(
        &mut self,
        change: impl FnOnce(&mut Factor<f32, &mut [f32]>) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        check_tag::<f32>(self.tag, Kind::Factor)?;
        check_length(self.state.order <= self.memory_len)?;
        let memory = slice_mut(self.memory, self.memory_len)?;
        let mut factor = Factor::attach(*self.state.own()?, memory)?;
        let result = change(&mut factor)?;
        self.state = factor.state().into();
        Ok(result)
    }
}

/// An empty factor of the order N, with `lambda = ridge` (0: none), over `GLEANER_FACTOR_LEN(N)` scalars.
/// Errors: LENGTH, RANGE (order 0, ridge), NOT_FINITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_init_f32(
    factor: *mut gleaner_factor_f32,
    order: usize,
    ridge: f32,
    memory: *mut f32,
    memory_len: usize,
) -> gleaner_status {
    run(|| {
        let factor = output(factor)?;
        let slice = slice_mut(memory, memory_len)?;
        check_length(order <= memory_len)?;
        let state = Factor::new(order, ridge, slice)?.state().into();
        factor.set(gleaner_factor_f32 {
            tag: tag::<f32>(Kind::Factor),
            memory,
            memory_len,
            state,
        });
        Ok(())
    })
}

/// The ridge that suits rows of this mean squared norm: `1e-6` times it.
/// Errors: RANGE (not positive), NOT_FINITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_default_ridge_f32(
    mean_squared_norm: f32,
    ridge: *mut f32,
) -> gleaner_status {
    run(|| {
        let ridge = output(ridge)?;
        check_finite(mean_squared_norm)?;
        check_range(mean_squared_norm > 0.0)?;
        ridge.set(default_ridge(mean_squared_norm));
        Ok(())
    })
}

/// Forgets all rows; `lambda = ridge`.
/// Errors: STATE, RANGE, NOT_FINITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_reset_f32(
    factor: *mut gleaner_factor_f32,
    ridge: f32,
) -> gleaner_status {
    run(|| object_mut(factor)?.change(|factor| Ok(factor.reset(ridge)?)))
}

/// Starts from a packed triangle of `rows` rows, ridge included, as a pilot has it.
/// Errors: STATE, LENGTH, RANGE, NOT_FINITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_start_f32(
    factor: *mut gleaner_factor_f32,
    packed: *const f32,
    packed_len: usize,
    rows: u64,
    ridge: f32,
) -> gleaner_status {
    run(|| {
        let (factor, packed) = (object_mut(factor)?, slice(packed, packed_len)?);
        factor.change(|factor| Ok(factor.start(packed, rows, ridge)?))
    })
}

/// Copies out the packed triangle, N (N + 1) / 2 scalars: what `gleaner_factor_start_f32` takes.
/// Errors: STATE, LENGTH; STALE (columns have been moved: unpivot first).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_packed_f32(
    factor: *const gleaner_factor_f32,
    packed: *mut f32,
    packed_len: usize,
) -> gleaner_status {
    run(|| {
        let factor = object(factor)?.read()?;
        let packed = slice_mut(packed, packed_len)?;
        check_length(packed.len() == factor.packed().len())?;
        if factor.state().pivoted {
            return Err(Fault(GLEANER_ERROR_STALE));
        }
        convert::copy(packed, factor.packed());
        Ok(())
    })
}

/// Half-life in rows, at least the order; 0: never forget. The ridge is kept alive.
/// Errors: STATE, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_half_life_f32(
    factor: *mut gleaner_factor_f32,
    rows: u64,
) -> gleaner_status {
    run(|| object_mut(factor)?.change(|factor| Ok(factor.set_half_life(rows)?)))
}

/// Takes in a row with a weight; `online` gets its leverage against the rows before, itself included, in
/// [0, 1]. About N^2 multiplications and as many additions.
/// Errors: STATE, LENGTH, NOT_FINITE, RANGE (weight, or entries whose squares leave the scalar's range).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_observe_f32(
    factor: *mut gleaner_factor_f32,
    row: *const f32,
    row_len: usize,
    weight: f32,
    online: *mut f32,
) -> gleaner_status {
    run(|| {
        let (factor, row, online) = (object_mut(factor)?, slice(row, row_len)?, output(online)?);
        online.set(factor.change(|factor| Ok(factor.observe(row, weight)?))?);
        Ok(())
    })
}

/// Leverage and novelty of a row, which is not taken in. `scratch`: N scalars. About N^2 / 2
/// multiplications and as many additions.
/// Errors: STATE, LENGTH, NOT_FINITE, RANGE; STALE (without a ridge: pivot first).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_score_f32(
    factor: *const gleaner_factor_f32,
    row: *const f32,
    row_len: usize,
    scratch: *mut f32,
    scratch_len: usize,
    score: *mut gleaner_score_f32,
) -> gleaner_status {
    run(|| {
        let (row, scratch) = (slice(row, row_len)?, slice_mut(scratch, scratch_len)?);
        let score = output(score)?;
        let found = object(factor)?.read()?.score(row, scratch)?;
        score.set(gleaner_score_f32 {
            leverage: found.leverage,
            novelty: found.novelty,
        });
        Ok(())
    })
}

/// As `gleaner_factor_score_f32`, and by columns: `contributions`, N, get `d_j (M^-1 d)_j`, signed, whose sum is
/// the leverage. About 3 N^2 flops.
/// Errors: as `gleaner_factor_score_f32`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_contributions_f32(
    factor: *const gleaner_factor_f32,
    row: *const f32,
    row_len: usize,
    scratch: *mut f32,
    scratch_len: usize,
    contributions: *mut f32,
    contributions_len: usize,
    score: *mut gleaner_score_f32,
) -> gleaner_status {
    run(|| {
        let (row, scratch) = (slice(row, row_len)?, slice_mut(scratch, scratch_len)?);
        let contributions = slice_mut(contributions, contributions_len)?;
        let score = output(score)?;
        let factor = object(factor)?.read()?;
        let found = factor.contributions(row, contributions, scratch)?;
        score.set(gleaner_score_f32 {
            leverage: found.leverage,
            novelty: found.novelty,
        });
        Ok(())
    })
}

/// Orders the columns so that relative pivots fall, in place; `rank` gets the number of those above rounding
/// and the ridge. Later rows follow the order. At most about 2 N^3 flops.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_pivot_f32(
    factor: *mut gleaner_factor_f32,
    rank: *mut usize,
) -> gleaner_status {
    run(|| {
        let (factor, rank) = (object_mut(factor)?, output(rank)?);
        rank.set(factor.change(|factor| Ok(factor.pivot()?))?);
        Ok(())
    })
}

/// Moves the columns back to their natural order. Cost as `gleaner_factor_pivot_f32`.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_unpivot_f32(
    factor: *mut gleaner_factor_f32,
) -> gleaner_status {
    run(|| {
        object_mut(factor)?.change(|factor| {
            factor.unpivot();
            Ok(())
        })
    })
}

/// An estimate of the condition number of the rows after their columns are scaled to one norm; the largest
/// scalar where a column depends on others. Near 1 / epsilon no digit of a leverage is right.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_condition_f32(
    factor: *const gleaner_factor_f32,
    condition: *mut f32,
) -> gleaner_status {
    run(|| {
        let condition = output(condition)?;
        condition.set(object(factor)?.read()?.condition());
        Ok(())
    })
}

/// The number of columns whose pivot is above rounding and the ridge, as the factor stands.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_rank_f32(
    factor: *const gleaner_factor_f32,
    rank: *mut usize,
) -> gleaner_status {
    run(|| {
        let rank = output(rank)?;
        rank.set(object(factor)?.read()?.rank());
        Ok(())
    })
}

/// Takes in all rows of another factor of the same order; its ridge is not added again.
/// Errors: STATE, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_merge_f32(
    factor: *mut gleaner_factor_f32,
    other: *const gleaner_factor_f32,
) -> gleaner_status {
    run(|| {
        let other = object(other)?.read()?;
        object_mut(factor)?.change(|factor| Ok(factor.merge(&other)?))
    })
}

/// Regresses the last column on the others, N - 1 entries: with rows `[J | -f]` a Gauss-Newton step.
/// Errors: STATE, LENGTH, STALE; RANGE, after which the solution holds no meaning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_factor_solve_f32(
    factor: *const gleaner_factor_f32,
    solution: *mut f32,
    solution_len: usize,
) -> gleaner_status {
    run(|| {
        let solution = slice_mut(solution, solution_len)?;
        Ok(object(factor)?.read()?.solve(solution)?)
    })
}
