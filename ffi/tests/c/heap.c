/* Every object over buffers of their exact lengths, straight from malloc: under valgrind a step over an end, and
 * every read of what nothing has set, is found. Whatever comes out is printed, so that all of it is looked at. */
#include "net.h"

/* Buffers taken so far. */
static unsigned long rooms;

#define KEEP 8
#define PAYLOAD 4

static void *room(size_t count, size_t each)
{
  void *bytes = malloc(count * each);
  CHECK(bytes != NULL);
  rooms++;
  return bytes;
}

#define ROOM(type, count) ((type *)room((count), sizeof(type)))

static void print(real value)
{
  printf("%.9g\n", (double)value);
}

static void factors(void)
{
  const size_t order = ORDER;
  real *memory = ROOM(real, GLEANER_FACTOR_LEN(order)), *other_memory = ROOM(real, GLEANER_FACTOR_LEN(order));
  real *packed = ROOM(real, order * (order + 1) / 2), *row = ROOM(real, order);
  real *scratch = ROOM(real, order), *solution = ROOM(real, order - 1);
  struct F(gleaner_factor) *factor = ROOM(struct F(gleaner_factor), 1);
  struct F(gleaner_factor) *other = ROOM(struct F(gleaner_factor), 1);
  struct F(gleaner_score) score;
  size_t i, rank;
  real online, condition;
  uint32_t k;
  OK(F(gleaner_factor_init)(factor, order, (real)0.01, memory, GLEANER_FACTOR_LEN(order)));
  OK(F(gleaner_factor_init)(other, order, (real)0.01, other_memory, GLEANER_FACTOR_LEN(order)));
  OK(F(gleaner_factor_half_life)(factor, 2 * order));
  for (k = 0; k < 60; k++) {
    real x[INPUTS];
    reading(k, x);
    for (i = 0; i < order; i++) {
      row[i] = x[i % INPUTS] + (real)((k + i) % 5);
    }
    OK(F(gleaner_factor_observe)(k % 3 == 0 ? other : factor, row, order, 1, &online));
    print(online);
  }
  OK(F(gleaner_factor_merge)(factor, other));
  OK(F(gleaner_factor_pivot)(factor, &rank));
  OK(F(gleaner_factor_score)(factor, row, order, scratch, order, &score));
  OK(F(gleaner_factor_unpivot)(factor));
  OK(F(gleaner_factor_packed)(factor, packed, order * (order + 1) / 2));
  OK(F(gleaner_factor_start)(other, packed, order * (order + 1) / 2, factor->state.rows, (real)0.01));
  OK(F(gleaner_factor_solve)(other, solution, order - 1));
  OK(F(gleaner_factor_condition)(other, &condition));
  printf("%lu\n", (unsigned long)rank);
  print(score.leverage);
  print(score.novelty);
  print(condition);
  for (i = 0; i + 1 < order; i++) {
    print(solution[i]);
  }
  free(memory);
  free(other_memory);
  free(packed);
  free(row);
  free(scratch);
  free(solution);
  free(factor);
  free(other);
}

static void samplers(void)
{
  struct F(gleaner_item) *items = ROOM(struct F(gleaner_item), KEEP + 1);
  struct F(gleaner_item) *best = ROOM(struct F(gleaner_item), KEEP + 1);
  struct F(gleaner_reservoir) *reservoir = ROOM(struct F(gleaner_reservoir), 1);
  struct F(gleaner_top) *top = ROOM(struct F(gleaner_top), 1);
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  size_t i;
  real size;
  uint32_t k;
  OK(F(gleaner_reservoir_init)(reservoir, 7, items, KEEP + 1));
  OK(F(gleaner_top_init)(top, best, KEEP + 1));
  for (k = 0; k < 100; k++) {
    const real score = (real)(1 + k * 37 % 23);
    OK(F(gleaner_reservoir_offer)(reservoir, score, &outcome));
    printf("%lu %lu %lu\n", (unsigned long)outcome.kept, (unsigned long)outcome.free_slot,
        (unsigned long)outcome.dropped.sequence);
    OK(F(gleaner_top_offer)(top, score, &outcome));
    printf("%lu %lu %lu\n", (unsigned long)outcome.kept, (unsigned long)outcome.free_slot,
        (unsigned long)outcome.dropped.sequence);
  }
  for (i = 0; i < KEEP; i++) {
    OK(F(gleaner_reservoir_kept)(reservoir, i, &kept));
    printf("%lu %lu\n", (unsigned long)kept.sequence, (unsigned long)kept.slot);
    print(kept.weight);
    OK(F(gleaner_top_kept)(top, i, &kept));
    printf("%lu %lu\n", (unsigned long)kept.sequence, (unsigned long)kept.slot);
  }
  OK(F(gleaner_reservoir_effective_size)(reservoir, &size));
  print(size);
  free(items);
  free(best);
  free(reservoir);
  free(top);
}

