//! Models of the caller's own: rows against exact values and a network's, refusals, the check of a gradient.

mod common;

use common::{Random, activation, cases, golden, number, numbers, scalars};
use gleaner::factor::factor_len;
use gleaner::fit::{FitOptions, fit, fit_len, fit_own};
use gleaner::model::{
    Flat, Form, Gradient, Model, Network, Objective, Own, Shape, Target, network_scratch,
    own_scratch,
};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Selector, selector_len};
use gleaner::{Error, Scalar};

/// A dense network as if it were a foreign model.
struct Foreign<T>(Vec<Shape<T>>);

impl<T: Scalar> Gradient<T> for Foreign<T> {
    fn inputs(&self) -> usize {
        self.0[0].inputs
    }
    fn outputs(&self) -> usize {
        self.0.last().unwrap().outputs
    }
    fn parameters(&self) -> usize {
        let size = |s: &Shape<T>| s.inputs * s.outputs + if s.bias { s.outputs } else { 0 };
        self.0.iter().map(size).sum()
    }
    fn at(&self, theta: &[T], x: &[T], output: usize, gradient: &mut [T]) -> Result<T, Error> {
        let network = Network::new(Flat {
            shapes: &self.0,
            theta,
        })?;
        let mut scratch = vec![T::ZERO; network.scratch()];
        network.gradient(x, output, Target::Prediction, gradient, &mut scratch)
    }
}

fn layer<T: Scalar>(inputs: usize, outputs: usize, bias: bool, name: &str) -> Shape<T> {
    Shape {
        inputs,
        outputs,
        bias,
        activation: activation(name),
    }
}

