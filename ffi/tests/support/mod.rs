//! Builds the static library, compiles C programs against it, runs them.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod exported;
pub mod net;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::{env, fs};

/// The package's directory.
pub const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// Warnings that no source may have.
pub const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
/// Sanitizers that stop at the first finding.
pub const SANITIZERS: [&str; 4] = [
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
    "-g",
];

/// The static library, built by cargo once: the profile of the tests, whatever features and flags they
/// were built with, and the path from cargo's own message.
pub fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .parent()
            .expect("target/tmp");
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "build",
                "--lib",
                "--profile",
                "test",
                "--message-format",
                "json",
            ])
            .arg("--manifest-path")
            .arg(Path::new(PACKAGE).join("Cargo.toml"))
            .arg("--target-dir")
            .arg(target)
            .output()
            .expect("cargo runs");
        let messages = succeeded("cargo build", output);
        let archive = messages.lines().find_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            let is_ours = message["target"]["name"] == "gleaner_ffi";
            let files = message["filenames"].as_array().filter(|_| is_ours)?;
            files
                .iter()
                .filter_map(|file| file.as_str())
                .find(|file| file.ends_with(".a"))
                .map(PathBuf::from)
        });
        archive.expect("cargo names the archive")
    })
}

/// Standard output of a command that must have succeeded.
#[track_caller]
pub fn succeeded(what: &str, output: Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{what}: {}\n{}\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// A directory of this test's own.
pub fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).expect("target/tmp is writable");
    directory
}

/// A program to compile.
pub struct Program {
    name: String,
    directory: PathBuf,
    compiler: String,
    arguments: Vec<String>,
}

impl Program {
    /// A program of this name; sources are found in `ffi/`.
    pub fn new(name: &str) -> Self {
        let compiler = env::var("CC").unwrap_or_else(|_| "cc".into());
        let include = Path::new(PACKAGE).join("../include");
        let arguments = vec![format!("-I{}", include.display())];
        Program {
            name: name.into(),
            directory: directory(name),
            compiler,
            arguments,
        }
        .args(&STRICT)
    }

    /// Compiled as C++.
    pub fn cpp(mut self) -> Self {
        self.compiler = env::var("CXX").unwrap_or_else(|_| "c++".into());
        self.args(&["-x", "c++"])
    }

    /// Compiled as C++ by this compiler.
    pub fn cpp_by(self, compiler: &str) -> Self {
        let mut program = self.cpp();
        program.compiler = compiler.into();
        program
    }

    /// More arguments.
    pub fn args(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|argument| argument.to_string()));
        self
    }

    /// Another source, relative to the package.
    pub fn source(self, path: &str) -> Self {
        let path = Path::new(PACKAGE).join(path).display().to_string();
        self.args(&[&path])
    }

    /// A directory of headers, relative to the package.
    pub fn include(self, path: &str) -> Self {
        let include = format!("-I{}", Path::new(PACKAGE).join(path).display());
        self.args(&[&include])
    }

    /// A generated header, to be included by its name.
    pub fn generated(self, name: &str, text: &str) -> Self {
        fs::write(self.directory.join(name), text).expect("target/tmp is writable");
        let include = format!("-I{}", self.directory.display());
        self.args(&[&include])
    }

    /// Compiles and links; the path of the program.
    #[track_caller]
    pub fn build(self) -> PathBuf {
        let program = self.directory.join("program");
        let output = Command::new(&self.compiler)
            .args(&self.arguments)
            .args(["-x", "none"])
            .arg(library())
            .args(["-lpthread", "-ldl", "-lm", "-o"])
            .arg(&program)
            .output()
            .expect("a C compiler runs");
        succeeded(&format!("compiling {}", self.name), output);
        program
    }

    /// Compiles, links and runs; what it printed.
    #[track_caller]
    pub fn run(self) -> String {
        let name = self.name.clone();
        let output = Command::new(self.build())
            .output()
            .expect("the program starts");
        succeeded(&name, output)
    }
}
