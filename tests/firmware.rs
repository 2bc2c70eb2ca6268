//! The library on bare metal, on every target whose tools are here: no panic path, the host's picks.
//! `tests/firmware/run.sh` does the work; it needs packages that not every machine has.

use std::io::Write;
use std::process::Command;

#[test]
fn every_target_does_what_the_host_does() {
    let run = Command::new("bash")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/firmware/run.sh"
        ))
        .output()
        .expect("bash runs");
    let (found, log) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    // Straight to the terminal: what a passing test prints is not shown otherwise.
    for skipped in log.lines().filter(|line| line.starts_with("SKIPPED")) {
        writeln!(std::io::stderr(), "{skipped}").expect("standard error takes a line");
    }
    assert!(run.status.success(), "{log}\n{found}");
    println!("{found}");
}
