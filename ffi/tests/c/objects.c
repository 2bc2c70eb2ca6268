/* The objects that other tests leave out: standardiser, top k, records, fit, model helpers, factor life. */
#include "net.h"

static void moments(void)
{
  static real memory[GLEANER_MOMENTS_LEN(2)], other_memory[GLEANER_MOMENTS_LEN(2)];
  struct F(gleaner_moments) all, other;
  const real base = (real)(sizeof(real) == 4 ? 8192 : 1e9);
  const real mean[2] = {1, 2}, scale[2] = {2, 4}, zero[2] = {2, 0};
  real x[2], result[2], found;
  int i;
  memset(&all, 0, sizeof all);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_moments_mean)(&all, 0, &found));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_moments_init)(&all, 2, memory, 7));
  OK(F(gleaner_moments_init)(&all, 2, memory, GLEANER_MOMENTS_LEN(2)));
  OK(F(gleaner_moments_init)(&other, 2, other_memory, GLEANER_MOMENTS_LEN(2)));
  for (i = 0; i < 3; i++) {
    x[0] = base + (real)i;
    x[1] = (real)-15.94;
    OK(F(gleaner_moments_observe)(i < 2 ? &all : &other, x, 2));
  }
  OK(F(gleaner_moments_merge)(&all, &other));
  OK(F(gleaner_moments_mean)(&all, 0, &found));
  CHECK(found == base + 1 && all.count == 3);
  OK(F(gleaner_moments_variance)(&all, 0, &found));
  CHECK(fabs((double)found - 2.0 / 3.0) < 1e-6);
  OK(F(gleaner_moments_variance)(&all, 1, &found));
  CHECK(found == 0);
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_moments_mean)(&all, 2, &found));
  OK(F(gleaner_moments_standardise)(&all, x, 2, result, 2));
  CHECK(fabs((double)result[0] - sqrt(1.5)) < 1e-6 && fabs((double)result[1]) < 1e-5);
  x[0] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_moments_observe)(&all, x, 2));
  CHECK(all.count == 3);
  x[0] = 5;
  x[1] = 0;
  OK(F(gleaner_standardise)(x, 2, mean, 2, scale, 2, result, 2));
  CHECK(result[0] == 2 && result[1] == (real)-0.5);
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_standardise)(x, 2, mean, 2, zero, 2, result, 2));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_standardise)(x, 2, mean, 2, scale, 1, result, 2));
  CHECK(result[0] == 2);
}

static void top(void)
{
  static const real scores[7] = {3, 1, 4, 1, 5, 4, 2};
  struct F(gleaner_item) items[GLEANER_ITEMS_LEN(3)];
  struct F(gleaner_top) top;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  size_t count, i;
  unsigned found = 0;
  OK(F(gleaner_top_init)(&top, items, 4));
  for (i = 0; i < 7; i++) {
    OK(F(gleaner_top_offer)(&top, scores[i], &outcome));
    CHECK(outcome.free_slot == top.free_slot);
    CHECK(outcome.dropped_any == (i >= 3));
  }
  OK(F(gleaner_top_count)(&top, &count));
  CHECK(count == 3);
  for (i = 0; i < count; i++) {
    OK(F(gleaner_top_kept)(&top, i, &kept));
    CHECK(kept.score == scores[kept.sequence] && kept.weight == 1);
    found |= 1u << kept.sequence;
  }
  CHECK(found == (1u << 2 | 1u << 4 | 1u << 5));
  OK(F(gleaner_top_clear)(&top));
  OK(F(gleaner_top_count)(&top, &count));
  CHECK(count == 0);
}

struct payload {
  real x[INPUTS];
  uint32_t time;
};

