//! Observe and score: 10 000 rows at N = 21, 51 and 57 one by one; by blocks up to N = 651. The registers of this processor:
//! `cargo bench --bench factor --features simd -- block`.

use criterion::{Criterion, criterion_group, criterion_main};
use gleaner::Scalar;
use gleaner::factor::{Factor, Score, block_len, factor_len, score_block_len};
use std::hint::black_box;

/// Full rows of uniform numbers from a short generator.
fn rows<T: Scalar>(count: usize, order: usize) -> Vec<Vec<T>> {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        T::of((state >> 11) as f64 / (1u64 << 52) as f64 - 1.0)
    };
    (0..count)
        .map(|_| (0..order).map(|_| next()).collect())
        .collect()
}

fn run<T: Scalar>(c: &mut Criterion, name: &str, order: usize) {
    let rows = rows::<T>(10_000, order);
    let mut factor = Factor::new(order, T::of(1e-3), vec![T::ZERO; factor_len(order)]).unwrap();
    let mut scratch = vec![T::ZERO; 2 * order];
    let mut group = c.benchmark_group(format!("factor {name} N = {order}"));
    group.sample_size(30);
    group.bench_function("observe 10 000", |b| {
        b.iter(|| {
            factor.reset(T::of(1e-3)).unwrap();
            for row in &rows {
                black_box(factor.observe(black_box(row), T::ONE).unwrap());
            }
        })
    });
    group.bench_function("score 10 000 by pairs", |b| {
        b.iter(|| {
            for two in rows.chunks_exact(2) {
                let two = black_box([&two[0][..], &two[1][..]]);
                black_box(factor.score_pair(two, &mut scratch).unwrap());
            }
        })
    });
    group.bench_function("score 10 000", |b| {
        b.iter(|| {
            for row in &rows {
                black_box(factor.score(black_box(row), &mut scratch).unwrap());
            }
        })
    });
}

/// Blocks of 256 rows, which stay in a cache.
fn run_blocks<T: Scalar>(c: &mut Criterion, name: &str, count: usize, order: usize) {
    let rows = rows::<T>(count, order).concat();
    let ridge = T::of(1e-3);
    let mut factor = Factor::new(order, ridge, vec![T::ZERO; factor_len(order)]).unwrap();
    let mut scratch = vec![T::ZERO; block_len(order, 64).max(score_block_len(order))];
    let mut online = [T::ZERO; 256];
    let none = Score {
        leverage: T::ZERO,
        novelty: T::ZERO,
    };
    let mut scores = [none; 256];
    let mut group = c.benchmark_group(format!("block {name} {count} x {order}"));
    group.sample_size(10);
    group.bench_function("observe", |b| {
        b.iter(|| {
            factor.reset(ridge).unwrap();
            for rows in rows.chunks(256 * order) {
                let online = &mut online[..rows.len() / order];
                let done = factor.observe_block(black_box(rows), None, online, &mut scratch);
                done.unwrap();
            }
        })
    });
    group.bench_function("score", |b| {
        b.iter(|| {
            for rows in rows.chunks(256 * order) {
                let scores = &mut scores[..rows.len() / order];
                let done = factor.score_block(black_box(rows), scores, &mut scratch);
                done.unwrap();
            }
        })
    });
}

fn factors(c: &mut Criterion) {
    for (count, order) in [(1000, 21), (10_000, 51), (50_000, 101), (20_000, 651)] {
        run_blocks::<f32>(c, "f32", count, order);
        run_blocks::<f64>(c, "f64", count, order);
    }
    run::<f64>(c, "f64", 51);
    run::<f64>(c, "f64", 21);
    run::<f32>(c, "f32", 21);
    run::<f32>(c, "f32", 57);
}

criterion_group!(benches, factors);
criterion_main!(benches);
