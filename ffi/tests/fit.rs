//! Fits of several outputs come to the same parameters in C and in Rust, bit for bit.

mod support;

use gleaner::Scalar;
use gleaner::fit::{FitOptions, fit, fit_len_of};
use gleaner::model::{Activation, Flat, Model, Network, Objective, Shape, exact_scratch};
use std::fmt::Write;
use support::net::{INPUTS, MEAN, SCALE, reading};
use support::{Program, SANITIZERS};

const HIDDEN: usize = 4;
const OUTPUTS: usize = 2;
const SAMPLES: usize = 40;

/// W1, b1, W2.
const THETA: [f64; INPUTS * HIDDEN + HIDDEN + HIDDEN * OUTPUTS] = [
    0.5, -0.25, 0.75, -0.5, 1.0, 0.125, 0.375, 0.625, -0.875, -1.125, 0.25, 0.5, 0.125, -0.25, 0.5,
    0.0625, 1.5, -0.75, 0.5, -1.25, 0.25, 1.0, -0.5, 0.75,
];

/// A reading, standardised.
fn standardised<T: Scalar>(i: u32) -> [T; INPUTS] {
    let mut x = reading(i);
    for ((x, mean), scale) in x.iter_mut().zip(MEAN).zip(SCALE) {
        *x = (*x - T::of(mean)) / T::of(scale);
    }
    x
}

fn fits<T: Scalar>() -> String {
    let shape = |inputs, outputs, bias, activation| Shape {
        inputs,
        outputs,
        bias,
        activation,
    };
    let shapes = [
        shape(INPUTS, HIDDEN, true, Activation::Relu),
        shape(HIDDEN, OUTPUTS, false, Activation::Identity),
    ];
    let truth = THETA.map(T::of);
    let teacher = Network::new(Flat {
        shapes: &shapes,
        theta: &truth,
    })
    .expect("a network");
    let scratch = exact_scratch(HIDDEN + OUTPUTS);
    let mut memory = vec![T::ZERO; fit_len_of(INPUTS, OUTPUTS, truth.len(), scratch)];
    let mut work = vec![T::ZERO; scratch];
    let samples: Vec<_> = (0..SAMPLES as u32)
        .map(|i| {
            let x = standardised::<T>(i + 1);
            let labels = [0, 1].map(|output| {
                let value = teacher.value(&x, output, &mut work).expect("a value");
                if value > T::ZERO { T::ONE } else { T::ZERO }
            });
            (x, labels)
        })
        .collect();
    let mut out = String::new();
    for objective in [
        Objective::Residual,
        Objective::Logistic,
        Objective::Huber(T::ONE),
    ] {
        let mut theta = truth;
        for (index, entry) in theta.iter_mut().enumerate() {
            *entry += T::of(if index % 2 == 1 { 0.125 } else { -0.125 });
        }
        let options = FitOptions {
            weight_decay: T::of(0.125),
            steps: 30,
            ..FitOptions::default()
        };
        let sample = |index: usize, x: &mut [T], labels: &mut [T]| {
            x.copy_from_slice(&samples[index].0);
            labels.copy_from_slice(&samples[index].1);
            Ok(T::count(1 + index as u64 % 3))
        };
        let report = fit(
            &shapes,
            &mut theta,
            objective,
            options,
            SAMPLES,
            sample,
            &mut memory,
        )
        .expect("a fit");
        write!(out, "{} {}", report.steps, report.stop as i32).unwrap();
        for value in [report.loss].iter().chain(&theta) {
            write!(out, " {:016x}", value.wide().to_bits()).unwrap();
        }
        out.push('\n');
    }
    out
}

fn compare<T: Scalar>(define: &str) {
    let rust = fits::<T>();
    for (how, flags) in [("plain", &["-O2"][..]), ("sanitized", &SANITIZERS)] {
        let c = Program::new(&format!("fit{define}_{how}"))
            .args(&["-std=c99", define])
            .args(flags)
            .source("tests/c/fit_outputs.c")
            .run();
        assert_eq!(c, rust, "{how}");
    }
}

#[test]
fn c_comes_to_the_parameters_of_rust_in_single_precision() {
    compare::<f32>("-DSINGLE");
}

#[test]
fn c_comes_to_the_parameters_of_rust_in_double_precision() {
    compare::<f64>("-DDOUBLE");
}
