/* Networks with several outputs, sketched rows, Kronecker scores, models of the caller's own. */
#include "net.h"

#define CLASSES 3
#define NEURONS (HIDDEN + CLASSES)
#define BUCKETS 8
#define KEEP 6
/* A softmax head on the network of net.h, without its standardiser. */
#define HEAD_PARAMETERS (INPUTS * HIDDEN + HIDDEN + HIDDEN * CLASSES)

static const real head_w2[CLASSES * HIDDEN] = {
  (real)1.5, (real)-0.75, (real)0.5, (real)-1.25, (real)0.25, (real)1.0,
  (real)-0.5, (real)0.75, (real)-1.0, (real)0.5, (real)1.25, (real)0.125,
};
static const struct F(gleaner_layer) head_layers[2] = {
  {net_w1, net_b1, INPUTS, HIDDEN, GLEANER_ACTIVATION_RELU, {0, 0, 0}},
  {head_w2, NULL, HIDDEN, CLASSES, GLEANER_ACTIVATION_IDENTITY, {0, 0, 0}},
};
static const struct F(gleaner_model) head = {
  GLEANER_ABI, 5, head_layers, 2, INPUTS, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL,
};

#define HEAD_SCRATCH GLEANER_SCRATCH_EXACT(NEURONS)
#define HEAD_WORK (GLEANER_WORK_LEN(INPUTS, HEAD_PARAMETERS, HEAD_SCRATCH) + 2 * BUCKETS)

static int near(real found, real exact, double tolerance)
{
  return fabs((double)found - (double)exact) <= tolerance * (1 + fabs((double)exact));
}

/* Rows of the classes are complete, and a selector scores a reading by the sum of their leverages. */
static void outputs(void)
{
  static real memory[GLEANER_SELECTOR_LEN_OF(INPUTS, CLASSES, HEAD_PARAMETERS + 1, HEAD_PARAMETERS + 1 - HIDDEN, HEAD_SCRATCH)];
  static real factor_memory[GLEANER_FACTOR_LEN(HEAD_PARAMETERS + 1 - HIDDEN)], work[HEAD_WORK];
  static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEEP)];
  const size_t order = HEAD_PARAMETERS + 1 - HIDDEN;
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  struct F(gleaner_target) target = {GLEANER_OBJECTIVE_SOFTMAX, 0, 0};
  struct F(gleaner_selector) selector;
  struct F(gleaner_factor) factor;
  struct F(gleaner_verdict) verdict;
  struct F(gleaner_row_report) report;
  struct gleaner_sizes sizes;
  real x[INPUTS], row[HEAD_PARAMETERS + 1], theta[HEAD_PARAMETERS], online, total, value;
  const real labels[2] = {2, 1};
  uint32_t i;
  size_t c, j;
  OK(F(gleaner_model_sizes)(&head, &sizes));
  CHECK(sizes.outputs == CLASSES && sizes.order == order && sizes.selector == sizeof memory / sizeof *memory);
  OK(F(gleaner_model_theta)(&head, theta, HEAD_PARAMETERS));
  options.objective = GLEANER_OBJECTIVE_SOFTMAX;
  options.ridge = (real)0.01;
  OK(F(gleaner_selector_init)(&selector, &head, &options, memory, sizes.selector, items, GLEANER_ITEMS_LEN(KEEP)));
  OK(F(gleaner_factor_init)(&factor, order, (real)0.01, factor_memory, sizeof factor_memory / sizeof(real)));
  for (i = 0; i < 40; i++) {
    real squares = 0;
    reading(i, x);
    total = 0;
    for (c = 0; c < CLASSES; c++) {
      double product = 0;
      OK(F(gleaner_model_row)(&head, x, INPUTS, c, &target, work, HEAD_WORK, row, HEAD_PARAMETERS + 1, &report));
      for (j = 0; j < HEAD_PARAMETERS; j++) {
        product += (double)row[j] * (double)theta[j];
      }
      CHECK(report.form == GLEANER_FORM_EXACT && near((real)product, report.value - report.at_zero, 64 * EPSILON));
      squares += report.value * report.value;
      OK(F(gleaner_model_leave_out_gauge)(&head, row, HEAD_PARAMETERS + 1));
      OK(F(gleaner_factor_observe)(&factor, row, order, 1, &online));
      total += online;
    }
    CHECK(near(squares, 4, 32 * EPSILON));
    OK(F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
    CHECK(verdict.leverage == total && total <= CLASSES);
  }
  STATUS(GLEANER_ERROR_LABEL, F(gleaner_selector_offer)(&selector, x, INPUTS, labels, 1, &verdict));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_init)(&selector, &head, &options, memory, sizes.selector - 1, items, 7));

  target.objective = GLEANER_OBJECTIVE_CROSS_ENTROPY;
  target.label = 2;
  OK(F(gleaner_model_gradient)(&head, x, INPUTS, 0, &target, work, HEAD_WORK, row, HEAD_PARAMETERS, &value));
  CHECK(value > 0);
  target.label = 3;
  STATUS(GLEANER_ERROR_LABEL,
      F(gleaner_model_gradient)(&head, x, INPUTS, 0, &target, work, HEAD_WORK, row, HEAD_PARAMETERS, &value));
  STATUS(GLEANER_ERROR_OBJECTIVE,
      F(gleaner_model_gradient)(&net, x, INPUTS, 0, &target, work, HEAD_WORK, row, PARAMETERS, &value));
  options.objective = GLEANER_OBJECTIVE_CROSS_ENTROPY;
  OK(F(gleaner_selector_init)(&selector, &head, &options, memory, sizes.selector, items, GLEANER_ITEMS_LEN(KEEP)));
  OK(F(gleaner_selector_offer)(&selector, x, INPUTS, labels, 1, &verdict));
  STATUS(GLEANER_ERROR_LABEL, F(gleaner_selector_offer)(&selector, x, INPUTS, labels, 2, &verdict));
  STATUS(GLEANER_ERROR_LABEL, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
  CHECK(selector.state.counters.refused_label == 2);
  STATUS(GLEANER_ERROR_OBJECTIVE,
      F(gleaner_selector_init)(&selector, &net, &options, memory, sizes.selector, items, GLEANER_ITEMS_LEN(KEEP)));
}

