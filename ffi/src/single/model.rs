//! What a model gives: sizes, check, value, gradient, row, norm, in single precision.

use super::descriptor::{Descriptor, gleaner_layer_f32, gleaner_model_f32};
use crate::border::{Fault, optional, output, run, slice, slice_mut};
use crate::convert::{self, check_length};
use crate::{
    GLEANER_CHECK_TOLERANCE, GLEANER_ERROR_CHECK, GLEANER_ERROR_LENGTH, GLEANER_ERROR_MODEL,
    GLEANER_ERROR_OBJECTIVE, gleaner_sizes, gleaner_status, work_len as length_of_work,
};
use gleaner::Scalar;
use gleaner::model::{Layers, Model, RowReport, Target};
use gleaner::sketch::Sketch;

/// An objective and a sample's label.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_target_f32 {
    /// `GLEANER_OBJECTIVE_...`
    pub objective: i32,
    /// y, that of the row's output, or the class; not looked at by the prediction and softmax objectives.
    pub label: f32,
    /// Where the Huber loss turns linear; not looked at by the others.
    pub delta: f32,
}

/// What a row says of itself.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_row_report_f32 {
    /// `GLEANER_FORM_...`
    pub form: i32,
    /// f(theta)
    pub value: f32,
    /// f(0), the row's last entry
    pub at_zero: f32,
    /// `|<a, theta> - (f(theta) - f(0))|`: rounding only in an exact row; no bound of the error otherwise.
    pub completeness: f32,
}

/// Compares the gradient of a model of your own with differences of its value, along four directions of theta: a wrong
/// one is found, but for an entry whose share is below the tolerance: the difference of both slopes relative to their
/// size, beyond what rounding explains. 3e-3 in single and 1e-6 in double precision suit a smooth model. `work`:
/// `GLEANER_WORK_LEN` scalars. Cost: 9 calls an output.
/// Errors: those of a model; MODEL (not your own), CHECK (they differ), LENGTH, NOT_FINITE, RANGE, CALLBACK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_check_gradient_f32(
    model: *const gleaner_model_f32,
    x: *const f32,
    x_len: usize,
    tolerance: f32,
    work: *mut f32,
    work_len: usize,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let (x, work) = (slice(x, x_len)?, slice_mut(work, work_len)?);
        let own = model.own()?.ok_or(Fault(GLEANER_ERROR_MODEL))?;
        let (x, rest) = model.input(x, work)?;
        Ok(own.check(x, tolerance, rest)?)
    })
}

pub(super) unsafe fn target(raw: *const gleaner_target_f32) -> Result<Target<f32>, Fault> {
    let Some(raw) = optional(raw)? else {
        return Ok(Target::Prediction);
    };
    let objective = convert::objective(raw.objective, raw.delta)?;
    let label = (objective.labels(1) > 0).then_some(raw.label);
    Ok(objective.with(label)?)
}

/// Lengths that the model asks for. Once; the macros give upper bounds for static arrays.
/// Errors: those of a model (NULL, ABI, CODE, MODEL, NOT_FINITE, RANGE).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_sizes_f32(
    model: *const gleaner_model_f32,
    sizes: *mut gleaner_sizes,
) -> gleaner_status {
    run(|| {
        let network = Descriptor::new(model)?.model()?;
        let (inputs, parameters, order) = (network.inputs(), network.parameters(), network.order());
        output(sizes)?.set(gleaner_sizes {
            inputs,
            outputs: network.outputs(),
            parameters,
            order,
            scratch: network.scratch(),
            work: length_of_work(inputs, parameters, network.scratch()),
            selector: gleaner::selector::selector_len_of(
                inputs,
                network.outputs(),
                network.row_len(),
                order,
                network.scratch(),
            ),
            fit: gleaner::fit::fit_len_of(inputs, network.outputs(), parameters, network.scratch()),
        });
        Ok(())
    })
}

