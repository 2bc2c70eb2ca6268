//! Draws with replacement: the alias table, in single precision.

use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{self, Kind, check_range, check_tag, tag};
use crate::{GLEANER_ERROR_INDEX, GLEANER_ERROR_RANGE, gleaner_status};
use gleaner::Sum;
use gleaner::sampler::{Alias, AliasState, Draw};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;

/// Draws one of n samples, any number of times, with a chance in proportion to its score: the sampling that
/// `gleaner_terms_draws` makes its promise for. Keeps pointers to scores and table, which stay as they are.
///
///     static float chances[1000], cuts[1000];
///     static uint32_t aliases[1000];
///     gleaner_alias_init_f32(&alias, 1, chances, 1000, cuts, 1000, aliases, 1000);
///     for (i = 0; i < draws; i++) {
///       gleaner_alias_draw_f32(&alias, &draw);
///       gleaner_alias_weight_f32(&alias, draw.index, draws, &weight);
///       take(draw.index, weight);
///     }
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_alias_f32 {
    /// Set by init
    pub tag: u32,
    /// State of the generator
    pub generator: [u8; 16],
    /// The caller's, n
    pub scores: *const f32,
    /// The caller's, n: the table, written by init
    pub cuts: *const f32,
    /// The caller's, n: the table, written by init
    pub aliases: *const u32,
    /// n
    pub count: usize,
    /// The largest score; 0: nothing can be drawn
    pub largest: f32,
    /// Sum of the scores over the largest: rounded, and what the rounding left out
    pub total: [f32; 2],
}

/// A sample that was drawn.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_draw_f32 {
    /// Its index, 0 to n - 1
    pub index: usize,
    /// Its chance of being drawn, each time
    pub probability: f32,
}

type Table<'a> = Alias<f32, &'a [f32], &'a [f32], &'a [u32]>;

impl gleaner_alias_f32 {
    unsafe fn read<'a>(&self) -> Result<Table<'a>, Fault> {
        check_tag::<f32>(self.tag, Kind::Alias)?;
        let [high, low] = self.total;
        let state = AliasState {
            count: self.count,
            largest: self.largest,
            total: Sum { high, low },
        };
        let scores = slice(self.scores, self.count)?;
        let (cuts, aliases) = (
            slice(self.cuts, self.count)?,
            slice(self.aliases, self.count)?,
        );
        Ok(Alias::attach(state, scores, cuts, aliases)?)
    }
}

/// Makes the table of n scores, 0 or more each, in `cuts` and `aliases`, n each; draws come from a generator of
/// this seed. O(n), a division or two a score. Scores that change ask for a new init.
/// Errors: LENGTH, SCORE (a score is negative, NaN or infinite).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_alias_init_f32(
    alias: *mut gleaner_alias_f32,
    seed: u64,
    scores: *const f32,
    scores_len: usize,
    cuts: *mut f32,
    cuts_len: usize,
    aliases: *mut u32,
    aliases_len: usize,
) -> gleaner_status {
    run(|| {
        let (alias, given) = (output(alias)?, slice(scores, scores_len)?);
        let (table, others) = (slice_mut(cuts, cuts_len)?, slice_mut(aliases, aliases_len)?);
        let state = Alias::new(given, table, others)?.state();
        alias.set(gleaner_alias_f32 {
            tag: tag::<f32>(Kind::Alias),
            generator: convert::generator(seed).state(),
            scores,
            cuts,
            aliases,
            count: state.count,
            largest: state.largest,
            total: [state.total.high, state.total.low],
        });
        Ok(())
    })
}

/// Draws a sample. A score of 0 is never drawn. O(1).
/// Errors: STATE; RANGE (no score is above 0).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_alias_draw_f32(
    alias: *mut gleaner_alias_f32,
    draw: *mut gleaner_draw_f32,
) -> gleaner_status {
    run(|| {
        let (alias, draw) = (object_mut(alias)?, output(draw)?);
        let mut generator = Xoshiro128PlusPlus::from_seed(alias.generator);
        let found = alias.read()?.draw(&mut generator);
        let Draw { index, probability } = found.ok_or(Fault(GLEANER_ERROR_RANGE))?;
        alias.generator = generator.state();
        draw.set(gleaner_draw_f32 { index, probability });
        Ok(())
    })
}

/// A sample's chance of being drawn, each time: its score over the sum of all.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_alias_probability_f32(
    alias: *const gleaner_alias_f32,
    index: usize,
    probability: *mut f32,
) -> gleaner_status {
    run(|| {
        let probability = output(probability)?;
        let found = object(alias)?.read()?.probability(index);
        probability.set(found.ok_or(Fault(GLEANER_ERROR_INDEX))?);
        Ok(())
    })
}

/// `1 / (draws probability)`: the weight of a sample, each time it is drawn, with which every sum over the samples
/// is unbiased.
/// Errors: STATE, INDEX; RANGE (no draws; a sample that is never drawn).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_alias_weight_f32(
    alias: *const gleaner_alias_f32,
    index: usize,
    draws: u64,
    weight: *mut f32,
) -> gleaner_status {
    run(|| {
        let weight = output(weight)?;
        let found = object(alias)?.read()?.probability(index);
        let probability = found.ok_or(Fault(GLEANER_ERROR_INDEX))?;
        check_range(draws > 0 && probability > 0.0)?;
        weight.set(Draw { index, probability }.weight(draws));
        Ok(())
    })
}
