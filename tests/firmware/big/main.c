/* A selector over a network of 101 728 parameters, 100-272-272-1, its weights in flash: sketches of 48 buckets, in less
   than 16 KiB of RAM. Compiled for each target and for the host: all must print the same text, but for lines that
   start with `#`. */
#include "device.h"
#include "gleaner.h"
#include "text.h"
#include "weights.h"

enum { BUCKETS = 48, KEEP = 20, PARAMETERS = INPUTS * HIDDEN + HIDDEN + HIDDEN * HIDDEN + HIDDEN };
enum {
    SCRATCH = GLEANER_SCRATCH_SKETCH_EXACT(2 * HIDDEN, BUCKETS),
    MEMORY = GLEANER_SELECTOR_LEN_OF(INPUTS, 1, GLEANER_SKETCH_LEN(BUCKETS), GLEANER_SKETCH_LEN(BUCKETS), SCRATCH)
};

static const struct gleaner_layer_f32 layers[3] = {
    {weights_1, bias_1, INPUTS, HIDDEN, GLEANER_ACTIVATION_RELU, {0}},
    {weights_2, NULL, HIDDEN, HIDDEN, GLEANER_ACTIVATION_RELU, {0}},
    {weights_3, NULL, HIDDEN, 1, GLEANER_ACTIVATION_SIGMOID, {0}},
};
static const struct gleaner_model_f32 model = {
    GLEANER_ABI, 1, layers, 3, INPUTS, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL,
};

static struct gleaner_selector_f32 selector;
static float memory[MEMORY], x[INPUTS];
static struct gleaner_item_f32 items[GLEANER_ITEMS_LEN(KEEP)];

/* What scores a reading: the selector and its memory. The sample's items are 24 bytes a reading more. */
enum { SCORER = sizeof memory + sizeof selector };
typedef char scorer_takes_less_than_16_kib[SCORER < 16384 ? 1 : -1];

/* A reading near one of eight patterns; now and then a far one. */
static void read_sensor(uint32_t index)
{
    static uint32_t word = 1;
    unsigned i, pattern = index * 5u % 8u;
    for (i = 0; i < INPUTS; i++) {
        const uint32_t shape = (i + 1) * (pattern + 3) * 2654435761u;
        word = word * 1664525u + 1013904223u;
        x[i] = (float)(int32_t)(shape >> 24) / 128.0f + (float)(int32_t)((word >> 20) - 2048) / 8192.0f;
        if (index % 61u == 60u) {
            x[i] *= -1.0f;
        }
    }
}

static int fail(const char *what, gleaner_status status)
{
    put(what);
    put(": ");
    put(gleaner_status_text(status));
    end_line();
    return 1;
}

int main(void)
{
    struct gleaner_options_f32 options = GLEANER_OPTIONS_DEFAULT;
    struct gleaner_sizes sizes;
    uint32_t decisions = hash_start, total = 0, stack = 0, index;
    gleaner_status status;
    size_t i;
    options.buckets = BUCKETS;
    options.sketch_seed = 1;
    options.uniform = 0.125f;
    status = gleaner_model_sizes_f32(&model, &sizes);
    if (status != GLEANER_OK || sizes.parameters != PARAMETERS) {
        return fail("model", status);
    }
    status = gleaner_selector_init_f32(&selector, &model, &options, memory, MEMORY, items, GLEANER_ITEMS_LEN(KEEP));
    if (status != GLEANER_OK) {
        return fail("init", status);
    }
    for (index = 0; index < READINGS; index++) {
        struct gleaner_verdict_f32 verdict;
        uint32_t before, taken, used;
        read_sensor(index);
        stack_paint();
        before = device_instructions();
        status = gleaner_selector_offer_f32(&selector, x, INPUTS, NULL, 0, &verdict);
        taken = device_instructions() - before;
        used = stack_used();
        if (status != GLEANER_OK) {
            return fail("offer", status);
        }
        total += taken / READINGS;
        stack = used > stack ? used : stack;
        decisions = hash(hash(decisions, verdict.free_slot), bits(verdict.score));
        decisions = hash(decisions, bits(verdict.leverage));
    }
    for (i = 0; i < KEEP; i++) {
        struct gleaner_kept_f32 kept;
        status = gleaner_selector_kept_f32(&selector, i, &kept);
        if (status != GLEANER_OK) {
            return fail("kept", status);
        }
        put("pick");
        put_number((uint32_t)kept.sequence);
        put_hex(bits(kept.score));
        put_hex(bits(kept.weight));
        end_line();
    }
    put("parameters");
    put_number((uint32_t)sizes.parameters);
    put(" decisions");
    put_hex(decisions);
    end_line();
    put("# scorer");
    put_number(SCORER);
    put(" bytes of RAM, stack");
    put_number(stack);
    put(", instructions a reading");
    put_number(total);
    end_line();
    return 0;
}
