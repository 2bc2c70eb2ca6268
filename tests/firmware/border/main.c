/* Bad input at the border of the library: an error each, and objects as before. */
#include "check.h"

enum { INPUTS = 3, HIDDEN = 4, PARAMETERS = 20, ORDER = 17, KEEP = 8 };
enum { MEMORY = GLEANER_SELECTOR_LEN(INPUTS, PARAMETERS, ORDER, GLEANER_SCRATCH_EXACT(HIDDEN)) };
enum { WORK = GLEANER_WORK_LEN(INPUTS, PARAMETERS, GLEANER_SCRATCH_EXACT(HIDDEN)) };

static const real w1[HIDDEN * INPUTS] = {1, -0.5, 0.25, 0.5, 1, -1, -0.75, 0.5, 2, 1, 1, 1};
static const real b1[HIDDEN] = {0.5, 0.25, -0.5, 1}, w2[HIDDEN] = {1, -1, 0.5, 2};
static const struct F(gleaner_layer) layers[2] = {
    {w1, b1, INPUTS, HIDDEN, GLEANER_ACTIVATION_RELU, {0}},
    {w2, NULL, HIDDEN, 1, GLEANER_ACTIVATION_IDENTITY, {0}},
};
static const struct F(gleaner_model) model = {
    GLEANER_ABI, 1, layers, 2, INPUTS, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL,
};

static struct F(gleaner_selector) selector;
static real memory[MEMORY], work[WORK], row[PARAMETERS + 1];
static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEEP)];

/* What no refused call may change: the factor behind the work memory, the sample, the states. */
static struct {
    struct F(gleaner_selector) selector;
    real factor[GLEANER_FACTOR_LEN(ORDER) - ORDER];
    struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEEP)];
} before;

static const real *factor(void) { return memory + MEMORY - GLEANER_FACTOR_LEN(ORDER); }

static void remember(void)
{
    __builtin_memcpy(&before.selector, &selector, sizeof selector);
    __builtin_memcpy(before.factor, factor(), sizeof before.factor);
    __builtin_memcpy(before.items, items, sizeof items);
}

static int same(real a, real b) { return __builtin_memcmp(&a, &b, sizeof a) == 0; }

/* Field by field: structs have padding that nothing sets. */
static void check_unchanged(void)
{
    const struct F(gleaner_selector_state) *then = &before.selector.state, *now = &selector.state;
    unsigned i;
    CHECK(__builtin_memcmp(before.factor, factor(), sizeof before.factor) == 0);
    CHECK(__builtin_memcmp(before.selector.generator, selector.generator, sizeof selector.generator) == 0);
    CHECK(then->factor.rows == now->factor.rows && then->factor.age == now->factor.age);
    CHECK(then->reservoir.seen == now->reservoir.seen);
    CHECK(then->reservoir.heavy == now->reservoir.heavy && then->reservoir.light == now->reservoir.light);
    CHECK(same(then->reservoir.threshold, now->reservoir.threshold));
    CHECK(then->reservoir.free_slot == now->reservoir.free_slot);
    CHECK(then->leverage_count == now->leverage_count && same(then->leverages[0], now->leverages[0]));
    for (i = 0; i <= KEEP; i++) {
        CHECK(before.items[i].sequence == items[i].sequence && before.items[i].slot == items[i].slot);
        CHECK(same(before.items[i].score, items[i].score));
    }
}

static real not_a_number(void)
{
    volatile real zero = 0;
    return zero / zero;
}

static real infinity(void)
{
    volatile real zero = 0;
    return 1 / zero;
}

