//! Figures of the study: quantiles over seeds, ratios to the paper's way, budgets that reach a loss.

use super::super::journal::{Generator, hash};
use super::methods::{Method, Pilot};
use super::unit::BASELINES;
use super::{Cell, Study};
use crate::simulate::quantile;
use gleaner::rand_core::Rng;
use rand_xoshiro::rand_core::SeedableRng;
use std::fmt;

/// Excess losses below this count as this: fits end at a relative decrease of 1e-9.
const LEAST: f64 = 1e-9;
/// Budgets at which methods are compared.
pub const COMPARED: [usize; 2] = [400, 1600];

/// Studies with seeds drawn anew.
const RESAMPLES: usize = 400;

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

    /// A method's excess losses at a budget, one a seed; `None` where it was not run, or the set is no larger than the budget.
    fn excess(&self, study: &Study, method: Method, budget: usize, over: Over) -> Option<Vec<f64>> {
        if budget >= study.sets[self.set].len() {
            return None;
        }
        let method = self.methods.iter().position(|other| *other == method)?;
        let place = study.budgets.iter().position(|other| *other == budget)?;
        let place = BASELINES + 2 * (method * study.budgets.len() + place) + over as usize;
        Some(self.seeds.iter().map(|numbers| numbers[place]).collect())
    }

    /// Median and 90th percentile of these.
    pub fn spread(
        &self,
        study: &Study,
        method: Method,
        budget: usize,
        over: Over,
    ) -> Option<Spread> {
        Some(Spread::of(&self.excess(study, method, budget, over)?))
    }

    /// The budget at which the median excess loss reaches a level, by interpolation between logarithms, and what nine in ten
    /// of [`RESAMPLES`] studies with seeds drawn anew from these would find.
    pub fn reach(
        &self,
        study: &Study,
        method: Method,
        level: f64,
    ) -> Option<(Reached, [Reached; 2])> {
        let all: Vec<usize> = (0..self.seeds.len()).collect();
        let found = self.reach_of(study, method, level, &all)?;
        let mut generator = Generator::seed_from_u64(hash(&method.to_string()));
        let mut others = Vec::new();
        for _ in 0..RESAMPLES {
            let count = all.len() as u64;
            let drawn: Vec<usize> = all
                .iter()
                .map(|_| (generator.next_u64() % count) as usize)
                .collect();
            others.push(self.reach_of(study, method, level, &drawn)?);
        }
        others.sort_by(|a, b| a.order().total_cmp(&b.order()));
        let at = |share: f64| others[(share * (RESAMPLES - 1) as f64).round() as usize];
        Some((found, [at(0.05), at(0.95)]))
    }

    /// As [`Cell::reach`], of some seeds.
    fn reach_of(
        &self,
        study: &Study,
        method: Method,
        level: f64,
        seeds: &[usize],
    ) -> Option<Reached> {
        let point = |&budget: &usize| {
            let excess = self.excess(study, method, budget, Over::All)?;
            let values: Vec<f64> = seeds.iter().map(|&seed| excess[seed]).collect();
            Some((budget as f64, Spread::of(&values).median.max(LEAST)))
        };
        let points: Vec<(f64, f64)> = study.budgets.iter().filter_map(point).collect();
        let first = points.first()?;
        if first.1 <= level {
            return Some(Reached::Below(first.0));
        }
        let pair = points.windows(2).find(|pair| pair[1].1 <= level);
        let last = points.last()?.0;
        Some(pair.map_or(Reached::Above(last), |pair| {
            let ((s, high), (t, low)) = (pair[0], pair[1]);
            let share = (high.ln() - level.ln()) / (high.ln() - low.ln());
            Reached::At((s.ln() + share * (t.ln() - s.ln())).exp())
        }))
    }
}

/// Where a level is reached.
#[derive(Clone, Copy, Debug)]
pub enum Reached {
    /// Already at the smallest budget.
    Below(f64),
    /// Between two.
    At(f64),
    /// Not even at the largest.
    Above(f64),
}

impl Reached {
    fn order(self) -> f64 {
        match self {
            Reached::Below(budget) => 0.99 * budget,
            Reached::At(budget) => budget,
            Reached::Above(budget) => 1.01 * budget,
        }
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reached::Below(budget) => write!(f, "< {budget:.0}"),
            Reached::At(budget) => write!(f, "{budget:.0}"),
            Reached::Above(budget) => write!(f, "> {budget:.0}"),
        }
    }
}

impl Study {
    /// Geometric mean, over the sets, one swish or all, and the compared budgets, of the ratio of one method's median
    /// excess loss to another's, each with its pilot; where both are positive. NaN where none are.
    pub fn ratio(
        &self,
        one: (Pilot, Method),
        other: (Pilot, Method),
        swish: Option<usize>,
        over: Over,
    ) -> f64 {
        let mut logarithms = Vec::new();
        let pairs = self.cells(one.0).zip(self.cells(other.0));
        for (a, b) in pairs.filter(|pair| swish.is_none_or(|swish| pair.0.swish == swish)) {
            for budget in COMPARED {
                let a = a.spread(self, one.1, budget, over);
                let b = b.spread(self, other.1, budget, over);
                let ratio = a.zip(b).map(|(a, b)| a.median.max(0.0) / b.median);
                logarithms.extend(ratio.filter(|ratio| *ratio > 0.0).map(f64::ln));
            }
        }
        (logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp()
    }

    /// The cells of a pilot.
    pub fn cells(&self, pilot: Pilot) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(move |cell| cell.pilot == pilot)
    }

    /// A method beside another at some budgets; `None` where neither was run with this pilot.
    pub fn compare(
        &self,
        pilot: Pilot,
        method: Method,
        rival: Method,
        budgets: &[usize],
    ) -> Option<Comparison> {
        let (mut medians, mut nineties) = (Vec::new(), Vec::new());
        for cell in self.cells(pilot) {
            for &budget in budgets {
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
