//! Levenberg-Marquardt against closed forms, exact optima and its own guarantees.

mod common;

use common::{Random, activation};
use gleaner::fit::{FitOptions, Stop, fit, fit_len};
use gleaner::model::{Flat, Model, Network, Objective, Shape, network_scratch};
use gleaner::{Error, Scalar};

struct Data<T> {
    x: Vec<Vec<T>>,
    y: Vec<T>,
    w: Vec<T>,
}

fn run<T: Scalar>(
    shapes: &[Shape<T>],
    theta: &mut [T],
    objective: Objective<T>,
    options: FitOptions<T>,
    data: &Data<T>,
) -> Result<gleaner::fit::FitReport<T>, Error> {
    let neurons = shapes.iter().map(|s| s.outputs).sum();
    let scratch = network_scratch(theta.len(), neurons);
    let mut memory = vec![T::ZERO; fit_len(shapes[0].inputs, theta.len(), scratch)];
    let sample = |i: usize, x: &mut [T], labels: &mut [T]| {
        x.copy_from_slice(&data.x[i]);
        labels[0] = data.y[i];
        Ok(data.w[i])
    };
    fit(
        shapes,
        theta,
        objective,
        options,
        data.x.len(),
        sample,
        &mut memory,
    )
}

fn linear<T: Scalar>(inputs: usize) -> Vec<Shape<T>> {
    vec![Shape {
        inputs,
        outputs: 1,
        bias: true,
        activation: activation("identity"),
    }]
}

/// Weighted ridge regression of y on [x 1] from the normal equations, by elimination in f64.
fn normal_equations(data: &Data<f64>, decay: f64) -> Vec<f64> {
    let n = data.x[0].len() + 1;
    let mut a = vec![vec![0.0; n + 1]; n];
    for ((x, &y), &w) in data.x.iter().zip(&data.y).zip(&data.w) {
        let row: Vec<f64> = x.iter().copied().chain([1.0]).collect();
        for i in 0..n {
            for j in 0..n {
                a[i][j] += w * row[i] * row[j];
            }
            a[i][n] += w * row[i] * y;
        }
    }
    for (i, row) in a.iter_mut().enumerate() {
        row[i] += decay;
    }
    for i in 0..n {
        for k in i + 1..n {
            let factor = a[k][i] / a[i][i];
            let above = a[i].clone();
            for (entry, above) in a[k].iter_mut().zip(above).skip(i) {
                *entry -= factor * above;
            }
        }
    }
    for i in (0..n).rev() {
        let rest: f64 = (i + 1..n).map(|j| a[i][j] * a[j][n]).sum();
        a[i][n] = (a[i][n] - rest) / a[i][i];
    }
    a.iter().map(|row| row[n]).collect()
}

fn regression(seed: u64, count: usize) -> Data<f64> {
    let mut random = Random::new(seed);
    let mut draw = || random.normal();
    let x: Vec<Vec<f64>> = (0..count)
        .map(|_| (0..3).map(|_| draw()).collect())
        .collect();
    let y = x
        .iter()
        .map(|x| 1.5 * x[0] - 2.0 * x[1] + 0.25 + 0.1 * draw())
        .collect();
    let w = (0..count).map(|_| draw().abs() + 0.1).collect();
    Data { x, y, w }
}

fn narrow(data: &Data<f64>) -> Data<f32> {
    let all = |v: &[f64]| v.iter().map(|&v| v as f32).collect::<Vec<_>>();
    Data {
        x: data.x.iter().map(|x| all(x)).collect(),
        y: all(&data.y),
        w: all(&data.w),
    }
}

#[test]
fn a_linear_model_gets_the_weighted_ridge_solution() {
    let data = regression(2, 60);
    for decay in [0.0, 0.5] {
        let expected = normal_equations(&data, decay);
        let mut theta = vec![0.0; 4];
        let options = FitOptions {
            weight_decay: decay,
            tolerance: 1e-14,
            ..Default::default()
        };
        let report = run(&linear(3), &mut theta, Objective::Residual, options, &data).unwrap();
        for (a, b) in theta.iter().zip(&expected) {
            assert!((a - b).abs() < 1e-7, "{theta:?} {expected:?} {report:?}");
        }
        let mut theta = vec![0.0f32; 4];
        let options = FitOptions {
            weight_decay: decay as f32,
            ..Default::default()
        };
        run(
            &linear(3),
            &mut theta,
            Objective::Residual,
            options,
            &narrow(&data),
        )
        .unwrap();
        for (a, b) in theta.iter().zip(&expected) {
            assert!((f64::from(*a) - b).abs() < 2e-4, "{theta:?} {expected:?}");
        }
    }
}

