//! Objectives: the roots of losses, their derivatives and divided differences.

mod common;

use common::{cases, golden, number, relative, spacing, ulps};
use gleaner::model::{Objective, Target};
use gleaner::{Error, Scalar};
use proptest::prelude::*;

/// The root, the root at 0 and the divided difference of one golden case, with the exact three.
fn golden_case<T: Scalar>(case: &serde_json::Value) -> ([T; 3], [f64; 3]) {
    assert_eq!(case["loss"], "logistic");
    let z = T::of(number(&case["z"]));
    let target = Objective::Logistic
        .with(Some(T::of(number(&case["y"]))))
        .unwrap();
    let exact = ["map", "map_at_zero", "divided_difference"].map(|key| number(&case[key]));
    let zero = T::ZERO;
    (
        [target.value(z), target.value(zero), target.divided(z, zero)],
        exact,
    )
}

#[test]
fn meets_golden_in_f64() {
    for case in cases(&golden("loss_map")) {
        let (got, exact) = golden_case::<f64>(case);
        for (g, e) in got.into_iter().zip(exact) {
            assert!(relative(g, e) <= 1e-14, "{case}: {g:e} for {e:e}");
        }
    }
}

#[test]
fn meets_golden_in_f32() {
    for case in cases(&golden("loss_map")) {
        let (got, exact) = golden_case::<f32>(case);
        for (g, e) in got.into_iter().zip(exact) {
            assert!(ulps(g, e) <= 8.0, "{case}: {g:e} for {e:e}");
        }
    }
}

#[test]
fn labels_are_checked() {
    let (prediction, residual, logistic) = (
        Objective::Prediction,
        Objective::Residual,
        Objective::Logistic,
    );
    let huber = Objective::Huber(0.5f32);
    assert_eq!(prediction.with(None), Ok(Target::Prediction));
    assert_eq!(prediction.with(Some(1.0f32)), Err(Error::Label));
    for objective in [residual, logistic, huber] {
        assert_eq!(objective.with(None), Err(Error::Label));
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(objective.with(Some(bad)), Err(Error::NotFinite("label")));
        }
    }
    assert_eq!(residual.with(Some(-7.0f32)), Ok(Target::Residual(-7.0)));
    for label in [0.0f32, 0.25, 1.0] {
        assert_eq!(logistic.with(Some(label)), Ok(Target::Logistic(label)));
    }
    for label in [-1e-6f32, 1.000_001, 2.0, -1.0] {
        assert_eq!(logistic.with(Some(label)), Err(Error::Label));
    }
    assert_eq!(
        huber.with(Some(3.0)),
        Ok(Target::Huber {
            label: 3.0,
            delta: 0.5
        })
    );
    for delta in [0.0f32, -1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(
            Objective::Huber(delta).with(Some(0.0)),
            Err(Error::Range("delta"))
        );
    }
}

#[test]
fn prediction_and_residual_are_straight_lines() {
    let (prediction, residual) = (Target::Prediction, Target::Residual(2.5f64));
    assert_eq!([prediction.value(4.0), residual.value(4.0)], [4.0, 1.5]);
    for target in [prediction, residual] {
        assert_eq!([target.derivative(4.0), target.divided(4.0, 1.0)], [1.0; 2]);
        assert_eq!(target.divided(4.0, 4.0), 1.0);
    }
}

#[test]
fn a_fitted_root_is_not_lost() {
    // The loss itself is 0 from a logit of 104 on in f32, of 746 in f64.
    for m in [20.0f32, 60.0, 90.0, 110.0, 170.0] {
        let exact = (-0.5 * f64::from(m)).exp();
        for (label, side) in [(1.0, 1.0), (0.0, -1.0)] {
            let target = Target::Logistic(label);
            assert!(ulps(target.value(side * m), exact) <= 2.0, "{m} {label}");
            let slope = f64::from(-side) * 0.5 * exact;
            assert!(
                ulps(target.derivative(side * m), slope) <= 2.0,
                "{m} {label}"
            );
            // Between two such logits, and from one to 0.
            let to = exact * (-0.5f64).exp_m1() * f64::from(side);
            let got = target.divided(side * (m + 1.0), side * m);
            assert!(ulps(got, to) <= 8.0, "{m} {label}: {got:e} for {to:e}");
        }
    }
    let far = Target::Logistic(1.0f64);
    assert!(relative(far.value(1200.0), (-600.0f64).exp()) < 1e-15);
    assert!(relative(far.derivative(1200.0), -0.5 * (-600.0f64).exp()) < 1e-15);
    // Beyond the scalar's range everything is 0, never 0/0.
    for m in [400.0f32, f32::MAX] {
        let target = Target::Logistic(1.0);
        assert_eq!(
            [
                target.value(m),
                target.derivative(m),
                target.divided(m, 300.0)
            ],
            [0.0, -0.0, -0.0]
        );
    }
}

