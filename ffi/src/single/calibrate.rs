//! Calibration: totals over all readings, and weights that meet them, in single precision.

use super::descriptor::{Descriptor, gleaner_model_f32};
use super::model::{gleaner_target_f32, target};
use crate::border::{Fault, object, object_mut, optional, output, run, slice, slice_mut};
use crate::convert::{self, Kind, check_abi, check_length, check_tag, same_layout, tag};
use crate::{GLEANER_ERROR_CALLBACK, GLEANER_ERROR_INDEX, GLEANER_ERROR_SIZE, gleaner_status};
use core::ffi::c_void;
use core::mem::transmute;
use gleaner::Error;
use gleaner::calibrate::{Options, Report, Totals, TotalsState, calibrate};

/// Sums of a vector over all readings, kept or not, compensated. Keeps a pointer to the caller's memory.
///
/// At the end of a period the weights of the kept samples are moved a little, so that their weighted sums are these
/// totals: what is nearly a linear combination of the vector's entries is then known with much less error.
///
///     while (read_sensor(x)) {
///       gleaner_model_vector_f32(&model, GLEANER_VECTOR_OUTPUT, x, D, 0, NULL, work, WORK, vector, L);
///       gleaner_totals_observe_f32(&totals, vector, L);
///     }
///     gleaner_calibrate_f32(&totals, NULL, &kept_ones, ratios, count, memory, GLEANER_CALIBRATE_LEN(L), &report);
///     for (i = 0; i < count; i++) {
///       weights[i] = design_weights[i] * ratios[i];
///     }
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_totals_f32 {
    /// Set by init
    pub tag: u32,
    /// The caller's, `GLEANER_TOTALS_LEN(length)` scalars
    pub memory: *mut f32,
    /// Its length
    pub memory_len: usize,
    /// Number of sums
    pub length: usize,
    /// Vectors observed since the last clear
    pub count: u64,
}

/// How far weights may move; `GLEANER_CALIBRATION_OPTIONS_DEFAULT` sets the defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_calibration_options_f32 {
    /// `GLEANER_ABI`
    pub abi: u32,
    /// Most solutions, at least 1; default 8
    pub rounds: u32,
    /// rho, where the scaled matrix has a diagonal of 1; default -1, or any below 0: 1e-6 in single and 1e-10 in
    /// double precision where the kept samples are at least 5 times the sums, 1e-3 where they are at least as
    /// many, 0.1 where they are fewer
    pub ridge: f32,
    /// Smallest ratio, at least 0 and below 1; default 0.2
    pub least: f32,
    /// Largest ratio, above 1; default 5
    pub most: f32,
}

/// How a calibration went.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_calibration_report_f32 {
    /// Solutions made; 0 where nothing is kept
    pub rounds: u32,
    /// Samples whose ratio is a bound
    pub clipped: usize,
    /// Sums that are 0, or nothing beside their total, in every kept sample: no ratios meet them, and the figures below
    /// leave them out
    pub absent: usize,
    /// Largest `|T - sum w a| / sqrt(sum w a^2)` of a sum, with design weights
    pub before: f32,
    /// The same with calibrated weights
    pub after: f32,
}
same_layout!(
    gleaner_calibration_report_f32,
    Report<f32>,
    rounds = rounds,
    clipped = clipped,
    absent = absent,
    before = before,
    after = after,
);

/// The caller's function that gives kept sample `index`: its vector, `vector_len` scalars, and its weight, which
/// are 0 and 1 before the call. 0: done; else the call fails with CALLBACK. It must give the same each time it is
/// asked.
pub type gleaner_vector_f32 = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        index: usize,
        vector: *mut f32,
        vector_len: usize,
        weight: *mut f32,
    ) -> i32,
>;

/// The vectors and weights of kept samples: arrays, or a function that makes a vector of a payload again.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_vectors_f32 {
    /// Number of samples
    pub count: usize,
    /// Vector i starts at `vectors[i * stride]`; not looked at where `vector` is set
    pub vectors: *const f32,
    /// Scalars from one vector to the next, at least the number of sums, also where `count` is 0
    pub stride: usize,
    /// Design weights, one a sample: those of the sampler, positive
    pub weights: *const f32,
    /// Gives the samples instead of the arrays; NULL: the arrays do
    pub vector: gleaner_vector_f32,
    /// Passed to `vector`
    pub context: *mut c_void,
}

