//! Kronecker leverage: against its definition in dense f64, streams that forget, errors that change nothing.

mod common;

use common::{Random, dense, relative};
use gleaner::kronecker::{Kronecker, KroneckerState, LayerState, kronecker_len, kronecker_scratch};
use gleaner::model::{Activation, Flat, Form, Model, Network, Shape, Target};
use gleaner::snapshot::kronecker_snapshot_len;
use gleaner::{Error, Scalar};

const INPUTS: usize = 4;

fn shape<T>(inputs: usize, outputs: usize, bias: bool, activation: Activation<T>) -> Shape<T> {
    Shape {
        inputs,
        outputs,
        bias,
        activation,
    }
}

/// In closed form and by quadrature, of one output and of three.
fn networks<T: Scalar>() -> Vec<(Vec<Shape<T>>, Form)> {
    let (relu, tanh) = (Activation::Relu, Activation::Tanh);
    let (sigmoid, none) = (Activation::Sigmoid, Activation::Identity);
    vec![
        (
            vec![shape(INPUTS, 5, true, relu), shape(5, 1, false, sigmoid)],
            Form::Exact,
        ),
        (
            vec![
                shape(INPUTS, 4, true, relu),
                shape(4, 3, true, tanh),
                shape(3, 1, true, none),
            ],
            Form::Quadrature,
        ),
        (
            vec![shape(INPUTS, 6, true, relu), shape(6, 3, false, none)],
            Form::Exact,
        ),
        (
            vec![shape(INPUTS, 4, true, tanh), shape(4, 3, true, none)],
            Form::Quadrature,
        ),
    ]
}

/// Single precision, so that both scalars see the same.
fn parameters<T: Scalar>(shapes: &[Shape<T>], seed: u64) -> Vec<T> {
    let count = shapes
        .iter()
        .map(|s| s.inputs * s.outputs + if s.bias { s.outputs } else { 0 });
    common::scalars(&Random::new(seed).normals(count.sum()))
}

type Net<'a, T> = Network<Flat<'a, T>>;
type Scorer<T> = Kronecker<T, Vec<LayerState<T>>, Vec<T>>;

fn network<'a, T: Scalar>(shapes: &'a [Shape<T>], theta: &'a [T]) -> Net<'a, T> {
    Network::new(Flat { shapes, theta }).unwrap()
}

fn length<T>(shapes: &[Shape<T>]) -> usize {
    let each = shapes.iter();
    each.map(|s| kronecker_len(s.inputs, s.outputs, s.bias))
        .sum()
}

fn scorer<T: Scalar>(shapes: &[Shape<T>], net: &Net<'_, T>, half_life: u64) -> Scorer<T> {
    let layers = vec![LayerState::default(); shapes.len()];
    Kronecker::new(net, half_life, layers, vec![T::ZERO; length(shapes)]).unwrap()
}

fn targets<T: Scalar>(outputs: usize) -> Vec<(Target<T>, usize)> {
    if outputs == 1 {
        return vec![(Target::Prediction, 0), (Target::Residual(T::ONE), 0)];
    }
    let mut targets = vec![(Target::Prediction, 1), (Target::CrossEntropy(T::ONE), 0)];
    targets.extend((0..outputs).map(|row| (Target::Softmax, row)));
    targets
}

/// A row's outer products: delta and `[h ; 1]` of each layer.
type Terms = Vec<(Vec<f64>, Vec<f64>)>;

