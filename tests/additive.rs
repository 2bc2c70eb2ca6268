//! The additive network: rows against exact values and against those of its neurons, gauge columns, refusals.

mod common;

use common::{
    Random, activation, cases, distance, golden, leverage, matrix, number, numbers, scalars,
};
use gleaner::fit::{FitOptions, fit_len, fit_own};
use gleaner::model::{
    Activation, Additive, AdditiveShape, Flat, Form, Gradient, Model, Network, Objective, Own,
    Shape, Target, additive_scratch, own_scratch,
};
use gleaner::{Error, Scalar};

fn rows_are_exact<T: Scalar>(tolerance: f64) {
    for case in cases(&golden("additive")) {
        let hidden = matrix(&case["hidden_weights"]);
        let mut theta: Vec<T> = scalars(&hidden.concat());
        theta.extend(scalars::<T>(&numbers(&case["output_weights"])));
        let x: Vec<T> = scalars(&numbers(&case["x"]));
        let shape = AdditiveShape {
            inputs: x.len(),
            neurons: hidden.len(),
            hidden: activation(case["hidden"].as_str().unwrap()),
            outer: activation(case["outer"].as_str().unwrap()),
        };
        let model = Additive::new(shape, &theta).unwrap();
        let mut scratch = vec![T::ZERO; model.scratch()];
        let mut row = vec![T::ZERO; theta.len() + 1];
        let target = Target::Prediction;
        let report = model.row(&x, 0, target, &mut row, &mut scratch).unwrap();
        let expected = numbers(&case["adjoint"]);
        let size = expected.iter().map(|a| a * a).sum::<f64>().sqrt();
        let (last, a) = row.split_last().unwrap();
        assert_eq!(a.len(), expected.len());
        for (got, want) in a.iter().zip(&expected) {
            assert!(
                (got.wide() - want).abs() <= tolerance * size,
                "{got:?} for {want}"
            );
        }
        let (value, zero) = (number(&case["value"]), number(&case["value_at_zero"]));
        assert!((report.value.wide() - value).abs() <= tolerance * value.abs().max(1.0));
        assert!((report.at_zero.wide() - zero).abs() <= tolerance * zero.abs().max(1.0));
        assert_eq!((report.form, report.at_zero), (Form::Exact, *last));
        assert!(report.completeness.wide() <= tolerance * size.max(1.0));
        assert_eq!(model.value(&x, 0, &mut scratch), Ok(report.value));
        let norm = model.norm(&x, 0, target, &mut scratch).unwrap().wide();
        let square = size * size + zero * zero;
        assert!((norm - square).abs() <= 2.0 * tolerance * square);

        // A label goes into the last entry alone.
        let residual = Target::Residual(T::of(0.25));
        let mut other = row.clone();
        model
            .row(&x, 0, residual, &mut other, &mut scratch)
            .unwrap();
        let (last, b) = other.split_last().unwrap();
        assert_eq!(a, b);
        assert!((last.wide() - (zero - 0.25)).abs() <= tolerance * zero.abs().max(1.0));
    }
}

#[test]
fn rows_are_the_exact_ones() {
    rows_are_exact::<f64>(1e-13);
    rows_are_exact::<f32>(1e-5);
}

fn shape(hidden: &str, outer: &str) -> AdditiveShape<f64> {
    AdditiveShape {
        inputs: 3,
        neurons: 4,
        hidden: activation(hidden),
        outer: activation(outer),
    }
}

/// A sum of networks of one hidden neuron: their rows side by side.
#[test]
fn rows_are_those_of_the_neurons() {
    for (hidden, outer) in [
        ("leaky_relu_0.125", "gelu_erf"),
        ("identity", "softplus"),
        ("relu", "identity"),
    ] {
        let shape = shape(hidden, outer);
        let theta = Random::new(4).normals(16);
        let model = Additive::new(shape, &theta).unwrap();
        let mut scratch = vec![0.0; model.scratch()];
        let layers = [(3, shape.hidden), (1, shape.outer)].map(|(inputs, activation)| Shape {
            inputs,
            outputs: 1,
            bias: false,
            activation,
        });
        for x in Random::new(5).rows(10, 3) {
            let mut row = vec![0.0; 17];
            model
                .row(&x, 0, Target::Prediction, &mut row, &mut scratch)
                .unwrap();
            for j in 0..4 {
                let mut own = theta[3 * j..3 * j + 3].to_vec();
                own.push(theta[12 + j]);
                let network = Network::new(Flat {
                    shapes: &layers,
                    theta: &own,
                })
                .unwrap();
                let mut scratch = vec![0.0; network.scratch()];
                let mut expected = vec![0.0; 5];
                network
                    .row(&x, 0, Target::Prediction, &mut expected, &mut scratch)
                    .unwrap();
                let got = [&row[3 * j..3 * j + 3], &row[12 + j..13 + j]].concat();
                assert!(
                    distance(&got, &expected[..4]) < 1e-14,
                    "{got:?} {expected:?}"
                );
            }
        }
    }
}

