/* A selector: calls in any order, states, memory and items of any bits, models that change. */
#ifndef SELECTOR_H
#define SELECTOR_H

#include "model.h"
#include "samplers.h"

#define PAYLOAD 3

static struct selector {
  struct F(gleaner_selector) object;
  const struct net *net;
  real *memory;
  struct F(gleaner_item) *items;
  size_t memory_len, items_len;
  int is_forged;
} selector;

/* A store of the selector that there was is none of the next one. */
static void store_end(void);

static struct F(gleaner_options) some_options(void)
{
  struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
  const uint8_t what = byte();
  if (what & 1) {
    options.objective = (int32_t)below(7);
    options.delta = number();
  }
  if (what & 2) {
    options.scaling = (int32_t)below(3);
  }
  if (what & 4) {
    options.ridge = number();
  }
  if (what & 8) {
    options.uniform = (real)below(5) / 4;
  }
  if (what & 16) {
    options.half_life = count();
  }
  if (what & 32) {
    options.seed = word();
  }
  if (what & 64) {
    options.uniform = number();
  }
  if (what & 128) {
    const uint8_t odd = byte();
    options.abi = odd == 7 ? GLEANER_ABI + 1 : GLEANER_ABI;
    if (odd >= 128) {
      options.buckets = (uint32_t)below(9);
      options.sketch_seed = odd;
    }
  }
  return options;
}

static void selector_init(void)
{
  const struct net *net = some_net();
  const struct F(gleaner_model) *model = model_of(net);
  const struct F(gleaner_options) options = some_options();
  const size_t items_len = below(MOST_ITEMS + 1);
  real *memory = room(net->sizes.selector * sizeof(real));
  struct F(gleaner_item) *items = some_items(items_len);
  const struct argument a = argument(memory, net->sizes.selector, sizeof(real));
  const struct argument b = argument(items, items_len, sizeof *items);
  struct F(gleaner_selector) object;
  gleaner_status status;
  memset(memory, 0xff, net->sizes.selector * sizeof(real));
  CLEAR(object);
  status = F(gleaner_selector_init)(
      &object, model, byte() == 1 ? NULL : &options, a.pointer, a.length, b.pointer, b.length);
  if (checked(status) != GLEANER_OK) {
    CHECK(is_clear(&object, sizeof object));
    free(memory);
    free(items);
    return;
  }
  store_end();
  free(selector.memory);
  free(selector.items);
  selector.object = object;
  selector.net = net;
  selector.memory = memory;
  selector.memory_len = a.length;
  selector.items = items;
  selector.items_len = b.length;
  selector.is_forged = 0;
}

static void forge_factor(struct F(gleaner_factor_state) *state)
{
  state->order = below(2) == 0 ? state->order : (size_t)count();
  state->ridge = number();
  state->rows = count();
  state->half_life = count();
  state->age = count();
  state->cursor = (size_t)count();
  state->pivoted = byte();
}

static void forge_reservoir(struct F(gleaner_reservoir_state) *state)
{
  state->seen = count();
  state->heavy = (size_t)count();
  state->light = (size_t)count();
  state->threshold = number();
  state->compensation = number();
  state->free_slot = (uint32_t)count();
}

static void forge_plan(struct gleaner_plan *plan)
{
  size_t *fields[6];
  size_t i;
  fields[0] = &plan->nodes;
  fields[1] = &plan->inputs;
  fields[2] = &plan->outputs;
  fields[3] = &plan->parameters;
  fields[4] = &plan->hidden;
  fields[5] = &plan->order;
  for (i = 0; i < 6; i++) {
    if (below(3) == 0) {
      *fields[i] = (size_t)count();
    }
  }
  plan->form = byte() % 3;
}

