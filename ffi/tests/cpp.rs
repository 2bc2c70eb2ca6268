//! The C++ face: every member under sanitizers by two compilers, the picks of the C program, no code to speak of.

mod support;

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use support::{PACKAGE, Program, SANITIZERS, STRICT, directory, succeeded};

const HEADER: &str = include_str!("../../include/gleaner.h");
const README: &str = include_str!("../../README.md");

/// What firmware is compiled with.
const FIRMWARE: [&str; 4] = ["-fno-exceptions", "-fno-rtti", "-Wconversion", "-Wshadow"];
const STANDARDS: [&str; 2] = ["-std=c++17", "-std=c++20"];

/// The compilers that are here; with `CI=true` clang must be among them.
fn compilers() -> &'static [&'static str] {
    static HAS_CLANG: OnceLock<bool> = OnceLock::new();
    let has_clang = *HAS_CLANG.get_or_init(|| {
        let place = directory("cpp_clang");
        let source = place.join("empty.cpp");
        std::fs::write(&source, "int main() { return 0; }\n").expect("target/tmp is writable");
        let output = Command::new("clang++")
            .args(SANITIZERS)
            .arg(&source)
            .arg("-o")
            .arg(place.join("empty"))
            .output();
        let works = output.is_ok_and(|output| output.status.success());
        let is_demanded = env::var("CI").is_ok_and(|value| value == "true");
        let packages = "the Debian packages clang and libclang-rt-14-dev";
        assert!(works || !is_demanded, "this test needs {packages}");
        if !works {
            eprintln!("SKIPPED: clang's part of this test needs {packages}");
        }
        works
    });
    if has_clang {
        &["g++", "clang++"]
    } else {
        &["g++"]
    }
}

#[test]
fn every_member_gives_what_c_gives() {
    for compiler in compilers() {
        for standard in STANDARDS {
            for test in ["objects", "samplers", "selectors", "networks"] {
                let printed = Program::new(&format!("cpp_{test}_{compiler}{standard}"))
                    .cpp_by(compiler)
                    .args(&[standard])
                    .args(&FIRMWARE)
                    .args(&SANITIZERS)
                    .source(&format!("tests/cpp/{test}.cpp"))
                    .source("tests/cpp/every.cpp")
                    .run();
                assert_eq!(printed.trim(), test, "{compiler} {standard}");
            }
        }
    }
}

/// Names of the header's functions.
fn declared() -> BTreeSet<String> {
    HEADER
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#']) && !line.starts_with("typedef"))
        .filter_map(|line| line.split_once('('))
        .filter_map(|(start, _)| start.rsplit([' ', '*']).next())
        .map(str::to_string)
        .collect()
}

#[test]
fn every_function_is_reached_but_those_that_give_a_length() {
    let object = directory("cpp_every").join("every.o");
    let package = Path::new(PACKAGE);
    let output = Command::new("g++")
        .args(["-std=c++17", "-O0", "-c"])
        .args(STRICT)
        .arg(format!("-I{}", package.join("../include").display()))
        .arg(package.join("tests/cpp/every.cpp"))
        .arg("-o")
        .arg(&object)
        .output();
    succeeded("compiling every.cpp", output.expect("g++ runs"));
    let output = Command::new("nm").arg("-u").arg(&object).output();
    let names = succeeded("nm", output.expect("nm runs"));
    let reached: BTreeSet<String> = names
        .lines()
        .filter_map(|line| line.trim().strip_prefix("U "))
        .filter(|name| name.starts_with("gleaner_"))
        .map(str::to_string)
        .collect();
    let gives_a_length = |name: &String| {
        let name = name.trim_end_matches("_f32").trim_end_matches("_f64");
        name.ends_with("_len") || name.ends_with("_len_of") || name.starts_with("gleaner_scratch_")
    };
    let wanted: BTreeSet<String> = declared()
        .into_iter()
        .filter(|name| !gives_a_length(name))
        .collect();
    assert_eq!(reached, wanted);
    assert!(wanted.len() > 100, "{}", wanted.len());
}

/// Compiles a few lines, which must fail, by each compiler; what it says.
fn refused(name: &str, lines: &str) -> Vec<String> {
    let source = directory(name).join("source.cpp");
    std::fs::write(&source, format!("#include \"gleaner.hpp\"\n{lines}\n")).expect("target/tmp");
    let messages = compilers().iter().map(|compiler| {
        let output = Command::new(compiler)
            .args(["-std=c++17", "-fsyntax-only"])
            .args(STRICT)
            .arg(format!(
                "-I{}",
                Path::new(PACKAGE).join("../include").display()
            ))
            .arg(&source)
            .output()
            .expect("a compiler runs");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{compiler} compiles {lines}");
        message
    });
    messages.collect()
}

#[test]
fn a_status_cannot_be_overlooked() {
    for message in refused(
        "cpp_status",
        "void f(gleaner::SelectorOver<float>& selector) { selector.begin_period(); }",
    ) {
        assert!(message.contains("nodiscard"), "{message}");
    }
}

