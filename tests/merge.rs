//! Merging samples: totals, inclusion probabilities and subset sums do not depend on who saw what.

use gleaner::sampler::{Earlier, Item, Kept, Merge, Reservoir};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const TRIALS: usize = 20_000;

type Owned<T> = Merge<T, Vec<Item<T>>, Vec<Earlier<T>>>;

fn generator(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

fn merge<T: Scalar>(k: usize) -> Owned<T> {
    let (items, earlier) = (
        vec![Item::default(); k + 1],
        vec![Earlier::default(); k + 1],
    );
    Merge::new(items, earlier).unwrap()
}

/// An item of the whole stream in somebody's sample.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Held<T> {
    index: usize,
    score: T,
    weight: T,
}

/// What one reservoir keeps of a part of the stream.
fn sample<T: Scalar>(
    scores: &[T],
    part: std::ops::Range<usize>,
    k: usize,
    generator: &mut impl Rng,
) -> Vec<Held<T>> {
    let mut sampler = Reservoir::new(vec![Item::default(); k + 1]).unwrap();
    for &score in &scores[part.clone()] {
        sampler.offer(score, generator).unwrap();
    }
    let held = |kept: Kept<T>| Held {
        index: part.start + kept.sequence as usize,
        score: kept.score,
        weight: kept.weight,
    };
    sampler.drain().map(held).collect()
}

/// Samples merged into one of k, with its threshold.
fn merged<T: Scalar>(
    samples: &[&[Held<T>]],
    k: usize,
    generator: &mut impl Rng,
) -> (Vec<Held<T>>, T) {
    let mut merge = merge(k);
    let mut names = vec![0; k + 1];
    for held in samples.iter().copied().flatten() {
        names[merge.free() as usize] = held.index;
        merge.offer(held.score, held.weight, generator).unwrap();
    }
    let held = |kept: Kept<T>| Held {
        index: names[kept.slot as usize],
        score: kept.score,
        weight: kept.weight,
    };
    (merge.drain().map(held).collect(), merge.threshold())
}

fn scores(count: usize, spread: f64, generator: &mut impl Rng) -> Vec<f64> {
    (0..count)
        .map(|_| (2.0 * spread * (f64::unit(generator) - 0.5)).exp())
        .collect()
}

/// The threshold at which `sum min(1, score / threshold) = k`.
fn threshold(scores: &[f64], k: usize) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    (0..k)
        .map(|certain| {
            (
                certain,
                sorted[certain..].iter().sum::<f64>() / (k - certain) as f64,
            )
        })
        .find(|&(certain, threshold)| threshold >= sorted[certain])
        .unwrap()
        .1
}

fn total<T: Scalar>(held: &[Held<T>]) -> f64 {
    held.iter()
        .map(|held| held.score.wide() * held.weight.wide())
        .sum()
}

fn totals_are_exact<T: Scalar>(within: f64) {
    let mut generator = generator(1);
    for (k1, k2, k) in [
        (1, 1, 1),
        (5, 5, 5),
        (9, 4, 6),
        (4, 9, 20),
        (8, 8, 3),
        (30, 2, 16),
    ] {
        for (n1, n2) in [(0, 0), (0, 40), (1, 1), (3, 200), (100, 100)] {
            let stream: Vec<T> = scores(n1 + n2, 4.0, &mut generator)
                .into_iter()
                .map(T::of)
                .collect();
            let first = sample(&stream, 0..n1, k1, &mut generator);
            let second = sample(&stream, n1..n1 + n2, k2, &mut generator);
            let (held, _) = merged(&[&first, &second], k, &mut generator);
            assert_eq!(held.len(), k.min(first.len() + second.len()));
            let expected: f64 = stream.iter().map(|score| score.wide()).sum();
            let found = total(&held);
            assert!(
                (found - expected).abs() <= within * expected,
                "{k1} and {k2} to {k}, {n1} and {n2}: {found}, not {expected}"
            );
            // Whoever is kept is one item of one of the samples.
            for held in &held {
                let from = first
                    .iter()
                    .chain(&second)
                    .find(|from| from.index == held.index);
                let from = from.unwrap();
                assert_eq!(from.score, held.score);
                assert!(held.weight.wide() >= from.weight.wide() * (1.0 - within));
            }
        }
    }
}