static void selector_forge(void)
{
  struct F(gleaner_selector) *object = &selector.object;
  const size_t what = below(9);
  switch (what) {
    case 0:
      forge_factor(&object->state.factor);
      break;
    case 1:
      forge_reservoir(&object->state.reservoir);
      break;
    case 2:
      forge_plan(&object->plan);
      break;
    case 3:
      object->options = some_options();
      break;
    case 4:
      object->state.moments = count();
      object->state.mean_leverage = number();
      object->state.ridge_is_open = byte();
      object->state.leverage_count = count();
      numbers(object->state.leverages, 2);
      break;
    case 5:
      object->state.counters.seen = count();
      object->state.counters.accepted = count();
      object->state.counters.refused_length = count();
      object->state.counters.unscored = count();
      numbers(object->state.counters.total_score, 2);
      object->state.counters.highest_dropped = number();
      object->state.period = (uint32_t)count();
      break;
    case 6:
      fill(object->generator, sizeof object->generator);
      object->state.model_id = byte();
      break;
    case 7: {
      struct F(gleaner_item) *items = some_items(selector.items_len);
      memcpy(selector.items, items, selector.items_len * sizeof *items);
      free(items);
      break;
    }
    default: {
      const size_t from = selector.memory_len > 0 ? word() % selector.memory_len : 0;
      numbers(selector.memory + from, selector.memory_len - from < 64 ? selector.memory_len - from : 64);
      break;
    }
  }
  selector.is_forged = 1;
}

/* Bit by bit: a forged number may be NaN. */
static int same_real(real a, real b)
{
  return memcmp(&a, &b, sizeof a) == 0;
}

/* What an error must leave as it is. Field by field: the struct is written anew, and has padding. */
static void selector_compare(const struct selector *before, const real *memory, const struct F(gleaner_item) *items)
{
  const struct F(gleaner_selector) *now = &selector.object, *old = &before->object;
  const size_t order = old->state.factor.order, length = GLEANER_FACTOR_LEN(order);
  const size_t moments = GLEANER_MOMENTS_LEN(selector.net->sizes.inputs);
  const size_t factor = selector.net->sizes.selector - length;
  CHECK(now->tag == old->tag && now->state.period == old->state.period && now->model == old->model);
  CHECK(memcmp(now->generator, old->generator, sizeof now->generator) == 0);
  CHECK(now->memory == old->memory && now->items == old->items);
  CHECK(now->memory_len == old->memory_len && now->items_len == old->items_len);
  CHECK(now->state.factor.order == order && same_real(now->state.factor.ridge, old->state.factor.ridge));
  CHECK(now->state.factor.rows == old->state.factor.rows && now->state.factor.half_life == old->state.factor.half_life);
  CHECK(now->state.factor.age == old->state.factor.age && now->state.factor.cursor == old->state.factor.cursor);
  CHECK(now->state.factor.pivoted == old->state.factor.pivoted);
  CHECK(now->state.reservoir.seen == old->state.reservoir.seen && now->state.reservoir.free_slot == old->state.reservoir.free_slot);
  CHECK(now->state.reservoir.heavy == old->state.reservoir.heavy && now->state.reservoir.light == old->state.reservoir.light);
  CHECK(same_real(now->state.reservoir.threshold, old->state.reservoir.threshold));
  CHECK(same_real(now->state.reservoir.compensation, old->state.reservoir.compensation));
  CHECK(now->state.counters.seen == old->state.counters.seen && now->state.counters.accepted == old->state.counters.accepted);
  CHECK(now->state.counters.evicted == old->state.counters.evicted && now->state.counters.unscored == old->state.counters.unscored);
  CHECK(memcmp(now->state.counters.total_score, old->state.counters.total_score, sizeof old->state.counters.total_score) == 0);
  CHECK(same_real(now->state.counters.highest_dropped, old->state.counters.highest_dropped));
  CHECK(now->state.moments == old->state.moments && same_real(now->state.mean_leverage, old->state.mean_leverage));
  CHECK(now->state.ridge_is_open == old->state.ridge_is_open && now->state.leverage_count == old->state.leverage_count);
  CHECK(memcmp(now->state.leverages, old->state.leverages, sizeof old->state.leverages) == 0 && now->state.model_id == old->state.model_id);
  CHECK(memcmp(selector.items, items, selector.items_len * sizeof *items) == 0);
  CHECK(memcmp(selector.memory, memory, moments * sizeof(real)) == 0);
  /* The factor but for its work row, which comes last. */
  CHECK(memcmp(selector.memory + factor, memory + factor, (length - order) * sizeof(real)) == 0);
}

