//! Standardiser: known variances, merging, long streams, refusals.

use gleaner::standardiser::{Moments, moments_len, standardise};
use gleaner::{Error, Scalar};
use rand_xoshiro::rand_core::SeedableRng;
use rand_xoshiro::{Xoshiro128PlusPlus, Xoshiro256PlusPlus};

type Owned<T> = Moments<T, Vec<T>>;

fn moments<T: Scalar>(features: usize) -> Owned<T> {
    Moments::new(vec![T::of(7.0); moments_len(features)]).unwrap()
}

fn observed<T: Scalar>(values: &[T]) -> Owned<T> {
    let mut moments = moments(1);
    for &value in values {
        moments.observe(&[value]).unwrap();
    }
    moments
}

fn only<T: Scalar>(moments: &Owned<T>) -> (u64, f64, f64) {
    let (mean, variance) = (moments.mean(0).unwrap(), moments.variance(0).unwrap());
    (moments.count(), mean.wide(), variance.wide())
}

#[test]
fn variance_far_from_zero() {
    let (_, mean, variance) = only(&observed(&[8192.0_f32, 8193.0, 8194.0]));
    assert!(
        (mean - 8193.0).abs() < 1e-3 && (variance - 2.0 / 3.0).abs() < 1e-7,
        "{variance}"
    );
    let (_, mean, variance) = only(&observed(&[1e9_f64, 1e9 + 1.0, 1e9 + 2.0]));
    assert!(
        (mean - 1e9 - 1.0).abs() < 1e-6 && (variance - 2.0 / 3.0).abs() < 1e-15,
        "{variance}"
    );
    let constant = observed(&[-15.94_f32; 4096]);
    assert_eq!(only(&constant), (4096, f64::from(-15.94_f32), 0.0));
}

#[test]
fn nothing_and_one() {
    let mut empty = moments::<f32>(2);
    assert_eq!((empty.count(), empty.features()), (0, 2));
    assert_eq!((empty.mean(1), empty.variance(1)), (Some(0.0), Some(0.0)));
    assert_eq!((empty.mean(2), empty.variance(2)), (None, None));
    let mut out = [0.0; 2];
    empty.standardise(&[3.0, -4.0], &mut out).unwrap();
    assert_eq!(out, [3.0, -4.0]);
    empty.observe(&[3.0, -4.0]).unwrap();
    assert_eq!((empty.mean(1), empty.variance(1)), (Some(-4.0), Some(0.0)));
    empty.standardise(&[5.0, -4.0], &mut out).unwrap();
    assert_eq!(out, [2.0, 0.0]);
    let none = moments::<f32>(0);
    assert_eq!((none.features(), none.mean(0)), (0, None));
}

/// Mean and population variance from their definition, in f64.
fn by_definition(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let first = values[0];
    let mean = values.iter().map(|value| value - first).sum::<f64>() / n;
    let variance = values
        .iter()
        .map(|value| (value - first - mean).powi(2))
        .sum::<f64>()
        / n;
    (first + mean, variance)
}

