/* Snapshots from C: a restored object goes on as the saved one, and what does not fit is refused and changes
   nothing. */
#include "net.h"

#define KEEP 12
#define ITEMS GLEANER_ITEMS_LEN(KEEP)

static uint8_t bytes[8192], other[8192];

static real draw(uint32_t *state)
{
  *state = *state * 1664525u + 1013904223u;
  return (real)((int32_t)*state >> 8) / (real)8388608;
}

static void factors(void)
{
  static real memory[GLEANER_FACTOR_LEN(3)], again_memory[GLEANER_FACTOR_LEN(3)];
  struct F(gleaner_factor) factor, again;
  uint32_t state = 1;
  size_t length, i;
  real row[3], leverage, expected;
  OK(F(gleaner_factor_init)(&factor, 3, (real)0.5, memory, COUNT(memory)));
  OK(F(gleaner_factor_init)(&again, 3, 0, again_memory, COUNT(again_memory)));
  for (i = 0; i < 40; i++) {
    row[0] = draw(&state), row[1] = draw(&state), row[2] = draw(&state);
    OK(F(gleaner_factor_observe)(&factor, row, 3, 1, &leverage));
  }
  OK(F(gleaner_factor_save)(&factor, bytes, sizeof bytes, &length));
  CHECK(length == GLEANER_FACTOR_SNAPSHOT_LEN(sizeof(real), 3));
  CHECK(length == F(gleaner_factor_snapshot_len)(3));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_factor_save)(&factor, other, length - 1, &length));
  OK(F(gleaner_factor_restore)(&again, bytes, sizeof bytes));
  OK(F(gleaner_factor_observe)(&factor, row, 3, 1, &expected));
  OK(F(gleaner_factor_observe)(&again, row, 3, 1, &leverage));
  CHECK(leverage == expected);
}

static void samplers(void)
{
  static struct F(gleaner_item) items[ITEMS], again_items[ITEMS];
  struct F(gleaner_reservoir) reservoir, again;
  struct F(gleaner_top) top, top_again;
  struct F(gleaner_outcome) outcome, expected;
  uint32_t state = 2;
  size_t length, i;
  OK(F(gleaner_reservoir_init)(&reservoir, 3, items, ITEMS));
  OK(F(gleaner_reservoir_init)(&again, 4, again_items, ITEMS));
  for (i = 0; i < 100; i++) {
    real score = draw(&state) + 2;
    OK(F(gleaner_reservoir_offer)(&reservoir, score, &outcome));
    OK(F(gleaner_reservoir_save)(&reservoir, bytes, sizeof bytes, &length));
    CHECK(length <= GLEANER_RESERVOIR_SNAPSHOT_LEN(sizeof(real), ITEMS));
    OK(F(gleaner_reservoir_restore)(&again, bytes, length));
  }
  CHECK(length == F(gleaner_reservoir_snapshot_len)(ITEMS));
  for (i = 0; i < 100; i++) {
    real score = draw(&state) + 2;
    OK(F(gleaner_reservoir_offer)(&reservoir, score, &expected));
    OK(F(gleaner_reservoir_offer)(&again, score, &outcome));
    CHECK(outcome.kept == expected.kept && outcome.free_slot == expected.free_slot);
  }
  OK(F(gleaner_top_init)(&top, items, ITEMS));
  OK(F(gleaner_top_init)(&top_again, again_items, ITEMS));
  for (i = 0; i < 50; i++) {
    OK(F(gleaner_top_offer)(&top, draw(&state) + 2, &outcome));
  }
  OK(F(gleaner_top_save)(&top, bytes, sizeof bytes, &length));
  CHECK(length == GLEANER_TOP_SNAPSHOT_LEN(sizeof(real), ITEMS) && length == F(gleaner_top_snapshot_len)(ITEMS));
  STATUS(GLEANER_ERROR_OBJECT, F(gleaner_reservoir_restore)(&again, bytes, length));
  OK(F(gleaner_top_restore)(&top_again, bytes, length));
  OK(F(gleaner_top_save)(&top_again, other, sizeof other, &length));
  CHECK(memcmp(bytes, other, length) == 0);
}

