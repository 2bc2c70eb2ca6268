/* The selector over an excerpt of the occupancy log. Compiled for each target and for the
   host: all must print the same text, but for lines that start with `#`. */
#include "device.h"
#include "excerpt.h"
#include "gleaner.h"
#include "model_occupancy.h"
#include "text.h"

enum { KEEP = 50 };

static struct gleaner_selector_f32 selector;
static float memory[OCCUPANCY_SELECTOR_LEN];
static struct gleaner_item_f32 items[GLEANER_ITEMS_LEN(KEEP)];
static float slots[KEEP + 1][FEATURES];

static int fail(const char *what, gleaner_status status)
{
    text_length = 0;
    put(what);
    put(": ");
    put(gleaner_status_text(status));
    end_line();
    return 1;
}

int main(void)
{
    gleaner_status status;
    uint32_t slot = 0, decisions = hash_start, factor = hash_start;
    uint32_t total = 0, least = UINT32_MAX, most = 0, stack = 0;
    struct gleaner_stats_f32 stats;
    size_t count = 0, i;
    float worst;
    unsigned reading, feature;

    status = gleaner_model_check_f32(&occupancy, GLEANER_OBJECTIVE_PREDICTION, memory,
                                     OCCUPANCY_SELECTOR_LEN, &worst);
    if (status != GLEANER_OK) {
        return fail("model", status);
    }
    status = gleaner_selector_init_f32(&selector, &occupancy, NULL, memory, OCCUPANCY_SELECTOR_LEN, items,
                                       GLEANER_ITEMS_LEN(KEEP));
    if (status != GLEANER_OK) {
        return fail("init", status);
    }

    for (reading = 0; reading < READINGS; reading++) {
        struct gleaner_verdict_f32 verdict;
        uint32_t before, taken, used, idle;
        status = gleaner_selector_free_slot_f32(&selector, &slot);
        if (status != GLEANER_OK) {
            return fail("free slot", status);
        }
        for (feature = 0; feature < FEATURES; feature++) {
            slots[slot][feature] = excerpt[reading][feature];
        }

        stack_paint();
        before = device_instructions();
        status = gleaner_selector_offer_f32(&selector, slots[slot], FEATURES, NULL, 0, &verdict);
        taken = device_instructions() - before;
        used = stack_used();
        idle = device_instructions();
        idle = device_instructions() - idle;
        if (status != GLEANER_OK) {
            return fail("offer", status);
        }

        taken -= idle;
        total += taken;
        least = taken < least ? taken : least;
        most = taken > most ? taken : most;
        stack = used > stack ? used : stack;
        decisions = hash(decisions, verdict.free_slot);
        decisions = hash(decisions, bits(verdict.score));
        decisions = hash(decisions, bits(verdict.leverage));
    }

    status = gleaner_selector_count_f32(&selector, &count);
    if (status != GLEANER_OK) {
        return fail("count", status);
    }
    for (i = 0; i < count; i++) {
        struct gleaner_kept_f32 kept;
        status = gleaner_selector_kept_f32(&selector, i, &kept);
        if (status != GLEANER_OK) {
            return fail("kept", status);
        }
        put("pick");
        put_number(kept.slot);
        put_number((uint32_t)kept.sequence);
        put_hex(bits(kept.score));
        put_hex(bits(kept.weight));
        put_hex(bits(slots[kept.slot][0]));
        end_line();
    }
    status = gleaner_selector_stats_f32(&selector, &stats);
    if (status != GLEANER_OK) {
        return fail("stats", status);
    }
    for (i = 0; i < OCCUPANCY_SELECTOR_LEN; i++) {
        factor = hash(factor, bits(memory[i]));
    }
    put("threshold");
    put_hex(bits(stats.threshold));
    put(" effective size");
    put_hex(bits(stats.effective_size));
    put(" decisions");
    put_hex(decisions);
    put(" memory");
    put_hex(factor);
    end_line();

    if (most != 0) {
        put("# offer");
        put_number(total / READINGS);
        put_number(least);
        put_number(most);
        put_number(stack);
        end_line();
        put("# ram");
        put_number((uint32_t)sizeof selector);
        put_number((uint32_t)sizeof memory);
        put_number((uint32_t)sizeof items);
        put_number((uint32_t)sizeof slots);
        end_line();
    }
    return 0;
}
