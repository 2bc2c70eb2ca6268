//! Activations: value, derivative and divided difference over the whole range.

use crate::Scalar;

/// A scalar function between layers.
///
/// The derivative at a break is the one from the left: 0 for ReLU at 0, the slope for leaky ReLU.
///
/// Value, derivative and divided difference are within 4 ulp of the exact ones at every finite s, in f32
/// and f64 (`tests/activation.rs`). Where a gated function (SiLU, GELU, bounded swish) or its derivative
/// nears 0, the ulp is the one of its terms; in the left tail of both GELUs, where the rounding of s^2
/// counts, the error is below 2e-7 in f32 and 2e-15 in f64, absolute.
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
    ///
    /// +0, not -0, from the flat part of a piecewise function. NaN stays NaN.
    pub fn value(self, s: T) -> T {
        self.value_and_derivative(s).0
    }

    /// phi'(s), from the left at a break.
    pub fn derivative(self, s: T) -> T {
        self.value_and_derivative(s).1
    }

    /// phi(s) and phi'(s) together, sharing what they share: at most two elementary functions.
    pub fn value_and_derivative(self, s: T) -> (T, T) {
        let (zero, one, half) = (T::ZERO, T::ONE, T::HALF);
        match self {
            Activation::Identity => (s, one),
            Activation::Relu => rectify(s, zero),
            Activation::LeakyRelu(slope) => rectify(s, slope),
            Activation::Relu6 => {
                let six = T::of(6.0);
                if s > six {
                    (six, zero)
                } else {
                    rectify(s, zero)
                }
            }
            Activation::Sigmoid => {
                let l = Logistic::at(s);
                (l.value(), l.slope())
            }
            Activation::Tanh => {
                let l = Logistic::at(s + s);
                let size = l.tanh_half();
                (if s < zero { -size } else { size }, T::of(4.0) * l.slope())
            }
            Activation::Softplus => {
                let l = Logistic::at(s);
                (l.softplus(s), l.value())
            }
            Activation::Silu => {
                let l = Logistic::at(s);
                (s * l.value(), l.gated_slope(s))
            }
            Activation::Gelu => {
                let share = normal_share(s);
                let density = T::of(INVERSE_ROOT_TAU) * (-half * s * s).exp();
                (s * share, share + s * density)
            }
            Activation::GeluTanh => {
                let (v, rise) = tanh_form(s);
                let l = Logistic::at(v);
                (s * l.value(), l.gated_slope(rise))
            }
            Activation::Elu(alpha) => {
                if s > zero {
                    (s, one)
                } else {
                    let l = Logistic::at(s);
                    (zero - alpha * l.rest, alpha * l.decay)
                }
            }
            Activation::Exp => {
                let e = s.exp();
                (e, e)
            }
            Activation::Sin => s.sin_cos(),
            Activation::HardSigmoid => ramp(s, T::of(3.0)),
            Activation::HardSigmoidKeras2 => ramp(s, T::of(2.5)),
            Activation::HardSwish => {
                let three = T::of(3.0);
                let (gate, slope) = ramp(s, three);
                let rise = if slope > zero {
                    slope * (s + s + three)
                } else {
                    gate
                };
                (s * gate + zero, rise)
            }
            Activation::BoundedSwish {
                lower,
                upper,
                steepness,
            } => {
                let (low, high) = (lower.sqrt(), upper.sqrt());
                let v = steepness * s;
                let l = Logistic::at(v);
                let gate = low * l.other() + high * l.value();
                (s * gate, low + (high - low) * l.gated_slope(v))
            }
        }
    }

    /// Replaces pre-activations by values, and writes the derivatives.
    pub(crate) fn apply(self, values: &mut [T], slopes: &mut [T]) {
        let pairs = values.iter_mut().zip(slopes);
        match self {
            Activation::Identity => pairs.for_each(|(_, slope)| *slope = T::ONE),
            Activation::Relu => pairs.for_each(|(s, slope)| (*s, *slope) = rectify(*s, T::ZERO)),
            Activation::LeakyRelu(low) => {
                pairs.for_each(|(s, slope)| (*s, *slope) = rectify(*s, low));
            }
            _ => pairs.for_each(|(s, slope)| (*s, *slope) = self.value_and_derivative(*s)),
        }
    }

    /// (phi(s) - phi(0)) / s, phi'(0) at 0: without cancellation or avoidable overflow.
    ///
    /// The factor of the closed-form adjoint row. Cost: at most four elementary functions (softplus).
    ///
    /// Source: Rajmohan and Roosta 2025, section 3.
    pub fn divided(self, s: T) -> T {
        let (zero, one, half) = (T::ZERO, T::ONE, T::HALF);
        // Below this the limit at 0 is right to rounding, and s / 2 or 2 s would lose bits.
        let near = s.abs() < T::EPSILON;
        match self {
            Activation::Identity => one,
            Activation::Relu => rectify(s, zero).1,
            Activation::LeakyRelu(slope) => rectify(s, slope).1,
            Activation::Relu6 => {
                let six = T::of(6.0);
                if s > six { six / s } else { rectify(s, zero).1 }
            }
            Activation::Sigmoid if near => T::of(0.25),
            Activation::Sigmoid => half * Logistic::at(s).tanh_half() / s.abs(),
            Activation::Tanh | Activation::Sin if near => one,
            Activation::Tanh => Logistic::at(s + s).tanh_half() / s.abs(),
            Activation::Softplus => softplus_divided(s, zero),
            Activation::Silu => Logistic::at(s).value(),
            Activation::Gelu => normal_share(s),
            Activation::GeluTanh => Logistic::at(tanh_form(s).0).value(),
            Activation::Elu(alpha) => {
                if s > zero {
                    one
                } else {
                    alpha * exp_divided(s)
                }
            }
            Activation::Exp => exp_divided(s),
            Activation::Sin => s.sin_cos().0 / s,
            Activation::HardSigmoid => half / s.abs().max(T::of(3.0)),
            Activation::HardSigmoidKeras2 => half / s.abs().max(T::of(2.5)),
            Activation::HardSwish => ramp(s, T::of(3.0)).0,
            Activation::BoundedSwish {
                lower,
                upper,
                steepness,
            } => {
                let l = Logistic::at(steepness * s);
                lower.sqrt() * l.other() + upper.sqrt() * l.value()
            }
        }
    }

    /// phi(c s) = c phi(s) for c > 0: identity, ReLU, leaky ReLU.
    pub fn is_homogeneous(self) -> bool {
        matches!(
            self,
            Activation::Identity | Activation::Relu | Activation::LeakyRelu(_)
        )
    }

    /// Where the derivative jumps: up to two points, in order.
    #[inline(never)]
    pub fn breaks(self) -> [Option<T>; 2] {
        let pair = |low: f64, high: f64| [Some(T::of(low)), Some(T::of(high))];
        match self {
            Activation::Relu => [Some(T::ZERO), None],
            Activation::LeakyRelu(kink) | Activation::Elu(kink) if kink != T::ONE => {
                [Some(T::ZERO), None]
            }
            Activation::Relu6 => pair(0.0, 6.0),
            Activation::HardSigmoid | Activation::HardSwish => pair(-3.0, 3.0),
            Activation::HardSigmoidKeras2 => pair(-2.5, 2.5),
            _ => [None, None],
        }
    }

    /// The parameters are finite and in range: `0 <= c1 <= c2` for the bounded swish.
    pub fn is_valid(self) -> bool {
        match self {
            Activation::LeakyRelu(parameter) | Activation::Elu(parameter) => parameter.is_finite(),
            Activation::BoundedSwish {
                lower,
                upper,
                steepness,
            } => T::ZERO <= lower && lower <= upper && upper.is_finite() && steepness.is_finite(),
            _ => true,
        }
    }
}