static void moments(void)
{
  static real memory[GLEANER_MOMENTS_LEN(2)], again_memory[GLEANER_MOMENTS_LEN(2)];
  struct F(gleaner_moments) moments, again;
  real x[2] = {1, 2};
  size_t length;
  OK(F(gleaner_moments_init)(&moments, 2, memory, COUNT(memory)));
  OK(F(gleaner_moments_init)(&again, 2, again_memory, COUNT(again_memory)));
  OK(F(gleaner_moments_observe)(&moments, x, 2));
  OK(F(gleaner_moments_save)(&moments, bytes, sizeof bytes, &length));
  CHECK(length == GLEANER_MOMENTS_SNAPSHOT_LEN(sizeof(real), 2) && length == F(gleaner_moments_snapshot_len)(2));
  OK(F(gleaner_moments_restore)(&again, bytes, length));
  CHECK(memcmp(memory, again_memory, sizeof memory) == 0 && again.count == 1);
}

/* What runs for weeks: sums, a quantile, a sampler with a budget. */
static void running(void)
{
  enum { SUMS = 3, OCTAVES = 2 };
  static real sums[GLEANER_TOTALS_LEN(SUMS)], again_sums[GLEANER_TOTALS_LEN(SUMS)];
  static uint32_t counters[GLEANER_QUANTILE_LEN(OCTAVES)], again_counters[GLEANER_QUANTILE_LEN(OCTAVES)];
  static const struct gleaner_budget budget = {9, 100, 5};
  struct F(gleaner_totals) totals, totals_again;
  struct F(gleaner_quantile) quantile, quantile_again;
  struct F(gleaner_poisson) poisson, poisson_again;
  struct F(gleaner_decision) decision, expected;
  uint32_t state = 3, i;
  size_t length;
  OK(F(gleaner_totals_init)(&totals, SUMS, sums, COUNT(sums)));
  OK(F(gleaner_totals_init)(&totals_again, SUMS, again_sums, COUNT(again_sums)));
  OK(F(gleaner_quantile_init)(&quantile, 1, counters, COUNT(counters)));
  OK(F(gleaner_quantile_init)(&quantile_again, 2, again_counters, COUNT(again_counters)));
  OK(F(gleaner_poisson_init)(&poisson, 1, 2, &budget));
  OK(F(gleaner_poisson_init)(&poisson_again, 2, 1, NULL));
  for (i = 0; i < 40; i++) {
    const real vector[SUMS] = {draw(&state), 1, draw(&state)};
    OK(F(gleaner_totals_observe)(&totals, vector, SUMS));
    OK(F(gleaner_quantile_observe)(&quantile, vector[0] * vector[0]));
    OK(F(gleaner_poisson_offer)(&poisson, vector[2] * vector[2], &decision));
  }
  OK(F(gleaner_totals_save)(&totals, bytes, sizeof bytes, &length));
  CHECK(length == GLEANER_TOTALS_SNAPSHOT_LEN(sizeof(real), SUMS) && length == F(gleaner_totals_snapshot_len)(SUMS));
  OK(F(gleaner_totals_restore)(&totals_again, bytes, length));
  CHECK(memcmp(sums, again_sums, sizeof sums) == 0 && totals_again.count == 40);
  STATUS(GLEANER_ERROR_OBJECT, F(gleaner_quantile_restore)(&quantile_again, bytes, length));
  OK(F(gleaner_quantile_save)(&quantile, bytes, sizeof bytes, &length));
  CHECK(length == GLEANER_QUANTILE_SNAPSHOT_LEN(sizeof(real), OCTAVES));
  CHECK(length == F(gleaner_quantile_snapshot_len)(OCTAVES));
  OK(F(gleaner_quantile_restore)(&quantile_again, bytes, length));
  CHECK(memcmp(counters, again_counters, sizeof counters) == 0 && quantile_again.state.highest == 1);
  OK(F(gleaner_poisson_save)(&poisson, bytes, sizeof bytes, &length));
  CHECK(length == GLEANER_POISSON_SNAPSHOT_LEN(sizeof(real)) && length == F(gleaner_poisson_snapshot_len)());
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_poisson_save)(&poisson, other, length - 1, &length));
  OK(F(gleaner_poisson_restore)(&poisson_again, bytes, length));
  for (i = 0; i < 40; i++) {
    const real score = draw(&state) + 2;
    OK(F(gleaner_poisson_offer)(&poisson, score, &expected));
    OK(F(gleaner_poisson_offer)(&poisson_again, score, &decision));
    CHECK(decision.kept == expected.kept && decision.weight == expected.weight);
  }
}

