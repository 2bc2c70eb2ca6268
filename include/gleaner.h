/* gleaner: picks the data points that matter to a trained model, on the device that records them.
 *
 * Version 0.1.0. This file is generated from the Rust sources in ffi/src.
 *
 * What is common to all functions
 *
 * - Names: gleaner_<object>_<verb>_<scalar>, _f32 for float and _f64 for double. Arguments: the object, the
 *   inputs, the outputs; after each buffer its length, in elements.
 * - A function that can fail returns gleaner_status: 0, or one of GLEANER_ERROR_... On an error no output is
 *   written and every object is bit for bit as before, except that gleaner_selector_offer_... and
 *   gleaner_pivotal_offer_... count what they refuse, that a solution, a vector or ratios beyond the scalar's
 *   range are found only while they are written, and that work memory has no meaning between calls. "Errors"
 *   names the causes beside NULL, ALIGNMENT and SIZE, which every pointer is checked for; (NULL, 0) is an empty
 *   buffer.
 * - Memory is the caller's: structs and arrays, static if you like. Nothing is allocated, nothing is to be
 *   freed, no global is kept, nothing blocks, and stack use does not grow with the model.
 * - A struct keeps pointers to the buffers given to its init function; these must stay where they are. A
 *   memcpy of a struct and its buffers, with the copy's pointers set to the copied buffers, is a full copy;
 *   gleaner_selector_copy_... makes one, or one for reading only.
 * - One context at a time may change an object. Functions that take it as const may run side by side, each
 *   with work memory of its own; a model may be shared by all. Where several tasks use an object, guard it and
 *   the kept slots by one lock; the free slot is its filler's. Nothing on a reading's way is above O(N^2), so
 *   the lock is held for a bounded time. An interrupt handler may call anything on an object that it alone
 *   uses, and nothing on one that it shares: it cannot wait for a lock. rtos.c shows all of this.
 * - Buffers of one call must not overlap.
 * - Every real input must be finite. The same input gives the same bits on every target.
 *
 * A sensor loop that keeps 200 readings of a stream, with weights (twelve.c is the whole program):
 *
 *     static struct reading slots[201];
 *     static float memory[MODEL_SELECTOR_LEN];
 *     static struct gleaner_item_f32 items[GLEANER_ITEMS_LEN(200)];
 *     static struct gleaner_selector_f32 selector;
 *     struct gleaner_verdict_f32 verdict = {0};
 *
 *     gleaner_selector_init_f32(&selector, &model, NULL, memory, MODEL_SELECTOR_LEN, items, 201);
 *     while (read_sensor(&slots[verdict.free_slot])) {
 *       gleaner_selector_offer_f32(&selector, slots[verdict.free_slot].x, 5, NULL, 0, &verdict);
 *     }
 *     for (size_t i = 0; gleaner_selector_kept_f32(&selector, i, &kept) == GLEANER_OK; i++) {
 *       upload(&slots[kept.slot], kept.weight);
 *     }
 */
#ifndef GLEANER_H
#define GLEANER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GLEANER_VERSION "0.1.0"
#define GLEANER_VERSION_MAJOR 0
#define GLEANER_VERSION_MINOR 1
#define GLEANER_VERSION_PATCH 0

/* ----------------------------------------------------------------------------------------------------------
 * Codes, statuses, sizes and versions: what does not depend on the scalar.
 * ---------------------------------------------------------------------------------------------------------- */

/* Number of the interface, in every model and options struct. Structs of another number are refused. */
#define GLEANER_ABI 2

/* 0 (`GLEANER_OK`) or one of the negative `GLEANER_ERROR_...`. On an error outputs are not written and
 * objects are as before, but for the selector's counters of refused readings. */
typedef int32_t gleaner_status;

#define GLEANER_OK 0 /* Done. */

#define GLEANER_ERROR_NULL (-1) /* A pointer is NULL and its length is not 0. */
#define GLEANER_ERROR_ALIGNMENT (-2) /* A pointer is not aligned to its type. */
#define GLEANER_ERROR_SIZE (-3) /* A length is larger than any memory. */
#define GLEANER_ERROR_LENGTH (-4) /* A length is not the one that the call needs. */
#define GLEANER_ERROR_NOT_FINITE (-5) /* A value is NaN or infinite. */
#define GLEANER_ERROR_RANGE (-6) /* A value, or a result, is out of its range. */
#define GLEANER_ERROR_CODE (-7) /* A code (activation, objective, scaling) is unknown. */
#define GLEANER_ERROR_SCORE (-8) /* A score is negative, NaN or infinite. */
#define GLEANER_ERROR_LABEL (-9) /* A label is missing, unwanted, or out of the objective's range. */

/* The objective does not fit: logistic takes a logit and the model ends in a sigmoid; the cross-entropy and softmax
 * take at least two outputs without an activation, and no single output's loss; or the pilot's rows were taken
 * with another objective. */
#define GLEANER_ERROR_OBJECTIVE (-10)

#define GLEANER_ERROR_MODEL (-11) /* The model's description contradicts itself. */

/* A check pair's output differs: a transposed kernel, a missing standardiser, a doubled activation. */
#define GLEANER_ERROR_CHECK (-12)

/* The object belongs to a model with another id, or a pilot to other sketches. */
#define GLEANER_ERROR_IDENTITY (-13)

/* The factor's columns are in another order: pivot before score, unpivot before solve and packed. */
#define GLEANER_ERROR_STALE (-14)

#define GLEANER_ERROR_RECORD (-15) /* The bytes are no record: wrong magic, version, length or checksum. */

/* The struct was never set by its init function (all zero, say), or is another object's; a reservoir that has been
 * thinned takes no offers. */
#define GLEANER_ERROR_STATE (-16)

/* The struct was compiled against a header with another `GLEANER_ABI`, or `abi` is not set. */
#define GLEANER_ERROR_ABI (-17)

#define GLEANER_ERROR_CALLBACK (-18) /* The caller's function answered with something other than 0. */
#define GLEANER_ERROR_INDEX (-19) /* There is no item of this index. */
#define GLEANER_ERROR_OTHER (-20) /* Any other cause. */

/* The bytes are erased memory, all 0x00 or all 0xFF: nothing was saved there. */
#define GLEANER_ERROR_BLANK (-21)

/* The bytes are no snapshot, or a damaged one: wrong magic, length or checksum. */
#define GLEANER_ERROR_DAMAGED (-22)

#define GLEANER_ERROR_VERSION (-23) /* The snapshot's version is not known to this library. */

/* The snapshot is of another kind of object, another scalar, or other options. */
#define GLEANER_ERROR_OBJECT (-24)

/* The caller's read, write or erase failed, or a stored payload is damaged. */
#define GLEANER_ERROR_STORAGE (-25)

#define GLEANER_ERROR_FULL (-26) /* The sampler has no room left: the sample was counted as refused. */
#define GLEANER_ERROR_NO_GUARANTEE (-27) /* So few draws, or so wide an accuracy, that nothing is guaranteed. */

#define GLEANER_ACTIVATION_IDENTITY 0 /* s */
#define GLEANER_ACTIVATION_RELU 1 /* max(s, 0) */
#define GLEANER_ACTIVATION_LEAKY_RELU 2 /* s where s > 0, parameter[0] * s elsewhere */
#define GLEANER_ACTIVATION_RELU6 3 /* min(max(s, 0), 6) */
#define GLEANER_ACTIVATION_SIGMOID 4 /* 1 / (1 + exp(-s)) */
#define GLEANER_ACTIVATION_TANH 5 /* tanh(s) */
#define GLEANER_ACTIVATION_SOFTPLUS 6 /* ln(1 + exp(s)) */
#define GLEANER_ACTIVATION_SILU 7 /* s sigmoid(s) */
#define GLEANER_ACTIVATION_GELU 8 /* s Phi(s), Phi the normal distribution function */
#define GLEANER_ACTIVATION_GELU_TANH 9 /* the tanh form of GELU */
#define GLEANER_ACTIVATION_ELU 10 /* s where s > 0, parameter[0] * (exp(s) - 1) elsewhere */
#define GLEANER_ACTIVATION_EXP 11 /* exp(s) */
#define GLEANER_ACTIVATION_SIN 12 /* sin(s) */
#define GLEANER_ACTIVATION_HARD_SIGMOID 13 /* min(max(s + 3, 0), 6) / 6: PyTorch, Keras 3 */
#define GLEANER_ACTIVATION_HARD_SIGMOID_KERAS2 14 /* min(max(0.2 s + 0.5, 0), 1): Keras 2 */
#define GLEANER_ACTIVATION_HARD_SWISH 15 /* s times the hard sigmoid of PyTorch */

/* s (sqrt c1 + (sqrt c2 - sqrt c1) sigmoid(zeta s)); parameter: c1, c2, zeta */
#define GLEANER_ACTIVATION_BOUNDED_SWISH 16

#define GLEANER_OBJECTIVE_PREDICTION 0 /* f = model(x): without labels. */
#define GLEANER_OBJECTIVE_RESIDUAL 1 /* f = model(x) - y, the signed root of the squared loss. */
#define GLEANER_OBJECTIVE_LOGISTIC 2 /* The root of the logistic loss of the logit model(x); y in [0, 1]. */
#define GLEANER_OBJECTIVE_HUBER 3 /* The signed root of the Huber loss of model(x) - y, linear beyond delta. */

/* The root of the cross-entropy of the logits model(x) and a class, counted from 0: one row a sample. */
#define GLEANER_OBJECTIVE_CROSS_ENTROPY 4

/* Twice the root of each class's share of the softmax: a row a class, without labels. */
#define GLEANER_OBJECTIVE_SOFTMAX 5

/* The level of a drift above which a stream has changed: a false alarm once in 10^5 blocks of 16 readings, were these
 * independent. */
#define GLEANER_DRIFT_ALARM 10

/* Rows whole or sketched, as the pilot has it, else by the memory: what `gleaner_selector_init_...` says. */
#define GLEANER_BUCKETS_BY_RULE 4294967295

#define GLEANER_SCALING_MODEL 0 /* The model's mean and scale; readings as they come where it has none. */
#define GLEANER_SCALING_RUNNING 1 /* Running mean and variance of the readings before this one. */

#define GLEANER_FORM_EXACT 0 /* The row is in closed form: right to rounding. */
#define GLEANER_FORM_QUADRATURE 1 /* The row is by Gauss-Legendre quadrature. */

#define GLEANER_STOP_DECREASE 0 /* The fit stopped as the relative decrease fell below its tolerance. */
#define GLEANER_STOP_GRADIENT 1 /* The fit stopped as the scaled gradient fell below its tolerance. */
#define GLEANER_STOP_STALLED 2 /* The fit stopped as no damping gave a decrease. */
#define GLEANER_STOP_STEPS 3 /* The fit used up its steps. */

/* With labels: `[l'(m) g ; 1]`, P + 1 sums; m is the model's output at the pilot, g its gradient, l the loss. */
#define GLEANER_VECTOR_GRADIENT 0

/* With labels: `[l'(m) g ; 1 ; vech(l''(m)/2 g g^T)]`, P (P + 1) / 2 more; vech: the upper triangle by rows. */
#define GLEANER_VECTOR_CURVATURE 1

/* Without labels: `[vech(g g^T) ; g ; m g ; 1]`, P (P + 1) / 2 + 2 P + 1 sums. */
#define GLEANER_VECTOR_OUTPUT 2

#define GLEANER_DEFINED_LEFT_OUT 1 /* `left_out` of a diagnosis is defined. */
#define GLEANER_DEFINED_INTERNAL 2 /* `internal` is. */
#define GLEANER_DEFINED_EXTERNAL 4 /* `external` is. */
#define GLEANER_DEFINED_COOK 8 /* `cook` is. */
#define GLEANER_DEFINED_DFFITS 16 /* `dffits` is. */

#define GLEANER_MIX_SCORES 4 /* Scores that a mix takes at most. */

/* Largest relative difference of a check pair's output that `gleaner_model_check_...` lets pass. */
#define GLEANER_CHECK_TOLERANCE 1e-3

/* Lengths that a model asks for, in scalars where they are memory. */
struct gleaner_sizes {
  size_t inputs; /* Features of a reading. */
  size_t outputs; /* Outputs of the model. */
  size_t parameters; /* P, entries of theta. */
  size_t order; /* N, entries of a row without its redundant columns: the order of the selector's factor. */
  size_t scratch; /* What the macros below ask for as scratch. */
  size_t work; /* Work memory of the model's functions, `GLEANER_WORK_LEN`. */
  /* Memory of a selector of whole rows, one an output: `GLEANER_SELECTOR_LEN` where there is one. */
  size_t selector;
  size_t fit; /* Memory of a fit, one label an output: `GLEANER_FIT_LEN` where there is one. */
};

/* What the checks of a model worked out. */
struct gleaner_plan {
  size_t nodes; /* Gauss-Legendre nodes a panel */
  size_t inputs; /* Features of a reading */
  size_t outputs; /* Outputs of the model */
  size_t parameters; /* P */
  size_t hidden; /* Hidden neurons */
  size_t order; /* N */
  int32_t form; /* `GLEANER_FORM_...` of its rows */
};

/* How many samples a Poisson sampler is to keep, and of how many. */
struct gleaner_budget {
  /* The most that are kept. `keep - 2 sqrt(keep)` are aimed at, or `keep / 4` where that is more, to leave room
   * for chance. 0: no budget */
  uint64_t keep;
  /* How many are going to be offered, about: where twice as many come, most of the budget goes to the first half */
  uint64_t items;
  uint64_t window; /* Offers within which the threshold follows; `items / 50` is good */
};

/* `GLEANER_ABI` of the library that is linked. */
uint32_t gleaner_abi(void);

/* Version of the library that is linked, as `GLEANER_VERSION` of its header. */
const char *gleaner_version(void);

/* One line of English for a status; never NULL. */
const char *gleaner_status_text(gleaner_status status);

/* Scalars of memory for a factor of this order, as `GLEANER_FACTOR_LEN`. */
size_t gleaner_factor_len(size_t order);

/* Items of memory for k kept samples, as `GLEANER_ITEMS_LEN`. */
size_t gleaner_items_len(size_t kept);

/* Scalars of memory for running moments of so many features, as `GLEANER_MOMENTS_LEN`. */
size_t gleaner_moments_len(size_t features);

/* Counters of memory for a quantile over so many octaves, as `GLEANER_QUANTILE_LEN`. */
size_t gleaner_quantile_len(size_t octaves);

/* Length of the vector of this kind, `GLEANER_VECTOR_...`, for P parameters, as
 * `GLEANER_VECTOR_..._LEN`; of another kind the largest number. */
size_t gleaner_vector_len(int32_t kind, size_t parameters);

/* Scalars of memory for so many totals, as `GLEANER_TOTALS_LEN`. */
size_t gleaner_totals_len(size_t sums);

/* Scalars of memory for a calibration on so many totals, as `GLEANER_CALIBRATE_LEN`. */
size_t gleaner_calibrate_len(size_t sums);

/* Scalars of memory for the positions of so many samples who wait, as `GLEANER_POSITIONS_LEN`. */
size_t gleaner_positions_len(size_t waiting, size_t dimensions);

/* Scratch of an explanation for P parameters, as `GLEANER_EXPLAIN_LEN`. */
size_t gleaner_explain_len(size_t parameters);

/* Scratch of a network with so many hidden neurons whose rows have a closed form, as
 * `GLEANER_SCRATCH_EXACT`. */
size_t gleaner_scratch_exact(size_t hidden);

/* Scratch of any network of P parameters with so many hidden neurons, as `GLEANER_SCRATCH_QUADRATURE`. */
size_t gleaner_scratch_quadrature(size_t parameters, size_t hidden);

/* Scratch of a model of your own with so many nodes a panel (give 8 where the model says 0), whatever its panels, as
 * `GLEANER_SCRATCH_OWN`. */
size_t gleaner_scratch_own(size_t parameters, size_t nodes);

/* Scratch for sketches of such a model's rows, as `GLEANER_SCRATCH_SKETCH_OWN`. */
size_t gleaner_scratch_sketch_own(size_t parameters, size_t nodes);

/* Scalars of work memory for a model's functions, as `GLEANER_WORK_LEN`. */
size_t gleaner_work_len(size_t inputs, size_t parameters, size_t scratch);

/* Scalars of memory for a selector, as `GLEANER_SELECTOR_LEN`. */
size_t gleaner_selector_len(size_t inputs, size_t parameters, size_t order, size_t scratch);

/* Scalars of memory for a selector of several rows a sample, or of sketches, as `GLEANER_SELECTOR_LEN_OF`. */
size_t gleaner_selector_len_of(size_t inputs, size_t rows, size_t row, size_t order, size_t scratch);

/* Scratch of a network whose rows have a closed form, for sketches, as `GLEANER_SCRATCH_SKETCH_EXACT`. */
size_t gleaner_scratch_sketch_exact(size_t hidden, size_t buckets);

/* Scratch of any network, for sketches, as `GLEANER_SCRATCH_SKETCH_QUADRATURE`. */
size_t gleaner_scratch_sketch_quadrature(size_t hidden, size_t buckets);

/* Scalars of memory for a layer of a Kronecker scorer, as `GLEANER_KRONECKER_LEN`; `bias` 1 or 0. */
size_t gleaner_kronecker_len(size_t inputs, size_t outputs, uint32_t bias);

/* Scalars of memory for a fit, as `GLEANER_FIT_LEN`. */
size_t gleaner_fit_len(size_t inputs, size_t parameters, size_t scratch);

/* Scalars of memory for a fit of several labels a sample, as `GLEANER_FIT_LEN_OF`. */
size_t gleaner_fit_len_of(size_t inputs, size_t labels, size_t parameters, size_t scratch);

/* Lengths for static arrays, in scalars. inputs: features of a reading. parameters: P. hidden: neurons of
   all layers but the last, and of the last too where it has several. order: N, at most P + 1. scratch:
   GLEANER_SCRATCH_EXACT where rows have a closed form (hidden layers identity, ReLU or leaky ReLU, a bias in
   the first layer only), GLEANER_SCRATCH_QUADRATURE for any network, GLEANER_SCRATCH_OWN for your
   own model. gleaner_model_sizes_... gives them all for a model. */
#define GLEANER_SCRATCH_EXACT(hidden) (3 * (size_t)(hidden))
#define GLEANER_SCRATCH_QUADRATURE(parameters, hidden) ((size_t)(parameters) + 9 * (size_t)(hidden) + 75)
#define GLEANER_SCRATCH_OWN(parameters, nodes) (3 * (size_t)(parameters) + 2 * (size_t)(nodes) + 1)
#define GLEANER_WORK_LEN(inputs, parameters, scratch) \
  ((size_t)(inputs) + (size_t)(parameters) + (size_t)(scratch) + 1)
#define GLEANER_FACTOR_LEN(order) ((size_t)(order) * ((size_t)(order) + 1) / 2 + 4 * (size_t)(order))
#define GLEANER_MOMENTS_LEN(features) (4 * (size_t)(features))
/* For rows of a sample, each of so many scalars: outputs, or 1 for the cross-entropy; of P + 1 scalars, or of
   GLEANER_SKETCH_LEN, which is a sketch's order too. */
#define GLEANER_LARGER(a, b) ((a) > (b) ? (a) : (b))
#define GLEANER_SKETCH_LEN(buckets) ((size_t)(buckets) + 1)
#define GLEANER_SCRATCH_SKETCH_EXACT(hidden, buckets) (3 * (size_t)(hidden) + 2 * (size_t)(buckets))
#define GLEANER_SCRATCH_SKETCH_QUADRATURE(hidden, buckets) (9 * (size_t)(hidden) + 3 * (size_t)(buckets) + 75)
#define GLEANER_SCRATCH_SKETCH_OWN(parameters, nodes) \
  (GLEANER_SCRATCH_OWN(parameters, nodes) + (size_t)(parameters) + 1)
#define GLEANER_SELECTOR_LEN_OF(inputs, rows, row, order, scratch) \
  (5 * (size_t)(inputs) + (size_t)(scratch) + GLEANER_FACTOR_LEN(order) + \
    GLEANER_LARGER((size_t)(rows) * (size_t)(row), \
      GLEANER_LARGER((size_t)(inputs), ((size_t)(rows) - 1) * (size_t)(row)) + (size_t)(rows)))
#define GLEANER_SELECTOR_LEN(inputs, parameters, order, scratch) \
  GLEANER_SELECTOR_LEN_OF(inputs, 1, (size_t)(parameters) + 1, order, scratch)
/* Of one layer; bias 1 or 0. */
#define GLEANER_KRONECKER_LEN(inputs, outputs, bias) \
  (GLEANER_FACTOR_LEN(outputs) + GLEANER_FACTOR_LEN((size_t)(inputs) + (bias)))
/* longest: the largest of inputs + 1 and outputs of all layers. */
#define GLEANER_KRONECKER_WORK_LEN(inputs, scratch, longest) \
  ((size_t)(inputs) + (size_t)(scratch) + 2 * (size_t)(longest))
/* For labels of a sample: one an output, or 1 for the cross-entropy. */
#define GLEANER_FIT_LEN_OF(inputs, labels, parameters, scratch) \
  (GLEANER_FACTOR_LEN((size_t)(parameters) + 1) + 6 * (size_t)(parameters) + 1 + (size_t)(inputs) + \
    (size_t)(labels) + (size_t)(scratch))
