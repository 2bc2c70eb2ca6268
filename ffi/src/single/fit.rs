//! The fit, in single precision.

use super::descriptor::{Descriptor, gleaner_model_f32};
use crate::border::{Fault, object, optional, output, run, slice, slice_mut};
use crate::convert;
use crate::{
    GLEANER_ERROR_CALLBACK, GLEANER_ERROR_LENGTH, GLEANER_ERROR_SIZE, GLEANER_STOP_DECREASE,
    GLEANER_STOP_GRADIENT, GLEANER_STOP_STALLED, GLEANER_STOP_STEPS, gleaner_status,
};
use gleaner::Error;
use gleaner::fit::{FitOptions, Stop, fit, fit_own};
use gleaner::model::{Activation, Shape};
use gleaner::selector::Scaling;

/// How to fit; `GLEANER_FIT_OPTIONS_DEFAULT` sets the defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_fit_options_f32 {
    /// `GLEANER_ABI`
    pub abi: u32,
    /// `GLEANER_OBJECTIVE_...` with labels: not prediction, not softmax; default residual
    pub objective: i32,
    /// Where the Huber loss turns linear, positive; default 1
    pub delta: f32,
    /// mu in `sum w f^2 + mu |theta|^2`, not negative; default 1e-3
    pub weight_decay: f32,
    /// The fit stops where a good step lowers the loss by less than this share; default 0: 1e-6 in single,
    /// 1e-9 in double precision
    pub tolerance: f32,
    /// Steps at most; default 200
    pub steps: u32,
}

/// What a fit reached.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_fit_report_f32 {
    /// `sum w f^2 + mu |theta|^2` at the end
    pub loss: f32,
    /// Steps taken
    pub steps: u32,
    /// `GLEANER_STOP_...`
    pub stop: i32,
}

/// The caller's function that gives sample `index`: `x_len` features to `x`, `label_len` labels, as the objective
/// takes them, to `label`, and a weight that holds for all of them. Labels are 0 and the weight is 1 before the call.
/// 0: done; else the call fails with CALLBACK. It must give the same each time it is asked.
pub type gleaner_sample_f32 = Option<
    unsafe extern "C" fn(
        context: *mut core::ffi::c_void,
        index: usize,
        x: *mut f32,
        x_len: usize,
        label: *mut f32,
        label_len: usize,
        weight: *mut f32,
    ) -> i32,
>;

/// Samples to fit on: arrays, or a function.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_samples_f32 {
    /// Number of samples
    pub count: usize,
    /// Reading i starts at `x[i * stride]`, not standardised; not looked at where `sample` is set
    pub x: *const f32,
    /// Scalars from one reading to the next, at least the number of inputs
    pub stride: usize,
    /// Those of sample i start at `labels[i * L]`, L labels a sample: one an output, in order, or the class alone for
    /// the cross-entropy
    pub labels: *const f32,
    /// One a sample, not negative; NULL: all 1
    pub weights: *const f32,
    /// Gives the samples instead of the arrays; NULL: the arrays do
    pub sample: gleaner_sample_f32,
    /// Passed to `sample`
    pub context: *mut core::ffi::c_void,
}

const DEFAULT: gleaner_fit_options_f32 = gleaner_fit_options_f32 {
    abi: crate::GLEANER_ABI,
    objective: crate::GLEANER_OBJECTIVE_RESIDUAL,
    delta: 1.0,
    weight_decay: 1e-3,
    tolerance: 0.0,
    steps: 200,
};

/// Layers that a fit takes at most: their shapes wait on the stack.
const LAYERS: usize = 16;

/// Where samples come from.
struct Source<'a> {
    samples: &'a gleaner_samples_f32,
    x: &'a [f32],
    labels: &'a [f32],
    /// Labels of a sample
    each: usize,
    weights: Option<&'a [f32]>,
}

impl<'a> Source<'a> {
    unsafe fn new(
        samples: *const gleaner_samples_f32,
        inputs: usize,
        each: usize,
    ) -> Result<Self, Fault> {
        let samples = object(samples)?;
        let none = &[][..];
        if samples.sample.is_some() {
            return Ok(Source {
                samples,
                x: none,
                labels: none,
                each,
                weights: None,
            });
        }
        convert::check_length(samples.stride >= inputs)?;
        let last = samples.count.saturating_sub(1).checked_mul(samples.stride);
        let length = last.and_then(|last| last.checked_add(inputs));
        let length = if samples.count == 0 { Some(0) } else { length };
        let labels = samples.count.checked_mul(each);
        Ok(Source {
            samples,
            x: slice(samples.x, length.ok_or(Fault(GLEANER_ERROR_SIZE))?)?,
            labels: slice(samples.labels, labels.ok_or(Fault(GLEANER_ERROR_SIZE))?)?,
            each,
            weights: match samples.weights.is_null() {
                true => None,
                false => Some(slice(samples.weights, samples.count)?),
            },
        })
    }