/* Those that spread, draw again, or look for the lowest. */
static void other_samplers(void)
{
  enum { WAITING = 3, SLOTS = 2 * KEEP, DRAWS = 20 };
  const size_t positions_len = GLEANER_POSITIONS_LEN(WAITING, 2);
  struct F(gleaner_item) *items = ROOM(struct F(gleaner_item), KEEP + 1);
  struct F(gleaner_item) *lowest = ROOM(struct F(gleaner_item), KEEP + 1);
  struct F(gleaner_candidate) *candidates = ROOM(struct F(gleaner_candidate), SLOTS);
  struct F(gleaner_candidate) *waiting = ROOM(struct F(gleaner_candidate), WAITING);
  real *positions = ROOM(real, positions_len), *room_to_thin = ROOM(real, positions_len);
  real *places = ROOM(real, 2 * (KEEP + 1)), *weights = ROOM(real, DRAWS), *cuts = ROOM(real, DRAWS);
  uint32_t *aliases = ROOM(uint32_t, DRAWS), *counters = ROOM(uint32_t, GLEANER_QUANTILE_LEN(4));
  struct F(gleaner_reservoir) *reservoir = ROOM(struct F(gleaner_reservoir), 1);
  struct F(gleaner_bottom) *bottom = ROOM(struct F(gleaner_bottom), 1);
  struct F(gleaner_pivotal) *pivotal = ROOM(struct F(gleaner_pivotal), 1);
  struct F(gleaner_poisson) *poisson = ROOM(struct F(gleaner_poisson), 1);
  struct F(gleaner_alias) *alias = ROOM(struct F(gleaner_alias), 1);
  struct F(gleaner_quantile) *quantile = ROOM(struct F(gleaner_quantile), 1);
  struct F(gleaner_positions) where = {2, NULL, 2, NULL, NULL};
  struct F(gleaner_decision) decision;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_draw) draw;
  struct F(gleaner_kept) kept;
  size_t i, count;
  real score, threshold, here[2];
  uint32_t k, slot = 0;
  where.positions = places;
  OK(F(gleaner_reservoir_init)(reservoir, 7, items, KEEP + 1));
  OK(F(gleaner_bottom_init)(bottom, lowest, KEEP + 1));
  OK(F(gleaner_pivotal_init)(pivotal, 7, 100, WAITING, 2, candidates, SLOTS, positions, positions_len));
  OK(F(gleaner_poisson_init)(poisson, 7, 30, NULL));
  OK(F(gleaner_quantile_init)(quantile, 1, counters, GLEANER_QUANTILE_LEN(4)));
  for (k = 0; k < 100; k++) {
    score = (real)(1 + k * 37 % 23);
    here[0] = places[slot * 2] = score / 8;
    here[1] = places[slot * 2 + 1] = (real)(k % 5);
    OK(F(gleaner_reservoir_offer)(reservoir, score, &outcome));
    slot = outcome.free_slot;
    OK(F(gleaner_bottom_offer)(bottom, score, &outcome));
    printf("%lu ", (unsigned long)outcome.dropped.sequence);
    OK(F(gleaner_pivotal_offer)(pivotal, score, here, 2, &outcome));
    printf("%lu ", (unsigned long)outcome.free_slot);
    OK(F(gleaner_poisson_offer)(poisson, score, &decision));
    print(decision.weight);
    OK(F(gleaner_quantile_observe)(quantile, score / 32));
    weights[k % DRAWS] = score;
  }
  OK(F(gleaner_reservoir_thin)(reservoir, 3, &where, waiting, WAITING, room_to_thin, positions_len));
  for (i = 0; i < 3; i++) {
    OK(F(gleaner_reservoir_kept)(reservoir, i, &kept));
    print(kept.weight);
  }
  OK(F(gleaner_pivotal_finish)(pivotal));
  OK(F(gleaner_pivotal_count)(pivotal, &count));
  for (i = 0; i < count; i++) {
    OK(F(gleaner_pivotal_kept)(pivotal, i, &kept));
    print(kept.weight);
  }
  OK(F(gleaner_quantile_threshold)(quantile, (real)0.9, &threshold));
  print(threshold);
  OK(F(gleaner_alias_init)(alias, 7, weights, DRAWS, cuts, DRAWS, aliases, DRAWS));
  for (i = 0; i < DRAWS; i++) {
    OK(F(gleaner_alias_draw)(alias, &draw));
    print(draw.probability);
  }
  free(items);
  free(lowest);
  free(candidates);
  free(waiting);
  free(positions);
  free(room_to_thin);
  free(places);
  free(weights);
  free(cuts);
  free(aliases);
  free(counters);
  free(reservoir);
  free(bottom);
  free(pivotal);
  free(poisson);
  free(alias);
  free(quantile);
}

