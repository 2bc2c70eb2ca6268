//! Several outputs: objectives of all of them at once, a row for each, selectors over them.

mod common;

use common::{Random, online_leverage, relative};
use gleaner::fit::{FitOptions, fit, fit_len};
use gleaner::model::{
    Activation, Flat, Form, Model, Network, Objective, Shape, Target, network_scratch,
};
use gleaner::sampler::{Candidate, Item, positions_len};
use gleaner::selector::{Options, Selector, selector_len_of};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

const INPUTS: usize = 4;
const CLASSES: usize = 3;

fn shape<T>(inputs: usize, outputs: usize, bias: bool, activation: Activation<T>) -> Shape<T> {
    Shape {
        inputs,
        outputs,
        bias,
        activation,
    }
}

/// A softmax head, a ReLU network in closed form, one with biases everywhere, a smooth one.
fn networks<T: Scalar>() -> Vec<(Vec<Shape<T>>, Form)> {
    let (relu, tanh, none) = (Activation::Relu, Activation::Tanh, Activation::Identity);
    vec![
        (vec![shape(INPUTS, CLASSES, true, none)], Form::Exact),
        (
            vec![shape(INPUTS, 6, true, relu), shape(6, CLASSES, false, none)],
            Form::Exact,
        ),
        (
            vec![shape(INPUTS, 6, true, relu), shape(6, CLASSES, true, none)],
            Form::Quadrature,
        ),
        (
            vec![shape(INPUTS, 5, true, tanh), shape(5, CLASSES, true, none)],
            Form::Quadrature,
        ),
    ]
}

fn parameters<T: Scalar>(shapes: &[Shape<T>], seed: u64, size: f64) -> Vec<T> {
    let count = shapes
        .iter()
        .map(|s| s.inputs * s.outputs + if s.bias { s.outputs } else { 0 })
        .sum();
    let mut random = Random::new(seed);
    (0..count).map(|_| T::of(size * random.normal())).collect()
}

fn network<'a, T: Scalar>(shapes: &'a [Shape<T>], theta: &'a [T]) -> Network<Flat<'a, T>> {
    Network::new(Flat { shapes, theta })
        .unwrap()
        .with_nodes(32)
        .unwrap()
}

fn targets<T: Scalar>() -> Vec<(Target<T>, usize)> {
    let classes = (0..CLASSES).map(|class| (Target::CrossEntropy(T::of(class as f64)), 0));
    classes
        .chain((0..CLASSES).map(|row| (Target::Softmax, row)))
        .collect()
}

fn completeness<T: Scalar>(exact: f64, quadrature: f64) {
    for (shapes, form) in networks::<T>() {
        for (seed, size) in [(1, 0.5), (2, 1.0), (3, 3.0), (4, 12.0)] {
            // Where logits run far along the path, nodes between kinks are too few.
            if form == Form::Quadrature && size > 1.0 {
                continue;
            }
            let theta = parameters(&shapes, seed, size);
            let net = network(&shapes, &theta);
            let mut scratch = vec![T::ZERO; net.scratch()];
            let x: Vec<T> = common::scalars(&Random::new(seed + 9).normals(INPUTS));
            for (target, output) in targets::<T>() {
                let mut row = vec![T::ZERO; theta.len() + 1];
                let report = net.row(&x, output, target, &mut row, &mut scratch).unwrap();
                assert_eq!(report.form, form);
                let f = net.objective(&x, output, target, &mut scratch).unwrap();
                let zero = vec![T::ZERO; theta.len()];
                let at_zero = network(&shapes, &zero)
                    .objective(&x, output, target, &mut scratch)
                    .unwrap();
                assert_eq!(report.value.wide(), f.wide());
                assert!(relative(row[theta.len()].wide(), at_zero.wide()) < exact);
                let (a, _) = row.split_at(theta.len());
                let product: f64 = a.iter().zip(&theta).map(|(a, t)| a.wide() * t.wide()).sum();
                let size: f64 = a
                    .iter()
                    .zip(&theta)
                    .map(|(a, t)| (a.wide() * t.wide()).abs())
                    .sum();
                let bound = if form == Form::Exact {
                    exact
                } else {
                    quadrature
                };
                let residual = (product - (f.wide() - at_zero.wide())).abs();
                assert!(
                    residual <= bound * (1.0 + size),
                    "{form:?} {target:?} {residual}"
                );
                assert!((report.completeness.wide() - residual).abs() <= exact * (1.0 + size));
            }
        }
    }
}

