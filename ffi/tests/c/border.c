/* Bad input at the border: an error each, outputs and states bit for bit as before. */
#include "net.h"

static real memory[MEMORY + 1];
static struct F(gleaner_item) items[9];
static struct F(gleaner_selector) selector;
static real work[WORK];

/* Everything that a call may not touch. */
struct shadow {
  struct F(gleaner_selector) selector;
  real memory[MEMORY + 1];
  struct F(gleaner_item) items[9];
};

static struct shadow before;

static void remember(void)
{
  memset(&before, 0, sizeof before);
  memcpy(&before.selector, &selector, sizeof selector);
  memcpy(before.memory, memory, sizeof memory);
  memcpy(before.items, items, sizeof items);
}

/* Counters of refusals may move, nothing else. */
static void nothing_has_changed(void)
{
  const struct F(gleaner_selector_state) *now = &selector.state, *then = &before.selector.state;
  CHECK(memcmp(selector.generator, before.selector.generator, 16) == 0);
  CHECK(same_factor(&now->factor, &then->factor) && same_reservoir(&now->reservoir, &then->reservoir));
  CHECK(same_counters(&now->counters, &then->counters));
  CHECK(now->period == then->period && now->moments == then->moments && now->model_id == then->model_id);
  CHECK(now->mean_leverage == then->mean_leverage && now->ridge_is_open == then->ridge_is_open);
  CHECK(now->leverage_count == then->leverage_count);
  CHECK(memcmp(now->leverages, then->leverages, sizeof now->leverages) == 0);
  /* The factor is the last part of the memory; what lies before it is work memory here. */
  CHECK(memcmp(memory + MEMORY - GLEANER_FACTOR_LEN(ORDER), before.memory + MEMORY - GLEANER_FACTOR_LEN(ORDER),
            (GLEANER_FACTOR_LEN(ORDER) - ORDER) * sizeof(real)) == 0);
  CHECK(same_items(items, before.items, 9));
}

static real *odd(real *pointer)
{
  return (real *)((uintptr_t)pointer + 1);
}

static void models(void)
{
  struct F(gleaner_model) bad = net;
  struct F(gleaner_layer) layers[2];
  struct gleaner_sizes sizes;
  real value = 42;
  real x[INPUTS] = {1, 2, 3};
  memset(&sizes, 7, sizeof sizes);
  STATUS(GLEANER_ERROR_NULL, F(gleaner_model_sizes)(NULL, &sizes));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_model_sizes)(&net, NULL));
  memset(&bad, 0, sizeof bad);
  STATUS(GLEANER_ERROR_ABI, F(gleaner_model_sizes)(&bad, &sizes));
  bad = net;
  bad.layers = NULL;
  STATUS(GLEANER_ERROR_NULL, F(gleaner_model_sizes)(&bad, &sizes));
  bad = net;
  bad.depth = 0;
  STATUS(GLEANER_ERROR_MODEL, F(gleaner_model_sizes)(&bad, &sizes));
  bad = net;
  bad.inputs = 4;
  STATUS(GLEANER_ERROR_MODEL, F(gleaner_model_sizes)(&bad, &sizes));
  bad = net;
  bad.nodes = 33;
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_model_sizes)(&bad, &sizes));
  bad = net;
  bad.scale = NULL;
  STATUS(GLEANER_ERROR_NULL, F(gleaner_model_value)(&bad, x, INPUTS, 0, work, WORK, &value));
  memcpy(layers, net_layers, sizeof layers);
  bad = net;
  bad.layers = layers;
  layers[0].activation = 17;
  STATUS(GLEANER_ERROR_CODE, F(gleaner_model_sizes)(&bad, &sizes));
  layers[0].activation = -1;
  STATUS(GLEANER_ERROR_CODE, F(gleaner_model_sizes)(&bad, &sizes));
  layers[0] = net_layers[0];
  layers[0].weights = NULL;
  STATUS(GLEANER_ERROR_NULL, F(gleaner_model_sizes)(&bad, &sizes));
  layers[0].weights = odd((real *)(uintptr_t)net_w1);
  STATUS(GLEANER_ERROR_ALIGNMENT, F(gleaner_model_sizes)(&bad, &sizes));
  layers[0] = net_layers[0];
  layers[0].inputs = 0xffffffffu;
  layers[0].outputs = 0xffffffffu;
  bad.inputs = 0xffffffffu;
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_model_sizes)(&bad, &sizes));
  bad.inputs = INPUTS;
  layers[0] = net_layers[0];
  layers[1].inputs = 5;
  layers[1].weights = net_w1;
  STATUS(GLEANER_ERROR_MODEL, F(gleaner_model_sizes)(&bad, &sizes));
  {
    static real weights[INPUTS * HIDDEN];
    memcpy(weights, net_w1, sizeof weights);
    weights[5] = (real)NAN;
    memcpy(layers, net_layers, sizeof layers);
    layers[0].weights = weights;
    STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_model_sizes)(&bad, &sizes));
  }
  CHECK(sizes.inputs == (size_t)-1 / 255 * 7 && sizes.fit == sizes.inputs);

  STATUS(GLEANER_ERROR_NULL, F(gleaner_model_value)(&net, NULL, INPUTS, 0, work, WORK, &value));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_value)(&net, NULL, 0, 0, work, WORK, &value));
  STATUS(GLEANER_ERROR_ALIGNMENT, F(gleaner_model_value)(&net, odd(x), 1, 0, work, WORK, &value));
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_model_value)(&net, x, (size_t)1 << 61, 0, work, WORK, &value));
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_model_value)(&net, x, (size_t)-1, 0, work, WORK, &value));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_value)(&net, x, INPUTS - 1, 0, work, WORK, &value));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_value)(&net, x, INPUTS, 0, work, 2, &value));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_model_value)(&net, x, INPUTS, 0, NULL, WORK, &value));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_model_value)(&net, x, INPUTS, 0, work, WORK, NULL));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_model_value)(&net, x, INPUTS, 1, work, WORK, &value));
  x[1] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_model_value)(&net, x, INPUTS, 0, work, WORK, &value));
  CHECK(value == 42);
}

