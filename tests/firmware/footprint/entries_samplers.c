/* Samplers beside the reservoir and top k, and the scores that go in. */
#include "entries.h"

enum { OFFERS = 200 };

static void run_scores(void)
{
    static const real shares[2] = {(real)0.5, (real)0.5};
    struct F(gleaner_target) target = {GLEANER_OBJECTIVE_LOGISTIC, 1, 0};
    struct F(gleaner_mix) mix;
    real slope, curvature, score, scores[2];
    uint32_t i, state = 9;
    RUN(gleaner_mix_init, &mix, (real)0.125, shares, 2, NULL, 0);
    for (i = 0; i < 32; i++) {
        const real leverage = i % 8 == 7 ? SUBNORMAL : 1 / (2 + meter_uniform(&state));
        RUN(gleaner_target_loss, &target, 4 * meter_uniform(&state), &slope, &curvature);
        RUN(gleaner_optimal_score, slope, leverage, &scores[0]);
        RUN(gleaner_cautious_score, slope, leverage, (real)0.25, 20, &scores[1]);
        RUN(gleaner_mix_score, &mix, scores, 2, &score);
        meter_hash(score);
    }
    RUN(gleaner_mix_mean, &mix, 1, &score);
}

static void run_draws(void)
{
    static real chances[OFFERS], cuts[OFFERS];
    static uint32_t aliases[OFFERS];
    static const struct gleaner_terms terms = {49, 0.01, 1};
    struct F(gleaner_alias) alias;
    struct F(gleaner_draw) draw;
    gleaner_status status = 0;
    double accuracy;
    uint64_t draws = 0;
    real value;
    uint32_t i, state = 11;
    for (i = 0; i < OFFERS; i++) {
        chances[i] = i % 8 == 7 ? SUBNORMAL : 1 / (2 + meter_uniform(&state));
    }
    RUN(gleaner_alias_init, &alias, 1, chances, OFFERS, cuts, OFFERS, aliases, OFFERS);
    for (i = 0; i < 32; i++) {
        RUN(gleaner_alias_draw, &alias, &draw);
        RUN(gleaner_alias_probability, &alias, draw.index, &value);
        RUN(gleaner_alias_weight, &alias, draw.index, 32, &value);
        meter_hash(value);
    }
    METER("gleaner_terms_draws", status = gleaner_terms_draws(&terms, 0.5, &draws));
    if (status != GLEANER_OK) {
        meter_refuse("gleaner_terms_draws", status);
    }
    METER("gleaner_terms_accuracy", status = gleaner_terms_accuracy(&terms, draws, &accuracy));
    if (status != GLEANER_OK) {
        meter_refuse("gleaner_terms_accuracy", status);
    }
}

static void run_spread(void)
{
    enum { WAITING = 4, DIMENSIONS = 3, SLOTS = ITEMS + WAITING };
    static struct F(gleaner_candidate) candidates[SLOTS];
    static real positions[GLEANER_POSITIONS_LEN(WAITING, DIMENSIONS)], places[ITEMS * DIMENSIONS];
    struct F(gleaner_positions) where = {DIMENSIONS, places, DIMENSIONS, NULL, NULL};
    struct F(gleaner_reservoir) reservoir;
    struct F(gleaner_pivotal) pivotal;
    struct F(gleaner_outcome) outcome;
    struct F(gleaner_kept) kept;
    volatile size_t length;
    size_t count, i;
    uint32_t state = 13;
    real size;
    METER("gleaner_positions_len", length = gleaner_positions_len(WAITING, DIMENSIONS));
    (void)length;
    RUN(gleaner_pivotal_init, &pivotal, 1, 25, WAITING, DIMENSIONS, candidates, SLOTS, positions,
        GLEANER_POSITIONS_LEN(WAITING, DIMENSIONS));
    for (i = 0; i < OFFERS; i++) {
        const real score = 1 / (2 + meter_uniform(&state));
        meter_reading((uint32_t)i, places, DIMENSIONS);
        RUN(gleaner_pivotal_offer, &pivotal, i % 8 == 7 ? SUBNORMAL : score, places, DIMENSIONS, &outcome);
    }
    RUN(gleaner_pivotal_finish, &pivotal);
    RUN(gleaner_pivotal_count, &pivotal, &count);
    for (i = 0; i < count; i++) {
        RUN(gleaner_pivotal_kept, &pivotal, i, &kept);
        meter_hash(kept.weight);
    }
    RUN(gleaner_pivotal_effective_size, &pivotal, &size);
    RUN(gleaner_pivotal_set_threshold, &pivotal, SUBNORMAL);
    RUN(gleaner_pivotal_clear, &pivotal);
    RUN(gleaner_reservoir_init, &reservoir, 1, items, ITEMS);
    for (i = 0; i < OFFERS; i++) {
        RUN(gleaner_reservoir_offer, &reservoir, 1 / (2 + meter_uniform(&state)), &outcome);
    }
    for (i = 0; i < ITEMS; i++) {
        meter_reading((uint32_t)i, places + i * DIMENSIONS, DIMENSIONS);
    }
    RUN(gleaner_reservoir_thin, &reservoir, KEEP / 2, &where, candidates, WAITING, positions,
        GLEANER_POSITIONS_LEN(WAITING, DIMENSIONS));
    RUN(gleaner_reservoir_effective_size, &reservoir, &size);
    meter_hash(size);
}