/* A selector over sketches works with a factor of theirs. */
static void sketches(void)
{
  static real memory[GLEANER_SELECTOR_LEN_OF(
      INPUTS, 1, GLEANER_SKETCH_LEN(BUCKETS), GLEANER_SKETCH_LEN(BUCKETS), GLEANER_SCRATCH_SKETCH_EXACT(HIDDEN, BUCKETS))];
  static real factor_memory[GLEANER_FACTOR_LEN(BUCKETS + 1)], work[WORK + 3 * BUCKETS];
  static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEEP)];
  static uint8_t bytes[GLEANER_SELECTOR_SNAPSHOT_LEN(sizeof(real), INPUTS, BUCKETS + 1, KEEP + 1)];
  const size_t length = sizeof memory / sizeof *memory;
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  struct F(gleaner_selector) selector;
  struct F(gleaner_factor) factor;
  struct F(gleaner_verdict) verdict;
  struct F(gleaner_row_report) report, whole;
  struct F(gleaner_model) with = net;
  struct F(gleaner_pilot) pilot = {0};
  real x[INPUTS], row[PARAMETERS + 1], sketch[BUCKETS + 1], packed[(BUCKETS + 1) * (BUCKETS + 2) / 2], online;
  size_t written;
  uint32_t i;
  options.buckets = BUCKETS;
  options.sketch_seed = 11;
  options.ridge = (real)0.01;
  OK(F(gleaner_selector_init)(&selector, &net, &options, memory, length, items, GLEANER_ITEMS_LEN(KEEP)));
  STATUS(GLEANER_ERROR_LENGTH,
      F(gleaner_selector_init)(&selector, &net, &options, memory, length - 1, items, GLEANER_ITEMS_LEN(KEEP)));
  OK(F(gleaner_factor_init)(&factor, BUCKETS + 1, (real)0.01, factor_memory, sizeof factor_memory / sizeof(real)));
  for (i = 0; i < 60; i++) {
    reading(i, x);
    OK(F(gleaner_model_sketch)(
        &net, x, INPUTS, 0, NULL, 11, work, WORK + 3 * BUCKETS, sketch, BUCKETS + 1, &report));
    OK(F(gleaner_model_row)(&net, x, INPUTS, 0, NULL, work, WORK, row, PARAMETERS + 1, &whole));
    CHECK(report.value == whole.value && report.form == whole.form && sketch[BUCKETS] == row[PARAMETERS]);
    OK(F(gleaner_factor_observe)(&factor, sketch, BUCKETS + 1, 1, &online));
    OK(F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
    CHECK(verdict.leverage == online);
  }
  STATUS(GLEANER_ERROR_RANGE,
      F(gleaner_model_sketch)(&net, x, INPUTS, 0, NULL, 11, work, WORK + 3 * BUCKETS, sketch, 1, &report));
  STATUS(GLEANER_ERROR_LENGTH,
      F(gleaner_model_sketch)(&net, x, INPUTS, 0, NULL, 11, work, INPUTS, sketch, BUCKETS + 1, &report));
  OK(F(gleaner_selector_save)(&selector, bytes, sizeof bytes, &written));
  OK(F(gleaner_selector_restore)(&selector, bytes, written));
  /* Another seed is another space: for snapshots and for pilots. */
  options.sketch_seed = 12;
  OK(F(gleaner_selector_init)(&selector, &net, &options, memory, length, items, GLEANER_ITEMS_LEN(KEEP)));
  CHECK(F(gleaner_selector_restore)(&selector, bytes, written) != GLEANER_OK);
  OK(F(gleaner_factor_packed)(&factor, packed, sizeof packed / sizeof *packed));
  pilot.packed = packed;
  pilot.packed_len = sizeof packed / sizeof *packed;
  pilot.rows = 60;
  pilot.ridge = (real)0.01;
  pilot.model_id = net.id;
  pilot.buckets = BUCKETS;
  pilot.sketch_seed = 11;
  STATUS(GLEANER_ERROR_IDENTITY, F(gleaner_selector_start)(&selector, &pilot));
  with.pilot = &pilot;
  options.sketch_seed = 11;
  OK(F(gleaner_selector_init)(&selector, &with, &options, memory, length, items, GLEANER_ITEMS_LEN(KEEP)));
  options.buckets = 65537;
  STATUS(GLEANER_ERROR_RANGE,
      F(gleaner_selector_init)(&selector, &net, &options, memory, length, items, GLEANER_ITEMS_LEN(KEEP)));
}

