//! Samples: rows and weights by each sampler, and weights calibrated.

use super::super::journal::Generator;
use super::super::samples::{MULTIPLE, Pick, WAITING, picks, replacement, reservoir, threshold};
use super::methods::{Method, Sampler};
use super::neuron::Neuron;
use super::scores::{Basis, Scores};
use gleaner::Error;
use gleaner::calibrate::{Options, Totals, Vector, calibrate, calibrate_len, totals_len};
use gleaner::model::{Model, Target};
use gleaner::sampler::{Candidate, Kept, Pivotal, Room, positions_len};

/// Draws a sample of a method.
pub fn draw(
    method: &Method,
    scores: &mut Scores<'_>,
    budget: usize,
    generator: &mut Generator,
) -> Result<Vec<Pick>, Error> {
    let given = scores.of(method.scorer, method.labels)?;
    match method.sampler {
        Sampler::Replacement => replacement(&given, budget, generator),
        Sampler::Reservoir => {
            let reservoir = reservoir::<f64>(&given, budget, generator)?;
            Ok(picks(reservoir.drain()))
        }
        Sampler::Pivotal => pivotal(method, scores, &given, budget, generator),
        Sampler::Thinned(waiting) => {
            let mut reservoir = reservoir(&given, MULTIPLE * budget, generator)?;
            let place = Place::new(method, scores);
            let dimensions = place.basis.order();
            let waiting = waiting.min(reservoir.len());
            let mut candidates = vec![Candidate::default(); waiting];
            let mut positions = vec![0.0; positions_len(waiting, dimensions)];
            let room = Room {
                candidates: &mut candidates,
                positions: &mut positions,
                dimensions,
            };
            let position = |kept: &Kept<f64>, to: &mut [f64]| {
                place.write(kept.sequence as usize, kept.score, to)
            };
            reservoir.thin(budget, generator, room, position)?;
            Ok(picks(reservoir.drain()))
        }
    }
}

fn pivotal(
    method: &Method,
    scores: &Scores<'_>,
    given: &[f64],
    budget: usize,
    generator: &mut Generator,
) -> Result<Vec<Pick>, Error> {
    let place = Place::new(method, scores);
    let dimensions = place.basis.order();
    let candidates = vec![Candidate::default(); budget + WAITING + 2];
    let positions = vec![0.0; positions_len(WAITING, dimensions)];
    let threshold = threshold(given, budget);
    let mut sampler = Pivotal::new(threshold, WAITING, dimensions, candidates, positions)?;
    let mut position = vec![0.0; dimensions];
    for (index, &score) in given.iter().enumerate() {
        place.write(index, score, &mut position);
        sampler.offer(score, &position, generator)?;
    }
    sampler.finish(generator);
    Ok(picks(sampler.drain()))
}

/// Where a row stands: what the sums of interest are made of, over the score.
struct Place<'a> {
    basis: &'a Basis,
    slopes: Option<&'a [f64]>,
}

impl<'a> Place<'a> {
    fn new(method: &Method, scores: &'a Scores<'_>) -> Self {
        // With labels it is the loss's gradient that a refit sums up.
        let (basis, slopes) = if method.labels {
            (&scores.gradient, Some(scores.slopes.as_slice()))
        } else {
            (&scores.prediction, None)
        };
        Place { basis, slopes }
    }

    fn write(&self, index: usize, score: f64, to: &mut [f64]) {
        let slope = self.slopes.map_or(1.0, |slopes| slopes[index]);
        self.basis.whiten(index, slope / score, to);
    }
}

/// Sums over everything for each vector, made when they are asked for.
#[derive(Debug)]
pub struct Calibration<'a> {
    neuron: &'a Neuron<'a>,
    theta: &'a [f64],
    made: Vec<(Vector, Totals<f64, Vec<f64>>)>,
}

impl<'a> Calibration<'a> {
    /// At the pilot's parameters.
    pub fn new(neuron: &'a Neuron<'a>, theta: &'a [f64]) -> Self {
        Calibration {
            neuron,
            theta,
            made: Vec::new(),
        }
    }

    /// Corrects the weights of a sample.
    pub fn correct(
        &mut self,
        vector: Vector,
        ridge: Option<f64>,
        picks: &mut [Pick],
    ) -> Result<(), Error> {
        let set = self.neuron.set;
        let network = self.neuron.network(self.theta)?;
        let length = vector.len(self.theta.len());
        let mut scratch = vec![0.0; network.scratch()];
        let mut write = |index: usize, to: &mut [f64]| {
            let target = Target::Residual(set.y[index]);
            vector.write(&network, set.row(index), 0, target, to, &mut scratch)
        };
        let place = match self.made.iter().position(|made| made.0 == vector) {
            Some(place) => place,
            None => {
                let mut totals = Totals::new(length, vec![0.0; totals_len(length)])?;
                let mut sums = vec![0.0; length];
                for index in 0..set.len() {
                    write(index, &mut sums)?;
                    totals.observe(&sums)?;
                }
                self.made.push((vector, totals));
                self.made.len() - 1
            }
        };
        let mut ratios = vec![0.0; picks.len()];
        let mut memory = vec![0.0; calibrate_len(length)];
        let item = |kept: usize, to: &mut [f64]| {
            let (index, weight) = picks[kept];
            write(index, to)?;
            Ok(weight)
        };
        let options = Options {
            ridge,
            ..Options::default()
        };
        let totals = &self.made[place].1;
        calibrate(totals, picks.len(), item, options, &mut ratios, &mut memory)?;
        for (pick, ratio) in picks.iter_mut().zip(&ratios) {
            pick.1 *= ratio;
        }
        Ok(())
    }
}
