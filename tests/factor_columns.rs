//! What the factor keeps of each column: its square, its ridge while rows are forgotten, whether it counts as seen.

mod common;

use common::{Random, scalars};
use gleaner::factor::{Factor, factor_len};
use gleaner::{Error, Scalar};

type Owned<T> = Factor<T, Vec<T>>;

fn empty<T: Scalar>(order: usize, ridge: f64) -> Owned<T> {
    Factor::new(order, T::of(ridge), vec![T::ZERO; factor_len(order)]).unwrap()
}

/// The squares that are kept against the norms of the columns of `sqrt(d) U`.
#[track_caller]
fn squares_are_norms<T: Scalar>(factor: &Owned<T>, what: &str) {
    let order = factor.state().order;
    let (_, memory) = factor.clone().detach();
    let kept = &memory[order * (order + 1) / 2 + order..][..order];
    let mut norms = vec![0.0; order];
    let mut rest = factor.packed();
    for j in 0..order {
        let pivot = rest[0].wide();
        norms[j] += pivot;
        for k in j + 1..order {
            norms[k] += pivot * rest[k - j].wide().powi(2);
        }
        rest = &rest[order - j..];
    }
    for (square, norm) in kept.iter().zip(&norms) {
        let error = (square.wide() - norm).abs() / norm;
        assert!(
            error < 50.0 * T::EPSILON.wide(),
            "{what}: {square:?} {norm}"
        );
    }
}

fn squares<T: Scalar>() {
    let mut random = Random::new(5);
    for order in [1, 3, 4, 9] {
        let rows = random.rows(70, order);
        let mut factor = empty::<T>(order, 0.25);
        let mut other = empty::<T>(order, 0.25);
        factor.set_half_life(16).unwrap();
        other.set_half_life(20).unwrap();
        for row in &rows {
            factor.observe(&scalars::<T>(row), T::of(1.5)).unwrap();
            squares_are_norms(&factor, "observe");
        }
        for row in &rows[..33] {
            other.observe(&scalars::<T>(row), T::ONE).unwrap();
        }
        factor.merge(&other).unwrap();
        squares_are_norms(&factor, "merge");
        factor.pivot().unwrap();
        squares_are_norms(&factor, "pivot");
        factor.observe(&scalars::<T>(&rows[7]), T::ONE).unwrap();
        factor.merge(&other).unwrap();
        squares_are_norms(&factor, "merge of what was pivoted");
        factor.set_half_life(40).unwrap();
        squares_are_norms(&factor, "another half-life");
        factor.set_half_life(0).unwrap();
        squares_are_norms(&factor, "no half-life");
        let packed = other.packed().to_vec();
        factor.start(&packed, 3, T::of(0.125)).unwrap();
        squares_are_norms(&factor, "start");
    }
}

#[test]
fn squares_are_those_of_the_columns() {
    squares::<f32>();
    squares::<f64>();
}

/// One column after the other, evenly over a half-life, and all of them by its end.
#[test]
fn the_ridge_comes_back_column_by_column() {
    for (order, half_life) in [(1, 1), (1, 7), (3, 3), (4, 10), (7, 23)] {
        let mut factor = empty::<f64>(order, 1.0);
        factor.set_half_life(half_life).unwrap();
        let row = vec![0.0; order];
        for age in (1..=half_life).chain(1..half_life) {
            factor.observe(&row, 1.0).unwrap();
            let state = factor.state();
            let fed = (age * order as u64 / half_life) as usize;
            let expected = if age == half_life { (0, 0) } else { (age, fed) };
            assert_eq!((state.age, state.cursor), expected, "{order} {half_life}");
            assert!(Factor::attach(state, factor.clone().detach().1).is_ok());
        }
    }
}