#[test]
fn several_features_and_any_merge_tree() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
    let scales = [1.0, 1e-3, 1e4];
    let rows: Vec<[f32; 3]> = (0..1000)
        .map(|_| scales.map(|scale| (scale * (50.0 + f64::unit(&mut generator))) as f32))
        .collect();
    let gather = |range: core::ops::Range<usize>| {
        let mut moments = moments::<f32>(3);
        for row in &rows[range] {
            moments.observe(row).unwrap();
        }
        moments
    };
    let whole = gather(0..1000);
    let mut left = gather(0..10);
    left.merge(&gather(10..600)).unwrap();
    let mut right = gather(600..601);
    right.merge(&gather(601..1000)).unwrap();
    let mut both = left.clone();
    both.merge(&right).unwrap();
    right.merge(&left).unwrap();
    for moments in [&whole, &both, &right] {
        assert_eq!(moments.count(), 1000);
        for feature in 0..3 {
            let column: Vec<f64> = rows.iter().map(|row| f64::from(row[feature])).collect();
            let (mean, variance) = by_definition(&column);
            assert!((f64::from(moments.mean(feature).unwrap()) / mean - 1.0).abs() < 1e-7);
            assert!((f64::from(moments.variance(feature).unwrap()) / variance - 1.0).abs() < 1e-5);
        }
    }
    let mut out = [0.0; 3];
    whole.standardise(&rows[0], &mut out).unwrap();
    for (feature, &out) in out.iter().enumerate() {
        let column: Vec<f64> = rows.iter().map(|row| f64::from(row[feature])).collect();
        let (mean, variance) = by_definition(&column);
        let expected = (column[0] - mean) / variance.sqrt();
        assert!((f64::from(out) - expected).abs() < 1e-4);
    }
}

#[test]
fn known_merges() {
    let mut empty = moments::<f32>(1);
    empty.merge(&moments(1)).unwrap();
    assert_eq!(only(&empty), (0, 0.0, 0.0));
    let large = observed(&[3e38_f32]);
    empty.merge(&large).unwrap();
    assert_eq!(only(&empty), (1, f64::from(3e38_f32), 0.0));
    empty.merge(&moments(1)).unwrap();
    assert_eq!(only(&empty), only(&large));
    let mut first = observed(&[1.0_f64, 2.0, 3.0]);
    first.merge(&observed(&[4.0, 5.0, 6.0])).unwrap();
    let (count, mean, variance) = only(&first);
    assert_eq!((count, mean), (6, 3.5));
    assert!((variance - 17.5 / 6.0).abs() < 1e-15);
}

#[test]
fn long_stream_far_from_zero() {
    // 2^25 readings of 1000 + [0, 1), given in f32; the truth is summed in integers, in units of 2^-14.
    const ROWS: u64 = 1 << 25;
    let mut generator = Xoshiro128PlusPlus::seed_from_u64(2);
    let mut moments = moments::<f32>(2);
    let (mut sum, mut squares) = (0_u64, 0_u64);
    for _ in 0..ROWS {
        let units = (16384.0 * f32::unit(&mut generator)) as u64;
        (sum, squares) = (sum + units, squares + units * units);
        moments
            .observe(&[1000.0 + units as f32 / 16384.0, -0.1])
            .unwrap();
    }
    let unit = 1.0 / 16384.0;
    let mean = sum as f64 / ROWS as f64 * unit;
    let variance = squares as f64 / ROWS as f64 * unit * unit - mean * mean;
    let found = f64::from(moments.mean(0).unwrap());
    assert!((found - 1000.0 - mean).abs() < 1e-5 * 1000.0, "{found}");
    let ratio = f64::from(moments.variance(0).unwrap()) / variance;
    assert!((ratio - 1.0).abs() < 1e-5, "{ratio}");
    // The mean stays right to the spacing of f32 at 1000, and a constant stays a constant.
    assert!((found - 1000.0 - mean).abs() < 6.2e-5, "{found}");
    assert_eq!(
        (moments.mean(1), moments.variance(1)),
        (Some(-0.1), Some(0.0))
    );
}

