//! Contributions of columns to a leverage, and their folding back to inputs and layers.

mod common;

use common::{Random, activation, ridge_leverage};
use gleaner::explain::{Explanation, explain, explain_len};
use gleaner::factor::{Factor, factor_len};
use gleaner::fit::{FitOptions, fit, fit_len};
use gleaner::model::{Flat, Model, Network, Objective, Shape, Target, network_scratch};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Selector, selector_len};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

type Owned<T> = Factor<T, Vec<T>>;

fn factor<T: Scalar>(rows: &[Vec<f64>], ridge: f64) -> Owned<T> {
    let order = rows[0].len();
    let mut factor = Factor::new(order, T::of(ridge), vec![T::ZERO; factor_len(order)]).unwrap();
    for row in rows {
        factor.observe(&common::scalars(row), T::ONE).unwrap();
    }
    factor
}

fn contributions<T: Scalar>(factor: &Owned<T>, row: &[f64]) -> (Vec<f64>, f64) {
    let mut found = vec![T::ZERO; row.len()];
    let mut scratch = vec![T::ZERO; row.len()];
    let row: Vec<T> = common::scalars(row);
    let score = factor
        .contributions(&row, &mut found, &mut scratch)
        .unwrap();
    assert_eq!(Ok(score), factor.score(&row, &mut scratch));
    (
        found.into_iter().map(Scalar::wide).collect(),
        score.leverage.wide(),
    )
}

/// `d_j (M^-1 d)_j` from the definition.
fn by_definition(rows: &[Vec<f64>], ridge: f64, d: &[f64]) -> Vec<f64> {
    let n = d.len();
    let mut a = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..n {
            a[i][j] = rows.iter().map(|row| row[i] * row[j]).sum();
        }
        a[i][i] += ridge;
    }
    let x = common::dense(a, d.to_vec());
    d.iter().zip(x).map(|(d, x)| d * x).collect()
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    common::farthest(a, b)
}

#[test]
fn contributions_are_those_of_the_definition() {
    let mut random = Random::new(41);
    for order in [1, 2, 3, 4, 5, 9] {
        let rows = random.rows(30, order);
        for ridge in [0.0, 0.5] {
            let exact = factor::<f64>(&rows, ridge);
            let single = factor::<f32>(&rows, ridge);
            for row in rows.iter().take(4) {
                let want = by_definition(&rows, ridge, row);
                let (found, leverage) = contributions(&exact, row);
                assert!(apart(&found, &want) < 1e-12);
                assert!((found.iter().sum::<f64>() - leverage).abs() < 1e-13);
                let (found, leverage) = contributions(&single, row);
                assert!(apart(&found, &want) < 1e-5);
                assert!((found.iter().sum::<f64>() - leverage).abs() < 1e-5);
            }
        }
    }
    let zero = contributions(&factor::<f64>(&random.rows(9, 3), 0.1), &[0.0; 3]);
    assert_eq!(zero, (vec![0.0; 3], 0.0));
}

#[test]
fn neither_order_nor_scale_of_the_columns_matters() {
    let mut random = Random::new(42);
    let rows = random.rows(40, 6);
    let (whole, _) = contributions(&factor::<f64>(&rows, 0.0), &rows[0]);
    let turned = |row: &Vec<f64>| -> Vec<f64> {
        (0..6)
            .rev()
            .map(|j| row[j] * 10.0_f64.powi(j as i32))
            .collect()
    };
    let others: Vec<Vec<f64>> = rows.iter().map(turned).collect();
    let (mut found, _) = contributions(&factor::<f64>(&others, 0.0), &others[0]);
    found.reverse();
    assert!(apart(&found, &whole) < 1e-11, "{found:?} {whole:?}");
    // Nor does a pivot, nor a half-life that makes all rows weigh alike.
    let mut pivoted = factor::<f64>(&rows, 0.2);
    let (before, _) = contributions(&pivoted, &rows[0]);
    pivoted.pivot().unwrap();
    assert!(pivoted.state().pivoted);
    let (after, _) = contributions(&pivoted, &rows[0]);
    assert!(apart(&before, &after) < 1e-12);
    let mut forgets = factor::<f64>(&rows, 0.2);
    forgets.set_half_life(1000).unwrap();
    for row in rows.iter().take(7) {
        forgets.observe(row, 1.0).unwrap();
    }
    let (found, leverage) = contributions(&forgets, &rows[0]);
    assert!((found.iter().sum::<f64>() - leverage).abs() < 1e-12);
}

