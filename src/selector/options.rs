//! What a selector is told: options, standardiser, pilot.

use crate::model::{Model, Objective, all_finite};
use crate::sketch::Sketch;
use crate::{Error, Scalar};

/// How inputs are standardised before the model sees them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scaling<'a, T> {
    /// Inputs go to the model as they come.
    None,
    /// Exported constants: `(x - mean) / scale`.
    Constants {
        /// One a feature.
        mean: &'a [T],
        /// One a feature, positive.
        scale: &'a [T],
    },
    /// Running mean and standard deviation of the readings before this one.
    Running,
}

/// What a selector is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options<'a, T> {
    /// What a reading contributes. Prediction needs no label.
    pub objective: Objective<T>,
    /// Standardiser.
    pub scaling: Scaling<'a, T>,
    /// lambda of the factor; 0: 1e-6 times the squared norm of the first row (a pilot brings its own). Factors merge if their
    /// ridges are the same: give a fleet one.
    pub ridge: T,
    /// Half-life of the factor in readings, at least its order; 0: never forget.
    pub half_life: u64,
    /// alpha in [0, 1], the share of uniform sampling in the score: `(1 - alpha) leverage / mean leverage + alpha`, or the
    /// leverage itself where alpha is 0. Above 0, readings that the model says nothing of have a chance too.
    pub uniform: T,
    /// Id of the model: another one for each set of parameters. Pilots, snapshots and records are told apart by nothing
    /// else, and models that all have 0 are not told apart at all.
    pub model_id: u64,
}

impl<T: Scalar> Default for Options<'_, T> {
    /// Prediction, no standardiser, default ridge, no forgetting, no uniform share, model id 0.
    ///
    /// Without a pilot the first readings all look new: give the first period a uniform share of 0.05 to 0.1, or sums
    /// over its sample vary more than those over a sample drawn evenly.
    fn default() -> Self {
        Options {
            objective: Objective::Prediction,
            scaling: Scaling::None,
            ridge: T::ZERO,
            half_life: 0,
            uniform: T::ZERO,
            model_id: 0,
        }
    }
}

impl<T: Scalar> Options<'_, T> {
    /// Refuses numbers that no reading could be scored with.
    pub(super) fn check(&self) -> Result<(), Error> {
        if let Objective::Huber(delta) = self.objective
            && !(delta > T::ZERO && delta.is_finite())
        {
            return Err(Error::Range("delta"));
        }
        if let Scaling::Constants { mean, scale } = self.scaling {
            if !all_finite(mean) || !all_finite(scale) {
                return Err(Error::NotFinite("scaling"));
            }
            if scale.iter().any(|&scale| scale <= T::ZERO) {
                return Err(Error::Range("scale"));
            }
        }
        Ok(())
    }
}

/// What the exporter ships beside the parameters: the factor of the rows that the model was trained on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pilot<'a, T> {
    /// The factor's packed triangle in natural column order (unpivoted), N (N + 1) / 2 scalars.
    pub packed: &'a [T],
    /// Rows in it.
    pub rows: u64,
    /// The ridge in it.
    pub ridge: T,
    /// Mean leverage of its rows, which fixes the mix with the uniform share; 0: the mean of the readings before.
    pub mean_leverage: T,
    /// Id of the model whose rows they are.
    pub model_id: u64,
    /// The objective of the rows.
    pub objective: Objective<T>,
    /// What the rows are hashed with; `None`: they are whole.
    pub sketch: Option<Sketch>,
}

/// Whether a model is possible and options suit it.
pub(super) fn admit<T: Scalar, M: Model<T>>(
    model: &M,
    options: &Options<'_, T>,
) -> Result<(), Error> {
    model.parameters().checked_add(1).ok_or(Error::Model)?;
    let is_possible = model.inputs() > 0
        && model.outputs() > 0
        && model.order() > 0
        && model.order() <= model.row_len();
    if !is_possible {
        return Err(Error::Model);
    }
    if let Scaling::Constants { mean, scale } = options.scaling
        && (mean.len() != model.inputs() || scale.len() != model.inputs())
    {
        return Err(Error::Length("scaling"));
    }
    if !model.suits(options.objective) {
        return Err(Error::Objective);
    }
    if !(options.uniform >= T::ZERO && options.uniform <= T::ONE) {
        return Err(Error::Range("uniform"));
    }
    Ok(())
}
