//! Scorers for networks that are too big for their factor: how near they come to exact leverage, and what they take.

mod cases;
mod exact;
mod picture;
mod ranks;
mod report;
mod scorer;
mod told;
mod unit;

use super::Context;
use super::journal::{Generator, Journal};
use super::page::Page;
use super::plot::draw;
use crate::failure::Failure;
use crate::simulate::task::Task;
use cases::{CASES, Case, DECAY, HUGE_STEPS, LARGE_STEPS, STEPS};
use gleaner::Error;
use scorer::{Bed, RIDGES, Scorer};
use std::sync::OnceLock;
use told::Told;
use unit::{Bench, Measure, pilot};

/// Pilots at most: each makes its network's exact leverages.
const PILOTS: u32 = 5;
/// Samples of each scorer and budget at a pilot.
const DRAWS: usize = 3;

/// Runs the part.
pub fn run(context: &Context) -> Result<(), Failure> {
    let quick = context.quick;
    let options = format!(
        "decay {DECAY}, steps {STEPS}, {LARGE_STEPS} and {HUGE_STEPS}, ridges {RIDGES:?}, quick {quick}"
    );
    let mut journal = Journal::open(context, "scorers", options)?;
    let pilots = context.seeds.min(if quick { 1 } else { PILOTS }) as usize;
    let mut page = Page::new("Scorers for networks that are too big for their factor");
    page.paragraph("`gleaner evidence --data-dir data --parts scorers`");
    report::method(&mut page, pilots, draws(context));
    let mut all = Vec::new();
    for case in CASES {
        let case = if quick { case.quick() } else { case };
        match case.task(context)? {
            Some(task) => all.push(one(context, &mut journal, &case, &task, pilots)?),
            None => page.paragraph(format_args!("{}: not found.", case.set)),
        }
    }
    report::summary(&mut page, &all);
    for told in &all {
        report::tell(&mut page, told);
    }
    draw(&context.out.join("scorers.svg"), &picture::panels(&all))?;
    page.section("Picture");
    page.picture(
        "scorers.svg",
        "Rank correlation with exact leverage against RAM",
    );
    page.write(&context.out, "scorers.md")
}

fn draws(context: &Context) -> usize {
    if context.quick { 1 } else { DRAWS }
}

fn measures(context: &Context, case: &Case) -> Measure {
    let sketches = case.sketches.iter();
    let mut scorers = vec![Scorer::Uniform, Scorer::Norm, Scorer::LastLayer];
    scorers.extend(sketches.map(|&buckets| Scorer::Sketch(buckets)));
    scorers.extend([Scorer::Kronecker, Scorer::Wide, Scorer::Exact]);
    Measure {
        scorers,
        budgets: if context.quick {
            vec![100]
        } else {
            vec![100, 200, 400, 800]
        },
        draws: draws(context),
    }
}

/// All pilots of a case.
fn one(
    context: &Context,
    journal: &mut Journal,
    case: &Case,
    task: &Task<f32>,
    pilots: usize,
) -> Result<Told, Failure> {
    let measure = measures(context, case);
    let scorers = &measure.scorers;
    let name = case.name(task.inputs());
    // First all pilots, so that a scorer's unit finds its own.
    let whole = (0..pilots).map(|pilot| format!("{name} pilot {pilot}"));
    let parts = (0..pilots).flat_map(|pilot| {
        let each = scorers.iter();
        each.map(move |scorer| (pilot, scorer))
    });
    let parts = parts.map(|(pilot, scorer)| format!("{name}, {scorer}, pilot {pilot}"));
    let keys: Vec<String> = whole.chain(parts).collect();
    let benches: Vec<OnceLock<Result<Bench<'_>, Error>>> =
        (0..pilots).map(|_| OnceLock::new()).collect();
    let numbers = journal.run(&keys, |index, _: &mut Generator| {
        let bench = |pilot: usize| {
            let bench = benches[pilot].get_or_init(|| Bench::new(case, task, pilot));
            bench.as_ref().map_err(|&error| error)
        };
        Ok(match index.checked_sub(pilots) {
            None => bench(index)?.whole()?,
            Some(part) => {
                let scorer = scorers[part % scorers.len()];
                bench(part / scorers.len())?.quality(scorer, &measure)?
            }
        })
    })?;
    let (whole, parts) = numbers.split_at(pilots);
    let pairs = whole.iter().zip(parts.chunks(scorers.len()));
    let found = pairs.map(|(whole, parts)| measure.parse(whole, parts));
    let found = found.collect();
    let theta = pilot(case, task, 0)?;
    let shapes = case.scored(task.inputs());
    let data = (&task.readings[..], &task.labels[..]);
    let bed = Bed::new(case, &shapes, &theta, data, 0);
    let mut times = Vec::new();
    for &scorer in scorers {
        // One after the other, and each beside a forward pass. A wide ridge takes no other time.
        let timed = match scorer {
            Scorer::Wide => Scorer::Exact,
            _ => scorer,
        };
        let key = format!("{name}, {timed}, time");
        let time = |_, _: &mut Generator| Ok(vec![bed.forward()?, bed.time(timed)?]);
        times.extend(journal.run(&[key], time)?);
    }
    let bytes = scorers.iter().map(|&scorer| bed.bytes(scorer));
    Ok(Told {
        name: format!("{name}, P = {}", theta.len()),
        network: case.network(task.inputs()),
        readings: task.len(),
        is_largest: case.is_largest(),
        bytes: bytes.collect::<Result<_, _>>()?,
        times,
        found,
        measure,
    })
}
