//! What is learnt: readings, labels, a network's shape, a loss; fits and losses over it.

use crate::numbers::mean_and_deviation;
use gleaner::fit::{FitOptions, fit, fit_len};
use gleaner::model::{Flat, Model, Network, Objective, Shape, network_scratch};
use gleaner::rand_core::Rng;
use gleaner::{Error, Scalar, Sum};

/// Relative decrease of a step below which a fit has ended.
const TOLERANCE: f64 = 1e-6;

/// A learning task.
#[derive(Clone, Debug)]
pub struct Task<T> {
    /// Readings, one after the other, as the sensor gives them.
    pub readings: Vec<T>,
    /// A label a reading.
    pub labels: Vec<T>,
    /// Layers of the network.
    pub shapes: Vec<Shape<T>>,
    /// What is minimised: the mean of its squares.
    pub loss: Objective<T>,
    /// mu in `mean loss + mu |theta|^2`.
    pub decay: f64,
}

/// Mean and scale a feature.
#[derive(Clone, Debug)]
pub struct Constants<T> {
    /// Means.
    pub mean: Vec<T>,
    /// Population standard deviations; 1 for a constant feature.
    pub scale: Vec<T>,
}

/// Readings as the model sees them, with labels and weights: what a fit works on.
#[derive(Clone, Debug, Default)]
pub struct Sample<T> {
    /// Standardised readings, one after the other.
    pub x: Vec<T>,
    /// A label a reading.
    pub labels: Vec<T>,
    /// A weight a reading.
    pub weights: Vec<T>,
}

impl<T: Scalar> Task<T> {
    /// Features of a reading.
    pub fn inputs(&self) -> usize {
        self.shapes[0].inputs
    }

    /// Number of readings.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Reading `index`.
    pub fn reading(&self, index: usize) -> &[T] {
        &self.readings[index * self.inputs()..][..self.inputs()]
    }

    /// The network at theta.
    pub fn network<'a>(
        &'a self,
        theta: &'a [T],
        nodes: usize,
    ) -> Result<Network<Flat<'a, T>>, Error> {
        Network::new(Flat {
            shapes: &self.shapes,
            theta,
        })?
        .with_nodes(nodes)
    }

    /// Mean and population standard deviation of some readings.
    pub fn constants(&self, indices: &[usize]) -> Constants<T> {
        let (mut mean, mut scale) = (Vec::new(), Vec::new());
        for j in 0..self.inputs() {
            let values = indices.iter().map(|&i| self.reading(i)[j].wide());
            let (center, deviation) = mean_and_deviation(values);
            mean.push(T::of(center));
            scale.push(if deviation > 0.0 {
                T::of(deviation)
            } else {
                T::ONE
            });
        }
        Constants { mean, scale }
    }

    /// Some readings, standardised, with weights of mean 1.
    pub fn sample(&self, constants: &Constants<T>, picks: &[(usize, f64)]) -> Sample<T> {
        let total: f64 = picks.iter().map(|pick| pick.1).sum();
        let mean_weight = total / picks.len().max(1) as f64;
        let mut sample = Sample::default();
        for &(index, weight) in picks {
            let features = self
                .reading(index)
                .iter()
                .zip(&constants.mean)
                .zip(&constants.scale);
            sample
                .x
                .extend(features.map(|((&x, &mean), &scale)| (x - mean) / scale));
            sample.labels.push(self.labels[index]);
            sample.weights.push(T::of(weight / mean_weight));
        }
        sample
    }

    /// Minimises `mean weighted loss + mu |theta|^2` from theta on, in place; returns what it reached.
    pub fn fit(&self, sample: &Sample<T>, theta: &mut [T], steps: u32) -> Result<f64, Error> {
        let (inputs, count) = (self.inputs(), sample.labels.len());
        let neurons = self.shapes.iter().map(|shape| shape.outputs).sum();
        let scratch = network_scratch(theta.len(), neurons);
        let mut memory = vec![T::ZERO; fit_len(inputs, theta.len(), scratch)];
        let decay = T::of(self.decay * count as f64);
        let options = FitOptions {
            weight_decay: decay,
            steps,
            tolerance: T::of(TOLERANCE),
        };
        let give = |index: usize, x: &mut [T], labels: &mut [T]| {
            x.copy_from_slice(&sample.x[index * inputs..][..inputs]);
            labels[0] = sample.labels[index];
            Ok(sample.weights[index])
        };
        let report = fit(
            &self.shapes,
            theta,
            self.loss,
            options,
            count,
            give,
            &mut memory,
        )?;
        Ok(report.loss.wide() / count as f64)
    }

    /// The best of several fits, each from its own random start, and what it reached.
    pub fn fit_from_random<G: Rng>(
        &self,
        sample: &Sample<T>,
        starts: u32,
        steps: u32,
        generator: &mut G,
    ) -> Result<(f64, Vec<T>), Error> {
        let mut best: Option<(f64, Vec<T>)> = None;
        for _ in 0..starts {
            let mut theta = self.random_theta(generator);
            let reached = self.fit(sample, &mut theta, steps)?;
            if best.as_ref().is_none_or(|(least, _)| reached < *least) {
                best = Some((reached, theta));
            }
        }
        best.ok_or(Error::Range("starts"))
    }

    /// Normal weights of variance 1 / inputs, normal biases of deviation 1/2.
    pub fn random_theta<G: Rng>(&self, generator: &mut G) -> Vec<T> {
        let mut theta = Vec::new();
        for shape in &self.shapes {
            let spread = 1.0 / (shape.inputs as f64).sqrt();
            for _ in 0..shape.inputs * shape.outputs {
                theta.push(T::of(spread * normal(generator)));
            }
            for _ in 0..if shape.bias { shape.outputs } else { 0 } {
                theta.push(T::of(0.5 * normal(generator)));
            }
        }
        theta
    }

    /// The mean loss over a sample, each reading once.
    pub fn mean_loss(&self, sample: &Sample<T>, theta: &[T]) -> Result<f64, Error> {
        let network = self.network(theta, 1)?;
        let mut scratch = vec![T::ZERO; network.scratch()];
        let mut sum = Sum::<f64>::default();
        for (x, &label) in sample.x.chunks_exact(self.inputs()).zip(&sample.labels) {
            let target = self.loss.with(Some(label))?;
            let f = target.value(network.value(x, 0, &mut scratch)?).wide();
            sum.add(f * f);
        }
        Ok(sum.value() / self.len().max(1) as f64)
    }
}

/// A standard normal draw (Box and Muller 1958).
pub fn normal<G: Rng>(generator: &mut G) -> f64 {
    let radius = (-2.0 * f64::unit(generator).ln()).sqrt();
    radius * (core::f64::consts::TAU * f64::unit(generator)).cos()
}
