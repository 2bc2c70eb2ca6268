//! `gleaner simulate` on a small budget: tables, pictures, record, refusals.

mod common;

use common::*;
use std::fmt::Write as _;

/// A smooth field over two inputs, read along a walk; the label is whether it is positive.
fn stream(count: usize) -> String {
    let mut text = String::from("a,b,label\n");
    for i in 0..count {
        let t = i as f64;
        let (a, b) = (
            (0.31 * t).sin() + 0.3 * (2.7 * t).cos(),
            (0.17 * t).cos() - 0.2 * (1.9 * t).sin(),
        );
        writeln!(text, "{a:.4},{b:.4},{}", u8::from(a + b * b > 0.4)).unwrap();
    }
    text
}

#[test]
fn a_small_run_prints_tables_and_leaves_pictures_and_a_record() {
    let directory = directory("simulate");
    let data = file(&directory, "stream.csv", &stream(600));
    let out = directory.join("out").display().to_string();
    let arguments = [
        "simulate", "--data", &data, "--budget", "30,60", "--seeds", "3", "--out", &out,
    ];
    let printed = run(&arguments);
    assert!(printed.contains("600 readings of 2 features"));
    let rows: Vec<Vec<f64>> = printed
        .lines()
        .filter(|line| ["30", "60"].contains(&line.split_whitespace().next().unwrap_or_default()))
        .map(|line| {
            let plain = line.replace(['(', ')'], " ");
            plain
                .split_whitespace()
                .map(|cell| cell.parse().unwrap())
                .collect()
        })
        .collect();
    // Three tables of two budgets: median and 90th percentile of three ways, bytes kept, bytes of the record.
    assert_eq!(rows.len(), 6);
    for row in &rows {
        assert_eq!(row.len(), 9);
        assert!(
            row[1..7].iter().all(|loss| (0.0..50.0).contains(loss)),
            "{row:?}"
        );
        assert!(
            row[5] <= row[1] + 1e-3,
            "nothing beats everything by much: {row:?}"
        );
        assert_eq!(row[7], 8.0 * row[0]);
        assert_eq!(row[8], 64.0 + 32.0 * row[0]);
    }
    for picture in ["scores.svg", "loss.svg"] {
        let text = std::fs::read_to_string(format!("{out}/{picture}")).unwrap();
        assert!(text.starts_with("<svg") && text.contains("</svg>") && text.contains("kept"));
    }
    // One seed, one result, whatever the threads do.
    assert_eq!(printed, run(&arguments));

    // The record holds the readings as they came.
    let bytes = std::fs::read(format!("{out}/kept.gleaner")).unwrap();
    let record = gleaner::record::Reader::new(&bytes).unwrap();
    let header = record.header();
    assert_eq!((header.items, header.seen, header.payload), (30, 600, 8));
    let lines: Vec<String> = stream(600).lines().skip(1).map(str::to_string).collect();
    let mut total = 0.0;
    for item in record.entries() {
        let values = item
            .payload
            .as_chunks()
            .0
            .iter()
            .map(|&b| f32::from_le_bytes(b));
        let reading: Vec<String> = values.map(|x| format!("{x:.4}")).collect();
        assert!(lines[item.sequence as usize].starts_with(&reading.join(",")));
        assert!(item.weight >= 1.0);
        total += item.weight * item.score;
    }
    assert!(
        (total / header.total - 1.0).abs() < 1e-5,
        "{total} of {}",
        header.total
    );
}

#[test]
fn thinning_and_calibration_change_what_is_refitted() {
    let directory = directory("simulate_thin");
    let data = file(&directory, "stream.csv", &stream(400));
    let out = directory.join("out").display().to_string();
    let net = r#"{"layers": [{"inputs": 2, "outputs": 1, "bias": true, "activation": "identity"}], "theta": [0.5, 0.25, -0.1]}"#;
    let net = file(&directory, "net.json", net);
    let with = |more: &[&str]| {
        let common = [
            "simulate",
            "--data",
            &data,
            "--net",
            &net,
            "--budget",
            "40",
            "--seeds",
            "9",
            "--out",
            &out,
            "--objective",
            "residual",
        ];
        let printed = run(&[&common, more].concat());
        let line = printed
            .lines()
            .find(|line| line.starts_with("    40"))
            .unwrap();
        let cells: Vec<f64> = line
            .replace(['(', ')'], " ")
            .split_whitespace()
            .map(|cell| cell.parse().unwrap())
            .collect();
        // Median of what was kept, in excess of that of everything.
        cells[1] - cells[5]
    };
    let plain = with(&["--thin", "1"]);
    let thinned = with(&[]);
    let calibrated = with(&["--calibrate", "curvature"]);
    assert!(
        thinned < plain && calibrated < 0.5 * thinned,
        "{plain} {thinned} {calibrated}"
    );
    assert_ne!(thinned, with(&["--waiting", "1"]));
}

#[test]
fn a_net_of_ones_own_is_the_pilot() {
    let directory = directory("simulate_net");
    let data = file(&directory, "stream.csv", &stream(200));
    let net = r#"{"layers": [{"inputs": 2, "outputs": 1, "bias": true, "activation": "identity"}], "theta": [0.5, 0.25, -0.1]}"#;
    let net = file(&directory, "net.json", net);
    let out = directory.join("out").display().to_string();
    for objective in ["prediction", "residual", "logistic"] {
        let printed = run(&[
            "simulate",
            "--data",
            &data,
            "--net",
            &net,
            "--budget",
            "20",
            "--seeds",
            "2",
            "--objective",
            objective,
            "--out",
            &out,
        ]);
        assert!(printed.contains("your net"), "{printed}");
    }
    let sigmoid = std::fs::read_to_string(&net)
        .unwrap()
        .replace("identity", "sigmoid");
    let sigmoid = file(&directory, "sigmoid.json", &sigmoid);
    let output = gleaner(&[
        "simulate",
        "--data",
        &data,
        "--net",
        &sigmoid,
        "--objective",
        "logistic",
        "--out",
        &out,
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("logit"));
}

#[test]
fn what_cannot_be_simulated_is_refused() {
    let directory = directory("simulate_refused");
    let data = file(&directory, "stream.csv", &stream(50));
    let out = directory.join("out").display().to_string();
    let refused = |arguments: &[&str], status: i32, part: &str| {
        let output = gleaner(&[&["simulate", "--out", &out], arguments].concat());
        assert_eq!(output.status.code(), Some(status), "{}", stderr(&output));
        assert!(
            stderr(&output).contains(part),
            "{part:?} is not in: {}",
            stderr(&output)
        );
    };
    refused(&["--data", &data, "--budget", "51"], 1, "50 readings");
    refused(&["--data", &data, "--budget", "0"], 2, "0");
    refused(&["--uniform", "2"], 2, "--uniform");
    refused(&["--net", &data], 2, "--data");
    let one = file(&directory, "one.csv", "1\n2\n");
    refused(&["--data", &one], 1, "2 columns");
}
