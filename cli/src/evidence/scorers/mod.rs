//! Scorers for networks that are too big for their factor: how near they come to exact leverage, and what they take.

mod cases;
mod exact;
mod ranks;
mod scorer;
mod unit;

use super::Context;
use super::journal::{Generator, Journal};
use super::page::{Page, short};
use super::plot::{COLOURS, Line, Panel, draw};
use crate::failure::Failure;
use crate::simulate::task::Task;
use crate::simulate::trial::quantile;
use cases::{CASES, Case, DECAY, LARGE_STEPS, Rows, STEPS};
use scorer::{Bed, Scorer};
use unit::{Found, Measure, PILOT_SHARE, PILOT_STARTS, measure, pilot};

/// Pilots at most: each makes its network's exact leverages.
const PILOTS: u32 = 5;
/// Samples of each scorer and budget at a pilot.
const DRAWS: usize = 3;

/// What was found in a case.
struct Told {
    name: String,
    network: String,
    measure: Measure,
    bytes: Vec<usize>,
    /// Seconds of a forward pass, and of each scorer.
    times: Vec<f64>,
    found: Vec<Found>,
}

/// Runs the part.
pub fn run(context: &Context) -> Result<(), Failure> {
    let quick = context.quick;
    let options = format!("decay {DECAY}, steps {STEPS} and {LARGE_STEPS}, quick {quick}");
    let mut journal = Journal::open(context, "scorers", options)?;
    let pilots = context.seeds.min(if context.quick { 1 } else { PILOTS });
    let mut page = Page::new("Scorers for networks that are too big for their factor");
    page.paragraph("`gleaner evidence --data-dir data --parts scorers`");
    page.paragraph(format_args!(
        "ReLU networks, f32, a bias in the first layer or none, inputs in [0, 1]. {pilots} pilots, each trained on other \
         {:.0} % of the readings (best of {PILOT_STARTS} random starts). Every scorer scores all readings at the pilot, in \
         two passes: the first takes the rows in, the second scores them. It is compared with exact ridge leverage (summed over \
         a reading's rows; rows without gauge columns, default ridge): Spearman's rank correlation, of scores in two passes and in \
         one (each reading against those before it, from nothing on), and the share of the 5 % highest that both have; medians \
         over the pilots. Each sample of s readings is drawn by VarOpt from the scores in two passes, and the network is \
         refitted on it from the pilot (mean loss + {DECAY:e} |theta|^2, limited-memory BFGS, {STEPS} steps at most, {LARGE_STEPS} of the networks of thousands of parameters). Cells \
         under s: mean loss over all readings as a ratio to the median of exact leverage's refits at that pilot; median (90th \
         percentile) over {} refits. RAM: factors, row and scratch in f32, without the model. Time: a reading's way in one pass, rows \
         and all, as a ratio to a forward pass in the same run, on one core of this machine. Wide ridge: \
         rank correlation with exact leverage under a ridge of the rows' mean squared norm, a million times the default; not measured \
         for the softmax, which has ten rows a reading. Last layer only: its input comes from \
         elsewhere and costs nothing.",
        100.0 * PILOT_SHARE,
        pilots as usize * draws(context),
    ));
    let mut all = Vec::new();
    for case in &CASES {
        match case.task(context)? {
            Some(task) => all.push(one(context, &mut journal, case, &task, pilots)?),
            None => page.paragraph(format_args!("{}: not found.", case.set)),
        }
    }
    summary(&mut page, &all);
    for told in &all {
        tell(&mut page, told);
    }
    draw(&context.out.join("scorers.svg"), &[panel(&all)])?;
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
    let buckets: &[usize] = if context.quick {
        &[16, 64]
    } else if case.is_large() {
        &[16, 64, 256]
    } else {
        &[16, 32, 64, 128, 256]
    };
    let mut scorers = vec![Scorer::Uniform, Scorer::Norm, Scorer::LastLayer];
    scorers.extend(buckets.iter().map(|&buckets| Scorer::Sketch(buckets)));
    scorers.extend([Scorer::Kronecker, Scorer::Exact]);
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
    pilots: u32,
) -> Result<Told, Failure> {
    let mut measure = measures(context, case);
    let name = case.name(task.inputs());
    let mut all = |what: &str, wide: bool| {
        let key = |pilot: u32| format!("{name} {what} {pilot}");
        let keys: Vec<String> = (0..pilots).map(key).collect();
        journal.run(&keys, |index, _: &mut Generator| {
            Ok(self::measure(case, task, &measure, index, wide)?)
        })
    };
    let numbers = all("pilot", false)?;
    // A factor of ten times the readings takes its time.
    let wides = if case.rows == Rows::Softmax {
        Vec::new()
    } else {
        all("wide, pilot", true)?
    };
    let found = numbers.iter().enumerate();
    let found = found.map(|(pilot, numbers)| {
        let wide = wides.get(pilot).map(Vec::as_slice);
        measure.parse(numbers, wide)
    });
    let found = found.collect();
    let theta = pilot(case, task, 0)?;
    let shapes = case.scored(task.inputs());
    let data = (&task.readings[..], &task.labels[..]);
    let bed = Bed::new(case, &shapes, &theta, data, 0);
    let times = journal.run(&[format!("{name} time")], |_, _: &mut Generator| {
        let mut times = vec![bed.forward()?];
        for &scorer in &measure.scorers {
            times.push(bed.time(scorer)?);
        }
        Ok(times)
    })?;
    let mut times = times.concat();
    if !wides.is_empty() {
        let place = measure.scorers.len() - 1;
        measure.scorers.insert(place, Scorer::Wide);
        times.insert(place + 1, times[place + 1]);
    }
    let bytes = measure.scorers.iter().map(|&scorer| bed.bytes(scorer));
    Ok(Told {
        name: format!("{name}, P = {}", theta.len()),
        network: case.network(task.inputs()),
        bytes: bytes.collect::<Result<_, _>>()?,
        times,
        found,
        measure,
    })
}