/* A calibration on the gradients' totals; all readings are kept, every other one twice as heavy. */
static void calibrations(void)
{
  enum { SUMS = GLEANER_VECTOR_GRADIENT_LEN(PARAMETERS), SAMPLES = 12 };
  real *sums = ROOM(real, GLEANER_TOTALS_LEN(SUMS)), *memory = ROOM(real, GLEANER_CALIBRATE_LEN(SUMS));
  real *vectors = ROOM(real, SAMPLES * SUMS), *weights = ROOM(real, SAMPLES), *ratios = ROOM(real, SAMPLES);
  real *work = ROOM(real, WORK), *x = ROOM(real, INPUTS);
  struct F(gleaner_totals) *totals = ROOM(struct F(gleaner_totals), 1);
  struct F(gleaner_target) target = {GLEANER_OBJECTIVE_RESIDUAL, (real)0.5, 0};
  struct F(gleaner_vectors) given = {SAMPLES, NULL, SUMS, NULL, NULL, NULL};
  struct F(gleaner_calibration_report) report;
  uint32_t k;
  OK(F(gleaner_totals_init)(totals, SUMS, sums, GLEANER_TOTALS_LEN(SUMS)));
  for (k = 0; k < SAMPLES; k++) {
    reading(k, x);
    OK(F(gleaner_model_vector)(
        &net, GLEANER_VECTOR_GRADIENT, x, INPUTS, 0, &target, work, WORK, vectors + k * SUMS, SUMS));
    OK(F(gleaner_totals_observe)(totals, vectors + k * SUMS, SUMS));
    weights[k] = (real)(1 + k % 2);
  }
  given.vectors = vectors;
  given.weights = weights;
  OK(F(gleaner_calibrate)(totals, NULL, &given, ratios, SAMPLES, memory, GLEANER_CALIBRATE_LEN(SUMS), &report));
  for (k = 0; k < SAMPLES; k++) {
    print(ratios[k]);
  }
  print(report.after);
  free(sums);
  free(memory);
  free(vectors);
  free(weights);
  free(ratios);
  free(work);
  free(x);
  free(totals);
}

static void moments(void)
{
  real *memory = ROOM(real, GLEANER_MOMENTS_LEN(INPUTS)), *result = ROOM(real, INPUTS), *x = ROOM(real, INPUTS);
  struct F(gleaner_moments) *all = ROOM(struct F(gleaner_moments), 1);
  size_t i;
  uint32_t k;
  OK(F(gleaner_moments_init)(all, INPUTS, memory, GLEANER_MOMENTS_LEN(INPUTS)));
  for (k = 0; k < 20; k++) {
    reading(k, x);
    OK(F(gleaner_moments_standardise)(all, x, INPUTS, result, INPUTS));
    OK(F(gleaner_moments_observe)(all, x, INPUTS));
    for (i = 0; i < INPUTS; i++) {
      print(result[i]);
    }
  }
  free(memory);
  free(result);
  free(x);
  free(all);
}

/* The payloads of the selector that is rebased. */
static int32_t recall(void *context, uint32_t slot, real *x, size_t x_len, real *label, size_t label_len)
{
  const uint8_t *payload = (const uint8_t *)context + (size_t)slot * PAYLOAD;
  CHECK(x_len == INPUTS && label_len == 0 && label != NULL);
  reading(payload[0], x);
  return 0;
}

