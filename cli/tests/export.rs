//! `gleaner export`: a model as constants, and what it refuses.

mod common;

use common::*;
use gleaner::model::{Model, Network};
use gleaner::rand_core::SeedableRng;
use gleaner::sampler::Item;
use gleaner::selector::Selector;
use gleaner::sketch::Sketched;
use gleaner::standardiser::standardise;
use rand_xoshiro::Xoshiro128PlusPlus;
use safetensors::tensor::{Dtype, TensorView, serialize};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[allow(dead_code)]
#[path = "exported/deep.rs"]
mod deep;
#[allow(dead_code)]
#[path = "exported/head.rs"]
mod head;
#[allow(dead_code)]
#[path = "exported/occupancy.rs"]
mod occupancy;

/// The project's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs the command that a committed file names, in a copy of what it reads; compares.
fn assert_fresh(committed: &str, sources: &[&str]) {
    let text = std::fs::read_to_string(root().join(committed)).unwrap();
    let line = text
        .lines()
        .find(|line| line.contains("gleaner export"))
        .unwrap();
    let (_, command) = line.split_once("gleaner ").unwrap();
    let arguments: Vec<&str> = command.trim_end_matches("*/").split_whitespace().collect();
    let directory = directory(&committed.replace(['/', '.'], "_"));
    for path in sources.iter().chain([&committed]) {
        let path = directory.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    }
    for source in sources {
        std::fs::copy(root().join(source), directory.join(source)).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_gleaner"))
        .args(&arguments)
        .current_dir(&directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let written = std::fs::read_to_string(directory.join(committed)).unwrap();
    assert!(
        written == text,
        "{committed} is stale: run, at the project's root,\n{line}"
    );
}

#[test]
fn committed_files_are_what_export_writes() {
    let pilot = [
        "ffi/examples/occupancy.json",
        "ffi/examples/occupancy_pilot.csv",
    ];
    assert_fresh("ffi/examples/model_occupancy.h", &pilot);
    assert_fresh("cli/tests/exported/occupancy.rs", &pilot);
    let digits = ["ffi/examples/digits.json", "ffi/examples/digits_pilot.csv"];
    assert_fresh("ffi/examples/model_digits.h", &digits);
    let deep = [
        "cli/tests/exported/deep.json",
        "cli/tests/exported/deep.csv",
    ];
    assert_fresh("cli/tests/exported/deep.rs", &deep);
    let head = [
        "cli/tests/exported/head.json",
        "cli/tests/exported/head.csv",
    ];
    assert_fresh("cli/tests/exported/head.rs", &head);
}

/// The head of a network whose quantised body runs elsewhere: in C and in Rust the same leverages.
#[test]
fn a_quantised_embeddings_head_is_scored_by_sketches_from_the_pilot_on() {
    const PROGRAM: &str = r#"
#include "head.h"
#include <stdio.h>
static float memory[HEAD_SELECTOR_LEN];
static struct gleaner_item_f32 items[GLEANER_ITEMS_LEN(5)];
static struct gleaner_selector_f32 selector;
int main(void)
{
  static const struct gleaner_options_f32 options = HEAD_OPTIONS;
  const float x[HEAD_INPUTS] = {17, -3, 4, 25};
  struct gleaner_verdict_f32 verdict;
  float worst = 1;
  if (gleaner_model_check_f32(&head, options.objective, memory, HEAD_SELECTOR_LEN, &worst) != GLEANER_OK) return 1;
  if (gleaner_selector_init_f32(&selector, &head, &options, memory, HEAD_SELECTOR_LEN, items, 6) != GLEANER_OK) return 2;
  if (gleaner_selector_offer_f32(&selector, x, HEAD_INPUTS, NULL, 0, &verdict) != GLEANER_OK) return 3;
  printf("%.9g", (double)verdict.leverage);
  return 0;
}
"#;
    let directory = directory("head");
    let source = |name: &str| {
        let path = root().join("cli/tests/exported").join(name);
        path.display().to_string()
    };
    let out = directory.join("head.h").display().to_string();
    let (net, data) = (source("head.json"), source("head.csv"));
    let mut arguments = vec!["export", "--net", &net, "--data", &data, "--name", "head"];
    arguments.extend([
        "--head-from=1",
        "--quantised=0.05,-3",
        "--objective=softmax",
    ]);
    arguments.extend(["--sketch=8", "--sketch-seed=5", "--out-c", &out]);
    let printed = run(&arguments);
    assert!(
        printed.contains("8 buckets, seed 5") && printed.contains("pilot         120 rows"),
        "{printed}"
    );
    file(&directory, "head.c", PROGRAM);
    let program = directory.join("head.out");
    let built = Command::new("cc")
        .args([
            "-std=c99",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-I",
        ])
        .arg(root().join("include"))
        .arg(directory.join("head.c"))
        .args([&library(), "-lpthread", "-ldl", "-lm", "-o"])
        .arg(&program)
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", stderr(&built));
    let ran = Command::new(&program).output().unwrap();
    assert_eq!(ran.status.code(), Some(0));

    let network = Sketched::new(head::network().unwrap(), head::SKETCH);
    let (memory, items) = ([0.0; head::SELECTOR_LEN], [Item::default(); 6]);
    let generator = Xoshiro128PlusPlus::seed_from_u64(0);
    let mut selector = Selector::new(network, head::OPTIONS, generator, memory, items).unwrap();
    selector.start(head::PILOT).unwrap();
    let verdict = selector.offer(&[17.0, -3.0, 4.0, 25.0], &[]).unwrap();
    assert_eq!(stdout(&ran).parse::<f32>().unwrap(), verdict.leverage);
    assert!(verdict.leverage > 0.0 && verdict.leverage < 3.0);

    let failed = |more: &[&str], words: &str| {
        let mut arguments = vec!["export", "--net", &net, "--data", &data];
        arguments.extend(more);
        let output = gleaner(&arguments);
        assert!(
            !output.status.success() && stderr(&output).contains(words),
            "{}",
            stderr(&output)
        );
    };
    failed(&["--head-from=2"], "no layer 2");
    failed(&["--head-from=1", "--quantised=0,1"], "a positive scale");
    failed(
        &["--head-from=1", "--objective=residual", "--target"],
        "takes one label",
    );
    failed(
        &["--head-from=1", "--objective=cross-entropy"],
        "then the label",
    );
}

/// The C library, built by cargo where this test was.
fn library() -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--lib",
            "--profile",
            "test",
            "--message-format",
            "json",
        ])
        .arg("--manifest-path")
        .arg(root().join("ffi/Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let messages = stdout(&output);
    let mut words = messages.split('"');
    words
        .rfind(|word| word.ends_with("libgleaner_ffi.a"))
        .unwrap()
        .to_string()
}

const PROGRAM: &str = r#"
#include "NAME.h"
static SCALAR work[UPPER_WORK_LEN];
int main(void)
{
  struct gleaner_sizes sizes;
  SCALAR worst = 1;
  if (gleaner_model_sizes_KIND(&NAME, &sizes) != GLEANER_OK) return 1;
  if (sizes.parameters != UPPER_PARAMETERS || sizes.order != UPPER_ORDER) return 2;
  if (sizes.work > UPPER_WORK_LEN || sizes.selector > UPPER_SELECTOR_LEN) return 3;
  if (gleaner_model_check_KIND(&NAME, GLEANER_OBJECTIVE_PREDICTION, work, UPPER_WORK_LEN, &worst) != GLEANER_OK) return 4;
  return worst < (SCALAR)TOLERANCE ? 0 : 5;
}
"#;

/// Compiles a header, every warning an error, links the library and lets it check the model.
fn compile(directory: &Path, name: &str, kind: &str) {
    let (scalar, tolerance) = if kind == "f32" {
        ("float", "2e-5")
    } else {
        ("double", "1e-12")
    };
    let source = PROGRAM
        .replace("UPPER", &name.to_uppercase())
        .replace("NAME", name)
        .replace("SCALAR", scalar)
        .replace("KIND", kind)
        .replace("TOLERANCE", tolerance);
    let source = file(directory, &format!("{name}.c"), &source);
    let library = library();
    for (compiler, language, standard) in [
        ("cc", "c", "-std=c99"),
        ("cc", "c", "-std=c11"),
        ("c++", "c++", "-std=c++17"),
    ] {
        let program = directory.join(format!("{name}.out"));
        let output = Command::new(compiler)
            .args([
                "-x",
                language,
                standard,
                "-Wall",
                "-Wextra",
                "-Wpedantic",
                "-Werror",
            ])
            .arg("-I")
            .arg(root().join("include"))
            .arg("-I")
            .arg(directory)
            .args([
                &source,
                "-x",
                "none",
                &library,
                "-lpthread",
                "-ldl",
                "-lm",
                "-o",
            ])
            .arg(&program)
            .output()
            .unwrap();
        assert!(output.status.success(), "{standard}: {}", stderr(&output));
        let status = Command::new(&program).status().unwrap();
        assert_eq!(status.code(), Some(0), "{name} {standard}");
    }
}

#[test]
fn headers_compile_and_pass_the_librarys_check() {
    let directory = directory("headers");
    let deep = |name: &str| {
        root()
            .join("cli/tests/exported")
            .join(name)
            .display()
            .to_string()
    };
    let (net, data) = (deep("deep.json"), deep("deep.csv"));
    let everything = ["--data", &data];
    let nothing = ["--no-standardise", "--nodes=16"];
    for (name, scalar, more) in [
        ("single", "f32", everything),
        ("wide", "f64", everything),
        ("bare", "f32", nothing),
    ] {
        let out = directory.join(format!("{name}.h")).display().to_string();
        let mut arguments = vec![
            "export", "--net", &net, "--scalar", scalar, "--name", name, "--out-c", &out,
        ];
        arguments.extend(more);
        let printed = run(&arguments);
        assert!(printed.contains("by quadrature"), "{printed}");
        compile(&directory, name, scalar);
    }
}

#[test]
fn modules_are_the_model() {
    let network = occupancy::network().unwrap();
    let fixed = Network::new(occupancy::LAYERS).unwrap();
    assert_eq!(
        (network.parameters(), network.order(), network.scratch()),
        (occupancy::PARAMETERS, occupancy::ORDER, occupancy::SCRATCH)
    );
    assert_eq!(fixed.plan(), network.plan());
    let mut scratch = [0.0; occupancy::SCRATCH];
    let pairs = occupancy::CHECK_INPUTS
        .chunks(occupancy::INPUTS)
        .zip(&occupancy::CHECK_OUTPUTS);
    assert_eq!(pairs.len(), 8);
    for (reading, &expected) in pairs {
        let mut x = [0.0; occupancy::INPUTS];
        standardise(reading, &occupancy::MEAN, &occupancy::SCALE, &mut x).unwrap();
        let found = network.value(&x, 0, &mut scratch).unwrap();
        assert!(
            (found - expected).abs() <= 1e-5 * expected.abs().max(1.0),
            "{found} {expected}"
        );
        assert_eq!(fixed.value(&x, 0, &mut scratch).unwrap(), found);
    }
    let memory = [0.0; occupancy::SELECTOR_LEN];
    let generator = Xoshiro128PlusPlus::seed_from_u64(1);
    let items = [Item::default(); 9];
    let mut selector = Selector::new(fixed, occupancy::OPTIONS, generator, memory, items).unwrap();
    selector.start(occupancy::PILOT).unwrap();
    let verdict = selector.offer(&occupancy::CHECK_INPUTS[..5], &[]).unwrap();
    assert!(
        verdict.leverage < 0.6,
        "the pilot has seen this reading: {}",
        verdict.leverage
    );

    let deep_network = deep::network().unwrap();
    let fixed = Network::new(deep::LAYERS).unwrap();
    let mut scratch = [0.0; deep::SCRATCH];
    assert_eq!(deep_network.scratch(), deep::SCRATCH);
    for (reading, expected) in deep::CHECK_INPUTS
        .chunks(deep::INPUTS)
        .zip(deep::CHECK_OUTPUTS)
    {
        let mut x = [0.0; deep::INPUTS];
        standardise(reading, &deep::MEAN, &deep::SCALE, &mut x).unwrap();
        assert_eq!(deep_network.value(&x, 0, &mut scratch).unwrap(), expected);
        assert_eq!(fixed.value(&x, 0, &mut scratch).unwrap(), expected);
    }
}

/// A number between -1 and 1, the same at every call.
fn noise(index: usize) -> f32 {
    let word = (index as u32 + 1).wrapping_mul(2654435761);
    (word.wrapping_mul(word | 1) >> 8) as f32 / (1 << 23) as f32 - 1.0
}

/// Kernels (outputs x inputs) and biases of a 5-5-1 network.
fn parameters() -> [Vec<f32>; 4] {
    let numbers = |from: usize, count: usize| (from..from + count).map(noise).collect();
    [
        numbers(0, 25),
        numbers(25, 5),
        numbers(30, 5),
        numbers(35, 1),
    ]
}

fn transposed(kernel: &[f32], rows: usize) -> Vec<f32> {
    let columns = kernel.len() / rows;
    (0..kernel.len())
        .map(|k| kernel[k % rows * columns + k / rows])
        .collect()
}

/// Writes tensors of these names, shapes and entries.
fn tensors(directory: &Path, name: &str, tensors: &[(&str, Vec<usize>, Vec<f32>)]) -> String {
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(_, _, values)| {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect()
        })
        .collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (
            *name,
            TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap(),
        )
    });
    let path = directory.join(name);
    std::fs::write(&path, serialize(views, None).unwrap()).unwrap();
    path.display().to_string()
}