#[test]
fn objects_are_not_copied_and_samples_take_no_readings() {
    for (name, lines, word) in [
        (
            "cpp_copy",
            "void f(gleaner::Selector<float, 10, 2>& a) { auto b = a; static_cast<void>(b); }",
            "deleted",
        ),
        (
            "cpp_sample",
            "gleaner::Status f(gleaner::Sample<float, 2>& a) { return a.begin_period(); }",
            "begin_period",
        ),
        (
            "cpp_scalar",
            "gleaner::Factor<int, 2> a;",
            "gleaner::detail::Choice<int>",
        ),
    ] {
        for message in refused(name, lines) {
            assert!(message.contains(word), "{message}");
        }
    }
}

#[test]
fn readme_shows_the_compiled_example() {
    let source = include_str!("../examples/twelve.cpp");
    assert!(README.contains(source.trim_end()));
    let in_c = Program::new("cpp_twelve_c")
        .args(&["-std=c99"])
        .source("examples/twelve.c")
        .source("tests/c/board.c")
        .include("examples")
        .run();
    assert!(in_c.starts_with("200 uploads for "), "{in_c}");
    for compiler in compilers() {
        for standard in STANDARDS {
            let in_cpp = Program::new(&format!("cpp_twelve_{compiler}{standard}"))
                .cpp_by(compiler)
                .args(&[standard])
                .source("examples/twelve.cpp")
                .source("tests/cpp/board.cpp")
                .include("examples")
                .run();
            assert_eq!(in_cpp, in_c);
        }
    }
}

/// What the firmware's program in C picks from the excerpt of the log.
fn picks_in_c() -> (String, String) {
    let firmware = Path::new(PACKAGE).join("../tests/firmware");
    let output = Command::new("bash")
        .arg("-c")
        .arg("gzip -dc \"$1\" | awk -v readings=1000 -f \"$2\"")
        .arg("bash")
        .arg(Path::new(PACKAGE).join("../cli/data/occupancy.csv.gz"))
        .arg(firmware.join("select/excerpt.awk"))
        .output();
    let excerpt = succeeded("awk", output.expect("bash runs"));
    let picks = Program::new("cpp_select_c")
        .args(&["-std=c99"])
        .generated("excerpt.h", &excerpt)
        .include("examples")
        .include("../tests/firmware/device")
        .source("../tests/firmware/select/main.c")
        .source("../tests/firmware/device/host.c")
        .run();
    assert_eq!(
        picks
            .lines()
            .filter(|line| line.starts_with("pick "))
            .count(),
        50
    );
    assert!(picks.contains("\nthreshold "), "{picks}");
    (excerpt, picks)
}

#[test]
fn picks_are_those_of_c() {
    let (excerpt, picks) = picks_in_c();
    for compiler in compilers() {
        for standard in STANDARDS {
            let found = Program::new(&format!("cpp_select_{compiler}{standard}"))
                .cpp_by(compiler)
                .args(&[standard, "-O2"])
                .args(&FIRMWARE)
                .generated("excerpt.h", &excerpt)
                .include("examples")
                .source("tests/cpp/select.cpp")
                .source("tests/cpp/host.cpp")
                .run();
            assert!(found == picks, "{compiler} {standard}: {found}");
        }
    }
}

/// Bytes that the minimal image in C++ may have more than that in C.
const MORE: usize = 64;

#[test]
fn device_picks_as_c_and_grows_by_nothing_to_speak_of() {
    let script = Path::new(PACKAGE).join("tests/cpp/device.sh");
    let missing = Command::new("bash").arg(&script).arg("--missing").output();
    let missing = succeeded("device.sh", missing.expect("bash runs"));
    let missing = missing.trim().replace('\n', " ");
    if !missing.is_empty() {
        let is_demanded = env::var("CI").is_ok_and(|value| value == "true");
        assert!(
            !is_demanded,
            "this test needs these Debian packages: {missing}"
        );
        eprintln!("SKIPPED: this test needs these Debian packages: {missing}");
        return;
    }
    let output = Command::new("bash").arg(&script).output();
    let printed = succeeded("device.sh", output.expect("bash runs"));
    let (sizes, picks): (Vec<&str>, Vec<&str>) =
        printed.lines().partition(|line| line.starts_with('#'));
    assert!(picks.join("\n") == picks_in_c().1.trim_end(), "{printed}");

    let size = |language: &str, what: &str| -> usize {
        let line = sizes
            .iter()
            .find(|line| line.starts_with(&format!("# {language} ")));
        let mut words = line.expect("a line of sizes").split(' ');
        words.find(|word| *word == what).expect("a size");
        words
            .next()
            .and_then(|size| size.parse().ok())
            .expect("a number")
    };
    eprintln!("{}", sizes.join("\n"));
    assert!(size("c", "flash") > 10_000, "{printed}");
    assert!(
        size("cpp", "flash") <= size("c", "flash") + MORE,
        "{printed}"
    );
    assert!(size("cpp", "ram") <= size("c", "ram") + 8, "{printed}");
}
