//! Rank and leverage where columns depend, in both scalars: pivoting by column moves.

mod common;

use common::{Random, leverage_and_rank, scalars};
use gleaner::factor::{Factor, default_ridge, factor_len};
use gleaner::{Error, Scalar};

type Owned<T> = Factor<T, Vec<T>>;

fn observed<T: Scalar>(rows: &[Vec<f64>], ridge: f64) -> (Owned<T>, Vec<f64>) {
    let order = rows[0].len();
    let memory = vec![T::ZERO; factor_len(order)];
    let mut factor = Factor::new(order, T::of(ridge), memory).unwrap();
    let observe = |row: &Vec<f64>| factor.observe(&scalars::<T>(row), T::ONE).unwrap().wide();
    let online = rows.iter().map(observe).collect();
    (factor, online)
}

fn leverages<T: Scalar>(factor: &Owned<T>, rows: &[Vec<f64>]) -> Result<Vec<f64>, Error> {
    let mut scratch = vec![T::ZERO; factor.state().order];
    let score = |row: &Vec<f64>| {
        Ok(factor
            .score(&scalars::<T>(row), &mut scratch)?
            .leverage
            .wide())
    };
    rows.iter().map(score).collect()
}

fn farthest(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

/// Rows `[a; f(0)]` of a ReLU network 4-16-1 with hidden biases and a residual objective, from its
/// closed form: half the gradient, N = 97. `gauge` leaves the outgoing weights out: N = 81.
fn relu_rows(count: usize, gauge: bool, seed: u64) -> Vec<Vec<f64>> {
    let mut random = Random::new(seed);
    let hidden: Vec<[f64; 5]> = (0..16)
        .map(|_| std::array::from_fn(|_| random.normal()))
        .collect();
    let out: Vec<f64> = (0..16).map(|_| random.normal()).collect();
    let mut row = || {
        let x: [f64; 4] = std::array::from_fn(|_| random.normal());
        let (mut weights, mut biases, mut outgoing) = (vec![], vec![], vec![]);
        for (w, v) in hidden.iter().zip(&out) {
            let z = x.iter().zip(w).map(|(x, w)| x * w).sum::<f64>() + w[4];
            let on = if z > 0.0 { 0.5 } else { 0.0 };
            weights.extend(x.iter().map(|x| on * v * x));
            biases.push(on * v);
            outgoing.push(on * z);
        }
        weights.extend(biases);
        if !gauge {
            weights.extend(outgoing);
        }
        weights.push(-random.normal());
        weights
    };
    (0..count).map(|_| row()).collect()
}

/// Relative pivots `sqrt(d_j / c_j)` of a pivoted factor, from its triangle.
fn pivots<T: Scalar>(factor: &Owned<T>) -> Vec<f64> {
    let order = factor.state().order;
    let (mut pivots, mut squares) = (vec![], vec![0.0; order]);
    let mut rest = factor.packed();
    for j in 0..order {
        let (row, tail) = rest.split_at(order - j);
        pivots.push(row[0].wide());
        squares[j] += row[0].wide();
        for (k, u) in row.iter().enumerate().skip(1) {
            squares[j + k] += row[0].wide() * u.wide() * u.wide();
        }
        rest = tail;
    }
    pivots
        .iter()
        .zip(&squares)
        .map(|(d, c)| if *c > 0.0 { (d / c).sqrt() } else { 0.0 })
        .collect()
}

/// Without a ridge, with and without gauge columns: the rank, its leverages, and how little rounding
/// leaves behind in f32.
fn relu(count: usize, noise: f64) {
    for gauge in [false, true] {
        let rows = relu_rows(count, gauge, 1);
        let few = &rows[..300];
        let (mut wide, _) = observed::<f64>(&rows, 0.0);
        let (mut narrow, _) = observed::<f32>(&rows, 0.0);
        if !gauge {
            assert_eq!(leverages(&narrow, few), Err(Error::Stale));
        }
        assert_eq!(wide.pivot().unwrap(), 81);
        assert_eq!(narrow.pivot().unwrap(), 81);
        let exact = leverages(&wide, few).unwrap();
        let error = farthest(&leverages(&narrow, few).unwrap(), &exact);
        assert!(error < 2e-6, "{error:e}");
        let left = pivots(&narrow);
        assert!(left[80] > 0.03, "{:e}", left[80]);
        if let Some(first) = left.get(81) {
            println!(
                "{count} rows: {first:e} left, tolerance {:e}",
                narrow.tolerance()
            );
            assert!(
                *first < noise && *first < 0.1 * f64::from(narrow.tolerance()),
                "{first:e}"
            );
        }
        if count == 1000 {
            let (direct, rank) = leverage_and_rank(&rows, 1e-9);
            assert_eq!(rank, 81);
            assert!(farthest(&direct, &exact) < 1e-11);
        }
    }
}

#[test]
fn relu_rank_after_1000_rows() {
    relu(1000, 2e-6);
}

#[test]
fn relu_rank_after_10000_rows() {
    relu(10_000, 5e-6);
}

#[test]
fn relu_rank_after_60000_rows() {
    relu(60_000, 2e-5);
}

/// With the default ridge, over 60 000 rows.
#[test]
fn relu_online_leverage() {
    for (gauge, within) in [(false, 1e-2), (true, 1e-4)] {
        let rows = relu_rows(60_000, gauge, 2);
        let norms: f64 = rows.iter().flatten().map(|x| x * x).sum();
        let ridge = f64::from(default_ridge((norms / rows.len() as f64) as f32));
        let (narrow, got) = observed::<f32>(&rows, ridge);
        let (_, exact) = observed::<f64>(&rows, ridge);
        let relative = |(a, b): (&f64, &f64)| (a / b - 1.0).abs();
        let mut errors: Vec<f64> = got.iter().zip(&exact).map(relative).collect();
        errors.sort_by(f64::total_cmp);
        let (median, worst) = (errors[30_000], errors[59_999]);
        println!(
            "gauge {gauge}: median {median:e}, worst {worst:e}, rank {}",
            narrow.rank()
        );
        assert!(
            worst < within && median < within / 10.0,
            "{median:e} {worst:e}"
        );
        // An estimate: a dependent column keeps the ridge times the size of its coefficients.
        assert!((81..=84).contains(&narrow.rank()), "{}", narrow.rank());
    }
}

/// Row i of a matrix whose columns 1 and 4 depend on others, exactly.
fn dependent_rows(count: usize) -> Vec<Vec<f64>> {
    let mut rows = Random::new(17).rows(count, 6);
    for row in &mut rows {
        row.iter_mut().for_each(|x| *x = (*x * 64.0).round() / 64.0);
        row[1] = row[0] * 2.0;
        row[4] = row[2] - row[3] * 0.5;
    }
    rows
}

fn stale<T: Scalar>() {
    let mut rows = dependent_rows(30);
    let (mut factor, _) = observed::<T>(&rows, 0.0);
    assert_eq!(leverages(&factor, &rows), Err(Error::Stale));
    assert_eq!(factor.pivot().unwrap(), 4);
    assert_eq!(factor.rank(), 4);
    let exact = leverage_and_rank(&rows, 1e-9).0;
    assert!(farthest(&leverages(&factor, &rows).unwrap(), &exact) < 1e-5);

    // Rows of the same space leave it as it is.
    factor.observe(&scalars::<T>(&rows[3]), T::ONE).unwrap();
    rows.push(rows[3].clone());
    let exact = leverage_and_rank(&rows, 1e-9).0;
    assert!(farthest(&leverages(&factor, &rows).unwrap(), &exact) < 1e-5);

    // A row outside is novel; once observed, columns must be looked at again.
    let mut outside = rows[0].clone();
    outside[1] += 1.0;
    outside[4] -= 0.5;
    let mut scratch = [T::ZERO; 6];
    let score = factor.score(&scalars::<T>(&outside), &mut scratch).unwrap();
    assert!(score.novelty > T::of(0.1), "{score:?}");
    let inside = factor.score(&scalars::<T>(&rows[0]), &mut scratch).unwrap();
    assert!(inside.novelty < T::of(1e-5), "{inside:?}");
    factor.observe(&scalars::<T>(&outside), T::ONE).unwrap();
    rows.push(outside.clone());
    outside[1] -= 3.0;
    factor.observe(&scalars::<T>(&outside), T::ONE).unwrap();
    rows.push(outside);
    assert_eq!(factor.pivot().unwrap(), 6);
    let exact = leverage_and_rank(&rows, 1e-9).0;
    assert!(farthest(&leverages(&factor, &rows).unwrap(), &exact) < 1e-5);
}

#[test]
fn a_changed_rank_is_told() {
    stale::<f32>();
    stale::<f64>();
}

/// Two dependent columns stand last, and a row moves the later one only.
#[test]
fn energy_behind_a_noise_pivot_is_found() {
    let rows = dependent_rows(20);
    let (mut factor, _) = observed::<f32>(&rows, 0.0);
    factor.pivot().unwrap();
    let last = factor.columns()[5] as usize;
    let mut row = [0.0f32; 6];
    row[last] = 1.0;
    factor.observe(&row, 1.0).unwrap();
    let scored = factor.score(&row, &mut [0.0; 6]);
    if let Ok(score) = scored {
        assert!((score.leverage - 1.0).abs() < 1e-5, "{score:?}");
    } else {
        assert_eq!(scored, Err(Error::Stale));
    }
    assert_eq!(factor.pivot().unwrap(), 5);
    let score = factor.score(&row, &mut [0.0; 6]).unwrap();
    assert!((score.leverage - 1.0).abs() < 1e-5, "{score:?}");
}

/// Pivots fall, the order holds every column once, leverages stay, and the way back is there.
#[test]
fn pivoting_moves_columns_only() {
    let mut random = Random::new(23);
    for order in 1..=9 {
        let mut rows = random.rows(3 * order, order);
        for row in &mut rows {
            for (k, x) in row.iter_mut().enumerate() {
                *x *= 10f64.powi(3 * k as i32 - 6);
            }
        }
        let (mut factor, _) = observed::<f64>(&rows, 0.0);
        let before = factor.packed().to_vec();
        let exact = leverages(&factor, &rows).unwrap();
        assert_eq!(factor.pivot().unwrap(), order);
        let mut columns: Vec<usize> = factor.columns().iter().map(|c| *c as usize).collect();
        columns.sort_unstable();
        assert_eq!(columns, (0..order).collect::<Vec<_>>());
        assert!(farthest(&leverages(&factor, &rows).unwrap(), &exact) < 1e-10);
        let order_of = factor.columns().to_vec();
        factor.pivot().unwrap();
        assert_eq!(factor.columns(), order_of, "a second pivot moves nothing");

        let row = random.normals(order);
        let (mut natural, _) = observed::<f64>(&rows, 0.0);
        let (a, b) = (
            natural.observe(&row, 2.0).unwrap(),
            factor.observe(&row, 2.0).unwrap(),
        );
        assert!((a - b).abs() < 1e-10, "later rows follow the order");

        let (mut factor, _) = observed::<f64>(&rows, 0.0);
        factor.pivot().unwrap();
        factor.unpivot();
        for (a, b) in factor.packed().iter().zip(&before) {
            assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-9), "{a} {b}");
        }
    }
}

/// Scaling columns by powers of two changes neither order nor rank.
#[test]
fn pivoting_does_not_see_scale() {
    let rows = dependent_rows(30);
    let scale = [
        1024.0,
        2f64.powi(-20),
        1.0,
        2f64.powi(30),
        0.25,
        2f64.powi(-35),
    ];
    let scaled: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| row.iter().zip(scale).map(|(x, s)| x * s).collect())
        .collect();
    let (mut plain, _) = observed::<f32>(&rows, 0.0);
    let (mut other, _) = observed::<f32>(&scaled, 0.0);
    assert_eq!(plain.pivot(), other.pivot());
    assert_eq!(plain.columns(), other.columns());
    assert_eq!(leverages(&plain, &rows), leverages(&other, &scaled));
}
