//! Thinning of a reservoir: few samples of many, spread, in single precision.

use super::reservoir::{gleaner_item_f32, gleaner_kept_f32, gleaner_reservoir_f32};
use crate::border::{Fault, object, object_mut, run, slice, slice_mut};
use crate::convert::{self, check_length, same_layout};
use crate::{GLEANER_ERROR_SIZE, gleaner_status};
use core::ffi::c_void;
use gleaner::sampler::{Candidate, Kept, Room};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;

/// A sample that is not decided yet, or that is kept: memory of thinning and of the pivotal sampler.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_candidate_f32 {
    /// The sample
    pub item: gleaner_item_f32,
    /// Its chance of being kept, when it came
    pub probability: f32,
    /// Its chance by now: rounded, and what the rounding left out
    pub chance: [f32; 2],
}
same_layout!(
    gleaner_candidate_f32,
    Candidate<f32>,
    item = item,
    probability = probability,
    chance = chance,
);

/// The caller's function that says where a sample stands: `position_len` scalars, which are 0 before the call. It
/// must not touch the sampler.
pub type gleaner_position_f32 = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        kept: *const gleaner_kept_f32,
        position: *mut f32,
        position_len: usize,
    ),
>;

/// Where samples stand in the space that they are spread over: an array by slot, which can be filled as readings
/// come, beside the payloads; or, where that is too long, a function that works it out of a payload.
///
///     static float rows[SLOTS][D], memory[GLEANER_POSITIONS_LEN(32, D)];
///     static struct gleaner_candidate_f32 waiting[32];
///     const struct gleaner_positions_f32 positions = {D, rows[0], D, NULL, NULL};
///     gleaner_reservoir_thin_f32(&reservoir, 200, &positions, waiting, 32, memory, GLEANER_POSITIONS_LEN(32, D));
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_positions_f32 {
    /// Scalars of a position; 0: samples are spread along the stream
    pub dimensions: usize,
    /// The sample in slot s stands at `positions[s * stride]`, for every slot; not looked at where `position` is
    /// set
    pub positions: *const f32,
    /// Scalars from one position to the next, at least `dimensions`
    pub stride: usize,
    /// Says where a sample stands instead of the array; NULL: the array does
    pub position: gleaner_position_f32,
    /// Passed to `position`
    pub context: *mut c_void,
}

/// Positions whose array has been checked.
pub(super) struct Places<'a> {
    raw: &'a gleaner_positions_f32,
    array: &'a [f32],
}

impl<'a> Places<'a> {
    /// Checks the struct, and its array for so many slots.
    pub(super) unsafe fn new(
        positions: *const gleaner_positions_f32,
        slots: usize,
    ) -> Result<Self, Fault> {
        let raw = object(positions)?;
        if raw.position.is_some() {
            return Ok(Places { raw, array: &[] });
        }
        check_length(raw.stride >= raw.dimensions)?;
        let last = slots.saturating_sub(1).checked_mul(raw.stride);
        let length = last.and_then(|last| last.checked_add(raw.dimensions));
        let length = length.ok_or(Fault(GLEANER_ERROR_SIZE))?;
        let length = if raw.dimensions == 0 { 0 } else { length };
        let array = slice(raw.positions, length)?;
        Ok(Places { raw, array })
    }

    pub(super) fn dimensions(&self) -> usize {
        self.raw.dimensions
    }

    /// Writes where a sample stands.
    pub(super) fn get(&self, kept: &Kept<f32>, to: &mut [f32]) {
        to.fill(0.0);
        if let Some(position) = self.raw.position {
            let kept = gleaner_kept_f32::from(*kept);
            // SAFETY: the caller's function, called as the header says.
            unsafe { position(self.raw.context, &kept, to.as_mut_ptr(), to.len()) };
            return;
        }
        let start = (kept.slot as usize).saturating_mul(self.raw.stride);
        convert::copy(to, self.array.get(start..).unwrap_or_default());
    }
}

/// Memory to thin in.
pub(super) unsafe fn room<'a>(
    candidates: *mut gleaner_candidate_f32,
    candidates_len: usize,
    memory: *mut f32,
    memory_len: usize,
    dimensions: usize,
) -> Result<Room<'a, f32>, Fault> {
    Ok(Room {
        candidates: slice_mut(candidates.cast::<Candidate<f32>>(), candidates_len)?,
        positions: slice_mut(memory, memory_len)?,
        dimensions,
    })
}

/// Comes down to `keep` samples at the end of a stream, spread over the space of positions; where no more are kept,
/// nothing changes. A reservoir of 4 k samples thinned to k is worth more than one of k; weights stay exact,
/// wherever samples stand. Good positions are what the sums of interest are made of, over the score: the row. What
/// is not finite stands far off. Behind it the samples are read as before, by `gleaner_reservoir_count_f32` and
/// `gleaner_reservoir_kept_f32`, in another order; offers are refused until a clear. `candidates`: so many wait at
/// a time, 32 say; `memory`: `GLEANER_POSITIONS_LEN(candidates_len, dimensions)` scalars. Of n samples about `n
/// candidates_len dimensions` multiplications.
/// Errors: STATE, LENGTH, RANGE (keep 0; the threshold leaves the scalar's range, and the samples have another
/// order).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_reservoir_thin_f32(
    reservoir: *mut gleaner_reservoir_f32,
    keep: usize,
    positions: *const gleaner_positions_f32,
    candidates: *mut gleaner_candidate_f32,
    candidates_len: usize,
    memory: *mut f32,
    memory_len: usize,
) -> gleaner_status {
    run(|| {
        let reservoir = object_mut(reservoir)?;
        let places = Places::new(positions, reservoir.items_len)?;
        let room = room(
            candidates,
            candidates_len,
            memory,
            memory_len,
            places.dimensions(),
        )?;
        let mut attached = reservoir.attach()?;
        let mut generator = Xoshiro128PlusPlus::from_seed(reservoir.generator);
        attached.thin(keep, &mut generator, room, |kept, to| places.get(kept, to))?;
        reservoir.generator = generator.state();
        reservoir.state = attached.state().into();
        Ok(())
    })
}
