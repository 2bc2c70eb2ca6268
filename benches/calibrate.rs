//! Calibration: time of a reading's sums, and of the weights of 400 kept, by parameters.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gleaner::Scalar;
use gleaner::calibrate::{Options, Totals, calibrate, calibrate_len, totals_len};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use std::hint::black_box;

const READINGS: usize = 4000;
const KEEP: usize = 400;

fn all(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("calibrate");
    group.sample_size(20);
    for length in [11, 66, 200] {
        let mut generator = Xoshiro128PlusPlus::seed_from_u64(1);
        let vectors: Vec<f32> = (0..READINGS * length)
            .map(|_| f32::unit(&mut generator) - 0.5)
            .collect();
        let mut totals = Totals::new(length, vec![0.0; totals_len(length)]).expect("memory");
        group.bench_function(BenchmarkId::new("observe 4000", length), |bencher| {
            bencher.iter(|| {
                totals.clear();
                for vector in vectors.chunks_exact(length) {
                    let _ = black_box(totals.observe(black_box(vector)));
                }
            });
        });
        let mut memory = vec![0.0; calibrate_len(length)];
        let mut ratios = vec![0.0; KEEP];
        group.bench_function(BenchmarkId::new("weights of 400", length), |bencher| {
            bencher.iter(|| {
                let item = |index: usize, to: &mut [f32]| {
                    let start = index * (READINGS / KEEP) * length;
                    to.copy_from_slice(&vectors[start..start + length]);
                    Ok((READINGS / KEEP) as f32)
                };
                let options = Options::default();
                let report = calibrate(&totals, KEEP, item, options, &mut ratios, &mut memory);
                assert!(report.is_ok());
            });
        });
    }
    group.finish();
}

criterion_group!(benches, all);
criterion_main!(benches);
