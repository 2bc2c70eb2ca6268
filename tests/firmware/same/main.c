/* Hashes over every decision, score and weight of streams, and over activations: the same lines on every
   target, at every optimisation level. How long they are, the compiler's command line says: CLOSED readings in
   closed form, twice QUADRATURE ones by quadrature, ACTIVATIONS points. */
#include "check.h"
#include "numbers.h"

enum { INPUTS = 3, HIDDEN = 8, PARAMETERS = 36, KEEP = 32 };
enum {
    MEMORY = GLEANER_SELECTOR_LEN(INPUTS, PARAMETERS, PARAMETERS, GLEANER_SCRATCH_QUADRATURE(PARAMETERS, HIDDEN))
};

static struct F(gleaner_selector) selector;
static real memory[MEMORY], weights[PARAMETERS];
static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEEP)];

/* A reading. Now and then a far one, one of zeros, one with a subnormal entry; the mean of the first
   feature moves. */
static void read_sensor(uint32_t index, real *x)
{
    const real tiny = sizeof(real) == 4 ? (real)0x1p-140 : (real)0x1p-1060;
    unsigned i;
    for (i = 0; i < INPUTS; i++) {
        x[i] = next_number();
        if (index % 97u == 13u) {
            x[i] *= 16;
        } else if (index % 89u == 11u) {
            x[i] = 0;
        }
    }
    if (index % 83u == 7u) {
        x[1] = tiny;
    }
    x[0] += (real)(index >> 10 & 7u) * (real)0.25;
}

/* Kept readings with weights, what the selector counted, and its whole memory. */
static uint32_t hash_sample(void)
{
    struct F(gleaner_stats) stats;
    struct F(gleaner_kept) kept;
    uint32_t sum = hash_start;
    size_t i;
    for (i = 0; F(gleaner_selector_kept)(&selector, i, &kept) == GLEANER_OK; i++) {
        sum = hash(hash(sum, kept.slot), (uint32_t)kept.sequence);
        sum = hash_real(hash_real(sum, kept.score), kept.weight);
    }
    OK(F(gleaner_selector_stats)(&selector, &stats));
    sum = hash(hash(sum, (uint32_t)stats.kept), (uint32_t)stats.counters.accepted);
    sum = hash_real(hash_real(sum, stats.threshold), stats.effective_size);
    sum = hash_real(sum, stats.counters.total_score[0]);
    for (i = 0; i < COUNT(memory); i++) {
        sum = hash_real(sum, memory[i]);
    }
    return sum;
}

static void print(const char *name, uint32_t count, uint32_t decisions, uint32_t sample)
{
    put(name);
    put(sizeof(real) == 4 ? " f32" : " f64");
    put_number(count);
    put_hex(decisions);
    put_hex(sample);
    end_line();
}

/* Where lines are printed: 100, 200, 500, 1000, and so on. */
static const uint32_t first_line = 100;

static uint32_t line_after(uint32_t line)
{
    uint32_t power = 1;
    while (power <= line / 10u) {
        power *= 10u;
    }
    return line == 2u * power ? 5u * power : 2u * line;
}

