//! A sum of neurons, `f = sum_j phi(a_j relu(<b_j, x>))`, is a sum of networks of one hidden neuron: its row is theirs side
//! by side. Against exact values.

mod common;

use common::{activation, cases, golden, matrix, number, numbers, scalars};
use gleaner::Scalar;
use gleaner::model::{Flat, Form, Model, Network, Shape, Target};

fn rows_are_exact<T: Scalar>(tolerance: f64) {
    for case in cases(&golden("additive")) {
        let (hidden, output) = (
            matrix(&case["hidden_weights"]),
            numbers(&case["output_weights"]),
        );
        let x: Vec<T> = scalars(&numbers(&case["x"]));
        let expected = numbers(&case["adjoint"]);
        let shapes = [
            Shape {
                inputs: x.len(),
                outputs: 1,
                bias: false,
                activation: activation(case["hidden"].as_str().unwrap()),
            },
            Shape {
                inputs: 1,
                outputs: 1,
                bias: false,
                activation: activation(case["outer"].as_str().unwrap()),
            },
        ];
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let (mut value, mut at_zero) = (0.0, 0.0);
        for (b, &a) in hidden.iter().zip(&output) {
            let mut theta: Vec<T> = scalars(b);
            theta.push(T::of(a));
            let network = Network::new(Flat {
                shapes: &shapes,
                theta: &theta,
            })
            .unwrap();
            let mut row = vec![T::ZERO; network.parameters() + 1];
            let mut scratch = vec![T::ZERO; network.scratch()];
            let report = network
                .row(&x, 0, Target::Prediction, &mut row, &mut scratch)
                .unwrap();
            assert_eq!(report.form, Form::Exact);
            first.extend(row[..x.len()].iter().map(|r| r.wide()));
            second.push(row[x.len()].wide());
            value += report.value.wide();
            at_zero += report.at_zero.wide();
        }
        first.extend(second);
        let size = expected.iter().map(|a| a * a).sum::<f64>().sqrt();
        assert_eq!(first.len(), expected.len());
        for (got, want) in first.iter().zip(&expected) {
            assert!((got - want).abs() <= tolerance * size, "{got} for {want}");
        }
        assert!((value - number(&case["value"])).abs() <= tolerance * value.abs().max(1.0));
        let zero = number(&case["value_at_zero"]);
        assert!((at_zero - zero).abs() <= tolerance * zero.abs().max(1.0));
    }
}

#[test]
fn rows_are_those_of_the_neurons() {
    rows_are_exact::<f64>(1e-13);
    rows_are_exact::<f32>(1e-5);
}