#[test]
fn a_weight_of_two_is_a_sample_twice() {
    let mut data = regression(4, 30);
    data.w.fill(1.0);
    data.w[7] = 2.0;
    let mut once = vec![0.0; 4];
    run(
        &linear(3),
        &mut once,
        Objective::Residual,
        FitOptions::default(),
        &data,
    )
    .unwrap();
    data.w[7] = 1.0;
    let (x, y) = (data.x[7].clone(), data.y[7]);
    data.x.push(x);
    data.y.push(y);
    data.w.push(1.0);
    // A sample of weight 0 is as good as none.
    data.x.push(vec![1e3; 3]);
    data.y.push(-1e3);
    data.w.push(0.0);
    let mut twice = vec![0.0; 4];
    run(
        &linear(3),
        &mut twice,
        Objective::Residual,
        FitOptions::default(),
        &data,
    )
    .unwrap();
    for (a, b) in once.iter().zip(&twice) {
        assert!((a - b).abs() < 1e-9, "{once:?} {twice:?}");
    }
}

/// `sum w f^2 + mu |theta|^2` and its gradient's largest entry, by difference quotients.
fn slope_at(
    shapes: &[Shape<f64>],
    theta: &[f64],
    objective: Objective<f64>,
    decay: f64,
    data: &Data<f64>,
) -> (f64, f64) {
    let loss = |theta: &[f64]| {
        let network = Network::new(Flat { shapes, theta }).unwrap();
        let mut scratch = vec![0.0; network.scratch()];
        let sum: f64 = (0..data.x.len())
            .map(|i| {
                let target = objective.with(Some(data.y[i])).unwrap();
                let f = target.value(network.value(&data.x[i], 0, &mut scratch).unwrap());
                data.w[i] * f * f
            })
            .sum();
        sum + decay * theta.iter().map(|t| t * t).sum::<f64>()
    };
    let steepest = (0..theta.len()).map(|j| {
        let at = |by: f64| {
            let mut moved = theta.to_vec();
            moved[j] += by;
            loss(&moved)
        };
        ((at(1e-5) - at(-1e-5)) / 2e-5).abs()
    });
    (loss(theta), steepest.fold(0.0, f64::max))
}

#[test]
fn logistic_and_huber_fits_end_where_the_loss_is_stationary() {
    let mut data = regression(8, 200);
    let mut random = Random::new(9);
    let mut draw = || random.normal();
    let noisy: Vec<f64> = data.y.clone();
    for (objective, labels) in [
        (
            Objective::Logistic,
            noisy
                .iter()
                .map(|&y| if y + draw() > 0.0 { 1.0 } else { 0.0 })
                .collect::<Vec<_>>(),
        ),
        (
            Objective::Huber(0.3),
            noisy
                .iter()
                .map(|&y| y + if draw() > 1.5 { 5.0 } else { 0.0 })
                .collect(),
        ),
    ] {
        data.y = labels;
        let mut theta = vec![0.01; 4];
        let options = FitOptions {
            weight_decay: 0.1,
            tolerance: 1e-14,
            ..Default::default()
        };
        let report = run(&linear(3), &mut theta, objective, options, &data).unwrap();
        let (loss, steepest) = slope_at(&linear(3), &theta, objective, 0.1, &data);
        assert!((loss - report.loss).abs() < 1e-9 * loss);
        assert!(
            steepest < 1e-4 * loss,
            "{objective:?} {steepest} of {loss}, {report:?}"
        );
        assert_ne!(report.stop, Stop::Steps);
    }
}

#[test]
fn a_relu_network_learns_what_one_made() {
    let shapes = vec![
        Shape {
            inputs: 2,
            outputs: 6,
            bias: true,
            activation: activation("relu"),
        },
        Shape {
            inputs: 6,
            outputs: 1,
            bias: false,
            activation: activation("identity"),
        },
    ];
    let mut random = Random::new(21);
    let mut draw = || random.normal();
    let x: Vec<Vec<f64>> = (0..300).map(|_| vec![draw(), draw()]).collect();
    let y = x
        .iter()
        .map(|x| x[0].max(0.0) - 0.5 * (x[1] - x[0]).max(0.0))
        .collect();
    let data = Data {
        x,
        y,
        w: vec![1.0; 300],
    };
    let options = FitOptions {
        weight_decay: 1e-4,
        ..Default::default()
    };
    let best = (0..5u64)
        .map(|start| {
            let mut random = Random::new(100 + start);
            let mut draw = || random.normal();
            let mut theta: Vec<f64> = (0..24).map(|_| 0.7 * draw()).collect();
            run(&shapes, &mut theta, Objective::Residual, options, &data)
                .unwrap()
                .loss
                / 300.0
        })
        .fold(f64::INFINITY, f64::min);
    assert!(best < 1e-4, "{best}");
}

