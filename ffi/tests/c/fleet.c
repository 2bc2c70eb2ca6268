/* Samples of several devices become one; a stream that changes is noticed. */
#include "net.h"

#define DEVICES 5
#define KEEP 8
#define READINGS 200

static void merges(void)
{
  static struct F(gleaner_item) own_items[GLEANER_ITEMS_LEN(KEEP)], items[GLEANER_ITEMS_LEN(KEEP)];
  static struct F(gleaner_earlier) earlier[GLEANER_ITEMS_LEN(KEEP)];
  static int names[GLEANER_ITEMS_LEN(KEEP)];
  struct F(gleaner_reservoir) reservoir;
  struct F(gleaner_merge) merge;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  double total = 0, kept_total = 0;
  size_t count, i;
  int device, reading_number;
  memset(&merge, 0, sizeof merge);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_merge_offer)(&merge, 1, 1, &outcome));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_merge_init)(&merge, 1, items, earlier, 0));
  OK(F(gleaner_merge_init)(&merge, 1, items, earlier, GLEANER_ITEMS_LEN(KEEP)));
  for (device = 0; device < DEVICES; device++) {
    OK(F(gleaner_reservoir_init)(&reservoir, (uint64_t)device, own_items, GLEANER_ITEMS_LEN(KEEP)));
    for (reading_number = 1; reading_number <= READINGS; reading_number++) {
      OK(F(gleaner_reservoir_offer)(&reservoir, (real)reading_number, &outcome));
      total += reading_number;
    }
    for (i = 0; F(gleaner_reservoir_kept)(&reservoir, i, &kept) == GLEANER_OK; i++) {
      names[merge.state.free_slot] = device;
      OK(F(gleaner_merge_offer)(&merge, kept.score, kept.weight, &outcome));
    }
  }
  OK(F(gleaner_merge_count)(&merge, &count));
  CHECK(count == KEEP && merge.state.seen == DEVICES * KEEP);
  for (i = 0; i < count; i++) {
    OK(F(gleaner_merge_kept)(&merge, i, &kept));
    CHECK(kept.slot <= KEEP && names[kept.slot] < DEVICES && kept.weight >= 1);
    kept_total += (double)kept.score * (double)kept.weight;
  }
  CHECK(fabs(kept_total / total - 1) < 64 * EPSILON);
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_merge_kept)(&merge, count, &kept));
  STATUS(GLEANER_ERROR_SCORE, F(gleaner_merge_offer)(&merge, -1, 1, &outcome));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_merge_offer)(&merge, 1, 0, &outcome));
  CHECK(merge.state.seen == DEVICES * KEEP);
  OK(F(gleaner_merge_clear)(&merge));
  OK(F(gleaner_merge_count)(&merge, &count));
  CHECK(count == 0);
}

static void drifts(void)
{
  struct F(gleaner_drift) drift;
  real level = 0;
  uint32_t word = 7;
  int i, noticed = 0;
  OK(F(gleaner_drift_init)(&drift, 50, 0));
  for (i = 1; i <= 2000; i++) {
    word = word * 1664525u + 1013904223u;
    OK(F(gleaner_drift_observe)(&drift, (real)(5.0 / (50 + i) * (0.5 + word / 4294967296.0)), &level));
    CHECK(level < GLEANER_DRIFT_ALARM);
  }
  while (level < GLEANER_DRIFT_ALARM && noticed < 1000) {
    OK(F(gleaner_drift_observe)(&drift, (real)0.1, &level));
    noticed++;
  }
  CHECK(noticed <= 64 && drift.level == level);
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_drift_observe)(&drift, -1, &level));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_drift_observe)(NULL, 0, &level));
}

int main(void)
{
  merges();
  drifts();
  puts("fleet");
  return 0;
}
