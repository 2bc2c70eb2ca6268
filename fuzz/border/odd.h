/* What says which readings are odd: diagnostics, two quantiles, contributions and explanations; states and counters of any
 * bits. */
#ifndef ODD_H
#define ODD_H

#include "factor.h"
#include "model.h"

#define MOST_COUNTERS 40

static struct F(gleaner_residuals) residuals;

static void diagnose_step(void)
{
  const size_t kind = below(8);
  struct F(gleaner_residuals) before = residuals;
  struct F(gleaner_diagnosis) found;
  real value;
  gleaner_status status;
  CLEAR(found);
  CLEAR(value);
  switch (kind) {
    case 0:
      status = F(gleaner_residuals_init)(single(&residuals), number(), count(), count());
      break;
    case 1:
      numbers(residuals.sum, 2);
      residuals.rows = count();
      residuals.rank = count();
      return;
    case 2:
      status = F(gleaner_residuals_observe_novel)(single(&residuals));
      break;
    case 3:
      status = F(gleaner_residuals_variance)(single(&residuals), single(&value));
      break;
    case 4:
    case 5:
      status = F(gleaner_residuals_observe)(single(&residuals), number(), number(), single(&value));
      break;
    case 6:
      status = F(gleaner_diagnose_new)(single(&residuals), number(), number(), single(&found));
      break;
    default:
      status = F(gleaner_diagnose)(single(&residuals), number(), number(), single(&found));
      break;
  }
  CHECK_OUTPUT(checked(status), value);
  CHECK_OUTPUT(status, found);
  CHECK(status == GLEANER_OK || memcmp(&before, &residuals, sizeof before) == 0);
  if (status == GLEANER_OK && kind > 5) {
    const real figures[5] = {found.left_out, found.internal, found.external, found.cook, found.dffits};
    size_t i;
    for (i = 0; i < 5; i++) {
      /* A number where it is defined, none where not. */
      const int is_number = figures[i] >= -LARGEST && figures[i] <= LARGEST;
      CHECK(is_number == (int)(found.defined >> i & 1));
    }
    CHECK(found.defined < 32);
  }
}

static struct quantile {
  struct F(gleaner_quantile) object;
  uint32_t *memory;
  size_t length;
  int is_forged;
} quantiles[2];

static void quantile_init(struct quantile *quantile)
{
  const size_t length = below(MOST_COUNTERS + 1);
  uint32_t *memory = room(length * sizeof *memory);
  struct F(gleaner_quantile) object;
  const struct argument given = argument(memory, length, sizeof *memory);
  fill(memory, length * sizeof *memory);
  CLEAR(object);
  if (checked(F(gleaner_quantile_init)(&object, below(4) ? 1 : number(), given.pointer, given.length)) == GLEANER_OK) {
    free(quantile->memory);
    quantile->object = object;
    quantile->memory = memory;
    quantile->length = given.length;
    quantile->is_forged = 0;
  } else {
    CHECK(is_clear(&object, sizeof object));
    free(memory);
  }
}

static void quantile_forge(struct quantile *quantile)
{
  struct F(gleaner_quantile_state) *state = &quantile->object.state;
  const uint8_t what = byte();
  if (what & 1) {
    state->highest = number();
  }
  if (what & 2) {
    state->seen = count();
  }
  if (what & 4) {
    state->total = count();
  }
  if (what & 8) {
    state->half_life = count();
    state->age = count();
  }
  if (what & 16) {
    fill(quantile->memory, quantile->length * sizeof *quantile->memory);
  }
  quantile->is_forged = 1;
}

static void quantile_step(void)
{
  struct quantile *quantile = &quantiles[below(2)], *other = &quantiles[below(2)];
  const size_t kind = below(16);
  struct F(gleaner_quantile) before;
  real value;
  int32_t beyond;
  gleaner_status status;
  void *memory;
  if (quantile->memory == NULL || kind == 0) {
    quantile_init(quantile);
    return;
  }
  if (kind == 1) {
    quantile_forge(quantile);
    return;
  }
  before = quantile->object;
  memory = copied(quantile->memory, quantile->length * sizeof *quantile->memory);
  CLEAR(value);
  CLEAR(beyond);
  switch (kind) {
    case 2:
      status = F(gleaner_quantile_reset)(single(&quantile->object));
      break;
    case 3:
      status = F(gleaner_quantile_half_life)(single(&quantile->object), count());
      break;
    case 4:
    case 5:
    case 6:
      status = F(gleaner_quantile_is_beyond)(&quantile->object, number(), number(), single(&beyond));
      CHECK_OUTPUT(status, beyond);
      CHECK(status != GLEANER_OK || (beyond >= -1 && beyond <= 1));
      break;
    case 7:
    case 8:
      status = F(gleaner_quantile_threshold)(&quantile->object, number(), single(&value));
      CHECK_OUTPUT(status, value);
      CHECK(status != GLEANER_OK || is_size(value));
      break;
    case 9:
      if (other == quantile) {
        /* Of one call no buffers overlap. */
        status = GLEANER_OK;
        break;
      }
      status = F(gleaner_quantile_merge)(single(&quantile->object), single(&other->object));
      quantile->is_forged |= other->is_forged;
      break;
    case 10:
      status = F(gleaner_leverage_threshold)(number(), count(), count(), single(&value));
      CHECK_OUTPUT(status, value);
      CHECK(status != GLEANER_OK || is_size(value));
      break;
    default:
      status = F(gleaner_quantile_observe)(single(&quantile->object), number());
      break;
  }
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(&before, &quantile->object, sizeof before) == 0);
    CHECK(memcmp(memory, quantile->memory, quantile->length * sizeof *quantile->memory) == 0);
  }
  if (!quantile->is_forged) {
    uint64_t total = 0;
    size_t i;
    for (i = 0; i < quantile->length; i++) {
      total += quantile->memory[i];
    }
    CHECK(total == quantile->object.state.total && total <= quantile->object.state.seen);
  }
  free(memory);
}

