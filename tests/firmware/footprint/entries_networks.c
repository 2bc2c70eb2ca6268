/* Several outputs, sketches, Kronecker scores, a model of the caller's own, merged samples, streams that change. */
#include "entries.h"

enum { CLASSES = 3, BUCKETS = 16, OFFERS = 40 };
enum {
    HEAD_PARAMETERS = INPUTS * HIDDEN + HIDDEN + HIDDEN * CLASSES,
    HEAD_WORK = GLEANER_WORK_LEN(INPUTS, HEAD_PARAMETERS, GLEANER_SCRATCH_EXACT(HIDDEN + CLASSES)) + 2 * BUCKETS,
    HEAD_ORDER = HEAD_PARAMETERS + 1 - HIDDEN,
    HEAD_MEMORY = GLEANER_SELECTOR_LEN_OF(INPUTS, CLASSES, HEAD_PARAMETERS + 1, HEAD_ORDER,
                                          GLEANER_SCRATCH_EXACT(HIDDEN + CLASSES)),
    OWN_PARAMETERS = 3
};

static real head_memory[HEAD_MEMORY], head_work[HEAD_WORK], head_theta[HEAD_PARAMETERS], x[INPUTS];
static real row[HEAD_PARAMETERS + 1], sketch[BUCKETS + 1];
static struct F(gleaner_selector) selector;

static const struct F(gleaner_model) * head(void)
{
    static struct F(gleaner_layer) layers[2];
    static struct F(gleaner_model) model;
    uint32_t state = 5;
    unsigned i;
    for (i = 0; i < HEAD_PARAMETERS; i++) {
        head_theta[i] = meter_uniform(&state);
    }
    layers[0].weights = head_theta;
    layers[0].bias = head_theta + INPUTS * HIDDEN;
    layers[0].inputs = INPUTS;
    layers[0].outputs = HIDDEN;
    layers[0].activation = GLEANER_ACTIVATION_RELU;
    layers[1].weights = head_theta + INPUTS * HIDDEN + HIDDEN;
    layers[1].inputs = HIDDEN;
    layers[1].outputs = CLASSES;
    layers[1].activation = GLEANER_ACTIVATION_IDENTITY;
    model.abi = GLEANER_ABI;
    model.id = 3;
    model.layers = layers;
    model.depth = 2;
    model.inputs = INPUTS;
    return &model;
}

/* Each objective of several outputs, whole rows and sketches. */
static void run_outputs(const struct F(gleaner_model) * model)
{
    static const int32_t objectives[] = {GLEANER_OBJECTIVE_SOFTMAX, GLEANER_OBJECTIVE_CROSS_ENTROPY};
    struct F(gleaner_row_report) report;
    struct F(gleaner_verdict) verdict;
    unsigned which, sketched;
    uint32_t i;
    for (which = 0; which < 2; which++) {
        struct F(gleaner_target) target = {0};
        target.objective = objectives[which];
        target.label = 1;
        for (sketched = 0; sketched < 2; sketched++) {
            struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
            options.objective = objectives[which];
            options.buckets = sketched ? BUCKETS : 0;
            RUN(gleaner_selector_init, &selector, model, &options, head_memory, HEAD_MEMORY, items, ITEMS);
            for (i = 0; i < OFFERS; i++) {
                meter_reading(i, x, INPUTS);
                RUN(gleaner_selector_offer, &selector, x, INPUTS, &target.label, which, &verdict);
                meter_hash(verdict.leverage);
            }
        }
        RUN(gleaner_model_row, model, x, INPUTS, 0, &target, head_work, HEAD_WORK, row, HEAD_PARAMETERS + 1, &report);
        RUN(gleaner_model_sketch, model, x, INPUTS, 0, &target, 7, head_work, HEAD_WORK, sketch, BUCKETS + 1, &report);
        meter_hash(sketch[0]);
    }
}

static void run_kronecker(const struct F(gleaner_model) * model)
{
    static real sides[GLEANER_KRONECKER_LEN(INPUTS, HIDDEN, 1) + GLEANER_KRONECKER_LEN(HIDDEN, CLASSES, 0)];
    static struct F(gleaner_kronecker_layer) layers[2];
    static uint8_t bytes[GLEANER_KRONECKER_SNAPSHOT_LEN(sizeof(real), 2, sizeof sides / sizeof *sides)];
    struct F(gleaner_kronecker) scorer;
    real score;
    size_t length;
    uint32_t i;
    RUN(gleaner_kronecker_work_len, model, &length);
    RUN(gleaner_kronecker_init, &scorer, model, 0, layers, 2, sides, sizeof sides / sizeof *sides);
    for (i = 0; i < OFFERS; i++) {
        meter_reading(i, x, INPUTS);
        RUN(gleaner_kronecker_observe, &scorer, model, x, INPUTS, 0, NULL, work, length, &score);
        meter_hash(score);
    }
    RUN(gleaner_kronecker_score, &scorer, model, x, INPUTS, 0, NULL, work, length, &score);
    RUN(gleaner_kronecker_save, &scorer, bytes, sizeof bytes, &length);
    RUN(gleaner_kronecker_restore, &scorer, bytes, length);
}

