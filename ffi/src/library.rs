//! Codes, statuses, sizes and versions: what does not depend on the scalar.

use core::ffi::c_char;
use gleaner::calibrate::{calibrate_len, totals_len};
use gleaner::explain::explain_len;
use gleaner::factor::factor_len;
use gleaner::fit::{fit_len, fit_len_of};
use gleaner::kronecker::kronecker_len;
use gleaner::model::{
    exact_scratch, exact_sketch_scratch, network_scratch, network_sketch_scratch, own_scratch,
    own_sketch_scratch,
};
use gleaner::outlier::quantile_len;
use gleaner::sampler::positions_len;
use gleaner::selector::{selector_len, selector_len_of};
use gleaner::standardiser::moments_len;

/// Number of the interface, in every model and options struct. Structs of another number are refused.
pub const GLEANER_ABI: u32 = 2;

/// 0 (`GLEANER_OK`) or one of the negative `GLEANER_ERROR_...`. On an error outputs are not written and
/// objects are as before, but for the selector's counters of refused readings.
pub type gleaner_status = i32;

/// Done.
pub const GLEANER_OK: i32 = 0;
/// A pointer is NULL and its length is not 0.
pub const GLEANER_ERROR_NULL: i32 = -1;
/// A pointer is not aligned to its type.
pub const GLEANER_ERROR_ALIGNMENT: i32 = -2;
/// A length is larger than any memory.
pub const GLEANER_ERROR_SIZE: i32 = -3;
/// A length is not the one that the call needs.
pub const GLEANER_ERROR_LENGTH: i32 = -4;
/// A value is NaN or infinite.
pub const GLEANER_ERROR_NOT_FINITE: i32 = -5;
/// A value, or a result, is out of its range.
pub const GLEANER_ERROR_RANGE: i32 = -6;
/// A code (activation, objective, scaling) is unknown.
pub const GLEANER_ERROR_CODE: i32 = -7;
/// A score is negative, NaN or infinite.
pub const GLEANER_ERROR_SCORE: i32 = -8;
/// A label is missing, unwanted, or out of the objective's range.
pub const GLEANER_ERROR_LABEL: i32 = -9;
/// The objective does not fit: logistic takes a logit and the model ends in a sigmoid; the cross-entropy and softmax
/// take at least two outputs without an activation, and no single output's loss; or the pilot's rows were taken
/// with another objective.
pub const GLEANER_ERROR_OBJECTIVE: i32 = -10;
/// The model's description contradicts itself.
pub const GLEANER_ERROR_MODEL: i32 = -11;
/// A check pair's output differs: a transposed kernel, a missing standardiser, a doubled activation.
pub const GLEANER_ERROR_CHECK: i32 = -12;
/// The object belongs to a model with another id, or a pilot to other sketches.
pub const GLEANER_ERROR_IDENTITY: i32 = -13;
/// The factor's columns are in another order: pivot before score, unpivot before solve and packed.
pub const GLEANER_ERROR_STALE: i32 = -14;
/// The bytes are no record: wrong magic, version, length or checksum.
pub const GLEANER_ERROR_RECORD: i32 = -15;
/// The struct was never set by its init function (all zero, say), or is another object's; a reservoir that has been
/// thinned takes no offers.
pub const GLEANER_ERROR_STATE: i32 = -16;
/// The struct was compiled against a header with another `GLEANER_ABI`, or `abi` is not set.
pub const GLEANER_ERROR_ABI: i32 = -17;
/// The caller's function answered with something other than 0.
pub const GLEANER_ERROR_CALLBACK: i32 = -18;
/// There is no item of this index.
pub const GLEANER_ERROR_INDEX: i32 = -19;
/// Any other cause.
pub const GLEANER_ERROR_OTHER: i32 = -20;
/// The bytes are erased memory, all 0x00 or all 0xFF: nothing was saved there.
pub const GLEANER_ERROR_BLANK: i32 = -21;
/// The bytes are no snapshot, or a damaged one: wrong magic, length or checksum.
pub const GLEANER_ERROR_DAMAGED: i32 = -22;
/// The snapshot's version is not known to this library.
pub const GLEANER_ERROR_VERSION: i32 = -23;
/// The snapshot is of another kind of object, another scalar, or other options.
pub const GLEANER_ERROR_OBJECT: i32 = -24;
/// The caller's read, write or erase failed, or a stored payload is damaged.
pub const GLEANER_ERROR_STORAGE: i32 = -25;
/// The sampler has no room left: the sample was counted as refused.
pub const GLEANER_ERROR_FULL: i32 = -26;
/// So few draws, or so wide an accuracy, that nothing is guaranteed.
pub const GLEANER_ERROR_NO_GUARANTEE: i32 = -27;

