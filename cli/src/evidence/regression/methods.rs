//! The methods: who scores, who picks, how weights are corrected.

use gleaner::calibrate::Vector;
use std::fmt;

/// Where rows are taken and fits begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pilot {
    /// At the fit to everything.
    Optimum,
    /// At a fit to a random 5 %.
    Five,
    /// At a fit to a random 1 %.
    One,
}

impl Pilot {
    /// All of them.
    pub const ALL: [Pilot; 3] = [Pilot::Five, Pilot::One, Pilot::Optimum];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Pilot::Optimum => "optimum",
            Pilot::Five => "5 % pilot",
            Pilot::One => "1 % pilot",
        }
    }

    /// Its rows as a share of all.
    pub fn share(self) -> f64 {
        match self {
            Pilot::Optimum => 1.0,
            Pilot::Five => 0.05,
            Pilot::One => 0.01,
        }
    }
}

/// What a row's chance is in proportion to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scorer {
    /// 1.
    Uniform,
    /// `|[x ; 1]|^2`.
    LinearNorm,
    /// Leverage of `[x ; 1]`, or with labels of `[x ; 1 ; y]`.
    LinearLeverage,
    /// `|d|^2`, d the adjoint row at the pilot.
    Norm,
    /// Leverage of the adjoint row.
    Leverage,
    /// Leverage online, in one pass, the factor started from the pilot's rows.
    Online,
    /// Half leverage, half its root, each over its mean.
    HalfRoot,
    /// The root of the leverage.
    Root,
    /// `|l'| sqrt h`.
    Optimal,
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
    /// Pivotal sampling of the stream, with the threshold that gives the budget, 32 waiting.
    Pivotal,
    /// A reservoir of 4 times the budget, thinned, with so many waiting at most.
    Thinned(usize),
}

/// Everything of a reservoir waits.
pub const ALL_WAITING: usize = usize::MAX;

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

/// The paper's way.
pub const PAPER: Method = replacement(Scorer::Leverage, true);
/// The same, of the prediction.
pub const PAPER_WITHOUT_LABELS: Method = replacement(Scorer::Leverage, false);

const fn replacement(scorer: Scorer, labels: bool) -> Method {
    Method {
        scorer,
        labels,
        sampler: Sampler::Replacement,
        calibration: None,
    }
}

impl Method {
    const fn by(self, sampler: Sampler) -> Method {
        Method { sampler, ..self }
    }

    const fn on(self, vector: Vector) -> Method {
        Method {
            calibration: Some(vector),
            ..self
        }
    }

    /// What it is measured against: the paper's way with labels, or without.
    pub fn rival(self) -> Method {
        if self.labels {
            PAPER
        } else {
            PAPER_WITHOUT_LABELS
        }
    }
}

/// All methods of a pilot: the 5 % pilot has all, the others fewer samplers.
pub fn methods(pilot: Pilot) -> Vec<Method> {
    let with = |scorer| replacement(scorer, true);
    let without = |scorer| replacement(scorer, false);
    let thinned = Sampler::Thinned(ALL_WAITING);
    let mut all = vec![
        without(Scorer::Uniform),
        without(Scorer::LinearNorm),
        without(Scorer::LinearLeverage),
        with(Scorer::LinearLeverage),
        with(Scorer::Norm),
        without(Scorer::Norm),
        PAPER,
        PAPER_WITHOUT_LABELS,
        with(Scorer::Optimal),
        with(Scorer::Cautious),
        with(Scorer::CautiousUniform),
    ];
    all.extend([
        PAPER.by(Sampler::Reservoir),
        PAPER_WITHOUT_LABELS.by(Sampler::Reservoir),
    ]);
    if pilot == Pilot::Five {
        all.extend([
            without(Scorer::Uniform).by(Sampler::Reservoir),
            without(Scorer::Uniform).by(thinned),
            PAPER.by(Sampler::Pivotal),
            PAPER.by(Sampler::Thinned(32)),
            PAPER.by(thinned),
            with(Scorer::Online).by(Sampler::Reservoir),
            with(Scorer::Online).by(thinned),
            with(Scorer::HalfRoot).by(Sampler::Reservoir),
            with(Scorer::HalfRoot).by(thinned),
            with(Scorer::Optimal).by(Sampler::Reservoir),
            with(Scorer::Cautious).by(Sampler::Reservoir),
            with(Scorer::Cautious).by(thinned),
            with(Scorer::CautiousUniform).by(Sampler::Reservoir),
            with(Scorer::CautiousUniform).by(thinned),
            PAPER.by(Sampler::Reservoir).on(Vector::Gradient),
            PAPER.by(thinned).on(Vector::Gradient),
            PAPER.by(Sampler::Reservoir).on(Vector::Curvature),
            PAPER.by(Sampler::Pivotal).on(Vector::Curvature),
            PAPER.by(Sampler::Thinned(32)).on(Vector::Curvature),
            PAPER.by(thinned).on(Vector::Curvature),
            with(Scorer::Online).by(thinned).on(Vector::Curvature),
            with(Scorer::HalfRoot).by(thinned).on(Vector::Curvature),
            with(Scorer::CautiousUniform)
                .by(thinned)
                .on(Vector::Curvature),
            with(Scorer::Uniform)
                .by(Sampler::Reservoir)
                .on(Vector::Curvature),
            PAPER_WITHOUT_LABELS.by(Sampler::Pivotal),
            PAPER_WITHOUT_LABELS.by(Sampler::Thinned(32)),
            PAPER_WITHOUT_LABELS.by(thinned),
            PAPER_WITHOUT_LABELS.by(thinned).on(Vector::Output),
            without(Scorer::Online).by(thinned),
            without(Scorer::HalfRoot).by(Sampler::Reservoir),
            without(Scorer::HalfRoot).by(thinned),
            without(Scorer::HalfRoot)
                .by(Sampler::Reservoir)
                .on(Vector::Output),
            without(Scorer::HalfRoot)
                .by(Sampler::Thinned(32))
                .on(Vector::Output),
            without(Scorer::HalfRoot).by(thinned).on(Vector::Output),
            without(Scorer::Root).by(thinned),
            without(Scorer::Root).by(thinned).on(Vector::Output),
        ]);
    }
    all
}

impl fmt::Display for Scorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scorer::Uniform => "uniform",
            Scorer::LinearNorm => "linear norm",
            Scorer::LinearLeverage => "linear leverage",
            Scorer::Norm => "norm",
            Scorer::Leverage => "leverage",
            Scorer::Online => "online leverage",
            Scorer::HalfRoot => "half leverage, half root",
            Scorer::Root => "root leverage",
            Scorer::Optimal => "optimal",
            Scorer::Cautious => "cautious",
            Scorer::CautiousUniform => "cautious, uniform share 0.1",
        })
    }
}

impl fmt::Display for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sampler::Replacement => f.write_str("replacement"),
            Sampler::Reservoir => f.write_str("VarOpt"),
            Sampler::Pivotal => f.write_str("pivotal"),
            Sampler::Thinned(ALL_WAITING) => f.write_str("thinned"),
            Sampler::Thinned(waiting) => write!(f, "thinned, {waiting} waiting"),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = if self.labels { "labels" } else { "no labels" };
        write!(f, "{}; {labels}; {}", self.scorer, self.sampler)?;
        match self.calibration {
            Some(vector) => write!(f, "; {vector:?}"),
            None => Ok(()),
        }
    }
}
