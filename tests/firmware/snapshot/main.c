/* A selector that is saved on the way and goes on: prints the snapshot, and the sample at the end. With
   RESTORE it begins from the snapshot in snapshot.h, which another machine has printed, instead of the
   first reading, and must print the same sample. */
#include "check.h"
#include "numbers.h"

#ifdef RESTORE
#include "snapshot.h"
#endif

enum { INPUTS = 5, HIDDEN = 4, PARAMETERS = 28, ORDER = 25, KEEP = 20, READINGS = 600, SAVED = 250 };
enum { MEMORY = GLEANER_SELECTOR_LEN(INPUTS, PARAMETERS, ORDER, GLEANER_SCRATCH_EXACT(HIDDEN)) };

static real memory[MEMORY], weights[PARAMETERS];
static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEEP)];
static struct F(gleaner_selector) selector;
static const struct F(gleaner_layer) layers[2] = {
    {weights, weights + INPUTS * HIDDEN, INPUTS, HIDDEN, GLEANER_ACTIVATION_RELU, {0}},
    {weights + (INPUTS + 1) * HIDDEN, NULL, HIDDEN, 1, GLEANER_ACTIVATION_TANH, {0}},
};
static const struct F(gleaner_model) model = {
    GLEANER_ABI, 5, layers, 2, INPUTS, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL,
};

static void print_sample(void)
{
    struct F(gleaner_kept) kept;
    uint32_t sum = hash_start;
    size_t i;
    for (i = 0; F(gleaner_selector_kept)(&selector, i, &kept) == GLEANER_OK; i++) {
        put("pick");
        put_number(kept.slot);
        put_number((uint32_t)kept.sequence);
        put_hex(hash_real(hash_start, kept.score));
        put_hex(hash_real(hash_start, kept.weight));
        end_line();
    }
    /* The work memory comes first, the factor last. */
    for (i = MEMORY - GLEANER_FACTOR_LEN(ORDER); i < MEMORY - ORDER; i++) {
        sum = hash_real(sum, memory[i]);
    }
    put("factor");
    put_hex(sum);
    end_line();
}

#ifndef RESTORE
static void print_snapshot(void)
{
    static uint8_t bytes[GLEANER_SELECTOR_SNAPSHOT_LEN(sizeof(real), INPUTS, ORDER, KEEP + 1) + 3];
    size_t length, i;
    OK(F(gleaner_selector_save)(&selector, bytes, sizeof bytes, &length));
    while (length % 4 != 0) {
        bytes[length++] = 0;
    }
    for (i = 0; i < length; i += 4) {
        if (i % 32 == 0) {
            put("snapshot");
        }
        put_hex((uint32_t)bytes[i] << 24 | (uint32_t)bytes[i + 1] << 16 | (uint32_t)bytes[i + 2] << 8 |
                bytes[i + 3]);
        if (i % 32 == 28 || i + 4 == length) {
            end_line();
        }
    }
}
#endif

int main(void)
{
    struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
    uint32_t i, j;

    options.scaling = GLEANER_SCALING_RUNNING;
    options.half_life = 100;
    numbers_start();
    for (i = 0; i < PARAMETERS; i++) {
        weights[i] = next_number();
    }
    OK(F(gleaner_selector_init)(&selector, &model, &options, memory, MEMORY, items, COUNT(items)));
    for (i = 0; i < READINGS; i++) {
        struct F(gleaner_verdict) verdict;
        real x[INPUTS];
        for (j = 0; j < INPUTS; j++) {
            x[j] = next_number();
        }
#ifdef RESTORE
        if (i < SAVED) {
            continue;
        }
        if (i == SAVED) {
            OK(F(gleaner_selector_restore)(&selector, snapshot, sizeof snapshot));
        }
#else
        if (i == SAVED) {
            print_snapshot();
        }
#endif
        OK(F(gleaner_selector_offer)(&selector, x, INPUTS, NULL, 0, &verdict));
    }
    print_sample();
    return 0;
}
