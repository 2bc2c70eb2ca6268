/* Sketches, Kronecker scores, models of the caller's own, merges and drifts: calls in any order, states and memory of any
 * bits. */
#ifndef NETWORKS_H
#define NETWORKS_H

#include "model.h"
#include "samplers.h"

#define MOST_BUCKETS 12
#define OWN_PARAMETERS 3

static void sketch_step(void)
{
  const struct net *net = some_net();
  const size_t inputs = net->model.inputs, length = below(MOST_BUCKETS + 2);
  const size_t work_length = net->sizes.work + net->sizes.scratch + 4 * MOST_BUCKETS;
  real *x = reals(inputs), *work = room(work_length * sizeof(real)), *out = reals(length);
  real *saved = copied(out, length * sizeof(real));
  const struct argument a = argument(x, inputs, sizeof(real)), b = argument(work, work_length, sizeof(real));
  const struct argument c = argument(out, length, sizeof(real));
  struct F(gleaner_target) target;
  struct F(gleaner_row_report) report;
  gleaner_status status;
  CLEAR(report);
  memset(work, 0xff, work_length * sizeof(real));
  target.objective = (int32_t)below(7);
  target.label = number();
  target.delta = number();
  status = F(gleaner_model_sketch)(model_of(net), a.pointer, a.length, below(5), byte() & 1 ? &target : NULL, word(),
      b.pointer, b.length, c.pointer, c.length, &report);
  CHECK_OUTPUT(checked(status), report);
  CHECK(status != GLEANER_OK || is_size(report.completeness));
  CHECK(status == GLEANER_OK || memcmp(saved, out, length * sizeof(real)) == 0);
  free(x);
  free(work);
  free(out);
  free(saved);
}

static struct kronecker {
  struct F(gleaner_kronecker) object;
  struct F(gleaner_kronecker_layer) *layers;
  real *memory;
  size_t depth, memory_len;
} kronecker;

static void kronecker_drop(void)
{
  free(kronecker.layers);
  free(kronecker.memory);
  memset(&kronecker, 0, sizeof kronecker);
}

static void kronecker_init(void)
{
  const struct net *net = some_net();
  size_t i;
  kronecker_drop();
  if (net->sizes.parameters == 0) {
    return;
  }
  kronecker.depth = net->model.depth;
  for (i = 0; i < kronecker.depth; i++) {
    kronecker.memory_len += GLEANER_KRONECKER_LEN(net->layers[i].inputs, net->layers[i].outputs, 1);
  }
  kronecker.layers = room(kronecker.depth * sizeof *kronecker.layers);
  kronecker.memory = reals(kronecker.memory_len);
  fill(kronecker.layers, kronecker.depth * sizeof *kronecker.layers);
  if (checked(F(gleaner_kronecker_init)(&kronecker.object, &net->model, count(), kronecker.layers,
          below(16) ? kronecker.depth : below(5), kronecker.memory, kronecker.memory_len)) != GLEANER_OK) {
    kronecker_drop();
  }
}

static void kronecker_step(void)
{
  const size_t kind = below(9);
  const struct net *net = some_net();
  const size_t inputs = net->model.inputs, work_length = 2 * net->sizes.work + 64;
  struct F(gleaner_target) target;
  struct F(gleaner_kronecker) before;
  real *x, *work, score;
  void *layers, *memory;
  gleaner_status status;
  if (kronecker.layers == NULL || kind == 0) {
    kronecker_init();
    return;
  }
  if (kind == 1) {
    /* Any state, over memory that stays as long as it was. */
    kronecker.object.state.rows = count();
    kronecker.object.state.effective = number();
    fill(kronecker.layers, below(kronecker.depth * sizeof *kronecker.layers + 1));
    numbers(kronecker.memory, below(kronecker.memory_len + 1));
    return;
  }
  if (kind == 8) {
    /* What is saved comes back, or was no scorer's. */
    const size_t room_length = GLEANER_KRONECKER_SNAPSHOT_LEN(sizeof(real), kronecker.depth, kronecker.memory_len);
    uint8_t *bytes = room(room_length), *again = room(room_length);
    size_t written, length;
    if (checked(F(gleaner_kronecker_save)(&kronecker.object, bytes, room_length, &written)) == GLEANER_OK &&
        checked(F(gleaner_kronecker_restore)(&kronecker.object, bytes, written)) == GLEANER_OK) {
      CHECK(checked(F(gleaner_kronecker_save)(&kronecker.object, again, room_length, &length)) == GLEANER_OK);
      CHECK(length == written && memcmp(bytes, again, length) == 0);
    }
    free(bytes);
    free(again);
    return;
  }
  CLEAR(score);
  x = reals(inputs);
  work = room(work_length * sizeof(real));
  target.objective = (int32_t)below(7);
  target.label = number();
  target.delta = 1;
  before = kronecker.object;
  layers = copied(kronecker.layers, kronecker.depth * sizeof *kronecker.layers);
  memory = copied(kronecker.memory, kronecker.memory_len * sizeof(real));
  status = (kind == 2 ? F(gleaner_kronecker_score)(&kronecker.object, model_of(net), x, inputs, below(4),
                            byte() & 1 ? &target : NULL, work, work_length, &score)
                      : F(gleaner_kronecker_observe)(&kronecker.object, model_of(net), x, inputs, below(4),
                            byte() & 1 ? &target : NULL, work, work_length, &score));
  CHECK_OUTPUT(checked(status), score);
  if (status != GLEANER_OK) {
    CHECK(memcmp(&before, &kronecker.object, sizeof before) == 0);
    CHECK(memcmp(layers, kronecker.layers, kronecker.depth * sizeof *kronecker.layers) == 0);
    CHECK(memcmp(memory, kronecker.memory, kronecker.memory_len * sizeof(real)) == 0);
  }
  free(x);
  free(work);
  free(layers);
  free(memory);
}