#[test]
fn dependent_columns_contribute_through_what_was_kept() {
    // The third column is the sum of the first two.
    let mut random = Random::new(43);
    let mut rows = random.rows(30, 3);
    rows.iter_mut().for_each(|row| row[2] = row[0] + row[1]);
    let mut factor = factor::<f64>(&rows, 0.0);
    assert_eq!(factor.pivot().unwrap(), 2);
    let (found, leverage) = contributions(&factor, &rows[0]);
    assert!((found.iter().sum::<f64>() - leverage).abs() < 1e-12);
    assert_eq!(found.iter().filter(|share| **share == 0.0).count(), 1);
    let want = common::leverage(&rows)[0];
    assert!((leverage - want).abs() < 1e-12);
}

fn layer(inputs: usize, outputs: usize, bias: bool, name: &str) -> Shape<f64> {
    Shape {
        inputs,
        outputs,
        bias,
        activation: activation(name),
    }
}

fn relu(inputs: usize, hidden: usize) -> Vec<Shape<f64>> {
    vec![
        layer(inputs, hidden, true, "relu"),
        layer(hidden, 1, false, "identity"),
    ]
}

/// For a 2-3-1 network.
const THETA: [f64; 12] = [
    0.3, -0.2, 0.5, 0.4, -0.7, 0.2, 0.1, 0.2, 0.3, 1.0, -1.5, 0.5,
];

fn network<'a>(shapes: &'a [Shape<f64>], theta: &'a [f64]) -> Network<Flat<'a, f64>> {
    Network::new(Flat { shapes, theta }).unwrap()
}

fn parameters(shapes: &[Shape<f64>]) -> usize {
    let of = |s: &Shape<f64>| s.inputs * s.outputs + if s.bias { s.outputs } else { 0 };
    shapes.iter().map(of).sum()
}

struct Explained {
    found: Explanation<f64>,
    inputs: Vec<f64>,
    layers: Vec<f64>,
}

fn explained(network: &Network<Flat<'_, f64>>, factor: &Owned<f64>, row: &[f64]) -> Explained {
    let mut inputs = vec![f64::NAN; network.inputs()];
    let mut layers = vec![f64::NAN; network.layers().shapes.len()];
    let mut scratch = vec![f64::NAN; explain_len(network.parameters())];
    let found = explain(network, factor, row, &mut inputs, &mut layers, &mut scratch).unwrap();
    Explained {
        found,
        inputs,
        layers,
    }
}

#[test]
fn shares_sum_up_and_gauge_columns_go_back_to_their_places() {
    let mut random = Random::new(44);
    let nets = [
        vec![layer(3, 1, true, "identity")],
        vec![layer(3, 1, false, "tanh")],
        vec![layer(3, 4, true, "relu"), layer(4, 1, false, "identity")],
        vec![
            layer(3, 4, false, "relu"),
            layer(4, 3, true, "leaky_relu_0.1"),
            layer(3, 1, true, "identity"),
        ],
        vec![
            layer(2, 3, true, "tanh"),
            layer(3, 2, true, "relu"),
            layer(2, 1, true, "softplus"),
        ],
    ];
    for shapes in &nets {
        let theta = random.normals(parameters(shapes));
        let network = network(shapes, &theta);
        let mut scratch = vec![0.0; network.scratch()];
        let (mut whole, mut reduced) = (Vec::new(), Vec::new());
        for _ in 0..80 {
            let x = random.normals(network.inputs());
            let mut row = vec![0.0; network.parameters() + 1];
            let target = Target::Residual(random.normal());
            network.row(&x, 0, target, &mut row, &mut scratch).unwrap();
            whole.push(row.clone());
            network.leave_out_gauge(&mut row);
            row.truncate(network.order());
            // There and back: the entries that were kept, and 0 in between, in order.
            let mut back = vec![f64::NAN; network.parameters() + 1];
            network.put_back_gauge(&row, &mut back);
            let mut again = back.clone();
            network.leave_out_gauge(&mut again);
            assert_eq!(again[..network.order()], row[..]);
            for (back, whole) in back.iter().zip(whole.last().unwrap()) {
                assert!(*back == 0.0 || back == whole);
            }
            reduced.push(row);
        }
        let ridge = 1e-3;
        let factors = [
            (factor::<f64>(&whole, ridge), &whole),
            (factor::<f64>(&reduced, ridge), &reduced),
        ];
        for (factor, rows) in &factors {
            let want = ridge_leverage(rows, ridge)[0];
            let Explained {
                found,
                inputs,
                layers,
            } = explained(&network, factor, &whole[0]);
            assert!((found.leverage - want).abs() < 1e-9);
            let total = layers.iter().sum::<f64>() + found.at_zero;
            assert!((total - found.leverage).abs() < 1e-9, "{total} {found:?}");
            let first = inputs.iter().sum::<f64>() + found.bias;
            assert!((first - layers[0]).abs() < 1e-12);
        }
        // The same by hand, from the whole row's columns.
        let (shares, _) = contributions(&factors[0].0, &whole[0]);
        let Explained {
            found,
            inputs,
            layers,
        } = explained(&network, &factors[0].0, &whole[0]);
        let width = network.inputs();
        for (i, input) in inputs.iter().enumerate() {
            let by_hand: f64 = (0..shapes[0].outputs).map(|k| shares[k * width + i]).sum();
            assert!((by_hand - input).abs() < 1e-12);
        }
        let mut at = 0;
        for (shape, layer) in shapes.iter().zip(&layers) {
            let size = parameters(&[*shape]);
            let by_hand: f64 = shares[at..at + size].iter().sum();
            assert!((by_hand - layer).abs() < 1e-12);
            at += size;
        }
        assert_eq!(found.at_zero, shares[at]);
        if !shapes[0].bias {
            assert_eq!(found.bias, 0.0);
        }
    }
}

