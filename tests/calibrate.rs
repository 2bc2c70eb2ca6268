//! Calibration against a dense reference, its constraints, and what it gains.

mod common;

use common::{Random, dense, scalars};
use gleaner::calibrate::{Options, Report, Totals, Vector, calibrate, calibrate_len, totals_len};
use gleaner::model::{Activation, Flat, Model, Network, Shape, Target};
use gleaner::score::{Mix, cautious, optimal};
use gleaner::{Error, Scalar};

fn totals<T: Scalar>(rows: &[Vec<T>]) -> Totals<T, Vec<T>> {
    let length = rows[0].len();
    let mut totals = Totals::new(length, vec![T::of(7.0); totals_len(length)]).unwrap();
    rows.iter().for_each(|row| totals.observe(row).unwrap());
    totals
}

fn run<T: Scalar>(
    totals: &Totals<T, Vec<T>>,
    kept: &[Vec<T>],
    weights: &[T],
    options: Options<T>,
) -> (Vec<T>, Report<T>) {
    let mut ratios = vec![T::ZERO; kept.len()];
    let mut memory = vec![T::of(3.0); calibrate_len(totals.state().length)];
    let item = |i: usize, a: &mut [T]| {
        a.copy_from_slice(&kept[i]);
        Ok(weights[i])
    };
    let report = calibrate(totals, kept.len(), item, options, &mut ratios, &mut memory).unwrap();
    (ratios, report)
}

fn with_one(rows: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    rows.into_iter()
        .map(|mut row| {
            row.push(1.0);
            row
        })
        .collect()
}

