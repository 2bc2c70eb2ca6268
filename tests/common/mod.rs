//! What the tests share: golden files, distances in ulp, a dense reference, random numbers.
#![allow(dead_code)]

pub mod device;

use gleaner::Scalar;
use gleaner::model::Activation;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde_json::Value;
use std::path::Path;

/// Reads `tests/golden/<name>`, `.json` added where missing, from this package or the one above it.
pub fn golden(name: &str) -> Value {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = name.strip_suffix(".json").unwrap_or(name);
    let file = format!("tests/golden/{name}.json");
    let path = [package.join(&file), package.join("..").join(&file)]
        .into_iter()
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("no golden file {file}"));
    let text = std::fs::read_to_string(&path).expect("a golden file is text");
    serde_json::from_str(&text).expect("a golden file is JSON")
}

/// The entries of `cases` (or `sets`) of a golden file; never empty.
pub fn cases(file: &Value) -> &[Value] {
    let list = file
        .get("cases")
        .or_else(|| file.get("sets"))
        .and_then(Value::as_array);
    let list = list.expect("a golden file has cases");
    assert!(!list.is_empty());
    list
}

/// A number, written as JSON number or as decimal string.
pub fn number(value: &Value) -> f64 {
    match value {
        Value::Number(n) => n.as_f64().expect("a double"),
        Value::String(s) => s.parse().expect("a decimal string"),
        other => panic!("not a number: {other}"),
    }
}

/// A list of numbers.
pub fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(number)
        .collect()
}

/// A list of rows.
pub fn matrix(value: &Value) -> Vec<Vec<f64>> {
    value
        .as_array()
        .expect("a list of rows")
        .iter()
        .map(numbers)
        .collect()
}

/// A list of doubles as scalars, each the nearest.
pub fn scalars<T: Scalar>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&v| T::of(v)).collect()
}

/// The activation of a name, as golden files write it: parameters behind the name, each rounded to
/// f32, so that both scalars see the same.
pub fn activation<T: Scalar>(name: &str) -> Activation<T> {
    let read = |text: &str| T::of(f64::from(text.parse::<f32>().expect("a parameter")));
    match name {
        "identity" => Activation::Identity,
        "relu" => Activation::Relu,
        "relu6" => Activation::Relu6,
        "sigmoid" => Activation::Sigmoid,
        "tanh" => Activation::Tanh,
        "softplus" => Activation::Softplus,
        "silu" => Activation::Silu,
        "gelu_erf" => Activation::Gelu,
        "gelu_tanh" => Activation::GeluTanh,
        "exp" => Activation::Exp,
        "sin" => Activation::Sin,
        "hard_sigmoid" => Activation::HardSigmoid,
        "hard_sigmoid_keras2" => Activation::HardSigmoidKeras2,
        "hard_swish" => Activation::HardSwish,
        _ => {
            let parts: Vec<&str> = name.split('_').collect();
            match parts[..] {
                ["leaky", "relu", slope] => Activation::LeakyRelu(read(slope)),
                ["elu", alpha] => Activation::Elu(read(alpha)),
                ["bounded", "swish", lower, upper, steepness] => Activation::BoundedSwish {
                    lower: read(lower),
                    upper: read(upper),
                    steepness: read(steepness),
                },
                _ => panic!("no activation {name}"),
            }
        }
    }
}

/// The spacing of the scalars of type T at `exact`; of subnormals below the smallest normal value.
pub fn spacing<T: Scalar>(exact: f64) -> f64 {
    let least = T::MIN_POSITIVE.wide();
    let size = exact.abs().max(least);
    // The exponent's bits alone: the power of two at or below.
    let power = f64::from_bits(size.to_bits() & 0x7ff0_0000_0000_0000);
    power * T::EPSILON.wide()
}

/// How far `got` is from the exact value, in units of the spacing of T there. 0 where both overflow.
pub fn ulps<T: Scalar>(got: T, exact: f64) -> f64 {
    let nearest = T::of(exact).wide();
    if !nearest.is_finite() && got.wide() == nearest {
        return 0.0;
    }
    let distance = (got.wide() - exact).abs() / spacing::<T>(exact);
    if distance.is_nan() {
        f64::INFINITY
    } else {
        distance
    }
}

/// `|got - exact| / |exact|`; where exact is 0, 0 or infinite.
pub fn relative(got: f64, exact: f64) -> f64 {
    if got == exact {
        0.0
    } else {
        (got - exact).abs() / exact.abs()
    }
}

/// The largest `|got - exact|` of two lists of equal length; infinite where an entry is NaN.
pub fn farthest<T: Scalar>(got: &[T], exact: &[f64]) -> f64 {
    assert_eq!(got.len(), exact.len());
    let distance = |(g, e): (&T, &f64)| (g.wide() - e).abs();
    let each = got.iter().zip(exact).map(distance);
    each.map(|d| if d.is_nan() { f64::INFINITY } else { d })
        .fold(0.0, f64::max)
}

/// `|got - exact| / |exact|` in Euclidean norms; absolute where exact is 0.
pub fn distance<T: Scalar>(got: &[T], exact: &[f64]) -> f64 {
    assert_eq!(got.len(), exact.len());
    let square: f64 = got
        .iter()
        .zip(exact)
        .map(|(g, e)| (g.wide() - e).powi(2))
        .sum();
    let size: f64 = exact.iter().map(|e| e * e).sum();
    (if size > 0.0 { square / size } else { square }).sqrt()
}

