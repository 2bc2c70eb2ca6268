//! Tables and panels of a study.

use super::methods::{Method, Sampler, Scorer, method};
use super::study::{Found, Study, Worth};
use crate::evidence::page::{Page, short};
use crate::evidence::plot::{COLOURS, Line, Panel};
use crate::simulate::trial::quantile;
use gleaner::calibrate::Vector;

/// The paper's way.
const PAPER: Method = method(Scorer::Leverage, true, Sampler::Replacement);
/// What a picture shows, where a study has it, each in its colour.
const SHOWN: [(Method, usize); 7] = [
    (method(Scorer::Uniform, false, Sampler::Replacement), 0),
    (
        method(Scorer::LinearLeverage, false, Sampler::Replacement),
        2,
    ),
    (PAPER, 1),
    (method(Scorer::Online, false, Sampler::Reservoir), 4),
    (method(Scorer::Online, true, Sampler::Reservoir), 3),
    (method(Scorer::Leverage, true, Sampler::Thinned), 5),
    (
        method(Scorer::Leverage, true, Sampler::Thinned).on(Vector::Gradient),
        7,
    ),
];

/// Writes the table of a study.
pub fn tell(page: &mut Page, study: &Study, found: &[Found]) {
    let cell = |worth: &dyn Fn(&Found) -> Worth| {
        let loss = |share| short(quantile(finite(found, worth, |w| w.loss), share));
        let wrong = 100.0 * quantile(finite(found, worth, |w| w.wrong), 0.5);
        format!("{} ({}), {wrong:.1} %", loss(0.5), loss(0.9))
    };
    let mut header = vec!["scores; rows; sampler; weights".to_string()];
    header.extend(study.budgets.iter().map(usize::to_string));
    let paper = study.methods.iter().position(|method| *method == PAPER);
    if paper.is_some() {
        header.push("excess".to_string());
    }
    let mut lines = Vec::new();
    for (m, method) in study.methods.iter().enumerate() {
        let mut line = vec![method.to_string()];
        line.extend((0..study.budgets.len()).map(|b| cell(&|found| found.cells[m][b])));
        line.extend(paper.map(|paper| short(excess(study, found, m, paper))));
        lines.push(line);
    }
    for (name, text) in [
        ("the pilot", cell(&|found| found.pilot)),
        ("everything", cell(&|found| found.everything)),
    ] {
        let mut line = vec![name.to_string(), text];
        line.resize(header.len(), String::new());
        lines.push(line);
    }
    page.table(&header, &lines);
    if paper.is_some() {
        page.paragraph(
            "Excess: the median of the loss above the least that any fit of a repetition reached, as a ratio to the same of \
             leverage with labels and replacement, the paper's way; the geometric mean over the budgets.",
        );
    }
    let refused = found.iter().flat_map(|found| found.cells.iter().flatten());
    let refused = refused.filter(|worth| worth.loss.is_nan()).count();
    if refused > 0 {
        page.paragraph(format_args!(
            "Refits that were refused, and are left out: {refused}."
        ));
    }
}

/// Excess of a method as a ratio to another's.
fn excess(study: &Study, found: &[Found], m: usize, other: usize) -> f64 {
    let least = |found: &Found| {
        let all = found.cells.iter().flatten().chain([&found.everything]);
        all.map(|worth| worth.loss).fold(f64::INFINITY, f64::min)
    };
    let median = |m: usize, b: usize| {
        let above = found
            .iter()
            .map(|found| found.cells[m][b].loss - least(found));
        quantile(above.filter(|x| x.is_finite()), 0.5)
    };
    let count = study.budgets.len() as f64;
    let logarithms = (0..study.budgets.len()).map(|b| (median(m, b) / median(other, b)).ln());
    (logarithms.sum::<f64>() / count).exp()
}

/// Losses against budgets: medians, and everything.
pub fn panel(study: &Study, found: &[Found]) -> Panel {
    let median = |worth: &dyn Fn(&Found) -> Worth| quantile(finite(found, worth, |w| w.loss), 0.5);
    let mut lines = Vec::new();
    for (method, colour) in SHOWN {
        let Some(m) = study.methods.iter().position(|other| *other == method) else {
            continue;
        };
        let budgets = study.budgets.iter().enumerate();
        lines.push(Line {
            name: method.to_string(),
            colour: COLOURS[colour],
            dashed: false,
            points: budgets
                .map(|(b, &budget)| (budget as f64, median(&|found| found.cells[m][b])))
                .collect(),
        });
    }
    let everything = median(&|found| found.everything);
    let ends = [study.budgets.first(), study.budgets.last()];
    lines.push(Line {
        name: "everything".to_string(),
        colour: COLOURS[8],
        dashed: true,
        points: ends
            .into_iter()
            .flatten()
            .map(|&budget| (budget as f64, everything))
            .collect(),
    });
    Panel {
        title: format!(
            "{}: median over {} pilots and draws",
            study.name,
            found.len()
        ),
        x: "readings kept".into(),
        y: "mean loss over all".into(),
        logarithmic: [true, true],
        lines,
    }
}

fn finite(
    found: &[Found],
    worth: &dyn Fn(&Found) -> Worth,
    what: fn(Worth) -> f64,
) -> impl Iterator<Item = f64> {
    let numbers: Vec<f64> = found.iter().map(|found| what(worth(found))).collect();
    numbers.into_iter().filter(|x| x.is_finite())
}
