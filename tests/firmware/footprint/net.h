/* A network INPUTS-HIDDEN-1 with ReLU, in the sizes that the compiler is told, with a bias in each layer
   where LAST_BIAS is 1. Its weights are filled in at the start. */
#ifndef NET_H
#define NET_H

#include "meter.h"

enum {
    PARAMETERS = INPUTS * HIDDEN + 2 * HIDDEN + LAST_BIAS,
    ORDER = PARAMETERS + 1 - HIDDEN,
    SCRATCH = LAST_BIAS ? GLEANER_SCRATCH_QUADRATURE(PARAMETERS, HIDDEN) : GLEANER_SCRATCH_EXACT(HIDDEN),
    WORK = GLEANER_WORK_LEN(INPUTS, PARAMETERS, SCRATCH),
    MEMORY = GLEANER_SELECTOR_LEN(INPUTS, PARAMETERS, ORDER, SCRATCH)
};

extern const struct F(gleaner_model) net;

/* Fills the weights. */
void net_fill(void);

#endif
