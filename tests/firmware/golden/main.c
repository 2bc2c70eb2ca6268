/* Golden values on the device: rows of networks, leverages, divided differences of activations, inclusion
   probabilities, within the bounds that hold on a host. */
#include "check.h"

struct row_case {
    int saturated;
    uint32_t depth;
    struct {
        uint32_t inputs, outputs;
        int bias;
        int32_t activation;
        double parameter[3];
    } layers[3];
    size_t parameters;
    const double *theta, *x, *row;
    double value, at_zero, norm;
};

struct leverage_case {
    int vandermonde;
    size_t rows, columns, rank;
    double ridge;
    const double *data, *leverage, *ridge_leverage, *online;
};

struct divided_case {
    int32_t activation;
    double parameter[3];
    double z, value, derivative, divided;
};

struct sampling_case {
    size_t k, n;
    const double *weights, *inclusion;
    double threshold;
};

#include "golden_table.h"

enum { PARAMETERS = 40, INPUTS = 8, HIDDEN = 16, COLUMNS = 8, KEPT = 16 };

static const int single = sizeof(real) == 4;

static double absolute(double value) { return value < 0 ? -value : value; }

static void copy(real *to, const double *from, size_t count)
{
    while (count-- > 0) {
        *to++ = (real)*from++;
    }
}

static void check_row(const struct row_case *c)
{
    static real theta[PARAMETERS], x[INPUTS], row[PARAMETERS + 1];
    static real work[GLEANER_WORK_LEN(INPUTS, PARAMETERS, GLEANER_SCRATCH_QUADRATURE(PARAMETERS, HIDDEN))];
    struct F(gleaner_layer) layers[3];
    struct F(gleaner_model) model = {GLEANER_ABI, 1, layers, 0, 0, 32, NULL, NULL, NULL, NULL, 0, NULL, NULL};
    struct F(gleaner_row_report) report;
    struct gleaner_sizes sizes;
    const real *next = theta;
    real norm;
    double error = 0, size = 0, bound;
    size_t i;

    for (i = 0; i < c->depth; i++) {
        struct F(gleaner_layer) layer = {next, NULL, c->layers[i].inputs, c->layers[i].outputs,
                                         c->layers[i].activation, {0}};
        copy(layer.parameter, c->layers[i].parameter, 3);
        next += layer.inputs * layer.outputs;
        if (c->layers[i].bias) {
            layer.bias = next;
            next += layer.outputs;
        }
        layers[i] = layer;
    }
    model.depth = c->depth;
    model.inputs = layers[0].inputs;
    copy(theta, c->theta, c->parameters);
    copy(x, c->x, model.inputs);

    OK(F(gleaner_model_sizes)(&model, &sizes));
    CHECK(sizes.parameters == c->parameters && sizes.work <= COUNT(work));
    OK(F(gleaner_model_row)(&model, x, sizes.inputs, 0, NULL, work, COUNT(work), row, c->parameters + 1,
                            &report));
    OK(F(gleaner_model_norm)(&model, x, sizes.inputs, 0, NULL, work, COUNT(work), &norm));
    for (i = 0; i < c->parameters; i++) {
        const double difference = (double)row[i] - c->row[i];
        error += difference * difference;
        size += c->row[i] * c->row[i];
    }
    if (report.form == GLEANER_FORM_EXACT) {
        bound = single ? 2e-6 : 1e-13;
    } else {
        bound = single ? 2e-5 : c->saturated ? 1e-7 : 1e-9;
    }
    CHECK(error <= bound * bound * size);
    CHECK(absolute((double)row[c->parameters] - c->at_zero) <= bound * (absolute(c->at_zero) + 1e-30));
    CHECK(absolute((double)report.value - c->value) <= (single ? 1e-5 : 1e-13) * (1 + absolute(c->value)));
    CHECK(absolute((double)norm - c->norm) <= 4 * bound * c->norm);
}

