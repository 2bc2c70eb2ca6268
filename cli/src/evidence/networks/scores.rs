//! Scores of all readings at a pilot.

use super::basis::Basis;
use super::methods::Scorer;
use crate::simulate::device::{PilotModel, rows};
use crate::simulate::task::Task;
use gleaner::Error;
use gleaner::model::{Model, Objective, Target};
use gleaner::score::{Mix, cautious};

/// All that scores are made of.
#[derive(Debug)]
pub struct Scores<'a> {
    pilot: &'a PilotModel<f32>,
    count: usize,
    linear: Basis,
    /// Adjoint rows of the loss root, without gauge columns.
    pub root: Basis,
    /// Adjoint rows of the prediction, without gauge columns.
    pub prediction: Basis,
    /// Gradients of the prediction.
    pub gradient: Basis,
    /// Slopes of the loss.
    pub slopes: Vec<f64>,
    made: Vec<((Scorer, bool), Vec<f64>)>,
}

impl<'a> Scores<'a> {
    /// At a pilot.
    pub fn new(task: &Task<f32>, pilot: &'a PilotModel<f32>) -> Result<Self, Error> {
        let everything: Vec<(usize, f64)> = (0..task.len()).map(|index| (index, 1.0)).collect();
        let sample = task.sample(&pilot.constants, &everything);
        let network = task.network(&pilot.theta, 1)?;
        let (inputs, order, parameters) = (task.inputs(), network.order(), network.parameters());
        let root = rows(&network, task.loss, &sample.x, Some(&sample.labels))?;
        let prediction = rows(&network, Objective::Prediction, &sample.x, None)?;
        let mut scratch = vec![0.0; network.scratch()];
        let (mut linear, mut gradients, mut slopes) = (Vec::new(), Vec::new(), Vec::new());
        let mut gradient = vec![0.0; parameters];
        for (x, &label) in sample.x.chunks_exact(inputs).zip(&sample.labels) {
            linear.extend_from_slice(x);
            linear.push(1.0);
            let m = network.gradient(x, 0, Target::Prediction, &mut gradient, &mut scratch)?;
            gradients.extend_from_slice(&gradient);
            slopes.push(f64::from(task.loss.with(Some(label))?.loss_slope(m)));
        }
        Ok(Scores {
            pilot,
            count: task.len(),
            linear: Basis::new(inputs + 1, linear)?,
            root: Basis::new(order, root)?,
            prediction: Basis::new(order, prediction)?,
            gradient: Basis::new(parameters, gradients)?,
            slopes,
            made: Vec::new(),
        })
    }

    /// The scores of a scorer.
    pub fn of(&mut self, scorer: Scorer, labels: bool) -> Result<&[f64], Error> {
        let key = (scorer, labels);
        let place = match self.made.iter().position(|made| made.0 == key) {
            Some(place) => place,
            None => {
                let scores = self.make(scorer, labels)?;
                self.made.push((key, scores));
                self.made.len() - 1
            }
        };
        Ok(&self.made[place].1)
    }

    fn make(&self, scorer: Scorer, labels: bool) -> Result<Vec<f64>, Error> {
        let basis = if labels { &self.root } else { &self.prediction };
        Ok(match scorer {
            Scorer::Uniform => vec![1.0; self.count],
            Scorer::LinearLeverage => self.linear.leverages.clone(),
            Scorer::Norm => basis.norms(),
            Scorer::Leverage => basis.leverages.clone(),
            Scorer::Online => basis.online(&self.pilot.indices)?,
            Scorer::HalfRoot => {
                let both = |h: &f64| [*h, h.sqrt()];
                mixed(0.0, [0.5; 2], basis.leverages.iter().map(both))?
            }
            Scorer::Cautious => self.cautious(),
            Scorer::CautiousUniform => {
                let scores = self.cautious();
                mixed(0.1, [1.0], scores.iter().map(|score| [*score]))?
            }
        })
    }

    fn cautious(&self) -> Vec<f64> {
        // Of all readings: a network that has learnt its pilot's readings by heart has slopes of 0 there.
        let squares = self.slopes.iter().map(|slope| slope * slope);
        let mean = squares.sum::<f64>() / self.count.max(1) as f64;
        let kappa = self.count as f64 / self.pilot.indices.len().max(1) as f64;
        let pairs = self.slopes.iter().zip(&self.gradient.leverages);
        pairs
            .map(|(&slope, &h)| cautious(slope, h, mean, kappa))
            .collect()
    }
}

/// A mix by the means over all readings, which a pass before this one would know.
fn mixed<const K: usize>(
    alpha: f64,
    beta: [f64; K],
    scores: impl Iterator<Item = [f64; K]> + Clone,
) -> Result<Vec<f64>, Error> {
    let (mut means, mut count) = ([0.0; K], 0.0);
    for all in scores.clone() {
        let pairs = means.iter_mut().zip(all);
        pairs.for_each(|(mean, score)| *mean += score);
        count += 1.0;
    }
    let mut mix = Mix::fixed(alpha, beta, means.map(|sum| sum / count))?;
    scores.map(|all| mix.score(&all)).collect()
}
