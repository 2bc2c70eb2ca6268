//! Calibration against a dense reference, its constraints, and what it gains.

mod common;

use common::Random;
use gleaner::Error;
use gleaner::calibrate::{Options, Totals, Vector, calibrate, calibrate_len, totals_len};
use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Activation, Flat, Model, Network, Shape, Target};
use gleaner::score::{Mix, cautious, optimal};

/// Gaussian elimination with row exchange.
fn dense(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for j in 0..n {
        let p = (j..n)
            .max_by(|p, q| a[*p][j].abs().total_cmp(&a[*q][j].abs()))
            .unwrap();
        a.swap(j, p);
        b.swap(j, p);
        for i in 0..n {
            if i != j {
                let t = a[i][j] / a[j][j];
                let pivot = a[j].clone();
                a[i].iter_mut().zip(&pivot).for_each(|(x, y)| *x -= t * y);
                b[i] -= t * b[j];
            }
        }
    }
    (0..n).map(|j| b[j] / a[j][j]).collect()
}

fn totals(rows: &[Vec<f64>]) -> Totals<f64, Vec<f64>> {
    let length = rows[0].len();
    let mut totals = Totals::new(length, vec![7.0; totals_len(length)]).unwrap();
    rows.iter().for_each(|row| totals.observe(row).unwrap());
    totals
}

fn run(
    totals: &Totals<f64, Vec<f64>>,
    kept: &[Vec<f64>],
    weights: &[f64],
    options: Options<f64>,
) -> (Vec<f64>, gleaner::calibrate::Report<f64>) {
    let mut ratios = vec![0.0; kept.len()];
    let mut memory = vec![3.0; calibrate_len(totals.state().length)];
    let item = |i: usize, a: &mut [f64]| {
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
fn normal_equations_are_solved() {
    let mut random = Random::new(1);
    for order in [1, 2, 5, 9] {
        let rows = random.rows(3 * order, order);
        for ridge in [0.0, 0.3] {
            let mut factor = Factor::new(order, ridge, vec![0.0; factor_len(order)]).unwrap();
            let mut a = vec![vec![0.0; order]; order];
            for row in &rows {
                factor.observe(row, 1.0).unwrap();
                for j in 0..order {
                    for k in 0..order {
                        a[j][k] += row[j] * row[k];
                    }
                }
            }
            (0..order).for_each(|j| a[j][j] += ridge);
            let b = random.rows(1, order).remove(0);
            let mut x = b.clone();
            factor.solve_normal(&mut x).unwrap();
            for (x, y) in x.iter().zip(dense(a, b)) {
                assert!((x - y).abs() < 1e-9 * (1.0 + y.abs()), "{x} {y}");
            }
            let mut long = vec![0.0; order + 1];
            assert_eq!(factor.solve_normal(&mut long), Err(Error::Length("vector")));
        }
    }
    let mut factor = Factor::new(2, 0.0, vec![0.0; factor_len(2)]).unwrap();
    factor.observe(&[1.0, 2.0], 1.0).unwrap();
    factor.observe(&[2.0, 4.0], 1.0).unwrap();
    let mut x = [5.0, 10.0];
    factor.solve_normal(&mut x).unwrap();
    assert_eq!(x, [1.0, 0.0]);
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

/// A total near the span: squared error over 400 uniform samples of 100 from 2000, at most a tenth.
#[test]
fn a_total_near_the_span_gains() {
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
    let (mut plain, mut better) = (0.0, 0.0);
    for _ in 0..400 {
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
    }
    println!("ratio {}", better / plain);
    assert!(better < 0.1 * plain, "{}", better / plain);
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
}