static void records(void)
{
  enum { KEEP = 8 };
  static real memory[MEMORY];
  static struct F(gleaner_item) items[KEEP + 1];
  static struct F(gleaner_selector) selector;
  static struct payload slots[KEEP + 1];
  static uint8_t record[GLEANER_RECORD_LEN(KEEP, sizeof(struct payload))], again[sizeof record];
  static struct gleaner_record_item read[KEEP];
  struct gleaner_record_header header, copied;
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  struct F(gleaner_verdict) verdict;
  struct F(gleaner_kept) kept;
  uint32_t i, slot = 0;
  size_t written = 42, j;
  options.seed = 99;
  OK(F(gleaner_selector_init)(&selector, &net, &options, memory, MEMORY, items, KEEP + 1));
  for (i = 0; i < 300; i++) {
    reading(i, slots[slot].x);
    slots[slot].time = 1000 + i;
    OK(F(gleaner_selector_offer)(&selector, slots[slot].x, INPUTS, NULL, 0, &verdict));
    slot = verdict.free_slot;
  }
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_record)(&selector, (const uint8_t *)slots, sizeof slots[0],
                                   record, sizeof record - 1, &written));
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_selector_record)(&selector, (const uint8_t *)slots, (size_t)-1,
                                 record, sizeof record, &written));
  CHECK(written == 42 && record[0] == 0);
  OK(F(gleaner_selector_record)(&selector, (const uint8_t *)slots, sizeof slots[0], record, sizeof record, &written));
  CHECK(written == sizeof record);
  OK(gleaner_record_read(record, written, read, KEEP, &header));
  CHECK(header.model == 77 && header.seed == 99 && header.seen == 300 && header.period == 0);
  CHECK(header.items == KEEP && header.payload == sizeof(struct payload));
  CHECK(header.total > 0 && header.threshold == (double)selector.state.reservoir.threshold);
  for (j = 0; j < KEEP; j++) {
    struct payload back;
    OK(F(gleaner_selector_kept)(&selector, j, &kept));
    memcpy(&back, read[j].payload, sizeof back);
    CHECK(read[j].sequence == kept.sequence && read[j].score == (double)kept.score);
    CHECK(read[j].weight == (double)kept.weight && back.time == 1000 + kept.sequence);
  }
  OK(gleaner_record_write(&header, read, KEEP, again, sizeof again, &written));
  CHECK(written == sizeof record && memcmp(record, again, sizeof record) == 0);

  memset(&copied, 7, sizeof copied);
  header = copied;
  STATUS(GLEANER_ERROR_LENGTH, gleaner_record_read(record, written, read, KEEP - 1, &copied));
  for (j = 0; j < written; j++) {
    gleaner_status cut = gleaner_record_read(record, j, read, KEEP, &copied);
    CHECK(cut == GLEANER_ERROR_RECORD || cut == GLEANER_ERROR_LENGTH);
    record[j] ^= (uint8_t)(1u << (j % 8));
    CHECK(gleaner_record_read(record, written, read, KEEP, &copied) < 0);
    record[j] ^= (uint8_t)(1u << (j % 8));
  }
  CHECK(memcmp(&header, &copied, sizeof header) == 0);
  OK(gleaner_record_read(record, written, NULL, 0, &copied));
  CHECK(copied.items == KEEP);
}

/* Samples of what `net` says, to fit another start to. */
enum { SAMPLES = 60, STRIDE = 5 };
static real samples_x[SAMPLES * STRIDE], samples_y[SAMPLES], samples_w[SAMPLES];

static int32_t sample(
    void *context, size_t index, real *x, size_t x_len, real *label, size_t label_len, real *weight)
{
  CHECK(x_len == INPUTS && label_len == 1 && *label == 0 && *weight == 1);
  memcpy(x, samples_x + index * STRIDE, sizeof(real) * INPUTS);
  *label = samples_y[index];
  *weight = samples_w[index];
  return *(int32_t *)context;
}

