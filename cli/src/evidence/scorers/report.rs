//! The page: how it was measured, one table over all networks, and a table each.

use super::cases::{DECAY, FIRMWARE, HUGE_STEPS, LARGE_STEPS, STEPS};
use super::scorer::Scorer;
use super::told::{Ridge, Told, mean, span};
use super::unit::{Found, PILOT_SHARE, PILOT_STARTS};
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
         where there are thousands of parameters, {HUGE_STEPS} for the largest network). Cells \
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
         the fastest forward pass in the same run, on one core of this machine; not measured where a factor takes more than 1 GiB. Last layer \
         only: its input comes from elsewhere and costs nothing.",
    );
}

/// Over all cases.
pub fn summary(page: &mut Page, all: &[Told]) {
    page.section("In one table");
    page.paragraph(
        "Least and most over the networks below of RAM and of the median rank correlations; of the median loss ratios the \
         geometric mean and the largest, over s and all networks but the largest; and the geometric mean over s on that one, where ratios are \
         of another size.",
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
        let losses = |of_largest: bool| -> Vec<f64> {
            let places = places().filter(|(told, _)| told.is_largest == of_largest);
            places.flat_map(|(told, at)| told.losses(at)).collect()
        };
        let correlations = |ridge| match scorer {
            Scorer::Uniform => "-".to_string(),
            _ => correlations(all, scorer, ridge),
        };
        let [least, most] = span(&bytes);
        rows.push(vec![
            scorer.to_string(),
            format!("{least} to {most}"),
            correlations(Ridge::Default),
            correlations(Ridge::Middle),
            correlations(Ridge::Wide),
            two(mean(&losses(false))),
            two(span(&losses(false))[1]),
            two(mean(&losses(true))),
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
        "loss, largest network",
    ];
    page.table(&header, &rows);
    explain(page, all);
}

/// What the table says, with the numbers it says it of.
fn explain(page: &mut Page, all: &[Told]) {
    let sums = |ridge: Ridge| {
        let sums: Vec<f64> = all.iter().map(|told| told.dimension(ridge)).collect();
        let [least, most] = span(&sums);
        format!("{} to {}", short(least), short(most))
    };
    page.paragraph(format_args!(
        "What comes nearest to exact leverage with the default ridge is not what refits best. The leverages sum up to {} \
         with that ridge, to {} with the middle one, to {} with the wide one: so many dimensions are left. Where they are \
         hundreds, leverages are flat (their mean is that sum over the number of rows).",
        sums(Ridge::Default),
        sums(Ridge::Middle),
        sums(Ridge::Wide),
    ));
    let sketch = |buckets: usize| {
        let scorer = Scorer::Sketch(buckets);
        let correlations = |ridge| correlations(all, scorer, ridge);
        format!(
            "{} with the wide ridge, {} with the middle one, {} with the default",
            correlations(Ridge::Wide),
            correlations(Ridge::Middle),
            correlations(Ridge::Default),
        )
    };
    let entries: Vec<f64> = all.iter().flat_map(entries_a_dimension).collect();
    let entries = match entries[..] {
        [] => String::new(),
        _ => format!(
            " Of the sketches of a network, the one that ranks most like exact leverage under the middle or the wide ridge has {} \
             times as many entries as that ridge leaves dimensions (where it is neither the smallest nor the largest).",
            over(&entries),
        ),
    };
    page.paragraph(format_args!(
        "How near a sketch comes depends on the leverage it is compared with. Rank correlations of K = 64: {}; of K = 16: {}.{entries}",
        sketch(64),
        sketch(16),
    ));
    for told in all.iter().filter(|told| told.is_largest) {
        largest(page, told);
    }
    page.paragraph(
        "`gleaner::choose` and `gleaner plan` go by this: for a sample to refit on a sketch of up to 64 entries; to rank readings by \
         leverage Kronecker factors, or for one output a sketch of 256 entries and more.",
    );
}

/// Entries of the sketch that ranks most like exact leverage under a ridge, over the dimensions that the ridge leaves.
fn entries_a_dimension(told: &Told) -> Vec<f64> {
    let scorers = told.measure.scorers.iter().enumerate();
    let sketches: Vec<(usize, usize)> = scorers
        .filter_map(|(place, scorer)| match scorer {
            Scorer::Sketch(buckets) => Some((place, *buckets)),
            _ => None,
        })
        .collect();
    let of = |ridge: Ridge| {
        let correlation = |at: usize| told.correlation(sketches[at].0, ridge);
        let order = |&a: &usize, &b: &usize| correlation(a).total_cmp(&correlation(b));
        let best = (0..sketches.len()).max_by(order)?;
        let is_inside = best > 0 && best + 1 < sketches.len();
        is_inside.then(|| sketches[best].1 as f64 / told.dimension(ridge))
    };
    [Ridge::Middle, Ridge::Wide]
        .into_iter()
        .filter_map(of)
        .collect()
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
         have {:.2} of the loss of those by exact leverage with the default ridge (geometric mean over s; at most {:.2}), refits by \
         the wide ridge {:.2}, by uniform samples {:.2}.",
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

/// Least and most of a scorer's median rank correlations.
fn correlations(all: &[Told], scorer: Scorer, ridge: Ridge) -> String {
    let places = all
        .iter()
        .filter_map(|told| Some((told, told.place(scorer)?)));
    let each = places.map(|(told, place)| told.correlation(place, ridge));
    over(&each.collect::<Vec<_>>())
}

/// With two places, where there is something.
fn two(value: f64) -> String {
    if value.is_nan() {
        "-".to_string()
    } else {
        format!("{value:.2}")
    }
}

/// Least and most, with two places.
fn over(values: &[f64]) -> String {
    let [least, most] = span(values);
    format!("{least:.2} to {most:.2}")
}

/// One case.
pub fn tell(page: &mut Page, told: &Told) {
    page.section(&told.name);
    let median = |of: &dyn Fn(&Found) -> f64| short(told.median(of));
    let forward = quantile(told.times.iter().map(|times| times[0]), 0.0);
    page.paragraph(format_args!(
        "{} readings. Sum of the exact leverages: {}; with the middle ridge {}, with the wide one {}. Mean loss of the pilot: {}; after a refit \
         on everything: {}. A forward pass: {} us.",
        told.readings,
        short(told.dimension(Ridge::Default)),
        short(told.dimension(Ridge::Middle)),
        short(told.dimension(Ridge::Wide)),
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
        let mut row = vec![
            scorer.to_string(),
            told.bytes[place].to_string(),
            short(told.times[place][1] / forward),
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