fn pytorch(directory: &Path) -> String {
    let [w0, b0, w1, b1] = parameters();
    let list = [
        ("0.weight", vec![5, 5], w0),
        ("0.bias", vec![5], b0),
        ("2.weight", vec![1, 5], w1),
        ("2.bias", vec![1], b1),
    ];
    tensors(directory, "torch.safetensors", &list)
}

fn keras(directory: &Path) -> String {
    let [w0, b0, w1, b1] = parameters();
    let list = [
        ("sequential/dense/kernel", vec![5, 5], transposed(&w0, 5)),
        ("sequential/dense/bias", vec![5], b0),
        ("sequential/dense_1/kernel", vec![5, 1], transposed(&w1, 1)),
        ("sequential/dense_1/bias", vec![1], b1),
    ];
    tensors(directory, "keras.safetensors", &list)
}

/// Readings far from 0, five columns, then a label.
fn readings(directory: &Path) -> (String, Vec<Vec<f64>>) {
    let reading = |i: usize| -> Vec<f64> {
        (0..5)
            .map(|j| f64::from(noise(1000 + 5 * i + j)) * 3.0 + 10.0 * j as f64)
            .chain([(i % 2) as f64])
            .collect()
    };
    let rows: Vec<Vec<f64>> = (0..40).map(reading).collect();
    (file(directory, "train.csv", &csv(&rows)), rows)
}