static void selectors(const struct F(gleaner_model) *model, int32_t scaling)
{
  struct gleaner_sizes sizes;
  struct F(gleaner_selector) *selector = ROOM(struct F(gleaner_selector), 1);
  struct F(gleaner_item) *items = ROOM(struct F(gleaner_item), KEEP + 1);
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  struct F(gleaner_verdict) verdict;
  struct F(gleaner_stats) stats;
  uint8_t *payloads = ROOM(uint8_t, (KEEP + 1) * PAYLOAD), *record;
  real *memory, *x = ROOM(real, INPUTS);
  size_t written, i;
  uint32_t k, slot;
  OK(F(gleaner_model_sizes)(model, &sizes));
  memory = ROOM(real, sizes.selector);
  options.scaling = scaling;
  options.uniform = (real)0.25;
  OK(F(gleaner_selector_init)(selector, model, &options, memory, sizes.selector, items, KEEP + 1));
  OK(F(gleaner_selector_free_slot)(selector, &slot));
  /* What has never been free is written to the record too, where a payload takes only a part of its place. */
  memset(payloads, 0, (KEEP + 1) * PAYLOAD);
  for (k = 0; k < 100; k++) {
    reading(k, x);
    payloads[slot * PAYLOAD] = (uint8_t)k;
    OK(F(gleaner_selector_offer)(selector, x, INPUTS, NULL, 0, &verdict));
    slot = verdict.free_slot;
    print(verdict.score);
    print(verdict.completeness);
  }
  OK(F(gleaner_selector_rebase)(selector, model, recall, payloads));
  OK(F(gleaner_selector_stats)(selector, &stats));
  record = ROOM(uint8_t, GLEANER_RECORD_LEN(stats.kept, PAYLOAD));
  OK(F(gleaner_selector_record)(
      selector, payloads, PAYLOAD, record, GLEANER_RECORD_LEN(stats.kept, PAYLOAD), &written));
  CHECK(written == GLEANER_RECORD_LEN(KEEP, PAYLOAD));
  for (i = 0; i < written; i++) {
    printf("%02x%s", (unsigned)record[i], i % 32 == 31 ? "\n" : "");
  }
  printf("\n");
  print(stats.effective_size);
  free(selector);
  free(items);
  free(payloads);
  free(record);
  free(memory);
  free(x);
}

static void fits(const struct F(gleaner_model) *model)
{
  enum { SAMPLES = 12 };
  struct gleaner_sizes sizes;
  struct F(gleaner_fit_report) report;
  struct F(gleaner_samples) samples;
  real *x = ROOM(real, SAMPLES * INPUTS), *labels = ROOM(real, SAMPLES);
  real *theta, *memory, *row, *work;
  struct F(gleaner_row_report) about;
  size_t i;
  OK(F(gleaner_model_sizes)(model, &sizes));
  theta = ROOM(real, sizes.parameters);
  memory = ROOM(real, sizes.fit);
  row = ROOM(real, sizes.parameters + 1);
  work = ROOM(real, sizes.work);
  for (i = 0; i < SAMPLES; i++) {
    reading((uint32_t)i, x + i * INPUTS);
    labels[i] = x[i * INPUTS] - x[i * INPUTS + 1];
  }
  OK(F(gleaner_model_theta)(model, theta, sizes.parameters));
  memset(&samples, 0, sizeof samples);
  samples.count = SAMPLES;
  samples.x = x;
  samples.stride = INPUTS;
  samples.labels = labels;
  OK(F(gleaner_fit)(model, NULL, &samples, theta, sizes.parameters, memory, sizes.fit, &report));
  print(report.loss);
  for (i = 0; i < sizes.parameters; i++) {
    print(theta[i]);
  }
  OK(F(gleaner_model_row)(model, x, INPUTS, 0, NULL, work, sizes.work, row, sizes.parameters + 1, &about));
  OK(F(gleaner_model_leave_out_gauge)(model, row, sizes.parameters + 1));
  for (i = 0; i < sizes.order; i++) {
    print(row[i]);
  }
  print(about.completeness);
  free(x);
  free(labels);
  free(theta);
  free(memory);
  free(row);
  free(work);
}

int main(void)
{
  /* With a bias in the second layer too, rows go by quadrature. */
  const real bias[1] = {(real)0.25};
  struct F(gleaner_layer) layers[2];
  struct F(gleaner_model) other = net;
  memcpy(layers, net_layers, sizeof layers);
  layers[1].bias = bias;
  other.layers = layers;
  factors();
  samplers();
  other_samplers();
  calibrations();
  moments();
  selectors(&net, GLEANER_SCALING_MODEL);
  selectors(&net, GLEANER_SCALING_RUNNING);
  selectors(&other, GLEANER_SCALING_MODEL);
  fits(&net);
  fits(&other);
  printf("heap %lu\n", rooms);
  return 0;
}
