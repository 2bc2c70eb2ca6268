/* What says which readings are odd: diagnostics, the quantile, the explanation. */
#include "entries.h"

enum { OCTAVES = 16, SCORES = 300 };

static void run_explanations(void)
{
    static real row[ORDER], scratch[GLEANER_EXPLAIN_LEN(PARAMETERS)], contributions[ORDER];
    const struct F(gleaner_model) *model = model_of(GLEANER_ACTIVATION_RELU, 1);
    struct F(gleaner_factor) factor;
    struct F(gleaner_score) score;
    struct F(gleaner_row_report) report;
    struct F(gleaner_explanation) explanation;
    real x[INPUTS], inputs[INPUTS], layers[2], online;
    uint32_t i;
    gleaner_status status = F(gleaner_factor_init)(&factor, ORDER, (real)0.01, memory, GLEANER_FACTOR_LEN(ORDER));
    for (i = 0; i < 8 && status == GLEANER_OK; i++) {
        meter_reading(i, x, INPUTS);
        status = F(gleaner_model_row)(model, x, INPUTS, 0, NULL, work, WORK, row, ORDER, &report);
        if (status == GLEANER_OK) {
            status = F(gleaner_factor_observe)(&factor, row, ORDER, 1, &online);
        }
    }
    if (status != GLEANER_OK) {
        meter_refuse("gleaner_explain", status);
    }
    RUN(gleaner_factor_contributions, &factor, row, ORDER, scratch, ORDER, contributions, ORDER, &score);
    RUN(gleaner_explain, model, &factor, row, ORDER, scratch, GLEANER_EXPLAIN_LEN(PARAMETERS), inputs, INPUTS, layers,
        2, &explanation);
    meter_hash(explanation.leverage);
}

void run_diagnoses(void)
{
    static uint32_t counters[GLEANER_QUANTILE_LEN(OCTAVES)], others[GLEANER_QUANTILE_LEN(OCTAVES)];
    struct F(gleaner_residuals) residuals;
    struct F(gleaner_diagnosis) diagnosis;
    struct F(gleaner_quantile) quantile, other;
    real value;
    volatile size_t length;
    size_t written;
    int32_t beyond;
    uint32_t i, state = 5;
    METER("gleaner_quantile_len", length = gleaner_quantile_len(OCTAVES));
    METER("gleaner_explain_len", length = gleaner_explain_len(PARAMETERS));
    (void)length;
    RUN(gleaner_residuals_init, &residuals, (real)4.5, 40, 6);
    RUN(gleaner_residuals_observe, &residuals, (real)0.5, (real)0.25, &value);
    RUN(gleaner_residuals_observe_novel, &residuals);
    RUN(gleaner_residuals_variance, &residuals, &value);
    RUN(gleaner_diagnose, &residuals, (real)0.5, (real)0.25, &diagnosis);
    RUN(gleaner_diagnose, &residuals, SUBNORMAL, 1, &diagnosis);
    RUN(gleaner_diagnose_new, &residuals, (real)0.5, (real)0.25, &diagnosis);
    RUN(gleaner_leverage_threshold, 3, 6, 40, &value);
    RUN(gleaner_quantile_init, &quantile, 1, counters, GLEANER_QUANTILE_LEN(OCTAVES));
    RUN(gleaner_quantile_init, &other, 1, others, GLEANER_QUANTILE_LEN(OCTAVES));
    RUN(gleaner_quantile_half_life, &quantile, 100);
    for (i = 0; i < SCORES; i++) {
        value = meter_uniform(&state);
        value = i % 8 == 7 ? SUBNORMAL : value * value;
        RUN(gleaner_quantile_is_beyond, &quantile, value, (real)0.95, &beyond);
        RUN(gleaner_quantile_observe, &quantile, value);
    }
    RUN(gleaner_quantile_threshold, &quantile, (real)0.5, &value);
    RUN(gleaner_quantile_merge, &other, &quantile);
    RUN(gleaner_quantile_save, &quantile, bytes, sizeof bytes, &written);
    RUN(gleaner_quantile_restore, &other, bytes, written);
    METER("gleaner_quantile_snapshot_len", length = F(gleaner_quantile_snapshot_len)(OCTAVES));
    RUN(gleaner_quantile_reset, &quantile);
    run_explanations();
}