/// s
pub const GLEANER_ACTIVATION_IDENTITY: i32 = 0;
/// max(s, 0)
pub const GLEANER_ACTIVATION_RELU: i32 = 1;
/// s where s > 0, parameter[0] * s elsewhere
pub const GLEANER_ACTIVATION_LEAKY_RELU: i32 = 2;
/// min(max(s, 0), 6)
pub const GLEANER_ACTIVATION_RELU6: i32 = 3;
/// 1 / (1 + exp(-s))
pub const GLEANER_ACTIVATION_SIGMOID: i32 = 4;
/// tanh(s)
pub const GLEANER_ACTIVATION_TANH: i32 = 5;
/// ln(1 + exp(s))
pub const GLEANER_ACTIVATION_SOFTPLUS: i32 = 6;
/// s sigmoid(s)
pub const GLEANER_ACTIVATION_SILU: i32 = 7;
/// s Phi(s), Phi the normal distribution function
pub const GLEANER_ACTIVATION_GELU: i32 = 8;
/// the tanh form of GELU
pub const GLEANER_ACTIVATION_GELU_TANH: i32 = 9;
/// s where s > 0, parameter[0] * (exp(s) - 1) elsewhere
pub const GLEANER_ACTIVATION_ELU: i32 = 10;
/// exp(s)
pub const GLEANER_ACTIVATION_EXP: i32 = 11;
/// sin(s)
pub const GLEANER_ACTIVATION_SIN: i32 = 12;
/// min(max(s + 3, 0), 6) / 6: PyTorch, Keras 3
pub const GLEANER_ACTIVATION_HARD_SIGMOID: i32 = 13;
/// min(max(0.2 s + 0.5, 0), 1): Keras 2
pub const GLEANER_ACTIVATION_HARD_SIGMOID_KERAS2: i32 = 14;
/// s times the hard sigmoid of PyTorch
pub const GLEANER_ACTIVATION_HARD_SWISH: i32 = 15;
/// s (sqrt c1 + (sqrt c2 - sqrt c1) sigmoid(zeta s)); parameter: c1, c2, zeta
pub const GLEANER_ACTIVATION_BOUNDED_SWISH: i32 = 16;

/// f = model(x): without labels.
pub const GLEANER_OBJECTIVE_PREDICTION: i32 = 0;
/// f = model(x) - y, the signed root of the squared loss.
pub const GLEANER_OBJECTIVE_RESIDUAL: i32 = 1;
/// The root of the logistic loss of the logit model(x); y in [0, 1].
pub const GLEANER_OBJECTIVE_LOGISTIC: i32 = 2;
/// The signed root of the Huber loss of model(x) - y, linear beyond delta.
pub const GLEANER_OBJECTIVE_HUBER: i32 = 3;
/// The root of the cross-entropy of the logits model(x) and a class, counted from 0: one row a sample.
pub const GLEANER_OBJECTIVE_CROSS_ENTROPY: i32 = 4;
/// Twice the root of each class's share of the softmax: a row a class, without labels.
pub const GLEANER_OBJECTIVE_SOFTMAX: i32 = 5;

/// The level of a drift above which a stream has changed: a false alarm once in 10^5 blocks of 16 readings, were these
/// independent.
pub const GLEANER_DRIFT_ALARM: i32 = 10;

/// Rows whole or sketched, as the pilot has it, else by the memory: what `gleaner_selector_init_...` says.
pub const GLEANER_BUCKETS_BY_RULE: u32 = 0xFFFF_FFFF;

/// The model's mean and scale; readings as they come where it has none.
pub const GLEANER_SCALING_MODEL: i32 = 0;
/// Running mean and variance of the readings before this one.
pub const GLEANER_SCALING_RUNNING: i32 = 1;

/// The row is in closed form: right to rounding.
pub const GLEANER_FORM_EXACT: i32 = 0;
/// The row is by Gauss-Legendre quadrature.
pub const GLEANER_FORM_QUADRATURE: i32 = 1;