/* A function that gives whatever the fuzzer likes. */
static int32_t any_function(void *context, const real *theta, size_t theta_len, const real *x, size_t x_len, size_t index,
    real *gradient, real *value)
{
  size_t i;
  CHECK(context == NULL && theta_len == OWN_PARAMETERS && x_len == 2 && index == 0);
  if (byte() == 255) {
    return 1;
  }
  for (i = 0; i < theta_len; i++) {
    gradient[i] = byte() == 254 ? number() : x[i % 2] + theta[i] / 8;
  }
  *value = byte() == 253 ? number() : theta[0] * x[0] + theta[1] * x[1] + theta[2];
  return 0;
}

static void own_step(void)
{
  real theta[OWN_PARAMETERS], x[2], work[256], row[OWN_PARAMETERS + 1], saved[OWN_PARAMETERS + 1], value;
  struct F(gleaner_own) own = {any_function, NULL, theta, OWN_PARAMETERS, 1, 1};
  struct F(gleaner_model) model;
  struct F(gleaner_target) target;
  struct F(gleaner_row_report) report;
  gleaner_status status;
  const size_t kind = below(4);
  memset(&model, 0, sizeof model);
  numbers(theta, OWN_PARAMETERS);
  numbers(x, 2);
  numbers(row, OWN_PARAMETERS + 1);
  memcpy(saved, row, sizeof row);
  own.panels = (uint32_t)below(3);
  own.gradient = below(64) == 63 ? NULL : any_function;
  model.abi = GLEANER_ABI;
  model.inputs = 2;
  model.nodes = (uint32_t)below(36);
  model.own = &own;
  target.objective = (int32_t)below(7);
  target.label = number();
  target.delta = number();
  CLEAR(value);
  CLEAR(report);
  if (kind == 0) {
    status = F(gleaner_model_gradient)(&model, x, 2, 0, &target, work, 256, row, OWN_PARAMETERS, &value);
  } else if (kind == 1) {
    status = F(gleaner_model_norm)(&model, x, 2, 0, &target, work, 256, &value);
  } else if (kind == 2) {
    status = F(gleaner_model_sketch)(&model, x, 2, 0, &target, 1, work, 256, row, OWN_PARAMETERS + 1, &report);
  } else {
    status = F(gleaner_model_row)(&model, x, 2, 0, &target, work, 256, row, OWN_PARAMETERS + 1, &report);
  }
  CHECK_OUTPUT(checked(status), value);
  CHECK_OUTPUT(status, report);
  CHECK(status == GLEANER_OK || memcmp(saved, row, sizeof row) == 0);
}

static struct merge {
  struct F(gleaner_merge) object;
  struct F(gleaner_item) *items;
  struct F(gleaner_earlier) *earlier;
  size_t length;
} merge;

static void merge_step(void)
{
  const size_t kind = below(16);
  struct F(gleaner_merge) before;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  size_t counted;
  gleaner_status status;
  if (merge.items == NULL || kind == 0) {
    free(merge.items);
    free(merge.earlier);
    merge.length = below(MOST_ITEMS + 1);
    merge.items = some_items(merge.length);
    merge.earlier = room(merge.length * sizeof *merge.earlier);
    fill(merge.earlier, merge.length * sizeof *merge.earlier);
    CLEAR(merge.object);
    checked(F(gleaner_merge_init)(&merge.object, word(), merge.items, merge.earlier, merge.length));
    return;
  }
  if (kind == 1) {
    fill(&merge.object.state, below(sizeof merge.object.state + 1));
    fill(merge.earlier, below(merge.length * sizeof *merge.earlier + 1));
    return;
  }
  CLEAR(outcome);
  CLEAR(kept);
  CLEAR(counted);
  before = merge.object;
  if (kind == 2) {
    status = F(gleaner_merge_clear)(single(&merge.object));
  } else if (kind == 3) {
    status = F(gleaner_merge_count)(&merge.object, single(&counted));
    CHECK_OUTPUT(status, counted);
  } else if (kind == 4) {
    status = F(gleaner_merge_kept)(&merge.object, (size_t)count(), single(&kept));
    CHECK_OUTPUT(status, kept);
  } else {
    const real score = number(), weight = number();
    status = F(gleaner_merge_offer)(single(&merge.object), score, weight, single(&outcome));
    CHECK_OUTPUT(status, outcome);
  }
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(&before, &merge.object, sizeof before) == 0);
  }
}

static struct F(gleaner_drift) drift;

static void drift_step(void)
{
  const size_t kind = below(8);
  struct F(gleaner_drift) before;
  real level;
  gleaner_status status;
  if (kind == 0) {
    checked(F(gleaner_drift_init)(single(&drift), count(), count()));
    return;
  }
  if (kind == 1) {
    fill(&drift, below(sizeof drift + 1));
    return;
  }
  CLEAR(level);
  before = drift;
  status = F(gleaner_drift_observe)(single(&drift), number(), single(&level));
  CHECK_OUTPUT(checked(status), level);
  CHECK(status == GLEANER_OK || memcmp(&before, &drift, sizeof before) == 0);
}

static void networks_end(void)
{
  kronecker_drop();
  free(merge.items);
  free(merge.earlier);
  memset(&merge, 0, sizeof merge);
  memset(&drift, 0, sizeof drift);
}

#endif
