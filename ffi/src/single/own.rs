//! A model of the caller's own, in single precision.

use crate::border::{Fault, object, slice};
use crate::{GLEANER_ERROR_MODEL, GLEANER_ERROR_NULL};
use core::ffi::c_void;
use gleaner::model::Gradient;
use gleaner::{Error, Scalar};

/// The caller's function: writes output `index` at the parameters `theta`, any, and its gradient with respect to them
/// (`theta_len` entries, all of them) for the reading x, which is standardised where the model says how. 0: done.
/// Anything else: no value here; whoever asked is refused with CALLBACK. Must be finite and differentiable along the
/// path `t theta`, t from 0 to 1.
pub type gleaner_gradient_f32 = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        theta: *const f32,
        theta_len: usize,
        x: *const f32,
        x_len: usize,
        index: usize,
        gradient: *mut f32,
        value: *mut f32,
    ) -> i32,
>;

/// A model of your own, in place of layers: rows by quadrature, `nodes` of the model's struct on each of
/// `panels` equal stretches of the path, since its kinks are not known: look at each row's completeness, which also
/// tells of a gradient that is not the value's, as `gleaner_model_check_gradient_f32` does. No cross-entropy, no
/// softmax.
///
///     static const struct gleaner_own_f32 own = {value_and_gradient, NULL, theta, 7, 1, 1};
///     static const struct gleaner_model_f32 model = {
///       GLEANER_ABI, 0x1234u, NULL, 0, 5, 0, NULL, NULL, NULL, NULL, 0, NULL, &own,
///     };
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_own_f32 {
    /// The function
    pub gradient: gleaner_gradient_f32,
    /// Handed to it
    pub context: *mut c_void,
    /// The parameters
    pub theta: *const f32,
    /// P, their number
    pub parameters: u32,
    /// Number of outputs
    pub outputs: u32,
    /// Stretches of the path, at least 1; more where the model has kinks
    pub panels: u32,
}

// SAFETY: a description that is only read; what the function does with its context is the caller's.
unsafe impl Sync for gleaner_own_f32 {}

/// The caller's function as the library asks it.
#[derive(Clone, Copy)]
pub(super) struct Callback<'a> {
    own: &'a gleaner_own_f32,
    inputs: usize,
}

impl<'a> Callback<'a> {
    /// Checks the struct; gives its parameters too.
    pub(super) unsafe fn new(
        own: *const gleaner_own_f32,
        inputs: usize,
    ) -> Result<(Self, &'a [f32]), Fault> {
        let own = object(own)?;
        if own.gradient.is_none() {
            return Err(Fault(GLEANER_ERROR_NULL));
        }
        if own.panels == 0 {
            return Err(Fault(GLEANER_ERROR_MODEL));
        }
        Ok((
            Callback { own, inputs },
            slice(own.theta, own.parameters as usize)?,
        ))
    }
}

impl Callback<'_> {
    /// Stretches of the path.
    pub(super) fn panels(&self) -> usize {
        self.own.panels as usize
    }
}

impl Gradient<f32> for Callback<'_> {
    fn inputs(&self) -> usize {
        self.inputs
    }
    fn outputs(&self) -> usize {
        self.own.outputs as usize
    }
    fn parameters(&self) -> usize {
        self.own.parameters as usize
    }
    fn at(
        &self,
        theta: &[f32],
        x: &[f32],
        output: usize,
        gradient: &mut [f32],
    ) -> Result<f32, Error> {
        let call = self.own.gradient.ok_or(Error::Model)?;
        let mut value = f32::ZERO;
        // SAFETY: the caller's function, with buffers of the lengths that it is told; the gradient's is theta's.
        let status = unsafe {
            call(
                self.own.context,
                theta.as_ptr(),
                theta.len(),
                x.as_ptr(),
                x.len(),
                output,
                gradient.as_mut_ptr(),
                &mut value,
            )
        };
        if status == 0 {
            Ok(value)
        } else {
            Err(Error::Callback)
        }
    }
}
