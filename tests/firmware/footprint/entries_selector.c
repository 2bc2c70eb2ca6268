/* The selector in all its ways, and the store below it. */
#include "entries.h"

enum { READINGS = 14, PAYLOAD = 8, EVERY = 5, PAGES = KEEP + EVERY, GRANULE = 4, BLOCK = 128 };

static struct F(gleaner_selector) selector;

/* Features and label of the reading in a slot: any will do. */
static int32_t recall(void *context, uint32_t slot, real *x, size_t length, real *label, size_t label_len)
{
    (void)context;
    meter_reading(slot, x, (uint32_t)length);
    if (label_len > 0) {
        *label = (real)(slot % 2);
    }
    return 0;
}

/* Readings; where each has a closed form, their stack is kept apart. */
static void offers(const struct F(gleaner_options) * options)
{
    struct F(gleaner_verdict) verdict = {0};
    gleaner_status status = 0;
    uint32_t i, slot;
    real x[INPUTS], label;
    for (i = 0; i < READINGS; i++) {
        RUN(gleaner_selector_free_slot, &selector, &slot);
        meter_reading(i, x, INPUTS);
        label = (real)(i % 2);
        METER(selector.plan.form == GLEANER_FORM_EXACT ? "offer_in_closed_form" : "gleaner_selector_offer",
              status = F(gleaner_selector_offer)(
                  &selector, x, INPUTS,
                  &label, options->objective != GLEANER_OBJECTIVE_PREDICTION, &verdict));
        if (status != GLEANER_OK) {
            meter_refuse("gleaner_selector_offer", status);
        }
    }
}

static void drain(void)
{
    static uint8_t payloads[ITEMS * PAYLOAD], record[GLEANER_RECORD_LEN(KEEP, PAYLOAD)];
    struct F(gleaner_stats) stats;
    struct F(gleaner_kept) kept;
    size_t count, i, written;
    RUN(gleaner_selector_count, &selector, &count);
    for (i = 0; i < count; i++) {
        RUN(gleaner_selector_kept, &selector, i, &kept);
    }
    RUN(gleaner_selector_stats, &selector, &stats);
    RUN(gleaner_selector_record, &selector, payloads, PAYLOAD, record, sizeof record, &written);
}

static void copy(void)
{
    static struct F(gleaner_selector) other;
    static struct F(gleaner_item) other_items[ITEMS];
    static real other_memory[MEMORY];
    RUN(gleaner_selector_copy, &selector, &other, other_memory, MEMORY, other_items, ITEMS);
}

static void snapshots(void)
{
    struct gleaner_snapshot_header header;
    gleaner_status status = 0;
    size_t written;
    RUN(gleaner_selector_save, &selector, bytes, sizeof bytes, &written);
    METER("gleaner_snapshot_read", status = gleaner_snapshot_read(bytes, written, &header));
    if (status != GLEANER_OK) {
        meter_refuse("gleaner_snapshot_read", status);
    }
    RUN(gleaner_selector_restore, &selector, bytes, written);
}

static void thin(struct F(gleaner_options) * options)
{
    static struct F(gleaner_candidate) candidates[KEEP];
    static real positions[GLEANER_POSITIONS_LEN(KEEP, ORDER)];
    RUN(gleaner_selector_thin, &selector, KEEP / 2, candidates, KEEP, positions,
        GLEANER_POSITIONS_LEN(KEEP, ORDER), recall, options);
}

/* Starts anew from a pilot that has seen every column. */
static void start(const struct F(gleaner_model) * model, const struct F(gleaner_options) * options)
{
    static real packed[ORDER * (ORDER + 1) / 2];
    struct F(gleaner_pilot) pilot = {0};
    struct gleaner_sizes sizes;
    size_t at = 0, column, left;
    RUN(gleaner_model_sizes, model, &sizes);
    for (left = sizes.order; left > 0; left--) {
        for (column = 0; column < left; column++) {
            packed[at++] = column == 0 ? 1 : (real)0.125;
        }
    }
    pilot.packed = packed;
    pilot.packed_len = at;
    pilot.rows = 10 * ORDER;
    pilot.ridge = (real)1e-6;
    pilot.mean_leverage = (real)0.1;
    pilot.model_id = 1;
    pilot.objective = options->objective;
    RUN(gleaner_selector_start, &selector, &pilot);
}