/// The exact rows of the networks whose path has no kink.
fn golden_rows<T: Scalar>(tolerance: f64, saturated: f64) {
    let mut seen = 0;
    for case in cases(&golden("adjoint")) {
        if number(&case["kinks_on_path"]) > 0.0 {
            continue;
        }
        let shapes = case["layers"].as_array().unwrap().iter().map(|shape| {
            layer(
                shape["inputs"].as_u64().unwrap() as usize,
                shape["outputs"].as_u64().unwrap() as usize,
                shape["bias"].as_bool().unwrap(),
                shape["activation"].as_str().unwrap(),
            )
        });
        let foreign = Foreign::<T>(shapes.collect());
        let (theta, x): (Vec<T>, Vec<T>) = (
            scalars(&numbers(&case["theta"])),
            scalars(&numbers(&case["x"])),
        );
        let model = Own::new(&foreign, &theta).unwrap().with_nodes(32).unwrap();
        let mut scratch = vec![T::ZERO; model.scratch()];
        let mut row = vec![T::ZERO; theta.len() + 1];
        let target = Target::Prediction;
        let report = model.row(&x, 0, target, &mut row, &mut scratch).unwrap();
        let norm = model.norm(&x, 0, target, &mut scratch).unwrap().wide();

        let family = case["family"].as_str().unwrap();
        let within = if family.contains("saturated") {
            saturated
        } else {
            tolerance
        };
        let exact_norm = number(&case["norm_sq_dual"]);
        let mut expected = numbers(&case["adjoint"]);
        expected.push(number(&case["value_at_zero"]));
        let size = exact_norm.sqrt();
        for (got, want) in row.iter().zip(&expected) {
            assert!(
                (got.wide() - want).abs() <= within * size,
                "{family}: {got:?} for {want}"
            );
        }
        assert!((norm - exact_norm).abs() <= 2.0 * within * exact_norm);
        assert!((report.value.wide() - number(&case["value"])).abs() <= within * size.max(1.0));
        assert_eq!(report.at_zero, *row.last().unwrap());
        assert_eq!(report.form, Form::Quadrature);
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn rows_are_exact_where_the_path_is_smooth() {
    golden_rows::<f64>(1e-9, 1e-7);
    golden_rows::<f32>(2e-5, 2e-5);
}

/// Two tanh layers of biases, two outputs.
fn smooth() -> (Foreign<f64>, Vec<f64>) {
    let foreign = Foreign(vec![
        layer(3, 4, true, "tanh"),
        layer(4, 2, true, "identity"),
    ]);
    let theta = Random::new(7).normals(foreign.parameters());
    (foreign, theta)
}

#[test]
fn every_target_and_output_is_the_networks() {
    let (foreign, theta) = smooth();
    let flat = Flat {
        shapes: &foreign.0,
        theta: &theta,
    };
    let network = Network::new(flat).unwrap().with_nodes(32).unwrap();
    let own = Own::new(&foreign, &theta).unwrap().with_nodes(32).unwrap();
    assert_eq!((own.inputs(), own.outputs(), own.order()), (3, 2, 27));
    let mut scratch = vec![0.0; network.scratch().max(own.scratch())];
    let whole = theta.len() + 1;
    for x in Random::new(8).rows(6, 3) {
        for (output, target) in [
            (0, Target::Prediction),
            (1, Target::Prediction),
            (1, Target::Residual(0.7)),
            (0, Target::Logistic(1.0)),
            (1, Target::Logistic(0.25)),
        ] {
            let (mut expected, mut row) = (vec![0.0; whole], vec![0.0; whole]);
            let theirs = network
                .row(&x, output, target, &mut expected, &mut scratch)
                .unwrap();
            let report = own.row(&x, output, target, &mut row, &mut scratch).unwrap();
            assert!(common::distance(&row, &expected) < 1e-9);
            assert_eq!(
                (report.value, report.at_zero),
                (theirs.value, theirs.at_zero)
            );
            assert!(report.completeness < 1e-9, "{report:?}");
            let square: f64 = row.iter().map(|d| d * d).sum();
            let norm = own.norm(&x, output, target, &mut scratch).unwrap();
            assert!((norm / square - 1.0).abs() < 1e-14);

            let (mut expected, mut slope) = (vec![0.0; whole - 1], vec![0.0; whole - 1]);
            let f = network
                .gradient(&x, output, target, &mut expected, &mut scratch)
                .unwrap();
            let value = own
                .gradient(&x, output, target, &mut slope, &mut scratch)
                .unwrap();
            assert_eq!(value, f);
            assert!(common::distance(&slope, &expected) < 1e-15);
            assert_eq!(
                own.value(&x, output, &mut scratch),
                network.value(&x, output, &mut scratch)
            );
        }
    }
}

/// `max(b x, b^2 - 1/4)`, which may have a kink on its path.
struct Kinked;

impl Gradient<f64> for Kinked {
    fn inputs(&self) -> usize {
        1
    }
    fn parameters(&self) -> usize {
        1
    }
    fn at(&self, theta: &[f64], x: &[f64], _: usize, g: &mut [f64]) -> Result<f64, Error> {
        let (line, bow) = (theta[0] * x[0], theta[0] * theta[0] - 0.25);
        g[0] = if bow > line { 2.0 * theta[0] } else { x[0] };
        Ok(line.max(bow))
    }
}

/// The kink is not known: the error is of order 1 / (nodes panels), and completeness shows it.
#[test]
fn kinks_cost_what_is_said() {
    let theta = [1.0];
    let mut some = 0.0f64;
    for nodes in [2, 8, 32] {
        for panels in [1, 4, 16, 64] {
            let model = Own::new(Kinked, &theta).unwrap().with_nodes(nodes).unwrap();
            let model = model.with_panels(panels).unwrap();
            let mut scratch = vec![0.0; model.scratch()];
            for step in 0..40 {
                let x = -1.0 + 0.05 * f64::from(step) + 0.001;
                let mut row = [0.0; 2];
                let report = model
                    .row(&[x], 0, Target::Prediction, &mut row, &mut scratch)
                    .unwrap();
                // <a, theta> = f(theta) - f(0) exactly.
                let error = (row[0] - (x.max(0.75) - 0f64.max(-0.25))).abs();
                assert!((error - report.completeness).abs() < 1e-14);
                let allowed = 4.0 / (nodes * panels) as f64;
                assert!(error <= allowed, "{nodes} {panels} {x}: {error}");
                if (nodes, panels) == (8, 1) {
                    some = some.max(error);
                }
            }
        }
    }
    assert!(some > 1e-3, "{some}");
}

/// A model that goes wrong in one way.
#[derive(Clone, Copy)]
enum Faulty {
    Value(f64),
    Entry(f64),
    Fails(Error),
    /// Fails at 0 alone.
    Singular,
    /// No gradient at 0, but a value.
    Cusp,
}

impl Gradient<f64> for Faulty {
    fn inputs(&self) -> usize {
        1
    }
    fn parameters(&self) -> usize {
        2
    }
    fn at(&self, theta: &[f64], x: &[f64], _: usize, g: &mut [f64]) -> Result<f64, Error> {
        let zero = theta[0] == 0.0;
        g.copy_from_slice(&[x[0], 1.0]);
        let mut value = theta[0] * x[0] + theta[1];
        match *self {
            Faulty::Value(bad) => value = bad,
            Faulty::Entry(bad) => g[1] = bad,
            Faulty::Fails(error) => return Err(error),
            Faulty::Singular if zero => value = f64::INFINITY,
            Faulty::Cusp if zero => g[0] = f64::NAN,
            _ => {}
        }
        Ok(value)
    }
}

#[test]
fn on_an_error_the_row_is_as_before() {
    let theta = [0.5, -1.0];
    let range = Error::Range;
    let all = [
        (Faulty::Value(f64::NAN), [Some(range("output")); 3]),
        (Faulty::Value(f64::INFINITY), [Some(range("output")); 3]),
        (
            Faulty::Entry(f64::NAN),
            [None, Some(range("gradient")), Some(range("row"))],
        ),
        (
            Faulty::Entry(f64::NEG_INFINITY),
            [None, Some(range("gradient")), Some(range("row"))],
        ),
        (Faulty::Fails(Error::Storage), [Some(Error::Storage); 3]),
        (Faulty::Singular, [None, None, Some(range("output"))]),
        (Faulty::Cusp, [None, None, None]),
    ];
    for (faulty, [value, gradient, row]) in all {
        let model = Own::new(faulty, &theta).unwrap();
        let mut scratch = vec![0.0; model.scratch()];
        let (x, target) = ([2.0], Target::Prediction);
        assert_eq!(model.value(&x, 0, &mut scratch).err(), value);
        let mut place = [7.0; 2];
        let found = model.gradient(&x, 0, target, &mut place, &mut scratch);
        assert_eq!(found.err(), gradient);
        assert_eq!(place == [7.0; 2], gradient.is_some());
        let mut place = [7.0; 3];
        let found = model.row(&x, 0, target, &mut place, &mut scratch);
        assert_eq!(found.err(), row);
        assert_eq!(place == [7.0; 3], row.is_some());
        assert_eq!(model.norm(&x, 0, target, &mut scratch).err(), row);
    }
    // What the objective makes of it can leave the range too.
    let far = [1e308, 1e308];
    let model = Own::new(Faulty::Cusp, &far).unwrap();
    let mut scratch = vec![0.0; model.scratch()];
    let mut place = [7.0; 3];
    let target = Target::Residual(-1e308);
    let found = model.row(&[0.5], 0, target, &mut place, &mut scratch);
    assert_eq!(found.err(), Some(range("row")));
    let found = model.gradient(&[0.5], 0, target, &mut place[..2], &mut scratch);
    assert_eq!(found, Err(range("gradient")));
    assert_eq!(place, [7.0; 3]);
    // A row may be within the range where its square is not.
    let model = Own::new(Faulty::Cusp, &theta).unwrap();
    let found = model.norm(&[1e200], 0, Target::Prediction, &mut scratch);
    assert_eq!(found, Err(range("norm")));
    let model = Own::new(Faulty::Entry(f64::NAN), &theta).unwrap();
    let found = model.check(&[0.5], 1e-6, &mut scratch);
    assert_eq!(found, Err(range("gradient")));
}

/// A model of other sizes.
struct Sizes([usize; 3]);

impl Gradient<f32> for Sizes {
    fn inputs(&self) -> usize {
        self.0[0]
    }
    fn outputs(&self) -> usize {
        self.0[1]
    }
    fn parameters(&self) -> usize {
        self.0[2]
    }
    fn at(&self, _: &[f32], _: &[f32], _: usize, g: &mut [f32]) -> Result<f32, Error> {
        g.fill(0.0);
        Ok(0.0)
    }
}

#[test]
fn refusals() {
    for sizes in [[0, 1, 1], [1, 0, 1], [1, 1, 0]] {
        let theta = vec![0.0; sizes[2]];
        assert_eq!(Own::new(Sizes(sizes), &theta).err(), Some(Error::Model));
    }
    let sizes = || Sizes([2, 3, 4]);
    for wrong in [0, 3, 5] {
        let theta = vec![0.0; wrong];
        let refused = Own::new(sizes(), &theta).err();
        assert_eq!(refused, Some(Error::Length("theta")));
    }
    for bad in [f32::NAN, f32::INFINITY] {
        let theta = [0.0, 0.0, bad, 0.0];
        let refused = Own::new(sizes(), &theta).err();
        assert_eq!(refused, Some(Error::NotFinite("theta")));
    }
    let theta = [1.0; 4];
    let model = || Own::new(sizes(), &theta).unwrap();
    for nodes in [0, 33, usize::MAX] {
        let refused = model().with_nodes(nodes).err();
        assert_eq!(refused, Some(Error::Range("nodes")));
    }
    let refused = model().with_panels(0).err();
    assert_eq!(refused, Some(Error::Range("panels")));

    let model = model().with_nodes(5).unwrap();
    assert_eq!(model.scratch(), own_scratch(4, 5));
    assert_eq!(own_scratch(4, 5), 23);
    let mut scratch = [0.0; 23];
    let target = Target::Prediction;
    for x in [vec![], vec![0.0; 1], vec![0.0; 3]] {
        let refused = model.value(&x, 0, &mut scratch);
        assert_eq!(refused, Err(Error::Length("x")));
    }
    let x = [0.0, 1.0];
    let refused = model.value(&[0.0, f32::NAN], 0, &mut scratch);
    assert_eq!(refused, Err(Error::NotFinite("x")));
    for output in [3, usize::MAX] {
        let refused = model.norm(&x, output, target, &mut scratch);
        assert_eq!(refused, Err(Error::Range("output")));
    }
    let refused = model.value(&x, 2, &mut scratch[1..]);
    assert_eq!(refused, Err(Error::Length("scratch")));
    for length in [3, 5] {
        let mut place = vec![0.0; length];
        let refused = model.gradient(&x, 0, target, &mut place, &mut scratch);
        assert_eq!(refused, Err(Error::Length("gradient")));
    }
    for length in [4, 6] {
        let mut place = vec![0.0; length];
        let refused = model.row(&x, 0, target, &mut place, &mut scratch);
        assert_eq!(refused.err(), Some(Error::Length("row")));
    }
    for tolerance in [-1.0, f32::NAN] {
        let refused = model.check(&x, tolerance, &mut scratch);
        assert_eq!(refused, Err(Error::Range("tolerance")));
    }
}

/// A model whose gradient is wrong in one entry of one output.
struct Wrong<'a, T> {
    right: &'a Foreign<T>,
    output: usize,
    entry: usize,
    by: T,
}

impl<T: Scalar> Gradient<T> for Wrong<'_, T> {
    fn inputs(&self) -> usize {
        self.right.inputs()
    }
    fn outputs(&self) -> usize {
        self.right.outputs()
    }
    fn parameters(&self) -> usize {
        self.right.parameters()
    }
    fn at(&self, theta: &[T], x: &[T], output: usize, gradient: &mut [T]) -> Result<T, Error> {
        let value = self.right.at(theta, x, output, gradient)?;
        if output == self.output {
            gradient[self.entry] *= self.by;
        }
        Ok(value)
    }
}

