//! `gleaner evidence` on small sets of its own: resumed, on one thread and two, with files missing.

mod common;

use common::*;
use std::fmt::Write as _;
use std::path::Path;

/// Rows of so many features and a target that bends.
fn table(count: usize, features: usize) -> String {
    let mut text = String::new();
    for i in 0..count {
        let mut bend = 0.3 * (7.7 * i as f64).sin();
        for j in 0..features {
            let x = ((i * (2 * j + 3)) as f64 * 0.37).sin() + ((i + j) as f64 * 1.7).cos();
            // A few rows stand out.
            let x = if (i + j) % 53 == 0 { 6.0 * x } else { x };
            bend += x / (j + 1) as f64;
            write!(text, "{x:.4},").unwrap();
        }
        writeln!(text, "{:.4}", bend + 0.2 * bend.abs()).unwrap();
    }
    text
}

/// Runs the quick mode; returns the page and the journal's lines, sorted.
fn evidence(data: &Path, out: &Path, options: &[&str]) -> (String, Vec<String>) {
    let (data, directory) = (data.display().to_string(), out.display().to_string());
    let always = [
        "evidence",
        "--parts",
        "regression",
        "--quick",
        "--data-dir",
        &data,
        "--out",
        &directory,
    ];
    run(&[&always, options].concat());
    let page = std::fs::read_to_string(out.join("regression.md")).unwrap();
    let journal = std::fs::read_to_string(out.join("regression.jsonl")).unwrap();
    let mut lines: Vec<String> = journal.lines().map(str::to_string).collect();
    lines.sort();
    (page, lines)
}

fn empty(name: &str) -> std::path::PathBuf {
    let _ = std::fs::remove_dir_all(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
    directory(name)
}

#[test]
fn threads_and_a_torn_line_change_nothing() {
    let data = directory("evidence_data");
    file(&data, "california_housing.csv", &table(150, 8));
    let one = empty("evidence_one");
    let (page, lines) = evidence(&data, &one, &["--seeds", "2", "--threads", "1"]);
    // One set, two swishes, three pilots, two seeds.
    assert_eq!(lines.len(), 12);
    assert!(page.contains("| California | 150 | 8 |"), "{page}");
    assert!(
        page.contains("insurance"),
        "what is missing is named on the page"
    );
    assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
    let picture = std::fs::read_to_string(one.join("regression-california.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("VarOpt"));

    let two = empty("evidence_two");
    let (found, others) = evidence(&data, &two, &["--seeds", "2", "--threads", "2"]);
    assert_eq!((found, others), (page.clone(), lines.clone()));

    // What a kill in the middle of a line leaves.
    let path = two.join("regression.jsonl");
    let journal = std::fs::read_to_string(&path).unwrap();
    let ends: Vec<usize> = journal.match_indices('\n').map(|(end, _)| end).collect();
    std::fs::write(&path, &journal[..ends[4] + 40]).unwrap();
    let (found, others) = evidence(&data, &two, &["--seeds", "2"]);
    assert_eq!((found, others), (page.clone(), lines.clone()));
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept.starts_with(&journal[..=ends[4]]),
        "finished units are not run again"
    );

    // Another line that is torn is no accident.
    std::fs::write(&path, format!("{}\n{}", &journal[..40], &journal[40..])).unwrap();
    let (data, two) = (data.display().to_string(), two.display().to_string());
    let message = fail(
        &[
            "evidence",
            "--parts",
            "regression",
            "--quick",
            "--data-dir",
            &data,
            "--out",
            &two,
        ],
        1,
    );
    assert!(message.contains("regression.jsonl, line 1"), "{message}");
}

#[test]
fn missing_data_is_named() {
    let data = empty("evidence_none");
    let out = empty("evidence_nothing");
    let (given, written) = (data.display().to_string(), out.display().to_string());
    let output = gleaner(&[
        "evidence",
        "--parts",
        "regression",
        "--data-dir",
        &given,
        "--out",
        &written,
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    let page = std::fs::read_to_string(out.join("regression.md")).unwrap();
    for name in ["california_housing", "diamonds", "insurance"] {
        assert!(
            stderr(&output).contains(name) && page.contains(name),
            "{name}"
        );
    }

    let none = data.join("none").display().to_string();
    assert!(fail(&["evidence", "--data-dir", &none], 2).contains("--data-dir"));
    file(&data, "insurance.csv", "1,2,3\n");
    let message = fail(
        &[
            "evidence",
            "--parts",
            "regression",
            "--data-dir",
            &given,
            "--out",
            &written,
        ],
        1,
    );
    assert!(message.contains("expected 9 columns"), "{message}");
}
