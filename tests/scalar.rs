//! The scalars: uniform draws, conversions, and the functions of f32 that avoid doubles.

mod common;

use common::{Random, spacing, ulps};
use core::convert::Infallible;
use gleaner::Scalar;
use gleaner::rand_core::TryRng;

/// A generator of one word, over and over.
struct Constant(u64);

impl TryRng for Constant {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0 as u32)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0)
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(self.0 as u8);
        Ok(())
    }
}

#[test]
fn a_uniform_draw_is_never_0_and_at_most_1() {
    assert_eq!(f32::unit(&mut Constant(0)), 2f32.powi(-32));
    assert_eq!(f64::unit(&mut Constant(0)), 2f64.powi(-64));
    assert_eq!(f32::unit(&mut Constant(u64::MAX)), 1.0);
    assert_eq!(f64::unit(&mut Constant(u64::MAX)), 1.0);
    let mut random = Random::new(1);
    let (mut narrow, mut wide) = (0.0, 0.0);
    let count = 1_000_000;
    for _ in 0..count {
        let (a, b) = (
            f32::unit(&mut random.generator),
            f64::unit(&mut random.generator),
        );
        assert!(0.0 < a && a <= 1.0 && 0.0 < b && b <= 1.0);
        narrow += f64::from(a);
        wide += b;
    }
    // Four standard errors of a mean of uniforms: 4 sqrt(1 / 12 / 10^6).
    for sum in [narrow, wide] {
        assert!((sum / f64::from(count) - 0.5).abs() < 1.16e-3, "{sum}");
    }
}

#[test]
fn conversions_saturate_and_round_to_nearest() {
    assert_eq!(
        [f32::of(0.1), f32::of(1e300), f32::count(16_777_217)],
        [0.1, f32::INFINITY, 16_777_216.0]
    );
    assert_eq!(
        [2.9f32, -1.0, f32::NAN, 1e30].map(Scalar::index),
        [2, 0, 0, usize::MAX]
    );
    assert_eq!(0.1f32.wide(), f64::from(0.1f32));
    assert_eq!(
        [Scalar::max(f64::NAN, 2.0), Scalar::min(f64::NAN, 2.0)],
        [2.0; 2]
    );
}

#[test]
fn sine_and_cosine_in_f32_hold_for_every_size() {
    let mut random = Random::new(2);
    let mut sizes: Vec<f32> = (0..200_000)
        .map(|_| f32::from_bits(random.below(0x7f80_0000) as u32))
        .collect();
    sizes.extend((0..40_000).map(|i| i as f32 * 1e-3));
    // Nearest to multiples of pi/2, where the reduction cancels most.
    sizes.extend((1..40_000).map(|i| (f64::from(i) * std::f64::consts::FRAC_PI_2) as f32));
    sizes.extend([
        16_367_173.0 * 2f32.powi(72),
        f32::MAX,
        f32::from_bits(1),
        0.0,
    ]);
    let mut worst = [0.0f64; 2];
    for x in sizes.into_iter().flat_map(|x| [x, -x]) {
        let (got, exact) = (x.sin_cos(), f64::from(x).sin_cos());
        let far = [
            ulps(Scalar::sin_cos(x).0, exact.0),
            ulps(Scalar::sin_cos(x).1, exact.1),
        ];
        assert!(
            got.0.abs() <= 1.0 && far.iter().all(|&u| u <= 1.6),
            "{x:e}: {far:?}"
        );
        worst = [worst[0].max(far[0]), worst[1].max(far[1])];
    }
    println!("{worst:?}");
    assert_eq!(Scalar::sin_cos(-0.0f32).0.to_bits(), (-0.0f32).to_bits());
    for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let (sine, cosine) = Scalar::sin_cos(x);
        assert!(sine.is_nan() && cosine.is_nan());
    }
}

#[test]
fn powers_of_two_in_f32_hold_for_every_size() {
    for whole in -149..128 {
        let exact = 2f64.powi(whole);
        assert_eq!(f64::from(Scalar::exp2(whole as f32)), exact);
    }
    for i in -152_000..128_000 {
        let x = i as f32 * 1e-3;
        let exact = f64::from(x).exp2();
        let far = (f64::from(Scalar::exp2(x)) - exact).abs() / spacing::<f32>(exact);
        assert!(far <= 1.5, "{x}: {far}");
    }
    assert_eq!(
        [Scalar::exp2(128.0f32), Scalar::exp2(1e10f32)],
        [f32::INFINITY; 2]
    );
    assert_eq!([Scalar::exp2(-151.0f32), Scalar::exp2(-1e10f32)], [0.0; 2]);
}
