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
    /// Rank correlation of each scorer with exact leverage under a wide ridge; NaN where that was not measured.
    pub wide: Vec<f64>,
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

/// A pilot's readings, its exact scores, and refits from it.
struct Bench<'a> {
    case: &'a Case,
    task: &'a Task<f32>,
    measure: &'a Measure,
    number: usize,
    theta: &'a [f32],
    bed: Bed<'a>,
    exact: Vec<f64>,
}

impl Bench<'_> {
    fn refit(&self, sample: &Sample<f32>) -> Result<f64, Error> {
        let mut refitted = self.theta.to_vec();
        descend(self.task, sample, &mut refitted, self.case.steps)?;
        loss(self.task, &refitted)
    }

    /// The numbers of a [`Quality`], and the scores in two passes.
    fn quality(&self, scorer: Scorer, numbers: &mut Vec<f64>) -> Result<Vec<f64>, Error> {
        let scores = self.bed.scores(scorer)?;
        numbers.push(correlation(&self.exact, &scores.all));
        numbers.push(correlation(&self.exact, &scores.online));
        numbers.push(overlap(&self.exact, &scores.all));
        let (title, number) = (self.case.title(self.task.inputs()), self.number);
        for &budget in &self.measure.budgets {
            for draw in 0..self.measure.draws {
                let key = format!("{title} pilot {number} {scorer} {budget} draw {draw}");
                let mut generator = Generator::seed_from_u64(hash(&key));
                let kept = reservoir::<f32>(&scores.all, budget, &mut generator)?;
                let picks = picks(kept.drain());
                numbers.push(self.refit(&sample(self.task, &picks))?);
            }
        }
        Ok(scores.all)
    }
}

/// The numbers of a pilot, as [`Measure::parse`] takes them: those of a wide ridge, or all others.
pub fn measure(
    case: &Case,
    task: &Task<f32>,
    measure: &Measure,
    number: usize,
    wide: bool,
) -> Result<Vec<f64>, Error> {
    let theta = pilot(case, task, number)?;
    let shapes = case.scored(task.inputs());
    let data = (&task.readings[..], &task.labels[..]);
    let bed = Bed::new(case, &shapes, &theta, data, number as u64);
    let exact = bed.scores(Scorer::Exact)?.all;
    let bench = Bench {
        case,
        task,
        measure,
        number,
        theta: &theta,
        bed,
        exact,
    };
    let mut numbers = Vec::new();
    if wide {
        let wide = bench.quality(Scorer::Wide, &mut numbers)?;
        for &scorer in &measure.scorers {
            numbers.push(correlation(&wide, &bench.bed.scores(scorer)?.all));
        }
        return Ok(numbers);
    }
    let everything: Vec<Pick> = (0..task.len()).map(|index| (index, 1.0)).collect();
    let everything = bench.refit(&sample(task, &everything))?;
    numbers.extend([bench.exact.iter().sum(), loss(task, &theta)?, everything]);
    for &scorer in &measure.scorers {
        bench.quality(scorer, &mut numbers)?;
    }
    Ok(numbers)
}

impl Measure {
    /// What [`measure`] found; with a wide ridge's numbers the exact scorer under it is the last but one.
    pub fn parse(&self, numbers: &[f64], wide: Option<&[f64]>) -> Found {
        let mut numbers = numbers.iter().copied();
        let mut found = Found {
            dimension: next(&mut numbers),
            ends: [next(&mut numbers), next(&mut numbers)],
            scorers: (self.scorers.iter())
                .map(|_| self.quality(&mut numbers))
                .collect(),
            wide: vec![f64::NAN; self.scorers.len()],
        };
        if let Some(wide) = wide {
            let (mut wide, place) = (wide.iter().copied(), self.scorers.len() - 1);
            found.scorers.insert(place, self.quality(&mut wide));
            found.wide = wide.collect();
            found.wide.insert(place, 1.0);
        }
        found
    }

    fn quality(&self, numbers: &mut impl Iterator<Item = f64>) -> Quality {
        Quality {
            correlation: [next(numbers), next(numbers)],
            overlap: next(numbers),
            losses: (self.budgets.iter())
                .map(|_| (0..self.draws).map(|_| next(numbers)).collect())
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
