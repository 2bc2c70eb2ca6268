//! The parts of `gleaner evidence` beside the regression study, quickly, on images of its own and the shipped log.

mod common;

use common::*;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Images a class.
const EACH: usize = 40;
/// The odd one of each class.
const ODD: usize = 17;

/// Ten classes of 4 x 4 images: a bright element where the class says, grey noise, and one that is all dark.
fn images() -> String {
    let mut text = String::new();
    for class in 0..10 {
        for image in 0..EACH {
            for element in 0..16 {
                let noise = ((class * 97 + image * 31 + element * 17) as f64 * 1.3).sin();
                let bright = if element == class { 100.0 } else { 0.0 };
                let value = if image == ODD {
                    if element == 15 - class { 255.0 } else { 0.0 }
                } else {
                    110.0 + bright + 20.0 * noise
                };
                write!(text, "{value:.0},").unwrap();
            }
            writeln!(text, "{class}").unwrap();
        }
    }
    text
}

/// A part's page and what it wrote beside.
fn part(name: &str, data: &Path) -> (String, PathBuf) {
    let out = directory(&format!("evidence_{name}"));
    let _ = std::fs::remove_file(out.join(format!("{name}.jsonl")));
    let (data, directory) = (data.display().to_string(), out.display().to_string());
    run(&[
        "evidence",
        "--quick",
        "--parts",
        name,
        "--data-dir",
        &data,
        "--out",
        &directory,
    ]);
    let page = std::fs::read_to_string(out.join(format!("{name}.md"))).unwrap();
    assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
    (page, out)
}

fn data() -> PathBuf {
    let data = directory("evidence_parts_data");
    file(&data, "notmnist_10x10.csv", &images());
    file(&data, "digits_8x8.csv", &images());
    file(&data, "occupancy_test.csv", &room());
    data
}

/// Some days of a room: warm where somebody is in.
fn room() -> String {
    let mut text = String::new();
    for minute in 0..4200 {
        let (day, noise) = (minute as f64 / 1440.0, (minute as f64 * 1.3).sin());
        let is_in = (day * std::f64::consts::TAU).sin() > 0.4;
        let share = f64::from(u8::from(is_in));
        let (light, co2) = (
            20.0 + 420.0 * share + 15.0 * noise,
            500.0 + 400.0 * share + 60.0 * noise,
        );
        writeln!(
            text,
            "{:.3},{:.3},{light:.1},{co2:.1},0.0045,{share}",
            20.0 + share + 0.3 * noise,
            25.0 + day
        )
        .unwrap();
    }
    text
}

/// The numbers of each unit, by key.
fn journal(out: &Path, name: &str) -> Vec<(String, Vec<f64>)> {
    let text = std::fs::read_to_string(out.join(format!("{name}.jsonl"))).unwrap();
    let line = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        // What is not a number, as null.
        let number = |value: &serde_json::Value| value.as_f64().unwrap_or(f64::NAN);
        let numbers = line["result"].as_array().unwrap().iter().map(number);
        (line["key"].as_str().unwrap().to_string(), numbers.collect())
    };
    text.lines().map(line).collect()
}

#[test]
fn guarantee() {
    let (page, out) = part("guarantee", &data());
    assert!(
        page.contains("Rank 10, largest leverage 1.00. Planned draws: s = 495"),
        "{page}"
    );
    assert!(
        page.contains("0 samples in 50 fail by leverage and 50 by equal chances"),
        "{page}"
    );
    let picture = std::fs::read_to_string(out.join("guarantee.svg")).unwrap();
    assert!(picture.contains("planned draws") && picture.contains("promised"));
}

#[test]
fn sheets() {
    let (page, out) = part("sheets", &data());
    assert!(page.contains("mnist5k_10x10: not found"), "{page}");
    let units = journal(&out, "sheets");
    assert_eq!(units.len(), 10);
    for (key, numbers) in units {
        let class = "ABCDEFGHIJ".find(key.chars().last().unwrap()).unwrap();
        // Highest, median, lowest leverage; then the images, the odd one first.
        assert_eq!(numbers.len(), 3 + 20);
        assert!(numbers[0] > numbers[1] && numbers[1] > numbers[2] && numbers[0] <= 1.0);
        assert_eq!(numbers[3], (class * EACH + ODD) as f64, "{key}");
    }
    let picture = std::fs::read(out.join("sheet_letters_linear.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n"));
}

