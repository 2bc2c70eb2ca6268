//! The C face from C: languages, symbols, sizes, the border.

mod support;

use std::collections::BTreeSet;
use std::process::Command;
use support::{Program, SANITIZERS, library, succeeded};

const HEADER: &str = include_str!("../../include/gleaner.h");

/// A test in C, in both precisions, with and without sanitizers.
#[track_caller]
fn both(name: &str) {
    for (precision, define) in [("f32", "-DSINGLE"), ("f64", "-DDOUBLE")] {
        for (how, flags) in [("plain", &["-O2"][..]), ("sanitized", &SANITIZERS)] {
            let printed = Program::new(&format!("{name}_{precision}_{how}"))
                .args(&["-std=c99", define])
                .args(flags)
                .source(&format!("tests/c/{name}.c"))
                .run();
            assert_eq!(printed.trim(), name);
        }
    }
}

#[test]
fn header_in_two_files_as_c99_c11_and_cpp17() {
    for standard in ["c99", "c11", "c++17"] {
        let program = Program::new(&format!("two_{}", standard.replace('+', "p")));
        let program = if standard == "c++17" {
            program.cpp()
        } else {
            program
        };
        let printed = program
            .args(&[&format!("-std={standard}")])
            .source("tests/c/two.c")
            .source("tests/c/other.c")
            .run();
        assert_eq!(printed, format!("{} 18\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn exported_symbols_are_the_declared_functions() {
    let output = Command::new("nm")
        .args(["-g", "--defined-only"])
        .arg(library())
        .output();
    let symbols = succeeded("nm", output.expect("nm runs"));
    let exported: BTreeSet<&str> = symbols
        .lines()
        .filter_map(|line| line.split_once(" T ").map(|(_, name)| name))
        .filter(|name| name.starts_with("gleaner_"))
        .collect();
    let declared: BTreeSet<&str> = HEADER
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#']) && !line.starts_with("typedef"))
        .filter_map(|line| line.split_once('('))
        .filter_map(|(start, _)| start.rsplit([' ', '*']).next())
        .collect();
    assert_eq!(exported, declared);
    assert!(declared.len() > 100, "{}", declared.len());
}

#[test]
fn sanitizers_are_on() {
    for (flaw, report) in [("READ", "AddressSanitizer"), ("SHIFT", "runtime error")] {
        let program = Program::new(&format!("flaw_{flaw}"))
            .args(&["-std=c99", &format!("-DFLAW_{flaw}")])
            .args(&SANITIZERS)
            .source("tests/c/flaw.c")
            .build();
        let output = Command::new(program).output().expect("the program starts");
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && printed.contains(report),
            "{printed}"
        );
    }
}

#[test]
fn bad_input_at_the_border() {
    both("border");
}

#[test]
fn lengths_of_macros_and_functions() {
    both("sizes");
}

#[test]
fn wrong_models_are_found() {
    both("wrong_model");
}

#[test]
fn outputs_sketches_and_own_models() {
    both("networks");
}

#[test]
fn merged_samples_and_streams_that_change() {
    both("fleet");
}

#[test]
fn every_other_object() {
    both("objects");
}

#[test]
fn every_other_sampler_and_score() {
    both("samplers");
}

#[test]
fn spread_samples() {
    both("spread");
}

#[test]
fn calibrated_weights() {
    both("calibrate");
}

#[test]
fn snapshots() {
    both("snapshot");
}

#[test]
fn stores() {
    both("store");
    both("store_rebase");
}

#[test]
fn diagnostics_quantiles_and_explanations() {
    both("diagnose");
}
