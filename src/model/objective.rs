//! Objectives: the scalar that a sample contributes, as a map of the model's output.

use super::activation::{Activation, Logistic, softplus_divided};
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
    /// f = sqrt(ln sum_c exp(m_c) - m_y), the root of the cross-entropy of logits m and a class y, counted from 0: one row
    /// a sample, whatever the number of classes. At least two outputs, no activation behind them.
    CrossEntropy,
    /// f_c = 2 sqrt(p_c), p the softmax of the logits: a row a class. Takes no label. The gradients' Gram matrix is the
    /// Fisher information of the classes, which is the cross-entropy's Gauss-Newton matrix, so that a leverage says what
    /// a prediction's error costs. At least two outputs, no activation behind them.
    Softmax,
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
    /// The root of the cross-entropy; the class, a whole number from 0.
    CrossEntropy(T),
    /// Twice the root of a class's share of the softmax.
    Softmax,
}

impl<T: Scalar> Objective<T> {
    /// Whether f depends on all outputs of the model at once.
    pub(crate) const fn is_joint(&self) -> bool {
        matches!(self, Objective::CrossEntropy | Objective::Softmax)
    }

    /// Whether a network can be asked for it whose last layer has so many outputs and this activation: classes want at least
    /// two logits, the logistic loss no second sigmoid.
    pub(crate) fn suits(&self, outputs: usize, last: Activation<T>) -> bool {
        match self {
            Objective::Logistic => last != Activation::Sigmoid,
            Objective::CrossEntropy | Objective::Softmax => {
                outputs > 1 && last == Activation::Identity
            }
            _ => true,
        }
    }

    /// Rows of a sample of a model with so many outputs: one an output, one in all for the cross-entropy.
    pub const fn rows(&self, outputs: usize) -> usize {
        match self {
            Objective::CrossEntropy => 1,
            _ => outputs,
        }
    }

    /// Labels of such a sample: none, or one a row.
    pub const fn labels(&self, outputs: usize) -> usize {
        match self {
            Objective::Prediction | Objective::Softmax => 0,
            _ => self.rows(outputs),
        }
    }

    /// The target of one of a sample's rows, of all its labels.
    ///
    /// # Errors
    /// `Label` where they are not as many as [`Objective::labels`]; as [`Objective::with`].
    pub fn target(&self, labels: &[T], row: usize, outputs: usize) -> Result<Target<T>, Error> {
        if labels.len() != self.labels(outputs) {
            return Err(Error::Label);
        }
        self.with(labels.get(row).copied())
    }

    /// Joins the objective and a label.
    ///
    /// # Errors
    /// `Label` where a label is missing, unwanted, outside [0, 1] for the logistic loss or negative for a class;
    /// `NotFinite` where it is not finite; `Range` where Huber's delta is not positive and finite.
    pub fn with(self, label: Option<T>) -> Result<Target<T>, Error> {
        let label = match (self, label) {
            (Objective::Prediction, None) => return Ok(Target::Prediction),
            (Objective::Softmax, None) => return Ok(Target::Softmax),
            (Objective::Prediction | Objective::Softmax, Some(_)) | (_, None) => {
                return Err(Error::Label);
            }
            (_, Some(label)) => label,
        };
        if !label.is_finite() {
            return Err(Error::NotFinite("label"));
        }
        match self {
            Objective::Logistic if label < T::ZERO || label > T::ONE => Err(Error::Label),
            Objective::Logistic => Ok(Target::Logistic(label)),
            Objective::Huber(delta) if delta > T::ZERO && delta.is_finite() => {
                Ok(Target::Huber { label, delta })
            }
            Objective::Huber(_) => Err(Error::Range("delta")),
            Objective::CrossEntropy if label < T::ZERO => Err(Error::Label),
            Objective::CrossEntropy => Ok(Target::CrossEntropy(label)),
            _ => Ok(Target::Residual(label)),
        }
    }
}

