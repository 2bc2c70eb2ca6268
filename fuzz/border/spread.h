/* The pivotal sampler, thinning, totals and calibration: calls in any order, states and memory of any bits. */
#ifndef SPREAD_H
#define SPREAD_H

#include "choices.h"
#include "model.h"

#define MOST_CANDIDATES 10
#define MOST_DIMENSIONS 3
#define MOST_SUMS 5

static struct pivotal {
  struct F(gleaner_pivotal) object;
  struct F(gleaner_candidate) *candidates;
  real *positions;
  size_t length, scalars;
  int is_forged;
} pivotal;

static struct F(gleaner_candidate) *some_candidates(size_t length)
{
  struct F(gleaner_candidate) *candidates = room(length * sizeof *candidates);
  size_t i;
  /* Field by field: what lies between them is nobody's. */
  memset(candidates, 0, length * sizeof *candidates);
  for (i = 0; i < length; i++) {
    candidates[i].item.sequence = count();
    candidates[i].item.score = number();
    candidates[i].item.slot = (uint32_t)count();
    candidates[i].probability = number();
    numbers(candidates[i].chance, 2);
  }
  return candidates;
}

static void pivotal_free(void)
{
  free(pivotal.candidates);
  free(pivotal.positions);
  memset(&pivotal, 0, sizeof pivotal);
}

static void pivotal_init(void)
{
  struct pivotal made;
  struct argument candidates, positions;
  size_t waiting = below(6), dimensions = below(MOST_DIMENSIONS + 1);
  made.length = below(MOST_CANDIDATES + 1);
  made.scalars = GLEANER_POSITIONS_LEN(waiting, dimensions);
  made.candidates = some_candidates(made.length);
  made.positions = reals(made.scalars);
  made.is_forged = 0;
  candidates = argument(made.candidates, made.length, sizeof *made.candidates);
  positions = argument(made.positions, made.scalars, sizeof(real));
  if (below(32) == 0) {
    waiting = (size_t)count();
    dimensions = (size_t)count();
  }
  CLEAR(made.object);
  if (checked(F(gleaner_pivotal_init)(&made.object, word(), number(), waiting, dimensions, candidates.pointer,
          candidates.length, positions.pointer, positions.length)) == GLEANER_OK) {
    made.length = candidates.length;
    made.scalars = positions.length;
    pivotal_free();
    pivotal = made;
  } else {
    CHECK(is_clear(&made.object, sizeof made.object));
    free(made.candidates);
    free(made.positions);
  }
}

static void pivotal_forge(void)
{
  struct F(gleaner_pivotal_state) *state = &pivotal.object.state;
  const uint8_t what = byte();
  if (what & 1) {
    state->seen = count();
    state->refused = count();
  }
  if (what & 2) {
    state->settled = (size_t)count();
  }
  if (what & 4) {
    state->waiting = (size_t)count();
  }
  if (what & 8) {
    state->places = (size_t)count();
    state->dimensions = (size_t)count();
  }
  if (what & 16) {
    state->threshold = number();
  }
  if (what & 32) {
    state->free_slot = (uint32_t)count();
    state->first = (uint32_t)count();
    state->handed = (uint32_t)count();
  }
  if (what & 64) {
    numbers(pivotal.positions, pivotal.scalars);
  }
  if (what & 128) {
    struct F(gleaner_candidate) *candidates = some_candidates(pivotal.length);
    memcpy(pivotal.candidates, candidates, pivotal.length * sizeof *candidates);
    free(candidates);
  }
  pivotal.is_forged = 1;
}

static void pivotal_check(void)
{
  uint32_t taken = (uint32_t)1 << pivotal.object.state.free_slot;
  struct F(gleaner_kept) kept;
  size_t i, kept_count;
  CHECK(F(gleaner_pivotal_count)(&pivotal.object, &kept_count) == GLEANER_OK);
  CHECK(kept_count < pivotal.length && pivotal.object.state.free_slot < pivotal.length);
  for (i = 0; i < kept_count; i++) {
    CHECK(F(gleaner_pivotal_kept)(&pivotal.object, i, &kept) == GLEANER_OK);
    check_kept(&kept, pivotal.length, &taken);
  }
}

