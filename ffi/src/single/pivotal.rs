//! Pivotal sampling of a stream, in single precision.

use super::reservoir::{gleaner_kept_f32, gleaner_outcome_f32};
use super::thin::gleaner_candidate_f32;
use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{self, Kind, check_length, check_tag, same_layout, tag};
use crate::{GLEANER_ERROR_INDEX, gleaner_status};
use core::mem::transmute;
use gleaner::Error;
use gleaner::sampler::{self, Candidate, Pivotal, PivotalState};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;

/// A pivotal sampler's counters.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_pivotal_state_f32 {
    /// Samples offered since the last clear
    pub seen: u64,
    /// Of these, refused for want of room: above 0, chances are no longer exact
    pub refused: u64,
    /// Kept for certain
    pub settled: usize,
    /// Waiting
    pub waiting: usize,
    /// How many may wait
    pub places: usize,
    /// Scalars of a position
    pub dimensions: usize,
    /// c of the next sample
    pub threshold: f32,
    /// Where the next payload goes
    pub free_slot: u32,
    /// The slot that was free at the start of the period
    pub first: u32,
    /// Slots handed out in the period behind that one
    pub handed: u32,
}
same_layout!(
    gleaner_pivotal_state_f32,
    PivotalState<f32>,
    seen = seen,
    refused = refused,
    settled = settled,
    waiting = waiting,
    places = places,
    dimensions = dimensions,
    threshold = threshold,
    free_slot = free,
    first = first,
    handed = handed,
);

/// Keeps samples of a stream, each with chance `min(1, score / c)`, of which neighbours in the space of positions
/// seldom stay both: sums over what is smooth there come out better than from a reservoir. The threshold c, fixed
/// before a sample comes, says how many are kept: the sum of the chances, rounded up or down. Slots 0 to
/// candidates_len - 1, one of them free.
///
///     static struct gleaner_candidate_f32 candidates[KEEP + 34];
///     static float positions[GLEANER_POSITIONS_LEN(32, D)];
///     gleaner_pivotal_init_f32(&pivotal, seed, c, 32, D, candidates, KEEP + 34, positions, COUNT(positions));
///     while (read_sensor(&slots[slot])) {
///       gleaner_pivotal_offer_f32(&pivotal, score, row, D, &outcome);
///       slot = outcome.free_slot;
///     }
///     gleaner_pivotal_finish_f32(&pivotal);
///     for (i = 0; gleaner_pivotal_kept_f32(&pivotal, i, &kept) == GLEANER_OK; i++) {
///       upload(&slots[kept.slot], kept.weight);
///     }
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_pivotal_f32 {
    /// Set by init
    pub tag: u32,
    /// State of the generator
    pub generator: [u8; 16],
    /// The caller's
    pub candidates: *mut gleaner_candidate_f32,
    /// One more than can be kept
    pub candidates_len: usize,
    /// The caller's, `GLEANER_POSITIONS_LEN(places, dimensions)` scalars
    pub positions: *mut f32,
    /// Its length
    pub positions_len: usize,
    /// Counters
    pub state: gleaner_pivotal_state_f32,
}

impl gleaner_pivotal_state_f32 {
    /// As the library has it.
    fn own(&self) -> &PivotalState<f32> {
        // SAFETY: of the same layout, and all of it numbers.
        unsafe { &*(&raw const *self).cast() }
    }
}

impl From<PivotalState<f32>> for gleaner_pivotal_state_f32 {
    fn from(state: PivotalState<f32>) -> Self {
        // SAFETY: of the same layout.
        unsafe { transmute(state) }
    }
}

type Read<'a> = Pivotal<f32, &'a [Candidate<f32>], &'a [f32]>;
type Attached<'a> = Pivotal<f32, &'a mut [Candidate<f32>], &'a mut [f32]>;

impl gleaner_pivotal_f32 {
    unsafe fn read<'a>(&self) -> Result<Read<'a>, Fault> {
        check_tag::<f32>(self.tag, Kind::Pivotal)?;
        let candidates = self.candidates.cast::<Candidate<f32>>().cast_const();
        let candidates = slice(candidates, self.candidates_len)?;
        let positions = slice(self.positions.cast_const(), self.positions_len)?;
        Ok(Pivotal::attach(*self.state.own(), candidates, positions)?)
    }

    unsafe fn attach<'a>(&mut self) -> Result<Attached<'a>, Fault> {
        check_tag::<f32>(self.tag, Kind::Pivotal)?;
        let candidates = self.candidates.cast::<Candidate<f32>>();
        let candidates = slice_mut(candidates, self.candidates_len)?;
        let positions = slice_mut(self.positions, self.positions_len)?;
        Ok(Pivotal::attach(*self.state.own(), candidates, positions)?)
    }
}

