//! Thresholds: the rule, and the streamed quantile against the sorted past, its guarantee, and P-square beside it.

mod common;

use common::Random;
use gleaner::outlier::{Quantile, leverage_threshold, quantile_len};
use gleaner::{Error, Scalar};
use proptest::prelude::*;

type Owned<T> = Quantile<T, Vec<u32>>;

fn quantile<T: Scalar>(highest: f64, octaves: usize) -> Owned<T> {
    Quantile::new(T::of(highest), vec![7; quantile_len(octaves)]).unwrap()
}

#[test]
fn the_rule_is_a_multiple_of_the_mean() {
    assert_eq!(leverage_threshold(2.0, 5, 100), Ok(0.1));
    assert_eq!(leverage_threshold(3.0_f32, 1, 2), Ok(1.5));
    assert_eq!(leverage_threshold(2.0, 5, 0), Err(Error::Range("rows")));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(leverage_threshold(bad, 5, 9), Err(Error::Range("multiple")));
    }
}

/// What the definition says of the sorted past: the k-th largest, k = floor((1 - p) (n + 1)), from 1.
fn kth_largest(past: &[f64], rate: f64) -> Option<f64> {
    let k = (rate * (past.len() + 1) as f64 + 1e-9) as usize;
    let mut sorted = past.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    k.checked_sub(1)
        .and_then(|place| sorted.get(place).copied())
}

fn against_the_sorted_past<T: Scalar>() {
    let mut random = Random::new(31);
    for (p, rate) in [(0.995, 0.005), (0.9, 0.1), (0.5, 0.5)] {
        let mut quantile = quantile::<T>(64.0, 22);
        let mut past = Vec::new();
        for _ in 0..1500 {
            let score = (-random.uniform().ln() * 3.0) as f32 as f64;
            let threshold = quantile.threshold(T::of(p)).unwrap();
            let beyond = quantile.is_beyond(T::of(score), T::of(p)).unwrap();
            let exact = kth_largest(&past, rate);
            assert_eq!(
                threshold.is_some(),
                exact.is_some(),
                "{} of {p}",
                past.len()
            );
            if let (Some(threshold), Some(exact)) = (threshold, exact) {
                let threshold = threshold.wide();
                // Above the k-th largest, and by 1/16 at most.
                assert!(
                    threshold > exact && threshold <= exact * 1.0625,
                    "{threshold} {exact}"
                );
                assert_eq!(beyond, Some(score >= threshold));
            }
            quantile.observe(T::of(score)).unwrap();
            past.push(score);
        }
        assert_eq!(quantile.state().seen, 1500);
    }
}

#[test]
fn the_threshold_is_within_a_sixteenth_of_the_exact_one() {
    against_the_sorted_past::<f32>();
    against_the_sorted_past::<f64>();
}

#[test]
fn a_newcomer_is_flagged_no_more_often_than_promised() {
    // 400 streams of 399 items and a newcomer, whatever the distribution: k = 2 of 400, so at most 0.005.
    let mut random = Random::new(32);
    let draws: [fn(&mut Random) -> f64; 4] = [
        |random| random.uniform(),
        |random| random.normal().abs(),
        |random| random.uniform().powf(-2.0),
        |random| random.below(3) as f64,
    ];
    for (kind, draw) in draws.into_iter().enumerate() {
        let (mut flagged, streams) = (0, 20_000);
        for _ in 0..streams {
            let mut quantile = quantile::<f32>(65536.0, 24);
            for _ in 0..399 {
                quantile.observe(draw(&mut random) as f32).unwrap();
            }
            let beyond = quantile.is_beyond(draw(&mut random) as f32, 0.995).unwrap();
            flagged += usize::from(beyond.unwrap());
        }
        let share = flagged as f64 / streams as f64;
        // The standard error of 0.005 is 0.0005.
        assert!(share < 0.005 + 4.0 * 0.0005, "{kind}: {share}");
        // Where the tail is longer than a bin it is used up, but for the bin's width. Uniform scores end in a bin that
        // holds 3 in 100 of them, and ties in one that holds a third: nothing is flagged there.
        let has_tail = kind == 1 || kind == 2;
        assert_eq!(share > 0.002, has_tail, "{kind}: {share}");
    }
}