/* By default the memory decides: whole rows, the largest sketch that fits, or none. */
static void by_rule(void)
{
  enum { WIDE = 20, DEEP = 12, MANY = WIDE * DEEP + 2 * DEEP, ROWS = MANY + 1 - DEEP };
  static const real w1[WIDE * DEEP] = {1, (real)-0.5, (real)0.25}, b1[DEEP] = {1}, w2[DEEP] = {1, -1};
  static const struct F(gleaner_layer) wide_layers[] = {
      {w1, b1, WIDE, DEEP, GLEANER_ACTIVATION_RELU, {0}},
      {w2, NULL, DEEP, 1, GLEANER_ACTIVATION_IDENTITY, {0}},
  };
  static const struct F(gleaner_model) wide = {
      GLEANER_ABI, 7, wide_layers, 2, WIDE, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL,
  };
  enum { WHOLE = GLEANER_SELECTOR_LEN(WIDE, MANY, ROWS, GLEANER_SCRATCH_EXACT(DEEP)) };
  static real memory[WHOLE], x[WIDE];
  static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEEP)];
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  struct F(gleaner_selector) selector, same;
  struct F(gleaner_verdict) verdict, other;
  struct F(gleaner_pilot) pilot = {0};
  struct F(gleaner_model) with = wide;
  static real packed[33 * 34 / 2];
  const size_t k64 = GLEANER_SELECTOR_LEN_OF(WIDE, 1, 65, 65, GLEANER_SCRATCH_SKETCH_EXACT(DEEP, 64));
  const size_t k16 = GLEANER_SELECTOR_LEN_OF(WIDE, 1, 17, 17, GLEANER_SCRATCH_SKETCH_EXACT(DEEP, 16));
  int i;