#define GLEANER_FIT_LEN(inputs, parameters, scratch) GLEANER_FIT_LEN_OF(inputs, 1, parameters, scratch)
#define GLEANER_EXPLAIN_LEN(parameters) (3 * ((size_t)(parameters) + 1))
/* Kinds of GLEANER_VECTOR_..., for parameters P; memory of totals and of a calibration, for so many sums. */
#define GLEANER_VECTOR_GRADIENT_LEN(parameters) ((size_t)(parameters) + 1)
#define GLEANER_VECTOR_CURVATURE_LEN(parameters) \
  ((size_t)(parameters) * ((size_t)(parameters) + 1) / 2 + (size_t)(parameters) + 1)
#define GLEANER_VECTOR_OUTPUT_LEN(parameters) \
  ((size_t)(parameters) * ((size_t)(parameters) + 1) / 2 + 2 * (size_t)(parameters) + 1)
#define GLEANER_TOTALS_LEN(sums) (2 * (size_t)(sums))
#define GLEANER_CALIBRATE_LEN(sums) (GLEANER_FACTOR_LEN(sums) + 5 * (size_t)(sums))
/* For so many samples who wait, with positions of so many scalars. */
#define GLEANER_POSITIONS_LEN(waiting, dimensions) (((size_t)(waiting) + 1) * (size_t)(dimensions))
/* In counters, for octaves below the highest score. */
#define GLEANER_QUANTILE_LEN(octaves) (16 * (size_t)(octaves))
/* In items, for k kept samples. */
#define GLEANER_ITEMS_LEN(kept) ((size_t)(kept) + 1)
/* In bytes: snapshots, at most; scalar: sizeof(float) or sizeof(double), items: k + 1. */
#define GLEANER_FACTOR_SNAPSHOT_LEN(scalar, order) \
  (60 + (scalar) * (1 + GLEANER_FACTOR_LEN(order) - (size_t)(order)))
#define GLEANER_MOMENTS_SNAPSHOT_LEN(scalar, features) (36 + (scalar) * GLEANER_MOMENTS_LEN(features))
#define GLEANER_RESERVOIR_SNAPSHOT_LEN(scalar, items) \
  (68 + 2 * (scalar) + ((size_t)(items) - 1) * (12 + (scalar)))
#define GLEANER_TOP_SNAPSHOT_LEN(scalar, items) (44 + ((size_t)(items) - 1) * (12 + (scalar)))
#define GLEANER_POISSON_SNAPSHOT_LEN(scalar) (92 + 5 * (scalar))
#define GLEANER_TOTALS_SNAPSHOT_LEN(scalar, sums) (36 + (scalar) * GLEANER_TOTALS_LEN(sums))
#define GLEANER_QUANTILE_SNAPSHOT_LEN(scalar, octaves) (60 + (scalar) + 4 * GLEANER_QUANTILE_LEN(octaves))
#define GLEANER_KRONECKER_SNAPSHOT_LEN(scalar, layers, memory) \
  (44 + 72 * (size_t)(layers) + (scalar) * (1 + 2 * (size_t)(layers) + (size_t)(memory)))
#define GLEANER_SELECTOR_SNAPSHOT_LEN(scalar, inputs, order, items) \
  (76 + 14 * (scalar) + GLEANER_MOMENTS_SNAPSHOT_LEN(scalar, inputs) + \
    GLEANER_FACTOR_SNAPSHOT_LEN(scalar, order) + GLEANER_RESERVOIR_SNAPSHOT_LEN(scalar, items))
/* In bytes: the buffer and the storage of a store; slots: k + 1, pages: k and at least one more. */
#define GLEANER_ROUND_UP(length, unit) (((size_t)(length) + (unit) - 1) / (unit) * (unit))
#define GLEANER_STORE_AREA(slots, snapshot) (40 + 4 * (size_t)(slots) + (size_t)(snapshot))
#define GLEANER_STORE_BUFFER_LEN(slots, payload, snapshot, granule) \
  GLEANER_ROUND_UP( \
    GLEANER_STORE_AREA(slots, snapshot) > (size_t)(payload) + 12 ? GLEANER_STORE_AREA(slots, snapshot) \
                                                                 : (size_t)(payload) + 12, granule)
#define GLEANER_STORE_LEN(slots, pages, payload, snapshot, erase_block) \
  (2 * GLEANER_ROUND_UP(GLEANER_STORE_AREA(slots, snapshot), erase_block) + \
    (size_t)(pages) * GLEANER_ROUND_UP((size_t)(payload) + 12, erase_block))
/* In bytes: a record of so many items, each with so many bytes of payload. */
#define GLEANER_RECORD_LEN(items, payload) (64 + (size_t)(items) * (24 + (size_t)(payload)))

/* Static initialisers. */
#define GLEANER_OPTIONS_DEFAULT \
  { GLEANER_ABI, GLEANER_OBJECTIVE_PREDICTION, GLEANER_SCALING_MODEL, 1, 0, 0, 0, 0, \
    GLEANER_BUCKETS_BY_RULE, 0 }
#define GLEANER_CALIBRATION_OPTIONS_DEFAULT { GLEANER_ABI, 8, -1, 0.2f, 5 }
#define GLEANER_FIT_OPTIONS_DEFAULT { GLEANER_ABI, GLEANER_OBJECTIVE_RESIDUAL, 1, 1e-3f, 0, 200 }


/* ----------------------------------------------------------------------------------------------------------
 * Snapshots: whose they are.
 * ---------------------------------------------------------------------------------------------------------- */

#define GLEANER_OBJECT_FACTOR 1 /* A factor's snapshot. */
#define GLEANER_OBJECT_RESERVOIR 2 /* A reservoir's. */
#define GLEANER_OBJECT_TOP 3 /* A top-k sampler's. */
#define GLEANER_OBJECT_MOMENTS 4 /* Running moments'. */
#define GLEANER_OBJECT_SELECTOR 5 /* A selector's. */
#define GLEANER_OBJECT_TOTALS 6 /* Sums over all readings. */
#define GLEANER_OBJECT_QUANTILE 7 /* A streamed quantile's. */
#define GLEANER_OBJECT_POISSON 8 /* A Poisson sampler's. */
#define GLEANER_OBJECT_KRONECKER 9 /* A Kronecker scorer's. */

/* What a snapshot says of itself. */
struct gleaner_snapshot_header {
  uint64_t model; /* Id of a selector's model; 0 for other objects */
  uint32_t object; /* `GLEANER_OBJECT_...` */
  uint32_t scalar; /* Bytes of a scalar: 4 (f32) or 8 (f64) */
  uint32_t length; /* Bytes of the snapshot */
};

/* Checks the snapshot at the front of `bytes` and says whose it is: after a restart, which model to init
 * the selector with. Cost: a checksum.
 * Errors: BLANK (erased memory: nothing was saved), DAMAGED, VERSION, OBJECT. */
gleaner_status gleaner_snapshot_read(const uint8_t *bytes, size_t bytes_len,
    struct gleaner_snapshot_header *header);

/* ----------------------------------------------------------------------------------------------------------
 * Stores: the caller's flash.
 * ---------------------------------------------------------------------------------------------------------- */

/* Reads `length` bytes from `address`. 0: done; else the call that asked fails with STORAGE. */
typedef int32_t (*gleaner_flash_read)(void *context, uint32_t address, uint8_t *bytes, size_t length);

/* Writes `length` bytes to `address`, which were erased before. 0: done. */
typedef int32_t (*gleaner_flash_write)(void *context, uint32_t address, const uint8_t *bytes, size_t length);

/* Erases `length` bytes from `address`, both multiples of `erase_block`. 0: done. Memory that needs no
 * erasing (EEPROM, FRAM) answers 0 and does nothing. */
typedef int32_t (*gleaner_flash_erase)(void *context, uint32_t address, size_t length);

/* The storage that a store may use: addresses from 0 to `length`, the caller's functions add where that
 * lies. Write and erase return when the hardware has finished. */
struct gleaner_flash {
  void *context; /* Handed to the functions */
  gleaner_flash_read read; /* Reads */
  gleaner_flash_write write; /* Writes */
  gleaner_flash_erase erase; /* Erases */
  uint32_t length; /* Bytes of it */
  uint32_t granule; /* What reads and writes are a multiple of, in bytes */
  uint32_t erase_block; /* What is erased at once, in bytes: a multiple of `granule` */
};

/* A store's counters. */
struct gleaner_store_state {
  uint64_t commits; /* Commits since the storage was first used */
  uint64_t writes; /* Payloads written since init */
  uint32_t area; /* Area of the next commit */
  uint32_t page; /* Page where the search for a free one goes on */
  uint32_t pending; /* Readings since the last commit: what a loss of power would lose */
  uint32_t recovered; /* 1: recovered, and in use */
};

/* Bytes of the buffer of a store of k + 1 slots, as `GLEANER_STORE_BUFFER_LEN`. */
size_t gleaner_store_buffer_len(size_t slots, size_t payload, size_t snapshot, uint32_t granule);

/* Bytes of storage of a store of k + 1 slots, as `GLEANER_STORE_LEN`. */
size_t gleaner_store_len(size_t slots, size_t pages, size_t payload, size_t snapshot, uint32_t erase_block);

/* ----------------------------------------------------------------------------------------------------------
 * A model of the caller's own, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* The caller's function: writes output `index` at the parameters `theta`, any, and its gradient with respect to them
 * (`theta_len` entries, all of them) for the reading x, which is standardised where the model says how. 0: done.
 * Anything else: no value here; whoever asked is refused with CALLBACK. Must be finite and differentiable along the
 * path `t theta`, t from 0 to 1. */
typedef int32_t (*gleaner_gradient_f32)(void *context, const float *theta, size_t theta_len, const float *x,
    size_t x_len, size_t index, float *gradient, float *value);

/* A model of your own, in place of layers: rows by quadrature, `nodes` of the model's struct on each of
 * `panels` equal stretches of the path, since its kinks are not known: look at each row's completeness, which also
 * tells of a gradient that is not the value's, as `gleaner_model_check_gradient_f32` does. No cross-entropy, no
 * softmax.
 *
 *     static const struct gleaner_own_f32 own = {value_and_gradient, NULL, theta, 7, 1, 1};
 *     static const struct gleaner_model_f32 model = {
 *       GLEANER_ABI, 0x1234u, NULL, 0, 5, 0, NULL, NULL, NULL, NULL, 0, NULL, &own,
 *     }; */
struct gleaner_own_f32 {
  gleaner_gradient_f32 gradient; /* The function */
  void *context; /* Handed to it */
  const float *theta; /* The parameters */
  uint32_t parameters; /* P, their number */
  uint32_t outputs; /* Number of outputs */
  uint32_t panels; /* Stretches of the path, at least 1; more where the model has kinks */
};

/* ----------------------------------------------------------------------------------------------------------
 * A model as C describes it, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* A dense layer, `h = activation(W x + b)`. */
struct gleaner_layer_f32 {
  const float *weights; /* W, outputs x inputs, row-major, as PyTorch keeps it; a Keras kernel is transposed. */
  const float *bias; /* b, one an output; NULL: no bias. */
  uint32_t inputs; /* Length of the layer's input. */
  uint32_t outputs; /* Number of neurons. */
  int32_t activation; /* `GLEANER_ACTIVATION_...` */
  float parameter[3]; /* What the activation asks for, else 0. */
};

/* The factor of the pilot's rows, which a selector starts from: scores are then good from the first
 * reading on. The exporter writes it. */
struct gleaner_pilot_f32 {
  const float *packed; /* Packed triangle of order N, N (N + 1) / 2 scalars, ridge included. */
  size_t packed_len; /* Its length. */
  uint64_t rows; /* Rows in it. */
  float ridge; /* Its ridge. */
  float mean_leverage; /* Mean online leverage of a reading's rows; 0: unknown. */
  uint64_t model_id; /* Id of the model whose rows they are. */
  int32_t objective; /* Objective of the rows, `GLEANER_OBJECTIVE_...`. */
  uint32_t buckets; /* Buckets of the sketches that the rows are; 0: they are whole. */
  uint64_t sketch_seed; /* Their seed. */
};

/* A model: const, with a static initialiser, in flash. The functions take readings as the sensor gives
 * them and standardise them by `mean` and `scale`. A bias behind the first layer takes rows by quadrature, and
 * more memory.
 *
 *     static const float w1[] = {...}, b1[] = {...}, w2[] = {...};
 *     static const struct gleaner_layer_f32 layers[] = {
 *       {w1, b1, 5, 8, GLEANER_ACTIVATION_RELU, {0}},
 *       {w2, NULL, 8, 1, GLEANER_ACTIVATION_IDENTITY, {0}},
 *     };
 *     static const struct gleaner_model_f32 model = {
 *       GLEANER_ABI, 0x1234u, layers, 2, 5, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL,
 *     }; */
struct gleaner_model_f32 {
  uint32_t abi; /* `GLEANER_ABI` */
  /* Id of the model: another one for each set of parameters. Nothing else tells pilots, snapshots and records of
   * different models apart. */
  uint64_t id;
  const struct gleaner_layer_f32 *layers; /* The layers, from the input on; NULL for a model of your own. */
  uint32_t depth; /* Number of layers; 0 for a model of your own. */
  uint32_t inputs; /* Features of a reading. */
  /* Gauss-Legendre nodes a panel, 1 to 32, where rows have no closed form; 0: the default, 8. */
  uint32_t nodes;
  /* A reading becomes `(x - mean) / scale`, one of each a feature; both NULL: as it comes. */
  const float *mean;
  const float *scale; /* Positive; see `mean`. */
  /* Check pairs: `checks` readings one after the other, `inputs` each; NULL where there are none. */
  const float *check_inputs;
  const float *check_outputs; /* The model's outputs for them, all outputs of the first, of the second, ... */
  uint32_t checks; /* Number of check pairs. */
  const struct gleaner_pilot_f32 *pilot; /* The pilot's factor; NULL: none. */
  const struct gleaner_own_f32 *own; /* A model of your own; NULL: the layers are the model. */
};

/* ----------------------------------------------------------------------------------------------------------
 * What a model gives: sizes, check, value, gradient, row, norm, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* An objective and a sample's label. */
struct gleaner_target_f32 {
  int32_t objective; /* `GLEANER_OBJECTIVE_...` */
  /* y, that of the row's output, or the class; not looked at by the prediction and softmax objectives. */
  float label;
  float delta; /* Where the Huber loss turns linear; not looked at by the others. */
};

/* What a row says of itself. */
struct gleaner_row_report_f32 {
  int32_t form; /* `GLEANER_FORM_...` */
  float value; /* f(theta) */
  float at_zero; /* f(0), the row's last entry */
  /* `|<a, theta> - (f(theta) - f(0))|`: rounding only in an exact row; no bound of the error otherwise. */
  float completeness;
};

/* Compares the gradient of a model of your own with differences of its value, along four directions of theta: a wrong
 * one is found, but for an entry whose share is below the tolerance: the difference of both slopes relative to their
 * size, beyond what rounding explains. 3e-3 in single and 1e-6 in double precision suit a smooth model. `work`:
 * `GLEANER_WORK_LEN` scalars. Cost: 9 calls an output.
 * Errors: those of a model; MODEL (not your own), CHECK (they differ), LENGTH, NOT_FINITE, RANGE, CALLBACK. */
gleaner_status gleaner_model_check_gradient_f32(const struct gleaner_model_f32 *model, const float *x,
    size_t x_len, float tolerance, float *work, size_t work_len);

/* Lengths that the model asks for. Once; the macros give upper bounds for static arrays.
 * Errors: those of a model (NULL, ABI, CODE, MODEL, NOT_FINITE, RANGE). */
gleaner_status gleaner_model_sizes_f32(const struct gleaner_model_f32 *model, struct gleaner_sizes *sizes);

/* Checks the description and runs the check pairs: the largest difference of an output from what is
 * expected, relative to the largest expected output, must be within `GLEANER_CHECK_TOLERANCE`, and goes
 * to `worst`. Finds transposed kernels, a missing standardiser, an activation too many. Call it once at
 * the start. `work`: `GLEANER_WORK_LEN` scalars.
 * Errors: those of a model; OBJECTIVE where the logistic objective meets a model that ends in a sigmoid;
 * CHECK where an output differs. */
gleaner_status gleaner_model_check_f32(const struct gleaner_model_f32 *model, int32_t objective, float *work,
    size_t work_len, float *worst);

/* The model's output number `index`, counted from 0, for the reading x. About 2 P flops. Weights are looked at
 * only where the answer is refused, here and in what follows: an infinite one that an activation flattens, or one
 * that leads to another output, passes. `gleaner_model_check_f32` finds them all.
 * Errors: those of a model; LENGTH, NOT_FINITE (x), RANGE (no such output, or one beyond the scalar). */
gleaner_status gleaner_model_value_f32(const struct gleaner_model_f32 *model, const float *x, size_t x_len,
    size_t index, float *work, size_t work_len, float *value);

/* f(theta; x) and its gradient, P entries: W1, b1, W2, b2, ..., each W row-major. `target` NULL: the
 * prediction objective. About 6 P flops.
 * Errors: as `gleaner_model_value_f32`; LABEL. */
gleaner_status gleaner_model_gradient_f32(const struct gleaner_model_f32 *model, const float *x, size_t x_len,
    size_t index, const struct gleaner_target_f32 *target, float *work, size_t work_len, float *gradient,
    size_t gradient_len, float *value);

/* The whole row `[a ; f(0)]`, P + 1 entries; `<row, [theta ; 1]> = f(theta)`. `target` NULL: the
 * prediction objective. One forward and one backward pass where the row is exact, else one of each for
 * each node.
 * Errors: as `gleaner_model_gradient_f32`. */
gleaner_status gleaner_model_row_f32(const struct gleaner_model_f32 *model, const float *x, size_t x_len,
    size_t index, const struct gleaner_target_f32 *target, float *work, size_t work_len, float *row,
    size_t row_len, struct gleaner_row_report_f32 *report);

/* The row as a sketch of `buckets + 1` entries: linear, so that inner products of rows are those of their sketches on
 * average, and made from the layers' outer products without the row. Sketches of the same buckets and seed belong
 * together. `work`: `GLEANER_SCRATCH_SKETCH_...` scalars, the reading and the sketch more; for a model of your own
 * `GLEANER_WORK_LEN` and `P + 1 + buckets` more.
 * Errors: as `gleaner_model_gradient_f32`; RANGE (buckets 0 or above 65534). */
gleaner_status gleaner_model_sketch_f32(const struct gleaner_model_f32 *model, const float *x, size_t x_len,
    size_t index, const struct gleaner_target_f32 *target, uint64_t sketch_seed, float *work, size_t work_len,
    float *sketch, size_t sketch_len, struct gleaner_row_report_f32 *report);

/* `|row|^2`, without the row where it is exact: `work` then holds the reading and the scratch, no more.
 * Errors: as `gleaner_model_gradient_f32`. */
gleaner_status gleaner_model_norm_f32(const struct gleaner_model_f32 *model, const float *x, size_t x_len,
    size_t index, const struct gleaner_target_f32 *target, float *work, size_t work_len, float *norm);

/* Moves the entries of a whole row that are not redundant to its front: the first `order` entries are
 * then the row for a factor of that order.
 * Errors: those of a model; LENGTH. */
gleaner_status gleaner_model_leave_out_gauge_f32(const struct gleaner_model_f32 *model, float *row,
    size_t row_len);

/* Copies the model's parameters to a flat theta of P entries: W1, b1, W2, b2, ...: where a fit starts.
 * Errors: those of a model; LENGTH. */
gleaner_status gleaner_model_theta_f32(const struct gleaner_model_f32 *model, float *theta, size_t theta_len);

/* Writes the model's layers to `layers`, one for each, with weights and biases that lie in theta: where a
 * copy of the model's struct gets these `layers` (and an id of its own), it is the model of that theta, which
 * `gleaner_fit_f32` has improved, say. Nothing is copied: theta stays in use.
 * Errors: those of a model; MODEL (your own), LENGTH. */
gleaner_status gleaner_model_layers_f32(const struct gleaner_model_f32 *model, const float *theta,
    size_t theta_len, struct gleaner_layer_f32 *layers, size_t layers_len);

/* ----------------------------------------------------------------------------------------------------------
 * The factor, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* A factor's counters. */
struct gleaner_factor_state_f32 {
  size_t order; /* N, the length of a row */
  float ridge; /* lambda; 0: none */
  uint64_t rows; /* Rows observed since the reset */
  uint64_t half_life; /* Rows, in a selector readings, after which a row counts half; 0: never forget */
  uint64_t age; /* Rows, in a selector readings, since the last halving */
  size_t cursor; /* Next column whose ridge is fed back */
  uint8_t pivoted; /* 1: columns have been moved */
};

/* The factor `D^T D + lambda I = U^T diag(d) U` of the rows seen, and its leverages. Keeps a pointer to
 * the caller's memory; a copy of the struct alone shares that memory. */
struct gleaner_factor_f32 {
  uint32_t tag; /* Set by init */
  float *memory; /* The caller's, `GLEANER_FACTOR_LEN(order)` scalars */
  size_t memory_len; /* Its length */
  struct gleaner_factor_state_f32 state; /* Counters */
};

/* A row's place against a factor. */
struct gleaner_score_f32 {
  float leverage; /* `d^T (D^T D + lambda I)^-1 d`; with lambda = 0 the pseudo-inverse */
  float novelty; /* Share of the row outside what the factor has seen, in [0, 1] */
};

/* An empty factor of the order N, with `lambda = ridge` (0: none), over `GLEANER_FACTOR_LEN(N)` scalars.
 * Errors: LENGTH, RANGE (order 0, ridge), NOT_FINITE. */
gleaner_status gleaner_factor_init_f32(struct gleaner_factor_f32 *factor, size_t order, float ridge,
    float *memory, size_t memory_len);

