//! The Cortex-M4F images: no panic path, the host's picks, instruction counts. `tests/firmware/run.sh`
//! does the work; it needs packages that not every machine has.

use std::process::Command;

#[test]
fn images_run_and_pick_like_the_host() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/firmware/run.sh");
    let missing = Command::new("bash")
        .args([script, "--missing"])
        .output()
        .expect("bash runs");
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
            "the firmware test needs these Debian packages: {missing}"
        );
        eprintln!("SKIPPED: the firmware test needs these Debian packages: {missing}");
        return;
    }
    let run = Command::new("bash")
        .arg(script)
        .output()
        .expect("bash runs");
    let (table, log) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    assert!(run.status.success(), "{log}\n{table}");
    eprintln!("{table}");
}
