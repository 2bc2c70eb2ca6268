//! Sketched rows of a 64-10-1 network beside the passes they are made of, and a selector's offer of one beside a row taken in by a
//! factor of the same order; Kronecker scores beside both. f32.

use criterion::{Criterion, criterion_group, criterion_main};
use gleaner::factor::{Factor, factor_len};
use gleaner::kronecker::{Kronecker, LayerState, kronecker_len, kronecker_scratch};
use gleaner::model::{Activation, Flat, Model, Network, Shape, Target};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Selector, selector_len_of};
use gleaner::sketch::{Sketch, Sketched};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use std::hint::black_box;

const INPUTS: usize = 64;
const HIDDEN: usize = 10;
const BUCKETS: usize = 64;
const READINGS: usize = 256;

/// Readings one after the other, so that no branch is learnt by heart.
fn cycle<'a>(readings: &'a [Vec<f32>]) -> impl FnMut() -> &'a [f32] {
    let mut all = readings.iter().cycle();
    move || all.next().map_or(&[], Vec::as_slice)
}

fn sketches(c: &mut Criterion) {
    let shapes = [
        Shape {
            inputs: INPUTS,
            outputs: HIDDEN,
            bias: true,
            activation: Activation::Relu,
        },
        Shape {
            inputs: HIDDEN,
            outputs: 1,
            bias: false,
            activation: Activation::Identity,
        },
    ];
    let wave = |i: usize| ((i * i * 37 % 1009) as f32 / 504.0 - 1.0) * 0.7;
    let theta: Vec<f32> = (0..INPUTS * HIDDEN + 2 * HIDDEN).map(wave).collect();
    let reading = |r: usize| (0..INPUTS).map(|i| wave(r * 71 + i + 7)).collect();
    let readings: Vec<Vec<f32>> = (0..READINGS).map(reading).collect();
    let network = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let sketched = Sketched::new(network, Sketch::new(BUCKETS, 1).unwrap());
    let target = Target::Prediction;
    let mut scratch = vec![0.0; Model::<f32>::scratch(&sketched)];
    let mut row = vec![0.0; theta.len() + 1];
    let mut group = c.benchmark_group("64-10-1, K = 64");
    group.bench_function("forward and backward", |b| {
        let mut next = cycle(&readings);
        let gradient = &mut row[..theta.len()];
        b.iter(|| network.gradient(black_box(next()), 0, target, gradient, &mut scratch))
    });
    group.bench_function("row", |b| {
        let mut next = cycle(&readings);
        b.iter(|| network.row(black_box(next()), 0, target, &mut row, &mut scratch))
    });
    group.bench_function("norm", |b| {
        let mut next = cycle(&readings);
        b.iter(|| network.norm(black_box(next()), 0, target, &mut scratch))
    });
    group.bench_function("sketch", |b| {
        let (mut next, mut row) = (cycle(&readings), [0.0; BUCKETS + 1]);
        b.iter(|| sketched.row(black_box(next()), 0, target, &mut row, &mut scratch))
    });
    group.bench_function("a factor observes N = 65", |b| {
        let rows: Vec<Vec<f32>> = (0..READINGS)
            .map(|r| (0..=BUCKETS).map(|i| wave(r * 67 + i)).collect())
            .collect();
        let mut next = cycle(&rows);
        let memory = vec![0.0; factor_len(BUCKETS + 1)];
        let mut factor = Factor::new(BUCKETS + 1, 1e-3, memory).unwrap();
        b.iter(|| factor.observe(black_box(next()), 1.0))
    });
    group.bench_function("offer", |b| {
        let mut next = cycle(&readings);
        let options = Options {
            ridge: 1e-3,
            ..Options::default()
        };
        let memory = selector_len_of(
            INPUTS,
            1,
            BUCKETS + 1,
            BUCKETS + 1,
            Model::<f32>::scratch(&sketched),
        );
        let generator = Xoshiro128PlusPlus::seed_from_u64(1);
        let (memory, items) = (vec![0.0; memory], vec![Item::default(); 41]);
        let mut selector = Selector::new(sketched, options, generator, memory, items).unwrap();
        b.iter(|| selector.offer(black_box(next()), &[]))
    });
    group.bench_function("Kronecker", |b| {
        let mut next = cycle(&readings);
        let each = shapes.iter();
        let length: usize = each
            .map(|s| kronecker_len(s.inputs, s.outputs, s.bias))
            .sum();
        let layers = [LayerState::default(); 2];
        let mut scorer = Kronecker::new(&network, 0, layers, vec![0.0; length]).unwrap();
        let mut scratch = vec![0.0; kronecker_scratch(&network)];
        b.iter(|| scorer.observe(&network, black_box(next()), 0, target, &mut scratch))
    });
}

criterion_group!(benches, sketches);
criterion_main!(benches);