/// What the framework would give for the readings: an independent forward pass.
fn framework(rows: &[Vec<f64>], standardise: bool, last: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    let [w0, b0, w1, b1] = parameters();
    let count = rows.len() as f64;
    let moments: Vec<(f64, f64)> = (0..5)
        .map(|j| {
            let mean = rows.iter().map(|row| row[j]).sum::<f64>() / count;
            let variance = rows.iter().map(|row| (row[j] - mean).powi(2)).sum::<f64>() / count;
            (mean, variance.sqrt())
        })
        .collect();
    let outputs = rows.iter().map(|row| {
        let x: Vec<f64> = (0..5)
            .map(|j| match standardise {
                true => (row[j] - moments[j].0) / moments[j].1,
                false => row[j],
            })
            .collect();
        let hidden = (0..5).map(|k| {
            let sum: f64 = (0..5).map(|j| f64::from(w0[5 * k + j]) * x[j]).sum();
            (sum + f64::from(b0[k])).max(0.0)
        });
        let sum: f64 = hidden.zip(&w1).map(|(h, &w)| h * f64::from(w)).sum();
        let mut cells = row[..5].to_vec();
        cells.push(last(sum + f64::from(b1[0])));
        cells
    });
    outputs.collect()
}

fn sigmoid(s: f64) -> f64 {
    1.0 / (1.0 + (-s).exp())
}

