//! Adjoint rows against exact values, theorems and finite differences.

mod common;

use common::{Random, activation, golden, number};
use gleaner::model::{
    Activation, Flat, Form, Layer, Model, Network, Objective, Shape, Target, network_scratch,
};
use gleaner::{Error, Scalar};
use proptest::prelude::*;
use serde_json::Value;

/// A network of the golden file.
#[derive(Clone, Debug)]
struct Case<T> {
    shapes: Vec<Shape<T>>,
    theta: Vec<T>,
    x: Vec<T>,
}

fn numbers<T: Scalar>(value: &Value) -> Vec<T> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| T::of(number(v)))
        .collect()
}

fn case<T: Scalar>(value: &Value) -> Case<T> {
    let shapes = value["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| Shape {
            inputs: layer["inputs"].as_u64().unwrap() as usize,
            outputs: layer["outputs"].as_u64().unwrap() as usize,
            bias: layer["bias"].as_bool().unwrap(),
            activation: activation(layer["activation"].as_str().unwrap()),
        });
    Case {
        shapes: shapes.collect(),
        theta: numbers(&value["theta"]),
        x: numbers(&value["x"]),
    }
}

impl<T: Scalar> Case<T> {
    fn network(&self, nodes: usize) -> Network<Flat<'_, T>> {
        let flat = Flat {
            shapes: &self.shapes,
            theta: &self.theta,
        };
        Network::new(flat).unwrap().with_nodes(nodes).unwrap()
    }
}

struct Made<T> {
    row: Vec<T>,
    norm: T,
    report: gleaner::model::RowReport<T>,
}

fn make<T: Scalar>(network: &Network<Flat<'_, T>>, x: &[T], target: Target<T>) -> Made<T> {
    let mut scratch = vec![T::ZERO; network.scratch()];
    let mut row = vec![T::ZERO; network.parameters() + 1];
    let report = network.row(x, 0, target, &mut row, &mut scratch).unwrap();
    let norm = network.norm(x, 0, target, &mut scratch).unwrap();
    Made { row, norm, report }
}

fn golden_rows<T: Scalar>(exact: f64, by_nodes: f64, saturated: f64) {
    let file = golden("adjoint");
    let mut forms = [0, 0];
    for value in file["cases"].as_array().unwrap() {
        let family = value["family"].as_str().unwrap();
        let case = case::<T>(value);
        let expected: Vec<f64> = numbers(&value["adjoint"]);
        let at_zero = number(&value["value_at_zero"]);
        let norm = number(&value["norm_sq_dual"]);
        let scale = expected.iter().map(|a| a * a).sum::<f64>().sqrt();
        let form = case.network(32).form();
        forms[(form == Form::Quadrature) as usize] += 1;
        // A closed form does not look at the nodes: one is enough.
        for nodes in if form == Form::Exact {
            vec![1, 32]
        } else {
            vec![32]
        } {
            let made = make(&case.network(nodes), &case.x, Target::Prediction);
            let tolerance = match form {
                Form::Exact => exact,
                _ if family.contains("saturated") => saturated,
                _ => by_nodes,
            };
            assert_eq!(made.report.form, form);
            let (last, a) = made.row.split_last().unwrap();
            for (&got, &want) in a.iter().zip(&expected) {
                let error = (got.wide() - want).abs();
                assert!(
                    error <= tolerance * scale,
                    "{family}: {got:?} for {want}, {error:e}"
                );
            }
            assert_eq!(a.len(), expected.len(), "{family}");
            assert!(
                (last.wide() - at_zero).abs() <= exact * at_zero.abs(),
                "{family}"
            );
            let value = number(&value["value"]);
            assert!(
                (made.report.value.wide() - value).abs()
                    <= exact.max(2e-16) * value.abs().max(1.0) * 4.0
            );
            assert!(
                (made.norm.wide() - norm).abs() <= 4.0 * tolerance * norm,
                "{family}"
            );
            assert!(
                made.report.completeness.wide() <= 10.0 * tolerance * (scale + 1.0),
                "{family}"
            );
        }
    }
    assert!(forms[0] > 30 && forms[1] > 15, "{forms:?}");
}

#[test]
fn rows_of_every_family_are_the_exact_ones() {
    golden_rows::<f64>(1e-13, 1e-9, 1e-7);
    golden_rows::<f32>(2e-6, 2e-5, 2e-5);
}

