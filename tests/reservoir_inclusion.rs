//! VarOpt reservoir: thresholds and inclusion against their definition and golden values, sums by simulation.

mod common;

use gleaner::Scalar;
use gleaner::sampler::{Item, Kept, Reservoir};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

type Owned<T> = Reservoir<T, Vec<Item<T>>>;

fn reservoir<T: Scalar>(k: usize) -> Owned<T> {
    Reservoir::new(vec![Item::default(); k + 1]).unwrap()
}

fn run<T: Scalar>(scores: &[T], k: usize, generator: &mut impl Rng) -> Owned<T> {
    let mut sampler = reservoir(k);
    for &score in scores {
        sampler.offer(score, generator).unwrap();
    }
    sampler
}

fn shuffle<T>(values: &mut [T], generator: &mut impl Rng) {
    for last in (1..values.len()).rev() {
        let other = (u64::from(generator.next_u32()) * (last as u64 + 1)) >> 32;
        values.swap(last, other as usize);
    }
}

/// The threshold by its definition: sum of min(1, score / threshold) = k, 0 where all fit.
fn exact_threshold(scores: &[f64], k: usize) -> f64 {
    let mut sorted: Vec<f64> = scores
        .iter()
        .copied()
        .filter(|&score| score > 0.0)
        .collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    if sorted.len() <= k {
        return 0.0;
    }
    for certain in 0..k {
        let threshold = sorted[certain..].iter().rev().sum::<f64>() / (k - certain) as f64;
        if threshold >= sorted[certain] {
            return threshold;
        }
    }
    unreachable!("with k - 1 certain the rest holds one above its own largest");
}

fn golden<T: Scalar>(tolerance: f64) {
    let cases = common::golden("sampling");
    let cases = cases["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let scores: Vec<f64> = case["weights"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| w.as_f64().unwrap())
            .collect();
        let inclusion: Vec<f64> = case["inclusion"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap().parse().unwrap())
            .collect();
        let k = case["k"].as_u64().unwrap() as usize;
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(7);
        let mut order: Vec<usize> = (0..scores.len()).collect();
        for _ in 0..20 {
            let stream: Vec<T> = order.iter().map(|&index| T::of(scores[index])).collect();
            let sampler = run(&stream, k, &mut generator);
            let threshold = sampler.threshold().wide();
            for (&score, &expected) in scores.iter().zip(&inclusion) {
                let found = if threshold > 0.0 {
                    (score / threshold).min(1.0)
                } else {
                    f64::from(score > 0.0)
                };
                assert!(
                    (found - expected).abs() <= tolerance,
                    "{name}: {found} for {expected}"
                );
            }
            for Kept {
                sequence, weight, ..
            } in sampler.drain()
            {
                let expected = inclusion[order[sequence as usize]];
                let error = weight.wide() * expected - 1.0;
                assert!(
                    error.abs() <= tolerance,
                    "{name}: weight {weight:?} for {expected}"
                );
            }
            shuffle(&mut order, &mut generator);
        }
    }
}

#[test]
fn inclusion_is_golden_in_any_order() {
    golden::<f64>(1e-12);
    golden::<f32>(1e-5);
}

#[test]
fn threshold_follows_its_definition() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(11);
    for k in [1, 2, 3, 7, 8, 64] {
        for n in [1, 2, 5, 9, 65, 300] {
            let scores: Vec<f64> = (0..n)
                .map(|_| (8.0 * (f64::unit(&mut generator) - 0.5)).exp())
                .collect();
            let sampler = run(&scores, k, &mut generator);
            let expected = exact_threshold(&scores, k);
            let found = sampler.threshold();
            assert!((found - expected).abs() <= 1e-13 * expected, "k {k}, n {n}");
            assert_eq!(sampler.len(), n.min(k));
            let total: f64 = scores.iter().sum();
            let kept: f64 = sampler.drain().map(|kept| kept.score * kept.weight).sum();
            assert!(
                (kept - total).abs() <= 1e-13 * total,
                "k {k}, n {n}: {kept} for {total}"
            );
        }
    }
}

/// Counts how often each of a stream is kept; fails where a frequency is over 4 standard errors off.
fn inclusion<T: Scalar>(scores: &[f64], k: usize, expected: &[f64]) {
    const TRIALS: u32 = 20_000;
    let stream: Vec<T> = scores.iter().map(|&score| T::of(score)).collect();
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(2011);
    let mut counts = vec![0_u32; scores.len()];
    for _ in 0..TRIALS {
        for kept in run(&stream, k, &mut generator).drain() {
            counts[kept.sequence as usize] += 1;
        }
    }
    for (index, (&count, &expected)) in counts.iter().zip(expected).enumerate() {
        let found = f64::from(count) / f64::from(TRIALS);
        let error = (expected * (1.0 - expected) / f64::from(TRIALS)).sqrt();
        assert!(
            (found - expected).abs() <= 4.0 * error + 1e-9,
            "{index}: {found}, not {expected}"
        );
    }
}

#[test]
fn inclusion_is_proportional() {
    inclusion::<f32>(&[1e-3, 2e-3], 1, &[1.0 / 3.0, 2.0 / 3.0]);
    inclusion::<f64>(&[1.0, 2.0, 3.0, 4.0], 2, &[0.2, 0.4, 0.6, 0.8]);
    inclusion::<f32>(&[4.0, 3.0, 2.0, 1.0], 2, &[0.8, 0.6, 0.4, 0.2]);
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(5);
    for k in [1, 4, 10] {
        let scores: Vec<f64> = (0..30)
            .map(|_| (4.0 * (f64::unit(&mut generator) - 0.5)).exp())
            .collect();
        let threshold = exact_threshold(&scores, k);
        let expected: Vec<f64> = scores
            .iter()
            .map(|score| (score / threshold).min(1.0))
            .collect();
        inclusion::<f64>(&scores, k, &expected);
        inclusion::<f32>(&scores, k, &expected);
    }
}

