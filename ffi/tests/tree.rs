//! examples/tree: factors and samples of partitions, merged in a tree, through a shared library; without an engine.

mod support;

use std::path::Path;
use std::process::Command;
use support::{PACKAGE, directory, library, succeeded};

#[test]
fn a_tree_of_partitions_agrees_with_the_whole() {
    let script = Path::new(PACKAGE).join("../examples/tree/run.py");
    let out = directory("tree");
    let output = Command::new("python3")
        .arg(script)
        .args(["--rows", "200000", "--partition", "15000", "--no-engine"])
        .arg("--archive")
        .arg(library())
        .arg("--out")
        .arg(&out)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3 runs");
    let printed = succeeded("run.py", output);
    assert!(
        printed.contains("200000 rows of 8 in 14 partitions"),
        "{printed}"
    );
    assert!(
        printed.contains("2000 rows kept") && !printed.contains("FAILED"),
        "{printed}"
    );
}