static void pivotal_step(void)
{
  const size_t kind = below(16);
  struct F(gleaner_pivotal) before;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  struct argument given;
  real where[MOST_DIMENSIONS], size;
  const size_t own = pivotal.object.state.dimensions;
  const size_t dimensions = own <= MOST_DIMENSIONS ? own : MOST_DIMENSIONS;
  size_t counted, i, offers = 1;
  gleaner_status status = GLEANER_OK;
  void *candidates;
  if (pivotal.candidates == NULL || kind == 0) {
    pivotal_init();
    return;
  }
  if (kind == 1) {
    pivotal_forge();
    return;
  }
  CLEAR(outcome);
  CLEAR(kept);
  CLEAR(counted);
  CLEAR(size);
  before = pivotal.object;
  candidates = copied(pivotal.candidates, pivotal.length * sizeof *pivotal.candidates);
  if (kind == 2) {
    status = F(gleaner_pivotal_clear)(single(&pivotal.object));
  } else if (kind == 3) {
    status = F(gleaner_pivotal_count)(&pivotal.object, single(&counted));
    CHECK_OUTPUT(status, counted);
  } else if (kind == 4) {
    status = F(gleaner_pivotal_kept)(&pivotal.object, (size_t)count(), single(&kept));
    CHECK_OUTPUT(status, kept);
  } else if (kind == 5) {
    status = F(gleaner_pivotal_effective_size)(&pivotal.object, single(&size));
    CHECK_OUTPUT(status, size);
    CHECK(status != GLEANER_OK || pivotal.is_forged || is_size(size));
  } else if (kind == 6) {
    status = F(gleaner_pivotal_finish)(single(&pivotal.object));
    CHECK(status != GLEANER_OK || pivotal.object.state.waiting == 0);
  } else if (kind == 7) {
    status = F(gleaner_pivotal_set_threshold)(single(&pivotal.object), number());
  } else {
    if (kind == 15) {
      /* Many of the sequence before it. */
      sequence = byte();
      for (offers += byte(); offers > 1; offers--) {
        const real score = (real)fabs((double)drawn());
        for (i = 0; i < MOST_DIMENSIONS; i++) {
          where[i] = drawn();
        }
        checked(F(gleaner_pivotal_offer)(&pivotal.object, score, where, dimensions, &outcome));
      }
      free(candidates);
      candidates = copied(pivotal.candidates, pivotal.length * sizeof *pivotal.candidates);
      before = pivotal.object;
      CLEAR(outcome);
    }
    numbers(where, MOST_DIMENSIONS);
    given = argument(where, dimensions, sizeof(real));
    status = F(gleaner_pivotal_offer)(single(&pivotal.object), number(), given.pointer, given.length, single(&outcome));
    CHECK_OUTPUT(status, outcome);
    CHECK(status != GLEANER_OK || pivotal.is_forged || outcome.free_slot < pivotal.length);
  }
  if (checked(status) == GLEANER_ERROR_FULL) {
    /* Field by field: the state has been written, and what lies behind it is nobody's. */
    const struct F(gleaner_pivotal_state) *now = &pivotal.object.state, *then = &before.state;
    CHECK(now->refused == then->refused + 1 && now->seen == then->seen + 1);
    CHECK(now->settled == then->settled && now->waiting == then->waiting && now->free_slot == then->free_slot);
    CHECK(memcmp(pivotal.object.generator, before.generator, sizeof before.generator) == 0);
  } else if (status != GLEANER_OK) {
    CHECK(memcmp(&before, &pivotal.object, sizeof before) == 0);
  }
  if (status != GLEANER_OK) {
    CHECK(memcmp(candidates, pivotal.candidates, pivotal.length * sizeof *pivotal.candidates) == 0);
  }
  free(candidates);
  if (!pivotal.is_forged) {
    pivotal_check();
  }
}

/* Positions of any bits, from a function. */
static void stands(void *context, const struct F(gleaner_kept) *kept, real *to, size_t to_len)
{
  CHECK(context == &reservoir && kept != NULL);
  numbers(to, to_len);
}