#[test]
fn a_dead_network_has_a_row_of_zeros() {
    let shapes = [
        Shape {
            inputs: 2,
            outputs: 2,
            bias: true,
            activation: gleaner::model::Activation::Relu,
        },
        Shape {
            inputs: 2,
            outputs: 1,
            bias: false,
            activation: gleaner::model::Activation::Sigmoid,
        },
    ];
    let theta = [-1.0, -2.0, -3.0, -4.0, -0.5, -0.25, 1.0, 2.0];
    let case = Case {
        shapes: shapes.to_vec(),
        theta: theta.to_vec(),
        x: vec![1.0, 1.0],
    };
    let made = make(&case.network(1), &case.x, Target::Prediction);
    assert_eq!(made.row, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5]);
}

fn single<T: Scalar>(name: &str, theta: T, x: T) -> Case<T> {
    let shape = Shape {
        inputs: 1,
        outputs: 1,
        bias: false,
        activation: activation(name),
    };
    Case {
        shapes: vec![shape],
        theta: vec![theta],
        x: vec![x],
    }
}

#[test]
fn a_linear_model_has_the_input_as_its_row_at_any_number_of_nodes() {
    for nodes in [1, 2, 7, 32] {
        let case = single::<f32>("identity", 2.5, 0.75);
        assert_eq!(
            make(&case.network(nodes), &case.x, Target::Prediction).row,
            [0.75, 0.0]
        );
    }
    let case = single::<f64>("identity", 2.5, 0.0);
    assert_eq!(
        make(&case.network(1), &case.x, Target::Prediction).row,
        [0.0, 0.0]
    );
}

#[test]
fn at_parameters_of_zero_the_row_is_the_gradient() {
    for value in golden("adjoint")["cases"].as_array().unwrap() {
        let mut case = case::<f64>(value);
        case.theta.fill(0.0);
        let network = case.network(8);
        let made = make(&network, &case.x, Target::Prediction);
        let mut gradient = vec![0.0; network.parameters()];
        let mut scratch = vec![0.0; network.scratch()];
        network
            .gradient(&case.x, 0, Target::Prediction, &mut gradient, &mut scratch)
            .unwrap();
        for (&a, &g) in made.row.iter().zip(&gradient) {
            assert!((a - g).abs() <= 1e-15 * g.abs().max(1.0), "{a} {g}");
        }
        assert_eq!(made.report.completeness, 0.0);
    }
}

/// A two-layer network with a bias in both layers, whose rows are by quadrature.
fn kinked(theta: [f64; 7]) -> Case<f64> {
    let shapes = vec![
        Shape {
            inputs: 1,
            outputs: 2,
            bias: true,
            activation: activation("relu"),
        },
        Shape {
            inputs: 2,
            outputs: 1,
            bias: true,
            activation: activation("relu"),
        },
    ];
    Case {
        shapes,
        theta: theta.to_vec(),
        x: vec![1.0],
    }
}

#[test]
fn a_kink_on_the_path_is_split_at() {
    // Output t (t 2 - 0.6): negative before t = 0.3, where the output's ReLU opens.
    let case = kinked([1.0, 1.0, 1.0, 1.0, 0.5, 0.5, -0.6]);
    for nodes in [2, 3, 8] {
        let made = make(&case.network(nodes), &case.x, Target::Prediction);
        // d/db2: the output is open on [0.3, 1]. d/dv: h = 2 t there.
        assert!((made.row[6] - 0.7).abs() < 1e-14, "{:?}", made.row);
        assert!((made.row[4] - (1.0 - 0.09)).abs() < 1e-14);
        assert!(made.report.completeness < 1e-14);
    }
}

#[test]
fn a_residual_that_does_not_fall_is_reported() {
    // sigmoid(theta x) behind an identity layer with a bias of 0: the same function, by quadrature.
    let shapes = vec![
        Shape {
            inputs: 1,
            outputs: 1,
            bias: false,
            activation: activation("identity"),
        },
        Shape {
            inputs: 1,
            outputs: 1,
            bias: true,
            activation: activation("sigmoid"),
        },
    ];
    let case = Case {
        shapes,
        theta: vec![10.0f64, 1.0, 0.0],
        x: vec![1.0],
    };
    let errors: Vec<f64> = [1, 2, 3, 4, 5, 8, 16]
        .iter()
        .map(|&nodes| {
            make(&case.network(nodes), &case.x, Target::Prediction)
                .report
                .completeness
        })
        .collect();
    assert!(errors[0] > 0.01, "{errors:?}");
    assert!(
        errors.windows(2).any(|pair| pair[1] > pair[0]),
        "{errors:?}"
    );
    assert!(errors[6] < 1e-6, "{errors:?}");
}