/// `EPSILON sqrt(64 N^2 + 4 rows)`, at most 0.01; with a half-life rows count up to twice that.
#[test]
fn tolerance_is_the_documented_one() {
    let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-6;
    for (rows, half_life, counted) in [(0, 0, 0), (9, 0, 9), (9000, 0, 9000), (9000, 30, 60)] {
        for order in [1, 6, 30] {
            let mut factor = empty::<f64>(order, 1.0);
            factor.set_half_life(half_life).unwrap();
            let packed: Vec<f64> = factor.packed().to_vec();
            factor.start(&packed, rows, 1.0).unwrap();
            let sum = 64.0 * (order * order) as f64 + 4.0 * f64::from(counted);
            assert!(close(factor.tolerance(), f64::EPSILON * sum.sqrt()));
        }
    }
    let mut long = empty::<f32>(1, 1.0);
    long.start(&[1.0], u64::MAX, 1.0).unwrap();
    assert!(close(f64::from(long.tolerance()), 0.01));
}

/// A column of so small a pivot and so large a rest, behind one of norm 1.
fn is_seen(pivot: f64, rest: f64, ridge: f64) -> bool {
    let mut factor = empty::<f64>(2, ridge);
    let packed = [1e9, (rest / 1e9).sqrt(), pivot];
    factor.start(&packed, 10, ridge).unwrap();
    factor.rank() == 2
}

/// Above 2 lambda, and above 64 lambda where that is less than a hundredth of the column.
#[test]
fn a_pivot_that_is_the_ridges_is_not_seen() {
    for ridge in [0.5, 1.0, 8.0] {
        for (pivot, rest, expected) in [
            (1.9, 0.0, false),
            (2.1, 0.0, true),
            (3.0, 20.0, true),
            (12.0, 10_000.0, false),
            (60.0, 10_000.0, false),
            (67.0, 10_000.0, true),
            (67.0, 1e8, true),
            (63.0, 1e8, false),
            (65.0, 10_000.0, true),
            (65.0, 1e8, true),
        ] {
            let seen = is_seen(pivot * ridge, rest * ridge, ridge);
            assert_eq!(seen, expected, "{pivot} {rest} {ridge}");
        }
    }
}

/// A leverage that is finite at the last halving and no longer so now is refused, alone or as one of two.
#[test]
fn a_leverage_that_grows_out_of_range_is_refused() {
    let mut factor = empty::<f64>(1, 0.0);
    factor.set_half_life(4).unwrap();
    for _ in 0..3 {
        factor.observe(&[1.0], 1.0).unwrap();
    }
    // Three quarters of a half-life: 2^(3/4) = 1.68.
    let pivot = factor.packed()[0];
    let at = |share: f64| [(f64::MAX * share).sqrt() * pivot.sqrt()];
    let (fits, grows, small) = (at(0.55), at(0.65), [1.0]);
    let mut scratch = [0.0; 2];
    let refused = Err(Error::Range("row"));
    assert!(factor.score(&fits, &mut scratch).is_ok());
    assert_eq!(factor.score(&grows, &mut scratch).map(|_| ()), refused);
    for pair in [[&grows, &small], [&small, &grows], [&grows, &grows]] {
        let scored = factor.score_pair(pair.map(|row| &row[..]), &mut scratch);
        assert_eq!(scored.map(|_| ()), refused);
    }
    assert!(factor.score_pair([&fits, &small], &mut scratch).is_ok());
}

#[test]
fn the_largest_order_lacks_memory_only() {
    let new = |order| Factor::new(order, 1.0_f64, [0.0; 8]).map(|_| ());
    assert_eq!(new(65_535), Err(Error::Length("memory")));
    assert_eq!(new(65_536), Err(Error::Range("order")));
}

