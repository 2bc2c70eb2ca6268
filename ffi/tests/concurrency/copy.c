/* A copy of a selector: goes on as the original does, shares nothing with it, or is for reading only. */
#include "net.h"

enum { KEEP = 8, HALF = 150 };

struct whole {
  struct F(gleaner_selector) selector;
  real memory[MEMORY + 5];
  struct F(gleaner_item) items[KEEP + 3];
};

static struct whole live, copy, sharp;

/* Offers one reading; where the next payload goes, and a word of all that the verdict says. */
static uint32_t offer(struct F(gleaner_selector) *selector, uint32_t number)
{
  struct F(gleaner_verdict) verdict;
  real x[INPUTS];
  uint32_t bits;
  float score;
  reading(number, x);
  OK(F(gleaner_selector_offer)(selector, x, INPUTS, NULL, 0, &verdict));
  score = (float)verdict.score;
  memcpy(&bits, &score, sizeof bits);
  return bits * 31u + verdict.free_slot * 2u + verdict.kept;
}

static void same_sample(const struct F(gleaner_selector) *a, const struct F(gleaner_selector) *b)
{
  struct F(gleaner_kept) left, right;
  struct F(gleaner_stats) of_a, of_b;
  uint32_t slot_a = 1, slot_b = 2;
  size_t i;
  OK(F(gleaner_selector_stats)(a, &of_a));
  OK(F(gleaner_selector_stats)(b, &of_b));
  CHECK(of_a.kept == of_b.kept && of_a.threshold == of_b.threshold && of_a.effective_size == of_b.effective_size);
  CHECK(same_counters(&of_a.counters, &of_b.counters));
  OK(F(gleaner_selector_free_slot)(a, &slot_a));
  OK(F(gleaner_selector_free_slot)(b, &slot_b));
  CHECK(slot_a == slot_b);
  for (i = 0; i < of_a.kept; i++) {
    OK(F(gleaner_selector_kept)(a, i, &left));
    OK(F(gleaner_selector_kept)(b, i, &right));
    CHECK(left.slot == right.slot && left.sequence == right.sequence);
    CHECK(left.score == right.score && left.weight == right.weight);
  }
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_selector_kept)(b, of_a.kept, &right));
}

static void start(void)
{
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  uint32_t i;
  options.seed = 5;
  options.scaling = GLEANER_SCALING_RUNNING;
  OK(F(gleaner_selector_init)(&live.selector, &net, &options, live.memory, MEMORY, live.items, KEEP + 1));
  for (i = 0; i < HALF; i++) {
    offer(&live.selector, i);
  }
}

static void copy_goes_on_alone(void)
{
  uint32_t verdicts[HALF], i;
  OK(F(gleaner_selector_copy)(&live.selector, &copy.selector, copy.memory, COUNT(copy.memory), copy.items,
      COUNT(copy.items)));
  CHECK(copy.selector.memory == copy.memory && copy.selector.memory_len == MEMORY);
  CHECK(copy.selector.items == copy.items && copy.selector.items_len == KEEP + 1);
  same_sample(&live.selector, &copy.selector);

  /* What happens to the original is nothing to the copy, and the other way round. */
  sharp = live;
  for (i = 0; i < HALF; i++) {
    verdicts[i] = offer(&live.selector, HALF + i);
  }
  CHECK(memcmp(copy.memory, sharp.memory, MEMORY * sizeof(real)) == 0);
  CHECK(same_items(copy.items, sharp.items, KEEP + 1));
  sharp = live;
  memset(&live, 0xA5, sizeof live);
  for (i = 0; i < HALF; i++) {
    CHECK(offer(&copy.selector, HALF + i) == verdicts[i]);
  }
  live = sharp;
  same_sample(&live.selector, &copy.selector);
  CHECK(memcmp(copy.memory, live.memory, MEMORY * sizeof(real)) == 0);
}

static int32_t recall(void *context, uint32_t slot, real *x, size_t x_len, real *label, size_t label_len)
{
  CHECK(context == NULL && slot <= KEEP && x_len == INPUTS && label != NULL && label_len == 0);
  reading(slot, x);
  return 0;
}

