//! A closed-form row and its norm beside the passes they are made of, 64-10-1 and 5-8-1 in f32.

use criterion::{Criterion, criterion_group, criterion_main};
use gleaner::model::{Activation, Flat, Model, Network, Shape, Target};
use std::hint::black_box;

fn run(c: &mut Criterion, inputs: usize, hidden: usize) {
    let shapes = [
        Shape {
            inputs,
            outputs: hidden,
            bias: true,
            activation: Activation::Relu,
        },
        Shape {
            inputs: hidden,
            outputs: 1,
            bias: false,
            activation: Activation::Identity,
        },
    ];
    let wave = |i: usize| ((i * 37 % 101) as f32 / 50.0 - 1.0) * 0.7;
    let theta: Vec<f32> = (0..inputs * hidden + 2 * hidden).map(wave).collect();
    let x: Vec<f32> = (0..inputs).map(|i| wave(i + 7)).collect();
    let network = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let mut scratch = vec![0.0; network.scratch()];
    let mut row = vec![0.0; network.parameters() + 1];
    let target = Target::Prediction;
    let mut group = c.benchmark_group(format!("{inputs}-{hidden}-1"));
    group.bench_function("forward", |b| {
        b.iter(|| network.value(black_box(&x), 0, &mut scratch).unwrap())
    });
    group.bench_function("forward and backward", |b| {
        let gradient = &mut row[..theta.len()];
        b.iter(|| {
            network
                .gradient(black_box(&x), 0, target, gradient, &mut scratch)
                .unwrap()
        })
    });
    group.bench_function("row", |b| {
        b.iter(|| {
            network
                .row(black_box(&x), 0, target, &mut row, &mut scratch)
                .unwrap()
        })
    });
    group.bench_function("norm", |b| {
        b.iter(|| {
            network
                .norm(black_box(&x), 0, target, &mut scratch)
                .unwrap()
        })
    });
}

fn rows(c: &mut Criterion) {
    run(c, 64, 10);
    run(c, 5, 8);
}

criterion_group!(benches, rows);
criterion_main!(benches);
