//! `gleaner diagnose` against exact values, on a network that is a linear model, and its refusals.

mod common;

use common::*;

/// The golden cases as csv: the constant left out, y last.
fn cases() -> Vec<(String, serde_json::Value)> {
    let golden = golden("diagnostics.json");
    let list = golden["cases"].as_array().unwrap();
    list.iter()
        .map(|case| {
            let rows: Vec<Vec<f64>> = case["rows"]
                .as_array()
                .unwrap()
                .iter()
                .zip(numbers(&case["y"]))
                .map(|(row, y)| numbers(row)[1..].iter().copied().chain([y]).collect())
                .collect();
            (csv(&rows), case.clone())
        })
        .collect()
}

fn check(printed: &str, case: &serde_json::Value) {
    let rows = cells(printed);
    assert_eq!(rows.len(), numbers(&case["y"]).len());
    let names = [
        "leverage",
        "residual",
        "leave_one_out_residual",
        "studentised_internal",
        "studentised_external",
        "cooks_distance",
        "dffits",
    ];
    for (i, row) in rows.iter().enumerate() {
        for (name, cell) in names.iter().zip(&row[1..]) {
            let want = &case[*name][i];
            if want.is_null() {
                assert_eq!(cell, "", "{name} of row {i}");
                assert!(row[8].contains("undefined"));
                continue;
            }
            let (got, want): (f64, f64) = (cell.parse().unwrap(), number(want));
            assert!(
                (got - want).abs() <= 1e-8 * want.abs().max(1.0),
                "{name}: {got} {want}"
            );
        }
    }
}

#[test]
fn figures_are_those_of_the_golden_file() {
    let directory = directory("diagnose");
    for (index, (text, case)) in cases().into_iter().enumerate() {
        let data = file(&directory, &format!("case{index}.csv"), &text);
        check(&run(&["diagnose", "--data", &data]), &case);
        // A neuron without an activation, wherever it stands, is the same model one Gauss-Newton step away.
        let inputs = numbers(&case["rows"][0]).len() - 1;
        let theta = vec!["0.5"; inputs + 1].join(",");
        let net = format!(
            "{{\"layers\": [{{\"inputs\": {inputs}, \"outputs\": 1, \"bias\": true, \"activation\": \"identity\"}}], \
             \"theta\": [{theta}]}}"
        );
        let net = file(&directory, &format!("net{index}.json"), &net);
        let output = gleaner(&["diagnose", "--data", &data, "--net", &net]);
        assert!(stderr(&output).contains("no minimum"));
        check(&stdout(&output), &case);
    }
}

#[test]
fn odd_rows_are_flagged() {
    // A line with a row far out that fits, and one near that does not.
    let mut rows: Vec<Vec<f64>> = (0..30)
        .map(|i| {
            let x = f64::from(i) / 10.0;
            vec![x, 2.0 * x + if i % 2 == 0 { 0.01 } else { -0.01 }]
        })
        .collect();
    rows.push(vec![30.0, 60.0]);
    rows[12][1] += 1.0;
    let directory = directory("diagnose");
    let data = file(&directory, "odd.csv", &csv(&rows));
    let printed = run(&["diagnose", "--data", &data]);
    let flags: Vec<String> = cells(&printed).iter().map(|row| row[8].clone()).collect();
    assert!(flags[30].starts_with("leverage"), "{}", flags[30]);
    assert!(flags[12].contains("residual") && !flags[12].contains("leverage"));
    assert_eq!(
        flags
            .iter()
            .filter(|flag| flag.contains("residual"))
            .count(),
        1
    );
}

#[test]
fn what_cannot_be_diagnosed() {
    let directory = directory("diagnose");
    let one = file(&directory, "one.csv", "1\n2\n3\n");
    assert!(fail(&["diagnose", "--data", &one], 1).contains("at least 2 columns"));
    let few = file(&directory, "few.csv", "1,2\n2,3\n");
    assert!(fail(&["diagnose", "--data", &few], 1).contains("more rows are needed"));
    let net = file(
        &directory,
        "two.json",
        "{\"layers\": [{\"inputs\": 1, \"outputs\": 2, \"bias\": false, \"activation\": \"identity\"}], \"theta\": [1, 2]}",
    );
    assert!(fail(&["diagnose", "--data", &few, "--net", &net], 1).contains("expects 1"));
}