static void check_selector(void)
{
    real x[INPUTS] = {1, 2, 3};
    struct F(gleaner_verdict) verdict;
    struct F(gleaner_stats) stats;
    struct F(gleaner_kept) kept;
    uint32_t slot = 77;
    size_t count = 77;
    unsigned i;

    /* Never set. */
    STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
    STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_free_slot)(&selector, &slot));
    STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_count)(&selector, &count));
    STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_begin_period)(&selector));
    CHECK(slot == 77 && count == 77);

    STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_init)(NULL, &model, NULL, memory, MEMORY, items, KEEP + 1));
    STATUS(GLEANER_ERROR_NULL,
           F(gleaner_selector_init)(&selector, NULL, NULL, memory, MEMORY, items, KEEP + 1));
    STATUS(GLEANER_ERROR_NULL,
           F(gleaner_selector_init)(&selector, &model, NULL, NULL, MEMORY, items, KEEP + 1));
    STATUS(GLEANER_ERROR_LENGTH,
           F(gleaner_selector_init)(&selector, &model, NULL, memory, MEMORY - 1, items, KEEP + 1));
    STATUS(GLEANER_ERROR_LENGTH,
           F(gleaner_selector_init)(&selector, &model, NULL, memory, MEMORY, items, 0));
    STATUS(GLEANER_ERROR_SIZE,
           F(gleaner_selector_init)(&selector, &model, NULL, memory, (size_t)-1, items, KEEP + 1));
    STATUS(GLEANER_ERROR_STATE, F(gleaner_selector_count)(&selector, &count));

    OK(F(gleaner_selector_init)(&selector, &model, NULL, memory, MEMORY, items, KEEP + 1));
    for (i = 0; i < 50; i++) {
        x[0] = (real)i;
        x[1] = (real)(i * i % 7u);
        OK(F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
    }
    remember();
    STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_offer)(NULL, x, INPUTS, NULL, 0, &verdict));
    STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_offer)(&selector, NULL, INPUTS, NULL, 0, &verdict));
    STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, NULL));
    STATUS(GLEANER_ERROR_LENGTH, F(gleaner_selector_offer)(&selector, x, INPUTS - 1, NULL, 0, &verdict));
    STATUS(GLEANER_ERROR_LABEL, F(gleaner_selector_offer)(&selector, x, INPUTS, x, 1, &verdict));
    x[2] = not_a_number();
    STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
    x[2] = infinity();
    STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
    x[2] = sizeof(real) == 4 ? (real)1e30 : (real)1e230;
    STATUS(GLEANER_ERROR_RANGE, F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
    STATUS(GLEANER_ERROR_INDEX, F(gleaner_selector_kept)(&selector, KEEP, &kept));
    STATUS(GLEANER_ERROR_NULL, F(gleaner_selector_kept)(&selector, 0, NULL));
    check_unchanged();
    OK(F(gleaner_selector_stats)(&selector, &stats));
    CHECK(stats.counters.seen == 50 && stats.counters.refused_length == 1);
    CHECK(stats.counters.refused_not_finite == 2 && stats.counters.refused_range == 1);
    CHECK(stats.counters.refused_label == 1);
    x[2] = 3;
    OK(F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
}

static void check_model(void)
{
    const real x[INPUTS] = {1, 2, 3};
    struct F(gleaner_layer) bad_layers[2];
    struct F(gleaner_model) bad;
    struct F(gleaner_row_report) report;
    struct gleaner_sizes sizes;
    real value = 42;

    __builtin_memset(&bad, 0, sizeof bad);
    STATUS(GLEANER_ERROR_ABI, F(gleaner_model_sizes)(&bad, &sizes));
    __builtin_memcpy(bad_layers, layers, sizeof layers);
    bad = model;
    bad.layers = bad_layers;
    bad_layers[0].activation = 99;
    STATUS(GLEANER_ERROR_CODE, F(gleaner_model_sizes)(&bad, &sizes));
    bad_layers[0] = layers[0];
    bad_layers[1].inputs = HIDDEN + 1;
    STATUS(GLEANER_ERROR_MODEL, F(gleaner_model_sizes)(&bad, &sizes));
    bad_layers[1] = layers[1];
    bad_layers[0].weights = NULL;
    STATUS(GLEANER_ERROR_NULL, F(gleaner_model_sizes)(&bad, &sizes));
    bad_layers[0].weights = (const real *)((uintptr_t)w1 + 1);
    STATUS(GLEANER_ERROR_ALIGNMENT, F(gleaner_model_sizes)(&bad, &sizes));
    STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_value)(&model, x, 2, 0, work, WORK, &value));
    STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_value)(&model, x, INPUTS, 0, work, 1, &value));
    STATUS(GLEANER_ERROR_RANGE, F(gleaner_model_value)(&model, x, INPUTS, 1, work, WORK, &value));
    STATUS(GLEANER_ERROR_LENGTH,
           F(gleaner_model_row)(&model, x, INPUTS, 0, NULL, work, WORK, row, PARAMETERS, &report));
    CHECK(value == 42);
}

static void check_factor(void)
{
    static real factor_memory[GLEANER_FACTOR_LEN(INPUTS)];
    struct F(gleaner_factor) found;
    real x[INPUTS] = {1, 2, 3}, online = 42;

    __builtin_memset(&found, 0, sizeof found);
    STATUS(GLEANER_ERROR_STATE, F(gleaner_factor_observe)(&found, x, INPUTS, 1, &online));
    STATUS(GLEANER_ERROR_RANGE, F(gleaner_factor_init)(&found, INPUTS, -1, factor_memory, COUNT(factor_memory)));
    STATUS(GLEANER_ERROR_LENGTH, F(gleaner_factor_init)(&found, INPUTS + 1, 1, factor_memory,
                                                        COUNT(factor_memory)));
    OK(F(gleaner_factor_init)(&found, INPUTS, 1, factor_memory, COUNT(factor_memory)));
    STATUS(GLEANER_ERROR_LENGTH, F(gleaner_factor_observe)(&found, x, 2, 1, &online));
    STATUS(GLEANER_ERROR_RANGE, F(gleaner_factor_observe)(&found, x, INPUTS, -1, &online));
    x[1] = not_a_number();
    STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_factor_observe)(&found, x, INPUTS, 1, &online));
    CHECK(online == 42 && found.state.rows == 0);
}

static void check_record(void)
{
    struct gleaner_record_header header;
    uint8_t record[GLEANER_RECORD_LEN(KEEP, 4)];
    static const uint8_t payloads[(KEEP + 1) * 4];
    size_t written = 77;

    STATUS(GLEANER_ERROR_LENGTH,
           F(gleaner_selector_record)(&selector, payloads, 4, record, sizeof record - 1, &written));
    CHECK(written == 77);
    OK(F(gleaner_selector_record)(&selector, payloads, 4, record, sizeof record, &written));
    OK(gleaner_record_read(record, written, NULL, 0, &header));
    record[40] ^= 1u;
    STATUS(GLEANER_ERROR_RECORD, gleaner_record_read(record, written, NULL, 0, &header));
    STATUS(GLEANER_ERROR_NULL, gleaner_record_read(NULL, 5, NULL, 0, &header));
}

int main(void)
{
    check_selector();
    check_model();
    check_factor();
    check_record();
    put("border: every bad input was refused");
    end_line();
    return 0;
}