static real memory[MEMORY], again_memory[MEMORY];
static struct F(gleaner_item) items[ITEMS], again_items[ITEMS];
static struct F(gleaner_selector) selector, again;

static void feed(struct F(gleaner_selector) *target, uint32_t from, uint32_t to)
{
  struct F(gleaner_verdict) verdict;
  uint32_t i;
  size_t feature;
  for (i = from; i < to; i++) {
    uint32_t state = i;
    real x[INPUTS];
    for (feature = 0; feature < INPUTS; feature++) {
      x[feature] = draw(&state);
    }
    OK(F(gleaner_selector_offer)(target, x, INPUTS, NULL, 0, &verdict));
  }
}

/* Refused with this status, and bit for bit as before. */
static void refused(gleaner_status expected, size_t length)
{
  static struct F(gleaner_selector) selector_before;
  static real memory_before[MEMORY];
  static struct F(gleaner_item) items_before[ITEMS];
  selector_before = again;
  memcpy(memory_before, again_memory, sizeof again_memory);
  memcpy(items_before, again_items, sizeof again_items);
  STATUS(expected, F(gleaner_selector_restore)(&again, other, length));
  CHECK(memcmp(&selector_before, &again, sizeof again) == 0);
  CHECK(memcmp(memory_before, again_memory, sizeof again_memory) == 0);
  CHECK(memcmp(items_before, again_items, sizeof again_items) == 0);
}

static void selectors(void)
{
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  struct gleaner_snapshot_header header;
  size_t length, again_length, i;
  options.seed = 11;
  OK(F(gleaner_selector_init)(&selector, &net, &options, memory, MEMORY, items, ITEMS));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_save)(&again, bytes, sizeof bytes, &length));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_restore)(&again, bytes, sizeof bytes));
  options.seed = 12;
  OK(F(gleaner_selector_init)(&again, &net, &options, again_memory, MEMORY, again_items, ITEMS));
  feed(&selector, 0, 100);
  OK(F(gleaner_selector_save)(&selector, bytes, sizeof bytes, &length));
  CHECK(length == GLEANER_SELECTOR_SNAPSHOT_LEN(sizeof(real), INPUTS, ORDER, ITEMS));
  CHECK(length == F(gleaner_selector_snapshot_len)(INPUTS, ORDER, ITEMS));
  OK(gleaner_snapshot_read(bytes, sizeof bytes, &header));
  CHECK(header.object == GLEANER_OBJECT_SELECTOR && header.scalar == sizeof(real));
  CHECK(header.model == net.id && header.length == length);

  memset(other, 0xFF, sizeof other);
  STATUS(GLEANER_ERROR_BLANK, gleaner_snapshot_read(other, sizeof other, &header));
  refused(GLEANER_ERROR_BLANK, sizeof other);
  memcpy(other, bytes, length);
  refused(GLEANER_ERROR_DAMAGED, length - 1);
  for (i = 0; i < length; i++) {
    other[i] ^= 0x10;
    refused(GLEANER_ERROR_DAMAGED, length);
    other[i] ^= 0x10;
  }
  STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_restore)(&again, NULL, length));
  again.state.model_id++;
  refused(GLEANER_ERROR_IDENTITY, length);
  again.state.model_id--;
  again.options.uniform = (real)0.5;
  refused(GLEANER_ERROR_OBJECT, length);
  again.options.uniform = 0;

  feed(&again, 500, 600);
  OK(F(gleaner_selector_restore)(&again, bytes, length));
  feed(&selector, 100, 200);
  feed(&again, 100, 200);
  OK(F(gleaner_selector_save)(&selector, bytes, sizeof bytes, &length));
  OK(F(gleaner_selector_save)(&again, other, sizeof other, &again_length));
  CHECK(length == again_length && memcmp(bytes, other, length) == 0);
}

int main(void)
{
  factors();
  samplers();
  moments();
  running();
  selectors();
  CHECK(gleaner_status_text(GLEANER_ERROR_BLANK) != gleaner_status_text(GLEANER_ERROR_DAMAGED));
  puts("snapshot");
  return 0;
}
