//! Samplers beyond their usual ground: deep heaps, slots that wrap, scores at the end of the range, weights of all sizes.

use gleaner::sampler::{Item, Kept, Reservoir, ReservoirState, Top, effective_size};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

fn reservoir<T: Scalar>(k: usize) -> Reservoir<T, Vec<Item<T>>> {
    Reservoir::new(vec![Item::default(); k + 1]).unwrap()
}

fn top<T: Scalar>(k: usize) -> Top<T, Vec<Item<T>>> {
    Top::new(vec![Item::default(); k + 1]).unwrap()
}

fn all<T: Scalar>(kept: impl Iterator<Item = Kept<T>>) -> Vec<(u64, u32)> {
    let mut all: Vec<_> = kept.map(|kept| (kept.sequence, kept.slot)).collect();
    all.sort_unstable();
    all
}

/// Those that leave are the lowest of all that were there, one after the other: many heaps, of many depths.
#[test]
fn the_lowest_leaves_at_every_step() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(21);
    for k in 1..60 {
        let mut sampler = top::<f64>(k);
        let mut there: Vec<f64> = Vec::new();
        for _ in 0..4 * k {
            let score = f64::unit(&mut generator);
            there.push(score);
            let outcome = sampler.offer(score).unwrap();
            there.sort_unstable_by(f64::total_cmp);
            let expected = (there.len() > k).then(|| there.remove(0));
            assert_eq!(outcome.dropped.map(|item| item.score), expected, "{k}");
        }
    }
}

/// The reservoir's heavy items join the light ones from the lowest on, whatever order they came in.
#[test]
fn heavy_items_join_in_rising_order() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(22);
    for k in 2..40 {
        let mut sampler = reservoir::<f64>(k);
        let mut offered = Vec::new();
        for _ in 0..6 * k {
            let score = f64::unit(&mut generator).powi(3);
            offered.push(score);
            sampler.offer(score, &mut generator).unwrap();
            let threshold = sampler.threshold();
            // What is heavy stands above the threshold, and nothing that ever was above it has left.
            let above = offered.iter().filter(|&&score| score > threshold).count();
            if threshold > 0.0 {
                assert_eq!(sampler.state().heavy, above, "{k}");
            }
        }
    }
}

/// The slots of a new period begin with the one that is free and go round, each once.
#[test]
fn slots_go_round_from_the_free_one() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(23);
    let k = 4;
    let (mut sampler, mut best) = (reservoir::<f32>(k), top::<f32>(k));
    let (mut starts, mut best_starts) = ([false; 5], [false; 5]);
    for period in 0..60_u64 {
        let (start, best_start) = (sampler.free(), best.free());
        (starts[start as usize], best_starts[best_start as usize]) = (true, true);
        for index in 0..k as u32 {
            let outcome = sampler.offer(1.0, &mut generator).unwrap();
            assert_eq!(outcome.free, (start + index + 1) % 5);
            let outcome = best.offer(1.0).unwrap();
            assert_eq!(outcome.free, (best_start + index + 1) % 5);
        }
        assert!(!sampler.is_empty() && !best.is_empty());
        assert_eq!((sampler.len(), best.len()), (k, k));
        for _ in 0..3 {
            sampler.offer(1.0, &mut generator).unwrap();
            best.offer(1.0 + f32::unit(&mut generator)).unwrap();
        }
        assert_eq!(sampler.state().seen, 7, "{period}");
        sampler.clear();
        best.clear();
    }
    // Each slot was the first of some period.
    assert_eq!((starts, best_starts), ([true; 5], [true; 5]));
}