impl<T: Scalar> Target<T> {
    /// The objective without the label.
    pub fn objective(self) -> Objective<T> {
        match self {
            Target::Prediction => Objective::Prediction,
            Target::Residual(_) => Objective::Residual,
            Target::Logistic(_) => Objective::Logistic,
            Target::Huber { delta, .. } => Objective::Huber(delta),
            Target::CrossEntropy(_) => Objective::CrossEntropy,
            Target::Softmax => Objective::Softmax,
        }
    }

    /// Whether f depends on all outputs of the model, so that what is said below of one output m does not hold.
    pub(crate) fn is_joint(self) -> bool {
        matches!(self, Target::CrossEntropy(_) | Target::Softmax)
    }

    /// g(m), m the model's output. Of a joint objective, here and below: as of a model with this output alone, whose
    /// class is certain.
    ///
    /// The root of a fitted label's logistic loss is `exp(-|m| / 2)` long after the loss has left the
    /// scalar's range. Cost: at most two elementary functions and two square roots.
    pub fn value(self, m: T) -> T {
        match self {
            Target::Prediction => m,
            Target::Residual(label) => m - label,
            Target::Logistic(label) => LogisticRoot::at(m, label).root,
            Target::Huber { label, delta } => huber_root(m - label, delta),
            Target::CrossEntropy(_) => T::ZERO,
            Target::Softmax => T::ONE + T::ONE,
        }
    }

    /// g'(m), half the loss's derivative over the root; never 0/0.
    pub fn derivative(self, m: T) -> T {
        match self {
            Target::Prediction | Target::Residual(_) => T::ONE,
            Target::Logistic(label) => {
                let LogisticRoot {
                    root,
                    fitted,
                    logistic,
                } = LogisticRoot::at(m, label);
                if fitted {
                    // The root is exp(-|m| / 2), falling towards the label's side.
                    return if m < T::ZERO {
                        root * T::HALF
                    } else {
                        -root * T::HALF
                    };
                }
                let slope = logistic_slope(&logistic, label);
                slope / (root + root)
            }
            Target::Huber { label, delta } => {
                let root = huber_root(m - label, delta).abs();
                if root > delta { delta / root } else { T::ONE }
            }
            Target::CrossEntropy(_) | Target::Softmax => T::ZERO,
        }
    }

    /// l'(m), the slope of the loss `l = g^2` with respect to the model's output; never 0/0.
    ///
    /// `2 g g'`, in closed form: `2 m` or `2 (m - y)`; `sigmoid(m) - y`; `2 r` clipped to `2 delta` for Huber.
    pub fn loss_slope(self, m: T) -> T {
        match self {
            Target::Prediction => m + m,
            Target::Residual(label) => (m - label) + (m - label),
            Target::Logistic(label) => logistic_slope(&Logistic::at(m), label),
            Target::Huber { label, delta } => {
                let r = (m - label).min(delta).max(-delta);
                r + r
            }
            Target::CrossEntropy(_) | Target::Softmax => T::ZERO,
        }
    }

    /// l''(m), the curvature of the loss `l = g^2`: never negative.
    ///
    /// 2; `sigmoid(m) (1 - sigmoid(m))`; for Huber 2 where |r| <= delta, 0 beyond.
    pub fn loss_curvature(self, m: T) -> T {
        let two = T::ONE + T::ONE;
        match self {
            Target::Prediction | Target::Residual(_) => two,
            Target::Logistic(_) => {
                let logistic = Logistic::at(m);
                logistic.value() * logistic.other()
            }
            Target::Huber { label, delta } if (m - label).abs() > delta => T::ZERO,
            Target::Huber { .. } => two,
            Target::CrossEntropy(_) | Target::Softmax => T::ZERO,
        }
    }

    /// (g(m) - g(m0)) / (m - m0) where m differs from m0, g'(m0) where not.
    ///
    /// For a logistic or Huber root by the loss difference over the sum of roots where the roots have
    /// one sign, so that nothing cancels near m0. Within 8 ulp in f32 for labels 0 and 1 and for Huber
    /// (`tests/objective.rs`); for a label between, the slope's true zero is met to rounding of its terms.
    pub fn divided(self, m: T, m0: T) -> T {
        match self {
            _ if m == m0 => self.derivative(m0),
            Target::Prediction | Target::Residual(_) => T::ONE,
            Target::Logistic(label) => logistic_divided(m, m0, label),
            Target::Huber { label, delta } => huber_divided(m, m0, label, delta),
            Target::CrossEntropy(_) | Target::Softmax => T::ZERO,
        }
    }
}