fn export(weights: &str, data: &str, more: &[&str]) -> Output {
    let mut arguments = vec!["export", "--weights", weights, "--data", data, "--target"];
    if !more.contains(&"--activations") {
        arguments.extend(["--activations", "relu,identity"]);
    }
    arguments.extend(more);
    gleaner(&arguments)
}

#[test]
fn both_frameworks_give_the_same_header() {
    let directory = directory("frameworks");
    let (data, rows) = readings(&directory);
    let checks = file(
        &directory,
        "checks.csv",
        &csv(&framework(&rows, true, |s| s)),
    );
    let out = directory.join("model.h").display().to_string();
    let mut headers = Vec::new();
    for (weights, layout) in [
        (pytorch(&directory), None),
        (pytorch(&directory), Some("pytorch")),
        (keras(&directory), None),
        (keras(&directory), Some("keras")),
    ] {
        let mut more = vec!["--checks", &checks, "--out-c", &out];
        more.extend(layout.iter().flat_map(|layout| ["--layout", layout]));
        let output = export(&weights, &data, &more);
        assert!(output.status.success(), "{}", stderr(&output));
        let text = std::fs::read_to_string(&out).unwrap();
        let (_, behind) = text.split_once("#ifndef").unwrap();
        headers.push(behind.to_string());
    }
    assert!(headers.iter().all(|header| *header == headers[0]));
    assert!(headers[0].contains("MODEL_PARAMETERS 36"));
    compile(&directory, "model", "f32");
    let [w0, ..] = parameters();
    let (_, numbers) = headers[0].split_once("model_weights_0[25] = {").unwrap();
    let (numbers, _) = numbers.split_once('}').unwrap();
    let back: Vec<f32> = numbers
        .split(',')
        .filter_map(|number| number.trim().strip_suffix('f')?.parse().ok())
        .collect();
    assert_eq!(back, w0);
}