/// Scores times a power of two: the same picks, slots and weights, up to where the threshold leaves the range.
fn scale_changes_nothing<T: Scalar>() {
    for (seed, k) in (0..200).zip([1, 2, 3, 7].into_iter().cycle()) {
        let mut numbers = Xoshiro256PlusPlus::seed_from_u64(seed);
        let shape = 1 + seed as usize % 4;
        let share = T::of([0.9, 0.6, 0.3, 0.05][seed as usize / 4 % 4]);
        let small = T::of(1.0 / 1_048_576.0);
        let (mut plain, mut huge) = (reservoir::<T>(k), reservoir::<T>(k));
        let mut generators = [0, 0].map(|_| Xoshiro256PlusPlus::seed_from_u64(seed));
        for _ in 0..3 * k + 4 {
            let mut score = T::MAX * share;
            (0..shape).for_each(|_| score *= T::unit(&mut numbers));
            let [first, second] = &mut generators;
            let Ok(outcome) = huge.offer(score, first) else {
                // The plain one has room for it; from here on they differ.
                assert!(plain.offer(score * small, second).is_ok());
                break;
            };
            let expected = plain.offer(score * small, second).unwrap();
            assert_eq!((outcome.kept, outcome.free), (expected.kept, expected.free));
            assert_eq!(huge.threshold() * small, plain.threshold());
            assert_eq!(all(huge.drain()), all(plain.drain()));
            let (a, b) = (huge.state(), plain.state());
            assert_eq!((a.heavy, a.light, a.seen), (b.heavy, b.light, b.seen));
            assert_eq!(a.compensation * small, b.compensation);
        }
    }
}

#[test]
fn huge_scores_are_picked_as_small_ones_are() {
    scale_changes_nothing::<f32>();
    scale_changes_nothing::<f64>();
}

/// A generator that gives one word for ever.
struct Always(u32);

impl rand_xoshiro::rand_core::TryRng for Always {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(self.0)
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from(self.0) << 32)
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.fill(self.0 as u8);
        Ok(())
    }
}

/// Draws are in (0, 1]: with a chance of 3/4 to stay, exactly those above 1/4 stay.
#[test]
fn a_draw_on_the_edge_is_on_one_side() {
    let mut sampler = reservoir::<f32>(3);
    for _ in 0..4 {
        sampler.offer(2.25, &mut Always(0)).unwrap();
    }
    assert_eq!(sampler.threshold(), 3.0);
    // The threshold becomes 4, of which the newcomer lacks 1.
    let is_kept = |word: u32| {
        let mut sampler = sampler.clone();
        sampler.offer(3.0, &mut Always(word)).unwrap().kept
    };
    let quarter = 1 << 30;
    assert_eq!(
        [0, quarter - 128, quarter - 1, quarter + 127, u32::MAX].map(is_kept),
        [false, false, false, true, true]
    );
}

/// Refused is a score at which the threshold leaves the range, and none before.
fn only_the_threshold_leaves_the_range<T: Scalar>() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(3);
    let mut sampler = reservoir::<T>(2);
    let part = |share: f64| T::MAX * T::of(share);
    for share in [0.9, 0.2, 0.2] {
        sampler.offer(part(share), &mut generator).unwrap();
    }
    // One is above the threshold, which is 0.4 of the largest number; a newcomer adds its score.
    let state = sampler.state();
    assert_eq!((state.heavy, state.light), (1, 1));
    let near = |sampler: &Reservoir<T, _>, share: f64| {
        (sampler.threshold().wide() / T::MAX.wide() - share).abs() < 1e-6
    };
    assert!(near(&sampler, 0.4));
    let mut higher = sampler.clone();
    higher.offer(part(0.4), &mut generator).unwrap();
    assert!(near(&higher, 0.8));
    // All three lie above what each would have: their mean, twice, is over the range.
    let refused = sampler.clone().offer(part(0.9), &mut generator);
    assert_eq!(refused, Err(Error::Range("score")));
    // Two heavy ones and a newcomer far below: on the way the sum of two is over the range, the threshold is not.
    let mut sampler = reservoir::<T>(2);
    for share in [0.94, 0.94, 0.1] {
        sampler.offer(part(share), &mut generator).unwrap();
    }
    assert!(near(&sampler, 0.99));
    // One of two stays, with the sum as threshold.
    let mut sampler = reservoir::<T>(1);
    sampler.offer(part(0.2), &mut generator).unwrap();
    let refused = sampler.clone().offer(part(0.9), &mut generator);
    assert_eq!(refused, Err(Error::Range("score")));
    sampler.offer(part(0.7), &mut generator).unwrap();
    assert!(near(&sampler, 0.9));
}

