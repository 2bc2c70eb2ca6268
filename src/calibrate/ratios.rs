//! The ratios of calibrated to design weights.

use super::totals::{Totals, add};
use crate::factor::{Factor, factor_len};
use crate::model::{all_finite, hypotenuse};
use crate::{Error, Scalar, Sum};

/// How far weights may move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options<T> {
    /// rho, where the scaled matrix has a diagonal of 1. None: 1e-10 in f64 and 1e-6 in f32 where the kept samples are at
    /// least 5 times the sums, 1e-3 where they are at least as many, 0.1 where they are fewer.
    ///
    /// Where columns depend on each other, a ridge below the scalar's rounding leaves pivots of rounding to divide by.
    pub ridge: Option<T>,
    /// Smallest ratio, at least 0 and below 1.
    pub least: T,
    /// Largest ratio, above 1.
    pub most: T,
    /// Most solutions, at least 1.
    pub rounds: u32,
}

impl<T: Scalar> Default for Options<T> {
    /// The ridge by size, ratios from 0.2 to 5, 8 rounds.
    fn default() -> Self {
        Options {
            ridge: None,
            least: T::of(0.2),
            most: T::of(5.0),
            rounds: 8,
        }
    }
}

/// How a calibration went.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Report<T> {
    /// Solutions made; 0 where nothing is kept.
    pub rounds: u32,
    /// Samples whose ratio is a bound.
    pub clipped: usize,
    /// Sums that are 0, or nothing beside their total, in every kept sample: no ratios meet them, and the two figures below
    /// leave them out.
    pub absent: usize,
    /// Largest `|T - sum w a| / sqrt(sum w a^2)` of a sum, with design weights.
    pub before: T,
    /// The same with calibrated weights.
    pub after: T,
}

/// Scalars of memory for so many sums: a factor, and five vectors.
pub const fn calibrate_len(length: usize) -> usize {
    factor_len(length).saturating_add(length.saturating_mul(5))
}

/// The vectors beside the factor.
struct Work<'a, T> {
    /// `sqrt(sum w a^2)`
    scale: &'a mut [T],
    vector: &'a mut [T],
    solution: &'a mut [T],
    high: &'a mut [T],
    low: &'a mut [T],
}

/// Ratios r of calibrated to design weights: `sum w (r - 1)^2` is least, subject to `sum w r a = T`.
///
/// `item(i, a)` writes the vector of kept sample i and returns its design weight w, as the sampler gave it, not over a
/// mean: the sums are over all readings. `ratios`: at least `count`, one a kept sample. Train with `w r`;
/// `memory`: `calibrate_len(length)` scalars. `r = 1 + a^T lambda`, where lambda solves
///
/// ```text
/// (sum w a a^T + rho) lambda = T - sum w a
/// ```
///
/// with columns scaled by `sqrt(sum w a^2)`. In f32 totals are met within 1e-5 of `sum w |a|`, dependent columns or not
/// (`tests/calibrate.rs`), and within 2e-4 where columns are nearly constant or nearly alike: center them. Ratios beyond the bounds are set to them and kept there, and the rest is
/// solved again. Columns that depend on others, or are 0 in all kept samples, are left out; [`Report::absent`] counts
/// those of the latter whose total is not 0. Cost: items are asked
/// again in each pass, which saves their memory: twice, and two more times a round; about 2 length^2 flops a sample and round.
///
/// # Errors
/// `Length`: ratios or memory. `Range`: the options; totals that observed nothing; a weight that is not positive; what
/// leaves the scalar's range.
/// `NotFinite`: a weight or a vector. Those of `item`. The ratios hold no meaning then.
pub fn calibrate<T: Scalar, B: AsRef<[T]>>(
    totals: &Totals<T, B>,
    count: usize,
    mut item: impl FnMut(usize, &mut [T]) -> Result<T, Error>,
    options: Options<T>,
    ratios: &mut [T],
    memory: &mut [T],
) -> Result<Report<T>, Error> {
    let length = totals.state().length;
    let ratios = ratios.get_mut(..count).ok_or(Error::Length("ratios"))?;
    if memory.len() < calibrate_len(length) {
        return Err(Error::Length("memory"));
    }
    let ridge = check(&options, count, length)?;
    ratios.fill(T::ONE);
    if count == 0 {
        return Ok(Report::default());
    }
    if totals.count() == 0 {
        return Err(Error::Range("totals"));
    }
    let (triangle, rest) = memory
        .split_at_mut_checked(factor_len(length))
        .unwrap_or_default();
    let mut factor = Factor::new(length, ridge, triangle)?;
    let mut work = work(rest, length);
    let mut ask = |index, vector: &mut [T]| {
        let weight = item(index, vector)?;
        if !weight.is_finite() {
            return Err(Error::NotFinite("weight"));
        }
        if weight <= T::ZERO {
            return Err(Error::Range("weight"));
        }
        if !all_finite(vector) {
            return Err(Error::NotFinite("vector"));
        }
        Ok(weight)
    };

    work.scale.fill(T::ZERO);
    for index in 0..count {
        let weight = ask(index, work.vector)?;
        for (scale, x) in work.scale.iter_mut().zip(&*work.vector) {
            // By roots: squares of what the scalar holds may leave its range.
            *scale = hypotenuse(*scale, weight.sqrt() * *x);
        }
    }
    if !all_finite(work.scale) {
        return Err(Error::Range("vector"));
    }

    let absent = totals.sums().zip(&*work.scale);
    let mut report = Report {
        absent: absent
            .filter(|(total, scale)| is_absent(total.high, **scale))
            .count(),
        ..Report::default()
    };
    let is_fixed = |ratio: T| ratio <= options.least || ratio >= options.most;
    while report.rounds < options.rounds {
        factor.reset(ridge)?;
        work.start();
        for (index, ratio) in ratios.iter().enumerate() {
            let weight = ask(index, work.vector)?;
            work.rescale();
            if is_fixed(*ratio) {
                work.add(weight * *ratio);
            } else {
                work.add(weight);
                factor.observe(work.vector, weight)?;
            }
        }
        let residual = work.residual(totals)?;
        if report.rounds == 0 {
            report.before = residual;
        }
        factor.solve_normal(work.solution)?;
        report.rounds = report.rounds.saturating_add(1);
        let before = report.clipped;
        for (index, ratio) in ratios.iter_mut().enumerate() {
            if is_fixed(*ratio) {
                continue;
            }
            ask(index, work.vector)?;
            work.rescale();
            let mut value = T::ONE;
            for (x, lambda) in work.vector.iter().zip(&*work.solution) {
                value += *x * *lambda;
            }
            if !value.is_finite() {
                return Err(Error::Range("ratios"));
            }
            *ratio = value.max(options.least).min(options.most);
            if is_fixed(*ratio) {
                report.clipped = report.clipped.saturating_add(1);
            }
        }
        if report.clipped == before {
            break;
        }
    }

    work.start();
    for (index, ratio) in ratios.iter().enumerate() {
        let weight = ask(index, work.vector)?;
        work.rescale();
        work.add(weight * *ratio);
    }
    report.after = work.residual(totals)?;
    Ok(report)
}