#define INIT(options, model, length) \
  F(gleaner_selector_init)(&selector, model, options, memory, length, items, GLEANER_ITEMS_LEN(KEEP))
  OK(INIT(NULL, &wide, WHOLE));
  CHECK(ROWS <= 256 && selector.options.buckets == 0 && selector.state.factor.order == ROWS);
  OK(INIT(NULL, &wide, WHOLE - 1));
  CHECK(selector.options.buckets == 64);
  OK(INIT(NULL, &wide, k64));
  CHECK(selector.options.buckets == 64 && selector.state.factor.order == 65);
  OK(INIT(NULL, &wide, k64 - 1));
  CHECK(selector.options.buckets == 63);
  OK(INIT(NULL, &wide, k16));
  CHECK(selector.options.buckets == 16);
  STATUS(GLEANER_ERROR_LENGTH, INIT(NULL, &wide, k16 - 1));
  /* Who wants whole rows gets them, or is told. */
  options.buckets = 0;
  STATUS(GLEANER_ERROR_LENGTH, INIT(&options, &wide, k64));
  /* Chosen or asked for is the same. */
  options.buckets = 32;
  options.sketch_seed = 9;
  OK(INIT(&options, &wide, k64));
  same = selector;
  memcpy(x, w1, sizeof x);
  OK(F(gleaner_selector_offer)(&selector, x, WIDE, NULL, 0, &verdict));
  /* A pilot of sketches is followed. */
  for (i = 0; i < 33; i++) {
    packed[i * 33 - i * (i - 1) / 2] = (real)0.01;
  }
  pilot.packed = packed;
  pilot.packed_len = sizeof packed / sizeof *packed;
  pilot.ridge = (real)0.01;
  pilot.model_id = wide.id;
  pilot.buckets = 32;
  pilot.sketch_seed = 9;
  with.pilot = &pilot;
  OK(INIT(NULL, &with, k64));
  CHECK(selector.options.buckets == 32 && selector.options.sketch_seed == 9 && same.options.buckets == 32);
  OK(F(gleaner_selector_offer)(&selector, x, WIDE, NULL, 0, &other));
  CHECK(other.leverage > 0 && verdict.leverage > 0);
  pilot.buckets = 0;
  STATUS(GLEANER_ERROR_LENGTH, INIT(NULL, &with, k64));
#undef INIT
}

/* The level of the stats is that of the leverages. */
static void drifts(void)
{
  enum { LENGTH = GLEANER_SELECTOR_LEN_OF(INPUTS, 1, 9, 9, GLEANER_SCRATCH_SKETCH_EXACT(HIDDEN, 8)) };
  static real memory[LENGTH];
  static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEEP)];
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  struct F(gleaner_selector) selector;
  struct F(gleaner_verdict) verdict;
  struct F(gleaner_stats) stats;
  struct F(gleaner_drift) drift;
  real x[INPUTS], level = 0, highest = 0;
  uint32_t i, f;
  options.buckets = 8;
  OK(F(gleaner_selector_init)(&selector, &net, &options, memory, LENGTH, items, GLEANER_ITEMS_LEN(KEEP)));
  OK(F(gleaner_drift_init)(&drift, 0, 0));
  for (i = 0; i < 1000; i++) {
    reading(i % 97, x);
    for (f = 0; f < INPUTS && i >= 800; f++) x[f] = 4 - 3 * x[f];
    if (i % 50 == 49) {
      OK(F(gleaner_selector_begin_period)(&selector));
      highest = level;
    }
    OK(F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
    OK(F(gleaner_drift_observe)(&drift, verdict.leverage, &level));
    OK(F(gleaner_selector_stats)(&selector, &stats));
    highest = level > highest ? level : highest;
    CHECK(stats.counters.drift == highest && (i >= 800 || level < GLEANER_DRIFT_ALARM));
  }
  CHECK(level > GLEANER_DRIFT_ALARM);
}

