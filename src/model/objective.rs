//! Objectives: the scalar that a sample contributes, as a map of the model's output.

use crate::{Error, Scalar};

/// What is asked of every sample: configuration, without data.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Objective<T> {
    /// f = model(x). Takes no label.
    Prediction,
    /// f = model(x) - y, which is also the signed root of the squared loss.
    Residual,
    /// f = sqrt(softplus(m) - y m), the root of the logistic loss of a logit m; y in [0, 1].
    Logistic,
    /// f = r where |r| <= delta, sign(r) sqrt(2 delta |r| - delta^2) beyond, r = model(x) - y: the
    /// signed root of the Huber loss (scaled to r^2 inside).
    Huber(T),
}

/// An objective with a sample's label.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Target<T> {
    /// f = m
    Prediction,
    /// f = m - y
    Residual(T),
    /// The root of the logistic loss.
    Logistic(T),
    /// The signed root of the Huber loss.
    Huber {
        /// y
        label: T,
        /// Where the loss turns linear.
        delta: T,
    },
}

impl<T: Scalar> Objective<T> {
    /// Joins the objective and a label.
    ///
    /// # Errors
    /// `Label` where a label is missing, unwanted or outside [0, 1] for the logistic loss;
    /// `NotFinite` where it is not finite.
    pub fn with(self, label: Option<T>) -> Result<Target<T>, Error> {
        todo!()
    }
}

impl<T: Scalar> Target<T> {
    /// g(m), m the model's output.
    pub fn value(self, m: T) -> T {
        todo!()
    }
    /// g'(m)
    pub fn derivative(self, m: T) -> T {
        todo!()
    }
    /// (g(m) - g(m0)) / (m - m0) where m differs from m0, g'(m0) where not.
    ///
    /// For a logistic or Huber root by the loss difference over the sum of roots where the roots have
    /// one sign, so that nothing cancels near m0.
    pub fn divided(self, m: T, m0: T) -> T {
        todo!()
    }
}
