/* A selector's whole life, printed bit by bit: the same program stands in life.rs in Rust. A copy of all
   its memory, taken in mid-stream, must go on as the original does. */
#include "net.h"

#define KEEP 20

static real memory[MEMORY], copied_memory[MEMORY];
static struct F(gleaner_item) items[KEEP + 1], copied_items[KEEP + 1];
static struct F(gleaner_selector) selector, copy;
static real slots[KEEP + 1][INPUTS + 1];
static struct F(gleaner_candidate) candidates[KEEP];
static real positions[GLEANER_POSITIONS_LEN(KEEP, ORDER)];

/* The next model: another second layer. */
static const real next_w2[HIDDEN] = {(real)-0.5, (real)1.25, (real)0.75, (real)1.0};
static const struct F(gleaner_layer) next_layers[2] = {
  {net_w1, net_b1, INPUTS, HIDDEN, GLEANER_ACTIVATION_RELU, {0, 0, 0}},
  {next_w2, NULL, HIDDEN, 1, GLEANER_ACTIVATION_IDENTITY, {0, 0, 0}},
};
static const struct F(gleaner_model) next = {
  GLEANER_ABI, 78, next_layers, 2, INPUTS, 0, net_mean, net_scale, NULL, NULL, 0, NULL, NULL,
};

static void number(real value)
{
  double wide = (double)value;
  uint64_t bits;
  memcpy(&bits, &wide, sizeof bits);
  printf(" %08lx%08lx", (unsigned long)(bits >> 32), (unsigned long)(bits & 0xffffffffu));
}

static void print_sample(const char *what)
{
  struct F(gleaner_stats) stats;
  struct F(gleaner_kept) kept;
  size_t i, count;
  OK(F(gleaner_selector_stats)(&selector, &stats));
  OK(F(gleaner_selector_count)(&selector, &count));
  CHECK(count == stats.kept);
  printf("%s %lu %lu %lu %lu %lu %lu", what, (unsigned long)stats.counters.seen,
      (unsigned long)stats.counters.accepted, (unsigned long)stats.counters.evicted,
      (unsigned long)stats.counters.refused_not_finite, (unsigned long)stats.kept, (unsigned long)selector.state.period);
  number(stats.threshold);
  number(stats.effective_size);
  number(stats.counters.highest_dropped);
  printf("\n");
  for (i = 0; i < count; i++) {
    OK(F(gleaner_selector_kept)(&selector, i, &kept));
    printf("%lu %lu", (unsigned long)kept.sequence, (unsigned long)kept.slot);
    number(kept.score);
    number(kept.weight);
    printf("\n");
  }
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_selector_kept)(&selector, count, &kept));
}

static real label_of(const real *x)
{
  return (real)(x[0] + x[1] > x[2] ? 1 : 0);
}

static void stream(uint32_t from, uint32_t to, int labelled)
{
  struct F(gleaner_verdict) verdict;
  uint32_t i, slot;
  OK(F(gleaner_selector_free_slot)(&selector, &slot));
  for (i = from; i < to; i++) {
    real *x = slots[slot];
    reading(i, x);
    x[INPUTS] = label_of(x);
    if (i % 101 == 0) {
      const real broken[INPUTS] = {(real)NAN, 0, 0};
      STATUS(GLEANER_ERROR_NOT_FINITE,
          F(gleaner_selector_offer)(&selector, broken, INPUTS, &x[INPUTS], labelled, &verdict));
    }
    OK(F(gleaner_selector_offer)(&selector, x, INPUTS, &x[INPUTS], labelled, &verdict));
    CHECK(verdict.form == GLEANER_FORM_EXACT && verdict.leverage >= 0 && verdict.leverage <= 1);
    slot = verdict.free_slot;
  }
}

static int32_t recall(void *context, uint32_t slot, real *x, size_t x_len, real *label, size_t label_len)
{
  CHECK(context == (void *)slots && x_len == INPUTS && slot <= KEEP);
  memcpy(x, slots[slot], sizeof(real) * INPUTS);
  if (label_len == 1) {
    *label = slots[slot][INPUTS];
  }
  return 0;
}

static void swap(void)
{
  static real spare[MEMORY];
  static struct F(gleaner_item) spare_items[KEEP + 1];
  memcpy(spare, memory, sizeof memory);
  memcpy(spare_items, items, sizeof items);
  memcpy(memory, copied_memory, sizeof memory);
  memcpy(items, copied_items, sizeof items);
  memcpy(copied_memory, spare, sizeof memory);
  memcpy(copied_items, spare_items, sizeof items);
}

static void life(int32_t objective, int32_t scaling)
{
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  const int labelled = objective != GLEANER_OBJECTIVE_PREDICTION;
  options.objective = objective;
  options.scaling = scaling;
  options.uniform = (real)0.25;
  options.seed = 5;
  OK(F(gleaner_selector_init)(&selector, &net, &options, memory, MEMORY, items, KEEP + 1));
  stream(0, 700, labelled);
  print_sample("half");

  /* What the copy will have become is compared with what the original became. */
  copy = selector;
  memcpy(copied_memory, memory, sizeof memory);
  memcpy(copied_items, items, sizeof items);
  stream(700, 2000, labelled);
  print_sample("first");
  {
    struct F(gleaner_selector) ended = selector;
    swap();
    selector = copy;
    stream(700, 2000, labelled);
    CHECK(memcmp(&selector.generator, &ended.generator, 16) == 0);
    CHECK(same_counters(&selector.state.counters, &ended.state.counters));
    CHECK(selector.state.reservoir.seen == ended.state.reservoir.seen && selector.state.reservoir.threshold == ended.state.reservoir.threshold);
    CHECK(selector.state.reservoir.heavy == ended.state.reservoir.heavy && selector.state.reservoir.light == ended.state.reservoir.light);
    CHECK(selector.state.reservoir.free_slot == ended.state.reservoir.free_slot);
    CHECK(memcmp(memory, copied_memory, sizeof memory) == 0);
    CHECK(same_items(items, copied_items, KEEP + 1));
  }

  OK(F(gleaner_selector_rebase)(&selector, &next, recall, slots));
  print_sample("rebased");
  stream(2000, 2500, labelled);
  print_sample("next");
  OK(F(gleaner_selector_begin_period)(&selector));
  print_sample("empty");
  stream(2500, 2600, labelled);
  print_sample("second");
  OK(F(gleaner_selector_thin)(&selector, 6, candidates, KEEP, positions, GLEANER_POSITIONS_LEN(KEEP, ORDER), recall,
                              slots));
  print_sample("thinned");
}

int main(void)
{
  life(GLEANER_OBJECTIVE_PREDICTION, GLEANER_SCALING_MODEL);
  life(GLEANER_OBJECTIVE_LOGISTIC, GLEANER_SCALING_MODEL);
  life(GLEANER_OBJECTIVE_RESIDUAL, GLEANER_SCALING_RUNNING);
  return 0;
}