/* A scorer counts a row that it has seen often for little, and a new one for much. */
static void kronecker(void)
{
  static real memory[GLEANER_KRONECKER_LEN(INPUTS, HIDDEN, 1) + GLEANER_KRONECKER_LEN(HIDDEN, CLASSES, 0)], work[512];
  static struct F(gleaner_kronecker_layer) layers[2];
  const struct F(gleaner_target) softmax = {GLEANER_OBJECTIVE_SOFTMAX, 0, 0};
  struct F(gleaner_kronecker) scorer;
  real x[INPUTS] = {(real)0.5, (real)0.25, (real)-0.5}, first = 0, last = 0, score;
  size_t length, c;
  int i;
  memset(&scorer, 0, sizeof scorer);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_kronecker_observe)(&scorer, &head, x, INPUTS, 0, NULL, work, 512, &score));
  OK(F(gleaner_kronecker_work_len)(&head, &length));
  CHECK(length <= 512);
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_kronecker_init)(&scorer, &head, 0, layers, 1, memory, sizeof memory / sizeof *memory));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_kronecker_init)(&scorer, &head, 0, layers, 2, memory, 10));
  OK(F(gleaner_kronecker_init)(&scorer, &head, 0, layers, 2, memory, sizeof memory / sizeof *memory));
  for (i = 0; i < 50; i++) {
    last = 0;
    for (c = 0; c < CLASSES; c++) {
      OK(F(gleaner_kronecker_observe)(&scorer, &head, x, INPUTS, c, &softmax, work, length, &score));
      last += score;
    }
    first = i == 0 ? last : first;
  }
  CHECK(last < first && last > 0 && first <= 2 * CLASSES && scorer.state.rows == 150 && scorer.state.effective == 150);
  {
    enum { SIDES = sizeof memory / sizeof *memory, BYTES = GLEANER_KRONECKER_SNAPSHOT_LEN(sizeof(real), 2, SIDES) };
    static uint8_t bytes[BYTES];
    static real other_memory[SIDES];
    struct F(gleaner_kronecker_layer) other_layers[2];
    struct F(gleaner_kronecker) other;
    struct gleaner_snapshot_header header;
    real a, b;
    CHECK(F(gleaner_kronecker_snapshot_len)(2, SIDES) == BYTES);
    OK(F(gleaner_kronecker_save)(&scorer, bytes, BYTES, &length));
    STATUS(GLEANER_ERROR_LENGTH, F(gleaner_kronecker_save)(&scorer, bytes, length - 1, &length));
    OK(gleaner_snapshot_read(bytes, BYTES, &header));
    CHECK(header.object == GLEANER_OBJECT_KRONECKER && header.length == length && header.scalar == sizeof(real));
    OK(F(gleaner_kronecker_init)(&other, &head, 40, other_layers, 2, other_memory, SIDES));
    bytes[50] ^= 1;
    STATUS(GLEANER_ERROR_DAMAGED, F(gleaner_kronecker_restore)(&other, bytes, length));
    CHECK(other.state.rows == 0 && other.state.half_life == 40);
    bytes[50] ^= 1;
    OK(F(gleaner_kronecker_restore)(&other, bytes, length));
    CHECK(other.state.rows == 150 && other.state.half_life == 0);
    OK(F(gleaner_kronecker_work_len)(&head, &length));
    OK(F(gleaner_kronecker_score)(&scorer, &head, x, INPUTS, 0, &softmax, work, length, &a));
    OK(F(gleaner_kronecker_score)(&other, &head, x, INPUTS, 0, &softmax, work, length, &b));
    CHECK(a == b);
  }
  x[2] = (real)4;
  OK(F(gleaner_kronecker_score)(&scorer, &head, x, INPUTS, 0, &softmax, work, length, &score));
  CHECK(score > 10 * last && scorer.state.rows == 150);
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_kronecker_observe)(&scorer, &head, x, INPUTS, 0, NULL, work, length - 1, &score));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_kronecker_observe)(&scorer, &head, x, INPUTS, 3, NULL, work, length, &score));
  x[0] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_kronecker_observe)(&scorer, &head, x, INPUTS, 0, NULL, work, length, &score));
  CHECK(scorer.state.rows == 150);
}

/* f = a tanh(b x0 + c x1 + d), by hand. */
#define OWN_PARAMETERS 4
static int32_t asked, is_wrong;

