//! The pivotal method: time an item of a stream, by those who wait; time of thinning a reservoir of 4 k.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gleaner::Scalar;
use gleaner::sampler::{Candidate, Item, Pivotal, Reservoir, Room, positions_len};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use std::hint::black_box;

const ITEMS: usize = 20_000;
const DIMENSIONS: usize = 10;
const KEEP: usize = 200;

/// Scores in (0, 1], and positions.
fn stream() -> (Vec<f32>, Vec<[f32; DIMENSIONS]>) {
    let mut generator = Xoshiro128PlusPlus::seed_from_u64(1);
    let scores = (0..ITEMS).map(|_| f32::unit(&mut generator)).collect();
    let position = |_| core::array::from_fn(|_| f32::unit(&mut generator));
    (scores, (0..ITEMS).map(position).collect())
}

fn offers(criterion: &mut Criterion) {
    let (scores, positions) = stream();
    let threshold = scores.iter().sum::<f32>() / KEEP as f32;
    let mut group = criterion.benchmark_group("pivotal/offer");
    group
        .throughput(Throughput::Elements(ITEMS as u64))
        .sample_size(20);
    for places in [8, 32, 128] {
        let mut candidates = vec![Candidate::default(); KEEP + places + 2];
        let mut memory = vec![0.0; positions_len(places, DIMENSIONS)];
        group.bench_function(BenchmarkId::from_parameter(places), |bencher| {
            bencher.iter(|| {
                let mut generator = Xoshiro128PlusPlus::seed_from_u64(2);
                let (candidates, memory) = (&mut candidates[..], &mut memory[..]);
                let mut sampler = Pivotal::new(threshold, places, DIMENSIONS, candidates, memory)
                    .expect("memory");
                for (&score, position) in scores.iter().zip(&positions) {
                    let _ = black_box(sampler.offer(black_box(score), position, &mut generator));
                }
                sampler.len()
            });
        });
    }
    group.finish();
}

fn thin(criterion: &mut Criterion) {
    let (scores, positions) = stream();
    let mut generator = Xoshiro128PlusPlus::seed_from_u64(3);
    let mut full = Reservoir::new(vec![Item::default(); 4 * KEEP + 1]).expect("items");
    for &score in &scores {
        full.offer(score, &mut generator).expect("score");
    }
    let mut group = criterion.benchmark_group("pivotal/thin");
    group
        .throughput(Throughput::Elements(4 * KEEP as u64))
        .sample_size(20);
    for places in [32, 128, 4 * KEEP] {
        let mut candidates = vec![Candidate::default(); places];
        let mut memory = vec![0.0; positions_len(places, DIMENSIONS)];
        group.bench_function(BenchmarkId::from_parameter(places), |bencher| {
            bencher.iter_batched(
                || full.clone(),
                |mut sampler| {
                    let room = Room {
                        candidates: &mut candidates,
                        positions: &mut memory,
                        dimensions: DIMENSIONS,
                    };
                    let place = |kept: &gleaner::sampler::Kept<f32>, to: &mut [f32]| {
                        to.copy_from_slice(&positions[kept.sequence as usize]);
                    };
                    let done = sampler.thin(KEEP, &mut generator, room, place);
                    assert!(done.is_ok());
                    sampler.len()
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn all(criterion: &mut Criterion) {
    offers(criterion);
    thin(criterion);
}

criterion_group!(benches, all);
criterion_main!(benches);
