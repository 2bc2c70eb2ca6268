//! Fits of several outputs: a row and a label an output.

mod common;

use common::{Random, dense};
use gleaner::fit::{FitOptions, FitReport, fit, fit_len, fit_len_of, fit_own};
use gleaner::model::{
    Activation, Flat, Gradient, Model, Network, Objective, Shape, exact_scratch, network_scratch,
    own_scratch,
};
use gleaner::{Error, Scalar};

/// Readings with some labels each and a weight.
struct Data<T> {
    x: Vec<Vec<T>>,
    labels: Vec<Vec<T>>,
    weights: Vec<T>,
}

impl<T: Scalar> Data<T> {
    fn give(&self) -> impl Fn(usize, &mut [T], &mut [T]) -> Result<T, Error> {
        |index, x, labels| {
            x.copy_from_slice(&self.x[index]);
            labels.copy_from_slice(&self.labels[index]);
            Ok(self.weights[index])
        }
    }

    /// With the label of one output alone.
    fn of_output(&self, output: usize) -> Self {
        Data {
            x: self.x.clone(),
            labels: self.labels.iter().map(|all| vec![all[output]]).collect(),
            weights: self.weights.clone(),
        }
    }
}

fn narrow(data: &Data<f64>) -> Data<f32> {
    let all = |v: &Vec<f64>| v.iter().map(|&v| v as f32).collect::<Vec<f32>>();
    Data {
        x: data.x.iter().map(all).collect(),
        labels: data.labels.iter().map(all).collect(),
        weights: all(&data.weights),
    }
}

fn shape<T>(inputs: usize, outputs: usize, activation: Activation<T>) -> Shape<T> {
    Shape {
        inputs,
        outputs,
        bias: true,
        activation,
    }
}

fn length<T>(shapes: &[Shape<T>], objective: Objective<T>, parameters: usize) -> usize
where
    T: Scalar,
{
    let neurons = shapes.iter().map(|s| s.outputs).sum();
    let labels = objective.labels(shapes[shapes.len() - 1].outputs);
    let scratch = network_scratch(parameters, neurons);
    fit_len_of(shapes[0].inputs, labels, parameters, scratch)
}

fn run<T: Scalar>(
    shapes: &[Shape<T>],
    theta: &mut [T],
    objective: Objective<T>,
    options: FitOptions<T>,
    data: &Data<T>,
) -> Result<FitReport<T>, Error> {
    let mut memory = vec![T::ZERO; length(shapes, objective, theta.len())];
    let count = data.x.len();
    let given = data.give();
    fit(shapes, theta, objective, options, count, given, &mut memory)
}

/// Noisy linear functions of three inputs, one a label.
fn regression(seed: u64, count: usize, outputs: usize) -> Data<f64> {
    let mut random = Random::new(seed);
    let slopes = random.rows(outputs, 3);
    let x = random.rows(count, 3);
    let labels = x.iter().map(|x| {
        let each = slopes.iter().enumerate().map(|(output, slope)| {
            let product: f64 = slope.iter().zip(x).map(|(a, b)| a * b).sum();
            product + output as f64 + 0.2 * random.normal()
        });
        each.collect()
    });
    let labels = labels.collect();
    let weights = (0..count).map(|_| random.normal().abs() + 0.1).collect();
    Data { x, labels, weights }
}

/// The weighted ridge solution of each output on [x 1], in theta's order: all weights, then all biases.
fn normal_equations(data: &Data<f64>, decay: f64) -> Vec<f64> {
    let width = data.x[0].len() + 1;
    let (mut weights, mut biases) = (Vec::new(), Vec::new());
    for output in 0..data.labels[0].len() {
        let mut gram = vec![vec![0.0; width]; width];
        let mut right = vec![0.0; width];
        for ((x, labels), weight) in data.x.iter().zip(&data.labels).zip(&data.weights) {
            let row: Vec<f64> = x.iter().copied().chain([1.0]).collect();
            for i in 0..width {
                for j in 0..width {
                    gram[i][j] += weight * row[i] * row[j];
                }
                right[i] += weight * row[i] * labels[output];
            }
        }
        for (i, row) in gram.iter_mut().enumerate() {
            row[i] += decay;
        }
        let mut solved = dense(gram, right);
        biases.extend(solved.pop());
        weights.extend(solved);
    }
    weights.extend(biases);
    weights
}

