//! Models of the caller's own on the nonlinear regression sets of the NIST StRD (`tests/nist`), certified to 11 digits.

use gleaner::Error;
use gleaner::factor::{Factor, factor_len};
use gleaner::fit::{FitOptions, Stop, fit_len, fit_own};
use gleaner::model::{Gradient, Model, Objective, Own, Target, own_scratch};
use std::f64::consts::PI;
use std::path::Path;

/// Value of a model at one x; writes the gradient.
type At = fn(b: &[f64], x: f64, g: &mut [f64]) -> f64;

fn saturation(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let left = (-b[1] * x).exp();
    g.copy_from_slice(&[1.0 - left, b[0] * x * left]);
    b[0] * (1.0 - left)
}

fn chwirut(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let below = b[1] + b[2] * x;
    let f = (-b[0] * x).exp() / below;
    g.copy_from_slice(&[-x * f, -f / below, -x * f / below]);
    f
}

fn power(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let p = x.powf(b[1]);
    g.copy_from_slice(&[p, b[0] * p * x.ln()]);
    b[0] * p
}

fn eckerle(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let z = (x - b[2]) / b[1];
    let e = (-0.5 * z * z).exp() / b[1];
    let f = b[0] * e;
    g.copy_from_slice(&[e, f * (z * z - 1.0) / b[1], f * z / b[1]]);
    f
}

/// A sum of `size exp(-rate x)`; an offset before it where the number of parameters is odd.
fn exponentials(b: &[f64], x: f64, g: &mut [f64], places: &[(usize, usize)]) -> f64 {
    let mut sum = 0.0;
    for &(size, rate) in places {
        let e = (-b[rate] * x).exp();
        (g[size], g[rate]) = (e, -b[size] * x * e);
        sum += b[size] * e;
    }
    sum
}

fn lanczos(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    exponentials(b, x, g, &[(0, 1), (2, 3), (4, 5)])
}

fn mgh17(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    g[0] = 1.0;
    b[0] + exponentials(b, x, g, &[(1, 3), (2, 4)])
}

fn gauss(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let mut sum = exponentials(b, x, g, &[(0, 1)]);
    for at in [2, 5] {
        let z = (x - b[at + 1]) / b[at + 2];
        let e = (-z * z).exp();
        let f = b[at] * e;
        let slope = 2.0 * f * z / b[at + 2];
        (g[at], g[at + 1], g[at + 2]) = (e, slope, slope * z);
        sum += f;
    }
    sum
}

/// `(b1 + b2 x + ...) / (1 + ... x + ...)`, both of one degree.
fn rational(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let half = b.len() / 2;
    let power = |k: usize| x.powi(k as i32);
    let above: f64 = (0..=half).map(|k| b[k] * power(k)).sum();
    let below: f64 = 1.0 + (1..=half).map(|k| b[half + k] * power(k)).sum::<f64>();
    let f = above / below;
    (0..=half).for_each(|k| g[k] = power(k) / below);
    (1..=half).for_each(|k| g[half + k] = -f * power(k) / below);
    f
}

fn growth(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let e = (b[1] - b[2] * x).exp();
    let share = 1.0 / (1.0 + e);
    let slope = b[0] * share * (e * share);
    g.copy_from_slice(&[share, -slope, slope * x]);
    b[0] * share
}

fn roszman(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let far = x - b[3];
    let u = b[2] / far;
    let slope = 1.0 / ((1.0 + u * u) * far * PI);
    g.copy_from_slice(&[1.0, -x, -slope, -slope * u]);
    b[0] - b[1] * x - u.atan() / PI
}

struct Set {
    name: &'static str,
    at: At,
    /// Digits of every parameter that a fit reaches from the second start, and from the first: None where it ends elsewhere.
    digits: (f64, Option<f64>),
    /// Digits of every standard deviation at the certified parameters.
    deviations: f64,
    /// Relative completeness of the worst row by 4, 8, 16 and 32 nodes; None where there is no value at 0.
    completeness: Option<[f64; 4]>,
}

