//! Taking rows in: the sweep by fours against one column at a time, forgetting, range, long streams.

mod common;

use common::{Random, scalars};
use gleaner::factor::{Factor, factor_len};
use gleaner::{Error, Scalar};

type Owned<T> = Factor<T, Vec<T>>;

fn empty<T: Scalar>(order: usize, ridge: f64) -> Owned<T> {
    Factor::new(order, T::of(ridge), vec![T::ZERO; factor_len(order)]).unwrap()
}

/// The same rotations one column at a time, by index, with a square matrix for the triangle.
struct Plain<T> {
    unit: Vec<Vec<T>>,
    error: Vec<T>,
}

impl<T: Scalar> Plain<T> {
    fn new(order: usize, ridge: T) -> Self {
        let row = |j| {
            (0..order)
                .map(|k| if k == j { ridge } else { T::ZERO })
                .collect()
        };
        Self {
            unit: (0..order).map(row).collect(),
            error: vec![T::ZERO; order],
        }
    }

    // By index on purpose: as the definition reads.
    #[allow(clippy::needless_range_loop)]
    fn observe(&mut self, row: &[T], weight: T) -> T {
        let most = T::of(1.0 / 1024.0) / T::MIN_POSITIVE;
        let mut x = row.to_vec();
        let start = T::ONE / weight;
        let (mut sum, mut inverse, mut weight) = (T::ZERO, start, weight);
        for j in 0..x.len() {
            if weight == T::ZERO {
                break;
            }
            let (d, b) = (self.unit[j][j], x[j]);
            let add = weight * b * b + self.error[j];
            let pivot = d + add;
            let error = add - (pivot - d);
            let quotient = b / d;
            let after = sum + quotient * b;
            let (bound, next) = ((inverse * T::of(4.0)).min(most), start + after);
            if next <= bound {
                let gain = quotient * (T::ONE / next);
                for k in j + 1..x.len() {
                    x[k] -= b * self.unit[j][k];
                    self.unit[j][k] += gain * x[k];
                }
            } else if pivot >= T::MIN_POSITIVE {
                let (gain, keep) = (weight * b / pivot, d / pivot);
                for k in j + 1..x.len() {
                    let old = self.unit[j][k];
                    self.unit[j][k] = keep * old + gain * x[k];
                    x[k] -= b * old;
                }
                let goes_on = next <= most;
                if !goes_on {
                    (self.unit[j][j], self.error[j]) = (pivot, error);
                    weight = T::ZERO;
                    continue;
                }
            } else {
                continue;
            }
            (self.unit[j][j], self.error[j]) = (pivot, error);
            (sum, inverse, weight) = (after, next, T::ONE / next);
        }
        if weight > T::ZERO {
            sum / inverse
        } else {
            T::ONE
        }
    }

    fn packed(&self) -> Vec<T> {
        self.unit
            .iter()
            .enumerate()
            .flat_map(|(j, row)| row[j..].to_vec())
            .collect()
    }
}

/// Rows of many kinds: full, sparse, zero, unit, and of very different size.
fn mixed<T: Scalar>(random: &mut Random, order: usize) -> Vec<T> {
    let kind = random.below(8);
    let size = [1.0, 1.0, 1.0, 1e-3, 1e4, 1.0, 1.0, 1e-7][kind];
    let at = random.below(order);
    let entry = |j| match kind {
        0 => 0.0,
        1 if j != at => 0.0,
        2 if random.uniform() < 0.6 => 0.0,
        _ => size * random.normal(),
    };
    scalars(&(0..order).map(entry).collect::<Vec<_>>())
}

fn fused_equals_plain<T: Scalar>() {
    let mut random = Random::new(11);
    for order in [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 31, 57] {
        for ridge in [0.0, 1e-3] {
            let mut factor = empty::<T>(order, ridge);
            let mut plain = Plain::new(order, T::of(ridge));
            for _ in 0..120 {
                let row = mixed::<T>(&mut random, order);
                let weight = T::of([1.0, 0.3, 20.0][random.below(3)]);
                let online = factor.observe(&row, weight).unwrap();
                let expected = plain.observe(&row, weight).min(T::ONE);
                // Equality of floats: bit for bit, but for the sign of a zero.
                assert!(online == expected, "order {order}: {online:?} {expected:?}");
                assert_eq!(
                    factor.packed(),
                    plain.packed(),
                    "order {order} ridge {ridge}"
                );
            }
            let triangle = order * (order + 1) / 2;
            let (_, memory) = factor.detach();
            assert_eq!(memory[triangle..triangle + order], plain.error);
        }
    }
}

#[test]
fn fused_equals_plain_f32() {
    fused_equals_plain::<f32>();
}

