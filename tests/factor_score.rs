//! Leverage, ridge leverage, novelty and rank against exact values.

use gleaner::factor::{Factor, factor_len};
use gleaner::{Error, Scalar};
use serde_json::Value;

fn read(name: &str) -> Value {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let number = |v: &Value| {
        v.as_str()
            .map_or_else(|| v.as_f64(), |s| s.parse().ok())
            .unwrap()
    };
    value.as_array().unwrap().iter().map(number).collect()
}

fn matrix<T: Scalar>(value: &Value) -> Vec<Vec<T>> {
    let row = |v: &Value| numbers(v).into_iter().map(T::of).collect();
    value.as_array().unwrap().iter().map(row).collect()
}

fn factor<T: Scalar>(rows: &[Vec<T>], ridge: T) -> (Factor<T, Vec<T>>, Vec<f64>) {
    let order = rows[0].len();
    let mut factor = Factor::new(order, ridge, vec![T::ZERO; factor_len(order)]).unwrap();
    let online = rows
        .iter()
        .map(|row| factor.observe(row, T::ONE).unwrap().wide())
        .collect();
    (factor, online)
}

fn scores<T: Scalar>(factor: &Factor<T, Vec<T>>, rows: &[Vec<T>]) -> Result<Vec<f64>, Error> {
    let mut scratch = vec![T::ZERO; rows[0].len()];
    rows.iter()
        .map(|row| Ok(factor.score(row, &mut scratch)?.leverage.wide()))
        .collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

fn golden<T: Scalar>(absolute: f64, vandermonde: f64, online: f64) {
    for case in read("leverage.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let rows = matrix::<T>(&case["rows"]);
        let within = if name.starts_with("vandermonde") {
            vandermonde
        } else {
            absolute
        };

        let ridge = T::of(case["ridge"].as_f64().unwrap());
        let (with_ridge, free) = factor(&rows, ridge);
        let error = distance(&free, &numbers(&case["online_ridge_leverage"]));
        println!("{name} online {error:e}");
        assert!(error < online, "{name}: online {error:e}");
        let got = scores(&with_ridge, &rows).unwrap();
        let error = distance(&got, &numbers(&case["ridge_leverage"]));
        println!("{name} ridge {error:e}");
        assert!(error < within, "{name}: ridge {error:e}");

        let (mut plain, _) = factor(&rows, T::ZERO);
        let rank = case["rank"].as_u64().unwrap() as usize;
        if rank == rows[0].len() {
            let got = scores(&plain, &rows).unwrap();
            let error = distance(&got, &numbers(&case["leverage"]));
            assert!(error < within, "{name}: unpivoted {error:e}");
        }
        assert_eq!(plain.pivot().unwrap(), rank, "{name}");
        let got = scores(&plain, &rows).unwrap();
        let error = distance(&got, &numbers(&case["leverage"]));
        println!("{name} plain {error:e}");
        assert!(error < within, "{name}: {error:e}");
    }
}

#[test]
fn golden_f64() {
    golden::<f64>(1e-11, 1e-11, 1e-14);
}

#[test]
fn golden_f32() {
    golden::<f32>(1e-5, 2e-4, 1e-6);
}

/// Name, and how far off; `None` where the factor says that columns depend.
fn nist<T: Scalar>() -> Vec<(String, Option<f64>, f64)> {
    let read = read("nist_linear.json");
    let case = |case: &Value| {
        let rows = matrix::<T>(&case["rows"]);
        let (mut factor, _) = factor(&rows, T::ZERO);
        let condition = factor.condition().wide();
        let rank = factor.pivot().unwrap();
        let full = rank == rows[0].len();
        let error = distance(
            &scores(&factor, &rows).unwrap(),
            &numbers(&case["leverage"]),
        );
        let name = case["name"].as_str().unwrap().to_string();
        println!("{name}: rank {rank}, error {error:e}, condition {condition:e}");
        (name, full.then_some(error), condition)
    };
    read["sets"].as_array().unwrap().iter().map(case).collect()
}

#[test]
fn nist_f64() {
    for (name, error, condition) in nist::<f64>() {
        let within = match name.as_str() {
            "norris" | "noint2" => 1e-14,
            "wampler1" | "wampler4" => 1e-11,
            "longley" => 1e-10,
            "filip" => 1e-5,
            other => panic!("no bound for {other}"),
        };
        assert!(error.unwrap() < within, "{name}: {error:?}");
        if name == "filip" {
            assert!(condition > 1e7, "{condition:e}");
        }
    }
}

#[test]
fn nist_f32() {
    for (name, error, condition) in nist::<f32>() {
        match name.as_str() {
            "norris" | "noint2" => assert!(error.unwrap() < 1e-6, "{name}: {error:?}"),
            "wampler1" | "wampler4" => assert!(error.unwrap() < 1e-4, "{name}: {error:?}"),
            "longley" => assert!(error.unwrap() < 2e-3, "{name}: {error:?}"),
            "filip" => {
                assert!(error.is_none(), "filip is beyond f32");
                assert!(condition > 1e5, "{condition:e}");
            }
            other => panic!("no bound for {other}"),
        }
    }
}
