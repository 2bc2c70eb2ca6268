/* A store from C, on a flash that lies in memory: power fails at every write and erase, in the middle of it,
   and what comes back is the state of a commit, with its payloads. */
#include "net.h"

#define KEEP 8
#define ITEMS GLEANER_ITEMS_LEN(KEEP)
#define EVERY 5
#define PAGES (KEEP + EVERY)
#define READINGS 120
#define PAYLOAD 6
#define GRANULE 4
#define BLOCK 128
#define SNAPSHOT GLEANER_SELECTOR_SNAPSHOT_LEN(sizeof(real), INPUTS, ORDER, ITEMS)
#define FLASH GLEANER_STORE_LEN(ITEMS, PAGES, PAYLOAD, SNAPSHOT, BLOCK)
#define BUFFER GLEANER_STORE_BUFFER_LEN(ITEMS, PAYLOAD, SNAPSHOT, GRANULE)

struct memory {
  uint8_t bytes[FLASH];
  unsigned long operations, cut;
  int dead;
};

static struct memory flash_memory;

/* 1 where power fails now. */
static int fails(struct memory *memory)
{
  if (memory->dead || memory->operations++ == memory->cut) {
    memory->dead = 1;
    return 1;
  }
  return 0;
}

static int32_t read_flash(void *context, uint32_t address, uint8_t *bytes, size_t length)
{
  struct memory *memory = context;
  CHECK(address % GRANULE == 0 && length % GRANULE == 0 && address + length <= FLASH);
  memcpy(bytes, memory->bytes + address, length);
  return memory->dead;
}

static int32_t write_flash(void *context, uint32_t address, const uint8_t *bytes, size_t length)
{
  struct memory *memory = context;
  size_t i;
  int failed = memory->dead;
  CHECK(address % GRANULE == 0 && length % GRANULE == 0 && address + length <= FLASH);
  for (i = 0; i < length && !failed; i++) {
    CHECK(memory->bytes[address + i] == 0xFF);
  }
  if (!failed && fails(memory)) {
    memcpy(memory->bytes + address, bytes, length / 2);
    return 1;
  }
  if (!failed) {
    memcpy(memory->bytes + address, bytes, length);
  }
  return failed;
}

static int32_t erase_flash(void *context, uint32_t address, size_t length)
{
  struct memory *memory = context;
  CHECK(address % BLOCK == 0 && length % BLOCK == 0 && address + length <= FLASH);
  if (memory->dead || fails(memory)) {
    return 1;
  }
  memset(memory->bytes + address, 0xFF, length);
  return 0;
}

static const struct gleaner_flash flash = {
  &flash_memory, read_flash, write_flash, erase_flash, FLASH, GRANULE, BLOCK,
};

static real memory[MEMORY];
static struct F(gleaner_item) items[ITEMS];
static struct F(gleaner_selector) selector;
static struct F(gleaner_store) store;
static uint32_t pages[ITEMS];
static uint8_t marks[PAGES], buffer[BUFFER], bytes[SNAPSHOT];
static uint8_t expected[READINGS + 1][SNAPSHOT];

static void start(void)
{
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  options.seed = 5;
  OK(F(gleaner_selector_init)(&selector, &net, &options, memory, MEMORY, items, ITEMS));
  OK(F(gleaner_store_init)(&store, &selector, &flash, PAYLOAD, EVERY, pages, ITEMS, marks, PAGES, buffer, BUFFER));
}

static gleaner_status step(uint32_t number)
{
  struct F(gleaner_verdict) verdict;
  uint8_t payload[PAYLOAD] = {0};
  uint32_t state = number;
  real x[INPUTS];
  size_t i;
  for (i = 0; i < INPUTS; i++) {
    state = state * 1664525u + 1013904223u;
    x[i] = (real)((int32_t)state >> 8) / (real)8388608;
  }
  memcpy(payload, &number, sizeof number);
  return F(gleaner_store_offer)(&store, x, INPUTS, NULL, 0, payload, PAYLOAD, &verdict);
}

static void check_payloads(void)
{
  struct F(gleaner_kept) kept;
  size_t i;
  for (i = 0; F(gleaner_selector_kept)(&selector, i, &kept) == GLEANER_OK; i++) {
    uint8_t payload[PAYLOAD];
    uint32_t number;
    OK(F(gleaner_store_read)(&store, &kept, payload, PAYLOAD));
    memcpy(&number, payload, sizeof number);
    CHECK(number == kept.sequence);
  }
}