/* The ridge that suits rows of this mean squared norm: `1e-6` times it.
 * Errors: RANGE (not positive), NOT_FINITE. */
gleaner_status gleaner_factor_default_ridge_f32(float mean_squared_norm, float *ridge);

/* Forgets all rows; `lambda = ridge`.
 * Errors: STATE, RANGE, NOT_FINITE. */
gleaner_status gleaner_factor_reset_f32(struct gleaner_factor_f32 *factor, float ridge);

/* Starts from a packed triangle of `rows` rows, ridge included, as a pilot has it.
 * Errors: STATE, LENGTH, RANGE, NOT_FINITE. */
gleaner_status gleaner_factor_start_f32(struct gleaner_factor_f32 *factor, const float *packed,
    size_t packed_len, uint64_t rows, float ridge);

/* Copies out the packed triangle, N (N + 1) / 2 scalars: what `gleaner_factor_start_f32` takes.
 * Errors: STATE, LENGTH; STALE (columns have been moved: unpivot first). */
gleaner_status gleaner_factor_packed_f32(const struct gleaner_factor_f32 *factor, float *packed,
    size_t packed_len);

/* Half-life in rows, at least the order; 0: never forget. The ridge is kept alive.
 * Errors: STATE, RANGE. */
gleaner_status gleaner_factor_half_life_f32(struct gleaner_factor_f32 *factor, uint64_t rows);

/* Takes in a row with a weight; `online` gets its leverage against the rows before, itself included, in
 * [0, 1]. About N^2 multiplications and as many additions.
 * Errors: STATE, LENGTH, NOT_FINITE, RANGE (weight, or entries whose squares leave the scalar's range). */
gleaner_status gleaner_factor_observe_f32(struct gleaner_factor_f32 *factor, const float *row, size_t row_len,
    float weight, float *online);

/* Leverage and novelty of a row, which is not taken in. `scratch`: N scalars. About N^2 / 2
 * multiplications and as many additions.
 * Errors: STATE, LENGTH, NOT_FINITE, RANGE; STALE (without a ridge: pivot first). */
gleaner_status gleaner_factor_score_f32(const struct gleaner_factor_f32 *factor, const float *row,
    size_t row_len, float *scratch, size_t scratch_len, struct gleaner_score_f32 *score);

/* As `gleaner_factor_score_f32`, and by columns: `contributions`, N, get `d_j (M^-1 d)_j`, signed, whose sum is
 * the leverage. About 3 N^2 flops.
 * Errors: as `gleaner_factor_score_f32`. */
gleaner_status gleaner_factor_contributions_f32(const struct gleaner_factor_f32 *factor, const float *row,
    size_t row_len, float *scratch, size_t scratch_len, float *contributions, size_t contributions_len,
    struct gleaner_score_f32 *score);

/* Orders the columns so that relative pivots fall, in place; `rank` gets the number of those above rounding
 * and the ridge. Later rows follow the order. At most about 2 N^3 flops.
 * Errors: STATE. */
gleaner_status gleaner_factor_pivot_f32(struct gleaner_factor_f32 *factor, size_t *rank);

/* Moves the columns back to their natural order. Cost as `gleaner_factor_pivot_f32`.
 * Errors: STATE. */
gleaner_status gleaner_factor_unpivot_f32(struct gleaner_factor_f32 *factor);

/* An estimate of the condition number of the rows after their columns are scaled to one norm; the largest
 * scalar where a column depends on others. Near 1 / epsilon no digit of a leverage is right.
 * Errors: STATE. */
gleaner_status gleaner_factor_condition_f32(const struct gleaner_factor_f32 *factor, float *condition);

/* The number of columns whose pivot is above rounding and the ridge, as the factor stands.
 * Errors: STATE. */
gleaner_status gleaner_factor_rank_f32(const struct gleaner_factor_f32 *factor, size_t *rank);

/* Takes in all rows of another factor of the same order; its ridge is not added again.
 * Errors: STATE, LENGTH, RANGE. */
gleaner_status gleaner_factor_merge_f32(struct gleaner_factor_f32 *factor,
    const struct gleaner_factor_f32 *other);

/* Regresses the last column on the others, N - 1 entries: with rows `[J | -f]` a Gauss-Newton step.
 * Errors: STATE, LENGTH, STALE; RANGE, after which the solution holds no meaning. */
gleaner_status gleaner_factor_solve_f32(const struct gleaner_factor_f32 *factor, float *solution,
    size_t solution_len);

/* ----------------------------------------------------------------------------------------------------------
 * Kronecker leverage: two small factors a layer, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* A layer's two factors, without their memory */
struct gleaner_kronecker_layer_f32 {
  struct gleaner_factor_state_f32 delta; /* Of the deltas */
  struct gleaner_factor_state_f32 input; /* Of the layer's inputs, and a 1 for its bias */
};

/* What a Kronecker scorer remembers beside its layers and memory */
struct gleaner_kronecker_state_f32 {
  uint64_t rows; /* Rows taken in */
  uint64_t half_life; /* Half-life in rows; 0: never forget */
  float effective; /* Rows, those that are half forgotten counted half */
};

/* Scores rows of a network too big for its factor by two small factors a layer, whose quadratic forms multiplied, times
 * the number of rows, are t: the sum of t over the layers. Ranks readings much as their leverages do; it is none: it
 * does not sum to the rank. Give it to a reservoir. Keeps pointers to layers and memory. */
struct gleaner_kronecker_f32 {
  uint32_t tag; /* Set by init */
  struct gleaner_kronecker_layer_f32 *layers; /* The caller's, one for each of the model's layers */
  size_t layers_len; /* Their number */
  float *memory; /* The caller's: `GLEANER_KRONECKER_LEN` scalars for each layer */
  size_t memory_len; /* Its length */
  struct gleaner_kronecker_state_f32 state; /* What it remembers */
};

/* Work of `gleaner_kronecker_observe_f32` for a model, in scalars, as `GLEANER_KRONECKER_WORK_LEN`: once.
 * Errors: those of a model; MODEL (one of your own). */
gleaner_status gleaner_kronecker_work_len_f32(const struct gleaner_model_f32 *model, size_t *length);

/* An empty scorer of a model's layers. `half_life` in rows, 0: never forget; at least the longest side of a layer, its
 * inputs, one more with a bias, or its outputs. `layers`: one for each layer; `memory`: the sum of their
 * `GLEANER_KRONECKER_LEN`.
 * Errors: those of a model; MODEL (one of your own), LENGTH, RANGE (half-life). */
gleaner_status gleaner_kronecker_init_f32(struct gleaner_kronecker_f32 *scorer,
    const struct gleaner_model_f32 *model, uint64_t half_life, struct gleaner_kronecker_layer_f32 *layers,
    size_t layers_len, float *memory, size_t memory_len);

/* Takes the row of a reading in and scores it, by the sum of t / (1 + t) against the rows before: at most 1 a layer.
 * `index`, `target` as for `gleaner_model_row_f32`; where a reading has several rows, one an output or one in all for
 * the cross-entropy, call for all and add up. The model is the one of init: nothing but its layers' sizes is compared.
 * `work`: as `gleaner_kronecker_work_len_f32` says. Cost: both passes, and about 2 (outputs^2 + inputs^2)
 * multiplications a layer.
 * Errors: STATE; those of a model; LENGTH, NOT_FINITE, RANGE, LABEL, OBJECTIVE. */
gleaner_status gleaner_kronecker_observe_f32(struct gleaner_kronecker_f32 *scorer,
    const struct gleaner_model_f32 *model, const float *x, size_t x_len, size_t index,
    const struct gleaner_target_f32 *target, float *work, size_t work_len, float *score);

/* Scores a reading's row against those that were taken in, by the sum of t, and takes nothing in.
 * Errors: as `gleaner_kronecker_observe_f32`. */
gleaner_status gleaner_kronecker_score_f32(const struct gleaner_kronecker_f32 *scorer,
    const struct gleaner_model_f32 *model, const float *x, size_t x_len, size_t index,
    const struct gleaner_target_f32 *target, float *work, size_t work_len, float *score);

/* ----------------------------------------------------------------------------------------------------------
 * Scores from a loss's slope and a leverage, and mixes of scores, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* A mix of K scores, K at most `GLEANER_MIX_SCORES`: `(1 - alpha) sum_k share_k score_k / mean_k + alpha`. The
 * means are fixed, or those of the readings before this one, so that chances stay what a sampler takes them for. A
 * score without a positive mean before it counts as average, 1. A plain value: a memcpy is a full copy.
 *
 *     static const float shares[2] = {0.5f, 0.5f};
 *     gleaner_mix_init_f32(&mix, 0.05f, shares, 2, NULL, 0);
 *     ...
 *     scores[0] = leverage;
 *     scores[1] = sqrtf(leverage);
 *     gleaner_mix_score_f32(&mix, scores, 2, &score);
 *     gleaner_reservoir_offer_f32(&reservoir, score, &outcome); */
struct gleaner_mix_f32 {
  uint32_t tag; /* Set by init */
  uint32_t scores; /* K */
  float alpha; /* Share of uniform sampling */
  float shares[GLEANER_MIX_SCORES]; /* Shares of the scores; 0 behind the K-th */
  /* What the next reading's scores are divided by: rounded, and what the rounding left out */
  float means[GLEANER_MIX_SCORES][2];
  uint64_t count; /* Readings in the means; 0 where they are fixed */
  uint8_t fixed; /* 1: the means stay as they are */
};

/* The loss of an objective at a model's output m: its slope l'(m), which the scores below take, and its curvature
 * l''(m). `target` NULL: the prediction objective, of which the loss is m^2.
 * Errors: CODE, LABEL, RANGE (delta, or a slope beyond the scalar), NOT_FINITE (m). */
gleaner_status gleaner_target_loss_f32(const struct gleaner_target_f32 *target, float value, float *slope,
    float *curvature);

/* `|slope| sqrt(leverage)`: right to first order for any loss, where slope and leverage are a pilot's. Alone it is
 * dangerous: what a poor pilot happens to fit gets no chance. Take the cautious score, or a mix.
 * Errors: NOT_FINITE; RANGE (a negative leverage, a score beyond the scalar). */
gleaner_status gleaner_optimal_score_f32(float slope, float leverage, float *score);

/* `sqrt((slope^2 + kappa mean leverage) leverage)`: as the optimal score, with the pilot's own error in the slope.
 * `mean`: of slope^2 over the readings before this one, or over the pilot's; `kappa`: readings of the stream over
 * those of the pilot.
 * Errors: NOT_FINITE; RANGE (a negative leverage, mean or kappa; a score beyond the scalar). */
gleaner_status gleaner_cautious_score_f32(float slope, float leverage, float mean, float kappa, float *score);

/* A mix with these shares, one a score, not negative and of sum 1, and a share `alpha` of uniform sampling.
 * `means`, one a score: a pilot's, which stay; (NULL, 0): those of the readings before.
 * Errors: LENGTH (no score or too many, other means than shares), RANGE (alpha outside [0, 1], no shares, means
 * that are not positive and finite). */
gleaner_status gleaner_mix_init_f32(struct gleaner_mix_f32 *mix, float alpha, const float *shares,
    size_t shares_len, const float *means, size_t means_len);

/* The mixed score of a reading from its `scores_len` = K scores, which enter the means behind it.
 * Errors: STATE, LENGTH, SCORE (one is negative, NaN or infinite), RANGE (the mix leaves the scalar's range). */
gleaner_status gleaner_mix_score_f32(struct gleaner_mix_f32 *mix, const float *scores, size_t scores_len,
    float *score);

/* What the next reading's score of an index, counted from 0, is divided by: a pilot's means, to be fixed
 * elsewhere.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_mix_mean_f32(const struct gleaner_mix_f32 *mix, size_t index, float *mean);

/* ----------------------------------------------------------------------------------------------------------
 * The VarOpt reservoir, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* A kept sample as a sampler stores it. Read it by the `_kept_` functions, which know its weight. */
struct gleaner_item_f32 {
  uint64_t sequence; /* Number among the offers of the period that were not refused, from 0 */
  float score; /* The score it was offered with */
  uint32_t slot; /* Slot of its payload */
};

/* A kept sample. */
struct gleaner_kept_f32 {
  uint64_t sequence; /* Number among the offers of the period that were not refused, from 0 */
  uint32_t slot; /* Slot of its payload */
  float score; /* The score it was offered with */
  float weight; /* How many samples of the stream it stands for: 1 / its chance of being kept */
};

/* What an offer led to. */
struct gleaner_outcome_f32 {
  uint32_t kept; /* 1: the newcomer is kept, for now */
  uint32_t free_slot; /* Where the next payload goes; its old content can be read until then */
  uint32_t dropped_any; /* 1: a sample left, the newcomer or an earlier one, and `dropped` says which */
  struct gleaner_item_f32 dropped; /* The sample that left */
};

/* A reservoir's counters. */
struct gleaner_reservoir_state_f32 {
  uint64_t seen; /* Samples offered since the last clear */
  size_t heavy; /* Kept samples whose score is above the threshold */
  size_t light; /* The other kept samples */
  float threshold; /* Scores above it are kept for certain */
  float compensation; /* What the threshold's rounding left out */
  uint32_t free_slot; /* Where the next payload goes */
};

/* Keeps k samples of a stream, each with a chance in proportion to its score, and gives weights for
 * which every sum over a subset of the stream is unbiased (VarOpt). Slots 0 to k, one of them free. */
struct gleaner_reservoir_f32 {
  uint32_t tag; /* Set by init */
  uint8_t generator[16]; /* State of the generator */
  struct gleaner_item_f32 *items; /* The caller's, `GLEANER_ITEMS_LEN(k)` items */
  size_t items_len; /* k + 1 */
  struct gleaner_reservoir_state_f32 state; /* Counters */
};

/* An empty reservoir of k kept samples over k + 1 items, drawing from a generator of this seed.
 * Errors: LENGTH (no item). */
gleaner_status gleaner_reservoir_init_f32(struct gleaner_reservoir_f32 *reservoir, uint64_t seed,
    struct gleaner_item_f32 *items, size_t items_len);

/* Drops all samples, for a new period; the generator goes on.
 * Errors: STATE. */
gleaner_status gleaner_reservoir_clear_f32(struct gleaner_reservoir_f32 *reservoir);

/* Offers the sample whose payload is in the free slot. A score of 0 is counted and never kept. At most two
 * draws, none while there is room. O(log k), mostly O(1).
 * Errors: STATE, SCORE, RANGE (the threshold would leave the scalar's range). */
gleaner_status gleaner_reservoir_offer_f32(struct gleaner_reservoir_f32 *reservoir, float score,
    struct gleaner_outcome_f32 *outcome);

/* The number of kept samples.
 * Errors: STATE. */
gleaner_status gleaner_reservoir_count_f32(const struct gleaner_reservoir_f32 *reservoir, size_t *count);

/* The kept sample of an index from 0 to the count, with its weight: final once the stream has ended.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_reservoir_kept_f32(const struct gleaner_reservoir_f32 *reservoir, size_t index,
    struct gleaner_kept_f32 *kept);

/* `(sum w)^2 / sum w^2` of the kept: how many samples of one weight these are worth.
 * Errors: STATE. */
gleaner_status gleaner_reservoir_effective_size_f32(const struct gleaner_reservoir_f32 *reservoir, float *size);

/* ----------------------------------------------------------------------------------------------------------
 * Merging samples, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* What a merged sample came with */
struct gleaner_earlier_f32 {
  float score; /* Its score */
  float weight; /* The weight that its own sampler gave it */
};

/* One sample of k of what several samples stand for, of devices or periods, whatever their sizes and in any order: each
 * kept sample is offered with its score and weight. Slots 0 to k are the merge's own, one of them free. Sums stay
 * unbiased, and the sum of score times weight exact; what a merge keeps may be merged again. */
struct gleaner_merge_f32 {
  uint32_t tag; /* Set by init */
  uint8_t generator[16]; /* State of the generator */
  struct gleaner_item_f32 *items; /* The caller's, `GLEANER_ITEMS_LEN(k)` items */
  struct gleaner_earlier_f32 *earlier; /* The caller's, as many */
  size_t items_len; /* k + 1 */
  struct gleaner_reservoir_state_f32 state; /* Counters, of score times weight */
};

/* An empty merge that keeps k samples over k + 1 items and as many `earlier`.
 * Errors: LENGTH (no item). */
gleaner_status gleaner_merge_init_f32(struct gleaner_merge_f32 *merge, uint64_t seed,
    struct gleaner_item_f32 *items, struct gleaner_earlier_f32 *earlier, size_t items_len);

/* Drops all samples; the generator goes on.
 * Errors: STATE. */
gleaner_status gleaner_merge_clear_f32(struct gleaner_merge_f32 *merge);

/* Offers the sample whose payload is in the free slot, with the score and weight that its own sampler kept it with:
 * those of a `gleaner_kept_f32`, or of a record's item. O(log k).
 * Errors: STATE, SCORE, RANGE (a weight that is not positive and finite; a product beyond the scalar). */
gleaner_status gleaner_merge_offer_f32(struct gleaner_merge_f32 *merge, float score, float weight,
    struct gleaner_outcome_f32 *outcome);

/* The number of kept samples.
 * Errors: STATE. */
gleaner_status gleaner_merge_count_f32(const struct gleaner_merge_f32 *merge, size_t *count);

/* The kept sample of an index from 0 to the count, with its score and its whole weight, final once all are in; its
 * sequence is the number of its offer.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_merge_kept_f32(const struct gleaner_merge_f32 *merge, size_t index,
    struct gleaner_kept_f32 *kept);

/* ----------------------------------------------------------------------------------------------------------
 * Thinning of a reservoir: few samples of many, spread, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* A sample that is not decided yet, or that is kept: memory of thinning and of the pivotal sampler. */
struct gleaner_candidate_f32 {
  struct gleaner_item_f32 item; /* The sample */
  float probability; /* Its chance of being kept, when it came */
  float chance[2]; /* Its chance by now: rounded, and what the rounding left out */
};

/* The caller's function that says where a sample stands: `position_len` scalars, which are 0 before the call. It
 * must not touch the sampler. */
typedef void (*gleaner_position_f32)(void *context, const struct gleaner_kept_f32 *kept, float *position,
    size_t position_len);

/* Where samples stand in the space that they are spread over: an array by slot, which can be filled as readings
 * come, beside the payloads; or, where that is too long, a function that works it out of a payload.
 *
 *     static float rows[SLOTS][D], memory[GLEANER_POSITIONS_LEN(32, D)];
 *     static struct gleaner_candidate_f32 waiting[32];
 *     const struct gleaner_positions_f32 positions = {D, rows[0], D, NULL, NULL};
 *     gleaner_reservoir_thin_f32(&reservoir, 200, &positions, waiting, 32, memory, GLEANER_POSITIONS_LEN(32, D)); */
struct gleaner_positions_f32 {
  size_t dimensions; /* Scalars of a position; 0: samples are spread along the stream */
  /* The sample in slot s stands at `positions[s * stride]`, for every slot; not looked at where `position` is
   * set */
  const float *positions;
  size_t stride; /* Scalars from one position to the next, at least `dimensions` */
  gleaner_position_f32 position; /* Says where a sample stands instead of the array; NULL: the array does */
  void *context; /* Passed to `position` */
};

/* Comes down to `keep` samples at the end of a stream, spread over the space of positions; where no more are kept,
 * nothing changes. A reservoir of 4 k samples thinned to k is worth more than one of k; weights stay exact,
 * wherever samples stand. Good positions are what the sums of interest are made of, over the score: the row. What
 * is not finite stands far off. Behind it the samples are read as before, by `gleaner_reservoir_count_f32` and
 * `gleaner_reservoir_kept_f32`, in another order; offers are refused until a clear. `candidates`: so many wait at
 * a time, 32 say; `memory`: `GLEANER_POSITIONS_LEN(candidates_len, dimensions)` scalars. Of n samples about `n
 * candidates_len dimensions` multiplications.
 * Errors: STATE, LENGTH, RANGE (keep 0; the threshold leaves the scalar's range, and the samples have another
 * order). */
gleaner_status gleaner_reservoir_thin_f32(struct gleaner_reservoir_f32 *reservoir, size_t keep,
    const struct gleaner_positions_f32 *positions, struct gleaner_candidate_f32 *candidates,
    size_t candidates_len, float *memory, size_t memory_len);

/* ----------------------------------------------------------------------------------------------------------
 * Pivotal sampling of a stream, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* A pivotal sampler's counters. */
struct gleaner_pivotal_state_f32 {
  uint64_t seen; /* Samples offered since the last clear */
  uint64_t refused; /* Of these, refused for want of room: above 0, chances are no longer exact */
  size_t settled; /* Kept for certain */
  size_t waiting; /* Waiting */
  size_t places; /* How many may wait */
  size_t dimensions; /* Scalars of a position */
  float threshold; /* c of the next sample */
  uint32_t free_slot; /* Where the next payload goes */
  uint32_t first; /* The slot that was free at the start of the period */
  uint32_t handed; /* Slots handed out in the period behind that one */
};