#[test]
fn rows_are_complete() {
    completeness::<f64>(2e-14, 1e-9);
    completeness::<f32>(3e-6, 3e-5);
}

/// The integral of the gradient, by the midpoint rule.
fn integrated(
    shapes: &[Shape<f64>],
    theta: &[f64],
    x: &[f64],
    at: (Target<f64>, usize),
) -> Vec<f64> {
    const STEPS: usize = 4000;
    let mut sum = vec![0.0; theta.len()];
    for step in 0..STEPS {
        let t = (step as f64 + 0.5) / STEPS as f64;
        let there: Vec<f64> = theta.iter().map(|p| t * p).collect();
        let net = network(shapes, &there);
        let mut scratch = vec![0.0; net.scratch()];
        let mut gradient = vec![0.0; theta.len()];
        net.gradient(x, at.1, at.0, &mut gradient, &mut scratch)
            .unwrap();
        sum.iter_mut()
            .zip(&gradient)
            .for_each(|(s, g)| *s += g / STEPS as f64);
    }
    sum
}

#[test]
fn rows_are_the_integral_of_gradients_and_those_are_differences() {
    for (shapes, _) in networks::<f64>() {
        let theta = parameters(&shapes, 5, 1.0);
        let x = Random::new(6).normals(INPUTS);
        let net = network(&shapes, &theta);
        let mut scratch = vec![0.0; net.scratch()];
        for (target, output) in targets() {
            let mut row = vec![0.0; theta.len() + 1];
            net.row(&x, output, target, &mut row, &mut scratch).unwrap();
            let slow = integrated(&shapes, &theta, &x, (target, output));
            // The midpoint rule errs by a step at a kink.
            for (fast, slow) in row.iter().zip(&slow) {
                assert!((fast - slow).abs() < 2e-4, "{fast} {slow}");
            }
            let mut gradient = vec![0.0; theta.len()];
            net.gradient(&x, output, target, &mut gradient, &mut scratch)
                .unwrap();
            for index in 0..theta.len() {
                let f = |step: f64| {
                    let mut there = theta.clone();
                    there[index] += step;
                    let mut scratch = vec![0.0; net.scratch()];
                    network(&shapes, &there)
                        .objective(&x, output, target, &mut scratch)
                        .unwrap()
                };
                let difference = (f(1e-6) - f(-1e-6)) / 2e-6;
                assert!((gradient[index] - difference).abs() < 1e-7);
            }
        }
    }
}

#[test]
fn squares_add_up_and_the_softmax_rows_are_the_fisher_information() {
    let (shapes, _) = networks::<f64>().remove(3);
    let theta = parameters(&shapes, 7, 1.0);
    let net = network(&shapes, &theta);
    let mut scratch = vec![0.0; net.scratch()];
    let x = Random::new(8).normals(INPUTS);
    let mut outputs = |row| {
        net.objective(&x, row, Target::Softmax, &mut scratch)
            .unwrap()
    };
    let p: Vec<f64> = (0..CLASSES).map(|c| outputs(c).powi(2) / 4.0).collect();
    assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-14);
    let mut gradient = |row, target| {
        let mut gradient = vec![0.0; theta.len()];
        net.gradient(&x, row, target, &mut gradient, &mut scratch)
            .unwrap();
        gradient
    };
    let rows: Vec<_> = (0..CLASSES).map(|c| gradient(c, Target::Softmax)).collect();
    let logits: Vec<_> = (0..CLASSES)
        .map(|c| gradient(c, Target::Prediction))
        .collect();
    for (i, j) in [(0, 0), (3, 20), (11, 40), (27, 27), (42, 5)] {
        let gram: f64 = rows.iter().map(|row| row[i] * row[j]).sum();
        let mean = |k: usize| -> f64 { (0..CLASSES).map(|c| p[c] * logits[c][k]).sum() };
        let square: f64 = (0..CLASSES)
            .map(|c| p[c] * logits[c][i] * logits[c][j])
            .sum();
        assert!((gram - (square - mean(i) * mean(j))).abs() < 1e-13);
    }
}

