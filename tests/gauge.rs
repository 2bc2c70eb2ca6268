//! Gauge columns: what they are, and that leaving them out leaves every leverage as it is.

mod common;

use common::{Random, activation, leverage};
use gleaner::model::{Flat, Model, Network, Objective, Shape};

fn shapes(hidden_bias: bool, output_bias: bool, name: &str) -> Vec<Shape<f64>> {
    let hidden = activation(name);
    vec![
        Shape {
            inputs: 3,
            outputs: 4,
            bias: hidden_bias,
            activation: hidden,
        },
        Shape {
            inputs: 4,
            outputs: 3,
            bias: output_bias,
            activation: hidden,
        },
        Shape {
            inputs: 3,
            outputs: 1,
            bias: output_bias,
            activation: activation("identity"),
        },
    ]
}

/// Whole rows of random inputs, and the same without gauge columns.
fn rows(shapes: &[Shape<f64>], theta: &[f64], count: usize) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let network = Network::new(Flat { shapes, theta }).unwrap();
    let mut scratch = vec![0.0; network.scratch()];
    let mut random = Random::new(5);
    let mut draw = || random.normal();
    let target = Objective::Prediction.with(None).unwrap();
    let (mut whole, mut reduced) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let x: Vec<f64> = (0..network.inputs()).map(|_| draw()).collect();
        let mut row = vec![0.0; network.parameters() + 1];
        network.row(&x, 0, target, &mut row, &mut scratch).unwrap();
        whole.push(row.clone());
        network.leave_out_gauge(&mut row);
        row.truncate(network.order());
        reduced.push(row);
    }
    (whole, reduced)
}

fn parameters(shapes: &[Shape<f64>]) -> usize {
    shapes
        .iter()
        .map(|s| s.inputs * s.outputs + if s.bias { s.outputs } else { 0 })
        .sum()
}

#[test]
fn leverage_is_the_same_without_them() {
    for (hidden_bias, output_bias) in [(false, false), (true, false), (true, true)] {
        for name in ["relu", "leaky_relu_0.01"] {
            let shapes = shapes(hidden_bias, output_bias, name);
            let mut random = Random::new(11);
            let mut draw = || random.normal();
            let theta: Vec<f64> = (0..parameters(&shapes)).map(|_| draw()).collect();
            let (whole, reduced) = rows(&shapes, &theta, 120);
            assert_eq!(reduced[0].len() + 7, whole[0].len());
            for (a, b) in leverage(&whole).iter().zip(leverage(&reduced)) {
                assert!(
                    (a - b).abs() < 1e-7,
                    "{hidden_bias} {output_bias} {name}: {a} {b}"
                );
            }
        }
    }
}

#[test]
fn a_neuron_without_outgoing_weight_gives_a_column_of_zeros() {
    let shapes = [
        Shape {
            inputs: 2,
            outputs: 2,
            bias: true,
            activation: activation("relu"),
        },
        Shape {
            inputs: 2,
            outputs: 1,
            bias: false,
            activation: activation("identity"),
        },
    ];
    // Neuron 0 leads nowhere.
    let theta = [0.3, -0.2, 0.5, 0.4, 0.1, 0.2, 0.0, 1.5];
    let (whole, reduced) = rows(&shapes, &theta, 40);
    assert_eq!(reduced[0].len(), 9 - 2);
    for (a, b) in leverage(&whole).iter().zip(leverage(&reduced)) {
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
}

#[test]
fn smooth_networks_have_none() {
    let shapes = shapes(true, true, "tanh");
    let mut random = Random::new(3);
    let mut draw = || random.normal();
    let theta: Vec<f64> = (0..parameters(&shapes)).map(|_| draw()).collect();
    let (whole, reduced) = rows(&shapes, &theta, 3);
    assert_eq!(whole, reduced);
}