/// Its gradient is the one of its shape, which differences of the value confirm; a logistic root is integrated.
#[test]
fn gradients_and_rows_by_quadrature() {
    let shape = shape("relu", "tanh");
    let theta = Random::new(6).normals(16);
    let model = Additive::new(shape, &theta).unwrap();
    let own = Own::new(shape, &theta).unwrap().with_nodes(32).unwrap();
    let mut scratch = vec![0.0; own.scratch()];
    for x in Random::new(7).rows(10, 3) {
        own.check(&x, 1e-6, &mut scratch).unwrap();
        for target in [
            Target::Prediction,
            Target::Residual(0.5),
            Target::Logistic(1.0),
        ] {
            let (mut mine, mut theirs) = (vec![0.0; 16], vec![0.0; 16]);
            let f = model
                .gradient(&x, 0, target, &mut mine, &mut scratch)
                .unwrap();
            let g = own
                .gradient(&x, 0, target, &mut theirs, &mut scratch)
                .unwrap();
            assert!((f - g).abs() < 1e-15 && distance(&mine, &theirs) < 1e-14);
            let (mut mine, mut theirs) = (vec![1.0; 17], vec![0.0; 17]);
            let report = own.row(&x, 0, target, &mut theirs, &mut scratch).unwrap();
            assert!(report.completeness < 1e-9, "{report:?}");
            let closed = model.row(&x, 0, target, &mut mine, &mut scratch);
            if model.suits(target.objective()) {
                assert!(distance(&theirs, &mine) < 1e-9);
            } else {
                assert_eq!(closed.err(), Some(Error::Objective));
                assert_eq!(mine, [1.0; 17]);
                assert_eq!(
                    model.norm(&x, 0, target, &mut scratch),
                    Err(Error::Objective)
                );
            }
        }
    }
    assert!(!model.suits(Objective::Logistic) && !model.suits(Objective::Huber(1.0)));
    assert!(model.suits(Objective::Prediction) && model.suits(Objective::Residual));
}