/* Offers readings. */
static void stream(const char *name, struct F(gleaner_layer) *layers, uint32_t depth,
                   const struct F(gleaner_options) *options, uint32_t readings)
{
    struct F(gleaner_model) model = {GLEANER_ABI, 1, layers, depth, INPUTS, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL};
    const real *from = weights;
    uint32_t i, decisions = hash_start, line = first_line;

    numbers_start();
    for (i = 0; i < PARAMETERS; i++) {
        weights[i] = next_number() * (real)0.5;
    }
    for (i = 0; i < depth; i++) {
        layers[i].weights = from;
        from += layers[i].inputs * layers[i].outputs;
        if (layers[i].bias != NULL) {
            layers[i].bias = from;
            from += layers[i].outputs;
        }
    }
    for (i = 0; i < MEMORY; i++) {
        memory[i] = 0;
    }
    OK(F(gleaner_selector_init)(&selector, &model, options, memory, MEMORY, items, COUNT(items)));
    for (i = 0; i < readings; i++) {
        struct F(gleaner_verdict) verdict;
        real x[INPUTS], label;
        read_sensor(i, x);
        label = options->objective == GLEANER_OBJECTIVE_LOGISTIC ? (real)(next_integer() >> 31) : next_number();
        OK(F(gleaner_selector_offer)(
            &selector, x, INPUTS, &label, options->objective != GLEANER_OBJECTIVE_PREDICTION, &verdict));
        decisions = hash(hash(decisions, verdict.kept), verdict.free_slot);
        decisions = hash_real(hash_real(decisions, verdict.score), verdict.leverage);
        decisions = hash_real(hash(decisions, (uint32_t)verdict.form), verdict.completeness);
        if (i + 1 == line) {
            print(name, line, decisions, hash_sample());
            line = line_after(line);
        }
    }
}

/* Every activation at points of all sizes between 2^-24 and 2^6. */
static void activations(uint32_t points)
{
    static const real parameter[3] = {(real)0.5, 2, (real)1.5};
    uint32_t i, sum = hash_start, line = first_line;
    numbers_start();
    for (i = 0; i < points; i++) {
        struct F(gleaner_activation) found;
        real s = next_number() * 32;
        uint32_t halvings = next_integer() >> 27;
        while (halvings-- > 0) {
            s *= (real)0.5;
        }
        OK(F(gleaner_activation_evaluate)((int32_t)(i % 17u), parameter, 3, s, &found));
        sum = hash_real(hash_real(hash_real(sum, found.value), found.derivative), found.divided);
        if (i + 1 == line) {
            print("activations", line, sum, 0);
            line = line_after(line);
        }
    }
}

/* Stands for a bias until `stream` gives the layer its own. */
static const real some[1] = {0};

/* A closed form: biases in the first layer alone. Running standardiser, a uniform share. */
static void closed(uint32_t readings)
{
    struct F(gleaner_layer) layers[2] = {
        {NULL, some, INPUTS, 5, GLEANER_ACTIVATION_RELU, {0}},
        {NULL, NULL, 5, 1, GLEANER_ACTIVATION_IDENTITY, {0}},
    };
    struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
    options.scaling = GLEANER_SCALING_RUNNING;
    options.uniform = (real)0.0625;
    stream("closed", layers, 2, &options, readings);
}

/* A bias in each layer: quadrature, split where a neuron turns on or off. Labels, and forgetting. */
static void kinks(uint32_t readings)
{
    struct F(gleaner_layer) layers[2] = {
        {NULL, some, INPUTS, 4, GLEANER_ACTIVATION_RELU, {0}},
        {NULL, some, 4, 1, GLEANER_ACTIVATION_IDENTITY, {0}},
    };
    struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
    options.objective = GLEANER_OBJECTIVE_RESIDUAL;
    options.half_life = 1000;
    stream("kinks", layers, 2, &options, readings);
}

/* Smooth activations, three layers, the logistic loss. */
static void smooth(uint32_t readings)
{
    struct F(gleaner_layer) layers[3] = {
        {NULL, some, INPUTS, 4, GLEANER_ACTIVATION_TANH, {0}},
        {NULL, some, 4, 3, GLEANER_ACTIVATION_GELU, {0}},
        {NULL, some, 3, 1, GLEANER_ACTIVATION_IDENTITY, {0}},
    };
    struct F(gleaner_options) options = GLEANER_OPTIONS_DEFAULT;
    options.objective = GLEANER_OBJECTIVE_LOGISTIC;
    stream("smooth", layers, 3, &options, readings);
}

int main(void)
{
    closed(CLOSED);
    kinks(QUADRATURE);
    smooth(QUADRATURE);
    activations(ACTIVATIONS);
    return 0;
}