/// A packed factor whose columns are out of range is refused, and one whose pivots lack more than half of lambda.
#[test]
fn a_start_is_in_range() {
    let mut factor = empty::<f64>(1, 1.0);
    for ridge in [0.25, 8.0] {
        assert_eq!(factor.start(&[0.5 * ridge], 1, ridge), Ok(()));
        let refused = factor.start(&[0.49 * ridge], 1, ridge);
        assert_eq!(refused, Err(Error::Range("packed")));
    }
    let mut factor = empty::<f64>(2, 1.0);
    assert_eq!(factor.start(&[1.0, 1e100, 1.0], 1, 0.0), Ok(()));
    let refused = factor.start(&[1.0, 1e155, 1.0], 1, 0.0);
    assert_eq!(refused, Err(Error::Range("packed")));
    // Without a ridge a column may hold nothing, with one it may not.
    assert_eq!(factor.start(&[0.0, 5.0, 1.0], 1, 0.0), Ok(()));
    let refused = factor.start(&[0.0, 5.0, 1.0], 1, 1.0);
    assert_eq!(refused, Err(Error::Range("packed")));
    // A sum is out of range whatever else is in it.
    let mut factor = empty::<f64>(3, 1.0);
    let refused = factor.start(&[1.0, 1e154, 1e-160, 1.0, 0.0, 1.0], 1, 0.0);
    assert_eq!(refused, Err(Error::Range("packed")));
}

/// Squares that have drifted are worked out anew at 2^20 rows, and not before.
#[test]
fn squares_do_not_drift_for_ever() {
    let rows = Random::new(6).rows(9, 3);
    let mut factor = empty::<f64>(3, 1.0);
    for row in &rows {
        factor.observe(row, 1.0).unwrap();
    }
    let (mut state, mut memory) = factor.detach();
    for square in &mut memory[6 + 3..6 + 6] {
        *square *= 1.5;
    }
    for (count, is_anew) in [
        (1 << 19, false),
        ((1 << 20) - 2, false),
        ((1 << 20) - 1, true),
    ] {
        state.rows = count;
        let mut factor = Factor::attach(state, memory.clone()).unwrap();
        factor.observe(&rows[0], 1.0).unwrap();
        let square = factor.clone().detach().1[6 + 3];
        let norm = factor.packed()[0];
        assert_eq!((square - norm).abs() < 1e-12 * norm, is_anew, "{count}");
    }
}

/// A factor that forgets has between half of lambda and 1.5 lambda, of which a merge leaves half out.
#[test]
fn a_merged_ridge_is_neither_lost_nor_there_twice() {
    let (order, half_life) = (3, 12);
    for ages in 0..2 * half_life {
        let mut other = empty::<f64>(order, 2.0);
        other.set_half_life(half_life).unwrap();
        for _ in 0..=ages {
            other.observe(&vec![0.0; order], 1.0).unwrap();
        }
        let mut factor = empty::<f64>(order, 2.0);
        factor.merge(&other).unwrap();
        let packed = factor.packed();
        for pivot in [packed[0], packed[3], packed[5]] {
            assert!((2.0 - 1e-12..=4.0 + 1e-12).contains(&pivot), "{pivot}");
        }
    }
}

/// An entry in a column that was never seen is new where it is larger than `sqrt(lambda)`.
#[test]
fn novelty_begins_at_the_ridge() {
    for ridge in [0.25, 1.0, 9.0_f64] {
        let factor = empty::<f64>(2, ridge);
        for (share, novelty) in [(0.4, 0.0), (0.9, 0.0), (-0.9, 0.0), (1.1, 1.0), (-3.0, 1.0)] {
            let row = [0.0, share * ridge.sqrt()];
            let score = factor.score(&row, &mut [0.0; 2]).unwrap();
            assert_eq!(score.novelty, novelty, "{ridge} {share}");
            let leverage = share * share;
            assert!((score.leverage - leverage).abs() < 1e-12, "{ridge} {share}");
        }
    }
}

/// While rows are forgotten a pivot is halved down to the smallest normal number, and is nothing after it.
#[test]
fn a_forgotten_pivot_ends_at_the_smallest_normal_number() {
    let mut factor = empty::<f64>(1, 0.0);
    factor.set_half_life(1).unwrap();
    // 16 times the smallest, halved at once.
    factor.observe(&[2f64.powi(-509)], 1.0).unwrap();
    for halvings in 1..8 {
        let expected = if halvings <= 4 {
            f64::MIN_POSITIVE * 2f64.powi(4 - halvings)
        } else {
            0.0
        };
        assert_eq!(factor.packed(), [expected]);
        factor.observe(&[0.0], 1.0).unwrap();
    }
}

