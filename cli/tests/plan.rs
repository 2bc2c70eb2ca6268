//! `gleaner plan`: what is printed for a network and so much RAM, and its refusals.

mod common;

use common::*;

/// The line of a scorer.
fn line(printed: &str, name: &str) -> Vec<String> {
    let lines = cells(printed);
    let found = lines.into_iter().find(|cells| cells[0] == name);
    found.unwrap_or_else(|| panic!("no {name} in {printed}"))
}

/// The number behind `const NAME: usize = `.
fn constant(printed: &str, name: &str) -> usize {
    let start = format!("const {name}: usize = ");
    let line = printed.lines().find_map(|line| line.strip_prefix(&start));
    line.unwrap().trim_end_matches(';').parse().unwrap()
}

#[test]
fn a_large_network_gets_the_largest_sketch() {
    let printed = run(&["plan", "--layers", "100-256-256-1", "--ram", "16384"]);
    let order = constant(&printed, "ORDER");
    let memory = constant(&printed, "MEMORY");
    assert!(order > 40 && 4 * memory <= 16_384, "{printed}");
    let sketch = line(&printed, &format!("sketch K={}", order - 1));
    assert_eq!(
        sketch[1..],
        [(4 * memory).to_string(), "yes".into(), "yes".into()]
    );
    assert_eq!(line(&printed, "exact")[2..], ["no", ""]);
    assert_eq!(line(&printed, "Kronecker")[2..], ["no", ""]);
    assert_eq!(line(&printed, "sketch K=16")[2..], ["yes", ""]);
    assert!(printed.contains(&format!("#define MODEL_MEMORY {memory}u")));
    assert!(printed.contains("# A selector in so much memory chooses the same by itself."));
}

#[test]
fn more_memory_more_scorer() {
    let plan = |ram: &str, more: &[&str]| {
        run(&[&["plan", "--layers", "64-10-1", "--ram", ram][..], more].concat())
    };
    let leverage = ["--purpose", "leverage"];
    assert_eq!(line(&plan("1000000", &leverage), "exact")[3], "yes");
    assert_eq!(line(&plan("1000000", &[]), "sketch K=64")[3], "yes");
    let printed = plan("12000", &leverage);
    assert_eq!(line(&printed, "Kronecker")[3], "yes");
    assert!(
        !printed.contains("ORDER") && !printed.contains("by itself"),
        "{printed}"
    );
    assert_eq!(line(&plan("12000", &["--scalar", "f64"]), "norm")[2], "yes");
    assert_eq!(line(&plan("500", &[]), "norm")[3], "yes");
    // Ten rows a reading are to be held, or one.
    let order = |objective| {
        let args = ["plan", "--layers", "64-32-10", "--ram", "9000"];
        let printed = run(&[&args[..], &["--objective", objective]].concat());
        constant(&printed, "ORDER")
    };
    assert!(order("softmax") < order("cross-entropy"));
}

#[test]
fn a_file_says_the_same_as_its_widths() {
    let directory = directory("plan");
    let net = r#"{"layers": [
        {"inputs": 3, "outputs": 2, "bias": true, "activation": "relu"},
        {"inputs": 2, "outputs": 1, "bias": false, "activation": "identity"}],
        "theta": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}"#;
    let path = file(&directory, "net.json", net);
    assert_eq!(
        run(&["plan", "--net", &path, "--ram", "4096"]),
        run(&["plan", "--layers", "3-2-1", "--ram", "4096"])
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    assert!(fail(&["plan", "--layers", "64-10-1", "--ram", "8"], 1).contains("8 bytes"));
    assert!(fail(&["plan", "--ram", "4096"], 2).contains("--layers"));
    for widths in ["64", "64-0-1", "64-x-1", ""] {
        let message = fail(&["plan", "--layers", widths, "--ram", "4096"], 2);
        assert!(message.contains("inputs first"), "{message}");
    }
    let args = ["plan", "--layers", "2-2-1", "--ram", "4096"];
    assert!(fail(&[&args[..], &["--activation", "step"]].concat(), 1).contains("step"));
}
