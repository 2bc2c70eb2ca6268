//! Activations against exact values, known traps and their own definitions.

mod common;

use common::{activation, cases, golden, number, relative, ulps};
use gleaner::Scalar;
use gleaner::model::Activation;
use proptest::prelude::*;

/// Value, derivative and divided difference of one golden case, with the exact three.
fn golden_case<T: Scalar>(case: &serde_json::Value) -> (String, f64, [T; 3], [f64; 3]) {
    let name = case["activation"].as_str().expect("a name").to_string();
    let phi = activation::<T>(&name);
    let z = number(&case["z"]);
    let s = T::of(z);
    let exact = ["value", "derivative", "divided_difference"].map(|key| number(&case[key]));
    (
        name,
        z,
        [phi.value(s), phi.derivative(s), phi.divided(s)],
        exact,
    )
}

#[test]
fn meets_golden_in_f64() {
    for case in cases(&golden("divided_difference")) {
        let (name, z, got, exact) = golden_case::<f64>(case);
        for (g, e) in got.into_iter().zip(exact) {
            let absolute = if name == "gelu_erf" {
                2e-15
            } else {
                f64::MIN_POSITIVE
            };
            assert!(
                relative(g, e) <= 1e-14 || (g - e).abs() <= absolute,
                "{name} at {z}: {g:e} for {e:e}"
            );
        }
    }
}

#[test]
fn meets_golden_in_f32() {
    for case in cases(&golden("divided_difference")) {
        let (name, z, got, exact) = golden_case::<f32>(case);
        let bound = if z.abs() > 20.0 { 8.0 } else { 4.0 };
        for (g, e) in got.into_iter().zip(exact) {
            let near = name == "gelu_erf" && (f64::from(g) - e).abs() <= 2e-7;
            assert!(
                near || ulps(g, e) <= bound,
                "{name} at {z}: {g:e} for {e:e}"
            );
        }
    }
}

/// Every variant, parameters exactly representable in f32.
fn every<T: Scalar>() -> Vec<Activation<T>> {
    let swish = |lower, upper, steepness| Activation::BoundedSwish {
        lower: T::of(lower),
        upper: T::of(upper),
        steepness: T::of(steepness),
    };
    vec![
        Activation::Identity,
        Activation::Relu,
        Activation::LeakyRelu(T::of(0.125)),
        Activation::Relu6,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Softplus,
        Activation::Silu,
        Activation::Gelu,
        Activation::GeluTanh,
        Activation::Elu(T::ONE),
        Activation::Elu(T::of(1.75)),
        Activation::Exp,
        Activation::Sin,
        Activation::HardSigmoid,
        Activation::HardSigmoidKeras2,
        Activation::HardSwish,
        swish(1.0, 2.0, 1.0),
        swish(0.0, 4.0, 2.0),
        swish(0.25, 0.25, -3.0),
    ]
}

/// Points of all sizes that f32 has, dense where the functions bend, both signs and both zeros.
fn points() -> Vec<f32> {
    let mut sizes = vec![0.0f32, f32::MAX, f32::from_bits(1), f32::MIN_POSITIVE];
    sizes.extend((0..12000).map(|i| i as f32 * 0.009_973));
    let mut random = common::Random::new(1);
    sizes.extend((0..20000).map(|_| f32::from_bits(random.below(0x7f80_0000) as u32)));
    sizes.iter().flat_map(|&s| [s, -s]).collect()
}