#[test]
fn each_output_of_a_linear_model_gets_its_ridge_solution() {
    let data = regression(2, 60, 3);
    for decay in [0.0, 0.5] {
        let expected = normal_equations(&data, decay);
        let mut theta = vec![0.0; 12];
        let options = FitOptions {
            weight_decay: decay,
            tolerance: 1e-14,
            ..FitOptions::default()
        };
        let shapes = [shape(3, 3, Activation::Identity)];
        run(&shapes, &mut theta, Objective::Residual, options, &data).unwrap();
        for (a, b) in theta.iter().zip(&expected) {
            assert!((a - b).abs() < 1e-7, "{theta:?} {expected:?}");
        }
        let mut theta = vec![0.0f32; 12];
        let options = FitOptions {
            weight_decay: decay as f32,
            ..FitOptions::default()
        };
        let (shapes, data) = ([shape(3, 3, Activation::Identity)], narrow(&data));
        run(&shapes, &mut theta, Objective::Residual, options, &data).unwrap();
        for (a, b) in theta.iter().zip(&expected) {
            assert!((f64::from(*a) - b).abs() < 2e-4, "{theta:?} {expected:?}");
        }
    }
}

/// Without parameters in common, for losses of every kind.
#[test]
fn two_outputs_together_are_two_fits() {
    let mut data = regression(3, 80, 2);
    for objective in [
        Objective::Residual,
        Objective::Huber(0.2),
        Objective::Logistic,
    ] {
        if objective == Objective::Logistic {
            let classes = |label: &mut f64| *label = if *label > 0.5 { 1.0 } else { 0.0 };
            data.labels.iter_mut().flatten().for_each(classes);
        }
        let options = FitOptions {
            weight_decay: 0.1,
            steps: 2000,
            tolerance: 1e-15,
        };
        let mut together = vec![0.01; 8];
        let both = [shape(3, 2, Activation::Identity)];
        let report = run(&both, &mut together, objective, options, &data).unwrap();
        let mut sum = 0.0;
        for output in 0..2 {
            let mut alone = vec![0.01; 4];
            let one = [shape(3, 1, Activation::Identity)];
            let data = data.of_output(output);
            sum += run(&one, &mut alone, objective, options, &data)
                .unwrap()
                .loss;
            let of_output = together[3 * output..][..3]
                .iter()
                .chain(&together[6 + output..]);
            for (a, b) in of_output.zip(&alone) {
                assert!(
                    (a - b).abs() < 1e-5,
                    "{objective:?} {together:?} {alone:?} {report:?}"
                );
            }
        }
        assert!((report.loss - sum).abs() < 1e-9 * sum, "{report:?} {sum}");
    }
}

#[test]
fn a_weight_holds_for_all_rows_of_a_sample() {
    let mut data = regression(4, 30, 3);
    data.weights.fill(1.0);
    data.weights[7] = 2.0;
    let shapes = [shape(3, 3, Activation::Identity)];
    let (objective, options) = (Objective::Residual, FitOptions::default());
    let mut once = vec![0.0; 12];
    run(&shapes, &mut once, objective, options, &data).unwrap();
    data.weights[7] = 1.0;
    // And a sample of weight 0 is as good as none.
    for (weight, x, labels) in [
        (1.0, data.x[7].clone(), data.labels[7].clone()),
        (0.0, vec![1e3; 3], vec![-1e3; 3]),
    ] {
        data.weights.push(weight);
        data.x.push(x);
        data.labels.push(labels);
    }
    let mut twice = vec![0.0; 12];
    run(&shapes, &mut twice, objective, options, &data).unwrap();
    for (a, b) in once.iter().zip(&twice) {
        assert!((a - b).abs() < 1e-9, "{once:?} {twice:?}");
    }
}

/// `sum w f^2 + mu |theta|^2`, over all outputs.
fn loss(
    shapes: &[Shape<f64>],
    theta: &[f64],
    objective: Objective<f64>,
    decay: f64,
    data: &Data<f64>,
) -> f64 {
    let network = Network::new(Flat { shapes, theta }).unwrap();
    let mut scratch = vec![0.0; network.scratch()];
    let mut sum = decay * theta.iter().map(|t| t * t).sum::<f64>();
    for ((x, labels), weight) in data.x.iter().zip(&data.labels).zip(&data.weights) {
        for output in 0..network.outputs() {
            let target = objective.target(labels, output, network.outputs()).unwrap();
            let m = network.value(x, output, &mut scratch).unwrap();
            sum += weight * target.value(m).powi(2);
        }
    }
    sum
}

