/* The smallest useful program: readings in, picks out, nothing printed. Its size is the flash that the
   selector takes. */
#include "device.h"
#include "gleaner.h"

/* The network FEATURES-NEURONS-1, with a bias behind where LAST_BIAS is 1. */
#ifndef FEATURES
#define FEATURES 5
#define NEURONS 8
#define LAST_BIAS 0
#endif

enum {
    KEEP = 32,
    PARAMETERS = FEATURES * NEURONS + 2 * NEURONS + LAST_BIAS,
    ORDER = PARAMETERS + 1 - NEURONS,
    PERIOD = 1000,
    SCRATCH = LAST_BIAS ? GLEANER_SCRATCH_QUADRATURE(PARAMETERS, NEURONS) : GLEANER_SCRATCH_EXACT(NEURONS),
    MEMORY = GLEANER_SELECTOR_LEN(FEATURES, PARAMETERS, ORDER, SCRATCH)
};

static const float w1[NEURONS * FEATURES] = {1.0f, -0.5f, 0.25f, 0.5f}, b1[NEURONS] = {0.5f};
static const float w2[NEURONS] = {1.0f, -1.0f}, b2[1] = {0.5f};
static const struct gleaner_layer_f32 layers[] = {
    {w1, b1, FEATURES, NEURONS, GLEANER_ACTIVATION_RELU, {0}},
    {w2, LAST_BIAS ? b2 : NULL, NEURONS, 1, GLEANER_ACTIVATION_IDENTITY, {0}},
};
static const struct gleaner_model_f32 model = {
    GLEANER_ABI, 1, layers, 2, FEATURES, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL,
};

static struct gleaner_selector_f32 selector;
static float memory[MEMORY];
static struct gleaner_item_f32 items[GLEANER_ITEMS_LEN(KEEP)];
static float slots[KEEP + 1][FEATURES];

/* Stand for the sensor and the radio. */
static volatile float sensor = 1.0f;
static volatile float radio;

int main(void)
{
    struct gleaner_verdict_f32 verdict = {0};
    struct gleaner_kept_f32 kept;
    unsigned reading, feature;
    size_t i;

    if (gleaner_selector_init_f32(&selector, &model, NULL, memory, MEMORY, items,
                                  GLEANER_ITEMS_LEN(KEEP)) != GLEANER_OK) {
        return 1;
    }
    for (reading = 0; reading < PERIOD; reading++) {
        float *slot = slots[verdict.free_slot];
        for (feature = 0; feature < FEATURES; feature++) {
            slot[feature] = sensor;
        }
        if (gleaner_selector_offer_f32(&selector, slot, FEATURES, NULL, 0, &verdict) != GLEANER_OK) {
            return 1;
        }
    }
    for (i = 0; gleaner_selector_kept_f32(&selector, i, &kept) == GLEANER_OK; i++) {
        radio = kept.weight;
        for (feature = 0; feature < FEATURES; feature++) {
            radio = slots[kept.slot][feature];
        }
    }
    return 0;
}