/// The worst distance of f32 from f64 in ulp: value, derivative, divided difference.
///
/// Value and derivative of a gated function are `gate + s gate'`, with a true zero and, far left, a
/// gate of few bits: there the ulp is the one of the terms.
fn worst(narrow: Activation<f32>, wide: Activation<f64>) -> [f64; 3] {
    let mut worst = [0.0f64; 3];
    let normal = matches!(wide, Activation::Gelu | Activation::GeluTanh);
    let gated = normal || matches!(wide, Activation::Silu | Activation::BoundedSwish { .. });
    for s in points() {
        let z = f64::from(s);
        let got = [narrow.value(s), narrow.derivative(s), narrow.divided(s)];
        let exact = [wide.value(z), wide.derivative(z), wide.divided(z)];
        let terms = if gated {
            z.abs() * common::spacing::<f32>(exact[2])
        } else {
            0.0
        };
        for ((g, e), w) in got.iter().zip(exact).zip(&mut worst) {
            assert!(
                !g.is_nan() && !e.is_nan(),
                "{wide:?} at {s}: {got:?} {exact:?}"
            );
            // In the left tail of both GELUs the rounding of s^2 counts: right to an absolute error.
            if !(normal && (f64::from(*g) - e).abs() <= 2e-7) {
                let spacing = common::spacing::<f32>(e);
                *w = w.max(ulps(*g, e) * (spacing / (spacing + terms)));
            }
        }
    }
    worst
}

#[test]
fn f32_is_f64_to_a_few_ulp_over_the_whole_range() {
    for (narrow, wide) in every::<f32>().into_iter().zip(every::<f64>()) {
        let ulp = worst(narrow, wide);
        println!("{wide:?}: {ulp:?}");
        assert!(ulp.iter().all(|&u| u <= 4.0), "{wide:?}: {ulp:?}");
    }
}

/// Checks values against known ones, in ulp of f32.
fn holds(pairs: &[(f32, f64)], bound: f64) {
    for &(got, exact) in pairs {
        assert!(ulps(got, exact) <= bound, "{got:e} for {exact:e}");
    }
}

#[test]
fn divided_differences_do_not_cancel() {
    let (sigmoid, softplus) = (Activation::<f32>::Sigmoid, Activation::<f32>::Softplus);
    for s in [0.0, -0.0, 1e-45, 1e-7, -1e-7] {
        holds(&[(sigmoid.divided(s), 0.25)], 4.0);
    }
    holds(
        &[
            (sigmoid.divided(1.0), 0.231_058_578_630_004_9),
            (sigmoid.divided(-100.0), 0.005),
            (softplus.divided(0.0), 0.5),
            (softplus.divided(1e-4), 0.500_012_5),
            (softplus.divided(-1e-4), 0.499_987_5),
            (softplus.divided(100.0), 0.993_068_528_194_400_6),
            (Activation::Tanh.divided(0.01), 0.999_966_667_98),
            (Activation::Tanh.divided(45.0), 1.0 / 45.0),
            (Activation::Gelu.divided(0.1), 0.539_827_837_87),
            (Activation::Silu.divided(1.0), 0.731_058_578_630_004_9),
        ],
        4.0,
    );
}

#[test]
fn divided_differences_overflow_no_sooner_than_they_must() {
    // exp(s) overflows from 88.73 on, exp(s) / s only from 93.26 on.
    for s in [88.0f32, 89.0, 92.0, 93.0] {
        let exact = f64::from(s).exp_m1() / f64::from(s);
        holds(&[(Activation::Exp.divided(s), exact)], 8.0);
    }
    assert!(Activation::Exp.divided(93.5f32).is_infinite());
    assert!(Activation::Exp.divided(715.0f64).is_finite());
    holds(
        &[(
            Activation::Exp.divided(-f32::MAX),
            1.0 / f64::from(f32::MAX),
        )],
        1.0,
    );
    for s in [f32::MAX, f32::MIN] {
        let size = f64::from(f32::MAX);
        holds(&[(Activation::Sigmoid.divided(s), 0.5 / size)], 1.0);
        holds(&[(Activation::Tanh.divided(s), 1.0 / size)], 1.0);
        holds(&[(Activation::HardSigmoid.divided(s), 0.5 / size)], 1.0);
    }
    assert_eq!(Activation::Softplus.divided(f32::MAX), 1.0);
}

