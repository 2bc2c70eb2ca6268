/* Runs every entry point of the C face and prints a line each: the largest stack that a call of it took. */
#include "entries.h"

real memory[GLEANER_FIT_LEN(INPUTS, PARAMETERS, SCRATCH)], work[WORK];
struct F(gleaner_item) items[ITEMS];
uint8_t bytes[SNAPSHOT];

static real theta[PARAMETERS];

const real *activation_parameters(int32_t activation)
{
    static const real one[3] = {(real)0.25, 0, 0}, three[3] = {(real)0.25, 1, 2}, none[3] = {0, 0, 0};
    switch (activation) {
    case GLEANER_ACTIVATION_LEAKY_RELU:
    case GLEANER_ACTIVATION_ELU:
        return one;
    case GLEANER_ACTIVATION_BOUNDED_SWISH:
        return three;
    default:
        return none;
    }
}

const struct F(gleaner_model) * model_of(int32_t activation, int last_bias)
{
    static struct F(gleaner_layer) layers[2];
    static struct F(gleaner_model) model;
    static const real mean[INPUTS] = {0}, scale[INPUTS] = {1, 2, (real)0.5, 1, 1};
    const real *parameters = activation_parameters(activation);
    unsigned i;
    layers[0].weights = theta;
    layers[0].bias = theta + INPUTS * HIDDEN;
    layers[0].inputs = INPUTS;
    layers[0].outputs = HIDDEN;
    layers[0].activation = activation;
    for (i = 0; i < 3; i++) {
        layers[0].parameter[i] = parameters[i];
    }
    layers[1].weights = theta + INPUTS * HIDDEN + HIDDEN;
    layers[1].bias = last_bias ? theta + PARAMETERS - 1 : NULL;
    layers[1].inputs = HIDDEN;
    layers[1].outputs = 1;
    layers[1].activation = GLEANER_ACTIVATION_IDENTITY;
    model.abi = GLEANER_ABI;
    model.id = 1;
    model.layers = layers;
    model.depth = 2;
    model.inputs = INPUTS;
    model.mean = mean;
    model.scale = scale;
    return &model;
}

void run_lengths(void)
{
    volatile size_t length;
    uint32_t number;
    const char *text;
    METER("gleaner_abi", number = gleaner_abi());
    METER("gleaner_version", text = gleaner_version());
    METER("gleaner_status_text", text = gleaner_status_text(GLEANER_ERROR_OTHER));
    METER("gleaner_factor_len", length = gleaner_factor_len(ORDER));
    METER("gleaner_items_len", length = gleaner_items_len(KEEP));
    METER("gleaner_moments_len", length = gleaner_moments_len(INPUTS));
    METER("gleaner_scratch_exact", length = gleaner_scratch_exact(HIDDEN));
    METER("gleaner_scratch_quadrature", length = gleaner_scratch_quadrature(PARAMETERS, HIDDEN));
    METER("gleaner_work_len", length = gleaner_work_len(INPUTS, PARAMETERS, SCRATCH));
    METER("gleaner_selector_len", length = gleaner_selector_len(INPUTS, PARAMETERS, ORDER, SCRATCH));
    METER("gleaner_fit_len", length = gleaner_fit_len(INPUTS, PARAMETERS, SCRATCH));
    METER("gleaner_record_len", length = gleaner_record_len(KEEP, INPUTS * 4));
    METER("gleaner_store_len", length = gleaner_store_len(ITEMS, 2 * ITEMS, 8, SNAPSHOT, 128));
    METER("gleaner_store_buffer_len", length = gleaner_store_buffer_len(ITEMS, 8, SNAPSHOT, 4));
    METER("gleaner_factor_snapshot_len", length = F(gleaner_factor_snapshot_len)(ORDER));
    METER("gleaner_reservoir_snapshot_len", length = F(gleaner_reservoir_snapshot_len)(ITEMS));
    METER("gleaner_top_snapshot_len", length = F(gleaner_top_snapshot_len)(ITEMS));
    METER("gleaner_moments_snapshot_len", length = F(gleaner_moments_snapshot_len)(INPUTS));
    METER("gleaner_selector_snapshot_len",
          length = F(gleaner_selector_snapshot_len)(INPUTS, ORDER, ITEMS));
    (void)length;
    (void)number;
    (void)text;
}

int main(void)
{
    uint32_t state = 7;
    unsigned i;
    for (i = 0; i < PARAMETERS; i++) {
        theta[i] = meter_uniform(&state);
    }
    meter_mode = METER_STACK;
    run_lengths();
    run_models();
    run_fits();
    run_factors();
    run_samplers();
    run_other_samplers();
    run_moments();
    run_selectors();
    run_store();
    run_diagnoses();
    run_networks();
    return meter_print();
}