/// `sigmoid(m) - y`: nothing cancels for labels 0 and 1, in either tail.
fn logistic_slope<T: Scalar>(logistic: &Logistic<T>, label: T) -> T {
    (T::ONE - label) * logistic.value() - label * logistic.other()
}

/// The root of the logistic loss at a logit.
struct LogisticRoot<T> {
    root: T,
    /// The loss is exp(-|m|) to rounding.
    fitted: bool,
    logistic: Logistic<T>,
}

impl<T: Scalar> LogisticRoot<T> {
    /// The loss is `ln(1 + exp(-|m|)) + |m| share`, share being the label's distance from the side of
    /// m: a sum of positive terms. It vanishes to the last bit long before its root does.
    fn at(m: T, label: T) -> Self {
        let logistic = Logistic::at(m);
        let share = if m < T::ZERO { label } else { T::ONE - label };
        let fitted = share == T::ZERO && logistic.decay() < T::EPSILON * T::HALF;
        let root = if fitted {
            (-m.abs() * T::HALF).exp()
        } else {
            (logistic.tail() + m.abs() * share).sqrt()
        };
        Self {
            root,
            fitted,
            logistic,
        }
    }
}

/// The divided difference of the root of the logistic loss, which is never negative.
fn logistic_divided<T: Scalar>(m: T, m0: T, label: T) -> T {
    let (one, zero, half) = (T::ONE, T::ZERO, T::HALF);
    let (here, there) = (LogisticRoot::at(m, label), LogisticRoot::at(m0, label));
    if here.fitted && there.fitted {
        // The losses are too small for their difference: exp(-|m| / 2) itself is divided.
        let (far, near) = (m.abs().max(m0.abs()), m.abs().min(m0.abs()));
        let step = (far - near) * half;
        let quotient = here.root.max(there.root) * -(-step).expm1() / (step + step);
        return if m < zero { quotient } else { -quotient };
    }
    // Two terms of opposite sign, so that for labels 0 and 1 nothing is subtracted.
    let up = if label < one {
        (one - label) * softplus_divided(m, m0)
    } else {
        zero
    };
    let down = if label > zero {
        label * softplus_divided(-m, -m0)
    } else {
        zero
    };
    (up - down) / (here.root + there.root)
}

/// The signed root of the Huber loss of a residual.
fn huber_root<T: Scalar>(r: T, delta: T) -> T {
    let size = r.abs();
    if size > delta {
        // sqrt(2 delta |r| - delta^2), in factors that do not overflow.
        let half = (size - T::HALF * delta).sqrt();
        let root = delta.sqrt() * half * T::of(core::f64::consts::SQRT_2);
        if r < T::ZERO { -root } else { root }
    } else {
        r
    }
}

/// The divided difference of the Huber root.
fn huber_divided<T: Scalar>(m: T, m0: T, label: T, delta: T) -> T {
    let (r, r0) = (m - label, m0 - label);
    let (root, root0) = (huber_root(r, delta), huber_root(r0, delta));
    let inside = delta - r.abs().min(r0.abs());
    let outside = r.abs().max(r0.abs()) - delta;
    if outside <= T::ZERO {
        T::ONE
    } else if (r < T::ZERO) == (r0 < T::ZERO) {
        // The loss rises by 2 delta a unit beyond delta, and by 2 delta - `inside` on average from
        // the inner point to delta. Halves on both sides of the fraction: less to overflow.
        let short = if inside > T::ZERO {
            inside * (inside / (inside + outside))
        } else {
            T::ZERO
        };
        let sum = root.abs() * T::HALF + root0.abs() * T::HALF;
        (delta - T::HALF * short) / sum
    } else {
        // Of opposite signs: the difference adds sizes.
        (root * T::HALF - root0 * T::HALF) / (m * T::HALF - m0 * T::HALF)
    }
}
