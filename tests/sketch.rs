//! Sketched rows: against their definition, as estimates of inner products, in a selector.

mod common;

use common::{Random, ridge_leverage};
use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Activation, Flat, Form, Model, Network, Objective, RowReport, Shape, Target};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Selector, selector_len_of};
use gleaner::sketch::{Sketch, Sketched};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

const INPUTS: usize = 5;

fn shape<T>(inputs: usize, outputs: usize, bias: bool, activation: Activation<T>) -> Shape<T> {
    Shape {
        inputs,
        outputs,
        bias,
        activation,
    }
}

/// In closed form, by quadrature with kinks, of several outputs.
fn networks<T: Scalar>() -> Vec<Vec<Shape<T>>> {
    let (relu, sigmoid, none) = (Activation::Relu, Activation::Sigmoid, Activation::Identity);
    vec![
        vec![shape(INPUTS, 7, true, relu), shape(7, 1, false, sigmoid)],
        vec![
            shape(INPUTS, 4, true, relu),
            shape(4, 3, true, relu),
            shape(3, 1, true, none),
        ],
        vec![shape(INPUTS, 6, true, relu), shape(6, 3, false, none)],
    ]
}

fn parameters<T: Scalar>(shapes: &[Shape<T>], seed: u64) -> Vec<T> {
    let count = shapes
        .iter()
        .map(|s| s.inputs * s.outputs + if s.bias { s.outputs } else { 0 })
        .sum();
    let mut random = Random::new(seed);
    (0..count).map(|_| T::of(random.normal())).collect()
}

fn network<'a, T: Scalar>(shapes: &'a [Shape<T>], theta: &'a [T]) -> Network<Flat<'a, T>> {
    Network::new(Flat { shapes, theta }).unwrap()
}

fn targets<T: Scalar>(outputs: usize) -> Vec<(Target<T>, usize)> {
    let mut targets = vec![
        (Target::Prediction, outputs - 1),
        (Target::Residual(T::ONE), 0),
    ];
    if outputs > 1 {
        targets.extend([(Target::Softmax, 1), (Target::CrossEntropy(T::ONE), 0)]);
    }
    targets
}

/// The end of MurmurHash3, and what stands in the documentation.
fn place(seed: u64, side: u32, index: u32, buckets: u32) -> (usize, f64) {
    let mixed = |mut word: u32| {
        word ^= word >> 16;
        word = word.wrapping_mul(0x85EB_CA6B);
        word ^= word >> 13;
        word = word.wrapping_mul(0xC2B2_AE35);
        word ^ word >> 16
    };
    let high = mixed((seed >> 32) as u32 ^ side.wrapping_mul(0x9E37_79B9));
    let key = mixed(seed as u32 ^ high);
    let hash = mixed(key ^ index.wrapping_mul(0x9E37_79B9));
    let bucket = (u64::from(hash) * u64::from(buckets)) >> 32;
    (bucket as usize, if hash & 1 == 0 { 1.0 } else { -1.0 })
}

/// The sketch of a whole row, entry by entry.
fn slow<T: Scalar>(shapes: &[Shape<T>], row: &[f64], seed: u64, buckets: usize) -> Vec<f64> {
    let mut sketch = vec![0.0; buckets + 1];
    let mut entries = row.iter();
    for (layer, shape) in shapes.iter().enumerate() {
        let (delta, input) = (2 * layer as u32 + 1, 2 * layer as u32 + 2);
        let count = buckets as u32;
        let mut put = |i: usize, j: usize, value: f64| {
            let (a, s) = place(seed, delta, i as u32, count);
            let (b, t) = place(seed, input, j as u32, count);
            sketch[(a + b) % buckets] += s * t * value;
        };
        for i in 0..shape.outputs {
            for j in 0..shape.inputs {
                put(i, j, *entries.next().unwrap());
            }
        }
        for i in 0..if shape.bias { shape.outputs } else { 0 } {
            put(i, shape.inputs, *entries.next().unwrap());
        }
    }
    sketch[buckets] = *entries.next().unwrap();
    sketch
}

