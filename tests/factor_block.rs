//! Rows taken in by blocks: the bits of one after the other, on any rows; golden values; refusals.

mod common;

use common::{Random, cases, golden, matrix, number, numbers, scalars};
use gleaner::factor::{Factor, Score, block_len, factor_len, score_block_len};
use gleaner::{Error, Scalar};

type Owned<T> = Factor<T, Vec<T>>;

fn empty<T: Scalar>(order: usize, ridge: f64) -> Owned<T> {
    Factor::new(order, T::of(ridge), vec![T::ZERO; factor_len(order)]).unwrap()
}

/// Rows of many kinds: full, sparse, zero, unit, and of very different size.
fn mixed<T: Scalar>(random: &mut Random, order: usize) -> Vec<T> {
    let kind = random.below(9);
    let size = [1.0, 1.0, 1.0, 1e-3, 1e4, 1.0, 1.0, 1.0, 1e-7][kind];
    let at = random.below(order);
    let entry = |j| match kind {
        0 => 0.0,
        1 if j != at => -0.0,
        2 if random.uniform() < 0.6 => 0.0,
        _ => size * random.normal(),
    };
    scalars(&(0..order).map(entry).collect::<Vec<_>>())
}

fn bits<T: Scalar>(values: &[T]) -> Vec<u64> {
    values.iter().map(|x| x.bits()).collect()
}

/// All but the work row, which holds what the last row left there.
fn image<T: Scalar>(factor: &Owned<T>) -> Vec<u64> {
    let order = factor.state().order;
    let (_, memory) = factor.clone().detach();
    bits(&memory[..factor_len(order) - order])
}

/// Feeds the same rows to both, singly to one and in blocks to the other.
fn compare<T: Scalar>(
    random: &mut Random,
    [single, block]: [&mut Owned<T>; 2],
    rows: &[Vec<T>],
    weighted: bool,
) {
    let order = single.state().order;
    let mut rest = rows;
    while !rest.is_empty() {
        let (now, later) = rest.split_at((1 + random.below(67)).min(rest.len()));
        rest = later;
        let weights: Vec<T> = (0..now.len())
            .map(|_| T::of([1.0, 0.3, 20.0, 1e-9, 1e9][if weighted { random.below(5) } else { 0 }]))
            .collect();
        let expected: Vec<T> = now
            .iter()
            .zip(&weights)
            .map(|(row, weight)| single.observe(row, *weight).unwrap())
            .collect();
        let tile = [1, 2, 7, 32, 64][random.below(5)];
        let mut scratch = vec![T::of(f64::NAN); block_len(order, tile) + random.below(9)];
        let mut online = vec![T::of(f64::NAN); now.len()];
        let weights = weighted.then_some(&weights[..]);
        block
            .observe_block(&now.concat(), weights, &mut online, &mut scratch)
            .unwrap();
        let what = format!("order {order}, {} rows, tiles of {tile}", now.len());
        assert_eq!(bits(&online), bits(&expected), "{what}");
        assert_eq!(block.state(), single.state(), "{what}");
        assert_eq!(image(block), image(single), "{what}");
    }
}

fn the_bits_of_single_rows<T: Scalar>() {
    let mut random = Random::new(21);
    for order in (1..=40).chain([97]) {
        for (ridge, half_life, pivoted, weighted) in [
            (0.0, 0, false, false),
            (1e-3, 0, false, true),
            (1e-3, 300, false, false),
            (1e-3, 97, true, true),
            (0.0, 120, false, true),
            (0.0, 0, true, false),
        ] {
            let mut single = empty::<T>(order, ridge);
            single.set_half_life(half_life).unwrap();
            let mut block = single.clone();
            let rows: Vec<_> = (0..3 * order + 40)
                .map(|_| mixed(&mut random, order))
                .collect();
            if pivoted {
                for row in &rows {
                    single.observe(row, T::ONE).unwrap();
                    block.observe(row, T::ONE).unwrap();
                }
                single.pivot().unwrap();
                block.pivot().unwrap();
            }
            compare(&mut random, [&mut single, &mut block], &rows, weighted);
        }
    }
}

#[test]
fn the_bits_of_single_rows_f32() {
    the_bits_of_single_rows::<f32>();
}

#[test]
fn the_bits_of_single_rows_f64() {
    the_bits_of_single_rows::<f64>();
}

