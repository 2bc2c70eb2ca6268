//! A device in the small: the pilot in its flash, one pass over the readings.

use super::sums::Sums;
use super::task::{Constants, Task};
use crate::pilot::PilotFactor;
use gleaner::calibrate::Vector;
use gleaner::model::{Layers, Model, Network, Objective};
use gleaner::rand_core::Rng;
use gleaner::record::Header;
use gleaner::sampler::{Candidate, Item, Kept, positions_len};
use gleaner::selector::{Options, Pilot, Scaling, Selector, selector_len};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// A model trained on a few readings, and what is exported with it.
#[derive(Clone, Debug)]
pub struct PilotModel<T> {
    /// The readings it was trained on.
    pub indices: Vec<usize>,
    /// Its standardiser.
    pub constants: Constants<T>,
    /// Its parameters.
    pub theta: Vec<T>,
}

impl<T: Scalar> PilotModel<T> {
    /// A given model for readings as they are; a random `share` of the readings fills its factor.
    pub fn given<G: Rng>(task: &Task<T>, theta: &[T], share: f64, generator: &mut G) -> Self {
        let indices = choose(task.len(), count(share, task.len()), generator);
        let inputs = task.inputs();
        let constants = Constants {
            mean: vec![T::ZERO; inputs],
            scale: vec![T::ONE; inputs],
        };
        PilotModel {
            indices,
            constants,
            theta: theta.to_vec(),
        }
    }
}

/// How the device scores.
#[derive(Clone, Copy, Debug)]
pub struct Scoring {
    /// By the loss, with a label, or by the prediction.
    pub labelled: bool,
    /// Share of uniform sampling in the score.
    pub uniform: f64,
    /// Nodes where rows need quadrature.
    pub nodes: usize,
    /// How many times the budget are kept until the end, and then thinned; 1: not.
    pub thin: usize,
    /// Readings that wait for a neighbour at a time while it thins.
    pub waiting: usize,
    /// The vector whose sums over all readings the weights are calibrated on.
    pub calibrate: Option<Vector>,
}

/// A kept reading.
#[derive(Clone, Copy, Debug)]
pub struct Pick {
    /// Its number in the stream.
    pub index: usize,
    /// Its score.
    pub score: f64,
    /// How many readings it stands for.
    pub weight: f64,
    /// The weight, calibrated; the same where nothing is calibrated.
    pub calibrated: f64,
}

/// What one pass left.
#[derive(Clone, Debug, Default)]
pub struct Pass {
    /// Kept readings in the order of the stream.
    pub kept: Vec<Pick>,
    /// The online leverage of every reading.
    pub leverages: Vec<f64>,
    /// What the record says of the pass.
    pub header: Header,
    /// Scalars of the selector's memory, its items and the payload slots, in bytes.
    pub memory: usize,
}

/// Trains a model on a random `share` of the readings.
pub fn pilot<T: Scalar, G: Rng>(
    task: &Task<T>,
    share: f64,
    starts: u32,
    steps: u32,
    generator: &mut G,
) -> Result<PilotModel<T>, Error> {
    let indices = choose(task.len(), count(share, task.len()), generator);
    let constants = task.constants(&indices);
    let picks: Vec<(usize, f64)> = indices.iter().map(|&index| (index, 1.0)).collect();
    let sample = task.sample(&constants, &picks);
    let (_, theta) = task.fit_from_random(&sample, starts, steps, generator)?;
    Ok(PilotModel {
        indices,
        constants,
        theta,
    })
}

fn count(share: f64, len: usize) -> usize {
    ((share * len as f64).round() as usize).clamp(1, len.max(1))
}

/// So many of `0..len`, each subset equally likely, in order.
pub fn choose<G: Rng>(len: usize, count: usize, generator: &mut G) -> Vec<usize> {
    let mut left = count;
    let mut chosen = Vec::with_capacity(count);
    for index in 0..len {
        if f64::unit(generator) * (len - index) as f64 <= left as f64 {
            chosen.push(index);
            left -= 1;
        }
    }
    chosen
}

/// Streams all readings once and keeps `budget`.
pub fn stream<T: Scalar>(
    task: &Task<T>,
    pilot: &PilotModel<T>,
    scoring: Scoring,
    budget: usize,
    seed: u64,
) -> Result<Pass, Error> {
    let all: Vec<usize> = (0..task.len()).collect();
    stream_some(task, pilot, scoring, budget, seed, &all)
}