#[test]
fn fused_equals_plain_f64() {
    fused_equals_plain::<f64>();
}

#[test]
fn a_weight_is_a_count() {
    let mut random = Random::new(3);
    let (mut once, mut often) = (empty::<f64>(6, 1e-3), empty::<f64>(6, 1e-3));
    let rows = random.rows(40, 6);
    for row in &rows {
        once.observe(row, 5.0).unwrap();
        for _ in 0..5 {
            often.observe(row, 1.0).unwrap();
        }
    }
    let mut scratch = [0.0; 6];
    for row in &rows {
        let a = once.score(row, &mut scratch).unwrap().leverage;
        let b = often.score(row, &mut scratch).unwrap().leverage;
        assert!((a - b).abs() < 1e-14);
    }
}

/// Rows `[1, x, y]` over 2^25 readings: a plain f32 sum of squares would stop at 2^24.
fn long_stream(half_life: u64) {
    let (order, ridge) = (3, 1e-3);
    let mut narrow = empty::<f32>(order, ridge);
    let mut wide = empty::<f64>(order, ridge);
    narrow.set_half_life(half_life).unwrap();
    wide.set_half_life(half_life).unwrap();
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let mut worst = 0.0f64;
    for i in 0..1u32 << 25 {
        let row = [1.0, next(), next()];
        let got = f64::from(narrow.observe(&row, 1.0).unwrap());
        let exact = wide.observe(&row.map(f64::from), 1.0).unwrap();
        if i > 100 {
            worst = worst.max((got / exact - 1.0).abs());
        }
    }
    assert!(worst < 1e-3, "half-life {half_life}: {worst:e}");
    let mut scratch = [0.0; 3];
    let got = narrow.score(&[1.0, 0.5, -0.5], &mut scratch).unwrap();
    let exact = wide.score(&[1.0, 0.5, -0.5], &mut [0.0; 3]).unwrap();
    let error = (f64::from(got.leverage) / exact.leverage - 1.0).abs();
    assert!(error < 1e-3, "half-life {half_life}: score {error:e}");
    println!("half-life {half_life}: online {worst:e}, score {error:e}");
    assert_eq!(got.novelty, 0.0);
}

#[test]
fn long_stream_without_forgetting() {
    long_stream(0);
}

#[test]
fn long_stream_with_half_life() {
    long_stream(1000);
}

/// Against the definition: row i weighs `2^(-(n - i) / half_life)`.
#[test]
fn half_life_is_what_it_says() {
    let (order, half_life) = (5, 12);
    let mut random = Random::new(8);
    let rows = random.rows(103, order);
    for count in [1, 5, 11, 12, 13, 24, 60, 103] {
        let mut factor = empty::<f64>(order, 0.0);
        factor.set_half_life(half_life).unwrap();
        for row in &rows[..count] {
            factor.observe(row, 1.0).unwrap();
        }
        let age = |i: usize| (count - 1 - i) as f64;
        // Scores speak of the moment after the last row.
        let weight = |i: usize| (-(age(i) + 1.0) / half_life as f64).exp2();
        let mut direct = empty::<f64>(order, 0.0);
        for (i, row) in rows[..count].iter().enumerate() {
            direct.observe(row, weight(i)).unwrap();
        }
        if count < order {
            continue;
        }
        let mut scratch = [0.0; 5];
        for row in &rows[..8] {
            let a = factor.score(row, &mut scratch).unwrap().leverage;
            let b = direct.score(row, &mut scratch).unwrap().leverage;
            assert!((a / b - 1.0).abs() < 1e-10, "{count}: {a} {b}");
        }
    }
}

/// A direction that is never seen keeps at least half of lambda, and in the long run at most all of it.
#[test]
fn forgetting_keeps_the_ridge() {
    let mut random = Random::new(5);
    for (order, half_life) in [(1, 1), (1, 7), (3, 3), (4, 10), (7, 100), (9, 31)] {
        for ridge in [1e-3, 1.0] {
            let mut factor = empty::<f64>(order + 1, ridge);
            let half_life = half_life.max(order as u64 + 1);
            factor.set_half_life(half_life).unwrap();
            let (mut low, mut high) = (f64::MAX, 0.0f64);
            let mut probe = vec![0.0; order + 1];
            let mut scratch = vec![0.0; order + 1];
            for i in 0..9 * half_life {
                let mut row: Vec<f64> = random.normals(order);
                row.insert(0, 0.0);
                factor.observe(&row, 1.0).unwrap();
                probe[0] = 1.0;
                let kept = 1.0 / factor.score(&probe, &mut scratch).unwrap().leverage;
                low = low.min(kept / ridge);
                if i >= 7 * half_life {
                    high = high.max(kept / ridge);
                }
                assert!(kept < 1.5 * ridge);
            }
            assert!(
                low >= 0.5 - 1e-12 && high <= 1.01,
                "{order} {half_life}: {low} {high}"
            );
            assert!(
                low < 0.72,
                "{order} {half_life}: the ridge does not move: {low}"
            );
        }
    }
}

