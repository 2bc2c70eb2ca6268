//! The vectors whose sums are kept.

use crate::model::{Model, Target, all_finite};
use crate::{Error, Scalar};

/// What is summed over all readings: m is the model's output at the pilot, g its gradient, l the loss.
///
/// vech(A) is the upper triangle of A by rows: `A_00, A_01, ..., A_11, A_12, ...`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Vector {
    /// With labels: `[l'(m) g ; 1]`, P + 1 sums.
    Gradient = 0,
    /// With labels: `[l'(m) g ; 1 ; vech(l''(m)/2 g g^T)]`, P (P + 1) / 2 more.
    Curvature = 1,
    /// Without labels: `[vech(g g^T) ; g ; m g ; 1]`, P (P + 1) / 2 + 2 P + 1 sums.
    Output = 2,
}

impl Vector {
    /// Length for P parameters, as [`Model::parameters`] counts them: biases that are not there are none.
    pub const fn len(self, parameters: usize) -> usize {
        let pairs = pairs(parameters);
        let sums = match self {
            Vector::Gradient => parameters,
            Vector::Curvature => pairs.saturating_add(parameters),
            Vector::Output => pairs.saturating_add(parameters.saturating_mul(2)),
        };
        sums.saturating_add(1)
    }

    /// Never: there is always the count.
    pub const fn is_empty(self) -> bool {
        false
    }

    /// Writes the vector of a standardised x. `vector`: `len(P)` entries; `scratch`: as the model asks.
    ///
    /// `Output` does not look at the target. Cost: a gradient, and two flops an entry.
    ///
    /// # Errors
    /// `Length`: the vector. `Label` for `Gradient` and `Curvature` of a prediction, `Objective` where the model does not
    /// suit the target, a logistic loss behind a sigmoid say, or it is of all outputs at once. Those of [`Model::gradient`].
    /// `Range` where an entry leaves the scalar's range. The vector holds no meaning then.
    pub fn write<T: Scalar, M: Model<T> + ?Sized>(
        self,
        model: &M,
        x: &[T],
        output: usize,
        target: Target<T>,
        vector: &mut [T],
        scratch: &mut [T],
    ) -> Result<(), Error> {
        let parameters = model.parameters();
        if vector.len() != self.len(parameters) {
            return Err(Error::Length("vector"));
        }
        if self != Vector::Output {
            if target == Target::Prediction {
                return Err(Error::Label);
            }
            if target.is_joint() || !model.suits(target.objective()) {
                return Err(Error::Objective);
            }
        }
        let front = match self {
            Vector::Output => pairs(parameters),
            _ => 0,
        };
        let (before, rest) = vector.split_at_mut_checked(front).unwrap_or_default();
        let (gradient, rest) = rest.split_at_mut_checked(parameters).unwrap_or_default();
        let m = model.gradient(x, output, Target::Prediction, gradient, scratch)?;
        if self == Vector::Output {
            write_pairs(gradient, T::ONE, before);
            let (products, one) = rest.split_at_mut_checked(parameters).unwrap_or_default();
            products
                .iter_mut()
                .zip(&*gradient)
                .for_each(|(to, g)| *to = m * *g);
            one.fill(T::ONE);
        } else {
            let (one, behind) = rest.split_at_mut_checked(1).unwrap_or_default();
            one.fill(T::ONE);
            write_pairs(gradient, target.loss_curvature(m) * T::HALF, behind);
            let slope = target.loss_slope(m);
            gradient.iter_mut().for_each(|g| *g *= slope);
        }
        if all_finite(vector) {
            Ok(())
        } else {
            Err(Error::Range("vector"))
        }
    }
}

const fn pairs(parameters: usize) -> usize {
    parameters.saturating_mul(parameters.saturating_add(1)) / 2
}

/// Writes `vech(factor g g^T)`, as far as there is room.
fn write_pairs<T: Scalar>(gradient: &[T], factor: T, triangle: &mut [T]) {
    let mut rest = gradient;
    let mut places = triangle.iter_mut();
    while let Some((first, later)) = rest.split_first() {
        let scaled = factor * *first;
        for (other, place) in rest.iter().zip(&mut places) {
            *place = scaled * *other;
        }
        rest = later;
    }
}
