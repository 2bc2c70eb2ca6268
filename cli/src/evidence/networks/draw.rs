//! Samples: readings and weights by each sampler, and weights calibrated.

use super::methods::{Method, Sampler};
use super::scores::Scores;
use crate::evidence::journal::Generator;
use crate::evidence::samples::{MULTIPLE, Pick, WAITING, picks, replacement, reservoir, threshold};
use crate::simulate::device::PilotModel;
use crate::simulate::task::Task;
use gleaner::Error;
use gleaner::calibrate::{Options, Totals, Vector, calibrate, calibrate_len, totals_len};
use gleaner::model::Model;
use gleaner::sampler::{Candidate, Kept, Pivotal, Room, positions_len};

/// Scalars of the positions of those who wait for thinning at most.
const ROOM: usize = 400_000;

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
        Sampler::Reservoir => Ok(picks(reservoir::<f32>(&given, budget, generator)?.drain())),
        Sampler::Pivotal => pivotal(method.labels, scores, &given, budget, generator),
        Sampler::Thinned => thinned(method.labels, scores, &given, budget, generator),
    }
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
    let threshold = threshold(given, budget);
    let mut sampler = Pivotal::new(threshold, WAITING, dimensions, candidates, positions)?;
    let mut position = vec![0.0; dimensions];
    for (index, &score) in given.iter().enumerate() {
        place(labels, scores, index, score as f32, &mut position);
        sampler.offer(score as f32, &position, generator)?;
    }
    sampler.finish(generator);
    Ok(picks(sampler.drain()))
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
