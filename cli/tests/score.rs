//! `gleaner score` against exact values and against bad input.

mod common;

use common::*;
/// Tolerance of a golden row relative to its norm: closed form and quadrature.
fn row_tolerance(family: &str, scalar: &str, form: &str) -> f64 {
    match (scalar, form) {
        ("f64", "exact") => 1e-13,
        ("f64", _) if family.contains("saturated") => 1e-7,
        ("f64", _) => 1e-9,
        (_, "exact") => 2e-6,
        _ => 2e-5,
    }
}

#[test]
fn rows_are_the_golden_ones() {
    let directory = directory("golden_rows");
    let cases = golden("adjoint.json")["cases"].as_array().unwrap().clone();
    assert!(cases.len() > 40);
    for (i, case) in cases.iter().enumerate() {
        let net = serde_json::json!({"layers": case["layers"], "theta": case["theta"]});
        let net = file(&directory, &format!("{i}.json"), &net.to_string());
        let x = file(
            &directory,
            &format!("{i}.csv"),
            &csv(&[numbers(&case["x"])]),
        );
        for scalar in ["f64", "f32"] {
            let printed = run(&[
                "score", "--net", &net, "--data", &x, "--emit", "rows", "--nodes", "32",
                "--scalar", scalar,
            ]);
            let exact = numbers(&case["adjoint"]);
            let header = printed.lines().next().unwrap();
            assert!(header.starts_with("index,a_0,"));
            assert!(header.ends_with(&format!(",a_{},f0,form,completeness", exact.len() - 1)));
            let cells = &cells(&printed)[0];
            assert_eq!(cells.len(), exact.len() + 4);
            let found: Vec<f64> = cells[1..=exact.len()]
                .iter()
                .map(|c| c.parse().unwrap())
                .collect();
            let norm = exact.iter().map(|a| a * a).sum::<f64>().sqrt();
            let within = row_tolerance(
                case["family"].as_str().unwrap(),
                scalar,
                &cells[exact.len() + 2],
            );
            assert!(
                apart(&found, &exact) <= within * norm,
                "case {i} {} {scalar}",
                case["family"]
            );
            let f0: f64 = cells[exact.len() + 1].parse().unwrap();
            assert!((f0 - number(&case["value_at_zero"])).abs() <= 1e-7);
        }
    }
}

#[test]
fn leverages_are_the_golden_ones() {
    let directory = directory("golden_leverage");
    for case in golden("leverage.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let rows: Vec<Vec<f64>> = case["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(numbers)
            .collect();
        let path = file(&directory, &format!("{name}.csv"), &csv(&rows));
        let ridge = format!("{:e}", number(&case["ridge"]));
        for (scalar, within, online_within) in [
            ("f64", 1e-11, 1e-13),
            (
                "f32",
                if name.contains("vandermonde") {
                    2e-4
                } else {
                    1e-5
                },
                1e-6,
            ),
        ] {
            let printed = run(&[
                "score", "--rows", &path, "--ridge", &ridge, "--scalar", scalar,
            ]);
            assert_eq!(
                printed.lines().next(),
                Some("index,norm,leverage,ridge,online,novelty")
            );
            for (index, key, within) in [
                (2, "leverage", within),
                (3, "ridge_leverage", within),
                (4, "online_ridge_leverage", online_within),
            ] {
                let apart = apart(&column(&printed, index), &numbers(&case[key]));
                assert!(apart <= within, "{name} {scalar} {key}: {apart:e}");
            }
            assert!(column(&printed, 5).iter().all(|n| (0.0..=1.0).contains(n)));
            for (norm, row) in column(&printed, 1).iter().zip(&rows) {
                let exact: f64 = row.iter().map(|x| x * x).sum();
                assert!((norm - exact).abs() <= 1e-6 * exact);
            }
        }
    }
}

