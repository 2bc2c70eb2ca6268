//! The level of a stream of leverages: steady streams leave it low, with and without forgetting, switches raise it.

mod common;

use common::Random;
use gleaner::drift::{ALARM, BLOCK, Drift};
use gleaner::factor::{Factor, factor_len};
use gleaner::{Error, Scalar};

const ORDER: usize = 6;
const PILOT: usize = 100;

/// Online leverages of rows, the first `switch` like the pilot's, the others with their last column switched on.
fn leverages(seed: u64, count: usize, switch: usize, half_life: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let mut row = |is_new: bool| {
        let mut row = random.rows(1, ORDER).remove(0);
        row[ORDER - 1] *= if is_new { 1.0 } else { 0.02 };
        row
    };
    let mut factor = Factor::new(ORDER, 1e-6, vec![0.0; factor_len(ORDER)]).unwrap();
    for _ in 0..PILOT {
        factor.observe(&row(false), 1.0).unwrap();
    }
    factor.set_half_life(half_life).unwrap();
    (0..count)
        .map(|index| factor.observe(&row(index >= switch), 1.0).unwrap())
        .collect()
}

/// Readings until the first alarm.
fn alarm<T: Scalar>(leverages: &[f64], half_life: u64) -> Option<usize> {
    let mut drift = Drift::<T>::new(PILOT as u64, half_life);
    let place = leverages.iter().position(|&leverage| {
        drift.observe(T::of(leverage)).unwrap();
        drift.is_alarmed()
    });
    place.map(|place| place + 1)
}

/// By the rate that the module states, one of some 10^5 blocks alarms; these are 12 000.
#[test]
fn a_steady_stream_is_not_alarmed() {
    for half_life in [0, 50, 400] {
        for seed in 0..8 {
            let leverages = leverages(seed, 8000, usize::MAX, half_life);
            assert_eq!(
                alarm::<f64>(&leverages, half_life),
                None,
                "half-life {half_life}, seed {seed}"
            );
        }
    }
}

/// As long as the factor remembers more than it takes to get used to the new rows.
#[test]
fn a_switch_is_noticed() {
    for half_life in [0, 400, 1000] {
        for seed in 0..8 {
            let leverages = leverages(seed, 3000, 2000, half_life);
            let found = alarm::<f64>(&leverages, half_life).unwrap();
            assert!(
                (2001..=2000 + 5 * BLOCK as usize).contains(&found),
                "half-life {half_life}, seed {seed}: {found}"
            );
            assert_eq!(alarm::<f32>(&leverages, half_life), Some(found));
        }
    }
}

/// Leverage times weight has the mean that the module states: the rank, whatever the age and the half-life.
#[test]
fn weights_take_age_and_forgetting_out() {
    for half_life in [0, 50, 400] {
        let mut drift = Drift::<f64>::new(PILOT as u64, half_life);
        let mut means = Vec::new();
        for part in leverages(3, 6000, usize::MAX, half_life).chunks(2000) {
            let mut sum = 0.0;
            for &leverage in part {
                let before = drift;
                drift.observe(leverage).unwrap();
                // What was added to the block gives `leverage W` back; a block that closes is seen by its own mean.
                let added = if drift.readings > 0 {
                    drift.sum - before.sum
                } else {
                    f64::NAN
                };
                if added.is_finite() {
                    sum += added.exp_m1();
                }
            }
            means.push(sum / 2000.0 * f64::from(BLOCK) / f64::from(BLOCK - 1));
        }
        for mean in means {
            assert!(
                (mean / ORDER as f64 - 1.0).abs() < 0.1,
                "half-life {half_life}: {mean}"
            );
        }
    }
}

/// One odd reading, however odd, is no change.
#[test]
fn an_outlier_is_no_change() {
    let mut leverages = leverages(5, 4000, usize::MAX, 0);
    for place in [500, 1900, 3100] {
        leverages[place] = 1.0;
    }
    assert_eq!(alarm::<f64>(&leverages, 0), None);
}

#[test]
fn a_constant_stream_stays_low() {
    let mut drift = Drift::<f32>::new(0, 0);
    for t in 1..=5000_u16 {
        drift.observe(1.0 / f32::from(t)).unwrap();
    }
    assert!(drift.level() < 1.0, "{drift:?}");
}

#[test]
fn refusals_change_nothing() {
    let mut drift = Drift::<f32>::new(10, 100);
    for _ in 0..200 {
        drift.observe(0.25).unwrap();
    }
    let before = drift;
    assert_eq!(drift.observe(f32::MAX), Err(Error::Range("leverage")));
    for leverage in [-0.1, f32::NEG_INFINITY, f32::NAN, f32::INFINITY] {
        assert_eq!(drift.observe(leverage), Err(Error::Range("leverage")));
    }
    assert_eq!(drift, before);
    assert!(!drift.is_alarmed() && f64::from(drift.level()) < ALARM);
    // Counters at their ends.
    let mut last = Drift::<f32> {
        rows: u64::MAX,
        blocks: u64::MAX,
        readings: u32::MAX,
        ..drift
    };
    assert!(last.observe(1.0).unwrap().is_finite());
}

/// Nor is one block of them: it counts 4 deviations at most, less the slack.
#[test]
fn a_block_counts_so_much_at_most() {
    let mut drift = Drift::<f64>::new(PILOT as u64, 0);
    for leverage in leverages(6, 100 * BLOCK as usize, usize::MAX, 0) {
        drift.observe(leverage).unwrap();
    }
    let before = drift.level();
    for _ in 0..BLOCK {
        drift.observe(1.0).unwrap();
    }
    assert!(
        (drift.level() - before - 3.5).abs() < 1e-12,
        "{before}, {drift:?}"
    );
}