#[test]
fn images_of_two_classes() {
    let (page, out) = part("images", &data());
    assert!(page.contains("mnist5k_10x10: not found"), "{page}");
    assert!(page.contains("leverage; labels; replacement"), "{page}");
    let units = journal(&out, "images");
    let (key, numbers) = &units[0];
    assert_eq!(key, "letters A and B seed 0");
    // The pilot, everything, 17 methods: loss and share of wrong ones.
    assert_eq!(numbers.len(), 2 * 19);
    // Everything is told apart but for the two odd ones.
    assert!(numbers[2] < 0.3 && numbers[3] <= 0.05, "{numbers:?}");
}

#[test]
fn occupancy() {
    let (page, out) = part("occupancy", &data());
    assert!(page.contains("8143 readings"), "{page}");
    let units = journal(&out, "occupancy");
    let numbers = &units[0].1;
    assert_eq!((units.len(), numbers.len()), (1, 2 * 26));
    assert!(numbers[2] < 0.05, "a fit to everything: {}", numbers[2]);
    assert!(numbers.iter().all(|x| x.is_finite() && *x >= 0.0));
}

#[test]
fn fleet() {
    let (page, out) = part("fleet", &data());
    assert!(
        page.contains("8143 readings") && page.contains("50 devices"),
        "{page}"
    );
    let units = journal(&out, "fleet");
    let numbers = &units[0].1;
    // The pilot, everything, 11 ways: loss and share of wrong ones.
    assert_eq!((units.len(), numbers.len()), (1, 2 * 13));
    assert!(numbers[2] < 0.05, "a fit to everything: {}", numbers[2]);
    assert!(numbers.iter().all(|x| x.is_finite() && *x >= 0.0));
}

#[test]
fn drift() {
    let (page, out) = part("drift", &data());
    assert!(
        page.contains("digits 0 and 1, then 8 and 9") && page.contains("How long a pilot lasts"),
        "{page}"
    );
    let units = journal(&out, "drift");
    assert_eq!(units.len(), 4);
    let (key, numbers) = &units[2];
    assert_eq!(key, "digits 0 and 1, then 8 and 9 seed 0");
    // Of three half-lives: early alarms, readings before, delay, two levels.
    let [_, before, delay, old, new] = numbers[..5] else {
        panic!("{numbers:?}");
    };
    assert_eq!(before, 6000.0);
    assert!(delay <= 200.0 && new > 1.5 * old, "{numbers:?}");
    assert_eq!(numbers.len(), 3 * 5 + 6 + 2);

    let none = directory("evidence_parts_none");
    let (page, _) = part("drift", &none);
    assert!(
        page.contains("occupancy_test: not found") && page.contains("digits_8x8: not found"),
        "{page}"
    );
}

#[test]
fn scorers() {
    let (page, out) = part("scorers", &data());
    assert!(page.contains("## 16-10-1, letters A from B"), "{page}");
    let units = journal(&out, "scorers");
    let of = |what: &str| -> Vec<_> {
        let units = units.iter();
        let of_letters = units.filter(|(key, _)| key.contains("letters"));
        of_letters.filter(|(key, _)| key.contains(what)).collect()
    };
    let pilots = of("labels pilot");
    assert_eq!(pilots.len(), 3);
    for (key, numbers) in pilots {
        // Sums of exact leverages under three ridges, and both ends.
        assert_eq!(numbers.len(), 3 + 2, "{key}");
        assert!(numbers[0] > 0.0 && numbers[0] <= 80.0, "{key} {numbers:?}");
        assert!(
            numbers[1] < numbers[0] && numbers[2] < numbers[1],
            "{key} {numbers:?}"
        );
    }
    for scorer in ["sketch, K = 64", "exact, wide ridge", "labels, exact"] {
        let units = of(&format!("{scorer}, pilot"));
        assert_eq!(units.len(), 3, "{scorer}");
        for (key, numbers) in units {
            // Two correlations, the overlap, correlations under two ridges, a refit.
            assert_eq!(numbers.len(), 3 + 2 + 1, "{key}");
            match scorer {
                "labels, exact" => assert_eq!((numbers[0], numbers[2]), (1.0, 1.0), "{key}"),
                "exact, wide ridge" => assert_eq!(numbers[4], 1.0, "{key}"),
                _ => assert!(numbers[0] > 0.3, "{key} {numbers:?}"),
            }
        }
    }
    let times = of(", time");
    assert_eq!(times.len(), 3 * 7);
    for (key, numbers) in times {
        let forward = numbers[0];
        assert!(forward.is_finite() && forward > 0.0, "{key} {numbers:?}");
        // The factor of the largest network is not made.
        let is_made = !(key.contains("272") && key.contains("exact"));
        assert_eq!(numbers[1].is_finite(), is_made, "{key} {numbers:?}");
    }
    let picture = std::fs::read_to_string(out.join("scorers.svg")).unwrap();
    assert!(picture.contains("16-64-32-1: sketches"));
}