static void fits(void)
{
  static real work[WORK], memory[GLEANER_FIT_LEN(INPUTS, PARAMETERS, SCRATCH)];
  static real theta[PARAMETERS], start[PARAMETERS], other[PARAMETERS];
  struct F(gleaner_fit_options) options = GLEANER_FIT_OPTIONS_DEFAULT;
  struct F(gleaner_samples) samples;
  struct F(gleaner_fit_report) report, second;
  int32_t answer = 0;
  uint32_t i;
  memset(&samples, 0, sizeof samples);
  memset(&report, 7, sizeof report);
  for (i = 0; i < SAMPLES; i++) {
    reading(i + 1, samples_x + i * STRIDE);
    OK(F(gleaner_model_value)(&net, samples_x + i * STRIDE, INPUTS, 0, work, WORK, &samples_y[i]));
    samples_w[i] = (real)(1 + i % 3);
  }
  OK(F(gleaner_model_theta)(&net, start, PARAMETERS));
  for (i = 0; i < PARAMETERS; i++) {
    start[i] += (real)(i % 2 ? 0.125 : -0.125);
  }
  memcpy(theta, start, sizeof theta);
  memcpy(other, start, sizeof other);
  samples.count = SAMPLES;
  samples.x = samples_x;
  samples.stride = STRIDE;
  samples.labels = samples_y;
  samples.weights = samples_w;
  options.weight_decay = (real)1e-5;
  options.steps = 50;
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_fit)(&net, &options, &samples, theta, PARAMETERS - 1, memory, COUNT(memory), &report));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_fit)(&net, &options, &samples, theta, PARAMETERS, memory, COUNT(memory) - 1, &report));
  samples.stride = 2;
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_fit)(&net, &options, &samples, theta, PARAMETERS, memory, COUNT(memory), &report));
  samples.stride = (size_t)1 << 60;
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_fit)(&net, &options, &samples, theta, PARAMETERS, memory, COUNT(memory), &report));
  samples.stride = STRIDE;
  samples_y[7] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_fit)(&net, &options, &samples, theta, PARAMETERS, memory, COUNT(memory), &report));
  OK(F(gleaner_model_value)(&net, samples_x + 7 * STRIDE, INPUTS, 0, work, WORK, &samples_y[7]));
  options.abi = 9;
  STATUS(GLEANER_ERROR_ABI, F(gleaner_fit)(&net, &options, &samples, theta, PARAMETERS, memory, COUNT(memory), &report));
  options.abi = GLEANER_ABI;
  CHECK(memcmp(theta, start, sizeof theta) == 0 && report.stop == 0x07070707);
  OK(F(gleaner_fit)(&net, &options, &samples, theta, PARAMETERS, memory, COUNT(memory), &report));
  CHECK(report.loss < (real)1e-3 && report.steps > 0 && report.steps <= 50 && report.stop >= 0 && report.stop <= 3);

  {
    /* The fitted theta as a model. */
    struct F(gleaner_layer) layers[2];
    struct F(gleaner_model) fitted = net;
    real value;
    STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_layers)(&net, theta, PARAMETERS, layers, 1));
    STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_layers)(&net, theta, PARAMETERS - 1, layers, 2));
    OK(F(gleaner_model_layers)(&net, theta, PARAMETERS, layers, 2));
    CHECK(layers[1].bias == NULL && layers[0].bias == theta + INPUTS * HIDDEN);
    fitted.layers = layers;
    for (i = 0; i < SAMPLES; i++) {
      OK(F(gleaner_model_value)(&fitted, samples_x + i * STRIDE, INPUTS, 0, work, WORK, &value));
      CHECK(fabs((double)value - (double)samples_y[i]) < 0.05);
    }
  }

  samples.sample = sample;
  samples.context = &answer;
  samples.x = NULL;
  OK(F(gleaner_fit)(&net, &options, &samples, other, PARAMETERS, memory, COUNT(memory), &second));
  CHECK(memcmp(theta, other, sizeof theta) == 0 && second.steps == report.steps);
  answer = 1;
  STATUS(GLEANER_ERROR_CALLBACK, F(gleaner_fit)(&net, &options, &samples, other, PARAMETERS, memory, COUNT(memory), &second));
  CHECK(memcmp(theta, other, sizeof theta) == 0);
}

