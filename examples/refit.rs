//! From many kept readings to a refit: keep 4 k, thin to k, calibrate the weights, fit.
//!
//! `cargo run --release --example refit`

use gleaner::calibrate::{self, Totals, Vector, calibrate, calibrate_len, totals_len};
use gleaner::fit::{FitOptions, fit, fit_len};
use gleaner::model::{Activation, Flat, Model, Network, Objective, Shape, Target};
use gleaner::rand_core::Rng;
use gleaner::sampler::{Candidate, Item, positions_len};
use gleaner::selector::{Options, Selector, selector_len};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

const READINGS: usize = 4000;
const KEEP: usize = 120;

/// A reading and its label: what the model is to learn, and noise.
fn reading(generator: &mut impl Rng) -> ([f64; 2], f64) {
    let mut spread = || 4.0 * f64::unit(generator) - 2.0;
    let x = [spread(), spread()];
    (x, (1.2 * x[0] - 0.7 * x[1] + 0.4).tanh() + 0.1 * spread())
}

fn main() -> Result<(), Error> {
    let mut generator = Xoshiro128PlusPlus::seed_from_u64(1);
    let stream: Vec<_> = (0..READINGS).map(|_| reading(&mut generator)).collect();
    let shapes = [Shape {
        inputs: 2,
        outputs: 1,
        bias: true,
        activation: Activation::Tanh,
    }];
    // A pilot: near, not right.
    let pilot = [0.9, -0.5, 0.2];
    let network = Network::new(Flat {
        shapes: &shapes,
        theta: &pilot,
    })?;
    let mut scratch = vec![0.0; network.scratch()];

    // The stream, once: a selector of 4 k, and sums over all readings.
    let options = Options {
        objective: Objective::Residual,
        ..Options::default()
    };
    let (inputs, parameters, order) = (network.inputs(), network.parameters(), network.order());
    let memory = vec![0.0; selector_len(inputs, parameters, order, network.scratch())];
    let items = vec![Item::default(); 4 * KEEP + 1];
    let mut selector = Selector::new(network, options, generator, memory, items)?;
    let sums = Vector::Curvature.len(parameters);
    let mut totals = Totals::new(sums, vec![0.0; totals_len(sums)])?;
    let mut vector = vec![0.0; sums];
    let mut slots = vec![0; 4 * KEEP + 1];
    for (index, (x, label)) in stream.iter().enumerate() {
        slots[selector.free() as usize] = index;
        selector.offer(x, &[*label])?;
        let target = Target::Residual(*label);
        Vector::Curvature.write(&network, x, 0, target, &mut vector, &mut scratch)?;
        totals.observe(&vector)?;
    }

    // The end of the period.
    let mut candidates = vec![Candidate::default(); 4 * KEEP];
    let mut positions = vec![0.0; positions_len(4 * KEEP, order)];
    selector.thin(KEEP, &mut candidates, &mut positions, |slot, x, labels| {
        let (reading, label) = stream[slots[slot as usize]];
        x.copy_from_slice(&reading);
        labels.copy_from_slice(&[label]);
        Ok(())
    })?;
    let kept: Vec<_> = selector
        .drain()
        .map(|kept| (slots[kept.slot as usize], kept.weight))
        .collect();

    // Design weights go in as the selector gave them; ratios come out.
    let mut ratios = vec![0.0; kept.len()];
    let mut memory = vec![0.0; calibrate_len(sums)];
    let item = |index: usize, to: &mut [f64]| {
        let (reading, weight) = kept[index];
        let (x, label) = stream[reading];
        Vector::Curvature.write(&network, &x, 0, Target::Residual(label), to, &mut scratch)?;
        Ok(weight)
    };
    let report = calibrate(
        &totals,
        kept.len(),
        item,
        calibrate::Options::default(),
        &mut ratios,
        &mut memory,
    )?;
    println!("{} of {READINGS} kept; {report:?}", kept.len());

    let refit = |weight: &dyn Fn(usize) -> f64, rows: &dyn Fn(usize) -> usize, count: usize| {
        let mut theta = pilot;
        let sample = |index: usize, x: &mut [f64], labels: &mut [f64]| {
            let (reading, label) = stream[rows(index)];
            x.copy_from_slice(&reading);
            labels[0] = label;
            Ok(weight(index))
        };
        let options = FitOptions {
            weight_decay: 0.0,
            ..FitOptions::default()
        };
        let mut memory = vec![0.0; fit_len(inputs, parameters, network.scratch())];
        let objective = Objective::Residual;
        fit(
            &shapes,
            &mut theta,
            objective,
            options,
            count,
            sample,
            &mut memory,
        )?;
        Ok::<_, Error>(theta)
    };
    let everything = refit(&|_| 1.0, &|index| index, READINGS)?;
    let design = refit(&|i| kept[i].1, &|i| kept[i].0, KEEP)?;
    let calibrated = refit(&|i| kept[i].1 * ratios[i], &|i| kept[i].0, KEEP)?;
    for (name, theta) in [
        ("pilot", pilot),
        ("everything", everything),
        ("design weights", design),
        ("calibrated weights", calibrated),
    ] {
        let far = theta.iter().zip(&everything).map(|(a, b)| (a - b).powi(2));
        let far = far.sum::<f64>().sqrt();
        println!("{name:>20}: {theta:.4?}, {far:.5} from the fit to everything");
    }
    Ok(())
}