/// The fit stopped as the relative decrease fell below its tolerance.
pub const GLEANER_STOP_DECREASE: i32 = 0;
/// The fit stopped as the scaled gradient fell below its tolerance.
pub const GLEANER_STOP_GRADIENT: i32 = 1;
/// The fit stopped as no damping gave a decrease.
pub const GLEANER_STOP_STALLED: i32 = 2;
/// The fit used up its steps.
pub const GLEANER_STOP_STEPS: i32 = 3;

/// With labels: `[l'(m) g ; 1]`, P + 1 sums; m is the model's output at the pilot, g its gradient, l the loss.
pub const GLEANER_VECTOR_GRADIENT: i32 = 0;
/// With labels: `[l'(m) g ; 1 ; vech(l''(m)/2 g g^T)]`, P (P + 1) / 2 more; vech: the upper triangle by rows.
pub const GLEANER_VECTOR_CURVATURE: i32 = 1;
/// Without labels: `[vech(g g^T) ; g ; m g ; 1]`, P (P + 1) / 2 + 2 P + 1 sums.
pub const GLEANER_VECTOR_OUTPUT: i32 = 2;

/// `left_out` of a diagnosis is defined.
pub const GLEANER_DEFINED_LEFT_OUT: u32 = 1;
/// `internal` is.
pub const GLEANER_DEFINED_INTERNAL: u32 = 2;
/// `external` is.
pub const GLEANER_DEFINED_EXTERNAL: u32 = 4;
/// `cook` is.
pub const GLEANER_DEFINED_COOK: u32 = 8;
/// `dffits` is.
pub const GLEANER_DEFINED_DFFITS: u32 = 16;

/// Scores that a mix takes at most.
pub const GLEANER_MIX_SCORES: usize = 4;

/// Largest relative difference of a check pair's output that `gleaner_model_check_...` lets pass.
pub const GLEANER_CHECK_TOLERANCE: f64 = 1e-3;

/// Lengths that a model asks for, in scalars where they are memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_sizes {
    /// Features of a reading.
    pub inputs: usize,
    /// Outputs of the model.
    pub outputs: usize,
    /// P, entries of theta.
    pub parameters: usize,
    /// N, entries of a row without its redundant columns: the order of the selector's factor.
    pub order: usize,
    /// What the macros below ask for as scratch.
    pub scratch: usize,
    /// Work memory of the model's functions, `GLEANER_WORK_LEN`.
    pub work: usize,
    /// Memory of a selector of whole rows, one an output: `GLEANER_SELECTOR_LEN` where there is one.
    pub selector: usize,
    /// Memory of a fit, one label an output: `GLEANER_FIT_LEN` where there is one.
    pub fit: usize,
}

/// What the checks of a model worked out.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_plan {
    /// Gauss-Legendre nodes a panel
    pub nodes: usize,
    /// Features of a reading
    pub inputs: usize,
    /// Outputs of the model
    pub outputs: usize,
    /// P
    pub parameters: usize,
    /// Hidden neurons
    pub hidden: usize,
    /// N
    pub order: usize,
    /// `GLEANER_FORM_...` of its rows
    pub form: i32,
}

/// How many samples a Poisson sampler is to keep, and of how many.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_budget {
    /// The most that are kept. `keep - 2 sqrt(keep)` are aimed at, or `keep / 4` where that is more, to leave room
    /// for chance. 0: no budget
    pub keep: u64,
    /// How many are going to be offered, about: where twice as many come, most of the budget goes to the first half
    pub items: u64,
    /// Offers within which the threshold follows; `items / 50` is good
    pub window: u64,
}

/// `GLEANER_ABI` of the library that is linked.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_abi() -> u32 {
    GLEANER_ABI
}

