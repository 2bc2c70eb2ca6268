//! Whitened rows against a dense inverse.

mod common;

use common::{Random, scalars};
use gleaner::factor::{Factor, factor_len};
use gleaner::{Error, Scalar};

fn rows(seed: u64, count: usize, order: usize) -> Vec<Vec<f64>> {
    let mut random = Random::new(seed);
    (0..count)
        .map(|_| {
            (0..order)
                .map(|j| random.normal() * (j + 1) as f64)
                .collect()
        })
        .collect()
}

fn factor<T: Scalar>(rows: &[Vec<f64>], ridge: f64, half_life: u64) -> Factor<T, Vec<T>> {
    let order = rows[0].len();
    let mut factor = Factor::new(order, T::of(ridge), vec![T::ZERO; factor_len(order)]).unwrap();
    factor.set_half_life(half_life).unwrap();
    for row in rows {
        factor.observe(&scalars(row), T::ONE).unwrap();
    }
    factor
}

fn whiten<T: Scalar>(factor: &Factor<T, Vec<T>>, row: &[f64]) -> (Vec<f64>, f64) {
    let mut whitened = vec![T::ZERO; row.len()];
    let score = factor.whiten(&scalars(row), &mut whitened).unwrap();
    let whitened = whitened.into_iter().map(Scalar::wide).collect();
    (whitened, score.leverage.wide())
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Sums over all rows of the products with two whitened rows: by `sum_i z_i z_i^T = I` without a ridge.
fn check<T: Scalar>(tolerance: f64) {
    let rows = rows(5, 60, 7);
    let mut factor = factor::<T>(&rows, 0.0, 0);
    for pivoted in [false, true] {
        if pivoted {
            factor.pivot().unwrap();
        }
        let white: Vec<_> = rows.iter().map(|row| whiten(&factor, row)).collect();
        for j in 0..7 {
            for k in 0..7 {
                let sum: f64 = white.iter().map(|(z, _)| z[j] * z[k]).sum();
                let exact = if j == k { 1.0 } else { 0.0 };
                assert!((sum - exact).abs() < tolerance, "{j} {k}: {sum}");
            }
        }
        for (z, leverage) in &white {
            assert!((product(z, z) - leverage).abs() < tolerance);
        }
    }
}

#[test]
fn whitened_rows_are_orthonormal_in_sum_and_their_squares_are_leverages() {
    check::<f64>(1e-12);
    check::<f32>(1e-5);
}

#[test]
fn a_ridge_and_forgetting_are_in_the_whitened_row() {
    let rows = rows(6, 40, 5);
    for (ridge, half_life) in [(0.3, 0), (0.3, 10)] {
        let factor = factor::<f64>(&rows, ridge, half_life);
        for row in &rows {
            let (z, leverage) = whiten(&factor, row);
            assert!((product(&z, &z) / leverage - 1.0).abs() < 1e-12);
            assert_eq!(leverage, factor.score(row, &mut [0.0; 5]).unwrap().leverage);
        }
    }
}

#[test]
fn unseen_columns_are_zero_without_a_ridge() {
    let rows: Vec<Vec<f64>> = rows(7, 30, 4)
        .into_iter()
        .map(|row| vec![row[0], row[1], row[0] + row[1], row[2]])
        .collect();
    let mut factor = factor::<f64>(&rows, 0.0, 0);
    let mut whitened = [0.0; 4];
    factor.pivot().unwrap();
    let score = factor.whiten(&rows[3], &mut whitened).unwrap();
    assert_eq!(whitened.iter().filter(|z| **z == 0.0).count(), 1);
    assert!((product(&whitened, &whitened) / score.leverage - 1.0).abs() < 1e-10);
}

#[test]
fn what_does_not_fit_is_refused() {
    let rows = rows(8, 9, 3);
    let factor = factor::<f64>(&rows, 1.0, 0);
    let whiten = |row: &[f64], length: usize| factor.whiten(row, &mut vec![0.0; length]);
    assert_eq!(whiten(&rows[0], 2), Err(Error::Length("whitened")));
    assert_eq!(whiten(&rows[0][..2], 3), Err(Error::Length("row")));
    assert_eq!(
        whiten(&[1.0, f64::NAN, 0.0], 3),
        Err(Error::NotFinite("row"))
    );
}