#[test]
fn logistic_functions_keep_their_tails() {
    let softplus = |s: f32| Activation::Softplus.value(s);
    holds(
        &[
            (softplus(-103.0), f64::from(f32::from_bits(1))),
            (softplus(-50.0), 1.928_749_847_963_917_8e-22),
            (softplus(-17.0), 4.139_937_629_e-8),
            (softplus(0.0), std::f64::consts::LN_2),
            (softplus(20.0), 20.000_000_002),
            (softplus(89.0), 89.0),
            (softplus(1e10), 1e10),
        ],
        4.0,
    );
    let sigmoid = |s: f32| Activation::Sigmoid.value(s);
    let slope = |s: f32| Activation::Sigmoid.derivative(s);
    let tail = 8.194_012_623_990_516e-40;
    holds(&[(sigmoid(-90.0), tail), (slope(-90.0), tail)], 1.0);
    holds(&[(sigmoid(20.0), 1.0), (slope(20.0), 2.061_153_6e-9)], 4.0);
    // The complement of a probability near 1 is the sigmoid of the other sign.
    holds(&[(sigmoid(-20.0), 2.061_153_6e-9)], 4.0);
    assert_eq!([sigmoid(-1662.0), slope(-1662.0), slope(1662.0)], [0.0; 3]);
    assert_eq!(sigmoid(1662.0), 1.0);
}

#[test]
fn both_gelus_stay_finite() {
    for gelu in [Activation::<f32>::Gelu, Activation::GeluTanh] {
        for s in [10.5f32, 11.0, 40.0, 1e10, 1e13, 1e20, f32::MAX] {
            assert_eq!(
                [gelu.value(s), gelu.derivative(s), gelu.divided(s)],
                [s, 1.0, 1.0]
            );
        }
        for s in [1e10f32, 1e13, 1e20, f32::MAX] {
            assert_eq!(
                [gelu.value(-s), gelu.derivative(-s), gelu.divided(-s)],
                [0.0; 3]
            );
        }
        assert!(gelu.divided(-13.24) < 1e-6);
    }
    let left = Activation::Gelu.value(-13.24f32);
    assert!((f64::from(left) + 3.4125e-39).abs() < 4e-42, "{left:e}");
    assert_eq!(Activation::GeluTanh.value(-13.24f32), 0.0);
    // The two forms differ by less than 5e-4 everywhere.
    for i in -600..600 {
        let s = f64::from(i) * 0.01;
        assert!((Activation::Gelu.value(s) - Activation::GeluTanh.value(s)).abs() < 5e-4);
    }
}

#[test]
fn relu_takes_the_left_derivative_and_positive_zero() {
    let relu = Activation::<f32>::Relu;
    let least = f32::from_bits(1);
    let quotients = [3.0, least, 0.0, -0.0, -3.0].map(|s| relu.divided(s));
    assert_eq!(quotients, [1.0, 1.0, 0.0, 0.0, 0.0]);
    let slopes = [3.0, least, 0.0, -0.0, -3.0].map(|s| relu.derivative(s));
    assert_eq!(slopes, [1.0, 1.0, 0.0, 0.0, 0.0]);
    assert_eq!(relu.value(least), least);
    let flat = [
        relu,
        Activation::Relu6,
        Activation::HardSwish,
        Activation::HardSigmoid,
    ];
    for phi in flat {
        assert_eq!(phi.value(-5.0).to_bits(), 0, "{phi:?}");
    }
    for phi in [
        relu,
        Activation::Relu6,
        Activation::LeakyRelu(0.5),
        Activation::Elu(1.0),
    ] {
        assert_eq!(phi.value(-0.0).to_bits(), 0, "{phi:?}");
    }
    assert!(
        every::<f32>()
            .iter()
            .all(|phi| phi.value(f32::NAN).is_nan())
    );
}

#[test]
fn derivatives_at_breaks_come_from_the_left() {
    let broken = |phi: &Activation<f64>| phi.breaks()[0].is_some();
    let shapes: Vec<_> = every::<f64>().into_iter().filter(broken).collect();
    assert_eq!(shapes.len(), 7);
    for phi in shapes {
        for s in phi.breaks().into_iter().flatten() {
            // One side's slope and the other's, by differences within the straight or smooth piece.
            let h = 1e-6;
            let left = (phi.value(s) - phi.value(s - h)) / h;
            let right = (phi.value(s + h) - phi.value(s)) / h;
            assert!((phi.derivative(s) - left).abs() < 1e-5, "{phi:?} at {s}");
            assert!((left - right).abs() > 0.1, "{phi:?} has no break at {s}");
        }
    }
    assert_eq!(Activation::LeakyRelu(1.0f32).breaks(), [None, None]);
    assert_eq!(Activation::Elu(1.0f32).breaks(), [None, None]);
    assert_eq!(Activation::Relu6.breaks(), [Some(0.0f32), Some(6.0)]);
}