#[test]
fn a_residual_or_loss_root_keeps_completeness() {
    for value in golden("adjoint")["cases"].as_array().unwrap() {
        let case = case::<f64>(value);
        let network = case.network(32);
        for target in [
            Objective::Residual.with(Some(0.7)).unwrap(),
            Objective::Logistic.with(Some(1.0)).unwrap(),
            Objective::Logistic.with(Some(0.0)).unwrap(),
            Objective::Huber(0.5).with(Some(-0.2)).unwrap(),
        ] {
            let made = make(&network, &case.x, target);
            let bound = match target {
                _ if value["family"].as_str().unwrap().contains("saturated") => 1e-6,
                _ => 1e-9,
            };
            assert!(
                made.report.completeness <= bound,
                "{} {target:?} {:?}",
                value["family"],
                made.report
            );
        }
    }
}

#[test]
fn the_gradient_is_the_difference_quotient() {
    for value in golden("adjoint")["cases"].as_array().unwrap() {
        let mut case = case::<f64>(value);
        let target = Objective::Logistic.with(Some(1.0)).unwrap();
        let network = case.network(8);
        let mut gradient = vec![0.0; network.parameters()];
        let mut scratch = vec![0.0; network.scratch()];
        network
            .gradient(&case.x, 0, target, &mut gradient, &mut scratch)
            .unwrap();
        for (j, &found) in gradient.iter().enumerate() {
            let at = case.theta[j];
            let mut ends = [0.0; 2];
            for (end, step) in ends.iter_mut().zip([1e-6, -1e-6]) {
                case.theta[j] = at + step;
                *end = target.value(case.network(8).value(&case.x, 0, &mut scratch).unwrap());
            }
            case.theta[j] = at;
            let quotient = (ends[0] - ends[1]) / 2e-6;
            assert!(
                (found - quotient).abs() < 1e-7 * found.abs().max(1.0),
                "{found} {quotient}"
            );
        }
    }
}

#[test]
fn bad_input_is_an_error_and_leaves_the_outputs() {
    let file = golden("adjoint");
    for value in file["cases"].as_array().unwrap() {
        let case = case::<f32>(value);
        let network = case.network(4);
        let mut scratch = vec![0.0f32; network.scratch()];
        let mut row = vec![7.0f32; network.parameters() + 1];
        let mut bad = case.x.clone();
        bad[0] = f32::NAN;
        let p = Target::Prediction;
        assert_eq!(
            network.row(&bad, 0, p, &mut row, &mut scratch),
            Err(Error::NotFinite("x"))
        );
        assert_eq!(
            network.row(&[], 0, p, &mut row, &mut scratch),
            Err(Error::Length("x"))
        );
        assert_eq!(
            network.row(&case.x, 1, p, &mut row, &mut scratch),
            Err(Error::Range("output"))
        );
        assert_eq!(
            network.row(&case.x, 0, p, &mut [], &mut scratch),
            Err(Error::Length("row"))
        );
        if !scratch.is_empty() {
            assert_eq!(
                network.row(&case.x, 0, p, &mut row, &mut []),
                Err(Error::Length("scratch"))
            );
        }
        // Sums of products beyond the scalar's range.
        bad.fill(f32::MAX);
        let outcome = network.row(&bad, 0, p, &mut row, &mut scratch);
        if outcome.is_err() {
            assert!(
                row.iter().all(|&r| r == 7.0),
                "{} {outcome:?}",
                value["family"]
            );
        } else {
            assert!(row.iter().all(|r| r.is_finite()), "{}", value["family"]);
            row.fill(7.0);
        }
    }
    let flat = Flat {
        shapes: &[Shape {
            inputs: 1,
            outputs: 1,
            bias: true,
            activation: activation("identity"),
        }],
        theta: &[1.0f64, f64::NAN],
    };
    assert_eq!(Network::new(flat).unwrap_err(), Error::NotFinite("weights"));
    let flat = Flat {
        theta: &[1.0f64],
        ..flat
    };
    assert_eq!(Network::new(flat).unwrap_err(), Error::Model);
    assert_eq!(
        Network::new(Flat {
            shapes: &[],
            theta: &[] as &[f64]
        })
        .unwrap_err(),
        Error::Model
    );
    let flat = Flat {
        theta: &[1.0f64, 2.0],
        ..flat
    };
    assert_eq!(
        Network::new(flat).unwrap().with_nodes(0).unwrap_err(),
        Error::Range("nodes")
    );
    assert_eq!(
        Network::new(flat).unwrap().with_nodes(33).unwrap_err(),
        Error::Range("nodes")
    );
}