/// Refused with these words in the message, and no file written.
fn refused(directory: &Path, weights: &str, data: &str, more: &[&str], words: &[&str]) {
    let out = directory.join("refused.h");
    let path = out.display().to_string();
    let mut arguments = vec!["--out-c", &path];
    arguments.extend(more);
    let output = export(weights, data, &arguments);
    let errors = stderr(&output);
    assert!(!output.status.success(), "{more:?}");
    for word in words {
        assert!(errors.contains(word), "{more:?}: {errors}");
    }
    assert!(!out.exists());
}

#[test]
fn outputs_that_differ_are_explained() {
    let directory = directory("explained");
    let (data, rows) = readings(&directory);
    let weights = pytorch(&directory);
    let write = |name: &str, rows: &[Vec<f64>]| file(&directory, name, &csv(rows));
    let right = write("right.csv", &framework(&rows, true, |s| s));
    let raw = write("raw.csv", &framework(&rows, false, |s| s));
    let probability = write("probability.csv", &framework(&rows, true, sigmoid));
    let doubled = write(
        "doubled.csv",
        &framework(&rows, true, |s| sigmoid(sigmoid(s))),
    );
    let strange = write("strange.csv", &framework(&rows, true, |s| 1.1 * s + 0.3));
    let sigmoids = ["--activations", "relu,sigmoid"];
    let refused = |weights: &str, more: &[&str], words: &[&str]| {
        refused(&directory, weights, &data, more, words)
    };

    refused(
        &weights,
        &["--layout", "keras"],
        &["transposed", "--layout pytorch"],
    );
    refused(
        &weights,
        &["--checks", &raw],
        &["standardiser is left out", "--no-standardise"],
    );
    refused(
        &weights,
        &["--checks", &right, "--no-standardise"],
        &["a standardiser made of --data comes first"],
    );
    refused(
        &weights,
        &["--checks", &probability],
        &["the last activation is sigmoid"],
    );
    refused(
        &weights,
        &[&["--checks", &right][..], &sigmoids].concat(),
        &["an activation too many", "doubled sigmoid"],
    );
    refused(
        &weights,
        &[&["--checks", &doubled][..], &sigmoids].concat(),
        &["another sigmoid", "doubled sigmoid"],
    );
    refused(
        &weights,
        &["--checks", &right, "--activations", "tanh,identity"],
        &["hidden activations are relu"],
    );
    refused(
        &weights,
        &["--checks", &strange],
        &["Tried without success", "order"],
    );

    // All kernels square: only the outputs tell.
    let [w0, b0, ..] = parameters();
    let square = |name: &str, kernel: Vec<f32>| {
        let list = [
            ("fc1.weight", vec![5, 5], kernel),
            ("fc1.bias", vec![5], b0.clone()),
        ];
        tensors(&directory, name, &list)
    };
    let five = square("square.safetensors", w0.clone());
    let header = directory.join("square.json");
    let theta: Vec<f32> = w0.iter().chain(&b0).copied().collect();
    let net = serde_json::json!({
        "layers": [{"inputs": 5, "outputs": 5, "bias": true, "activation": "tanh"}], "theta": theta,
    });
    std::fs::write(&header, net.to_string()).unwrap();
    let out = directory.join("five.rs").display().to_string();
    run(&[
        "export",
        "--net",
        &header.display().to_string(),
        "--data",
        &data,
        "--target",
        "--out-rust",
        &out,
    ]);
    // The framework's outputs for the first readings, as a right export computes them.
    let text = std::fs::read_to_string(&out).unwrap();
    let numbers = |name: &str| -> Vec<f64> {
        let (_, rest) = text.split_once(&format!("{name}: [f32; 40] = [")).unwrap();
        let (rest, _) = rest.split_once(']').unwrap();
        rest.split(',')
            .filter_map(|number| number.trim().parse().ok())
            .collect()
    };
    let (inputs, outputs) = (numbers("CHECK_INPUTS"), numbers("CHECK_OUTPUTS"));
    let pairs: Vec<Vec<f64>> = inputs
        .chunks(5)
        .zip(outputs.chunks(5))
        .map(|(x, f)| [x, f].concat())
        .collect();
    let pairs = write("five.csv", &pairs);
    let tanh = ["--checks", &pairs, "--activations", "tanh"];
    assert!(export(&five, &data, &tanh).status.success());
    refused(
        &five,
        &[&tanh[..], &["--layout", "keras"]].concat(),
        &["transposed", "--layout"],
    );
}

