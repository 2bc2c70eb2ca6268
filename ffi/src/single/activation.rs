//! Activations at one point, in single precision.

use crate::border::{output, run, slice};
use crate::{convert, gleaner_status};

/// An activation phi at a point s.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_activation_f32 {
    /// phi(s)
    pub value: f32,
    /// phi'(s), from the left at a break
    pub derivative: f32,
    /// (phi(s) - phi(0)) / s, phi'(0) at 0: no cancellation, no avoidable overflow
    pub divided: f32,
}

/// Evaluates the activation of code `activation` at `s`. `parameter` holds its `parameter_len` parameters,
/// up to 3; those not given are 0.
/// Errors: CODE, NOT_FINITE (s), RANGE (a parameter), LENGTH (more than 3 parameters).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_activation_evaluate_f32(
    activation: i32,
    parameter: *const f32,
    parameter_len: usize,
    s: f32,
    result: *mut gleaner_activation_f32,
) -> gleaner_status {
    run(|| {
        let given = slice(parameter, parameter_len)?;
        let result = output(result)?;
        let activation = convert::activation(activation, convert::parameters(given)?)?;
        convert::check_finite(s)?;
        convert::check_range(activation.is_valid())?;
        result.set(gleaner_activation_f32 {
            value: activation.value(s),
            derivative: activation.derivative(s),
            divided: activation.divided(s),
        });
        Ok(())
    })
}
