//! Refits of a 100-10-1 ReLU network on samples of images of two classes.

use super::Context;
use super::journal::Journal;
use super::networks::methods::BASIC;
use super::networks::study::{PILOT_SHARE, PILOT_STARTS, Study, Trainer};
use super::networks::{panel, tell};
use super::page::Page;
use super::plot::draw;
use super::relu::two_layers;
use crate::failure::Failure;
use crate::simulate::task::Task;
use crate::table::{FirstLine, Table};
use gleaner::model::Objective;

/// File, the two classes, their names.
const PAIRS: [(&str, [f64; 2], &str); 2] = [
    ("notmnist_10x10", [0.0, 1.0], "letters A and B"),
    ("mnist5k_10x10", [3.0, 8.0], "digits 3 and 8"),
];
/// Neurons of the hidden layer.
const HIDDEN: usize = 10;
/// mu in `mean loss + mu |theta|^2`.
const DECAY: f64 = 1e-3;
/// Steps of a descent at most.
const STEPS: u32 = 150;

/// Runs the part.
pub fn run(context: &Context) -> Result<(), Failure> {
    let options = format!("decay {DECAY}, steps {STEPS}, quick {}", context.quick);
    let mut journal = Journal::open(context, "images", options)?;
    // Each makes four factors of order 1011 or 1020.
    let seeds = if context.quick { 1 } else { context.seeds };
    let mut page = Page::new("A network on samples of images");
    page.paragraph(format_args!(
        "A 100-{HIDDEN}-1 ReLU network with hidden biases, f32, tells two classes of 10 x 10 images. {seeds} repetitions, each \
         with a pilot trained on other {:.0} % (best of {PILOT_STARTS} random starts); scores at the pilot; a refit on a \
         weighted sample (best on it of two starts, the pilot and a random one). Every fit minimises mean loss + {DECAY:e} \
         |theta|^2, by limited-memory BFGS, {STEPS} steps at most: with P = 1020 parameters a step of the \
         library's Levenberg-Marquardt rotates s + 2 P rows into a factor of order P + 1, some 10^9 multiplications, and a \
         gradient takes some 10^6. Scores are of rows without gauge columns, with the \
         default ridge. Nothing is calibrated: the shortest vector has P + 1 sums, more than are kept. Cells: mean logistic loss over all images, median (90th percentile), and the median share of images \
         taken for the other class.",
        100.0 * PILOT_SHARE
    ));
    let mut panels = Vec::new();
    for (name, classes, what) in PAIRS {
        page.section(what);
        let Some(path) = context.find(name) else {
            page.paragraph(format_args!("{name}: not found."));
            continue;
        };
        let task = task(&Table::read(&path, FirstLine::MayBeNames)?, classes);
        let study = Study {
            name: what.to_string(),
            trainer: Trainer::Descent(STEPS),
            starts: 1,
            methods: BASIC.to_vec(),
            budgets: if context.quick {
                vec![100]
            } else {
                vec![100, 200, 400, 800]
            },
            seeds,
            task,
        };
        let found = study.run(&mut journal)?;
        page.paragraph(format_args!("{name}, {} images.", study.task.len()));
        tell(&mut page, &study, &found);
        panels.push(panel(&study, &found));
    }
    draw(&context.out.join("images.svg"), &panels)?;
    page.section("Picture");
    page.picture("images.svg", "Loss against images kept");
    page.write(&context.out, "images.md")
}

/// The images of two classes; the second has label 1.
fn task(table: &Table, classes: [f64; 2]) -> Task<f32> {
    let inputs = table.width - 1;
    let (mut readings, mut labels) = (Vec::new(), Vec::new());
    for row in table.rows().filter(|row| classes.contains(&row[inputs])) {
        readings.extend(row[..inputs].iter().map(|&x| x as f32));
        labels.push(if row[inputs] == classes[1] { 1.0 } else { 0.0 });
    }
    Task {
        readings,
        labels,
        shapes: two_layers(inputs, HIDDEN),
        loss: Objective::Logistic,
        decay: DECAY,
    }
}