#[test]
fn totals_are_exact_f64() {
    totals_are_exact::<f64>(1e-13);
}

#[test]
fn totals_are_exact_f32() {
    totals_are_exact::<f32>(2e-6);
}

/// All fit: nobody's weight changes, not by a bit.
#[test]
fn room_for_all_changes_no_weight() {
    let mut generator = generator(2);
    let stream: Vec<f32> = scores(90, 3.0, &mut generator)
        .into_iter()
        .map(|s| s as f32)
        .collect();
    let first = sample(&stream, 0..80, 7, &mut generator);
    let second = sample(&stream, 80..90, 12, &mut generator);
    let (mut held, threshold) = merged(&[&first, &[], &second], 17, &mut generator);
    assert_eq!(threshold, 0.0);
    held.sort_by_key(|held| held.index);
    let mut all = [first, second].concat();
    all.sort_by_key(|held| held.index);
    assert_eq!(held, all);
    // Of a stream that was shorter than k all have weight 1.
    assert!(
        held.iter()
            .filter(|held| held.index >= 80)
            .all(|held| held.weight == 1.0)
    );
    // Into fewer: those that stay above the threshold still have theirs.
    let (fewer, threshold) = merged(&[&held], 12, &mut generator);
    for kept in fewer {
        let from = held.iter().find(|held| held.index == kept.index).unwrap();
        if from.score * from.weight > threshold {
            assert_eq!(kept.weight, from.weight);
        }
    }
}

/// How parts of a stream of 60 come together.
#[derive(Clone, Copy, Debug)]
enum Tree {
    One,
    Flat,
    Backwards,
    Chain,
    Balanced,
    /// Parts keep more than is kept in the end.
    Wide,
}

const N: usize = 60;
const K: usize = 8;

fn grow<T: Scalar>(tree: Tree, scores: &[T], generator: &mut impl Rng) -> (Vec<Held<T>>, T) {
    let wide = if matches!(tree, Tree::Wide) { 3 * K } else { K };
    // The second has all the room it needs, and the third is empty.
    let parts = [0..25, 25..30, 30..30, 30..N];
    let [a, b, c, d] = parts.map(|part| sample(scores, part, wide, generator));
    match tree {
        // In room for all of one sample no threshold is known: its weights say the same.
        Tree::One => {
            let all = sample(scores, 0..N, K, generator);
            let (held, threshold) = merged(&[&all], K, generator);
            assert_eq!(threshold, T::ZERO);
            let light = held.iter().map(|held| held.score * held.weight);
            (held.clone(), light.fold(T::MAX, Scalar::min))
        }
        Tree::Flat | Tree::Wide => merged(&[&a, &b, &c, &d], K, generator),
        Tree::Backwards => merged(&[&d, &c, &b, &a], K, generator),
        Tree::Chain => {
            let (ab, _) = merged(&[&a, &b], K, generator);
            let (abc, _) = merged(&[&c, &ab], K, generator);
            merged(&[&abc, &d], K, generator)
        }
        Tree::Balanced => {
            let (left, _) = merged(&[&d, &a], 2 * K, generator);
            let (right, _) = merged(&[&b, &c], K, generator);
            merged(&[&left, &right], K, generator)
        }
    }
}