/// Forward and backward in dense f64; the deltas of the outputs are read off the row's last block.
fn terms<T: Scalar>(
    shapes: &[Shape<T>],
    theta: &[T],
    x: &[T],
    (target, output): (Target<T>, usize),
) -> Terms {
    let net = network(shapes, theta);
    let (mut inputs, mut slopes) = (Vec::new(), Vec::new());
    let mut h: Vec<f64> = x.iter().map(|x| x.wide()).collect();
    let mut rest = theta;
    let mut weights = Vec::new();
    for shape in shapes {
        let (w, tail) = rest.split_at(shape.inputs * shape.outputs);
        let (bias, tail) = tail.split_at(if shape.bias { shape.outputs } else { 0 });
        rest = tail;
        let z = w.chunks(shape.inputs).enumerate().map(|(i, w)| {
            let start = bias.get(i).map_or(0.0, |b| b.wide());
            w.iter().zip(&h).fold(start, |z, (w, h)| z + w.wide() * h)
        });
        let z: Vec<f64> = z.collect();
        weights.push(w);
        inputs.push(h);
        let pairs = z.iter().map(|&z| match shape.activation {
            Activation::Relu => (z.max(0.0), if z > 0.0 { 1.0 } else { 0.0 }),
            Activation::Tanh => (z.tanh(), 1.0 - z.tanh().powi(2)),
            _ => (z, 1.0),
        });
        let slope;
        (h, slope) = pairs.unzip::<_, _, Vec<f64>, Vec<f64>>();
        slopes.push(slope);
    }
    let last = shapes.last().unwrap();
    let input = inputs.last().unwrap();
    let square: f64 = input.iter().map(|h| h * h).sum();
    let mut delta = vec![0.0; last.outputs];
    if square > 0.0 {
        let theta: Vec<f64> = theta.iter().map(|p| p.wide()).collect();
        let shapes: Vec<Shape<f64>> = shapes.iter().map(widened).collect();
        let net = network(&shapes, &theta);
        let x: Vec<f64> = x.iter().map(|x| x.wide()).collect();
        let target = self::wide(target);
        let mut row = vec![0.0; theta.len() + 1];
        let mut scratch = vec![0.0; net.scratch()];
        if net.form() == Form::Exact {
            net.row(&x, output, target, &mut row, &mut scratch).unwrap();
        } else {
            let row = &mut row[..theta.len()];
            net.gradient(&x, output, target, row, &mut scratch).unwrap();
        }
        let biases = if last.bias { last.outputs } else { 0 };
        let start = theta.len() - biases - last.inputs * last.outputs;
        for (delta, line) in delta.iter_mut().zip(row[start..].chunks(last.inputs)) {
            let product: f64 = line.iter().zip(input).map(|(a, h)| a * h).sum();
            *delta = product / square;
        }
    } else {
        // All is dead below: the slope at outputs of 0, a bias's gradient, over the depth.
        assert_eq!(net.form(), Form::Exact);
        let head = [self::shape(1, last.outputs, true, widened(last).activation)];
        let theta = vec![0.0; 2 * last.outputs];
        let mut gradient = theta.clone();
        let net = network(&head, &theta);
        let mut scratch = vec![0.0; net.scratch()];
        net.gradient(&[0.0], output, wide(target), &mut gradient, &mut scratch)
            .unwrap();
        let depth = shapes.len() as f64;
        let pairs = delta.iter_mut().zip(&gradient[last.outputs..]);
        pairs.for_each(|(delta, g)| *delta = g / depth);
    }
    let mut terms = Vec::new();
    for (index, shape) in shapes.iter().enumerate().rev() {
        let mut input = inputs[index].clone();
        input.extend(shape.bias.then_some(1.0));
        let below = index.checked_sub(1).map(|below| {
            let products = (0..shape.inputs).map(|j| {
                let column = weights[index].iter().skip(j).step_by(shape.inputs);
                column.zip(&delta).map(|(w, d)| w.wide() * d).sum::<f64>()
            });
            let pairs = products.zip(&slopes[below]);
            pairs.map(|(p, s)| p * s).collect()
        });
        terms.push((delta, input));
        delta = below.unwrap_or_default();
    }
    terms.reverse();
    terms
}

fn wide<T: Scalar>(target: Target<T>) -> Target<f64> {
    match target {
        Target::Residual(label) => Target::Residual(label.wide()),
        Target::CrossEntropy(class) => Target::CrossEntropy(class.wide()),
        Target::Softmax => Target::Softmax,
        _ => Target::Prediction,
    }
}

