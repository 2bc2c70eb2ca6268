//! Standardiser: `(x - mean) / scale` a feature, exported or from running moments.
//!
//! Running moments use Welford's update with the mean and the squared deviations carried as pairs, so that
//! `2^25` single-precision readings far from 0 keep both right to 1e-5 (`tests/standardiser.rs`).
//!
//! Source: B. P. Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 4
//! (1962); merging: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing
//! sample variances" (1979).

use crate::Sum;
use crate::{Error, Scalar};
use core::marker::PhantomData;

/// Scalars of memory for running moments of d features: mean and squared deviations, each with its compensation.
pub const fn moments_len(features: usize) -> usize {
    features.saturating_mul(4)
}

/// Running mean and variance a feature, compensated.
///
/// State: the count. Memory, 4 d scalars: means, squared deviations, and what the rounding of each left out.
#[derive(Clone, Copy, Debug)]
pub struct Moments<T, B> {
    count: u64,
    memory: B,
    scalar: PhantomData<T>,
}

/// One feature's moments.
#[derive(Clone, Copy)]
struct Moment<T> {
    mean: Sum<T>,
    deviations: Sum<T>,
}

impl<T: Scalar> Moment<T> {
    /// These moments with one value more; `count` includes it.
    fn with(self, x: T, count: T) -> Self {
        let before = self.mean.distance(x);
        let mean = self.mean.plus(before / count);
        let after = mean.distance(x);
        Moment {
            mean,
            deviations: self.deviations.plus(before * after),
        }
    }

    /// These moments and another's, of which `share` of all values are.
    fn joined(self, other: Self, share: T, own: T) -> Self {
        let distance = (other.mean.high - self.mean.high) + (other.mean.low - self.mean.low);
        let part = distance * share;
        let deviations = self
            .deviations
            .plus(other.deviations.high)
            .plus(other.deviations.low);
        Moment {
            mean: self.mean.plus(part),
            deviations: deviations.plus(part * (distance * own)),
        }
    }

    fn is_finite(self) -> bool {
        self.mean.is_finite() && self.deviations.is_finite()
    }
}

/// Features in a memory.
fn features(len: usize) -> usize {
    len / 4
}

/// Refuses numbers, laid out as in memory, that are no moments of so many features.
pub(crate) fn check_moments<T: Scalar>(
    features: usize,
    numbers: impl Iterator<Item = T>,
) -> Result<(), Error> {
    for (place, number) in numbers.enumerate() {
        if !number.is_finite() {
            return Err(Error::NotFinite("memory"));
        }
        // The second quarter holds the squared deviations.
        if number < T::ZERO && (features..features.saturating_mul(2)).contains(&place) {
            return Err(Error::Range("memory"));
        }
    }
    Ok(())
}

/// The moments of all features, in order.
fn moments<T: Scalar>(memory: &[T]) -> impl Iterator<Item = Moment<T>> + '_ {
    let (high, low) = memory
        .split_at_checked(features(memory.len()) * 2)
        .unwrap_or_default();
    let (mean, deviations) = high
        .split_at_checked(features(memory.len()))
        .unwrap_or_default();
    let (mean_low, deviations_low) = low
        .split_at_checked(features(memory.len()))
        .unwrap_or_default();
    mean.iter()
        .zip(deviations)
        .zip(mean_low.iter().zip(deviations_low))
        .map(
            |((&mean, &deviations), (&mean_low, &deviations_low))| Moment {
                mean: Sum {
                    high: mean,
                    low: mean_low,
                },
                deviations: Sum {
                    high: deviations,
                    low: deviations_low,
                },
            },
        )
}

/// Replaces the moments of all features, in order; `next` gets the old ones.
fn update<T: Scalar>(memory: &mut [T], mut next: impl FnMut(Moment<T>) -> Moment<T>) {
    let features = features(memory.len());
    let (high, low) = memory
        .split_at_mut_checked(features * 2)
        .unwrap_or_default();
    let (mean, deviations) = high.split_at_mut_checked(features).unwrap_or_default();
    let (mean_low, deviations_low) = low.split_at_mut_checked(features).unwrap_or_default();
    let pairs = mean
        .iter_mut()
        .zip(mean_low)
        .zip(deviations.iter_mut().zip(deviations_low));
    for ((mean, mean_low), (deviations, deviations_low)) in pairs {
        let moment = next(Moment {
            mean: Sum {
                high: *mean,
                low: *mean_low,
            },
            deviations: Sum {
                high: *deviations,
                low: *deviations_low,
            },
        });
        (*mean, *mean_low) = (moment.mean.high, moment.mean.low);
        (*deviations, *deviations_low) = (moment.deviations.high, moment.deviations.low);
    }
}