#[test]
fn piecewise_functions_follow_their_definitions() {
    for i in -80..=80 {
        let s = f64::from(i) * 0.125;
        let relu6 = |s: f64| s.clamp(0.0, 6.0);
        let near = |got: f64, exact: f64| assert!((got - exact).abs() < 1e-15, "{got} {exact} {s}");
        near(Activation::Relu6.value(s), relu6(s));
        near(Activation::HardSigmoid.value(s), relu6(s + 3.0) / 6.0);
        near(
            Activation::HardSigmoidKeras2.value(s),
            (0.2 * s + 0.5).clamp(0.0, 1.0),
        );
        near(Activation::HardSwish.value(s), s * relu6(s + 3.0) / 6.0);
        near(Activation::LeakyRelu(0.125).value(s), s.max(0.125 * s));
        let elu = if s > 0.0 { s } else { 1.75 * s.exp_m1() };
        near(Activation::Elu(1.75).value(s), elu);
    }
}

#[test]
fn parameters_out_of_range_are_invalid() {
    assert!(every::<f32>().iter().all(|phi| phi.is_valid()));
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert!(!Activation::LeakyRelu(bad).is_valid());
        assert!(!Activation::Elu(bad).is_valid());
        for place in 0..3 {
            let mut parameters = [1.0, 2.0, 1.0];
            parameters[place] = bad;
            let [lower, upper, steepness] = parameters;
            assert!(
                !Activation::BoundedSwish {
                    lower,
                    upper,
                    steepness
                }
                .is_valid()
            );
        }
    }
    let swish = |lower, upper| Activation::BoundedSwish {
        lower,
        upper,
        steepness: 1.0f32,
    };
    assert!(!swish(-1.0, 2.0).is_valid());
    assert!(!swish(2.0, 1.0).is_valid());
    assert!(swish(0.0, 0.0).is_valid());
}

#[test]
fn only_homogeneous_functions_say_so() {
    for phi in every::<f64>() {
        let scales = [-3.0, -0.5, 0.5, 3.0]
            .iter()
            .all(|&s| phi.value(4.0 * s) == 4.0 * phi.value(s));
        let linear = matches!(phi, Activation::BoundedSwish { lower, upper, .. } if lower == upper);
        assert_eq!(phi.is_homogeneous(), scales && !linear, "{phi:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_divided_difference_times_s_is_the_rise(s in -40.0..40.0f64) {
        for phi in every::<f64>() {
            let (end, start) = (phi.value(s), phi.value(0.0));
            let bound = 16.0 * f64::EPSILON * (end.abs() + start.abs());
            prop_assert!((phi.divided(s) * s - (end - start)).abs() <= bound, "{phi:?} at {s}");
        }
    }

    #[test]
    fn the_derivative_is_the_slope(s in -12.0..12.0f64) {
        let h = 1e-5;
        for phi in every::<f64>() {
            if phi.breaks().into_iter().flatten().any(|at| (s - at).abs() < 2.0 * h) {
                continue;
            }
            let (high, low) = (phi.value(s + h), phi.value(s - h));
            let slope = (high - low) / (2.0 * h);
            let bound = 1e-9 * (1.0 + phi.value(s).abs()) + 1e-10 * high.abs();
            prop_assert!((phi.derivative(s) - slope).abs() <= bound, "{phi:?} at {s}");
        }
    }

    #[test]
    fn the_bounded_swish_keeps_its_bounds(s in -1e3..1e3f64, lower in 0.0..4.0f64, more in 0.0..4.0f64, steepness in -5.0..5.0f64) {
        let upper = lower + more;
        let square = Activation::BoundedSwish { lower, upper, steepness }.divided(s).powi(2);
        prop_assert!(square >= lower * (1.0 - 1e-14) && square <= upper * (1.0 + 1e-14));
    }
}
