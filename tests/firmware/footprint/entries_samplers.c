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
}
