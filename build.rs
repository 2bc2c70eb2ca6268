//! Build script of the C face: writes the entry points in double precision from those in single
//! precision, and the C header from both, into OUT_DIR.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    // `ffi`, or `ffi/rlib`, which compiles the same sources.
    let mut package = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    if package.ends_with("rlib") {
        package.pop();
    }
    let out = PathBuf::from(variable("OUT_DIR"));
    for watched in [
        "src",
        "header",
        "cbindgen.toml",
        "Cargo.toml",
        "../build.rs",
    ] {
        println!(
            "cargo::rerun-if-changed={}",
            package.join(watched).display()
        );
    }

    let modules = modules(&package.join("src/single"));
    let double: String = modules
        .iter()
        .map(|module| wrapped(&module.double()))
        .collect();
    let double_file = out.join("double.rs");
    fs::write(&double_file, double).expect("OUT_DIR is writable");

    let file = |name: &str| Module::read(&package.join("src"), name);
    let mut sections = vec![file("library")];
    sections.extend([file("snapshot"), file("store")]);
    sections.extend(modules.iter().cloned());
    sections.extend([file("plan"), file("record")]);
    sections.extend(modules.iter().map(Module::double));
    let declarations = declarations(&package, &double_file);
    fs::write(
        out.join("gleaner.h"),
        header(&package, &sections, declarations),
    )
    .expect("OUT_DIR is writable");
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A source file.
#[derive(Clone)]
struct Module {
    name: String,
    text: String,
}

/// The modules that `mod.rs` names, in its order.
fn modules(directory: &Path) -> Vec<Module> {
    let list = read(&directory.join("mod.rs"));
    let names = list
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(|name| Module::read(directory, name)).collect()
}

impl Module {
    fn read(directory: &Path, name: &str) -> Self {
        Module {
            name: name.into(),
            text: read(&directory.join(format!("{name}.rs"))),
        }
    }

    /// The module with f64 for f32, each comment on an item a reference to that in single precision.
    fn double(&self) -> Self {
        let mut lines: Vec<String> = Vec::new();
        let mut documented = false;
        for line in self.text.lines() {
            if line.starts_with("//!") {
                lines.push(line.replace("single precision", "double precision"));
                continue;
            }
            if line.trim_start().starts_with("///") {
                documented |= line.starts_with("///");
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
            documented &= line.starts_with("#[");
            lines.push(line.replace("f32", "f64"));
        }
        Module {
            name: self.name.clone(),
            text: lines.join("\n"),
        }
    }

    /// What the module is about: its first line.
    fn title(&self) -> &str {
        self.text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("//! "))
            .unwrap_or(&self.name)
    }
}

fn wrapped(module: &Module) -> String {
    let lines = module.text.lines().filter(|line| !line.starts_with("//!"));
    format!(
        "pub mod {} {{\n{}\n}}\n",
        module.name,
        lines.collect::<Vec<_>>().join("\n")
    )
}

/// The name of the public item of the C face that begins on this line.
fn item(line: &str) -> Option<&str> {
    let starts = [
        "pub unsafe extern \"C\" fn ",
        "pub extern \"C\" fn ",
        "pub struct ",
        "pub type ",
        "pub const ",
    ];
    let rest = starts.iter().find_map(|start| line.strip_prefix(start))?;
    let name = rest
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()?;
    name.to_lowercase().starts_with("gleaner_").then_some(name)
}

/// What cbindgen makes of the sources: each declaration, with its comment, by name.
fn declarations(package: &Path, double: &Path) -> HashMap<String, String> {
    let mut text = Vec::new();
    cbindgen::Builder::new()
        .with_config(cbindgen::Config::from_file(package.join("cbindgen.toml")).expect("in order"))
        .with_src(package.join("src/lib.rs"))
        .with_src(double)
        .generate()
        .expect("cbindgen reads the sources")
        .write(&mut text);
    let text = String::from_utf8(text).expect("a header is text");
    let blocks = text
        .split("\n\n")
        .map(str::trim)
        .filter(|block| !block.is_empty());
    blocks
        .map(|block| (declared(block).to_string(), tidied(block)))
        .collect()
}