/// As [`stream`], of some readings, by their numbers.
pub fn stream_some<T: Scalar>(
    task: &Task<T>,
    pilot: &PilotModel<T>,
    scoring: Scoring,
    budget: usize,
    seed: u64,
    readings: &[usize],
) -> Result<Pass, Error> {
    let objective = if scoring.labelled {
        task.loss
    } else {
        Objective::Prediction
    };
    let network = task.network(&pilot.theta, scoring.nodes)?;
    let picks: Vec<(usize, f64)> = pilot.indices.iter().map(|&index| (index, 1.0)).collect();
    let sample = task.sample(&pilot.constants, &picks);
    let labels = scoring.labelled.then_some(&sample.labels[..]);
    let factor = PilotFactor::new(
        network.order(),
        &rows(&network, objective, &sample.x, labels)?,
    )?;
    let length = selector_len(
        network.inputs(),
        network.parameters(),
        network.order(),
        network.scratch(),
    );
    let options = Options {
        objective,
        scaling: Scaling::Constants {
            mean: &pilot.constants.mean,
            scale: &pilot.constants.scale,
        },
        uniform: T::of(scoring.uniform),
        ..Options::default()
    };
    let generator = Xoshiro128PlusPlus::seed_from_u64(seed);
    let many = budget.saturating_mul(scoring.thin).min(readings.len());
    let mut selector = Selector::new(
        network,
        options,
        generator,
        vec![T::ZERO; length],
        vec![Item::<T>::default(); many + 1],
    )?;
    selector.start(Pilot {
        packed: &factor.packed,
        rows: factor.rows,
        ridge: factor.ridge,
        mean_leverage: factor.mean_leverage,
        model_id: 0,
        objective: options.objective,
        sketch: None,
    })?;
    let payload = task.inputs() * T::BYTES;
    let items = many + 1;
    let mut memory = length * T::BYTES + items * (size_of::<Item<T>>() + payload);
    let mut pass = Pass::default();
    let mut sums = scoring
        .calibrate
        .map(|vector| Sums::new(task, pilot, vector))
        .transpose()?;
    // What the selector's slots hold: numbers of readings stand for their payloads.
    let mut slots = vec![0; items];
    for &index in readings {
        let labels = &task.labels[index..][..usize::from(scoring.labelled)];
        slots[selector.free() as usize] = index;
        let verdict = selector.offer(task.reading(index), labels)?;
        pass.leverages.push(verdict.leverage.wide());
        if let Some(sums) = &mut sums {
            sums.observe(index)?;
        }
    }
    if selector.len() > budget {
        let waiting = scoring.waiting.min(selector.len());
        let mut candidates = vec![Candidate::default(); waiting];
        let mut positions = vec![T::ZERO; positions_len(waiting, selector.model().order())];
        memory += size_of_val(&candidates[..]) + size_of_val(&positions[..]);
        selector.thin(
            budget,
            &mut candidates,
            &mut positions,
            |slot, x, labels| {
                let index = slots[slot as usize];
                x.copy_from_slice(task.reading(index));
                labels.fill(task.labels[index]);
                Ok(())
            },
        )?;
    }
    pass.memory = memory;
    pass.header = selector.record_header(seed, payload as u32);
    let pick = |kept: Kept<T>| Pick {
        index: slots[kept.slot as usize],
        score: kept.score.wide(),
        weight: kept.weight.wide(),
        calibrated: kept.weight.wide(),
    };
    pass.kept = selector.drain().map(pick).collect();
    pass.kept.sort_by_key(|pick| pick.index);
    if let Some(sums) = sums {
        pass.memory += sums.memory();
        sums.calibrate(&mut pass.kept)?;
    }
    Ok(pass)
}

/// The rows, without gauge columns, of standardised readings.
pub fn rows<T: Scalar, L: Layers<T>>(
    network: &Network<L>,
    objective: Objective<T>,
    x: &[T],
    labels: Option<&[T]>,
) -> Result<Vec<T>, Error> {
    let mut scratch = vec![T::ZERO; network.scratch()];
    let mut row = vec![T::ZERO; network.parameters() + 1];
    let mut rows: Vec<T> = Vec::new();
    for (index, x) in x.chunks_exact(network.inputs()).enumerate() {
        let target = objective.with(labels.and_then(|labels| labels.get(index)).copied())?;
        network.row(x, 0, target, &mut row, &mut scratch)?;
        network.leave_out_gauge(&mut row);
        rows.extend_from_slice(&row[..network.order()]);
    }
    Ok(rows)
}
