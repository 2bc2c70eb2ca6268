//! Build script of the C face: writes the entry points in double precision from those in single
//! precision, and the C header from both, into OUT_DIR.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(variable("OUT_DIR"));
    for watched in ["src", "cbindgen.toml", "Cargo.toml", "../build.rs"] {
        println!(
            "cargo::rerun-if-changed={}",
            package.join(watched).display()
        );
    }

    let double = out.join("double.rs");
    fs::write(&double, double_precision(&package.join("src/single"))).expect("OUT_DIR is writable");
    write_header(&package, &double, &out.join("gleaner.h"));
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The modules that `mod.rs` names, in its order, each with f64 for f32.
fn double_precision(single: &Path) -> String {
    let list = read(&single.join("mod.rs"));
    let names = list
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names
        .map(|name| double_module(name, &read(&single.join(format!("{name}.rs")))))
        .collect()
}

fn double_module(name: &str, single: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut documented = false;
    for line in single.lines() {
        let text = line.trim_start();
        if text.starts_with("//!") {
            continue;
        }
        // The reader has the whole comment at the single-precision item.
        if text.starts_with("///") {
            documented |= text.len() == line.len();
            continue;
        }
        if let Some(name) = item(line).filter(|_| documented) {
            let attributes = lines
                .iter()
                .rev()
                .take_while(|line| line.starts_with("#["))
                .count();
            let doc = format!("/// As `{name}`, in double precision.");
            lines.insert(lines.len() - attributes, doc);
        }
        documented &= text.starts_with("#[");
        lines.push(line.replace("f32", "f64"));
    }
    format!("pub mod {name} {{\n{}\n}}\n", lines.join("\n"))
}

/// The name of the public item that begins on this line.
fn item(line: &str) -> Option<&str> {
    let rest = ["pub unsafe extern \"C\" fn ", "pub struct ", "pub type "]
        .iter()
        .find_map(|start| line.strip_prefix(start))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
}

fn write_header(package: &Path, double: &Path, header: &Path) {
    let mut config = cbindgen::Config::from_file(package.join("cbindgen.toml"))
        .expect("cbindgen.toml is in order");
    let [major, minor, patch] =
        ["MAJOR", "MINOR", "PATCH"].map(|part| variable(&format!("CARGO_PKG_VERSION_{part}")));
    let macros = read(&package.join("macros.h"));
    config.after_includes = Some(format!(
        "{}\n#define GLEANER_VERSION \"{major}.{minor}.{patch}\"\n\
         #define GLEANER_VERSION_MAJOR {major}\n\
         #define GLEANER_VERSION_MINOR {minor}\n\
         #define GLEANER_VERSION_PATCH {patch}",
        macros.trim_end()
    ));
    let mut text = Vec::new();
    cbindgen::Builder::new()
        .with_config(config)
        .with_src(package.join("src/lib.rs"))
        .with_src(double)
        .generate()
        .expect("cbindgen reads the sources")
        .write(&mut text);
    let text = String::from_utf8(text).expect("a header is text");
    fs::write(header, bracketed(&text)).expect("OUT_DIR is writable");
}

/// Puts negative constants in brackets, as a macro's value needs.
fn bracketed(header: &str) -> String {
    let lines = header.lines().map(|line| match line.split_once(" -") {
        Some((start, number)) if start.starts_with("#define ") => format!("{start} (-{number})\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}