#[test]
fn layers_follow_numbers_or_the_given_order() {
    let directory = directory("order");
    let (data, _) = readings(&directory);
    let [w0, b0, w1, _] = parameters();
    let list = |first: &'static [&'static str; 3]| {
        [
            (first[0], vec![5, 5], w0.clone()),
            (first[1], vec![5], b0.clone()),
            (first[2], vec![1, 5], w1.clone()),
        ]
    };
    let numbered = list(&["net.9.weight", "net.9.bias", "net.10.weight"]);
    let numbered = tensors(&directory, "numbered.safetensors", &numbered);
    assert!(export(&numbered, &data, &[]).status.success());
    let named = list(&["hidden.weight", "hidden.bias", "answer.weight"]);
    let named = tensors(&directory, "named.safetensors", &named);
    refused(
        &directory,
        &named,
        &data,
        &[],
        &["answer,hidden", "--layers"],
    );
    assert!(
        export(&named, &data, &["--layers", "hidden,answer"])
            .status
            .success()
    );
    refused(
        &directory,
        &named,
        &data,
        &["--layers", "hidden"],
        &["--layers must name"],
    );
}

#[test]
fn bad_input_is_refused_with_advice() {
    let directory = directory("bad");
    let (data, _) = readings(&directory);
    let weights = pytorch(&directory);
    let refused = |weights: &str, more: &[&str], words: &[&str]| {
        refused(&directory, weights, &data, more, words)
    };
    refused(
        &weights,
        &["--activations", "relu"],
        &["2 layers", "--activations names 1"],
    );
    refused(
        &weights,
        &["--activations", "relu,softmax"],
        &["softmax", "known are"],
    );
    refused(
        &weights,
        &["--activations", "relu,sigmoid", "--objective", "logistic"],
        &["logit"],
    );
    refused(&weights, &["--name", "2bad"], &["lower-case"]);
    refused(&weights, &["--name", "double"], &["no word of C"]);
    let norm = [("bn.weight", vec![5], vec![1.0; 5])];
    let norm = tensors(&directory, "norm.safetensors", &norm);
    refused(&norm, &[], &["bn.weight", "only dense layers"]);
    let text = file(&directory, "text.safetensors", "{}");
    refused(&text, &[], &["expected a safetensors file"]);

    let output = gleaner(&[
        "export",
        "--weights",
        &weights,
        "--activations",
        "relu,identity",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--data TRAIN.csv"));
    let plain = [
        "export",
        "--weights",
        &weights,
        "--activations",
        "relu,identity",
        "--data",
        &data,
    ];
    let output = gleaner(&plain);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--target"), "{}", stderr(&output));
    for objective in ["residual", "logistic"] {
        let printed = run(&[&plain[..], &["--objective", objective]].concat());
        assert!(
            printed.contains(&format!("objective {objective}")),
            "{printed}"
        );
    }
}

#[test]
fn ids_tell_models_apart() {
    let directory = directory("ids");
    let (data, _) = readings(&directory);
    let weights = pytorch(&directory);
    let id = |more: &[&str]| {
        let printed = stdout(&export(&weights, &data, more));
        let line = printed.lines().next().unwrap().to_string();
        line.split_once(" id ").unwrap().1.to_string()
    };
    let plain = id(&[]);
    assert_eq!(plain, id(&["--objective", "residual", "--name", "other"]));
    let others = [
        id(&["--no-standardise"]),
        id(&["--scalar", "f64"]),
        id(&["--activations", "tanh,identity"]),
    ];
    assert!(others.iter().all(|other| *other != plain), "{others:?}");
}