static void rows(void)
{
  struct F(gleaner_target) target = {GLEANER_OBJECTIVE_LOGISTIC, 2, 0};
  struct F(gleaner_row_report) report;
  real x[INPUTS] = {1, 2, 3};
  real row[PARAMETERS + 1];
  size_t i;
  for (i = 0; i <= PARAMETERS; i++) {
    row[i] = (real)(7 + i);
  }
  memset(&report, 7, sizeof report);
  STATUS(GLEANER_ERROR_LABEL, F(gleaner_model_row)(&net, x, INPUTS, 0, &target, work, WORK, row, PARAMETERS + 1, &report));
  target.objective = 6;
  STATUS(GLEANER_ERROR_CODE, F(gleaner_model_row)(&net, x, INPUTS, 0, &target, work, WORK, row, PARAMETERS + 1, &report));
  target.objective = GLEANER_OBJECTIVE_HUBER;
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_model_row)(&net, x, INPUTS, 0, &target, work, WORK, row, PARAMETERS + 1, &report));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_row)(&net, x, INPUTS, 0, NULL, work, WORK, row, PARAMETERS, &report));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_row)(&net, x, INPUTS, 0, NULL, work, WORK - 1, row, PARAMETERS + 1, &report));
  x[2] = (real)INFINITY;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_model_row)(&net, x, INPUTS, 0, NULL, work, WORK, row, PARAMETERS + 1, &report));
  for (i = 0; i <= PARAMETERS; i++) {
    CHECK(row[i] == (real)(7 + i));
  }
  CHECK(report.form == 0x07070707);
}