impl gleaner_totals_f32 {
    fn state(&self) -> TotalsState {
        TotalsState {
            length: self.length,
            count: self.count,
        }
    }

    pub(super) unsafe fn read<'a>(&self) -> Result<Totals<f32, &'a [f32]>, Fault> {
        check_tag::<f32>(self.tag, Kind::Totals)?;
        let memory = slice(self.memory.cast_const(), self.memory_len)?;
        Ok(Totals::attach(self.state(), memory)?)
    }

    pub(super) unsafe fn change(
        &mut self,
        change: impl FnOnce(&mut Totals<f32, &mut [f32]>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        check_tag::<f32>(self.tag, Kind::Totals)?;
        let memory = slice_mut(self.memory, self.memory_len)?;
        let mut totals = Totals::attach(self.state(), memory)?;
        change(&mut totals)?;
        self.count = totals.count();
        Ok(())
    }
}

/// Where vectors come from.
struct Source<'a> {
    raw: &'a gleaner_vectors_f32,
    vectors: &'a [f32],
    weights: &'a [f32],
}

impl Source<'_> {
    unsafe fn new(vectors: *const gleaner_vectors_f32, length: usize) -> Result<Self, Fault> {
        let raw = object(vectors)?;
        if raw.vector.is_some() {
            return Ok(Source {
                raw,
                vectors: &[],
                weights: &[],
            });
        }
        check_length(raw.stride >= length)?;
        let last = raw.count.saturating_sub(1).checked_mul(raw.stride);
        let whole = last.and_then(|last| last.checked_add(length));
        let whole = if raw.count == 0 { Some(0) } else { whole };
        Ok(Source {
            raw,
            vectors: slice(raw.vectors, whole.ok_or(Fault(GLEANER_ERROR_SIZE))?)?,
            weights: slice(raw.weights, raw.count)?,
        })
    }

    /// Writes a vector and gives its weight; `None`: the caller's function failed.
    fn get(&self, index: usize, to: &mut [f32]) -> Option<f32> {
        if let Some(vector) = self.raw.vector {
            let mut weight = 1.0;
            to.fill(0.0);
            let (start, length) = (to.as_mut_ptr(), to.len());
            // SAFETY: the caller's function, called as the header says.
            let done = unsafe { vector(self.raw.context, index, start, length, &mut weight) };
            return (done == 0).then_some(weight);
        }
        let start = index.saturating_mul(self.raw.stride);
        convert::copy(to, self.vectors.get(start..)?);
        self.weights.get(index).copied()
    }
}

/// Writes the vector of this kind, `GLEANER_VECTOR_...`, of the reading x at the model's parameters, a pilot's, for
/// its output number `index`. `target` NULL: the prediction objective, which only `GLEANER_VECTOR_OUTPUT` takes;
/// that one does not look at it. `work`: `GLEANER_WORK_LEN` scalars. A gradient, and two flops an entry.
/// Errors: as `gleaner_model_gradient_f32`; LABEL (a kind that takes one, and no target); OBJECTIVE (logistic behind
/// a sigmoid); CODE (the kind). A vector that turns out not to be finite (RANGE) has been written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_model_vector_f32(
    model: *const gleaner_model_f32,
    kind: i32,
    x: *const f32,
    x_len: usize,
    index: usize,
    target: *const gleaner_target_f32,
    work: *mut f32,
    work_len: usize,
    vector: *mut f32,
    vector_len: usize,
) -> gleaner_status {
    run(|| {
        let model = Descriptor::new(model)?;
        let kind = convert::vector(kind)?;
        let target = self::target(target)?;
        let (x, work) = (slice(x, x_len)?, slice_mut(work, work_len)?);
        let vector = slice_mut(vector, vector_len)?;
        model.ask(|network| {
            let (x, rest) = model.input(x, work)?;
            Ok(kind.write(network, x, index, target, vector, rest)?)
        })
    })
}