/// An empty sampler with the threshold c, in which `places` samples may wait, 32 say, with positions of
/// `dimensions` scalars; without dimensions it spreads along the stream. Draws come from a generator of this seed.
/// `candidates`: at least the sum of a period's chances and 1, or 2 where that sum is meant to be a whole number,
/// and more than `places`; `places` more of them, and nobody plays early for want of room. `positions`:
/// `GLEANER_POSITIONS_LEN(places, dimensions)` scalars.
/// Errors: LENGTH, RANGE (no places, as many places as candidates, a threshold that is not positive and finite).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_pivotal_init_f32(
    pivotal: *mut gleaner_pivotal_f32,
    seed: u64,
    threshold: f32,
    places: usize,
    dimensions: usize,
    candidates: *mut gleaner_candidate_f32,
    candidates_len: usize,
    positions: *mut f32,
    positions_len: usize,
) -> gleaner_status {
    run(|| {
        let pivotal = output(pivotal)?;
        let waiting = slice_mut(candidates.cast::<Candidate<f32>>(), candidates_len)?;
        let room = slice_mut(positions, positions_len)?;
        let sampler = Pivotal::new(threshold, places, dimensions, waiting, room)?;
        pivotal.set(gleaner_pivotal_f32 {
            tag: tag::<f32>(Kind::Pivotal),
            generator: convert::generator(seed).state(),
            candidates,
            candidates_len,
            positions,
            positions_len,
            state: sampler.state().into(),
        });
        Ok(())
    })
}

/// Drops all samples, for a new period; threshold, free slot and generator go on.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_pivotal_clear_f32(
    pivotal: *mut gleaner_pivotal_f32,
) -> gleaner_status {
    run(|| {
        let pivotal = object_mut(pivotal)?;
        let mut attached = pivotal.attach()?;
        attached.clear();
        pivotal.state = attached.state().into();
        Ok(())
    })
}

/// The threshold from the next sample on. It may depend on all that came before, not on the sample itself.
/// Errors: STATE, RANGE (not positive and finite).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_pivotal_set_threshold_f32(
    pivotal: *mut gleaner_pivotal_f32,
    threshold: f32,
) -> gleaner_status {
    run(|| {
        let pivotal = object_mut(pivotal)?;
        let mut attached = pivotal.attach()?;
        attached.set_threshold(threshold)?;
        pivotal.state = attached.state().into();
        Ok(())
    })
}

/// Offers the sample whose payload is in the free slot, which stands at `position`, `dimensions` scalars. A score
/// of 0 is counted and never kept. About `places dimensions` multiplications; at most `places` times as many where
/// no slot would be free behind it.
/// Errors: STATE, SCORE, LENGTH, NOT_FINITE (position); FULL: it would have to be kept and there is no room, since
/// the chances of the period sum to more than candidates_len - 1; it is counted as seen and refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_pivotal_offer_f32(
    pivotal: *mut gleaner_pivotal_f32,
    score: f32,
    position: *const f32,
    position_len: usize,
    outcome: *mut gleaner_outcome_f32,
) -> gleaner_status {
    run(|| {
        let (pivotal, outcome) = (object_mut(pivotal)?, output(outcome)?);
        let position = slice(position, position_len)?;
        let mut attached = pivotal.attach()?;
        check_length(position.len() == attached.state().dimensions)?;
        let mut generator = Xoshiro128PlusPlus::from_seed(pivotal.generator);
        let found = attached.offer(score, position, &mut generator);
        if matches!(found, Ok(_) | Err(Error::Full)) {
            pivotal.state = attached.state().into();
        }
        let found = found?;
        pivotal.generator = generator.state();
        outcome.set(found.into());
        Ok(())
    })
}

/// Decides on all who wait, at the end of a stream; clear before the next.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_pivotal_finish_f32(
    pivotal: *mut gleaner_pivotal_f32,
) -> gleaner_status {
    run(|| {
        let pivotal = object_mut(pivotal)?;
        let mut attached = pivotal.attach()?;
        let mut generator = Xoshiro128PlusPlus::from_seed(pivotal.generator);
        attached.finish(&mut generator);
        pivotal.generator = generator.state();
        pivotal.state = attached.state().into();
        Ok(())
    })
}

/// The number of kept samples; those who wait are not among them.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_pivotal_count_f32(
    pivotal: *const gleaner_pivotal_f32,
    count: *mut usize,
) -> gleaner_status {
    run(|| {
        let count = output(count)?;
        count.set(object(pivotal)?.read()?.state().settled);
        Ok(())
    })
}

/// The kept sample of an index from 0 to the count, with its weight, 1 / its chance.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_pivotal_kept_f32(
    pivotal: *const gleaner_pivotal_f32,
    index: usize,
    kept: *mut gleaner_kept_f32,
) -> gleaner_status {
    run(|| {
        let kept = output(kept)?;
        let found = object(pivotal)?.read()?.kept(index);
        kept.set(found.ok_or(Fault(GLEANER_ERROR_INDEX))?.into());
        Ok(())
    })
}

/// `(sum w)^2 / sum w^2` of the kept: how many samples of one weight these are worth.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_pivotal_effective_size_f32(
    pivotal: *const gleaner_pivotal_f32,
    size: *mut f32,
) -> gleaner_status {
    run(|| {
        let size = output(size)?;
        size.set(sampler::effective_size(object(pivotal)?.read()?.drain()));
        Ok(())
    })
}