static void compare(uint64_t seen)
{
  size_t length;
  memset(bytes, 0, sizeof bytes);
  OK(F(gleaner_selector_save)(&selector, bytes, sizeof bytes, &length));
  CHECK(memcmp(bytes, expected[seen], sizeof bytes) == 0);
}

int main(void)
{
  uint32_t found, number;
  unsigned long cut, total;
  size_t length;

  CHECK(gleaner_store_len(ITEMS, PAGES, PAYLOAD, SNAPSHOT, BLOCK) == FLASH);
  CHECK(gleaner_store_buffer_len(ITEMS, PAYLOAD, SNAPSHOT, GRANULE) == BUFFER);
  CHECK(gleaner_store_len((size_t)-1, PAGES, PAYLOAD, SNAPSHOT, BLOCK) == (size_t)-1);
  CHECK(gleaner_store_buffer_len(1, 1000, 10, 4) == GLEANER_STORE_BUFFER_LEN(1, 1000, 10, 4));
  memset(&flash_memory, 0xFF, sizeof flash_memory);
  flash_memory.operations = 0, flash_memory.dead = 0, flash_memory.cut = (unsigned long)-1;

  STATUS(GLEANER_ERROR_STATE, F(gleaner_store_recover)(&store, &found));
  start();
  STATUS(GLEANER_ERROR_STATE, step(0));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_store_commit)(&store));
  OK(F(gleaner_store_recover)(&store, &found));
  CHECK(found == 0);
  for (number = 0; number < READINGS; number++) {
    OK(F(gleaner_selector_save)(&selector, expected[number], SNAPSHOT, &length));
    OK(step(number));
  }
  OK(F(gleaner_selector_save)(&selector, expected[READINGS], SNAPSHOT, &length));
  CHECK(store.state.commits == READINGS / EVERY && store.state.pending == 0);
  check_payloads();
  total = flash_memory.operations;
  CHECK(total > READINGS / EVERY * 2);

  for (cut = 0; cut < total; cut++) {
    gleaner_status status = GLEANER_OK;
    memset(flash_memory.bytes, 0xFF, sizeof flash_memory.bytes);
    flash_memory.operations = 0, flash_memory.dead = 0, flash_memory.cut = cut;
    start();
    OK(F(gleaner_store_recover)(&store, &found));
    for (number = 0; status == GLEANER_OK; number++) {
      status = step(number);
    }
    CHECK(status == GLEANER_ERROR_STORAGE);
    flash_memory.dead = 0, flash_memory.cut = (unsigned long)-1;
    start();
    OK(F(gleaner_store_recover)(&store, &found));
    CHECK((found != 0) == (number > EVERY) && number - selector.state.counters.seen <= EVERY);
    compare(selector.state.counters.seen);
    check_payloads();
    for (number = (uint32_t)selector.state.counters.seen; number < READINGS; number++) {
      OK(step(number));
    }
    compare(READINGS);
    check_payloads();
  }

  OK(F(gleaner_store_begin_period)(&store));
  CHECK(selector.state.period == 1 && selector.state.counters.seen == 0);
  start();
  OK(F(gleaner_store_recover)(&store, &found));
  CHECK(found == 1 && selector.state.period == 1);
  flash_memory.bytes[20] ^= 1;
  flash_memory.bytes[GLEANER_ROUND_UP(GLEANER_STORE_AREA(ITEMS, SNAPSHOT), BLOCK) + 20] ^= 1;
  start();
  STATUS(GLEANER_ERROR_DAMAGED, F(gleaner_store_recover)(&store, &found));
  STATUS(GLEANER_ERROR_STATE, step(0));
  /* The way on: erase, and recover again. */
  memset(flash_memory.bytes, 0xFF, sizeof flash_memory.bytes);
  OK(F(gleaner_store_recover)(&store, &found));
  CHECK(found == 0);
  OK(step(0));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_store_init)(&store, &selector, &flash, PAYLOAD, EVERY, pages, ITEMS - 1, marks,
                                   PAGES, buffer, BUFFER));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_store_init)(&store, &selector, &flash, PAYLOAD, EVERY, pages, ITEMS, marks,
                                   KEEP, buffer, BUFFER));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_store_init)(&store, &selector, &flash, PAYLOAD, EVERY, pages, ITEMS, marks,
                                   PAGES, buffer, BUFFER - GRANULE));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_store_init)(&store, &selector, &flash, PAYLOAD, 0, pages, ITEMS, marks, PAGES,
                                  buffer, BUFFER));
  puts("store");
  return 0;
}