/// Share of readings whose odd input comes out on top: of the contributions, and of `z_j^2 / d_j` by input.
fn on_top(correlation: f64, seed: u64) -> (f64, f64) {
    const INPUTS: usize = 5;
    const HIDDEN: usize = 8;
    let mut random = Random::new(seed);
    let loads = random.rows(INPUTS, 2);
    let draw = |random: &mut Random| -> Vec<f64> {
        let common = random.normals(2);
        let part = |load: &Vec<f64>, random: &mut Random| {
            let shared = (load[0] * common[0] + load[1] * common[1]) / load[0].hypot(load[1]);
            correlation.sqrt() * shared + (1.0 - correlation).sqrt() * random.normal()
        };
        loads.iter().map(|load| part(load, random)).collect()
    };
    let x: Vec<Vec<f64>> = (0..600).map(|_| draw(&mut random)).collect();
    let slopes = random.normals(INPUTS);
    let y: Vec<f64> = x
        .iter()
        .map(|x| {
            let s: f64 = x.iter().zip(&slopes).map(|(x, b)| x * b).sum();
            s.tanh() + 0.5 * x[0] * x[1] + 0.1 * random.normal()
        })
        .collect();
    let shapes = relu(INPUTS, HIDDEN);
    let mut theta: Vec<f64> = random
        .normals(parameters(&shapes))
        .iter()
        .map(|v| 0.6 * v)
        .collect();
    let mut memory = vec![
        0.0;
        fit_len(
            INPUTS,
            theta.len(),
            network_scratch(theta.len(), HIDDEN + 1)
        )
    ];
    let options = FitOptions {
        steps: 40,
        ..FitOptions::default()
    };
    let sample = |i: usize, to: &mut [f64], labels: &mut [f64]| {
        to.copy_from_slice(&x[i]);
        labels[0] = y[i];
        Ok(1.0)
    };
    fit(
        &shapes,
        &mut theta,
        Objective::Residual,
        options,
        x.len(),
        sample,
        &mut memory,
    )
    .unwrap();
    let network = network(&shapes, &theta);
    let mut scratch = vec![0.0; network.scratch()];
    let mut row_of = |x: &[f64]| {
        let mut row = vec![0.0; network.parameters() + 1];
        network
            .row(x, 0, Target::Prediction, &mut row, &mut scratch)
            .unwrap();
        row
    };
    let reduced = |mut row: Vec<f64>| {
        network.leave_out_gauge(&mut row);
        row.truncate(network.order());
        row
    };
    let rows: Vec<Vec<f64>> = x.iter().map(|x| reduced(row_of(x))).collect();
    let square = rows.iter().flatten().map(|v| v * v).sum::<f64>() / rows.len() as f64;
    let factor = factor::<f64>(&rows, gleaner::factor::default_ridge(square));
    let (mut hits, mut others) = (0, 0);
    const TRIES: usize = 200;
    for _ in 0..TRIES {
        let mut odd = x[random.below(x.len())].clone();
        let input = random.below(INPUTS);
        odd[input] += if random.uniform() < 0.5 { -4.0 } else { 4.0 };
        let row = row_of(&odd);
        let top = |shares: &[f64]| (0..INPUTS).max_by(|&i, &j| shares[i].total_cmp(&shares[j]));
        let found = explained(&network, &factor, &row);
        hits += usize::from(top(&found.inputs) == Some(input));
        // Forward substitution from the packed triangle, mapped back in the same way.
        let mut z = reduced(row);
        let (mut squares, mut at) = (vec![0.0; z.len()], 0);
        for j in 0..z.len() {
            let line = &factor.packed()[at..at + z.len() - j];
            squares[j] = z[j] * z[j] / line[0];
            for (k, unit) in line.iter().enumerate().skip(1) {
                z[j + k] -= unit * z[j];
            }
            at += line.len();
        }
        let mut back = vec![0.0; network.parameters() + 1];
        network.put_back_gauge(&squares, &mut back);
        let by_input: Vec<f64> = (0..INPUTS)
            .map(|i| (0..HIDDEN).map(|k| back[k * INPUTS + i]).sum())
            .collect();
        others += usize::from(top(&by_input) == Some(input));
    }
    (hits as f64 / TRIES as f64, others as f64 / TRIES as f64)
}

