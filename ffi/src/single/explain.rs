//! Which input and which layer a leverage comes from, in single precision.

use super::descriptor::{Descriptor, gleaner_model_f32};
use super::factor::gleaner_factor_f32;
use crate::border::{object, output, run, slice, slice_mut};
use crate::gleaner_status;
use gleaner::explain::explain;

/// What a leverage comes from, beside inputs and layers.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_explanation_f32 {
    /// The leverage that is explained
    pub leverage: f32,
    /// Share of the row outside what the factor has seen, in [0, 1]
    pub novelty: f32,
    /// Share of the first layer's bias
    pub bias: f32,
    /// Share of the last column, f(0): the label, mostly
    pub at_zero: f32,
}

/// Explains the leverage of a whole row of the model, P + 1 entries, against a factor of the model's order or of
/// P + 1. `inputs` gets a share for each input, `layers` one for each layer; they are signed, and
/// `leverage = sum of layers + at_zero`, `layers[0] = sum of inputs + bias`. The largest input is the one to look
/// at. `scratch`: `GLEANER_EXPLAIN_LEN` scalars. About 3 N^2 flops.
/// Errors: those of a model; STATE, LENGTH, NOT_FINITE, RANGE; STALE (without a ridge: pivot first).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_explain_f32(
    model: *const gleaner_model_f32,
    factor: *const gleaner_factor_f32,
    row: *const f32,
    row_len: usize,
    scratch: *mut f32,
    scratch_len: usize,
    inputs: *mut f32,
    inputs_len: usize,
    layers: *mut f32,
    layers_len: usize,
    explanation: *mut gleaner_explanation_f32,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let factor = object(factor)?.read()?;
        let (row, scratch) = (slice(row, row_len)?, slice_mut(scratch, scratch_len)?);
        let (inputs, layers) = (
            slice_mut(inputs, inputs_len)?,
            slice_mut(layers, layers_len)?,
        );
        let explanation = output(explanation)?;
        let found = model
            .ask_layers(|network| Ok(explain(network, &factor, row, inputs, layers, scratch)?))?;
        explanation.set(gleaner_explanation_f32 {
            leverage: found.leverage,
            novelty: found.novelty,
            bias: found.bias,
            at_zero: found.at_zero,
        });
        Ok(())
    })
}