#[test]
fn a_score_is_refused_where_the_threshold_cannot_be_held() {
    only_the_threshold_leaves_the_range::<f32>();
    only_the_threshold_leaves_the_range::<f64>();
}

#[test]
fn effective_size_is_that_of_the_definition() {
    let sized = |weights: &[f64]| {
        effective_size(weights.iter().map(|&weight| Kept {
            slot: 0,
            sequence: 0,
            score: 1.0,
            weight,
        }))
    };
    // 1, 3 alone would hide a ratio that is the wrong way round.
    for weights in [
        &[1.0, 3.0, 2.0][..],
        &[4.0, 2.0, 1.0, 8.0],
        &[5.0, 5.0, 1.0, 7.0, 7.0],
    ] {
        let (sum, squares) = weights
            .iter()
            .fold((0.0, 0.0), |(s, q), w| (s + w, q + w * w));
        assert!((sized(weights) - sum * sum / squares).abs() < 1e-12);
    }
    // What stands for nothing counts for nothing, wherever it comes.
    assert_eq!(sized(&[0.0, 3.0, 3.0]), 2.0);
    assert_eq!(sized(&[3.0, 0.0, 3.0]), 2.0);
    assert_eq!(sized(&[0.0]), 0.0);
    assert_eq!(sized(&[]), 0.0);
}

/// Each condition of a state by itself.
#[test]
fn each_contradiction_is_refused_by_itself() {
    let items = [Item::<f32>::default(); 5];
    let good = ReservoirState {
        seen: 9,
        heavy: 1,
        light: 3,
        threshold: 2.0_f32,
        compensation: 1e-7,
        free: 2,
    };
    let attach = |state| Reservoir::attach(state, &items[..]).map(|_| ()).err();
    let range = Some(Error::Range("state"));
    assert_eq!(attach(good), None);
    // Fewer light ones than there is room for: as behind a thinning.
    assert_eq!(attach(ReservoirState { heavy: 0, ..good }), None);
    let length = Some(Error::Length("items"));
    assert_eq!(attach(ReservoirState { heavy: 2, ..good }), length);
    assert_eq!(
        attach(ReservoirState {
            threshold: 0.0,
            ..good
        }),
        range
    );
    assert_eq!(
        attach(ReservoirState {
            threshold: -2.0,
            ..good
        }),
        range
    );
    assert_eq!(
        attach(ReservoirState {
            compensation: 2.5,
            ..good
        }),
        range
    );
    assert_eq!(
        attach(ReservoirState {
            compensation: -2.5,
            ..good
        }),
        range
    );
    assert_eq!(
        attach(ReservoirState {
            compensation: 2.0,
            ..good
        }),
        None
    );
    assert_eq!(attach(ReservoirState { free: 5, ..good }), range);
    assert_eq!(attach(ReservoirState { seen: 3, ..good }), range);
    assert_eq!(attach(ReservoirState { seen: 4, ..good }), None);
    // Without light items there is no threshold yet, and nothing that it left out.
    let filling = ReservoirState {
        light: 0,
        threshold: 0.0,
        compensation: 0.0,
        ..good
    };
    assert_eq!(attach(filling), None);
    assert_eq!(
        attach(ReservoirState {
            threshold: 1.0,
            ..filling
        }),
        range
    );
    assert_eq!(
        attach(ReservoirState {
            compensation: 1e-9,
            ..filling
        }),
        range
    );
    assert_eq!(
        attach(ReservoirState {
            heavy: 4,
            ..filling
        }),
        None
    );
    assert_eq!(
        attach(ReservoirState {
            heavy: 5,
            ..filling
        }),
        Some(Error::Length("items"))
    );
    assert_eq!(
        attach(ReservoirState {
            light: usize::MAX,
            ..good
        }),
        Some(Error::Length("items"))
    );
}