fn widened<T: Scalar>(shape: &Shape<T>) -> Shape<f64> {
    let activation = match shape.activation {
        Activation::Relu => Activation::Relu,
        Activation::Tanh => Activation::Tanh,
        Activation::Sigmoid => Activation::Sigmoid,
        _ => Activation::Identity,
    };
    self::shape(shape.inputs, shape.outputs, shape.bias, activation)
}

/// `row^T (sum w v v^T + 1e-6 |first|^2 I)^-1 row`; 0 where nothing but zeros has been seen.
fn form(seen: &[(&Vec<f64>, f64)], row: &[f64]) -> f64 {
    let square = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>();
    let first = seen.iter().map(|(v, _)| square(v)).find(|s| *s > 0.0);
    let Some(first) = first else {
        return 0.0;
    };
    let order = row.len();
    let mut matrix = vec![vec![0.0; order]; order];
    for (i, line) in matrix.iter_mut().enumerate() {
        for (j, cell) in line.iter_mut().enumerate() {
            *cell = seen.iter().map(|(v, w)| w * v[i] * v[j]).sum();
        }
        line[i] += 1e-6 * first;
    }
    let solved = dense(matrix, row.to_vec());
    row.iter().zip(&solved).map(|(a, b)| a * b).sum()
}

/// n and the two forms of each layer. `now`: the place of the row in the stream.
fn forms(seen: &[Terms], now: usize, half_life: f64, row: &Terms) -> (f64, Vec<[f64; 2]>) {
    let weight = |i: usize| (-((now - i) as f64) / half_life).exp2();
    let n: f64 = (0..seen.len()).map(weight).sum();
    let layer = |layer: usize| {
        let each = || seen.iter().enumerate();
        let deltas: Vec<_> = each().map(|(i, t)| (&t[layer].0, weight(i))).collect();
        let inputs: Vec<_> = each().map(|(i, t)| (&t[layer].1, weight(i))).collect();
        [form(&deltas, &row[layer].0), form(&inputs, &row[layer].1)]
    };
    (n, (0..row.len()).map(layer).collect())
}

/// The definition over rows taken in before.
fn score(seen: &[Terms], now: usize, half_life: f64, row: &Terms) -> f64 {
    let (n, forms) = forms(seen, now, half_life, row);
    forms.iter().map(|[a, b]| n * a * b).sum()
}

/// The definition where the row is the last of those taken in: forms over the others are `l / (1 - l)`.
fn online(seen: &[Terms], half_life: f64) -> f64 {
    let row = seen.last().unwrap();
    let before: f64 = (1..seen.len())
        .map(|age| (-(age as f64) / half_life).exp2())
        .sum();
    let n = if before == 0.0 { 1.0 } else { before };
    let (_, forms) = forms(seen, seen.len() - 1, half_life, row);
    let over = |[a, b]: &[f64; 2]| {
        let t = n * (a / (1.0 - a)) * (b / (1.0 - b));
        if t.is_finite() { t / (1.0 + t) } else { 1.0 }
    };
    forms.iter().map(over).sum()
}

/// Streams readings; compares each score, and some in two passes.
fn follows<T: Scalar>(
    (shapes, theta): (&[Shape<T>], &[T]),
    readings: &[Vec<T>],
    targets: &[(Target<T>, usize)],
    half_life: u64,
    tolerance: f64,
) {
    let net = network(shapes, theta);
    let mut scorer = scorer(shapes, &net, half_life);
    let mut scratch = vec![T::ZERO; kronecker_scratch(&net)];
    let life = if half_life == 0 {
        f64::INFINITY
    } else {
        half_life as f64
    };
    let mut seen = Vec::new();
    for x in readings {
        for &(target, output) in targets {
            let row = terms(shapes, theta, x, (target, output));
            seen.push(row.clone());
            let exact = online(&seen, life);
            let found = scorer
                .observe(&net, x, output, target, &mut scratch)
                .unwrap();
            let off = relative(found.wide(), exact);
            assert!(off < tolerance, "row {}: {found:?} {exact}", seen.len());
        }
    }
    assert_eq!(scorer.state().rows, seen.len() as u64);
    for x in readings.iter().take(8) {
        for &(target, output) in targets {
            let row = terms(shapes, theta, x, (target, output));
            let exact = score(&seen, seen.len(), life, &row);
            let found = scorer.score(&net, x, output, target, &mut scratch).unwrap();
            let off = relative(found.wide(), exact);
            assert!(off < tolerance, "{found:?} {exact}");
        }
    }
}