static void selector_check(void)
{
  uint32_t taken, slot;
  struct F(gleaner_stats) stats;
  struct F(gleaner_kept) kept;
  size_t i;
  CHECK(F(gleaner_selector_free_slot)(&selector.object, &slot) == GLEANER_OK && slot < selector.items_len);
  taken = (uint32_t)1 << slot;
  CHECK(F(gleaner_selector_stats)(&selector.object, &stats) == GLEANER_OK && stats.kept < selector.items_len);
  CHECK(is_size(stats.threshold) && is_size(stats.effective_size));
  for (i = 0; i < stats.kept; i++) {
    CHECK(F(gleaner_selector_kept)(&selector.object, i, &kept) == GLEANER_OK);
    check_kept(&kept, selector.items_len, &taken);
  }
}

/* Gives the fuzzer's readings; `context` counts how often it was asked, and fails now and then. */
/* One label mostly, or none, or as many as there may be outputs. */
static size_t label_count(uint8_t drawn_byte)
{
  return drawn_byte & 1 ? (drawn_byte & 128 ? 1 + (size_t)(drawn_byte >> 1) % MOST_WIDTH : 1) : 0;
}

static int32_t recall(void *context, uint32_t slot, real *x, size_t x_len, real *label, size_t label_len)
{
  size_t *asked = context;
  (void)slot;
  ++*asked;
  if (byte() == 255) {
    return 1 + (int32_t)below(3);
  }
  numbers(x, x_len);
  numbers(label, label_len);
  return 0;
}

static gleaner_status selector_rebase(size_t *asked)
{
  const struct net *net = some_net();
  const struct F(gleaner_model) *model = model_of(net);
  const gleaner_status status =
      F(gleaner_selector_rebase)(single(&selector.object), model, byte() == 255 ? NULL : recall, asked);
  if (status == GLEANER_OK) {
    selector.net = net;
  }
  return status;
}

static gleaner_status selector_record(void)
{
  uint8_t *payloads = room(selector.items_len * PAYLOAD);
  const size_t length = GLEANER_RECORD_LEN(selector.items_len, PAYLOAD);
  uint8_t *record = room(length);
  const struct argument given = argument(record, length, 1);
  struct gleaner_record_header header;
  size_t written;
  gleaner_status status;
  memset(payloads, 7, selector.items_len * PAYLOAD);
  CLEAR(written);
  status = F(gleaner_selector_record)(
      &selector.object, payloads, PAYLOAD, given.pointer, given.length, single(&written));
  CHECK_OUTPUT(status, written);
  if (status == GLEANER_OK) {
    CHECK(gleaner_record_read(record, written, NULL, 0, &header) == GLEANER_OK && header.payload == PAYLOAD);
  }
  free(payloads);
  free(record);
  return status;
}

/* A copy reads as the original does; with memory of its own it goes on. */
static gleaner_status selector_copy(void)
{
  const size_t memory_len = below(3) == 0 ? 0 : selector.memory_len, items_len = selector.items_len + below(3);
  real *memory = room(memory_len * sizeof(real));
  struct F(gleaner_item) *items = room(items_len * sizeof *items);
  const struct argument a = argument(memory, memory_len, sizeof(real)), b = argument(items, items_len, sizeof *items);
  struct F(gleaner_selector) copy;
  struct F(gleaner_stats) stats, own;
  struct F(gleaner_verdict) verdict;
  real x[MOST_WIDTH], label[MOST_WIDTH] = {number()};
  gleaner_status status;
  CLEAR(copy);
  status = F(gleaner_selector_copy)(single(&selector.object), &copy, a.pointer, a.length, b.pointer, b.length);
  CHECK_OUTPUT(status, copy);
  if (status == GLEANER_OK) {
    const gleaner_status found = F(gleaner_selector_stats)(&copy, &stats);
    CHECK(found == F(gleaner_selector_stats)(&selector.object, &own));
    CHECK(found != GLEANER_OK || (stats.kept == own.kept && stats.counters.seen == own.counters.seen));
    stream_numbers(x, selector.net->model.inputs, 1);
    checked(F(gleaner_selector_offer)(&copy, x, selector.net->model.inputs, label, label_count(byte()), &verdict));
  }
  free(memory);
  free(items);
  return status;
}