#[test]
fn several_logits_end_where_the_loss_is_stationary() {
    let mut data = regression(5, 100, 3);
    for label in data.labels.iter_mut().flatten() {
        *label = if *label > 0.5 { 1.0 } else { 0.0 };
    }
    let shapes = [
        shape(3, 4, Activation::Tanh),
        shape(4, 3, Activation::Identity),
    ];
    let mut theta: Vec<f64> = Random::new(6).normals(31).iter().map(|t| 0.3 * t).collect();
    let options = FitOptions {
        weight_decay: 0.1,
        steps: 2000,
        tolerance: 1e-14,
    };
    let logistic = Objective::Logistic;
    let at = |theta: &[f64]| loss(&shapes, theta, logistic, 0.1, &data);
    let steepest = |theta: &[f64]| {
        let each = (0..theta.len()).map(|j| {
            let by = |step: f64| {
                let mut moved = theta.to_vec();
                moved[j] += step;
                at(&moved)
            };
            ((by(1e-5) - by(-1e-5)) / 2e-5).abs()
        });
        each.fold(0.0, f64::max)
    };
    let (before, steep) = (at(&theta), steepest(&theta));
    let report = run(&shapes, &mut theta, logistic, options, &data).unwrap();
    assert!((report.loss - at(&theta)).abs() < 1e-9 * report.loss);
    assert!(report.loss < 0.5 * before, "{before} {report:?}");
    assert!(steepest(&theta) < 1e-3 * steep, "{steep} {report:?}");
}

#[test]
fn in_f32_several_logits_stay_finite() {
    for start in 0..16 {
        let mut data = narrow(&regression(start, 60, 3));
        for label in data.labels.iter_mut().flatten() {
            *label = if *label > 0.5 { 1.0 } else { 0.0 };
        }
        let shapes = [
            shape(3, 4, Activation::Relu),
            shape(4, 3, Activation::Identity),
        ];
        let mut theta = vec![0.0f32; 31];
        for (to, from) in theta.iter_mut().zip(Random::new(500 + start).normals(31)) {
            *to = from as f32;
        }
        let (objective, options) = (Objective::Logistic, FitOptions::default());
        let still = FitOptions {
            steps: 0,
            ..options
        };
        let before = run(&shapes, &mut theta, objective, still, &data).unwrap();
        let after = run(&shapes, &mut theta, objective, options, &data).unwrap();
        assert!(after.loss < before.loss, "{before:?} {after:?}");
        assert!(after.loss.is_finite() && theta.iter().all(|t| t.is_finite()));
    }
}

/// Output c is `theta_0 exp(-theta_1 (c + 1) x)`: more outputs than parameters, and all of them of both.
struct Decay;

impl Gradient<f64> for Decay {
    fn inputs(&self) -> usize {
        1
    }
    fn outputs(&self) -> usize {
        3
    }
    fn parameters(&self) -> usize {
        2
    }
    fn at(&self, theta: &[f64], x: &[f64], output: usize, g: &mut [f64]) -> Result<f64, Error> {
        let time = x[0] * (output + 1) as f64;
        let left = (-theta[1] * time).exp();
        (g[0], g[1]) = (left, -theta[0] * time * left);
        Ok(theta[0] * left)
    }
}

fn decays() -> Data<f64> {
    let x: Vec<Vec<f64>> = (0..20).map(|i| vec![0.1 * f64::from(i)]).collect();
    let labels = x.iter().map(|x| {
        let each = (0..3).map(|output| Decay.at(&[2.0, 0.7], x, output, &mut [0.0; 2]));
        each.map(Result::unwrap).collect()
    });
    Data {
        labels: labels.collect(),
        weights: vec![1.0; 20],
        x,
    }
}

#[test]
fn a_model_of_ones_own_with_more_outputs_than_parameters() {
    let data = decays();
    let options = FitOptions {
        weight_decay: 0.0,
        ..FitOptions::default()
    };
    for objective in [Objective::Residual, Objective::Huber(0.3)] {
        let mut theta = [1.0, 0.2];
        let mut memory = vec![0.0; fit_len_of(1, 3, 2, own_scratch(2, 1))];
        let short = memory.len() - 1;
        let refused = fit_own(
            &Decay,
            &mut theta,
            objective,
            options,
            20,
            data.give(),
            &mut memory[..short],
        );
        assert_eq!(refused, Err(Error::Length("memory")));
        assert_eq!(theta, [1.0, 0.2]);
        let report = fit_own(
            &Decay,
            &mut theta,
            objective,
            options,
            20,
            data.give(),
            &mut memory,
        );
        assert!(report.unwrap().loss < 1e-12, "{report:?}");
        assert!((theta[0] - 2.0).abs() < 1e-6 && (theta[1] - 0.7).abs() < 1e-6);
    }
}