/* A factor's life: start from a packed triangle, merge, half-life, solve, pivot and back. */
static void factors(void)
{
  static real memory[3][GLEANER_FACTOR_LEN(3)];
  struct F(gleaner_factor) whole, part, other;
  struct F(gleaner_score) score, again;
  real packed[6], solution[2], scratch[3], online, ridge, condition;
  size_t i, rank;
  OK(F(gleaner_factor_default_ridge)(4, &ridge));
  CHECK(fabs((double)ridge - 4e-6) < 1e-12);
  OK(F(gleaner_factor_init)(&whole, 3, 0, memory[0], COUNT(memory[0])));
  OK(F(gleaner_factor_init)(&part, 3, 0, memory[1], COUNT(memory[1])));
  OK(F(gleaner_factor_init)(&other, 3, 0, memory[2], COUNT(memory[2])));
  for (i = 0; i < 20; i++) {
    /* The last column is 2 a - 3 b. */
    real row[3];
    row[0] = (real)(i % 5) - 2;
    row[1] = (real)(i % 7) - 3;
    row[2] = 2 * row[0] - 3 * row[1] + (real)(i % 2 ? 0.25 : -0.25);
    OK(F(gleaner_factor_observe)(&whole, row, 3, 1, &online));
    OK(F(gleaner_factor_observe)(i < 12 ? &part : &other, row, 3, 1, &online));
  }
  OK(F(gleaner_factor_merge)(&part, &other));
  CHECK(part.state.rows == 20);
  OK(F(gleaner_factor_solve)(&whole, solution, 2));
  CHECK(fabs((double)solution[0] - 2) < 0.1 && fabs((double)solution[1] + 3) < 0.1);
  OK(F(gleaner_factor_packed)(&whole, packed, 6));
  OK(F(gleaner_factor_start)(&other, packed, 6, 20, 0));
  {
    const real row[3] = {1, 2, -4};
    OK(F(gleaner_factor_score)(&whole, row, 3, scratch, 3, &score));
    OK(F(gleaner_factor_score)(&other, row, 3, scratch, 3, &again));
    CHECK(score.leverage == again.leverage);
    OK(F(gleaner_factor_score)(&part, row, 3, scratch, 3, &again));
    CHECK(fabs((double)score.leverage - (double)again.leverage) < 1e-5);
    OK(F(gleaner_factor_pivot)(&part, &rank));
    CHECK(rank == 3);
    OK(F(gleaner_factor_rank)(&part, &rank));
    CHECK(rank == 3);
    OK(F(gleaner_factor_score)(&part, row, 3, scratch, 3, &again));
    CHECK(fabs((double)score.leverage - (double)again.leverage) < 1e-5);
    if (part.state.pivoted) {
      STATUS(GLEANER_ERROR_STALE, F(gleaner_factor_packed)(&part, packed, 6));
    }
    OK(F(gleaner_factor_unpivot)(&part));
    OK(F(gleaner_factor_packed)(&part, packed, 6));
  }
  OK(F(gleaner_factor_condition)(&whole, &condition));
  CHECK(condition > 1);
  OK(F(gleaner_factor_half_life)(&whole, 100));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_factor_half_life)(&whole, 2));
  OK(F(gleaner_factor_reset)(&whole, 1));
  CHECK(whole.state.rows == 0);
}

static void gauge(void)
{
  static real work[WORK], row[PARAMETERS + 1];
  struct F(gleaner_row_report) report;
  real x[INPUTS];
  reading(3, x);
  OK(F(gleaner_model_row)(&net, x, INPUTS, 0, NULL, work, WORK, row, PARAMETERS + 1, &report));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_leave_out_gauge)(&net, row, PARAMETERS));
  OK(F(gleaner_model_leave_out_gauge)(&net, row, PARAMETERS + 1));
  CHECK(row[ORDER - 1] == report.at_zero);
}

int main(void)
{
  moments();
  top();
  records();
  fits();
  factors();
  gauge();
  puts("objects");
  return 0;
}
