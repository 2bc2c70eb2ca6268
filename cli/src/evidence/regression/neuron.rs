//! The neuron: bounded swish of a linear form, squared loss; its fits and losses over a set.

use super::super::journal::Generator;
use super::sets::Set;
use crate::simulate::normal;
use gleaner::factor::{Factor, factor_len};
use gleaner::fit::{FitOptions, fit, fit_len};
use gleaner::model::{Activation, Flat, Model, Network, Objective, Shape, Target, network_scratch};
use gleaner::{Error, Sum};

/// Steps of a fit at most.
const STEPS: u32 = 200;

/// The two swishes of the study: (c1, c2, zeta).
pub const SWISHES: [(f64, f64, f64); 2] = [(1.0, 2.0, 1.0), (0.01, 2.0, 2.0)];

/// A swish as it is named on pages.
pub fn swish_name((lower, upper, steepness): (f64, f64, f64)) -> String {
    format!("({lower}, {upper}, {steepness})")
}

/// A neuron with a bias over the features of a set.
#[derive(Clone, Debug)]
pub struct Neuron<'a> {
    /// The set.
    pub set: &'a Set,
    shapes: [Shape<f64>; 1],
}

/// Mean losses over all rows, and over the calm ones.
#[derive(Clone, Copy, Debug)]
pub struct Loss {
    /// Over all.
    pub all: f64,
    /// Over the 99 % of lowest linear leverage.
    pub calm: f64,
}

impl<'a> Neuron<'a> {
    /// A neuron of this swish over this set.
    pub fn new(set: &'a Set, (lower, upper, steepness): (f64, f64, f64)) -> Self {
        let activation = Activation::BoundedSwish {
            lower,
            upper,
            steepness,
        };
        let shape = Shape {
            inputs: set.inputs,
            outputs: 1,
            bias: true,
            activation,
        };
        Neuron {
            set,
            shapes: [shape],
        }
    }

    /// P.
    pub fn parameters(&self) -> usize {
        self.set.inputs + 1
    }

    /// The network at theta.
    pub fn network<'b>(&'b self, theta: &'b [f64]) -> Result<Network<Flat<'b, f64>>, Error> {
        let shapes = &self.shapes;
        Network::new(Flat { shapes, theta })
    }

    /// A random start: normal weights of variance 1 / inputs, and a bias of 0.
    pub fn start(&self, generator: &mut Generator) -> Vec<f64> {
        let spread = 1.0 / (self.set.inputs as f64).sqrt();
        let mut theta: Vec<f64> = (0..self.set.inputs)
            .map(|_| spread * normal(generator))
            .collect();
        theta.push(0.0);
        theta
    }

    /// The mean losses at theta.
    pub fn loss(&self, theta: &[f64]) -> Loss {
        let (weights, bias) = theta.split_at(self.set.inputs);
        let bias = bias.first().copied().unwrap_or_default();
        let activation = self.shapes[0].activation;
        let (mut calm, mut rest) = (Sum::<f64>::default(), Sum::<f64>::default());
        let mut count = 0_u32;
        let rows = self.set.x.chunks_exact(self.set.inputs).zip(&self.set.y);
        for ((x, y), &is_calm) in rows.zip(&self.set.is_calm) {
            let s: f64 = x.iter().zip(weights).map(|(x, w)| x * w).sum();
            // phi(s) as s (phi(s) / s), which makes no derivative.
            let s = s + bias;
            let f = s * activation.divided(s) - y;
            if is_calm {
                calm.add(f * f);
                count += 1;
            } else {
                rest.add(f * f);
            }
        }
        Loss {
            all: (calm.value() + rest.value()) / self.set.len() as f64,
            calm: calm.value() / f64::from(count),
        }
    }

    /// Minimises the weighted loss of some rows from theta on, in place; returns its mean.
    pub fn fit(&self, picks: &[(usize, f64)], theta: &mut [f64]) -> Result<f64, Error> {
        let total: f64 = picks.iter().map(|pick| pick.1).sum();
        let mean = total / picks.len() as f64;
        let scratch = network_scratch(theta.len(), 1);
        let mut memory = vec![0.0; fit_len(self.set.inputs, theta.len(), scratch)];
        let options = FitOptions {
            weight_decay: 0.0,
            steps: STEPS,
            ..FitOptions::default()
        };
        let sample = |index: usize, x: &mut [f64], labels: &mut [f64]| {
            let (row, weight) = picks[index];
            x.copy_from_slice(self.set.row(row));
            labels[0] = self.set.y[row];
            Ok(weight / mean)
        };
        let (shapes, loss) = (&self.shapes, Objective::Residual);
        let report = fit(
            shapes,
            theta,
            loss,
            options,
            picks.len(),
            sample,
            &mut memory,
        )?;
        Ok(report.loss / picks.len() as f64)
    }

    /// The best of several fits on some rows with weight 1, each from its own start: what it reached, theta, its start.
    pub fn best(
        &self,
        rows: impl Iterator<Item = usize>,
        starts: u32,
        generator: &mut Generator,
    ) -> Result<(f64, Vec<f64>, Vec<f64>), Error> {
        let picks: Vec<(usize, f64)> = rows.map(|row| (row, 1.0)).collect();
        let mut best: Option<(f64, Vec<f64>, Vec<f64>)> = None;
        for _ in 0..starts {
            let start = self.start(generator);
            let mut theta = start.clone();
            let reached = self.fit(&picks, &mut theta)?;
            if best.as_ref().is_none_or(|best| reached < best.0) {
                best = Some((reached, theta, start));
            }
        }
        best.ok_or(Error::Range("starts"))
    }

    /// One Gauss-Newton step on everything from theta.
    pub fn step(&self, theta: &[f64]) -> Result<Vec<f64>, Error> {
        let network = self.network(theta)?;
        let order = theta.len() + 1;
        let mut factor = Factor::new(order, 0.0, vec![0.0; factor_len(order)])?;
        let mut scratch = vec![0.0; network.scratch()];
        let mut row = vec![0.0; order];
        for index in 0..self.set.len() {
            let target = Target::Residual(self.set.y[index]);
            let (x, gradient) = (self.set.row(index), &mut row[..order - 1]);
            let f = network.gradient(x, 0, target, gradient, &mut scratch)?;
            row[order - 1] = -f;
            factor.observe(&row, 1.0)?;
        }
        let mut step = vec![0.0; theta.len()];
        factor.solve(&mut step)?;
        Ok(theta.iter().zip(&step).map(|(old, by)| old + by).collect())
    }
}
