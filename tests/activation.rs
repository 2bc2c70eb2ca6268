//! Activations against exact values, known traps and their own definitions.

mod common;

use common::{activation, cases, golden, number, relative, ulps};
use gleaner::Scalar;
use gleaner::model::Activation;

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
