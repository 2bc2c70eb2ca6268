//! Scores from a loss's slope and a leverage, and mixes of scores, in single precision.

use super::model::{gleaner_target_f32, target};
use crate::border::{Fault, object, object_mut, output, run, slice};
use crate::convert::{
    self, Kind, check_finite, check_flag, check_length, check_range, check_tag, tag,
};
use crate::{GLEANER_ERROR_INDEX, GLEANER_ERROR_OBJECTIVE, GLEANER_MIX_SCORES, gleaner_status};
use gleaner::Sum;
use gleaner::model::Target;
use gleaner::score::{Mix, MixState, cautious, optimal};

/// A mix of K scores, K at most `GLEANER_MIX_SCORES`: `(1 - alpha) sum_k share_k score_k / mean_k + alpha`. The
/// means are fixed, or those of the readings before this one, so that chances stay what a sampler takes them for. A
/// score without a positive mean before it counts as average, 1. A plain value: a memcpy is a full copy.
///
///     static const float shares[2] = {0.5f, 0.5f};
///     gleaner_mix_init_f32(&mix, 0.05f, shares, 2, NULL, 0);
///     ...
///     scores[0] = leverage;
///     scores[1] = sqrtf(leverage);
///     gleaner_mix_score_f32(&mix, scores, 2, &score);
///     gleaner_reservoir_offer_f32(&reservoir, score, &outcome);
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_mix_f32 {
    /// Set by init
    pub tag: u32,
    /// K
    pub scores: u32,
    /// Share of uniform sampling
    pub alpha: f32,
    /// Shares of the scores; 0 behind the K-th
    pub shares: [f32; GLEANER_MIX_SCORES],
    /// What the next reading's scores are divided by: rounded, and what the rounding left out
    pub means: [[f32; 2]; GLEANER_MIX_SCORES],
    /// Readings in the means; 0 where they are fixed
    pub count: u64,
    /// 1: the means stay as they are
    pub fixed: u8,
}

impl gleaner_mix_f32 {
    fn attach(&self) -> Result<Mix<f32, GLEANER_MIX_SCORES>, Fault> {
        check_tag::<f32>(self.tag, Kind::Mix)?;
        check_flag(self.fixed)?;
        Ok(Mix::attach(MixState {
            alpha: self.alpha,
            beta: self.shares,
            means: self.means.map(|[high, low]| Sum { high, low }),
            count: self.count,
            fixed: self.fixed == 1,
        })?)
    }

    fn new(scores: u32, mix: &Mix<f32, GLEANER_MIX_SCORES>) -> Self {
        let state = mix.state();
        gleaner_mix_f32 {
            tag: tag::<f32>(Kind::Mix),
            scores,
            alpha: state.alpha,
            shares: state.beta,
            means: state.means.map(|mean| [mean.high, mean.low]),
            count: state.count,
            fixed: state.fixed.into(),
        }
    }
}

/// Entries in front of the same for each score that is not used.
fn padded(given: &[f32], rest: f32) -> Result<[f32; GLEANER_MIX_SCORES], Fault> {
    let mut all = [rest; GLEANER_MIX_SCORES];
    check_length(!given.is_empty() && given.len() <= all.len())?;
    convert::copy(&mut all, given);
    Ok(all)
}

/// The loss of an objective at a model's output m: its slope l'(m), which the scores below take, and its curvature
/// l''(m). `target` NULL: the prediction objective, of which the loss is m^2.
/// Errors: CODE, LABEL, RANGE (delta, or a slope beyond the scalar), NOT_FINITE (m).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_target_loss_f32(
    target: *const gleaner_target_f32,
    value: f32,
    slope: *mut f32,
    curvature: *mut f32,
) -> gleaner_status {
    run(|| {
        let target = self::target(target)?;
        if target.objective().rows(2) == 1 || target == Target::Softmax {
            return Err(Fault(GLEANER_ERROR_OBJECTIVE));
        }
        let (slope, curvature) = (output(slope)?, output(curvature)?);
        check_finite(value)?;
        let found = target.loss_slope(value);
        check_range(found.is_finite())?;
        slope.set(found);
        curvature.set(target.loss_curvature(value));
        Ok(())
    })
}