/// The name that a block declares.
fn declared(block: &str) -> &str {
    let code = if block.starts_with("/**") {
        block.split_once("*/\n")
    } else {
        None
    };
    let code = code
        .map_or(block, |(_, code)| code)
        .lines()
        .next()
        .unwrap_or_default();
    let is_name = |word: &&str| word.to_lowercase().starts_with("gleaner_");
    let mut names = code
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(is_name);
    let name = names
        .next()
        .unwrap_or_else(|| panic!("a declaration without a name:\n{block}"));
    // A function's own name comes after that of the status it returns.
    if code.starts_with(&format!("{name} ")) {
        names.next().unwrap_or(name)
    } else {
        name
    }
}

/// Widest line of the header.
const WIDTH: usize = 112;

/// A declaration with short comments beside what they describe, and arguments in full lines.
fn tidied(block: &str) -> String {
    let mut out = String::new();
    let mut lines = block.lines();
    let mut comment: Vec<&str> = Vec::new();
    while let Some(line) = lines.next() {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        if text == "/**" {
            let body = lines.by_ref().take_while(|line| line.trim() != "*/");
            comment = body.map(uncommented).collect();
            continue;
        }
        let code = broken(&bracketed(line));
        let beside = format!("{code} /* {} */", comment.concat());
        let is_small = text.starts_with("#define") || !text.ends_with('{') && !text.contains('(');
        if comment.len() == 1 && is_small && beside.len() <= WIDTH {
            out += &beside;
        } else {
            out += &commented(&comment, indent);
            out += &code;
        }
        out.push('\n');
        comment.clear();
    }
    out
}

/// A comment of its own lines.
fn commented(lines: &[&str], indent: &str) -> String {
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let start = if index == 0 { "/*" } else { " *" };
        let end = if index + 1 == lines.len() { " */" } else { "" };
        out += format!("{indent}{start} {line}{end}").trim_end();
        out.push('\n');
    }
    out
}

/// A line inside a comment without what makes it one.
fn uncommented(line: &str) -> &str {
    let text = line.trim_start();
    text.strip_prefix("* ")
        .or(text.strip_prefix('*'))
        .unwrap_or(text)
}

/// Puts a negative constant in brackets, as a macro's value needs.
fn bracketed(line: &str) -> String {
    match line.split_once(" -") {
        Some((start, number)) if start.starts_with("#define ") => format!("{start} (-{number})"),
        _ => line.to_string(),
    }
}

/// Breaks a long declaration between arguments.
fn broken(line: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for part in line.split_inclusive(", ") {
        if width + part.trim_end().len() > WIDTH {
            out = format!("{}\n    ", out.trim_end());
            width = 4;
        }
        out += part;
        width += part.len();
    }
    out
}

/// The header: the sections' declarations in the order of the sources. Nothing may be missing: cbindgen
/// leaves out silently what it does not understand.
fn header(
    package: &Path,
    sections: &[Module],
    mut declarations: HashMap<String, String>,
) -> String {
    let mut out = read(&package.join("header/intro.h"));
    for part in ["MAJOR", "MINOR", "PATCH"] {
        out = out.replace(
            &format!("@{part}@"),
            &variable(&format!("CARGO_PKG_VERSION_{part}")),
        );
    }
    out = out.replace("@VERSION@", &variable("CARGO_PKG_VERSION"));
    for section in sections {
        let mut names = section.text.lines().filter_map(item).peekable();
        if names.peek().is_none() {
            continue;
        }
        out += &format!(
            "\n/* {0}\n * {1}\n * {0} */\n",
            "-".repeat(WIDTH - 6),
            section.title()
        );
        let mut kind = "";
        for name in names {
            let declaration = declarations
                .remove(name)
                .unwrap_or_else(|| panic!("cbindgen has left out {name}"));
            // Constants of one kind stand together.
            let own = name
                .split('_')
                .nth(1)
                .filter(|_| declaration.starts_with("#define"));
            if own != Some(kind) {
                out.push('\n');
            }
            kind = own.unwrap_or("");
            out += &declaration;
        }
        if section.name == "library" {
            out = format!("{out}\n{}", read(&package.join("header/macros.h")));
        }
    }
    assert!(
        declarations.is_empty(),
        "no source for {:?}",
        declarations.keys()
    );
    out + "\n#ifdef __cplusplus\n} /* extern \"C\" */\n#endif\n\n#endif /* GLEANER_H */\n"
}