/// Over all cases.
fn summary(page: &mut Page, all: &[Told]) {
    page.section("In one table");
    page.paragraph(
        "Least and most over the networks below of RAM and of the median rank correlations; the geometric mean of the median \
         loss ratios over networks and s, and the largest of them.",
    );
    let mut scorers: Vec<Scorer> = Vec::new();
    for &scorer in all.iter().flat_map(|told| &told.measure.scorers) {
        if !scorers.contains(&scorer) {
            scorers.push(scorer);
        }
    }
    let mut rows = Vec::new();
    for scorer in scorers {
        let (mut bytes, mut losses) = (Vec::new(), Vec::new());
        let (mut correlations, mut wides) = (Vec::new(), Vec::new());
        for told in all {
            let Some(index) = told
                .measure
                .scorers
                .iter()
                .position(|other| *other == scorer)
            else {
                continue;
            };
            let found = || told.found.iter();
            bytes.push(told.bytes[index] as f64);
            let each = found().map(|found| found.scorers[index].correlation[0]);
            correlations.push(quantile(each, 0.5));
            let each = quantile(found().map(|found| found.wide[index]), 0.5);
            wides.extend(Some(each).filter(|wide| wide.is_finite()));
            for budget in 0..told.measure.budgets.len() {
                let ratios = found().flat_map(|found| ratios(found, index, budget));
                losses.push(quantile(ratios, 0.5));
            }
        }
        let most = |values: &[f64]| quantile(values.iter().copied(), 1.0);
        let least = |values: &[f64]| quantile(values.iter().copied(), 0.0);
        let mean = losses.iter().map(|loss| loss.ln()).sum::<f64>() / losses.len() as f64;
        let span = |values: &[f64]| match least(values) {
            least if least.is_nan() || scorer == Scorer::Uniform => "-".to_string(),
            least => format!("{least:.2} to {:.2}", most(values)),
        };
        rows.push(vec![
            scorer.to_string(),
            format!("{} to {}", least(&bytes), most(&bytes)),
            span(&correlations),
            span(&wides),
            format!("{:.2}", mean.exp()),
            format!("{:.2}", most(&losses)),
        ]);
    }
    let header = [
        "scorer",
        "RAM, bytes",
        "rank correlation",
        "wide ridge",
        "loss, mean",
        "loss, most",
    ];
    page.table(&header, &rows);
    page.paragraph(
        "What comes nearest to exact leverage is not what refits best. With the default ridge, which is there for rounding's sake, \
         leverages of rows of hundreds of dimensions are flat (their mean is their sum below over the number of rows). A sketch of K \
         entries ranks as exact leverage does under a ridge that leaves about K dimensions, and its samples are worth more. \
         `gleaner::choose` and `gleaner plan` go by this: for a sample to refit on a sketch of up to 64 entries; to rank readings by \
         leverage Kronecker factors, or for one output a sketch of 256 entries and more.",
    );
}