#[test]
fn half_life_may_change() {
    let mut random = Random::new(6);
    let mut factor = empty::<f64>(4, 0.5);
    let mut scratch = [0.0; 4];
    let mut score = |factor: &Owned<f64>, row: &[f64]| factor.score(row, &mut scratch).unwrap();
    for half_life in [0, 9, 40, 4, 0, 25, 0] {
        let probe = random.normals(4);
        let before = score(&factor, &probe).leverage;
        let was = factor.state().half_life;
        factor.set_half_life(half_life).unwrap();
        let after = score(&factor, &probe).leverage;
        let within = if half_life == 0 && was > 0 {
            0.7
        } else {
            1e-12
        };
        assert!(
            (after / before - 1.0).abs() < within,
            "{was} to {half_life}: {before} {after}"
        );
        for _ in 0..57 {
            factor
                .observe(
                    &random
                        .normals(3)
                        .into_iter()
                        .chain([0.0])
                        .collect::<Vec<_>>(),
                    1.0,
                )
                .unwrap();
            let kept = 1.0 / score(&factor, &[0.0, 0.0, 0.0, 1.0]).leverage;
            assert!(
                (0.25 * (1.0 - 1e-12)..=0.75 + 1e-12).contains(&kept),
                "{kept}"
            );
        }
    }
    assert_eq!(factor.set_half_life(3), Err(Error::Range("half_life")));
}

/// Bits of everything a factor holds.
fn bits<T: Scalar>(factor: &Owned<T>) -> (String, Vec<u64>) {
    let (state, memory) = factor.clone().detach();
    (
        format!("{state:?}"),
        memory.iter().map(|x| x.wide().to_bits()).collect(),
    )
}

fn refused<T: Scalar>() {
    let mut random = Random::new(4);
    let mut factor = empty::<T>(5, 1e-3);
    for row in random.rows(9, 5) {
        factor.observe(&scalars::<T>(&row), T::ONE).unwrap();
    }
    let before = bits(&factor);
    let good = [T::ONE; 5];
    let huge = T::MAX * T::of(0.9);
    for at in 0..5 {
        let infinite = T::MAX + T::MAX;
        for (bad, error) in [
            (T::of(f64::NAN), Error::NotFinite("row")),
            (infinite, Error::NotFinite("row")),
            (T::ZERO - infinite, Error::NotFinite("row")),
            (huge, Error::Range("row")),
            (T::MAX.sqrt(), Error::Range("row")),
        ] {
            let mut row = good;
            row[at] = bad;
            assert_eq!(factor.observe(&row, T::ONE), Err(error), "{bad:?} at {at}");
            assert_eq!(bits(&factor), before);
            let scored = factor.score(&row, &mut [T::ZERO; 5]);
            if error == Error::NotFinite("row") {
                assert_eq!(scored, Err(error), "{bad:?} at {at}");
            }
        }
    }
    for (weight, error) in [
        (T::ZERO, Error::Range("weight")),
        (T::ZERO - T::ONE, Error::Range("weight")),
        (T::MAX, Error::Range("weight")),
        (T::MIN_POSITIVE, Error::Range("weight")),
        (T::MAX + T::MAX, Error::NotFinite("weight")),
    ] {
        assert_eq!(factor.observe(&good, weight), Err(error));
    }
    assert_eq!(
        factor.observe(&good[..4], T::ONE),
        Err(Error::Length("row"))
    );
    assert_eq!(
        factor.observe(&[T::ONE; 6], T::ONE),
        Err(Error::Length("row"))
    );
    assert_eq!(bits(&factor), before);
    assert_eq!(bits(&factor.clone()), before);

    // Without a ridge an entry too small to be squared is no zero.
    let mut bare = empty::<T>(2, 0.0);
    let tiny = T::MIN_POSITIVE;
    assert_eq!(
        bare.observe(&[T::ONE, tiny], T::ONE),
        Err(Error::Range("row"))
    );
    bare.observe(&[T::ONE, T::ONE], T::ONE).unwrap();
    bare.observe(&[T::ONE, tiny], T::ONE).unwrap();
}

#[test]
fn refused_rows_change_nothing() {
    refused::<f32>();
    refused::<f64>();
}

