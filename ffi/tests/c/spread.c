/* Thinning of a reservoir and the pivotal sampler: chances, weights, room, spread. */
#include "check.h"

enum { STREAM = 400, MANY = 80, KEEP = 20, WAITING = 8 };

static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(MANY)];
static struct F(gleaner_candidate) waiting[WAITING];
static real memory[GLEANER_POSITIONS_LEN(WAITING, 2)];
/* A position for each slot, with a scalar between. */
static real places[(MANY + 1) * 3];

static real at(int i)
{
  return (real)(i % 100) / 100;
}

static void fill(struct F(gleaner_reservoir) *reservoir, uint64_t seed)
{
  struct F(gleaner_outcome) outcome;
  uint32_t slot = 0;
  int i;
  OK(F(gleaner_reservoir_init)(reservoir, seed, items, MANY + 1));
  for (i = 0; i < STREAM; i++) {
    places[slot * 3] = at(i);
    places[slot * 3 + 1] = 1;
    OK(F(gleaner_reservoir_offer)(reservoir, i == 77 ? 1000 : 1 + at(i), &outcome));
    slot = outcome.free_slot;
  }
}

struct context {
  int asked;
};

static void position(void *context, const struct F(gleaner_kept) *kept, real *to, size_t to_len)
{
  struct context *own = context;
  CHECK(to_len == 2 && to[0] == 0 && to[1] == 0 && kept->weight >= 1 && kept->slot <= MANY);
  to[0] = places[kept->slot * 3];
  to[1] = places[kept->slot * 3 + 1];
  own->asked++;
}

/* The sum of the positions over the kept, weighted, and how many are kept. */
static double estimate(const struct F(gleaner_reservoir) *reservoir, size_t *count)
{
  struct F(gleaner_kept) kept;
  unsigned char taken[MANY + 1] = {0};
  double sum = 0;
  size_t i;
  OK(F(gleaner_reservoir_count)(reservoir, count));
  for (i = 0; i < *count; i++) {
    OK(F(gleaner_reservoir_kept)(reservoir, i, &kept));
    CHECK(kept.slot <= MANY && !taken[kept.slot] && kept.slot != reservoir->state.free_slot);
    CHECK(places[kept.slot * 3] == at((int)kept.sequence));
    taken[kept.slot] = 1;
    sum += (double)(kept.weight * places[kept.slot * 3]);
  }
  return sum;
}

static void thin(void)
{
  struct F(gleaner_positions) positions;
  struct F(gleaner_reservoir) reservoir, before;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_item) first[KEEP];
  struct context context = {0};
  double total = 0, squares = 0, alone = 0, all[2] = {0, 0};
  size_t count;
  int i;
  memset(&positions, 0, sizeof positions);
  memset(&reservoir, 0, sizeof reservoir);
  positions.dimensions = 2;
  positions.positions = places;
  positions.stride = 3;
  STATUS(GLEANER_ERROR_STATE, F(gleaner_reservoir_thin)(&reservoir, KEEP, &positions, waiting, WAITING, memory, COUNT(memory)));
  fill(&reservoir, 3);
  before = reservoir;
  STATUS(GLEANER_ERROR_NULL, F(gleaner_reservoir_thin)(&reservoir, KEEP, NULL, waiting, WAITING, memory, COUNT(memory)));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_reservoir_thin)(&reservoir, KEEP, &positions, waiting, 0, memory, COUNT(memory)));
  STATUS(GLEANER_ERROR_LENGTH,
      F(gleaner_reservoir_thin)(&reservoir, KEEP, &positions, waiting, WAITING, memory, COUNT(memory) - 1));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_reservoir_thin)(&reservoir, 0, &positions, waiting, WAITING, memory, COUNT(memory)));
  positions.stride = 1;
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_reservoir_thin)(&reservoir, KEEP, &positions, waiting, WAITING, memory, COUNT(memory)));
  positions.stride = (size_t)-1 / 2;
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_reservoir_thin)(&reservoir, KEEP, &positions, waiting, WAITING, memory, COUNT(memory)));
  positions.stride = 3;
  CHECK(memcmp(&before, &reservoir, sizeof before) == 0);
  estimate(&reservoir, &count);
  CHECK(count == MANY);
  OK(F(gleaner_reservoir_thin)(&reservoir, MANY, &positions, waiting, WAITING, memory, COUNT(memory)));
  CHECK(memcmp(&before, &reservoir, sizeof before) == 0);

  OK(F(gleaner_reservoir_thin)(&reservoir, KEEP, &positions, waiting, WAITING, memory, COUNT(memory)));
  estimate(&reservoir, &count);
  CHECK(count == KEEP);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_reservoir_offer)(&reservoir, 1, &outcome));
  memcpy(first, items, sizeof first);
  /* The same by a function, which is asked for all but the one that is kept for certain. */
  fill(&reservoir, 3);
  positions.position = position;
  positions.context = &context;
  positions.positions = NULL;
  OK(F(gleaner_reservoir_thin)(&reservoir, KEEP, &positions, waiting, WAITING, memory, COUNT(memory)));
  CHECK(same_items(first, items, KEEP) && context.asked == MANY - 1);
  OK(F(gleaner_reservoir_clear)(&reservoir));
  OK(F(gleaner_reservoir_offer)(&reservoir, 1, &outcome));
  CHECK(outcome.kept == 1);

  /* Without bias, and nearer than without positions. */
  for (i = 0; i < STREAM; i++) {
    total += (double)at(i);
  }
  for (i = 0; i < 300; i++) {
    positions.dimensions = 2;
    fill(&reservoir, (uint64_t)(100 + i));
    OK(F(gleaner_reservoir_thin)(&reservoir, KEEP, &positions, waiting, WAITING, memory, COUNT(memory)));
    all[0] = estimate(&reservoir, &count) - total;
    all[1] += all[0];
    squares += all[0] * all[0];
    positions.dimensions = 0;
    positions.position = NULL;
    fill(&reservoir, (uint64_t)(100 + i));
    OK(F(gleaner_reservoir_thin)(&reservoir, KEEP, &positions, waiting, WAITING, NULL, 0));
    all[0] = estimate(&reservoir, &count) - total;
    alone += all[0] * all[0];
    positions.position = position;
  }
  CHECK(fabs(all[1] / 300) < 4 * sqrt(squares) / 300);
  CHECK(squares < alone);
}

