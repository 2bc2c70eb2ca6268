//! One pilot: what each scorer says of all readings, and what refits on its samples are worth.

use super::cases::Case;
use super::ranks::{correlation, overlap};
use super::scorer::{Bed, Scorer};
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
    /// Mean loss over all readings after a refit, by budget and draw.
    pub losses: Vec<Vec<f64>>,
}

/// What was found at a pilot.
#[derive(Clone, Debug)]
pub struct Found {
    /// Sum of the exact leverages.
    pub dimension: f64,
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

/// The numbers of a pilot, as [`Measure::parse`] takes them.
pub fn measure(
    case: &Case,
    task: &Task<f32>,
    measure: &Measure,
    number: usize,
) -> Result<Vec<f64>, Error> {
    let title = case.title(task.inputs());
    let theta = pilot(case, task, number)?;
    let shapes = case.scored(task.inputs());
    let data = (&task.readings[..], &task.labels[..]);
    let bed = Bed::new(case, &shapes, &theta, data, number as u64);
    let exact = bed.scores(Scorer::Exact)?.all;
    let everything: Vec<Pick> = (0..task.len()).map(|index| (index, 1.0)).collect();
    let everything = sample(task, &everything);
    let refit = |sample: &Sample<f32>| {
        let mut refitted = theta.clone();
        descend(task, sample, &mut refitted, case.steps)?;
        loss(task, &refitted)
    };
    let mut numbers = vec![exact.iter().sum(), loss(task, &theta)?, refit(&everything)?];
    for &scorer in &measure.scorers {
        let scores = bed.scores(scorer)?;
        numbers.push(correlation(&exact, &scores.all));
        numbers.push(correlation(&exact, &scores.online));
        numbers.push(overlap(&exact, &scores.all));
        for &budget in &measure.budgets {
            for draw in 0..measure.draws {
                let key = format!("{title} pilot {number} {scorer} {budget} draw {draw}");
                let mut generator = Generator::seed_from_u64(hash(&key));
                let kept = reservoir::<f32>(&scores.all, budget, &mut generator)?;
                numbers.push(refit(&sample(task, &picks(kept.drain())))?);
            }
        }
    }
    Ok(numbers)
}

impl Measure {
    /// What [`measure`] found.
    pub fn parse(&self, numbers: &[f64]) -> Found {
        let mut next = numbers.iter().copied().chain(std::iter::repeat(f64::NAN));
        let mut next = || next.next().unwrap_or(f64::NAN);
        Found {
            dimension: next(),
            ends: [next(), next()],
            scorers: (self.scorers.iter())
                .map(|_| Quality {
                    correlation: [next(), next()],
                    overlap: next(),
                    losses: (self.budgets.iter())
                        .map(|_| (0..self.draws).map(|_| next()).collect())
                        .collect(),
                })
                .collect(),
        }
    }
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
