//! The whole core on a thread with 64 KiB of stack: no frame grows with the model.

mod common;

use common::Random;
use gleaner::factor::{Factor, factor_len};
use gleaner::fit::{FitOptions, fit, fit_len, fit_own};
use gleaner::model::{
    Activation, AdditiveShape, Flat, Gradient, Model, Network, Objective, Own, Shape, Target,
};
use gleaner::record::{Entry, Reader, Writer, record_len};
use gleaner::sampler::{Item, Top};
use gleaner::selector::{Options, Scaling, Selector, selector_len};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// 40-12-6-1 with biases everywhere: 577 parameters, rows by quadrature.
const SHAPES: [Shape<f64>; 3] = [
    Shape {
        inputs: 40,
        outputs: 12,
        bias: true,
        activation: Activation::Relu,
    },
    Shape {
        inputs: 12,
        outputs: 6,
        bias: true,
        activation: Activation::Relu,
    },
    Shape {
        inputs: 6,
        outputs: 1,
        bias: true,
        activation: Activation::Identity,
    },
];

fn whole_life() {
    let mut random = Random::new(1);
    let mut draw = || random.normal();
    let mut theta: Vec<f64> = (0..40 * 12 + 12 + 12 * 6 + 6 + 6 + 1)
        .map(|_| 0.3 * draw())
        .collect();
    let readings: Vec<Vec<f64>> = (0..60).map(|_| (0..40).map(|_| draw()).collect()).collect();
    let label = |x: &[f64]| f64::from(u8::from(x[0] > 0.0));

    let network = Network::new(Flat {
        shapes: &SHAPES,
        theta: &theta,
    })
    .unwrap()
    .with_nodes(32)
    .unwrap();
    let (parameters, scratch) = (network.parameters(), network.scratch());
    let length = selector_len(40, parameters, network.order(), scratch);
    let options = Options {
        objective: Objective::Logistic,
        scaling: Scaling::Running,
        half_life: 1000,
        ..Options::default()
    };
    let generator = Xoshiro128PlusPlus::seed_from_u64(1);
    let items = vec![Item::default(); 11];
    let mut selector =
        Selector::new(network, options, generator, vec![0.0; length], items).unwrap();
    let mut slots = vec![vec![0.0; 40]; 11];
    for x in &readings {
        slots[selector.free() as usize].clone_from(x);
        selector.offer(x, &[label(x)]).unwrap();
    }
    let recall = |slot: u32, x: &mut [f64], labels: &mut [f64]| {
        x.copy_from_slice(&slots[slot as usize]);
        labels.fill(label(x));
        Ok(())
    };
    selector.rebase(network, options, recall).unwrap();
    assert_eq!(selector.len(), 10);

    let mut bytes = vec![0; record_len(10, 4)];
    let mut writer = Writer::new(&mut bytes, selector.record_header(1, 4)).unwrap();
    for kept in selector.drain() {
        let (score, weight) = (kept.score, kept.weight);
        writer
            .push(Entry {
                sequence: kept.sequence,
                score,
                weight,
                payload: &[1, 2, 3, 4],
            })
            .unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(Reader::new(&bytes).unwrap().entries().count(), 10);

    let mut factor = Factor::new(40, 0.0, vec![0.0; factor_len(40)]).unwrap();
    for x in &readings {
        factor.observe(x, 1.0).unwrap();
    }
    assert_eq!(factor.pivot().unwrap(), 40);
    let mut other = Factor::new(40, 0.0, vec![0.0; factor_len(40)]).unwrap();
    other.merge(&factor).unwrap();
    let mut work = vec![0.0; 40];
    let sum: f64 = readings
        .iter()
        .map(|x| other.score(x, &mut work).unwrap().leverage)
        .sum();
    assert!((sum - 40.0).abs() < 1e-9);

    let mut top = Top::new(vec![Item::default(); 6]).unwrap();
    for x in &readings {
        top.offer(x[0].abs()).unwrap();
    }
    assert_eq!(top.len(), 5);

    let sample = |i: usize, x: &mut [f64], labels: &mut [f64]| {
        x.copy_from_slice(&readings[i]);
        labels[0] = label(x);
        Ok(1.0)
    };
    let mut memory = vec![0.0; fit_len(40, parameters, scratch)];
    let options = FitOptions {
        steps: 2,
        ..FitOptions::default()
    };
    let report = fit(
        &SHAPES,
        &mut theta,
        Objective::Logistic,
        options,
        60,
        sample,
        &mut memory,
    )
    .unwrap();
    assert!(report.loss < 60.0);

    let shape = AdditiveShape {
        inputs: 40,
        neurons: 14,
        hidden: Activation::Relu,
        outer: Activation::Tanh,
    };
    let mut own = theta[..shape.parameters()].to_vec();
    let model = Own::new(shape, &own).unwrap().with_nodes(32).unwrap();
    let mut scratch = vec![0.0; model.scratch()];
    let mut row = vec![0.0; own.len() + 1];
    let target = Target::Logistic(1.0);
    model
        .row(&readings[0], 0, target, &mut row, &mut scratch)
        .unwrap();
    model.check(&readings[0], 1e-3, &mut scratch).unwrap();
    let logistic = Objective::Logistic;
    fit_own(&shape, &mut own, logistic, options, 60, sample, &mut memory).unwrap();
}

#[test]
fn sixty_four_kibibytes_are_enough() {
    let thread = std::thread::Builder::new()
        .stack_size(64 * 1024)
        .spawn(whole_life)
        .unwrap();
    thread.join().unwrap();
}
