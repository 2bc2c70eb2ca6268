/* A store of the selector over flash that fails now and then and holds what the fuzzer likes. */
#ifndef STORE_H
#define STORE_H

#include "selector.h"

#define STORE_PAYLOAD 5

static struct store {
  struct F(gleaner_store) object;
  struct gleaner_flash flash;
  uint8_t *bytes, *marks, *buffer;
  uint32_t *pages;
} store;

static void store_end(void)
{
  free(store.bytes);
  free(store.marks);
  free(store.buffer);
  free(store.pages);
  memset(&store, 0, sizeof store);
}

static int fails(void)
{
  return byte() == 255;
}

static int32_t flash_read(void *context, uint32_t address, uint8_t *to, size_t length)
{
  CHECK(context == &store && (size_t)address + length <= store.flash.length);
  memcpy(to, store.bytes + address, length);
  return fails();
}

static int32_t flash_write(void *context, uint32_t address, const uint8_t *from, size_t length)
{
  CHECK(context == &store && (size_t)address + length <= store.flash.length);
  memcpy(store.bytes + address, from, length);
  return fails();
}

static int32_t flash_erase(void *context, uint32_t address, size_t length)
{
  CHECK(context == &store && (size_t)address + length <= store.flash.length);
  memset(store.bytes + address, 0xff, length);
  return fails();
}

static void store_init(void)
{
  const size_t slots = selector.items_len, pages = slots + below(4);
  const size_t payload = below(16) == 0 ? below(8) : STORE_PAYLOAD;
  const size_t longest = F(gleaner_selector_snapshot_len)(
      selector.net->sizes.inputs, selector.object.state.factor.order, selector.items_len);
  const uint32_t granule = (uint32_t)1 << below(4), block = granule << below(6);
  const size_t flash = gleaner_store_len(slots, pages, payload, longest, block);
  const size_t buffer = gleaner_store_buffer_len(slots, payload, longest, granule);
  struct argument a, b, c;
  store_end();
  if (flash > 1 << 20 || buffer > 1 << 16) {
    return;
  }
  store.bytes = room(flash);
  memset(store.bytes, 0xff, flash);
  store.marks = room(pages);
  store.buffer = room(buffer);
  store.pages = room(slots * sizeof *store.pages);
  store.flash.context = &store;
  store.flash.read = flash_read;
  store.flash.write = below(64) == 63 ? NULL : flash_write;
  store.flash.erase = flash_erase;
  store.flash.length = (uint32_t)flash;
  store.flash.granule = below(32) == 31 ? (uint32_t)count() : granule;
  store.flash.erase_block = below(32) == 31 ? (uint32_t)count() : block;
  a = argument(store.pages, slots, sizeof *store.pages);
  b = argument(store.marks, pages, 1);
  c = argument(store.buffer, buffer, 1);
  CLEAR(store.object);
  if (checked(F(gleaner_store_init)(&store.object, &selector.object, single(&store.flash), payload, 1 + (uint32_t)below(4),
          a.pointer, a.length, b.pointer, b.length, c.pointer, c.length)) != GLEANER_OK) {
    CHECK(is_clear(&store.object, sizeof store.object));
    store_end();
  }
}

static void store_forge(void)
{
  struct gleaner_store_state *state = &store.object.state;
  const size_t what = below(4);
  size_t i;
  if (what == 0) {
    state->commits = count();
    state->writes = count();
    state->area = (uint32_t)count();
    state->page = (uint32_t)count();
    state->pending = (uint32_t)count();
    state->recovered = byte();
    store.object.every = (uint32_t)count();
  } else if (what == 1) {
    for (i = 0; i < store.object.pages_len; i++) {
      store.pages[i] = (uint32_t)count();
    }
    fill(store.marks, store.object.marks_len);
  } else if (what == 2) {
    store.flash.granule = (uint32_t)count();
    store.flash.erase_block = (uint32_t)count();
  } else if (store.flash.length > 0) {
    for (i = below(16); i > 0; i--) {
      const size_t at = (size_t)(byte() | byte() << 8) % store.flash.length;
      store.bytes[at] = byte();
    }
  }
}

static void store_step(void)
{
  const size_t kind = below(12);
  const size_t payload_len = store.object.payload_len;
  struct F(gleaner_verdict) verdict;
  struct F(gleaner_kept) kept;
  struct argument given;
  uint8_t *payload;
  uint32_t found;
  real x[MOST_WIDTH], label[MOST_WIDTH] = {number()};
  gleaner_status status;
  if (selector.memory == NULL) {
    return;
  }
  if (store.bytes == NULL || kind == 0) {
    store_init();
    return;
  }
  if (kind == 1) {
    store_forge();
    return;
  }
  CLEAR(verdict);
  CLEAR(found);
  payload = room(payload_len);
  fill(payload, payload_len);
  given = argument(payload, payload_len, 1);
  stream_numbers(x, selector.net->model.inputs, 1);
  switch (kind) {
    case 2:
    case 3:
      status = F(gleaner_store_recover)(single(&store.object), single(&found));
      CHECK_OUTPUT(status, found);
      break;
    case 4:
      status = F(gleaner_store_commit)(single(&store.object));
      break;
    case 5:
      status = F(gleaner_store_begin_period)(single(&store.object));
      break;
    case 6:
    case 7:
      memset(&kept, 0, sizeof kept);
      kept.slot = (uint32_t)count();
      F(gleaner_selector_kept)(&selector.object, below(MOST_ITEMS), &kept);
      status = F(gleaner_store_read)(&store.object, single(&kept), given.pointer, given.length);
      break;
    default:
      status = F(gleaner_store_offer)(single(&store.object), x, selector.net->model.inputs, label, label_count(byte()),
          given.pointer, given.length, single(&verdict));
      CHECK_OUTPUT(status, verdict);
      break;
  }
  checked(status);
  /* Flash may have held any state. */
  selector.is_forged = 1;
  free(payload);
}

#endif