#[test]
fn two_classes_are_the_logistic_loss_of_the_difference() {
    let none = Activation::Identity;
    let (two, one) = ([shape(2, 2, false, none)], [shape(2, 1, false, none)]);
    for (w, x) in [
        ([0.3, -0.8], [1.0, 2.0]),
        ([90.0, 10.0], [1.0, 1.0]),
        ([-9.0, 2.0], [2.0, 5.0]),
    ] {
        // The first class has the logit 0.
        let theta = [0.0, 0.0, w[0], w[1]];
        let (classes, logistic) = (network(&two, &theta), network(&one, &w));
        let mut scratch = vec![0.0f64; 64];
        for label in [0.0, 1.0] {
            let (mut a, mut b) = ([0.0; 5], [0.0; 3]);
            let target = Target::CrossEntropy(label);
            let first = classes.row(&x, 0, target, &mut a, &mut scratch).unwrap();
            let target = Target::Logistic(label);
            let second = logistic.row(&x, 0, target, &mut b, &mut scratch).unwrap();
            assert!(
                relative(first.value, second.value) < 1e-14,
                "{first:?} {second:?}"
            );
            for (a, b) in a[2..].iter().zip(&b) {
                assert!((a - b).abs() <= 1e-13 * b.abs().max(1e-3), "{a} {b}");
            }
        }
    }
}

