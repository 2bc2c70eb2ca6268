//! The page: how it was measured, one table over all networks, and a table each.

use super::cases::{DECAY, FIRMWARE, HUGE_STEPS, LARGE_STEPS, STEPS};
use super::scorer::Scorer;
use super::told::{Ridge, Told, mean, span};
use super::unit::{PILOT_SHARE, PILOT_STARTS};
use crate::evidence::page::{Page, short};
use crate::simulate::trial::quantile;

/// How it was measured.
pub fn method(page: &mut Page, pilots: usize, draws: usize) {
    page.paragraph(format_args!(
        "ReLU networks, f32, a bias in the first layer or none, inputs in [0, 1]. {pilots} pilots, each trained on other \
         {:.0} % of the readings (best of {PILOT_STARTS} random starts). Every scorer scores all readings at the pilot, in \
         two passes: the first takes the rows in, the second scores them. It is compared with exact ridge leverage (summed over \
         a reading's rows; rows without gauge columns, default ridge): Spearman's rank correlation, of scores in two passes and in \
         one (each reading against those before it, from nothing on), and the share of the 5 % highest that both have; medians \
         over the pilots. Each sample of s readings is drawn by VarOpt from the scores in two passes, and the network is \
         refitted on it from the pilot (mean loss + {DECAY:e} |theta|^2, limited-memory BFGS, {STEPS} steps at most, {LARGE_STEPS} \
         of the networks of thousands of parameters, {HUGE_STEPS} of the largest). Cells \
         under s: mean loss over all readings as a ratio to the median of exact leverage's refits at that pilot; median (90th \
         percentile) over {} refits.",
        100.0 * PILOT_SHARE,
        pilots * draws,
    ));
    page.paragraph(
        "Exact leverage depends on its ridge: the default is 1e-6 times the rows' mean squared norm, for rounding's sake; \
         the middle one is 0.1 times that norm, the wide one the norm itself. Under their names: rank correlation, in two passes, \
         with exact leverage under them.",
    );
    page.paragraph(
        "RAM: factors, row and scratch in f32, without the model. Time: a reading's way in one pass, rows and all, as a ratio to \
         a forward pass in the same run, on one core of this machine; not measured where a factor takes more than 1 GiB. Last layer \
         only: its input comes from elsewhere and costs nothing.",
    );
}

/// Over all cases.
pub fn summary(page: &mut Page, all: &[Told]) {
    page.section("In one table");
    page.paragraph(
        "Least and most over the networks below of RAM and of the median rank correlations; the geometric mean of the median \
         loss ratios over networks and s, and the largest of them. Not every sketch ran on the largest network.",
    );
    let mut scorers: Vec<Scorer> = Vec::new();
    for &scorer in all.iter().flat_map(|told| &told.measure.scorers) {
        if !scorers.contains(&scorer) {
            scorers.push(scorer);
        }
    }
    let mut rows = Vec::new();
    for scorer in scorers {
        let places = || {
            let told = all.iter();
            told.filter_map(|told| Some((told, told.place(scorer)?)))
        };
        let bytes: Vec<f64> = places().map(|(told, at)| told.bytes[at] as f64).collect();
        let losses: Vec<f64> = places().flat_map(|(told, at)| told.losses(at)).collect();
        let correlations = |ridge| match scorer {
            Scorer::Uniform => "-".to_string(),
            _ => over(
                &places()
                    .map(|(told, at)| told.correlation(at, ridge))
                    .collect::<Vec<_>>(),
            ),
        };
        let [least, most] = span(&bytes);
        rows.push(vec![
            scorer.to_string(),
            format!("{least} to {most}"),
            correlations(Ridge::Default),
            correlations(Ridge::Middle),
            correlations(Ridge::Wide),
            format!("{:.2}", mean(&losses)),
            format!("{:.2}", span(&losses)[1]),
        ]);
    }
    let header = [
        "scorer",
        "RAM, bytes",
        "rank correlation",
        "middle ridge",
        "wide ridge",
        "loss, mean",
        "loss, most",
    ];
    page.table(&header, &rows);
    explain(page, all);
}