fn follows_its_definition<T: Scalar>(tolerance: f64) {
    for shapes in networks::<T>() {
        let theta = parameters(&shapes, 1);
        let net = network(&shapes, &theta);
        let mut random = Random::new(2);
        for (buckets, seed) in [
            (1, 0),
            (2, 1),
            (16, 7),
            (64, u64::MAX),
            (1000, 0x1234_5678_9ABC),
        ] {
            let sketch = Sketch::new(buckets, seed).unwrap();
            let sketched = Sketched::new(net, sketch);
            let mut scratch = vec![T::ZERO; net.scratch() + Model::<T>::scratch(&sketched)];
            let x: Vec<T> = common::scalars(&random.normals(INPUTS));
            for (target, output) in targets(net.outputs()) {
                let mut row = vec![T::ZERO; net.row_len()];
                let whole = net.row(&x, output, target, &mut row, &mut scratch).unwrap();
                let row: Vec<f64> = row.iter().map(|entry| entry.wide()).collect();
                let size: f64 = row.iter().map(|entry| entry.abs()).sum();
                let exact = slow(&shapes, &row, seed, buckets);
                let mut found = vec![T::ONE; buckets + 1];
                let length = Model::<T>::scratch(&sketched);
                let report = sketched
                    .row(&x, output, target, &mut found, &mut scratch[..length])
                    .unwrap();
                for (found, exact) in found.iter().zip(&exact) {
                    assert!(
                        (found.wide() - exact).abs() <= tolerance * size,
                        "{found:?} {exact}"
                    );
                }
                assert_eq!((report.form, report.value), (whole.form, whole.value));
                let completeness = (report.completeness - whole.completeness).abs();
                assert!(completeness.wide() <= tolerance * 4.0 * size);
            }
        }
    }
}

#[test]
fn sketches_follow_their_definition() {
    follows_its_definition::<f64>(1e-14);
    follows_its_definition::<f32>(2e-6);
}

#[test]
fn inner_products_are_unbiased_and_vary_as_one_over_k() {
    const SEEDS: u64 = 20_000;
    let shapes = &networks::<f64>()[0];
    let theta = parameters(shapes, 3);
    let net = network(shapes, &theta);
    let mut random = Random::new(4);
    let (x, y) = (random.normals(INPUTS), random.normals(INPUTS));
    let mut scratch = vec![0.0; 4096];
    let mut whole = |x: &[f64]| {
        let mut row = vec![0.0; net.row_len()];
        net.row(x, 0, Target::Prediction, &mut row, &mut scratch)
            .unwrap();
        row
    };
    let (a, b) = (whole(&x), whole(&y));
    let exact: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
    let norms = a.iter().map(|a| a * a).sum::<f64>() * b.iter().map(|b| b * b).sum::<f64>();
    for buckets in [16, 64] {
        let (mut mean, mut square) = (0.0, 0.0);
        for seed in 0..SEEDS {
            let sketched = Sketched::new(net, Sketch::new(buckets, seed).unwrap());
            let mut made = |x: &[f64]| {
                let mut row = vec![0.0; buckets + 1];
                sketched
                    .row(x, 0, Target::Prediction, &mut row, &mut scratch)
                    .unwrap();
                row
            };
            let (a, b) = (made(&x), made(&y));
            let product: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
            mean += product / SEEDS as f64;
            square += (product - exact).powi(2) / SEEDS as f64;
        }
        let error = (square / SEEDS as f64).sqrt();
        assert!((mean - exact).abs() < 4.0 * error, "{mean} {exact} {error}");
        // Of a count sketch it would be at most 2 |a|^2 |b|^2 / K.
        assert!(square < 8.0 * norms / buckets as f64, "{square} {norms}");
    }
}

#[test]
fn many_buckets_give_the_exact_leverages() {
    let shapes = &networks::<f64>()[0];
    let theta = parameters(shapes, 5);
    let net = network(shapes, &theta);
    let mut random = Random::new(6);
    let readings = random.rows(300, INPUTS);
    let mut scratch = vec![0.0; 1 << 16];
    let mut rows = |model: &dyn Model<f64>| -> Vec<Vec<f64>> {
        let make = |x: &Vec<f64>| {
            let mut row = vec![0.0; model.row_len()];
            model
                .row(x, 0, Target::Prediction, &mut row, &mut scratch)
                .unwrap();
            row
        };
        readings.iter().map(make).collect()
    };
    let exact = ridge_leverage(&rows(&net), 1e-3);
    for (buckets, bound) in [(32, 0.8), (256, 0.98), (2048, 0.998)] {
        let sketched = Sketched::new(net, Sketch::new(buckets, 9).unwrap());
        let made = rows(&sketched);
        // The factor of a sketch, row by row.
        let mut factor =
            Factor::new(buckets + 1, 1e-3, vec![0.0; factor_len(buckets + 1)]).unwrap();
        for row in &made {
            factor.observe(row, 1.0).unwrap();
        }
        let mut work = vec![0.0; buckets + 1];
        let found: Vec<f64> = made
            .iter()
            .map(|row| factor.score(row, &mut work).unwrap().leverage)
            .collect();
        let correlation = rank_correlation(&exact, &found);
        assert!(correlation > bound, "{buckets} {correlation}");
    }
}

fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |values: &[f64]| {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
        let mut ranks = vec![0.0; values.len()];
        order
            .iter()
            .enumerate()
            .for_each(|(rank, &i)| ranks[i] = rank as f64);
        ranks
    };
    let (a, b, n) = (ranks(a), ranks(b), a.len() as f64);
    let apart: f64 = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum();
    1.0 - 6.0 * apart / (n * (n * n - 1.0))
}

#[test]
fn a_selector_sees_sketches_only() {
    let shapes = &networks::<f32>()[2];
    let theta = parameters(shapes, 7);
    let net = network(shapes, &theta);
    let model = Sketched::new(net, Sketch::new(8, 5).unwrap());
    let options = Options {
        objective: Objective::Softmax,
        ridge: 0.01,
        ..Options::default()
    };
    let order = Model::<f32>::order(&model);
    assert_eq!((order, Model::<f32>::row_len(&model)), (9, 9));
    let scratch = Model::<f32>::scratch(&model);
    let length = selector_len_of(INPUTS, 3, 9, 9, scratch);
    let make = |model| {
        let generator = Xoshiro128PlusPlus::seed_from_u64(3);
        let memory = vec![0.0f32; length];
        Selector::new(model, options, generator, memory, vec![Item::default(); 6]).unwrap()
    };
    let mut selector = make(model);
    let mut factor = Factor::new(9, 0.01f32, vec![0.0; factor_len(9)]).unwrap();
    let mut scratch = vec![0.0; scratch];
    let mut random = Random::new(8);
    for _ in 0..50 {
        let x: Vec<f32> = common::scalars(&random.normals(INPUTS));
        let mut leverage = 0.0;
        for class in 0..3 {
            let mut row = [0.0; 9];
            model
                .row(&x, class, Target::Softmax, &mut row, &mut scratch)
                .unwrap();
            leverage += factor.observe(&row, 1.0).unwrap();
        }
        assert_eq!(selector.offer(&x, &[]).unwrap().leverage, leverage);
    }
    // Sketches of another seed are of another space, and a snapshot of theirs is refused.
    let mut bytes = vec![0; 8192];
    let length = selector
        .save(Xoshiro128PlusPlus::state, &mut bytes)
        .unwrap();
    let mut same = make(model);
    same.restore(&bytes[..length]).unwrap();
    assert_eq!(same.state(), selector.state());
    let mut other = make(Sketched::new(net, Sketch::new(8, 6).unwrap()));
    assert_eq!(other.restore(&bytes[..length]), Err(Error::Object));
}

/// Without a sketch a model is what it is, gauge columns and all.
#[test]
fn no_sketch_is_the_model() {
    let shapes = &networks::<f32>()[0];
    let theta = parameters(shapes, 7);
    let net = network(shapes, &theta);
    let model = Sketched::new(net, None);
    assert!(model.sketch().is_none() && Model::<f32>::sketched(&model).is_none());
    assert_eq!(Model::<f32>::order(&model), net.order());
    assert_eq!(Model::<f32>::row_len(&model), net.row_len());
    assert_eq!(Model::<f32>::scratch(&model), net.scratch());
    let x: Vec<f32> = common::scalars(&Random::new(8).normals(net.inputs()));
    let (mut row, mut own) = (vec![0.0; net.row_len()], vec![0.0; net.row_len()]);
    let mut scratch = vec![0.0; net.scratch()];
    let target = Target::Prediction;
    model.row(&x, 0, target, &mut row, &mut scratch).unwrap();
    net.row(&x, 0, target, &mut own, &mut scratch).unwrap();
    model.leave_out_gauge(&mut row);
    net.leave_out_gauge(&mut own);
    assert_eq!(row, own);
    // Another sketch of it is one of the model.
    let other = Sketch::new(8, 3).unwrap();
    assert_eq!(model.sketch_scratch(&other), net.sketch_scratch(&other));
    let (mut sketch, mut own) = ([0.0; 9], [0.0; 9]);
    let mut scratch = vec![0.0; net.sketch_scratch(&other)];
    Model::sketch(&model, &x, 0, target, &other, &mut sketch, &mut scratch).unwrap();
    Model::sketch(&net, &x, 0, target, &other, &mut own, &mut scratch).unwrap();
    assert_eq!(sketch, own);
    // What is sketched already stays marked as that, and has no gauge columns.
    let twice = Sketched::new(Sketched::new(net, other), None);
    assert_eq!(Model::<f32>::sketched(&twice), Some(other));
    let mut copied = [9.0; 9];
    Sketched::new(net, other).put_back_gauge(&own, &mut copied);
    assert_eq!(copied, own);
    let (mut whole, mut owns) = (vec![9.0; row.len()], vec![9.0; row.len()]);
    model.put_back_gauge(&row[..net.order()], &mut whole);
    net.put_back_gauge(&row[..net.order()], &mut owns);
    assert_eq!(whole, owns);
}