#[test]
fn nist_designs_are_right_or_refused_loudly() {
    let directory = directory("nist");
    for set in golden("nist_linear.json")["sets"].as_array().unwrap() {
        let name = set["name"].as_str().unwrap();
        let rows: Vec<Vec<f64>> = set["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(numbers)
            .collect();
        let path = file(&directory, &format!("{name}.csv"), &csv(&rows));
        let exact = numbers(&set["leverage"]);
        let f64_within = match name {
            "longley" => 1e-10,
            "filip" => 1e-5,
            n if n.starts_with("wampler") => 1e-11,
            _ => 1e-14,
        };
        let found = column(&run(&["score", "--rows", &path, "--ridge", "0"]), 2);
        assert!(apart(&found, &exact) <= f64_within, "{name}");
        let single = gleaner(&["score", "--rows", &path, "--ridge", "0", "--scalar", "f32"]);
        let found = column(&stdout(&single), 2);
        if name == "filip" {
            assert!(
                stderr(&single).contains("ILL-CONDITIONED"),
                "{}",
                stderr(&single)
            );
            assert!(found.iter().all(|tau| tau.is_nan()));
        } else {
            let f32_within = match name {
                "longley" => 2e-3,
                n if n.starts_with("wampler") => 1e-4,
                _ => 1e-6,
            };
            assert!(apart(&found, &exact) <= f32_within, "{name}");
            assert!(
                !stderr(&single).contains("ILL-CONDITIONED"),
                "{name}: {}",
                stderr(&single)
            );
        }
    }
}

#[test]
fn dependent_columns_are_named() {
    let directory = directory("dependent");
    let path = file(&directory, "rows.csv", "1,2\n2,4\n3,6\n4,8\n");
    for scalar in ["f32", "f64"] {
        let output = gleaner(&["score", "--rows", &path, "--ridge", "0", "--scalar", scalar]);
        let shares: Vec<f64> = [1.0, 4.0, 9.0, 16.0]
            .iter()
            .map(|square| square / 30.0)
            .collect();
        assert!(apart(&column(&stdout(&output), 2), &shares) < 1e-6);
        assert!(
            stderr(&output).contains("RANK-DEFICIENT"),
            "{}",
            stderr(&output)
        );
    }
    let printed = run(&["score", "--rows", &path, "--ridge", "1"]);
    let shares: Vec<f64> = [5.0, 20.0, 45.0, 80.0]
        .iter()
        .map(|square| square / 151.0)
        .collect();
    assert!(apart(&column(&printed, 3), &shares) < 1e-14);
}

#[test]
fn novelty_is_against_the_rows_before() {
    let directory = directory("novelty");
    let path = file(&directory, "rows.csv", "1,0\n2,0\n0,3\n1,1\n");
    for ridge in ["0", "1e-6"] {
        let novelty = column(&run(&["score", "--rows", &path, "--ridge", ridge]), 5);
        assert!(apart(&novelty, &[1.0, 0.0, 1.0, 0.0]) < 1e-5, "{novelty:?}");
    }
}

const NET: &str = r#"{"layers": [{"inputs": 2, "outputs": 2, "bias": true, "activation": "relu"},
    {"inputs": 2, "outputs": 1, "bias": false, "activation": "identity"}],
    "theta": [1, 0.5, -0.25, 1, 0.125, 0, 2, -1]}"#;

#[test]
fn objectives_take_their_label_from_the_last_column() {
    let directory = directory("objectives");
    let net = file(&directory, "net.json", NET);
    let plain = file(&directory, "plain.csv", "a,b\n1,2\n-1,0.5\n");
    let labelled = file(&directory, "labelled.csv", "1,2,1\n-1,0.5,0\n");
    let prediction = run(&["score", "--net", &net, "--data", &plain, "--emit", "rows"]);
    assert!(
        cells(&prediction)
            .iter()
            .all(|cells| cells[cells.len() - 2] == "exact")
    );
    let residual = run(&[
        "score",
        "--net",
        &net,
        "--data",
        &labelled,
        "--emit",
        "rows",
        "--objective",
        "residual",
    ]);
    // The residual's row differs in f(0) alone: it is -y.
    assert_eq!(column(&residual, 9), [-1.0, 0.0]);
    assert_eq!(column(&prediction, 1), column(&residual, 1));
    let logistic = run(&[
        "score",
        "--net",
        &net,
        "--data",
        &labelled,
        "--emit",
        "rows",
        "--objective",
        "logistic",
    ]);
    let at_zero = 2.0f64.ln().sqrt();
    assert!(apart(&column(&logistic, 9), &[at_zero, at_zero]) < 1e-15);
}

#[test]
fn a_second_sigmoid_is_warned_of_and_taken_literally() {
    let directory = directory("sigmoid");
    let net = file(&directory, "net.json", &NET.replace("identity", "sigmoid"));
    let data = file(&directory, "data.csv", "1,2,1\n");
    let output = gleaner(&[
        "score",
        "--net",
        &net,
        "--data",
        &data,
        "--objective",
        "logistic",
        "--emit",
        "rows",
    ]);
    assert!(output.status.success() && stderr(&output).contains("sigmoid"));
    // At theta = 0 the sigmoid gives 1/2, which the loss takes for a logit.
    let at_zero = ((-0.5f64).exp().ln_1p()).sqrt();
    assert!((column(&stdout(&output), 9)[0] - at_zero).abs() < 1e-14);
}

/// Exit status and a sentence that names the place.
fn refused(arguments: &[&str], status: i32, parts: &[&str]) {
    let output = gleaner(arguments);
    assert_eq!(
        output.status.code(),
        Some(status),
        "{arguments:?}: {}",
        stderr(&output)
    );
    assert!(stdout(&output).is_empty());
    for part in parts {
        assert!(
            stderr(&output).contains(part),
            "{part:?} is not in: {}",
            stderr(&output)
        );
    }
}