/// Whether kept samples of this scale are as good as 0 beside a total.
fn is_absent<T: Scalar>(total: T, scale: T) -> bool {
    total != T::ZERO && !(total / scale).is_finite()
}

/// The ridge, where the options are in range.
fn check<T: Scalar>(options: &Options<T>, count: usize, length: usize) -> Result<T, Error> {
    let within = options.least >= T::ZERO && options.least < T::ONE;
    if !(within && options.most > T::ONE && options.most <= T::MAX && options.rounds > 0) {
        return Err(Error::Range("options"));
    }
    let many = count >= length.saturating_mul(5);
    let ridge = match options.ridge {
        Some(ridge) => ridge,
        None if many => T::of(1e-10).max(T::of(8.0) * T::EPSILON),
        None if count >= length => T::of(1e-3),
        None => T::of(0.1),
    };
    crate::factor::check_ridge(ridge)?;
    if ridge < T::ZERO {
        return Err(Error::Range("ridge"));
    }
    Ok(ridge)
}

fn work<T>(memory: &mut [T], length: usize) -> Work<'_, T> {
    let (scale, rest) = memory.split_at_mut_checked(length).unwrap_or_default();
    let (vector, rest) = rest.split_at_mut_checked(length).unwrap_or_default();
    let (solution, rest) = rest.split_at_mut_checked(length).unwrap_or_default();
    let (high, rest) = rest.split_at_mut_checked(length).unwrap_or_default();
    let (low, _) = rest.split_at_mut_checked(length).unwrap_or_default();
    Work {
        scale,
        vector,
        solution,
        high,
        low,
    }
}

impl<T: Scalar> Work<'_, T> {
    fn start(&mut self) {
        self.high.fill(T::ZERO);
        self.low.fill(T::ZERO);
    }

    /// Divides the vector by the scales.
    fn rescale(&mut self) {
        for (x, scale) in self.vector.iter_mut().zip(&*self.scale) {
            *x = if *scale > T::ZERO {
                *x / *scale
            } else {
                T::ZERO
            };
        }
    }

    /// Adds the vector, weighted, to the sums.
    fn add(&mut self, weight: T) {
        add(self.high, self.low, self.vector, weight);
    }

    /// Writes the scaled totals less the sums, and returns the largest size.
    fn residual<B: AsRef<[T]>>(&mut self, totals: &Totals<T, B>) -> Result<T, Error> {
        let sums = self.high.iter().zip(&*self.low).zip(&*self.scale);
        let mut largest = T::ZERO;
        for ((solution, total), ((high, low), scale)) in
            self.solution.iter_mut().zip(totals.sums()).zip(sums)
        {
            *solution = if *scale > T::ZERO && !is_absent(total.high, *scale) {
                let (high, low) = (*high, *low);
                let whole = total.high / *scale;
                Sum { high, low }.distance(whole) + total.low / *scale
            } else {
                T::ZERO
            };
            if !solution.is_finite() {
                return Err(Error::Range("totals"));
            }
            largest = largest.max(solution.abs());
        }
        Ok(largest)
    }
}
