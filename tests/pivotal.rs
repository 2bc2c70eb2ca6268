//! Pivotal sampling of a stream: inclusion, size, spread, slots.

use gleaner::Error;
use gleaner::sampler::{Candidate, Pivotal, pivotal_len};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

type Owned = Pivotal<f64, Vec<Candidate<f64>>, Vec<f64>>;

fn sampler(threshold: f64, slots: usize, places: usize, dimensions: usize) -> Owned {
    let candidates = vec![Candidate::default(); slots];
    let positions = vec![0.0; pivotal_len(places, dimensions)];
    Pivotal::new(threshold, places, dimensions, candidates, positions).unwrap()
}

fn scores(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.05 + (i * 29 % 41) as f64 / 30.0).collect()
}

#[test]
fn inclusion_is_score_over_threshold_and_the_size_is_its_sum() {
    const TRIALS: usize = 20_000;
    for (threshold, places, dimensions) in [(4.0, 8, 1), (1.0, 3, 2), (2.0, 1, 0), (9.0, 30, 1)] {
        let scores = scores(60);
        let expected: f64 = scores.iter().map(|s| (s / threshold).min(1.0)).sum();
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(2);
        let mut counts = [0_u32; 60];
        for _ in 0..TRIALS {
            let mut sampler = sampler(threshold, 61, places, dimensions);
            for (index, &score) in scores.iter().enumerate() {
                let position = [(index % 10) as f64, index as f64];
                sampler
                    .offer(score, &position[..dimensions], &mut generator)
                    .unwrap();
            }
            sampler.finish(&mut generator);
            let size = sampler.drain().count() as f64;
            assert!(size >= (expected - 1e-9).floor() && size <= (expected + 1e-9).ceil());
            for kept in sampler.drain() {
                counts[kept.sequence as usize] += 1;
                let weight = (threshold / scores[kept.sequence as usize]).max(1.0);
                assert!((kept.weight / weight - 1.0).abs() < 1e-12);
            }
        }
        for (index, &count) in counts.iter().enumerate() {
            let p = (scores[index] / threshold).min(1.0);
            let error = (p * (1.0 - p) / TRIALS as f64).sqrt();
            let found = f64::from(count) / TRIALS as f64;
            assert!(
                (found - p).abs() <= 4.5 * error + 1e-12,
                "{index}: {found} for {p}"
            );
        }
    }
}

#[test]
fn no_live_slot_is_overwritten() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(4);
    for (slots, places) in [(30, 4), (9, 8), (14, 1)] {
        let mut sampler = sampler(6.0, slots, places, 1);
        let mut payloads = vec![u64::MAX; slots];
        for period in 0..3 {
            let mut refused = 0;
            for index in 0..200_u64 {
                payloads[sampler.free() as usize] = index;
                let score = scores(41)[index as usize % 41];
                match sampler.offer(score, &[score], &mut generator) {
                    Ok(outcome) => assert_eq!(outcome.free, sampler.free()),
                    Err(cause) => {
                        assert_eq!(cause, Error::Full);
                        refused += 1;
                    }
                }
                for kept in sampler.drain() {
                    assert_eq!(
                        payloads[kept.slot as usize], kept.sequence,
                        "period {period}"
                    );
                }
            }
            assert_eq!(sampler.state().refused, refused);
            assert_eq!(sampler.state().seen, 200);
            sampler.finish(&mut generator);
            for kept in sampler.drain() {
                assert_eq!(payloads[kept.slot as usize], kept.sequence);
            }
            sampler.clear();
        }
    }
}

#[test]
fn neighbours_seldom_stay_both() {
    // Pairs at one place, each with chance 1/2: one of each pair stays, always, where all can wait.
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(6);
    for _ in 0..200 {
        let mut sampler = sampler(2.0, 41, 20, 1);
        for index in 0..40 {
            sampler
                .offer(1.0, &[(index % 20) as f64], &mut generator)
                .unwrap();
        }
        sampler.finish(&mut generator);
        let mut places: Vec<u64> = sampler.drain().map(|kept| kept.sequence % 20).collect();
        places.sort_unstable();
        assert!(places.into_iter().eq(0..20));
    }
}

#[test]
fn refusals_change_nothing() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(8);
    let mut sampler = sampler(1.0, 4, 2, 1);
    for score in [f64::NAN, -1.0, f64::INFINITY] {
        assert_eq!(
            sampler.offer(score, &[0.0], &mut generator),
            Err(Error::Score)
        );
    }
    assert_eq!(
        sampler.offer(0.5, &[], &mut generator),
        Err(Error::Length("position"))
    );
    assert_eq!(sampler.state().seen, 0);
    for zero in [0.0, -0.0] {
        let outcome = sampler.offer(zero, &[0.0], &mut generator).unwrap();
        assert!(!outcome.kept);
    }
    for _ in 0..3 {
        assert!(sampler.offer(5.0, &[0.0], &mut generator).unwrap().kept);
    }
    let before = generator.clone();
    assert_eq!(sampler.offer(5.0, &[0.0], &mut generator), Err(Error::Full));
    assert_eq!(generator, before);
    assert_eq!((sampler.len(), sampler.state().refused), (3, 1));
    assert!(sampler.set_threshold(f64::NAN).is_err() && sampler.set_threshold(0.0).is_err());

    let new = |threshold, places, slots: usize, positions: usize| {
        let candidates = vec![Candidate::<f64>::default(); slots];
        Pivotal::new(threshold, places, 1, candidates, vec![0.0; positions]).map(|_| ())
    };
    assert_eq!(new(1.0, 0, 4, 4), Err(Error::Range("places")));
    assert_eq!(new(1.0, 4, 4, 5), Err(Error::Range("places")));
    assert_eq!(new(1.0, 3, 4, 3), Err(Error::Length("positions")));
    assert_eq!(new(0.0, 3, 4, 4), Err(Error::Range("threshold")));
    assert_eq!(new(1.0, 1, 0, 4), Err(Error::Length("candidates")));
}

/// A change here changes what users' seeds pick.
#[test]
fn picks_of_a_seed_stay() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut sampler = sampler(8.0, 20, 4, 1);
    for (index, score) in scores(60).into_iter().enumerate() {
        sampler
            .offer(score, &[index as f64], &mut generator)
            .unwrap();
    }
    sampler.finish(&mut generator);
    let picks: Vec<u64> = sampler.drain().map(|kept| kept.sequence).collect();
    assert_eq!(picks, [12, 19, 28, 40, 53, 59]);
}
