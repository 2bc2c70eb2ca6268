//! Refits of the 5-8-1 ReLU network on samples of the shipped occupancy log.

use super::Context;
use super::journal::Journal;
use super::networks::methods::{BASIC, Sampler, Scorer, method};
use super::networks::study::{PILOT_SHARE, PILOT_STARTS, Study, Trainer};
use super::networks::{panel, tell};
use super::page::Page;
use super::plot::draw;
use super::relu::two_layers;
use crate::failure::Failure;
use crate::simulate::LOG;
use crate::simulate::task::Task;
use crate::table::{FirstLine, Table};
use gleaner::calibrate::Vector;
use gleaner::model::Objective;

/// Neurons of the hidden layer.
pub const HIDDEN: usize = 8;
/// mu in `mean loss + mu |theta|^2`, as `simulate` has it.
pub const DECAY: f64 = 5e-5;
/// Steps of a fit at most.
pub const STEPS: u32 = 100;
/// Repetitions of the calibration on curvatures.
const FEW: u32 = 5;

/// Runs the part.
pub fn run(context: &Context) -> Result<(), Failure> {
    let options = format!("decay {DECAY}, steps {STEPS}, quick {}", context.quick);
    let mut journal = Journal::open(context, "occupancy", options)?;
    let table = Table::parse("the occupancy log", LOG, FirstLine::MayBeNames)?;
    let thinned = method(Scorer::Leverage, true, Sampler::Thinned);
    let reservoir = method(Scorer::Online, true, Sampler::Reservoir);
    let more = [
        method(Scorer::Leverage, false, Sampler::Pivotal),
        method(Scorer::Leverage, true, Sampler::Pivotal),
        method(Scorer::Online, false, Sampler::Thinned),
        method(Scorer::Online, true, Sampler::Thinned),
        reservoir.on(Vector::Gradient),
        thinned.on(Vector::Gradient),
        method(Scorer::CautiousUniform, true, Sampler::Thinned).on(Vector::Gradient),
    ];
    let study = Study {
        name: "occupancy".to_string(),
        task: task(&table),
        trainer: Trainer::Fit(STEPS),
        starts: 2,
        methods: [&BASIC[..], &more].concat(),
        budgets: if context.quick {
            vec![100]
        } else {
            vec![50, 100, 200, 400]
        },
        seeds: if context.quick { 1 } else { context.seeds },
    };
    let mut page = Page::new("The occupancy log");
    page.paragraph(format_args!(
        "{} readings of a room; a 5-{HIDDEN}-1 ReLU network with hidden biases, f32, tells whether somebody is in. {} \
         repetitions, each with a pilot trained on other {:.0} % (best of {PILOT_STARTS} random starts), a refit on a \
         weighted sample (best on it of three starts, the pilot and two random ones), every fit by the library's own \
         Levenberg-Marquardt, {STEPS} steps at most, to the least mean loss + {DECAY:e} |theta|^2. The fit on everything \
         starts at the pilot. Cells: mean logistic loss over all readings, median (90th percentile), and the median share of \
         readings taken for the other class. Online: one pass, the factor started from the pilot's rows.",
        study.task.len(),
        study.seeds,
        100.0 * PILOT_SHARE
    ));
    let found = study.run(&mut journal)?;
    tell(&mut page, &study, &found);
    draw(&context.out.join("occupancy.svg"), &[panel(&study, &found)])?;
    page.picture("occupancy.svg", "Loss against readings kept");
    if !context.quick {
        let study = Study {
            name: "occupancy, calibrated".to_string(),
            methods: vec![
                thinned,
                thinned.on(Vector::Gradient),
                thinned.on(Vector::Curvature),
            ],
            budgets: vec![100, 400],
            seeds: context.seeds.min(FEW),
            ..study
        };
        page.section("Calibrated on curvatures");
        page.paragraph(format_args!(
            "`Vector::Curvature` has {} sums for {} parameters, more than are kept, so the ridge of 0.1 holds: {} repetitions.",
            Vector::Curvature.len(PARAMETERS),
            PARAMETERS,
            study.seeds
        ));
        let found = study.run(&mut journal)?;
        tell(&mut page, &study, &found);
    }
    page.write(&context.out, "occupancy.md")
}

/// Of a 5-8-1 network without a bias behind.
const PARAMETERS: usize = 5 * HIDDEN + HIDDEN + HIDDEN;

/// The log, and the network that learns it.
pub fn task(table: &Table) -> Task<f32> {
    let inputs = table.width - 1;
    let all = || table.rows();
    Task {
        readings: all()
            .flat_map(|row| row[..inputs].iter().map(|&x| x as f32))
            .collect(),
        labels: all().map(|row| row[inputs] as f32).collect(),
        shapes: two_layers(inputs, HIDDEN),
        loss: Objective::Logistic,
        decay: DECAY,
    }
}