fn check_finds<T: Scalar>(tolerance: f64, by: f64) {
    let (smooth, theta) = smooth();
    let shapes = smooth.0.iter().map(|s| {
        layer(
            s.inputs,
            s.outputs,
            s.bias,
            if s.inputs == 3 { "tanh" } else { "identity" },
        )
    });
    let right = Foreign::<T>(shapes.collect());
    let mut theta: Vec<T> = scalars(&theta);
    // No entry too small to be seen, but one that is 0.
    for t in &mut theta {
        *t += if *t < T::ZERO { -T::HALF } else { T::HALF };
    }
    theta[5] = T::ZERO;
    let tolerance = T::of(tolerance);
    let mut scratch = vec![T::ZERO; own_scratch(theta.len(), 8)];
    let inputs: Vec<Vec<T>> = Random::new(3)
        .rows(12, 3)
        .iter()
        .map(|x| scalars(x))
        .collect();
    let good = Own::new(&right, &theta).unwrap();
    for x in &inputs {
        good.check(x, tolerance, &mut scratch).unwrap();
    }
    for output in 0..2 {
        for entry in 0..theta.len() {
            for by in [by, 0.0, -1.0] {
                // An entry of an output that the parameter does not reach is 0, and no factor makes it wrong.
                let reaches =
                    entry < 16 || (entry - 16) / 4 == output && entry < 24 || entry == 24 + output;
                let wrong = Wrong {
                    right: &right,
                    output,
                    entry,
                    by: T::of(by),
                };
                let model = Own::new(&wrong, &theta).unwrap();
                let found = inputs
                    .iter()
                    .any(|x| model.check(x, tolerance, &mut scratch) == Err(Error::Check));
                assert_eq!(found, reaches, "{output} {entry} {by}");
            }
        }
    }
}

