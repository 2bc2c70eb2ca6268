//! Pivotal sampling of a stream: inclusion, size, spread, slots.

use gleaner::sampler::{Candidate, Pivotal, positions_len};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

type Owned<T> = Pivotal<T, Vec<Candidate<T>>, Vec<T>>;

fn sampler<T: Scalar>(threshold: T, slots: usize, places: usize, dimensions: usize) -> Owned<T> {
    let candidates = vec![Candidate::default(); slots];
    let positions = vec![T::ZERO; positions_len(places, dimensions)];
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

/// Three million chances of 2^-25, each below half a unit in the last place of those who wait, all of 1/2: they sum to 0.0894.
#[test]
fn tiny_chances_are_not_absorbed_in_f32() {
    const TINY: f32 = 1.0 / 33_554_432.0;
    const MANY: u32 = 3_000_000;
    const TRIALS: usize = 40_000;
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(3);
    let mut stream = sampler::<f32>(1.0, 4, 1, 0);
    stream.offer(0.5, &[], &mut generator).unwrap();
    for _ in 0..MANY {
        stream.offer(TINY, &[], &mut generator).unwrap();
    }
    let (state, candidates, positions) = stream.detach();
    let sum = 0.5 + f64::from(MANY) * f64::from(TINY);
    let chance = candidates[0].chance;
    let found = f64::from(chance.high) + f64::from(chance.low);
    assert!((found - sum).abs() < 1e-9, "{found} for {sum}");
    // How many are kept in the end.
    let mut kept = 0;
    for _ in 0..TRIALS {
        let mut sampler = Pivotal::attach(state, candidates.clone(), positions.clone()).unwrap();
        sampler.finish(&mut generator);
        kept += sampler.drain().count();
    }
    let error = (sum * (1.0 - sum) / TRIALS as f64).sqrt();
    let found = kept as f64 / TRIALS as f64;
    assert!((found - sum).abs() <= 4.0 * error, "{found} for {sum}");
}

/// A chance of 1e-5 that waits is met by one of 0.9, and the other way round: either has its own chance in the end.
#[test]
fn the_lesser_of_two_keeps_its_chance() {
    const TRIALS: u32 = 20_000_000;
    let small = 1e-5_f32;
    for scores in [[small, 0.9], [0.9, small]] {
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(12);
        let mut sampler = sampler::<f32>(1.0, 4, 2, 0);
        let mut count = 0_u32;
        for _ in 0..TRIALS {
            sampler.clear();
            for score in scores {
                sampler.offer(score, &[], &mut generator).unwrap();
            }
            sampler.finish(&mut generator);
            count += u32::from(sampler.drain().any(|kept| kept.score == small));
        }
        // Poisson: 200 expected.
        let expected = f64::from(TRIALS) * f64::from(small);
        let off = (f64::from(count) - expected).abs();
        assert!(off <= 4.0 * expected.sqrt(), "{count} for {expected}");
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

/// Three who wait fill all slots but the free one; a newcomer that is certain makes one of them leave.
#[test]
fn a_game_makes_room() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(10);
    let mut sampler = sampler(1.0, 4, 3, 1);
    for place in 0..3 {
        sampler.offer(0.2, &[place as f64], &mut generator).unwrap();
    }
    let outcome = sampler.offer(1.0, &[9.0], &mut generator).unwrap();
    assert!(outcome.kept && outcome.dropped.unwrap().score == 0.2);
    // 0.6 + 1 + 1 are too many for 3 and 0.7 more, and for nothing below.
    assert!(sampler.offer(1.0, &[9.0], &mut generator).unwrap().kept);
    let before = (sampler.state(), generator.clone());
    assert_eq!(sampler.offer(0.5, &[9.0], &mut generator), Err(Error::Full));
    assert_eq!(sampler.state().refused, 1);
    assert_eq!(
        (sampler.state().waiting, &generator),
        (before.0.waiting, &before.1)
    );
    sampler.offer(0.3, &[9.0], &mut generator).unwrap();
    sampler.finish(&mut generator);
    assert!(sampler.len() == 2 || sampler.len() == 3);
}

/// Slots for the sum of the probabilities and one more: nothing is refused, and inclusion is as with many.
#[test]
fn the_sum_of_the_probabilities_is_room_enough() {
    const TRIALS: usize = 20_000;
    for (threshold, places) in [(1.0, 12), (2.5, 9), (9.0, 5), (0.7, 30)] {
        let scores = scores(60);
        let chances: Vec<f64> = scores.iter().map(|s| (s / threshold).min(1.0)).collect();
        let sum: f64 = chances.iter().sum();
        let slots = sum.ceil() as usize + 1;
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(14);
        let mut counts = [0_u32; 60];
        for _ in 0..TRIALS {
            let mut sampler = sampler(threshold, slots, places, 1);
            let mut payloads = vec![u64::MAX; slots];
            for (index, &score) in scores.iter().enumerate() {
                payloads[sampler.free() as usize] = index as u64;
                let position = [(index % 7) as f64];
                sampler.offer(score, &position, &mut generator).unwrap();
            }
            sampler.finish(&mut generator);
            let size = sampler.len() as f64;
            assert!(size == sum.floor() || size == sum.ceil());
            for kept in sampler.drain() {
                assert_eq!(payloads[kept.slot as usize], kept.sequence);
                counts[kept.sequence as usize] += 1;
            }
        }
        for (&count, p) in counts.iter().zip(chances) {
            let error = (p * (1.0 - p) / TRIALS as f64).sqrt();
            let found = f64::from(count) / TRIALS as f64;
            assert!((found - p).abs() <= 4.5 * error + 1e-12, "{found} for {p}");
        }
    }
    // And full is what has one slot less.
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(15);
    for index in 0..200_u64 {
        let scores: Vec<f64> = (0..20)
            .map(|i| scores(41)[(i * 7 + index as usize) % 41])
            .collect();
        let sum: f64 = scores.iter().map(|s| s.min(1.0)).sum();
        let mut sampler = sampler(1.0, sum.ceil() as usize, 5, 1);
        let mut so_far = 0.0;
        for score in scores {
            let found = sampler.offer(score, &[score], &mut generator);
            so_far += score.min(1.0);
            let room = sum.ceil() - 1.0 - so_far;
            let is_rounding = room.abs() < 1e-9;
            assert!(is_rounding || found.is_ok() == (room > 0.0), "{room}");
            if found.is_err() {
                break;
            }
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
    for place in [f64::NAN, f64::INFINITY, -f64::INFINITY] {
        assert_eq!(
            sampler.offer(0.5, &[place], &mut generator),
            Err(Error::NotFinite("position"))
        );
    }
    assert_eq!((sampler.state().seen, sampler.len()), (0, 0));
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
    assert_eq!(picks, [12, 19, 28, 40, 53, 1]);
}
