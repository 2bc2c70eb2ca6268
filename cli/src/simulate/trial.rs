//! One seed of an experiment: a pilot, a pass over the readings, refits; and many of them.

use super::device::{Pass, PilotModel, Scoring, choose, pilot, stream};
use super::task::{Sample, Task};
use crate::failure::{Failure, data};
use crate::progress;
use gleaner::Error;
use indicatif::ProgressBar;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use std::num::NonZero;
use std::sync::atomic::{AtomicU32, Ordering};

/// Share of the readings that the pilot is trained on.
pub const PILOT_SHARE: f64 = 0.05;
/// Random starts of the pilot's fit.
pub const PILOT_STARTS: u32 = 3;
/// Random starts of a refit on a sample, beside the pilot; the best on the sample wins.
pub const REFIT_STARTS: u32 = 2;
/// Steps of a fit at most.
const STEPS: u32 = 200;
/// Steps of the fit on everything at most; it starts at the pilot.
pub const STEPS_ON_ALL: u32 = 100;

/// A network and the ways in which its device scores.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// What it is called.
    pub name: String,
    /// What is learnt.
    pub task: Task<f32>,
    /// A given pilot.
    pub theta: Option<Vec<f32>>,
    /// Ways of scoring.
    pub scorings: Vec<Scoring>,
}

/// Losses of one seed, each over all readings.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Of the pilot.
    pub pilot: f64,
    /// After a refit on everything.
    pub everything: f64,
    /// After a refit on a uniform sample, for each budget.
    pub uniform: Vec<f64>,
    /// After a refit on what the device kept, for each way of scoring and each budget.
    pub kept: Vec<Vec<f64>>,
    /// The pass with the first way and the first budget.
    pub pass: Pass,
}

/// Runs all seeds of all experiments, on all processors.
pub fn run(
    experiments: &[Experiment],
    budgets: &[usize],
    seeds: u32,
) -> Result<Vec<Vec<Outcome>>, Failure> {
    let mut results = Vec::new();
    let fits =
        |e: &Experiment| u64::from(seeds) * (2 + (1 + e.scorings.len()) * budgets.len()) as u64;
    let bar = progress::bar(experiments.iter().map(fits).sum(), "fits");
    for experiment in experiments {
        results.push(run_seeds(experiment, budgets, seeds, &bar)?);
    }
    bar.finish_and_clear();
    Ok(results)
}

fn run_seeds(
    experiment: &Experiment,
    budgets: &[usize],
    seeds: u32,
    bar: &ProgressBar,
) -> Result<Vec<Outcome>, Failure> {
    let next = AtomicU32::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return Ok(done);
            }
            done.push((seed, one(experiment, budgets, u64::from(seed), bar)?));
        }
    };
    let threads = std::thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(seeds as usize);
    let parts: Vec<Result<Vec<(u32, Outcome)>, Error>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or(Err(Error::Model)))
            .collect()
    });
    let mut outcomes = Vec::new();
    for part in parts {
        outcomes.extend(part.map_err(|cause| {
            data(format!(
                "{}: {cause}; columns of very different size are the usual cause: rescale the csv",
                experiment.name
            ))
        })?);
    }
    outcomes.sort_by_key(|(seed, _)| *seed);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// One seed.
fn one(
    experiment: &Experiment,
    budgets: &[usize],
    seed: u64,
    bar: &ProgressBar,
) -> Result<Outcome, Error> {
    let task = &experiment.task;
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    let pilot = match &experiment.theta {
        None => pilot(task, PILOT_SHARE, PILOT_STARTS, STEPS, &mut generator)?,
        Some(theta) => PilotModel::given(task, theta, PILOT_SHARE, &mut generator),
    };
    bar.inc(1);
    let everything: Vec<(usize, f64)> = (0..task.len()).map(|index| (index, 1.0)).collect();
    let everything = task.sample(&pilot.constants, &everything);
    let refit = |sample: &Sample<f32>, starts: u32, steps: u32| {
        let mut best = pilot.theta.clone();
        let mut least = task.fit(sample, &mut best, steps)?;
        // The same starts for every sample of a seed.
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(!seed);
        for _ in 0..starts {
            let (reached, theta) = task.fit_from_random(sample, 1, steps, &mut generator)?;
            if reached < least {
                (least, best) = (reached, theta);
            }
        }
        bar.inc(1);
        task.mean_loss(&everything, &best)
    };
    let mut outcome = Outcome {
        pilot: task.mean_loss(&everything, &pilot.theta)?,
        everything: refit(&everything, 0, STEPS_ON_ALL)?,
        kept: vec![Vec::new(); experiment.scorings.len()],
        ..Outcome::default()
    };
    for &budget in budgets {
        let picks = choose(task.len(), budget, &mut generator);
        let picks: Vec<(usize, f64)> = picks.into_iter().map(|index| (index, 1.0)).collect();
        outcome.uniform.push(refit(
            &task.sample(&pilot.constants, &picks),
            REFIT_STARTS,
            STEPS,
        )?);
        for (&scoring, losses) in experiment.scorings.iter().zip(&mut outcome.kept) {
            let pass = stream(task, &pilot, scoring, budget, seed)?;
            let picks: Vec<_> = pass
                .kept
                .iter()
                .map(|kept| (kept.index, kept.calibrated))
                .collect();
            losses.push(refit(
                &task.sample(&pilot.constants, &picks),
                REFIT_STARTS,
                STEPS,
            )?);
            if outcome.pass.kept.is_empty() {
                outcome.pass = pass;
            }
        }
    }
    Ok(outcome)
}

/// The quantile `share` of values, an order statistic.
pub fn quantile(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let place = (share * values.len().saturating_sub(1) as f64).round() as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}