fn all<T: Scalar>(tolerance: f64) {
    for (shapes, form) in networks::<T>() {
        let theta = parameters(&shapes, 1);
        let net = network(&shapes, &theta);
        assert_eq!(net.form(), form);
        let mut random = Random::new(2);
        let readings: Vec<Vec<T>> = (0..24)
            .map(|_| common::scalars(&random.normals(INPUTS)))
            .collect();
        for target in targets(net.outputs()) {
            follows((&shapes, &theta), &readings, &[target], 0, tolerance);
        }
        // All rows of a sample, one after the other.
        let softmax: Vec<_> = (0..3).map(|row| (Target::Softmax, row)).collect();
        if net.outputs() == 3 {
            follows((&shapes, &theta), &readings, &softmax, 0, tolerance);
        }
    }
}

#[test]
fn scores_follow_their_definition() {
    all::<f64>(1e-8);
    all::<f32>(2e-3);
}

#[test]
fn old_rows_are_forgotten() {
    for (shapes, _) in networks::<f64>() {
        let theta = parameters(&shapes, 3);
        let outputs = shapes.last().unwrap().outputs;
        let mut random = Random::new(4);
        let readings = random.rows(60, INPUTS);
        // The ridge is fed back in steps: up to half of it is missing, or too much.
        let target = targets(outputs)[0];
        follows((&shapes, &theta), &readings, &[target], 9, 5e-3);
    }
}

/// No neuron lives on negative readings, all on positive ones.
fn mortal<T: Scalar>() -> (Vec<Shape<T>>, Vec<T>) {
    let shapes = vec![
        shape(INPUTS, 3, false, Activation::Relu),
        shape(3, 1, false, Activation::Sigmoid),
    ];
    let theta = parameters(&shapes, 5);
    (shapes, theta.iter().map(|p| p.abs()).collect())
}

fn dead_first<T: Scalar>(tolerance: f64) {
    let (shapes, theta) = mortal::<T>();
    let mut random = Random::new(6);
    let positive = |random: &mut Random, sign: f64| -> Vec<T> {
        let x = random.normals(INPUTS);
        x.iter().map(|x| T::of(sign * x.abs())).collect()
    };
    let mut readings: Vec<Vec<T>> = (0..5).map(|_| positive(&mut random, -1.0)).collect();
    let net = network(&shapes, &theta);
    let mut scratch = vec![T::ZERO; kronecker_scratch(&net)];
    let mut scorer = scorer(&shapes, &net, 0);
    let (x, target) = (positive(&mut random, 1.0), Target::Prediction);
    assert_eq!(scorer.score(&net, &x, 0, target, &mut scratch), Ok(T::ZERO));
    for dead in &readings {
        assert_eq!(
            scorer.observe(&net, dead, 0, target, &mut scratch),
            Ok(T::ZERO)
        );
    }
    assert_eq!(
        scorer.score(&net, &readings[0], 0, target, &mut scratch),
        Ok(T::ZERO)
    );
    assert!(scorer.observe(&net, &x, 0, target, &mut scratch).unwrap() > T::ZERO);
    readings.extend((0..20).map(|_| positive(&mut random, 1.0)));
    readings.extend((0..5).map(|_| positive(&mut random, -1.0)));
    follows((&shapes, &theta), &readings, &[(target, 0)], 0, tolerance);
}

