//! examples/head.c: an int8 body and its head on digits, whose record is the one that Rust writes, byte for byte;
//! and what the weights are worth over many seeds.

mod support;

use gleaner::model::{Activation, Model, Network, Objective};
use gleaner::record::{Entry, Writer, record_len};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Scaling, Selector, selector_len_of};
use gleaner::standardiser::standardise;
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use support::exported::{array, fields, layer, pilot, unpacked};
use support::{Program, directory, succeeded};

const BODY: &str = include_str!("../examples/digits_body.h");
const HEAD: &str = include_str!("../examples/model_digits.h");
const NET: &str = include_str!("../examples/digits.json");
const EMBEDDINGS: &str = include_str!("../examples/digits_pilot.csv");
const PIXELS: usize = 64;
const EMBEDDING: usize = 8;
const CLASSES: usize = 6;
const KEEP: usize = 60;
/// Digits at the data's start that the network was trained on.
const TRAINED: usize = 216;

/// A digit of the data, and what the network makes of it.
struct Digit {
    pixels: Vec<u8>,
    class: usize,
    embedding: Vec<f32>,
    is_misread: bool,
}

/// A number that a header defines.
fn defined(header: &str, name: &str) -> i64 {
    let (_, rest) = header
        .split_once(&format!("#define {name} "))
        .unwrap_or_else(|| panic!("no {name}"));
    let word = rest.lines().next().expect("a line");
    word.trim_matches(['(', ')']).parse().expect("a number")
}

/// All digits, through the body's integers.
fn digits() -> Vec<Digit> {
    let weights: Vec<i64> = array(BODY, "body_weights");
    let bias: Vec<i64> = array(BODY, "body_bias");
    let [zero, multiplier, shift] =
        ["BODY_ZERO", "BODY_MULTIPLIER", "BODY_SHIFT"].map(|name| defined(BODY, name));
    let [head, head_bias, mean, scale] = ["weights_0", "bias_0", "mean", "scale"]
        .map(|name| array::<f32>(HEAD, &format!("digits_{name}")));
    let head = [layer(
        &head,
        &head_bias,
        EMBEDDING,
        CLASSES,
        Activation::Identity,
    )];
    let head = Network::new(head).expect("a network");
    let mut scratch = vec![0.0; head.scratch()];
    let mut digit = |line: &str| {
        let numbers: Vec<u8> = line
            .split(',')
            .map(|n| n.parse().expect("a byte"))
            .collect();
        let (pixels, class) = (numbers[..PIXELS].to_vec(), usize::from(numbers[PIXELS]));
        let neurons = weights.chunks(PIXELS).zip(&bias);
        let embedding: Vec<f32> = neurons
            .map(|(weights, &bias)| {
                let products = weights.iter().zip(&pixels).map(|(w, &x)| w * i64::from(x));
                let sum = (bias + products.sum::<i64>()).max(0);
                let output = ((sum * multiplier + (1 << (shift - 1))) >> shift) + zero;
                output.min(127) as f32
            })
            .collect();
        let mut x = [0.0; EMBEDDING];
        standardise(&embedding, &mean, &scale, &mut x).expect("an embedding");
        let mut logit = |class| head.value(&x, class, &mut scratch).expect("a logit");
        let logits: Vec<f32> = (0..CLASSES).map(&mut logit).collect();
        let is_misread = (0..CLASSES).any(|other| logits[other] > logits[class]);
        Digit {
            pixels,
            class,
            embedding,
            is_misread,
        }
    };
    unpacked("cli/data/digits.csv.gz")
        .lines()
        .skip(1)
        .map(&mut digit)
        .collect()
}