#[test]
fn leverage_is_the_same_without_gauge_columns() {
    let shape = shape("relu", "sigmoid");
    let mut theta = Random::new(8).normals(16);
    theta[13] = 0.0;
    let model = Additive::new(shape, &theta).unwrap();
    assert_eq!((model.parameters(), model.order()), (16, 13));
    let mut scratch = vec![0.0; model.scratch()];
    let (mut whole, mut reduced) = (Vec::new(), Vec::new());
    for x in Random::new(9).rows(60, 3) {
        let mut row = vec![0.0; 17];
        model
            .row(&x, 0, Target::Prediction, &mut row, &mut scratch)
            .unwrap();
        whole.push(row.clone());
        model.leave_out_gauge(&mut row);
        row.truncate(13);
        let mut back = vec![7.0; 17];
        model.put_back_gauge(&row, &mut back);
        let original = whole.last().unwrap();
        let gauge = [3, 12, 14, 15];
        for (place, (b, w)) in back.iter().zip(original).enumerate() {
            assert_eq!(*b, if gauge.contains(&place) { 0.0 } else { *w }, "{place}");
        }
        reduced.push(row);
    }
    let mut row: Vec<f64> = (0..17).map(f64::from).collect();
    model.leave_out_gauge(&mut row);
    let kept = [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 13, 16];
    assert_eq!(row[..13], kept.map(f64::from));
    for (a, b) in leverage(&whole).iter().zip(leverage(&reduced)) {
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
}

#[test]
fn a_fit_learns_what_one_made() {
    let shape = AdditiveShape {
        inputs: 2,
        neurons: 3,
        ..shape("relu", "tanh")
    };
    let truth = Random::new(20).normals(9);
    let readings = Random::new(21).rows(200, 2);
    let teacher = Additive::new(shape, &truth).unwrap();
    let mut scratch = vec![0.0; teacher.scratch()];
    let labels: Vec<f64> = readings
        .iter()
        .map(|x| teacher.value(x, 0, &mut scratch).unwrap())
        .collect();
    let sample = |index: usize, x: &mut [f64], to: &mut [f64]| {
        x.copy_from_slice(&readings[index]);
        to[0] = labels[index];
        Ok(1.0)
    };
    let mut memory = vec![0.0; fit_len(2, 9, own_scratch(9, 1))];
    let options = FitOptions {
        weight_decay: 1e-6,
        ..FitOptions::default()
    };
    let least = (0..10).map(|start| {
        let mut theta = Random::new(30 + start).normals(9);
        fit_own(
            &shape,
            &mut theta,
            Objective::Residual,
            options,
            200,
            sample,
            &mut memory,
        )
        .unwrap()
        .loss
    });
    let least = least.fold(f64::INFINITY, f64::min);
    assert!(least < 1e-3, "{least}");
}

#[test]
fn refusals() {
    let good = shape("relu", "tanh");
    let theta = [0.5; 16];
    let refused = |shape| Additive::new(shape, &theta).err();
    assert_eq!(refused(good), None);
    for bad in [
        AdditiveShape { inputs: 0, ..good },
        AdditiveShape { neurons: 0, ..good },
        AdditiveShape {
            hidden: Activation::Tanh,
            ..good
        },
        AdditiveShape {
            hidden: Activation::LeakyRelu(f64::NAN),
            ..good
        },
        AdditiveShape {
            outer: Activation::Elu(f64::INFINITY),
            ..good
        },
    ] {
        assert_eq!(refused(bad), Some(Error::Model), "{bad:?}");
    }
    for bad in [
        AdditiveShape { inputs: 4, ..good },
        AdditiveShape {
            neurons: usize::MAX,
            ..good
        },
    ] {
        assert_eq!(refused(bad), Some(Error::Length("theta")), "{bad:?}");
    }
    let mut infinite = theta;
    infinite[3] = f64::INFINITY;
    assert_eq!(
        Additive::new(good, &infinite).err(),
        Some(Error::NotFinite("theta"))
    );

    let model = Additive::new(good, &theta).unwrap();
    assert_eq!(model.scratch(), additive_scratch(4));
    let (mut scratch, x, target) = ([0.0; 8], [1.0, 2.0, 3.0], Target::Prediction);
    assert_eq!(
        model.value(&x[1..], 0, &mut scratch),
        Err(Error::Length("x"))
    );
    assert_eq!(
        model.value(&x, 1, &mut scratch),
        Err(Error::Range("output"))
    );
    assert_eq!(
        model.value(&x, 0, &mut scratch[1..]),
        Err(Error::Length("scratch"))
    );
    let bad = [1.0, f64::NAN, 3.0];
    assert_eq!(
        model.norm(&bad, 0, target, &mut scratch),
        Err(Error::NotFinite("x"))
    );
    let mut place = [7.0; 18];
    let found = model.row(&x, 0, target, &mut place, &mut scratch);
    assert_eq!(found.err(), Some(Error::Length("row")));
    let found = model.gradient(&x, 0, target, &mut place, &mut scratch);
    assert_eq!(found, Err(Error::Length("gradient")));
    // Beyond the scalar's range a saturated network is no longer this one.
    let far = [1e200, 1e200, 1e200];
    let large = [1e200; 16];
    let model = Additive::new(good, &large).unwrap();
    let row = &mut place[..17];
    assert_eq!(
        model.row(&far, 0, target, row, &mut scratch).err(),
        Some(Error::Range("row"))
    );
    assert_eq!(
        model.value(&far, 0, &mut scratch),
        Err(Error::Range("output"))
    );
    assert_eq!(place, [7.0; 18]);
    let found = model.norm(&far, 0, target, &mut scratch);
    assert_eq!(found, Err(Error::Range("norm")));
    let found = model.norm(&x, 0, target, &mut scratch);
    assert_eq!(found, Err(Error::Range("norm")));
    // The value is 0, but its slope is beyond.
    let mut steep = [0.0; 16];
    steep[12] = 1e200;
    let model = Additive::new(shape("identity", "identity"), &steep).unwrap();
    assert_eq!(model.value(&far, 0, &mut scratch), Ok(0.0));
    let found = model.gradient(&far, 0, target, &mut place[..16], &mut scratch);
    assert_eq!(found, Err(Error::Range("gradient")));
    let found = model.row(&far, 0, target, &mut place[..17], &mut scratch);
    assert_eq!(found.err(), Some(Error::Range("row")));
    let found = model.norm(&far, 0, target, &mut scratch);
    assert_eq!(found, Err(Error::Range("norm")));
    assert_eq!(place, [7.0; 18]);
    let mut gradient = [0.0; 16];
    let found = good.at(&theta, &x[1..], 0, &mut gradient);
    assert_eq!(found, Err(Error::Length("x")));
    let found = good.at(&theta[1..], &x, 0, &mut gradient);
    assert_eq!(found, Err(Error::Length("theta")));
    let found = good.at(&theta, &x, 0, &mut gradient[1..]);
    assert_eq!(found, Err(Error::Length("gradient")));
}