static void check_leverage(const struct leverage_case *c)
{
    static real ridged_memory[GLEANER_FACTOR_LEN(COLUMNS)], bare_memory[GLEANER_FACTOR_LEN(COLUMNS)];
    const double bound = !single ? 1e-11 : c->vandermonde ? 2e-4 : 1e-5;
    struct F(gleaner_factor) ridged, bare;
    real row[COLUMNS], scratch[COLUMNS];
    size_t i, rank;

    OK(F(gleaner_factor_init)(&ridged, c->columns, (real)c->ridge, ridged_memory, COUNT(ridged_memory)));
    OK(F(gleaner_factor_init)(&bare, c->columns, 0, bare_memory, COUNT(bare_memory)));
    for (i = 0; i < c->rows; i++) {
        real online;
        copy(row, c->data + i * c->columns, c->columns);
        OK(F(gleaner_factor_observe)(&bare, row, c->columns, 1, &online));
        OK(F(gleaner_factor_observe)(&ridged, row, c->columns, 1, &online));
        CHECK(absolute((double)online - c->online[i]) <= (single ? 1e-6 : 1e-14));
    }
    OK(F(gleaner_factor_pivot)(&bare, &rank));
    CHECK(rank == c->rank);
    for (i = 0; i < c->rows; i++) {
        struct F(gleaner_score) score;
        copy(row, c->data + i * c->columns, c->columns);
        OK(F(gleaner_factor_score)(&ridged, row, c->columns, scratch, COUNT(scratch), &score));
        CHECK(absolute((double)score.leverage - c->ridge_leverage[i]) <= bound);
        OK(F(gleaner_factor_score)(&bare, row, c->columns, scratch, COUNT(scratch), &score));
        CHECK(absolute((double)score.leverage - c->leverage[i]) <= bound);
    }
}

/* Whether `found` is exact but for so many units in the last place of a float, or for rounding in double. */
static int near(double found, double exact, double places)
{
    union {
        float value;
        uint32_t bits;
    } size, next;
    if (!single) {
        return absolute(found - exact) <= 1e-14 * absolute(exact) + 2.3e-308;
    }
    size.value = (float)absolute(exact);
    next.bits = size.bits + 1;
    return absolute(found - exact) <= places * ((double)next.value - (double)size.value);
}

static void check_divided(const struct divided_case *c)
{
    const double places = absolute(c->z) > 20 ? 8 : 4;
    /* Where GELU's terms cancel, far below 0, the bound is absolute. */
    const double allowed = c->activation != GLEANER_ACTIVATION_GELU ? 0 : single ? 2e-7 : 2e-15;
    struct F(gleaner_activation) found;
    real parameter[3];

    copy(parameter, c->parameter, 3);
    OK(F(gleaner_activation_evaluate)(c->activation, parameter, 3, (real)c->z, &found));
    CHECK(near((double)found.value, c->value, places) || absolute((double)found.value - c->value) <= allowed);
    CHECK(near((double)found.derivative, c->derivative, places) ||
          absolute((double)found.derivative - c->derivative) <= allowed);
    CHECK(near((double)found.divided, c->divided, places) ||
          absolute((double)found.divided - c->divided) <= allowed);
}

static void check_sampling(const struct sampling_case *c)
{
    const double bound = single ? 1e-5 : 1e-12;
    static struct F(gleaner_item) items[GLEANER_ITEMS_LEN(KEPT)];
    struct F(gleaner_reservoir) reservoir;
    size_t i, count;

    OK(F(gleaner_reservoir_init)(&reservoir, 1, items, GLEANER_ITEMS_LEN(c->k)));
    for (i = 0; i < c->n; i++) {
        struct F(gleaner_outcome) outcome;
        OK(F(gleaner_reservoir_offer)(&reservoir, (real)c->weights[i], &outcome));
    }
    OK(F(gleaner_reservoir_count)(&reservoir, &count));
    CHECK(count > 0 && count <= c->k);
    for (i = 0; i < count; i++) {
        struct F(gleaner_kept) kept;
        OK(F(gleaner_reservoir_kept)(&reservoir, i, &kept));
        CHECK(absolute(1 / (double)kept.weight - c->inclusion[kept.sequence]) <=
              bound * c->inclusion[kept.sequence]);
    }
}

int main(void)
{
    size_t i;
    for (i = 0; i < COUNT(row_cases); i++) {
        check_row(&row_cases[i]);
    }
    for (i = 0; i < COUNT(leverage_cases); i++) {
        check_leverage(&leverage_cases[i]);
    }
    for (i = 0; i < COUNT(divided_cases); i++) {
        check_divided(&divided_cases[i]);
    }
    for (i = 0; i < COUNT(sampling_cases); i++) {
        check_sampling(&sampling_cases[i]);
    }
    put("golden: rows");
    put_number(COUNT(row_cases));
    put(", leverages of designs");
    put_number(COUNT(leverage_cases));
    put(", activations");
    put_number(COUNT(divided_cases));
    put(", samples");
    put_number(COUNT(sampling_cases));
    end_line();
    return 0;
}
