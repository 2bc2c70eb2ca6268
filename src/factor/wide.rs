//! Runs work as wide as the processor is: with the feature `simd` the same code is compiled for several widths of
//! register, and the widest that the processor has is taken when the program runs.
//!
//! Results are the same bits at any width: products and sums are never fused, and no sum changes its order.

/// Work that suits itself to the size of a register.
pub(super) trait Work {
    type Output;

    /// `REGISTER`: bytes of a vector register, 16, 32 or 64.
    fn run<const REGISTER: usize>(self) -> Self::Output;
}

#[cfg(feature = "simd")]
struct Wide<W>(W);

#[cfg(feature = "simd")]
impl<W: Work> pulp::WithSimd for Wide<W> {
    type Output = W::Output;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> W::Output {
        match S::F64_LANES {
            8 => self.0.run::<64>(),
            4 => self.0.run::<32>(),
            _ => self.0.run::<16>(),
        }
    }
}

#[inline]
pub(super) fn run<W: Work>(work: W) -> W::Output {
    #[cfg(feature = "simd")]
    return pulp::Arch::new().dispatch(Wide(work));
    #[cfg(not(feature = "simd"))]
    work.run::<16>()
}