/// Column squares are taken anew after 2^20 rows, within a block as well.
#[test]
fn the_bits_of_single_rows_past_a_million() {
    let (order, before) = (3, (1 << 20) - 40);
    let mut random = Random::new(5);
    let rows: Vec<Vec<f32>> = (0..90).map(|_| mixed(&mut random, order)).collect();
    let mut first = empty::<f32>(order, 1e-3);
    rows.iter().for_each(|row| {
        first.observe(row, 1.0).unwrap();
    });
    let (mut state, memory) = first.detach();
    state.rows = before;
    let mut single = Factor::attach(state, memory).unwrap();
    let mut block = single.clone();
    compare(&mut random, [&mut single, &mut block], &rows, true);
    assert!(block.state().rows > 1 << 20);
}

/// Rows whose squares differ by the whole range: each outweighs what was before.
fn steep<T: Scalar>(steps: &[f64]) {
    let mut random = Random::new(8);
    for order in [3, 8, 17] {
        for ridge in [0.0, steps[0] * steps[0]] {
            let mut single = empty::<T>(order, ridge);
            let mut block = single.clone();
            let rows: Vec<Vec<T>> = (0..80)
                .map(|i| {
                    let size = steps[(i / 9 + random.below(2)) % steps.len()];
                    (0..order).map(|_| T::of(size * random.normal())).collect()
                })
                .collect();
            compare(&mut random, [&mut single, &mut block], &rows, false);
        }
    }
}

#[test]
fn the_bits_of_single_rows_of_very_different_size() {
    steep::<f32>(&[1e-14, 1e-9, 1.0, 1e9, 1e16]);
    steep::<f64>(&[1e-140, 1e-60, 1.0, 1e60, 1e140]);
}

#[test]
fn golden_online_leverages() {
    for case in cases(&golden("leverage")) {
        let rows = matrix(&case["rows"]);
        let order = rows[0].len();
        let mut factor = empty::<f64>(order, number(&case["ridge"]));
        let mut online = vec![0.0; rows.len()];
        let mut scratch = vec![0.0; block_len(order, 5)];
        factor
            .observe_block(&rows.concat(), None, &mut online, &mut scratch)
            .unwrap();
        for (got, exact) in online.iter().zip(numbers(&case["online_ridge_leverage"])) {
            assert!((got - exact).abs() < 1e-14, "{}", case["name"]);
        }
    }
}

/// What is refused, and that nothing has changed then.
fn refused<T: Scalar>(ridge: f64, half_life: u64) {
    let mut random = Random::new(2);
    let order = 6;
    let mut factor = empty::<T>(order, ridge);
    factor.set_half_life(half_life).unwrap();
    let rows: Vec<T> = (0..40)
        .flat_map(|_| scalars::<T>(&random.normals(order)))
        .collect();
    let mut scratch = vec![T::ZERO; block_len(order, 8)];
    let mut online = vec![T::ZERO; 40];
    let ones = vec![T::ONE; 40];
    factor
        .observe_block(&rows, None, &mut online, &mut scratch)
        .unwrap();
    let before = (factor.state(), image(&factor));

    let mut with = |rows: &[T], weights: &[T], online: &mut [T], scratch: &mut [T]| {
        let result = factor.observe_block(rows, Some(weights), online, scratch);
        assert_eq!((factor.state(), image(&factor)), before);
        result
    };
    let changed = |list: &[T], at: usize, value: T| {
        let mut list = list.to_vec();
        list[at] = value;
        list
    };
    let short = block_len(order, 1) - 1;
    let got = with(&rows[1..], &ones, &mut online, &mut scratch);
    assert_eq!(got, Err(Error::Length("rows")));
    let got = with(&rows, &ones[1..], &mut online, &mut scratch);
    assert_eq!(got, Err(Error::Length("weights")));
    let got = with(&rows, &ones, &mut online, &mut scratch[..short]);
    assert_eq!(got, Err(Error::Length("scratch")));
    let got = with(&[], &[], &mut [], &mut scratch);
    assert_eq!(got, Ok(()));
    for at in [0, 17, 39] {
        for bad in [f64::NAN, f64::INFINITY] {
            let rows = changed(&rows, 6 * at + at % 6, T::of(bad));
            let got = with(&rows, &ones, &mut online, &mut scratch);
            assert_eq!(got, Err(Error::NotFinite("row")));
            let weights = changed(&ones, at, T::of(bad));
            let got = with(&rows, &weights, &mut online, &mut scratch);
            assert_eq!(got, Err(Error::NotFinite("weight")));
        }
        let rows = changed(&rows, 6 * at + at % 6, T::MAX);
        let got = with(&rows, &ones, &mut online, &mut scratch);
        assert_eq!(got, Err(Error::Range("row")));
        for bad in [T::ZERO, -T::ONE, T::MAX, T::MIN_POSITIVE] {
            let weights = changed(&ones, at, bad);
            let got = with(&rows, &weights, &mut online, &mut scratch);
            assert_eq!(got, Err(Error::Range("weight")));
        }
    }
}

