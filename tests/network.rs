//! A network's own checks: of its description, of its outputs; the plan that can be kept apart from it.

use gleaner::Error;
use gleaner::model::{Activation, Flat, Model, Network, Plan, Shape, Target};

const INPUTS: usize = 3;
const HIDDEN: usize = 3;

/// A square first layer, so that a transposed kernel has the right shape and the wrong outputs.
fn shapes(last: Activation<f64>) -> [Shape<f64>; 2] {
    [
        Shape {
            inputs: INPUTS,
            outputs: HIDDEN,
            bias: true,
            activation: Activation::Tanh,
        },
        Shape {
            inputs: HIDDEN,
            outputs: 1,
            bias: false,
            activation: last,
        },
    ]
}

const THETA: [f64; INPUTS * HIDDEN + HIDDEN + HIDDEN] = [
    0.5, -1.0, 0.25, 2.0, 0.75, -0.5, 1.5, -0.25, 1.0, 0.1, -0.2, 0.3, 1.0, -2.0, 0.5,
];

fn network<'a>(shapes: &'a [Shape<f64>], theta: &'a [f64]) -> Network<Flat<'a, f64>> {
    Network::new(Flat { shapes, theta }).unwrap()
}

/// The output by its definition.
fn output(theta: &[f64], x: &[f64]) -> f64 {
    (0..HIDDEN)
        .map(|j| {
            let weights = &theta[j * INPUTS..(j + 1) * INPUTS];
            let sum: f64 = weights.iter().zip(x).map(|(w, x)| w * x).sum();
            (sum + theta[INPUTS * HIDDEN + j]).tanh() * theta[INPUTS * HIDDEN + HIDDEN + j]
        })
        .sum()
}

fn sigmoid(s: f64) -> f64 {
    1.0 / (1.0 + (-s).exp())
}

#[test]
fn a_check_finds_what_goes_wrong_on_the_way_from_training() {
    let (mean, scale) = ([10.0, -3.0, 200.0], [2.0, 0.5, 50.0]);
    let raw = [12.0, -2.0, 150.0];
    let x: Vec<f64> = (0..INPUTS).map(|i| (raw[i] - mean[i]) / scale[i]).collect();
    let expected = output(&THETA, &x);
    let mut scratch = [0.0; 200];

    let linear = shapes(Activation::Identity);
    let right = network(&linear, &THETA);
    assert_eq!(right.check(&x, expected, 1e-12, &mut scratch), Ok(()));

    let mut transposed = THETA;
    for j in 0..HIDDEN {
        for i in 0..INPUTS {
            transposed[j * INPUTS + i] = THETA[i * INPUTS + j];
        }
    }
    let kernel = network(&linear, &transposed);
    let wrong = Err(Error::Check);
    assert_eq!(kernel.check(&x, expected, 1e-3, &mut scratch), wrong);

    // The reading as the sensor gives it.
    assert_eq!(right.check(&raw, expected, 1e-3, &mut scratch), wrong);

    // The training framework's output is a probability already.
    let squashed = shapes(Activation::Sigmoid);
    let once = network(&squashed, &THETA);
    let (probability, doubled) = (sigmoid(expected), sigmoid(sigmoid(expected)));
    assert_eq!(once.check(&x, probability, 1e-12, &mut scratch), Ok(()));
    assert_eq!(once.check(&x, doubled, 1e-3, &mut scratch), wrong);
    assert_eq!(right.check(&x, probability, 1e-3, &mut scratch), wrong);
}

#[test]
fn a_check_is_relative_above_1_and_absolute_below() {
    let shapes = [Shape {
        inputs: 1,
        outputs: 1,
        bias: false,
        activation: Activation::Identity,
    }];
    let network = network(&shapes, &[1.0]);
    let is_let_pass =
        |output: f64, expected: f64| network.check(&[output], expected, 0.125, &mut []) == Ok(());
    assert!(is_let_pass(8.0 + 1.0, 8.0));
    assert!(!is_let_pass(8.0 + 1.25, 8.0));
    assert!(is_let_pass(0.5 - 0.125, 0.5));
    assert!(!is_let_pass(0.5 - 0.25, 0.5));
    assert!(!is_let_pass(1.0, f64::NAN));
    assert_eq!(
        network.check(&[f64::NAN], 0.0, 1.0, &mut []),
        Err(Error::NotFinite("x"))
    );
}

#[test]
fn a_known_network_is_checked_but_for_its_weights() {
    let shapes = shapes(Activation::Identity);
    let known = |theta: &[f64]| {
        Network::known(Flat {
            shapes: &shapes,
            theta,
        })
        .map(|n| n.plan())
    };
    assert_eq!(known(&THETA), Ok(network(&shapes, &THETA).plan()));
    assert_eq!(known(&THETA[1..]), Err(Error::Model));
    let longer = [&THETA[..], &[1.0]].concat();
    assert_eq!(known(&longer), Err(Error::Model));

    let mut theta = THETA;
    theta[4] = f64::NAN;
    let layers = Flat {
        shapes: &shapes,
        theta: &theta,
    };
    assert_eq!(
        Network::new(layers).unwrap_err(),
        Error::NotFinite("weights")
    );
    let network = Network::known(layers).unwrap();
    let mut scratch = [0.0; 200];
    let found = network.value(&[1.0, 1.0, 1.0], 0, &mut scratch);
    assert_eq!(found, Err(Error::Range("output")));
}

#[test]
fn a_borrowed_plan_is_as_good_as_an_owned_one() {
    let shapes = shapes(Activation::Identity);
    let owned = network(&shapes, &THETA).with_nodes(5).unwrap();
    let plan = owned.plan();
    let borrowed = Network::<_, &Plan>::attach(*owned.layers(), &plan);
    let row = |model: &dyn Model<f64>| {
        let (mut row, mut scratch) = ([0.0; THETA.len() + 1], [0.0; 200]);
        let x = [0.5, -1.0, 2.0];
        let report = model.row(&x, 0, Target::Residual(0.25), &mut row, &mut scratch);
        (row, report.unwrap())
    };
    assert_eq!(row(&owned), row(&borrowed));
}
