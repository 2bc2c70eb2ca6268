//! Scores of all rows at a pilot's parameters.

use super::methods::{Pilot, Scorer};
use super::neuron::Neuron;
use gleaner::factor::{Factor, default_ridge, factor_len};
use gleaner::model::{Model, Objective, Target};
use gleaner::score::{Mix, cautious, optimal};
use gleaner::{Error, Sum};
use std::rc::Rc;

/// Rows of one kind, of all readings: what they span and their leverages.
#[derive(Clone, Debug)]
pub struct Basis {
    order: usize,
    rows: Vec<f64>,
    factor: Factor<f64, Vec<f64>>,
    /// A leverage a row.
    pub leverages: Vec<f64>,
}

impl Basis {
    fn new(order: usize, rows: Vec<f64>) -> Result<Self, Error> {
        let count = rows.len() / order;
        let mut factor = Factor::new(order, ridge(order, &rows), vec![0.0; factor_len(order)])?;
        for row in rows.chunks_exact(order) {
            factor.observe(row, 1.0)?;
        }
        let mut scratch = vec![0.0; order];
        let mut leverages = Vec::with_capacity(count);
        for row in rows.chunks_exact(order) {
            leverages.push(factor.score(row, &mut scratch)?.leverage);
        }
        Ok(Basis {
            order,
            rows,
            factor,
            leverages,
        })
    }

    fn row(&self, index: usize) -> &[f64] {
        &self.rows[index * self.order..][..self.order]
    }

    /// Length of a row.
    pub fn order(&self) -> usize {
        self.order
    }

    /// `R^-T d`, whose squared norm is the leverage, times a factor.
    pub fn whiten(&self, index: usize, times: f64, to: &mut [f64]) {
        to.copy_from_slice(self.row(index));
        let mut packed = self.factor.packed();
        for j in 0..self.order {
            let (row, rest) = packed.split_at(self.order - j);
            packed = rest;
            let z = to[j];
            for (later, unit) in to[j + 1..].iter_mut().zip(&row[1..]) {
                *later -= unit * z;
            }
            to[j] = times * z / row[0].sqrt();
        }
    }

    /// Online leverages in one pass over all rows, the factor started from the pilot's.
    fn online(&self, pilot: &[usize]) -> Result<Vec<f64>, Error> {
        let mut first = Vec::new();
        for &index in pilot {
            first.extend_from_slice(self.row(index));
        }
        let ridge = ridge(self.order, &first);
        let mut factor = Factor::new(self.order, ridge, vec![0.0; factor_len(self.order)])?;
        for row in first.chunks_exact(self.order) {
            factor.observe(row, 1.0)?;
        }
        let rows = self.rows.chunks_exact(self.order);
        rows.map(|row| factor.observe(row, 1.0)).collect()
    }
}

/// The library's default, from the mean squared norm.
fn ridge(order: usize, rows: &[f64]) -> f64 {
    let mut squares = Sum::default();
    rows.iter().for_each(|entry| squares.add(entry * entry));
    default_ridge(squares.value() * order as f64 / rows.len().max(order) as f64)
}

/// Scores of all rows, by a scorer with labels or without.
type Made = ((Scorer, bool), Rc<[f64]>);

/// All that scores are made of at a pilot.
#[derive(Debug)]
pub struct Scores<'a> {
    neuron: &'a Neuron<'a>,
    kind: Pilot,
    pilot: &'a [usize],
    /// Adjoint rows of the residual.
    pub residual: Basis,
    /// Adjoint rows of the prediction.
    pub prediction: Basis,
    /// Gradients of the prediction.
    pub gradient: Basis,
    /// Slopes of the loss.
    pub slopes: Vec<f64>,
    made: Vec<Made>,
}

impl<'a> Scores<'a> {
    /// At theta; `pilot`: the rows that it was fitted to.
    pub fn new(
        neuron: &'a Neuron<'a>,
        kind: Pilot,
        pilot: &'a [usize],
        theta: &[f64],
    ) -> Result<Self, Error> {
        let set = neuron.set;
        let network = neuron.network(theta)?;
        let parameters = theta.len();
        let mut scratch = vec![0.0; network.scratch()];
        let mut row = vec![0.0; parameters + 1];
        let (mut residual, mut prediction, mut gradient) = (Vec::new(), Vec::new(), Vec::new());
        let mut slopes = Vec::with_capacity(set.len());
        for index in 0..set.len() {
            let (x, y) = (set.row(index), set.y[index]);
            network.row(x, 0, Target::Residual(y), &mut row, &mut scratch)?;
            residual.extend_from_slice(&row);
            network.row(
                x,
                0,
                Objective::Prediction.with(None)?,
                &mut row,
                &mut scratch,
            )?;
            // A neuron's prediction is 0 at parameters 0: the last entry says nothing.
            prediction.extend_from_slice(&row[..parameters]);
            let entries = &mut row[..parameters];
            let m = network.gradient(x, 0, Target::Prediction, entries, &mut scratch)?;
            gradient.extend_from_slice(entries);
            slopes.push(Target::Residual(y).loss_slope(m));
        }
        Ok(Scores {
            neuron,
            kind,
            pilot,
            residual: Basis::new(parameters + 1, residual)?,
            prediction: Basis::new(parameters, prediction)?,
            gradient: Basis::new(parameters, gradient)?,
            slopes,
            made: Vec::new(),
        })
    }

