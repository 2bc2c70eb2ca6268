//! What was found in a case, and medians of it.

use super::scorer::Scorer;
use super::unit::{Found, Measure};
use crate::simulate::trial::quantile;

/// What was found in a case.
pub struct Told {
    /// Network, data, rows and P.
    pub name: String,
    /// The network alone.
    pub network: String,
    /// How many are scored.
    pub readings: usize,
    /// Whether it is the network of the firmware.
    pub is_largest: bool,
    /// How it was measured.
    pub measure: Measure,
    /// Of each scorer.
    pub bytes: Vec<usize>,
    /// Seconds of a forward pass and of each scorer beside it.
    pub times: Vec<Vec<f64>>,
    /// A pilot each.
    pub found: Vec<Found>,
}

/// Which exact leverage something is compared with, in the order of the measured ridges.
#[derive(Clone, Copy, Debug)]
pub enum Ridge {
    /// 1e-6 of the rows' mean squared norm.
    Default,
    /// 0.1 of it.
    Middle,
    /// All of it.
    Wide,
}

impl Told {
    /// A scorer's place.
    pub fn place(&self, scorer: Scorer) -> Option<usize> {
        let mut scorers = self.measure.scorers.iter();
        scorers.position(|other| *other == scorer)
    }

    /// The median over the pilots.
    pub fn median(&self, of: &dyn Fn(&Found) -> f64) -> f64 {
        quantile(self.found.iter().map(of), 0.5)
    }

    /// The median sum of the exact leverages under a ridge.
    pub fn dimension(&self, ridge: Ridge) -> f64 {
        self.median(&|found| found.dimensions[ridge as usize])
    }

    /// The median rank correlation of the scorer at a place, in two passes.
    pub fn correlation(&self, place: usize, ridge: Ridge) -> f64 {
        self.median(&|found| {
            let quality = &found.scorers[place];
            match ridge {
                Ridge::Default => quality.correlation[0],
                Ridge::Middle => quality.ridges[0],
                Ridge::Wide => quality.ridges[1],
            }
        })
    }

    /// A quantile of the loss ratios of the scorer at a place.
    pub fn loss(&self, place: usize, budget: usize, share: f64) -> f64 {
        let found = self.found.iter();
        quantile(found.flat_map(|found| ratios(found, place, budget)), share)
    }

    /// The medians of the loss ratios of the scorer at a place, by budget.
    pub fn losses(&self, place: usize) -> Vec<f64> {
        let budgets = 0..self.measure.budgets.len();
        budgets
            .map(|budget| self.loss(place, budget, 0.5))
            .collect()
    }
}

/// Losses of a scorer's refits, over the median of those by exact leverage.
fn ratios(found: &Found, scorer: usize, budget: usize) -> Vec<f64> {
    let exact = found.scorers.last().map(|quality| &quality.losses[budget]);
    let exact = quantile(exact.into_iter().flatten().copied(), 0.5);
    let losses = &found.scorers[scorer].losses[budget];
    losses.iter().map(|loss| loss / exact).collect()
}

/// Least and most.
pub fn span(values: &[f64]) -> [f64; 2] {
    [0.0, 1.0].map(|share| quantile(values.iter().copied(), share))
}

/// The geometric mean.
pub fn mean(values: &[f64]) -> f64 {
    (values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp()
}
