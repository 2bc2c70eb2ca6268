/* A reservoir and a top k: calls in any order, states and items of any bits. */
#ifndef SAMPLERS_H
#define SAMPLERS_H

#include "input.h"

#define MOST_ITEMS 9

static struct reservoir {
  struct F(gleaner_reservoir) object;
  struct F(gleaner_item) *items;
  size_t length;
  int is_forged;
} reservoir;

static struct top {
  struct F(gleaner_top) object;
  struct F(gleaner_item) *items;
  size_t length;
  int is_forged;
} top;

static struct F(gleaner_item) *some_items(size_t length)
{
  struct F(gleaner_item) *items = room(length * sizeof *items);
  size_t i;
  /* Field by field: what lies between them is nobody's. */
  memset(items, 0, length * sizeof *items);
  for (i = 0; i < length; i++) {
    items[i].sequence = count();
    items[i].score = number();
    items[i].slot = (uint32_t)count();
  }
  return items;
}

/* Each kept sample's slot is its own, none is the free one, and weights are of samples that were kept by chance. */
static void check_kept(const struct F(gleaner_kept) *kept, size_t slots, uint32_t *taken)
{
  CHECK(kept->slot < slots && (*taken >> kept->slot & 1) == 0);
  *taken |= (uint32_t)1 << kept->slot;
  CHECK(kept->score > 0 && kept->score <= LARGEST);
  CHECK(kept->weight >= 1 && kept->weight <= LARGEST);
}

static void reservoir_init(void)
{
  const size_t length = below(MOST_ITEMS + 1);
  struct F(gleaner_item) *items = some_items(length);
  struct F(gleaner_reservoir) object;
  const struct argument given = argument(items, length, sizeof *items);
  gleaner_status status;
  CLEAR(object);
  status = checked(F(gleaner_reservoir_init)(&object, word(), given.pointer, given.length));
  if (status == GLEANER_OK) {
    free(reservoir.items);
    reservoir.object = object;
    reservoir.items = items;
    reservoir.length = given.length;
    reservoir.is_forged = 0;
  } else {
    CHECK(is_clear(&object, sizeof object));
    free(items);
  }
}

static void reservoir_forge(void)
{
  struct F(gleaner_reservoir_state) *state = &reservoir.object.state;
  const uint8_t what = byte();
  if (what & 1) {
    fill(reservoir.object.generator, sizeof reservoir.object.generator);
  }
  if (what & 2) {
    state->seen = count();
  }
  if (what & 4) {
    state->heavy = (size_t)count();
  }
  if (what & 8) {
    state->light = (size_t)count();
  }
  if (what & 16) {
    state->threshold = number();
  }
  if (what & 32) {
    state->compensation = number();
  }
  if (what & 64) {
    state->free_slot = (uint32_t)count();
  }
  if (what & 128) {
    struct F(gleaner_item) *items = some_items(reservoir.length);
    memcpy(reservoir.items, items, reservoir.length * sizeof *items);
    free(items);
  }
  reservoir.is_forged = 1;
}

static void reservoir_check(void)
{
  uint32_t taken = (uint32_t)1 << reservoir.object.state.free_slot;
  struct F(gleaner_kept) kept;
  size_t i, kept_count;
  CHECK(F(gleaner_reservoir_count)(&reservoir.object, &kept_count) == GLEANER_OK);
  CHECK(kept_count < reservoir.length && reservoir.object.state.free_slot < reservoir.length);
  for (i = 0; i < kept_count; i++) {
    CHECK(F(gleaner_reservoir_kept)(&reservoir.object, i, &kept) == GLEANER_OK);
    check_kept(&kept, reservoir.length, &taken);
  }
}

/* Many scores of the sequence. */
static void samplers_stream(void)
{
  struct F(gleaner_outcome) outcome;
  size_t offers = byte();
  sequence = byte();
  while (offers-- > 0) {
    const real score = (real)fabs((double)drawn());
    if (reservoir.items != NULL) {
      checked(F(gleaner_reservoir_offer)(&reservoir.object, score, &outcome));
    }
    if (top.items != NULL) {
      checked(F(gleaner_top_offer)(&top.object, score, &outcome));
    }
  }
}