#[test]
fn a_wrong_gradient_is_found() {
    check_finds::<f64>(1e-6, 1.001);
    check_finds::<f32>(3e-3, 1.5);
}

/// The sum of 8 parameters, with two entries wrong by as much in opposite directions.
struct Opposite([usize; 2]);

impl Gradient<f64> for Opposite {
    fn inputs(&self) -> usize {
        1
    }
    fn parameters(&self) -> usize {
        8
    }
    fn at(&self, theta: &[f64], _: &[f64], _: usize, g: &mut [f64]) -> Result<f64, Error> {
        g.fill(1.0);
        g[self.0[0]] += 2.0;
        g[self.0[1]] -= 2.0;
        Ok(theta.iter().sum())
    }
}

/// Of two errors that cancel where both parameters move to one side, most show: by four directions 7 of 8, were they drawn.
#[test]
fn errors_that_cancel_are_found_mostly() {
    let (theta, mut scratch) = ([1.0; 8], vec![0.0; own_scratch(8, 8)]);
    let mut found = 0;
    for pair in (0..8).flat_map(|i| (0..i).map(move |j| [i, j])) {
        let model = Own::new(Opposite(pair), &theta).unwrap();
        // In units of 2 h: steps of one sign are off by 1 at most, of two by 2 at least; the terms sum up to 5 to 10.
        let outcome = model.check(&[0.0], 0.2, &mut scratch);
        found += usize::from(outcome == Err(Error::Check));
    }
    assert!((20..28).contains(&found), "{found} of 28");
}