/* Keeps samples of a stream, each with chance `min(1, score / c)`, of which neighbours in the space of positions
 * seldom stay both: sums over what is smooth there come out better than from a reservoir. The threshold c, fixed
 * before a sample comes, says how many are kept: the sum of the chances, rounded up or down. Slots 0 to
 * candidates_len - 1, one of them free.
 *
 *     static struct gleaner_candidate_f32 candidates[KEEP + 34];
 *     static float positions[GLEANER_POSITIONS_LEN(32, D)];
 *     gleaner_pivotal_init_f32(&pivotal, seed, c, 32, D, candidates, KEEP + 34, positions, COUNT(positions));
 *     while (read_sensor(&slots[slot])) {
 *       gleaner_pivotal_offer_f32(&pivotal, score, row, D, &outcome);
 *       slot = outcome.free_slot;
 *     }
 *     gleaner_pivotal_finish_f32(&pivotal);
 *     for (i = 0; gleaner_pivotal_kept_f32(&pivotal, i, &kept) == GLEANER_OK; i++) {
 *       upload(&slots[kept.slot], kept.weight);
 *     } */
struct gleaner_pivotal_f32 {
  uint32_t tag; /* Set by init */
  uint8_t generator[16]; /* State of the generator */
  struct gleaner_candidate_f32 *candidates; /* The caller's */
  size_t candidates_len; /* One more than can be kept */
  float *positions; /* The caller's, `GLEANER_POSITIONS_LEN(places, dimensions)` scalars */
  size_t positions_len; /* Its length */
  struct gleaner_pivotal_state_f32 state; /* Counters */
};

/* An empty sampler with the threshold c, in which `places` samples may wait, 32 say, with positions of
 * `dimensions` scalars; without dimensions it spreads along the stream. Draws come from a generator of this seed.
 * `candidates`: at least the sum of a period's chances and 1, or 2 where that sum is meant to be a whole number,
 * and more than `places`; `places` more of them, and nobody plays early for want of room. `positions`:
 * `GLEANER_POSITIONS_LEN(places, dimensions)` scalars.
 * Errors: LENGTH, RANGE (no places, as many places as candidates, a threshold that is not positive and finite). */
gleaner_status gleaner_pivotal_init_f32(struct gleaner_pivotal_f32 *pivotal, uint64_t seed, float threshold,
    size_t places, size_t dimensions, struct gleaner_candidate_f32 *candidates, size_t candidates_len,
    float *positions, size_t positions_len);

/* Drops all samples, for a new period; threshold, free slot and generator go on.
 * Errors: STATE. */
gleaner_status gleaner_pivotal_clear_f32(struct gleaner_pivotal_f32 *pivotal);

/* The threshold from the next sample on. It may depend on all that came before, not on the sample itself.
 * Errors: STATE, RANGE (not positive and finite). */
gleaner_status gleaner_pivotal_set_threshold_f32(struct gleaner_pivotal_f32 *pivotal, float threshold);

/* Offers the sample whose payload is in the free slot, which stands at `position`, `dimensions` scalars. A score
 * of 0 is counted and never kept. About `places dimensions` multiplications; at most `places` times as many where
 * no slot would be free behind it.
 * Errors: STATE, SCORE, LENGTH, NOT_FINITE (position); FULL: it would have to be kept and there is no room, since
 * the chances of the period sum to more than candidates_len - 1; it is counted as seen and refused. */
gleaner_status gleaner_pivotal_offer_f32(struct gleaner_pivotal_f32 *pivotal, float score,
    const float *position, size_t position_len, struct gleaner_outcome_f32 *outcome);

/* Decides on all who wait, at the end of a stream; clear before the next.
 * Errors: STATE. */
gleaner_status gleaner_pivotal_finish_f32(struct gleaner_pivotal_f32 *pivotal);

/* The number of kept samples; those who wait are not among them.
 * Errors: STATE. */
gleaner_status gleaner_pivotal_count_f32(const struct gleaner_pivotal_f32 *pivotal, size_t *count);

/* The kept sample of an index from 0 to the count, with its weight, 1 / its chance.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_pivotal_kept_f32(const struct gleaner_pivotal_f32 *pivotal, size_t index,
    struct gleaner_kept_f32 *kept);

/* `(sum w)^2 / sum w^2` of the kept: how many samples of one weight these are worth.
 * Errors: STATE. */
gleaner_status gleaner_pivotal_effective_size_f32(const struct gleaner_pivotal_f32 *pivotal, float *size);

/* ----------------------------------------------------------------------------------------------------------
 * The k highest scores, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* Keeps the k highest scores of a stream, ties by arrival. Slots 0 to k, one of them free. */
struct gleaner_top_f32 {
  uint32_t tag; /* Set by init */
  struct gleaner_item_f32 *items; /* The caller's, `GLEANER_ITEMS_LEN(k)` items */
  size_t items_len; /* k + 1 */
  uint64_t seen; /* Samples offered since the last clear */
  size_t kept; /* Samples kept */
  uint32_t free_slot; /* Where the next payload goes */
};

/* Empty, over k + 1 items.
 * Errors: LENGTH (no item). */
gleaner_status gleaner_top_init_f32(struct gleaner_top_f32 *top, struct gleaner_item_f32 *items,
    size_t items_len);

/* Drops all samples.
 * Errors: STATE. */
gleaner_status gleaner_top_clear_f32(struct gleaner_top_f32 *top);

/* Offers the sample whose payload is in the free slot. O(log k).
 * Errors: STATE, SCORE. */
gleaner_status gleaner_top_offer_f32(struct gleaner_top_f32 *top, float score,
    struct gleaner_outcome_f32 *outcome);

/* The number of kept samples.
 * Errors: STATE. */
gleaner_status gleaner_top_count_f32(const struct gleaner_top_f32 *top, size_t *count);

/* The kept sample of an index from 0 to the count; its weight is 1.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_top_kept_f32(const struct gleaner_top_f32 *top, size_t index,
    struct gleaner_kept_f32 *kept);

/* ----------------------------------------------------------------------------------------------------------
 * The k lowest scores, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* Keeps the k lowest scores of a stream, ties by arrival: the readings that a model has seen most of. A score of 0
 * is the lowest of all. Slots 0 to k, one of them free. */
struct gleaner_bottom_f32 {
  uint32_t tag; /* Set by init */
  struct gleaner_item_f32 *items; /* The caller's, `GLEANER_ITEMS_LEN(k)` items */
  size_t items_len; /* k + 1 */
  uint64_t seen; /* Samples offered since the last clear */
  size_t kept; /* Samples kept */
  uint32_t free_slot; /* Where the next payload goes */
};

/* Empty, over k + 1 items.
 * Errors: LENGTH (no item). */
gleaner_status gleaner_bottom_init_f32(struct gleaner_bottom_f32 *bottom, struct gleaner_item_f32 *items,
    size_t items_len);

/* Drops all samples.
 * Errors: STATE. */
gleaner_status gleaner_bottom_clear_f32(struct gleaner_bottom_f32 *bottom);

/* Offers the sample whose payload is in the free slot. O(log k).
 * Errors: STATE, SCORE. */
gleaner_status gleaner_bottom_offer_f32(struct gleaner_bottom_f32 *bottom, float score,
    struct gleaner_outcome_f32 *outcome);

/* The number of kept samples.
 * Errors: STATE. */
gleaner_status gleaner_bottom_count_f32(const struct gleaner_bottom_f32 *bottom, size_t *count);

/* The kept sample of an index from 0 to the count; its weight is 1.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_bottom_kept_f32(const struct gleaner_bottom_f32 *bottom, size_t index,
    struct gleaner_kept_f32 *kept);

/* ----------------------------------------------------------------------------------------------------------
 * Poisson sampling, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* A Poisson sampler's counters. */
struct gleaner_poisson_state_f32 {
  uint64_t seen; /* Samples offered since the last clear */
  uint64_t kept; /* Samples kept */
  uint64_t capped; /* Samples that the cap kept out: above 0, weights are no longer exact */
  struct gleaner_budget budget; /* The budget; `keep` 0: none */
  float threshold; /* c of the next sample */
  float logarithm[2]; /* Its logarithm: rounded, and what the rounding left out */
  float expected[2]; /* Sum of all probabilities: rounded, and what the rounding left out */
};

/* Decides on each sample at once and for itself: kept with chance `p = min(1, score / c)`, of weight 1 / p. It
 * remembers no samples, so it has no slots and no memory. With a fixed c nothing binds how many are kept; with a
 * budget c follows what has been expected so far. A plain value: a memcpy is a full copy.
 *
 *     const struct gleaner_budget budget = {200, 10000, 200};
 *     gleaner_poisson_init_f32(&poisson, seed, mean_score * 10000 / 200, &budget);
 *     ...
 *     gleaner_poisson_offer_f32(&poisson, score, &decision);
 *     if (decision.kept) {
 *       upload(&reading, decision.weight);
 *     } */
struct gleaner_poisson_f32 {
  uint32_t tag; /* Set by init */
  uint8_t generator[16]; /* State of the generator */
  struct gleaner_poisson_state_f32 state; /* Counters */
};

/* What an offer to a Poisson sampler led to. */
struct gleaner_decision_f32 {
  uint32_t kept; /* 1: the sample is kept, for good */
  uint32_t capped; /* 1: it was picked, and the cap kept it out */
  float probability; /* Its chance of being kept */
  float weight; /* 1 / probability: how many samples of the stream it stands for; 0 for a score of 0 */
};

/* A sampler with the threshold c, drawing from a generator of this seed. `budget` NULL: c stays as it is, and `sum
 * min(1, score / c)` samples are expected. Else c begins there, say where the last period ended, or at the mean
 * score times `items / keep`.
 * Errors: RANGE (a threshold that is not positive and finite, a budget without items or window). */
gleaner_status gleaner_poisson_init_f32(struct gleaner_poisson_f32 *poisson, uint64_t seed, float threshold,
    const struct gleaner_budget *budget);

/* Decides on a sample. A score of 0 is counted and never kept. At most one draw. O(1): with a budget a square root
 * and an exponential.
 * Errors: STATE, SCORE. */
gleaner_status gleaner_poisson_offer_f32(struct gleaner_poisson_f32 *poisson, float score,
    struct gleaner_decision_f32 *decision);

/* The threshold from the next sample on. It may depend on all that came before, not on the sample itself.
 * Errors: STATE, RANGE (not positive and finite). */
gleaner_status gleaner_poisson_set_threshold_f32(struct gleaner_poisson_f32 *poisson, float threshold);

/* Forgets all counts, for a new period of the same budget; threshold and generator go on.
 * Errors: STATE. */
gleaner_status gleaner_poisson_clear_f32(struct gleaner_poisson_f32 *poisson);

/* ----------------------------------------------------------------------------------------------------------
 * Draws with replacement: the alias table, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* Draws one of n samples, any number of times, with a chance in proportion to its score: the sampling that
 * `gleaner_terms_draws` makes its promise for. Keeps pointers to scores and table, which stay as they are.
 *
 *     static float chances[1000], cuts[1000];
 *     static uint32_t aliases[1000];
 *     gleaner_alias_init_f32(&alias, 1, chances, 1000, cuts, 1000, aliases, 1000);
 *     for (i = 0; i < draws; i++) {
 *       gleaner_alias_draw_f32(&alias, &draw);
 *       gleaner_alias_weight_f32(&alias, draw.index, draws, &weight);
 *       take(draw.index, weight);
 *     } */
struct gleaner_alias_f32 {
  uint32_t tag; /* Set by init */
  uint8_t generator[16]; /* State of the generator */
  const float *scores; /* The caller's, n */
  const float *cuts; /* The caller's, n: the table, written by init */
  const uint32_t *aliases; /* The caller's, n: the table, written by init */
  size_t count; /* n */
  float largest; /* The largest score; 0: nothing can be drawn */
  float total[2]; /* Sum of the scores over the largest: rounded, and what the rounding left out */
};

/* A sample that was drawn. */
struct gleaner_draw_f32 {
  size_t index; /* Its index, 0 to n - 1 */
  float probability; /* Its chance of being drawn, each time */
};

/* Makes the table of n scores, 0 or more each, in `cuts` and `aliases`, n each; draws come from a generator of
 * this seed. O(n), a division or two a score. Scores that change ask for a new init.
 * Errors: LENGTH, SCORE (a score is negative, NaN or infinite). */
gleaner_status gleaner_alias_init_f32(struct gleaner_alias_f32 *alias, uint64_t seed, const float *scores,
    size_t scores_len, float *cuts, size_t cuts_len, uint32_t *aliases, size_t aliases_len);

/* Draws a sample. A score of 0 is never drawn. O(1).
 * Errors: STATE; RANGE (no score is above 0). */
gleaner_status gleaner_alias_draw_f32(struct gleaner_alias_f32 *alias, struct gleaner_draw_f32 *draw);

/* A sample's chance of being drawn, each time: its score over the sum of all.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_alias_probability_f32(const struct gleaner_alias_f32 *alias, size_t index,
    float *probability);

/* `1 / (draws probability)`: the weight of a sample, each time it is drawn, with which every sum over the samples
 * is unbiased.
 * Errors: STATE, INDEX; RANGE (no draws; a sample that is never drawn). */
gleaner_status gleaner_alias_weight_f32(const struct gleaner_alias_f32 *alias, size_t index, uint64_t draws,
    float *weight);

/* ----------------------------------------------------------------------------------------------------------
 * Calibration: totals over all readings, and weights that meet them, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* Sums of a vector over all readings, kept or not, compensated. Keeps a pointer to the caller's memory.
 *
 * At the end of a period the weights of the kept samples are moved a little, so that their weighted sums are these
 * totals: what is nearly a linear combination of the vector's entries is then known with much less error.
 *
 *     while (read_sensor(x)) {
 *       gleaner_model_vector_f32(&model, GLEANER_VECTOR_OUTPUT, x, D, 0, NULL, work, WORK, vector, L);
 *       gleaner_totals_observe_f32(&totals, vector, L);
 *     }
 *     gleaner_calibrate_f32(&totals, NULL, &kept_ones, ratios, count, memory, GLEANER_CALIBRATE_LEN(L), &report);
 *     for (i = 0; i < count; i++) {
 *       weights[i] = design_weights[i] * ratios[i];
 *     } */
struct gleaner_totals_f32 {
  uint32_t tag; /* Set by init */
  float *memory; /* The caller's, `GLEANER_TOTALS_LEN(length)` scalars */
  size_t memory_len; /* Its length */
  size_t length; /* Number of sums */
  uint64_t count; /* Vectors observed since the last clear */
};

/* How far weights may move; `GLEANER_CALIBRATION_OPTIONS_DEFAULT` sets the defaults. */
struct gleaner_calibration_options_f32 {
  uint32_t abi; /* `GLEANER_ABI` */
  uint32_t rounds; /* Most solutions, at least 1; default 8 */
  /* rho, where the scaled matrix has a diagonal of 1; default -1, or any below 0: 1e-6 in single and 1e-10 in
   * double precision where the kept samples are at least 5 times the sums, 1e-3 where they are at least as
   * many, 0.1 where they are fewer */
  float ridge;
  float least; /* Smallest ratio, at least 0 and below 1; default 0.2 */
  float most; /* Largest ratio, above 1; default 5 */
};

/* How a calibration went. */
struct gleaner_calibration_report_f32 {
  uint32_t rounds; /* Solutions made; 0 where nothing is kept */
  size_t clipped; /* Samples whose ratio is a bound */
  /* Sums that are 0, or nothing beside their total, in every kept sample: no ratios meet them, and the figures below
   * leave them out */
  size_t absent;
  float before; /* Largest `|T - sum w a| / sqrt(sum w a^2)` of a sum, with design weights */
  float after; /* The same with calibrated weights */
};

/* The caller's function that gives kept sample `index`: its vector, `vector_len` scalars, and its weight, which
 * are 0 and 1 before the call. 0: done; else the call fails with CALLBACK. It must give the same each time it is
 * asked. */
typedef int32_t (*gleaner_vector_f32)(void *context, size_t index, float *vector, size_t vector_len,
    float *weight);

/* The vectors and weights of kept samples: arrays, or a function that makes a vector of a payload again. */
struct gleaner_vectors_f32 {
  size_t count; /* Number of samples */
  const float *vectors; /* Vector i starts at `vectors[i * stride]`; not looked at where `vector` is set */
  size_t stride; /* Scalars from one vector to the next, at least the number of sums, also where `count` is 0 */
  const float *weights; /* Design weights, one a sample: those of the sampler, positive */
  gleaner_vector_f32 vector; /* Gives the samples instead of the arrays; NULL: the arrays do */
  void *context; /* Passed to `vector` */
};

/* Writes the vector of this kind, `GLEANER_VECTOR_...`, of the reading x at the model's parameters, a pilot's, for
 * its output number `index`. `target` NULL: the prediction objective, which only `GLEANER_VECTOR_OUTPUT` takes;
 * that one does not look at it. `work`: `GLEANER_WORK_LEN` scalars. A gradient, and two flops an entry.
 * Errors: as `gleaner_model_gradient_f32`; LABEL (a kind that takes one, and no target); OBJECTIVE (logistic behind
 * a sigmoid); CODE (the kind). A vector that turns out not to be finite (RANGE) has been written to. */
gleaner_status gleaner_model_vector_f32(const struct gleaner_model_f32 *model, int32_t kind, const float *x,
    size_t x_len, size_t index, const struct gleaner_target_f32 *target, float *work, size_t work_len,
    float *vector, size_t vector_len);

/* Sums of nothing, `length` of them, over `GLEANER_TOTALS_LEN(length)` scalars.
 * Errors: LENGTH, RANGE (length 0). */
gleaner_status gleaner_totals_init_f32(struct gleaner_totals_f32 *totals, size_t length, float *memory,
    size_t memory_len);

/* Forgets all vectors, for a new period.
 * Errors: STATE. */
gleaner_status gleaner_totals_clear_f32(struct gleaner_totals_f32 *totals);

/* Takes in the vector of a reading. About 20 flops an entry.
 * Errors: STATE, LENGTH, NOT_FINITE, RANGE (a sum would leave the scalar's range). */
gleaner_status gleaner_totals_observe_f32(struct gleaner_totals_f32 *totals, const float *vector,
    size_t vector_len);

/* The sum of an index, counted from 0.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_totals_value_f32(const struct gleaner_totals_f32 *totals, size_t index, float *value);

/* Ratios r of calibrated to design weights, one a kept sample: `sum w (r - 1)^2` is least, subject to `sum w r a =
 * T`, within the bounds of the options. `options` NULL: the defaults. `memory`: `GLEANER_CALIBRATE_LEN(length)`
 * scalars. Vectors are asked for again in each pass: twice, and two more times a round; about 2 length^2 flops a
 * sample and round. Calibrated sums are unbiased only as samples grow, and good for the pilot that the vectors
 * were made at: keep the design weights, too.
 * Errors: STATE, LENGTH, NOT_FINITE, CALLBACK, RANGE (the options, a weight that is not positive, what leaves the
 * scalar's range), ABI. The ratios hold no meaning then. */
gleaner_status gleaner_calibrate_f32(const struct gleaner_totals_f32 *totals,
    const struct gleaner_calibration_options_f32 *options, const struct gleaner_vectors_f32 *vectors,
    float *ratios, size_t ratios_len, float *memory, size_t memory_len,
    struct gleaner_calibration_report_f32 *report);

/* ----------------------------------------------------------------------------------------------------------
 * The standardiser: running moments, and constants, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* Running mean and variance a feature, compensated. Keeps a pointer to the caller's memory. */
struct gleaner_moments_f32 {
  uint32_t tag; /* Set by init */
  float *memory; /* The caller's, `GLEANER_MOMENTS_LEN(features)` scalars */
  size_t memory_len; /* Its length */
  uint64_t count; /* Readings taken in */
};

/* No reading yet, over exactly `GLEANER_MOMENTS_LEN(features)` scalars.
 * Errors: LENGTH. */
gleaner_status gleaner_moments_init_f32(struct gleaner_moments_f32 *moments, size_t features, float *memory,
    size_t memory_len);

/* Takes in a reading.
 * Errors: STATE, LENGTH, NOT_FINITE, RANGE. */
gleaner_status gleaner_moments_observe_f32(struct gleaner_moments_f32 *moments, const float *x, size_t x_len);

/* Mean of a feature, counted from 0; 0 before the first reading.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_moments_mean_f32(const struct gleaner_moments_f32 *moments, size_t feature, float *mean);

/* Population variance of a feature, counted from 0; 0 before the first reading.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_moments_variance_f32(const struct gleaner_moments_f32 *moments, size_t feature,
    float *variance);

/* `(x - mean) / sqrt(variance)`; a constant feature gives `x - mean`.
 * Errors: STATE, LENGTH, NOT_FINITE, RANGE. */
gleaner_status gleaner_moments_standardise_f32(const struct gleaner_moments_f32 *moments, const float *x,
    size_t x_len, float *result, size_t result_len);

/* Takes in all readings of another.
 * Errors: STATE, LENGTH, RANGE. */
gleaner_status gleaner_moments_merge_f32(struct gleaner_moments_f32 *moments,
    const struct gleaner_moments_f32 *other);

/* `(x - mean) / scale` with constants.
 * Errors: LENGTH, NOT_FINITE, RANGE (a scale that is not positive). */
gleaner_status gleaner_standardise_f32(const float *x, size_t x_len, const float *mean, size_t mean_len,
    const float *scale, size_t scale_len, float *result, size_t result_len);

/* ----------------------------------------------------------------------------------------------------------
 * Thresholds of scores: the rule for leverages and the streamed quantile, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* A quantile's counters of items. */
struct gleaner_quantile_state_f32 {
  float highest; /* Scores from here on share one bin */
  uint64_t seen; /* Items taken in */
  uint64_t total; /* Sum of the counters */
  uint64_t half_life; /* Items after which an item counts half; 0: never forget */
  uint64_t age; /* Items since the last halving */
};

