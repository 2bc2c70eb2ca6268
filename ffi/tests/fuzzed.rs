//! What the fuzzer of the C border has kept, once more: its corpus, and each input that once found something.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use support::{PACKAGE, Program, SANITIZERS, succeeded};

#[test]
fn kept_inputs_of_the_border() {
    let directory = Path::new(PACKAGE).join("../fuzz/corpus/border");
    let inputs: Vec<_> = fs::read_dir(directory)
        .expect("the corpus")
        .map(|entry| entry.expect("a file").path())
        .collect();
    let mut fed = 0;
    for (precision, define) in [("f32", "-DSINGLE"), ("f64", "-DDOUBLE")] {
        let program = Program::new(&format!("fuzzed_{precision}"))
            .args(&["-std=c99", "-O1", define])
            .args(&SANITIZERS)
            .include("../fuzz/border")
            .source("../fuzz/border/border.c")
            .source("../fuzz/replay.c")
            .build();
        let output = Command::new(program).args(&inputs).output();
        let printed = succeeded(precision, output.expect("the program starts"));
        fed += printed.trim().parse::<usize>().expect("a count");
    }
    assert!(fed == inputs.len() && fed > 50, "{fed} of {}", inputs.len());
}