#[test]
fn dead_rows_come_first() {
    dead_first::<f64>(1e-8);
    dead_first::<f32>(2e-3);
}

/// Everything that a scorer is, to the last bit.
fn bits(scorer: &Scorer<f32>) -> String {
    let (state, layers, memory) = scorer.clone().detach();
    let memory: Vec<u32> = memory.iter().map(|x| x.to_bits()).collect();
    let effective = state.effective.to_bits();
    format!("{state:?} {effective} {layers:?} {memory:?}")
}

#[test]
fn it_goes_on_after_it_was_taken_apart() {
    for (shapes, _) in networks::<f32>() {
        let theta = parameters(&shapes, 7);
        let net = network(&shapes, &theta);
        let mut scratch = vec![0.0; kronecker_scratch(&net)];
        let (mut whole, mut parts) = (scorer(&shapes, &net, 40), scorer(&shapes, &net, 40));
        let mut random = Random::new(8);
        for _ in 0..100 {
            let x: Vec<f32> = common::scalars(&random.normals(INPUTS));
            let mut observe = |scorer: &mut Scorer<f32>| {
                scorer.observe(&net, &x, 0, Target::Prediction, &mut scratch)
            };
            let (state, layers, memory) = parts.detach();
            parts = Kronecker::attach(state, layers, memory).unwrap();
            assert_eq!(observe(&mut whole), observe(&mut parts));
        }
        assert_eq!(bits(&whole), bits(&parts));
        let (state, layers, memory) = whole.detach();
        let short = memory[1..].to_vec();
        let refused = |state, layers, memory| Scorer::attach(state, layers, memory).err();
        assert_eq!(
            refused(state, layers.clone(), short),
            Some(Error::Length("memory"))
        );
        let wrong = |change: fn(&mut KroneckerState<f32>)| {
            let mut state = state;
            change(&mut state);
            refused(state, layers.clone(), memory.clone())
        };
        for change in [
            |state: &mut KroneckerState<f32>| state.effective = -1.0,
            |state: &mut KroneckerState<f32>| state.effective = f32::NAN,
            |state: &mut KroneckerState<f32>| state.effective = 101.0,
            |state: &mut KroneckerState<f32>| state.half_life = 41,
            |state: &mut KroneckerState<f32>| state.half_life = 0,
        ] {
            assert_eq!(wrong(change), Some(Error::Range("state")));
        }
        let mut other = layers.clone();
        other[0].input.order = 0;
        assert_eq!(
            refused(state, other, memory.clone()),
            Some(Error::Range("order"))
        );
    }
}

#[test]
fn errors_change_nothing() {
    let (shapes, _) = &networks::<f32>()[2];
    let theta = parameters(shapes, 9);
    let net = network(shapes, &theta);
    let mut scratch = vec![0.0; kronecker_scratch(&net)];
    let mut scorer = scorer(shapes, &net, 0);
    let mut random = Random::new(10);
    let x: Vec<f32> = common::scalars(&random.normals(INPUTS));
    for before in 0..2 {
        let mut refused = |x: &[f32], output, target, less: usize| {
            let bits = bits(&scorer);
            let end = scratch.len() - less;
            let scratch = &mut scratch[..end];
            let observed = scorer.observe(&net, x, output, target, scratch);
            assert_eq!(bits, self::bits(&scorer));
            assert_eq!(observed, scorer.score(&net, x, output, target, scratch));
            observed.unwrap_err()
        };
        let target = Target::Prediction;
        assert_eq!(refused(&x[1..], 0, target, 0), Error::Length("x"));
        assert_eq!(refused(&x, 3, target, 0), Error::Range("output"));
        assert_eq!(refused(&x, 0, target, 1), Error::Length("scratch"));
        let short = scratch_len(&net);
        assert_eq!(refused(&x, 0, target, short), Error::Length("scratch"));
        let nan = [f32::NAN; INPUTS];
        assert_eq!(refused(&nan, 0, target, 0), Error::NotFinite("x"));
        let class = Target::CrossEntropy(3.0);
        assert_eq!(refused(&x, 0, class, 0), Error::Label);
        let far = [f32::MAX; INPUTS];
        assert_eq!(refused(&far, 0, target, 0), Error::Range("row"));
        let done = scorer.observe(&net, &x, 0, target, &mut scratch);
        assert!(done.is_ok(), "{before}");
    }
}

