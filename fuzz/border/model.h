/* Two models of any shape and any numbers, and what is asked of them. */
#ifndef MODEL_H
#define MODEL_H

#include "input.h"

#define MOST_LAYERS 4
#define MOST_WIDTH 4

/* A model with all that its description points to. It stays as it is, since a selector may use it, until the end. */
struct net {
  struct F(gleaner_model) model;
  struct F(gleaner_layer) layers[MOST_LAYERS];
  struct F(gleaner_pilot) pilot;
  struct gleaner_sizes sizes; /* All 0 where the model is refused */
  void *rooms[2 * MOST_LAYERS + 5];
  size_t rooms_used;
  struct net *next;
};

static struct net *nets, *current[2];

static real *net_reals(struct net *net, size_t length)
{
  real *memory = reals(length);
  net->rooms[net->rooms_used++] = memory;
  return memory;
}

/* Layers of the fuzzer's shapes; each width follows from the last one unless it says otherwise. */
static void shape_layers(struct net *net)
{
  uint32_t width = 1 + (uint32_t)below(MOST_WIDTH);
  uint32_t i;
  net->model.depth = (uint32_t)below(MOST_LAYERS + 1);
  net->model.inputs = width;
  for (i = 0; i < net->model.depth; i++) {
    struct F(gleaner_layer) *layer = &net->layers[i];
    const uint8_t odd = byte();
    layer->inputs = odd == 255 ? (uint32_t)below(MOST_WIDTH + 1) : width;
    layer->outputs = odd == 254 ? 0 : 1 + (uint32_t)below(MOST_WIDTH);
    layer->activation = odd == 253 ? (int32_t)count() : (int32_t)below(17);
    layer->parameter[0] = (real)0.25;
    layer->parameter[1] = layer->parameter[2] = 1;
    if (odd % 8 == 7) {
      numbers(layer->parameter, 3);
    }
    width = layer->outputs;
    layer->weights = net_reals(net, (size_t)layer->inputs * layer->outputs);
    layer->bias = odd & 1 ? net_reals(net, layer->outputs) : NULL;
    if (odd == 252) {
      /* No memory has this size: such a count must be found before it is used. */
      layer->inputs = layer->outputs = UINT32_MAX;
    }
    if (odd == 251) {
      layer->weights = NULL;
    }
  }
}

/* The other model's shapes with numbers of its own: what a rebase takes. */
static void shape_as(struct net *net, const struct net *other)
{
  uint32_t i;
  net->model.depth = other->model.depth;
  net->model.inputs = other->model.inputs;
  for (i = 0; i < net->model.depth; i++) {
    struct F(gleaner_layer) *layer = &net->layers[i];
    *layer = other->layers[i];
    if (layer->inputs <= MOST_WIDTH && layer->outputs <= MOST_WIDTH) {
      layer->weights = net_reals(net, (size_t)layer->inputs * layer->outputs);
      layer->bias = layer->bias != NULL ? net_reals(net, layer->outputs) : NULL;
    }
  }
}

static void pilot_of(struct net *net)
{
  const size_t order = net->sizes.order > 0 ? net->sizes.order : 2;
  const size_t length = order * (order + 1) / 2;
  real *packed = net_reals(net, length);
  struct argument given;
  if (below(2) == 0) {
    /* One that a factor could have given. */
    size_t j, at = 0;
    memset(packed, 0, length * sizeof(real));
    for (j = 0; j < order; j++) {
      packed[at] = 1;
      at += order - j;
    }
  }
  given = argument(packed, length, sizeof(real));
  net->pilot.packed = given.pointer;
  net->pilot.packed_len = given.length;
  net->pilot.rows = count();
  net->pilot.ridge = number();
  net->pilot.mean_leverage = number();
  net->pilot.model_id = below(8) == 0 ? word() : net->model.id;
  net->pilot.objective = (int32_t)below(2) == 0 ? GLEANER_OBJECTIVE_PREDICTION : (int32_t)count();
  net->model.pilot = &net->pilot;
}