/// 1 / sqrt(2 pi)
const INVERSE_ROOT_TAU: f64 = 0.398_942_280_401_432_7;
/// sqrt(8 / pi)
const ROOT_EIGHT_OVER_PI: f64 = 1.595_769_121_605_730_8;

/// exp(-|s|) and 1 - exp(-|s|), each right to rounding: what every logistic function is made of.
#[derive(Clone, Copy)]
pub(crate) struct Logistic<T> {
    decay: T,
    rest: T,
    negative: bool,
}

impl<T: Scalar> Logistic<T> {
    pub(crate) fn at(s: T) -> Self {
        let size = s.abs();
        let negative = s < T::ZERO;
        // At ln 2 both are 1/2: on either side the smaller one is computed, the larger one follows.
        if size < T::of(core::f64::consts::LN_2) {
            let rest = -(-size).expm1();
            Self {
                decay: T::ONE - rest,
                rest,
                negative,
            }
        } else {
            let decay = (-size).exp();
            Self {
                decay,
                rest: T::ONE - decay,
                negative,
            }
        }
    }
    /// exp(-|s|)
    pub(crate) fn decay(self) -> T {
        self.decay
    }
    /// sigmoid(s)
    pub(crate) fn value(self) -> T {
        (if self.negative { self.decay } else { T::ONE }) / (T::ONE + self.decay)
    }
    /// sigmoid(-s)
    pub(crate) fn other(self) -> T {
        (if self.negative { T::ONE } else { self.decay }) / (T::ONE + self.decay)
    }
    /// The derivative of the sigmoid.
    fn slope(self) -> T {
        let sum = T::ONE + self.decay;
        self.decay / (sum * sum)
    }
    /// The derivative of `x sigmoid(v(x))`: `sigmoid(v) + rise sigmoid'(v)`, `rise = x v'(x)` of the
    /// sign of v. The rise may overflow where sigmoid' is 0.
    fn gated_slope(self, rise: T) -> T {
        if self.decay == T::ZERO {
            self.value()
        } else if self.negative {
            // sigmoid = sigmoid' (1 + exp v): near the zero of the sum nothing is lost.
            self.slope() * (T::ONE + rise + self.decay)
        } else {
            self.value() + self.slope() * rise
        }
    }
    /// tanh(|s| / 2)
    fn tanh_half(self) -> T {
        self.rest / (T::ONE + self.decay)
    }
    /// ln(1 + exp(-|s|))
    pub(crate) fn tail(self) -> T {
        self.decay.ln_1p()
    }
    /// ln(1 + exp(s))
    fn softplus(self, s: T) -> T {
        if self.negative {
            self.tail()
        } else {
            s + self.tail()
        }
    }
}

