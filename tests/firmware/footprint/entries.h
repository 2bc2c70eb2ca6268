/* Every entry point of the C face, run with a meter around it on a network 5-8-1: what its parts share. */
#ifndef ENTRIES_H
#define ENTRIES_H

#include "meter.h"

enum {
    INPUTS = 5,
    HIDDEN = 8,
    PARAMETERS = INPUTS * HIDDEN + HIDDEN + HIDDEN + 1,
    ORDER = PARAMETERS + 1,
    SCRATCH = GLEANER_SCRATCH_QUADRATURE(PARAMETERS, HIDDEN),
    WORK = GLEANER_WORK_LEN(INPUTS, PARAMETERS, SCRATCH),
    MEMORY = GLEANER_SELECTOR_LEN(INPUTS, PARAMETERS, ORDER, SCRATCH),
    KEEP = 8,
    ITEMS = GLEANER_ITEMS_LEN(KEEP),
    ACTIVATIONS = GLEANER_ACTIVATION_BOUNDED_SWISH + 1,
    OBJECTIVES = GLEANER_OBJECTIVE_HUBER + 1,
    SNAPSHOT = GLEANER_SELECTOR_SNAPSHOT_LEN(sizeof(real), INPUTS, ORDER, ITEMS)
};

/* The model, with this activation in the hidden layer and, where `last_bias` is 1, a bias in each layer. */
const struct F(gleaner_model) * model_of(int32_t activation, int last_bias);

/* The parameters of an activation, 3; 0 where it takes none. */
const real *activation_parameters(int32_t activation);

/* Buffers that all of them may use, one after the other. */
extern real memory[GLEANER_FIT_LEN(INPUTS, PARAMETERS, SCRATCH)], work[WORK];
extern struct F(gleaner_item) items[ITEMS];
extern uint8_t bytes[SNAPSHOT];

void run_lengths(void);
void run_models(void);
void run_fits(void);
void run_factors(void);
void run_samplers(void);
void run_other_samplers(void);
void run_moments(void);
void run_selectors(void);
void run_store(void);
void run_diagnoses(void);
void run_networks(void);

#endif
