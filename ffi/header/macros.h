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