/// Checks the description and runs the check pairs: the largest difference of an output from what is
/// expected, relative to the largest expected output, must be within `GLEANER_CHECK_TOLERANCE`, and goes
/// to `worst`. Finds transposed kernels, a missing standardiser, an activation too many. Call it once at
/// the start. `work`: `GLEANER_WORK_LEN` scalars.
/// Errors: those of a model; OBJECTIVE where the logistic objective meets a model that ends in a sigmoid;
/// CHECK where an output differs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_check_f32(
    model: *const gleaner_model_f32,
    objective: i32,
    work: *mut f32,
    work_len: usize,
    worst: *mut f32,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let (work, worst) = (slice_mut(work, work_len)?, output(worst)?);
        let network = model.model()?;
        model.check_scaling()?;
        if !network.suits(convert::objective(objective, 1.0f32)?) {
            return Err(Fault(GLEANER_ERROR_OBJECTIVE));
        }
        let (mut inputs, mut outputs) = model.checks(network.outputs())?;
        let mut largest = 0.0f32;
        for expected in outputs {
            convert::check_finite(*expected)?;
            largest = if expected.abs() > largest {
                expected.abs()
            } else {
                largest
            };
        }
        let mut difference = 0.0f32;
        for _ in 0..model.raw().checks {
            let pair = inputs.split_at_checked(network.inputs());
            let expected = outputs.split_at_checked(network.outputs());
            let (Some((x, next)), Some((expected, others))) = (pair, expected) else {
                break;
            };
            let (x, rest) = model.input(x, work)?;
            for (index, expected) in expected.iter().enumerate() {
                let found = (network.value(x, index, rest)? - *expected).abs();
                difference = if found > difference {
                    found
                } else {
                    difference
                };
            }
            (inputs, outputs) = (next, others);
        }
        let relative = if difference > 0.0 {
            difference / largest
        } else {
            0.0
        };
        if relative <= f32::of(GLEANER_CHECK_TOLERANCE) {
            worst.set(relative);
            Ok(())
        } else {
            Err(Fault(GLEANER_ERROR_CHECK))
        }
    })
}

/// The model's output number `index`, counted from 0, for the reading x. About 2 P flops. Weights are looked at
/// only where the answer is refused, here and in what follows: an infinite one that an activation flattens, or one
/// that leads to another output, passes. `gleaner_model_check_f32` finds them all.
/// Errors: those of a model; LENGTH, NOT_FINITE (x), RANGE (no such output, or one beyond the scalar).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_value_f32(
    model: *const gleaner_model_f32,
    x: *const f32,
    x_len: usize,
    index: usize,
    work: *mut f32,
    work_len: usize,
    value: *mut f32,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let (x, work) = (slice(x, x_len)?, slice_mut(work, work_len)?);
        let value = output(value)?;
        value.set(model.ask(|network| {
            let (x, rest) = model.input(x, work)?;
            Ok(network.value(x, index, rest)?)
        })?);
        Ok(())
    })
}

/// f(theta; x) and its gradient, P entries: W1, b1, W2, b2, ..., each W row-major. `target` NULL: the
/// prediction objective. About 6 P flops.
/// Errors: as `gleaner_model_value_f32`; LABEL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_gradient_f32(
    model: *const gleaner_model_f32,
    x: *const f32,
    x_len: usize,
    index: usize,
    target: *const gleaner_target_f32,
    work: *mut f32,
    work_len: usize,
    gradient: *mut f32,
    gradient_len: usize,
    value: *mut f32,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let target = self::target(target)?;
        let (x, work) = (slice(x, x_len)?, slice_mut(work, work_len)?);
        let (gradient, value) = (slice_mut(gradient, gradient_len)?, output(value)?);
        value.set(model.ask(|network| {
            check_length(gradient.len() == network.parameters())?;
            let (x, rest) = model.input(x, work)?;
            // Made in work memory, so that an error leaves the caller's gradient as it was.
            let (own, rest) = split(rest, gradient.len())?;
            let value = network.gradient(x, index, target, own, rest)?;
            convert::copy(gradient, own);
            Ok(value)
        })?);
        Ok(())
    })
}

/// The whole row `[a ; f(0)]`, P + 1 entries; `<row, [theta ; 1]> = f(theta)`. `target` NULL: the
/// prediction objective. One forward and one backward pass where the row is exact, else one of each for
/// each node.
/// Errors: as `gleaner_model_gradient_f32`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_row_f32(
    model: *const gleaner_model_f32,
    x: *const f32,
    x_len: usize,
    index: usize,
    target: *const gleaner_target_f32,
    work: *mut f32,
    work_len: usize,
    row: *mut f32,
    row_len: usize,
    report: *mut gleaner_row_report_f32,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let target = self::target(target)?;
        let (x, work) = (slice(x, x_len)?, slice_mut(work, work_len)?);
        let (row, report) = (slice_mut(row, row_len)?, output(report)?);
        let found = model.ask(|network| {
            check_length(row.len().checked_sub(1) == Some(network.parameters()))?;
            let (x, rest) = model.input(x, work)?;
            let (own, rest) = split(rest, row.len())?;
            let found = network.row(x, index, target, own, rest)?;
            convert::copy(row, own);
            Ok(found)
        })?;
        report.set(report_of(found));
        Ok(())
    })
}

