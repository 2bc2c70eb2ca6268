//! One unit: a set, a swish, a pilot, a seed; all methods at all budgets.

use super::super::journal::{Generator, hash};
use super::draw::{Calibration, draw};
use super::methods::{Method, Pilot};
use super::neuron::{Loss, Neuron};
use super::scores::Scores;
use crate::failure::Failure;
use crate::simulate::choose;
use gleaner::Error;
use rand_xoshiro::rand_core::SeedableRng;

/// Random starts of a fit that has no pilot.
const STARTS: u32 = 3;

/// The fit to everything.
#[derive(Clone, Debug)]
pub struct Optimum {
    /// Its losses.
    pub loss: Loss,
    /// Its parameters.
    pub theta: Vec<f64>,
    /// The random start that led there.
    pub start: Vec<f64>,
}

impl Optimum {
    /// Fits everything from random starts: theta, then the start that led there.
    pub fn find(neuron: &Neuron<'_>, generator: &mut Generator) -> Result<Vec<f64>, Failure> {
        let (_, theta, start) = neuron.best(0..neuron.set.len(), STARTS, generator)?;
        Ok([theta, start].concat())
    }

    /// What [`Optimum::find`] wrote.
    pub fn read(neuron: &Neuron<'_>, numbers: &[f64]) -> Self {
        let (theta, start) = numbers.split_at(neuron.parameters());
        Optimum {
            loss: neuron.loss(theta),
            theta: theta.to_vec(),
            start: start.to_vec(),
        }
    }
}

/// Numbers of a unit before those of its methods: excess losses, over all and over calm rows, of the pilot, of one
/// Gauss-Newton step on everything, of a fit to everything.
pub const BASELINES: usize = 6;

/// What a unit is made of.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// Its key.
    pub key: &'a str,
    /// Neuron and set.
    pub neuron: &'a Neuron<'a>,
    /// The fit to everything.
    pub optimum: &'a Optimum,
    /// The pilot.
    pub pilot: Pilot,
    /// The methods.
    pub methods: &'a [Method],
    /// The budgets.
    pub budgets: &'a [usize],
}

impl Unit<'_> {
    /// Excess losses: the baselines', then for each method and each budget those over all and over calm rows. NaN where a
    /// budget is not below the number of rows, or the library refused.
    pub fn run(&self, generator: &mut Generator) -> Result<Vec<f64>, Failure> {
        let (neuron, count) = (self.neuron, self.neuron.set.len());
        let (rows, theta, start) = match self.pilot {
            Pilot::Optimum => {
                let Optimum { theta, start, .. } = self.optimum;
                ((0..count).collect(), theta.clone(), start.clone())
            }
            Pilot::Five | Pilot::One => {
                let share = (self.pilot.share() * count as f64).round() as usize;
                let rows = choose(count, share.max(2 * neuron.parameters()), generator);
                let (_, theta, _) = neuron.best(rows.iter().copied(), STARTS, generator)?;
                (rows, theta.clone(), theta)
            }
        };
        let mut numbers = Vec::new();
        let mut note = |theta: Result<&[f64], Error>| {
            let excess = theta.map(|theta| self.excess(neuron.loss(theta)));
            numbers.extend(excess.unwrap_or([f64::NAN; 2]));
        };
        note(Ok(&theta));
        note(neuron.step(&theta).as_deref().map_err(|cause| *cause));
        let everything: Vec<(usize, f64)> = (0..count).map(|index| (index, 1.0)).collect();
        let mut fitted = start.clone();
        note(
            neuron
                .fit(&everything, &mut fitted)
                .map(|_| fitted.as_slice()),
        );

        let mut scores = Scores::new(neuron, self.pilot, &rows, &theta)?;
        let mut calibration = Calibration::new(neuron, &theta);
        numbers.resize(
            BASELINES + 2 * self.methods.len() * self.budgets.len(),
            f64::NAN,
        );
        for (first, method) in self.methods.iter().enumerate() {
            let shares = |other: &Method| other.shares_draw(*method);
            if self.methods[..first].iter().any(shares) {
                continue;
            }
            for (place, &budget) in self.budgets.iter().enumerate() {
                if budget >= count {
                    continue;
                }
                let design = method.by_design();
                let seed = hash(&format!("{} | {design} | {budget}", self.key));
                let mut generator = Generator::seed_from_u64(seed);
                let Ok(picks) = draw(method, &mut scores, budget, &mut generator) else {
                    continue;
                };
                for (index, method) in self.methods.iter().enumerate() {
                    if !shares(method) {
                        continue;
                    }
                    let mut refit = || -> Result<[f64; 2], Error> {
                        let mut picks = picks.clone();
                        if let Some(vector) = method.calibration {
                            calibration.correct(vector, &mut picks)?;
                        }
                        let mut fitted = start.clone();
                        neuron.fit(&picks, &mut fitted)?;
                        Ok(self.excess(neuron.loss(&fitted)))
                    };
                    // What the library refuses stays NaN.
                    if let Ok(excess) = refit() {
                        let at = BASELINES + 2 * (index * self.budgets.len() + place);
                        numbers[at..at + 2].copy_from_slice(&excess);
                    }
                }
            }
        }
        Ok(numbers)
    }

    fn excess(&self, loss: Loss) -> [f64; 2] {
        let least = self.optimum.loss;
        [loss.all / least.all - 1.0, loss.calm / least.calm - 1.0]
    }
}