static void thin_step(void)
{
  const size_t dimensions = below(MOST_DIMENSIONS + 1), waiting = below(6);
  const size_t scalars = GLEANER_POSITIONS_LEN(waiting, dimensions), slots = MOST_ITEMS + 1;
  struct F(gleaner_candidate) *candidates = some_candidates(waiting);
  real *memory = reals(scalars), *places = reals(slots * (dimensions + 1));
  const struct argument given = argument(candidates, waiting, sizeof *candidates);
  const struct argument work = argument(memory, scalars, sizeof(real));
  const size_t keep = byte() < 200 ? 1 + below(4) : (size_t)count();
  struct F(gleaner_reservoir) before = reservoir.object;
  struct F(gleaner_positions) positions;
  gleaner_status status;
  positions.dimensions = dimensions;
  positions.positions = below(16) ? places : NULL;
  positions.stride = dimensions + below(2);
  positions.position = below(2) ? stands : NULL;
  positions.context = &reservoir;
  if (below(32) == 0) {
    positions.stride = positions.position != NULL ? (size_t)count() : dimensions > 0 ? dimensions - 1 : 0;
  }
  status = checked(F(gleaner_reservoir_thin)(single(&reservoir.object), keep, single(&positions), given.pointer,
      given.length, work.pointer, work.length));
  if (status != GLEANER_OK) {
    CHECK(memcmp(&before, &reservoir.object, sizeof before) == 0);
  }
  if (reservoir.items != NULL && !reservoir.is_forged) {
    size_t kept_count;
    reservoir_check();
    CHECK(F(gleaner_reservoir_count)(&reservoir.object, &kept_count) == GLEANER_OK);
    CHECK(status != GLEANER_OK || kept_count <= keep);
  }
  free(candidates);
  free(memory);
  free(places);
}

static struct totals {
  struct F(gleaner_totals) object;
  real *memory;
  size_t length;
} totals;

static void totals_init(void)
{
  const size_t sums = below(MOST_SUMS + 1), length = GLEANER_TOTALS_LEN(sums);
  real *memory = reals(length);
  struct F(gleaner_totals) object;
  const struct argument given = argument(memory, length, sizeof(real));
  const size_t asked = below(32) == 0 ? (size_t)count() : sums;
  CLEAR(object);
  if (checked(F(gleaner_totals_init)(&object, asked, given.pointer, given.length)) == GLEANER_OK) {
    free(totals.memory);
    totals.object = object;
    totals.memory = memory;
    totals.length = given.length;
  } else {
    CHECK(is_clear(&object, sizeof object));
    free(memory);
  }
}

static void totals_forge(void)
{
  const uint8_t what = byte();
  if (what & 1) {
    totals.object.length = (size_t)count();
  }
  if (what & 2) {
    totals.object.count = count();
  }
  if (what & 4) {
    numbers(totals.memory, totals.length);
  }
}

static int32_t given_vector(void *context, size_t index, real *vector, size_t vector_len, real *weight)
{
  /* The same each time: of the sequence. */
  sequence = (uint32_t)index * 2654435761u + *(uint32_t *)context;
  stream_numbers(vector, vector_len, 1);
  *weight = 1 + (real)fabs((double)drawn());
  return index > 6;
}