static void copy_to_read_cannot_change(void)
{
  static const uint8_t payloads[KEEP + 1][4];
  static uint8_t record[GLEANER_RECORD_LEN(KEEP, 4)], again[sizeof record];
  static uint8_t bytes[GLEANER_SELECTOR_SNAPSHOT_LEN(sizeof(real), INPUTS, ORDER, KEEP + 1)];
  static struct F(gleaner_selector) before;
  static const real packed[ORDER * (ORDER + 1) / 2];
  const struct F(gleaner_pilot) pilot = {packed, COUNT(packed), 0, 0, 0, 77, GLEANER_OBJECTIVE_PREDICTION, 0, 0};
  struct F(gleaner_verdict) verdict;
  real x[INPUTS];
  size_t written = 0;
  OK(F(gleaner_selector_copy)(&live.selector, &copy.selector, NULL, 0, copy.items, KEEP + 1));
  CHECK(copy.selector.memory == NULL && copy.selector.memory_len == 0);
  /* Length 0 is an empty buffer, whatever the pointer. */
  OK(F(gleaner_selector_copy)(&live.selector, &copy.selector, copy.memory, 0, copy.items, KEEP + 1));
  CHECK(copy.selector.memory == NULL);
  same_sample(&live.selector, &copy.selector);
  OK(F(gleaner_selector_record)(&live.selector, payloads[0], 4, record, sizeof record, &written));
  CHECK(written == sizeof record);
  OK(F(gleaner_selector_record)(&copy.selector, payloads[0], 4, again, sizeof again, &written));
  CHECK(memcmp(record, again, sizeof record) == 0);

  memcpy(&before, &copy.selector, sizeof before);
  reading(1, x);
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_offer)(&copy.selector, x, INPUTS, NULL, 0, &verdict));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_start)(&copy.selector, &pilot));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_save)(&copy.selector, bytes, sizeof bytes, &written));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_rebase)(&copy.selector, &net, recall, NULL));
  CHECK(memcmp(&before, &copy.selector, sizeof before) == 0);
  /* The original takes the same calls. */
  OK(F(gleaner_selector_rebase)(&live.selector, &net, recall, NULL));
  OK(F(gleaner_selector_offer)(&live.selector, x, INPUTS, NULL, 0, &verdict));
  OK(F(gleaner_selector_save)(&live.selector, bytes, sizeof bytes, &written));
  OK(F(gleaner_selector_start)(&live.selector, &pilot));
}

static void refusals_change_nothing(void)
{
  static struct F(gleaner_selector) unset;
  struct F(gleaner_reservoir) other;
  memset(&copy, 0x5A, sizeof copy);
  memcpy(&sharp, &copy, sizeof sharp);
  STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_copy)(NULL, &copy.selector, copy.memory, MEMORY, copy.items, KEEP + 1));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_copy)(&live.selector, NULL, copy.memory, MEMORY, copy.items, KEEP + 1));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_copy)(&live.selector, &copy.selector, NULL, MEMORY, copy.items, KEEP + 1));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_copy)(&live.selector, &copy.selector, copy.memory, MEMORY, NULL, KEEP + 1));
  STATUS(GLEANER_ERROR_ALIGNMENT, F(gleaner_selector_copy)(&live.selector, &copy.selector,
                                      (real *)((uintptr_t)copy.memory + 1), MEMORY, copy.items, KEEP + 1));
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_selector_copy)(&live.selector, &copy.selector, copy.memory, (size_t)-1,
                                 copy.items, KEEP + 1));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_copy)(&unset, &copy.selector, copy.memory, MEMORY, copy.items, KEEP + 1));
  OK(F(gleaner_reservoir_init)(&other, 1, sharp.items, KEEP + 1));
  memcpy(&unset, &other, sizeof other);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_copy)(&unset, &copy.selector, copy.memory, MEMORY, copy.items, KEEP + 1));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_copy)(&live.selector, &copy.selector, copy.memory, MEMORY - 1, copy.items, KEEP + 1));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_copy)(&live.selector, &copy.selector, copy.memory, MEMORY, copy.items, KEEP));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_copy)(&live.selector, &copy.selector, copy.memory, MEMORY, NULL, 0));
  memset(sharp.items, 0x5A, sizeof sharp.items);
  CHECK(memcmp(&sharp, &copy, sizeof copy) == 0);
}

int main(void)
{
  start();
  copy_goes_on_alone();
  copy_to_read_cannot_change();
  refusals_change_nothing();
  puts("copy");
  return 0;
}