#[test]
fn bad_samples_change_nothing() {
    let mut moments = moments::<f32>(2);
    moments.observe(&[1.0, 2e19]).unwrap();
    moments.observe(&[2.0, 1e19]).unwrap();
    let before = moments.clone().detach();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(moments.observe(&[0.0, bad]), Err(Error::NotFinite("x")));
        assert_eq!(moments.observe(&[bad, 0.0]), Err(Error::NotFinite("x")));
    }
    assert_eq!(moments.observe(&[5.0, 3e38]), Err(Error::Range("x")));
    assert_eq!(moments.observe(&[5.0, -1e20]), Err(Error::Range("x")));
    assert_eq!(moments.observe(&[5.0]), Err(Error::Length("x")));
    let mut far = self::moments::<f32>(2);
    far.observe(&[0.0, -3e38]).unwrap();
    assert_eq!(moments.merge(&far), Err(Error::Range("other")));
    assert_eq!(
        moments.merge(&self::moments(3)),
        Err(Error::Length("other"))
    );
    let (count, memory) = before.clone();
    let mut full = Moments::attach(u64::MAX, memory).unwrap();
    assert_eq!(full.observe(&[1.0, 1.0]), Err(Error::Range("count")));
    assert_eq!(full.merge(&far), Err(Error::Range("count")));
    assert_eq!(full.detach(), (u64::MAX, before.1.clone()));
    let mut out = [7.0; 2];
    assert_eq!(
        moments.standardise(&[1.0, f32::NAN], &mut out),
        Err(Error::NotFinite("x"))
    );
    assert_eq!(
        moments.standardise(&[1.0], &mut out),
        Err(Error::Length("x"))
    );
    assert_eq!(
        moments.standardise(&[1.0, 2.0], &mut out[..1]),
        Err(Error::Length("out"))
    );
    assert_eq!(out, [7.0; 2]);
    assert_eq!(moments.detach(), (count, before.1));
}

#[test]
fn bad_memory_is_refused() {
    let length = Some(Error::Length("memory"));
    assert_eq!(Moments::<f32, _>::new([0.0; 5]).err(), length);
    assert_eq!(Moments::<f32, _>::attach(1, [0.0; 3]).err(), length);
    for index in 0..4 {
        let mut memory = [1.0_f64; 4];
        memory[index] = f64::NAN;
        assert_eq!(
            Moments::attach(2, memory).err(),
            Some(Error::NotFinite("memory"))
        );
    }
    assert_eq!(
        Moments::attach(2, [1.0_f64, -1.0, 0.0, 0.0]).err(),
        Some(Error::Range("memory"))
    );
}

#[test]
fn exported_constants() {
    let mut out = [0.0_f64; 2];
    standardise(&[3.0, -1.0], &[1.0, 1.0], &[4.0, 0.5], &mut out).unwrap();
    assert_eq!(out, [0.5, -4.0]);
    standardise::<f32>(&[], &[], &[], &mut []).unwrap();
}

#[test]
fn bad_constants_leave_the_output() {
    let mut out = [7.0_f32; 2];
    let mut refused = |x: &[f32], mean: &[f32], scale: &[f32]| {
        let error = standardise(x, mean, scale, &mut out).err();
        assert_eq!(out, [7.0; 2]);
        error
    };
    let good = [1.0, 2.0];
    assert_eq!(
        refused(&good, &good[..1], &good),
        Some(Error::Length("mean"))
    );
    assert_eq!(
        refused(&good, &good, &good[..1]),
        Some(Error::Length("scale"))
    );
    assert_eq!(
        refused(&good[..1], &good[..1], &good[..1]),
        Some(Error::Length("out"))
    );
    for bad in [f32::NAN, f32::INFINITY] {
        assert_eq!(
            refused(&[1.0, bad], &good, &good),
            Some(Error::NotFinite("x"))
        );
        assert_eq!(
            refused(&good, &[1.0, bad], &good),
            Some(Error::NotFinite("mean"))
        );
        assert_eq!(
            refused(&good, &good, &[1.0, bad]),
            Some(Error::NotFinite("scale"))
        );
    }
    for bad in [0.0, -0.0, -1.0] {
        assert_eq!(
            refused(&good, &good, &[1.0, bad]),
            Some(Error::Range("scale"))
        );
    }
    assert_eq!(
        refused(&[1.0, 3e38], &good, &[1.0, 1e-3]),
        Some(Error::Range("x"))
    );
    assert_eq!(
        refused(&[1.0, 3e38], &[1.0, -3e38], &good),
        Some(Error::Range("x"))
    );
}
