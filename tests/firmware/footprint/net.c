#include "net.h"

static real theta[PARAMETERS];

static const struct F(gleaner_layer) layers[] = {
    {theta, theta + INPUTS * HIDDEN, INPUTS, HIDDEN, GLEANER_ACTIVATION_RELU, {0}},
    {theta + INPUTS * HIDDEN + HIDDEN, LAST_BIAS ? theta + PARAMETERS - 1 : NULL, HIDDEN, 1,
     GLEANER_ACTIVATION_IDENTITY, {0}},
};

const struct F(gleaner_model) net = {
    GLEANER_ABI, 1, layers, 2, INPUTS, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL,
};

void net_fill(void)
{
    uint32_t state = 7, i;
    for (i = 0; i < PARAMETERS; i++) {
        theta[i] = meter_uniform(&state);
    }
}