static int32_t by_hand(void *context, const real *theta, size_t theta_len, const real *x, size_t x_len, size_t index,
    real *gradient, real *value)
{
  const double h = tanh((double)(theta[1] * x[0] + theta[2] * x[1] + theta[3]));
  const double slope = (double)theta[0] * (1 - h * h);
  CHECK(context == &asked && theta_len == OWN_PARAMETERS && x_len == 2 && index == 0);
  asked++;
  if (x[0] > 100) {
    return 7;
  }
  gradient[0] = is_wrong ? -(real)h : (real)h;
  gradient[1] = (real)(slope * (double)x[0]);
  gradient[2] = (real)(slope * (double)x[1]);
  gradient[3] = (real)slope;
  *value = (real)((double)theta[0] * h);
  return 0;
}

/* Readings of the model itself lead a fit back to it. */
static void fitted(const struct F(gleaner_model) *mine)
{
  static real xs[40 * 2], ys[40], fit_memory[GLEANER_FIT_LEN(2, OWN_PARAMETERS, GLEANER_SCRATCH_OWN(OWN_PARAMETERS, 16))], work[64];
  struct F(gleaner_fit_options) options = GLEANER_FIT_OPTIONS_DEFAULT;
  struct F(gleaner_fit_report) report;
  struct F(gleaner_samples) samples;
  real theta[OWN_PARAMETERS], exact[OWN_PARAMETERS], x[INPUTS];
  uint32_t i;
  size_t j;
  for (i = 0; i < 40; i++) {
    reading(i + 1, x);
    xs[2 * i] = x[0];
    xs[2 * i + 1] = x[1];
    OK(F(gleaner_model_value)(mine, &xs[2 * i], 2, 0, work, 64, &ys[i]));
  }
  memset(&samples, 0, sizeof samples);
  samples.count = 40;
  samples.x = xs;
  samples.stride = 2;
  samples.labels = ys;
  options.weight_decay = 0;
  OK(F(gleaner_model_theta)(mine, exact, OWN_PARAMETERS));
  for (j = 0; j < OWN_PARAMETERS; j++) {
    theta[j] = exact[j] * (real)1.25;
  }
  OK(F(gleaner_fit)(mine, &options, &samples, theta, OWN_PARAMETERS, fit_memory, sizeof fit_memory / sizeof *fit_memory, &report));
  for (j = 0; j < OWN_PARAMETERS; j++) {
    CHECK(near(theta[j], exact[j], 1e-3));
  }
}

