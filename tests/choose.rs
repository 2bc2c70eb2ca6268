//! Scorers by RAM: lengths as the objects themselves ask for, and the choice at each border.

mod common;

use common::Random;
use gleaner::choose::{self, Purpose, Scorer};
use gleaner::kronecker::{kronecker_len, kronecker_scratch};
use gleaner::model::{Activation, Flat, Model, Network, Objective, Shape};
use gleaner::selector::selector_len_of;
use gleaner::sketch::{Sketch, Sketched};
use gleaner::{Error, Scalar};

/// Widths, biases, and what is asked.
type Case = (&'static [usize], &'static [bool], bool, Objective<f32>);

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
    let cases: [Case; 7] = [
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
        let wanted = factors + kronecker_scratch(&network) + network.inputs();
        assert_eq!(len(Scorer::Kronecker), wanted, "{widths:?}");
        assert_eq!(len(Scorer::Norm), network.inputs() + network.scratch());
    }
}

/// What is chosen from each scorer's length on, and below it.
fn chosen<T: Scalar>(shapes: &[Shape<T>], purpose: Purpose, expected: &[(Scorer, Scorer)]) {
    let objective = Objective::Prediction;
    let choose = |bytes| Scorer::choose(shapes, objective, purpose, bytes);
    let bytes = |scorer: Scorer| size_of::<T>() * scorer.len(shapes, objective).unwrap();
    for &(at, below) in expected {
        assert_eq!(choose(bytes(at)), Ok(at));
        assert_eq!(choose(bytes(at) - 1), Ok(below));
    }
    let none = choose(bytes(Scorer::Norm) - 1);
    assert_eq!(none, Err(Error::Range("bytes")));
}

fn sketch(buckets: usize) -> Scorer {
    Scorer::Sketch { buckets }
}

/// The largest sketch in one byte less than a scorer takes.
fn below<T: Scalar>(shapes: &[Shape<T>], scorer: Scorer) -> Scorer {
    let len = |scorer: Scorer| scorer.len(shapes, Objective::Prediction).unwrap();
    let fits = |buckets: &usize| len(sketch(*buckets)) < len(scorer);
    sketch((1..5000).take_while(fits).last().unwrap())
}

fn borders<T: Scalar>() {
    let shapes = digits::<T>();
    let (norm, exact, kronecker) = (Scorer::Norm, Scorer::Exact, Scorer::Kronecker);
    let steps = [(sketch(64), sketch(63)), (sketch(16), norm)];
    chosen(&shapes, Purpose::Sample, &steps);
    let steps = [
        (exact, below(&shapes, exact)),
        (sketch(256), kronecker),
        (kronecker, below(&shapes, kronecker)),
        (sketch(16), norm),
    ];
    chosen(&shapes, Purpose::Leverage, &steps);
    let huge = |purpose| Scorer::choose(&shapes, Objective::Prediction, purpose, usize::MAX);
    assert_eq!(huge(Purpose::Sample), Ok(sketch(64)));
    assert_eq!(huge(Purpose::Leverage), Ok(exact));
    // A small network's own factor is better still.
    let small = layers::<T>(&[5, 8, 1], &[true, false], false);
    chosen(&small, Purpose::Sample, &[(exact, below(&small, exact))]);
    // Classes keep two factors a layer, however large the sketch.
    let classes = layers::<T>(&[64, 32, 10], &[true, false], false);
    chosen(&classes, Purpose::Leverage, &[(exact, kronecker)]);
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
    let objective = Objective::Prediction;
    let bytes = |buckets| 4 * sketch(buckets).len(&shapes, objective).unwrap();
    for ram in (12_000..200_000).step_by(997) {
        let chosen = Scorer::choose(&shapes, objective, Purpose::Leverage, ram).unwrap();
        let Scorer::Sketch { buckets } = chosen else {
            panic!("{ram} {chosen:?}");
        };
        assert!(bytes(buckets) <= ram && bytes(buckets + 1) > ram, "{ram}");
    }
    // 91 000 parameters in 16 KiB.
    let chosen = Scorer::choose(&shapes, objective, Purpose::Sample, 16_384).unwrap();
    assert!(
        matches!(chosen, Scorer::Sketch { buckets } if buckets >= 40),
        "{chosen:?}"
    );
}

