//! Whether the gradient of a model of the caller's own is the one of its value.

use super::own::Work;
use super::{Gradient, Own};
use crate::{Error, Scalar};

/// Directions that a check takes.
const DIRECTIONS: u32 = 4;

impl<T: Scalar, G: Gradient<T>> Own<'_, T, G> {
    /// Compares the gradient with central differences of the value, for every output, along four fixed directions in which
    /// every parameter moves.
    ///
    /// Parameter j moves by `h v_j |theta_j|` (`h v_j` where it is 0) to both sides, `v_j` of either sign and in size between 1/2
    /// and 1, h = 2^-17 in f64 and 2^-8 in f32: near the cube root of the rounding, where truncation and rounding meet. So a
    /// `tolerance` of 1e-6 in f64 and 3e-3 in f32 suits a model that is smooth over such a step; one with a kink there fails. An
    /// entry that is wrong by less than the tolerance's share of `sum_j |v_j theta_j g_j|` is not seen: check at several x.
    /// Cost: 9 values and gradients for each output.
    ///
    /// # Errors
    /// `Check` where a difference is off by more than `tolerance sum_j |g_j d_j|` and rounding, d the difference of the
    /// parameters; `Range` for a tolerance that is negative or NaN, and for a gradient that is not finite; those of [`super::Model::value`].
    pub fn check(&self, x: &[T], tolerance: T, scratch: &mut [T]) -> Result<(), Error> {
        let valid = tolerance >= T::ZERO;
        if !valid {
            return Err(Error::Range("tolerance"));
        }
        let mut work = self.admit(x, 0, scratch)?;
        for output in 0..self.gradient.outputs() {
            self.at_theta(x, output, work.gradient)?;
            for direction in 0..DIRECTIONS {
                self.check_along(direction, x, output, tolerance, &mut work)?;
            }
        }
        Ok(())
    }

    /// One direction of a check; the gradient at theta stands in `work`.
    fn check_along(
        &self,
        direction: u32,
        x: &[T],
        output: usize,
        tolerance: T,
        work: &mut Work<'_, T>,
    ) -> Result<(), Error> {
        let (mut expected, mut size) = (T::ZERO, T::ZERO);
        for (index, (&parameter, &g)) in self.theta.iter().zip(&*work.gradient).enumerate() {
            let step = step(parameter, direction, index);
            // What the parameter moves by is not twice the step, once it is rounded.
            let term = g * ((parameter + step) - (parameter - step));
            expected += term;
            size += term.abs();
        }
        let mut ends = [T::ZERO; 2];
        for (end, side) in ends.iter_mut().zip([T::ONE, -T::ONE]) {
            for (index, (point, &parameter)) in work.point.iter_mut().zip(self.theta).enumerate() {
                *point = parameter + side * step(parameter, direction, index);
            }
            // The row's place takes a gradient that nobody reads.
            let (_, spare) = work.row.split_last_mut().ok_or(Error::Model)?;
            *end = self.ask(work.point, x, output, spare)?;
        }
        let [above, below] = ends;
        let rounding = T::of(16.0) * T::EPSILON * above.abs().max(below.abs());
        if ((above - below) - expected).abs() <= tolerance * size + rounding {
            Ok(())
        } else {
            Err(Error::Check)
        }
    }
}

/// How far a parameter moves in a direction of the check.
fn step<T: Scalar>(parameter: T, direction: u32, index: usize) -> T {
    // The finaliser of MurmurHash3: signs and sizes without a pattern that a model could share.
    let mut hash = (index as u32)
        .wrapping_mul(DIRECTIONS)
        .wrapping_add(direction)
        .wrapping_add(1);
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^= hash >> 16;
    let size = T::HALF + T::count(u64::from(hash >> 8)) * T::of(1.0 / 33554432.0);
    let size = if hash & 1 == 0 { size } else { -size };
    let h = T::of(if T::BYTES == 4 {
        1.0 / 256.0
    } else {
        1.0 / 131072.0
    });
    let scale = if parameter == T::ZERO {
        T::ONE
    } else {
        parameter.abs()
    };
    h * size * scale
}