    /// The scores of all rows.
    pub fn of(&mut self, scorer: Scorer, labels: bool) -> Result<Rc<[f64]>, Error> {
        let place = self.made.iter().position(|made| made.0 == (scorer, labels));
        let place = match place {
            Some(place) => place,
            None => {
                let scores = self.make(scorer, labels)?;
                self.made.push(((scorer, labels), scores.into()));
                self.made.len() - 1
            }
        };
        Ok(Rc::clone(&self.made[place].1))
    }

    fn make(&self, scorer: Scorer, labels: bool) -> Result<Vec<f64>, Error> {
        let set = self.neuron.set;
        let basis = if labels {
            &self.residual
        } else {
            &self.prediction
        };
        Ok(match scorer {
            Scorer::Uniform => vec![1.0; set.len()],
            Scorer::LinearNorm => set.norms.clone(),
            Scorer::LinearLeverage if labels => set.leverages_with_target.clone(),
            Scorer::LinearLeverage => set.leverages.clone(),
            Scorer::Norm => {
                let rows = basis.rows.chunks_exact(basis.order);
                rows.map(|row| row.iter().map(|x| x * x).sum()).collect()
            }
            Scorer::Leverage => basis.leverages.clone(),
            Scorer::Online => basis.online(self.pilot)?,
            Scorer::OnlineRows => self.online_rows(basis)?,
            Scorer::OnlineHalfRoot => {
                let mut mix = Mix::running(0.0, [0.5; 2])?;
                let scores = self.online_rows(basis)?;
                let mixed = scores
                    .iter()
                    .map(|score| mix.score(&[*score, score.sqrt()]));
                mixed.collect::<Result<_, _>>()?
            }
            Scorer::Root => basis.leverages.iter().map(|h| h.sqrt()).collect(),
            Scorer::HalfRoot => {
                let both = |h: &f64| [*h, h.sqrt()];
                mixed(0.0, [0.5; 2], basis.leverages.iter().map(both))?
            }
            Scorer::Optimal => self.by_slope(|slope, h, _| optimal(slope, h)),
            Scorer::Cautious => self.by_slope(self.cautious()),
            Scorer::CautiousUniform => {
                let scores = self.by_slope(self.cautious());
                mixed(0.1, [1.0], scores.iter().map(|score| [*score]))?
            }
        })
    }

    /// Online leverages times the rows in the factor.
    fn online_rows(&self, basis: &Basis) -> Result<Vec<f64>, Error> {
        let mut rows = self.pilot.len() as f64;
        let mut scores = basis.online(self.pilot)?;
        for score in &mut scores {
            rows += 1.0;
            *score *= rows;
        }
        Ok(scores)
    }

    fn cautious(&self) -> impl Fn(f64, f64, f64) -> f64 {
        let kappa = 1.0 / self.kind.share();
        move |slope, h, mean| cautious(slope, h, mean, kappa)
    }

    /// Scores of slope, leverage of the gradient, and the pilot's mean squared slope.
    fn by_slope(&self, score: impl Fn(f64, f64, f64) -> f64) -> Vec<f64> {
        let squares = self.pilot.iter().map(|&index| self.slopes[index].powi(2));
        let mean = squares.sum::<f64>() / self.pilot.len().max(1) as f64;
        let pairs = self.slopes.iter().zip(&self.gradient.leverages);
        pairs.map(|(&slope, &h)| score(slope, h, mean)).collect()
    }
}

/// A mix by the means over all rows, which a pass before this one would know.
fn mixed<const K: usize>(
    alpha: f64,
    beta: [f64; K],
    scores: impl Iterator<Item = [f64; K]> + Clone,
) -> Result<Vec<f64>, Error> {
    let (mut means, mut count) = ([0.0; K], 0.0);
    for all in scores.clone() {
        means
            .iter_mut()
            .zip(all)
            .for_each(|(mean, score)| *mean += score);
        count += 1.0;
    }
    let mut mix = Mix::fixed(alpha, beta, means.map(|sum| sum / count))?;
    scores.map(|all| mix.score(&all)).collect()
}