    /// Writes reading `index` as the sensor gave it, and its labels; returns its weight.
    unsafe fn get(&self, index: usize, x: &mut [f32], labels: &mut [f32]) -> Result<f32, Fault> {
        if let Some(sample) = self.samples.sample {
            let context = self.samples.context;
            let mut weight = 1.0;
            labels.fill(0.0);
            return match sample(
                context,
                index,
                x.as_mut_ptr(),
                x.len(),
                labels.as_mut_ptr(),
                labels.len(),
                &mut weight,
            ) {
                0 => Ok(weight),
                _ => Err(Fault(GLEANER_ERROR_CALLBACK)),
            };
        }
        let start = index.saturating_mul(self.samples.stride);
        let reading = self.x.get(start..).and_then(|rest| rest.get(..x.len()));
        convert::copy(x, reading.ok_or(Fault(GLEANER_ERROR_LENGTH))?);
        let start = index.saturating_mul(self.each);
        let known = self.labels.get(start..);
        let known = known.and_then(|rest| rest.get(..labels.len()));
        convert::copy(labels, known.ok_or(Fault(GLEANER_ERROR_LENGTH))?);
        Ok(match self.weights {
            Some(weights) => weights.get(index).copied().unwrap_or(0.0),
            None => 1.0,
        })
    }
}

/// Improves `theta` (P entries, as `gleaner_model_theta_f32` gives them) on weighted samples by
/// Levenberg-Marquardt. The model gives shapes, at most 16 layers, and the standardiser; its own parameters
/// have no influence. `options` NULL: the defaults. `memory`: `GLEANER_FIT_LEN` scalars, or `GLEANER_FIT_LEN_OF` for
/// several labels a sample. The loss is summed over samples and labels; a step costs about n (P + 1)^2 multiplications,
/// n the number of all labels.
/// Errors: those of a model; OBJECTIVE, LENGTH, NOT_FINITE, RANGE, LABEL, CALLBACK. Theta is then as before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_fit_f32(
    model: *const gleaner_model_f32,
    options: *const gleaner_fit_options_f32,
    samples: *const gleaner_samples_f32,
    theta: *mut f32,
    theta_len: usize,
    memory: *mut f32,
    memory_len: usize,
    report: *mut gleaner_fit_report_f32,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let options = optional(options)?.unwrap_or(&DEFAULT);
        convert::check_abi(options.abi)?;
        let objective = convert::objective(options.objective, options.delta)?;
        let plan = model.plan()?;
        let source = Source::new(samples, plan.inputs, objective.labels(plan.outputs))?;
        let (theta, memory) = (slice_mut(theta, theta_len)?, slice_mut(memory, memory_len)?);
        let report = output(report)?;
        let own = model.own()?;
        convert::check_length(theta.len() == plan.parameters)?;
        model.check_scaling()?;
        let scaling = model.scaling()?;
        let empty = Shape {
            inputs: 0,
            outputs: 0,
            bias: false,
            activation: Activation::Identity,
        };
        let mut shapes = [empty; LAYERS];
        let shapes = match &own {
            Some(_) => &[],
            None => model.shapes(&mut shapes)?,
        };
        let mut settings = FitOptions {
            weight_decay: options.weight_decay,
            steps: options.steps,
            ..FitOptions::default()
        };
        if options.tolerance != 0.0 {
            settings.tolerance = options.tolerance;
        }
        let mut failed = false;
        let sample = |index, x: &mut [f32], labels: &mut [f32]| {
            let Ok(weight) = source.get(index, x, labels) else {
                failed = true;
                return Err(Error::Model);
            };
            if let Scaling::Constants { mean, scale } = scaling {
                for ((entry, mean), scale) in x.iter_mut().zip(mean).zip(scale) {
                    *entry = (*entry - *mean) / *scale;
                }
            }
            Ok(weight)
        };
        let count = source.samples.count;
        let done = match &own {
            Some(own) => fit_own(
                own.function(),
                theta,
                objective,
                settings,
                count,
                sample,
                memory,
            ),
            None => fit(shapes, theta, objective, settings, count, sample, memory),
        };
        if failed {
            return Err(Fault(GLEANER_ERROR_CALLBACK));
        }
        let found = done?;
        report.set(gleaner_fit_report_f32 {
            loss: found.loss,
            steps: found.steps,
            stop: match found.stop {
                Stop::Decrease => GLEANER_STOP_DECREASE,
                Stop::Gradient => GLEANER_STOP_GRADIENT,
                Stop::Stalled => GLEANER_STOP_STALLED,
                Stop::Steps => GLEANER_STOP_STEPS,
            },
        });
        Ok(())
    })
}