static gleaner_status selector_call(size_t kind, size_t *asked)
{
  struct F(gleaner_selector) *object = &selector.object;
  const size_t inputs = selector.net->model.inputs;
  struct F(gleaner_verdict) verdict;
  struct F(gleaner_stats) stats;
  struct F(gleaner_kept) kept;
  struct argument given;
  size_t counted;
  uint32_t slot;
  real *x, label[MOST_WIDTH] = {0};
  gleaner_status status;
  CLEAR(verdict);
  CLEAR(stats);
  CLEAR(kept);
  CLEAR(counted);
  CLEAR(slot);
  switch (kind) {
    case 0:
      return selector_rebase(asked);
    case 1:
      return selector_record();
    case 2:
      return F(gleaner_selector_begin_period)(single(object));
    case 3:
      status = F(gleaner_selector_free_slot)(object, single(&slot));
      CHECK_OUTPUT(status, slot);
      return status;
    case 4:
      status = F(gleaner_selector_count)(object, single(&counted));
      CHECK_OUTPUT(status, counted);
      return status;
    case 5:
      status = F(gleaner_selector_kept)(object, (size_t)count(), single(&kept));
      CHECK_OUTPUT(status, kept);
      return status;
    case 6:
      status = F(gleaner_selector_stats)(object, single(&stats));
      CHECK_OUTPUT(status, stats);
      return status;
    case 8:
      return selector_copy();
    case 7:
      return F(gleaner_selector_start)(single(object), single((void *)(uintptr_t)some_net()->model.pilot));
    default:
      x = reals(inputs);
      label[0] = number();
      given = argument(x, inputs, sizeof(real));
      status = F(gleaner_selector_offer)(
          single(object), given.pointer, given.length, label, label_count(byte()), single(&verdict));
      free(x);
      CHECK_OUTPUT(status, verdict);
      if (status == GLEANER_OK && !selector.is_forged) {
        CHECK(verdict.free_slot < selector.items_len && is_size(verdict.score));
        CHECK(is_share(verdict.leverage / (real)object->plan.outputs));
        CHECK(is_size(verdict.completeness));
      }
      return status;
  }
}

/* Many readings of the sequence. */
static void selector_stream(void)
{
  const size_t inputs = selector.net->model.inputs;
  const int32_t objective = selector.object.options.objective;
  const int is_labelled = objective != GLEANER_OBJECTIVE_PREDICTION && objective != GLEANER_OBJECTIVE_SOFTMAX;
  const size_t outputs = objective == GLEANER_OBJECTIVE_CROSS_ENTROPY ? 1 : selector.net->sizes.outputs;
  real x[MOST_WIDTH];
  struct F(gleaner_verdict) verdict;
  size_t readings = byte() / 4;
  sequence = byte();
  while (readings-- > 0 && inputs <= MOST_WIDTH) {
    real label[MOST_WIDTH] = {(real)(sequence >> 31)};
    stream_numbers(x, inputs, 1);
    checked(F(gleaner_selector_offer)(
        &selector.object, x, inputs, label, is_labelled && outputs <= MOST_WIDTH ? outputs : 0, &verdict));
  }
}

static void selector_step(void)
{
  const size_t kind = below(32);
  struct selector before;
  real *memory;
  void *items;
  size_t asked = 0, kept = 0;
  gleaner_status status;
  if (selector.memory == NULL || kind == 30) {
    selector_init();
    return;
  }
  if (kind == 31) {
    selector_forge();
    return;
  }
  if (kind == 29) {
    selector_stream();
  }
  before = selector;
  memory = copied(selector.memory, selector.memory_len * sizeof(real));
  items = copied(selector.items, selector.items_len * sizeof *selector.items);
  if (!selector.is_forged) {
    CHECK(F(gleaner_selector_count)(&selector.object, &kept) == GLEANER_OK);
  }
  status = checked(selector_call(kind, &asked));
  /* A recall that differs when it is asked a second time may cost the factor. */
  if (!selector.is_forged && status != GLEANER_OK && asked <= kept) {
    selector_compare(&before, memory, items);
  }
  free(memory);
  free(items);
  if (!selector.is_forged) {
    selector_check();
  }
}

static void selector_end(void)
{
  free(selector.memory);
  free(selector.items);
  memset(&selector, 0, sizeof selector);
}

#endif
