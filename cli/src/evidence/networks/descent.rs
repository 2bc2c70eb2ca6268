//! Limited-memory BFGS: the trainer of networks whose factor is too large to be made in every step.
//!
//! A step of [`gleaner::fit`] rotates `count + 2 P` rows into a factor of order P + 1; for P = 1020 that is some seconds, and
//! a gradient is a millisecond. Steps are halved until the loss falls as it should (Armijo).
//!
//! Source: J. Nocedal, S. J. Wright, Numerical Optimization, 2nd edition, algorithms 3.1, 7.4 and 7.5.

use crate::simulate::task::{Sample, Task};
use gleaner::Error;
use gleaner::model::Model;
use std::collections::VecDeque;

/// Pairs of steps and changes of the gradient that are remembered.
const MEMORY: usize = 12;
/// Share of the promised decrease that a step has to bring.
const ARMIJO: f64 = 1e-4;
/// Halvings of a step at most.
const HALVINGS: u32 = 30;
/// The descent ends where this many steps lower the loss by less than [`TOLERANCE`] of it.
const WINDOW: usize = 10;
const TOLERANCE: f64 = 1e-4;

/// Minimises `mean weighted loss + mu |theta|^2` from theta on, in place; returns what it reached.
pub fn descend(
    task: &Task<f32>,
    sample: &Sample<f32>,
    theta: &mut [f32],
    steps: u32,
) -> Result<f64, Error> {
    let (mut loss, mut slope) = evaluate(task, sample, theta)?;
    let mut pairs: VecDeque<Pair> = VecDeque::new();
    let mut losses = vec![loss];
    for _ in 0..steps {
        let mut direction = newton(&pairs, &slope);
        let mut promise = dot(&direction, &slope);
        if promise >= 0.0 {
            pairs.clear();
            direction = newton(&pairs, &slope);
            promise = dot(&direction, &slope);
        }
        if promise == 0.0 {
            break;
        }
        let mut length = if pairs.is_empty() {
            1.0 / (-promise).sqrt().max(1.0)
        } else {
            1.0
        };
        let mut found = None;
        for _ in 0..HALVINGS {
            let trial = moved(theta, &direction, length);
            let reached = evaluate(task, sample, &trial);
            if let Ok((value, gradient)) = reached
                && value <= loss + ARMIJO * length * promise
            {
                found = Some((trial, value, gradient));
                break;
            }
            length /= 2.0;
        }
        let Some((trial, value, gradient)) = found else {
            if pairs.is_empty() {
                break;
            }
            pairs.clear();
            continue;
        };
        let step = difference(&trial, theta);
        let change: Vec<f64> = gradient.iter().zip(&slope).map(|(a, b)| a - b).collect();
        let curvature = dot(&step, &change);
        if curvature > 1e-10 * dot(&change, &change) {
            if pairs.len() == MEMORY {
                pairs.pop_front();
            }
            pairs.push_back(Pair {
                step,
                change,
                curvature,
            });
        }
        theta.copy_from_slice(&trial);
        (loss, slope) = (value, gradient);
        losses.push(loss);
        let earlier = losses.len().checked_sub(1 + WINDOW);
        if earlier.is_some_and(|earlier| losses[earlier] - loss <= TOLERANCE * loss) {
            break;
        }
    }
    Ok(loss)
}

/// A step, and how the gradient changed by it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    curvature: f64,
}

/// `-H slope`, H what the pairs say of the inverse of the second derivatives.
fn newton(pairs: &VecDeque<Pair>, slope: &[f64]) -> Vec<f64> {
    let mut direction: Vec<f64> = slope.iter().map(|g| -g).collect();
    let mut shares = Vec::new();
    for pair in pairs.iter().rev() {
        let share = dot(&pair.step, &direction) / pair.curvature;
        add(&mut direction, &pair.change, -share);
        shares.push(share);
    }
    if let Some(last) = pairs.back() {
        let scale = last.curvature / dot(&last.change, &last.change);
        direction.iter_mut().for_each(|x| *x *= scale);
    }
    for (pair, share) in pairs.iter().zip(shares.iter().rev()) {
        let back = dot(&pair.change, &direction) / pair.curvature;
        add(&mut direction, &pair.step, share - back);
    }
    direction
}

