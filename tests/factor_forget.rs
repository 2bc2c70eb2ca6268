//! A factor that forgets: halving, its ridge, what is seen, merges.

use gleaner::Error;
use gleaner::factor::{Factor, factor_len};

type Owned = Factor<f64, Vec<f64>>;

fn empty(order: usize, ridge: f64, half_life: u64) -> Owned {
    let mut factor = Factor::new(order, ridge, vec![0.0; factor_len(order)]).unwrap();
    factor.set_half_life(half_life).unwrap();
    factor
}

/// With nothing new everything is halved once in a half-life, exactly, however often.
#[test]
fn halving_is_exact() {
    let mut factor = empty(3, 0.0, 3);
    for i in 0..40 {
        let row = [0.1 * f64::from(i), 1.0 / f64::from(i + 1), 0.3];
        factor.observe(&row, 0.7).unwrap();
    }
    while factor.state().age > 0 {
        factor.observe(&[0.0; 3], 1.0).unwrap();
    }
    let mut expected = factor.packed().to_vec();
    for _ in 0..60 {
        for _ in 0..3 {
            factor.observe(&[0.0; 3], 1.0).unwrap();
        }
        for pivot in [0, 3, 5] {
            expected[pivot] *= 0.5;
        }
        assert_eq!(factor.packed(), expected);
    }
}

/// What is seen is measured by the ridge of now: 2 lambda, where a row of before has lost its share.
#[test]
fn a_pivot_is_measured_by_the_ridge_of_now() {
    for (square, rank) in [(2.0_f64, 0), (3.0, 1)] {
        let mut factor = empty(1, 1.0, 4);
        factor.observe(&[square.sqrt()], 1.0).unwrap();
        for _ in 0..2 {
            factor.observe(&[0.0], 1.0).unwrap();
        }
        // 2^(3/4) = 1.68; the pivot is 1 + square.
        assert_eq!(factor.rank(), rank, "{square}");
    }
}

/// A factor of rows of zeros adds nothing, its ridge least of all.
#[test]
fn a_merge_of_nothing_changes_no_pivot() {
    let mut nothing = empty(2, 1.0, 0);
    nothing.observe(&[0.0; 2], 1.0).unwrap();
    for age in 0..12 {
        let mut factor = empty(2, 1.0, 12);
        for _ in 0..age {
            factor.observe(&[0.5, -2.0], 1.0).unwrap();
        }
        let before = factor.packed().to_vec();
        factor.merge(&nothing).unwrap();
        for (found, expected) in factor.packed().iter().zip(&before) {
            assert!((found - expected).abs() < 1e-12 * (1.0 + expected.abs()));
        }
    }
}

/// The sum that has to stay in range is that of now.
#[test]
fn a_merge_out_of_range_is_refused() {
    let mut other = empty(1, 0.0, 0);
    other.start(&[1e307], 1, 0.0).unwrap();
    for (age, expected) in [(1, Ok(())), (9, Err(Error::Range("other")))] {
        let mut factor = empty(1, 0.0, 10);
        factor.start(&[3e307], 1, 0.0).unwrap();
        for _ in 0..age {
            factor.observe(&[0.0], 1.0).unwrap();
        }
        assert_eq!(factor.merge(&other), expected, "{age}");
    }
}

/// Columns that hold nothing stay where they are, and make the condition as bad as can be.
#[test]
fn empty_columns_stay() {
    let mut factor = empty(4, 0.0, 0);
    assert_eq!(factor.pivot(), Ok(0));
    assert_eq!(factor.columns(), [0.0, 1.0, 2.0, 3.0]);
    factor.observe(&[0.0, 2.0, 0.0, 0.0], 1.0).unwrap();
    assert_eq!(factor.pivot(), Ok(1));
    assert_eq!(factor.columns(), [1.0, 0.0, 2.0, 3.0]);
    assert_eq!(factor.condition(), f64::MAX);
    let mut factor = empty(2, 0.0, 0);
    factor.observe(&[0.0, 2.0], 1.0).unwrap();
    assert_eq!(factor.condition(), f64::MAX);
}

/// A new direction is told of each of two rows, as of one.
#[test]
fn pairs_tell_of_a_new_direction() {
    for order in 5..=8 {
        let mut factor = empty(order, 1e-3, 0);
        for i in 0..30 {
            let mut row: Vec<f64> = (0..order).map(|k| ((i * (k + 2)) as f64).cos()).collect();
            row[0] = 0.0;
            factor.observe(&row, 1.0).unwrap();
        }
        let (mut new, mut old) = (vec![0.5; order], vec![0.5; order]);
        (new[0], old[0]) = (2.0, 0.0);
        let mut scratch = vec![0.0; 2 * order];
        let [a, b] = factor.score_pair([&new, &old], &mut scratch).unwrap();
        assert_eq!((a.novelty, b.novelty), (1.0, 0.0), "{order}");
        assert_eq!(Ok(a), factor.score(&new, &mut scratch));
        assert_eq!(Ok(b), factor.score(&old, &mut scratch));
    }
}