fn scratch_len(net: &Net<'_, f32>) -> usize {
    kronecker_scratch(net)
}

/// Rows that are just too long for a factor, whichever of them, are refused before any has changed.
#[test]
fn a_row_at_the_border_is_taken_whole_or_not_at_all() {
    let shapes = [shape(INPUTS, 3, true, Activation::Identity)];
    let theta = parameters(&shapes, 11);
    let net = network(&shapes, &theta);
    let mut scratch = vec![0.0; kronecker_scratch(&net)];
    let mut random = Random::new(12);
    for _ in 0..200 {
        let mut scorer = scorer(&shapes, &net, 0);
        for _ in 0..3 {
            let x = random.normals(INPUTS).into_iter();
            let x: Vec<f32> = x.map(|x| 1e18 * x as f32).collect();
            scorer
                .observe(&net, &x, 1, Target::Prediction, &mut scratch)
                .unwrap();
        }
        let direction: Vec<f32> = common::scalars(&random.normals(INPUTS));
        let (mut low, mut high) = (1e15_f32, 1e25_f32);
        let mut tried = 0;
        while low.to_bits() + 1 < high.to_bits() {
            let middle = f32::from_bits((low.to_bits() + high.to_bits()) / 2);
            let x: Vec<f32> = direction.iter().map(|d| d * middle).collect();
            let mut next = scorer.clone();
            match next.observe(&net, &x, 1, Target::Prediction, &mut scratch) {
                Ok(_) => low = middle,
                Err(cause) => {
                    assert_eq!(cause, Error::Range("row"));
                    assert_eq!(bits(&next), bits(&scorer));
                    high = middle;
                }
            }
            tried += 1;
        }
        assert!(tried > 20 && low > 1e15 && high < 1e25);
    }
}

