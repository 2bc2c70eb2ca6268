//! Observe and score: 10 000 rows at N = 51, and single rows at N = 20, 21 and 57.

use criterion::{Criterion, criterion_group, criterion_main};
use gleaner::Scalar;
use gleaner::factor::{Factor, factor_len};
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

fn factors(c: &mut Criterion) {
    run::<f64>(c, "f64", 51);
    run::<f64>(c, "f64", 21);
    run::<f32>(c, "f32", 21);
    run::<f32>(c, "f32", 57);
}

criterion_group!(benches, factors);
criterion_main!(benches);
