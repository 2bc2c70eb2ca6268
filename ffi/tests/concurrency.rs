//! Several contexts: copies of a selector, and the example's tasks under ThreadSanitizer, which sees into the
//! library too: it is built for that with the sanitizer's calls.

mod support;

use flate2::read::GzDecoder;
use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use support::{PACKAGE, Program, SANITIZERS, STRICT, directory, succeeded};

#[test]
fn copy_goes_on_alone_or_is_for_reading() {
    for (precision, define) in [("f32", "-DSINGLE"), ("f64", "-DDOUBLE")] {
        for (how, flags) in [("plain", &["-O2"][..]), ("sanitized", &SANITIZERS)] {
            let printed = Program::new(&format!("copy_{precision}_{how}"))
                .args(&["-std=c99", define])
                .args(flags)
                .include("tests/c")
                .source("tests/concurrency/copy.c")
                .run();
            assert_eq!(printed.trim(), "copy");
        }
    }
}

/// Readings that the example keeps.
const KEEP: usize = 200;
/// Line of the log that is replaced by a broken reading.
const BROKEN: usize = 1235;

/// The occupancy log with one broken reading, its header line included.
fn log() -> Vec<String> {
    let path = Path::new(PACKAGE).join("../cli/data/occupancy.csv.gz");
    let mut text = String::new();
    GzDecoder::new(File::open(path).expect("the log"))
        .read_to_string(&mut text)
        .expect("a text");
    let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
    lines[BROKEN] = "21.5,nan,0,450,0.004,0\n".into();
    lines
}

/// Flags of the sanitizer; a compiler of C that has none is named where it may be missing.
const THREAD: &str = "-fsanitize=thread";

/// Whether programs with ThreadSanitizer can be made and run here.
fn has_thread_sanitizer() -> bool {
    let place = directory("thread_sanitizer");
    let (source, program) = (place.join("empty.c"), place.join("empty"));
    fs::write(&source, "int main(void) { return 0; }\n").expect("target/tmp is writable");
    let compiled = compiler()
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .output()
        .expect("a C compiler runs");
    let runs = |output: Output| output.status.success();
    let is_there = runs(compiled) && Command::new(program).output().is_ok_and(runs);
    let is_demanded = env::var("CI").is_ok_and(|value| value == "true");
    assert!(
        is_there || !is_demanded,
        "the C compiler's ThreadSanitizer does not work"
    );
    if !is_there {
        eprintln!("SKIPPED: the C compiler's ThreadSanitizer does not work");
    }
    is_there
}

fn compiler() -> Command {
    let mut compiler = Command::new(env::var("CC").unwrap_or_else(|_| "cc".into()));
    compiler
        .args(["-std=c99", "-O1", "-g", THREAD])
        .args(STRICT);
    compiler
}

/// The static library, every access of it told to ThreadSanitizer.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let version = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .arg("-vV")
            .output();
        let version = succeeded("rustc -vV", version.expect("rustc runs"));
        let host = version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .expect("rustc names its host");
        let target = directory("thread_sanitizer").join("target");
        // The sanitizer is an unstable flag of rustc. Only its own crates are told of it: the standard library stays
        // as it is, and gleaner calls nothing of it.
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--lib", "--profile", "test", "--target", host])
            .arg("--manifest-path")
            .arg(Path::new(PACKAGE).join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUSTC_BOOTSTRAP", "1")
            .env(
                "RUSTFLAGS",
                "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer",
            )
            .output()
            .expect("cargo runs");
        succeeded("cargo build", output);
        target.join(host).join("debug/libgleaner_ffi.a")
    })
}