static void net_build(size_t which)
{
  struct net *net = room(sizeof *net);
  struct net *other = current[1 - which];
  uint8_t with;
  memset(net, 0, sizeof *net);
  net->next = nets;
  nets = net;
  current[which] = net;
  net->model.abi = below(64) == 63 ? (uint32_t)word() : GLEANER_ABI;
  net->model.id = byte();
  net->model.layers = below(64) == 63 ? NULL : net->layers;
  if (other != NULL && below(2) == 0) {
    shape_as(net, other);
  } else {
    shape_layers(net);
  }
  net->model.nodes = below(4) == 0 ? (uint32_t)count() : (uint32_t)below(5);
  with = byte();
  if (with & 1) {
    real *mean = net_reals(net, net->model.inputs), *scale = net_reals(net, net->model.inputs);
    uint32_t i;
    for (i = 0; with & 2 && i < net->model.inputs; i++) {
      scale[i] = (real)(i + 1) / 2;
    }
    net->model.mean = with & 16 && with & 32 ? NULL : mean;
    net->model.scale = scale;
  }
  checked(F(gleaner_model_sizes)(&net->model, &net->sizes));
  if (with & 4) {
    net->model.checks = (uint32_t)below(4);
    net->model.check_inputs = net_reals(net, (size_t)net->model.checks * net->model.inputs);
    net->model.check_outputs = net_reals(net, (size_t)net->model.checks * net->sizes.outputs);
  }
  if (with & 8) {
    pilot_of(net);
  }
}

static struct net *some_net(void)
{
  const size_t which = below(2);
  if (current[which] == NULL || below(16) == 0) {
    net_build(which);
  }
  return current[which];
}

/* A model whose description a call may use at once, or none. */
static const struct F(gleaner_model) *model_of(const struct net *net)
{
  return below(64) == 63 ? NULL : &net->model;
}

static void model_step(void)
{
  struct net *net = some_net();
  const size_t parameters = net->sizes.parameters, inputs = net->model.inputs;
  const size_t kind = below(9);
  const struct F(gleaner_model) *model = model_of(net);
  real *x = reals(inputs), *work = room(net->sizes.work * sizeof(real));
  real *out = reals(parameters + 1);
  real *saved = copied(out, (parameters + 1) * sizeof(real));
  struct F(gleaner_layer) layers[MOST_LAYERS];
  struct F(gleaner_target) target;
  struct F(gleaner_row_report) report;
  struct argument a = argument(x, inputs, sizeof(real)), b = argument(work, net->sizes.work, sizeof(real)), c;
  const size_t index = below(8) == 0 ? (size_t)count() : 0;
  real value;
  gleaner_status status;
  CLEAR(value);
  CLEAR(report);
  memset(work, 0xff, net->sizes.work * sizeof(real));
  target.objective = (int32_t)below(7);
  target.label = number();
  target.delta = number();
  switch (kind) {
    case 0:
      status = F(gleaner_model_check)(model, (int32_t)below(5), b.pointer, b.length, &value);
      CHECK(status != GLEANER_OK || is_size(value));
      break;
    case 1:
      status = F(gleaner_model_value)(model, a.pointer, a.length, index, b.pointer, b.length, &value);
      break;
    case 2:
      c = argument(out, parameters, sizeof(real));
      status = F(gleaner_model_gradient)(model, a.pointer, a.length, index, byte() & 1 ? &target : NULL, b.pointer,
          b.length, c.pointer, c.length, &value);
      break;
    case 3:
    case 4:
      c = argument(out, parameters + 1, sizeof(real));
      status = F(gleaner_model_row)(model, a.pointer, a.length, index, byte() & 1 ? &target : NULL, b.pointer,
          b.length, c.pointer, c.length, &report);
      CHECK_OUTPUT(status, report);
      CHECK(status != GLEANER_OK || is_size(report.completeness));
      break;
    case 5:
      status = F(gleaner_model_norm)(
          model, a.pointer, a.length, index, byte() & 1 ? &target : NULL, b.pointer, b.length, &value);
      CHECK(status != GLEANER_OK || is_size(value));
      break;
    case 6:
      c = argument(out, parameters + 1, sizeof(real));
      status = F(gleaner_model_leave_out_gauge)(model, c.pointer, c.length);
      break;
    case 7:
      c = argument(out, parameters, sizeof(real));
      status = F(gleaner_model_theta)(model, c.pointer, c.length);
      break;
    default:
      c = argument(out, parameters, sizeof(real));
      status = F(gleaner_model_layers)(
          model, c.pointer, c.length, layers, below(8) == 0 ? below(MOST_LAYERS + 1) : net->model.depth);
      break;
  }
  checked(status);
  CHECK_OUTPUT(status, value);
  CHECK(status == GLEANER_OK || memcmp(saved, out, (parameters + 1) * sizeof(real)) == 0);
  free(x);
  free(work);
  free(out);
  free(saved);
}

static void nets_end(void)
{
  while (nets != NULL) {
    struct net *net = nets;
    size_t i;
    nets = net->next;
    for (i = 0; i < net->rooms_used; i++) {
      free(net->rooms[i]);
    }
    free(net);
  }
  current[0] = current[1] = NULL;
}

#endif
