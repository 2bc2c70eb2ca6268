//! Samples: readings and weights by each sampler, and weights calibrated.

use super::methods::{Method, Sampler};
use super::scores::Scores;
use crate::evidence::journal::Generator;
use crate::simulate::device::PilotModel;
use crate::simulate::task::Task;
use gleaner::Error;
use gleaner::calibrate::{Options, Totals, Vector, calibrate, calibrate_len, totals_len};
use gleaner::model::Model;
use gleaner::sampler::{Alias, Candidate, Item, Kept, Pivotal, Reservoir, Room, positions_len};
use std::cmp::Reverse;

/// Those who wait of a stream.
const WAITING: usize = 32;
/// Times the budget that a reservoir holds before it is thinned.
const MULTIPLE: usize = 4;
/// Scalars of the positions of those who wait for thinning at most.
const ROOM: usize = 400_000;

/// A reading and its weight.
pub type Pick = (usize, f64);

/// Draws a sample of a method.
pub fn draw(
    method: &Method,
    scores: &mut Scores<'_>,
    budget: usize,
    generator: &mut Generator,
) -> Result<Vec<Pick>, Error> {
    let given = scores.of(method.scorer, method.labels)?.to_vec();
    match method.sampler {
        Sampler::Replacement => replacement(&given, budget, generator),
        Sampler::Reservoir => Ok(picks(reservoir(&given, budget, generator)?.drain())),
        Sampler::Pivotal => pivotal(method.labels, scores, &given, budget, generator),
        Sampler::Thinned => thinned(method.labels, scores, &given, budget, generator),
    }
}

fn picks(kept: impl Iterator<Item = Kept<f32>>) -> Vec<Pick> {
    kept.map(|kept| (kept.sequence as usize, f64::from(kept.weight)))
        .collect()
}

fn replacement(
    scores: &[f64],
    budget: usize,
    generator: &mut Generator,
) -> Result<Vec<Pick>, Error> {
    let (cuts, aliases) = (vec![0.0; scores.len()], vec![0; scores.len()]);
    let table = Alias::new(scores, cuts, aliases)?;
    let draw = |_| {
        let draw = table.draw(generator).ok_or(Error::Score)?;
        Ok((draw.index, draw.weight(budget as u64)))
    };
    (0..budget).map(draw).collect()
}

fn reservoir(
    scores: &[f64],
    budget: usize,
    generator: &mut Generator,
) -> Result<Reservoir<f32, Vec<Item<f32>>>, Error> {
    let mut reservoir = Reservoir::new(vec![Item::default(); budget + 1])?;
    for &score in scores {
        reservoir.offer(score as f32, generator)?;
    }
    Ok(reservoir)
}

fn thinned(
    labels: bool,
    scores: &Scores<'_>,
    given: &[f64],
    budget: usize,
    generator: &mut Generator,
) -> Result<Vec<Pick>, Error> {
    let mut reservoir = reservoir(given, MULTIPLE * budget, generator)?;
    let dimensions = dimensions(labels, scores);
    let waiting = (ROOM / dimensions).clamp(WAITING, reservoir.len().max(WAITING));
    let mut candidates = vec![Candidate::default(); waiting];
    let mut positions = vec![0.0; positions_len(waiting, dimensions)];
    let room = Room {
        candidates: &mut candidates,
        positions: &mut positions,
        dimensions,
    };
    let position = |kept: &Kept<f32>, to: &mut [f32]| {
        place(labels, scores, kept.sequence as usize, kept.score, to)
    };
    reservoir.thin(budget, generator, room, position)?;
    Ok(picks(reservoir.drain()))
}

fn pivotal(
    labels: bool,
    scores: &Scores<'_>,
    given: &[f64],
    budget: usize,
    generator: &mut Generator,
) -> Result<Vec<Pick>, Error> {
    let dimensions = dimensions(labels, scores);
    let candidates = vec![Candidate::default(); budget + WAITING + 2];
    let positions = vec![0.0; positions_len(WAITING, dimensions)];
    let threshold = threshold(given, budget) as f32;
    let mut sampler = Pivotal::new(threshold, WAITING, dimensions, candidates, positions)?;
    let mut position = vec![0.0; dimensions];
    for (index, &score) in given.iter().enumerate() {
        place(labels, scores, index, score as f32, &mut position);
        sampler.offer(score as f32, &position, generator)?;
    }
    sampler.finish(generator);
    Ok(picks(sampler.drain()))
}

/// The threshold c at which `sum min(1, score / c)` is the budget.
fn threshold(scores: &[f64], budget: usize) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by_key(|score| Reverse(score.to_bits()));
    let mut rest: f64 = sorted.iter().sum();
    for (stay, score) in sorted.iter().enumerate().take(budget) {
        let threshold = rest / (budget - stay) as f64;
        if *score <= threshold {
            return threshold;
        }
        rest -= score;
    }
    f64::from(f32::MIN_POSITIVE)
}

fn dimensions(labels: bool, scores: &Scores<'_>) -> usize {
    if labels {
        scores.gradient.order()
    } else {
        scores.prediction.order()
    }
}

/// Where a reading stands: with labels its share of the loss's gradient, else its row, over the score.
fn place(labels: bool, scores: &Scores<'_>, index: usize, score: f32, to: &mut [f32]) {
    if labels {
        let slope = scores.slopes[index] as f32;
        scores.gradient.whiten(index, slope / score, to);
    } else {
        scores.prediction.whiten(index, 1.0 / score, to);
    }
}

/// Corrects the weights of a sample by sums over everything at the pilot.
pub fn correct(
    task: &Task<f32>,
    pilot: &PilotModel<f32>,
    vector: Vector,
    picks: &mut [Pick],
) -> Result<(), Error> {
    let network = task.network(&pilot.theta, 1)?;
    let everything: Vec<Pick> = (0..task.len()).map(|index| (index, 1.0)).collect();
    let sample = task.sample(&pilot.constants, &everything);
    let inputs = task.inputs();
    let length = vector.len(network.parameters());
    let mut scratch = vec![0.0; network.scratch()];
    let mut write = |index: usize, to: &mut [f32]| {
        let target = task.loss.with(Some(sample.labels[index]))?;
        let x = &sample.x[index * inputs..][..inputs];
        vector.write(&network, x, 0, target, to, &mut scratch)
    };
    let mut totals = Totals::new(length, vec![0.0; totals_len(length)])?;
    let mut sums = vec![0.0; length];
    for index in 0..task.len() {
        write(index, &mut sums)?;
        totals.observe(&sums)?;
    }
    let mut ratios = vec![0.0; picks.len()];
    let mut memory = vec![0.0; calibrate_len(length)];
    let item = |kept: usize, to: &mut [f32]| {
        let (index, weight) = picks[kept];
        write(index, to)?;
        Ok(weight as f32)
    };
    let options = Options::default();
    calibrate(
        &totals,
        picks.len(),
        item,
        options,
        &mut ratios,
        &mut memory,
    )?;
    for (pick, &ratio) in picks.iter_mut().zip(&ratios) {
        pick.1 *= f64::from(ratio);
    }
    Ok(())
}
