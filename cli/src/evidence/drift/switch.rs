//! A stream that switches: alarms before, readings until one after, and what a sample of what follows is worth by what
//! was done at the alarm.

use super::streams::Stream;
use crate::evidence::journal::{Generator, hash};
use crate::evidence::samples::{Pick, picks, reservoir};
use crate::pilot::ridge;
use crate::simulate::device::{PilotModel, choose, rows};
use gleaner::Error;
use gleaner::drift::Drift;
use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Model, Objective};
use rand_xoshiro::rand_core::SeedableRng;

/// Half-lives in readings; 0: nothing is forgotten.
pub const HALF_LIVES: [u64; 3] = [0, 500, 2000];
/// What is kept of the readings before the alarm, and of those after it.
pub const KEEP: usize = 100;
/// Random starts of a refit beside the pilot.
pub const STARTS: u32 = 2;
/// Where nothing is noticed, what is done is done so many readings after the switch.
pub const UNNOTICED: usize = 500;

/// What is done at the alarm.
pub const POLICIES: [&str; 6] = [
    "uniform",
    "nothing: the factor goes on",
    "nothing: the factor goes on, and forgets with a half-life of 500",
    "a factor of the ridge alone",
    "a factor of what is kept, theta as it was",
    "a refit on what is kept, a factor of it at the new theta",
];

type Owned = Factor<f32, Vec<f32>>;

/// What is found with a half-life.
#[derive(Clone, Copy, Debug)]
pub struct Notice {
    /// Alarms before the switch, a new level begun at each.
    pub early: f64,
    /// Readings before the switch.
    pub before: f64,
    /// Readings from the switch to the first alarm; NaN: none.
    pub delay: f64,
    /// Mean leverage times what the factor's rows weigh, before and after.
    pub levels: [f64; 2],
}

/// One repetition.
#[derive(Clone, Debug)]
pub struct Found {
    /// By half-life.
    pub notices: Vec<Notice>,
    /// Loss over the readings after the alarm, by policy.
    pub losses: Vec<f64>,
    /// The pilot's, and that of a refit on all of these readings.
    pub ends: [f64; 2],
}

impl Found {
    /// From a journal's numbers.
    pub fn parse(numbers: &[f64]) -> Self {
        let (notices, rest) = numbers.split_at((5 * HALF_LIVES.len()).min(numbers.len()));
        let (losses, ends) = rest.split_at(POLICIES.len().min(rest.len()));
        let notice = |n: &[f64]| Notice {
            early: n[0],
            before: n[1],
            delay: n[2],
            levels: [n[3], n[4]],
        };
        let end = |place: usize| ends.get(place).copied().unwrap_or(f64::NAN);
        Found {
            notices: notices.chunks_exact(5).map(notice).collect(),
            losses: losses.to_vec(),
            ends: [end(0), end(1)],
        }
    }
}

/// Rows of all readings of a task at a theta.
struct Rows {
    order: usize,
    rows: Vec<f32>,
}

impl Rows {
    fn at(stream: &Stream, pilot: &PilotModel<f32>) -> Result<Self, Error> {
        let network = stream.task.network(&pilot.theta, 1)?;
        let all: Vec<Pick> = (0..stream.task.len()).map(|index| (index, 1.0)).collect();
        let sample = stream.task.sample(&pilot.constants, &all);
        Ok(Rows {
            order: network.order(),
            rows: rows(&network, Objective::Prediction, &sample.x, None)?,
        })
    }

    fn row(&self, index: usize) -> &[f32] {
        &self.rows[index * self.order..][..self.order]
    }

    /// A factor of weighted rows, with the ridge that their mean norm gives.
    fn factor(&self, picks: &[Pick], half_life: u64) -> Result<Owned, Error> {
        let given: Vec<f32> = picks
            .iter()
            .flat_map(|pick| self.row(pick.0))
            .copied()
            .collect();
        let ridge = ridge(self.order, &given);
        let mut factor = Factor::new(self.order, ridge, vec![0.0; factor_len(self.order)])?;
        for &(index, weight) in picks {
            factor.observe(self.row(index), weight as f32)?;
        }
        // A half-life is not below the order.
        factor.set_half_life(if half_life > 0 {
            half_life.max(self.order as u64)
        } else {
            0
        })?;
        Ok(factor)
    }

    /// Online leverages.
    fn leverages(&self, factor: &mut Owned, order: &[usize]) -> Result<Vec<f64>, Error> {
        let each = order
            .iter()
            .map(|&index| factor.observe(self.row(index), 1.0).map(f64::from));
        each.collect()
    }
}

