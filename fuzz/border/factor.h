/* Two factors: calls in any order, states and memory of any bits. */
#ifndef FACTOR_H
#define FACTOR_H

#include "input.h"

#define MOST_ORDER 11

static struct factor {
  struct F(gleaner_factor) object;
  real *memory;
  size_t length;
  int is_forged; /* 1: its numbers are the fuzzer's */
} factors[2];

/* Struct and memory before a call; on an error both are as before, but for the work row, the memory's last part. */
static struct F(gleaner_factor) factor_before;
static real *factor_memory;

static void factor_remember(const struct factor *factor)
{
  factor_before = factor->object;
  factor_memory = copied(factor->memory, factor->length * sizeof(real));
}

static void factor_compare(const struct factor *factor, gleaner_status status)
{
  if (status != GLEANER_OK) {
    const size_t order = factor->object.state.order;
    const size_t from = order < 256 ? order * (order + 1) / 2 + 3 * order : 0;
    size_t i;
    CHECK(memcmp(&factor->object, &factor_before, sizeof factor_before) == 0);
    for (i = 0; i < factor->length; i++) {
      const int is_work = i >= from && i < from + order;
      CHECK(is_work || memcmp(&factor->memory[i], &factor_memory[i], sizeof(real)) == 0);
    }
  }
  free(factor_memory);
}

static void factor_init(struct factor *factor)
{
  const size_t order = below(MOST_ORDER + 1);
  const size_t extra = below(16) == 0 ? below(3) : 0;
  const size_t length = GLEANER_FACTOR_LEN(order) + extra;
  const real ridge = number();
  real *memory = reals(length);
  struct F(gleaner_factor) object;
  const struct argument given = argument(memory, length, sizeof(real));
  const size_t asked = below(32) == 0 ? (size_t)count() : order;
  CLEAR(object);
  if (checked(F(gleaner_factor_init)(&object, asked, ridge, given.pointer, given.length)) == GLEANER_OK) {
    free(factor->memory);
    factor->object = object;
    factor->memory = memory;
    factor->length = length;
    factor->is_forged = 0;
    CHECK(object.memory == memory && object.state.order == asked);
  } else {
    CHECK(is_clear(&object, sizeof object));
    free(memory);
  }
}

/* Any numbers where the struct has numbers, any scalars in the memory. The order stays with the memory half the time. */
static void factor_forge(struct factor *factor)
{
  struct F(gleaner_factor_state) *state = &factor->object.state;
  const uint8_t what = byte();
  if (what & 1) {
    state->order = (size_t)count();
  }
  if (what & 2) {
    state->ridge = number();
  }
  if (what & 4) {
    state->rows = count();
  }
  if (what & 8) {
    state->half_life = count();
  }
  if (what & 16) {
    state->age = count();
  }
  if (what & 32) {
    state->cursor = (size_t)count();
  }
  if (what & 64) {
    state->pivoted = byte();
  }
  if (what & 128) {
    numbers(factor->memory, factor->length);
  }
  factor->is_forged = 1;
}

static void factor_change(struct factor *factor)
{
  const size_t order = factor->object.state.order < 64 ? factor->object.state.order : 3;
  struct factor *other = &factors[below(2)];
  real *row = reals(order);
  real *packed = NULL;
  real online;
  size_t rank;
  gleaner_status status;
  struct argument given;
  CLEAR(online);
  CLEAR(rank);
  factor_remember(factor);
  switch (below(7)) {
    case 0:
      status = F(gleaner_factor_reset)(single(&factor->object), number());
      break;
    case 1:
      packed = reals(order * (order + 1) / 2);
      given = argument(packed, order * (order + 1) / 2, sizeof(real));
      status = F(gleaner_factor_start)(&factor->object, given.pointer, given.length, count(), number());
      break;
    case 2:
      status = F(gleaner_factor_half_life)(&factor->object, count());
      break;
    case 3:
      status = F(gleaner_factor_pivot)(&factor->object, single(&rank));
      CHECK_OUTPUT(status, rank);
      CHECK(status != GLEANER_OK || rank <= order);
      break;
    case 4:
      status = F(gleaner_factor_unpivot)(single(&factor->object));
      break;
    case 5:
      if (other == factor) {
        status = GLEANER_OK;
        break;
      }
      status = F(gleaner_factor_merge)(&factor->object, single(&other->object));
      factor->is_forged |= status == GLEANER_OK && other->is_forged;
      break;
    default:
      given = argument(row, order, sizeof(real));
      status = F(gleaner_factor_observe)(single(&factor->object), given.pointer, given.length, number(), single(&online));
      CHECK_OUTPUT(status, online);
      CHECK(status != GLEANER_OK || factor->is_forged || is_share(online));
      break;
  }
  checked(status);
  factor_compare(factor, status);
  free(row);
  free(packed);
}

