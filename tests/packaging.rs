//! The release archives: content, projects that use them, the page for C users, linking with others.
//! `packaging/test.sh` does the work; it needs packages that not every machine has.

use std::io::Write;
use std::process::{Command, Output};

/// Straight to the terminal: what a passing test prints is not shown otherwise.
fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("standard error takes a line");
}

fn script(argument: Option<&str>) -> Output {
    Command::new("bash")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/test.sh"))
        .args(argument)
        .output()
        .expect("bash runs")
}

#[test]
fn archives_work_for_who_has_no_rust() {
    let missing = script(Some("--missing"));
    assert!(
        missing.status.success(),
        "{}",
        String::from_utf8_lossy(&missing.stderr)
    );
    let missing = String::from_utf8_lossy(&missing.stdout)
        .trim()
        .replace('\n', " ");
    if !missing.is_empty() {
        let demanded = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(
            !demanded,
            "the packaging test needs these Debian packages: {missing}"
        );
        say(&format!(
            "SKIPPED: the packaging test needs these Debian packages: {missing}"
        ));
        return;
    }
    let run = script(None);
    let log = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{log}");
    say(&log);
}
