//! The committed header is the one that the sources make.

use std::{env, fs};

const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/gleaner.h"));
const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../include/gleaner.h");

#[test]
fn header_is_fresh() {
    if env::var_os("GLEANER_WRITE_HEADER").is_some() {
        fs::write(COMMITTED, GENERATED).expect("include/ is writable");
    }
    let committed = fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(
        committed == GENERATED,
        "include/gleaner.h is not what the sources make. Refresh it by\n\
         GLEANER_WRITE_HEADER=1 cargo test -p gleaner-ffi --test header"
    );
}

#[test]
fn header_has_the_library_version() {
    let manifest = include_str!("../../Cargo.toml");
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = "));
    let macro_line = format!("#define GLEANER_VERSION {}\n", version.expect("a version"));
    assert!(GENERATED.contains(&macro_line), "{macro_line}");
}

#[test]
fn header_can_be_read_whole() {
    let lines = GENERATED.lines().count();
    assert!(lines < 4000, "{lines} lines");
    let longest = GENERATED.lines().map(str::len).max();
    assert!(longest <= Some(120), "{longest:?}");
}
