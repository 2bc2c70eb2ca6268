//! Tables and the record.

use super::device::Scoring;
use super::trial::{
    Experiment, Outcome, PILOT_SHARE, PILOT_STARTS, REFIT_STARTS, STEPS_ON_ALL, quantile,
};
use crate::failure::{Failure, file};
use crate::table::Table;
use gleaner::model::Objective;
use gleaner::record::{Entry, Writer, record_len};
use std::path::Path;

/// What a way of scoring is called.
pub fn way(scoring: Scoring) -> &'static str {
    if scoring.labelled {
        "with labels"
    } else {
        "label-free"
    }
}

/// Prints a table for each network and way of scoring.
pub fn print(
    table: &Table,
    experiments: &[Experiment],
    budgets: &[usize],
    results: &[Vec<Outcome>],
) -> Result<(), Failure> {
    let task = &experiments[0].task;
    let payload = task.inputs() * size_of::<f32>();
    let loss = match task.loss {
        Objective::Logistic => "logistic loss",
        _ => "squared error",
    };
    println!(
        "{}: {} readings of {} features, {} bytes each ({} in all), and a label.",
        table.name,
        task.len(),
        task.inputs(),
        payload,
        payload * task.len()
    );
    println!(
        "Mean {loss} over all readings: median (90th percentile) over {} seeds.",
        results[0].len()
    );
    if experiments[0].theta.is_none() {
        println!(
            "Each seed: a pilot trained on a random {:.0} % (best of {PILOT_STARTS} random starts), one pass in f32 \
             from the factor of the pilot's rows,",
            100.0 * PILOT_SHARE
        );
    } else {
        println!(
            "Each seed: one pass in f32 from the factor of a random {:.0} % of the rows at your net,",
            100.0 * PILOT_SHARE
        );
    }
    println!(
        "a weighted refit on what was kept (best on it of {} starts: the pilot and random ones). The fit on everything \
         starts",
        REFIT_STARTS + 1
    );
    println!(
        "at the pilot ({STEPS_ON_ALL} steps at most). Every fit minimises mean loss + {:e} |theta|^2.",
        task.decay
    );
    for (experiment, outcomes) in experiments.iter().zip(results) {
        for (place, &scoring) in experiment.scorings.iter().enumerate() {
            print_one(experiment, budgets, outcomes, place, scoring);
        }
    }
    Ok(())
}

fn print_one(
    experiment: &Experiment,
    budgets: &[usize],
    outcomes: &[Outcome],
    place: usize,
    scoring: Scoring,
) {
    let payload = experiment.task.inputs() * size_of::<f32>();
    let cell = |value: &dyn Fn(&Outcome) -> f64| {
        let at = |share| quantile(outcomes.iter().map(value), share);
        format!("{:.4} ({:.4})", at(0.5), at(0.9))
    };
    println!("\n{}, {}", experiment.name, way(scoring));
    println!(
        "{:>6}  {:>17}  {:>17}  {:>17}  {:>10}  {:>12}",
        "budget", "gleaner", "uniform", "everything", "bytes kept", "record bytes"
    );
    for (i, &budget) in budgets.iter().enumerate() {
        println!(
            "{budget:>6}  {:>17}  {:>17}  {:>17}  {:>10}  {:>12}",
            cell(&|o| o.kept[place][i]),
            cell(&|o| o.uniform[i]),
            cell(&|o| o.everything),
            budget * payload,
            record_len(budget, payload),
        );
    }
    println!("pilot   {:>17}", cell(&|o| o.pilot));
    if place == 0 {
        println!(
            "RAM of the selector for {} kept: {} bytes with slots for {}, room to thin and sums",
            budgets[0],
            outcomes[0].pass.memory,
            budgets[0]
                .saturating_mul(scoring.thin)
                .min(experiment.task.len())
        );
    }
}

/// Writes the record of the first seed's pass.
pub fn write_record(
    directory: &Path,
    experiment: &Experiment,
    outcomes: &[Outcome],
) -> Result<(), Failure> {
    let path = directory.join("kept.gleaner");
    let pass = &outcomes[0].pass;
    let mut bytes = vec![0; record_len(pass.kept.len(), pass.header.payload as usize)];
    let mut writer = Writer::new(&mut bytes, pass.header)?;
    for pick in &pass.kept {
        let reading = experiment.task.reading(pick.index);
        let payload: Vec<u8> = reading.iter().flat_map(|x| x.to_le_bytes()).collect();
        let (sequence, score, weight) = (pick.index as u64, pick.score, pick.weight);
        writer.push(Entry {
            sequence,
            score,
            weight,
            payload: &payload,
        })?;
    }
    writer.finish()?;
    std::fs::write(&path, &bytes).map_err(|cause| file(&path, "write", cause))
}