/// What a selector has of the rule is the rule for a sample, at every size of memory.
#[test]
fn a_selector_is_chosen_as_the_plan_says() {
    let cases: [Case; 5] = [
        (&[64, 10, 1], &[false, false], false, Objective::Prediction),
        (&[64, 10, 1], &[true, true], true, Objective::Prediction),
        (&[30, 8, 1], &[true, false], false, Objective::Prediction),
        (&[20, 12, 6], &[true, false], false, Objective::Softmax),
        (&[20, 12, 6], &[true, true], true, Objective::CrossEntropy),
    ];
    for (widths, biases, smooth, objective) in cases {
        let shapes = layers::<f32>(widths, biases, smooth);
        let count = shapes
            .iter()
            .map(|s| s.outputs * (s.inputs + usize::from(s.bias)))
            .sum();
        let theta = vec![0.25; count];
        let network = Network::new(Flat {
            shapes: &shapes,
            theta: &theta,
        })
        .unwrap();
        let exact = Scorer::Exact.len(&shapes, objective).unwrap();
        for scalars in (100..60_000).step_by(97).chain([exact - 1, exact]) {
            let found = choose::buckets(&network, objective, scalars);
            let planned = Scorer::choose(&shapes, objective, Purpose::Sample, 4 * scalars);
            let expected = match planned {
                Ok(Scorer::Exact) => Ok(None),
                Ok(Scorer::Sketch { buckets }) => Ok(Some(buckets)),
                _ => Err(Error::Length("memory")),
            };
            assert_eq!(found, expected, "{widths:?} in {scalars}");
            // What is chosen fits, as a selector would have it.
            let Ok(model) = Sketched::fitting(network, objective, 5, scalars) else {
                continue;
            };
            let (rows, order) = (model.rows(objective), Model::<f32>::order(&model));
            let (row, scratch) = (Model::<f32>::row_len(&model), Model::<f32>::scratch(&model));
            assert!(selector_len_of(widths[0], rows, row, order, scratch) <= scalars);
            assert_eq!(
                model.sketch().map(|s| (s.buckets(), s.seed())),
                found.unwrap().map(|k| (k, 5))
            );
        }
    }
}

/// Rows as short as a sketch stay whole, or the memory is too short.
#[test]
fn small_networks_are_never_sketched() {
    let shapes = layers::<f32>(&[5, 8, 1], &[true, false], false);
    let theta = [0.5; 56];
    let network = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let objective = Objective::Prediction;
    let exact = Scorer::Exact.len(&shapes, objective).unwrap();
    assert_eq!(choose::buckets(&network, objective, exact), Ok(None));
    let short = choose::buckets(&network, objective, exact - 1);
    assert_eq!(short, Err(Error::Length("memory")));
}

#[test]
fn layers_that_are_no_network_are_refused() {
    let none: [Shape<f32>; 0] = [];
    let gap = [digits()[0], digits()[0]];
    let empty = layers::<f32>(&[3, 0, 1], &[true, true], false);
    let huge = layers::<f32>(&[usize::MAX, usize::MAX, 1], &[true, true], false);
    let choose = |shapes: &[Shape<f32>]| {
        Scorer::choose(shapes, Objective::Prediction, Purpose::Leverage, usize::MAX)
    };
    for shapes in [&none[..], &gap, &empty, &huge] {
        let refused = choose(shapes);
        assert_eq!(refused, Err(Error::Model));
        assert_eq!(
            Scorer::Norm.len(shapes, Objective::Prediction),
            Err(Error::Model)
        );
    }
    // Classes want at least two logits, the logistic loss one.
    let refused = |shapes: &[Shape<f32>], objective| {
        let chosen = Scorer::choose(shapes, objective, Purpose::Sample, usize::MAX);
        assert_eq!(chosen, Err(Error::Objective));
    };
    refused(&digits(), Objective::Softmax);
    refused(&digits(), Objective::CrossEntropy);
    let mut sigmoid = digits();
    sigmoid[1].activation = Activation::Sigmoid;
    refused(&sigmoid, Objective::Logistic);
    // So wide that no RAM holds a factor, but nothing overflows.
    let wide = layers::<f32>(&[1 << 30, 1 << 20, 1], &[true, true], false);
    assert!(choose(&wide).is_ok());
}