/// The loss of a root in f64, straight from its definition.
fn loss(target: Target<f64>, m: f64) -> f64 {
    match target {
        Target::Prediction => m * m,
        Target::Residual(y) => (m - y) * (m - y),
        Target::Logistic(y) => y * (-m).exp().ln_1p() + (1.0 - y) * m.exp().ln_1p(),
        Target::Huber { label, delta } => {
            let r = (m - label).abs();
            if r <= delta {
                r * r
            } else {
                2.0 * delta * r - delta * delta
            }
        }
        _ => unreachable!(),
    }
}

/// Every kind of target with labels of all sorts.
fn targets(label: f64, share: f64, delta: f64) -> [Target<f64>; 6] {
    [
        Target::Prediction,
        Target::Residual(label),
        Target::Logistic(share),
        Target::Logistic(0.0),
        Target::Logistic(1.0),
        Target::Huber { label, delta },
    ]
}

/// The same target in f32.
fn narrow(target: Target<f64>) -> Target<f32> {
    match target {
        Target::Residual(y) => Target::Residual(y as f32),
        Target::Logistic(y) => Target::Logistic(y as f32),
        Target::Huber { label, delta } => Target::Huber {
            label: label as f32,
            delta: delta as f32,
        },
        _ => Target::Prediction,
    }
}

#[test]
fn huber_meets_its_definition_inside_outside_and_across() {
    let delta = 0.75;
    let target = Target::Huber { label: 0.5, delta };
    let at = |r: f64| target.value(r + 0.5);
    assert_eq!(
        [at(0.0), at(0.5), at(-0.5), at(0.75), at(-0.75)],
        [0.0, 0.5, -0.5, 0.75, -0.75]
    );
    assert!(relative(at(3.0), (4.5f64 - 0.5625).sqrt()) < 4e-16);
    assert!(relative(at(-3.0), -(4.5f64 - 0.5625).sqrt()) < 4e-16);
    let places = [
        -40.0, -3.0, -0.75, -0.5, 0.0, 0.25, 0.75, 0.875, 3.0, 3.5, 40.0,
    ];
    for from in places {
        for to in places {
            let (m0, m) = (from + 0.5, to + 0.5);
            let exact = if m == m0 {
                target.derivative(m)
            } else {
                (target.value(m) - target.value(m0)) / (m - m0)
            };
            let got = target.divided(m, m0);
            assert!(
                relative(got, exact) < 1e-14,
                "{from} to {to}: {got} {exact}"
            );
        }
    }
}

#[test]
fn huber_does_not_overflow_or_cancel() {
    let target = Target::Huber {
        label: 0.0f32,
        delta: 1.0,
    };
    let root = (2.0 * f64::from(f32::MAX)).sqrt();
    for side in [1.0f32, -1.0] {
        let sign = f64::from(side);
        assert!(ulps(target.value(side * f32::MAX), sign * root) <= 4.0);
        assert!(ulps(target.derivative(side * f32::MAX), 1.0 / root) <= 4.0);
        let exact = root / f64::from(f32::MAX);
        assert!(ulps(target.divided(side * f32::MAX, 0.0), exact) <= 4.0);
        assert!(ulps(target.divided(side * f32::MAX, -side * f32::MAX), exact) <= 4.0);
        // Neighbours far out: the difference of roots has no bit left, the quotient has them all.
        let next = f32::from_bits(1000.0f32.to_bits() + 1);
        let exact = 1.0 / (2.0 * 1000.0f64 - 1.0).sqrt();
        assert!(ulps(target.divided(side * next, side * 1000.0), exact) <= 4.0);
        // Neighbours on either side of delta.
        let next = f32::from_bits(1.0f32.to_bits() + 1);
        assert!(ulps(target.divided(side * next, side * 1.0), 1.0) <= 4.0);
    }
}

#[test]
fn nothing_finite_gives_nan() {
    let mut random = common::Random::new(4);
    let mut any =
        || f32::from_bits(random.below(0x7f80_0000) as u32 | (random.below(2) as u32) << 31);
    for _ in 0..100_000 {
        let (m, m0, label, delta) = (any(), any(), any(), any().abs().max(1e-30));
        for target in [
            Target::Logistic(0.0f32),
            Target::Logistic(1.0),
            Target::Logistic(label.abs().min(1.0)),
            Target::Huber { label, delta },
        ] {
            let all = [target.value(m), target.derivative(m), target.divided(m, m0)];
            assert!(
                all.iter().all(|v| !v.is_nan()),
                "{target:?} {m:e} {m0:e}: {all:?}"
            );
        }
    }
}

