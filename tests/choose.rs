//! Scorers by RAM: lengths as the objects themselves ask for, and the choice at each border.

mod common;

use common::Random;
use gleaner::choose::Scorer;
use gleaner::kronecker::{kronecker_len, kronecker_scratch};
use gleaner::model::{Activation, Flat, Model, Network, Objective, Shape};
use gleaner::selector::selector_len_of;
use gleaner::sketch::{Sketch, Sketched};
use gleaner::{Error, Scalar};

/// Widths, with a bias where `biases` says so; tanh in place of ReLU.
fn layers<T: Scalar>(widths: &[usize], biases: &[bool], smooth: bool) -> Vec<Shape<T>> {
    let pairs = widths.windows(2).zip(biases).enumerate();
    let shape = |(index, (pair, &bias)): (usize, (&[usize], &bool))| Shape {
        inputs: pair[0],
        outputs: pair[1],
        bias,
        activation: match (index + 2 == widths.len(), smooth) {
            (true, _) => Activation::Identity,
            (_, true) => Activation::Tanh,
            _ => Activation::Relu,
        },
    };
    pairs.map(shape).collect()
}

/// The 64-10-1 network of the page.
fn digits<T: Scalar>() -> Vec<Shape<T>> {
    layers(&[64, 10, 1], &[false, false], false)
}

#[test]
fn lengths_are_those_of_the_objects() {
    let cases: [(&[usize], &[bool], bool, Objective<f32>); 7] = [
        (&[64, 10, 1], &[false, false], false, Objective::Prediction),
        (&[64, 10, 1], &[true, false], false, Objective::Prediction),
        (
            &[5, 8, 4, 1],
            &[true, true, true],
            false,
            Objective::Residual,
        ),
        (&[5, 8, 1], &[true, true], true, Objective::Prediction),
        (&[64, 32, 10], &[true, false], false, Objective::Softmax),
        (&[64, 32, 10], &[true, true], false, Objective::CrossEntropy),
        (&[7, 3], &[true], false, Objective::Prediction),
    ];
    for (widths, biases, smooth, objective) in cases {
        let shapes = layers::<f32>(widths, biases, smooth);
        let count: usize = shapes
            .iter()
            .map(|s| s.outputs * (s.inputs + usize::from(s.bias)))
            .sum();
        let theta: Vec<f32> = common::scalars(&Random::new(1).normals(count));
        let network = Network::new(Flat {
            shapes: &shapes,
            theta: &theta,
        })
        .unwrap();
        let (inputs, rows) = (widths[0], network.rows(objective));
        let len = |scorer: Scorer| scorer.len(&shapes, objective).unwrap();
        let (order, row) = (network.order(), network.row_len());
        let exact = selector_len_of(inputs, rows, row, order, network.scratch());
        assert_eq!(len(Scorer::Exact), exact, "{widths:?}");
        assert_eq!(Scorer::Exact.order(&shapes), Ok(Some(order)));
        for buckets in [1, 16, 64] {
            let sketched = Sketched::new(network, Sketch::new(buckets, 0).unwrap());
            let scratch = Model::<f32>::scratch(&sketched);
            let wanted = selector_len_of(inputs, rows, buckets + 1, buckets + 1, scratch);
            assert_eq!(len(Scorer::Sketch { buckets }), wanted, "{widths:?}");
        }
        let factors: usize = shapes
            .iter()
            .map(|s| kronecker_len(s.inputs, s.outputs, s.bias))
            .sum();
        let wanted = factors + kronecker_scratch(&network);
        assert_eq!(len(Scorer::Kronecker), wanted, "{widths:?}");
        assert_eq!(len(Scorer::Norm), network.scratch());
    }
}

fn borders<T: Scalar>() {
    let shapes = digits::<T>();
    let size = size_of::<T>();
    let choose = |bytes| Scorer::choose(&shapes, Objective::Prediction, bytes);
    let bytes = |scorer: Scorer| size * scorer.len(&shapes, Objective::Prediction).unwrap();
    assert_eq!(choose(usize::MAX), Ok(Scorer::Exact));
    assert_eq!(choose(bytes(Scorer::Exact)), Ok(Scorer::Exact));
    let below = choose(bytes(Scorer::Exact) - 1).unwrap();
    assert!(matches!(below, Scorer::Sketch { buckets } if buckets > 600));
    // Half as many buckets as parameters.
    let fine = Scorer::Sketch { buckets: 325 };
    assert_eq!(choose(bytes(fine)), Ok(fine));
    assert_eq!(choose(bytes(fine) - 1), Ok(Scorer::Kronecker));
    assert_eq!(choose(bytes(Scorer::Kronecker)), Ok(Scorer::Kronecker));
    let below = choose(bytes(Scorer::Kronecker) - 1).unwrap();
    assert!(matches!(below, Scorer::Sketch { buckets } if buckets < 64));
    let least = Scorer::Sketch { buckets: 16 };
    assert_eq!(choose(bytes(least)), Ok(least));
    assert_eq!(choose(bytes(least) - 1), Ok(Scorer::Norm));
    assert_eq!(choose(bytes(Scorer::Norm)), Ok(Scorer::Norm));
    assert_eq!(choose(bytes(Scorer::Norm) - 1), Err(Error::Range("bytes")));
}

#[test]
fn each_scorer_is_chosen_from_its_length_on() {
    borders::<f32>();
    borders::<f64>();
}

/// The largest sketch that fits, for every RAM.
#[test]
fn no_larger_sketch_fits() {
    let shapes = layers::<f32>(&[100, 256, 256, 1], &[true, false, false], false);
    let bytes = |buckets| {
        let scorer = Scorer::Sketch { buckets };
        4 * scorer.len(&shapes, Objective::Prediction).unwrap()
    };
    for ram in (12_000..200_000).step_by(997) {
        let chosen = Scorer::choose(&shapes, Objective::Prediction, ram).unwrap();
        let Scorer::Sketch { buckets } = chosen else {
            panic!("{ram} {chosen:?}");
        };
        assert!(bytes(buckets) <= ram && bytes(buckets + 1) > ram, "{ram}");
    }
    // 91 000 parameters in 16 KiB.
    let chosen = Scorer::choose(&shapes, Objective::Prediction, 16_384).unwrap();
    assert!(
        matches!(chosen, Scorer::Sketch { buckets } if buckets >= 40),
        "{chosen:?}"
    );
}

#[test]
fn layers_that_are_no_network_are_refused() {
    let none: [Shape<f32>; 0] = [];
    let gap = [digits()[0], digits()[0]];
    let empty = layers::<f32>(&[3, 0, 1], &[true, true], false);
    let huge = layers::<f32>(&[usize::MAX, usize::MAX, 1], &[true, true], false);
    for shapes in [&none[..], &gap, &empty, &huge] {
        let refused = Scorer::choose(shapes, Objective::Prediction, usize::MAX);
        assert_eq!(refused, Err(Error::Model));
        assert_eq!(
            Scorer::Norm.len(shapes, Objective::Prediction),
            Err(Error::Model)
        );
    }
    // So wide that no RAM holds a factor, but nothing overflows.
    let wide = layers::<f32>(&[1 << 30, 1 << 20, 1], &[true, true], false);
    let chosen = Scorer::choose(&wide, Objective::Prediction, usize::MAX);
    assert!(chosen.is_ok());
}
