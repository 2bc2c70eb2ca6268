/* A small network, 3-4-1, ReLU, with a standardiser: weights that are all different. */
#ifndef NET_H
#define NET_H

#include "check.h"

#define INPUTS 3
#define HIDDEN 4
#define PARAMETERS (INPUTS * HIDDEN + HIDDEN + HIDDEN)
#define ORDER (PARAMETERS + 1 - HIDDEN)
#define SCRATCH GLEANER_SCRATCH_EXACT(HIDDEN)
#define WORK GLEANER_WORK_LEN(INPUTS, PARAMETERS, SCRATCH)
#define MEMORY GLEANER_SELECTOR_LEN(INPUTS, PARAMETERS, ORDER, SCRATCH)

static const real net_w1[INPUTS * HIDDEN] = {
  (real)0.5, (real)-0.25, (real)0.75, (real)-0.5, (real)1.0, (real)0.125,
  (real)0.375, (real)0.625, (real)-0.875, (real)-1.125, (real)0.25, (real)0.5,
};
static const real net_b1[HIDDEN] = {(real)0.125, (real)-0.25, (real)0.5, (real)0.0625};
static const real net_w2[HIDDEN] = {(real)1.5, (real)-0.75, (real)0.5, (real)-1.25};
static const real net_mean[INPUTS] = {(real)0.25, (real)-0.5, (real)1.0};
static const real net_scale[INPUTS] = {(real)2.0, (real)0.5, (real)1.5};

static const struct F(gleaner_layer) net_layers[2] = {
  {net_w1, net_b1, INPUTS, HIDDEN, GLEANER_ACTIVATION_RELU, {0, 0, 0}},
  {net_w2, NULL, HIDDEN, 1, GLEANER_ACTIVATION_IDENTITY, {0, 0, 0}},
};
static const struct F(gleaner_model) net = {
  GLEANER_ABI, 77, net_layers, 2, INPUTS, 0, net_mean, net_scale, NULL, NULL, 0, NULL, NULL,
};

/* Whether all but the counts of refused readings are the same; field by field, as structs have padding. */
static inline int same_counters(const struct F(gleaner_counters) *a, const struct F(gleaner_counters) *b)
{
  return a->seen == b->seen && a->accepted == b->accepted && a->evicted == b->evicted &&
         a->refused_other == b->refused_other && a->highest_dropped == b->highest_dropped &&
         memcmp(a->total_score, b->total_score, sizeof a->total_score) == 0;
}

/* Reading number i of a stream: a fixed sequence of small numbers, the same in C and Rust. */
static inline void reading(uint32_t i, real x[INPUTS])
{
  uint32_t word = i * 2654435761u + 12345u;
  size_t j;
  for (j = 0; j < INPUTS; j++) {
    word = word * 1664525u + 1013904223u;
    x[j] = (real)((int32_t)(word >> 20) - 2048) / (real)512;
  }
  if (i % 97 == 0) {
    x[0] = x[0] * (real)8;
  }
}

#endif