static void factors(void)
{
  static real room[GLEANER_FACTOR_LEN(3) + 1];
  static struct F(gleaner_factor) factor;
  struct F(gleaner_factor) copy;
  real saved[GLEANER_FACTOR_LEN(3)];
  real row[3] = {1, 2, 3};
  real online = 42;
  size_t rank = 42;
  STATUS(GLEANER_ERROR_STATE, F(gleaner_factor_observe)(&factor, row, 3, 1, &online));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_factor_rank)(&factor, &rank));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_factor_init)(&factor, 3, 1, room, GLEANER_FACTOR_LEN(3) - 1));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_factor_init)(&factor, (size_t)1 << 61, 1, room, GLEANER_FACTOR_LEN(3)));
  STATUS(GLEANER_ERROR_ALIGNMENT, F(gleaner_factor_init)(&factor, 3, 1, odd(room), GLEANER_FACTOR_LEN(3)));
  CHECK(F(gleaner_factor_init)(&factor, 3, -1, room, GLEANER_FACTOR_LEN(3)) < 0);
  CHECK(F(gleaner_factor_init)(&factor, 3, (real)NAN, room, GLEANER_FACTOR_LEN(3)) < 0);
  CHECK(factor.tag == 0);
  OK(F(gleaner_factor_init)(&factor, 3, (real)0.5, room, GLEANER_FACTOR_LEN(3)));
  OK(F(gleaner_factor_observe)(&factor, row, 3, 1, &online));
  copy = factor;
  memcpy(saved, room, sizeof saved);
  online = 42;
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_factor_observe)(&factor, row, 2, 1, &online));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_factor_observe)(&factor, NULL, 3, 1, &online));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_factor_observe)(NULL, row, 3, 1, &online));
  STATUS(GLEANER_ERROR_ALIGNMENT, F(gleaner_factor_observe)((struct F(gleaner_factor) *)((uintptr_t)&factor + 1), row, 3, 1, &online));
  CHECK(F(gleaner_factor_observe)(&factor, row, 3, -1, &online) < 0);
  row[1] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_factor_observe)(&factor, row, 3, 1, &online));
  row[1] = (real)1e38 * (real)(sizeof(real) == 4 ? 1 : 1e200);
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_factor_observe)(&factor, row, 3, 1, &online));
  CHECK(online == 42 && rank == 42);
  CHECK(factor.tag == copy.tag && factor.memory == copy.memory && factor.memory_len == copy.memory_len);
  CHECK(same_factor(&factor.state, &copy.state));
  /* The last three are the factor's work row. */
  CHECK(memcmp(saved, room, (GLEANER_FACTOR_LEN(3) - 3) * sizeof(real)) == 0);
  factor.state.pivoted = 2;
  STATUS(GLEANER_ERROR_STATE, F(gleaner_factor_rank)(&factor, &rank));
  factor.state.pivoted = 0;
  OK(F(gleaner_factor_rank)(&factor, &rank));
  factor.tag ^= 1u << 8;
  STATUS(GLEANER_ERROR_STATE, F(gleaner_factor_rank)(&factor, &rank));
}

static void samplers(void)
{
  static struct F(gleaner_reservoir) reservoir;
  static struct F(gleaner_top) top;
  struct F(gleaner_reservoir) copy;
  struct F(gleaner_top) top_copy;
  struct F(gleaner_item) own[3], saved[3];
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  const real bad[4] = {-1, (real)NAN, (real)INFINITY, -(real)INFINITY};
  size_t count = 42, i;
  memset(own, 0, sizeof own);
  memset(&outcome, 7, sizeof outcome);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_reservoir_offer)(&reservoir, 1, &outcome));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_top_offer)(&top, 1, &outcome));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_reservoir_init)(&reservoir, 1, own, 0));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_reservoir_init)(&reservoir, 1, NULL, 3));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_top_init)(&top, own, 0));
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_top_init)(&top, own, (size_t)1 << 61));
  STATUS(GLEANER_ERROR_ALIGNMENT, F(gleaner_reservoir_init)(&reservoir, 1, (struct F(gleaner_item) *)((uintptr_t)own + 1), 2));
  STATUS(GLEANER_ERROR_ALIGNMENT, F(gleaner_top_init)(&top, (struct F(gleaner_item) *)((uintptr_t)own + 4), 2));
  CHECK(reservoir.tag == 0 && top.tag == 0);
  OK(F(gleaner_reservoir_init)(&reservoir, 1, own, 3));
  OK(F(gleaner_reservoir_offer)(&reservoir, 3, &outcome));
  copy = reservoir;
  memcpy(saved, own, sizeof own);
  memset(&outcome, 7, sizeof outcome);
  for (i = 0; i < COUNT(bad); i++) {
    STATUS(GLEANER_ERROR_SCORE, F(gleaner_reservoir_offer)(&reservoir, bad[i], &outcome));
  }
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_reservoir_kept)(&reservoir, 1, &kept));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_reservoir_count)(&reservoir, NULL));
  CHECK(reservoir.tag == copy.tag && reservoir.items == copy.items && reservoir.items_len == copy.items_len);
  CHECK(memcmp(reservoir.generator, copy.generator, 16) == 0);
  CHECK(same_reservoir(&reservoir.state, &copy.state) && same_items(saved, own, 3));
  OK(F(gleaner_top_init)(&top, own, 3));
  OK(F(gleaner_top_offer)(&top, 3, &outcome));
  top_copy = top;
  memcpy(saved, own, sizeof own);
  memset(&outcome, 7, sizeof outcome);
  for (i = 0; i < COUNT(bad); i++) {
    STATUS(GLEANER_ERROR_SCORE, F(gleaner_top_offer)(&top, bad[i], &outcome));
  }
  STATUS(GLEANER_ERROR_STATE, F(gleaner_reservoir_count)((struct F(gleaner_reservoir) *)(void *)&(struct F(gleaner_reservoir)){0}, &count));
  CHECK(top.tag == top_copy.tag && top.items == top_copy.items && top.items_len == top_copy.items_len);
  CHECK(top.seen == top_copy.seen && top.kept == top_copy.kept && top.free_slot == top_copy.free_slot);
  CHECK(same_items(saved, own, 3));
  CHECK(outcome.kept == 0x07070707u && count == 42);
}

