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
    /// The same times the rows in the factor: its mean does not fall along the stream.
    OnlineRows,
    /// Half of that, half its root, each over its mean so far: one pass.
    OnlineHalfRoot,
    /// Half leverage, half its root, each over its mean.
    HalfRoot,
    /// Three quarters leverage, a quarter its root, each over its mean.
    QuarterRoot,
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
const THINNED: Sampler = Sampler::Thinned(ALL_WAITING);

/// A method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Method {
    /// Who scores.
    pub scorer: Scorer,
    /// Whether rows and scores know the label.
    pub labels: bool,
    /// Who picks.
    pub sampler: Sampler,
    /// What weights are calibrated on.
    pub calibration: Option<Vector>,
    /// The ridge of the calibration; `None`: the library's.
    pub ridge: Option<f64>,
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
        ridge: None,
    }
}

/// A setting for users, and what it is to reach.
#[derive(Clone, Copy, Debug)]
pub struct Recommended {
    /// When to take it.
    pub when: &'static str,
    /// The setting.
    pub method: Method,
    /// The ratio to the paper's way that it is to stay below.
    pub aim: f64,
}

/// The settings that win: by the ratio of medians, among those without a 90th percentile that is worse on any set.
pub const RECOMMENDED: [Recommended; 4] = [
    Recommended {
        when: "labels, calibrated",
        method: replacement(Scorer::HalfRoot, true)
            .by(THINNED)
            .on(Vector::Curvature),
        aim: 0.03,
    },
    Recommended {
        when: "labels, not calibrated",
        method: PAPER.by(THINNED),
        aim: 0.5,
    },
    Recommended {
        when: "no labels, calibrated",
        method: replacement(Scorer::QuarterRoot, false)
            .by(THINNED)
            .on(Vector::Output),
        aim: 0.55,
    },
    Recommended {
        when: "no labels, not calibrated",
        method: PAPER_WITHOUT_LABELS.by(THINNED),
        aim: 0.55,
    },
];

/// What tables by budget and pictures show.
pub const SHOWN: [Method; 8] = [
    replacement(Scorer::Uniform, false),
    replacement(Scorer::LinearLeverage, false),
    PAPER_WITHOUT_LABELS,
    PAPER,
    PAPER.by(Sampler::Reservoir),
    RECOMMENDED[2].method,
    RECOMMENDED[1].method,
    RECOMMENDED[0].method,
];

/// What an earlier study found of a set: s for 1.05 / 1.01.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The set.
    pub set: &'static str,
    /// A score's name, the method, and its figures.
    pub figures: [(&'static str, Method, &'static str); 3],
}

const fn found(set: &'static str, figures: [&'static str; 3]) -> Found {
    let [adjoint, linear, uniform] = figures;
    let figures = [
        ("adjoint leverage", PAPER, adjoint),
        (
            "linear leverage",
            replacement(Scorer::LinearLeverage, false),
            linear,
        ),
        ("uniform", replacement(Scorer::Uniform, false), uniform),
    ];
    Found { set, figures }
}