/// What the device would keep of a stream of digits with this seed: the record, and each kept digit with its weight.
fn kept_in_rust(stream: &[Digit], seed: u64) -> (Vec<u8>, Vec<(&Digit, f64)>) {
    let array = |name: &str| array::<f32>(HEAD, &format!("digits_{name}"));
    let [weights, bias, mean, scale, packed] =
        ["weights_0", "bias_0", "mean", "scale", "pilot_packed"].map(array);
    let head = [layer(
        &weights,
        &bias,
        EMBEDDING,
        CLASSES,
        Activation::Identity,
    )];
    let head = Network::new(head).expect("a network");
    let options = Options {
        objective: Objective::Softmax,
        scaling: Scaling::Constants {
            mean: &mean,
            scale: &scale,
        },
        uniform: 0.1,
        model_id: fields(HEAD, "digits")[1].parse().expect("an id"),
        ..Options::default()
    };
    let (row, order) = (head.row_len(), head.order());
    let memory = vec![0.0f32; selector_len_of(EMBEDDING, CLASSES, row, order, head.scratch())];
    let generator = Xoshiro128PlusPlus::seed_from_u64(seed);
    let items = [Item::default(); KEEP + 1];
    let mut selector = Selector::new(head, options, generator, memory, items).expect("a selector");
    selector
        .start(pilot(HEAD, "digits", &packed))
        .expect("a pilot");
    for digit in stream {
        selector.offer(&digit.embedding, &[]).expect("a verdict");
    }
    let header = selector.record_header(seed, PIXELS as u32);
    let mut bytes = vec![0; record_len(KEEP, PIXELS)];
    let mut writer = Writer::new(&mut bytes, header).expect("room");
    let mut digits = Vec::new();
    for kept in selector.drain() {
        let digit = &stream[kept.sequence as usize];
        let (score, weight) = (f64::from(kept.score), f64::from(kept.weight));
        writer
            .push(Entry {
                sequence: kept.sequence,
                score,
                weight,
                payload: &digit.pixels,
            })
            .expect("an item");
        digits.push((digit, weight));
    }
    writer.finish().expect("all items");
    (bytes, digits)
}

/// The integers are those of the network that was trained.
#[test]
fn the_int8_body_gives_the_float_bodys_embedding() {
    let net: serde_json::Value = serde_json::from_str(NET).expect("JSON");
    let theta = net["theta"].as_array().expect("parameters").iter();
    let theta: Vec<f32> = theta
        .map(|p| p.as_f64().expect("a number") as f32)
        .collect();
    let (weights, rest) = theta.split_at(EMBEDDING * PIXELS);
    let body = [layer(
        weights,
        &rest[..EMBEDDING],
        PIXELS,
        EMBEDDING,
        Activation::Relu,
    )];
    let body = Network::new(body).expect("a network");
    let mut scratch = vec![0.0; body.scratch()];
    let [mean, scale] = ["digits_mean", "digits_scale"].map(|name| array::<f32>(HEAD, name));
    let mut worst = 0.0f32;
    for digit in &digits()[..TRAINED] {
        let x: Vec<f32> = digit.pixels.iter().map(|&p| f32::from(p) / 16.0).collect();
        let mut embedding = [0.0; EMBEDDING];
        standardise(&digit.embedding, &mean, &scale, &mut embedding).expect("an embedding");
        for (index, found) in embedding.iter().enumerate() {
            let expected = body.value(&x, index, &mut scratch).expect("a value");
            worst = worst.max((found - expected).abs());
        }
    }
    // Two steps of the int8 numbers, whose range is 255 steps.
    assert!(worst * scale[0] < 2.0, "{} steps", worst * scale[0]);
}