static void selectors(void)
{
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  struct F(gleaner_verdict) verdict;
  struct F(gleaner_stats) stats;
  struct F(gleaner_kept) kept;
  real x[INPUTS] = {1, 2, 3};
  real label = 1;
  uint32_t i, slot = 42;
  size_t count = 42;
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_count)(&selector, &count));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_free_slot)(&selector, &slot));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_begin_period)(&selector));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_stats)(&selector, &stats));
  CHECK(slot == 42 && count == 42);
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_init)(&selector, &net, NULL, memory, MEMORY - 1, items, 9));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_init)(&selector, &net, NULL, memory, MEMORY, items, 0));
  STATUS(GLEANER_ERROR_ALIGNMENT, F(gleaner_selector_init)(&selector, &net, NULL, odd(memory), MEMORY, items, 9));
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_selector_init)(&selector, &net, NULL, memory, (size_t)1 << 61, items, 9));
  options.abi = 0;
  STATUS(GLEANER_ERROR_ABI, F(gleaner_selector_init)(&selector, &net, &options, memory, MEMORY, items, 9));
  options.abi = GLEANER_ABI;
  options.scaling = 7;
  STATUS(GLEANER_ERROR_CODE, F(gleaner_selector_init)(&selector, &net, &options, memory, MEMORY, items, 9));
  options.scaling = GLEANER_SCALING_MODEL;
  options.objective = 7;
  STATUS(GLEANER_ERROR_CODE, F(gleaner_selector_init)(&selector, &net, &options, memory, MEMORY, items, 9));
  options.objective = GLEANER_OBJECTIVE_PREDICTION;
  {
    const real scale[INPUTS] = {1, 0, 1}, mean[INPUTS] = {0, (real)INFINITY, 0};
    struct F(gleaner_model) bad = net;
    bad.scale = scale;
    STATUS(GLEANER_ERROR_RANGE, F(gleaner_selector_init)(&selector, &bad, NULL, memory, MEMORY, items, 9));
    bad.scale = net_scale;
    bad.mean = mean;
    STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_selector_init)(&selector, &bad, NULL, memory, MEMORY, items, 9));
  }
  options.uniform = 2;
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_selector_init)(&selector, &net, &options, memory, MEMORY, items, 9));
  CHECK(selector.tag == 0);

  OK(F(gleaner_selector_init)(&selector, &net, NULL, memory, MEMORY, items, 9));
  for (i = 0; i < 50; i++) {
    reading(i, x);
    OK(F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
  }
  remember();
  memset(&verdict, 7, sizeof verdict);
  STATUS(GLEANER_ERROR_LABEL, F(gleaner_selector_offer)(&selector, x, INPUTS, &label, 1, &verdict));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_offer)(&selector, x, INPUTS - 1, NULL, 0, &verdict));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_offer)(&selector, NULL, INPUTS, NULL, 0, &verdict));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, NULL));
  x[0] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
  x[0] = (real)1e30 * (real)(sizeof(real) == 4 ? 1 : 1e200);
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_selector_kept)(&selector, 8, &kept));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_rebase)(&selector, &net, NULL, NULL));
  CHECK(verdict.kept == 0x07070707u);
  nothing_has_changed();
  OK(F(gleaner_selector_stats)(&selector, &stats));
  CHECK(stats.counters.refused_label == 1 && stats.counters.refused_length == 1);
  CHECK(stats.counters.refused_not_finite == 1 && stats.counters.refused_range == 1);
  CHECK(stats.counters.refused_other == 0 && stats.counters.seen == 50 && stats.kept == 8);

  reading(50, x);
  selector.state.ridge_is_open = 2;
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
  selector.state.ridge_is_open = 0;
  selector.state.factor.pivoted = 255;
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_begin_period)(&selector));
  selector.state.factor.pivoted = 0;
  OK(F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
}