/// Rows whose sizes span the whole range: never a NaN, every refusal without a trace.
fn adversarial<T: Scalar>(low: f64, high: f64) {
    let mut random = Random::new(77);
    let (low, high) = (low.log10(), high.log10());
    let (mut taken, mut not) = (0, 0);
    for trial in 0..2000 {
        let order = [1, 2, 3, 4, 5, 7, 8, 9][trial % 8];
        let ridge = [0.0, 1e-12, 1e-3, 1e6][random.below(4)];
        let mut factor = empty::<T>(order, ridge);
        if trial % 3 == 0 {
            factor
                .set_half_life(order as u64 + random.below(6) as u64)
                .unwrap();
        }
        let mut scratch = vec![T::ZERO; order];
        for _ in 0..30 {
            let style = random.below(4);
            let common = low + (high - low) * random.uniform();
            let row: Vec<T> = (0..order)
                .map(|_| {
                    let own = low + (high - low) * random.uniform();
                    let size = 10f64.powf(if style < 2 { own } else { common });
                    let zero = style % 2 == 1 && random.uniform() < 0.5;
                    T::of(if zero {
                        0.0
                    } else {
                        size * (random.uniform() - 0.5)
                    })
                })
                .collect();
            let weight = T::of(10f64.powf(4.0 * random.uniform() - 2.0));
            let before = bits(&factor);
            match factor.observe(&row, weight) {
                Ok(online) => {
                    taken += 1;
                    assert!(online >= T::ZERO && online <= T::ONE, "{online:?}");
                }
                Err(error) => {
                    not += 1;
                    assert_eq!(error, Error::Range("row"));
                    assert_eq!(bits(&factor), before);
                }
            }
            let (_, memory) = factor.clone().detach();
            assert!(memory.iter().all(|x| x.is_finite()), "{row:?}: {memory:?}");
            match factor.score(&row, &mut scratch) {
                Ok(score) => {
                    assert!(score.leverage.is_finite() && score.leverage >= T::ZERO);
                    assert!(score.novelty >= T::ZERO && score.novelty <= T::ONE);
                }
                Err(error) => assert!(matches!(error, Error::Range("row") | Error::Stale)),
            }
            if random.below(6) == 0 {
                factor.pivot().unwrap();
                let (_, memory) = factor.clone().detach();
                assert!(memory.iter().all(|x| x.is_finite()), "pivot: {memory:?}");
            }
        }
    }
    println!("{taken} rows taken, {not} refused");
    assert!(taken > 10 * not && not > 0);
}

#[test]
fn adversarial_sizes_f32() {
    adversarial::<f32>(1e-20, 1e18);
}

#[test]
fn adversarial_sizes_f64() {
    adversarial::<f64>(1e-156, 1e152);
}

/// Four rows whose columns differ by the square of s.
#[test]
fn leverage_does_not_depend_on_scale() {
    let exact = [0.129078014, 0.133333333, 0.821276596, 0.916312057];
    for s in [1.0f64, 1e3, 1e6, 1e10, 1e15, 1e18, 1e20] {
        let rows = [[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, -1.0]];
        let rows = rows.map(|[a, b]| [(a / s) as f32, (b * s) as f32]);
        let mut factor = empty::<f32>(2, 0.0);
        let taken: Result<Vec<_>, _> = rows.iter().map(|row| factor.observe(row, 1.0)).collect();
        if let Err(error) = taken {
            assert!(s >= 1e18, "{s:e}");
            assert_eq!(error, Error::Range("row"));
            continue;
        }
        for (row, exact) in rows.iter().zip(exact) {
            let got = factor.score(row, &mut [0.0; 2]).unwrap();
            assert!(
                (f64::from(got.leverage) - exact).abs() < 1e-6,
                "{s:e}: {got:?}"
            );
            assert_eq!(got.novelty, 0.0);
        }
    }
}

#[test]
fn a_ridge_of_negative_zero_is_none() {
    for ridge in [0.0, -0.0] {
        let mut factor = Factor::new(2, ridge, [0.0_f64; factor_len(2)]).unwrap();
        let online = [[1.0, 2.0], [2.0, 1.0], [1.0, 1.0]].map(|row| factor.observe(&row, 1.0));
        assert_eq!(online[..2], [Ok(1.0), Ok(1.0)], "{ridge}");
        assert!(online[2].is_ok_and(|online| online < 1.0));
    }
    let mut factor = Factor::new(2, 1.0, [0.0_f64; factor_len(2)]).unwrap();
    factor.start(&[-0.0, 0.0, -0.0], 0, 0.0).unwrap();
    assert_eq!(factor.observe(&[1.0, 2.0], 1.0), Ok(1.0));
    assert_eq!(factor.observe(&[2.0, 1.0], 1.0), Ok(1.0));
}