#[test]
fn the_odd_input_comes_out_on_top() {
    for (correlation, least) in [(0.0, 0.9), (0.5, 0.9), (0.9, 0.95)] {
        let (mut hits, mut others) = (0.0, 0.0);
        for seed in 50..53 {
            let (found, sequential) = on_top(correlation, seed);
            (hits, others) = (hits + found / 3.0, others + sequential / 3.0);
        }
        println!("correlation {correlation}: {hits:.3}, forward substitution {others:.3}");
        // 600 readings: a standard error of about 0.01.
        assert!(hits > least, "{correlation}: {hits}");
        assert!(correlation < 0.9 || others < hits - 0.1, "{others} {hits}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let shapes = relu(2, 3);
    let network = network(&shapes, &THETA);
    let (whole, order) = (network.parameters() + 1, network.order());
    assert_eq!((whole, order, explain_len(12)), (13, 10, 39));
    let factor = |order: usize| Factor::new(order, 0.1, vec![0.0; factor_len(order)]).unwrap();
    let right = factor(order);
    let ask = |factor: &Owned<f64>, row: &[f64], inputs, layers, scratch| {
        let (mut x, mut l, mut s) = (vec![7.0; inputs], vec![7.0; layers], vec![0.0; scratch]);
        let done = explain(&network, factor, row, &mut x, &mut l, &mut s);
        assert!(done.is_ok() || x.iter().chain(&l).all(|share| *share == 7.0));
        done.map(|found| found.leverage)
    };
    let row = vec![0.5; whole];
    assert!(ask(&right, &row, 2, 2, 39).is_ok());
    assert!(ask(&factor(whole), &row, 2, 2, 39).is_ok());
    let length = |name| Err(Error::Length(name));
    assert_eq!(ask(&right, &row[1..], 2, 2, 39), length("row"));
    assert_eq!(ask(&right, &row, 3, 2, 39), length("inputs"));
    assert_eq!(ask(&right, &row, 2, 1, 39), length("layers"));
    assert_eq!(ask(&right, &row, 2, 2, 38), length("scratch"));
    assert_eq!(ask(&factor(order + 1), &row, 2, 2, 39), length("factor"));
    let mut bad = row.clone();
    bad[0] = f64::NAN;
    assert_eq!(ask(&right, &bad, 2, 2, 39), Err(Error::NotFinite("row")));
    bad[0] = 1e200;
    assert_eq!(ask(&right, &bad, 2, 2, 39), Err(Error::Range("row")));
    let mut short = vec![0.0; order - 1];
    let refused = right.contributions(&row[..order], &mut short, &mut vec![0.0; order]);
    assert_eq!(refused, Err(Error::Length("contributions")));
    let refused = right.contributions(&row[..order], &mut vec![0.0; order], &mut short);
    assert_eq!(refused, Err(Error::Length("scratch")));
}

#[test]
fn a_selector_lends_its_factor() {
    let shapes = relu(2, 3);
    let network = network(&shapes, &THETA);
    let length = selector_len(2, 12, network.order(), network.scratch());
    let options = Options {
        ridge: 0.01,
        ..Options::default()
    };
    let generator = Xoshiro128PlusPlus::seed_from_u64(1);
    let items = vec![Item::default(); 5];
    let mut selector =
        Selector::new(network, options, generator, vec![0.0; length], items).unwrap();
    assert_eq!(selector.factor().unwrap().state().rows, 0);
    let mut random = Random::new(45);
    let mut scratch = vec![0.0; network.scratch()];
    let mut rows = Vec::new();
    for _ in 0..30 {
        let x = random.normals(2);
        selector.offer(&x, &[]).unwrap();
        let mut row = vec![0.0; 13];
        network
            .row(&x, 0, Target::Prediction, &mut row, &mut scratch)
            .unwrap();
        rows.push(row);
    }
    let reduced = |row: &Vec<f64>| {
        let mut row = row.clone();
        network.leave_out_gauge(&mut row);
        row.truncate(network.order());
        row
    };
    let own = factor::<f64>(&rows.iter().map(reduced).collect::<Vec<_>>(), 0.01);
    let lent = selector.factor().unwrap();
    assert_eq!(lent.packed(), own.packed());
    let (mut inputs, mut layers, mut scratch) = ([0.0; 2], [0.0; 2], [0.0; explain_len(12)]);
    let found = explain(
        &network,
        &lent,
        &rows[3],
        &mut inputs,
        &mut layers,
        &mut scratch,
    );
    assert_eq!(found.unwrap(), explained(&network, &own, &rows[3]).found);
}