/// The same model by a selector and by a fit, as a network and as one's own.
#[test]
fn selectors_and_fits_take_it() {
    let foreign = Foreign(vec![
        layer(2, 3, true, "tanh"),
        layer(3, 1, true, "identity"),
    ]);
    let parameters = foreign.parameters();
    let theta = Random::new(11).normals(parameters);
    let flat = Flat {
        shapes: &foreign.0,
        theta: &theta,
    };
    let network = Network::new(flat).unwrap().with_nodes(32).unwrap();
    let own = Own::new(&foreign, &theta).unwrap().with_nodes(32).unwrap();
    let options = Options {
        objective: Objective::Residual,
        ..Options::default()
    };
    let scratch = network.scratch().max(own.scratch());
    let memory = || vec![0.0; selector_len(2, parameters, parameters + 1, scratch)];
    let items = || vec![Item::default(); 9];
    let generator = || Random::new(1).generator;
    let mut theirs = Selector::new(network, options, generator(), memory(), items()).unwrap();
    let mut mine = Selector::new(own, options, generator(), memory(), items()).unwrap();
    let readings = Random::new(2).rows(200, 3);
    for reading in &readings {
        let (x, label) = (&reading[..2], reading[2]);
        let theirs = theirs.offer(x, &[label]).unwrap();
        let mine = mine.offer(x, &[label]).unwrap();
        assert!((theirs.leverage - mine.leverage).abs() < 1e-6);
        assert_eq!((theirs.kept, theirs.free), (mine.kept, mine.free));
    }
    assert_eq!(mine.len(), 8);
    assert!(factor_len(parameters + 1) < mine.detach().2.len());

    let sample = |index: usize, x: &mut [f64], labels: &mut [f64]| {
        x.copy_from_slice(&readings[index][..2]);
        labels[0] = (readings[index][0] - 1.0).tanh();
        Ok(1.0)
    };
    let mut memory = vec![0.0; fit_len(2, parameters, network_scratch(parameters, 4))];
    let (mut as_network, mut as_own) = (theta.clone(), theta.clone());
    let (options, objective) = (FitOptions::default(), Objective::Residual);
    let shapes = &foreign.0;
    let theirs = fit(
        shapes,
        &mut as_network,
        objective,
        options,
        200,
        sample,
        &mut memory,
    );
    let length = fit_len(2, parameters, own_scratch(parameters, 1));
    let memory = &mut memory[..length];
    let mine = fit_own(
        &foreign,
        &mut as_own,
        objective,
        options,
        200,
        sample,
        memory,
    );
    assert_eq!(theirs.unwrap(), mine.unwrap());
    assert_eq!(as_network, as_own);
    // One scalar less is too little, and a failing model leaves theta alone.
    let short = &mut memory[1..];
    let refused = fit_own(
        &foreign,
        &mut as_own,
        objective,
        options,
        200,
        sample,
        short,
    );
    assert_eq!(refused, Err(Error::Length("memory")));
    let mut start = [1.0, 2.0];
    for faulty in [Faulty::Fails(Error::Storage), Faulty::Entry(f64::NAN)] {
        let sample = |_: usize, x: &mut [f64], labels: &mut [f64]| {
            x[0] = 1.0;
            labels[0] = 0.0;
            Ok(1.0)
        };
        let mut memory = vec![0.0; fit_len(1, 2, own_scratch(2, 1))];
        let refused = fit_own(
            &faulty,
            &mut start,
            objective,
            options,
            3,
            sample,
            &mut memory,
        );
        assert!(refused.is_err());
        assert_eq!(start, [1.0, 2.0]);
    }
}