/// Version of the library that is linked, as `GLEANER_VERSION` of its header.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// One line of English for a status; never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_status_text(status: gleaner_status) -> *const c_char {
    let text = match status {
        GLEANER_OK => c"done",
        GLEANER_ERROR_NULL => c"a pointer is NULL and its length is not 0",
        GLEANER_ERROR_ALIGNMENT => c"a pointer is not aligned to its type",
        GLEANER_ERROR_SIZE => c"a length is larger than any memory",
        GLEANER_ERROR_LENGTH => c"a length is not the one that the call needs",
        GLEANER_ERROR_NOT_FINITE => c"a value is not finite",
        GLEANER_ERROR_RANGE => c"a value or a result is out of range",
        GLEANER_ERROR_CODE => c"a code is unknown",
        GLEANER_ERROR_SCORE => c"a score must be finite and not negative",
        GLEANER_ERROR_LABEL => c"the label is missing, unwanted or out of the objective's range",
        GLEANER_ERROR_OBJECTIVE => {
            c"the objective does not fit the model's outputs, its last activation, or the pilot"
        }
        GLEANER_ERROR_MODEL => c"the model's description contradicts itself",
        GLEANER_ERROR_CHECK => c"an output differs from a check pair's, or a gradient from its value's slope",
        GLEANER_ERROR_IDENTITY => c"the object belongs to another model, or to other sketches",
        GLEANER_ERROR_STALE => {
            c"the factor's columns are in another order: pivot before score, unpivot before solve"
        }
        GLEANER_ERROR_RECORD => c"not a record: wrong magic, version, length or checksum",
        GLEANER_ERROR_STATE => {
            c"the struct was never set by its init function, or has been written to; a store has not recovered; a reservoir has been thinned"
        }
        GLEANER_ERROR_ABI => c"the struct was compiled against another header, or abi is not set",
        GLEANER_ERROR_CALLBACK => c"the caller's function failed",
        GLEANER_ERROR_INDEX => c"there is no item of this index",
        GLEANER_ERROR_OTHER => c"another cause",
        GLEANER_ERROR_BLANK => c"erased memory: nothing was saved there",
        GLEANER_ERROR_DAMAGED => c"no snapshot, or a damaged one",
        GLEANER_ERROR_VERSION => c"the snapshot's version is not known",
        GLEANER_ERROR_OBJECT => c"the snapshot is of another object, scalar or options",
        GLEANER_ERROR_STORAGE => {
            c"reading, writing or erasing failed, or a stored payload is damaged"
        }
        GLEANER_ERROR_FULL => c"the sampler has no room left",
        GLEANER_ERROR_NO_GUARANTEE => c"so few draws, or so wide an accuracy, guarantee nothing",
        _ => c"not a status of gleaner",
    };
    text.as_ptr()
}

/// Counts above this are no memory's: products of two of them, and sums of those, stay in range.
const LARGEST: usize = 1 << (usize::BITS / 2 - 4);

/// The length, where the counts that it comes from are small enough; the largest number where not.
pub(crate) fn length(counts: [usize; 4], length: impl FnOnce() -> usize) -> usize {
    if counts.iter().all(|count| *count < LARGEST) {
        length()
    } else {
        usize::MAX
    }
}

/// Scalars of memory for a factor of this order, as `GLEANER_FACTOR_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_factor_len(order: usize) -> usize {
    length([order, 0, 0, 0], || factor_len(order))
}

/// Items of memory for k kept samples, as `GLEANER_ITEMS_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_items_len(kept: usize) -> usize {
    kept.saturating_add(1)
}

/// Scalars of memory for running moments of so many features, as `GLEANER_MOMENTS_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_moments_len(features: usize) -> usize {
    length([features, 0, 0, 0], || moments_len(features))
}

/// Counters of memory for a quantile over so many octaves, as `GLEANER_QUANTILE_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_quantile_len(octaves: usize) -> usize {
    length([octaves, 0, 0, 0], || quantile_len(octaves))
}

/// Length of the vector of this kind, `GLEANER_VECTOR_...`, for P parameters, as
/// `GLEANER_VECTOR_..._LEN`; of another kind the largest number.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_vector_len(kind: i32, parameters: usize) -> usize {
    match crate::convert::vector(kind) {
        Ok(vector) => length([parameters, 0, 0, 0], || vector.len(parameters)),
        Err(_) => usize::MAX,
    }
}

/// Scalars of memory for so many totals, as `GLEANER_TOTALS_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_totals_len(sums: usize) -> usize {
    length([sums, 0, 0, 0], || totals_len(sums))
}

/// Scalars of memory for a calibration on so many totals, as `GLEANER_CALIBRATE_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_calibrate_len(sums: usize) -> usize {
    length([sums, 0, 0, 0], || calibrate_len(sums))
}

/// Scalars of memory for the positions of so many samples who wait, as `GLEANER_POSITIONS_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_positions_len(waiting: usize, dimensions: usize) -> usize {
    length([waiting, dimensions, 0, 0], || {
        positions_len(waiting, dimensions)
    })
}

