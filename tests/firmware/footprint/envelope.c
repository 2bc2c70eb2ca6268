/* Side by side on the same readings of 20 features: the Mahalanobis distance that emlearn's elliptic envelope
   computes, and our score, which is the same number. With 20 columns our rows are the readings less their
   mean; with 21 they are the readings and a 1, and the score has 1 / rows more. */
#include "meter.h"

enum { FEATURES = 20, TRAINED = 200, CALLS = 64 };

float envelope_distance(const float *x, int features, const float *means, const float *precision);

static float means[FEATURES], precision[FEATURES * FEATURES];
static float memory20[GLEANER_FACTOR_LEN(FEATURES)], memory21[GLEANER_FACTOR_LEN(FEATURES + 1)];
static struct gleaner_factor_f32 factor20, factor21;

static void reading(uint32_t i, float *x)
{
    uint32_t state = i * 2654435761u + 99u;
    unsigned j;
    for (j = 0; j < FEATURES; j++) {
        x[j] = 0.5f + meter_uniform(&state) + (j > 0 ? 0.5f * x[j - 1] : 0.0f);
    }
}

/* Inverts the positive definite matrix in place, by Gauss-Jordan elimination. */
static void invert(float *matrix)
{
    unsigned i, j, k;
    for (k = 0; k < FEATURES; k++) {
        const float pivot = 1.0f / matrix[k * FEATURES + k];
        matrix[k * FEATURES + k] = 1.0f;
        for (j = 0; j < FEATURES; j++) {
            matrix[k * FEATURES + j] *= pivot;
        }
        for (i = 0; i < FEATURES; i++) {
            const float share = i == k ? 0.0f : matrix[i * FEATURES + k];
            if (i != k) {
                matrix[i * FEATURES + k] = 0.0f;
            }
            for (j = 0; j < FEATURES; j++) {
                matrix[i * FEATURES + j] -= share * matrix[k * FEATURES + j];
            }
        }
    }
}

static void train(void)
{
    float x[FEATURES + 1], online;
    unsigned i, j, k;
    for (i = 0; i < TRAINED; i++) {
        reading(i, x);
        for (j = 0; j < FEATURES; j++) {
            means[j] += x[j] / TRAINED;
        }
    }
    RUN(gleaner_factor_init, &factor20, FEATURES, 1e-4f, memory20, GLEANER_FACTOR_LEN(FEATURES));
    RUN(gleaner_factor_init, &factor21, FEATURES + 1, 1e-4f, memory21, GLEANER_FACTOR_LEN(FEATURES + 1));
    for (i = 0; i < TRAINED; i++) {
        reading(i, x);
        x[FEATURES] = 1.0f;
        RUN(gleaner_factor_observe, &factor21, x, FEATURES + 1, 1.0f, &online);
        for (j = 0; j < FEATURES; j++) {
            x[j] -= means[j];
        }
        RUN(gleaner_factor_observe, &factor20, x, FEATURES, 1.0f, &online);
        for (j = 0; j < FEATURES; j++) {
            for (k = 0; k < FEATURES; k++) {
                precision[j * FEATURES + k] += x[j] * x[k];
            }
        }
    }
    invert(precision);
}

static int near(float a, float b)
{
    const float difference = a > b ? a - b : b - a;
    return difference <= 1e-3f * a;
}

int main(void)
{
    float x[FEATURES + 1], centred[FEATURES], scratch[FEATURES + 1], distance = 0.0f;
    struct gleaner_score_f32 score20, score21;
    unsigned i, j, different = 0;
    train();
    for (i = TRAINED; i < TRAINED + CALLS; i++) {
        gleaner_status first = 0, second = 0;
        reading(i, x);
        x[FEATURES] = 1.0f;
        for (j = 0; j < FEATURES; j++) {
            centred[j] = x[j] - means[j];
        }
        METER("emlearn_20", distance = envelope_distance(x, FEATURES, means, precision));
        METER("score_20", first = gleaner_factor_score_f32(&factor20, centred, FEATURES, scratch, FEATURES, &score20));
        METER("score_21", second = gleaner_factor_score_f32(&factor21, x, FEATURES + 1, scratch, FEATURES + 1, &score21));
        different += first != GLEANER_OK || second != GLEANER_OK || !near(distance, score20.leverage) ||
                     !near(distance + 1.0f / TRAINED, score21.leverage);
    }
    if (different != 0) {
        device_write("the numbers are not the same\n");
        return 1;
    }
    return meter_print();
}
