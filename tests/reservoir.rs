//! VarOpt reservoir: refusals, boundaries, range, slots, pinned picks.

mod common;

use common::Never;
use gleaner::sampler::{Item, Kept, Reservoir, ReservoirState, effective_size};
use gleaner::{Error, Scalar};
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rand_xoshiro::{Xoshiro128PlusPlus, Xoshiro256PlusPlus};

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

fn sequences<T: Scalar>(sampler: &Owned<T>) -> Vec<u64> {
    let mut all: Vec<u64> = sampler.drain().map(|kept| kept.sequence).collect();
    all.sort_unstable();
    all
}

/// A generator that gives one word for ever.
struct Always(u64);

impl rand_xoshiro::rand_core::TryRng for Always {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok((self.0 >> 32) as u32)
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.0)
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.fill(self.0 as u8);
        Ok(())
    }
}

/// Offers a score to a reservoir whose draws all are `words / 2^32`, up to rounding; whether it is kept.
fn is_kept_at(sampler: &Owned<f32>, score: f32, words: u64) -> bool {
    let mut sampler = sampler.clone();
    let outcome = sampler.offer(score, &mut Always((words - 1) << 32));
    outcome.unwrap().kept
}

#[test]
fn small_probabilities_are_exact() {
    // A newcomer far below the threshold stays with score / threshold = 1e-6 / 1.000001.
    let sampler = run(&[0.5_f32, 0.5], 1, &mut Always(0));
    assert!(is_kept_at(&sampler, 1e-6, 4294) && !is_kept_at(&sampler, 1e-6, 4296));
    // One far above those before leaves with their share, whether they are heavy or light.
    let sampler = run(&[1e-6_f32], 1, &mut Never);
    assert!(!is_kept_at(&sampler, 1.0, 4294) && is_kept_at(&sampler, 1.0, 4296));
    let sampler = run(&[5e-7_f32, 5e-7], 1, &mut Always(0));
    assert!(!is_kept_at(&sampler, 1.0, 4294) && is_kept_at(&sampler, 1.0, 4296));
    // Among others as heavy, the two share 1e-6 of the draws.
    let sampler = run(&[1e-6_f32, 1.0], 2, &mut Never);
    let dropped = |words: u64| {
        let outcome = sampler.clone().offer(1.0, &mut Always((words - 1) << 32));
        outcome.unwrap().dropped.unwrap().sequence
    };
    assert_eq!(
        [1, 2146, 2149, 4294, 4296, 1 << 32].map(dropped),
        [1, 1, 2, 2, 0, 0]
    );
}

#[test]
fn zero_is_counted_and_never_picked() {
    for zero in [0.0_f32, -0.0] {
        let mut sampler = reservoir::<f32>(2);
        for score in [1.0, zero, zero] {
            sampler.offer(score, &mut Never).unwrap();
        }
        assert_eq!((sampler.state().seen, sequences(&sampler)), (3, vec![0]));
        let mut sampler = reservoir::<f32>(1);
        for score in [zero, zero, 1.0, zero] {
            let outcome = sampler.offer(score, &mut Never).unwrap();
            assert_eq!(outcome.kept, score > 0.0);
        }
        assert_eq!((sampler.state().seen, sequences(&sampler)), (4, vec![2]));
        let mut sampler = reservoir::<f32>(1);
        for score in [zero, 1.0] {
            sampler.offer(score, &mut Always(0)).unwrap();
        }
        assert_eq!(sequences(&sampler), [1]);
        let mut sampler = reservoir::<f32>(3);
        for _ in 0..5 {
            sampler.offer(zero, &mut Never).unwrap();
        }
        assert!(sampler.is_empty() && sampler.drain().next().is_none());
        assert_eq!(effective_size(sampler.drain()), 0.0);
    }
}