/// What the table says, with the numbers it says it of.
fn explain(page: &mut Page, all: &[Told]) {
    let sums = |ridge: usize| {
        let each = all.iter();
        let sums: Vec<f64> = each
            .map(|told| told.median(&|found| found.dimensions[ridge]))
            .collect();
        let [least, most] = span(&sums);
        format!("{} to {}", short(least), short(most))
    };
    page.paragraph(format_args!(
        "What comes nearest to exact leverage with the default ridge is not what refits best. The leverages sum up to {} \
         with the default ridge, {} with the middle one, {} with the wide one. Where that is hundreds of dimensions, \
         leverages are flat (their mean is that sum over the number of rows).",
        sums(0),
        sums(1),
        sums(2),
    ));
    let sketch = |buckets: usize, ridge| {
        let places = all
            .iter()
            .filter_map(|told| Some((told, told.place(Scorer::Sketch(buckets))?)));
        over(
            &places
                .map(|(told, at)| told.correlation(at, ridge))
                .collect::<Vec<_>>(),
        )
    };
    page.paragraph(format_args!(
        "Which leverage a sketch ranks like depends on its size. K = 64: rank correlation {} with the wide ridge, {} with the \
         middle one, {} with the default. K = 16: {}, {} and {}.",
        sketch(64, Ridge::Wide),
        sketch(64, Ridge::Middle),
        sketch(64, Ridge::Default),
        sketch(16, Ridge::Wide),
        sketch(16, Ridge::Middle),
        sketch(16, Ridge::Default),
    ));
    for told in all.iter().filter(|told| told.is_largest) {
        largest(page, told);
    }
    page.paragraph(
        "`gleaner::choose` and `gleaner plan` go by this: for a sample to refit on a sketch of up to 64 entries; to rank readings by \
         leverage Kronecker factors, or for one output a sketch of 256 entries and more.",
    );
}

/// The network of the firmware.
fn largest(page: &mut Page, told: &Told) {
    let scorers = [Scorer::Sketch(FIRMWARE), Scorer::Wide, Scorer::Uniform];
    let [Some(sketch), Some(wide), Some(uniform)] = scorers.map(|scorer| told.place(scorer)) else {
        return;
    };
    let losses = told.losses(sketch);
    page.paragraph(format_args!(
        "The network that `tests/firmware/big.sh` runs, {}: a sketch of K = {FIRMWARE}, {} bytes, has a rank correlation of {:.2} \
         with exact leverage under the wide ridge, {:.2} under the middle one and {:.2} under the default. Refits on its samples \
         have {:.2} of the loss of those by exact leverage (geometric mean over s; at most {:.2}); with the wide ridge that is {:.2}, \
         with uniform samples {:.2}.",
        told.network,
        told.bytes[sketch],
        told.correlation(sketch, Ridge::Wide),
        told.correlation(sketch, Ridge::Middle),
        told.correlation(sketch, Ridge::Default),
        mean(&losses),
        span(&losses)[1],
        mean(&told.losses(wide)),
        mean(&told.losses(uniform)),
    ));
}

/// Least and most, with two places.
fn over(values: &[f64]) -> String {
    let [least, most] = span(values);
    format!("{least:.2} to {most:.2}")
}

/// One case.
pub fn tell(page: &mut Page, told: &Told) {
    page.section(&told.name);
    let median = |of: &dyn Fn(&super::unit::Found) -> f64| short(told.median(of));
    let forward = quantile(told.times.iter().map(|times| times[0]), 0.0);
    page.paragraph(format_args!(
        "Sum of the exact leverages: {}; with the middle ridge {}, with the wide one {}. Mean loss of the pilot: {}; after a refit \
         on everything: {}. A forward pass: {} us.",
        median(&|found| found.dimensions[0]),
        median(&|found| found.dimensions[1]),
        median(&|found| found.dimensions[2]),
        median(&|found| found.ends[0]),
        median(&|found| found.ends[1]),
        short(1e6 * forward),
    ));
    let head = [
        "scorer",
        "RAM, bytes",
        "time",
        "two passes",
        "one pass",
        "highest 5 %",
        "middle ridge",
        "wide ridge",
    ];
    let mut header: Vec<String> = head.map(str::to_string).to_vec();
    let budgets = told.measure.budgets.iter();
    header.extend(budgets.map(|budget| format!("s = {budget}")));
    let mut rows = Vec::new();
    for (place, &scorer) in told.measure.scorers.iter().enumerate() {
        let cell = |value: f64| match scorer {
            Scorer::Uniform => "-".to_string(),
            _ => format!("{value:.3}"),
        };
        let times = &told.times[place];
        let mut row = vec![
            scorer.to_string(),
            told.bytes[place].to_string(),
            short(times[1] / times[0]),
            cell(told.correlation(place, Ridge::Default)),
            cell(told.median(&|found| found.scorers[place].correlation[1])),
            cell(told.median(&|found| found.scorers[place].overlap)),
            cell(told.correlation(place, Ridge::Middle)),
            cell(told.correlation(place, Ridge::Wide)),
        ];
        for budget in 0..told.measure.budgets.len() {
            let [half, most] = [0.5, 0.9].map(|share| told.loss(place, budget, share));
            row.push(format!("{half:.2} ({most:.2})"));
        }
        rows.push(row);
    }
    page.table(&header, &rows);
}