/// (softplus(a) - softplus(b)) / (a - b), sigmoid(b) where a = b; right to rounding for all a and b.
///
/// Close together `softplus(a) - softplus(b) = log1p(sigmoid(b) expm1(a - b))`, in which nothing
/// cancels; further apart the difference of the two, their linear parts apart.
pub(crate) fn softplus_divided<T: Scalar>(a: T, b: T) -> T {
    let (a, b) = if a < b { (b, a) } else { (a, b) };
    let step = a - b;
    let low = Logistic::at(b);
    if step < T::EPSILON {
        low.value()
    } else if step < T::ONE {
        (low.value() * step.expm1()).ln_1p() / step
    } else {
        let linear = a.max(T::ZERO) - b.max(T::ZERO);
        let curved = Logistic::at(a).tail() - low.tail();
        // Halves, because a - b may overflow.
        (linear + curved) * T::HALF / (a * T::HALF - b * T::HALF)
    }
}

/// (exp(s) - 1) / s, 1 at 0; finite wherever the quotient is.
fn exp_divided<T: Scalar>(s: T) -> T {
    if s.abs() < T::EPSILON {
        T::ONE
    } else if s > T::of(64.0) {
        let root = (s * T::HALF).exp();
        root / s * root
    } else {
        s.expm1() / s
    }
}

/// s where s > 0, slope s elsewhere, and its derivative; +0 where the slope is 0.
fn rectify<T: Scalar>(s: T, slope: T) -> (T, T) {
    if s <= T::ZERO {
        (slope * s + T::ZERO, slope)
    } else {
        (s, T::ONE)
    }
}

/// 0 up to -b, 1 from b on, a line between, and its derivative.
fn ramp<T: Scalar>(s: T, b: T) -> (T, T) {
    if s <= -b {
        (T::ZERO, T::ZERO)
    } else if s > b {
        (T::ONE, T::ZERO)
    } else {
        ((s + b) / (b + b), T::ONE / (b + b))
    }
}

/// GELU's tanh form is s sigmoid(v): v(s) and s v'(s). Both may overflow; nothing else may.
fn tanh_form<T: Scalar>(s: T) -> (T, T) {
    let (linear, cubic) = (
        T::of(ROOT_EIGHT_OVER_PI),
        T::of(ROOT_EIGHT_OVER_PI * 0.044715) * s * s,
    );
    (s * (linear + cubic), s * (linear + T::of(3.0) * cubic))
}

/// The normal distribution function.
fn normal_share<T: Scalar>(s: T) -> T {
    T::HALF * (-s * T::of(core::f64::consts::FRAC_1_SQRT_2)).erfc()
}