#[test]
fn in_f32_forty_eight_fits_stay_finite() {
    let shapes = vec![
        Shape {
            inputs: 3,
            outputs: 4,
            bias: true,
            activation: activation("relu"),
        },
        Shape {
            inputs: 4,
            outputs: 1,
            bias: false,
            activation: activation("identity"),
        },
    ];
    for start in 0..48 {
        let mut data = narrow(&regression(start, 80));
        for y in &mut data.y {
            *y = if *y > 0.0 { 1.0 } else { 0.0 };
        }
        let mut random = Random::new(500 + start);
        let mut draw = || random.normal();
        let mut theta: Vec<f32> = (0..20).map(|_| draw() as f32).collect();
        let report = run(
            &shapes,
            &mut theta,
            Objective::Logistic,
            FitOptions::default(),
            &data,
        )
        .unwrap();
        assert!(
            report.loss.is_finite() && theta.iter().all(|t| t.is_finite()),
            "{report:?}"
        );
        assert!(report.loss < 80.0 * core::f32::consts::LN_2, "{report:?}");
    }
}

#[test]
fn on_error_theta_is_as_before() {
    let data = regression(1, 10);
    let shapes = linear(3);
    let mut theta = vec![0.5; 4];
    let mut bad = regression(1, 10);
    bad.x[9][1] = f64::NAN;
    let options = FitOptions::default();
    assert_eq!(
        run(&shapes, &mut theta, Objective::Residual, options, &bad),
        Err(Error::NotFinite("x"))
    );
    bad = regression(1, 10);
    bad.w[3] = -1.0;
    assert_eq!(
        run(&shapes, &mut theta, Objective::Residual, options, &bad),
        Err(Error::Range("weight"))
    );
    assert_eq!(
        run(&shapes, &mut theta, Objective::Logistic, options, &data),
        Err(Error::Label)
    );
    let sigmoid = vec![Shape {
        activation: activation("sigmoid"),
        ..shapes[0]
    }];
    assert_eq!(
        run(&sigmoid, &mut theta, Objective::Logistic, options, &data),
        Err(Error::Objective)
    );
    assert_eq!(
        run(&shapes, &mut theta, Objective::Prediction, options, &data),
        Err(Error::Objective)
    );
    let negative = FitOptions {
        weight_decay: -1.0,
        ..options
    };
    assert_eq!(
        run(&shapes, &mut theta, Objective::Residual, negative, &data),
        Err(Error::Range("options"))
    );
    let none = |_: usize, _: &mut [f64], _: &mut [f64]| Ok(1.0);
    assert_eq!(
        fit(
            &shapes,
            &mut theta,
            Objective::Residual,
            options,
            1,
            none,
            &mut [0.0; 9]
        ),
        Err(Error::Length("memory"))
    );
    assert_eq!(theta, [0.5; 4]);
    // No samples: the decay alone would make all of it 0.
    let empty = Data {
        x: vec![],
        y: vec![],
        w: vec![],
    };
    assert_eq!(
        run(&shapes, &mut theta, Objective::Residual, options, &empty),
        Err(Error::Length("count"))
    );
    assert_eq!(theta, [0.5; 4]);
}

#[test]
fn weights_of_any_size_fit_the_same_line() {
    let x: Vec<Vec<f32>> = (0..4).map(|i| vec![i as f32]).collect();
    let y = x.iter().map(|x| 1.0 + 2.0 * x[0]).collect();
    let mut data = Data { x, y, w: vec![] };
    for weight in [1e-25f32, 1e-12, 1.0, 1e12, 1e25] {
        data.w = vec![weight; 4];
        let mut theta = vec![0.0f32; 2];
        let options = FitOptions {
            weight_decay: 0.0,
            ..FitOptions::default()
        };
        let report = run(&linear(1), &mut theta, Objective::Residual, options, &data).unwrap();
        assert!(
            (theta[0] - 2.0).abs() < 1e-3 && (theta[1] - 1.0).abs() < 1e-3,
            "{weight} {theta:?} {report:?}"
        );
    }
    data.w = vec![f32::NAN; 4];
    let mut theta = vec![0.0f32; 2];
    let outcome = run(
        &linear(1),
        &mut theta,
        Objective::Residual,
        FitOptions::default(),
        &data,
    );
    assert_eq!(outcome, Err(Error::NotFinite("weight")));
}