/// P-square: five markers (Jain and Chlamtac 1985).
struct PSquare {
    probability: f64,
    heights: Vec<f64>,
    places: [f64; 5],
    wanted: [f64; 5],
}

impl PSquare {
    fn new(probability: f64) -> Self {
        let p = probability;
        PSquare {
            probability,
            heights: Vec::new(),
            places: [1.0, 2.0, 3.0, 4.0, 5.0],
            wanted: [1.0, 1.0 + 2.0 * p, 1.0 + 4.0 * p, 3.0 + 2.0 * p, 5.0],
        }
    }

    fn observe(&mut self, x: f64) {
        let q = &mut self.heights;
        if q.len() < 5 {
            q.push(x);
            q.sort_by(f64::total_cmp);
            return;
        }
        q[0] = q[0].min(x);
        q[4] = q[4].max(x);
        let cell = (1..4).find(|&i| x < q[i]).unwrap_or(4);
        let n = &mut self.places;
        (cell..5).for_each(|i| n[i] += 1.0);
        let p = self.probability;
        let steps = [0.0, p / 2.0, p, (1.0 + p) / 2.0, 1.0];
        self.wanted
            .iter_mut()
            .zip(steps)
            .for_each(|(w, by)| *w += by);
        for i in 1..4 {
            let away = self.wanted[i] - n[i];
            let up = away >= 1.0 && n[i + 1] - n[i] > 1.0;
            let down = away <= -1.0 && n[i - 1] - n[i] < -1.0;
            if !up && !down {
                continue;
            }
            let d = away.signum();
            let (after, before) = (n[i + 1] - n[i], n[i] - n[i - 1]);
            let slopes = ((q[i + 1] - q[i]) / after, (q[i] - q[i - 1]) / before);
            let parabola = q[i]
                + d / (n[i + 1] - n[i - 1]) * ((before + d) * slopes.0 + (after - d) * slopes.1);
            q[i] = if q[i - 1] < parabola && parabola < q[i + 1] {
                parabola
            } else {
                let other = if d > 0.0 { i + 1 } else { i - 1 };
                q[i] + d * (q[other] - q[i]) / (n[other] - n[i])
            };
            n[i] += d;
        }
    }

    fn threshold(&self) -> Option<f64> {
        if self.heights.len() < 5 {
            None
        } else {
            Some(self.heights[2])
        }
    }
}

/// Nine streams of 20 000 scores.
fn streams() -> Vec<(&'static str, Vec<f64>)> {
    const COUNT: usize = 20_000;
    let mut random = Random::new(33);
    let mut of = |draw: &mut dyn FnMut(&mut Random, usize) -> f64| -> Vec<f64> {
        (0..COUNT).map(|i| draw(&mut random, i)).collect()
    };
    let exponential = |random: &mut Random| -random.uniform().ln();
    let mut up = of(&mut |random, _| exponential(random));
    up.sort_by(f64::total_cmp);
    let down = up.iter().rev().copied().collect();
    vec![
        ("uniform", of(&mut |random, _| random.uniform())),
        ("exponential", of(&mut |random, _| exponential(random))),
        (
            "heavy tail",
            of(&mut |random, _| random.uniform().powf(-1.0 / 1.5)),
        ),
        (
            "two humps",
            of(&mut |random, _| {
                let far = random.uniform() < 0.01;
                random.normal().abs() * 0.1 + if far { 10.0 } else { 1.0 }
            }),
        ),
        (
            "ties",
            of(&mut |random, _| {
                if random.uniform() < 0.999 {
                    1.0
                } else {
                    1.0 + random.uniform()
                }
            }),
        ),
        ("rising", up),
        ("falling", down),
        (
            "level times 10 half way",
            of(&mut |random, i| exponential(random) * if i < COUNT / 2 { 1.0 } else { 10.0 }),
        ),
        (
            "level by a tenth half way",
            of(&mut |random, i| exponential(random) * if i < COUNT / 2 { 1.0 } else { 0.1 }),
        ),
    ]
}

