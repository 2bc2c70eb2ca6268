/* Functions that take an object as const, run side by side on one object: under ThreadSanitizer none writes to it. */
#include "net.h"

#include <pthread.h>

enum { KEEP = 8, READERS = 4, TURNS = 200 };

static real memory[MEMORY], factor_memory[GLEANER_FACTOR_LEN(ORDER)], moments_memory[GLEANER_MOMENTS_LEN(INPUTS)];
static struct F(gleaner_item) items[KEEP + 1], reservoir_items[KEEP + 1], top_items[KEEP + 1];
static struct F(gleaner_selector) selector;
static struct F(gleaner_factor) factor;
static struct F(gleaner_moments) moments;
static struct F(gleaner_reservoir) reservoir;
static struct F(gleaner_top) top;
static const uint8_t payloads[KEEP + 1][4];
static uint8_t records[READERS][GLEANER_RECORD_LEN(KEEP, 4)];

#define SNAPSHOT GLEANER_SELECTOR_SNAPSHOT_LEN(sizeof(real), INPUTS, ORDER, KEEP + 1)
static uint8_t snapshots[READERS][SNAPSHOT];

static void fill(void)
{
  struct F(gleaner_verdict) verdict;
  struct F(gleaner_outcome) outcome;
  real x[INPUTS], row[PARAMETERS + 1], work[WORK], online;
  struct F(gleaner_row_report) report;
  uint32_t i;
  OK(F(gleaner_selector_init)(&selector, &net, NULL, memory, MEMORY, items, KEEP + 1));
  OK(F(gleaner_factor_init)(&factor, ORDER, 1, factor_memory, COUNT(factor_memory)));
  OK(F(gleaner_moments_init)(&moments, INPUTS, moments_memory, COUNT(moments_memory)));
  OK(F(gleaner_reservoir_init)(&reservoir, 1, reservoir_items, KEEP + 1));
  OK(F(gleaner_top_init)(&top, top_items, KEEP + 1));
  for (i = 0; i < 100; i++) {
    reading(i, x);
    OK(F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
    OK(F(gleaner_model_row)(&net, x, INPUTS, 0, NULL, work, WORK, row, PARAMETERS + 1, &report));
    OK(F(gleaner_model_leave_out_gauge)(&net, row, PARAMETERS + 1));
    OK(F(gleaner_factor_observe)(&factor, row, ORDER, 1, &online));
    OK(F(gleaner_moments_observe)(&moments, x, INPUTS));
    OK(F(gleaner_reservoir_offer)(&reservoir, verdict.score, &outcome));
    OK(F(gleaner_top_offer)(&top, verdict.score, &outcome));
  }
}

static void read_selector(size_t who)
{
  struct F(gleaner_selector) copy;
  struct F(gleaner_stats) stats;
  struct F(gleaner_kept) kept;
  real copied_memory[MEMORY];
  struct F(gleaner_item) copied_items[KEEP + 1];
  uint32_t slot;
  size_t count, written;
  OK(F(gleaner_selector_count)(&selector, &count));
  OK(F(gleaner_selector_free_slot)(&selector, &slot));
  OK(F(gleaner_selector_kept)(&selector, count - 1, &kept));
  OK(F(gleaner_selector_stats)(&selector, &stats));
  CHECK(count == KEEP && stats.counters.seen == 100);
  OK(F(gleaner_selector_copy)(&selector, &copy, copied_memory, MEMORY, copied_items, KEEP + 1));
  OK(F(gleaner_selector_record)(&selector, payloads[0], 4, records[who], sizeof records[who], &written));
  OK(F(gleaner_selector_save)(&selector, snapshots[who], SNAPSHOT, &written));
}

static void read_others(size_t who)
{
  struct F(gleaner_score) score;
  struct F(gleaner_kept) kept;
  real scratch[ORDER], solution[ORDER - 1], packed[ORDER * (ORDER + 1) / 2], row[PARAMETERS + 1], work[WORK];
  real x[INPUTS], result[INPUTS], value, condition;
  struct F(gleaner_row_report) report;
  size_t rank, count, written;
  reading(7, x);
  OK(F(gleaner_model_value)(&net, x, INPUTS, 0, work, WORK, &value));
  OK(F(gleaner_model_norm)(&net, x, INPUTS, 0, NULL, work, WORK, &value));
  OK(F(gleaner_model_row)(&net, x, INPUTS, 0, NULL, work, WORK, row, PARAMETERS + 1, &report));
  OK(F(gleaner_model_leave_out_gauge)(&net, row, PARAMETERS + 1));
  OK(F(gleaner_factor_score)(&factor, row, ORDER, scratch, ORDER, &score));
  OK(F(gleaner_factor_rank)(&factor, &rank));
  OK(F(gleaner_factor_condition)(&factor, &condition));
  OK(F(gleaner_factor_packed)(&factor, packed, COUNT(packed)));
  OK(F(gleaner_factor_solve)(&factor, solution, ORDER - 1));
  OK(F(gleaner_factor_save)(&factor, snapshots[who], SNAPSHOT, &written));
  OK(F(gleaner_moments_mean)(&moments, 0, &value));
  OK(F(gleaner_moments_variance)(&moments, 0, &value));
  OK(F(gleaner_moments_standardise)(&moments, x, INPUTS, result, INPUTS));
  OK(F(gleaner_moments_save)(&moments, snapshots[who], SNAPSHOT, &written));
  OK(F(gleaner_reservoir_count)(&reservoir, &count));
  OK(F(gleaner_reservoir_kept)(&reservoir, count - 1, &kept));
  OK(F(gleaner_reservoir_effective_size)(&reservoir, &value));
  OK(F(gleaner_reservoir_save)(&reservoir, snapshots[who], SNAPSHOT, &written));
  OK(F(gleaner_top_count)(&top, &count));
  OK(F(gleaner_top_kept)(&top, count - 1, &kept));
  OK(F(gleaner_top_save)(&top, snapshots[who], SNAPSHOT, &written));
}

static void *reader(void *number)
{
  size_t who = *(const size_t *)number, i;
  for (i = 0; i < TURNS; i++) {
    read_selector(who);
    read_others(who);
  }
  return NULL;
}

int main(void)
{
  pthread_t threads[READERS];
  size_t numbers[READERS], i;
  fill();
  for (i = 0; i < READERS; i++) {
    numbers[i] = i;
    CHECK(pthread_create(&threads[i], NULL, reader, &numbers[i]) == 0);
  }
  for (i = 0; i < READERS; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(memcmp(records[i], records[0], sizeof records[0]) == 0);
  }
  puts("readers");
  return 0;
}