/// The numbers of one repetition.
pub fn one(stream: &Stream, key: &str, generator: &mut Generator) -> Result<Vec<f64>, Error> {
    let pilot = stream.pilot(generator)?;
    let (order, switch) = stream.order(generator);
    let rows = Rows::at(stream, &pilot)?;
    let seeds: Vec<Pick> = pilot.indices.iter().map(|&index| (index, 1.0)).collect();
    let mut numbers = Vec::new();
    let mut alarm = None;
    for half_life in HALF_LIVES {
        let mut factor = rows.factor(&seeds, half_life)?;
        let leverages = rows.leverages(&mut factor, &order)?;
        let half_life = factor.state().half_life;
        let (notice, found) = watch(&leverages, switch, seeds.len() as u64, half_life)?;
        alarm = alarm.or(found.filter(|_| half_life == 0));
        numbers.extend([
            notice.early,
            notice.before,
            notice.delay,
            notice.levels[0],
            notice.levels[1],
        ]);
    }
    let after = alarm.unwrap_or(switch + UNNOTICED).min(order.len());
    numbers.extend(policies(stream, key, &pilot, &rows, &order, after)?);
    Ok(numbers)
}

/// Alarms; and behind which reading the first one after the switch.
fn watch(
    leverages: &[f64],
    switch: usize,
    rows: u64,
    half_life: u64,
) -> Result<(Notice, Option<usize>), Error> {
    let mut drift = Drift::<f32>::new(rows, half_life);
    let (mut early, mut alarm) = (0, None);
    let mut levels = [0.0; 2];
    for (index, &leverage) in leverages.iter().enumerate() {
        let weight = weight(rows + index as u64 + 1, half_life);
        levels[usize::from(index >= switch)] += leverage * weight;
        drift.observe(leverage as f32)?;
        if !drift.is_alarmed() {
            continue;
        }
        if index >= switch {
            alarm = alarm.or(Some(index + 1));
        } else {
            early += 1;
        }
        drift = Drift::new(drift.rows, half_life);
    }
    let notice = Notice {
        early: f64::from(early),
        before: switch as f64,
        delay: alarm.map_or(f64::NAN, |alarm| (alarm - switch) as f64),
        levels: [
            levels[0] / switch.max(1) as f64,
            levels[1] / (leverages.len() - switch).max(1) as f64,
        ],
    };
    Ok((notice, alarm))
}

fn weight(rows: u64, half_life: u64) -> f64 {
    if half_life == 0 {
        return rows as f64;
    }
    let rate = core::f64::consts::LN_2 / half_life as f64;
    -(-(rows as f64) * rate).exp_m1() / rate
}

/// Losses over the readings from `after` on, by policy; then the pilot's, and that of a refit on all of them.
fn policies(
    stream: &Stream,
    key: &str,
    pilot: &PilotModel<f32>,
    rows: &Rows,
    order: &[usize],
    after: usize,
) -> Result<Vec<f64>, Error> {
    let seed = |what: &str| Generator::seed_from_u64(hash(&format!("{key} {what}")));
    let (before, rest) = order.split_at(after);
    let study = stream.study(rest);
    let everything: Vec<Pick> = (0..rest.len()).map(|place| (place, 1.0)).collect();
    let everything = study.task.sample(&pilot.constants, &everything);
    let refit = |picks: &[Pick]| {
        let sample = study.task.sample(&pilot.constants, picks);
        let theta = study.fit(&sample, Some(&pilot.theta), STARTS, &mut seed("starts"))?;
        Ok::<_, Error>(study.worth(&everything, &theta)?.loss)
    };
    let seeds: Vec<Pick> = pilot.indices.iter().map(|&index| (index, 1.0)).collect();
    // What has been kept until the alarm, by the factor that forgets nothing.
    let mut whole = rows.factor(&seeds, 0)?;
    let leverages = rows.leverages(&mut whole, before)?;
    let kept = picks(reservoir::<f32>(&leverages, KEEP, &mut seed("before"))?.drain());
    let kept: Vec<Pick> = kept
        .iter()
        .map(|&(place, weight)| (before[place], weight))
        .collect();
    let mut forgetting = rows.factor(&seeds, HALF_LIVES[1])?;
    rows.leverages(&mut forgetting, before)?;
    let ridge = whole.state().ridge;
    let bare = Factor::new(rows.order, ridge, vec![0.0; factor_len(rows.order)])?;
    let sample = stream.task.sample(&pilot.constants, &kept);
    let theta = stream
        .study(&[])
        .fit(&sample, Some(&pilot.theta), STARTS, &mut seed("starts"))?;
    let moved = PilotModel {
        theta,
        ..pilot.clone()
    };
    let moved = Rows::at(stream, &moved)?;
    let choices = [
        (rows, whole),
        (rows, forgetting),
        (rows, bare),
        (rows, rows.factor(&kept, 0)?),
        (&moved, moved.factor(&kept, 0)?),
    ];
    let uniform = choose(rest.len(), KEEP.min(rest.len()), &mut seed("uniform"));
    let uniform: Vec<Pick> = uniform.into_iter().map(|place| (place, 1.0)).collect();
    let mut losses = vec![refit(&uniform)?];
    for (rows, mut factor) in choices {
        let leverages = rows.leverages(&mut factor, rest)?;
        let sampled = reservoir::<f32>(&leverages, KEEP, &mut seed("after"))?;
        losses.push(refit(&picks(sampled.drain()))?);
    }
    losses.push(study.worth(&everything, &pilot.theta)?.loss);
    let all = study.fit(&everything, Some(&pilot.theta), 0, &mut seed("starts"))?;
    losses.push(study.worth(&everything, &all)?.loss);
    Ok(losses)
}