#[test]
fn refusals_change_nothing() {
    for (ridge, half_life) in [(0.0, 0), (1e-3, 0), (1e-3, 12)] {
        refused::<f32>(ridge, half_life);
        refused::<f64>(ridge, half_life);
    }
}

/// Without a ridge a column must not start with a square that rounds to nothing.
#[test]
fn too_small_a_first_entry_is_refused() {
    let mut factor = empty::<f32>(2, 0.0);
    let mut scratch = vec![0.0; block_len(2, 4)];
    let mut online = [0.0; 2];
    let got = factor.observe_block(&[1.0, 0.0, 1.0, 1e-25], None, &mut online, &mut scratch);
    assert_eq!(got, Err(Error::Range("row")));
    assert_eq!(factor.state().rows, 0);
    // Behind a larger one it does no harm.
    let got = factor.observe_block(&[1.0, 1.0, 1.0, 1e-25], None, &mut online, &mut scratch);
    assert_eq!(got, Ok(()));
}

/// Scores of many rows: those of each alone, with columns seen and unseen, pivoted, forgetting.
fn the_scores_of_single_rows<T: Scalar>() {
    let mut random = Random::new(33);
    let none = Score {
        leverage: T::of(f64::NAN),
        novelty: T::ZERO,
    };
    for order in (1..=40).chain([97]) {
        for (ridge, half_life, pivoted, dependent) in [
            (1e-3, 0, false, false),
            (1e-3, 200, true, false),
            (0.0, 0, true, false),
            (0.0, 0, true, true),
            (1e-3, 0, false, true),
        ] {
            let rows: Vec<Vec<T>> = (0..2 * order + random.below(67))
                .map(|_| {
                    let mut row: Vec<T> = scalars(&random.normals(order));
                    if dependent && order > 2 {
                        row[1] = row[0] + row[0];
                    }
                    row
                })
                .collect();
            let mut factor = empty::<T>(order, ridge);
            factor.set_half_life(half_life).unwrap();
            for row in &rows {
                factor.observe(row, T::ONE).unwrap();
            }
            if pivoted {
                factor.pivot().unwrap();
            }
            let mut scratch = vec![T::of(f64::NAN); score_block_len(order)];
            let mut scores = vec![none; rows.len()];
            factor
                .score_block(&rows.concat(), &mut scores, &mut scratch)
                .unwrap();
            for (row, got) in rows.iter().zip(&scores) {
                let expected = factor.score(row, &mut scratch).unwrap();
                assert_eq!(got.leverage.bits(), expected.leverage.bits(), "{order}");
                assert_eq!(got.novelty.bits(), expected.novelty.bits(), "{order}");
            }
        }
    }
}

#[test]
fn the_scores_of_single_rows_f32() {
    the_scores_of_single_rows::<f32>();
}

#[test]
fn the_scores_of_single_rows_f64() {
    the_scores_of_single_rows::<f64>();
}

#[test]
fn scores_are_refused_as_of_single_rows() {
    let order = 5;
    let mut factor = empty::<f32>(order, 1e-3);
    let rows: Vec<Vec<f32>> = (0..50).map(|_| vec![1.0, 0.5, -0.25, 2.0, 0.125]).collect();
    let mut scores = vec![
        Score {
            leverage: 0.0,
            novelty: 0.0
        };
        50
    ];
    let mut scratch = vec![0.0; score_block_len(order)];
    for j in 0..order {
        let mut row = vec![0.0; order];
        row[j] = 1.0;
        factor.observe(&row, 1.0).unwrap();
    }
    let rows = rows.concat();
    let got = factor.score_block(&rows[1..], &mut scores, &mut scratch);
    assert_eq!(got, Err(Error::Length("rows")));
    let got = factor.score_block(&rows, &mut scores, &mut scratch[1..]);
    assert_eq!(got, Err(Error::Length("scratch")));
    for (value, error) in [
        (f32::NAN, Error::NotFinite("row")),
        (f32::INFINITY, Error::NotFinite("row")),
        (f32::MAX, Error::Range("row")),
    ] {
        for at in [0, 91, 249] {
            let mut rows = rows.clone();
            rows[at] = value;
            let got = factor.score_block(&rows, &mut scores, &mut scratch);
            assert_eq!(got, Err(error));
        }
    }
}