/// Mean and standard error.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// No sample is smaller than the last one: thresholds, weights and inclusion probabilities are those of one reservoir.
fn inclusion<T: Scalar>(seed: u64, within: f64) {
    let given = scores(N, 2.5, &mut generator(5));
    let stream: Vec<T> = given.iter().map(|&score| T::of(score)).collect();
    let expected = threshold(&given, K);
    // A quantity that is not the score, over a fifth of the stream that two parts share.
    let values: Vec<f64> = (0..N).map(|i| 1.0 + (0.7 * i as f64).sin()).collect();
    let truth: f64 = values[20..32].iter().sum();
    for tree in [
        Tree::One,
        Tree::Flat,
        Tree::Backwards,
        Tree::Chain,
        Tree::Balanced,
        Tree::Wide,
    ] {
        let mut generator = generator(seed);
        let mut counts = [0_u32; N];
        let mut sums = Vec::new();
        for _ in 0..TRIALS {
            let (held, threshold) = grow(tree, &stream, &mut generator);
            let error = threshold.wide() / expected - 1.0;
            assert!(
                error.abs() <= within,
                "{tree:?}: {threshold:?}, not {expected}"
            );
            let mut sum = 0.0;
            for Held { index, weight, .. } in held {
                counts[index] += 1;
                let due = (expected / given[index]).max(1.0);
                assert!((weight.wide() / due - 1.0).abs() <= within, "{tree:?}");
                if (20..32).contains(&index) {
                    sum += weight.wide() * values[index];
                }
            }
            sums.push(sum);
        }
        for (index, &count) in counts.iter().enumerate() {
            let expected = (given[index] / expected).min(1.0);
            let found = f64::from(count) / TRIALS as f64;
            let error = (expected * (1.0 - expected) / TRIALS as f64).sqrt();
            assert!(
                (found - expected).abs() <= 4.0 * error + 1e-9,
                "{tree:?}, {index}: {found}, not {expected}"
            );
        }
        let (mean, error) = moments(&sums);
        assert!(
            (mean - truth).abs() <= 4.0 * error,
            "{tree:?}: {mean}, not {truth}, error {error}"
        );
    }
}

#[test]
fn inclusion_is_that_of_one_reservoir_f64() {
    inclusion::<f64>(2011, 1e-12);
}

#[test]
fn inclusion_is_that_of_one_reservoir_f32() {
    inclusion::<f32>(7, 1e-5);
}

/// Samples smaller than the last one, of other sizes each: every subset sum is still unbiased.
#[test]
fn subset_sums_are_unbiased_for_samples_of_any_size() {
    let mut generator = generator(3);
    let stream = scores(N, 2.0, &mut generator);
    let values: Vec<f64> = (0..N).map(|i| 1.0 + (1.3 * i as f64).cos()).collect();
    let ranges = [0..N / 5, 20..35, 50..N];
    for k in [2, 6, 10, 40] {
        let mut sums: [Vec<f64>; 3] = Default::default();
        for _ in 0..TRIALS {
            let a = sample(&stream, 0..30, 3, &mut generator);
            let b = sample(&stream, 30..55, 9, &mut generator);
            let c = sample(&stream, 55..N, 8, &mut generator);
            let (held, _) = merged(&[&a, &b, &c], k, &mut generator);
            for (range, sums) in ranges.iter().zip(&mut sums) {
                let kept = held.iter().filter(|held| range.contains(&held.index));
                sums.push(kept.map(|held| held.weight * values[held.index]).sum());
            }
        }
        for (range, sums) in ranges.iter().zip(&sums) {
            let truth: f64 = values[range.clone()].iter().sum();
            let (mean, error) = moments(sums);
            assert!(
                (mean - truth).abs() <= 4.0 * error,
                "k {k}, {range:?}: {mean}, not {truth}, error {error}"
            );
        }
    }
}