#[test]
fn beside_p_square() {
    // Share of all items at or above the last threshold, to be 0.005; share flagged on the way.
    println!(
        "| stream | beyond at the end: bins | P-square | flagged on the way: bins | P-square |"
    );
    println!("|---|---|---|---|---|");
    for (name, scores) in streams() {
        let mut bins = quantile::<f32>(1024.0, 20);
        let mut markers = PSquare::new(0.995);
        let (mut flags, mut their_flags) = (0, 0);
        for &score in &scores {
            flags += usize::from(bins.is_beyond(score as f32, 0.995).unwrap() == Some(true));
            their_flags += usize::from(markers.threshold().is_some_and(|t| score > t));
            bins.observe(score as f32).unwrap();
            markers.observe(score);
        }
        let share = |count: usize| count as f64 / scores.len() as f64;
        let above = |threshold: f64| share(scores.iter().filter(|s| **s >= threshold).count());
        let own = above(bins.threshold(0.995).unwrap().unwrap().into());
        let theirs = above(markers.threshold().unwrap());
        println!(
            "| {name} | {own:.4} | {theirs:.4} | {:.4} | {:.4} |",
            share(flags),
            share(their_flags)
        );
        // The bins' promise, whatever the order.
        assert!(own < 0.005 + 1e-9, "{name}");
        let exact = kth_largest(&scores, 0.005).unwrap();
        let threshold = f64::from(bins.threshold(0.995).unwrap().unwrap());
        assert!(threshold > exact && threshold <= exact * 1.0625, "{name}");
    }
}

#[test]
fn nothing_one_and_the_edges() {
    let mut quantile = quantile::<f32>(1.0, 4);
    assert_eq!(quantile.counters().len(), 64);
    assert_eq!(quantile.threshold(0.5), Ok(None));
    assert_eq!(quantile.is_beyond(0.3, 0.5), Ok(None));
    quantile.observe(0.5).unwrap();
    // k = 1 of 2: above the one item's bin.
    assert_eq!(quantile.threshold(0.5), Ok(Some(0.53125)));
    assert_eq!(quantile.is_beyond(0.53125, 0.5), Ok(Some(true)));
    assert_eq!(quantile.is_beyond(0.53124, 0.5), Ok(Some(false)));
    // From `highest` on nothing is told apart; below the last bin neither.
    quantile.reset();
    quantile.observe(7.0).unwrap();
    assert_eq!(quantile.threshold(0.5), Ok(Some(f32::MAX)));
    assert_eq!(quantile.is_beyond(1e30, 0.5), Ok(Some(false)));
    quantile.reset();
    for low in [0.0, -0.0, 1e-30, 0.01] {
        quantile.observe(low).unwrap();
    }
    let lowest = quantile.threshold(0.8).unwrap().unwrap();
    assert_eq!(quantile.is_beyond(lowest, 0.8), Ok(Some(true)));
    assert_eq!(quantile.is_beyond(lowest * 0.999, 0.8), Ok(Some(false)));
    assert!(lowest > 1.0 / 16.0 && lowest < 1.0 / 14.0, "{lowest}");
    // Nothing seen above counts: the median's threshold is below them all.
    assert_eq!(quantile.threshold(1e-3), Ok(Some(lowest)));
}

#[test]
fn bad_numbers_are_refused() {
    let mut quantile = quantile::<f32>(1.0, 4);
    quantile.observe(0.5).unwrap();
    let before = quantile.clone().detach();
    for bad in [-0.1, f32::NAN, f32::INFINITY] {
        assert_eq!(quantile.observe(bad), Err(Error::Score));
        assert_eq!(quantile.is_beyond(bad, 0.5), Err(Error::Score));
    }
    for bad in [0.0, 1.0, -0.5, f32::NAN] {
        assert_eq!(quantile.threshold(bad), Err(Error::Range("probability")));
        assert_eq!(
            quantile.is_beyond(0.5, bad),
            Err(Error::Range("probability"))
        );
    }
    let other = self::quantile::<f32>(2.0, 4);
    assert_eq!(quantile.merge(&other), Err(Error::Range("other")));
    let other = self::quantile::<f32>(1.0, 5);
    assert_eq!(quantile.merge(&other), Err(Error::Length("other")));
    assert_eq!(quantile.detach(), before);
    for bad in [0.0, -1.0, 3.0, f32::NAN, f32::INFINITY, 1e-42] {
        let refused = Quantile::new(bad, [0; 64]).err();
        assert_eq!(refused, Some(Error::Range("highest")), "{bad}");
    }
    assert_eq!(
        Quantile::new(1.0_f32, [0; 1]).err(),
        Some(Error::Length("memory"))
    );
    assert_eq!(
        Quantile::new(f32::MIN_POSITIVE, [0; 64]).err(),
        Some(Error::Length("memory"))
    );
    let mut state = before.0;
    (state.half_life, state.age) = (3, 3);
    assert_eq!(
        Quantile::attach(state, [0; 64]).err(),
        Some(Error::Range("state"))
    );
}