static void one_selector(const struct F(gleaner_model) * model, struct F(gleaner_options) * options)
{
    RUN(gleaner_selector_init, &selector, model, options, memory, MEMORY, items, ITEMS);
    offers(options);
    drain();
    copy();
    snapshots();
    RUN(gleaner_selector_rebase, &selector, model, recall, options);
    thin(options);
    RUN(gleaner_selector_begin_period, &selector);
    start(model, options);
    offers(options);
}

void run_selectors(void)
{
    static const int32_t activations[] = {GLEANER_ACTIVATION_RELU, GLEANER_ACTIVATION_GELU,
                                          GLEANER_ACTIVATION_SIN};
    unsigned which;
    int32_t objective;
    for (objective = 0; objective < OBJECTIVES; objective++) {
        for (which = 0; which < 4; which++) {
            struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
            options.objective = objective;
            options.scaling = which % 2 ? GLEANER_SCALING_RUNNING : GLEANER_SCALING_MODEL;
            options.half_life = which == 2 ? 2 * ORDER : 0;
            options.uniform = which == 3 ? (real)0.1 : 0;
            /* The first has a closed form. */
            one_selector(model_of(activations[which % 3], which != 0), &options);
        }
    }
}

/* Flash that lies in memory. */
static uint8_t cells[GLEANER_STORE_LEN(ITEMS, PAGES, PAYLOAD, SNAPSHOT, BLOCK)];

static int32_t read_cells(void *context, uint32_t address, uint8_t *to, size_t length)
{
    const uint8_t *from = (const uint8_t *)context + address;
    while (length-- > 0) {
        *to++ = *from++;
    }
    return 0;
}

static int32_t write_cells(void *context, uint32_t address, const uint8_t *from, size_t length)
{
    uint8_t *to = (uint8_t *)context + address;
    while (length-- > 0) {
        *to++ = *from++;
    }
    return 0;
}

static int32_t erase_cells(void *context, uint32_t address, size_t length)
{
    uint8_t *to = (uint8_t *)context + address;
    while (length-- > 0) {
        *to++ = 0xFF;
    }
    return 0;
}

static struct F(gleaner_store) store;
static uint32_t pages[ITEMS];
static uint8_t marks[PAGES], buffer[GLEANER_STORE_BUFFER_LEN(ITEMS, PAYLOAD, SNAPSHOT, GRANULE)];
static const struct gleaner_flash flash = {
    cells, read_cells, write_cells, erase_cells, sizeof cells, GRANULE, BLOCK,
};

static void open_store(const struct F(gleaner_model) * model)
{
    uint32_t found;
    RUN(gleaner_selector_init, &selector, model, NULL, memory, MEMORY, items, ITEMS);
    RUN(gleaner_store_init, &store, &selector, &flash, PAYLOAD, EVERY, pages, ITEMS, marks, PAGES, buffer,
        sizeof buffer);
    RUN(gleaner_store_recover, &store, &found);
}

void run_store(void)
{
    const struct F(gleaner_model) *model = model_of(GLEANER_ACTIVATION_GELU, 1);
    struct F(gleaner_verdict) verdict;
    struct F(gleaner_kept) kept;
    uint8_t payload[PAYLOAD] = {1};
    real x[INPUTS];
    uint32_t i;
    erase_cells(cells, 0, sizeof cells);
    open_store(model);
    for (i = 0; i < READINGS; i++) {
        meter_reading(i, x, INPUTS);
        RUN(gleaner_store_offer, &store, x, INPUTS, NULL, 0, payload, PAYLOAD, &verdict);
    }
    RUN(gleaner_store_commit, &store);
    open_store(model);
    RUN(gleaner_selector_kept, &selector, 0, &kept);
    RUN(gleaner_store_read, &store, &kept, payload, PAYLOAD);
    RUN(gleaner_store_begin_period, &store);
}