#[test]
fn the_one_that_leaves_is_named_as_it_was_offered() {
    let mut generator = generator(4);
    let mut merge = merge::<f64>(1);
    let first = merge.offer(2.0, 3.0, &mut generator).unwrap();
    assert!(first.kept && first.dropped.is_none() && merge.threshold() == 0.0);
    assert_eq!(
        merge.kept(0).map(|kept| (kept.score, kept.weight)),
        Some((2.0, 3.0))
    );
    let slot = merge.free();
    let second = merge.offer(0.5, 4.0, &mut generator).unwrap();
    let left = second.dropped.unwrap();
    let expected = if second.kept { (2.0, 0) } else { (0.5, slot) };
    assert_eq!((left.score, left.slot), expected);
    assert_eq!(merge.free(), left.slot);
    assert_eq!(merge.threshold(), 8.0);
    let kept = merge.kept(0).unwrap();
    assert_eq!(kept.weight, 8.0 / kept.score);
    assert_eq!(merge.kept(1), None);
    // Of no score: counted, never kept.
    let none = merge.offer(0.0, 1.0, &mut generator).unwrap();
    assert!(!none.kept && none.dropped.unwrap().score == 0.0);
    assert_eq!((merge.len(), merge.state().seen), (1, 3));
    merge.clear();
    assert!(merge.is_empty() && merge.threshold() == 0.0);
}

#[test]
fn refusals_change_nothing() {
    let mut generator = generator(6);
    let mut merge = merge::<f32>(2);
    for score in [1.0, 2.0, 3.0] {
        merge.offer(score, 1.5, &mut generator).unwrap();
    }
    let before = merge.clone().detach();
    let next = generator.clone().next_u64();
    for (score, weight, cause) in [
        (-1.0, 1.0, Error::Score),
        (f32::NAN, 1.0, Error::Score),
        (f32::INFINITY, 1.0, Error::Score),
        (1.0, 0.0, Error::Range("weight")),
        (1.0, -2.0, Error::Range("weight")),
        (1.0, f32::NAN, Error::Range("weight")),
        (1.0, f32::INFINITY, Error::Range("weight")),
        (1e30, 1e30, Error::Range("score")),
        (1e-30, 1e-30, Error::Range("score")),
    ] {
        assert_eq!(
            merge.offer(score, weight, &mut generator),
            Err(cause),
            "{score}, {weight}"
        );
    }
    let after = merge.detach();
    assert_eq!(
        (after.0, &after.1, &after.2),
        (before.0, &before.1, &before.2)
    );
    assert_eq!(generator.next_u64(), next);
}

/// A threshold past the largest value is refused, and the pairs stay as they were.
#[test]
fn a_threshold_out_of_range_changes_nothing() {
    let mut generator = generator(8);
    let mut merge = merge::<f32>(1);
    merge.offer(3e38, 1.0, &mut generator).unwrap();
    let before = merge.clone().detach();
    assert_eq!(
        merge.offer(1.5e38, 2.0, &mut generator),
        Err(Error::Range("score"))
    );
    let after = merge.detach();
    assert_eq!((after.0, after.1, after.2), before);
}

#[test]
fn memory_is_checked() {
    let items = vec![Item::<f32>::default(); 3];
    let short = Merge::new(items.clone(), vec![Earlier::default(); 2]);
    assert_eq!(short.err(), Some(Error::Length("earlier")));
    let none = Merge::new(Vec::<Item<f32>>::new(), Vec::<Earlier<f32>>::new());
    assert_eq!(none.err(), Some(Error::Length("items")));
    // Detached in the middle and joined again, it goes on as if it had not been.
    let mut whole = generator(9);
    let mut parts = generator(9);
    let (mut one, mut other) = (merge::<f32>(4), merge::<f32>(4));
    for i in 0..40_u8 {
        let (score, weight) = (1.0 + f32::from(i % 7), 1.0 + f32::from(i % 3));
        let expected = one.offer(score, weight, &mut whole).unwrap();
        let (state, items, earlier) = other.detach();
        other = Merge::attach(state, items, earlier).unwrap();
        assert_eq!(other.offer(score, weight, &mut parts), Ok(expected));
    }
    // No room at all: everything passes by.
    let mut nothing = merge::<f64>(0);
    let outcome = nothing.offer(1.0, 1.0, &mut whole).unwrap();
    assert!(!outcome.kept && nothing.is_empty());
}