/// The row as a sketch of `buckets + 1` entries: linear, so that inner products of rows are those of their sketches on
/// average, and made from the layers' outer products without the row. Sketches of the same buckets and seed belong
/// together. `work`: `GLEANER_SCRATCH_SKETCH_...` scalars, the reading and the sketch more; for a model of your own
/// `GLEANER_WORK_LEN` and `P + 1 + buckets` more.
/// Errors: as `gleaner_model_gradient_f32`; RANGE (buckets 0 or above 65534).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_sketch_f32(
    model: *const gleaner_model_f32,
    x: *const f32,
    x_len: usize,
    index: usize,
    target: *const gleaner_target_f32,
    sketch_seed: u64,
    work: *mut f32,
    work_len: usize,
    sketch: *mut f32,
    sketch_len: usize,
    report: *mut gleaner_row_report_f32,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let target = self::target(target)?;
        let (x, work) = (slice(x, x_len)?, slice_mut(work, work_len)?);
        let (to, report) = (slice_mut(sketch, sketch_len)?, output(report)?);
        let sketch = Sketch::new(to.len().saturating_sub(1), sketch_seed)?;
        let found = model.ask(|network| {
            let (x, rest) = model.input(x, work)?;
            let (own, rest) = split(rest, to.len())?;
            let found = network.sketch(x, index, target, &sketch, own, rest)?;
            convert::copy(to, own);
            Ok(found)
        })?;
        report.set(report_of(found));
        Ok(())
    })
}

/// `|row|^2`, without the row where it is exact: `work` then holds the reading and the scratch, no more.
/// Errors: as `gleaner_model_gradient_f32`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_norm_f32(
    model: *const gleaner_model_f32,
    x: *const f32,
    x_len: usize,
    index: usize,
    target: *const gleaner_target_f32,
    work: *mut f32,
    work_len: usize,
    norm: *mut f32,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let target = self::target(target)?;
        let (x, work) = (slice(x, x_len)?, slice_mut(work, work_len)?);
        let norm = output(norm)?;
        norm.set(model.ask(|network| {
            let (x, rest) = model.input(x, work)?;
            Ok(network.norm(x, index, target, rest)?)
        })?);
        Ok(())
    })
}

/// Moves the entries of a whole row that are not redundant to its front: the first `order` entries are
/// then the row for a factor of that order.
/// Errors: those of a model; LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_leave_out_gauge_f32(
    model: *const gleaner_model_f32,
    row: *mut f32,
    row_len: usize,
) -> gleaner_status {
    run(|| {
        let (model, row) = (Descriptor::new(model)?, slice_mut(row, row_len)?);
        model.ask(|network| {
            check_length(row.len().checked_sub(1) == Some(network.parameters()))?;
            network.leave_out_gauge(row);
            Ok(())
        })
    })
}

/// Copies the model's parameters to a flat theta of P entries: W1, b1, W2, b2, ...: where a fit starts.
/// Errors: those of a model; LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_theta_f32(
    model: *const gleaner_model_f32,
    theta: *mut f32,
    theta_len: usize,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let theta = slice_mut(theta, theta_len)?;
        check_length(theta.len() == model.plan()?.parameters)?;
        if let Some(own) = model.own()? {
            convert::copy(theta, own.theta());
            return Ok(());
        }
        let mut entries = theta.iter_mut();
        for layer in (0..model.depth()).filter_map(|index| model.layer(index)) {
            // The values come first in the zip: its end must not swallow an entry.
            for (value, entry) in layer.weights.iter().chain(layer.bias).zip(&mut entries) {
                *entry = *value;
            }
        }
        Ok(())
    })
}

/// Writes the model's layers to `layers`, one for each, with weights and biases that lie in theta: where a
/// copy of the model's struct gets these `layers` (and an id of its own), it is the model of that theta, which
/// `gleaner_fit_f32` has improved, say. Nothing is copied: theta stays in use.
/// Errors: those of a model; MODEL (your own), LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_layers_f32(
    model: *const gleaner_model_f32,
    theta: *const f32,
    theta_len: usize,
    layers: *mut gleaner_layer_f32,
    layers_len: usize,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let mut rest = slice(theta, theta_len)?;
        let layers = slice_mut(layers, layers_len)?;
        check_length(rest.len() == model.network()?.parameters())?;
        check_length(layers.len() == model.depth())?;
        for (index, place) in layers.iter_mut().enumerate() {
            let layer = model.layer(index).ok_or(Fault(GLEANER_ERROR_MODEL))?;
            let weights = rest.split_at_checked(layer.weights.len());
            let (weights, next) = weights.ok_or(Fault(GLEANER_ERROR_LENGTH))?;
            let bias = next.split_at_checked(layer.bias.len());
            let (bias, next) = bias.ok_or(Fault(GLEANER_ERROR_LENGTH))?;
            rest = next;
            *place = model.raw_layer(index)?.over(weights, bias);
        }
        Ok(())
    })
}

fn report_of(found: RowReport<f32>) -> gleaner_row_report_f32 {
    gleaner_row_report_f32 {
        form: convert::form(found.form),
        value: found.value,
        at_zero: found.at_zero,
        completeness: found.completeness,
    }
}

fn split(work: &mut [f32], length: usize) -> Result<(&mut [f32], &mut [f32]), Fault> {
    work.split_at_mut_checked(length)
        .ok_or(Fault(GLEANER_ERROR_LENGTH))
}