/* f = a x0 + b x1 + c */
static int32_t plane(void *context, const real *theta, size_t theta_len, const real *reading, size_t reading_len,
                     size_t index, real *gradient, real *value)
{
    (void)context, (void)theta_len, (void)reading_len, (void)index;
    gradient[0] = reading[0];
    gradient[1] = reading[1];
    gradient[2] = 1;
    *value = theta[0] * reading[0] + theta[1] * reading[1] + theta[2];
    return 0;
}

static void run_own(void)
{
    static const real theta[OWN_PARAMETERS] = {(real)0.5, (real)-0.25, 1};
    static const struct F(gleaner_own) own = {plane, NULL, theta, OWN_PARAMETERS, 1, 1};
    static struct F(gleaner_model) model;
    struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
    struct F(gleaner_row_report) report;
    struct F(gleaner_verdict) verdict;
    struct gleaner_sizes sizes;
    real value;
    unsigned sketched;
    model.abi = GLEANER_ABI;
    model.id = 4;
    model.inputs = 2;
    model.own = &own;
    meter_reading(1, x, 2);
    RUN(gleaner_model_sizes, &model, &sizes);
    RUN(gleaner_model_check_gradient, &model, x, 2, (real)0.01, work, WORK);
    RUN(gleaner_model_value, &model, x, 2, 0, work, WORK, &value);
    RUN(gleaner_model_norm, &model, x, 2, 0, NULL, work, WORK, &value);
    RUN(gleaner_model_row, &model, x, 2, 0, NULL, work, WORK, row, OWN_PARAMETERS + 1, &report);
    RUN(gleaner_model_gradient, &model, x, 2, 0, NULL, work, WORK, row, OWN_PARAMETERS, &value);
    RUN(gleaner_model_sketch, &model, x, 2, 0, NULL, 7, work, WORK, sketch, 5, &report);
    for (sketched = 0; sketched < 2; sketched++) {
        options.buckets = sketched * 2;
        RUN(gleaner_selector_init, &selector, &model, &options, head_memory, HEAD_MEMORY, items, ITEMS);
        RUN(gleaner_selector_offer, &selector, x, 2, NULL, 0, &verdict);
    }
}

static void run_merge(void)
{
    static struct F(gleaner_earlier) earlier[ITEMS];
    struct F(gleaner_merge) merge;
    struct F(gleaner_outcome) outcome;
    struct F(gleaner_kept) kept;
    struct F(gleaner_drift) drift;
    real level;
    size_t count, i;
    uint32_t state = 3;
    RUN(gleaner_merge_init, &merge, 1, items, earlier, ITEMS);
    for (i = 0; i < OFFERS; i++) {
        RUN(gleaner_merge_offer, &merge, 2 + meter_uniform(&state), 3 + meter_uniform(&state), &outcome);
    }
    RUN(gleaner_merge_count, &merge, &count);
    for (i = 0; i < count; i++) {
        RUN(gleaner_merge_kept, &merge, i, &kept);
        meter_hash(kept.weight);
    }
    RUN(gleaner_merge_clear, &merge);
    RUN(gleaner_drift_init, &drift, 10, 100);
    for (i = 0; i < 20 * OFFERS; i++) {
        RUN(gleaner_drift_observe, &drift, (real)0.125 / (1 + (real)(i % 3)), &level);
    }
    meter_hash(level);
}

void run_networks(void)
{
    const struct F(gleaner_model) *model = head();
    volatile size_t length;
    METER("gleaner_selector_len_of", length = gleaner_selector_len_of(INPUTS, CLASSES, 9, 9, SCRATCH));
    METER("gleaner_fit_len_of", length = gleaner_fit_len_of(INPUTS, CLASSES, PARAMETERS, SCRATCH));
    METER("gleaner_scratch_sketch_exact", length = gleaner_scratch_sketch_exact(HIDDEN, BUCKETS));
    METER("gleaner_scratch_sketch_quadrature", length = gleaner_scratch_sketch_quadrature(HIDDEN, BUCKETS));
    METER("gleaner_scratch_sketch_own", length = gleaner_scratch_sketch_own(OWN_PARAMETERS, 8));
    METER("gleaner_scratch_own", length = gleaner_scratch_own(OWN_PARAMETERS, 8));
    METER("gleaner_kronecker_len", length = gleaner_kronecker_len(INPUTS, HIDDEN, 1));
    METER("gleaner_kronecker_snapshot_len", length = F(gleaner_kronecker_snapshot_len)(2, 100));
    (void)length;
    run_outputs(model);
    run_kronecker(model);
    run_own();
    run_merge();
}