/// Sums of nothing, `length` of them, over `GLEANER_TOTALS_LEN(length)` scalars.
/// Errors: LENGTH, RANGE (length 0).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_totals_init_f32(
    totals: *mut gleaner_totals_f32,
    length: usize,
    memory: *mut f32,
    memory_len: usize,
) -> gleaner_status {
    run(|| {
        let totals = output(totals)?;
        let state = Totals::new(length, slice_mut(memory, memory_len)?)?.state();
        totals.set(gleaner_totals_f32 {
            tag: tag::<f32>(Kind::Totals),
            memory,
            memory_len,
            length: state.length,
            count: state.count,
        });
        Ok(())
    })
}

/// Forgets all vectors, for a new period.
/// Errors: STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_totals_clear_f32(
    totals: *mut gleaner_totals_f32,
) -> gleaner_status {
    run(|| {
        object_mut(totals)?.change(|totals| {
            totals.clear();
            Ok(())
        })
    })
}

/// Takes in the vector of a reading. About 20 flops an entry.
/// Errors: STATE, LENGTH, NOT_FINITE, RANGE (a sum would leave the scalar's range).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_totals_observe_f32(
    totals: *mut gleaner_totals_f32,
    vector: *const f32,
    vector_len: usize,
) -> gleaner_status {
    run(|| {
        let (totals, vector) = (object_mut(totals)?, slice(vector, vector_len)?);
        totals.change(|totals| Ok(totals.observe(vector)?))
    })
}

/// The sum of an index, counted from 0.
/// Errors: STATE, INDEX.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_totals_value_f32(
    totals: *const gleaner_totals_f32,
    index: usize,
    value: *mut f32,
) -> gleaner_status {
    run(|| {
        let value = output(value)?;
        let found = object(totals)?.read()?.value(index);
        value.set(found.ok_or(Fault(GLEANER_ERROR_INDEX))?);
        Ok(())
    })
}

/// Ratios r of calibrated to design weights, one a kept sample: `sum w (r - 1)^2` is least, subject to `sum w r a =
/// T`, within the bounds of the options. `options` NULL: the defaults. `memory`: `GLEANER_CALIBRATE_LEN(length)`
/// scalars. Vectors are asked for again in each pass: twice, and two more times a round; about 2 length^2 flops a
/// sample and round. Calibrated sums are unbiased only as samples grow, and good for the pilot that the vectors
/// were made at: keep the design weights, too.
/// Errors: STATE, LENGTH, NOT_FINITE, CALLBACK, RANGE (the options, a weight that is not positive, what leaves the
/// scalar's range), ABI. The ratios hold no meaning then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_calibrate_f32(
    totals: *const gleaner_totals_f32,
    options: *const gleaner_calibration_options_f32,
    vectors: *const gleaner_vectors_f32,
    ratios: *mut f32,
    ratios_len: usize,
    memory: *mut f32,
    memory_len: usize,
    report: *mut gleaner_calibration_report_f32,
) -> gleaner_status {
    run(|| {
        let totals = object(totals)?.read()?;
        let options = match optional(options)? {
            None => Options::default(),
            Some(options) => {
                check_abi(options.abi)?;
                Options {
                    ridge: if options.ridge < 0.0 {
                        None
                    } else {
                        Some(options.ridge)
                    },
                    least: options.least,
                    most: options.most,
                    rounds: options.rounds,
                }
            }
        };
        let source = Source::new(vectors, totals.state().length)?;
        let (ratios, memory) = (
            slice_mut(ratios, ratios_len)?,
            slice_mut(memory, memory_len)?,
        );
        let report = output(report)?;
        let mut failed = false;
        let item = |index, vector: &mut [f32]| {
            source.get(index, vector).ok_or_else(|| {
                failed = true;
                Error::Model
            })
        };
        let done = calibrate(&totals, source.raw.count, item, options, ratios, memory);
        if failed {
            return Err(Fault(GLEANER_ERROR_CALLBACK));
        }
        // SAFETY: of the same layout.
        report.set(unsafe { transmute::<Report<f32>, gleaner_calibration_report_f32>(done?) });
        Ok(())
    })
}
