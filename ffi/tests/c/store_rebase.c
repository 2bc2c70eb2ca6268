/* A store whose selector goes on to a next model. One of another order is refused by the store, in whose flash every
   address would move; the flash stays as it is, and the way back is open. */
#include "check.h"

enum { INPUTS = 3, HIDDEN = 4, KEEP = 6, ITEMS = KEEP + 1, PAGES = 20, READINGS = 40, EVERY = 1000, ROOM = 4000 };

static real w1[INPUTS * HIDDEN], b1[HIDDEN], w2[HIDDEN], b2[1] = {(real)0.1};

/* The same sizes; in the second each hidden neuron leaves a column out. */
static const struct F(gleaner_layer) by_tanh[] = {
  {w1, b1, INPUTS, HIDDEN, GLEANER_ACTIVATION_TANH, {0}},
  {w2, b2, HIDDEN, 1, GLEANER_ACTIVATION_IDENTITY, {0}},
};
static const struct F(gleaner_layer) by_relu[] = {
  {w1, b1, INPUTS, HIDDEN, GLEANER_ACTIVATION_RELU, {0}},
  {w2, b2, HIDDEN, 1, GLEANER_ACTIVATION_IDENTITY, {0}},
};
static const struct F(gleaner_model) first = {GLEANER_ABI, 1, by_tanh, 2, INPUTS, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL};
static const struct F(gleaner_model) other = {GLEANER_ABI, 2, by_relu, 2, INPUTS, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL};
static const struct F(gleaner_model) next = {GLEANER_ABI, 3, by_tanh, 2, INPUTS, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL};

static uint8_t cells[1 << 16];
static real kept_inputs[ITEMS][INPUTS];

static int32_t read_cells(void *context, uint32_t address, uint8_t *bytes, size_t length)
{
  memcpy(bytes, (uint8_t *)context + address, length);
  return 0;
}

static int32_t write_cells(void *context, uint32_t address, const uint8_t *bytes, size_t length)
{
  memcpy((uint8_t *)context + address, bytes, length);
  return 0;
}

static int32_t erase_cells(void *context, uint32_t address, size_t length)
{
  memset((uint8_t *)context + address, 0xFF, length);
  return 0;
}

static const struct gleaner_flash flash = {cells, read_cells, write_cells, erase_cells, sizeof cells, 1, 1};

static int32_t recall(void *context, uint32_t slot, real *x, size_t length, real *label, size_t label_len)
{
  (void)context, (void)label, (void)label_len;
  memcpy(x, kept_inputs[slot], length * sizeof *x);
  return 0;
}

static struct F(gleaner_selector) selector;
static struct F(gleaner_store) store;
static real memory[ROOM];
static struct F(gleaner_item) items[ITEMS];
static uint32_t pages[ITEMS];
static uint8_t marks[PAGES], buffer[sizeof(real) * ROOM];

static uint32_t start(const struct F(gleaner_model) *model)
{
  uint32_t found = 0;
  OK(F(gleaner_selector_init)(&selector, model, NULL, memory, ROOM, items, ITEMS));
  OK(F(gleaner_store_init)(&store, &selector, &flash, sizeof kept_inputs[0], EVERY, pages, ITEMS, marks, PAGES, buffer,
      sizeof buffer));
  OK(F(gleaner_store_recover)(&store, &found));
  return found;
}

/* Reads every payload, into a table by slot. */
static void read_kept(void)
{
  struct F(gleaner_kept) kept;
  size_t i;
  for (i = 0; F(gleaner_selector_kept)(&selector, i, &kept) == GLEANER_OK; i++) {
    OK(F(gleaner_store_read)(&store, &kept, (uint8_t *)kept_inputs[kept.slot], sizeof kept_inputs[0]));
  }
  CHECK(i == KEEP);
}

int main(void)
{
  struct F(gleaner_verdict) verdict;
  int i;
  for (i = 0; i < INPUTS * HIDDEN; i++) {
    w1[i] = (real)(i * 37 % 19 - 9) / 9;
  }
  for (i = 0; i < HIDDEN; i++) {
    b1[i] = (real)(i * 7 % 5 - 2) / 5;
    w2[i] = (real)(i * 3 % 5) / 2 + (real)0.3;
  }
  memset(cells, 0xFF, sizeof cells);
  CHECK(start(&first) == 0);
  for (i = 0; i < READINGS; i++) {
    real x[INPUTS] = {(real)(i % 7) / 3, (real)(i % 5) - 2, (real)(i % 3)};
    OK(F(gleaner_store_offer)(&store, x, INPUTS, NULL, 0, (const uint8_t *)x, sizeof x, &verdict));
  }
  OK(F(gleaner_store_commit)(&store));
  read_kept();

  OK(F(gleaner_selector_rebase)(&selector, &other, recall, NULL));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_store_commit)(&store));
  OK(F(gleaner_selector_rebase)(&selector, &next, recall, NULL));
  read_kept();
  OK(F(gleaner_store_commit)(&store));
  CHECK(start(&next) == 1 && selector.state.model_id == 3);
  read_kept();
  puts("store_rebase");
  return 0;
}