/// The loss with its decay, and its gradient.
fn evaluate(
    task: &Task<f32>,
    sample: &Sample<f32>,
    theta: &[f32],
) -> Result<(f64, Vec<f64>), Error> {
    let network = task.network(theta, 1)?;
    let mut scratch = vec![0.0; network.scratch()];
    let mut gradient = vec![0.0; theta.len()];
    let mut slope = vec![0.0; theta.len()];
    let mut loss = 0.0;
    let readings = sample.x.chunks_exact(task.inputs());
    for ((x, &label), &weight) in readings.zip(&sample.labels).zip(&sample.weights) {
        let target = task.loss.with(Some(label))?;
        let f = network.gradient(x, 0, target, &mut gradient, &mut scratch)?;
        let (f, weight) = (f64::from(f), f64::from(weight));
        loss += weight * f * f;
        let twice = 2.0 * weight * f;
        for (sum, &g) in slope.iter_mut().zip(&gradient) {
            *sum += twice * f64::from(g);
        }
    }
    let count = sample.labels.len().max(1) as f64;
    loss /= count;
    for (sum, &parameter) in slope.iter_mut().zip(theta) {
        let parameter = f64::from(parameter);
        *sum = *sum / count + 2.0 * task.decay * parameter;
        loss += task.decay * parameter * parameter;
    }
    if loss.is_finite() {
        Ok((loss, slope))
    } else {
        Err(Error::Range("loss"))
    }
}

fn moved(theta: &[f32], direction: &[f64], length: f64) -> Vec<f32> {
    let pairs = theta.iter().zip(direction);
    pairs
        .map(|(&x, &d)| (f64::from(x) + length * d) as f32)
        .collect()
}

fn difference(to: &[f32], from: &[f32]) -> Vec<f64> {
    let pairs = to.iter().zip(from);
    pairs.map(|(&a, &b)| f64::from(a) - f64::from(b)).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], by: &[f64], times: f64) {
    to.iter_mut().zip(by).for_each(|(x, y)| *x += times * y);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::relu::two_layers;
    use gleaner::model::Objective;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::SeedableRng;

    /// It comes where the library's own fit comes.
    #[test]
    fn as_levenberg_and_marquardt() {
        let readings: Vec<f32> = (0..120)
            .map(|i| ((i * i * 7 % 41) as f32 - 20.0) / 12.0)
            .collect();
        let label = |x: &[f32]| {
            if x[0] * x[1] + 0.3 * x[2] > 0.0 {
                1.0
            } else {
                0.0
            }
        };
        let task = Task {
            labels: readings.chunks_exact(3).map(label).collect(),
            readings,
            shapes: two_layers(3, 3),
            loss: Objective::Logistic,
            decay: 1e-2,
        };
        let everything: Vec<(usize, f64)> =
            (0..task.len()).map(|i| (i, 1.0 + (i % 3) as f64)).collect();
        let indices: Vec<usize> = (0..task.len()).collect();
        let sample = task.sample(&task.constants(&indices), &everything);
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(3);
        let (reached, theta) = task
            .fit_from_random(&sample, 1, 200, &mut generator)
            .unwrap();
        // From near its end the descent does not leave it; from afar both end in a minimum of the same sort.
        let mut near: Vec<f32> = theta.iter().map(|x| 0.9 * x).collect();
        let descended = descend(&task, &sample, &mut near, 300).unwrap();
        assert!(
            (descended - reached).abs() < 2e-3 * reached,
            "{descended} {reached}"
        );
    }
}