#[test]
fn what_does_not_fit_is_refused_and_theta_stays() {
    let shapes = [shape(3, 3, Activation::Identity)];
    let start = Random::new(8).normals(12);
    let (mut theta, options) = (start.clone(), FitOptions::default());
    let spoiled = |spoil: fn(&mut Data<f64>)| {
        let mut data = regression(7, 10, 3);
        spoil(&mut data);
        data
    };
    let residual = Objective::Residual;
    for (objective, spoil, cause) in [
        (
            residual,
            (|data| data.labels[9][2] = f64::NAN) as fn(&mut Data<f64>),
            Error::NotFinite("label"),
        ),
        (
            Objective::Huber(1.0),
            |data| data.labels[4][1] = f64::INFINITY,
            Error::NotFinite("label"),
        ),
        (
            Objective::Logistic,
            |data| {
                data.labels.iter_mut().flatten().for_each(|y| *y = 0.5);
                data.labels[9][2] = 1.5;
            },
            Error::Label,
        ),
        (
            Objective::CrossEntropy,
            |data| {
                data.labels.fill(vec![2.0]);
                data.labels[9][0] = 3.0;
            },
            Error::Label,
        ),
        (Objective::Huber(0.0), |_| (), Error::Range("delta")),
        (
            residual,
            |data| data.weights[9] = f64::NAN,
            Error::NotFinite("weight"),
        ),
        (Objective::Prediction, |_| (), Error::Objective),
        (Objective::Softmax, |_| (), Error::Objective),
    ] {
        let found = run(&shapes, &mut theta, objective, options, &spoiled(spoil));
        assert_eq!(found, Err(cause), "{objective:?}");
        assert_eq!(theta, start);
    }

    // Room for one label, a label that is not written, a source that fails once a step was taken.
    let data = regression(7, 10, 3);
    let whole = fit_len_of(3, 3, 12, exact_scratch(3));
    let short = fit_len(3, 12, exact_scratch(3));
    assert_eq!(short + 2, whole);
    let mut memory = vec![0.0; whole];
    let mut refused = |length: usize, last: usize, most: usize| {
        let mut asked = 0;
        let give = data.give();
        let sample = |index: usize, x: &mut [f64], labels: &mut [f64]| {
            asked += 1;
            let mut all = [0.0; 3];
            let weight = give(index, x, &mut all)?;
            for (to, from) in labels.iter_mut().zip(&all[..last]) {
                *to = *from;
            }
            if asked > most {
                return Err(Error::Storage);
            }
            Ok(weight)
        };
        let memory = &mut memory[..length];
        let found = fit(&shapes, &mut theta, residual, options, 10, sample, memory);
        assert_eq!(theta, start);
        found.unwrap_err()
    };
    assert_eq!(refused(short, 3, 99), Error::Length("memory"));
    assert_eq!(refused(whole - 1, 3, 99), Error::Length("memory"));
    assert_eq!(refused(whole, 2, 99), Error::NotFinite("label"));
    assert_eq!(refused(whole, 3, 35), Error::Storage);

    let sigmoids = [shape(3, 3, Activation::Sigmoid)];
    let found = run(&sigmoids, &mut theta, Objective::Logistic, options, &data);
    assert_eq!(found, Err(Error::Objective));
    assert_eq!(theta, start);
    let mut own = [1.0, 0.2];
    for objective in [Objective::CrossEntropy, Objective::Prediction] {
        let (data, mut memory) = (decays(), [0.0; 100]);
        let give = data.give();
        let found = fit_own(&Decay, &mut own, objective, options, 20, give, &mut memory);
        assert_eq!(found, Err(Error::Objective));
    }
    assert_eq!(own, [1.0, 0.2]);
}

/// A weight of 0 leaves a sample out, whatever is in it, and one whose sample fails fails the fit at whichever call.
#[test]
fn samples_are_left_out_or_fail_wherever_they_are_asked() {
    let shapes = [shape(1, 1, Activation::<f64>::Sigmoid)];
    let options = FitOptions::default();
    let mut memory = vec![0.0; fit_len(1, 2, 16)];
    let mut attempt = |failing: usize, cause: Error| {
        let (mut theta, mut calls) = ([0.5, 0.0], 0);
        let sample = |index: usize, x: &mut [f64], labels: &mut [f64]| {
            calls += 1;
            if calls == failing {
                return Err(cause);
            }
            if index == 0 {
                (x[0], labels[0]) = (1e300, f64::NAN);
                return Ok(0.0);
            }
            (x[0], labels[0]) = (index as f64 - 3.0, 0.2 * index as f64);
            Ok(1.0)
        };
        let objective = Objective::Residual;
        let done = fit(
            &shapes,
            &mut theta,
            objective,
            options,
            6,
            sample,
            &mut memory,
        );
        (done, theta, calls)
    };
    let (done, theta, calls) = attempt(0, Error::Label);
    assert!(
        done.is_ok() && theta != [0.5, 0.0] && calls > 18,
        "{done:?} {calls}"
    );
    for failing in 1..=calls {
        for cause in [
            Error::Range("mine"),
            Error::NotFinite("mine"),
            Error::Callback,
        ] {
            let (done, theta, _) = attempt(failing, cause);
            assert_eq!((done, theta), (Err(cause), [0.5, 0.0]), "call {failing}");
        }
    }
}