#[test]
fn a_head_behind_an_int8_body_keeps_what_it_keeps_in_rust() {
    let digits = digits();
    assert_eq!(EMBEDDINGS.lines().count(), TRAINED);
    for (digit, line) in digits.iter().zip(EMBEDDINGS.lines()) {
        let words: Vec<String> = digit.embedding.iter().map(f32::to_string).collect();
        assert_eq!(words.join(","), line, "the body that the pilot has seen");
    }
    let stream = &digits[TRAINED..];
    let misread = stream.iter().filter(|digit| digit.is_misread).count();
    assert!(misread * 10 < stream.len(), "{misread} misread");

    let directory = directory("head");
    let (input, record) = (directory.join("digits.csv"), directory.join("record.bin"));
    let text = unpacked("cli/data/digits.csv.gz");
    let lines = text.split_inclusive('\n').skip(1 + TRAINED);
    fs::write(&input, lines.collect::<String>()).expect("target/tmp is writable");
    let program = Program::new("head")
        .args(&["-std=c99", "-O2"])
        .source("examples/head.c")
        .include("examples")
        .build();
    let output = Command::new(program)
        .arg(&record)
        .stdin(Stdio::from(File::open(&input).expect("the digits")))
        .output()
        .expect("the program starts");
    let printed = succeeded("head", output);
    let bytes = fs::read(&record).expect("a record");
    let (expected, kept) = kept_in_rust(stream, 84);
    assert!(bytes == expected, "C and Rust differ");
    assert_eq!(kept.len(), KEEP);

    // The lines of the table: how many were seen, kept, and stand for how many.
    let line = |name: &str, is_in: &dyn Fn(&Digit) -> bool| {
        let seen = stream.iter().filter(|digit| is_in(digit)).count();
        let weights = kept.iter().filter(|(digit, _)| is_in(digit));
        let weights: Vec<f64> = weights.map(|(_, weight)| *weight).collect();
        let (kept, sum) = (weights.len(), weights.iter().sum::<f64>());
        let expected = format!("{name:9} {seen:5} {kept:5} {sum:10.1}\n");
        assert!(printed.contains(&expected), "{expected}{printed}");
        assert!(
            sum > 0.5 * seen as f64 && sum < 1.5 * seen as f64,
            "{expected}"
        );
    };
    for class in 0..CLASSES {
        line(&format!("digit   {class}"), &|digit| digit.class == class);
    }
    line("misread", &|digit| digit.is_misread);
    line("all", &|_| true);
    assert!(
        printed.contains("\nread right: 93.1 %, by the weights of those kept 93.8 %\n"),
        "{printed}"
    );
    let words = format!("record of {} bytes, ", bytes.len());
    assert!(
        printed.contains(&words) && printed.contains("\nRAM: selector "),
        "{printed}"
    );
}

/// What head.c says of other seeds.
#[test]
fn kept_digits_stand_for_all_of_their_class_over_many_seeds() {
    const SEEDS: u64 = 100;
    let digits = digits();
    let stream = &digits[TRAINED..];
    let draws: Vec<_> = (0..SEEDS)
        .map(|seed| kept_in_rust(stream, seed).1)
        .collect();
    let check = |name: &str, is_in: &dyn Fn(&Digit) -> bool| {
        let seen = stream.iter().filter(|digit| is_in(digit)).count() as f64;
        let of = |draw: &Vec<(&Digit, f64)>| {
            let weights = draw.iter().filter(|(digit, _)| is_in(digit));
            weights.fold((0.0, 0.0), |(count, sum), (_, weight)| {
                (count + 1.0, sum + weight)
            })
        };
        let found: Vec<(f64, f64)> = draws.iter().map(of).collect();
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / SEEDS as f64;
        let sum = mean(&mut found.iter().map(|(_, sum)| *sum));
        let deviation = mean(&mut found.iter().map(|(_, s)| (s - sum).powi(2))).sqrt();
        let kept = mean(&mut found.iter().map(|(count, _)| *count));
        println!(
            "{name}: {seen} seen, {kept:.1} kept, stand for {sum:.1}, deviation {deviation:.1}"
        );
        let error = deviation / (SEEDS as f64).sqrt();
        assert!(
            (sum - seen).abs() < 3.5 * error,
            "{name}: {sum} of {seen}, error {error}"
        );
        kept / seen
    };
    for class in 0..CLASSES {
        check(&format!("digit {class}"), &|digit| digit.class == class);
    }
    let all = check("all", &|_| true);
    let misread = check("misread", &|digit| digit.is_misread);
    assert!(
        misread > 1.5 * all,
        "{misread} of the misread are kept, {all} of all"
    );
}