static int32_t refuse(void *context, uint32_t slot, real *x, size_t x_len, real *label, size_t label_len)
{
  (void)slot;
  (void)x;
  (void)x_len;
  (void)label;
  (void)label_len;
  return *(int32_t *)context;
}

static void callbacks(void)
{
  static struct F(gleaner_candidate) waiting[1];
  static real places[GLEANER_POSITIONS_LEN(1, ORDER)];
  int32_t answer = 3;
  remember();
  STATUS(GLEANER_ERROR_CALLBACK, F(gleaner_selector_rebase)(&selector, &net, refuse, &answer));
  nothing_has_changed();
  STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_thin)(&selector, 2, waiting, 1, places, COUNT(places), NULL, NULL));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_thin)(&selector, 2, waiting, 1, places, 3, refuse, &answer));
  STATUS(GLEANER_ERROR_CALLBACK,
         F(gleaner_selector_thin)(&selector, 2, waiting, 1, places, COUNT(places), refuse, &answer));
  nothing_has_changed();
}

static void activations(void)
{
  struct F(gleaner_activation) result;
  const real parameter[4] = {(real)0.1, 0, 0, 0};
  memset(&result, 0, sizeof result);
  STATUS(GLEANER_ERROR_CODE, F(gleaner_activation_evaluate)(99, NULL, 0, 1, &result));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_activation_evaluate)(0, parameter, 4, 1, &result));
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_activation_evaluate)(0, NULL, 0, (real)NAN, &result));
  CHECK(result.value == 0);
  OK(F(gleaner_activation_evaluate)(GLEANER_ACTIVATION_RELU, NULL, 0, 2, &result));
  CHECK(result.value == 2);
  {
    /* Nothing is a buffer too: a record without items. */
    const struct gleaner_record_header header = {1, 2, 3, 0, 0, 4, 0, 8};
    struct gleaner_record_header read;
    uint8_t record[GLEANER_RECORD_LEN(0, 8)];
    size_t written;
    OK(gleaner_record_write(&header, NULL, 0, record, sizeof record, &written));
    OK(gleaner_record_read(record, written, NULL, 0, &read));
    CHECK(read.items == 0 && read.payload == 8 && read.seen == 3);
    STATUS(GLEANER_ERROR_NULL, gleaner_record_write(&header, NULL, 1, record, sizeof record, &written));
    STATUS(GLEANER_ERROR_NULL, gleaner_record_read(NULL, 5, NULL, 0, &read));
    STATUS(GLEANER_ERROR_SIZE, gleaner_record_read(record, (size_t)-1, NULL, 0, &read));
  }
  OK(F(gleaner_activation_evaluate)(GLEANER_ACTIVATION_LEAKY_RELU, parameter, 1, -2, &result));
  CHECK(result.derivative == parameter[0]);
}

int main(void)
{
  models();
  rows();
  factors();
  samplers();
  selectors();
  callbacks();
  activations();
  puts("border");
  return 0;
}