static void contributions_step(void)
{
  const struct factor *factor = &factors[below(2)];
  const size_t own = factor->object.state.order, order = own <= MOST_ORDER ? own : MOST_ORDER;
  real *row = reals(order), *scratch = reals(order), *shares = reals(order);
  const struct argument a = argument(row, order, sizeof(real)), b = argument(scratch, order, sizeof(real));
  const struct argument c = argument(shares, order, sizeof(real));
  real *saved = copied(shares, order * sizeof(real));
  struct F(gleaner_score) score;
  gleaner_status status;
  CLEAR(score);
  status = checked(F(gleaner_factor_contributions)(single((void *)(uintptr_t)&factor->object), a.pointer, a.length,
      b.pointer, b.length, c.pointer, c.length, single(&score)));
  CHECK_OUTPUT(status, score);
  CHECK(status == GLEANER_OK || memcmp(saved, shares, order * sizeof(real)) == 0);
  CHECK(status != GLEANER_OK || factor->is_forged || (is_size(score.leverage) && is_share(score.novelty)));
  free(row);
  free(scratch);
  free(shares);
  free(saved);
}

/* A factor of the model's order or of P + 1, of a few rows, and what it says of another. */
static void explain_step(void)
{
  struct net *net = some_net();
  const size_t inputs = net->model.inputs, parameters = net->sizes.parameters, layers = net->model.depth;
  const size_t order = below(2) ? net->sizes.order : parameters + 1;
  const size_t space = GLEANER_EXPLAIN_LEN(parameters);
  real *memory = reals(GLEANER_FACTOR_LEN(order)), *row = room((parameters + 1) * sizeof(real));
  real *scratch = reals(space), *by_input = reals(inputs), *by_layer = reals(layers);
  void *saved_inputs = copied(by_input, inputs * sizeof(real)), *saved_layers = copied(by_layer, layers * sizeof(real));
  struct F(gleaner_explanation) found;
  struct F(gleaner_factor) factor;
  struct argument a, b, c, d;
  gleaner_status status;
  size_t rows = below(6), rank;
  real online;
  memset(&factor, 0, sizeof factor);
  checked(F(gleaner_factor_init)(&factor, order, below(2) ? (real)0.25 : 0, memory, GLEANER_FACTOR_LEN(order)));
  sequence = byte();
  while (rows-- > 0) {
    stream_numbers(row, parameters + 1, 1);
    checked(F(gleaner_factor_observe)(&factor, row, order, 1, &online));
  }
  if (below(2)) {
    checked(F(gleaner_factor_pivot)(&factor, &rank));
  }
  stream_numbers(row, parameters + 1, (int)below(2));
  a = argument(row, parameters + 1, sizeof(real));
  b = argument(scratch, space, sizeof(real));
  c = argument(by_input, inputs, sizeof(real));
  d = argument(by_layer, layers, sizeof(real));
  CLEAR(found);
  status = checked(F(gleaner_explain)(model_of(net), single(&factor), a.pointer, a.length, b.pointer, b.length, c.pointer,
      c.length, d.pointer, d.length, single(&found)));
  if (status == GLEANER_OK) {
    CHECK(is_size(found.leverage) && is_share(found.novelty));
  } else {
    CHECK(is_clear(&found, sizeof found) && memcmp(saved_inputs, by_input, inputs * sizeof(real)) == 0);
    CHECK(memcmp(saved_layers, by_layer, layers * sizeof(real)) == 0);
  }
  free(memory);
  free(row);
  free(scratch);
  free(by_input);
  free(by_layer);
  free(saved_inputs);
  free(saved_layers);
}

static void odd_end(void)
{
  size_t i;
  for (i = 0; i < 2; i++) {
    free(quantiles[i].memory);
  }
  memset(quantiles, 0, sizeof quantiles);
  memset(&residuals, 0, sizeof residuals);
}

#endif
