//! Thresholds of scores: the rule for leverages and the streamed quantile, in single precision.

use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{Kind, check_length, check_tag, same_layout, tag};
use crate::gleaner_status;
use gleaner::outlier::{Quantile, QuantileState, leverage_threshold};

/// A quantile's counters of items.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_quantile_state_f32 {
    /// Scores from here on share one bin
    pub highest: f32,
    /// Items taken in
    pub seen: u64,
    /// Sum of the counters
    pub total: u64,
    /// Items after which an item counts half; 0: never forget
    pub half_life: u64,
    /// Items since the last halving
    pub age: u64,
}
same_layout!(
    gleaner_quantile_state_f32,
    QuantileState<f32>,
    highest = highest,
    seen = seen,
    total = total,
    half_life = half_life,
    age = age,
);

/// A histogram of the scores seen, sixteen bins an octave. Keeps a pointer to the caller's memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_quantile_f32 {
    /// Set by init
    pub tag: u32,
    /// The caller's, `GLEANER_QUANTILE_LEN(octaves)` counters
    pub memory: *mut u32,
    /// Its length
    pub memory_len: usize,
    /// What it remembers beside them
    pub state: gleaner_quantile_state_f32,
}

impl gleaner_quantile_state_f32 {
    /// As the library has it.
    fn own(&self) -> QuantileState<f32> {
        QuantileState {
            highest: self.highest,
            seen: self.seen,
            total: self.total,
            half_life: self.half_life,
            age: self.age,
        }
    }
}

impl From<QuantileState<f32>> for gleaner_quantile_state_f32 {
    fn from(state: QuantileState<f32>) -> Self {
        gleaner_quantile_state_f32 {
            highest: state.highest,
            seen: state.seen,
            total: state.total,
            half_life: state.half_life,
            age: state.age,
        }
    }
}

impl gleaner_quantile_f32 {
    pub(super) unsafe fn read<'a>(&self) -> Result<Quantile<f32, &'a [u32]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Quantile)?;
        let memory = slice(self.memory, self.memory_len)?;
        Ok(Quantile::attach(self.state.own(), memory)?)
    }

    pub(super) unsafe fn change(
        &mut self,
        change: impl FnOnce(&mut Quantile<f32, &mut [u32]>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        check_tag::<f32>(self.tag, Kind::Quantile)?;
        let memory = slice_mut(self.memory, self.memory_len)?;
        let mut quantile = Quantile::attach(self.state.own(), memory)?;
        change(&mut quantile)?;
        self.state = quantile.state().into();
        Ok(())
    }
}

/// The threshold of a leverage: `multiple rank / rows`; customary multiples are 2 and 3.
/// Errors: RANGE (no rows, multiple).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_leverage_threshold_f32(
    multiple: f32,
    rank: u64,
    rows: u64,
    threshold: *mut f32,
) -> gleaner_status {
    run(|| {
        let threshold = output(threshold)?;
        threshold.set(leverage_threshold(multiple, rank, rows)?);
        Ok(())
    })
}

/// No item yet. `highest`: a power of two above the scores of interest, 1 for leverages: all from there on share one
/// bin, and where more than `1 - probability` of the items do, nothing is ever beyond. `memory`:
/// `GLEANER_QUANTILE_LEN(octaves)` counters, a multiple of 16, for the octaves below it that are told apart.
/// Errors: LENGTH; RANGE (`highest` is no power of two).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_quantile_init_f32(
    quantile: *mut gleaner_quantile_f32,
    highest: f32,
    memory: *mut u32,
    memory_len: usize,
) -> gleaner_status {
    run(|| {
        let quantile = output(quantile)?;
        check_length(memory_len.is_multiple_of(16))?;
        let state = Quantile::new(highest, slice_mut(memory, memory_len)?)?.state();
        quantile.set(gleaner_quantile_f32 {
            tag: tag::<f32>(Kind::Quantile),
            memory,
            memory_len,
            state: state.into(),
        });
        Ok(())
    })
}

/// Forgets all items. The half-life stays.
/// Errors: STATE, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_quantile_reset_f32(
    quantile: *mut gleaner_quantile_f32,
) -> gleaner_status {
    run(|| {
        object_mut(quantile)?.change(|quantile| {
            quantile.reset();
            Ok(())
        })
    })
}

/// Items after which an item counts half; 0: never forget.
/// Errors: STATE, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_quantile_half_life_f32(
    quantile: *mut gleaner_quantile_f32,
    items: u64,
) -> gleaner_status {
    run(|| {
        object_mut(quantile)?.change(|quantile| {
            quantile.set_half_life(items);
            Ok(())
        })
    })
}

/// Takes an item in. Judge it first: against the past only.
/// Errors: STATE, LENGTH, RANGE, SCORE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_quantile_observe_f32(
    quantile: *mut gleaner_quantile_f32,
    score: f32,
) -> gleaner_status {
    run(|| object_mut(quantile)?.change(|quantile| Ok(quantile.observe(score)?)))
}

/// `beyond` gets 1 where the score lies beyond the quantile `probability` (0.995, say) of the items taken in, 0
/// where not, -1 while they are too few to tell. Of items of one distribution, whatever it is, no more than
/// `1 - probability` are beyond.
/// Errors: STATE, LENGTH, RANGE, SCORE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_quantile_is_beyond_f32(
    quantile: *const gleaner_quantile_f32,
    score: f32,
    probability: f32,
    beyond: *mut i32,
) -> gleaner_status {
    run(|| {
        let beyond = output(beyond)?;
        let found = object(quantile)?.read()?.is_beyond(score, probability)?;
        beyond.set(found.map_or(-1, i32::from));
        Ok(())
    })
}

/// The score from which on an item is beyond; the largest scalar where none is, or while items are too few.
/// Errors: STATE, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_quantile_threshold_f32(
    quantile: *const gleaner_quantile_f32,
    probability: f32,
    threshold: *mut f32,
) -> gleaner_status {
    run(|| {
        let threshold = output(threshold)?;
        let found = object(quantile)?.read()?.threshold(probability)?;
        threshold.set(found.unwrap_or(f32::MAX));
        Ok(())
    })
}

/// Takes in all items of another with the same highest score and as many counters.
/// Errors: STATE, LENGTH, RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_quantile_merge_f32(
    quantile: *mut gleaner_quantile_f32,
    other: *const gleaner_quantile_f32,
) -> gleaner_status {
    run(|| {
        let other = object(other)?.read()?;
        object_mut(quantile)?.change(|quantile| Ok(quantile.merge(&other)?))
    })
}