/* The same as layers and as a function: values, rows, selectors. */
static void own(void)
{
  static const real theta[OWN_PARAMETERS] = {(real)1.5, (real)0.5, (real)-0.75, (real)0.25};
  static const struct F(gleaner_layer) layers[2] = {
    {theta + 1, theta + 3, 2, 1, GLEANER_ACTIVATION_TANH, {0, 0, 0}},
    {theta, NULL, 1, 1, GLEANER_ACTIVATION_IDENTITY, {0, 0, 0}},
  };
  static real memory[GLEANER_SELECTOR_LEN(2, OWN_PARAMETERS, OWN_PARAMETERS + 1, GLEANER_SCRATCH_OWN(OWN_PARAMETERS, 16))];
  static real wide[GLEANER_SELECTOR_LEN_OF(2, 1, 8, 8, GLEANER_SCRATCH_OWN(OWN_PARAMETERS, 16) + OWN_PARAMETERS + 1)];
  static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEEP)];
  static real work[256];
  struct F(gleaner_own) function = {by_hand, &asked, theta, OWN_PARAMETERS, 1, 1};
  const struct F(gleaner_model) network = {GLEANER_ABI, 1, layers, 2, 2, 16, NULL, NULL, NULL, NULL, 0, NULL, NULL};
  struct F(gleaner_model) mine = {GLEANER_ABI, 2, NULL, 0, 2, 16, NULL, NULL, NULL, NULL, 0, NULL, NULL};
  const struct F(gleaner_target) target = {GLEANER_OBJECTIVE_RESIDUAL, (real)0.5, 0};
  /* Theta of the network: b, c, d, a. */
  static const size_t place[OWN_PARAMETERS + 1] = {3, 0, 1, 2, 4};
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  struct F(gleaner_selector) selector;
  struct F(gleaner_verdict) verdict;
  struct F(gleaner_row_report) report, reference;
  struct gleaner_sizes sizes;
  real x[INPUTS], row[OWN_PARAMETERS + 1], exact[OWN_PARAMETERS + 1], sketch[3], value, known;
  const real label = (real)0.5;
  uint32_t i;
  size_t j;
  mine.own = &function;
  OK(F(gleaner_model_sizes)(&mine, &sizes));
  CHECK(sizes.parameters == OWN_PARAMETERS && sizes.order == OWN_PARAMETERS + 1 && sizes.outputs == 1);
  CHECK(sizes.scratch == GLEANER_SCRATCH_OWN(OWN_PARAMETERS, 16) && sizes.selector == sizeof memory / sizeof *memory);
  for (i = 0; i < 20; i++) {
    reading(i, x);
    OK(F(gleaner_model_value)(&mine, x, 2, 0, work, 256, &value));
    OK(F(gleaner_model_value)(&network, x, 2, 0, work, 256, &known));
    CHECK(near(value, known, 16 * EPSILON));
    OK(F(gleaner_model_row)(&mine, x, 2, 0, &target, work, 256, row, OWN_PARAMETERS + 1, &report));
    OK(F(gleaner_model_row)(&network, x, 2, 0, &target, work, 256, exact, OWN_PARAMETERS + 1, &reference));
    for (j = 0; j <= OWN_PARAMETERS; j++) {
      CHECK(near(row[j], exact[place[j]], 64 * EPSILON));
    }
    CHECK(report.form == GLEANER_FORM_QUADRATURE && near(report.completeness, reference.completeness, 64 * EPSILON));
  }
  options.objective = GLEANER_OBJECTIVE_RESIDUAL;
  OK(F(gleaner_selector_init)(&selector, &mine, &options, memory, sizes.selector, items, GLEANER_ITEMS_LEN(KEEP)));
  asked = 0;
  OK(F(gleaner_selector_offer)(&selector, x, 2, &label, 1, &verdict));
  CHECK(asked == 18 && verdict.kept == 1);
  x[0] = 101;
  STATUS(GLEANER_ERROR_CALLBACK, F(gleaner_selector_offer)(&selector, x, 2, &label, 1, &verdict));
  CHECK(selector.state.counters.refused_other == 1 && selector.state.counters.seen == 1);
  x[0] = 1;
  OK(F(gleaner_model_sketch)(&mine, x, 2, 0, NULL, 1, work, 256, sketch, 3, &report));
  /* Sketches of more entries than the row has, too. */
  options.buckets = 7;
  OK(F(gleaner_selector_init)(&selector, &mine, &options, wide, sizeof wide / sizeof *wide, items, GLEANER_ITEMS_LEN(KEEP)));
  OK(F(gleaner_selector_offer)(&selector, x, 2, &label, 1, &verdict));
  x[0] = (real)0.5;
  x[1] = (real)-0.5;
  OK(F(gleaner_model_check_gradient)(&mine, x, 2, (real)3e-3, work, 256));
  is_wrong = 1;
  STATUS(GLEANER_ERROR_CHECK, F(gleaner_model_check_gradient)(&mine, x, 2, (real)3e-3, work, 256));
  is_wrong = 0;
  STATUS(GLEANER_ERROR_MODEL, F(gleaner_model_check_gradient)(&network, x, 2, (real)3e-3, work, 256));
  fitted(&mine);
  function.gradient = NULL;
  STATUS(GLEANER_ERROR_NULL, F(gleaner_model_value)(&mine, x, 2, 0, work, 256, &value));
  function.gradient = by_hand;
  function.panels = 0;
  STATUS(GLEANER_ERROR_MODEL, F(gleaner_model_value)(&mine, x, 2, 0, work, 256, &value));
  function.panels = 1;
  mine.layers = layers;
  mine.depth = 2;
  STATUS(GLEANER_ERROR_MODEL, F(gleaner_model_value)(&mine, x, 2, 0, work, 256, &value));
}

int main(void)
{
  outputs();
  sketches();
  by_rule();
  drifts();
  kronecker();
  own();
  puts("networks");
  return 0;
}
