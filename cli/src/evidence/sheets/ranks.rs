//! The leverages of the images of a class.

use super::Images;
use crate::evidence::journal::Generator;
use crate::evidence::networks::descent::descend;
use crate::evidence::relu::two_layers;
use crate::failure::Failure;
use crate::pilot::ridge;
use crate::simulate::device::rows;
use crate::simulate::task::Task;
use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Model, Objective};
use gleaner::{Error, Scalar};

/// Neurons of the hidden layer.
const HIDDEN: usize = 4;
/// Every so many-th image trains the network.
const EVERY: usize = 10;
/// Steps of a fit at most.
const STEPS: u32 = 150;
/// Random starts; the best on the sample wins.
const STARTS: u32 = 5;
/// mu in `mean loss + mu |theta|^2`.
const DECAY: f64 = 1e-4;

/// What leverages depend on.
pub fn options() -> String {
    format!("hidden {HIDDEN}, every {EVERY}, steps {STEPS}, starts {STARTS}, decay {DECAY}")
}

/// Among its own class, of rows `[x ; 1]`.
pub fn linear(images: &Images, own: &[usize]) -> Result<Vec<(usize, f64)>, Failure> {
    let order = images.elements + 1;
    let mut entries = Vec::with_capacity(own.len() * order);
    for &index in own {
        entries.extend_from_slice(images.image(index));
        entries.push(1.0);
    }
    let leverages = leverages(order, &entries)?;
    Ok(own.iter().copied().zip(leverages).collect())
}

/// Among all images, of adjoint rows of a network that tells the class from the others.
pub fn network(
    images: &Images,
    class: usize,
    own: &[usize],
    generator: &mut Generator,
) -> Result<Vec<(usize, f64)>, Failure> {
    let is_own = |&label: &usize| if label == class { 1.0 } else { 0.0 };
    let task = Task::<f32> {
        readings: images.pixels.iter().map(|&x| x as f32).collect(),
        labels: images.labels.iter().map(is_own).collect(),
        shapes: two_layers(images.elements, HIDDEN),
        loss: Objective::Logistic,
        decay: DECAY,
    };
    let everything: Vec<(usize, f64)> = (0..images.count).map(|index| (index, 1.0)).collect();
    // Files may be in order of class or at random: every tenth is a fair share of both.
    let few: Vec<(usize, f64)> = everything.iter().copied().step_by(EVERY).collect();
    let indices: Vec<usize> = (0..images.count).collect();
    let constants = task.constants(&indices);
    let sample = task.sample(&constants, &few);
    let mut best: Option<(f64, Vec<f32>)> = None;
    for _ in 0..STARTS {
        let mut theta = task.random_theta(generator);
        let reached = descend(&task, &sample, &mut theta, STEPS)?;
        if best.as_ref().is_none_or(|(least, _)| reached < *least) {
            best = Some((reached, theta));
        }
    }
    let theta = best.map(|(_, theta)| theta).unwrap_or_default();
    let network = task.network(&theta, 1)?;
    let all = task.sample(&constants, &everything);
    let entries = rows(&network, task.loss, &all.x, Some(&all.labels))?;
    let leverages = leverages(network.order(), &entries)?;
    Ok(own.iter().map(|&index| (index, leverages[index])).collect())
}

/// The leverages of rows, with the default ridge.
fn leverages<T: Scalar>(order: usize, entries: &[T]) -> Result<Vec<f64>, Error> {
    let memory = vec![T::ZERO; factor_len(order)];
    let mut factor = Factor::new(order, ridge(order, entries), memory)?;
    for row in entries.chunks_exact(order) {
        factor.observe(row, T::ONE)?;
    }
    let mut scratch = vec![T::ZERO; order];
    let rows = entries.chunks_exact(order);
    rows.map(|row| Ok(factor.score(row, &mut scratch)?.leverage.wide()))
        .collect()
}
