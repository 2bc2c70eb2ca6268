//! Streams that change: how soon `gleaner::drift` notices it, what to do then, and how long a pilot lasts.

mod age;
mod streams;
mod switch;

use super::Context;
use super::journal::{Generator, Journal};
use super::occupancy::DECAY;
use super::page::{Page, short};
use crate::failure::Failure;
use crate::simulate::trial::quantile;
use gleaner::drift::{ALARM, BLOCK};
use streams::Stream;
use switch::{Found, HALF_LIVES, KEEP, POLICIES, UNNOTICED};

/// Files and where they are from.
const MISSING: &str = "not found: UCI Machine Learning Repository, Occupancy Detection (datatest.txt, then datatest2.txt) and \
                       Optical Recognition of Handwritten Digits (1797 of them, as scikit-learn has them), as csv";

/// Runs the part.
pub fn run(context: &Context) -> Result<(), Failure> {
    let options = format!(
        "decay {DECAY}, alarm {ALARM}, block {BLOCK}, quick {}",
        context.quick
    );
    let mut journal = Journal::open(context, "drift", options)?;
    let seeds = if context.quick { 1 } else { context.seeds };
    let mut page = Page::new("Streams that change");
    page.paragraph(format_args!(
        "Made by `gleaner evidence --parts drift`. `gleaner::drift::Drift`, which a selector has among its stats, is fed with online leverages, the factor started \
         from the pilot's rows; it alarms above a level of {ALARM}, and moves every {BLOCK} readings. {seeds} repetitions, \
         each with another pilot. No labels are used but in fits."
    ));
    let logs = streams::logs(context)?;
    let mut all: Vec<Stream> = Vec::new();
    match &logs {
        Some(logs) => all.extend(streams::occupancy(logs)),
        None => page.paragraph(format_args!("occupancy_test: {MISSING}.")),
    }
    match streams::digits(context)? {
        Some(stream) => all.push(stream),
        None => page.paragraph(format_args!("digits_8x8: {MISSING}.")),
    }
    let mut found = Vec::new();
    for stream in &all {
        let keys: Vec<String> = (0..seeds)
            .map(|seed| format!("{} seed {seed}", stream.name))
            .collect();
        let work = |index: usize, generator: &mut Generator| {
            Ok(switch::one(stream, &keys[index], generator)?)
        };
        let numbers = journal.run(&keys, work)?;
        found.push(
            numbers
                .iter()
                .map(|numbers| Found::parse(numbers))
                .collect::<Vec<_>>(),
        );
    }
    notices(&mut page, &all, &found);
    policies(&mut page, &all, &found);
    if let Some(logs) = &logs {
        let task = streams::chronicle(logs);
        let keys: Vec<String> = (0..seeds).map(|seed| format!("age seed {seed}")).collect();
        let work =
            |index: usize, generator: &mut Generator| Ok(age::one(&task, &keys[index], generator)?);
        let numbers = journal.run(&keys, work)?;
        ages(&mut page, &age::stretches(&task), &numbers);
    }
    page.write(&context.out, "drift.md")
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    quantile(values, 0.5)
}

/// How soon a switch is noticed.
fn notices(page: &mut Page, streams: &[Stream], found: &[Vec<Found>]) {
    page.section("Noticed");
    page.paragraph(
        "Level of leverages: the mean of leverage times the weight of the factor's rows, before the switch and after it. \
         Noticed: the share of repetitions with an alarm after the switch, and readings until the first, median (90th \
         percentile). False alarms: before the switch, a new level begun after each, for 10 000 readings, mean.",
    );
    let mut lines = Vec::new();
    for (stream, found) in streams.iter().zip(found) {
        for (place, half_life) in HALF_LIVES.iter().enumerate() {
            let of = || found.iter().filter_map(|found| found.notices.get(place));
            let noticed: Vec<f64> = of().map(|n| n.delay).filter(|x| x.is_finite()).collect();
            let share = |share| quantile(noticed.iter().copied(), share);
            let early: f64 = of().map(|n| n.early).sum();
            let before: f64 = of().map(|n| n.before).sum();
            lines.push(vec![
                stream.name.to_string(),
                if *half_life == 0 {
                    "none".to_string()
                } else {
                    half_life.to_string()
                },
                short(median(of().map(|n| n.levels[0]))),
                short(median(of().map(|n| n.levels[1]))),
                format!(
                    "{:.0} %",
                    100.0 * noticed.len() as f64 / found.len().max(1) as f64
                ),
                if noticed.is_empty() {
                    "-".to_string()
                } else {
                    format!("{:.0} ({:.0})", share(0.5), share(0.9))
                },
                format!("{:.1}", 1e4 * early / before.max(1.0)),
            ]);
        }
    }
    let rates = |name: &str| -> Vec<(f64, f64)> {
        let chosen = streams
            .iter()
            .zip(found)
            .filter(|(stream, _)| stream.name == name);
        let all = chosen
            .flat_map(|(_, found)| found)
            .flat_map(|found| &found.notices);
        all.map(|notice| (notice.delay, notice.early / notice.before))
            .collect()
    };
    let header = [
        "stream",
        "half-life",
        "level before",
        "level after",
        "noticed",
        "readings until then",
        "false alarms",
    ];
    page.table(&header, &lines);
    for stream in streams {
        let all = rates(stream.name);
        let delays: Vec<f64> = all
            .iter()
            .map(|rate| rate.0)
            .filter(|x| x.is_finite())
            .collect();
        let early = all.iter().map(|rate| rate.1).sum::<f64>() / all.len().max(1) as f64;
        let noticed = if delays.is_empty() {
            "not noticed".to_string()
        } else {
            let within = quantile(delays.iter().copied(), 0.9);
            format!("noticed within {within:.0} readings in 9 runs of 10")
        };
        page.paragraph(format_args!(
            "{}: {noticed}, with {:.1} false alarms in 10 000 readings, over the half-lives.",
            stream.name,
            1e4 * early
        ));
    }
    page.paragraph(
        "As a log comes, each reading is like the one before and every day differs from the last: those alarms before the switch \
         are changes of the room's own, and the second file begins with days that are like those of the first.",
    );
}

