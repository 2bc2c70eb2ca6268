//! Vector registers: with the feature `simd` those of the processor that the program runs on, else four scalars.
//!
//! Results are the same bits at any width: products and sums are never fused, and no sum changes its order.

use crate::Scalar;

/// Work that suits itself to the registers.
pub trait Work<T> {
    type Output;

    fn run<R: Registers<T>>(self, registers: R) -> Self::Output;
}

/// What a register does, lane by lane.
pub trait Registers<T>: Copy {
    type Vector: Copy;
    type Mask: Copy;
    /// Scalars in a register; at most 16.
    const LANES: usize;
    /// Whether there are 32 registers rather than 16.
    const MANY: bool;

    fn splat(self, value: T) -> Self::Vector;
    /// The first lanes of a slice; 0 where it is too short.
    fn load(self, slice: &[T]) -> Self::Vector;
    /// To the first lanes of a slice; nothing where it is too short.
    fn store(self, slice: &mut [T], value: Self::Vector);
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn subtract(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn multiply(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn divide(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// The lanes from `start` up to `end`.
    fn lanes(self, start: usize, end: usize) -> Self::Mask;
    /// `a` in the lanes of the mask, and `b` elsewhere.
    fn select(self, mask: Self::Mask, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Each lane moved up by one, the last one to the front.
    fn turn(self, value: Self::Vector) -> Self::Vector;
}

/// Four scalars.
#[derive(Clone, Copy)]
pub struct Four;

#[inline(always)]
fn each<T: Scalar>(a: [T; 4], b: [T; 4], f: impl Fn(T, T) -> T) -> [T; 4] {
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (a, b);
    [f(a0, b0), f(a1, b1), f(a2, b2), f(a3, b3)]
}

impl<T: Scalar> Registers<T> for Four {
    type Vector = [T; 4];
    type Mask = [bool; 4];
    const LANES: usize = 4;
    const MANY: bool = false;

    #[inline(always)]
    fn splat(self, value: T) -> [T; 4] {
        [value; 4]
    }
    #[inline(always)]
    fn load(self, slice: &[T]) -> [T; 4] {
        slice.first_chunk().copied().unwrap_or_default()
    }
    #[inline(always)]
    fn store(self, slice: &mut [T], value: [T; 4]) {
        if let Some(chunk) = slice.first_chunk_mut() {
            *chunk = value;
        }
    }
    #[inline(always)]
    fn add(self, a: [T; 4], b: [T; 4]) -> [T; 4] {
        each(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn subtract(self, a: [T; 4], b: [T; 4]) -> [T; 4] {
        each(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn multiply(self, a: [T; 4], b: [T; 4]) -> [T; 4] {
        each(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn divide(self, a: [T; 4], b: [T; 4]) -> [T; 4] {
        each(a, b, |a, b| a / b)
    }
    #[inline(always)]
    fn lanes(self, start: usize, end: usize) -> [bool; 4] {
        [0, 1, 2, 3].map(|lane| (start..end).contains(&lane))
    }
    #[inline(always)]
    fn select(self, [m0, m1, m2, m3]: [bool; 4], a: [T; 4], b: [T; 4]) -> [T; 4] {
        let pick = |mask, a, b| if mask { a } else { b };
        let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (a, b);
        [
            pick(m0, a0, b0),
            pick(m1, a1, b1),
            pick(m2, a2, b2),
            pick(m3, a3, b3),
        ]
    }
    #[inline(always)]
    fn turn(self, [a, b, c, d]: [T; 4]) -> [T; 4] {
        [d, a, b, c]
    }
}

#[cfg(feature = "simd")]
mod simd {
    use super::{Registers, Work};
    use pulp::{Simd, WithSimd};

    /// The registers that were found.
    #[derive(Clone, Copy)]
    pub struct Found<S>(S);

    pub struct Wide<W, T>(pub W, pub core::marker::PhantomData<T>);

    macro_rules! registers {
        ($t:ident, $vector:ident, $mask:ident, $lanes:ident, $number:literal, $splat:ident, $as_simd:ident,
         $as_mut_simd:ident, $add:ident, $sub:ident, $mul:ident, $div:ident, $less:ident, $and:ident,
         $select:ident, $rotate:ident) => {
            impl<S: Simd> Registers<$t> for Found<S> {
                type Vector = S::$vector;
                type Mask = S::$mask;
                const LANES: usize = S::$lanes;
                const MANY: bool = S::REGISTER_COUNT >= 32;

                #[inline(always)]
                fn splat(self, value: $t) -> S::$vector {
                    self.0.$splat(value)
                }
                #[inline(always)]
                fn load(self, slice: &[$t]) -> S::$vector {
                    match S::$as_simd(slice).0.first() {
                        Some(value) => *value,
                        None => self.0.$splat(0.0),
                    }
                }
                #[inline(always)]
                fn store(self, slice: &mut [$t], value: S::$vector) {
                    if let Some(place) = S::$as_mut_simd(slice).0.first_mut() {
                        *place = value;
                    }
                }
                #[inline(always)]
                fn add(self, a: S::$vector, b: S::$vector) -> S::$vector {
                    self.0.$add(a, b)
                }
                #[inline(always)]
                fn subtract(self, a: S::$vector, b: S::$vector) -> S::$vector {
                    self.0.$sub(a, b)
                }
                #[inline(always)]
                fn multiply(self, a: S::$vector, b: S::$vector) -> S::$vector {
                    self.0.$mul(a, b)
                }
                #[inline(always)]
                fn divide(self, a: S::$vector, b: S::$vector) -> S::$vector {
                    self.0.$div(a, b)
                }
                #[inline(always)]
                fn lanes(self, start: usize, end: usize) -> S::$mask {
                    let numbers: [$t; 16] = core::array::from_fn(|lane| lane as $t + 0.5);
                    let numbers = <Self as Registers<$t>>::load(self, &numbers);
                    let above = self.0.$less(self.0.$splat(start as $t), numbers);
                    let below = self.0.$less(numbers, self.0.$splat(end as $t));
                    self.0.$and(above, below)
                }
                #[inline(always)]
                fn select(self, mask: S::$mask, a: S::$vector, b: S::$vector) -> S::$vector {
                    self.0.$select(mask, a, b)
                }
                #[inline(always)]
                fn turn(self, value: S::$vector) -> S::$vector {
                    self.0.$rotate(value, 1)
                }
            }

            impl<W: Work<$t>> WithSimd for Wide<W, $t> {
                type Output = W::Output;

                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) -> W::Output {
                    if S::$lanes >= $number {
                        self.0.run(Found(simd))
                    } else {
                        self.0.run(super::Four)
                    }
                }
            }
        };
    }
    registers!(
        f32,
        f32s,
        m32s,
        F32_LANES,
        8,
        splat_f32s,
        as_simd_f32s,
        as_mut_simd_f32s,
        add_f32s,
        sub_f32s,
        mul_f32s,
        div_f32s,
        less_than_f32s,
        and_m32s,
        select_f32s,
        rotate_right_f32s
    );
    registers!(
        f64,
        f64s,
        m64s,
        F64_LANES,
        4,
        splat_f64s,
        as_simd_f64s,
        as_mut_simd_f64s,
        add_f64s,
        sub_f64s,
        mul_f64s,
        div_f64s,
        less_than_f64s,
        and_m64s,
        select_f64s,
        rotate_right_f64s
    );
}

/// Scalars that registers hold.
pub trait Element: Sized {
    /// Does the work in the widest registers that there are.
    fn widest<W: Work<Self>>(work: W) -> W::Output;
}

macro_rules! element {
    ($t:ident) => {
        impl Element for $t {
            #[inline]
            fn widest<W: Work<$t>>(work: W) -> W::Output {
                #[cfg(feature = "simd")]
                return pulp::Arch::new().dispatch(simd::Wide(work, core::marker::PhantomData));
                #[cfg(not(feature = "simd"))]
                work.run(Four)
            }
        }
    };
}
element!(f32);
element!(f64);