/// Random networks: shapes, bias flags, activations, parameters and input.
fn networks() -> impl Strategy<Value = Case<f64>> {
    const KINDS: [Activation<f64>; 8] = [
        Activation::Relu,
        Activation::Tanh,
        Activation::Identity,
        Activation::LeakyRelu(0.1),
        Activation::Relu6,
        Activation::HardSigmoid,
        Activation::Silu,
        Activation::Sin,
    ];
    let layer = (1..5usize, any::<bool>(), 0..KINDS.len());
    (1..5usize, prop::collection::vec(layer, 1..4), any::<u64>()).prop_map(
        |(inputs, layers, seed)| {
            let mut width = inputs;
            let mut shapes = Vec::new();
            let count = layers.len();
            for (i, (outputs, bias, kind)) in layers.into_iter().enumerate() {
                let outputs = if i + 1 == count { 1 } else { outputs };
                shapes.push(Shape {
                    inputs: width,
                    outputs,
                    bias,
                    activation: KINDS[kind],
                });
                width = outputs;
            }
            let size = |s: &Shape<f64>| s.inputs * s.outputs + if s.bias { s.outputs } else { 0 };
            let parameters = shapes.iter().map(size).sum();
            let mut random = Random::new(seed);
            let theta = random.normals(parameters);
            let x = random.normals(inputs);
            Case { shapes, theta, x }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn completeness_holds_for_any_network(case in networks()) {
        let network = case.network(32);
        let made = make(&network, &case.x, Target::Prediction);
        let bound = if made.report.form == Form::Exact { 1e-12 } else { 1e-4 };
        let size = made.row.iter().map(|r| r.abs()).fold(1.0, f64::max);
        prop_assert!(made.report.completeness <= bound * size, "{:?} {:?}", case.shapes, made.report);
    }

    #[test]
    fn the_norm_is_that_of_the_row(case in networks()) {
        let network = case.network(8);
        let made = make(&network, &case.x, Target::Prediction);
        let squares: f64 = made.row.iter().map(|r| r * r).sum();
        prop_assert!((made.norm - squares).abs() <= 1e-12 * squares.max(1e-300));
    }

    #[test]
    fn scratch_is_what_the_constant_says(case in networks()) {
        let network = case.network(32);
        let neurons = case.shapes.iter().map(|s| s.outputs).sum();
        prop_assert!(network.scratch() <= network_scratch(network.parameters(), neurons));
        // What is left out is one entry a homogeneous hidden neuron, unless a network is degenerate.
        let hidden = &case.shapes[..case.shapes.len() - 1];
        let gauge: usize = hidden.iter().filter(|s| s.activation.is_homogeneous()).map(|s| s.outputs).sum();
        prop_assert_eq!(network.order(), network.parameters() + 1 - gauge);
    }
}

#[test]
fn a_pre_activation_beyond_the_scalar_is_refused_though_the_output_saturates() {
    let shape = Shape {
        inputs: 1,
        outputs: 1,
        bias: false,
        activation: Activation::Sigmoid,
    };
    let case = Case {
        shapes: vec![shape],
        theta: vec![10.0f32],
        x: vec![f32::MAX],
    };
    let network = case.network(8);
    let mut row = [7.0f32; 2];
    let target = Target::Prediction;
    assert_eq!(
        network.row(&case.x, 0, target, &mut row, &mut []),
        Err(Error::Range("row"))
    );
    assert_eq!(row, [7.0; 2]);
    assert_eq!(
        network.norm(&case.x, 0, target, &mut []),
        Err(Error::Range("norm"))
    );
}

/// A row is refused where one entry overflows, though the value, the hidden neurons and the input are in range.
#[test]
fn an_entry_beyond_the_scalar_is_refused() {
    let shape = |activation| Shape {
        inputs: 1,
        outputs: 1,
        bias: false,
        activation,
    };
    // The output's slope there is 1, and 1e-100.
    for (last, theta, x) in [
        (Activation::Identity, [1e-260, 1e150], 1e160),
        (Activation::LeakyRelu(1e-100), [1e-260, -1e250], 1e160),
        (Activation::Identity, [1e-300, 1.7e308], 2.5),
    ] {
        let case = Case {
            shapes: vec![shape(Activation::Relu), shape(last)],
            theta: theta.to_vec(),
            x: vec![x],
        };
        let network = case.network(8);
        let mut scratch = vec![0.0; network.scratch()];
        let mut row = [7.0; 3];
        let target = Target::Prediction;
        assert!(network.value(&case.x, 0, &mut scratch).unwrap().abs() < 1e51);
        let scored = network.row(&case.x, 0, target, &mut row, &mut scratch);
        assert_eq!(scored.map(|_| ()), Err(Error::Range("row")));
        let gradient = network.gradient(&case.x, 0, target, &mut row[..2], &mut scratch);
        assert_eq!(gradient, Err(Error::Range("gradient")));
        assert_eq!(row, [7.0; 3]);
    }
}

/// Outputs that a row is not of have zeros in it, whatever lay there.
#[test]
fn a_row_leaves_nothing_of_what_was_there() {
    let shape = |inputs, outputs, bias| Shape {
        inputs,
        outputs,
        bias,
        activation: Activation::Identity,
    };
    // In closed form, and by quadrature.
    for bias in [false, true] {
        let shapes = vec![shape(2, 3, true), shape(3, 2, bias)];
        let parameters = if bias { 17 } else { 15 };
        let case = Case {
            shapes,
            theta: (0..parameters).map(|i| f64::from(i) / 16.0 - 0.4).collect(),
            x: vec![0.75, -1.5],
        };
        let network = case.network(8);
        let mut scratch = vec![0.0; network.scratch()];
        for output in 0..2 {
            let [clean, dirty] = [0.0, 7.0].map(|old| {
                let mut row = vec![old; parameters as usize + 1];
                let target = Target::Prediction;
                let scored = network.row(&case.x, output, target, &mut row, &mut scratch);
                scored.unwrap();
                row
            });
            assert_eq!(clean, dirty);
            let other = 9 + 3 * (1 - output);
            assert_eq!(clean[other..other + 3], [0.0; 3]);
            if bias {
                assert_eq!(clean[15 + 1 - output], 0.0);
            }
        }
    }
}

#[test]
fn completeness_is_a_number_where_its_sum_overflows() {
    let shape = Shape {
        inputs: 8,
        outputs: 1,
        bias: false,
        activation: Activation::Identity,
    };
    let big = 3e38f32;
    let theta = vec![big, big, -big, -big, big, big, -big, -big];
    let x = vec![1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
    let case = Case {
        shapes: vec![shape],
        theta,
        x,
    };
    let mut row = [0.0f32; 9];
    let report = case
        .network(8)
        .row(&case.x, 0, Target::Prediction, &mut row, &mut [])
        .unwrap();
    assert!(report.completeness.is_finite(), "{report:?}");
    assert_eq!(row[..8], case.x[..]);
}

/// Scaling the input and all biases leaves every kink where it is, and with it the row's bias columns.
#[test]
fn kinks_are_found_among_tiny_values() {
    let widths = [3, 5, 5, 5, 1];
    let mut random = Random::new(11);
    let mut draw = |count: usize, size: f64| -> Vec<f64> {
        (0..count).map(|_| size * random.normal()).collect()
    };
    let weights: Vec<_> = (0..4)
        .map(|i| draw(widths[i] * widths[i + 1], 0.6))
        .collect();
    let biases: Vec<_> = (0..4).map(|i| draw(widths[i + 1], 0.3)).collect();
    let x = draw(3, 1.0);
    let bias_columns = |scale: f64| -> Vec<f64> {
        let scaled = |values: &[f64]| values.iter().map(|v| v * scale).collect::<Vec<_>>();
        let biases: Vec<_> = biases.iter().map(|b| scaled(b)).collect();
        let layers: Vec<_> = (0..4)
            .map(|i| Layer {
                weights: &weights[i],
                bias: &biases[i],
                inputs: widths[i],
                outputs: widths[i + 1],
                activation: if i < 3 {
                    Activation::Relu
                } else {
                    Activation::Identity
                },
            })
            .collect();
        let network = Network::new(&layers[..]).unwrap();
        let (mut row, mut scratch) = (
            vec![0.0; network.parameters() + 1],
            vec![0.0; network.scratch()],
        );
        network
            .row(&scaled(&x), 0, Target::Prediction, &mut row, &mut scratch)
            .unwrap();
        let mut start = 0;
        let mut columns = vec![];
        for i in 0..4 {
            start += widths[i] * widths[i + 1];
            columns.extend_from_slice(&row[start..start + widths[i + 1]]);
            start += widths[i + 1];
        }
        columns
    };
    let whole = bias_columns(1.0);
    for scale in [1e-100, 1e-165, 1e-200, 1e100] {
        for (found, expected) in bias_columns(scale).iter().zip(&whole) {
            assert!(
                (found - expected).abs() < 1e-6,
                "{scale} {found} {expected}"
            );
        }
    }
}