#[test]
fn a_capacity_of_nothing_keeps_nothing() {
    let mut sampler = reservoir::<f64>(0);
    for score in [1.0, 0.0, 5.0] {
        let outcome = sampler.offer(score, &mut Never).unwrap();
        assert!(!outcome.kept && outcome.free == 0);
    }
    assert_eq!(
        (sampler.len(), sampler.state().seen, sampler.threshold()),
        (0, 3, 0.0)
    );
    assert_eq!(
        Owned::<f64>::new(vec![]).err(),
        Some(Error::Length("items"))
    );
}

#[test]
fn bad_scores_change_nothing() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(9);
    for filled in [0, 2, 4, 40] {
        let scores: Vec<f32> = (0..filled).map(|index| 1.0 + index as f32).collect();
        let mut sampler = run(&scores, 4, &mut generator);
        let before = sampler.clone().detach();
        for bad in [
            f32::NAN,
            -1.0,
            f32::NEG_INFINITY,
            f32::INFINITY,
            -f32::MIN_POSITIVE,
        ] {
            assert_eq!(sampler.offer(bad, &mut Never), Err(Error::Score));
            assert_eq!(sampler.clone().detach(), before);
        }
    }
}

#[test]
fn all_are_kept_while_there_is_room() {
    for k in [3, 5] {
        let mut sampler = reservoir::<f64>(k);
        for score in [1.0, 2.0, 3.0] {
            sampler.offer(score, &mut Never).unwrap();
        }
        assert_eq!(
            (sequences(&sampler), sampler.threshold()),
            (vec![0, 1, 2], 0.0)
        );
        assert!(sampler.drain().all(|kept| kept.weight == 1.0));
        assert_eq!(effective_size(sampler.drain()), 3.0);
    }
}

#[test]
fn huge_scores_overflow_only_where_the_threshold_cannot_be_held() {
    // k = 1: the threshold is the total.
    let mut sampler = reservoir::<f32>(1);
    sampler.offer(2.1188e38, &mut Never).unwrap();
    let before = sampler.clone().detach();
    assert_eq!(
        sampler.offer(1.7152e38, &mut Never),
        Err(Error::Range("score"))
    );
    assert_eq!(sampler.detach(), before);
    // k = 2: two thirds of the total, passed on the way by the sum of the two lowest.
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(2);
    let sampler = run(&[1e308_f64, 1e308, 1e308], 2, &mut generator);
    assert!((sampler.threshold() / 1.5e308 - 1.0).abs() < 1e-15);
    let sampler = run(&[f32::MAX; 3], 3, &mut generator);
    assert!(sampler.drain().all(|kept| kept.weight == 1.0));
    let mut sampler = run(&[f32::MAX; 3], 3, &mut generator);
    let before = sampler.clone().detach();
    assert_eq!(
        sampler.offer(f32::MAX, &mut Never),
        Err(Error::Range("score"))
    );
    assert_eq!(sampler.clone().detach(), before);
    // A small one fits beside them, and is as good as never kept.
    sampler.offer(1.0, &mut generator).unwrap();
    assert_eq!(sequences(&sampler), [0, 1, 2]);
    // All light, and the next one below the threshold.
    let mut sampler = run(&[0.6 * f32::MAX; 3], 2, &mut generator);
    let before = sampler.clone().detach();
    assert_eq!(
        (before.0.light, sampler.threshold() > 0.8 * f32::MAX),
        (2, true)
    );
    assert_eq!(
        sampler.offer(0.8 * f32::MAX, &mut Never),
        Err(Error::Range("score"))
    );
    assert_eq!(sampler.clone().detach(), before);
    sampler.offer(0.1 * f32::MAX, &mut generator).unwrap();
    assert!((sampler.threshold() / (0.95 * f32::MAX) - 1.0).abs() < 1e-6);
}