static void pivotal(void)
{
  enum { SLOTS = KEEP + 2 };
  static struct F(gleaner_candidate) candidates[SLOTS];
  static real payloads[SLOTS];
  struct F(gleaner_pivotal) pivotal, before;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  real where[2] = {0, 1}, size;
  double weights = 0;
  size_t count, i;
  uint64_t sequence = 0;
  uint32_t slot = 0;
  memset(&pivotal, 0, sizeof pivotal);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_pivotal_offer)(&pivotal, 1, where, 2, &outcome));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_pivotal_init)(&pivotal, 1, 0, WAITING, 2, candidates, SLOTS, memory, COUNT(memory)));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_pivotal_init)(&pivotal, 1, 1, SLOTS, 0, candidates, SLOTS, memory, COUNT(memory)));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_pivotal_init)(&pivotal, 1, 1, WAITING, 2, candidates, SLOTS, memory, COUNT(memory) - 1));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_pivotal_init)(&pivotal, 1, 1, WAITING, 2, candidates, 0, memory, COUNT(memory)));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_pivotal_init)(&pivotal, 1, 1, WAITING, 2, NULL, SLOTS, memory, COUNT(memory)));
  STATUS(GLEANER_ERROR_ALIGNMENT,
      F(gleaner_pivotal_init)(&pivotal, 1, 1, WAITING, 2, (struct F(gleaner_candidate) *)((uintptr_t)candidates + 1),
          SLOTS - 1, memory, COUNT(memory)));
  CHECK(pivotal.tag == 0);
  /* Chances of 1/20 each: 400 readings keep 20. */
  OK(F(gleaner_pivotal_init)(&pivotal, 1, 20, WAITING, 2, candidates, SLOTS, memory, COUNT(memory)));
  for (i = 0; i < STREAM; i++) {
    payloads[slot] = at((int)i);
    where[0] = at((int)i);
    OK(F(gleaner_pivotal_offer)(&pivotal, 1, where, 2, &outcome));
    CHECK(outcome.free_slot == pivotal.state.free_slot && outcome.free_slot < SLOTS);
    slot = outcome.free_slot;
  }
  before = pivotal;
  STATUS(GLEANER_ERROR_SCORE, F(gleaner_pivotal_offer)(&pivotal, -1, where, 2, &outcome));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_pivotal_offer)(&pivotal, 1, where, 1, &outcome));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_pivotal_set_threshold)(&pivotal, 0));
  where[1] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_pivotal_offer)(&pivotal, 1, where, 2, &outcome));
  CHECK(memcmp(&before, &pivotal, sizeof before) == 0);
  where[1] = 1;
  OK(F(gleaner_pivotal_finish)(&pivotal));
  OK(F(gleaner_pivotal_count)(&pivotal, &count));
  CHECK(count == KEEP && pivotal.state.waiting == 0 && pivotal.state.refused == 0 && pivotal.state.seen == STREAM);
  for (i = 0; i < count; i++) {
    OK(F(gleaner_pivotal_kept)(&pivotal, i, &kept));
    CHECK(payloads[kept.slot] == at((int)kept.sequence) && fabs((double)kept.weight - 20) < 1e-4);
    weights += (double)kept.weight;
    sequence |= (uint64_t)1 << (kept.sequence % 64);
  }
  CHECK(fabs(weights - STREAM) < 1e-2 && sequence != 0);
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_pivotal_kept)(&pivotal, count, &kept));
  OK(F(gleaner_pivotal_effective_size)(&pivotal, &size));
  CHECK(fabs((double)size - KEEP) < 1e-3);

  /* All of chance 1: the slots run out, which is counted. */
  OK(F(gleaner_pivotal_clear)(&pivotal));
  OK(F(gleaner_pivotal_set_threshold)(&pivotal, 1));
  for (i = 0; i + 1 < SLOTS; i++) {
    OK(F(gleaner_pivotal_offer)(&pivotal, 5, where, 2, &outcome));
    CHECK(outcome.kept == 1 && outcome.dropped_any == 0);
  }
  before = pivotal;
  outcome.free_slot = 77;
  STATUS(GLEANER_ERROR_FULL, F(gleaner_pivotal_offer)(&pivotal, 5, where, 2, &outcome));
  CHECK(pivotal.state.refused == 1 && pivotal.state.seen == before.state.seen + 1 && outcome.free_slot == 77);
  CHECK(pivotal.state.settled == before.state.settled && memcmp(pivotal.generator, before.generator, 16) == 0);
  OK(F(gleaner_pivotal_offer)(&pivotal, 0, where, 2, &outcome));
  CHECK(outcome.kept == 0);
  pivotal.state.settled = SLOTS;
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_pivotal_count)(&pivotal, &count));
}

int main(void)
{
  thin();
  pivotal();
  puts("spread");
  return 0;
}