#[test]
fn certain_classes_keep_their_roots() {
    let none = Activation::Identity;
    let shapes = [shape(1, 2, false, none)];
    let mut scratch = vec![0.0f32; 64];
    for gap in [20.0f32, 60.0, 120.0, 170.0, 1e4] {
        let theta = [gap, 0.0];
        let net = network(&shapes, &theta);
        let f = |class, scratch: &mut [f32]| {
            net.objective(&[1.0], 0, Target::CrossEntropy(class), scratch)
                .unwrap()
        };
        // The loss is exp(-gap), and beyond the range its root lives on.
        let root = (-f64::from(gap) / 2.0).exp();
        assert!((f64::from(f(0.0, &mut scratch)) - root).abs() <= 3e-7 * root + 1e-45);
        assert!(relative(f64::from(f(1.0, &mut scratch)), f64::from(gap).sqrt()) < 1e-6);
        for (target, row) in [
            (Target::CrossEntropy(0.0), 0),
            (Target::CrossEntropy(1.0), 0),
            (Target::Softmax, 0),
            (Target::Softmax, 1),
        ] {
            let mut made = [0.0; 3];
            let report = net
                .row(&[1.0], row, target, &mut made, &mut scratch)
                .unwrap();
            assert!(
                report.completeness <= 2e-6 * (1.0 + report.value),
                "{gap} {target:?} {report:?}"
            );
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_and_writes_nothing() {
    let (shapes, _) = networks::<f64>().remove(1);
    let theta = parameters(&shapes, 1, 1.0);
    let net = network(&shapes, &theta);
    let mut scratch = vec![0.0; net.scratch()];
    let mut row = vec![7.0; theta.len() + 1];
    let x = [0.1, 0.2, 0.3, 0.4];
    for class in [3.0, 0.5, 1e300] {
        let refused = net.row(&x, 0, Target::CrossEntropy(class), &mut row, &mut scratch);
        assert_eq!(refused, Err(Error::Label));
    }
    let refused = net.row(&x, 1, Target::CrossEntropy(1.0), &mut row, &mut scratch);
    assert_eq!(refused, Err(Error::Range("output")));
    let refused = net.row(&x, 3, Target::Softmax, &mut row, &mut scratch);
    assert_eq!(refused, Err(Error::Range("output")));
    assert!(row.iter().all(|&entry| entry == 7.0));
    let objective = Objective::<f64>::CrossEntropy;
    assert_eq!(objective.with(Some(-1.0)), Err(Error::Label));
    assert_eq!(
        objective.with(Some(f64::NAN)),
        Err(Error::NotFinite("label"))
    );
    assert_eq!(objective.with(None), Err(Error::Label));
    assert_eq!(Objective::Softmax.with(Some(1.0)), Err(Error::Label));
    assert_eq!((objective.rows(5), objective.labels(5)), (1, 1));
    assert_eq!(
        (
            Objective::<f64>::Softmax.rows(5),
            Objective::<f64>::Softmax.labels(5)
        ),
        (5, 0)
    );
    assert_eq!(
        (
            Objective::<f64>::Residual.rows(5),
            Objective::<f64>::Residual.labels(5)
        ),
        (5, 5)
    );
    // One output, or an activation behind the logits, is no softmax.
    for last in [
        shape(INPUTS, 1, true, Activation::Identity),
        shape(INPUTS, 2, true, Activation::Sigmoid),
    ] {
        let shapes = [last];
        let theta = parameters(&shapes, 1, 1.0);
        let net = network(&shapes, &theta);
        assert!(!net.suits(objective) && !net.suits(Objective::Softmax));
        let mut row = vec![0.0; theta.len() + 1];
        let refused = net.row(&x, 0, Target::Softmax, &mut row, &mut scratch);
        assert_eq!(refused, Err(Error::Objective));
    }
}

type Net<'a, T> = Network<Flat<'a, T>>;
type Sel<'a, T> = Selector<'a, T, Net<'a, T>, Xoshiro128PlusPlus, Vec<T>, Vec<Item<T>>>;

fn selector<'a, T: Scalar>(net: Net<'a, T>, options: Options<'a, T>, k: usize) -> Sel<'a, T> {
    let rows = net.rows(options.objective);
    let length = selector_len_of(INPUTS, rows, net.row_len(), net.order(), net.scratch());
    let generator = Xoshiro128PlusPlus::seed_from_u64(3);
    Selector::new(
        net,
        options,
        generator,
        vec![T::ZERO; length],
        vec![Item::default(); k + 1],
    )
    .unwrap()
}

/// A selector's online leverages against those of all rows in order.
fn leverages(objective: Objective<f64>) {
    let (shapes, _) = networks::<f64>().remove(1);
    let theta = parameters(&shapes, 1, 1.0);
    let net = network(&shapes, &theta);
    let options = Options {
        objective,
        ridge: 0.01,
        ..Options::default()
    };
    let mut selector = selector(net, options, 8);
    let count = objective.labels(CLASSES);
    let mut random = Random::new(11);
    let (mut rows, mut found) = (Vec::new(), Vec::new());
    let mut scratch = vec![0.0; net.scratch()];
    for _ in 0..40 {
        let x = random.normals(INPUTS);
        let labels = match objective {
            Objective::CrossEntropy => vec![random.below(CLASSES) as f64],
            _ => random.normals(count),
        };
        found.push(selector.offer(&x, &labels).unwrap().leverage);
        for index in 0..net.rows(objective) {
            let target = objective.target(&labels, index, CLASSES).unwrap();
            let mut row = vec![0.0; net.row_len()];
            net.row(&x, index, target, &mut row, &mut scratch).unwrap();
            net.leave_out_gauge(&mut row);
            row.truncate(net.order());
            rows.push(row);
        }
    }
    let each = net.rows(objective);
    let exact = online_leverage(&rows, 0.01);
    for (found, exact) in found.iter().zip(exact.chunks(each)) {
        let exact: f64 = exact.iter().sum();
        assert!((found - exact).abs() < 1e-10, "{found} {exact}");
        assert!(*found <= each as f64);
    }
}

#[test]
fn a_readings_leverage_is_the_sum_over_its_rows() {
    leverages(Objective::Softmax);
    leverages(Objective::Prediction);
    leverages(Objective::Residual);
    leverages(Objective::CrossEntropy);
}

#[test]
fn selectors_of_several_outputs_refuse_rebase_thin_and_come_back() {
    let (shapes, _) = networks::<f64>().remove(1);
    let (theta, next) = (parameters(&shapes, 1, 1.0), parameters(&shapes, 2, 1.0));
    let options = |model_id| Options {
        objective: Objective::Residual,
        model_id,
        ..Options::default()
    };
    let mut selector = selector(network(&shapes, &theta), options(1), 20);
    let mut random = Random::new(12);
    let mut slots = vec![(vec![0.0; INPUTS], vec![0.0; CLASSES]); 21];
    for labels in [&[][..], &[1.0], &[1.0, 2.0, 3.0, 4.0]] {
        assert_eq!(selector.offer(&[1.0; INPUTS], labels), Err(Error::Label));
    }
    assert_eq!(selector.stats().refused_label, 3);
    for _ in 0..300 {
        let reading = (random.normals(INPUTS), random.normals(CLASSES));
        slots[selector.free() as usize].clone_from(&reading);
        selector.offer(&reading.0, &reading.1).unwrap();
    }
    let mut bytes = vec![0; 1 << 16];
    let length = selector
        .save(Xoshiro128PlusPlus::state, &mut bytes)
        .unwrap();
    let mut copy = self::selector(network(&shapes, &theta), options(1), 20);
    copy.restore(&bytes[..length]).unwrap();
    assert_eq!(
        copy.offer(&[0.5; INPUTS], &[0.1, 0.2, 0.3]),
        selector.clone().offer(&[0.5; INPUTS], &[0.1, 0.2, 0.3])
    );

    let recall = |slot: u32, x: &mut [f64], labels: &mut [f64]| {
        let (reading, known) = &slots[slot as usize];
        x.copy_from_slice(reading);
        labels.copy_from_slice(known);
        Ok(())
    };
    selector
        .rebase(network(&shapes, &next), options(2), recall)
        .unwrap();
    // The factor is that of all kept rows with their weights.
    let net = network(&shapes, &next);
    let probe = Random::new(13).normals(INPUTS);
    let mut scratch = vec![0.0; net.scratch()];
    let mut gram = vec![vec![0.0; net.order()]; net.order()];
    let rows = |x: &[f64], labels: &[f64], scratch: &mut [f64]| -> Vec<Vec<f64>> {
        (0..CLASSES)
            .map(|index| {
                let mut row = vec![0.0; net.row_len()];
                net.row(x, index, Target::Residual(labels[index]), &mut row, scratch)
                    .unwrap();
                net.leave_out_gauge(&mut row);
                row.truncate(net.order());
                row
            })
            .collect()
    };
    let factor = selector.factor().unwrap();
    let ridge = factor.state().ridge;
    (0..net.order()).for_each(|j| gram[j][j] = ridge);
    for kept in selector.drain() {
        let (x, labels) = &slots[kept.slot as usize];
        for row in rows(x, labels, &mut scratch) {
            for i in 0..row.len() {
                for j in 0..row.len() {
                    gram[i][j] += kept.weight * row[i] * row[j];
                }
            }
        }
    }
    for row in rows(&probe, &[0.0; CLASSES], &mut scratch) {
        let solved = common::dense(gram.clone(), row.clone());
        let exact: f64 = solved.iter().zip(&row).map(|(a, b)| a * b).sum();
        let mut work = row.clone();
        let found = factor.score(&row, &mut work).unwrap().leverage;
        assert!(
            (found - exact).abs() < 1e-8 * exact.max(1.0),
            "{found} {exact}"
        );
    }
    let total: f64 = selector.drain().map(|kept| kept.score * kept.weight).sum();
    let mut candidates = vec![Candidate::default(); 20];
    let mut positions = vec![0.0; positions_len(20, CLASSES * net.order())];
    selector
        .thin(6, &mut candidates, &mut positions, recall)
        .unwrap();
    assert_eq!(selector.len(), 6);
    let after: f64 = selector.drain().map(|kept| kept.score * kept.weight).sum();
    assert!(relative(after, total) < 1e-10);
}

#[test]
fn a_fit_of_classes_ends_where_the_gradient_does() {
    let (shapes, _) = networks::<f64>().remove(2);
    let mut theta = parameters(&shapes, 3, 0.3);
    let mut random = Random::new(14);
    let samples: Vec<(Vec<f64>, f64)> = (0..60)
        .map(|_| {
            let x = random.normals(INPUTS);
            let class = if x[0] > 0.5 {
                0.0
            } else if x[1] + x[2] > 0.0 {
                1.0
            } else {
                2.0
            };
            (x, class)
        })
        .collect();
    let neurons = 6 + CLASSES;
    let mut memory = vec![0.0; fit_len(INPUTS, theta.len(), network_scratch(theta.len(), neurons))];
    let options = FitOptions {
        weight_decay: 0.1,
        steps: 2000,
        tolerance: 1e-14,
    };
    let loss = |theta: &[f64]| -> f64 {
        let net = network(&shapes, theta);
        let mut scratch = vec![0.0; net.scratch()];
        let each = samples.iter().map(|(x, class)| {
            let f = net.objective(x, 0, Target::CrossEntropy(*class), &mut scratch);
            f.unwrap().powi(2)
        });
        each.sum::<f64>() + 0.1 * theta.iter().map(|p| p * p).sum::<f64>()
    };
    let slopes = |theta: &[f64]| -> f64 {
        let each = (0..theta.len()).map(|index| {
            let at = |step: f64| {
                let mut there = theta.to_vec();
                there[index] += step;
                loss(&there)
            };
            (at(1e-5) - at(-1e-5)) / 2e-5
        });
        each.fold(0.0, |most, slope| slope.abs().max(most))
    };
    let (before, steep) = (loss(&theta), slopes(&theta));
    let sample = |index: usize, x: &mut [f64], labels: &mut [f64]| {
        x.copy_from_slice(&samples[index].0);
        labels[0] = samples[index].1;
        Ok(1.0)
    };
    let report = fit(
        &shapes,
        &mut theta,
        Objective::CrossEntropy,
        options,
        60,
        sample,
        &mut memory,
    )
    .unwrap();
    assert!((report.loss - loss(&theta)).abs() < 1e-9 * report.loss);
    assert!(report.loss < 0.5 * before, "{before} {report:?}");
    assert!(slopes(&theta) < 1e-2 * steep, "{steep}");
    let wrong = fit(
        &shapes,
        &mut theta,
        Objective::Softmax,
        options,
        60,
        sample,
        &mut memory,
    );
    assert_eq!(wrong, Err(Error::Objective));
}

fn selector_over<'a, T: Scalar>(
    shapes: &'a [Shape<T>],
    theta: &'a [T],
    options: Options<'a, T>,
) -> Sel<'a, T> {
    let net = network(shapes, theta);
    let length = selector_len_of(
        net.inputs(),
        net.rows(options.objective),
        net.row_len(),
        net.order(),
        net.scratch(),
    );
    let generator = Xoshiro128PlusPlus::seed_from_u64(3);
    let (memory, items) = (vec![T::ZERO; length], vec![Item::default(); 20]);
    Selector::new(net, options, generator, memory, items).unwrap()
}

#[test]
fn several_rows_are_taken_in_together_or_not_at_all() {
    let shapes = [shape(1, 2, false, Activation::Identity)];
    // Residuals' last entry is minus the label: rows [x, 0, -y0] and [0, x, -y1].
    let options = Options {
        objective: Objective::Residual,
        ..Options::default()
    };
    for labels in [[0.0f32, 1e-25], [0.0, 8e18], [1.0, 1e19]] {
        let mut selector = selector_over(&shapes, &[0.0, 0.0], options);
        let before = selector.state().factor;
        let packed = selector.factor().unwrap().packed().to_vec();
        assert_eq!(selector.offer(&[0.0], &labels), Err(Error::Range("row")));
        assert_eq!(selector.state().factor, before, "{labels:?}");
        assert_eq!(selector.factor().unwrap().packed(), packed);
        assert_eq!(selector.stats().refused_range, 1);
    }
    // Without a ridge, as a pilot may be.
    let mut selector = selector_over(&shapes, &[0.0, 0.0], options);
    let pilot = gleaner::selector::Pilot {
        packed: &[0.0; 6],
        rows: 0,
        ridge: 0.0,
        mean_leverage: 0.0,
        model_id: 0,
        objective: options.objective,
        sketch: None,
    };
    if selector.start(pilot).is_ok() {
        let before = selector.state().factor;
        let refused = selector.offer(&[0.0], &[1.0, 1e-25]);
        assert_eq!(refused, Err(Error::Range("row")));
        assert_eq!(selector.state().factor, before);
    }
}

#[test]
fn a_rebase_ages_a_reading_once() {
    let shapes = [shape(3, 4, false, Activation::Identity)];
    let theta = parameters(&shapes, 1, 1.0);
    let options = Options {
        half_life: 100,
        ..Options::default()
    };
    let mut selector = selector_over(&shapes, &theta, options);
    let mut random = Random::new(2);
    let mut slots = vec![vec![0.0; 3]; 20];
    for _ in 0..19 {
        let x = random.normals(3);
        slots[selector.free() as usize].clone_from(&x);
        selector.offer(&x, &[]).unwrap();
    }
    let net = network(&shapes, &theta);
    let recall = |slot: u32, x: &mut [f64], _: &mut [f64]| {
        x.copy_from_slice(&slots[slot as usize]);
        Ok(())
    };
    selector.rebase(net, options, recall).unwrap();
    assert_eq!(selector.state().factor.age, 19);
    // One that fails half way keeps half-life and ridge.
    let strict = Options {
        ridge: 0.01,
        ..options
    };
    let mut selector = selector_over(&shapes, &theta, strict);
    for x in &slots {
        selector.offer(x, &[]).unwrap();
    }
    let mut asked = 0;
    let flaky = |_: u32, x: &mut [f64], _: &mut [f64]| {
        asked += 1;
        x.fill(1.0);
        if asked > 25 {
            Err(Error::Storage)
        } else {
            Ok(())
        }
    };
    assert_eq!(selector.rebase(net, strict, flaky), Err(Error::Storage));
    let factor = selector.state().factor;
    assert_eq!(
        (factor.ridge, factor.half_life, factor.rows),
        (0.01, 100, 0)
    );
}

/// Logits are told apart by their differences: what they have in common costs nothing.
#[test]
fn logits_far_from_zero_and_from_each_other_keep_their_digits() {
    let shapes = [shape(1, 3, false, Activation::Identity)];
    let row = |theta: &[f32], target: Target<f32>, index: usize| {
        let mut row = vec![0.0; 4];
        let mut scratch = vec![0.0; 64];
        let report = network(&shapes, theta).row(&[1.0], index, target, &mut row, &mut scratch);
        report.map(|_| row)
    };
    for target in [Target::Softmax, Target::CrossEntropy(1.0)] {
        let near = row(&[0.0, 1.0, -2.0], target, 0).unwrap();
        for offset in [1e4f32, 1e6, 4e6] {
            let far = row(&[offset, offset + 1.0, offset - 2.0], target, 0).unwrap();
            for (far, near) in far.iter().zip(&near) {
                assert!((far - near).abs() < 2e-6, "{offset} {far} {near}");
            }
        }
        // Half of the gap is in range where the gap is not.
        for theta in [
            [3e38f32, -3e38, 0.0],
            [3e38, 3e38, 3e38],
            [-3e38, -3e38, 3e38],
        ] {
            match row(&theta, target, 0) {
                Ok(row) => assert!(row.iter().all(|entry| entry.is_finite()), "{row:?}"),
                Err(cause) => assert_eq!(cause, Error::Range("row"), "{theta:?} {target:?}"),
            }
        }
        assert!(row(&[3e38, 3e38, 3e38], target, 0).is_ok());
    }
    assert!(row(&[3e38, -3e38, 0.0], Target::Softmax, 1).is_ok());
}