/* A histogram of the scores seen, sixteen bins an octave. Keeps a pointer to the caller's memory. */
struct gleaner_quantile_f32 {
  uint32_t tag; /* Set by init */
  uint32_t *memory; /* The caller's, `GLEANER_QUANTILE_LEN(octaves)` counters */
  size_t memory_len; /* Its length */
  struct gleaner_quantile_state_f32 state; /* What it remembers beside them */
};

/* The threshold of a leverage: `multiple rank / rows`; customary multiples are 2 and 3.
 * Errors: RANGE (no rows, multiple). */
gleaner_status gleaner_leverage_threshold_f32(float multiple, uint64_t rank, uint64_t rows, float *threshold);

/* No item yet. `highest`: a power of two above the scores of interest, 1 for leverages: all from there on share one
 * bin, and where more than `1 - probability` of the items do, nothing is ever beyond. `memory`:
 * `GLEANER_QUANTILE_LEN(octaves)` counters, a multiple of 16, for the octaves below it that are told apart.
 * Errors: LENGTH; RANGE (`highest` is no power of two). */
gleaner_status gleaner_quantile_init_f32(struct gleaner_quantile_f32 *quantile, float highest, uint32_t *memory,
    size_t memory_len);

/* Forgets all items. The half-life stays.
 * Errors: STATE, LENGTH, RANGE. */
gleaner_status gleaner_quantile_reset_f32(struct gleaner_quantile_f32 *quantile);

/* Items after which an item counts half; 0: never forget.
 * Errors: STATE, LENGTH, RANGE. */
gleaner_status gleaner_quantile_half_life_f32(struct gleaner_quantile_f32 *quantile, uint64_t items);

/* Takes an item in. Judge it first: against the past only.
 * Errors: STATE, LENGTH, RANGE, SCORE. */
gleaner_status gleaner_quantile_observe_f32(struct gleaner_quantile_f32 *quantile, float score);

/* `beyond` gets 1 where the score lies beyond the quantile `probability` (0.995, say) of the items taken in, 0
 * where not, -1 while they are too few to tell. Of items of one distribution, whatever it is, no more than
 * `1 - probability` are beyond.
 * Errors: STATE, LENGTH, RANGE, SCORE. */
gleaner_status gleaner_quantile_is_beyond_f32(const struct gleaner_quantile_f32 *quantile, float score,
    float probability, int32_t *beyond);

/* The score from which on an item is beyond; the largest scalar where none is, or while items are too few.
 * Errors: STATE, LENGTH, RANGE. */
gleaner_status gleaner_quantile_threshold_f32(const struct gleaner_quantile_f32 *quantile, float probability,
    float *threshold);

/* Takes in all items of another with the same highest score and as many counters.
 * Errors: STATE, LENGTH, RANGE. */
gleaner_status gleaner_quantile_merge_f32(struct gleaner_quantile_f32 *quantile,
    const struct gleaner_quantile_f32 *other);

/* ----------------------------------------------------------------------------------------------------------
 * Notices that a stream has changed, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* The level of a stream of leverages, to be fed with that of each verdict: it stays near 0 while readings are like
 * those before, and passes `GLEANER_DRIFT_ALARM` when what comes is new to the factor; as this gets used to it, the
 * level falls again. Readings that say less than those before, of a sensor that is stuck or dead, raise nothing. After
 * an alarm rebase or start anew, and init again. A selector has one of its own, see its stats. */
struct gleaner_drift_f32 {
  uint64_t rows; /* Readings whose rows are in the factor, forgotten ones included */
  uint64_t half_life; /* The factor's half-life in readings; 0: it forgets nothing */
  float weight; /* What these readings weigh where some of them are forgotten in part */
  uint64_t blocks; /* Finished blocks */
  uint32_t readings; /* Readings of the block that has begun */
  float sum; /* Their sum */
  float mean; /* Mean of the blocks before */
  float variance; /* Their variance */
  float level; /* The level after the last block */
};

/* A level that knows nothing yet, of a factor of so many readings so far (the pilot's; of several rows a reading,
 * readings) and a half-life. */
gleaner_status gleaner_drift_init_f32(struct gleaner_drift_f32 *drift, uint64_t rows, uint64_t half_life);

/* Takes in the leverage of the next reading; `level` moves once every 16 readings, and means something after 512.
 * Errors: RANGE (negative, NaN or infinite). */
gleaner_status gleaner_drift_observe_f32(struct gleaner_drift_f32 *drift, float leverage, float *level);

/* ----------------------------------------------------------------------------------------------------------
 * The structs of a selector, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* What a selector is to do; `GLEANER_OPTIONS_DEFAULT` sets what is written here as default. */
struct gleaner_options_f32 {
  uint32_t abi; /* `GLEANER_ABI` */
  int32_t objective; /* `GLEANER_OBJECTIVE_...`; default prediction */
  int32_t scaling; /* `GLEANER_SCALING_...`; default the model's constants */
  float delta; /* Where the Huber loss turns linear, positive; default 1 */
  float ridge; /* lambda; default 0: the pilot's, else 1e-6 times the squared norm of the first row */
  float uniform; /* Share of uniform sampling in the scores, in [0, 1]; default 0 */
  uint64_t half_life; /* Half-life of the factor in readings, at least its order; default 0: never forget */
  uint64_t seed; /* Seed of the generator; default 0 */
  /* K, 1 to 65534, to score sketches of the rows by a factor of order K + 1 (the order of sizes is that of whole rows);
   * 0: whole rows; default `GLEANER_BUCKETS_BY_RULE`: as the pilot has it, else by the memory */
  uint32_t buckets;
  uint64_t sketch_seed; /* Seed of the sketches; default 0 */
};

/* A selector's counters of one period. */
struct gleaner_counters_f32 {
  uint64_t seen; /* Readings scored and offered */
  uint64_t accepted; /* Readings that entered the reservoir */
  uint64_t evicted; /* Kept readings that were evicted again */
  uint64_t refused_length; /* Readings refused: wrong length */
  uint64_t refused_not_finite; /* ... not finite */
  uint64_t refused_range; /* ... out of range */
  uint64_t refused_label; /* ... label missing, unwanted or out of range */
  uint64_t refused_other; /* ... any other cause */
  uint64_t unscored; /* Readings offered whose score was 0: never kept, and in no sum */
  float total_score[2]; /* Sum of all scores: rounded, and what the rounding left out */
  float highest_dropped; /* Highest score of a dropped reading */
  /* The highest level of the period: above `GLEANER_DRIFT_ALARM` the stream has changed, see `gleaner_drift_f32`. The
   * level goes on from period to period, falls again as the factor gets used to the change, and starts anew with the
   * factor (init, start, rebase); it means something after 512 readings */
  float drift;
};

/* What a selector remembers beside its memory and items. */
struct gleaner_selector_state_f32 {
  struct gleaner_factor_state_f32 factor; /* Counters of the factor */
  struct gleaner_reservoir_state_f32 reservoir; /* Counters of the reservoir */
  struct gleaner_counters_f32 counters; /* Counters of the period */
  uint64_t moments; /* Readings in the running moments */
  float mean_leverage; /* The pilot's mean leverage; 0: none */
  uint8_t ridge_is_open; /* 1: the ridge is still to be set from the first row */
  float leverages[2]; /* Sum of the leverages since the factor began: rounded, and what the rounding left out */
  uint64_t leverage_count; /* Their number */
  uint64_t model_id; /* Id of the model that the factor belongs to */
  uint32_t period; /* Number of the period, from 0 */
  struct gleaner_drift_f32 drift; /* What the drift of the counters comes from */
};

/* Scores and keeps readings of a stream. All of it lies in this struct, `memory` and `items`; to keep a
 * copy, copy the three and point the copy's `memory` and `items` at the copied ones. A copy of the struct
 * alone shares them. */
struct gleaner_selector_f32 {
  uint32_t tag; /* Set by init */
  uint8_t generator[16]; /* State of the generator */
  const struct gleaner_model_f32 *model; /* The model in use */
  float *memory; /* The caller's, `GLEANER_SELECTOR_LEN` scalars */
  size_t memory_len; /* Its length */
  struct gleaner_item_f32 *items; /* The caller's, `GLEANER_ITEMS_LEN(k)` items */
  size_t items_len; /* k + 1 */
  struct gleaner_options_f32 options; /* As given to init, `buckets` as chosen: K, or 0 */
  struct gleaner_plan plan; /* What the checks of the model worked out */
  struct gleaner_selector_state_f32 state; /* What it remembers */
};

/* ----------------------------------------------------------------------------------------------------------
 * The selector, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* What became of a reading. */
struct gleaner_verdict_f32 {
  uint32_t kept; /* 1: it is kept, for now */
  /* Where the next payload goes: the slot of the reading that lost, this one or an earlier one */
  uint32_t free_slot;
  float score; /* Its score */
  /* Its online leverage, in [0, 1], of several rows their sum: near 1, the model has not seen its like */
  float leverage;
  int32_t form; /* `GLEANER_FORM_...` of its row */
  float completeness; /* The row's completeness residual */
};

/* What a selector has seen in one period. */
struct gleaner_stats_f32 {
  struct gleaner_counters_f32 counters; /* Its counters */
  size_t kept; /* Kept readings */
  float threshold; /* Scores above it are kept for certain */
  float effective_size; /* `(sum w)^2 / sum w^2` of the kept */
};

/* The caller's function that gives back the reading kept in a slot, for a rebase: writes `x_len`
 * features to `x` and `label_len` labels, as the objective takes them, to `label`, which is never NULL. 0: done;
 * else the call fails with CALLBACK. */
typedef int32_t (*gleaner_recall_f32)(void *context, uint32_t slot, float *x, size_t x_len, float *label,
    size_t label_len);

/* A selector of k kept readings over `GLEANER_SELECTOR_LEN` scalars and k + 1 items. It starts from the
 * model's pilot where there is one. `options` NULL: the defaults. Model, memory and items stay in use. A reading
 * of a model with several outputs has a row for each, whose leverages add up; memory is then
 * `GLEANER_SELECTOR_LEN_OF` scalars, and for sketches too. By default the memory decides how rows are scored: whole,
 * up to N = 256 and where they fit; else as the largest sketch that fits, of 16 to 64 buckets (rows of N up to 65 are
 * never sketched). So give a network that is too big for its factor what RAM there is; `selector.options.buckets` is
 * then K, or 0.
 * Errors: those of a model; OBJECTIVE and IDENTITY (not the pilot's: see `options`, an exported header has its
 * own), OBJECTIVE (not the model's); LENGTH, RANGE, CODE, ABI. */
gleaner_status gleaner_selector_init_f32(struct gleaner_selector_f32 *selector,
    const struct gleaner_model_f32 *model, const struct gleaner_options_f32 *options, float *memory,
    size_t memory_len, struct gleaner_item_f32 *items, size_t items_len);

/* Starts the factor anew from a pilot, as init does where the model has one.
 * Errors: STATE; OBJECTIVE, IDENTITY, LENGTH, RANGE, NOT_FINITE. */
gleaner_status gleaner_selector_start_f32(struct gleaner_selector_f32 *selector,
    const struct gleaner_pilot_f32 *pilot);

/* The free slot, 0 to k: where the next payload goes.
 * Errors: STATE. */
gleaner_status gleaner_selector_free_slot_f32(const struct gleaner_selector_f32 *selector, uint32_t *slot);

/* Scores the reading whose payload is in the free slot, and decides. `label`: what the objective takes: y, one for
 * each output where there are several; the class for the cross-entropy; (NULL, 0) for the prediction and softmax
 * objectives. Cost: a row and N^2 multiplications for each of a reading's rows, whatever came before.
 * Errors: STATE; LENGTH, NOT_FINITE, RANGE, LABEL, CALLBACK, each counted. The free slot stays free. */
gleaner_status gleaner_selector_offer_f32(struct gleaner_selector_f32 *selector, const float *x, size_t x_len,
    const float *label, size_t label_len, struct gleaner_verdict_f32 *verdict);

/* The number of kept readings.
 * Errors: STATE. */
gleaner_status gleaner_selector_count_f32(const struct gleaner_selector_f32 *selector, size_t *count);

/* Drains: the kept reading of an index from 0 to the count, with its weight. Weights are final once the
 * period has ended.
 * Errors: STATE, INDEX. */
gleaner_status gleaner_selector_kept_f32(const struct gleaner_selector_f32 *selector, size_t index,
    struct gleaner_kept_f32 *result);

/* What the selector has seen in this period.
 * Errors: STATE. */
gleaner_status gleaner_selector_stats_f32(const struct gleaner_selector_f32 *selector,
    struct gleaner_stats_f32 *stats);

/* Empties the sample and the counters; factor, moments, generator and the free slot go on.
 * Errors: STATE. */
gleaner_status gleaner_selector_begin_period_f32(struct gleaner_selector_f32 *selector);

/* The next model, of the same inputs, parameters and scratch: the factor is rebuilt from the kept readings
 * under it, each with its weight; its pilot is not looked at. Slots, scores and weights stay. `recall` is
 * asked twice for each reading; where it fails the
 * second time only, the factor is emptied and starts anew with the next reading.
 * Errors: STATE; those of a model; NULL (no function), CALLBACK; those of a reading. */
gleaner_status gleaner_selector_rebase_f32(struct gleaner_selector_f32 *selector,
    const struct gleaner_model_f32 *model, gleaner_recall_f32 recall, void *context);

/* Comes down to `keep` readings at the end of a period, before they are drained: a selector of 4 k readings
 * thinned to k is worth more than one of k, for sums that the model distinguishes. Readings are spread over its rows,
 * whitened by the factor, over their scores. Weights stay exact. No reading is taken until the next period: STATE.
 * A selector in a store may be thinned too; commit behind it, or thin again after a loss of power.
 * `candidates`: so many wait for a neighbour at a time, best as many as are kept; `positions`:
 * `GLEANER_POSITIONS_LEN(candidates_len, order)` scalars, order being the factor's (`state.factor.order`: K + 1 of
 * sketches), times the rows of a reading.
 * `recall` is asked twice for
 * each reading; where it fails the second time only, its reading is spread less well. Cost: of n kept readings 2 n
 * rows and `2 n order^2` multiplications, and about `n candidates_len order` more.
 * Errors: STATE; NULL (no function), CALLBACK; those of a reading; LENGTH, RANGE (keep 0). Then the sample is as
 * before, in another order. */
gleaner_status gleaner_selector_thin_f32(struct gleaner_selector_f32 *selector, size_t keep,
    struct gleaner_candidate_f32 *candidates, size_t candidates_len, float *positions, size_t positions_len,
    gleaner_recall_f32 recall, void *context);

/* Writes the sample as a record: `payloads` is the array of k + 1 slots, `payload_len` bytes each;
 * `record` holds `GLEANER_RECORD_LEN(count, payload_len)` bytes. `written` gets the record's length.
 * Errors: STATE, LENGTH, SIZE. */
gleaner_status gleaner_selector_record_f32(const struct gleaner_selector_f32 *selector, const uint8_t *payloads,
    size_t payload_len, uint8_t *record, size_t record_len, size_t *written);

/* ----------------------------------------------------------------------------------------------------------
 * Snapshots: saving and restoring, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* Bytes of a factor's snapshot, as `GLEANER_FACTOR_SNAPSHOT_LEN`. */
size_t gleaner_factor_snapshot_len_f32(size_t order);

/* Bytes of a reservoir's snapshot, at most, as `GLEANER_RESERVOIR_SNAPSHOT_LEN`. */
size_t gleaner_reservoir_snapshot_len_f32(size_t items);

/* Bytes of a top-k sampler's snapshot, at most, as `GLEANER_TOP_SNAPSHOT_LEN`. */
size_t gleaner_top_snapshot_len_f32(size_t items);

/* Bytes of a snapshot of running moments, as `GLEANER_MOMENTS_SNAPSHOT_LEN`. */
size_t gleaner_moments_snapshot_len_f32(size_t features);

/* Bytes of a Poisson sampler's snapshot, as `GLEANER_POISSON_SNAPSHOT_LEN`. */
size_t gleaner_poisson_snapshot_len_f32(void);

/* Bytes of a snapshot of totals, as `GLEANER_TOTALS_SNAPSHOT_LEN`. */
size_t gleaner_totals_snapshot_len_f32(size_t sums);

/* Bytes of a quantile's snapshot, as `GLEANER_QUANTILE_SNAPSHOT_LEN`. */
size_t gleaner_quantile_snapshot_len_f32(size_t octaves);

/* Bytes of a Kronecker scorer's snapshot, at most, as `GLEANER_KRONECKER_SNAPSHOT_LEN`: `memory` scalars in all. */
size_t gleaner_kronecker_snapshot_len_f32(size_t layers, size_t memory);

/* Bytes of a selector's snapshot, at most, as `GLEANER_SELECTOR_SNAPSHOT_LEN`. */
size_t gleaner_selector_snapshot_len_f32(size_t inputs, size_t order, size_t items);

/* Writes a snapshot; `written` gets its length.
 * Errors: STATE, LENGTH. */
