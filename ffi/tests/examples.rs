//! The examples: the README's lines, and the firmware's shape on the occupancy log, whose record is the
//! one that Rust writes, byte for byte. head.c has a file of its own.

mod support;

use gleaner::model::{Activation, Network, Objective, exact_scratch};
use gleaner::record::{Entry, Reader, Writer, record_len};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Scaling, Selector, selector_len};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use support::exported::{array, fields, layer, pilot, unpacked};
use support::{Program, directory, succeeded};

const MODEL: &str = include_str!("../examples/model_occupancy.h");
const INPUTS: usize = 5;
const KEEP: usize = 200;
/// Line of the log that is replaced by a broken reading.
const BROKEN: usize = 1235;

#[test]
fn twelve_lines_of_c_compile_and_run() {
    let source = include_str!("../examples/twelve.c");
    let is_code = |line: &&str| !matches!(line.trim(), "" | "}") && !line.starts_with("#include");
    assert!(source.lines().filter(is_code).count() <= 12);
    for standard in ["-std=c99", "-std=c11"] {
        let printed = Program::new("twelve")
            .args(&[standard])
            .source("examples/twelve.c")
            .source("tests/c/board.c")
            .include("examples")
            .run();
        assert!(printed.starts_with("200 uploads for "), "{printed}");
    }
}

/// The occupancy log, with one broken reading.
fn log() -> String {
    let text = unpacked("cli/data/occupancy.csv.gz");
    let lines = text.lines().enumerate().map(|(index, line)| match index {
        BROKEN => "21.5,nan,0,450,0.004,0\n".to_string(),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// What the device would send, made in Rust.
fn record_in_rust(log: &str) -> Vec<u8> {
    let array = |name: &str| array::<f32>(MODEL, name);
    let weights = [array("occupancy_weights_0"), array("occupancy_weights_1")];
    let bias = array("occupancy_bias_0");
    let network = Network::new([
        layer(&weights[0], &bias, INPUTS, 8, Activation::Relu),
        layer(&weights[1], &[], 8, 1, Activation::Identity),
    ])
    .expect("a network");
    let (mean, scale) = (array("occupancy_mean"), array("occupancy_scale"));
    let packed = array("occupancy_pilot_packed");
    let options = Options {
        objective: Objective::Prediction,
        scaling: Scaling::Constants {
            mean: &mean,
            scale: &scale,
        },
        model_id: fields(MODEL, "occupancy")[1].parse().expect("an id"),
        ..Options::default()
    };
    let memory = selector_len(INPUTS, 56, 49, exact_scratch(8));
    let generator = Xoshiro128PlusPlus::seed_from_u64(2025);
    let items = [Item::default(); KEEP + 1];
    let mut selector = Selector::new(network, options, generator, vec![0.0f32; memory], items)
        .expect("a selector");
    selector
        .start(pilot(MODEL, "occupancy", &packed))
        .expect("a pilot");

    let mut slots = vec![Vec::new(); KEEP + 1];
    for (number, line) in log.lines().skip(1).enumerate() {
        let values = line
            .split(',')
            .take(INPUTS)
            .map(|value| value.parse().expect("a float"));
        let x: Vec<f32> = values.collect();
        let bytes = x.iter().flat_map(|value| value.to_le_bytes());
        slots[selector.free() as usize] = bytes.chain((number as u32).to_le_bytes()).collect();
        assert_eq!(
            selector.offer(&x, &[]).is_ok(),
            x.iter().all(|value| value.is_finite())
        );
    }
    let header = selector.record_header(2025, 24);
    let mut bytes = vec![0; record_len(KEEP, 24)];
    let mut writer = Writer::new(&mut bytes, header).expect("room");
    for kept in selector.drain() {
        let payload = &slots[kept.slot as usize];
        let (score, weight) = (f64::from(kept.score), f64::from(kept.weight));
        writer
            .push(Entry {
                sequence: kept.sequence,
                score,
                weight,
                payload,
            })
            .expect("an item");
    }
    writer.finish().expect("all items");
    bytes
}

#[test]
fn firmware_sends_the_record_that_rust_writes() {
    let log = log();
    let directory = directory("select");
    let (input, record) = (directory.join("log.csv"), directory.join("record.bin"));
    fs::write(&input, &log).expect("target/tmp is writable");
    let program = Program::new("select")
        .args(&["-std=c99", "-O2"])
        .source("examples/select.c")
        .include("examples")
        .build();
    let output = Command::new(program)
        .arg(&record)
        .stdin(Stdio::from(File::open(&input).expect("the log")))
        .output()
        .expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(errors, "reading 1234: a value is not finite\n");
    let printed = succeeded("select", output);
    assert_eq!(
        printed
            .lines()
            .filter(|line| line.contains("stands for"))
            .count(),
        KEEP
    );
    assert!(printed.contains("seen 8142, refused 1, "), "{printed}");
    assert!(printed.contains("\nRAM: selector "), "{printed}");

    let bytes = fs::read(&record).expect("a record");
    let reader = Reader::new(&bytes).expect("a record");
    assert_eq!(reader.entries().count(), KEEP);
    assert!(bytes == record_in_rust(&log), "C and Rust differ");
}

/// The log's first lines, a restart, all of it: the readings that select.c keeps, whose payloads come out of the file.
#[test]
fn a_device_that_is_stopped_keeps_what_it_would_have_kept() {
    let run = |name: &str, input: &str, argument: &Path| {
        let program = Program::new(name)
            .args(&["-std=c99", "-O2"])
            .source(&format!("examples/{name}.c"))
            .include("examples");
        let mut child = Command::new(program.build())
            .arg(argument)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(input.as_bytes()).expect("it reads");
        drop(pipe);
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (succeeded(name, output), said)
    };
    let readings = |printed: &str| {
        let lines = printed.lines().filter(|line| line.starts_with("reading "));
        lines.map(str::to_string).collect::<Vec<_>>()
    };
    let log = log().replace("21.5,nan,0,450,0.004,0\n", "21.5,27,0,450,0.004,0\n");
    let start: String = log.split_inclusive('\n').take(3051).collect();
    let directory = directory("restart");
    let flash = directory.join("flash.bin");
    let _ = fs::remove_file(&flash);
    let (_, said) = run("store", &start, &flash);
    assert_eq!(said, "starts at reading 0, after 0 commits\n");
    let (stored, said) = run("store", &log, &flash);
    assert_eq!(said, "goes on at reading 3000, after 30 commits\n");
    let (selected, _) = run("select", &log, &directory.join("record.bin"));
    assert_eq!(readings(&stored).len(), KEEP);
    assert_eq!(readings(&stored), readings(&selected));
}