#[test]
fn constraints_are_met_and_the_distance_is_least() {
    let rows = with_one(Random::new(2).rows(1000, 4));
    let kept: Vec<_> = rows.iter().step_by(10).cloned().collect();
    let weights: Vec<f64> = (0..100).map(|i| 8.0 + (i % 5) as f64).collect();
    let totals = totals(&rows);
    let options = Options {
        ridge: Some(1e-14),
        least: 0.0,
        most: 1e3,
        ..Options::default()
    };
    let (ratios, report) = run(&totals, &kept, &weights, options);
    assert_eq!((report.rounds, report.clipped), (1, 0));
    assert!(report.before > 1e-2 && report.after < 1e-11, "{report:?}");
    let mut matrix = vec![vec![0.0; 5]; 5];
    let mut goal: Vec<f64> = (0..5).map(|j| totals.value(j).unwrap()).collect();
    for (row, w) in kept.iter().zip(&weights) {
        for j in 0..5 {
            goal[j] -= w * row[j];
            for k in 0..5 {
                matrix[j][k] += w * row[j] * row[k];
            }
        }
    }
    let lambda = dense(matrix, goal);
    for (row, r) in kept.iter().zip(&ratios) {
        let reference = 1.0 + row.iter().zip(&lambda).map(|(x, l)| x * l).sum::<f64>();
        assert!((r - reference).abs() < 1e-10);
    }
    // A power of two on a column changes no bit.
    let scaled = |rows: &[Vec<f64>]| -> Vec<Vec<f64>> {
        rows.iter()
            .map(|row| {
                let mut row = row.clone();
                row[1] *= 1024.0;
                row
            })
            .collect()
    };
    let (other, _) = run(
        &self::totals(&scaled(&rows)),
        &scaled(&kept),
        &weights,
        options,
    );
    assert_eq!(ratios, other);
    // A dependent column changes nothing either.
    let twice = |rows: &[Vec<f64>]| -> Vec<Vec<f64>> {
        rows.iter()
            .map(|row| {
                let mut row = row.clone();
                row.push(row[0] + row[2]);
                row
            })
            .collect()
    };
    for ridge in [None, Some(0.0)] {
        let options = Options { ridge, ..options };
        let (other, report) = run(
            &self::totals(&twice(&rows)),
            &twice(&kept),
            &weights,
            options,
        );
        assert!(report.after < 1e-8, "{report:?}");
        assert!(ratios.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}

/// Totals in f32, in doubles from the definition: within 1e-5 of `sum w |a|`, and within 2e-4 of `sqrt(sum w a^2)`. A ridge
/// of 1e-10, less than the rounding of the diagonal, leaves 4e-4 of the latter with the dependent columns.
#[test]
fn totals_are_met_in_f32() {
    for dependent in [0, 2] {
        for (n, step) in [(1000, 10), (10_000, 10), (20_000, 40)] {
            let mut rows = Random::new(9).rows(n, 4);
            for row in &mut rows {
                row[0] += 10.0;
                row[1] *= 1e4;
                row[3] *= 1e4;
                for j in 0..dependent {
                    row.push(0.3 * row[j] + 1.7 * row[j + 1]);
                }
            }
            let rows: Vec<Vec<f32>> = with_one(rows).iter().map(|row| scalars(row)).collect();
            let kept: Vec<_> = rows.iter().step_by(step).cloned().collect();
            let weights = vec![step as f32; kept.len()];
            let (ratios, report) = run(&totals(&rows), &kept, &weights, Options::default());
            assert_eq!((report.rounds, report.clipped), (1, 0));
            for j in 0..rows[0].len() {
                let total: f64 = rows.iter().map(|row| f64::from(row[j])).sum();
                let (mut sum, mut size, mut square) = (0.0, 0.0, 0.0);
                for (row, ratio) in kept.iter().zip(&ratios) {
                    let (a, w) = (f64::from(row[j]), step as f64);
                    sum += w * f64::from(*ratio) * a;
                    size += w * a.abs();
                    square += w * a * a;
                }
                let off = (total - sum).abs();
                assert!(off <= 1e-5 * size, "{} of {size}", off / size);
                assert!(off <= 2e-4 * square.sqrt(), "{}", off / square.sqrt());
            }
        }
    }
}

/// A sum that no kept sample holds cannot be met: it is counted, and the others are met all the same.
#[test]
fn absent_sums_are_reported() {
    let mut rows = with_one(Random::new(7).rows(400, 3));
    for (i, row) in rows.iter_mut().enumerate() {
        row[1] *= f64::from(i % 4 == 3);
        row[2] = 0.0;
    }
    let kept: Vec<_> = rows.iter().step_by(4).cloned().collect();
    let (ratios, report) = run(&totals(&rows), &kept, &[4.0; 100], Options::default());
    assert_eq!((report.absent, report.clipped), (1, 0));
    assert!(report.after < 1e-8 && ratios.iter().any(|r| *r != 1.0));
    let (_, report) = run(&totals(&kept), &kept, &[1.0; 100], Options::default());
    assert_eq!(report.absent, 0);
}

#[test]
fn bounds_hold_and_what_is_met_stays() {
    let rows = with_one(Random::new(3).rows(300, 3));
    let kept: Vec<_> = rows[..60].to_vec();
    let (ratios, report) = run(&totals(&rows), &kept, &[1.0; 60], Options::default());
    assert!(report.clipped > 0 && report.rounds > 1, "{report:?}");
    assert!(ratios.iter().all(|r| (0.2..=5.0).contains(r)));
    assert_eq!(
        ratios.iter().filter(|r| **r == 0.2 || **r == 5.0).count(),
        report.clipped
    );
    let (ratios, report) = run(&totals(&kept), &kept, &[1.0; 60], Options::default());
    assert!(report.before < 1e-14 && report.clipped == 0);
    assert!(ratios.iter().all(|r| (r - 1.0).abs() < 1e-12));
    let (ratios, report) = run(&totals(&kept), &[], &[], Options::default());
    assert!(ratios.is_empty() && report.rounds == 0);
    let (ratios, _) = run(&totals(&rows), &rows[..1], &[300.0], Options::default());
    assert!((0.2..=5.0).contains(&ratios[0]));
}

/// A total near the span, over 400 uniform samples of 100 from 2000: calibration takes away what the columns explain, so
/// the mean squared error falls to the variance of the residuals, 0.04 of 5.04, and 1 + N/n for the ratios. A mean
/// of m squares of normal errors has a relative standard error of sqrt(2/m), 7.1 %; a ratio of two of them 10 %.
#[test]
fn a_total_near_the_span_gains() {
    const TRIALS: u32 = 400;
    let mut random = Random::new(4);
    let rows = with_one(random.rows(2000, 3));
    let noise = random.rows(2000, 1);
    let y: Vec<f64> = rows
        .iter()
        .zip(&noise)
        .map(|(a, e)| 2.0 * a[0] - a[1] + 0.2 * e[0])
        .collect();
    let truth: f64 = y.iter().sum();
    let totals = totals(&rows);
    let (mut plain, mut better, mut bias) = (0.0, 0.0, 0.0);
    for _ in 0..TRIALS {
        let keys = random.rows(2000, 1);
        let mut order: Vec<usize> = (0..2000).collect();
        order.sort_by(|a, b| keys[*a][0].total_cmp(&keys[*b][0]));
        order.truncate(100);
        let kept: Vec<_> = order.iter().map(|i| rows[*i].clone()).collect();
        let (ratios, _) = run(&totals, &kept, &[20.0; 100], Options::default());
        let design: f64 = order.iter().map(|i| 20.0 * y[*i]).sum();
        let moved: f64 = order
            .iter()
            .zip(&ratios)
            .map(|(i, r)| 20.0 * r * y[*i])
            .sum();
        plain += (design - truth).powi(2);
        better += (moved - truth).powi(2);
        bias += moved - truth;
    }
    let expected = 0.04 / 5.04 * 1.04;
    let (ratio, error) = (better / plain, (4.0 / f64::from(TRIALS)).sqrt());
    assert!((ratio / expected - 1.0).abs() < 4.0 * error, "{ratio}");
    // The mean error is within 4 of its own standard errors of 0.
    assert!(bias.abs() < 4.0 * better.sqrt(), "{bias}");
}

#[test]
fn a_calibration_refuses() {
    let rows = with_one(Random::new(8).rows(20, 2));
    let totals = totals(&rows);
    type Item = fn(usize, &mut [f64]) -> Result<f64, Error>;
    let good: Item = |i, a| {
        a.copy_from_slice(&[i as f64, 0.5, 1.0]);
        Ok(1.0)
    };
    let ask = |item: Item, options: Options<f64>, ratios: usize, memory: usize| {
        let (mut ratios, mut memory) = (vec![0.0; ratios], vec![0.0; memory]);
        calibrate(&totals, 5, item, options, &mut ratios, &mut memory).map(|_| ())
    };
    let (plain, long) = (Options::default(), calibrate_len(3));
    assert_eq!(ask(good, plain, 5, long), Ok(()));
    assert_eq!(ask(good, plain, 4, long), Err(Error::Length("ratios")));
    assert_eq!(ask(good, plain, 6, long), Ok(()));
    assert_eq!(ask(good, plain, 5, long - 1), Err(Error::Length("memory")));
    for wrong in [
        Options {
            least: -0.1,
            ..plain
        },
        Options {
            least: 1.0,
            ..plain
        },
        Options {
            least: f64::NAN,
            ..plain
        },
        Options { most: 1.0, ..plain },
        Options {
            most: f64::INFINITY,
            ..plain
        },
        Options { rounds: 0, ..plain },
    ] {
        assert_eq!(ask(good, wrong, 5, long), Err(Error::Range("options")));
    }
    let ridge = |ridge| Options {
        ridge: Some(ridge),
        ..plain
    };
    assert_eq!(ask(good, ridge(-1.0), 5, long), Err(Error::Range("ridge")));
    let refused = ask(good, ridge(f64::NAN), 5, long);
    assert_eq!(refused, Err(Error::NotFinite("ridge")));
    let cases: [(Item, Error); 7] = [
        (|_, _| Ok(0.0), Error::Range("weight")),
        (|_, _| Ok(-1.0), Error::Range("weight")),
        (|_, _| Ok(f64::NAN), Error::NotFinite("weight")),
        (|_, _| Ok(f64::INFINITY), Error::NotFinite("weight")),
        (
            |i, a| {
                a.fill(if i == 4 { f64::NAN } else { 1.0 });
                Ok(1.0)
            },
            Error::NotFinite("vector"),
        ),
        (
            |_, a| {
                a.fill(f64::MAX);
                Ok(4.0)
            },
            Error::Range("vector"),
        ),
        (|_, _| Err(Error::Storage), Error::Storage),
    ];
    for (item, cause) in cases {
        assert_eq!(ask(item, plain, 5, long), Err(cause));
    }
    // A total that is beyond all scales of the kept.
    let tiny: Item = |_, a| {
        a.fill(1e-300);
        Ok(1e-20)
    };
    assert_eq!(ask(tiny, plain, 5, long), Ok(()));
    let (mut ratios, mut memory) = ([0.0; 5], vec![0.0; long]);
    let report = calibrate(&totals, 5, tiny, plain, &mut ratios, &mut memory).unwrap();
    assert_eq!((report.absent, ratios), (3, [1.0; 5]));
    // Sums of nothing, which the kept ones cannot be part of.
    let none = Totals::new(3, vec![0.0; totals_len(3)]).unwrap();
    let (mut ratios, mut memory) = ([0.0; 5], vec![0.0; long]);
    assert_eq!(
        calibrate(&none, 5, good, plain, &mut ratios, &mut memory),
        Err(Error::Range("totals"))
    );
    assert_eq!(
        Totals::<f64, _>::new(0, vec![]).map(|_| ()),
        Err(Error::Range("length"))
    );
}

/// `sqrt(l'^2 + ...)` holds where the squares do not.
#[test]
fn a_cautious_score_does_not_overflow() {
    let near = |found: f32, exact: f64| {
        assert!(
            (f64::from(found) / exact - 1.0).abs() < 1e-6,
            "{found} {exact}"
        );
    };
    near(cautious(1e30_f32, 0.25, 1.0, 1.0), 5e29);
    near(cautious(1e-30_f32, 0.25, 0.0, 1.0), 5e-31);
    near(cautious(0.0_f32, 1e-10, 1e36, 1e4), 1e10);
    near(cautious(3e30_f32, 1.0, 1e38, 1.6e23), 5e30);
    near(cautious(3e38_f32, 0.01, 1e38, 1e38), 3e37_f64.hypot(1e36));
    assert!(cautious(f32::NAN, 0.5, 1.0, 1.0).is_nan());
    assert!(cautious(1.0, 0.5, f32::NAN, 1.0).is_nan());
    assert_eq!(cautious(0.0_f32, 0.0, 1.0, 1.0), 0.0);
}

#[test]
fn refusals_move_nothing() {
    let mut totals = totals(&[vec![1.0, 2.0]]);
    assert_eq!(
        totals.observe(&[1.0, f64::NAN]),
        Err(Error::NotFinite("vector"))
    );
    assert_eq!(totals.observe(&[1.0]), Err(Error::Length("vector")));
    totals.observe(&[0.0, f64::MAX]).unwrap();
    assert_eq!(
        totals.observe(&[1.0, f64::MAX]),
        Err(Error::Range("vector"))
    );
    assert_eq!(
        (totals.value(0), totals.count(), totals.value(2)),
        (Some(1.0), 2, None)
    );
    let (state, memory) = totals.detach();
    assert!(Totals::attach(state, &memory[..3]).is_err());
    assert_eq!(Vector::Gradient.len(3), 4);
    assert_eq!(Vector::Curvature.len(3), 10);
    assert_eq!(Vector::Output.len(3), 13);
}

#[test]
fn scores_mix_by_preceding_means() {
    assert_eq!(optimal(-3.0, 0.25), 1.5);
    assert_eq!(cautious(-3.0, 0.25, 7.0, 0.0), 1.5);
    assert!((cautious(0.0, 0.25, 4.0, 9.0) - 1.5_f64).abs() < 1e-15);
    let mut mix = Mix::running(0.1, [0.5, 0.5]).unwrap();
    let (mut sums, mut random) = ([0.0; 2], Random::new(5));
    for (i, row) in random.rows(50, 1).iter().enumerate() {
        let h = row[0] * row[0];
        let mixed = mix.score(&[h, h.sqrt()]).unwrap();
        let n = i as f64;
        let expected = if i == 0 {
            1.0
        } else {
            0.9 * 0.5 * (h * n / sums[0] + h.sqrt() * n / sums[1]) + 0.1
        };
        assert!((mixed - expected).abs() < 1e-12 * expected);
        sums = [sums[0] + h, sums[1] + h.sqrt()];
    }
    let mut fixed = Mix::fixed(0.0, [1.0], [4.0]).unwrap();
    assert_eq!(
        (fixed.score(&[8.0]), fixed.score(&[2.0])),
        (Ok(2.0), Ok(0.5))
    );
    assert_eq!(fixed.score(&[-1.0]), Err(Error::Score));
    assert!(Mix::running(0.1, [0.5, 0.6]).is_err() && Mix::fixed(0.1, [1.0], [0.0]).is_err());
}

/// A ReLU network: entries against the model's gradient, and its dependent columns through the whole of a calibration.
#[test]
fn vectors_are_made_of_gradients() {
    let shapes = [
        Shape {
            inputs: 2,
            outputs: 2,
            bias: true,
            activation: Activation::Relu,
        },
        Shape {
            inputs: 2,
            outputs: 1,
            bias: true,
            activation: Activation::Identity,
        },
    ];
    let theta = [0.5, -1.0, 0.3, 0.8, 0.1, -0.2, 1.5, -0.7, 0.4];
    let model = Network::new(Flat {
        shapes: &shapes[..],
        theta: &theta[..],
    })
    .unwrap();
    let p = model.parameters();
    let mut scratch = vec![0.0; model.scratch()];
    let mut gradient = vec![0.0; p];
    let inputs = Random::new(6).rows(1200, 2);
    let target = Target::Logistic(0.3);
    for vector in [Vector::Gradient, Vector::Curvature, Vector::Output] {
        let length = vector.len(p);
        let mut rows = Vec::new();
        for x in &inputs {
            let mut row = vec![f64::NAN; length];
            vector
                .write(&model, x, 0, target, &mut row, &mut scratch)
                .unwrap();
            let m = model
                .gradient(x, 0, Target::Prediction, &mut gradient, &mut scratch)
                .unwrap();
            let g = &gradient;
            let pairs = |f: f64| -> Vec<f64> {
                (0..p)
                    .flat_map(|j| (j..p).map(move |k| (j, k)))
                    .map(|(j, k)| f * g[j] * g[k])
                    .collect()
            };
            let sigmoid = 1.0 / (1.0 + (-m).exp());
            let mut expected: Vec<f64> = g.iter().map(|g| (sigmoid - 0.3) * g).collect();
            expected.push(1.0);
            match vector {
                Vector::Gradient => (),
                Vector::Curvature => expected.extend(pairs(sigmoid * (1.0 - sigmoid) / 2.0)),
                Vector::Output => {
                    expected = pairs(1.0);
                    expected.extend(g);
                    expected.extend(g.iter().map(|g| m * g));
                    expected.push(1.0);
                }
            }
            assert_eq!(expected.len(), length);
            for (a, b) in row.iter().zip(&expected) {
                assert!(
                    (a - b).abs() <= 1e-13 * (1.0 + b.abs()),
                    "{vector:?} {a} {b}"
                );
            }
            rows.push(row);
        }
        let kept: Vec<_> = rows.iter().step_by(3).cloned().collect();
        let weights = vec![3.0; kept.len()];
        let options = Options {
            ridge: Some(1e-12),
            least: 0.0,
            most: 100.0,
            ..Options::default()
        };
        let (_, report) = run(&totals(&rows), &kept, &weights, options);
        println!("{vector:?} {report:?}");
        assert!(report.after < 1e-6 * report.before, "{vector:?} {report:?}");
        let short = &mut vec![0.0; length - 1];
        let refused = vector.write(&model, &inputs[0], 0, target, short, &mut scratch);
        assert_eq!(refused, Err(Error::Length("vector")));
    }
    let mut row = vec![0.0; p + 1];
    let refused = Vector::Gradient.write(
        &model,
        &inputs[0],
        0,
        Target::Prediction,
        &mut row,
        &mut scratch,
    );
    assert_eq!(refused, Err(Error::Label));
    // A sigmoid twice; not where the loss is not looked at.
    let last = [
        shapes[0],
        Shape {
            activation: Activation::Sigmoid,
            ..shapes[1]
        },
    ];
    let model = Network::new(Flat {
        shapes: &last[..],
        theta: &theta[..],
    })
    .unwrap();
    for vector in [Vector::Gradient, Vector::Curvature, Vector::Output] {
        let mut row = vec![0.0; vector.len(p)];
        let mut ask = |target| vector.write(&model, &inputs[0], 0, target, &mut row, &mut scratch);
        let refused = match vector {
            Vector::Output => Ok(()),
            _ => Err(Error::Objective),
        };
        assert_eq!(ask(target), refused);
        assert_eq!(ask(Target::Residual(0.3)), Ok(()));
    }
}