#[test]
fn forgetting_follows_a_change_and_keeps_the_tail() {
    let mut random = Random::new(34);
    let mut bins = quantile::<f32>(1024.0, 20);
    bins.set_half_life(2000);
    let mut flagged = 0;
    for i in 0..40_000 {
        let scale = if i < 20_000 { 1.0 } else { 0.1 };
        let score = -(random.uniform().ln() * scale) as f32;
        flagged += usize::from(i >= 30_000 && bins.is_beyond(score, 0.995) == Ok(Some(true)));
        bins.observe(score).unwrap();
    }
    // Ten thousand later the old level is forgotten: about 50 are flagged, less the bin's width. 4 standard errors.
    assert!((15..=80).contains(&flagged), "{flagged}");
    let total = bins.state().total;
    assert!((2000..=4001).contains(&total), "{total}");
    assert_eq!(
        total,
        bins.counters().iter().map(|&c| u64::from(c)).sum::<u64>()
    );
    // A lone far item is not halved away at once, and does not stay for ever.
    let mut bins = quantile::<f32>(1024.0, 20);
    bins.set_half_life(4);
    bins.observe(512.0).unwrap();
    (0..3).for_each(|_| bins.observe(1.0).unwrap());
    assert_eq!(bins.counters()[16], 1);
    (0..3).for_each(|_| bins.observe(600.0).unwrap());
}

proptest! {
    #[test]
    fn merging_is_observing_both(
        left in prop::collection::vec(0.0_f32..2.0, 0..60),
        right in prop::collection::vec(0.0_f32..2.0, 0..60),
    ) {
        let fill = |scores: &[f32]| {
            let mut quantile = quantile::<f32>(1.0, 8);
            scores.iter().for_each(|&score| quantile.observe(score).unwrap());
            quantile
        };
        let (mut a, b) = (fill(&left), fill(&right));
        a.merge(&b).unwrap();
        let both: Vec<f32> = right.iter().chain(&left).copied().collect();
        prop_assert_eq!(a.detach(), fill(&both).detach());
    }

    #[test]
    fn beyond_is_at_or_above_the_threshold(
        scores in prop::collection::vec(0.0_f64..3.0, 0..200),
        score in 0.0_f64..4.0,
        probability in 0.01_f64..0.99,
    ) {
        let mut quantile = quantile::<f64>(2.0, 6);
        scores.iter().for_each(|&score| quantile.observe(score).unwrap());
        let threshold = quantile.threshold(probability).unwrap();
        let beyond = quantile.is_beyond(score, probability).unwrap();
        prop_assert_eq!(beyond, threshold.map(|threshold| score >= threshold));
    }
}

#[test]
fn a_probability_near_one_is_not_rounded_away() {
    let p = 0.999_999_94_f32;
    let mut quantile = Quantile::<f32, _>::new(1.0, [0; 32]).unwrap();
    let share = 1.0 - f64::from(p);
    let first = (1.0 / share) as u32;
    for _ in 0..first / 2 {
        quantile.observe(0.1).unwrap();
    }
    assert_eq!(quantile.is_beyond(0.5, p), Ok(None));
    assert_eq!(
        leverage_threshold(f32::MAX, 10, 1),
        Err(Error::Range("multiple"))
    );
}
