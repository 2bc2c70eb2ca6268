//! What is minimised: the rows of all samples, and of the decay.

use super::damped::{least_ridge, unit_row};
use crate::factor::Factor;
use crate::model::{Flat, Gradient, Model, Network, Objective, Own, Shape, dot};
use crate::sum::Sum;
use crate::{Error, Scalar};

/// What becomes a model with parameters.
pub(super) trait Family<T: Scalar> {
    fn at<'a>(&'a self, theta: &'a [T]) -> Result<impl Model<T>, Error>;
}

/// Dense networks.
pub(super) struct Dense<'a, T> {
    pub(super) shapes: &'a [Shape<T>],
}

impl<T: Scalar> Family<T> for Dense<'_, T> {
    fn at<'a>(&'a self, theta: &'a [T]) -> Result<impl Model<T>, Error> {
        let mut parameters = 0_usize;
        for shape in self.shapes {
            let side = shape.inputs.saturating_add(usize::from(shape.bias));
            parameters = parameters.saturating_add(side.saturating_mul(shape.outputs));
        }
        if parameters != theta.len() {
            return Err(Error::Length("theta"));
        }
        Network::new(Flat {
            shapes: self.shapes,
            theta,
        })
    }
}

/// Models of the caller's own.
pub(super) struct Foreign<'a, G> {
    pub(super) model: &'a G,
}

impl<T: Scalar, G: Gradient<T>> Family<T> for Foreign<'_, G> {
    fn at<'a>(&'a self, theta: &'a [T]) -> Result<impl Model<T>, Error> {
        // A fit makes no rows: the least scratch.
        Own::new(self.model, theta)?.with_nodes(1)
    }
}

/// The samples and what is asked of them.
pub(super) struct Problem<'a, T, F, S> {
    pub(super) family: F,
    pub(super) objective: Objective<T>,
    pub(super) decay: T,
    pub(super) count: usize,
    pub(super) sample: S,
    pub(super) x: &'a mut [T],
    pub(super) labels: &'a mut [T],
    pub(super) scratch: &'a mut [T],
}

impl<T: Scalar, F: Family<T>, S> Problem<'_, T, F, S>
where
    S: FnMut(usize, &mut [T], &mut [T]) -> Result<T, Error>,
{
    /// F at theta, summed with compensation; `None` where the model has no value there, or F leaves the scalar's range.
    pub(super) fn loss(&mut self, theta: &[T]) -> Result<Option<T>, Error> {
        let model = self.family.at(theta)?;
        let mut sum = Sum::default();
        for index in 0..self.count {
            let weight = ask(&mut self.sample, index, self.x, self.labels)?;
            if weight == T::ZERO {
                continue;
            }
            // A labelled objective has a row for each label.
            for (output, &label) in self.labels.iter().enumerate() {
                let target = self.objective.with(Some(label))?;
                let f = match model.objective(self.x, output, target, self.scratch) {
                    Err(Error::Range(_)) => return Ok(None),
                    f => f?,
                };
                sum.add(weight * (f * f));
            }
        }
        sum.add(self.decay * dot(theta, theta));
        Ok(Some(sum.value()).filter(|total| total.is_finite()))
    }

    /// Rows `[J | -f]` of samples and decay into the factor; squared column norms, `J^T W f + mu theta`.
    pub(super) fn linearise<B: AsRef<[T]> + AsMut<[T]>>(
        &mut self,
        theta: &[T],
        factor: &mut Factor<T, B>,
        row: &mut [T],
        squares: &mut [T],
        slope: &mut [T],
    ) -> Result<(), Error> {
        let model = self.family.at(theta)?;
        factor.reset(least_ridge())?;
        squares.fill(self.decay);
        for (s, &parameter) in slope.iter_mut().zip(theta) {
            *s = self.decay * parameter;
        }
        for index in 0..self.count {
            let weight = ask(&mut self.sample, index, self.x, self.labels)?;
            if weight == T::ZERO {
                continue;
            }
            for (output, &label) in self.labels.iter().enumerate() {
                let target = self.objective.with(Some(label))?;
                let (last, gradient) = row.split_last_mut().ok_or(Error::Model)?;
                let f = model.gradient(self.x, output, target, gradient, self.scratch)?;
                *last = -f;
                for ((square, s), &g) in squares
                    .iter_mut()
                    .zip(slope.iter_mut())
                    .zip(gradient.iter())
                {
                    let weighted = weight * g;
                    *square += weighted * g;
                    *s += weighted * f;
                }
                factor.observe(row, weight)?;
            }
        }
        if self.decay > T::ZERO {
            for (j, &parameter) in theta.iter().enumerate() {
                unit_row(row, j, T::ONE, -parameter);
                factor.observe(row, self.decay)?;
            }
        }
        Ok(())
    }
}

/// Input and labels of a sample; its weight, if it can be used.
fn ask<T: Scalar>(
    sample: &mut impl FnMut(usize, &mut [T], &mut [T]) -> Result<T, Error>,
    index: usize,
    x: &mut [T],
    labels: &mut [T],
) -> Result<T, Error> {
    // The last sample's are no labels of this one.
    labels.fill(T::of(f64::NAN));
    admit(sample(index, x, labels)?)
}

/// A weight that can be used.
fn admit<T: Scalar>(weight: T) -> Result<T, Error> {
    if !weight.is_finite() {
        return Err(Error::NotFinite("weight"));
    }
    if weight >= T::ZERO {
        Ok(weight)
    } else {
        Err(Error::Range("weight"))
    }
}