impl<T: Scalar, B: AsRef<[T]>> Moments<T, B> {
    /// Joins a count and the memory it was detached from; memory of zeros and a count of 0 have seen no sample.
    ///
    /// # Errors
    /// `Length` where the memory is no multiple of 4 long; `NotFinite` where it holds such a value; `Range` where a
    /// variance is negative.
    pub fn attach(count: u64, memory: B) -> Result<Self, Error> {
        if !memory.as_ref().len().is_multiple_of(4) {
            return Err(Error::Length("memory"));
        }
        check_moments(
            features(memory.as_ref().len()),
            memory.as_ref().iter().copied(),
        )?;
        Ok(Moments {
            count,
            memory,
            scalar: PhantomData,
        })
    }

    /// Takes count and memory apart.
    pub fn detach(self) -> (u64, B) {
        (self.count, self.memory)
    }

    /// Number of samples taken in.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Number of features, d.
    pub fn features(&self) -> usize {
        features(self.memory.as_ref().len())
    }

    pub(crate) fn inner(&self) -> &[T] {
        self.memory.as_ref()
    }

    fn moment(&self, feature: usize) -> Option<Moment<T>> {
        let memory = self.memory.as_ref();
        let mut quarters = memory
            .chunks_exact(self.features().max(1))
            .map(|part| part.get(feature));
        let mut next = || quarters.next().flatten().copied();
        let (mean, deviations, mean_low, deviations_low) = (next()?, next()?, next()?, next()?);
        Some(Moment {
            mean: Sum {
                high: mean,
                low: mean_low,
            },
            deviations: Sum {
                high: deviations,
                low: deviations_low,
            },
        })
    }

    fn variance_of(&self, moment: Moment<T>) -> T {
        (moment.deviations.high / T::count(self.count.max(1))).max(T::ZERO)
    }

    /// Mean of a feature; 0 before the first sample. None past the last feature.
    pub fn mean(&self, feature: usize) -> Option<T> {
        self.moment(feature).map(|moment| moment.mean.high)
    }

    /// Population variance of a feature, the mean squared deviation; 0 before the first sample. None past the last
    /// feature.
    pub fn variance(&self, feature: usize) -> Option<T> {
        self.moment(feature).map(|moment| self.variance_of(moment))
    }

    /// `(x - mean) / sqrt(variance)` a feature; a constant feature gives `x - mean`. x and `out` hold d values.
    ///
    /// # Errors
    /// `Length`; `NotFinite` for x; `Range` where a result overflows. Then `out` is untouched.
    pub fn standardise(&self, x: &[T], out: &mut [T]) -> Result<(), Error> {
        if x.len() != self.features() {
            return Err(Error::Length("x"));
        }
        if out.len() != self.features() {
            return Err(Error::Length("out"));
        }
        let value = |x: T, moment: Moment<T>| {
            let variance = self.variance_of(moment);
            let distance = moment.mean.distance(x);
            if variance > T::ZERO {
                distance / variance.sqrt()
            } else {
                distance
            }
        };
        for (&x, moment) in x.iter().zip(moments(self.memory.as_ref())) {
            if !x.is_finite() {
                return Err(Error::NotFinite("x"));
            }
            if !value(x, moment).is_finite() {
                return Err(Error::Range("x"));
            }
        }
        for ((out, &x), moment) in out.iter_mut().zip(x).zip(moments(self.memory.as_ref())) {
            *out = value(x, moment);
        }
        Ok(())
    }
}

