//! The methods: who scores, who picks, how weights are corrected.

use gleaner::calibrate::Vector;
use std::fmt;

/// What a reading's chance is in proportion to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scorer {
    /// 1.
    Uniform,
    /// Leverage of `[x ; 1]`.
    LinearLeverage,
    /// `|d|^2`, d the adjoint row at the pilot.
    Norm,
    /// Ridge leverage of the adjoint row, in two passes.
    Leverage,
    /// The same in one pass, the factor started from the pilot's rows.
    Online,
    /// Half leverage, half its root, each over its mean.
    HalfRoot,
    /// `sqrt((l'^2 + kappa mean(l'^2) h) h)`.
    Cautious,
    /// Cautious, with a uniform share of 0.1.
    CautiousUniform,
}

/// Who picks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampler {
    /// With replacement, from an alias table: the paper's way.
    Replacement,
    /// A VarOpt reservoir.
    Reservoir,
    /// Pivotal sampling of the stream, with the threshold that gives the budget.
    Pivotal,
    /// A reservoir of 4 times the budget, thinned.
    Thinned,
}

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// Who scores.
    pub scorer: Scorer,
    /// Whether rows and scores know the label.
    pub labels: bool,
    /// Who picks.
    pub sampler: Sampler,
    /// What weights are calibrated on.
    pub calibration: Option<Vector>,
}

/// A method without calibration.
pub const fn method(scorer: Scorer, labels: bool, sampler: Sampler) -> Method {
    Method {
        scorer,
        labels,
        sampler,
        calibration: None,
    }
}

impl Method {
    /// The same, calibrated.
    pub const fn on(self, vector: Vector) -> Method {
        Method {
            calibration: Some(vector),
            ..self
        }
    }
}

/// The methods of every study.
pub const BASIC: [Method; 17] = {
    use Sampler::{Replacement, Reservoir, Thinned};
    use Scorer::{
        Cautious, CautiousUniform, HalfRoot, Leverage, LinearLeverage, Norm, Online, Uniform,
    };
    [
        method(Uniform, false, Replacement),
        method(Uniform, false, Reservoir),
        method(LinearLeverage, false, Replacement),
        method(LinearLeverage, false, Reservoir),
        method(Norm, false, Replacement),
        method(Norm, true, Replacement),
        method(Leverage, false, Replacement),
        method(Leverage, false, Reservoir),
        method(Online, false, Reservoir),
        method(Leverage, false, Thinned),
        method(HalfRoot, false, Thinned),
        method(Leverage, true, Replacement),
        method(Leverage, true, Reservoir),
        method(Online, true, Reservoir),
        method(Leverage, true, Thinned),
        method(Cautious, true, Reservoir),
        method(CautiousUniform, true, Thinned),
    ]
};

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scorer = match self.scorer {
            Scorer::Uniform => "uniform",
            Scorer::LinearLeverage => "linear leverage",
            Scorer::Norm => "norm",
            Scorer::Leverage => "leverage",
            Scorer::Online => "online leverage",
            Scorer::HalfRoot => "half leverage, half root",
            Scorer::Cautious => "cautious",
            Scorer::CautiousUniform => "cautious, uniform share 0.1",
        };
        let labels = if self.labels { "labels" } else { "no labels" };
        let sampler = match self.sampler {
            Sampler::Replacement => "replacement",
            Sampler::Reservoir => "VarOpt",
            Sampler::Pivotal => "pivotal",
            Sampler::Thinned => "thinned",
        };
        write!(f, "{scorer}; {labels}; {sampler}")?;
        match self.calibration {
            Some(vector) => write!(f, "; {vector:?}"),
            None => Ok(()),
        }
    }
}