/// `sqrt(b) x`, with no value where b is negative: NaN, or an error of its own.
struct Root(Option<Error>);

impl Gradient<f64> for Root {
    fn inputs(&self) -> usize {
        1
    }
    fn parameters(&self) -> usize {
        1
    }
    fn at(&self, theta: &[f64], x: &[f64], _: usize, g: &mut [f64]) -> Result<f64, Error> {
        let root = theta[0].sqrt();
        g[0] = x[0] / (2.0 * root);
        match self.0 {
            Some(error) if theta[0] < 0.0 => Err(error),
            _ => Ok(root * x[0]),
        }
    }
}

/// The first step from 4 goes to -3.6.
#[test]
fn a_fit_comes_back_from_where_there_is_no_value() {
    for (outside, ends) in [
        (None, Ok(())),
        (Some(Error::Range("b")), Ok(())),
        (Some(Error::Storage), Err(Error::Storage)),
    ] {
        let mut theta = [4.0];
        let options = FitOptions {
            weight_decay: 0.0,
            ..FitOptions::default()
        };
        let sample = |index: usize, x: &mut [f64], labels: &mut [f64]| {
            x[0] = 1.0 + index as f64;
            labels[0] = 0.1 * x[0];
            Ok(1.0)
        };
        let mut memory = vec![0.0; fit_len(1, 1, own_scratch(1, 1))];
        let (model, objective) = (Root(outside), Objective::Residual);
        let report = fit_own(
            &model,
            &mut theta,
            objective,
            options,
            3,
            sample,
            &mut memory,
        );
        assert_eq!(report.map(|_| ()), ends);
        let expected = if ends.is_ok() { 0.01 } else { 4.0 };
        assert!((theta[0] - expected).abs() < 1e-6, "{theta:?}");
    }
}