#[test]
fn small_scores_are_not_absorbed() {
    // 50 000 of 1, then 50 000 of 1e-3: the second half has a share of 0.000999 of the total.
    let mut generator = Xoshiro128PlusPlus::seed_from_u64(6);
    let mut sampler = reservoir::<f32>(1);
    for index in 0..100_000 {
        sampler
            .offer(if index < 50_000 { 1.0 } else { 1e-3 }, &mut generator)
            .unwrap();
    }
    let share = (f64::from(sampler.threshold()) - 50_000.0) / f64::from(sampler.threshold());
    assert!((share - 0.000999001).abs() < 1e-6, "{share}");
    // 2^24 and then 1 a million times: a plain f32 total stays where it is.
    let mut sampler = reservoir::<f32>(2);
    for _ in 0..3 {
        sampler.offer(16_777_216.0, &mut generator).unwrap();
    }
    for _ in 0..1_000_000 {
        sampler.offer(1.0, &mut generator).unwrap();
    }
    let expected = (3.0 * 16_777_216.0 + 1e6) / 2.0;
    assert!((f64::from(sampler.threshold()) / expected - 1.0).abs() < 1e-6);
}

#[test]
fn the_total_of_a_long_stream_is_exact() {
    let mut generator = Xoshiro128PlusPlus::seed_from_u64(14);
    for spread in [0.0, 2.0, 20.0] {
        let mut sampler = reservoir::<f32>(100);
        let mut total = 0.0;
        for _ in 0..1_000_000 {
            let score = 0.1 * (spread * f32::unit(&mut generator)).exp();
            total += f64::from(score);
            sampler.offer(score, &mut generator).unwrap();
        }
        let kept = |kept: Kept<f32>| f64::from(kept.score) * f64::from(kept.weight);
        let found: f64 = sampler.drain().map(kept).sum();
        assert!(
            (found / total - 1.0).abs() < 3e-7,
            "spread {spread}: {found} for {total}"
        );
    }
}

#[test]
fn no_live_payload_is_overwritten() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(8);
    for k in [1, 2, 5, 32] {
        let mut sampler = reservoir::<f32>(k);
        let mut payloads = vec![None; k + 1];
        let mut live: Vec<u64> = Vec::new();
        for index in 0..3000_u64 {
            let free = sampler.free();
            assert!(sampler.drain().all(|kept| kept.slot != free));
            payloads[free as usize] = Some(index);
            let score = match index % 7 {
                0 => 0.0,
                // Now and then one far above all before.
                3 => 100.0 * (1.0 + index as f32) * f32::unit(&mut generator).powi(8),
                _ => f32::unit(&mut generator),
            };
            let outcome = sampler.offer(score, &mut generator).unwrap();
            if outcome.kept {
                live.push(index);
            }
            if let Some(dropped) = outcome.dropped {
                assert_eq!(dropped.slot, outcome.free);
                // Its payload can still be read.
                assert_eq!(payloads[dropped.slot as usize], Some(dropped.sequence));
                assert_eq!(outcome.kept, dropped.sequence != index);
                if outcome.kept {
                    let place = live.iter().position(|&other| other == dropped.sequence);
                    live.swap_remove(place.expect("was kept"));
                }
            }
            assert_eq!(outcome.free, sampler.free());
            let mut slots: Vec<u32> = sampler.drain().map(|kept| kept.slot).collect();
            slots.sort_unstable();
            slots.dedup();
            assert_eq!(slots.len(), sampler.len());
            for kept in sampler.drain() {
                assert_eq!(payloads[kept.slot as usize], Some(kept.sequence));
            }
            live.sort_unstable();
            assert_eq!(sequences(&sampler), live);
            let (state, items) = sampler.detach();
            sampler = Reservoir::attach(state, items).unwrap();
        }
    }
}