#[test]
fn inclusion_is_proportional_near_the_largest_value() {
    inclusion::<f64>(&[1.0e308, 1.0e308, 1.0e308], 2, &[2.0 / 3.0; 3]);
    let scores = [2.1188e38, 1.7152e38, 2.3821, 1.0128, 1.16, 2.0244];
    let scores = scores.map(|score: f64| score / 4.0);
    let total: f64 = scores.iter().sum();
    inclusion::<f32>(&scores, 1, &scores.map(|score| score / total));
}

#[test]
fn known_threshold_and_weights() {
    let sampler = run(
        &[1.0_f64, 2.0, 3.0, 4.0],
        2,
        &mut Xoshiro256PlusPlus::seed_from_u64(1),
    );
    assert!((sampler.threshold() - 5.0).abs() < 1e-14);
    let total: f64 = sampler.drain().map(|kept| kept.score * kept.weight).sum();
    assert!((total - 10.0).abs() < 1e-13);
    for kept in sampler.drain() {
        assert!((kept.score * kept.weight - 5.0).abs() < 1e-14);
    }
}

/// Mean and standard error of the relative error of an estimate must agree with 0.
fn unbiased(errors: &[f64], what: &str) {
    let n = errors.len() as f64;
    let mean = errors.iter().sum::<f64>() / n;
    let variance = errors
        .iter()
        .map(|error| (error - mean).powi(2))
        .sum::<f64>()
        / (n - 1.0);
    let error = (variance / n).sqrt();
    assert!(
        mean.abs() <= 4.0 * error,
        "{what}: bias {mean}, standard error {error}"
    );
}

#[test]
fn subset_sums_are_unbiased() {
    const TRIALS: usize = 20_000;
    const N: usize = 200;
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(3);
    let scores: Vec<f64> = (0..N)
        .map(|_| (2.0 * (f64::unit(&mut generator) - 0.5)).exp())
        .collect();
    // A quantity that is not the score: its sums must come out right as well.
    let values: Vec<f64> = (0..N)
        .map(|index| 1.0 + (index as f64 * 0.7).sin())
        .collect();
    let tenth = N as u64 / 10;
    let truth =
        |range: core::ops::Range<u64>| -> f64 { range.map(|index| values[index as usize]).sum() };
    let (first, last) = (truth(0..tenth), truth(N as u64 - tenth..N as u64));
    let (mut firsts, mut lasts) = (Vec::new(), Vec::new());
    for _ in 0..TRIALS {
        let (mut found_first, mut found_last) = (0.0, 0.0);
        for kept in run(&scores, 20, &mut generator).drain() {
            let term = kept.weight * values[kept.sequence as usize];
            if kept.sequence < tenth {
                found_first += term;
            }
            if kept.sequence >= N as u64 - tenth {
                found_last += term;
            }
        }
        firsts.push(found_first / first - 1.0);
        lasts.push(found_last / last - 1.0);
    }
    unbiased(&firsts, "first tenth");
    unbiased(&lasts, "last tenth");
}

#[test]
fn subset_sums_are_unbiased_where_scores_depend_on_past_picks() {
    const TRIALS: usize = 20_000;
    const N: u64 = 100;
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(4);
    let (mut firsts, mut lasts) = (Vec::new(), Vec::new());
    for _ in 0..TRIALS {
        let mut sampler = reservoir::<f64>(10);
        for index in 0..N {
            // High while early ones are kept, and higher after a newcomer entered.
            let early = sampler.drain().filter(|kept| kept.sequence < 10).count();
            let recent = sampler.drain().any(|kept| kept.sequence + 1 == index);
            let score = 0.5 + early as f64 + if recent { 3.0 } else { 0.0 };
            sampler.offer(score, &mut generator).unwrap();
        }
        let sum = |range: core::ops::Range<u64>| -> f64 {
            sampler
                .drain()
                .filter(|kept| range.contains(&kept.sequence))
                .map(|kept| kept.weight)
                .sum()
        };
        firsts.push(sum(0..N / 10) / (N / 10) as f64 - 1.0);
        lasts.push(sum(N - N / 10..N) / (N / 10) as f64 - 1.0);
    }
    unbiased(&firsts, "first tenth");
    unbiased(&lasts, "last tenth");
}

#[test]
fn slots_written_grow_with_the_logarithm() {
    const TRIALS: u32 = 400;
    let (k, n) = (50_u32, 5000_u32);
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(10);
    let mut counts = Vec::new();
    for _ in 0..TRIALS {
        let mut sampler = reservoir::<f64>(k as usize);
        let kept = (0..n)
            .filter(|_| sampler.offer(1.0, &mut generator).unwrap().kept)
            .count();
        counts.push(kept as f64);
    }
    let harmonic: f64 = (k + 1..=n)
        .map(|index| f64::from(k) / f64::from(index))
        .sum();
    let expected = f64::from(k) + harmonic;
    let close = f64::from(k) * (1.0 + f64::from(n / k).ln());
    assert!((expected / close - 1.0).abs() < 0.01);
    let errors: Vec<f64> = counts.iter().map(|count| count / expected - 1.0).collect();
    unbiased(&errors, "slots written");
}
