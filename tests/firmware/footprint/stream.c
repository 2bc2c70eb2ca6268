/* A stream of readings through one network, entry point by entry point: the largest number of instructions
   that a call of each takes. READINGS of them start from an empty factor, as many from a full one. */
#include "net.h"

enum { KEEP = 8 };

static struct F(gleaner_selector) selector;
static struct F(gleaner_factor) factor;
static struct F(gleaner_reservoir) reservoir;
static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEEP)];
static real memory[MEMORY], work[WORK], row[PARAMETERS + 1], scratch[ORDER], x[INPUTS];
static real packed[ORDER * (ORDER + 1) / 2];
static const struct F(gleaner_pilot) pilot = {
    packed, sizeof packed / sizeof *packed, 10 * ORDER, (real)1e-6, (real)0.1, 1,
    GLEANER_OBJECTIVE_PREDICTION, 0, 0,
};

/* A factor that has seen every column. */
static void fill_pilot(void)
{
    uint32_t state = 3;
    size_t at = 0, column, length;
    for (length = ORDER; length > 0; length--) {
        packed[at++] = 2 + meter_uniform(&state);
        for (column = 1; column < length; column++) {
            packed[at++] = (real)0.125 * meter_uniform(&state);
        }
    }
}

static void model_and_factor(uint32_t i)
{
    real value, norm, online;
    struct F(gleaner_row_report) report;
    struct F(gleaner_score) score;
    meter_reading(i, x, INPUTS);
    RUN(gleaner_model_value, &net, x, INPUTS, 0, work, WORK, &value);
    RUN(gleaner_model_norm, &net, x, INPUTS, 0, NULL, work, WORK, &norm);
    RUN(gleaner_model_row, &net, x, INPUTS, 0, NULL, work, WORK, row, PARAMETERS + 1, &report);
    RUN(gleaner_model_leave_out_gauge, &net, row, PARAMETERS + 1);
    RUN(gleaner_factor_observe, &factor, row, ORDER, 1, &online);
    RUN(gleaner_factor_score, &factor, row, ORDER, scratch, ORDER, &score);
    meter_hash(value);
    meter_hash(norm);
    meter_hash(online);
    meter_hash(score.leverage);
}

static void offer(uint32_t i)
{
    struct F(gleaner_verdict) verdict;
    meter_reading(i, x, INPUTS);
    RUN(gleaner_selector_offer, &selector, x, INPUTS, NULL, 0, &verdict);
    meter_hash(verdict.score);
    meter_hash(verdict.leverage);
}

static void drain(void)
{
    struct F(gleaner_kept) kept;
    size_t count = 0, i;
    RUN(gleaner_selector_count, &selector, &count);
    for (i = 0; i < count; i++) {
        RUN(gleaner_selector_kept, &selector, i, &kept);
        meter_hash(kept.weight);
    }
}

/* The way without a factor: the row's norm is the score. */
static void by_norm(void)
{
    struct F(gleaner_outcome) outcome;
    uint32_t i;
    real norm = 0;
    RUN(gleaner_reservoir_init, &reservoir, 1, items, GLEANER_ITEMS_LEN(KEEP));
    for (i = 0; i < 2 * READINGS; i++) {
        gleaner_status status = 0;
        meter_reading(i, x, INPUTS);
        METER("norm_and_reservoir",
              (status = F(gleaner_model_norm)(&net, x, INPUTS, 0, NULL, work, WORK, &norm),
               status = status == 0 ? F(gleaner_reservoir_offer)(&reservoir, norm, &outcome) : status));
        if (status != GLEANER_OK) {
            meter_refuse("norm_and_reservoir", status);
        }
    }
}

int main(void)
{
    struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
    uint32_t i;
    net_fill();
    fill_pilot();

    /* The factor of the calls one by one, in the selector's memory. */
    RUN(gleaner_factor_init, &factor, ORDER, (real)1e-6, memory, MEMORY);
    for (i = 0; i < READINGS; i++) {
        model_and_factor(i);
    }
    RUN(gleaner_factor_start, &factor, packed, pilot.packed_len, pilot.rows, pilot.ridge);
    for (; i < 2 * READINGS; i++) {
        model_and_factor(i);
    }

    /* Whole rows of every network, as the factor measured above has them. */
    options.buckets = 0;
    RUN(gleaner_selector_init, &selector, &net, &options, memory, MEMORY, items, GLEANER_ITEMS_LEN(KEEP));
    for (i = 0; i < READINGS; i++) {
        offer(i);
    }
    RUN(gleaner_selector_start, &selector, &pilot);
    for (; i < 2 * READINGS; i++) {
        offer(i);
    }
    drain();
    by_norm();
    return meter_print();
}