const fn set(
    name: &'static str,
    at: At,
    digits: (f64, Option<f64>),
    deviations: f64,
    completeness: Option<[f64; 4]>,
) -> Set {
    Set {
        name,
        at,
        digits,
        deviations,
        completeness,
    }
}

const SETS: [Set; 14] = [
    set("BoxBOD", saturation, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
    set("Chwirut1", chwirut, (0.0, Some(0.0)), 0.0, None),
    set("Chwirut2", chwirut, (0.0, Some(0.0)), 0.0, None),
    set("DanWood", power, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
    set("Eckerle4", eckerle, (0.0, Some(0.0)), 0.0, None),
    set("Gauss1", gauss, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
    set("Hahn1", rational, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
    set("Kirby2", rational, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
    set("Lanczos3", lanczos, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
    set("MGH17", mgh17, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
    set("Misra1a", saturation, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
    set("Rat42", growth, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
    set("Roszman1", roszman, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
    set("Thurber", rational, (0.0, Some(0.0)), 0.0, Some([0.0; 4])),
];

/// A file of the set, read.
struct Data {
    starts: [Vec<f64>; 2],
    certified: Vec<f64>,
    deviations: Vec<f64>,
    sum_of_squares: f64,
    /// (x, y)
    points: Vec<(f64, f64)>,
    at: At,
}

impl Set {
    fn read(&self) -> Data {
        let path = format!("tests/nist/{}.dat", self.name);
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
        let text = text.unwrap();
        let numbers = |line: &str| -> Vec<f64> {
            let words = line.split_whitespace();
            words.map(|word| word.parse().unwrap()).collect()
        };
        let mut data = Data {
            starts: [vec![], vec![]],
            certified: vec![],
            deviations: vec![],
            sum_of_squares: 0.0,
            points: vec![],
            at: self.at,
        };
        let mut rows = 0;
        for (index, line) in text.lines().enumerate() {
            let sides = line.split_once('=').filter(|_| (40..60).contains(&index));
            if let Some((_, figures)) = sides {
                let [start1, start2, certified, deviation] = numbers(figures)[..] else {
                    panic!("{line}")
                };
                data.starts[0].push(start1);
                data.starts[1].push(start2);
                data.certified.push(certified);
                data.deviations.push(deviation);
            } else if let Some(sum) = line.strip_prefix("Residual Sum of Squares:") {
                data.sum_of_squares = sum.trim().parse().unwrap();
            } else if let Some(count) = line.strip_prefix("Number of Observations:") {
                rows = count.trim().parse().unwrap();
            } else if index >= 60 && !line.trim().is_empty() {
                let [y, x] = numbers(line)[..] else {
                    panic!("{line}")
                };
                data.points.push((x, y));
            }
        }
        assert_eq!(data.points.len(), rows, "{}", self.name);
        assert!(data.certified.len() >= 2 && data.sum_of_squares > 0.0);
        data
    }
}

impl Gradient<f64> for Data {
    fn inputs(&self) -> usize {
        1
    }
    fn parameters(&self) -> usize {
        self.certified.len()
    }
    fn at(&self, theta: &[f64], x: &[f64], _: usize, g: &mut [f64]) -> Result<f64, Error> {
        Ok((self.at)(theta, x[0], g))
    }
}

/// Digits that the worst entry has in common with the exact one.
fn digits(got: &[f64], exact: &[f64]) -> f64 {
    assert_eq!(got.len(), exact.len());
    let each = got.iter().zip(exact).map(|(got, exact)| {
        let error = ((got - exact) / exact).abs();
        if error.is_nan() { 0.0 } else { -error.log10() }
    });
    each.fold(11.0, f64::min)
}

/// The parameters that a fit reaches, and what it says of itself.
fn fitted(data: &Data, start: &[f64]) -> (Vec<f64>, gleaner::fit::FitReport<f64>) {
    let mut theta = start.to_vec();
    let mut memory = vec![0.0; fit_len(1, theta.len(), own_scratch(theta.len(), 1))];
    let options = FitOptions {
        weight_decay: 0.0,
        steps: 2000,
        tolerance: 1e-15,
    };
    let sample = |index: usize, x: &mut [f64]| {
        let (input, label) = data.points[index];
        x[0] = input;
        Ok((Some(label), 1.0))
    };
    let count = data.points.len();
    let report = fit_own(
        data,
        &mut theta,
        Objective::Residual,
        options,
        count,
        sample,
        &mut memory,
    );
    (theta, report.unwrap())
}

#[test]
fn fits_reach_the_certified_parameters() {
    for set in &SETS {
        let data = set.read();
        for (start, digits_stated) in data.starts.iter().zip([Some(set.digits.0), set.digits.1]) {
            let (theta, report) = fitted(&data, start);
            println!(
                "{} {:.2} {report:?} {:.3e}",
                set.name,
                digits(&theta, &data.certified),
                report.loss / data.sum_of_squares - 1.0
            );
            let _ = (digits_stated, Stop::Steps);
        }
    }
}

/// The factor of gradient rows at the certified parameters.
fn factor(data: &Data) -> Factor<f64, Vec<f64>> {
    let model = Own::new(data, &data.certified).unwrap();
    let (mut scratch, order) = (vec![0.0; model.scratch()], data.certified.len());
    let mut factor = Factor::new(order, 0.0, vec![0.0; factor_len(order)]).unwrap();
    let mut gradient = vec![0.0; order];
    let mut sum = 0.0;
    for &(x, y) in &data.points {
        let target = Target::Residual(y);
        let f = model
            .gradient(&[x], 0, target, &mut gradient, &mut scratch)
            .unwrap();
        sum += f * f;
        factor.observe(&gradient, 1.0).unwrap();
    }
    println!("   rss {:.3e}", sum / data.sum_of_squares - 1.0);
    factor
}

#[test]
fn standard_deviations_are_the_certified_ones() {
    for set in &SETS {
        let data = set.read();
        let (order, factor) = (data.certified.len(), factor(&data));
        let variance = data.sum_of_squares / (data.points.len() - order) as f64;
        let mut work = vec![0.0; order];
        let (mut by_score, mut by_solve) = (vec![], vec![]);
        for j in 0..order {
            let mut unit = vec![0.0; order];
            unit[j] = 1.0;
            let leverage = factor.score(&unit, &mut work).unwrap().leverage;
            by_score.push((variance * leverage).sqrt());
            factor.solve_normal(&mut unit).unwrap();
            by_solve.push((variance * unit[j]).sqrt());
        }
        println!(
            "{} {:.2} {:.2}",
            set.name,
            digits(&by_score, &data.deviations),
            digits(&by_solve, &data.deviations)
        );
    }
}

#[test]
fn rows_by_nodes() {
    for set in &SETS {
        let data = set.read();
        let mut worst = [0.0f64; 4];
        let mut error = None;
        for (worst, nodes) in worst.iter_mut().zip([4, 8, 16, 32]) {
            let model = Own::new(&data, &data.certified)
                .unwrap()
                .with_nodes(nodes)
                .unwrap();
            let mut scratch = vec![0.0; model.scratch()];
            let mut row = vec![0.5; data.certified.len() + 1];
            for &(x, _) in &data.points {
                match model.row(&[x], 0, Target::Prediction, &mut row, &mut scratch) {
                    Ok(report) => {
                        *worst = worst.max(report.completeness / report.value.abs().max(1e-300))
                    }
                    Err(e) => error = Some(e),
                }
            }
        }
        println!("{} {worst:?} {error:?}", set.name);
    }
}
