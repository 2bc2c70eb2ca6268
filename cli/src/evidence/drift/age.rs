//! How long a pilot lasts: it is trained on a stretch of the log, and picks from a later one.

use super::streams::{part, pilot, study};
use super::switch::{KEEP, STARTS};
use crate::evidence::journal::{Generator, hash};
use crate::evidence::networks::study::Trainer;
use crate::evidence::occupancy::STEPS;
use crate::evidence::samples::{Pick, picks, reservoir};
use crate::pilot::PilotFactor;
use crate::simulate::device::{choose, rows};
use crate::simulate::task::Task;
use gleaner::Error;
use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Model, Objective};
use rand_xoshiro::rand_core::SeedableRng;

/// Readings of a stretch: a day and a half of minutes.
pub const STRETCH: usize = 2056;
/// Readings of a pilot.
pub const PILOT: usize = 400;
/// Share of each class that a stretch has at least.
const SHARE: f64 = 0.05;

/// A pilot's stretch and a later one, and losses over the later one.
#[derive(Clone, Copy, Debug)]
pub struct Aged {
    /// Stretches between.
    pub age: usize,
    /// Of the pilot as it is.
    pub pilot: f64,
    /// After a refit on a sample by its leverages.
    pub leverage: f64,
    /// After a refit on a uniform sample.
    pub uniform: f64,
    /// After a refit on everything.
    pub everything: f64,
}

/// From a journal's numbers.
pub fn parse(numbers: &[f64]) -> Vec<Aged> {
    let aged = |n: &[f64]| Aged {
        age: n[0] as usize,
        pilot: n[1],
        leverage: n[2],
        uniform: n[3],
        everything: n[4],
    };
    numbers.chunks_exact(5).map(aged).collect()
}

/// The stretches of a log that have both classes, by number.
pub fn stretches(task: &Task<f32>) -> Vec<(usize, Vec<usize>)> {
    let all: Vec<usize> = (0..task.len()).collect();
    let both = |indices: &&[usize]| {
        let ones = indices.iter().filter(|&&i| task.labels[i] > 0.5).count();
        let share = ones as f64 / indices.len() as f64;
        (SHARE..=1.0 - SHARE).contains(&share)
    };
    let stretches = all.chunks_exact(STRETCH).enumerate();
    let stretches = stretches.filter(|(_, indices)| both(indices));
    stretches
        .map(|(number, indices)| (number, indices.to_vec()))
        .collect()
}

/// The numbers of one repetition: every stretch's pilot on it and on every later one.
pub fn one(task: &Task<f32>, key: &str, generator: &mut Generator) -> Result<Vec<f64>, Error> {
    let stretches = stretches(task);
    let trainer = Trainer::Fit(STEPS);
    let mut numbers = Vec::new();
    for (place, (from, old)) in stretches.iter().enumerate() {
        let chosen = choose(old.len(), PILOT.min(old.len()), generator);
        let chosen = chosen.into_iter().map(|place| old[place]).collect();
        let pilot = pilot(&study(part(task, &[]), trainer), task, chosen, generator)?;
        let seeds: Vec<Pick> = pilot.indices.iter().map(|&index| (index, 1.0)).collect();
        let network = task.network(&pilot.theta, 1)?;
        let rows_of = |sample: &[f32]| rows(&network, Objective::Prediction, sample, None);
        let seeds = rows_of(&task.sample(&pilot.constants, &seeds).x)?;
        let shipped = PilotFactor::new(network.order(), &seeds)?;
        for (to, new) in &stretches[place..] {
            let seed =
                |what: &str| Generator::seed_from_u64(hash(&format!("{key} {from} {to} {what}")));
            let study = study(part(task, new), trainer);
            let everything: Vec<Pick> = (0..new.len()).map(|place| (place, 1.0)).collect();
            let everything = study.task.sample(&pilot.constants, &everything);
            let memory = vec![0.0; factor_len(network.order())];
            let mut factor = Factor::new(network.order(), shipped.ridge, memory)?;
            for row in seeds.chunks_exact(network.order()) {
                factor.observe(row, 1.0)?;
            }
            let new_rows = rows_of(&everything.x)?;
            let leverages = new_rows.chunks_exact(network.order());
            let leverages = leverages.map(|row| factor.observe(row, 1.0).map(f64::from));
            let leverages = leverages.collect::<Result<Vec<_>, _>>()?;
            let by_leverage =
                picks(reservoir::<f32>(&leverages, KEEP, &mut seed("leverage"))?.drain());
            let uniform = choose(new.len(), KEEP, &mut seed("uniform"));
            let uniform: Vec<Pick> = uniform.into_iter().map(|place| (place, 1.0)).collect();
            let refit = |picks: &[Pick]| {
                let sample = study.task.sample(&pilot.constants, picks);
                let theta = study.fit(&sample, Some(&pilot.theta), STARTS, &mut seed("starts"))?;
                Ok::<_, Error>(study.worth(&everything, &theta)?.loss)
            };
            let all = study.fit(&everything, Some(&pilot.theta), 0, &mut seed("starts"))?;
            numbers.extend([
                (to - from) as f64,
                study.worth(&everything, &pilot.theta)?.loss,
                refit(&by_leverage)?,
                refit(&uniform)?,
                study.worth(&everything, &all)?.loss,
            ]);
        }
    }
    Ok(numbers)
}