impl<T: Scalar, B: AsRef<[T]>> Moments<T, B> {
    /// Whether a sample can be taken in; the count with it.
    pub(crate) fn admit(&self, x: &[T]) -> Result<u64, Error> {
        if x.len() != self.features() {
            return Err(Error::Length("x"));
        }
        let next = self.count.checked_add(1).ok_or(Error::Range("count"))?;
        let count = T::count(next);
        for (&x, moment) in x.iter().zip(moments(self.memory.as_ref())) {
            if !x.is_finite() {
                return Err(Error::NotFinite("x"));
            }
            if !moment.with(x, count).is_finite() {
                return Err(Error::Range("x"));
            }
        }
        Ok(next)
    }
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Moments<T, B> {
    /// No sample yet; `memory` holds `4 d` scalars, which are cleared.
    ///
    /// # Errors
    /// `Length` where the memory is no multiple of 4 long.
    pub fn new(mut memory: B) -> Result<Self, Error> {
        if !memory.as_ref().len().is_multiple_of(4) {
            return Err(Error::Length("memory"));
        }
        memory.as_mut().fill(T::ZERO);
        Ok(Moments {
            count: 0,
            memory,
            scalar: PhantomData,
        })
    }

    /// Takes over a count; its memory is to be written.
    pub(crate) fn replace(&mut self, count: u64) -> &mut [T] {
        self.count = count;
        self.memory.as_mut()
    }

    /// Takes in a sample of d values. Cost: about 30 d operations.
    ///
    /// # Errors
    /// `Length`; `NotFinite` for x; `Range` where a squared deviation, or their sum, overflows. Then nothing has changed.
    pub fn observe(&mut self, x: &[T]) -> Result<(), Error> {
        let next = self.admit(x)?;
        let count = T::count(next);
        let mut values = x.iter();
        update(self.memory.as_mut(), |moment| match values.next() {
            Some(&x) => moment.with(x, count),
            None => moment,
        });
        self.count = next;
        Ok(())
    }

    /// Takes in all samples of another, as if they had been observed here. Cost: about 40 d operations.
    ///
    /// # Errors
    /// `Length` where the features differ in number; `Range` where a squared deviation, their sum or the count
    /// overflows. Then nothing has changed.
    pub fn merge<C: AsRef<[T]>>(&mut self, other: &Moments<T, C>) -> Result<(), Error> {
        let theirs = other.memory.as_ref();
        if theirs.len() != self.memory.as_ref().len() {
            return Err(Error::Length("other"));
        }
        let total = self
            .count
            .checked_add(other.count)
            .ok_or(Error::Range("count"))?;
        if other.count == 0 {
            return Ok(());
        }
        if self.count == 0 {
            // As they are: a mean near the largest value has no room for arithmetic.
            self.memory.as_mut().copy_from_slice(theirs);
            self.count = total;
            return Ok(());
        }
        let share = T::count(other.count) / T::count(total);
        let own = T::count(self.count);
        for (moment, their) in moments(self.memory.as_ref()).zip(moments(theirs)) {
            if !moment.joined(their, share, own).is_finite() {
                return Err(Error::Range("other"));
            }
        }
        let mut others = moments(theirs);
        update(self.memory.as_mut(), |moment| match others.next() {
            Some(their) => moment.joined(their, share, own),
            None => moment,
        });
        self.count = total;
        Ok(())
    }
}

/// `(x - mean) / scale`, each feature with exported constants. All four hold d values.
///
/// # Errors
/// `Length`; `NotFinite` for x, mean or scale; `Range` for a scale that is not positive, or a result that overflows. Then
/// `out` is untouched.
pub fn standardise<T: Scalar>(
    x: &[T],
    mean: &[T],
    scale: &[T],
    out: &mut [T],
) -> Result<(), Error> {
    for (name, len) in [
        ("mean", mean.len()),
        ("scale", scale.len()),
        ("out", out.len()),
    ] {
        if len != x.len() {
            return Err(Error::Length(name));
        }
    }
    for ((&x, &mean), &scale) in x.iter().zip(mean).zip(scale) {
        for (name, value) in [("x", x), ("mean", mean), ("scale", scale)] {
            if !value.is_finite() {
                return Err(Error::NotFinite(name));
            }
        }
        if scale <= T::ZERO {
            return Err(Error::Range("scale"));
        }
        if !((x - mean) / scale).is_finite() {
            return Err(Error::Range("x"));
        }
    }
    for (((out, &x), &mean), &scale) in out.iter_mut().zip(x).zip(mean).zip(scale) {
        *out = (x - mean) / scale;
    }
    Ok(())
}
