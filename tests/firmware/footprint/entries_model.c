/* What a model gives, for each activation, with and without a closed form, for each objective; the fit. */
#include "entries.h"

enum { CHECKS = 4, SAMPLES = 8 };

static real row[PARAMETERS + 1], x[INPUTS], theta[PARAMETERS];

static void one_model(const struct F(gleaner_model) * model)
{
    struct gleaner_sizes sizes;
    struct F(gleaner_layer) layers[2];
    RUN(gleaner_model_sizes, model, &sizes);
    RUN(gleaner_model_theta, model, theta, sizes.parameters);
    RUN(gleaner_model_layers, model, theta, sizes.parameters, layers, 2);
}

static void one_reading(const struct F(gleaner_model) * model, const struct F(gleaner_target) * target)
{
    const size_t parameters = model->layers[1].bias == NULL ? PARAMETERS - 1 : PARAMETERS;
    struct F(gleaner_row_report) report;
    real value;
    RUN(gleaner_model_value, model, x, INPUTS, 0, work, WORK, &value);
    RUN(gleaner_model_gradient, model, x, INPUTS, 0, target, work, WORK, row, parameters, &value);
    RUN(gleaner_model_norm, model, x, INPUTS, 0, target, work, WORK, &value);
    RUN(gleaner_model_row, model, x, INPUTS, 0, target, work, WORK, row, parameters + 1, &report);
    RUN(gleaner_model_leave_out_gauge, model, row, parameters + 1);
}

/* The check pairs are the model's own outputs. */
static void one_check(const struct F(gleaner_model) * model)
{
    static real inputs[CHECKS * INPUTS], outputs[CHECKS];
    struct F(gleaner_model) checked = *model;
    real worst;
    uint32_t i;
    for (i = 0; i < CHECKS; i++) {
        meter_reading(i, inputs + i * INPUTS, INPUTS);
        RUN(gleaner_model_value, model, inputs + i * INPUTS, INPUTS, 0, work, WORK, &outputs[i]);
    }
    checked.check_inputs = inputs;
    checked.check_outputs = outputs;
    checked.checks = CHECKS;
    RUN(gleaner_model_check, &checked, GLEANER_OBJECTIVE_LOGISTIC, work, WORK, &worst);
}

void run_models(void)
{
    int32_t activation, objective;
    int last_bias;
    uint32_t i;
    for (activation = 0; activation < ACTIVATIONS; activation++) {
        for (last_bias = 0; last_bias < 2; last_bias++) {
            const struct F(gleaner_model) *model = model_of(activation, last_bias);
            one_model(model);
            one_check(model);
            for (i = 1; i < 4; i += 2) {
                meter_reading(i, x, INPUTS);
                one_reading(model, NULL);
            }
            for (objective = 0; objective < OBJECTIVES; objective++) {
                struct F(gleaner_target) target = {0};
                target.objective = objective;
                target.label = (real)0.25;
                target.delta = 1;
                one_reading(model, &target);
            }
        }
        for (i = 0; i < 16; i++) {
            struct F(gleaner_activation) result;
            const real at = ((real)i - 8) * (i % 2 ? 1 : SUBNORMAL);
            RUN(gleaner_activation_evaluate, activation, activation_parameters(activation), 3, at, &result);
        }
    }
}

static int32_t sample(void *context, size_t index, real *reading, size_t length, real *label, size_t labels,
                      real *weight)
{
    (void)context;
    (void)labels;
    meter_reading((uint32_t)index, reading, (uint32_t)length);
    *label = (real)(index % 2);
    *weight = 1 + (real)(index % 3);
    return 0;
}

void run_fits(void)
{
    static const int32_t activations[] = {GLEANER_ACTIVATION_RELU, GLEANER_ACTIVATION_GELU};
    struct F(gleaner_samples) samples = {0};
    unsigned which;
    int32_t objective;
    samples.count = SAMPLES;
    samples.sample = sample;
    for (which = 0; which < 2; which++) {
        const struct F(gleaner_model) *model = model_of(activations[which], 1);
        for (objective = GLEANER_OBJECTIVE_RESIDUAL; objective < OBJECTIVES; objective++) {
            struct F(gleaner_fit_options) options = GLEANER_FIT_OPTIONS_DEFAULT;
            struct F(gleaner_fit_report) report;
            options.objective = objective;
            options.steps = 2;
            RUN(gleaner_model_theta, model, theta, PARAMETERS);
            RUN(gleaner_fit, model, &options, &samples, theta, PARAMETERS, memory,
                sizeof memory / sizeof *memory, &report);
        }
    }
}
