//! One pilot: what each scorer says of all readings, and what refits on its samples are worth.

use super::cases::Case;
use super::exact::Leverages;
use super::ranks::{correlation, overlap};
use super::scorer::{Bed, RIDGES, Scorer};
use crate::evidence::journal::{Generator, hash};
use crate::evidence::networks::descent::descend;
use crate::evidence::samples::{Pick, picks, reservoir};
use crate::simulate::device::choose;
use crate::simulate::task::{Sample, Task};
use gleaner::Error;
use gleaner::model::Model;
use rand_xoshiro::rand_core::SeedableRng;

/// Share of the readings that a pilot is trained on.
pub const PILOT_SHARE: f64 = 0.1;
/// Random starts of a pilot's fit.
pub const PILOT_STARTS: u32 = 2;

/// How a case is measured.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Who scores; the last one is exact.
    pub scorers: Vec<Scorer>,
    /// Readings kept.
    pub budgets: Vec<usize>,
    /// Samples of each scorer and budget at a pilot.
    pub draws: usize,
}

/// What was found of a scorer at a pilot.
#[derive(Clone, Debug)]
pub struct Quality {
    /// Rank correlation with exact leverage in two passes: of its own in two passes, and in one.
    pub correlation: [f64; 2],
    /// The share of the highest 5 % that it has too.
    pub overlap: f64,
    /// Rank correlation, in two passes, with exact leverage under the middle ridge and under the wide one.
    pub ridges: [f64; 2],
    /// Mean loss over all readings after a refit, by budget and draw.
    pub losses: Vec<Vec<f64>>,
}

/// What was found at a pilot.
#[derive(Clone, Debug)]
pub struct Found {
    /// Sum of the exact leverages under each of the ridges.
    pub dimensions: [f64; RIDGES.len()],
    /// Mean loss of the pilot, and after a refit on everything.
    pub ends: [f64; 2],
    /// Of each scorer.
    pub scorers: Vec<Quality>,
}

/// A pilot's parameters; the same for all cases of a network.
pub fn pilot(case: &Case, task: &Task<f32>, number: usize) -> Result<Vec<f32>, Error> {
    let title = case.title(task.inputs());
    let mut generator = Generator::seed_from_u64(hash(&format!("{title} pilot {number}")));
    let count = (PILOT_SHARE * task.len() as f64).round().max(1.0) as usize;
    let chosen = choose(task.len(), count, &mut generator);
    let picks: Vec<Pick> = chosen.iter().map(|&index| (index, 1.0)).collect();
    let sample = sample(task, &picks);
    let mut best: Option<(f64, Vec<f32>)> = None;
    for _ in 0..PILOT_STARTS {
        let mut theta = task.random_theta(&mut generator);
        let reached = descend(task, &sample, &mut theta, case.steps)?;
        if best.as_ref().is_none_or(|(least, _)| reached < *least) {
            best = Some((reached, theta));
        }
    }
    best.map(|(_, theta)| theta).ok_or(Error::Range("starts"))
}

/// A pilot, the exact leverages of all readings there, and refits from it.
#[derive(Debug)]
pub struct Bench<'a> {
    case: &'a Case,
    task: &'a Task<f32>,
    number: usize,
    theta: Vec<f32>,
    /// Under each of the ridges.
    exact: Vec<Leverages>,
}

impl<'a> Bench<'a> {
    /// The pilot of a number.
    pub fn new(case: &'a Case, task: &'a Task<f32>, number: usize) -> Result<Self, Error> {
        let mut bench = Bench {
            case,
            task,
            number,
            theta: pilot(case, task, number)?,
            exact: Vec::new(),
        };
        bench.exact = bench.with_bed(|bed| bed.exact())?;
        Ok(bench)
    }