static void run_calibration(void)
{
    enum { SUMS = GLEANER_VECTOR_GRADIENT_LEN(PARAMETERS), CURVATURE = GLEANER_VECTOR_CURVATURE_LEN(PARAMETERS) };
    static real vector[CURVATURE], kept[KEEP * SUMS], sums[GLEANER_TOTALS_LEN(SUMS)], weights[KEEP], ratios[KEEP];
    const struct F(gleaner_model) *model = model_of(GLEANER_ACTIVATION_RELU, 1);
    struct F(gleaner_target) target = {GLEANER_OBJECTIVE_RESIDUAL, (real)0.5, 0};
    struct F(gleaner_vectors) vectors = {KEEP, kept, SUMS, weights, NULL, NULL};
    struct F(gleaner_calibration_report) report;
    struct F(gleaner_totals) totals;
    volatile size_t length;
    size_t written;
    real x[INPUTS], value;
    uint32_t i, j;
    METER("gleaner_vector_len", length = gleaner_vector_len(GLEANER_VECTOR_OUTPUT, PARAMETERS));
    METER("gleaner_totals_len", length = gleaner_totals_len(SUMS));
    METER("gleaner_calibrate_len", length = gleaner_calibrate_len(SUMS));
    (void)length;
    RUN(gleaner_totals_init, &totals, SUMS, sums, GLEANER_TOTALS_LEN(SUMS));
    for (i = 0; i < 4 * KEEP; i++) {
        meter_reading(i, x, INPUTS);
        RUN(gleaner_model_vector, model, GLEANER_VECTOR_GRADIENT, x, INPUTS, 0, &target, work, WORK, vector, SUMS);
        RUN(gleaner_totals_observe, &totals, vector, SUMS);
        for (j = 0; j < SUMS && i % 4 == 2; j++) {
            kept[i / 4 * SUMS + j] = vector[j];
        }
        weights[i / 4] = 4;
    }
    RUN(gleaner_model_vector, model, GLEANER_VECTOR_CURVATURE, x, INPUTS, 0, &target, work, WORK, vector, CURVATURE);
    RUN(gleaner_totals_value, &totals, 1, &value);
    RUN(gleaner_calibrate, &totals, NULL, &vectors, ratios, KEEP, memory, GLEANER_CALIBRATE_LEN(SUMS), &report);
    for (i = 0; i < KEEP; i++) {
        meter_hash(ratios[i]);
    }
    RUN(gleaner_totals_save, &totals, bytes, sizeof bytes, &written);
    RUN(gleaner_totals_restore, &totals, bytes, written);
    METER("gleaner_totals_snapshot_len", length = F(gleaner_totals_snapshot_len)(SUMS));
    RUN(gleaner_totals_clear, &totals);
}

void run_other_samplers(void)
{
    static const struct gleaner_budget budget = {40, OFFERS, 4};
    struct F(gleaner_bottom) bottom;
    struct F(gleaner_poisson) poisson;
    size_t length;
    struct F(gleaner_outcome) outcome;
    struct F(gleaner_decision) decision;
    struct F(gleaner_kept) kept;
    size_t count, i;
    uint32_t state = 3;
    RUN(gleaner_bottom_init, &bottom, items, ITEMS);
    for (i = 0; i < OFFERS; i++) {
        RUN(gleaner_bottom_offer, &bottom, i % 8 == 7 ? SUBNORMAL : 1 + meter_uniform(&state), &outcome);
    }
    RUN(gleaner_bottom_count, &bottom, &count);
    for (i = 0; i < count; i++) {
        RUN(gleaner_bottom_kept, &bottom, i, &kept);
    }
    RUN(gleaner_bottom_clear, &bottom);
    RUN(gleaner_poisson_init, &poisson, 1, 5, &budget);
    for (i = 0; i < OFFERS; i++) {
        const real score = 1 / (2 + meter_uniform(&state));
        RUN(gleaner_poisson_offer, &poisson, i % 8 == 7 ? SUBNORMAL : score, &decision);
        meter_hash(decision.weight);
    }
    RUN(gleaner_poisson_save, &poisson, bytes, sizeof bytes, &length);
    RUN(gleaner_poisson_restore, &poisson, bytes, length);
    METER("gleaner_poisson_snapshot_len", length = F(gleaner_poisson_snapshot_len)());
    RUN(gleaner_poisson_set_threshold, &poisson, SUBNORMAL);
    RUN(gleaner_poisson_clear, &poisson);
    run_draws();
    run_scores();
    run_spread();
    run_calibration();
}
