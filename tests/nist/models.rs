//! The models of the sets, as NIST gives them, and the reader of its files.

use gleaner::Error;
use gleaner::model::Gradient;
use std::f64::consts::PI;
use std::path::Path;

/// Value of a model at one x; writes the gradient.
pub type At = fn(b: &[f64], x: f64, g: &mut [f64]) -> f64;

pub fn saturation(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let left = (-b[1] * x).exp();
    g.copy_from_slice(&[1.0 - left, b[0] * x * left]);
    b[0] * (1.0 - left)
}

pub fn chwirut(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let below = b[1] + b[2] * x;
    let f = (-b[0] * x).exp() / below;
    g.copy_from_slice(&[-x * f, -f / below, -x * f / below]);
    f
}

pub fn power(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let p = x.powf(b[1]);
    g.copy_from_slice(&[p, b[0] * p * x.ln()]);
    b[0] * p
}

pub fn eckerle(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let z = (x - b[2]) / b[1];
    let e = (-0.5 * z * z).exp() / b[1];
    let f = b[0] * e;
    g.copy_from_slice(&[e, f * (z * z - 1.0) / b[1], f * z / b[1]]);
    f
}

/// A sum of `size exp(-rate x)`, by the places of size and rate.
fn exponentials(b: &[f64], x: f64, g: &mut [f64], places: &[(usize, usize)]) -> f64 {
    let mut sum = 0.0;
    for &(size, rate) in places {
        let e = (-b[rate] * x).exp();
        (g[size], g[rate]) = (e, -b[size] * x * e);
        sum += b[size] * e;
    }
    sum
}

pub fn lanczos(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    exponentials(b, x, g, &[(0, 1), (2, 3), (4, 5)])
}

pub fn mgh17(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    g[0] = 1.0;
    b[0] + exponentials(b, x, g, &[(1, 3), (2, 4)])
}

pub fn gauss(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
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
pub fn rational(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let half = b.len() / 2;
    let power = |k: usize| x.powi(k as i32);
    let above: f64 = (0..=half).map(|k| b[k] * power(k)).sum();
    let below: f64 = 1.0 + (1..=half).map(|k| b[half + k] * power(k)).sum::<f64>();
    let f = above / below;
    (0..=half).for_each(|k| g[k] = power(k) / below);
    (1..=half).for_each(|k| g[half + k] = -f * power(k) / below);
    f
}

pub fn growth(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let e = (b[1] - b[2] * x).exp();
    let share = 1.0 / (1.0 + e);
    let slope = b[0] * share * (e * share);
    g.copy_from_slice(&[share, -slope, slope * x]);
    b[0] * share
}

pub fn roszman(b: &[f64], x: f64, g: &mut [f64]) -> f64 {
    let far = x - b[3];
    let u = b[2] / far;
    let slope = 1.0 / ((1.0 + u * u) * far * PI);
    g.copy_from_slice(&[1.0, -x, -slope, -slope * u]);
    b[0] - b[1] * x - u.atan() / PI
}

/// A file of the set, read.
pub struct Data {
    pub starts: [Vec<f64>; 2],
    pub certified: Vec<f64>,
    pub deviations: Vec<f64>,
    pub sum_of_squares: f64,
    /// (x, y)
    pub points: Vec<(f64, f64)>,
    at: At,
}

impl Data {
    /// The set of a name, with its model.
    pub fn read(name: &str, at: At) -> Self {
        let path = format!("tests/nist/{}.dat", name);
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
            at,
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
        assert_eq!(data.points.len(), rows, "{}", name);
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