/// Scratch of an explanation for P parameters, as `GLEANER_EXPLAIN_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_explain_len(parameters: usize) -> usize {
    length([parameters, 0, 0, 0], || explain_len(parameters))
}

/// Scratch of a network with so many hidden neurons whose rows have a closed form, as
/// `GLEANER_SCRATCH_EXACT`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_scratch_exact(hidden: usize) -> usize {
    length([hidden, 0, 0, 0], || exact_scratch(hidden))
}

/// Scratch of any network of P parameters with so many hidden neurons, as `GLEANER_SCRATCH_QUADRATURE`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_scratch_quadrature(parameters: usize, hidden: usize) -> usize {
    length([parameters, hidden, 0, 0], || {
        network_scratch(parameters, hidden)
    })
}

/// Scratch of a model of your own with so many nodes a panel (give 8 where the model says 0), whatever its panels, as
/// `GLEANER_SCRATCH_OWN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_scratch_own(parameters: usize, nodes: usize) -> usize {
    length([parameters, nodes, 0, 0], || own_scratch(parameters, nodes))
}

/// Scratch for sketches of such a model's rows, as `GLEANER_SCRATCH_SKETCH_OWN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_scratch_sketch_own(parameters: usize, nodes: usize) -> usize {
    length([parameters, nodes, 0, 0], || {
        own_sketch_scratch(parameters, nodes)
    })
}

/// Scalars of work memory for a model's functions, as `GLEANER_WORK_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_work_len(inputs: usize, parameters: usize, scratch: usize) -> usize {
    length([inputs, parameters, scratch, 0], || {
        work_len(inputs, parameters, scratch)
    })
}

/// Scalars of memory for a selector, as `GLEANER_SELECTOR_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_selector_len(
    inputs: usize,
    parameters: usize,
    order: usize,
    scratch: usize,
) -> usize {
    length([inputs, parameters, order, scratch], || {
        selector_len(inputs, parameters, order, scratch)
    })
}

/// Scalars of memory for a selector of several rows a sample, or of sketches, as `GLEANER_SELECTOR_LEN_OF`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_selector_len_of(
    inputs: usize,
    rows: usize,
    row: usize,
    order: usize,
    scratch: usize,
) -> usize {
    let most = length([inputs, rows, row, order], || 0);
    length([scratch, most, 0, 0], || {
        selector_len_of(inputs, rows, row, order, scratch)
    })
}

/// Scratch of a network whose rows have a closed form, for sketches, as `GLEANER_SCRATCH_SKETCH_EXACT`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_scratch_sketch_exact(hidden: usize, buckets: usize) -> usize {
    length([hidden, buckets, 0, 0], || {
        exact_sketch_scratch(hidden, buckets)
    })
}

/// Scratch of any network, for sketches, as `GLEANER_SCRATCH_SKETCH_QUADRATURE`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_scratch_sketch_quadrature(hidden: usize, buckets: usize) -> usize {
    length([hidden, buckets, 0, 0], || {
        network_sketch_scratch(hidden, buckets)
    })
}

/// Scalars of memory for a layer of a Kronecker scorer, as `GLEANER_KRONECKER_LEN`; `bias` 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_kronecker_len(inputs: usize, outputs: usize, bias: u32) -> usize {
    length([inputs, outputs, 0, 0], || {
        kronecker_len(inputs, outputs, bias != 0)
    })
}

/// Scalars of memory for a fit, as `GLEANER_FIT_LEN`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_fit_len(inputs: usize, parameters: usize, scratch: usize) -> usize {
    length([inputs, parameters, scratch, 0], || {
        fit_len(inputs, parameters, scratch)
    })
}

/// Scalars of memory for a fit of several labels a sample, as `GLEANER_FIT_LEN_OF`.
#[unsafe(no_mangle)]
pub extern "C" fn gleaner_fit_len_of(
    inputs: usize,
    labels: usize,
    parameters: usize,
    scratch: usize,
) -> usize {
    length([inputs, labels, parameters, scratch], || {
        fit_len_of(inputs, labels, parameters, scratch)
    })
}

/// A model function's work memory: the standardised reading, a row, and what the network needs.
pub(crate) const fn work_len(inputs: usize, parameters: usize, scratch: usize) -> usize {
    inputs
        .saturating_add(parameters)
        .saturating_add(scratch)
        .saturating_add(1)
}
