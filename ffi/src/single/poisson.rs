//! Poisson sampling, in single precision.

use crate::border::{Fault, object_mut, optional, output, run};
use crate::convert::{self, Kind, check_tag, same_layout, tag};
use crate::{gleaner_budget, gleaner_status};
use core::mem::transmute;
use gleaner::sampler::{Budget, Poisson, PoissonState};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;

/// A Poisson sampler's counters.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_poisson_state_f32 {
    /// Samples offered since the last clear
    pub seen: u64,
    /// Samples kept
    pub kept: u64,
    /// Samples that the cap kept out: above 0, weights are no longer exact
    pub capped: u64,
    /// The budget; `keep` 0: none
    pub budget: gleaner_budget,
    /// c of the next sample
    pub threshold: f32,
    /// Its logarithm: rounded, and what the rounding left out
    pub logarithm: [f32; 2],
    /// Sum of all probabilities: rounded, and what the rounding left out
    pub expected: [f32; 2],
}
same_layout!(
    gleaner_poisson_state_f32,
    PoissonState<f32>,
    seen = seen,
    kept = kept,
    capped = capped,
    budget = budget,
    threshold = threshold,
    logarithm = logarithm,
    expected = expected,
);

/// Decides on each sample at once and for itself: kept with chance `p = min(1, score / c)`, of weight 1 / p. It
/// remembers no samples, so it has no slots and no memory. With a fixed c nothing binds how many are kept; with a
/// budget c follows what has been expected so far. A plain value: a memcpy is a full copy.
///
///     const struct gleaner_budget budget = {200, 10000, 200};
///     gleaner_poisson_init_f32(&poisson, seed, mean_score * 10000 / 200, &budget);
///     ...
///     gleaner_poisson_offer_f32(&poisson, score, &decision);
///     if (decision.kept) {
///       upload(&reading, decision.weight);
///     }
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_poisson_f32 {
    /// Set by init
    pub tag: u32,
    /// State of the generator
    pub generator: [u8; 16],
    /// Counters
    pub state: gleaner_poisson_state_f32,
}

/// What an offer to a Poisson sampler led to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_decision_f32 {
    /// 1: the sample is kept, for good
    pub kept: u32,
    /// 1: it was picked, and the cap kept it out
    pub capped: u32,
    /// Its chance of being kept
    pub probability: f32,
    /// 1 / probability: how many samples of the stream it stands for; 0 for a score of 0
    pub weight: f32,
}

impl gleaner_poisson_state_f32 {
    /// As the library has it.
    fn own(&self) -> &PoissonState<f32> {
        // SAFETY: of the same layout, and all of it numbers.
        unsafe { &*(&raw const *self).cast() }
    }
}

impl From<PoissonState<f32>> for gleaner_poisson_state_f32 {
    fn from(state: PoissonState<f32>) -> Self {
        // SAFETY: of the same layout.
        unsafe { transmute(state) }
    }
}

impl gleaner_poisson_f32 {
    pub(super) fn attach(&self) -> Result<Poisson<f32>, Fault> {
        check_tag::<f32>(self.tag, Kind::Poisson)?;
        Ok(Poisson::attach(*self.state.own())?)
    }
}

/// A sampler with the threshold c, drawing from a generator of this seed. `budget` NULL: c stays as it is, and `sum
/// min(1, score / c)` samples are expected. Else c begins there, say where the last period ended, or at the mean
/// score times `items / keep`.
/// Errors: RANGE (a threshold that is not positive and finite, a budget without items or window).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_poisson_init_f32(
    poisson: *mut gleaner_poisson_f32,
    seed: u64,
    threshold: f32,
    budget: *const gleaner_budget,
) -> gleaner_status {
    run(|| {
        let poisson = output(poisson)?;
        let budget = optional(budget)?.map_or(Budget::default(), |budget| budget.own());
        let sampler = Poisson::with_budget(threshold, budget)?;
        poisson.set(gleaner_poisson_f32 {
            tag: tag::<f32>(Kind::Poisson),
            generator: convert::generator(seed).state(),
            state: sampler.state().into(),
        });
        Ok(())
    })
}

/// Decides on a sample. A score of 0 is counted and never kept. At most one draw. O(1): with a budget a square root
/// and an exponential.
/// Errors: STATE, SCORE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_poisson_offer_f32(
    poisson: *mut gleaner_poisson_f32,
    score: f32,
    decision: *mut gleaner_decision_f32,
) -> gleaner_status {
    run(|| {
        let (poisson, decision) = (object_mut(poisson)?, output(decision)?);
        let mut sampler = poisson.attach()?;
        let mut generator = Xoshiro128PlusPlus::from_seed(poisson.generator);
        let found = sampler.offer(score, &mut generator)?;
        poisson.generator = generator.state();
        poisson.state = sampler.state().into();
        decision.set(gleaner_decision_f32 {
            kept: found.kept.into(),
            capped: found.capped.into(),
            probability: found.probability,
            weight: found.weight,
        });
        Ok(())
    })
}

/// The threshold from the next sample on. It may depend on all that came before, not on the sample itself.
/// Errors: STATE, RANGE (not positive and finite).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_poisson_set_threshold_f32(
    poisson: *mut gleaner_poisson_f32,
    threshold: f32,
) -> gleaner_status {
    run(|| {
        let poisson = object_mut(poisson)?;
        let mut sampler = poisson.attach()?;
        sampler.set_threshold(threshold)?;
        poisson.state = sampler.state().into();
        Ok(())
    })
}

/// Forgets all counts, for a new period of the same budget; threshold and generator go on.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_poisson_clear_f32(
    poisson: *mut gleaner_poisson_f32,
) -> gleaner_status {
    run(|| {
        let poisson = object_mut(poisson)?;
        let mut sampler = poisson.attach()?;
        sampler.clear();
        poisson.state = sampler.state().into();
        Ok(())
    })
}
