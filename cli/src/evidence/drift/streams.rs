//! The streams that switch.

use crate::evidence::Context;
use crate::evidence::journal::Generator;
use crate::evidence::networks::study::{Study, Trainer};
use crate::evidence::occupancy::{STEPS, task as log};
use crate::evidence::relu::two_layers;
use crate::failure::Failure;
use crate::simulate::LOG;
use crate::simulate::device::{PilotModel, choose};
use crate::simulate::task::Task;
use crate::table::{FirstLine, Table};
use gleaner::model::Objective;
use gleaner::rand_core::Rng;
use gleaner::{Error, Scalar};

/// Random starts of a pilot.
const PILOT_STARTS: u32 = 3;
/// The occupancy log's second file begins with readings of the days before the first one's, so many.
const BEFORE: usize = 2665;
/// Draws of digits before the switch and after it.
const DIGITS: [usize; 2] = [6000, 2000];
/// Neurons of the digits' network.
const HIDDEN: usize = 4;
const DIGITS_DECAY: f64 = 1e-3;

/// A stream that switches.
pub struct Stream {
    /// Its name in keys and on the page.
    pub name: &'static str,
    /// All readings that it takes from, and the network.
    pub task: Task<f32>,
    /// Readings of the task before the switch: the pilot is trained on some of them.
    pub old: usize,
    /// Readings of the pilot.
    pub pilot: usize,
    /// Who trains.
    pub trainer: Trainer,
    /// Draws before and after the switch; none: the readings as they come.
    draws: Option<[usize; 2]>,
}

impl Stream {
    /// A study of some of its readings.
    pub fn study(&self, indices: &[usize]) -> Study {
        study(part(&self.task, indices), self.trainer)
    }

    /// The pilot.
    pub fn pilot(&self, generator: &mut Generator) -> Result<PilotModel<f32>, Error> {
        let indices = choose(self.old, self.pilot, generator);
        pilot(&self.study(&[]), &self.task, indices, generator)
    }

    /// Numbers of the readings in the order that they come in, and how many of them before the switch.
    pub fn order(&self, generator: &mut Generator) -> (Vec<usize>, usize) {
        let Some(draws) = self.draws else {
            return ((0..self.task.len()).collect(), self.old);
        };
        let mut one_of = |range: std::ops::Range<usize>| {
            let place = generator.next_u32() as usize % range.len().max(1);
            range.start + place
        };
        let before = (0..draws[0])
            .map(|_| one_of(0..self.old))
            .collect::<Vec<_>>();
        let after = (0..draws[1]).map(|_| one_of(self.old..self.task.len()));
        (before.into_iter().chain(after).collect(), draws[0])
    }
}

/// A study that only fits.
pub fn study(task: Task<f32>, trainer: Trainer) -> Study {
    Study {
        name: String::new(),
        task,
        trainer,
        starts: 0,
        methods: Vec::new(),
        budgets: Vec::new(),
        seeds: 0,
    }
}

/// A pilot on given readings of a task.
pub fn pilot(
    study: &Study,
    task: &Task<f32>,
    indices: Vec<usize>,
    generator: &mut Generator,
) -> Result<PilotModel<f32>, Error> {
    let constants = task.constants(&indices);
    let picks: Vec<(usize, f64)> = indices.iter().map(|&index| (index, 1.0)).collect();
    let theta = study.fit(
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

/// Some readings of a task.
pub fn part<T: Scalar>(task: &Task<T>, indices: &[usize]) -> Task<T> {
    Task {
        readings: indices
            .iter()
            .flat_map(|&i| task.reading(i))
            .copied()
            .collect(),
        labels: indices.iter().map(|&i| task.labels[i]).collect(),
        ..task.clone()
    }
}

/// The occupancy log's two files: the one that is shipped, and the other where there is one.
pub fn logs(context: &Context) -> Result<Option<[Task<f32>; 2]>, Failure> {
    let Some(path) = context.find("occupancy_test") else {
        return Ok(None);
    };
    let first = Table::parse("the occupancy log", LOG, FirstLine::MayBeNames)?;
    let second = Table::read(&path, FirstLine::MayBeNames)?;
    second.expect_width(first.width, "the inputs, then the label")?;
    Ok(Some([log(&first), log(&second)]))
}

/// One task after the other.
fn joined(tasks: &[&Task<f32>]) -> Task<f32> {
    Task {
        readings: tasks
            .iter()
            .flat_map(|task| &task.readings)
            .copied()
            .collect(),
        labels: tasks
            .iter()
            .flat_map(|task| &task.labels)
            .copied()
            .collect(),
        ..tasks[0].clone()
    }
}

/// Both files in the order of time.
pub fn chronicle([first, second]: &[Task<f32>; 2]) -> Task<f32> {
    let before: Vec<usize> = (0..BEFORE.min(second.len())).collect();
    let after: Vec<usize> = (BEFORE.min(second.len())..second.len()).collect();
    joined(&[&part(second, &before), first, &part(second, &after)])
}

/// The first file, then the second: as they come, and drawn.
pub fn occupancy(logs: &[Task<f32>; 2]) -> [Stream; 2] {
    let stream = |name, draws| Stream {
        name,
        task: joined(&[&logs[0], &logs[1]]),
        old: logs[0].len(),
        pilot: logs[0].len() / 20,
        trainer: Trainer::Fit(STEPS),
        draws,
    };
    [
        stream("occupancy, as it comes", None),
        stream("occupancy, drawn", Some([8000, 8000])),
    ]
}

/// Digits 0 and 1, then 8 and 9, where there are any.
pub fn digits(context: &Context) -> Result<Option<Stream>, Failure> {
    let Some(path) = context.find("digits_8x8") else {
        return Ok(None);
    };
    let table = Table::read(&path, FirstLine::MayBeNames)?;
    let inputs = table.width - 1;
    let (mut readings, mut labels) = (Vec::new(), Vec::new());
    let mut old = 0;
    for classes in [[0.0, 1.0], [8.0, 9.0]] {
        old = labels.len();
        for row in table.rows().filter(|row| classes.contains(&row[inputs])) {
            readings.extend(row[..inputs].iter().map(|&x| x as f32));
            labels.push(if row[inputs] == classes[1] { 1.0 } else { 0.0 });
        }
    }
    Ok(Some(Stream {
        name: "digits 0 and 1, then 8 and 9",
        task: Task {
            readings,
            labels,
            shapes: two_layers(inputs, HIDDEN),
            loss: Objective::Logistic,
            decay: DIGITS_DECAY,
        },
        old,
        pilot: old / 2,
        trainer: Trainer::Descent(150),
        draws: Some(DIGITS),
    }))
}
