//! Activations: value, derivative and divided difference over the whole range.

use crate::Scalar;

/// A scalar function between layers.
///
/// The derivative at a break is the one from the left: 0 for ReLU at 0, the slope for leaky ReLU.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Activation<T> {
    /// s
    Identity,
    /// max(s, 0)
    Relu,
    /// s where s > 0, slope * s elsewhere.
    LeakyRelu(T),
    /// min(max(s, 0), 6)
    Relu6,
    /// 1 / (1 + exp(-s))
    Sigmoid,
    /// tanh(s)
    Tanh,
    /// ln(1 + exp(s))
    Softplus,
    /// s sigmoid(s)
    Silu,
    /// s Phi(s), Phi the normal distribution function.
    Gelu,
    /// The tanh form of GELU.
    GeluTanh,
    /// s where s > 0, alpha (exp(s) - 1) elsewhere.
    Elu(T),
    /// exp(s)
    Exp,
    /// sin(s)
    Sin,
    /// relu6(s + 3) / 6: PyTorch, Keras 3.
    HardSigmoid,
    /// min(max(0.2 s + 0.5, 0), 1): Keras 2.
    HardSigmoidKeras2,
    /// s relu6(s + 3) / 6
    HardSwish,
    /// s (sqrt c1 + (sqrt c2 - sqrt c1) sigmoid(zeta s)), for which c1 <= (phi(s)/s)^2 <= c2.
    BoundedSwish {
        /// c1
        lower: T,
        /// c2
        upper: T,
        /// zeta
        steepness: T,
    },
}

impl<T: Scalar> Activation<T> {
    /// phi(s)
    pub fn value(self, s: T) -> T {
        todo!()
    }
    /// phi'(s), from the left at a break.
    pub fn derivative(self, s: T) -> T {
        todo!()
    }
    /// (phi(s) - phi(0)) / s, phi'(0) at 0: without cancellation or avoidable overflow.
    pub fn divided(self, s: T) -> T {
        todo!()
    }
    /// phi(s) and phi'(s) together, sharing what they share.
    pub fn value_and_derivative(self, s: T) -> (T, T) {
        (self.value(s), self.derivative(s))
    }
    /// phi(c s) = c phi(s) for c > 0: identity, ReLU, leaky ReLU.
    pub fn is_homogeneous(self) -> bool {
        matches!(
            self,
            Activation::Identity | Activation::Relu | Activation::LeakyRelu(_)
        )
    }
    /// Where the derivative jumps: up to two points, in order.
    pub fn breaks(self) -> [Option<T>; 2] {
        todo!()
    }
    /// The parameters are finite and in range.
    pub fn is_valid(self) -> bool {
        todo!()
    }
}