static void factor_read(struct factor *factor)
{
  const size_t order = factor->object.state.order < 64 ? factor->object.state.order : 3;
  const size_t length = order * (order + 1) / 2;
  real *row = reals(order), *scratch = reals(order), *packed = reals(length);
  struct argument first, second;
  struct F(gleaner_score) score;
  real condition;
  size_t rank;
  gleaner_status status;
  CLEAR(score);
  CLEAR(condition);
  CLEAR(rank);
  factor_remember(factor);
  switch (below(5)) {
    case 0:
      first = argument(packed, length, sizeof(real));
      status = F(gleaner_factor_packed)(&factor->object, first.pointer, first.length);
      break;
    case 1:
      status = F(gleaner_factor_condition)(&factor->object, single(&condition));
      CHECK_OUTPUT(status, condition);
      CHECK(status != GLEANER_OK || factor->is_forged || is_size(condition));
      break;
    case 2:
      status = F(gleaner_factor_rank)(single(&factor->object), &rank);
      CHECK_OUTPUT(status, rank);
      CHECK(status != GLEANER_OK || rank <= order);
      break;
    case 3:
      first = argument(row, order > 0 ? order - 1 : 0, sizeof(real));
      status = F(gleaner_factor_solve)(&factor->object, first.pointer, first.length);
      break;
    default:
      first = argument(row, order, sizeof(real));
      second = argument(scratch, order, sizeof(real));
      status = F(gleaner_factor_score)(
          &factor->object, first.pointer, first.length, second.pointer, second.length, single(&score));
      CHECK_OUTPUT(status, score);
      CHECK(status != GLEANER_OK || factor->is_forged || (is_size(score.leverage) && is_share(score.novelty)));
      break;
  }
  checked(status);
  /* It takes the factor as const: whatever it answers, nothing has changed. */
  factor_compare(factor, GLEANER_ERROR_OTHER);
  free(row);
  free(scratch);
  free(packed);
}

/* Many rows of the sequence, some of them multiples of each other. */
static void factor_stream(struct factor *factor)
{
  const size_t order = factor->object.state.order;
  real row[MOST_ORDER] = {0};
  real online;
  size_t rows = byte();
  sequence = byte();
  while (rows-- > 0 && order <= MOST_ORDER) {
    if (rows % 4 != 0) {
      stream_numbers(row, order, 1);
    }
    if (checked(F(gleaner_factor_observe)(&factor->object, row, order, 1, &online)) != GLEANER_OK) {
      break;
    }
    CHECK(factor->is_forged || is_share(online));
  }
}

static void factor_step(void)
{
  struct factor *factor = &factors[below(2)];
  const size_t kind = below(16);
  if (factor->memory == NULL || kind == 0) {
    factor_init(factor);
  } else if (kind == 1) {
    factor_forge(factor);
  } else if (kind == 2) {
    factor_stream(factor);
  } else if (kind < 11) {
    factor_change(factor);
  } else {
    factor_read(factor);
  }
}

static void factor_end(void)
{
  size_t i;
  for (i = 0; i < 2; i++) {
    free(factors[i].memory);
  }
  memset(factors, 0, sizeof factors);
}

#endif