/// Orthogonal columns with the same column space, by Jacobi rotations on the columns of `rows`
/// (Hestenes 1958), columns scaled to norm 1 first. Returned by column, longest not first.
fn orthogonal_columns(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let width = rows.first().map_or(0, Vec::len);
    let mut columns: Vec<Vec<f64>> = (0..width)
        .map(|j| rows.iter().map(|row| row[j]).collect())
        .collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for column in &mut columns {
        let largest = column.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        if largest > 0.0 {
            column.iter_mut().for_each(|v| *v /= largest);
            let norm = dot(column, column).sqrt();
            column.iter_mut().for_each(|v| *v /= norm);
        }
    }
    for _sweep in 0..60 {
        let mut turned = false;
        for i in 0..width {
            for j in i + 1..width {
                let (left, right) = columns.split_at_mut(j);
                let (p, q) = (&mut left[i], &mut right[0]);
                let (a, b, c) = (dot(p, p), dot(q, q), dot(p, q));
                if a == 0.0 || b == 0.0 || c.abs() <= 1e-16 * (a * b).sqrt() {
                    continue;
                }
                turned = true;
                let zeta = (b - a) / (2.0 * c);
                let t = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let cosine = 1.0 / (1.0 + t * t).sqrt();
                let sine = cosine * t;
                for (x, y) in p.iter_mut().zip(q.iter_mut()) {
                    (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
                }
            }
        }
        if !turned {
            break;
        }
    }
    columns
}

/// Leverage `d^T (D^T D)^+ d` of every row, and the rank: singular values, columns scaled to norm 1,
/// at or below `tolerance` times the largest count as 0.
pub fn leverage_and_rank(rows: &[Vec<f64>], tolerance: f64) -> (Vec<f64>, usize) {
    let columns = orthogonal_columns(rows);
    let norm = |c: &Vec<f64>| c.iter().map(|v| v * v).sum::<f64>().sqrt();
    let largest = columns.iter().map(norm).fold(0.0, f64::max);
    let kept: Vec<(&Vec<f64>, f64)> = columns
        .iter()
        .map(|c| (c, norm(c)))
        .filter(|(_, n)| *n > tolerance * largest)
        .collect();
    let one = |i: usize| kept.iter().map(|(c, n)| (c[i] / n).powi(2)).sum();
    ((0..rows.len()).map(one).collect(), kept.len())
}

/// Leverage `d^T (D^T D)^+ d` of every row.
pub fn leverage(rows: &[Vec<f64>]) -> Vec<f64> {
    leverage_and_rank(rows, 1e-11).0
}

/// Ridge leverage `d^T (D^T D + ridge I)^-1 d` of every row, ridge > 0.
pub fn ridge_leverage(rows: &[Vec<f64>], ridge: f64) -> Vec<f64> {
    let width = rows.first().map_or(0, Vec::len);
    let mut all = rows.to_vec();
    for j in 0..width {
        let mut row = vec![0.0; width];
        row[j] = ridge.sqrt();
        all.push(row);
    }
    let mut scores = leverage_and_rank(&all, 0.0).0;
    scores.truncate(rows.len());
    scores
}

/// Online ridge leverage: row i against the ridge and the rows up to it, itself included.
pub fn online_leverage(rows: &[Vec<f64>], ridge: f64) -> Vec<f64> {
    (1..=rows.len())
        .filter_map(|n| ridge_leverage(&rows[..n], ridge).pop())
        .collect()
}

/// Solves `a x = b` by Gaussian elimination with row exchange.
pub fn dense(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for j in 0..n {
        let p = (j..n)
            .max_by(|p, q| a[*p][j].abs().total_cmp(&a[*q][j].abs()))
            .unwrap();
        a.swap(j, p);
        b.swap(j, p);
        for i in 0..n {
            if i != j {
                let t = a[i][j] / a[j][j];
                let pivot = a[j].clone();
                a[i].iter_mut().zip(&pivot).for_each(|(x, y)| *x -= t * y);
                b[i] -= t * b[j];
            }
        }
    }
    (0..n).map(|j| b[j] / a[j][j]).collect()
}

/// Uniform and normal numbers from a seed, the same everywhere.
pub struct Random {
    /// The generator, for what takes one.
    pub generator: Xoshiro256PlusPlus,
}

impl Random {
    /// Seeds the generator.
    pub fn new(seed: u64) -> Self {
        Self {
            generator: Xoshiro256PlusPlus::seed_from_u64(seed),
        }
    }
    /// Uniform in (0, 1].
    pub fn uniform(&mut self) -> f64 {
        f64::unit(&mut self.generator)
    }
    /// A whole number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        ((self.uniform() * bound as f64) as usize).min(bound - 1)
    }
    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
    /// So many standard normal numbers, each rounded to f32, so that both scalars see the same.
    pub fn normals(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.normal() as f32 as f64).collect()
    }
    /// Rows of standard normal numbers.
    pub fn rows(&mut self, count: usize, width: usize) -> Vec<Vec<f64>> {
        (0..count).map(|_| self.normals(width)).collect()
    }
}

/// Standard normal numbers from a seed, one a call.
pub fn normal(seed: u64) -> impl FnMut() -> f64 {
    let mut random = Random::new(seed);
    move || random.normal()
}

/// A generator that must not be asked.
pub struct Never;

impl rand_xoshiro::rand_core::TryRng for Never {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        panic!("a draw was used")
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        panic!("a draw was used")
    }
    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        panic!("a draw was used")
    }
}