    fn with_bed<R>(&self, each: impl FnOnce(&Bed<'_>) -> R) -> R {
        let shapes = self.case.scored(self.task.inputs());
        let data = (&self.task.readings[..], &self.task.labels[..]);
        let seed = self.number as u64;
        each(&Bed::new(self.case, &shapes, &self.theta, data, seed))
    }

    fn refit(&self, sample: &Sample<f32>) -> Result<f64, Error> {
        let mut refitted = self.theta.clone();
        descend(self.task, sample, &mut refitted, self.case.steps)?;
        loss(self.task, &refitted)
    }

    /// The numbers of a [`Found`] before those of its scorers.
    pub fn whole(&self) -> Result<Vec<f64>, Error> {
        let sums = self.exact.iter().map(|exact| exact.all.iter().sum());
        let mut numbers: Vec<f64> = sums.collect();
        let everything: Vec<Pick> = (0..self.task.len()).map(|index| (index, 1.0)).collect();
        let everything = self.refit(&sample(self.task, &everything))?;
        numbers.extend([loss(self.task, &self.theta)?, everything]);
        Ok(numbers)
    }

    /// The numbers of a [`Quality`].
    pub fn quality(&self, scorer: Scorer, measure: &Measure) -> Result<Vec<f64>, Error> {
        let [default, middle, wide] = &self.exact[..] else {
            return Err(Error::Range("ridges"));
        };
        let scores = match scorer {
            Scorer::Exact => default,
            Scorer::Wide => wide,
            _ => &self.with_bed(|bed| bed.scores(scorer))?,
        };
        let mut numbers = vec![
            correlation(&default.all, &scores.all),
            correlation(&default.all, &scores.online),
            overlap(&default.all, &scores.all),
            correlation(&middle.all, &scores.all),
            correlation(&wide.all, &scores.all),
        ];
        let (title, number) = (self.case.title(self.task.inputs()), self.number);
        for &budget in &measure.budgets {
            for draw in 0..measure.draws {
                let key = format!("{title} pilot {number} {scorer} {budget} draw {draw}");
                let mut generator = Generator::seed_from_u64(hash(&key));
                let kept = reservoir::<f32>(&scores.all, budget, &mut generator)?;
                let picks = picks(kept.drain());
                numbers.push(self.refit(&sample(self.task, &picks))?);
            }
        }
        Ok(numbers)
    }
}

impl Measure {
    /// What [`Bench::whole`] found, and [`Bench::quality`] of each scorer.
    pub fn parse(&self, whole: &[f64], scorers: &[Vec<f64>]) -> Found {
        let mut numbers = whole.iter().copied();
        Found {
            dimensions: [(); RIDGES.len()].map(|()| next(&mut numbers)),
            ends: [next(&mut numbers), next(&mut numbers)],
            scorers: scorers.iter().map(|found| self.quality(found)).collect(),
        }
    }

    fn quality(&self, numbers: &[f64]) -> Quality {
        let mut numbers = numbers.iter().copied();
        Quality {
            correlation: [next(&mut numbers), next(&mut numbers)],
            overlap: next(&mut numbers),
            ridges: [next(&mut numbers), next(&mut numbers)],
            losses: (self.budgets.iter())
                .map(|_| (0..self.draws).map(|_| next(&mut numbers)).collect())
                .collect(),
        }
    }
}

fn next(numbers: &mut impl Iterator<Item = f64>) -> f64 {
    numbers.next().unwrap_or(f64::NAN)
}

/// Some readings with weights of mean 1.
fn sample(task: &Task<f32>, picks: &[Pick]) -> Sample<f32> {
    let total: f64 = picks.iter().map(|pick| pick.1).sum();
    let mean = total / picks.len().max(1) as f64;
    let mut sample = Sample::default();
    for &(index, weight) in picks {
        sample.x.extend_from_slice(task.reading(index));
        sample.labels.push(task.labels[index]);
        sample.weights.push((weight / mean) as f32);
    }
    sample
}

/// The mean loss over all readings.
fn loss(task: &Task<f32>, theta: &[f32]) -> Result<f64, Error> {
    let network = task.network(theta, 1)?;
    let mut scratch = vec![0.0; network.scratch()];
    let mut sum = 0.0;
    for (x, &label) in task.readings.chunks_exact(task.inputs()).zip(&task.labels) {
        let target = task.loss.with(Some(label))?;
        sum += f64::from(network.objective(x, 0, target, &mut scratch)?).powi(2);
    }
    Ok(sum / task.len() as f64)
}
