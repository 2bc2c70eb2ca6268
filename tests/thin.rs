//! Thinning: the threshold and the inclusion of a smaller reservoir, neighbours that seldom stay both.

use gleaner::sampler::{Candidate, Item, Kept, Reservoir, Room, positions_len};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

type Owned<T> = Reservoir<T, Vec<Item<T>>>;

fn run<T: Scalar>(scores: &[T], k: usize, generator: &mut impl Rng) -> Owned<T> {
    let mut sampler = Reservoir::new(vec![Item::default(); k + 1]).unwrap();
    for &score in scores {
        sampler.offer(score, generator).unwrap();
    }
    sampler
}

/// Thins with positions of one scalar, `places` waiting.
fn thin<T: Scalar>(
    sampler: &mut Owned<T>,
    keep: usize,
    places: usize,
    generator: &mut impl Rng,
    position: impl Fn(u64) -> T,
) -> Result<(), Error> {
    let room = Room {
        candidates: &mut vec![Candidate::default(); places],
        positions: &mut vec![T::ZERO; positions_len(places, 1)],
        dimensions: 1,
    };
    sampler.thin(keep, generator, room, |kept, to| {
        to[0] = position(kept.sequence);
    })
}

/// The threshold by its definition: sum of min(1, score / threshold) = k.
fn exact_threshold(scores: &[f64], k: usize) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    for certain in 0..k {
        let threshold = sorted[certain..].iter().sum::<f64>() / (k - certain) as f64;
        if threshold >= sorted[certain] {
            return threshold;
        }
    }
    unreachable!();
}

/// Scores from 0.01 to about 15, unevenly.
fn scores(n: usize) -> Vec<f64> {
    (0..n)
        .map(|i| 0.01 + ((i * 37 % 61) as f64 / 16.0).powi(2))
        .collect()
}

#[test]
fn threshold_and_inclusion_are_those_of_a_smaller_reservoir() {
    const TRIALS: usize = 20_000;
    for (n, many, keep, places) in [
        (60, 20, 5, 20),
        (60, 20, 5, 3),
        (40, 30, 29, 1),
        (50, 8, 1, 4),
    ] {
        let scores = scores(n);
        let exact = exact_threshold(&scores, keep);
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(7);
        let (mut counts, mut sums) = (vec![0_u32; n], [0.0_f64; 2]);
        for _ in 0..TRIALS {
            let mut sampler = run(&scores, many, &mut generator);
            thin(&mut sampler, keep, places, &mut generator, |s| s as f64).unwrap();
            assert_eq!(sampler.len(), keep);
            assert!((sampler.threshold() / exact - 1.0).abs() < 1e-12);
            let mut odd = 0.0;
            for kept in sampler.drain() {
                let index = kept.sequence as usize;
                counts[index] += 1;
                assert!(
                    (kept.weight - (exact / scores[index]).max(1.0)).abs() < 1e-9 * kept.weight
                );
                odd += kept.weight * if index % 2 == 1 { scores[index] } else { 0.0 };
            }
            sums[0] += odd;
            sums[1] += odd * odd;
        }
        for (index, &count) in counts.iter().enumerate() {
            let p = (scores[index] / exact).min(1.0);
            let error = (p * (1.0 - p) / TRIALS as f64).sqrt();
            let found = f64::from(count) / TRIALS as f64;
            assert!(
                (found - p).abs() <= 4.5 * error + 1e-12,
                "{index}: {found} for {p}"
            );
        }
        // A subset's sum is unbiased.
        let mean = sums[0] / TRIALS as f64;
        let error = ((sums[1] / TRIALS as f64 - mean * mean) / TRIALS as f64).sqrt();
        let truth: f64 = scores.iter().skip(1).step_by(2).sum();
        assert!((mean - truth).abs() <= 4.0 * error, "{mean} for {truth}");
    }
}

/// The mean squared error of the sum of `position^2` over 200 samples, 10 kept, from 2000 trials.
fn squared_error(thinned: bool, places: usize) -> f64 {
    const TRIALS: usize = 2000;
    let scores: Vec<f64> = (0..200).map(|i| 1.0 + (i % 7) as f64 / 7.0).collect();
    let position = |index: u64| (index * 61 % 200) as f64 / 200.0;
    let truth: f64 = (0..200).map(|i| position(i).powi(2)).sum();
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(11);
    let mut sum = 0.0;
    for _ in 0..TRIALS {
        let many = if thinned { 80 } else { 20 };
        let mut sampler = run(&scores, many, &mut generator);
        if thinned {
            thin(&mut sampler, 20, places, &mut generator, position).unwrap();
        }
        let estimate: f64 = sampler
            .drain()
            .map(|k| k.weight * position(k.sequence).powi(2))
            .sum();
        sum += (estimate - truth).powi(2);
    }
    sum / TRIALS as f64
}

#[test]
fn sums_over_functions_of_the_position_vary_less() {
    let (plain, all, few) = (
        squared_error(false, 0),
        squared_error(true, 80),
        squared_error(true, 8),
    );
    // A mean of 2000 squared errors varies by 1 / sqrt(1000) = 3.2 %; both together 4.5 %.
    assert!(all < 0.45 * plain, "{all} of {plain}");
    assert!(few < 0.75 * plain, "{few} of {plain}");
    // Never better than the 80 that it came from: their variance is some 3 / 4 x 20 / 80 of plain's.
    assert!(all > 0.1 * plain, "{all} of {plain}");
}

