//! What the fuzzer has kept, once more: the corpus of each target, with every input that once found something.

use gleaner_fuzz::TARGETS;
use std::path::Path;
use std::{fs, panic};

#[test]
fn kept_inputs_of_all_targets() {
    for (name, target) in TARGETS {
        let name = name.strip_prefix("fuzz_").expect("a target's name");
        let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(name);
        let mut fed = 0;
        for entry in fs::read_dir(&directory).expect("a corpus") {
            let path = entry.expect("a file").path();
            let input = fs::read(&path).expect("a readable file");
            let result = panic::catch_unwind(|| target(&input));
            assert!(result.is_ok(), "{}", path.display());
            fed += 1;
        }
        assert!(fed >= 10, "{fed} inputs in {}", directory.display());
    }
}

#[test]
fn all_targets_are_run() {
    let script = include_str!("../run.sh");
    let list = script
        .lines()
        .find_map(|line| line.strip_prefix("all=("))
        .expect("the list of targets");
    let names: Vec<&str> = list.trim_end_matches(')').split(' ').collect();
    let own: Vec<&str> = TARGETS
        .iter()
        .map(|(name, _)| name.strip_prefix("fuzz_").expect("a target's name"))
        .collect();
    assert_eq!(names[..1], ["border"]);
    assert_eq!(names[1..], own);
}
