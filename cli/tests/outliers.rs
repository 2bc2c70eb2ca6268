//! `gleaner outliers` on a made set, and its refusals.

mod common;

use common::*;
use std::fmt::Write as _;

/// Numbers between -1 and 1, the same everywhere.
fn numbers_of(seed: u32) -> impl FnMut() -> f64 {
    let mut word = seed;
    move || {
        word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(word >> 8) / f64::from(1 << 23) - 1.0
    }
}

/// Readings near a plane; outliers are as large and off it. The third column is constant.
fn set() -> String {
    let mut draw = numbers_of(7);
    let mut text = String::from("a,b,c,d,target\n");
    for i in 0..240 {
        let odd = i % 24 == 5;
        let (a, b) = (draw(), draw());
        let off = if odd {
            1.5 * draw().signum()
        } else {
            0.05 * draw()
        };
        writeln!(text, "{a},{b},3,{},{}", a - b + off, u8::from(odd)).unwrap();
    }
    text
}

/// The area under the curve and the average precision of each cell of a line.
fn figures(printed: &str, name: &str) -> Vec<(f64, f64)> {
    let line = printed
        .lines()
        .find(|line| line.starts_with(&format!("| {name} |")))
        .unwrap();
    line.split('|')
        .filter_map(|cell| {
            let (area, precision) = cell.split_once('/')?;
            Some((
                area.trim().parse().unwrap(),
                precision.trim().parse().unwrap(),
            ))
        })
        .collect()
}

#[test]
fn readings_off_a_plane_rank_first() {
    let directory = directory("outliers");
    file(&directory, "outliers_plane.csv.gz", &set());
    file(&directory, "other.csv", "1,2\n");
    let path = directory.display().to_string();
    let printed = run(&["outliers", "--data-dir", &path, "--seeds", "2"]);
    assert!(printed.contains("| plane | 240 | 3 | 4.2 % |"), "{printed}");
    let found = figures(&printed, "plane");
    assert_eq!(found, figures(&printed, "mean"));
    assert_eq!(found.len(), 8);
    // Leverage, that against half, and studentised residuals see them all; before the past is known, online does not.
    for way in [0, 1, 3] {
        assert!(
            found[way].0 > 0.99 && found[way].1 > 0.9,
            "{way}: {found:?}"
        );
    }
    for (area, precision) in found {
        assert!((0.5..=1.0).contains(&area) && (0.04..=1.0).contains(&precision));
    }
    let linear = run(&["outliers", "--data-dir", &path, "--seeds", "2", "--linear"]);
    assert_eq!(figures(&linear, "plane"), figures(&printed, "plane")[..4]);
}

#[test]
fn what_is_no_labelled_set() {
    let directory = directory("outliers_refused");
    // What a run before has left.
    let _ = std::fs::remove_file(directory.join("outliers_bad.csv.gz"));
    let path = directory.display().to_string();
    assert!(fail(&["outliers", "--data-dir", &path], 1).contains("no outliers_"));
    for (content, wanted) in [
        ("1,2,0\n2,1,2\n", "line 2: expected 0 or 1"),
        ("1,2,0\n2,1,0\n", "expected outliers and others"),
        ("1,2,0\n1,1,1\n", "2 columns that vary"),
    ] {
        file(&directory, "outliers_bad.csv.gz", content);
        let message = fail(&["outliers", "--data-dir", &path], 1);
        assert!(message.contains(wanted), "{message}");
    }
}
