//! The factor as a whole: theorems, its life, its memory.

mod common;

use common::{Random, leverage, leverage_and_rank, online_leverage, ridge_leverage, scalars};
use gleaner::factor::{Factor, FactorState, default_ridge, factor_len};
use gleaner::{Error, Scalar};
use proptest::prelude::*;

type Owned<T> = Factor<T, Vec<T>>;

fn observed<T: Scalar>(rows: &[Vec<f64>], ridge: f64) -> (Owned<T>, Vec<f64>) {
    let order = rows[0].len();
    let memory = vec![T::ZERO; factor_len(order)];
    let mut factor = Factor::new(order, T::of(ridge), memory).unwrap();
    let observe = |row: &Vec<f64>| factor.observe(&scalars::<T>(row), T::ONE).unwrap().wide();
    let online = rows.iter().map(observe).collect();
    (factor, online)
}

fn leverages<T: Scalar>(factor: &Owned<T>, rows: &[Vec<f64>]) -> Vec<f64> {
    let mut scratch = vec![T::ZERO; factor.state().order];
    let score = |row: &Vec<f64>| factor.score(&scalars::<T>(row), &mut scratch).unwrap();
    rows.iter().map(score).map(|s| s.leverage.wide()).collect()
}

fn farthest(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

/// Whole numbers, so that dependences are exact; some rows and columns zero, some repeated.
fn any_rows() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (1usize..=9, 1usize..=24).prop_flat_map(|(order, count)| {
        let entry = prop_oneof![2 => Just(0.0), 5 => (-8i32..=8).prop_map(f64::from)];
        prop::collection::vec(prop::collection::vec(entry, order), count)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn leverages_sum_to_the_rank(rows in any_rows()) {
        let (exact, rank) = leverage_and_rank(&rows, 1e-9);
        let (mut factor, _) = observed::<f64>(&rows, 0.0);
        prop_assert_eq!(factor.pivot().unwrap(), rank);
        let got = leverages(&factor, &rows);
        prop_assert!(farthest(&got, &exact) < 1e-9);
        prop_assert!((got.iter().sum::<f64>() - rank as f64).abs() < 1e-9);
        prop_assert!(got.iter().all(|t| (0.0..=1.0 + 1e-12).contains(t)));

        let (mut narrow, _) = observed::<f32>(&rows, 0.0);
        prop_assert_eq!(narrow.pivot().unwrap(), rank);
        prop_assert!(farthest(&leverages(&narrow, &rows), &exact) < 1e-3);
    }

    #[test]
    fn a_ridge_needs_no_pivot(rows in any_rows(), ridge in 1e-3f64..10.0) {
        let exact = ridge_leverage(&rows, ridge);
        let online = online_leverage(&rows, ridge);
        let (mut factor, free) = observed::<f64>(&rows, ridge);
        prop_assert!(farthest(&leverages(&factor, &rows), &exact) < 1e-10);
        prop_assert!(farthest(&free, &online) < 1e-10);
        factor.pivot().unwrap();
        prop_assert!(farthest(&leverages(&factor, &rows), &exact) < 1e-10);
        let (narrow, free) = observed::<f32>(&rows, ridge);
        prop_assert!(farthest(&leverages(&narrow, &rows), &exact) < 1e-3);
        prop_assert!(farthest(&free, &online) < 1e-4);
    }

    /// `det(D^T D + lambda I) = lambda^N / product of (1 - online leverage)`.
    #[test]
    fn online_leverages_make_the_determinant(rows in any_rows(), ridge in 0.5f64..4.0) {
        let (factor, online) = observed::<f64>(&rows, ridge);
        let order = rows[0].len();
        let (mut log_pivots, mut rest) = (0.0, factor.packed());
        for j in 0..order {
            log_pivots += rest[0].ln();
            rest = &rest[order - j..];
        }
        let from_online: f64 =
            order as f64 * ridge.ln() - online.iter().map(|t| (-t).ln_1p()).sum::<f64>();
        prop_assert!((log_pivots - from_online).abs() < 1e-9 * (1.0 + log_pivots.abs()));
    }

    /// Leverage depends on the column space only: an invertible factor from the right changes nothing.
    #[test]
    fn right_factors_change_nothing(seed in any::<u64>(), order in 1usize..8) {
        let mut random = Random::new(seed);
        let rows = random.rows(3 * order, order);
        // Unit lower times unit upper triangular: determinant 1.
        let mut lower = random.rows(order, order);
        let mut upper = random.rows(order, order);
        for j in 0..order {
            for k in 0..order {
                let (a, b) = (&mut lower[j][k], &mut upper[j][k]);
                match j.cmp(&k) {
                    std::cmp::Ordering::Less => *a = 0.0,
                    std::cmp::Ordering::Equal => (*a, *b) = (1.0, 1.0),
                    std::cmp::Ordering::Greater => *b = 0.0,
                }
            }
        }
        let times = |row: &Vec<f64>, m: &[Vec<f64>]| -> Vec<f64> {
            (0..order).map(|k| row.iter().zip(m).map(|(x, line)| x * line[k]).sum()).collect()
        };
        let moved: Vec<Vec<f64>> =
            rows.iter().map(|row| times(&times(row, &lower), &upper)).collect();
        let exact = leverage(&rows);
        let got = leverages(&observed::<f64>(&moved, 0.0).0, &moved);
        prop_assert!(farthest(&got, &exact) < 1e-6, "{:e}", farthest(&got, &exact));
    }

    /// Powers of two on rows and ridge alike change no bit of any leverage.
    #[test]
    fn scale_changes_no_bit(rows in any_rows(), power in -20i32..20) {
        let scale = 2f64.powi(power);
        let scaled: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().map(|x| x * scale).collect()).collect();
        let (a, online_a) = observed::<f32>(&rows, 0.25);
        let (b, online_b) = observed::<f32>(&scaled, 0.25 * scale * scale);
        prop_assert_eq!(leverages(&a, &rows), leverages(&b, &scaled));
        prop_assert_eq!(online_a, online_b);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(rows in any_rows()) {
        let reversed: Vec<Vec<f64>> = rows.iter().rev().cloned().collect();
        let a = leverages(&observed::<f64>(&rows, 0.1).0, &rows);
        let b = leverages(&observed::<f64>(&reversed, 0.1).0, &rows);
        prop_assert!(farthest(&a, &b) < 1e-11);
    }
}

#[test]
fn appended_response_adds_its_residual() {
    let mut random = Random::new(41);
    let rows = random.rows(25, 4);
    let with: Vec<Vec<f64>> = rows
        .iter()
        .map(|r| [&r[..], &random.normals(1)].concat())
        .collect();
    let (factor, _) = observed::<f64>(&with, 0.0);
    let mut solution = [0.0; 4];
    factor.solve(&mut solution).unwrap();
    let residual =
        |row: &Vec<f64>| row[4] - row.iter().zip(solution).map(|(x, b)| x * b).sum::<f64>();
    let errors: Vec<f64> = with.iter().map(residual).collect();
    let total: f64 = errors.iter().map(|e| e * e).sum();
    let without = leverages(&observed::<f64>(&rows, 0.0).0, &rows);
    for ((all, own), e) in leverages(&factor, &with).iter().zip(without).zip(errors) {
        assert!((all - own - e * e / total).abs() < 1e-12);
    }
}

#[test]
fn copies_and_an_outlier() {
    let mut rows = vec![vec![1.0, 1.0]; 1000];
    rows.push(vec![1.0, -1.0]);
    let got = leverages(&observed::<f32>(&rows, 0.0).0, &rows);
    assert!(got[..1000].iter().all(|t| (t - 1e-3).abs() < 1e-6));
    assert!((got[1000] - 1.0).abs() < 1e-6);
}

#[test]
fn collinear_rows() {
    let rows: Vec<Vec<f64>> = (1..=4)
        .map(|i| vec![f64::from(i), f64::from(2 * i)])
        .collect();
    let got = leverages(&observed::<f32>(&rows, 1.0).0, &rows);
    let exact = [5.0 / 151.0, 20.0 / 151.0, 45.0 / 151.0, 80.0 / 151.0];
    assert!(farthest(&got, &exact) < 1e-6, "{got:?}");
    let (mut factor, _) = observed::<f32>(&rows, 0.0);
    assert_eq!(factor.pivot().unwrap(), 1);
    let exact = [1.0 / 30.0, 4.0 / 30.0, 9.0 / 30.0, 16.0 / 30.0];
    assert!(farthest(&leverages(&factor, &rows), &exact) < 1e-6);

    let near = [1.0, 1.0001, 1.0002].map(|x| vec![1.0, x]);
    let got = leverages(&observed::<f32>(&near, 0.0).0, &near);
    assert!(
        farthest(&got, &[0.833333, 0.333333, 0.833333]) < 1e-3,
        "{got:?}"
    );

    let one = vec![vec![3.0, 4.0]];
    let got = leverages(&observed::<f32>(&one, 1.0).0, &one);
    assert!((got[0] - 0.961538462).abs() < 1e-6);
    let (mut factor, online) = observed::<f32>(&one, 0.0);
    assert_eq!((online[0], factor.pivot().unwrap()), (1.0, 1));
    assert!((leverages(&factor, &one)[0] - 1.0).abs() < 1e-6);
}

fn novelty<T: Scalar>(ridge: f64) {
    let mut random = Random::new(19);
    let mut rows = random.rows(40, 5);
    for row in &mut rows {
        // Column 2 is never seen, column 4 is the sum of the first two.
        row[2] = 0.0;
        row[4] = row[0] + row[1];
    }
    let (mut factor, _) = observed::<T>(&rows, ridge);
    factor.pivot().unwrap();
    let mut scratch = [T::ZERO; 5];
    let mut score = |row: [f64; 5]| factor.score(&scalars::<T>(&row), &mut scratch).unwrap();
    assert!(score([1.0, 2.0, 0.0, 0.5, 3.0]).novelty < T::of(1e-3));
    assert_eq!(score([1.0, 2.0, 0.1, 0.5, 3.0]).novelty, T::ONE);
    assert_eq!(score([0.0; 5]).novelty, T::ZERO);
    assert_eq!(score([0.0; 5]).leverage, T::ZERO);
    let outside = score([1.0, 2.0, 0.0, 0.5, 1.0]).novelty.wide();
    assert!(outside > 0.2 && outside <= 1.0, "{outside}");
    let slightly = score([1.0, 2.0, 0.0, 0.5, 2.9]).novelty.wide();
    assert!(slightly > 0.01 && slightly < outside, "{slightly}");
    // A faint trace below the ridge is no novelty, and does not stay one.
    if ridge > 0.0 {
        assert!(score([1.0, 2.0, 1e-12, 0.5, 3.0]).novelty < T::of(1e-3));
    }
}

#[test]
fn novelty_is_what_was_never_seen() {
    novelty::<f32>(0.0);
    novelty::<f64>(0.0);
    novelty::<f32>(1e-6);
    novelty::<f64>(1e-6);
}

/// An empty factor finds everything new, until it is observed.
#[test]
fn the_first_row_is_novel() {
    let mut factor = Factor::new(3, 1e-6, [0.0; factor_len(3)]).unwrap();
    let row = [1.0, -2.0, 3.0];
    assert_eq!(factor.score(&row, &mut [0.0; 3]).unwrap().novelty, 1.0);
    factor.observe(&row, 1.0).unwrap();
    assert!(factor.score(&row, &mut [0.0; 3]).unwrap().novelty < 1e-3);
    factor.reset(1e-6).unwrap();
    assert_eq!(factor.score(&row, &mut [0.0; 3]).unwrap().novelty, 1.0);
    assert_eq!(factor.state().rows, 0);
}

fn starts<T: Scalar>() {
    let mut random = Random::new(29);
    for order in [1, 2, 5, 8, 9] {
        let rows = random.rows(30, order);
        let (factor, _) = observed::<T>(&rows, 1e-3);
        let mut other = Factor::new(order, T::ONE, vec![T::ZERO; factor_len(order)]).unwrap();
        other
            .start(factor.packed(), factor.state().rows, factor.state().ridge)
            .unwrap();
        assert_eq!(other.packed(), factor.packed());
        assert_eq!(other.state(), factor.state());
        assert_eq!(leverages(&other, &rows), leverages(&factor, &rows));

        let before: Vec<_> = other.packed().to_vec();
        let mut bad = before.clone();
        bad[0] = T::ZERO - T::ONE;
        assert_eq!(other.start(&bad, 1, T::ZERO), Err(Error::Range("packed")));
        bad[0] = T::MAX + T::MAX;
        assert_eq!(
            other.start(&bad, 1, T::ZERO),
            Err(Error::NotFinite("packed"))
        );
        bad[0] = T::MAX;
        assert_eq!(other.start(&bad, 1, T::ZERO), Err(Error::Range("packed")));
        assert_eq!(
            other.start(&before[1..], 1, T::ZERO),
            Err(Error::Length("packed"))
        );
        assert_eq!(other.start(&before, 1, T::MAX), Err(Error::Range("ridge")));
        assert_eq!(other.packed(), before);
        assert_eq!(other.state(), factor.state());
    }
}

#[test]
fn a_factor_starts_from_a_packed_one() {
    starts::<f32>();
    starts::<f64>();
}

#[test]
fn state_and_memory_part_and_join() {
    let mut random = Random::new(7);
    let rows = random.rows(50, 6);
    let (whole, expected) = observed::<f32>(&rows, 1e-3);
    let mut memory = [0.0f32; factor_len(6) + 3];
    let mut state = Factor::new(6, 1e-3, memory.as_mut_slice())
        .unwrap()
        .detach()
        .0;
    for (row, expected) in rows.iter().zip(&expected) {
        let mut factor = Factor::attach(state, memory.as_mut_slice()).unwrap();
        let online = factor.observe(&scalars::<f32>(row), 1.0).unwrap();
        assert_eq!(f64::from(online), *expected);
        state = factor.detach().0;
    }
    // Reading needs shared memory only.
    let read = Factor::attach(state, memory.as_slice()).unwrap();
    assert_eq!(read.packed(), whole.packed());
    assert_eq!(read.rank(), 6);
}

#[test]
fn bad_beginnings() {
    let memory = || vec![0.0f64; factor_len(4)];
    assert_eq!(
        Factor::new(0, 0.0, memory()).err(),
        Some(Error::Range("order"))
    );
    assert_eq!(
        Factor::new(usize::MAX, 0.0, memory()).err(),
        Some(Error::Range("order"))
    );
    assert_eq!(
        Factor::new(5, 0.0, memory()).err(),
        Some(Error::Length("memory"))
    );
    assert_eq!(
        Factor::new(4, f64::NAN, memory()).err(),
        Some(Error::NotFinite("ridge"))
    );
    assert_eq!(
        Factor::new(4, -1.0, memory()).err(),
        Some(Error::Range("ridge"))
    );
    assert_eq!(
        Factor::new(4, 1e-300, memory()).err(),
        Some(Error::Range("ridge"))
    );
    let good = Factor::new(4, 1e-3, memory()).unwrap().state();
    for bad in [
        FactorState { age: 1, ..good },
        FactorState { cursor: 5, ..good },
        FactorState {
            half_life: 3,
            ..good
        },
        FactorState {
            half_life: 9,
            age: 9,
            ..good
        },
    ] {
        assert_eq!(
            Factor::attach(bad, memory()).err(),
            Some(Error::Range("state"))
        );
    }
    let mut factor = Factor::attach(good, memory()).unwrap();
    assert_eq!(factor.reset(f64::INFINITY), Err(Error::NotFinite("ridge")));
    assert_eq!(
        factor.score(&[0.0; 4], &mut [0.0; 3]),
        Err(Error::Length("scratch"))
    );
    assert_eq!(
        factor.score(&[0.0; 3], &mut [0.0; 4]),
        Err(Error::Length("row"))
    );
}

/// The triangle and four vectors, and a state of a few words: nothing else.
#[test]
fn memory_is_the_triangle_and_four_vectors() {
    for order in [1, 2, 3, 57, 651] {
        assert_eq!(factor_len(order), order * (order + 1) / 2 + 4 * order);
        let memory = vec![0.0f32; factor_len(order)];
        assert!(Factor::new(order, 1e-3, memory.as_slice().to_vec()).is_ok());
        let short = vec![0.0f32; factor_len(order) - 1];
        assert!(Factor::new(order, 1e-3, short).is_err());
    }
    assert!(size_of::<FactorState<f32>>() <= 56);
    assert!(size_of::<FactorState<f64>>() <= 64);
    assert!(size_of::<Factor<f32, &mut [f32]>>() <= 72);
}

#[test]
fn condition_tells_bad_scaling_from_dependence() {
    let mut rows = Random::new(2).rows(40, 3);
    let well = observed::<f64>(&rows, 0.0).0.condition();
    assert!((1.0..3.0).contains(&well), "{well}");
    rows.iter_mut().for_each(|row| row[1] *= 1e9);
    let scaled = observed::<f64>(&rows, 0.0).0.condition();
    assert!((scaled / well - 1.0).abs() < 1e-9, "{scaled} {well}");
    rows.iter_mut()
        .for_each(|row| row[2] = row[0] + 1e-6 * row[2]);
    let close = observed::<f64>(&rows, 0.0).0.condition();
    assert!((1e5..1e7).contains(&close), "{close:e}");
    rows.iter_mut().for_each(|row| row[2] = 0.0);
    assert_eq!(observed::<f64>(&rows, 0.0).0.condition(), f64::MAX);
}

#[test]
fn the_default_ridge_is_a_millionth() {
    assert_eq!(default_ridge(4.0f64), 4e-6);
    assert_eq!(default_ridge(2.0f32), 2e-6);
}
