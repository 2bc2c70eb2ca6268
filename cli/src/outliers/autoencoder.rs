//! A small autoencoder: its input is its label, one row an output.

use crate::numbers::below;
use crate::outliers::linear;
use crate::simulate::normal;
use gleaner::Error;
use gleaner::model::{Activation, Flat, Model, Network, Shape, Target};
use gleaner::rand_core::Rng;

/// Updates of the trainer, and readings in each.
const UPDATES: usize = 4000;
const BATCH: usize = 16;
/// First step length, which falls to a tenth.
const STEP: f64 = 0.01;

/// Scores of each reading.
pub struct Scores {
    /// Sum of squared reconstruction errors.
    pub error: Vec<f64>,
    /// Sum over outputs of the leverages of the adjoint rows `[a ; f(0)]`, f the reconstruction error.
    pub leverage: Vec<f64>,
    /// The same, of gradients and before each reading is taken in.
    pub online: Vec<f64>,
    /// Sum over outputs of squared internally studentised reconstruction errors, at the gradients.
    pub studentised: Vec<f64>,
}

/// Hidden neurons for so many features.
pub fn neurons(width: usize) -> usize {
    (width / 3).clamp(2, 4)
}

/// `width - neurons - width`, tanh and identity, a bias in each.
fn shapes(width: usize) -> [Shape<f64>; 2] {
    let hidden = neurons(width);
    let layer = |inputs, outputs, activation| Shape {
        inputs,
        outputs,
        bias: true,
        activation,
    };
    [
        layer(width, hidden, Activation::Tanh),
        layer(hidden, width, Activation::Identity),
    ]
}

/// Trains on all readings (Kingma and Ba, Adam, 2015), then scores them.
pub fn scores<G: Rng>(
    x: &[f64],
    width: usize,
    order_of: &[usize],
    generator: &mut G,
) -> Result<Scores, Error> {
    let shapes = shapes(width);
    let theta = train(&shapes, x, width, generator)?;
    let network = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })?;
    let parameters = network.parameters();
    let mut scratch = vec![0.0; network.scratch()];
    let (mut row, mut gradient) = (vec![0.0; parameters + 1], vec![0.0; parameters]);
    let (mut rows, mut gradients) = (Vec::new(), Vec::new());
    let mut errors = Vec::new();
    for x in x.chunks_exact(width) {
        for (output, &label) in x.iter().enumerate() {
            let target = Target::Residual(label);
            network.row(x, output, target, &mut row, &mut scratch)?;
            rows.extend_from_slice(&row);
            errors.push(network.gradient(x, output, target, &mut gradient, &mut scratch)?);
            gradients.extend_from_slice(&gradient);
        }
    }
    let summed = |values: &[f64]| -> Vec<f64> {
        values
            .chunks_exact(width)
            .map(|own| own.iter().sum())
            .collect()
    };
    let squared: Vec<f64> = errors.iter().map(|e| e * e).collect();
    let total: f64 = squared.iter().sum();
    let ridge = linear::ridge(parameters, &gradients);
    let leverages = linear::leverage(parameters, &gradients, ridge)?;
    let rank: f64 = leverages.iter().sum();
    let variance = total / (errors.len() as f64 - rank).max(1.0);
    let studentised: Vec<f64> = squared
        .iter()
        .zip(&leverages)
        .map(|(square, h)| square / (variance * (1.0 - h).max(f64::EPSILON)))
        .collect();
    let ridge = linear::ridge(parameters + 1, &rows);
    let adjoint = linear::leverage(parameters + 1, &rows, ridge)?;
    let (online, _) = linear::online(parameters, &gradients, width, order_of)?;
    Ok(Scores {
        error: summed(&squared),
        leverage: summed(&adjoint),
        online,
        studentised: summed(&studentised),
    })
}

fn train<G: Rng>(
    shapes: &[Shape<f64>],
    x: &[f64],
    width: usize,
    generator: &mut G,
) -> Result<Vec<f64>, Error> {
    let mut theta = Vec::new();
    for shape in shapes {
        let spread = 1.0 / (shape.inputs as f64).sqrt();
        let weights = shape.inputs * shape.outputs;
        theta.extend((0..weights).map(|_| spread * normal(generator)));
        theta.extend((0..shape.outputs).map(|_| 0.0));
    }
    let count = x.len() / width;
    let (mut mean, mut square) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
    let (mut gradient, mut sum) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
    let (mut keep_mean, mut keep_square) = (1.0, 1.0);
    for update in 0..UPDATES {
        sum.fill(0.0);
        let network = Network::new(Flat {
            shapes,
            theta: &theta,
        })?;
        let mut scratch = vec![0.0; network.scratch()];
        for _ in 0..BATCH {
            let pick = below(generator, count);
            let x = &x[pick * width..][..width];
            for (output, &label) in x.iter().enumerate() {
                let target = Target::Residual(label);
                let f = network.gradient(x, output, target, &mut gradient, &mut scratch)?;
                sum.iter_mut()
                    .zip(&gradient)
                    .for_each(|(sum, g)| *sum += f * g);
            }
        }
        let step = STEP * 0.1_f64.powf(update as f64 / UPDATES as f64);
        (keep_mean, keep_square) = (keep_mean * 0.9, keep_square * 0.999);
        for (j, parameter) in theta.iter_mut().enumerate() {
            let g = sum[j] / (BATCH * width) as f64;
            mean[j] = 0.9 * mean[j] + 0.1 * g;
            square[j] = 0.999 * square[j] + 0.001 * g * g;
            let deviation = (square[j] / (1.0 - keep_square)).sqrt();
            *parameter -= step * mean[j] / (1.0 - keep_mean) / (deviation + 1e-8);
        }
    }
    Ok(theta)
}