static void calibrate_step(void)
{
  enum { MOST = 9 };
  const size_t sums = totals.object.length <= MOST_SUMS ? totals.object.length : MOST_SUMS;
  const size_t samples = below(MOST + 1), length = GLEANER_CALIBRATE_LEN(sums);
  const int is_drawn = below(2) != 0;
  real *memory = reals(length), *vectors = room(samples * (sums + 1) * sizeof(real));
  real *weights = room(samples * sizeof(real)), *ratios = reals(samples);
  struct F(gleaner_calibration_options) options = GLEANER_CALIBRATION_OPTIONS_DEFAULT;
  struct F(gleaner_calibration_report) report;
  struct F(gleaner_vectors) given;
  struct argument results, work;
  gleaner_status status;
  uint32_t context = byte();
  size_t i;
  stream_numbers(vectors, samples * (sums + 1), is_drawn);
  stream_numbers(weights, samples, is_drawn);
  for (i = 0; i < samples && is_drawn; i++) {
    weights[i] = (real)fabs((double)weights[i]) + 1;
  }
  if (below(4) == 0) {
    options.ridge = number();
    options.least = number();
    options.most = number();
    options.rounds = below(8);
    options.abi = below(16) ? GLEANER_ABI : 0;
  }
  given.count = samples;
  given.vectors = vectors;
  given.stride = sums + below(2);
  given.weights = weights;
  given.vector = below(2) ? given_vector : NULL;
  given.context = &context;
  results = argument(ratios, samples, sizeof(real));
  work = argument(memory, length, sizeof(real));
  CLEAR(report);
  status = checked(F(gleaner_calibrate)(single(&totals.object), below(4) ? &options : NULL, single(&given),
      results.pointer, results.length, work.pointer, work.length, single(&report)));
  if (status == GLEANER_OK) {
    for (i = 0; i < samples; i++) {
      CHECK(is_size(ratios[i]));
    }
    CHECK(report.clipped <= samples && report.absent <= sums && is_size(report.before) && is_size(report.after));
  } else {
    CHECK(is_clear(&report, sizeof report));
  }
  free(memory);
  free(vectors);
  free(weights);
  free(ratios);
}

static void totals_step(void)
{
  const size_t kind = below(16);
  struct F(gleaner_totals) before;
  struct argument given;
  real vector[MOST_SUMS], found;
  gleaner_status status;
  size_t sums;
  void *memory;
  if (totals.memory == NULL || kind == 0) {
    totals_init();
    return;
  }
  if (kind == 1) {
    totals_forge();
    return;
  }
  if (kind > 9) {
    calibrate_step();
    return;
  }
  before = totals.object;
  memory = copied(totals.memory, totals.length * sizeof(real));
  CLEAR(found);
  if (kind == 2) {
    status = F(gleaner_totals_clear)(single(&totals.object));
  } else if (kind == 3) {
    status = F(gleaner_totals_value)(&totals.object, (size_t)count(), single(&found));
    CHECK_OUTPUT(status, found);
  } else {
    sums = totals.object.length <= MOST_SUMS ? totals.object.length : MOST_SUMS;
    numbers(vector, sums);
    given = argument(vector, sums, sizeof(real));
    status = F(gleaner_totals_observe)(single(&totals.object), given.pointer, given.length);
  }
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(&before, &totals.object, sizeof before) == 0);
    CHECK(memcmp(memory, totals.memory, totals.length * sizeof(real)) == 0);
  }
  free(memory);
}

static void vector_step(void)
{
  struct net *net = some_net();
  const size_t inputs = net->model.inputs, parameters = net->sizes.parameters;
  const int32_t kind = (int32_t)below(4);
  const size_t length = parameters > 0 && kind < 3 ? gleaner_vector_len(kind, parameters) : 1;
  real *x = reals(inputs), *memory = reals(net->sizes.work), *vector = room(length * sizeof(real));
  const struct argument a = argument(x, inputs, sizeof(real)), b = argument(memory, net->sizes.work, sizeof(real));
  const struct argument c = argument(vector, length, sizeof(real));
  struct F(gleaner_target) target;
  gleaner_status status;
  size_t i;
  target.objective = (int32_t)below(7);
  target.label = number();
  target.delta = number();
  status = checked(F(gleaner_model_vector)(model_of(net), kind, a.pointer, a.length, below(8) == 0 ? (size_t)count() : 0,
      byte() & 1 ? &target : NULL, b.pointer, b.length, c.pointer, c.length));
  for (i = 0; i < length && status == GLEANER_OK; i++) {
    CHECK(vector[i] >= -LARGEST && vector[i] <= LARGEST);
  }
  free(x);
  free(memory);
  free(vector);
}

static void spread_end(void)
{
  pivotal_free();
  free(totals.memory);
  memset(&totals, 0, sizeof totals);
}

#endif
