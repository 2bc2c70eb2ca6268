//! Rank and leverage where columns depend, in both scalars: pivoting by column moves.

mod common;

use common::{Random, leverage_and_rank, scalars};
use gleaner::factor::{Factor, factor_len};
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
    let score = |row: &Vec<f64>| Ok(factor.score(&scalars::<T>(row), &mut scratch)?.leverage.wide());
    rows.iter().map(score).collect()
}

fn farthest(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Rows `[a; f(0)]` of a ReLU network 4-16-1 with hidden biases and a residual objective, from its
/// closed form: half the gradient, N = 97. `gauge` leaves the outgoing weights out: N = 81.
fn relu_rows(count: usize, gauge: bool, seed: u64) -> Vec<Vec<f64>> {
    let mut random = Random::new(seed);
    let hidden: Vec<[f64; 5]> = (0..16).map(|_| std::array::from_fn(|_| random.normal())).collect();
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
    pivots.iter().zip(&squares).map(|(d, c)| if *c > 0.0 { (d / c).sqrt() } else { 0.0 }).collect()
}

#[test]
fn relu_measure() {
    for seed in [1, 2, 3] {
        for count in [200, 1000, 10_000, 60_000] {
            for gauge in [false, true] {
                let rows = relu_rows(count, gauge, seed);
                let (mut wide, online) = observed::<f64>(&rows, 0.0);
                let true_rank = wide.pivot().unwrap();
                let p = pivots(&wide);
                let (mut narrow, _) = observed::<f32>(&rows, 0.0);
                let rank = narrow.pivot().unwrap();
                let q = pivots(&narrow);
                let mean = rows.iter().flatten().map(|x| x * x).sum::<f64>() / rows.len() as f64;
                let (_, on64) = observed::<f64>(&rows, 1e-6 * mean);
                let (mut r32, on32) = observed::<f32>(&rows, 1e-6 * mean);
                let rel = on32.iter().zip(&on64).map(|(a, b)| (a - b).abs() / b).fold(0.0, f64::max);
                let few = &rows[..200];
                let e = leverages(&narrow, few).map(|l| farthest(&l, &leverages(&wide, few).unwrap()));
                let _ = online;
                println!("seed {seed} n {count} gauge {gauge}: rank {rank} of {true_rank} ridge rank {} {}, true last {:.2e} noise64 {:.1e}; f32 last {:.2e} noise {:.2e} tol {:.2e}; ridge online rel {rel:.2e} lev err {e:?}",
                  r32.rank(), r32.pivot().unwrap(), p[true_rank-1], p.get(true_rank).unwrap_or(&0.0), q[true_rank-1], q.get(true_rank).unwrap_or(&0.0), narrow.tolerance());
            }
        }
    }
    let _ = leverage_and_rank;
}
