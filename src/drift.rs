//! Notices that a stream has changed, by the leverages of its readings.
//!
//! On a steady stream the online leverage of a reading has the mean `rank / W`, where `W` is what the rows in the
//! factor weigh, the reading's own included: the t-th reading after a pilot of n finds `W = n + t`; in a factor that forgets
//! with a half-life of h readings W goes on as `(W + 1) 2^(-1/h)`, so that leverages settle at about `rank ln 2 / h`. So `z = leverage W` has a level of its own that neither age nor half-life moves, and readings that
//! the factor has not seen raise it, up to `W`.
//!
//! [`BLOCK`] readings at a time give `y = mean ln(1 + z)`, standardised by mean and deviation of the blocks before
//! (a self-starting chart), and their sum is watched for a rise (a CUSUM):
//! `level = max(0, level + min(standardised, 4) - 1/2)`. Above [`ALARM`] the stream has changed. Blocks and their own
//! deviation, since readings of a sensor resemble those just before them; logarithm and bound, since one odd reading is an
//! outlier, no change.
//!
//! Were blocks independent and normal, a steady stream would be alarmed once in about `2 (e^b - b - 1)` blocks,
//! `b = ALARM + 1.166`: in 2 million readings. `docs/evidence/drift.md` has what streams do: where readings are drawn, a switch is
//! noticed within 48 to 64 of them, with at most 0.2 false alarms in 10 000; in a log whose days differ it takes thousands,
//! or is missed in a third of runs under a half-life, with 3 to 5. The level falls again as the factor gets used to what is
//! new. It is watched for a rise only: a sensor that is stuck or dead says less than before, and raises nothing. The first
//! 32 blocks are only learnt from. Two conditions: the factor holds more rows than its rank, several times, and a half-life
//! is long beside the readings that the factor takes to get used to new ones, or it has done so before a block is full.
//!
//! Sources: E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954); D. M. Hawkins, "Self-starting cusum charts
//! for location and scale", The Statistician 36 (1987); D. Siegmund, Sequential Analysis (1985), section 2.6, for the rate.

use crate::{Error, Scalar};

/// Readings of a block.
pub const BLOCK: u32 = 16;
/// The level above which a stream has changed.
pub const ALARM: f64 = 10.0;
/// Blocks that are only learnt from.
const FIRST: u64 = 32;
/// Blocks that mean and deviation remember, about.
const REMEMBERED: u64 = 512;
/// What a standardised block counts at most.
const MOST: f64 = 4.0;
/// What a block counts less.
const SLACK: f64 = 0.5;
/// Variance of a block at least: blocks that are all alike make no rounding an event.
const LEAST: f64 = 1e-4;

/// The level of a stream of leverages: plain, copied freely.
///
/// Feed it the leverage of each verdict. After an alarm, rebase or start anew, and begin a new one.
///
/// ```
/// use gleaner::drift::{ALARM, Drift};
///
/// // A factor of 50 rows of rank 5 meets 2000 readings like them, and then others.
/// let mut drift = Drift::new(50, 0);
/// for t in 1..=2000 {
///     let like = 5.0 / (50.0 + f64::from(t)) * (1.0 + 0.5 * f64::from(t).sin());
///     assert!(drift.observe(like)? < ALARM);
/// }
/// let noticed = (1..).find(|_| drift.observe(0.1).is_ok_and(|level| level > ALARM));
/// assert!(noticed.is_some_and(|readings| readings <= 64));
/// # Ok::<(), gleaner::Error>(())
/// ```
///
/// Memory: a few scalars. Cost: a logarithm a reading, an exponential where there is a half-life.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Drift<T> {
    /// Readings whose rows are in the factor, forgotten ones included: of several rows a reading, readings.
    pub rows: u64,
    /// The factor's half-life in readings; 0: it forgets nothing.
    pub half_life: u64,
    /// What these readings weigh where some of them are forgotten in part; not looked at where nothing is.
    pub weight: T,
    /// Finished blocks.
    pub blocks: u64,
    /// Readings of the block that has begun.
    pub readings: u32,
    /// Their sum of `ln(1 + leverage W)`.
    pub sum: T,
    /// Mean of the blocks before.
    pub mean: T,
    /// Their variance.
    pub variance: T,
    /// The level after the last block.
    pub level: T,
}

impl<T: Scalar> Drift<T> {
    /// Of leverages against a factor in which so many readings weigh one each, as a pilot's do, and which from now on forgets
    /// with a half-life in readings; 0: it forgets nothing.
    pub fn new(rows: u64, half_life: u64) -> Self {
        Drift {
            rows,
            half_life,
            weight: T::count(rows),
            ..Drift::default()
        }
    }

    /// What the rows in the factor weigh, the next one included.
    fn weight(&self) -> T {
        if self.half_life == 0 {
            // Not one by one: in f32 that ends at 2^24.
            return T::count(self.rows.saturating_add(1));
        }
        self.weight + T::ONE
    }

    /// Takes in the online leverage of the next reading, of several rows their sum; returns the level, which moves once a block.
    ///
    /// # Errors
    /// `Range` for a leverage that is negative, NaN, infinite or leaves the scalar's range times W. Nothing changes then.
    pub fn observe(&mut self, leverage: T) -> Result<T, Error> {
        let weighed = leverage * self.weight();
        if !(weighed >= T::ZERO && weighed <= T::MAX) {
            return Err(Error::Range("leverage"));
        }
        self.sum += weighed.ln_1p();
        self.rows = self.rows.saturating_add(1);
        if self.half_life > 0 {
            self.weight = (self.weight + T::ONE) * faded(self.half_life);
        }
        self.readings = self.readings.saturating_add(1);
        if self.readings >= BLOCK {
            let block = self.sum / T::count(u64::from(self.readings));
            (self.readings, self.sum) = (0, T::ZERO);
            self.close(block);
        }
        Ok(self.level)
    }

    /// Takes in a block: first the level moves, then mean and variance.
    fn close(&mut self, block: T) {
        let off = block - self.mean;
        if self.blocks >= FIRST {
            let deviation = self.variance.max(T::of(LEAST)).sqrt();
            let step = (off / deviation).min(T::of(MOST)) - T::of(SLACK);
            self.level = (self.level + step).max(T::ZERO);
        }
        self.blocks = self.blocks.saturating_add(1);
        // An equal share each at first, later that of a window.
        let share = T::ONE / T::count(self.blocks.min(REMEMBERED));
        self.mean += off * share;
        self.variance += ((T::ONE - share) * off * off - self.variance) * share;
    }

    /// Whether these numbers can have come of leverages, each below the largest scalar.
    pub(crate) fn is_possible(&self) -> bool {
        // The logarithm of the largest f64.
        let most = T::of(710.0);
        let below = |value: T, most: T| value >= T::ZERO && value <= most;
        self.readings < BLOCK
            && below(self.weight, T::MAX)
            && below(self.sum, most * T::count(u64::from(self.readings)))
            && below(self.mean, most)
            && below(self.variance, most * most)
            && below(self.level, T::MAX)
    }

    /// The level after the last block.
    pub fn level(&self) -> T {
        self.level
    }

    /// Whether the stream has changed: the level is above [`ALARM`].
    pub fn is_alarmed(&self) -> bool {
        self.level > T::of(ALARM)
    }
}

/// What a reading still weighs behind the next one.
pub(crate) fn faded<T: Scalar>(half_life: u64) -> T {
    (-T::ONE / T::count(half_life)).exp2()
}
