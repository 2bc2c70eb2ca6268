//! Fixed-size families give what run-time layers give, bit for bit.

mod common;

use common::Random;
use gleaner::model::{
    Activation, Dense, Fixed, Flat, Model, Network, Shape, SingleIndex, Target, TwoLayer,
};
use gleaner::nalgebra::{SMatrix, SVector};

fn row<M: Model<f32>>(model: &M, x: &[f32]) -> Vec<f32> {
    let mut scratch = vec![0.0; model.scratch()];
    let mut row = vec![0.0; model.parameters() + 1];
    model
        .row(x, 0, Target::Prediction, &mut row, &mut scratch)
        .unwrap();
    row
}

#[test]
fn families_equal_flat_layers() {
    let mut random = Random::new(1);
    let mut draw = || random.normal();
    let mut theta: Vec<f32> = (0..3 * 4 + 4 + 4 * 2 + 2 + 2 + 1)
        .map(|_| draw() as f32)
        .collect();
    let x = [0.5f32, -1.25, 2.0];
    let relu = Activation::Relu;
    let shapes = [
        Shape {
            inputs: 3,
            outputs: 4,
            bias: true,
            activation: relu,
        },
        Shape {
            inputs: 4,
            outputs: 2,
            bias: true,
            activation: relu,
        },
        Shape {
            inputs: 2,
            outputs: 1,
            bias: true,
            activation: Activation::Sigmoid,
        },
    ];
    let expected = row(
        &Network::new(Flat {
            shapes: &shapes,
            theta: &theta,
        })
        .unwrap(),
        &x,
    );

    // The same memory: column j is neuron j.
    let w1 = SMatrix::<f32, 3, 4>::from_column_slice(&theta[0..12]);
    let b1 = SVector::<f32, 4>::from_column_slice(&theta[12..16]);
    let w2 = SMatrix::<f32, 4, 2>::from_column_slice(&theta[16..24]);
    let b2 = SVector::<f32, 2>::from_column_slice(&theta[24..26]);
    let w3 = SMatrix::<f32, 2, 1>::from_column_slice(&theta[26..28]);
    let b3 = SVector::<f32, 1>::from_column_slice(&theta[28..29]);
    let first = Dense {
        weights: &w1,
        bias: Some(&b1),
        activation: relu,
    };
    let second = Dense {
        weights: &w2,
        bias: Some(&b2),
        activation: relu,
    };
    let third = Dense {
        weights: &w3,
        bias: Some(&b3),
        activation: Activation::Sigmoid,
    };
    let stack = first.then(second).then(third);
    assert_eq!(row(&Network::new(stack).unwrap(), &x), expected);

    // Two layers, no bias behind.
    let two = TwoLayer {
        first,
        last: Dense {
            weights: &SMatrix::<f32, 4, 1>::repeat(0.5),
            bias: None,
            activation: relu,
        },
    };
    theta.truncate(16);
    theta.extend([0.5; 4]);
    let shapes = [
        shapes[0],
        Shape {
            inputs: 4,
            outputs: 1,
            bias: false,
            activation: relu,
        },
    ];
    let expected = row(
        &Network::new(Flat {
            shapes: &shapes,
            theta: &theta,
        })
        .unwrap(),
        &x,
    );
    assert_eq!(row(&Network::new(two).unwrap(), &x), expected);

    // One neuron.
    let one = SingleIndex {
        weights: &SVector::from([1.0f32, 2.0, 3.0]),
        bias: Some(&SVector::from([4.0])),
        activation: Activation::Tanh,
    };
    let shapes = [Shape {
        inputs: 3,
        outputs: 1,
        bias: true,
        activation: Activation::Tanh,
    }];
    let expected = row(
        &Network::new(Flat {
            shapes: &shapes,
            theta: &[1.0, 2.0, 3.0, 4.0],
        })
        .unwrap(),
        &x,
    );
    assert_eq!(row(&Network::new(one).unwrap(), &x), expected);
}

#[test]
fn sizes_are_constants() {
    type Net<'a> = TwoLayer<'a, f32, 5, 8>;
    const PARAMETERS: usize = <Net<'_> as Fixed>::PARAMETERS;
    assert_eq!((PARAMETERS, <Net<'_> as Fixed>::NEURONS), (57, 9));
    assert_eq!(
        (<Net<'_> as Fixed>::INPUTS, <Net<'_> as Fixed>::OUTPUTS),
        (5, 1)
    );
}
