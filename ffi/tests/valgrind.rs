//! The C programs under valgrind: no step over an end, no read of what nothing has set, nothing allocated. It sees the
//! library's own code too, which the compiler's sanitizers do not.

mod support;

use std::path::Path;
use std::process::{Command, Output};
use support::Program;

/// Exit status for a finding; no program here has it.
const FOUND: i32 = 99;

/// Whether valgrind is here. With `CI=true` it must be.
fn is_here() -> bool {
    if Command::new("valgrind").arg("--version").output().is_ok() {
        return true;
    }
    let demanded = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!demanded, "this test needs the Debian package valgrind");
    eprintln!("SKIPPED: this test needs the Debian package valgrind");
    false
}

fn valgrind(program: &Path) -> Output {
    Command::new("valgrind")
        .arg(format!("--error-exitcode={FOUND}"))
        .args(["--leak-check=full", "--show-leak-kinds=all"])
        .arg("--errors-for-leak-kinds=all")
        .arg(program)
        .output()
        .expect("valgrind runs")
}

fn build(name: &str, how: &str, defines: &[&str]) -> std::path::PathBuf {
    Program::new(&format!("valgrind_{name}_{how}"))
        .args(&["-std=c99", "-O1", "-g"])
        .args(defines)
        .source(&format!("tests/c/{name}.c"))
        .build()
}

/// A test in C, in both precisions, which ends with how often it takes memory itself, where it does.
#[track_caller]
fn both(name: &str) {
    if !is_here() {
        return;
    }
    for (precision, define) in [("f32", "-DSINGLE"), ("f64", "-DDOUBLE")] {
        let output = valgrind(&build(name, precision, &[define]));
        let report = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{report}");
        let printed = String::from_utf8(output.stdout).expect("a text");
        let last = printed.lines().last().expect("a line");
        let rooms = last
            .strip_prefix("heap ")
            .map_or(0, |rooms| rooms.parse().expect("a count"));
        // What a program prints waits in a buffer of the C library's.
        let usage = format!("total heap usage: {} allocs", rooms + 1usize);
        assert!(report.contains(&usage), "no {usage:?} in\n{report}");
    }
}

#[test]
fn valgrind_is_on() {
    if !is_here() {
        return;
    }
    for (flaw, finding) in [
        ("READ", "Invalid read of size 1"),
        ("UNSET", "depends on uninitialised value"),
        ("LEAK", "definitely lost in loss record"),
    ] {
        let output = valgrind(&build("flaw", flaw, &[&format!("-DFLAW_{flaw}")]));
        let report = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(FOUND), "{report}");
        assert!(report.contains(finding), "{report}");
    }
}

#[test]
fn buffers_of_exact_length_that_nothing_has_set() {
    both("heap");
}

#[test]
fn bad_input_at_the_border() {
    both("border");
}

#[test]
fn every_other_object() {
    both("objects");
}

#[test]
fn a_selectors_whole_life() {
    both("life");
}
