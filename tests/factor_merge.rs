//! Joining factors: any order, any tree, ridges once.

mod common;

use common::{Random, scalars};
use gleaner::factor::{Factor, factor_len};
use gleaner::{Error, Scalar};

type Owned<T> = Factor<T, Vec<T>>;

fn observed<T: Scalar>(rows: &[Vec<f64>], order: usize, ridge: f64) -> Owned<T> {
    let mut factor = Factor::new(order, T::of(ridge), vec![T::ZERO; factor_len(order)]).unwrap();
    for row in rows {
        factor.observe(&scalars::<T>(row), T::ONE).unwrap();
    }
    factor
}

fn scores<T: Scalar>(factor: &Owned<T>, rows: &[Vec<f64>]) -> Vec<f64> {
    let mut scratch = vec![T::ZERO; factor.state().order];
    let score = |row: &Vec<f64>| factor.score(&scalars::<T>(row), &mut scratch).unwrap();
    rows.iter().map(score).map(|s| s.leverage.wide()).collect()
}

fn agree(a: &[f64], b: &[f64], within: f64, what: &str) {
    let error = a
        .iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max);
    assert!(error < within, "{what}: {error:e}");
}

fn bits<T: Scalar>(factor: &Owned<T>) -> Vec<u64> {
    factor
        .clone()
        .detach()
        .1
        .iter()
        .map(|x| x.wide().to_bits())
        .collect()
}

fn any_tree<T: Scalar>(within: f64) {
    let mut random = Random::new(21);
    for order in [1, 2, 5, 8, 13] {
        for (ridge, theirs) in [(0.0, 0.0), (0.1, 0.1), (0.1, 0.0), (1e-3, 1e-3)] {
            let rows = random.rows(60, order);
            let whole = observed::<T>(&rows, order, ridge);
            let expected = scores(&whole, &rows);
            let part = |r: std::ops::Range<usize>, ridge| observed::<T>(&rows[r], order, ridge);

            let mut chain = part(0..20, ridge);
            chain.merge(&part(20..37, theirs)).unwrap();
            chain.merge(&part(37..60, theirs)).unwrap();
            agree(&scores(&chain, &rows), &expected, within, "chain");
            assert_eq!(chain.state().rows, 60);

            let mut back = part(37..60, ridge);
            let mut middle = part(20..37, theirs);
            middle.merge(&part(0..20, theirs)).unwrap();
            back.merge(&middle).unwrap();
            agree(&scores(&back, &rows), &expected, within, "tree");

            // Columns of either may stand in another order.
            let (mut left, mut right) = (part(0..30, ridge), part(30..60, theirs));
            left.pivot().unwrap();
            right.pivot().unwrap();
            left.merge(&right).unwrap();
            agree(&scores(&left, &rows), &expected, within, "pivoted");
        }
    }
}

#[test]
fn any_tree_f64() {
    any_tree::<f64>(1e-12);
}

#[test]
fn any_tree_f32() {
    any_tree::<f32>(2e-5);
}

#[test]
fn empty_is_the_identity() {
    let mut random = Random::new(2);
    let rows = random.rows(9, 4);
    let (full, empty) = (observed::<f64>(&rows, 4, 0.1), observed::<f64>(&[], 4, 0.1));
    let mut merged = full.clone();
    merged.merge(&empty).unwrap();
    assert_eq!(bits(&merged), bits(&full));
    let mut merged = empty.clone();
    merged.merge(&full).unwrap();
    agree(
        &scores(&merged, &rows),
        &scores(&full, &rows),
        1e-13,
        "into empty",
    );
    let mut merged = empty.clone();
    merged.merge(&empty).unwrap();
    assert_eq!(bits(&merged), bits(&empty));
    assert_eq!(merged.state().rows, 0);
}

/// Dependent columns: what is left of them is the ridge, once.
#[test]
fn the_ridge_is_added_once() {
    let mut random = Random::new(9);
    let mut rows = random.rows(40, 4);
    for row in &mut rows {
        row[3] = row[0] - 2.0 * row[1];
    }
    let expected = scores(&observed::<f64>(&rows, 4, 1e-4), &rows);
    let mut merged = observed::<f64>(&rows[..7], 4, 1e-4);
    for part in rows[7..].chunks(11) {
        merged.merge(&observed::<f64>(part, 4, 1e-4)).unwrap();
    }
    agree(&scores(&merged, &rows), &expected, 1e-10, "dependent");
    let probe = vec![vec![1.0, -2.0, 0.0, -1.0]];
    let whole = observed::<f64>(&rows, 4, 1e-4);
    let ratio = scores(&merged, &probe)[0] / scores(&whole, &probe)[0];
    assert!((ratio - 1.0).abs() < 1e-6, "{ratio}");
}

/// Both count back from their own last row.
#[test]
fn forgetting_factors_join() {
    let mut random = Random::new(14);
    let rows = random.rows(50, 3);
    let weight = |age: usize| (-(age as f64 + 1.0) / 8.0).exp2();
    let mut forgetting = [observed::<f64>(&[], 3, 0.0), observed::<f64>(&[], 3, 0.0)];
    let mut direct = observed::<f64>(&[], 3, 0.0);
    for (part, factor) in rows.chunks(27).zip(&mut forgetting) {
        factor.set_half_life(8).unwrap();
        for (i, row) in part.iter().enumerate() {
            factor.observe(row, 1.0).unwrap();
            direct.observe(row, weight(part.len() - 1 - i)).unwrap();
        }
    }
    let [mut a, b] = forgetting;
    a.merge(&b).unwrap();
    agree(
        &scores(&a, &rows),
        &scores(&direct, &rows),
        1e-10,
        "forgetting",
    );
}

#[test]
fn refusals_change_nothing() {
    let rows = Random::new(1).rows(9, 3);
    let mut factor = observed::<f32>(&rows, 3, 0.1);
    let before = bits(&factor);
    let other = observed::<f32>(&[], 4, 0.1);
    assert_eq!(factor.merge(&other), Err(Error::Length("other")));
    let other = observed::<f32>(&rows, 3, 0.2);
    assert_eq!(factor.merge(&other), Err(Error::Range("ridge")));
    let huge: Vec<Vec<f64>> = vec![vec![5e18; 3]];
    let mut large = observed::<f32>(&[vec![5e18; 3]], 3, 0.0);
    let held = bits(&large);
    assert_eq!(
        large.merge(&observed::<f32>(&huge, 3, 0.0)),
        Err(Error::Range("other"))
    );
    assert_eq!(bits(&large), held);
    assert_eq!(bits(&factor), before);
}
