//! The two scalars, f32 and f64, over `libm`: the same bits on every target.

mod sine;

use core::fmt::Debug;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};
use rand_core::Rng;
use sine::sine_cosine;

mod sealed {
    pub trait Sealed: crate::factor::wide::Element {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`. Sealed: results are promised bit for bit, which needs known arithmetic.
///
/// Elementary functions come from `libm` whatever features other crates turn on, but for the sine, cosine
/// and 2^x of f32, where `libm` computes in doubles; nothing here fuses a product and a sum.
pub trait Scalar:
    sealed::Sealed
    + Copy
    + Default
    + Debug
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// 1/2
    const HALF: Self;
    /// Distance from 1 to the next larger value.
    const EPSILON: Self;
    /// Largest finite value.
    const MAX: Self;
    /// Smallest normal positive value.
    const MIN_POSITIVE: Self;
    /// Size in bytes: 4 or 8.
    const BYTES: usize;

    /// The nearest value to a double.
    fn of(value: f64) -> Self;
    /// The nearest value to a count.
    fn count(value: u64) -> Self;
    /// The value as a double, exactly.
    fn wide(self) -> f64;
    /// The value as an index; NaN and negative give 0.
    fn index(self) -> usize;
    /// The bits of its IEEE form, in the low bytes.
    fn bits(self) -> u64;
    /// The value of such bits, any of them; only the low bytes count.
    fn from_bits(bits: u64) -> Self;
    /// A uniform draw in (0, 1]: one 32-bit word for f32, one 64-bit word for f64.
    fn unit<G: Rng>(generator: &mut G) -> Self;
    /// |self|
    fn abs(self) -> Self;
    /// Neither NaN nor infinite.
    fn is_finite(self) -> bool;
    /// Square root.
    fn sqrt(self) -> Self;
    /// e^self
    fn exp(self) -> Self;
    /// 2^self
    fn exp2(self) -> Self;
    /// e^self - 1
    fn expm1(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// ln(1 + self)
    fn ln_1p(self) -> Self;
    /// Complementary error function.
    fn erfc(self) -> Self;
    /// Sine and cosine of radians.
    fn sin_cos(self) -> (Self, Self);

    /// The larger; `other` where self is NaN.
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
    /// The smaller; `other` where self is NaN.
    fn min(self, other: Self) -> Self {
        if self < other { self } else { other }
    }
}

macro_rules! scalar {
    ($t:ident, $word:ident, $bytes:literal, $next:ident, $range:literal, $exp2:path, $sin_cos:path, $sqrt:ident,
     $exp:ident, $expm1:ident, $ln:ident, $ln_1p:ident, $erfc:ident) => {
        impl Scalar for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const HALF: Self = 0.5;
            const EPSILON: Self = $t::EPSILON;
            const MAX: Self = $t::MAX;
            const MIN_POSITIVE: Self = $t::MIN_POSITIVE;
            const BYTES: usize = $bytes;

            fn of(value: f64) -> Self {
                value as $t
            }
            fn count(value: u64) -> Self {
                value as $t
            }
            fn wide(self) -> f64 {
                self as f64
            }
            fn index(self) -> usize {
                self as usize
            }
            fn bits(self) -> u64 {
                $t::to_bits(self).into()
            }
            fn from_bits(bits: u64) -> Self {
                $t::from_bits(bits as $word)
            }
            fn unit<G: Rng>(generator: &mut G) -> Self {
                (generator.$next() as $t + 1.0) * (1.0 / $range)
            }
            fn abs(self) -> Self {
                $t::abs(self)
            }
            fn is_finite(self) -> bool {
                $t::is_finite(self)
            }
            fn sqrt(self) -> Self {
                libm::$sqrt(self)
            }
            fn exp(self) -> Self {
                libm::$exp(self)
            }
            fn exp2(self) -> Self {
                $exp2(self)
            }
            fn expm1(self) -> Self {
                libm::$expm1(self)
            }
            fn ln(self) -> Self {
                libm::$ln(self)
            }
            fn ln_1p(self) -> Self {
                libm::$ln_1p(self)
            }
            fn erfc(self) -> Self {
                libm::$erfc(self)
            }
            fn sin_cos(self) -> (Self, Self) {
                $sin_cos(self)
            }
        }
    };
}

/// 2^x from e^x: `libm` takes doubles for it, which are soft on small devices. Exact at whole numbers.
fn exp2(x: f32) -> f32 {
    // Truncated; saturates far outside the range.
    let whole = x as i32;
    libm::scalbnf(
        libm::expf((x - whole as f32) * core::f32::consts::LN_2),
        whole,
    )
}

// (word + 1) scaled to (0, 1]: the conversion keeps small values fine, so small probabilities stay exact.
scalar!(
    f32,
    u32,
    4,
    next_u32,
    4294967296.0,
    exp2,
    sine_cosine,
    sqrtf,
    expf,
    expm1f,
    logf,
    log1pf,
    erfcf
);
scalar!(
    f64,
    u64,
    8,
    next_u64,
    18446744073709551616.0,
    libm::exp2,
    libm::sincos,
    sqrt,
    exp,
    expm1,
    log,
    log1p,
    erfc
);