#[test]
fn bad_input_is_refused_with_its_place() {
    let directory = directory("refused");
    let net = file(&directory, "net.json", NET);
    let good = file(&directory, "good.csv", "1,2\n");
    let data = |name: &str, text: &str| file(&directory, name, text);
    refused(
        &["score", "--rows", "no/such.csv"],
        1,
        &["no/such.csv", "cannot open"],
    );
    refused(
        &["score", "--net", "none.json", "--data", &good],
        1,
        &["none.json"],
    );
    let cell = data("cell.csv", "a,b\n1,2\n3,x\n");
    refused(
        &["score", "--net", &net, "--data", &cell],
        1,
        &["cell.csv", "line 3", "column 2 (b)", "\"x\""],
    );
    let nan = data("nan.csv", "1,2\nnan,3\n");
    refused(
        &["score", "--net", &net, "--data", &nan],
        1,
        &["line 2", "column 1", "finite"],
    );
    let ragged = data("ragged.csv", "1,2\n1,2,3\n");
    refused(
        &["score", "--rows", &ragged],
        1,
        &["line 2", "expected 2 columns", "found 3"],
    );
    let wide = data("wide.csv", "1,2,3,4\n");
    refused(
        &["score", "--net", &net, "--data", &wide],
        1,
        &["expected 2 columns", "found 4"],
    );
    refused(
        &[
            "score",
            "--net",
            &net,
            "--data",
            &good,
            "--objective",
            "residual",
        ],
        1,
        &["expected 3 columns", "label"],
    );
    let label = data("label.csv", "1,2,1\n1,2,3\n");
    refused(
        &[
            "score",
            "--net",
            &net,
            "--data",
            &label,
            "--objective",
            "logistic",
        ],
        1,
        &["line 2", "between 0 and 1"],
    );
    let names = data("names.csv", "a,b\n1,2\n");
    refused(
        &["score", "--rows", &names],
        1,
        &["line 1", "column 1", "\"a\""],
    );
    refused(
        &["score", "--rows", &data("empty.csv", "")],
        1,
        &["at least one line"],
    );
    let far = data("far.csv", "1e300,2\n");
    refused(
        &["score", "--rows", &far, "--scalar", "f32"],
        1,
        &["line 1", "--scalar f64"],
    );
    for (change, part) in [
        (("relu", "rely"), "leaky_relu_<number>"),
        (("[1, 0.5", "[0.5"), "8 parameters"),
        (("[1, 0.5", "[true, 0.5"), "entry 0"),
        (
            (
                "\"inputs\": 2, \"outputs\": 1",
                "\"inputs\": 3, \"outputs\": 1",
            ),
            "layer 1",
        ),
        (("theta", "beta"), "\"theta\""),
    ] {
        let bad = file(&directory, "bad.json", &NET.replace(change.0, change.1));
        refused(
            &["score", "--net", &bad, "--data", &good],
            1,
            &["bad.json", part],
        );
    }
}

#[test]
fn a_contradicting_command_line_has_status_two() {
    let directory = directory("usage");
    let net = file(&directory, "net.json", NET);
    let good = file(&directory, "good.csv", "1,2\n");
    refused(&["score"], 2, &["--net"]);
    refused(&["score", "--net", &net], 2, &["--data"]);
    refused(&["score", "--rows", &good, "--emit", "rows"], 2, &["--net"]);
    refused(
        &["score", "--net", &net, "--data", &good, "--nodes", "33"],
        2,
        &["33"],
    );
    refused(
        &["score", "--net", &net, "--data", &good, "--nodes", "0"],
        2,
        &["0"],
    );
    refused(&["score", "--rows", &good, "--ridge=-1"], 2, &["0 or more"]);
    refused(
        &["score", "--rows", &good, "--objective", "loss"],
        2,
        &["prediction"],
    );
}

#[test]
fn a_byte_order_mark_hides_no_reading_and_empty_cells_are_no_names() {
    let directory = directory("byte_order_mark");
    let net = r#"{"layers": [{"inputs": 1, "outputs": 1, "bias": false, "activation": "identity"}], "theta": [2.0]}"#;
    let net = file(&directory, "net.json", net);
    for text in ["1\n2\n3\n", "\u{feff}1\n2\n3\n", "\u{feff}name\n1\n2\n3\n"] {
        let data = file(&directory, "x.csv", text);
        let printed = run(&["score", "--net", &net, "--data", &data, "--emit", "rows"]);
        assert_eq!(cells(&printed).len(), 3, "{text:?}: {printed}");
    }
    let net = r#"{"layers": [{"inputs": 2, "outputs": 1, "bias": false, "activation": "identity"}], "theta": [2.0, 1.0]}"#;
    let net = file(&directory, "wide.json", net);
    let data = file(&directory, "x.csv", ",\n1,2\n");
    fail(&["score", "--net", &net, "--data", &data], 1);
    let layers = r#"{"layers": [{"inputs": 18446744073709551615, "outputs": 4294967296, "bias": true, "activation": "relu"}], "theta": []}"#;
    let net = file(&directory, "huge.json", layers);
    let data = file(&directory, "one.csv", "1\n");
    fail(&["score", "--net", &net, "--data", &data], 1);
}