#[test]
fn contradicting_states_are_refused() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(12);
    let (good, items) = run(&[1.0_f64; 20], 4, &mut generator).detach();
    let attach = |change: fn(&mut ReservoirState<f64>)| {
        let mut state = good;
        change(&mut state);
        Reservoir::attach(state, &items[..]).map(|_| ()).err()
    };
    assert_eq!(attach(|_| ()), None);
    assert_eq!(
        attach(|state| state.heavy += 1),
        Some(Error::Length("items"))
    );
    assert_eq!(
        attach(|state| state.heavy = usize::MAX),
        Some(Error::Length("items"))
    );
    let range = Some(Error::Range("state"));
    // With fewer light ones it is one that has been thinned, without any it had no threshold.
    assert_eq!(attach(|state| state.light -= 1), None);
    assert_eq!(attach(|state| state.light = 0), range);
    assert_eq!(attach(|state| state.free = 5), range);
    assert_eq!(attach(|state| state.seen = 3), range);
    assert_eq!(attach(|state| state.threshold = 0.0), range);
    assert_eq!(attach(|state| state.threshold = f64::NAN), range);
    assert_eq!(attach(|state| state.threshold = f64::INFINITY), range);
    assert_eq!(attach(|state| state.compensation = f64::NAN), range);
    assert_eq!(attach(|state| state.compensation = -f64::INFINITY), range);
    assert_eq!(
        Reservoir::attach(good, &items[..4]).err(),
        Some(Error::Length("items"))
    );
    // An empty one may have any free slot, as after a clear, but not one beyond the slots.
    for (free, cause) in [(0, None), (1, None), (4, None), (5, range)] {
        let empty = ReservoirState {
            free,
            ..ReservoirState::<f64>::default()
        };
        let outcome = Reservoir::attach(empty, &items[..5]).map(|_| ()).err();
        assert_eq!(outcome, cause, "{free}");
    }
}

#[test]
fn a_new_period_starts_empty() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(13);
    let mut sampler = run(&[1.0_f32; 100], 5, &mut generator);
    let free = sampler.free();
    sampler.clear();
    assert!(sampler.is_empty());
    // The slot stays free: the caller's loop may have written to it already.
    assert_eq!(
        (sampler.free(), sampler.threshold(), sampler.state().seen),
        (free, 0.0, 0)
    );
    for score in [1.0, 2.0] {
        sampler.offer(score, &mut Never).unwrap();
    }
    assert_eq!(sequences(&sampler), [0, 1]);
}

#[test]
fn effective_size_is_exact_and_does_not_overflow() {
    let sized = |weights: &[f32]| {
        effective_size(weights.iter().map(|&weight| Kept {
            slot: 0,
            sequence: 0,
            score: 1.0,
            weight,
        }))
    };
    assert_eq!(sized(&[2.0; 5]), 5.0);
    assert!((sized(&[1.0, 3.0]) - 1.6).abs() < 1e-6);
    assert!((sized(&[3.0, 1.0]) - 1.6).abs() < 1e-6);
    assert_eq!(sized(&[3e38, 3e38, 1.0]), 2.0);
    assert_eq!(sized(&[1e-38; 3]), 3.0);
}

fn pinned<T: Scalar>(generator: &mut impl Rng) -> (Vec<u64>, T) {
    // Scores over three orders of magnitude by exact arithmetic alone.
    let scores: Vec<T> = (0..1000_u64)
        .map(|index| T::count(index * index * 7919 % 997 + 1) / T::count(1 + index % 13))
        .collect();
    let sampler = run(&scores, 12, generator);
    (sequences(&sampler), sampler.threshold())
}

#[test]
fn picks_of_fixed_seeds_stay() {
    let (picks, threshold) = pinned::<f32>(&mut Xoshiro128PlusPlus::seed_from_u64(1));
    assert_eq!(
        picks,
        [158, 287, 325, 404, 457, 481, 556, 599, 832, 884, 903, 963]
    );
    assert_eq!(threshold.to_bits(), 0x461b_e8c5);
    let (picks, threshold) = pinned::<f64>(&mut Xoshiro256PlusPlus::seed_from_u64(1));
    assert_eq!(
        picks,
        [2, 255, 266, 312, 404, 547, 553, 587, 716, 841, 897, 960]
    );
    assert_eq!(threshold.to_bits(), 0x40c3_7d18_a3a9_4256);
}
