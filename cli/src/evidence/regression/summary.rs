//! Figures of the study: quantiles over seeds, ratios to the paper's way, budgets that reach a loss.

use super::methods::{Method, Pilot};
use super::unit::BASELINES;
use super::{Cell, Study};
use crate::simulate::quantile;

/// Excess losses below this count as this: fits end at a relative decrease of 1e-9.
const LEAST: f64 = 1e-9;
/// Budgets at which methods are compared.
pub const COMPARED: [usize; 2] = [400, 1600];

/// Over which rows a loss is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// All.
    All = 0,
    /// The 99 % of lowest linear leverage.
    Calm = 1,
}

/// How a method compares with its rival.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// Geometric mean, over sets, swishes and budgets, of the ratio of median excess losses.
    pub median: f64,
    /// The same of 90th percentiles.
    pub ninetieth: f64,
    /// The largest ratio of 90th percentiles.
    pub worst: f64,
    /// How many of the 90th percentiles are above the rival's.
    pub worse: usize,
    /// Of so many.
    pub count: usize,
}

/// Median and 90th percentile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Half are below.
    pub median: f64,
    /// Nine in ten are below.
    pub ninetieth: f64,
}

impl Spread {
    fn of(values: &[f64]) -> Spread {
        // A refusal is worse than any number.
        let at = |share| {
            quantile(
                values
                    .iter()
                    .map(|x| if x.is_nan() { f64::INFINITY } else { *x }),
                share,
            )
        };
        Spread {
            median: at(0.5),
            ninetieth: at(0.9),
        }
    }
}

impl Cell {
    /// A baseline's excess losses: the pilot's, 1 of one Gauss-Newton step, 2 of a fit to everything.
    pub fn baseline(&self, which: usize, over: Over) -> Spread {
        let place = 2 * which + over as usize;
        let values: Vec<f64> = self.seeds.iter().map(|numbers| numbers[place]).collect();
        Spread::of(&values)
    }

    /// A method's excess losses at a budget; `None` where it was not run, or the set is no larger than the budget.
    pub fn spread(
        &self,
        study: &Study,
        method: Method,
        budget: usize,
        over: Over,
    ) -> Option<Spread> {
        if budget >= study.sets[self.set].len() {
            return None;
        }
        let method = self.methods.iter().position(|other| *other == method)?;
        let place = study.budgets.iter().position(|other| *other == budget)?;
        let place = BASELINES + 2 * (method * study.budgets.len() + place) + over as usize;
        let values: Vec<f64> = self.seeds.iter().map(|numbers| numbers[place]).collect();
        Some(Spread::of(&values))
    }

    /// The budget at which the median excess loss reaches a level, by interpolation between logarithms; `Err` with the
    /// side on which it is not within the budgets.
    pub fn reach(&self, study: &Study, method: Method, level: f64) -> Option<Result<f64, Beyond>> {
        let point = |&budget: &usize| {
            let spread = self.spread(study, method, budget, Over::All)?;
            Some((budget as f64, spread.median.max(LEAST)))
        };
        let points: Vec<(f64, f64)> = study.budgets.iter().filter_map(point).collect();
        let first = points.first()?;
        if first.1 <= level {
            return Some(Err(Beyond::Below(first.0)));
        }
        let pair = points.windows(2).find(|pair| pair[1].1 <= level);
        let last = points.last()?.0;
        Some(pair.map_or(Err(Beyond::Above(last)), |pair| {
            let ((s, high), (t, low)) = (pair[0], pair[1]);
            let share = (high.ln() - level.ln()) / (high.ln() - low.ln());
            Ok((s.ln() + share * (t.ln() - s.ln())).exp())
        }))
    }
}

/// Where a level is not reached between the budgets.
#[derive(Clone, Copy, Debug)]
pub enum Beyond {
    /// Already at the smallest.
    Below(f64),
    /// Not even at the largest.
    Above(f64),
}

impl Study {
    /// The cells of a pilot.
    pub fn cells(&self, pilot: Pilot) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(move |cell| cell.pilot == pilot)
    }

    /// A method beside another, at the compared budgets; `None` where neither was run with this pilot.
    pub fn compare(&self, pilot: Pilot, method: Method, rival: Method) -> Option<Comparison> {
        let (mut medians, mut nineties) = (Vec::new(), Vec::new());
        for cell in self.cells(pilot) {
            for budget in COMPARED {
                let own = cell.spread(self, method, budget, Over::All);
                let other = cell.spread(self, rival, budget, Over::All);
                if let (Some(own), Some(other)) = (own, other) {
                    let ratio = |a: f64, b: f64| a.max(LEAST) / b.max(LEAST);
                    medians.push(ratio(own.median, other.median));
                    nineties.push(ratio(own.ninetieth, other.ninetieth));
                }
            }
        }
        let count = medians.len();
        let mean = |ratios: &[f64]| {
            (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / count as f64).exp()
        };
        (count > 0).then(|| Comparison {
            median: mean(&medians),
            ninetieth: mean(&nineties),
            worst: nineties.iter().copied().fold(0.0, f64::max),
            worse: nineties.iter().filter(|ratio| **ratio > 1.0).count(),
            count,
        })
    }
}