#[test]
fn networks_of_other_layers_are_refused() {
    let (relu, none) = (Activation::Relu, Activation::Identity);
    let shapes = [shape(INPUTS, 3, true, relu), shape(3, 2, false, none)];
    let theta = parameters(&shapes, 13);
    let net = network(&shapes, &theta);
    let mut scorer = scorer(&shapes, &net, 0);
    let before = bits(&scorer);
    let others = [
        vec![shape(INPUTS, 2, true, none)],
        vec![shape(INPUTS, 3, true, relu), shape(3, 1, false, none)],
        vec![shape(INPUTS, 3, true, relu), shape(3, 3, false, none)],
        vec![shape(INPUTS, 3, true, relu), shape(3, 2, true, none)],
        vec![shape(INPUTS, 3, false, relu), shape(3, 2, false, none)],
        // As long as the factors, with a bias for a neuron.
        vec![shape(INPUTS, 2, true, relu), shape(2, 2, true, none)],
        vec![shape(INPUTS + 1, 3, false, relu), shape(3, 2, false, none)],
    ];
    for (index, shapes) in others.iter().enumerate() {
        let theta = parameters(shapes, 14);
        let net = network(shapes, &theta);
        let mut scratch = vec![0.0; kronecker_scratch(&net) + 8];
        let x = vec![0.5; shapes[0].inputs];
        let target = Target::Prediction;
        let wanted = Err(Error::Length("layers"));
        let found = scorer.observe(&net, &x, 0, target, &mut scratch);
        // A network of one input more and no bias has the same factors, so nothing tells.
        if index + 1 == others.len() {
            assert!(found.is_ok());
        } else {
            assert_eq!(found, wanted, "{index}");
            assert_eq!(scorer.score(&net, &x, 0, target, &mut scratch), wanted);
            assert_eq!(bits(&scorer), before);
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    for (shapes, _) in networks::<f32>() {
        let theta = parameters(&shapes, 15);
        let net = network(&shapes, &theta);
        let new = |half_life, layers, memory| {
            let layers = vec![LayerState::default(); layers];
            Kronecker::new(&net, half_life, layers, vec![0.0; memory]).err()
        };
        let (depth, length) = (shapes.len(), length(&shapes));
        assert_eq!(new(0, depth, length), None);
        assert_eq!(new(0, depth - 1, length), Some(Error::Length("layers")));
        assert_eq!(new(0, depth + 1, length), Some(Error::Length("layers")));
        assert_eq!(new(0, depth, length - 1), Some(Error::Length("memory")));
        let sides = shapes
            .iter()
            .map(|s| s.outputs.max(s.inputs + usize::from(s.bias)));
        let longest = sides.max().unwrap() as u64;
        assert_eq!(new(longest, depth, length), None);
        let refused = new(longest - 1, depth, length);
        assert_eq!(refused, Some(Error::Range("half_life")));
    }
}

/// Bytes of a scorer of other layers change nothing; those of this one's do, half-life and all.
#[test]
fn snapshots_of_other_layers_are_refused() {
    let all = networks::<f32>();
    let theta: Vec<_> = all
        .iter()
        .map(|(shapes, _)| parameters(shapes, 17))
        .collect();
    let made = |index: usize, half_life| {
        let shapes = &all[index].0;
        scorer(shapes, &network(shapes, &theta[index]), half_life)
    };
    let mut saved = made(2, 40);
    let net = network(&all[2].0, &theta[2]);
    let mut scratch = vec![0.0; kronecker_scratch(&net)];
    let mut random = Random::new(18);
    for _ in 0..30 {
        let x: Vec<f32> = common::scalars(&random.normals(INPUTS));
        saved
            .observe(&net, &x, 1, Target::Prediction, &mut scratch)
            .unwrap();
    }
    let most = kronecker_snapshot_len::<f32>(all[2].0.len(), length(&all[2].0));
    let mut bytes = vec![0; most];
    let written = saved.save(&mut bytes).unwrap();
    let short = saved.save(&mut bytes.clone()[..written - 1]);
    assert_eq!(short, Err(Error::Length("bytes")));
    for (index, _) in all.iter().enumerate() {
        let mut other = made(index, 0);
        let before = self::bits(&other);
        let done = other.restore(&bytes[..written]);
        if index == 2 {
            let mut again = vec![0; most];
            assert_eq!((done, other.save(&mut again)), (Ok(()), Ok(written)));
            assert_eq!(again[..written], bytes[..written]);
        } else {
            assert!(matches!(done, Err(Error::Length(_))), "{index} {done:?}");
            assert_eq!(self::bits(&other), before);
        }
    }
}

/// A scorer in f32 counts on where one more is nothing beside the sum.
#[test]
fn long_streams_are_counted() {
    let (shapes, _) = &networks::<f32>()[0];
    let theta = parameters(shapes, 16);
    let net = network(shapes, &theta);
    let mut scratch = vec![0.0; kronecker_scratch(&net)];
    let mut fresh = scorer(shapes, &net, 0);
    let x = [0.5; INPUTS];
    let mut ask = |scorer: &mut Scorer<f32>| {
        for _ in 0..4 {
            let observed = scorer.observe(&net, &x, 0, Target::Prediction, &mut scratch);
            observed.unwrap();
        }
        scorer.state()
    };
    ask(&mut fresh);
    let (mut state, layers, memory) = fresh.detach();
    (state.rows, state.effective) = (1 << 24, 16_777_216.0);
    let mut long = Kronecker::attach(state, layers, memory).unwrap();
    assert_eq!(ask(&mut long).effective, 16_777_220.0);
}