static void reservoir_step(void)
{
  const size_t kind = below(16);
  struct F(gleaner_reservoir) before;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  size_t counted;
  real size;
  gleaner_status status;
  void *items;
  if (reservoir.items == NULL || kind == 0) {
    reservoir_init();
    return;
  }
  if (kind == 1) {
    reservoir_forge();
    return;
  }
  if (kind == 15) {
    samplers_stream();
  }
  CLEAR(outcome);
  CLEAR(kept);
  CLEAR(counted);
  CLEAR(size);
  before = reservoir.object;
  items = copied(reservoir.items, reservoir.length * sizeof *reservoir.items);
  if (kind == 2) {
    status = F(gleaner_reservoir_clear)(single(&reservoir.object));
  } else if (kind == 3) {
    status = F(gleaner_reservoir_count)(&reservoir.object, single(&counted));
    CHECK_OUTPUT(status, counted);
  } else if (kind == 4) {
    status = F(gleaner_reservoir_kept)(&reservoir.object, (size_t)count(), single(&kept));
    CHECK_OUTPUT(status, kept);
  } else if (kind == 5) {
    status = F(gleaner_reservoir_effective_size)(&reservoir.object, single(&size));
    CHECK_OUTPUT(status, size);
    CHECK(status != GLEANER_OK || reservoir.is_forged || is_size(size));
  } else {
    status = F(gleaner_reservoir_offer)(single(&reservoir.object), number(), single(&outcome));
    CHECK_OUTPUT(status, outcome);
    CHECK(status != GLEANER_OK || reservoir.is_forged || outcome.free_slot < reservoir.length);
  }
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(&before, &reservoir.object, sizeof before) == 0);
    CHECK(memcmp(items, reservoir.items, reservoir.length * sizeof *reservoir.items) == 0);
  }
  free(items);
  if (!reservoir.is_forged) {
    reservoir_check();
  }
}

static void top_init(void)
{
  const size_t length = below(MOST_ITEMS + 1);
  struct F(gleaner_item) *items = some_items(length);
  struct F(gleaner_top) object;
  const struct argument given = argument(items, length, sizeof *items);
  CLEAR(object);
  if (checked(F(gleaner_top_init)(&object, given.pointer, given.length)) == GLEANER_OK) {
    free(top.items);
    top.object = object;
    top.items = items;
    top.length = given.length;
    top.is_forged = 0;
  } else {
    CHECK(is_clear(&object, sizeof object));
    free(items);
  }
}

static void top_forge(void)
{
  const uint8_t what = byte();
  if (what & 1) {
    top.object.seen = count();
  }
  if (what & 2) {
    top.object.kept = (size_t)count();
  }
  if (what & 4) {
    top.object.free_slot = (uint32_t)count();
  }
  if (what & 8) {
    struct F(gleaner_item) *items = some_items(top.length);
    memcpy(top.items, items, top.length * sizeof *items);
    free(items);
  }
  top.is_forged = 1;
}

static void top_check(void)
{
  uint32_t taken = (uint32_t)1 << top.object.free_slot;
  struct F(gleaner_kept) kept;
  size_t i;
  CHECK(top.object.kept < top.length && top.object.free_slot < top.length);
  for (i = 0; i < top.object.kept; i++) {
    CHECK(F(gleaner_top_kept)(&top.object, i, &kept) == GLEANER_OK);
    check_kept(&kept, top.length, &taken);
    CHECK(kept.weight == 1);
  }
}

static void top_step(void)
{
  const size_t kind = below(16);
  struct F(gleaner_top) before;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  size_t counted;
  gleaner_status status;
  void *items;
  if (top.items == NULL || kind == 0) {
    top_init();
    return;
  }
  if (kind == 1) {
    top_forge();
    return;
  }
  CLEAR(outcome);
  CLEAR(kept);
  CLEAR(counted);
  before = top.object;
  items = copied(top.items, top.length * sizeof *top.items);
  if (kind == 2) {
    status = F(gleaner_top_clear)(single(&top.object));
  } else if (kind == 3) {
    status = F(gleaner_top_count)(&top.object, single(&counted));
    CHECK_OUTPUT(status, counted);
  } else if (kind == 4) {
    status = F(gleaner_top_kept)(&top.object, (size_t)count(), single(&kept));
    CHECK_OUTPUT(status, kept);
  } else {
    status = F(gleaner_top_offer)(single(&top.object), number(), single(&outcome));
    CHECK_OUTPUT(status, outcome);
  }
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(&before, &top.object, sizeof before) == 0);
    CHECK(memcmp(items, top.items, top.length * sizeof *top.items) == 0);
  }
  free(items);
  if (!top.is_forged) {
    top_check();
  }
}

static void samplers_end(void)
{
  free(reservoir.items);
  free(top.items);
  memset(&reservoir, 0, sizeof reservoir);
  memset(&top, 0, sizeof top);
}

#endif
