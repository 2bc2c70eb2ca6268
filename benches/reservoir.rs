//! VarOpt reservoir: time an item over two million lognormal scores.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gleaner::Scalar;
use gleaner::sampler::{Item, Reservoir, Top};
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rand_xoshiro::{Xoshiro128PlusPlus, Xoshiro256PlusPlus};
use std::hint::black_box;

const ITEMS: usize = 2_000_000;

/// exp of standard normal numbers (Box and Muller).
fn lognormal<T: Scalar>() -> Vec<T> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
    (0..ITEMS)
        .map(|_| {
            let radius = (-2.0 * f64::unit(&mut generator).ln()).sqrt();
            let angle = core::f64::consts::TAU * f64::unit(&mut generator);
            T::of((radius * angle.cos()).exp())
        })
        .collect()
}

fn varopt<T: Scalar, G: Rng + SeedableRng>(criterion: &mut Criterion, name: &str) {
    let scores = lognormal::<T>();
    let mut group = criterion.benchmark_group(format!("varopt/{name}"));
    group
        .throughput(Throughput::Elements(ITEMS as u64))
        .sample_size(20);
    for k in [16, 64, 256, 1024] {
        let mut items = vec![Item::<T>::default(); k + 1];
        group.bench_function(BenchmarkId::from_parameter(k), |bencher| {
            bencher.iter(|| {
                let mut generator = G::seed_from_u64(2);
                let mut sampler = Reservoir::new(&mut items[..]).expect("items");
                for &score in &scores {
                    let _ = black_box(sampler.offer(black_box(score), &mut generator));
                }
                sampler.threshold()
            });
        });
    }
    group.finish();
}

fn top(criterion: &mut Criterion) {
    let scores = lognormal::<f32>();
    let mut group = criterion.benchmark_group("top/f32");
    group
        .throughput(Throughput::Elements(ITEMS as u64))
        .sample_size(20);
    for k in [16, 1024] {
        let mut items = vec![Item::<f32>::default(); k + 1];
        group.bench_function(BenchmarkId::from_parameter(k), |bencher| {
            bencher.iter(|| {
                let mut sampler = Top::new(&mut items[..]).expect("items");
                for &score in &scores {
                    let _ = black_box(sampler.offer(black_box(score)));
                }
                sampler.len()
            });
        });
    }
    group.finish();
}

fn all(criterion: &mut Criterion) {
    varopt::<f64, Xoshiro256PlusPlus>(criterion, "f64");
    varopt::<f32, Xoshiro128PlusPlus>(criterion, "f32");
    top(criterion);
}

criterion_group!(benches, all);
criterion_main!(benches);