/// `|slope| sqrt(leverage)`: right to first order for any loss, where slope and leverage are a pilot's. Alone it is
/// dangerous: what a poor pilot happens to fit gets no chance. Take the cautious score, or a mix.
/// Errors: NOT_FINITE; RANGE (a negative leverage, a score beyond the scalar).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_optimal_score_f32(
    slope: f32,
    leverage: f32,
    score: *mut f32,
) -> gleaner_status {
    run(|| {
        let score = output(score)?;
        check_finite(slope)?;
        check_finite(leverage)?;
        check_range(leverage >= 0.0)?;
        let found = optimal(slope, leverage);
        check_range(found.is_finite())?;
        score.set(found);
        Ok(())
    })
}

/// `sqrt((slope^2 + kappa mean leverage) leverage)`: as the optimal score, with the pilot's own error in the slope.
/// `mean`: of slope^2 over the readings before this one, or over the pilot's; `kappa`: readings of the stream over
/// those of the pilot.
/// Errors: NOT_FINITE; RANGE (a negative leverage, mean or kappa; a score beyond the scalar).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_cautious_score_f32(
    slope: f32,
    leverage: f32,
    mean: f32,
    kappa: f32,
    score: *mut f32,
) -> gleaner_status {
    run(|| {
        let score = output(score)?;
        check_finite(slope)?;
        for value in [leverage, mean, kappa] {
            check_finite(value)?;
            check_range(value >= 0.0)?;
        }
        let found = cautious(slope, leverage, mean, kappa);
        check_range(found.is_finite())?;
        score.set(found);
        Ok(())
    })
}

/// A mix with these shares, one a score, not negative and of sum 1, and a share `alpha` of uniform sampling.
/// `means`, one a score: a pilot's, which stay; (NULL, 0): those of the readings before.
/// Errors: LENGTH (no score or too many, other means than shares), RANGE (alpha outside [0, 1], no shares, means
/// that are not positive and finite).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_mix_init_f32(
    mix: *mut gleaner_mix_f32,
    alpha: f32,
    shares: *const f32,
    shares_len: usize,
    means: *const f32,
    means_len: usize,
) -> gleaner_status {
    run(|| {
        let mix = output(mix)?;
        let (shares, means) = (slice(shares, shares_len)?, slice(means, means_len)?);
        let given = padded(shares, 0.0)?;
        let found = if means.is_empty() {
            Mix::running(alpha, given)?
        } else {
            check_length(means.len() == shares.len())?;
            Mix::fixed(alpha, given, padded(means, 1.0)?)?
        };
        let scores = u32::try_from(shares.len()).unwrap_or_default();
        mix.set(gleaner_mix_f32::new(scores, &found));
        Ok(())
    })
}

/// The mixed score of a reading from its `scores_len` = K scores, which enter the means behind it.
/// Errors: STATE, LENGTH, SCORE (one is negative, NaN or infinite), RANGE (the mix leaves the scalar's range).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_mix_score_f32(
    mix: *mut gleaner_mix_f32,
    scores: *const f32,
    scores_len: usize,
    score: *mut f32,
) -> gleaner_status {
    run(|| {
        let (mix, scores) = (object_mut(mix)?, slice(scores, scores_len)?);
        let score = output(score)?;
        let mut attached = mix.attach()?;
        check_length(u32::try_from(scores.len()) == Ok(mix.scores))?;
        score.set(attached.score(&padded(scores, 0.0)?)?);
        *mix = gleaner_mix_f32::new(mix.scores, &attached);
        Ok(())
    })
}

/// What the next reading's score of an index, counted from 0, is divided by: a pilot's means, to be fixed
/// elsewhere.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_mix_mean_f32(
    mix: *const gleaner_mix_f32,
    index: usize,
    mean: *mut f32,
) -> gleaner_status {
    run(|| {
        let (mix, mean) = (object(mix)?, output(mean)?);
        let means = mix.attach()?.means();
        let inside = index < mix.scores as usize;
        let found = means.get(index).filter(|_| inside);
        mean.set(*found.ok_or(Fault(GLEANER_ERROR_INDEX))?);
        Ok(())
    })
}