fn tell(page: &mut Page, told: &Told) {
    page.section(&told.name);
    let median = |of: &dyn Fn(&Found) -> f64| short(quantile(told.found.iter().map(of), 0.5));
    page.paragraph(format_args!(
        "Sum of the exact leverages: {}. Mean loss of the pilot: {}; after a refit on everything: {}. A forward pass: {} us.",
        median(&|found| found.dimension),
        median(&|found| found.ends[0]),
        median(&|found| found.ends[1]),
        short(1e6 * told.times[0]),
    ));
    let head = [
        "scorer",
        "RAM, bytes",
        "time",
        "two passes",
        "one pass",
        "highest 5 %",
        "wide ridge",
    ];
    let mut header: Vec<String> = head.map(str::to_string).to_vec();
    header.extend(
        told.measure
            .budgets
            .iter()
            .map(|budget| format!("s = {budget}")),
    );
    let mut rows = Vec::new();
    for (index, scorer) in told.measure.scorers.iter().enumerate() {
        let cell = |of: &dyn Fn(&Found) -> f64| {
            let value = quantile(told.found.iter().map(of), 0.5);
            if value.is_nan() || *scorer == Scorer::Uniform {
                "-".to_string()
            } else {
                format!("{value:.3}")
            }
        };
        let mut row = vec![
            scorer.to_string(),
            told.bytes[index].to_string(),
            short(told.times[1 + index] / told.times[0]),
            cell(&|found| found.scorers[index].correlation[0]),
            cell(&|found| found.scorers[index].correlation[1]),
            cell(&|found| found.scorers[index].overlap),
            cell(&|found| found.wide[index]),
        ];
        for budget in 0..told.measure.budgets.len() {
            let ratios = || {
                told.found
                    .iter()
                    .flat_map(|found| ratios(found, index, budget))
            };
            let (half, most) = (quantile(ratios(), 0.5), quantile(ratios(), 0.9));
            row.push(format!("{half:.2} ({most:.2})"));
        }
        rows.push(row);
    }
    page.table(&header, &rows);
}

/// Losses of a scorer's refits, over the median of those by exact leverage.
fn ratios(found: &Found, scorer: usize, budget: usize) -> Vec<f64> {
    let exact = found.scorers.last().map(|quality| &quality.losses[budget]);
    let exact = quantile(exact.into_iter().flatten().copied(), 0.5);
    let losses = &found.scorers[scorer].losses[budget];
    losses.iter().map(|loss| loss / exact).collect()
}

/// Correlation against RAM of the cases without labels: a line for sketches, a point for Kronecker.
fn panel(all: &[Told]) -> Panel {
    let mut lines = Vec::new();
    let unlabelled = all.iter().filter(|told| told.name.contains("no labels"));
    for (told, colour) in unlabelled.zip([1, 3, 5, 7]) {
        let points = |wanted: &dyn Fn(Scorer) -> bool| {
            let scorers = told.measure.scorers.iter().enumerate();
            scorers
                .filter(|(_, scorer)| wanted(**scorer))
                .map(|(index, _)| {
                    let each = told.found.iter();
                    let each = each.map(|found| found.scorers[index].correlation[0]);
                    (told.bytes[index] as f64, quantile(each, 0.5))
                })
                .collect()
        };
        for (what, points) in [
            (
                "sketches",
                points(&|scorer| matches!(scorer, Scorer::Sketch(_))),
            ),
            (
                "Kronecker, a circle",
                points(&|scorer| scorer == Scorer::Kronecker),
            ),
        ] {
            lines.push(Line {
                name: format!("{}: {what}", told.network),
                colour: COLOURS[colour],
                dashed: false,
                points,
            });
        }
    }
    Panel {
        title: "Scores of readings against their exact leverages".into(),
        x: "bytes of RAM, f32".into(),
        y: "rank correlation".into(),
        logarithmic: [true, false],
        lines,
    }
}
