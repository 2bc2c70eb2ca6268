//! Refits of one neuron on samples of tables of numbers: which rows a refit needs.

mod draw;
mod methods;
mod neuron;
mod pictures;
mod report;
mod scores;
mod sets;
mod summary;
mod unit;
pub mod weights;

use super::Context;
use super::journal::Journal;
use crate::failure::Failure;
use methods::{Method, Pilot, methods};
use neuron::{Neuron, SWISHES, swish_name};
use sets::Set;
use unit::{Optimum, Unit};

/// Rows to keep.
const BUDGETS: [usize; 6] = [50, 100, 200, 400, 800, 1600];
/// The same in the quick mode.
const QUICK_BUDGETS: [usize; 2] = [100, 400];
/// Repetitions in the quick mode at most.
const QUICK_SEEDS: u32 = 5;

/// A set, a swish and a pilot, over all seeds.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Index of the set.
    pub set: usize,
    /// Index of the swish.
    pub swish: usize,
    /// The pilot.
    pub pilot: Pilot,
    /// What units of this cell have, behind the baselines.
    pub methods: Vec<Method>,
    /// Numbers of each seed, see [`Unit::run`].
    pub seeds: Vec<Vec<f64>>,
}

/// Everything that was measured.
#[derive(Clone, Debug)]
pub struct Study {
    /// The sets.
    pub sets: Vec<Set>,
    /// A line for each file that is missing.
    pub missing: Vec<String>,
    /// Rows to keep.
    pub budgets: Vec<usize>,
    /// Mean losses of the fits to everything, a set and a swish.
    pub optima: Vec<[f64; SWISHES.len()]>,
    /// All cells.
    pub cells: Vec<Cell>,
}

/// Runs the part.
pub fn run(context: &Context) -> Result<(), Failure> {
    let study = measure(context)?;
    report::write(&study, context.quick, &context.out)
}

fn measure(context: &Context) -> Result<Study, Failure> {
    let (sets, missing) = sets::load(context)?;
    let budgets = if context.quick {
        QUICK_BUDGETS.to_vec()
    } else {
        BUDGETS.to_vec()
    };
    let seeds = if context.quick {
        context.seeds.min(QUICK_SEEDS)
    } else {
        context.seeds
    };
    let mut neurons = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        for (place, swish) in SWISHES.into_iter().enumerate() {
            let name = format!(
                "{} {:016x} | {}",
                set.name,
                set.fingerprint,
                swish_name(swish)
            );
            neurons.push((index, place, Neuron::new(set, swish), name));
        }
    }
    let mut journal = Journal::open(context, "regression-optima", String::new())?;
    let keys: Vec<String> = neurons.iter().map(|neuron| neuron.3.clone()).collect();
    let found = journal.run(&keys, |index, generator| {
        Optimum::find(&neurons[index].2, generator)
    })?;
    let optima: Vec<Optimum> = neurons
        .iter()
        .zip(&found)
        .map(|(neuron, numbers)| Optimum::read(&neuron.2, numbers))
        .collect();

    let tables: Vec<Vec<Method>> = Pilot::ALL.into_iter().map(methods).collect();
    // Seed by seed: a run that is cut short has all sets.
    let (mut keys, mut units) = (Vec::new(), Vec::new());
    for seed in 0..seeds {
        for (place, (_, _, _, name)) in neurons.iter().enumerate() {
            for (which, pilot) in Pilot::ALL.into_iter().enumerate() {
                keys.push(format!("{name} | {} | {seed}", pilot.name()));
                units.push((place, which));
            }
        }
    }
    let names: Vec<String> = tables.iter().flatten().map(Method::to_string).collect();
    let options = format!(
        "budgets {budgets:?}, methods {:016x}",
        super::journal::hash(&names.join("\n"))
    );
    let mut journal = Journal::open(context, "regression", options)?;
    let numbers = journal.run(&keys, |index, generator| {
        let (place, pilot) = units[index];
        let unit = Unit {
            key: &keys[index],
            neuron: &neurons[place].2,
            optimum: &optima[place],
            pilot: Pilot::ALL[pilot],
            methods: &tables[pilot],
            budgets: &budgets,
        };
        unit.run(generator)
    })?;
    let mut cells: Vec<Cell> = Vec::new();
    for &(set, swish, _, _) in &neurons {
        for (pilot, methods) in Pilot::ALL.into_iter().zip(&tables) {
            cells.push(Cell {
                set,
                swish,
                pilot,
                methods: methods.clone(),
                seeds: Vec::new(),
            });
        }
    }
    for ((place, which), numbers) in units.into_iter().zip(numbers) {
        cells[place * Pilot::ALL.len() + which].seeds.push(numbers);
    }
    let mut losses = vec![[f64::NAN; SWISHES.len()]; sets.len()];
    for ((set, swish, _, _), optimum) in neurons.iter().zip(&optima) {
        losses[*set][*swish] = optimum.loss.all;
    }
    drop(neurons);
    Ok(Study {
        sets,
        missing,
        budgets,
        optima: losses,
        cells,
    })
}
