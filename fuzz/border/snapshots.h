/* Snapshots of every object: saved, edited, sealed again, restored. */
#ifndef SNAPSHOTS_H
#define SNAPSHOTS_H

#include "factor.h"
#include "moments.h"
#include "selector.h"

/* CRC-32 as the header states it. */
static uint32_t checksum(const uint8_t *data, size_t length)
{
  uint32_t sum = 0xffffffffu;
  size_t i;
  int bit;
  for (i = 0; i < length; i++) {
    sum ^= data[i];
    for (bit = 0; bit < 8; bit++) {
      sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
    }
  }
  return ~sum;
}

static void put_word(uint8_t *target, uint32_t value)
{
  size_t i;
  for (i = 0; i < 4; i++) {
    target[i] = (uint8_t)(value >> 8 * i);
  }
}

/* A few edits, and mostly the right length and checksum. 1: nothing was edited. */
static int edit(uint8_t *snapshot, size_t length)
{
  const size_t edits = below(4);
  size_t i;
  for (i = 0; i < edits && length > 0; i++) {
    const size_t at = (size_t)(byte() | byte() << 8) % length;
    snapshot[at] = byte();
  }
  if (edits > 0 && length >= 12 && below(8) != 0) {
    put_word(snapshot + 4, (uint32_t)length);
    put_word(snapshot + length - 4, checksum(snapshot, length - 4));
  }
  return edits == 0;
}

/* What was saved last; it may be restored into any object. */
static uint8_t *snapshot;
static size_t snapshot_len;

static gleaner_status save(size_t kind, struct argument to, size_t *written)
{
  switch (kind) {
    case 0:
      return F(gleaner_factor_save)(single(&factors[0].object), to.pointer, to.length, written);
    case 1:
      return F(gleaner_reservoir_save)(single(&reservoir.object), to.pointer, to.length, written);
    case 2:
      return F(gleaner_top_save)(single(&top.object), to.pointer, to.length, written);
    case 3:
      return F(gleaner_moments_save)(single(&moments[0].object), to.pointer, to.length, written);
    default:
      return F(gleaner_selector_save)(single(&selector.object), to.pointer, to.length, written);
  }
}

static size_t most(size_t kind)
{
  switch (kind) {
    case 0:
      return F(gleaner_factor_snapshot_len)(factors[0].object.state.order);
    case 1:
      return F(gleaner_reservoir_snapshot_len)(reservoir.length);
    case 2:
      return F(gleaner_top_snapshot_len)(top.length);
    case 3:
      return F(gleaner_moments_snapshot_len)(moments[0].features);
    default:
      return F(gleaner_selector_snapshot_len)(
          selector.net != NULL ? selector.net->sizes.inputs : 0, selector.object.state.factor.order, selector.items_len);
  }
}

static void save_step(size_t kind)
{
  size_t length = most(kind), written;
  uint8_t *room_for_it;
  struct argument to;
  gleaner_status status;
  if (length > 1 << 16) {
    length = 1 << 10;
  }
  room_for_it = room(length);
  to = argument(room_for_it, length, 1);
  CLEAR(written);
  status = checked(save(kind, to, &written));
  CHECK_OUTPUT(status, written);
  if (status != GLEANER_OK) {
    free(room_for_it);
    return;
  }
  CHECK(written <= length);
  free(snapshot);
  snapshot = copied(room_for_it, written);
  snapshot_len = written;
  free(room_for_it);
}

/* Restores the last snapshot, edited or not; an error leaves the object as it was. */
static void restore_step(size_t kind)
{
  uint8_t *own = copied(snapshot, snapshot_len);
  const int is_whole = edit(own, snapshot_len);
  const struct argument from = argument(own, snapshot_len, 1);
  gleaner_status status;
  if (kind == 0) {
    factor_remember(&factors[0]);
    status = F(gleaner_factor_restore)(single(&factors[0].object), from.pointer, from.length);
    factor_compare(&factors[0], status);
    factors[0].is_forged |= status == GLEANER_OK && !is_whole;
  } else if (kind == 1) {
    const struct F(gleaner_reservoir) before = reservoir.object;
    status = F(gleaner_reservoir_restore)(single(&reservoir.object), from.pointer, from.length);
    CHECK(status == GLEANER_OK || memcmp(&before, &reservoir.object, sizeof before) == 0);
    reservoir.is_forged |= status == GLEANER_OK && !is_whole;
  } else if (kind == 2) {
    const struct F(gleaner_top) before = top.object;
    status = F(gleaner_top_restore)(single(&top.object), from.pointer, from.length);
    CHECK(status == GLEANER_OK || memcmp(&before, &top.object, sizeof before) == 0);
    top.is_forged |= status == GLEANER_OK && !is_whole;
  } else if (kind == 3) {
    const struct F(gleaner_moments) before = moments[0].object;
    status = F(gleaner_moments_restore)(single(&moments[0].object), from.pointer, from.length);
    CHECK(status == GLEANER_OK || memcmp(&before, &moments[0].object, sizeof before) == 0);
    moments[0].is_forged |= status == GLEANER_OK && !is_whole;
  } else {
    const struct selector before = selector;
    real *memory = copied(selector.memory, selector.memory_len * sizeof(real));
    void *items = copied(selector.items, selector.items_len * sizeof *selector.items);
    status = F(gleaner_selector_restore)(single(&selector.object), from.pointer, from.length);
    if (status != GLEANER_OK && !selector.is_forged) {
      selector_compare(&before, memory, items);
    }
    selector.is_forged |= status == GLEANER_OK && !is_whole;
    free(memory);
    free(items);
  }
  checked(status);
  free(own);
}

static int is_there(size_t kind)
{
  switch (kind) {
    case 0:
      return factors[0].memory != NULL;
    case 1:
      return reservoir.items != NULL;
    case 2:
      return top.items != NULL;
    case 3:
      return moments[0].memory != NULL;
    default:
      return selector.memory != NULL;
  }
}

static void snapshot_step(void)
{
  const size_t kind = below(5);
  if (!is_there(kind)) {
    return;
  }
  if (snapshot == NULL || below(2) == 0) {
    save_step(kind);
  } else {
    restore_step(kind);
  }
}

static void snapshots_end(void)
{
  free(snapshot);
  snapshot = NULL;
  snapshot_len = 0;
}

#endif
