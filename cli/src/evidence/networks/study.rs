//! A study: a network, ways to choose what it is refitted on, and what the refits are worth.

use super::descent::descend;
use super::draw::{correct, draw};
use super::methods::Method;
use super::scores::Scores;
use crate::evidence::journal::{Generator, Journal, hash};
use crate::evidence::samples::Pick;
use crate::failure::Failure;
use crate::simulate::device::{PilotModel, choose};
use crate::simulate::task::{Sample, Task};
use gleaner::Error;
use gleaner::model::Model;
use rand_xoshiro::rand_core::SeedableRng;

/// Share of the readings that the pilot is trained on.
pub const PILOT_SHARE: f64 = 0.05;
/// Random starts of the pilot's fit.
pub const PILOT_STARTS: u32 = 3;

/// Who trains.
#[derive(Clone, Copy, Debug)]
pub enum Trainer {
    /// [`gleaner::fit`], so many steps at most.
    Fit(u32),
    /// [`descend`], so many steps at most.
    Descent(u32),
}

/// A study.
#[derive(Debug)]
pub struct Study {
    /// Its name in keys.
    pub name: String,
    /// What is learnt.
    pub task: Task<f32>,
    /// Who trains.
    pub trainer: Trainer,
    /// Random starts of a refit beside the pilot; the best on the sample wins.
    pub starts: u32,
    /// The methods.
    pub methods: Vec<Method>,
    /// Readings to keep.
    pub budgets: Vec<usize>,
    /// Repetitions with other pilots and other draws.
    pub seeds: u32,
}

/// What a model is worth over all readings.
#[derive(Clone, Copy, Debug)]
pub struct Worth {
    /// The mean loss.
    pub loss: f64,
    /// The share of readings that are taken for the other class.
    pub wrong: f64,
}

/// One repetition.
#[derive(Clone, Debug)]
pub struct Found {
    /// The pilot.
    pub pilot: Worth,
    /// A refit on everything, from the pilot.
    pub everything: Worth,
    /// Of each method, at each budget.
    pub cells: Vec<Vec<Worth>>,
}

impl Study {
    /// All repetitions; those that the journal lacks are run.
    pub fn run(&self, journal: &mut Journal) -> Result<Vec<Found>, Failure> {
        let key = |seed: u32| format!("{} seed {seed}", self.name);
        let keys: Vec<String> = (0..self.seeds).map(key).collect();
        let work = |index: usize, generator: &mut Generator| Ok(self.one(&keys[index], generator)?);
        let found = journal.run(&keys, work)?;
        let parse = |numbers: Vec<f64>| {
            let pairs = numbers.chunks_exact(2);
            let mut all = pairs.map(|pair| Worth {
                loss: pair[0],
                wrong: pair[1],
            });
            let none = Worth {
                loss: f64::NAN,
                wrong: f64::NAN,
            };
            let mut next = || all.next().unwrap_or(none);
            Found {
                pilot: next(),
                everything: next(),
                cells: (0..self.methods.len())
                    .map(|_| self.budgets.iter().map(|_| next()).collect())
                    .collect(),
            }
        };
        Ok(found.into_iter().map(parse).collect())
    }

    /// The numbers of one repetition: loss and share of wrong ones, of the pilot, of everything, of each cell. NaN where the
    /// library refused.
    fn one(&self, key: &str, generator: &mut Generator) -> Result<Vec<f64>, Error> {
        let task = &self.task;
        let pilot = self.pilot(generator)?;
        let everything: Vec<Pick> = (0..task.len()).map(|index| (index, 1.0)).collect();
        let everything = task.sample(&pilot.constants, &everything);
        let mut numbers = Vec::new();
        let mut note = |theta: Result<Vec<f32>, Error>| {
            let worth = theta.and_then(|theta| self.worth(&everything, &theta));
            let none = [f64::NAN; 2];
            numbers.extend(worth.map_or(none, |worth| [worth.loss, worth.wrong]));
        };
        note(Ok(pilot.theta.clone()));
        note(self.fit(&everything, Some(&pilot.theta), 0, generator));
        let mut scores = Scores::new(task, &pilot)?;
        for method in &self.methods {
            for &budget in &self.budgets {
                let seed = |what: &str| Generator::seed_from_u64(hash(&format!("{key} {what}")));
                let mut generator = seed(&format!("{method} {budget}"));
                let refit =
                    draw(method, &mut scores, budget, &mut generator).and_then(|mut picks| {
                        if let Some(vector) = method.calibration {
                            correct(task, &pilot, vector, &mut picks)?;
                        }
                        let sample = task.sample(&pilot.constants, &picks);
                        // The same random starts for every sample of a repetition.
                        self.fit(
                            &sample,
                            Some(&pilot.theta),
                            self.starts,
                            &mut seed("starts"),
                        )
                    });
                note(refit);
            }
        }
        Ok(numbers)
    }

    /// A pilot, trained on a random share of the readings.
    pub fn pilot(&self, generator: &mut Generator) -> Result<PilotModel<f32>, Error> {
        let task = &self.task;
        let count = (PILOT_SHARE * task.len() as f64).round().max(1.0);
        let indices = choose(task.len(), count as usize, generator);
        let constants = task.constants(&indices);
        let picks: Vec<Pick> = indices.iter().map(|&index| (index, 1.0)).collect();
        let theta = self.fit(
            &task.sample(&constants, &picks),
            None,
            PILOT_STARTS,
            generator,
        )?;
        Ok(PilotModel {
            indices,
            constants,
            theta,
        })
    }

    /// The best on the sample of a given start and random ones.
    pub fn fit(
        &self,
        sample: &Sample<f32>,
        start: Option<&[f32]>,
        starts: u32,
        generator: &mut Generator,
    ) -> Result<Vec<f32>, Error> {
        let given = start.map(<[f32]>::to_vec);
        let random = (0..starts).map(|_| self.task.random_theta(generator));
        let mut best: Option<(f64, Vec<f32>)> = None;
        for mut theta in given.into_iter().chain(random) {
            let reached = match self.trainer {
                Trainer::Fit(steps) => self.task.fit(sample, &mut theta, steps)?,
                Trainer::Descent(steps) => descend(&self.task, sample, &mut theta, steps)?,
            };
            if best.as_ref().is_none_or(|(least, _)| reached < *least) {
                best = Some((reached, theta));
            }
        }
        best.map(|(_, theta)| theta).ok_or(Error::Range("starts"))
    }

    /// What a model is worth over all readings.
    pub fn worth(&self, everything: &Sample<f32>, theta: &[f32]) -> Result<Worth, Error> {
        let network = self.task.network(theta, 1)?;
        let mut scratch = vec![0.0; network.scratch()];
        let readings = everything.x.chunks_exact(self.task.inputs());
        let mut wrong = 0_usize;
        for (x, &label) in readings.zip(&everything.labels) {
            let logit = network.value(x, 0, &mut scratch)?;
            wrong += usize::from((logit > 0.0) != (label > 0.5));
        }
        Ok(Worth {
            loss: self.task.mean_loss(everything, theta)?,
            wrong: wrong as f64 / self.task.len() as f64,
        })
    }
}
