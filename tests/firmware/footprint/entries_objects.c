/* The objects below the selector: factor, samplers, moments, records. */
#include "entries.h"

enum { OFFERS = 200, PAYLOAD = 8 };

static void one_factor(struct F(gleaner_factor) * factor, real ridge, uint64_t half_life, real *room)
{
    static real row[ORDER], scratch[ORDER];
    struct F(gleaner_score) score;
    real online, condition;
    size_t rank;
    uint32_t i;
    RUN(gleaner_factor_init, factor, ORDER, ridge, room, GLEANER_FACTOR_LEN(ORDER));
    RUN(gleaner_factor_reset, factor, ridge);
    RUN(gleaner_factor_half_life, factor, half_life);
    for (i = 0; i < ORDER + 8; i++) {
        meter_reading(i, row, ORDER);
        RUN(gleaner_factor_observe, factor, row, ORDER, (real)1.5, &online);
        if (ridge > 0) {
            RUN(gleaner_factor_score, factor, row, ORDER, scratch, ORDER, &score);
        }
        if (i % 16 == 0) {
            RUN(gleaner_factor_rank, factor, &rank);
            RUN(gleaner_factor_condition, factor, &condition);
        }
    }
}

void run_factors(void)
{
    static real room[GLEANER_FACTOR_LEN(ORDER)], packed[ORDER * (ORDER + 1) / 2], solution[ORDER];
    static uint8_t saved[GLEANER_FACTOR_SNAPSHOT_LEN(sizeof(real), ORDER)];
    struct F(gleaner_factor) factor, other;
    struct F(gleaner_score) score;
    const size_t triangle = sizeof packed / sizeof *packed;
    real ridge;
    size_t rank, written;
    RUN(gleaner_factor_default_ridge, 1, &ridge);
    one_factor(&other, ridge, ORDER, memory);
    one_factor(&factor, ridge, 0, room);
    RUN(gleaner_factor_merge, &factor, &other);
    one_factor(&factor, 0, 0, room);
    RUN(gleaner_factor_solve, &factor, solution, ORDER - 1);
    RUN(gleaner_factor_packed, &factor, packed, triangle);
    RUN(gleaner_factor_start, &factor, packed, triangle, ORDER, 0);
    RUN(gleaner_factor_pivot, &factor, &rank);
    meter_reading(3, solution, ORDER);
    RUN(gleaner_factor_score, &factor, solution, ORDER, memory, ORDER, &score);
    RUN(gleaner_factor_save, &factor, saved, sizeof saved, &written);
    RUN(gleaner_factor_restore, &factor, saved, written);
    RUN(gleaner_factor_unpivot, &factor);
}

static void run_record(void)
{
    static uint8_t record[GLEANER_RECORD_LEN(KEEP, PAYLOAD)];
    static struct gleaner_record_item listed[KEEP];
    static const uint8_t payload[PAYLOAD] = {1};
    struct gleaner_record_header header = {0};
    gleaner_status status = 0;
    size_t written = 0;
    unsigned i;
    header.payload = PAYLOAD;
    for (i = 0; i < KEEP; i++) {
        listed[i].score = 1;
        listed[i].weight = 2;
        listed[i].payload = payload;
    }
    METER("gleaner_record_write",
          status = gleaner_record_write(&header, listed, KEEP, record, sizeof record, &written));
    if (status != GLEANER_OK) {
        meter_refuse("gleaner_record_write", status);
    }
    METER("gleaner_record_read",
          status = gleaner_record_read(record, sizeof record, listed, KEEP, &header));
    if (status != GLEANER_OK) {
        meter_refuse("gleaner_record_read", status);
    }
}

void run_samplers(void)
{
    struct F(gleaner_reservoir) reservoir;
    struct F(gleaner_top) top;
    struct F(gleaner_outcome) outcome;
    struct F(gleaner_kept) kept;
    size_t count, i, written;
    uint32_t state = 3;
    real size;
    RUN(gleaner_reservoir_init, &reservoir, 1, items, ITEMS);
    for (i = 0; i < OFFERS; i++) {
        const real score = meter_uniform(&state);
        RUN(gleaner_reservoir_offer, &reservoir, i % 8 == 7 ? SUBNORMAL : 1 / (2 + score), &outcome);
    }
    RUN(gleaner_reservoir_count, &reservoir, &count);
    for (i = 0; i < count; i++) {
        RUN(gleaner_reservoir_kept, &reservoir, i, &kept);
    }
    RUN(gleaner_reservoir_effective_size, &reservoir, &size);
    RUN(gleaner_reservoir_save, &reservoir, bytes, sizeof bytes, &written);
    RUN(gleaner_reservoir_restore, &reservoir, bytes, written);
    RUN(gleaner_reservoir_clear, &reservoir);
    RUN(gleaner_top_init, &top, items, ITEMS);
    for (i = 0; i < OFFERS; i++) {
        RUN(gleaner_top_offer, &top, 1 + meter_uniform(&state), &outcome);
    }
    RUN(gleaner_top_count, &top, &count);
    for (i = 0; i < count; i++) {
        RUN(gleaner_top_kept, &top, i, &kept);
    }
    RUN(gleaner_top_save, &top, bytes, sizeof bytes, &written);
    RUN(gleaner_top_restore, &top, bytes, written);
    RUN(gleaner_top_clear, &top);
    run_record();
}

void run_moments(void)
{
    static real room[GLEANER_MOMENTS_LEN(INPUTS)];
    struct F(gleaner_moments) moments, other;
    real x[INPUTS], result[INPUTS], scale[INPUTS], value;
    size_t written;
    uint32_t i;
    RUN(gleaner_moments_init, &moments, INPUTS, memory, GLEANER_MOMENTS_LEN(INPUTS));
    RUN(gleaner_moments_init, &other, INPUTS, room, GLEANER_MOMENTS_LEN(INPUTS));
    for (i = 0; i < 32; i++) {
        meter_reading(i, x, INPUTS);
        RUN(gleaner_moments_observe, i % 2 ? &moments : &other, x, INPUTS);
        RUN(gleaner_moments_standardise, &moments, x, INPUTS, result, INPUTS);
    }
    RUN(gleaner_moments_merge, &moments, &other);
    RUN(gleaner_moments_mean, &moments, 1, &value);
    RUN(gleaner_moments_variance, &moments, 1, &value);
    RUN(gleaner_moments_save, &moments, bytes, sizeof bytes, &written);
    RUN(gleaner_moments_restore, &moments, bytes, written);
    for (i = 0; i < INPUTS; i++) {
        scale[i] = 1 + (real)i;
    }
    RUN(gleaner_standardise, x, INPUTS, x, INPUTS, scale, INPUTS, result, INPUTS);
}