/// By a study in Python, swish (1, 2, 1), scores at the optimum.
pub const FOUND: [Found; 3] = [
    found("California", ["133 / 596", "178 / 755", "> 1600"]),
    found("Diamonds", ["152 / 695", "198 / 943", "> 1600"]),
    found("Insurance", ["99 / 481", "136 / 631", "159 / 690"]),
];

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

    const fn ridge(self, ridge: f64) -> Method {
        Method {
            ridge: Some(ridge),
            ..self
        }
    }

    /// Whether scores depend on the pilot.
    pub fn is_at_pilot(self) -> bool {
        !matches!(
            self.scorer,
            Scorer::Uniform | Scorer::LinearNorm | Scorer::LinearLeverage
        )
    }

    /// Whether both are of the same draw, and differ in what weights are calibrated on.
    pub fn shares_draw(self, other: Method) -> bool {
        self.by_design() == other.by_design()
    }

    /// The same with the weights of the design.
    pub fn by_design(self) -> Method {
        Method {
            calibration: None,
            ridge: None,
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
    let thinned = THINNED;
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
        PAPER.by(thinned),
        PAPER.by(thinned).on(Vector::Curvature),
        with(Scorer::CautiousUniform).by(thinned),
        with(Scorer::CautiousUniform)
            .by(thinned)
            .on(Vector::Curvature),
        without(Scorer::HalfRoot).by(thinned),
        without(Scorer::HalfRoot).by(thinned).on(Vector::Output),
        without(Scorer::QuarterRoot).by(thinned),
        without(Scorer::QuarterRoot).by(thinned).on(Vector::Output),
    ]);
    if pilot == Pilot::Five {
        let labelled = [
            with(Scorer::Uniform)
                .by(Sampler::Reservoir)
                .on(Vector::Curvature),
            PAPER.by(Sampler::Pivotal),
            PAPER.by(Sampler::Thinned(32)),
            PAPER.by(Sampler::Reservoir).on(Vector::Gradient),
            PAPER.by(Sampler::Pivotal).on(Vector::Gradient),
            PAPER.by(thinned).on(Vector::Gradient),
            PAPER.by(Sampler::Reservoir).on(Vector::Curvature),
            PAPER.by(Sampler::Pivotal).on(Vector::Curvature),
            PAPER.by(Sampler::Thinned(32)).on(Vector::Curvature),
            PAPER.by(thinned).on(Vector::Curvature).ridge(0.01),
            PAPER.by(thinned).on(Vector::Curvature).ridge(1e-3),
            PAPER.by(thinned).on(Vector::Curvature).ridge(1e-6),
            with(Scorer::Optimal).by(Sampler::Reservoir),
            with(Scorer::Cautious).by(Sampler::Reservoir),
            with(Scorer::CautiousUniform).by(Sampler::Reservoir),
            with(Scorer::HalfRoot).by(thinned),
            with(Scorer::HalfRoot).by(thinned).on(Vector::Curvature),
            with(Scorer::Online).by(Sampler::Reservoir),
            with(Scorer::OnlineRows).by(Sampler::Reservoir),
            with(Scorer::OnlineRows).by(thinned),
            with(Scorer::OnlineRows).by(thinned).on(Vector::Curvature),
        ];
        let unlabelled = [
            without(Scorer::Uniform).by(Sampler::Reservoir),
            PAPER_WITHOUT_LABELS.by(Sampler::Pivotal),
            PAPER_WITHOUT_LABELS.by(thinned),
            PAPER_WITHOUT_LABELS.by(thinned).on(Vector::Output),
            without(Scorer::Root).by(Sampler::Reservoir),
            without(Scorer::HalfRoot).by(Sampler::Reservoir),
            without(Scorer::HalfRoot)
                .by(Sampler::Reservoir)
                .on(Vector::Output),
            without(Scorer::HalfRoot).by(Sampler::Thinned(32)),
            without(Scorer::HalfRoot)
                .by(Sampler::Thinned(32))
                .on(Vector::Output),
            without(Scorer::HalfRoot)
                .by(thinned)
                .on(Vector::Output)
                .ridge(0.01),
            without(Scorer::QuarterRoot)
                .by(thinned)
                .on(Vector::Output)
                .ridge(0.01),
            without(Scorer::OnlineHalfRoot).by(thinned),
            without(Scorer::OnlineHalfRoot)
                .by(thinned)
                .on(Vector::Output),
        ];
        all.extend(labelled);
        all.extend(unlabelled);
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
            Scorer::OnlineRows => "online leverage times rows",
            Scorer::OnlineHalfRoot => "online half leverage, half root",
            Scorer::HalfRoot => "half leverage, half root",
            Scorer::QuarterRoot => "3/4 leverage, 1/4 root",
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
            Some(vector) => write!(f, "; {vector:?}")?,
            None => return Ok(()),
        }
        match self.ridge {
            Some(ridge) => write!(f, ", ridge {ridge}"),
            None => Ok(()),
        }
    }
}