#[test]
fn a_thinned_reservoir_goes_on_to_all_but_offers() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(3);
    let scores: Vec<f32> = scores(100).iter().map(|&s| s as f32).collect();
    let mut sampler = run(&scores, 32, &mut generator);
    thin(&mut sampler, 8, 8, &mut generator, |s| s as f32).unwrap();
    let before: Vec<Kept<f32>> = sampler.drain().collect();
    assert_eq!(sampler.offer(1.0, &mut generator), Err(Error::Thinned));
    assert_eq!(sampler.drain().collect::<Vec<_>>(), before);

    // To bytes and back.
    let state = [9_u8; 32];
    let mut bytes = [0_u8; 2000];
    let length = sampler.save(&state, &mut bytes).unwrap();
    let mut other = Reservoir::new(vec![Item::<f32>::default(); 33]).unwrap();
    other
        .restore::<Xoshiro256PlusPlus>(&bytes[..length])
        .unwrap();
    assert_eq!(other.drain().collect::<Vec<_>>(), before);
    assert_eq!(other.offer(1.0, &mut generator), Err(Error::Thinned));

    // Again, to fewer.
    thin(&mut other, 3, 8, &mut generator, |s| s as f32).unwrap();
    assert_eq!(other.len(), 3);
    let total: f32 = other.drain().map(|k| k.score * k.weight).sum();
    let all: f32 = scores.iter().sum();
    assert!((total / all - 1.0).abs() < 1e-5);

    // Cleared, it takes as many as before, each into a slot of its own.
    let free = other.free();
    other.clear();
    assert_eq!(other.free(), free);
    for &score in &scores {
        other.offer(score, &mut generator).unwrap();
    }
    assert_eq!(other.len(), 32);
    let mut slots: Vec<u32> = other.drain().map(|kept| kept.slot).collect();
    slots.push(other.free());
    slots.sort_unstable();
    assert!(slots.iter().copied().eq(0..33));
}

#[test]
fn refusals_and_small_cases() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut sampler = run(&scores(50), 10, &mut generator);
    let before: Vec<_> = sampler.drain().collect();
    let states = (sampler.state(), generator.clone());
    assert_eq!(
        thin(&mut sampler, 0, 4, &mut generator, |s| s as f64),
        Err(Error::Range("keep"))
    );
    assert_eq!(
        thin(&mut sampler, 4, 0, &mut generator, |s| s as f64),
        Err(Error::Length("candidates"))
    );
    let room = Room {
        candidates: &mut [Candidate::default(); 4],
        positions: &mut [0.0; positions_len(4, 2) - 1],
        dimensions: 2,
    };
    let refused = sampler.thin(4, &mut generator, room, |_, _| ());
    assert_eq!(refused, Err(Error::Length("positions")));
    thin(&mut sampler, 10, 4, &mut generator, |s| s as f64).unwrap();
    thin(&mut sampler, 11, 4, &mut generator, |s| s as f64).unwrap();
    assert_eq!(sampler.drain().collect::<Vec<_>>(), before);
    assert_eq!((sampler.state(), generator.clone()), states);

    // Scores whose sum leaves the scalar's range.
    let mut huge = run(&[3e38_f32; 4], 4, &mut generator);
    assert_eq!(
        thin(&mut huge, 1, 4, &mut generator, |s| s as f32),
        Err(Error::Range("score"))
    );
    assert_eq!(huge.len(), 4);
    assert!(huge.drain().all(|kept| kept.weight == 1.0));

    // Not full, and no light ones: all weights were 1.
    let mut few = run(&[1.0, 2.0, 3.0, 4.0], 8, &mut generator);
    thin(&mut few, 2, 1, &mut generator, |_| f64::NAN).unwrap();
    assert_eq!(few.len(), 2);
    let total: f64 = few.drain().map(|k| k.score * k.weight).sum();
    assert!((total - 10.0).abs() < 1e-12);

    // Tiny and large scores, without positions.
    for places in [1, 2, 7, 64] {
        let mixed: Vec<f32> = (0..64)
            .map(|i| if i % 2 == 0 { 1e-30 } else { 1e30 })
            .collect();
        let mut sampler = run(&mixed, 48, &mut generator);
        let room = Room {
            candidates: &mut vec![Candidate::default(); places],
            positions: &mut [],
            dimensions: 0,
        };
        sampler.thin(12, &mut generator, room, |_, _| ()).unwrap();
        assert_eq!(sampler.len(), 12);
    }
}

/// A change here changes what users' seeds pick.
#[test]
fn picks_of_a_seed_stay() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut sampler = run(&scores(40), 16, &mut generator);
    thin(&mut sampler, 5, 4, &mut generator, |s| s as f64).unwrap();
    let picks: Vec<u64> = sampler.drain().map(|kept| kept.sequence).collect();
    assert_eq!(picks, [28, 8, 4, 20, 34]);
}