/// A weight counts in the sum of squares that has to stay in range.
#[test]
fn a_weighted_row_out_of_range_is_refused() {
    let mut factor = empty::<f64>(2, 1.0);
    let row = [1e60, 1.0];
    let refused = factor.observe(&row, 1e190);
    assert_eq!(refused, Err(Error::Range("row")));
    assert_eq!(factor.packed(), [1.0, 0.0, 1.0]);
    assert!(factor.observe(&row, 1e180).is_ok());
}

/// The largest rest in an unseen column over the largest entry, each relative to its column's norm.
#[test]
fn novelty_is_the_share_of_the_rest() {
    let mut factor = empty::<f64>(3, 0.0);
    for scale in [1.0, 2.0, -3.0] {
        // The second column is the first, the third is empty.
        factor.observe(&[scale, scale, 0.0], 1.0).unwrap();
    }
    factor.pivot().unwrap();
    for ([a, b], novelty) in [
        ([2.0, 2.0], 0.0),
        ([2.0, 3.0], 1.0 / 3.0),
        ([4.0, 3.0], 0.25),
        ([-5.0, -7.0], 2.0 / 7.0),
        ([1.0, 0.0], 1.0),
    ] {
        let found = factor.score(&[a, b, 0.0], &mut [0.0; 3]).unwrap().novelty;
        assert!((found - novelty).abs() < 1e-12, "{a} {b}: {found}");
    }
}

/// Rows whose leverage is out of range are refused where nothing has been seen too.
#[test]
fn a_leverage_out_of_range_is_refused() {
    let factor = empty::<f64>(1, 1.0);
    let scored = factor.score(&[1e160], &mut [0.0]);
    assert_eq!(scored.map(|_| ()), Err(Error::Range("row")));
    assert!(factor.score(&[1e150], &mut [0.0]).is_ok());
}

/// The smallest pivot there is takes part in a merge and in moves of columns.
#[test]
fn the_smallest_pivot_is_one() {
    let least = f64::MIN_POSITIVE;
    let mut other = empty::<f64>(1, 0.0);
    other.start(&[least], 1, 0.0).unwrap();
    let mut factor = empty::<f64>(1, 0.0);
    factor.merge(&other).unwrap();
    assert_eq!(factor.packed(), [least]);
    let mut factor = empty::<f64>(2, 0.0);
    factor.start(&[0.0, 0.0, least], 1, 0.0).unwrap();
    assert_eq!(factor.pivot(), Ok(1));
    assert_eq!(factor.packed(), [least, 0.0, 0.0]);
}

#[test]
fn factors_of_large_rows_merge() {
    let mut factor = empty::<f64>(1, 0.0);
    factor.start(&[1e200], 1, 0.0).unwrap();
    let mut sum = factor.clone();
    sum.merge(&factor).unwrap();
    assert!((sum.packed()[0] / 2e200 - 1.0).abs() < 1e-12);
    factor.start(&[3e307], 1, 0.0).unwrap();
    let before = factor.packed()[0];
    let refused = factor.merge(&factor.clone());
    assert_eq!(refused, Err(Error::Range("other")));
    assert_eq!(factor.packed(), [before]);
}

/// Two rows at once against one at a time, with no entry of the factor that could be taken for an unseen pivot.
#[test]
fn pairs_equal_single_rows_where_every_entry_is_positive() {
    for order in 1..=21 {
        let mut factor = empty::<f64>(order, 0.0);
        let mut packed = Vec::new();
        for j in 0..order {
            packed.push(1.0 + j as f64 / 8.0);
            packed.extend((j + 1..order).map(|k| 0.125 + (j * 7 + k * 3) as f64 / 1000.0));
        }
        factor.start(&packed, 1, 0.0).unwrap();
        let rows = Random::new(order as u64).rows(2, order);
        let mut scratch = vec![0.0; 2 * order];
        let [a, b] = factor
            .score_pair([&rows[0], &rows[1]], &mut scratch)
            .unwrap();
        assert_eq!(Ok(a), factor.score(&rows[0], &mut scratch));
        assert_eq!(Ok(b), factor.score(&rows[1], &mut scratch));
    }
}
