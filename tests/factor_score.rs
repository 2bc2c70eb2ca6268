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

/// Two rows at once: the bits of one at a time, whatever the factor.
fn pairs<T: Scalar>() {
    let mut state = 9u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        T::of(f64::from(state >> 8) / 8_388_608.0 - 1.0)
    };
    for order in [1, 2, 3, 4, 5, 7, 8, 9, 20, 21] {
        for (ridge, half_life, dependent) in [
            (0.0, 0, false),
            (1e-3, 0, false),
            (1e-3, 30, true),
            (0.0, 0, true),
        ] {
            let mut row = || -> Vec<T> {
                let mut row: Vec<T> = (0..order).map(|_| next()).collect();
                if dependent && order > 2 {
                    row[1] = row[0] + row[0];
                }
                row
            };
            let rows: Vec<Vec<T>> = (0..3 * order + 2).map(|_| row()).collect();
            let (mut factor, _) = factor(&rows, T::of(ridge));
            factor.set_half_life(half_life).unwrap();
            for row in &rows[..5] {
                factor.observe(row, T::ONE).unwrap();
            }
            for pivot in [false, true] {
                if pivot {
                    factor.pivot().unwrap();
                }
                let mut scratch = vec![T::ZERO; 2 * order];
                for two in rows.chunks_exact(2) {
                    let both = factor.score_pair([&two[0], &two[1]], &mut scratch);
                    let one = factor.score(&two[0], &mut scratch);
                    let other = factor.score(&two[1], &mut scratch);
                    match both {
                        Ok([a, b]) => assert_eq!((Ok(a), Ok(b)), (one, other)),
                        Err(error) => assert_eq!(Err(error), one.and(other)),
                    }
                }
                let short = factor.score_pair([&rows[0], &rows[1]], &mut scratch[1..]);
                assert_eq!(short, Err(Error::Length("scratch")));
                let uneven = factor.score_pair([&rows[0], &rows[1][1..]], &mut scratch);
                assert_eq!(uneven, Err(Error::Length("row")));
            }
        }
    }
    let rows = vec![vec![T::ONE, T::ZERO], vec![T::ZERO, T::ONE]];
    let (factor, _) = factor(&rows, T::ZERO);
    let bad = [T::ONE, T::of(f64::NAN)];
    let mut scratch = [T::ZERO; 4];
    let scored = factor.score_pair([&rows[0], &bad], &mut scratch);
    assert_eq!(scored, Err(Error::NotFinite("row")));
}

#[test]
fn pairs_equal_single_rows() {
    pairs::<f32>();
    pairs::<f64>();
}