/// A program of threads, from a source relative to the package; `flags` may spoil it.
fn threads(name: &str, source: &str, flags: &[&str]) -> PathBuf {
    let program = directory(name).join("program");
    let package = Path::new(PACKAGE);
    let include = |path: &str| format!("-I{}", package.join(path).display());
    let output = compiler()
        .args(flags)
        .args([include("../include"), include("tests/c")])
        .arg(package.join(source))
        .arg("-fno-builtin")
        .arg(package.join("tests/concurrency/names.c"))
        .arg(library())
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(&program)
        .output()
        .expect("a C compiler runs");
    succeeded(&format!("compiling {source}"), output);
    program
}

/// The example with its tasks.
const TASKS: &str = "examples/rtos.c";

/// Runs a program on a log.
fn on(program: &Path, log: &str, argument: &Path) -> Output {
    let input = argument.with_extension("csv");
    fs::write(&input, log).expect("target/tmp is writable");
    Command::new(program)
        .arg(argument)
        .stdin(Stdio::from(File::open(input).expect("a log")))
        .output()
        .expect("the program starts")
}

/// Each upload, taken while the stream went on, is the record of a lone program that has seen as much; and the
/// copies have not disturbed the last.
#[test]
fn tasks_do_not_race_and_copies_are_whole() {
    if !has_thread_sanitizer() {
        return;
    }
    let log = log();
    let place = directory("tasks").join("upload-");
    let output = on(&threads("tasks", TASKS, &[]), &log.concat(), &place);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let printed = succeeded("rtos", output);

    let select = Program::new("tasks_select")
        .args(&["-std=c99", "-O2"])
        .source("examples/select.c")
        .include("examples")
        .build();
    let lone = directory("tasks_select").join("record");
    let mut last = 0;
    for (number, line) in printed.lines().enumerate() {
        let numbers = line
            .strip_prefix(&format!("upload {number}: "))
            .and_then(|rest| rest.strip_suffix(" readings"))
            .and_then(|rest| rest.split_once(" of "));
        let (kept, seen) = numbers.unwrap_or_else(|| panic!("{line}"));
        let (kept, seen): (usize, usize) = (
            kept.parse().expect("a number"),
            seen.parse().expect("a number"),
        );
        assert_eq!(kept, seen.min(KEEP), "{line}");
        assert!(seen >= last, "{printed}");
        last = seen;
        let lines = 1 + seen + usize::from(seen >= BROKEN);
        let output = on(&select, &log[..lines].concat(), &lone);
        succeeded("select", output);
        let upload = fs::read(format!("{}{number}", place.display())).expect("an upload");
        assert!(
            upload == fs::read(&lone).expect("a record"),
            "{line}: not the record of these readings"
        );
    }
    assert_eq!(
        last,
        log.len() - 2,
        "all but the header and the broken reading"
    );
    let uploads = printed.lines().count();
    assert!(
        uploads > 3,
        "only {uploads} uploads while the stream went on"
    );
}

/// The sanitizer is on, and sees into the library: without the lock it finds an offer and a copy at once.
#[test]
fn race_without_the_lock_is_found() {
    if !has_thread_sanitizer() {
        return;
    }
    let place = directory("race").join("upload-");
    let program = threads("race", TASKS, &["-DPORT_WITHOUT_LOCK"]);
    let output = on(&program, &log().concat(), &place);
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    let races = report.split("WARNING: ThreadSanitizer: data race").skip(1);
    let is_ours = |race: &str| {
        race.contains(" gleaner_selector_offer_f32 ")
            && race.contains(" gleaner_selector_copy_f32 ")
    };
    assert!(races.into_iter().any(is_ours), "{report}");
}

/// What takes an object as const only reads it.
#[test]
fn readers_run_side_by_side() {
    if !has_thread_sanitizer() {
        return;
    }
    for (precision, define) in [("f32", "-DSINGLE"), ("f64", "-DDOUBLE")] {
        let name = format!("readers_{precision}");
        let program = threads(&name, "tests/concurrency/readers.c", &[define]);
        let output = Command::new(program).output().expect("the program starts");
        assert_eq!(succeeded("readers", output).trim(), "readers");
    }
}