/// What is done at the alarm.
fn policies(page: &mut Page, streams: &[Stream], found: &[Vec<Found>]) {
    page.section("Then");
    page.paragraph(format_args!(
        "At the first alarm after the switch, without forgetting (or {UNNOTICED} readings after the switch where there is none), \
         a new period begins; of what follows {KEEP} are kept, by online leverage against a factor that is left or made \
         anew as the line says. Kept until then: {KEEP} of the whole stream so far. Cells: loss over what follows after a refit on the \
         sample, median (90th percentile)."
    ));
    let mut header = vec!["at the alarm"];
    header.extend(streams.iter().map(|stream| stream.name));
    let cell = |found: &[Found], of: &dyn Fn(&Found) -> f64| {
        let at = |share| short(quantile(found.iter().map(of), share));
        format!("{} ({})", at(0.5), at(0.9))
    };
    let mut lines = Vec::new();
    let mut line = |name: &str, of: &dyn Fn(&Found) -> f64| {
        let mut line = vec![name.to_string()];
        line.extend(found.iter().map(|found| cell(found, of)));
        lines.push(line);
    };
    for (place, name) in POLICIES.iter().enumerate() {
        line(name, &|found| {
            found.losses.get(place).copied().unwrap_or(f64::NAN)
        });
    }
    line("the pilot, not refitted", &|found| found.ends[0]);
    line("a refit on everything that follows", &|found| found.ends[1]);
    page.table(&header, &lines);
    let over = |of: &dyn Fn(&Found) -> f64, to: usize| {
        let each = found.iter().map(|found| {
            let ratios = found.iter().map(|found| of(found) / found.losses[to]);
            short(median(ratios))
        });
        each.collect::<Vec<_>>().join(", ")
    };
    page.paragraph(format_args!(
        "In the same repetition, median, stream by stream: the pilot as it was has {} times the loss of a refit on what the \
         factor that goes on selects; a factor of the ridge alone selects for {} times its loss, one of what is kept for {}, a refit with \
         a factor of its own for {}, a uniform sample for {}.",
        over(&|found| found.ends[0], 1),
        over(&|found| found.losses[3], 1),
        over(&|found| found.losses[4], 1),
        over(&|found| found.losses[5], 1),
        over(&|found| found.losses[0], 1),
    ));
}

/// How long a pilot lasts.
fn ages(page: &mut Page, stretches: &[(usize, Vec<usize>)], numbers: &[Vec<f64>]) {
    page.section("How long a pilot lasts");
    page.paragraph(format_args!(
        "Both files of the log in the order of time, in stretches of {} readings (a day and a half); those with 5 % of each class: {}. A pilot is \
         trained on {} readings of one, and selects {KEEP} of a later one. Age: stretches between. Cells: loss over the later \
         stretch, median over repetitions and pairs (90th percentile).",
        age::STRETCH,
        stretches.iter().map(|(number, _)| number.to_string()).collect::<Vec<_>>().join(", "),
        age::PILOT,
    ));
    let all: Vec<age::Aged> = numbers
        .iter()
        .flat_map(|numbers| age::parse(numbers))
        .collect();
    let oldest = all.iter().map(|aged| aged.age).max().unwrap_or(0);
    let mut lines = Vec::new();
    for age in 0..=oldest {
        let of = || all.iter().filter(move |aged| aged.age == age);
        if of().next().is_none() {
            continue;
        }
        let cell = |value: &dyn Fn(&age::Aged) -> f64| {
            let at = |share| short(quantile(of().map(value), share));
            format!("{} ({})", at(0.5), at(0.9))
        };
        lines.push(vec![
            age.to_string(),
            (of().count() / numbers.len().max(1)).to_string(),
            cell(&|aged| aged.pilot),
            cell(&|aged| aged.leverage),
            cell(&|aged| aged.uniform),
            cell(&|aged| aged.everything),
            short(median(of().map(|aged| aged.leverage / aged.uniform))),
        ]);
    }
    let header = [
        "age",
        "pairs",
        "pilot",
        "refit on 100 by leverage",
        "refit on 100, uniform",
        "refit on all",
        "leverage over uniform",
    ];
    page.table(&header, &lines);
    let at = |is: &dyn Fn(usize) -> bool, value: &dyn Fn(&age::Aged) -> f64| {
        short(median(all.iter().filter(|aged| is(aged.age)).map(value)))
    };
    page.paragraph(format_args!(
        "The pilot's own loss goes from {} on its stretch to {} on the next one and {} on all later ones, so a model is to be \
         refitted every stretch; what it selects is worth {} times a uniform sample's loss on its own stretch, {} on \
         the next one, {} on all later ones.",
        at(&|age| age == 0, &|aged| aged.pilot),
        at(&|age| age == 1, &|aged| aged.pilot),
        at(&|age| age > 1, &|aged| aged.pilot),
        at(&|age| age == 0, &|aged| aged.leverage / aged.uniform),
        at(&|age| age == 1, &|aged| aged.leverage / aged.uniform),
        at(&|age| age > 1, &|aged| aged.leverage / aged.uniform),
    ));
}