gleaner_status gleaner_factor_save_f32(const struct gleaner_factor_f32 *factor, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* Becomes the factor of this order that was saved, ridge and half-life included. `bytes` may be longer.
 * Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, NOT_FINITE, RANGE. */
gleaner_status gleaner_factor_restore_f32(struct gleaner_factor_f32 *factor, const uint8_t *bytes,
    size_t bytes_len);

/* Writes a snapshot, generator included; `written` gets its length.
 * Errors: STATE, LENGTH. */
gleaner_status gleaner_reservoir_save_f32(const struct gleaner_reservoir_f32 *reservoir, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* Becomes the reservoir of as many slots that was saved, generator included.
 * Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, RANGE. */
gleaner_status gleaner_reservoir_restore_f32(struct gleaner_reservoir_f32 *reservoir, const uint8_t *bytes,
    size_t bytes_len);

/* Writes a snapshot; `written` gets its length.
 * Errors: STATE, LENGTH. */
gleaner_status gleaner_top_save_f32(const struct gleaner_top_f32 *top, uint8_t *bytes, size_t bytes_len,
    size_t *written);

/* Becomes the sampler of as many slots that was saved.
 * Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, RANGE. */
gleaner_status gleaner_top_restore_f32(struct gleaner_top_f32 *top, const uint8_t *bytes, size_t bytes_len);

/* Writes a snapshot; `written` gets its length.
 * Errors: STATE, LENGTH. */
gleaner_status gleaner_moments_save_f32(const struct gleaner_moments_f32 *moments, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* Becomes the moments of as many features that were saved.
 * Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, NOT_FINITE, RANGE. */
gleaner_status gleaner_moments_restore_f32(struct gleaner_moments_f32 *moments, const uint8_t *bytes,
    size_t bytes_len);

/* Writes a snapshot, generator included; `written` gets its length.
 * Errors: STATE, LENGTH. */
gleaner_status gleaner_poisson_save_f32(const struct gleaner_poisson_f32 *poisson, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* Becomes the sampler that was saved, budget and generator included.
 * Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, RANGE. */
gleaner_status gleaner_poisson_restore_f32(struct gleaner_poisson_f32 *poisson, const uint8_t *bytes,
    size_t bytes_len);

/* Writes a snapshot; `written` gets its length.
 * Errors: STATE, LENGTH. */
gleaner_status gleaner_totals_save_f32(const struct gleaner_totals_f32 *totals, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* Becomes the totals of as many sums that were saved.
 * Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, RANGE. */
gleaner_status gleaner_totals_restore_f32(struct gleaner_totals_f32 *totals, const uint8_t *bytes,
    size_t bytes_len);

/* Writes a snapshot; `written` gets its length.
 * Errors: STATE, LENGTH. */
gleaner_status gleaner_quantile_save_f32(const struct gleaner_quantile_f32 *quantile, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* Becomes the quantile of as many counters that was saved, highest score and half-life included.
 * Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, RANGE. */
gleaner_status gleaner_quantile_restore_f32(struct gleaner_quantile_f32 *quantile, const uint8_t *bytes,
    size_t bytes_len);

/* Writes a snapshot of all but model, options and payloads; `written` gets its length.
 * Errors: STATE, LENGTH. */
gleaner_status gleaner_selector_save_f32(const struct gleaner_selector_f32 *selector, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* Becomes the selector that was saved, and goes on as it would have, bit for bit. Init it first as the
 * saved one was: a model of the same id and sizes (see `gleaner_snapshot_read`), the same options, as many
 * items. The payloads in their slots are the caller's to bring back.
 * Errors: STATE; IDENTITY (another model's); BLANK, DAMAGED, VERSION, OBJECT (or options), LENGTH,
 * NOT_FINITE, RANGE. */
gleaner_status gleaner_selector_restore_f32(struct gleaner_selector_f32 *selector, const uint8_t *bytes,
    size_t bytes_len);

/* Writes a snapshot; `written` gets its length.
 * Errors: STATE, LENGTH. */
gleaner_status gleaner_kronecker_save_f32(const struct gleaner_kronecker_f32 *scorer, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* Becomes the scorer of layers of the same sizes that was saved, half-life included. Go on with the model that it had:
 * nothing tells its rows from another's.
 * Errors: STATE; BLANK, DAMAGED, VERSION, OBJECT, LENGTH, NOT_FINITE, RANGE. */
gleaner_status gleaner_kronecker_restore_f32(struct gleaner_kronecker_f32 *scorer, const uint8_t *bytes,
    size_t bytes_len);

/* ----------------------------------------------------------------------------------------------------------
 * A store: the selector and its payloads in flash, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* A selector and its payloads in flash as one transaction: a loss of power loses at most the readings
 * since the last commit. Keeps pointers to the selector, the flash and the caller's memory; use the
 * selector's own functions for reading only, once it has a store, and for a rebase to a model of the same order:
 * with one of another order every call here is refused (LENGTH) and the flash stays as it is. */
struct gleaner_store_f32 {
  uint32_t tag; /* Set by init */
  uint32_t every; /* Readings between two commits */
  size_t payload_len; /* Bytes of a payload */
  size_t snapshot_len; /* Bytes that a snapshot has room for */
  struct gleaner_selector_f32 *selector; /* The selector */
  const struct gleaner_flash *flash; /* The caller's flash */
  uint32_t *pages; /* The caller's, k + 1 numbers: the page of each slot */
  size_t pages_len; /* k + 1 */
  uint8_t *marks; /* The caller's, one byte a page */
  size_t marks_len; /* Number of pages */
  uint8_t *buffer; /* The caller's, `GLEANER_STORE_BUFFER_LEN` bytes */
  size_t buffer_len; /* Its length */
  struct gleaner_store_state state; /* Counters */
};

/* A store of a selector that was made by its init, with a commit every `every` readings. `pages` holds as
 * many numbers as the selector items, `marks` a byte for each page of flash: k and at least one more, and
 * with k + every commits come no earlier than asked for. Touches no flash: recover comes next, always.
 * Errors: STATE (the selector's); LENGTH (memory or flash too small, too few pages), RANGE (granule and erase
 * block, every = 0), SIZE. */
gleaner_status gleaner_store_init_f32(struct gleaner_store_f32 *store, struct gleaner_selector_f32 *selector,
    const struct gleaner_flash *flash, size_t payload_len, uint32_t every, uint32_t *pages, size_t pages_len,
    uint8_t *marks, size_t marks_len, uint8_t *buffer, size_t buffer_len);

/* After every start: brings back selector and payloads of the newest commit that is whole. `found` 0: nothing
 * was ever committed, and the selector is as init made it.
 * Errors: STATE; DAMAGED (there is something, and no commit is whole), VERSION, LENGTH (a store of other sizes);
 * those of restoring a selector; STORAGE. Flash that holds something else: erase it, then recover again. */
gleaner_status gleaner_store_recover_f32(struct gleaner_store_f32 *store, uint32_t *found);

/* Scores a reading and decides, as `gleaner_selector_offer_f32`. A payload that is kept goes to flash at
 * once; every so many readings the state is committed.
 * Errors: STATE (not recovered, too); LENGTH; those of the selector's offer; STORAGE: the reading was taken in,
 * but its payload could not be written, which is lost (reading it says so: STORAGE), or a commit that was due
 * failed, which the next reading tries again. */
gleaner_status gleaner_store_offer_f32(struct gleaner_store_f32 *store, const float *x, size_t x_len,
    const float *label, size_t label_len, const uint8_t *payload, size_t payload_len,
    struct gleaner_verdict_f32 *verdict);

/* Commits now, before a sleep say.
 * Errors: STATE, STORAGE (the last commit stands). */
gleaner_status gleaner_store_commit_f32(struct gleaner_store_f32 *store);

/* Reads the payload of a kept reading, as `gleaner_selector_kept_f32` lists it.
 * Errors: STATE, LENGTH; STORAGE (never written, or damaged). */
gleaner_status gleaner_store_read_f32(struct gleaner_store_f32 *store, const struct gleaner_kept_f32 *kept,
    uint8_t *payload, size_t payload_len);

/* Begins the next period and commits: the payloads of the last one are gone.
 * Errors: STATE; STORAGE: begun, but a loss of power goes back to the last period. */
gleaner_status gleaner_store_begin_period_f32(struct gleaner_store_f32 *store);

/* ----------------------------------------------------------------------------------------------------------
 * A copy of a selector, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* Copies a selector with its memory and items, at least as many as `from` has: `to` then is a selector of its
 * own, over the copied ones. With memory (NULL, 0) it is a copy to read from: count, kept, stats, free slot
 * and record work; offer, start, rebase and save fail with LENGTH. Under the lock that guards `from` this is
 * all that another context needs; payloads are the caller's to copy.
 * Errors: STATE, LENGTH. */
gleaner_status gleaner_selector_copy_f32(const struct gleaner_selector_f32 *from,
    struct gleaner_selector_f32 *to, float *memory, size_t memory_len, struct gleaner_item_f32 *items,
    size_t items_len);

/* ----------------------------------------------------------------------------------------------------------
 * The fit, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* How to fit; `GLEANER_FIT_OPTIONS_DEFAULT` sets the defaults. */
struct gleaner_fit_options_f32 {
  uint32_t abi; /* `GLEANER_ABI` */
  int32_t objective; /* `GLEANER_OBJECTIVE_...` with labels: not prediction, not softmax; default residual */
  float delta; /* Where the Huber loss turns linear, positive; default 1 */
  float weight_decay; /* mu in `sum w f^2 + mu |theta|^2`, not negative; default 1e-3 */
  /* The fit stops where a good step lowers the loss by less than this share; default 0: 1e-6 in single,
   * 1e-9 in double precision */
  float tolerance;
  uint32_t steps; /* Steps at most; default 200 */
};

/* What a fit reached. */
struct gleaner_fit_report_f32 {
  float loss; /* `sum w f^2 + mu |theta|^2` at the end */
  uint32_t steps; /* Steps taken */
  int32_t stop; /* `GLEANER_STOP_...` */
};

/* The caller's function that gives sample `index`: `x_len` features to `x`, `label_len` labels, as the objective
 * takes them, to `label`, and a weight that holds for all of them. Labels are 0 and the weight is 1 before the call.
 * 0: done; else the call fails with CALLBACK. It must give the same each time it is asked. */
typedef int32_t (*gleaner_sample_f32)(void *context, size_t index, float *x, size_t x_len, float *label,
    size_t label_len, float *weight);

/* Samples to fit on: arrays, or a function. */
struct gleaner_samples_f32 {
  size_t count; /* Number of samples */
  /* Reading i starts at `x[i * stride]`, not standardised; not looked at where `sample` is set */
  const float *x;
  size_t stride; /* Scalars from one reading to the next, at least the number of inputs */
  /* Those of sample i start at `labels[i * L]`, L labels a sample: one an output, in order, or the class alone for
   * the cross-entropy */
  const float *labels;
  const float *weights; /* One a sample, not negative; NULL: all 1 */
  gleaner_sample_f32 sample; /* Gives the samples instead of the arrays; NULL: the arrays do */
  void *context; /* Passed to `sample` */
};

/* Improves `theta` (P entries, as `gleaner_model_theta_f32` gives them) on weighted samples by
 * Levenberg-Marquardt. The model gives shapes, at most 16 layers, and the standardiser; its own parameters
 * have no influence. `options` NULL: the defaults. `memory`: `GLEANER_FIT_LEN` scalars, or `GLEANER_FIT_LEN_OF` for
 * several labels a sample. The loss is summed over samples and labels; a step costs about n (P + 1)^2 multiplications,
 * n the number of all labels.
 * Errors: those of a model; OBJECTIVE, LENGTH, NOT_FINITE, RANGE, LABEL, CALLBACK. Theta is then as before. */
gleaner_status gleaner_fit_f32(const struct gleaner_model_f32 *model,
    const struct gleaner_fit_options_f32 *options, const struct gleaner_samples_f32 *samples, float *theta,
    size_t theta_len, float *memory, size_t memory_len, struct gleaner_fit_report_f32 *report);

/* ----------------------------------------------------------------------------------------------------------
 * Diagnostics of a least-squares fit, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* What a fit leaves. All zero: no row yet. */
struct gleaner_residuals_f32 {
  float sum[2]; /* Sum of squared residuals: rounded, and what the rounding left out */
  uint64_t rows; /* n */
  /* p: the number of columns where none depends on others. Set it where rows come one by one and the factor of
   * their leverages has a ridge: only one without a ridge can count it */
  uint64_t rank;
};

/* A row's figures, each with a bit in `defined`; NaN where undefined, as at leverage 1. */
struct gleaner_diagnosis_f32 {
  uint32_t defined; /* `GLEANER_DEFINED_...` */
  float left_out; /* `e / (1 - h)`: the residual of a fit without the row */
  float internal; /* Internally studentised residual */
  float external; /* Externally studentised residual */
  float cook; /* Cook's distance */
  float dffits; /* How far the row's own fitted value moves, in standard errors */
};

/* What a fit of `rows` rows of rank `rank` leaves: its residual sum of squares.
 * Errors: NOT_FINITE, RANGE (below 0). */
gleaner_status gleaner_residuals_init_f32(struct gleaner_residuals_f32 *residuals, float sum, uint64_t rows,
    uint64_t rank);

/* Takes in a row that the fit has not seen: `error` is its residual against the fit of the rows before,
 * `leverage` theirs of it, as `gleaner_factor_score_f32` gives it. `recursive` gets `error / sqrt(1 + leverage)`: of
 * one variance for all rows.
 * Errors: NOT_FINITE, RANGE. */
gleaner_status gleaner_residuals_observe_f32(struct gleaner_residuals_f32 *residuals, float error,
    float leverage, float *recursive);

/* Takes in a row of novelty 1, without a ridge: it raises the rank, and the fit passes through it. */
gleaner_status gleaner_residuals_observe_novel_f32(struct gleaner_residuals_f32 *residuals);

/* `sum / (rows - rank)`.
 * Errors: RANGE (no more rows than the rank). */
gleaner_status gleaner_residuals_variance_f32(const struct gleaner_residuals_f32 *residuals, float *variance);

/* Figures of a row that is in the fit, from its residual and its leverage in [0, 1].
 * Errors: NOT_FINITE, RANGE. */
gleaner_status gleaner_diagnose_f32(const struct gleaner_residuals_f32 *residuals, float residual,
    float leverage, struct gleaner_diagnosis_f32 *diagnosis);

/* Figures that a row would have in the fit, before it is taken in, from its residual and leverage as for
 * `gleaner_residuals_observe_f32`. Nothing cancels here.
 * Errors: NOT_FINITE, RANGE. */
gleaner_status gleaner_diagnose_new_f32(const struct gleaner_residuals_f32 *residuals, float error,
    float leverage, struct gleaner_diagnosis_f32 *diagnosis);

/* ----------------------------------------------------------------------------------------------------------
 * Which input and which layer a leverage comes from, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* What a leverage comes from, beside inputs and layers. */
struct gleaner_explanation_f32 {
  float leverage; /* The leverage that is explained */
  float novelty; /* Share of the row outside what the factor has seen, in [0, 1] */
  float bias; /* Share of the first layer's bias */
  float at_zero; /* Share of the last column, f(0): the label, mostly */
};

/* Explains the leverage of a whole row of the model, P + 1 entries, against a factor of the model's order or of
 * P + 1. `inputs` gets a share for each input, `layers` one for each layer; they are signed, and
 * `leverage = sum of layers + at_zero`, `layers[0] = sum of inputs + bias`. The largest input is the one to look
 * at. `scratch`: `GLEANER_EXPLAIN_LEN` scalars. About 3 N^2 flops.
 * Errors: those of a model; STATE, LENGTH, NOT_FINITE, RANGE; STALE (without a ridge: pivot first). */
gleaner_status gleaner_explain_f32(const struct gleaner_model_f32 *model,
    const struct gleaner_factor_f32 *factor, const float *row, size_t row_len, float *scratch,
    size_t scratch_len, float *inputs, size_t inputs_len, float *layers, size_t layers_len,
    struct gleaner_explanation_f32 *explanation);

/* ----------------------------------------------------------------------------------------------------------
 * Activations at one point, in single precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* An activation phi at a point s. */
struct gleaner_activation_f32 {
  float value; /* phi(s) */
  float derivative; /* phi'(s), from the left at a break */
  float divided; /* (phi(s) - phi(0)) / s, phi'(0) at 0: no cancellation, no avoidable overflow */
};

/* Evaluates the activation of code `activation` at `s`. `parameter` holds its `parameter_len` parameters,
 * up to 3; those not given are 0.
 * Errors: CODE, NOT_FINITE (s), RANGE (a parameter), LENGTH (more than 3 parameters). */
gleaner_status gleaner_activation_evaluate_f32(int32_t activation, const float *parameter, size_t parameter_len,
    float s, struct gleaner_activation_f32 *result);

/* ----------------------------------------------------------------------------------------------------------
 * Plan: how many draws with replacement keep a loss.
 * ---------------------------------------------------------------------------------------------------------- */

/* What a guarantee is made for. With chances `p_i >= share tau_i / rank`, tau_i the leverages, and
 *
 *     draws >= 2 rank (1 + accuracy / 3) ln(2 rank / failure) / (share accuracy^2)
 *
 * draws of `gleaner_alias_...`, weighted by `1 / (draws p_i)`, every sum of squares `|D v|^2` is within a factor
 * of 1 - accuracy to 1 + accuracy of that over everything, for all v at once, but for a chance of `failure`. With
 * `v = [theta ; 1]` it is the loss at the theta of the rows D. Proven for draws with replacement only: the other
 * samplers have no such promise.
 *
 *     const struct gleaner_terms terms = {49, 0.01, 1};
 *     if (gleaner_terms_accuracy(&terms, 200, &accuracy) == GLEANER_ERROR_NO_GUARANTEE) {
 *       gleaner_terms_draws(&terms, 0.5, &draws);
 *     } */
struct gleaner_terms {
  uint64_t rank; /* Rank of the rows, at most their length; the sum of the leverages */
  double failure; /* How often it may fail, in (0, 1) */
  /* Least ratio of a sample's chance to `leverage / rank`, in (0, 1]: 1 for chances in proportion to exact
   * leverages, `1 - alpha` with a uniform share of alpha */
  double share;
};

/* The least number of draws for an accuracy.
 * Errors: NO_GUARANTEE (an accuracy of 1 or more); RANGE (terms outside their range, an accuracy that is not
 * above 0, more than 2^53 draws). */
gleaner_status gleaner_terms_draws(const struct gleaner_terms *terms, double accuracy, uint64_t *draws);

/* The accuracy that a number of draws keeps, below 1.
 * Errors: NO_GUARANTEE (so few draws that it would be 1 or more: rank 49 and 200 draws, say); RANGE (terms
 * outside their range). */
gleaner_status gleaner_terms_accuracy(const struct gleaner_terms *terms, uint64_t draws, double *accuracy);

/* ----------------------------------------------------------------------------------------------------------
 * Records: what goes up.
 * ---------------------------------------------------------------------------------------------------------- */

/* What a record says of its sample as a whole. */
struct gleaner_record_header {
  uint64_t model; /* Id of the model that scored */
  uint64_t seed; /* Seed of the generator */
  uint64_t seen; /* Readings of the period that were scored and offered; refused ones are not among them */
  double total; /* Sum of all scores offered */
  double threshold; /* Scores above it were kept for certain */
  uint32_t period; /* Number of the period */
  uint32_t items; /* Number of items */
  uint32_t payload; /* Bytes of payload an item */
};

/* One item of a record. */
struct gleaner_record_item {
  uint64_t sequence; /* Number among the offers of the period that were not refused, from 0 */
  double score; /* Its score */
  double weight; /* Its weight */
  const uint8_t *payload; /* Its payload, inside the record's bytes where it was read */
};

/* Bytes of a record, as `GLEANER_RECORD_LEN`. */
size_t gleaner_record_len(size_t items, size_t payload);

/* Writes a record of `items_len` items; the header's count of items is taken from that. `record` holds
 * `GLEANER_RECORD_LEN(items, payload)` bytes or more; `written` gets the record's length.
 * Errors: LENGTH, SIZE, NOT_FINITE. */
gleaner_status gleaner_record_write(const struct gleaner_record_header *header,
    const struct gleaner_record_item *items, size_t items_len, uint8_t *record, size_t record_len,
    size_t *written);

/* Reads a record: its header and, to the front of `items`, its items, whose payloads point into
 * `record`. With `items_len` 0 the header alone. A record is little-endian: 4 bytes `GLNR`, version and
 * header length (16 bits each), model, seed, seen (64), total, threshold (double), period, items, payload
 * (32); for each item sequence (64), score, weight (double), the payload; CRC-32 (IEEE) of all that.
 * Errors: RECORD (magic, checksum), RANGE (version), LENGTH (bytes missing or left over, or more items than
 * places), NOT_FINITE. */
gleaner_status gleaner_record_read(const uint8_t *record, size_t record_len, struct gleaner_record_item *items,
    size_t items_len, struct gleaner_record_header *header);

/* ----------------------------------------------------------------------------------------------------------
 * A model of the caller's own, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_gradient_f32`, in double precision. */
typedef int32_t (*gleaner_gradient_f64)(void *context, const double *theta, size_t theta_len, const double *x,
    size_t x_len, size_t index, double *gradient, double *value);

/* As `gleaner_own_f32`, in double precision. */
struct gleaner_own_f64 {
  gleaner_gradient_f64 gradient;
  void *context;
  const double *theta;
  uint32_t parameters;
  uint32_t outputs;
  uint32_t panels;
};

/* ----------------------------------------------------------------------------------------------------------
 * A model as C describes it, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_layer_f32`, in double precision. */
struct gleaner_layer_f64 {
  const double *weights;
  const double *bias;
  uint32_t inputs;
  uint32_t outputs;
  int32_t activation;
  double parameter[3];
};

/* As `gleaner_pilot_f32`, in double precision. */
struct gleaner_pilot_f64 {
  const double *packed;
  size_t packed_len;
  uint64_t rows;
  double ridge;
  double mean_leverage;
  uint64_t model_id;
  int32_t objective;
  uint32_t buckets;
  uint64_t sketch_seed;
};

/* As `gleaner_model_f32`, in double precision. */
struct gleaner_model_f64 {
  uint32_t abi;
  uint64_t id;
  const struct gleaner_layer_f64 *layers;
  uint32_t depth;
  uint32_t inputs;
  uint32_t nodes;
  const double *mean;
  const double *scale;
  const double *check_inputs;
  const double *check_outputs;
  uint32_t checks;
  const struct gleaner_pilot_f64 *pilot;
  const struct gleaner_own_f64 *own;
};

/* ----------------------------------------------------------------------------------------------------------
 * What a model gives: sizes, check, value, gradient, row, norm, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_target_f32`, in double precision. */
struct gleaner_target_f64 {
  int32_t objective;
  double label;
  double delta;
};

/* As `gleaner_row_report_f32`, in double precision. */
struct gleaner_row_report_f64 {
  int32_t form;
  double value;
  double at_zero;
  double completeness;
};

/* As `gleaner_model_check_gradient_f32`, in double precision. */
gleaner_status gleaner_model_check_gradient_f64(const struct gleaner_model_f64 *model, const double *x,
    size_t x_len, double tolerance, double *work, size_t work_len);

/* As `gleaner_model_sizes_f32`, in double precision. */
gleaner_status gleaner_model_sizes_f64(const struct gleaner_model_f64 *model, struct gleaner_sizes *sizes);

/* As `gleaner_model_check_f32`, in double precision. */
gleaner_status gleaner_model_check_f64(const struct gleaner_model_f64 *model, int32_t objective, double *work,
    size_t work_len, double *worst);

/* As `gleaner_model_value_f32`, in double precision. */
gleaner_status gleaner_model_value_f64(const struct gleaner_model_f64 *model, const double *x, size_t x_len,
    size_t index, double *work, size_t work_len, double *value);

/* As `gleaner_model_gradient_f32`, in double precision. */
gleaner_status gleaner_model_gradient_f64(const struct gleaner_model_f64 *model, const double *x, size_t x_len,
    size_t index, const struct gleaner_target_f64 *target, double *work, size_t work_len, double *gradient,
    size_t gradient_len, double *value);

/* As `gleaner_model_row_f32`, in double precision. */
gleaner_status gleaner_model_row_f64(const struct gleaner_model_f64 *model, const double *x, size_t x_len,
    size_t index, const struct gleaner_target_f64 *target, double *work, size_t work_len, double *row,
    size_t row_len, struct gleaner_row_report_f64 *report);

/* As `gleaner_model_sketch_f32`, in double precision. */
gleaner_status gleaner_model_sketch_f64(const struct gleaner_model_f64 *model, const double *x, size_t x_len,
    size_t index, const struct gleaner_target_f64 *target, uint64_t sketch_seed, double *work, size_t work_len,
    double *sketch, size_t sketch_len, struct gleaner_row_report_f64 *report);

/* As `gleaner_model_norm_f32`, in double precision. */
gleaner_status gleaner_model_norm_f64(const struct gleaner_model_f64 *model, const double *x, size_t x_len,
    size_t index, const struct gleaner_target_f64 *target, double *work, size_t work_len, double *norm);

/* As `gleaner_model_leave_out_gauge_f32`, in double precision. */
gleaner_status gleaner_model_leave_out_gauge_f64(const struct gleaner_model_f64 *model, double *row,
    size_t row_len);

/* As `gleaner_model_theta_f32`, in double precision. */
gleaner_status gleaner_model_theta_f64(const struct gleaner_model_f64 *model, double *theta, size_t theta_len);

/* As `gleaner_model_layers_f32`, in double precision. */
gleaner_status gleaner_model_layers_f64(const struct gleaner_model_f64 *model, const double *theta,
    size_t theta_len, struct gleaner_layer_f64 *layers, size_t layers_len);

/* ----------------------------------------------------------------------------------------------------------
 * The factor, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_factor_state_f32`, in double precision. */
struct gleaner_factor_state_f64 {
  size_t order;
  double ridge;
  uint64_t rows;
  uint64_t half_life;
  uint64_t age;
  size_t cursor;
  uint8_t pivoted;
};

/* As `gleaner_factor_f32`, in double precision. */
struct gleaner_factor_f64 {
  uint32_t tag;
  double *memory;
  size_t memory_len;
  struct gleaner_factor_state_f64 state;
};

/* As `gleaner_score_f32`, in double precision. */
struct gleaner_score_f64 {
  double leverage;
  double novelty;
};

/* As `gleaner_factor_init_f32`, in double precision. */
gleaner_status gleaner_factor_init_f64(struct gleaner_factor_f64 *factor, size_t order, double ridge,
    double *memory, size_t memory_len);

/* As `gleaner_factor_default_ridge_f32`, in double precision. */
gleaner_status gleaner_factor_default_ridge_f64(double mean_squared_norm, double *ridge);

/* As `gleaner_factor_reset_f32`, in double precision. */
gleaner_status gleaner_factor_reset_f64(struct gleaner_factor_f64 *factor, double ridge);

/* As `gleaner_factor_start_f32`, in double precision. */
gleaner_status gleaner_factor_start_f64(struct gleaner_factor_f64 *factor, const double *packed,
    size_t packed_len, uint64_t rows, double ridge);

/* As `gleaner_factor_packed_f32`, in double precision. */
gleaner_status gleaner_factor_packed_f64(const struct gleaner_factor_f64 *factor, double *packed,
    size_t packed_len);

/* As `gleaner_factor_half_life_f32`, in double precision. */
gleaner_status gleaner_factor_half_life_f64(struct gleaner_factor_f64 *factor, uint64_t rows);

/* As `gleaner_factor_observe_f32`, in double precision. */
gleaner_status gleaner_factor_observe_f64(struct gleaner_factor_f64 *factor, const double *row, size_t row_len,
    double weight, double *online);

/* As `gleaner_factor_score_f32`, in double precision. */
gleaner_status gleaner_factor_score_f64(const struct gleaner_factor_f64 *factor, const double *row,
    size_t row_len, double *scratch, size_t scratch_len, struct gleaner_score_f64 *score);

/* As `gleaner_factor_contributions_f32`, in double precision. */
gleaner_status gleaner_factor_contributions_f64(const struct gleaner_factor_f64 *factor, const double *row,
    size_t row_len, double *scratch, size_t scratch_len, double *contributions, size_t contributions_len,
    struct gleaner_score_f64 *score);

/* As `gleaner_factor_pivot_f32`, in double precision. */
gleaner_status gleaner_factor_pivot_f64(struct gleaner_factor_f64 *factor, size_t *rank);

/* As `gleaner_factor_unpivot_f32`, in double precision. */
gleaner_status gleaner_factor_unpivot_f64(struct gleaner_factor_f64 *factor);

/* As `gleaner_factor_condition_f32`, in double precision. */
gleaner_status gleaner_factor_condition_f64(const struct gleaner_factor_f64 *factor, double *condition);

/* As `gleaner_factor_rank_f32`, in double precision. */
gleaner_status gleaner_factor_rank_f64(const struct gleaner_factor_f64 *factor, size_t *rank);

/* As `gleaner_factor_merge_f32`, in double precision. */
gleaner_status gleaner_factor_merge_f64(struct gleaner_factor_f64 *factor,
    const struct gleaner_factor_f64 *other);

/* As `gleaner_factor_solve_f32`, in double precision. */
gleaner_status gleaner_factor_solve_f64(const struct gleaner_factor_f64 *factor, double *solution,
    size_t solution_len);

/* ----------------------------------------------------------------------------------------------------------
 * Kronecker leverage: two small factors a layer, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_kronecker_layer_f32`, in double precision. */
struct gleaner_kronecker_layer_f64 {
  struct gleaner_factor_state_f64 delta;
  struct gleaner_factor_state_f64 input;
};

/* As `gleaner_kronecker_state_f32`, in double precision. */
struct gleaner_kronecker_state_f64 {
  uint64_t rows;
  uint64_t half_life;
  double effective;
};

/* As `gleaner_kronecker_f32`, in double precision. */
struct gleaner_kronecker_f64 {
  uint32_t tag;
  struct gleaner_kronecker_layer_f64 *layers;
  size_t layers_len;
  double *memory;
  size_t memory_len;
  struct gleaner_kronecker_state_f64 state;
};

/* As `gleaner_kronecker_work_len_f32`, in double precision. */
gleaner_status gleaner_kronecker_work_len_f64(const struct gleaner_model_f64 *model, size_t *length);

/* As `gleaner_kronecker_init_f32`, in double precision. */
gleaner_status gleaner_kronecker_init_f64(struct gleaner_kronecker_f64 *scorer,
    const struct gleaner_model_f64 *model, uint64_t half_life, struct gleaner_kronecker_layer_f64 *layers,
    size_t layers_len, double *memory, size_t memory_len);

/* As `gleaner_kronecker_observe_f32`, in double precision. */
gleaner_status gleaner_kronecker_observe_f64(struct gleaner_kronecker_f64 *scorer,
    const struct gleaner_model_f64 *model, const double *x, size_t x_len, size_t index,
    const struct gleaner_target_f64 *target, double *work, size_t work_len, double *score);

/* As `gleaner_kronecker_score_f32`, in double precision. */
gleaner_status gleaner_kronecker_score_f64(const struct gleaner_kronecker_f64 *scorer,
    const struct gleaner_model_f64 *model, const double *x, size_t x_len, size_t index,
    const struct gleaner_target_f64 *target, double *work, size_t work_len, double *score);

/* ----------------------------------------------------------------------------------------------------------
 * Scores from a loss's slope and a leverage, and mixes of scores, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_mix_f32`, in double precision. */
struct gleaner_mix_f64 {
  uint32_t tag;
  uint32_t scores;
  double alpha;
  double shares[GLEANER_MIX_SCORES];
  double means[GLEANER_MIX_SCORES][2];
  uint64_t count;
  uint8_t fixed;
};

/* As `gleaner_target_loss_f32`, in double precision. */
gleaner_status gleaner_target_loss_f64(const struct gleaner_target_f64 *target, double value, double *slope,
    double *curvature);

/* As `gleaner_optimal_score_f32`, in double precision. */
gleaner_status gleaner_optimal_score_f64(double slope, double leverage, double *score);

/* As `gleaner_cautious_score_f32`, in double precision. */
gleaner_status gleaner_cautious_score_f64(double slope, double leverage, double mean, double kappa,
    double *score);

/* As `gleaner_mix_init_f32`, in double precision. */
gleaner_status gleaner_mix_init_f64(struct gleaner_mix_f64 *mix, double alpha, const double *shares,
    size_t shares_len, const double *means, size_t means_len);

/* As `gleaner_mix_score_f32`, in double precision. */
gleaner_status gleaner_mix_score_f64(struct gleaner_mix_f64 *mix, const double *scores, size_t scores_len,
    double *score);

/* As `gleaner_mix_mean_f32`, in double precision. */
gleaner_status gleaner_mix_mean_f64(const struct gleaner_mix_f64 *mix, size_t index, double *mean);

/* ----------------------------------------------------------------------------------------------------------
 * The VarOpt reservoir, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_item_f32`, in double precision. */
struct gleaner_item_f64 {
  uint64_t sequence;
  double score;
  uint32_t slot;
};

/* As `gleaner_kept_f32`, in double precision. */
struct gleaner_kept_f64 {
  uint64_t sequence;
  uint32_t slot;
  double score;
  double weight;
};

/* As `gleaner_outcome_f32`, in double precision. */
struct gleaner_outcome_f64 {
  uint32_t kept;
  uint32_t free_slot;
  uint32_t dropped_any;
  struct gleaner_item_f64 dropped;
};

/* As `gleaner_reservoir_state_f32`, in double precision. */
struct gleaner_reservoir_state_f64 {
  uint64_t seen;
  size_t heavy;
  size_t light;
  double threshold;
  double compensation;
  uint32_t free_slot;
};

/* As `gleaner_reservoir_f32`, in double precision. */
struct gleaner_reservoir_f64 {
  uint32_t tag;
  uint8_t generator[16];
  struct gleaner_item_f64 *items;
  size_t items_len;
  struct gleaner_reservoir_state_f64 state;
};

/* As `gleaner_reservoir_init_f32`, in double precision. */
gleaner_status gleaner_reservoir_init_f64(struct gleaner_reservoir_f64 *reservoir, uint64_t seed,
    struct gleaner_item_f64 *items, size_t items_len);

/* As `gleaner_reservoir_clear_f32`, in double precision. */
gleaner_status gleaner_reservoir_clear_f64(struct gleaner_reservoir_f64 *reservoir);

/* As `gleaner_reservoir_offer_f32`, in double precision. */
gleaner_status gleaner_reservoir_offer_f64(struct gleaner_reservoir_f64 *reservoir, double score,
    struct gleaner_outcome_f64 *outcome);

/* As `gleaner_reservoir_count_f32`, in double precision. */
gleaner_status gleaner_reservoir_count_f64(const struct gleaner_reservoir_f64 *reservoir, size_t *count);

/* As `gleaner_reservoir_kept_f32`, in double precision. */
gleaner_status gleaner_reservoir_kept_f64(const struct gleaner_reservoir_f64 *reservoir, size_t index,
    struct gleaner_kept_f64 *kept);

/* As `gleaner_reservoir_effective_size_f32`, in double precision. */
gleaner_status gleaner_reservoir_effective_size_f64(const struct gleaner_reservoir_f64 *reservoir,
    double *size);

/* ----------------------------------------------------------------------------------------------------------
 * Merging samples, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_earlier_f32`, in double precision. */
struct gleaner_earlier_f64 {
  double score;
  double weight;
};

/* As `gleaner_merge_f32`, in double precision. */
struct gleaner_merge_f64 {
  uint32_t tag;
  uint8_t generator[16];
  struct gleaner_item_f64 *items;
  struct gleaner_earlier_f64 *earlier;
  size_t items_len;
  struct gleaner_reservoir_state_f64 state;
};

/* As `gleaner_merge_init_f32`, in double precision. */
gleaner_status gleaner_merge_init_f64(struct gleaner_merge_f64 *merge, uint64_t seed,
    struct gleaner_item_f64 *items, struct gleaner_earlier_f64 *earlier, size_t items_len);

/* As `gleaner_merge_clear_f32`, in double precision. */
gleaner_status gleaner_merge_clear_f64(struct gleaner_merge_f64 *merge);

/* As `gleaner_merge_offer_f32`, in double precision. */
gleaner_status gleaner_merge_offer_f64(struct gleaner_merge_f64 *merge, double score, double weight,
    struct gleaner_outcome_f64 *outcome);

/* As `gleaner_merge_count_f32`, in double precision. */
gleaner_status gleaner_merge_count_f64(const struct gleaner_merge_f64 *merge, size_t *count);

/* As `gleaner_merge_kept_f32`, in double precision. */
gleaner_status gleaner_merge_kept_f64(const struct gleaner_merge_f64 *merge, size_t index,
    struct gleaner_kept_f64 *kept);

/* ----------------------------------------------------------------------------------------------------------
 * Thinning of a reservoir: few samples of many, spread, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_candidate_f32`, in double precision. */
struct gleaner_candidate_f64 {
  struct gleaner_item_f64 item;
  double probability;
  double chance[2];
};

/* As `gleaner_position_f32`, in double precision. */
typedef void (*gleaner_position_f64)(void *context, const struct gleaner_kept_f64 *kept, double *position,
    size_t position_len);

/* As `gleaner_positions_f32`, in double precision. */
struct gleaner_positions_f64 {
  size_t dimensions;
  const double *positions;
  size_t stride;
  gleaner_position_f64 position;
  void *context;
};

/* As `gleaner_reservoir_thin_f32`, in double precision. */
gleaner_status gleaner_reservoir_thin_f64(struct gleaner_reservoir_f64 *reservoir, size_t keep,
    const struct gleaner_positions_f64 *positions, struct gleaner_candidate_f64 *candidates,
    size_t candidates_len, double *memory, size_t memory_len);

/* ----------------------------------------------------------------------------------------------------------
 * Pivotal sampling of a stream, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_pivotal_state_f32`, in double precision. */
struct gleaner_pivotal_state_f64 {
  uint64_t seen;
  uint64_t refused;
  size_t settled;
  size_t waiting;
  size_t places;
  size_t dimensions;
  double threshold;
  uint32_t free_slot;
  uint32_t first;
  uint32_t handed;
};

/* As `gleaner_pivotal_f32`, in double precision. */
struct gleaner_pivotal_f64 {
  uint32_t tag;
  uint8_t generator[16];
  struct gleaner_candidate_f64 *candidates;
  size_t candidates_len;
  double *positions;
  size_t positions_len;
  struct gleaner_pivotal_state_f64 state;
};

/* As `gleaner_pivotal_init_f32`, in double precision. */
gleaner_status gleaner_pivotal_init_f64(struct gleaner_pivotal_f64 *pivotal, uint64_t seed, double threshold,
    size_t places, size_t dimensions, struct gleaner_candidate_f64 *candidates, size_t candidates_len,
    double *positions, size_t positions_len);

/* As `gleaner_pivotal_clear_f32`, in double precision. */
gleaner_status gleaner_pivotal_clear_f64(struct gleaner_pivotal_f64 *pivotal);

/* As `gleaner_pivotal_set_threshold_f32`, in double precision. */
gleaner_status gleaner_pivotal_set_threshold_f64(struct gleaner_pivotal_f64 *pivotal, double threshold);

/* As `gleaner_pivotal_offer_f32`, in double precision. */
gleaner_status gleaner_pivotal_offer_f64(struct gleaner_pivotal_f64 *pivotal, double score,
    const double *position, size_t position_len, struct gleaner_outcome_f64 *outcome);

/* As `gleaner_pivotal_finish_f32`, in double precision. */
gleaner_status gleaner_pivotal_finish_f64(struct gleaner_pivotal_f64 *pivotal);

/* As `gleaner_pivotal_count_f32`, in double precision. */
gleaner_status gleaner_pivotal_count_f64(const struct gleaner_pivotal_f64 *pivotal, size_t *count);

/* As `gleaner_pivotal_kept_f32`, in double precision. */
gleaner_status gleaner_pivotal_kept_f64(const struct gleaner_pivotal_f64 *pivotal, size_t index,
    struct gleaner_kept_f64 *kept);

/* As `gleaner_pivotal_effective_size_f32`, in double precision. */
gleaner_status gleaner_pivotal_effective_size_f64(const struct gleaner_pivotal_f64 *pivotal, double *size);

/* ----------------------------------------------------------------------------------------------------------
 * The k highest scores, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_top_f32`, in double precision. */
struct gleaner_top_f64 {
  uint32_t tag;
  struct gleaner_item_f64 *items;
  size_t items_len;
  uint64_t seen;
  size_t kept;
  uint32_t free_slot;
};

/* As `gleaner_top_init_f32`, in double precision. */
gleaner_status gleaner_top_init_f64(struct gleaner_top_f64 *top, struct gleaner_item_f64 *items,
    size_t items_len);

/* As `gleaner_top_clear_f32`, in double precision. */
gleaner_status gleaner_top_clear_f64(struct gleaner_top_f64 *top);

/* As `gleaner_top_offer_f32`, in double precision. */
gleaner_status gleaner_top_offer_f64(struct gleaner_top_f64 *top, double score,
    struct gleaner_outcome_f64 *outcome);

/* As `gleaner_top_count_f32`, in double precision. */
gleaner_status gleaner_top_count_f64(const struct gleaner_top_f64 *top, size_t *count);

/* As `gleaner_top_kept_f32`, in double precision. */
gleaner_status gleaner_top_kept_f64(const struct gleaner_top_f64 *top, size_t index,
    struct gleaner_kept_f64 *kept);

/* ----------------------------------------------------------------------------------------------------------
 * The k lowest scores, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_bottom_f32`, in double precision. */
struct gleaner_bottom_f64 {
  uint32_t tag;
  struct gleaner_item_f64 *items;
  size_t items_len;
  uint64_t seen;
  size_t kept;
  uint32_t free_slot;
};

/* As `gleaner_bottom_init_f32`, in double precision. */
gleaner_status gleaner_bottom_init_f64(struct gleaner_bottom_f64 *bottom, struct gleaner_item_f64 *items,
    size_t items_len);

/* As `gleaner_bottom_clear_f32`, in double precision. */
gleaner_status gleaner_bottom_clear_f64(struct gleaner_bottom_f64 *bottom);

/* As `gleaner_bottom_offer_f32`, in double precision. */
gleaner_status gleaner_bottom_offer_f64(struct gleaner_bottom_f64 *bottom, double score,
    struct gleaner_outcome_f64 *outcome);

/* As `gleaner_bottom_count_f32`, in double precision. */
gleaner_status gleaner_bottom_count_f64(const struct gleaner_bottom_f64 *bottom, size_t *count);

/* As `gleaner_bottom_kept_f32`, in double precision. */
gleaner_status gleaner_bottom_kept_f64(const struct gleaner_bottom_f64 *bottom, size_t index,
    struct gleaner_kept_f64 *kept);

/* ----------------------------------------------------------------------------------------------------------
 * Poisson sampling, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_poisson_state_f32`, in double precision. */
struct gleaner_poisson_state_f64 {
  uint64_t seen;
  uint64_t kept;
  uint64_t capped;
  struct gleaner_budget budget;
  double threshold;
  double logarithm[2];
  double expected[2];
};

/* As `gleaner_poisson_f32`, in double precision. */
struct gleaner_poisson_f64 {
  uint32_t tag;
  uint8_t generator[16];
  struct gleaner_poisson_state_f64 state;
};

/* As `gleaner_decision_f32`, in double precision. */
struct gleaner_decision_f64 {
  uint32_t kept;
  uint32_t capped;
  double probability;
  double weight;
};

/* As `gleaner_poisson_init_f32`, in double precision. */
gleaner_status gleaner_poisson_init_f64(struct gleaner_poisson_f64 *poisson, uint64_t seed, double threshold,
    const struct gleaner_budget *budget);

/* As `gleaner_poisson_offer_f32`, in double precision. */
gleaner_status gleaner_poisson_offer_f64(struct gleaner_poisson_f64 *poisson, double score,
    struct gleaner_decision_f64 *decision);

/* As `gleaner_poisson_set_threshold_f32`, in double precision. */
gleaner_status gleaner_poisson_set_threshold_f64(struct gleaner_poisson_f64 *poisson, double threshold);

/* As `gleaner_poisson_clear_f32`, in double precision. */
gleaner_status gleaner_poisson_clear_f64(struct gleaner_poisson_f64 *poisson);

/* ----------------------------------------------------------------------------------------------------------
 * Draws with replacement: the alias table, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_alias_f32`, in double precision. */
struct gleaner_alias_f64 {
  uint32_t tag;
  uint8_t generator[16];
  const double *scores;
  const double *cuts;
  const uint32_t *aliases;
  size_t count;
  double largest;
  double total[2];
};

/* As `gleaner_draw_f32`, in double precision. */
struct gleaner_draw_f64 {
  size_t index;
  double probability;
};

/* As `gleaner_alias_init_f32`, in double precision. */
gleaner_status gleaner_alias_init_f64(struct gleaner_alias_f64 *alias, uint64_t seed, const double *scores,
    size_t scores_len, double *cuts, size_t cuts_len, uint32_t *aliases, size_t aliases_len);

/* As `gleaner_alias_draw_f32`, in double precision. */
gleaner_status gleaner_alias_draw_f64(struct gleaner_alias_f64 *alias, struct gleaner_draw_f64 *draw);

/* As `gleaner_alias_probability_f32`, in double precision. */
gleaner_status gleaner_alias_probability_f64(const struct gleaner_alias_f64 *alias, size_t index,
    double *probability);

/* As `gleaner_alias_weight_f32`, in double precision. */
gleaner_status gleaner_alias_weight_f64(const struct gleaner_alias_f64 *alias, size_t index, uint64_t draws,
    double *weight);

/* ----------------------------------------------------------------------------------------------------------
 * Calibration: totals over all readings, and weights that meet them, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_totals_f32`, in double precision. */
struct gleaner_totals_f64 {
  uint32_t tag;
  double *memory;
  size_t memory_len;
  size_t length;
  uint64_t count;
};

/* As `gleaner_calibration_options_f32`, in double precision. */
struct gleaner_calibration_options_f64 {
  uint32_t abi;
  uint32_t rounds;
  double ridge;
  double least;
  double most;
};

/* As `gleaner_calibration_report_f32`, in double precision. */
struct gleaner_calibration_report_f64 {
  uint32_t rounds;
  size_t clipped;
  size_t absent;
  double before;
  double after;
};

/* As `gleaner_vector_f32`, in double precision. */
typedef int32_t (*gleaner_vector_f64)(void *context, size_t index, double *vector, size_t vector_len,
    double *weight);

/* As `gleaner_vectors_f32`, in double precision. */
struct gleaner_vectors_f64 {
  size_t count;
  const double *vectors;
  size_t stride;
  const double *weights;
  gleaner_vector_f64 vector;
  void *context;
};

/* As `gleaner_model_vector_f32`, in double precision. */
gleaner_status gleaner_model_vector_f64(const struct gleaner_model_f64 *model, int32_t kind, const double *x,
    size_t x_len, size_t index, const struct gleaner_target_f64 *target, double *work, size_t work_len,
    double *vector, size_t vector_len);

/* As `gleaner_totals_init_f32`, in double precision. */
gleaner_status gleaner_totals_init_f64(struct gleaner_totals_f64 *totals, size_t length, double *memory,
    size_t memory_len);

/* As `gleaner_totals_clear_f32`, in double precision. */
gleaner_status gleaner_totals_clear_f64(struct gleaner_totals_f64 *totals);

/* As `gleaner_totals_observe_f32`, in double precision. */
gleaner_status gleaner_totals_observe_f64(struct gleaner_totals_f64 *totals, const double *vector,
    size_t vector_len);

/* As `gleaner_totals_value_f32`, in double precision. */
gleaner_status gleaner_totals_value_f64(const struct gleaner_totals_f64 *totals, size_t index, double *value);

/* As `gleaner_calibrate_f32`, in double precision. */
gleaner_status gleaner_calibrate_f64(const struct gleaner_totals_f64 *totals,
    const struct gleaner_calibration_options_f64 *options, const struct gleaner_vectors_f64 *vectors,
    double *ratios, size_t ratios_len, double *memory, size_t memory_len,
    struct gleaner_calibration_report_f64 *report);

/* ----------------------------------------------------------------------------------------------------------
 * The standardiser: running moments, and constants, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_moments_f32`, in double precision. */
struct gleaner_moments_f64 {
  uint32_t tag;
  double *memory;
  size_t memory_len;
  uint64_t count;
};

/* As `gleaner_moments_init_f32`, in double precision. */
gleaner_status gleaner_moments_init_f64(struct gleaner_moments_f64 *moments, size_t features, double *memory,
    size_t memory_len);

/* As `gleaner_moments_observe_f32`, in double precision. */
gleaner_status gleaner_moments_observe_f64(struct gleaner_moments_f64 *moments, const double *x, size_t x_len);

/* As `gleaner_moments_mean_f32`, in double precision. */
gleaner_status gleaner_moments_mean_f64(const struct gleaner_moments_f64 *moments, size_t feature,
    double *mean);

/* As `gleaner_moments_variance_f32`, in double precision. */
gleaner_status gleaner_moments_variance_f64(const struct gleaner_moments_f64 *moments, size_t feature,
    double *variance);

/* As `gleaner_moments_standardise_f32`, in double precision. */
gleaner_status gleaner_moments_standardise_f64(const struct gleaner_moments_f64 *moments, const double *x,
    size_t x_len, double *result, size_t result_len);

/* As `gleaner_moments_merge_f32`, in double precision. */
gleaner_status gleaner_moments_merge_f64(struct gleaner_moments_f64 *moments,
    const struct gleaner_moments_f64 *other);

/* As `gleaner_standardise_f32`, in double precision. */
gleaner_status gleaner_standardise_f64(const double *x, size_t x_len, const double *mean, size_t mean_len,
    const double *scale, size_t scale_len, double *result, size_t result_len);

/* ----------------------------------------------------------------------------------------------------------
 * Thresholds of scores: the rule for leverages and the streamed quantile, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_quantile_state_f32`, in double precision. */
struct gleaner_quantile_state_f64 {
  double highest;
  uint64_t seen;
  uint64_t total;
  uint64_t half_life;
  uint64_t age;
};

/* As `gleaner_quantile_f32`, in double precision. */
struct gleaner_quantile_f64 {
  uint32_t tag;
  uint32_t *memory;
  size_t memory_len;
  struct gleaner_quantile_state_f64 state;
};

/* As `gleaner_leverage_threshold_f32`, in double precision. */
gleaner_status gleaner_leverage_threshold_f64(double multiple, uint64_t rank, uint64_t rows, double *threshold);

/* As `gleaner_quantile_init_f32`, in double precision. */
gleaner_status gleaner_quantile_init_f64(struct gleaner_quantile_f64 *quantile, double highest,
    uint32_t *memory, size_t memory_len);

/* As `gleaner_quantile_reset_f32`, in double precision. */
gleaner_status gleaner_quantile_reset_f64(struct gleaner_quantile_f64 *quantile);

/* As `gleaner_quantile_half_life_f32`, in double precision. */
gleaner_status gleaner_quantile_half_life_f64(struct gleaner_quantile_f64 *quantile, uint64_t items);

/* As `gleaner_quantile_observe_f32`, in double precision. */
gleaner_status gleaner_quantile_observe_f64(struct gleaner_quantile_f64 *quantile, double score);

/* As `gleaner_quantile_is_beyond_f32`, in double precision. */
gleaner_status gleaner_quantile_is_beyond_f64(const struct gleaner_quantile_f64 *quantile, double score,
    double probability, int32_t *beyond);

/* As `gleaner_quantile_threshold_f32`, in double precision. */
gleaner_status gleaner_quantile_threshold_f64(const struct gleaner_quantile_f64 *quantile, double probability,
    double *threshold);

/* As `gleaner_quantile_merge_f32`, in double precision. */
gleaner_status gleaner_quantile_merge_f64(struct gleaner_quantile_f64 *quantile,
    const struct gleaner_quantile_f64 *other);

/* ----------------------------------------------------------------------------------------------------------
 * Notices that a stream has changed, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_drift_f32`, in double precision. */
struct gleaner_drift_f64 {
  uint64_t rows;
  uint64_t half_life;
  double weight;
  uint64_t blocks;
  uint32_t readings;
  double sum;
  double mean;
  double variance;
  double level;
};

/* As `gleaner_drift_init_f32`, in double precision. */
gleaner_status gleaner_drift_init_f64(struct gleaner_drift_f64 *drift, uint64_t rows, uint64_t half_life);

/* As `gleaner_drift_observe_f32`, in double precision. */
gleaner_status gleaner_drift_observe_f64(struct gleaner_drift_f64 *drift, double leverage, double *level);

/* ----------------------------------------------------------------------------------------------------------
 * The structs of a selector, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_options_f32`, in double precision. */
struct gleaner_options_f64 {
  uint32_t abi;
  int32_t objective;
  int32_t scaling;
  double delta;
  double ridge;
  double uniform;
  uint64_t half_life;
  uint64_t seed;
  uint32_t buckets;
  uint64_t sketch_seed;
};

/* As `gleaner_counters_f32`, in double precision. */
struct gleaner_counters_f64 {
  uint64_t seen;
  uint64_t accepted;
  uint64_t evicted;
  uint64_t refused_length;
  uint64_t refused_not_finite;
  uint64_t refused_range;
  uint64_t refused_label;
  uint64_t refused_other;
  uint64_t unscored;
  double total_score[2];
  double highest_dropped;
  double drift;
};

/* As `gleaner_selector_state_f32`, in double precision. */
struct gleaner_selector_state_f64 {
  struct gleaner_factor_state_f64 factor;
  struct gleaner_reservoir_state_f64 reservoir;
  struct gleaner_counters_f64 counters;
  uint64_t moments;
  double mean_leverage;
  uint8_t ridge_is_open;
  double leverages[2];
  uint64_t leverage_count;
  uint64_t model_id;
  uint32_t period;
  struct gleaner_drift_f64 drift;
};

/* As `gleaner_selector_f32`, in double precision. */
struct gleaner_selector_f64 {
  uint32_t tag;
  uint8_t generator[16];
  const struct gleaner_model_f64 *model;
  double *memory;
  size_t memory_len;
  struct gleaner_item_f64 *items;
  size_t items_len;
  struct gleaner_options_f64 options;
  struct gleaner_plan plan;
  struct gleaner_selector_state_f64 state;
};

/* ----------------------------------------------------------------------------------------------------------
 * The selector, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_verdict_f32`, in double precision. */
struct gleaner_verdict_f64 {
  uint32_t kept;
  uint32_t free_slot;
  double score;
  double leverage;
  int32_t form;
  double completeness;
};

/* As `gleaner_stats_f32`, in double precision. */
struct gleaner_stats_f64 {
  struct gleaner_counters_f64 counters;
  size_t kept;
  double threshold;
  double effective_size;
};

/* As `gleaner_recall_f32`, in double precision. */
typedef int32_t (*gleaner_recall_f64)(void *context, uint32_t slot, double *x, size_t x_len, double *label,
    size_t label_len);

/* As `gleaner_selector_init_f32`, in double precision. */
gleaner_status gleaner_selector_init_f64(struct gleaner_selector_f64 *selector,
    const struct gleaner_model_f64 *model, const struct gleaner_options_f64 *options, double *memory,
    size_t memory_len, struct gleaner_item_f64 *items, size_t items_len);

/* As `gleaner_selector_start_f32`, in double precision. */
gleaner_status gleaner_selector_start_f64(struct gleaner_selector_f64 *selector,
    const struct gleaner_pilot_f64 *pilot);

/* As `gleaner_selector_free_slot_f32`, in double precision. */
gleaner_status gleaner_selector_free_slot_f64(const struct gleaner_selector_f64 *selector, uint32_t *slot);

/* As `gleaner_selector_offer_f32`, in double precision. */
gleaner_status gleaner_selector_offer_f64(struct gleaner_selector_f64 *selector, const double *x, size_t x_len,
    const double *label, size_t label_len, struct gleaner_verdict_f64 *verdict);

/* As `gleaner_selector_count_f32`, in double precision. */
gleaner_status gleaner_selector_count_f64(const struct gleaner_selector_f64 *selector, size_t *count);

/* As `gleaner_selector_kept_f32`, in double precision. */
gleaner_status gleaner_selector_kept_f64(const struct gleaner_selector_f64 *selector, size_t index,
    struct gleaner_kept_f64 *result);

/* As `gleaner_selector_stats_f32`, in double precision. */
gleaner_status gleaner_selector_stats_f64(const struct gleaner_selector_f64 *selector,
    struct gleaner_stats_f64 *stats);

/* As `gleaner_selector_begin_period_f32`, in double precision. */
gleaner_status gleaner_selector_begin_period_f64(struct gleaner_selector_f64 *selector);

/* As `gleaner_selector_rebase_f32`, in double precision. */
gleaner_status gleaner_selector_rebase_f64(struct gleaner_selector_f64 *selector,
    const struct gleaner_model_f64 *model, gleaner_recall_f64 recall, void *context);

/* As `gleaner_selector_thin_f32`, in double precision. */
gleaner_status gleaner_selector_thin_f64(struct gleaner_selector_f64 *selector, size_t keep,
    struct gleaner_candidate_f64 *candidates, size_t candidates_len, double *positions, size_t positions_len,
    gleaner_recall_f64 recall, void *context);

/* As `gleaner_selector_record_f32`, in double precision. */
gleaner_status gleaner_selector_record_f64(const struct gleaner_selector_f64 *selector, const uint8_t *payloads,
    size_t payload_len, uint8_t *record, size_t record_len, size_t *written);

/* ----------------------------------------------------------------------------------------------------------
 * Snapshots: saving and restoring, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_factor_snapshot_len_f32`, in double precision. */
size_t gleaner_factor_snapshot_len_f64(size_t order);

/* As `gleaner_reservoir_snapshot_len_f32`, in double precision. */
size_t gleaner_reservoir_snapshot_len_f64(size_t items);

/* As `gleaner_top_snapshot_len_f32`, in double precision. */
size_t gleaner_top_snapshot_len_f64(size_t items);

/* As `gleaner_moments_snapshot_len_f32`, in double precision. */
size_t gleaner_moments_snapshot_len_f64(size_t features);

/* As `gleaner_poisson_snapshot_len_f32`, in double precision. */
size_t gleaner_poisson_snapshot_len_f64(void);

/* As `gleaner_totals_snapshot_len_f32`, in double precision. */
size_t gleaner_totals_snapshot_len_f64(size_t sums);

/* As `gleaner_quantile_snapshot_len_f32`, in double precision. */
size_t gleaner_quantile_snapshot_len_f64(size_t octaves);

/* As `gleaner_kronecker_snapshot_len_f32`, in double precision. */
size_t gleaner_kronecker_snapshot_len_f64(size_t layers, size_t memory);

/* As `gleaner_selector_snapshot_len_f32`, in double precision. */
size_t gleaner_selector_snapshot_len_f64(size_t inputs, size_t order, size_t items);

/* As `gleaner_factor_save_f32`, in double precision. */
gleaner_status gleaner_factor_save_f64(const struct gleaner_factor_f64 *factor, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* As `gleaner_factor_restore_f32`, in double precision. */
gleaner_status gleaner_factor_restore_f64(struct gleaner_factor_f64 *factor, const uint8_t *bytes,
    size_t bytes_len);

/* As `gleaner_reservoir_save_f32`, in double precision. */
gleaner_status gleaner_reservoir_save_f64(const struct gleaner_reservoir_f64 *reservoir, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* As `gleaner_reservoir_restore_f32`, in double precision. */
gleaner_status gleaner_reservoir_restore_f64(struct gleaner_reservoir_f64 *reservoir, const uint8_t *bytes,
    size_t bytes_len);

/* As `gleaner_top_save_f32`, in double precision. */
gleaner_status gleaner_top_save_f64(const struct gleaner_top_f64 *top, uint8_t *bytes, size_t bytes_len,
    size_t *written);

/* As `gleaner_top_restore_f32`, in double precision. */
gleaner_status gleaner_top_restore_f64(struct gleaner_top_f64 *top, const uint8_t *bytes, size_t bytes_len);

/* As `gleaner_moments_save_f32`, in double precision. */
gleaner_status gleaner_moments_save_f64(const struct gleaner_moments_f64 *moments, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* As `gleaner_moments_restore_f32`, in double precision. */
gleaner_status gleaner_moments_restore_f64(struct gleaner_moments_f64 *moments, const uint8_t *bytes,
    size_t bytes_len);

/* As `gleaner_poisson_save_f32`, in double precision. */
gleaner_status gleaner_poisson_save_f64(const struct gleaner_poisson_f64 *poisson, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* As `gleaner_poisson_restore_f32`, in double precision. */
gleaner_status gleaner_poisson_restore_f64(struct gleaner_poisson_f64 *poisson, const uint8_t *bytes,
    size_t bytes_len);

/* As `gleaner_totals_save_f32`, in double precision. */
gleaner_status gleaner_totals_save_f64(const struct gleaner_totals_f64 *totals, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* As `gleaner_totals_restore_f32`, in double precision. */
gleaner_status gleaner_totals_restore_f64(struct gleaner_totals_f64 *totals, const uint8_t *bytes,
    size_t bytes_len);

/* As `gleaner_quantile_save_f32`, in double precision. */
gleaner_status gleaner_quantile_save_f64(const struct gleaner_quantile_f64 *quantile, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* As `gleaner_quantile_restore_f32`, in double precision. */
gleaner_status gleaner_quantile_restore_f64(struct gleaner_quantile_f64 *quantile, const uint8_t *bytes,
    size_t bytes_len);

/* As `gleaner_selector_save_f32`, in double precision. */
gleaner_status gleaner_selector_save_f64(const struct gleaner_selector_f64 *selector, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* As `gleaner_selector_restore_f32`, in double precision. */
gleaner_status gleaner_selector_restore_f64(struct gleaner_selector_f64 *selector, const uint8_t *bytes,
    size_t bytes_len);

/* As `gleaner_kronecker_save_f32`, in double precision. */
gleaner_status gleaner_kronecker_save_f64(const struct gleaner_kronecker_f64 *scorer, uint8_t *bytes,
    size_t bytes_len, size_t *written);

/* As `gleaner_kronecker_restore_f32`, in double precision. */
gleaner_status gleaner_kronecker_restore_f64(struct gleaner_kronecker_f64 *scorer, const uint8_t *bytes,
    size_t bytes_len);

/* ----------------------------------------------------------------------------------------------------------
 * A store: the selector and its payloads in flash, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_store_f32`, in double precision. */
struct gleaner_store_f64 {
  uint32_t tag;
  uint32_t every;
  size_t payload_len;
  size_t snapshot_len;
  struct gleaner_selector_f64 *selector;
  const struct gleaner_flash *flash;
  uint32_t *pages;
  size_t pages_len;
  uint8_t *marks;
  size_t marks_len;
  uint8_t *buffer;
  size_t buffer_len;
  struct gleaner_store_state state;
};

/* As `gleaner_store_init_f32`, in double precision. */
gleaner_status gleaner_store_init_f64(struct gleaner_store_f64 *store, struct gleaner_selector_f64 *selector,
    const struct gleaner_flash *flash, size_t payload_len, uint32_t every, uint32_t *pages, size_t pages_len,
    uint8_t *marks, size_t marks_len, uint8_t *buffer, size_t buffer_len);

/* As `gleaner_store_recover_f32`, in double precision. */
gleaner_status gleaner_store_recover_f64(struct gleaner_store_f64 *store, uint32_t *found);

/* As `gleaner_store_offer_f32`, in double precision. */
gleaner_status gleaner_store_offer_f64(struct gleaner_store_f64 *store, const double *x, size_t x_len,
    const double *label, size_t label_len, const uint8_t *payload, size_t payload_len,
    struct gleaner_verdict_f64 *verdict);

/* As `gleaner_store_commit_f32`, in double precision. */
gleaner_status gleaner_store_commit_f64(struct gleaner_store_f64 *store);

/* As `gleaner_store_read_f32`, in double precision. */
gleaner_status gleaner_store_read_f64(struct gleaner_store_f64 *store, const struct gleaner_kept_f64 *kept,
    uint8_t *payload, size_t payload_len);

/* As `gleaner_store_begin_period_f32`, in double precision. */
gleaner_status gleaner_store_begin_period_f64(struct gleaner_store_f64 *store);

/* ----------------------------------------------------------------------------------------------------------
 * A copy of a selector, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_selector_copy_f32`, in double precision. */
gleaner_status gleaner_selector_copy_f64(const struct gleaner_selector_f64 *from,
    struct gleaner_selector_f64 *to, double *memory, size_t memory_len, struct gleaner_item_f64 *items,
    size_t items_len);

/* ----------------------------------------------------------------------------------------------------------
 * The fit, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_fit_options_f32`, in double precision. */
struct gleaner_fit_options_f64 {
  uint32_t abi;
  int32_t objective;
  double delta;
  double weight_decay;
  double tolerance;
  uint32_t steps;
};

/* As `gleaner_fit_report_f32`, in double precision. */
struct gleaner_fit_report_f64 {
  double loss;
  uint32_t steps;
  int32_t stop;
};

/* As `gleaner_sample_f32`, in double precision. */
typedef int32_t (*gleaner_sample_f64)(void *context, size_t index, double *x, size_t x_len, double *label,
    size_t label_len, double *weight);

/* As `gleaner_samples_f32`, in double precision. */
struct gleaner_samples_f64 {
  size_t count;
  const double *x;
  size_t stride;
  const double *labels;
  const double *weights;
  gleaner_sample_f64 sample;
  void *context;
};

/* As `gleaner_fit_f32`, in double precision. */
gleaner_status gleaner_fit_f64(const struct gleaner_model_f64 *model,
    const struct gleaner_fit_options_f64 *options, const struct gleaner_samples_f64 *samples, double *theta,
    size_t theta_len, double *memory, size_t memory_len, struct gleaner_fit_report_f64 *report);

/* ----------------------------------------------------------------------------------------------------------
 * Diagnostics of a least-squares fit, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_residuals_f32`, in double precision. */
struct gleaner_residuals_f64 {
  double sum[2];
  uint64_t rows;
  uint64_t rank;
};

/* As `gleaner_diagnosis_f32`, in double precision. */
struct gleaner_diagnosis_f64 {
  uint32_t defined;
  double left_out;
  double internal;
  double external;
  double cook;
  double dffits;
};

/* As `gleaner_residuals_init_f32`, in double precision. */
gleaner_status gleaner_residuals_init_f64(struct gleaner_residuals_f64 *residuals, double sum, uint64_t rows,
    uint64_t rank);

/* As `gleaner_residuals_observe_f32`, in double precision. */
gleaner_status gleaner_residuals_observe_f64(struct gleaner_residuals_f64 *residuals, double error,
    double leverage, double *recursive);

/* As `gleaner_residuals_observe_novel_f32`, in double precision. */
gleaner_status gleaner_residuals_observe_novel_f64(struct gleaner_residuals_f64 *residuals);

/* As `gleaner_residuals_variance_f32`, in double precision. */
gleaner_status gleaner_residuals_variance_f64(const struct gleaner_residuals_f64 *residuals, double *variance);

/* As `gleaner_diagnose_f32`, in double precision. */
gleaner_status gleaner_diagnose_f64(const struct gleaner_residuals_f64 *residuals, double residual,
    double leverage, struct gleaner_diagnosis_f64 *diagnosis);

/* As `gleaner_diagnose_new_f32`, in double precision. */
gleaner_status gleaner_diagnose_new_f64(const struct gleaner_residuals_f64 *residuals, double error,
    double leverage, struct gleaner_diagnosis_f64 *diagnosis);

/* ----------------------------------------------------------------------------------------------------------
 * Which input and which layer a leverage comes from, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_explanation_f32`, in double precision. */
struct gleaner_explanation_f64 {
  double leverage;
  double novelty;
  double bias;
  double at_zero;
};

/* As `gleaner_explain_f32`, in double precision. */
gleaner_status gleaner_explain_f64(const struct gleaner_model_f64 *model,
    const struct gleaner_factor_f64 *factor, const double *row, size_t row_len, double *scratch,
    size_t scratch_len, double *inputs, size_t inputs_len, double *layers, size_t layers_len,
    struct gleaner_explanation_f64 *explanation);

/* ----------------------------------------------------------------------------------------------------------
 * Activations at one point, in double precision.
 * ---------------------------------------------------------------------------------------------------------- */

/* As `gleaner_activation_f32`, in double precision. */
struct gleaner_activation_f64 {
  double value;
  double derivative;
  double divided;
};

/* As `gleaner_activation_evaluate_f32`, in double precision. */
gleaner_status gleaner_activation_evaluate_f64(int32_t activation, const double *parameter,
    size_t parameter_len, double s, struct gleaner_activation_f64 *result);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* GLEANER_H */
