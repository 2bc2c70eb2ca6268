//! What a device of the library's parts watches: three scores against quantiles of their own past, and runs of equal
//! readings against the longest so far.

use gleaner::Error;
use gleaner::diagnose::Residuals;
use gleaner::factor::{Factor, factor_len};
use gleaner::outlier::{Quantile, quantile_len};

/// The detectors.
pub const DETECTORS: [&str; 4] = ["level", "change", "residual", "repeats"];
/// One each.
pub type Flags = [bool; DETECTORS.len()];

/// Readings after which a row counts half.
const HALF_LIFE: u64 = 2880;
/// Ridge of all factors: rows are of the size of 1.
const RIDGE: f32 = 1e-4;
/// Scores from `2^TOP` on are not told apart, nor are those below `2^(TOP - OCTAVES)`.
const TOP: i32 = 20;
const OCTAVES: usize = 40;
/// A run of equal readings is odd where it is this many times as long as the longest before.
const LONGER: f32 = 1.5;

type Owned = Factor<f32, Vec<f32>>;

/// A score's past.
type Past = Quantile<f32, Vec<u32>>;

/// The state of all four; a copy is a device of its own.
#[derive(Clone)]
pub struct Detector {
    scale: Vec<f32>,
    centre: Vec<f32>,
    probability: f32,
    /// Of each sensor: quantiles are per sensor where a score is, and then share the alarms.
    each: f32,
    last: Vec<f32>,
    /// Leverage of `[1, x]`.
    level: (Owned, Past),
    /// Leverage of `x - x before`.
    change: (Owned, Past),
    /// Studentised residual of each sensor on the others.
    residual: Vec<Regression>,
    /// Length of the run of equal readings of each sensor.
    repeats: Vec<Run>,
    /// Readings taken; scores of the first ones, when the factors know little, are no measure of later ones.
    taken: usize,
    warm_up: usize,
}

/// Readings that stand still.
#[derive(Clone, Copy, Default)]
struct Run {
    length: u32,
    longest: u32,
}

/// One sensor on the others.
#[derive(Clone)]
struct Regression {
    rows: Owned,
    both: Owned,
    left: Residuals<f32>,
    past: Past,
}

fn factor(order: usize) -> Result<Owned, Error> {
    let mut factor = Factor::new(order, RIDGE, vec![0.0; factor_len(order)])?;
    factor.set_half_life(HALF_LIFE)?;
    Ok(factor)
}

fn past() -> Result<Past, Error> {
    Quantile::new(2.0_f32.powi(TOP), vec![0; quantile_len(OCTAVES)])
}

/// How a score is judged.
#[derive(Clone, Copy)]
struct Judge {
    probability: f32,
    is_warm: bool,
}

impl Judge {
    /// Against the past, then takes it in.
    fn judge(self, past: &mut Past, score: f32) -> Result<bool, Error> {
        if !self.is_warm {
            return Ok(false);
        }
        let beyond = past.is_beyond(score, self.probability)?.unwrap_or(false);
        past.observe(score)?;
        Ok(beyond)
    }
}

impl Detector {
    /// No reading yet. `scale`: one a sensor; `first` is the origin.
    /// `warm_up`: readings that only the factors learn from.
    pub fn new(
        scale: &[f32],
        first: &[f32],
        probability: f32,
        warm_up: usize,
    ) -> Result<Self, Error> {
        let sensors = scale.len();
        let regression = |_| {
            Ok(Regression {
                rows: factor(sensors)?,
                both: factor(sensors + 1)?,
                left: Residuals::default(),
                past: past()?,
            })
        };
        Ok(Detector {
            scale: scale.to_vec(),
            centre: first.to_vec(),
            probability,
            each: 1.0 - (1.0 - probability) / sensors as f32,
            last: vec![0.0; sensors],
            level: (factor(sensors + 1)?, past()?),
            change: (factor(sensors)?, past()?),
            residual: (0..sensors).map(regression).collect::<Result<_, Error>>()?,
            repeats: vec![Run::default(); sensors],
            taken: 0,
            warm_up,
        })
    }

    /// Scores a reading, then takes it in, flagged or not.
    pub fn take(&mut self, raw: &[f32]) -> Result<Flags, Error> {
        let x: Vec<f32> = raw
            .iter()
            .zip(&self.centre)
            .zip(&self.scale)
            .map(|((x, centre), scale)| (x - centre) / scale)
            .collect();
        let change: Vec<f32> = x.iter().zip(&self.last).map(|(x, last)| x - last).collect();
        let with_one: Vec<f32> = [1.0].iter().chain(&x).copied().collect();
        let is_warm = self.taken >= self.warm_up;
        let judge = |probability| Judge {
            probability,
            is_warm,
        };
        let level = leverage(&mut self.level, &with_one, judge(self.probability))?;
        let changed = leverage(&mut self.change, &change, judge(self.probability))?;
        let mut residual = false;
        for (sensor, regression) in self.residual.iter_mut().enumerate() {
            residual |= regression.take(&x, sensor, judge(self.each))?;
        }
        let mut repeats = false;
        for (run, change) in self.repeats.iter_mut().zip(&change) {
            repeats |= run.take(*change == 0.0) && is_warm;
        }
        self.taken += 1;
        self.last = x;
        Ok([level, changed, residual, repeats])
    }
}

/// The leverage of a row against those before it: without an upper end, as the quantile likes it.
fn leverage((factor, past): &mut (Owned, Past), row: &[f32], judge: Judge) -> Result<bool, Error> {
    let mut scratch = vec![0.0; row.len()];
    let score = factor.score(row, &mut scratch)?.leverage;
    factor.observe(row, 1.0)?;
    judge.judge(past, score)
}

impl Run {
    /// Whether the sensor has stood still for too long.
    fn take(&mut self, stands_still: bool) -> bool {
        if stands_still {
            self.length = self.length.saturating_add(1);
        } else {
            self.longest = self.longest.max(self.length);
            self.length = 0;
        }
        self.length as f32 > LONGER * self.longest as f32
    }
}

impl Regression {
    /// The externally studentised residual of one sensor, predicted from the past.
    fn take(&mut self, x: &[f32], sensor: usize, judge: Judge) -> Result<bool, Error> {
        let others = x.iter().enumerate().filter(|(other, _)| *other != sensor);
        let mut row: Vec<f32> = [1.0]
            .iter()
            .chain(others.map(|(_, x)| x))
            .copied()
            .collect();
        let mut scratch = vec![0.0; row.len()];
        let mut coefficients = vec![0.0; row.len()];
        self.both.solve(&mut coefficients)?;
        let fitted: f32 = row.iter().zip(&coefficients).map(|(a, b)| a * b).sum();
        let error = x[sensor] - fitted;
        let leverage = self.rows.score(&row, &mut scratch)?.leverage;
        let figures = self.left.diagnose_new(error, leverage)?;
        self.left.observe(error, leverage)?;
        self.rows.observe(&row, 1.0)?;
        row.push(x[sensor]);
        self.both.observe(&row, 1.0)?;
        match figures.external {
            Some(external) => judge.judge(&mut self.past, external.abs()),
            None => Ok(false),
        }
    }
}