#[test]
fn f32_is_f64_to_a_few_ulp() {
    let mut random = common::Random::new(5);
    let mut worst = [0.0f64; 3];
    for _ in 0..200_000 {
        let scale = 10f64.powf(5.0 * random.uniform() - 3.0);
        let (m, m0) = (
            (scale * random.normal()) as f32,
            (scale * random.normal()) as f32,
        );
        let m0 = if random.below(2) == 0 { 0.0 } else { m0 };
        let label = random.below(2) as f64;
        for target in [
            Target::Logistic(label),
            Target::Huber {
                label: 0.0,
                delta: 0.5,
            },
        ] {
            let small = narrow(target);
            let (wide, wide0) = (f64::from(m), f64::from(m0));
            let pairs = [
                (small.value(m), target.value(wide)),
                (small.derivative(m), target.derivative(wide)),
                (small.divided(m, m0), target.divided(wide, wide0)),
            ];
            for ((got, exact), w) in pairs.into_iter().zip(&mut worst) {
                *w = w.max(ulps(got, exact));
            }
        }
    }
    println!("{worst:?}");
    assert!(
        worst[0] <= 3.0 && worst[1] <= 6.0 && worst[2] <= 8.0,
        "{worst:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_square_of_a_root_is_the_loss(
        m in -30.0..30.0f64, label in -5.0..5.0f64, share in 0.0..=1.0f64, delta in 0.01..5.0f64,
    ) {
        for target in targets(label, share, delta) {
            let (square, exact) = (target.value(m).powi(2), loss(target, m));
            prop_assert!((square - exact).abs() <= 1e-14 * (1.0 + exact), "{target:?} {m}");
        }
    }

    #[test]
    fn the_derivative_is_the_slope(
        m in -30.0..30.0f64, label in -5.0..5.0f64, share in 0.0..=1.0f64, delta in 0.01..5.0f64,
    ) {
        let h = 1e-5;
        for target in targets(label, share, delta) {
            let slope = (target.value(m + h) - target.value(m - h)) / (2.0 * h);
            // The Huber root's second derivative jumps at delta.
            let jump = matches!(target, Target::Huber { .. }) && ((m - label).abs() - delta).abs() < 2.0 * h;
            let bound = if jump { 2.0 * h / delta } else { 1e-8 + 1e-8 / delta.powi(2) };
            prop_assert!((target.derivative(m) - slope).abs() <= bound, "{target:?} {m}");
        }
    }

    #[test]
    fn the_divided_difference_times_the_step_is_the_rise(
        m in -30.0..30.0f64, m0 in -30.0..30.0f64, label in -5.0..5.0f64, share in 0.0..=1.0f64,
        delta in 0.01..5.0f64,
    ) {
        for target in targets(label, share, delta) {
            for m0 in [m0, 0.0, m + 1e-3 * m0, m] {
                let (end, start) = (target.value(m), target.value(m0));
                // The logistic slope of a label inside (0, 1) has a true zero: there its terms count.
                let terms = 1.0 + end.abs() + start.abs() + label.abs() + (m - m0).abs();
                let rise = target.divided(m, m0) * (m - m0);
                prop_assert!((rise - (end - start)).abs() <= 64.0 * spacing::<f64>(terms), "{target:?} {m} {m0}");
            }
        }
    }

    #[test]
    fn the_divided_difference_is_symmetric(
        m in -30.0..30.0f64, m0 in -30.0..30.0f64, label in -5.0..5.0f64, delta in 0.01..5.0f64,
    ) {
        for target in targets(label, 0.5, delta) {
            let (there, back) = (target.divided(m, m0), target.divided(m0, m));
            prop_assert!((there - back).abs() <= 1e-13 * (1.0 + there.abs()), "{target:?}");
        }
    }
}

/// Slope and curvature of the loss: formulas in f64, and differences of the squared root.
#[test]
fn loss_slopes_and_curvatures() {
    use gleaner::model::Target as Of;
    for m in [-700.0, -40.0, -2.0, -0.3, 0.0, 0.7, 3.0, 40.0, 700.0_f64] {
        for label in [0.0, 0.3, 1.0] {
            let target = Of::Logistic(label);
            let sigmoid = 1.0 / (1.0 + (-m).exp());
            assert!((target.loss_slope(m) - (sigmoid - label)).abs() < 1e-15);
            let curvature = 1.0 / (2.0 + m.exp() + (-m).exp());
            assert!((target.loss_curvature(m) - curvature).abs() <= 1e-14 * curvature);
        }
        // In the tail nothing is lost: sigmoid(m) - 1 = -exp(-m).
        if m >= 40.0 {
            let ratio = Of::Logistic(1.0).loss_slope(m) / -(-m).exp();
            assert!((ratio - 1.0).abs() < 1e-13, "{ratio}");
        }
    }
    let huber = Of::Huber {
        label: 0.5,
        delta: 1.0,
    };
    let all = [
        Of::Prediction,
        Of::Residual(0.4),
        Of::Logistic(0.3),
        Of::Logistic(1.0),
        huber,
    ];
    for target in all {
        for m in [-3.0, -1.1, 0.1, 1.2, 4.0_f64] {
            let loss = |m: f64| target.value(m).powi(2);
            let slope = (loss(m + 1e-5) - loss(m - 1e-5)) / 2e-5;
            assert!(
                (target.loss_slope(m) - slope).abs() < 1e-8,
                "{target:?} {m}"
            );
            let change = (target.loss_slope(m + 1e-5) - target.loss_slope(m - 1e-5)) / 2e-5;
            assert!(
                (target.loss_curvature(m) - change).abs() < 1e-8,
                "{target:?} {m}"
            );
        }
    }
}