/// A model that gives its rows as a whole.
struct Whole;

impl Model<f64> for Whole {
    fn inputs(&self) -> usize {
        1
    }
    fn parameters(&self) -> usize {
        30
    }
    fn scratch(&self) -> usize {
        2
    }
    fn value(&self, _: &[f64], _: usize, _: &mut [f64]) -> Result<f64, Error> {
        Err(Error::Model)
    }
    fn gradient(
        &self,
        _: &[f64],
        _: usize,
        _: Target<f64>,
        _: &mut [f64],
        _: &mut [f64],
    ) -> Result<f64, Error> {
        Err(Error::Model)
    }
    fn row(
        &self,
        x: &[f64],
        _: usize,
        _: Target<f64>,
        row: &mut [f64],
        scratch: &mut [f64],
    ) -> Result<RowReport<f64>, Error> {
        assert!(scratch.len() >= 2);
        row.iter_mut()
            .enumerate()
            .for_each(|(j, entry)| *entry = x[0] * (j as f64 - 9.0));
        Ok(RowReport {
            form: Form::Exact,
            value: 1.0,
            at_zero: 2.0,
            completeness: 0.0,
        })
    }
    fn norm(&self, _: &[f64], _: usize, _: Target<f64>, _: &mut [f64]) -> Result<f64, Error> {
        Err(Error::Model)
    }
}

#[test]
fn rows_of_own_models_are_hashed_entry_by_entry() {
    let sketch = Sketch::new(8, 77).unwrap();
    let model = Sketched::new(Whole, sketch);
    assert_eq!(Model::<f64>::scratch(&model), 33);
    let mut scratch = vec![0.0; 33];
    let mut row = [4.0; 9];
    model
        .row(&[2.0], 0, Target::Prediction, &mut row, &mut scratch)
        .unwrap();
    let mut exact = [0.0; 9];
    for j in 0..30 {
        let (bucket, sign) = place(77, 0, j, 8);
        exact[bucket] += sign * 2.0 * (f64::from(j) - 9.0);
    }
    exact[8] = 2.0 * 21.0;
    assert_eq!(row, exact);
    // Linear, and refused as a whole.
    let (one, two) = ([1.0, -2.0, 0.5, 3.0], [0.25, 4.0, -1.0, 8.0]);
    let mut sum = [0.0; 9];
    sketch.add_row(&one, &mut sum).unwrap();
    sketch.add_row(&two, &mut sum).unwrap();
    let both: Vec<f64> = one.iter().zip(&two).map(|(a, b)| a + b).collect();
    let mut direct = [0.0; 9];
    sketch.add_row(&both, &mut direct).unwrap();
    assert_eq!(sum, direct);
    assert_eq!(
        sketch.add_row(&one, &mut [0.0; 8]),
        Err(Error::Length("sketch"))
    );
    assert_eq!(sketch.add_row(&[], &mut sum), Err(Error::Length("row")));
    for x in [f64::INFINITY, f64::NAN, f64::MAX] {
        let mut row = [4.0; 9];
        let refused = model.row(&[x], 0, Target::Prediction, &mut row, &mut scratch);
        assert_eq!((refused, row), (Err(Error::Range("row")), [4.0; 9]));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(Sketch::new(0, 1), Err(Error::Range("buckets")));
    assert_eq!(Sketch::new(65_535, 1), Err(Error::Range("buckets")));
    for shapes in networks::<f64>() {
        let theta = parameters(&shapes, 9);
        let model = Sketched::new(network(&shapes, &theta), Sketch::new(4, 0).unwrap());
        let mut scratch = vec![0.0; Model::<f64>::scratch(&model)];
        let mut ask = |x: &[f64], output, row: &mut [f64], less: usize| {
            let end = scratch.len() - less;
            model.row(x, output, Target::Prediction, row, &mut scratch[..end])
        };
        let x = [0.1; INPUTS];
        let mut row = [7.0; 5];
        assert_eq!(ask(&x[1..], 0, &mut row, 0), Err(Error::Length("x")));
        assert_eq!(ask(&x, 3, &mut row, 0), Err(Error::Range("output")));
        assert_eq!(ask(&x, 0, &mut row[1..], 0), Err(Error::Length("row")));
        assert_eq!(ask(&x, 0, &mut row, 1), Err(Error::Length("scratch")));
        assert_eq!(
            ask(&[f64::NAN; INPUTS], 0, &mut row, 0),
            Err(Error::NotFinite("x"))
        );
        // Beyond the scalar's range, but where all neurons are dead.
        if ask(&[1e300; INPUTS], 0, &mut row, 0).is_err() {
            assert_eq!(row, [7.0; 5]);
        }
        assert!(ask(&x, 0, &mut row, 0).is_ok());
    }
}
