/* Golden values: golden.h holds one file's cases as arrays. Bounds as the files' description states them. */
#include "check.h"

struct divided_case {
  int32_t activation;
  double parameter[3];
  double z, value, derivative, divided;
};

struct loss_case {
  double z, y, map, at_zero, divided;
};

struct adjoint_case {
  const char *family;
  uint32_t depth;
  struct {
    uint32_t inputs, outputs;
    int bias;
    int32_t activation;
    double parameter[3];
  } layers[3];
  size_t parameters;
  double theta[40];
  double x[8];
  double value, at_zero;
  double row[40];
  double norm;
};

struct leverage_case {
  const char *name;
  size_t rows, columns, rank;
  double ridge;
  const double *data, *leverage, *ridge_leverage, *online;
};

struct nist_case {
  const char *name;
  size_t rows, columns;
  const double *data, *leverage;
};

struct sampling_case {
  const char *name;
  size_t k, n;
  const double *weights, *inclusion;
  double threshold;
};

#include "golden.h"

static const int single = sizeof(real) == 4;

/* Whether `found` is the exact value but for so many units in the last place, or a relative error in double. */
static int near(double found, double exact, double places, double relative)
{
  if (single) {
    float size = (float)fabs(exact);
    double place = (double)nextafterf(size, INFINITY) - (double)size;
    return fabs(found - exact) <= places * place;
  }
  return fabs(found - exact) <= relative * fabs(exact) + 2.3e-308;
}

#ifdef PART_DIVIDED
static void run(void)
{
  size_t i, j;
  for (i = 0; i < COUNT(divided_cases); i++) {
    const struct divided_case *c = &divided_cases[i];
    struct F(gleaner_activation) found;
    double pairs[3][2];
    real parameter[3];
    double places = fabs(c->z) > 20 ? 8 : 4;
    for (j = 0; j < 3; j++) {
      parameter[j] = (real)c->parameter[j];
    }
    OK(F(gleaner_activation_evaluate)(c->activation, parameter, 3, (real)c->z, &found));
    pairs[0][0] = (double)found.value;
    pairs[0][1] = c->value;
    pairs[1][0] = (double)found.derivative;
    pairs[1][1] = c->derivative;
    pairs[2][0] = (double)found.divided;
    pairs[2][1] = c->divided;
    for (j = 0; j < 3; j++) {
      double absolute = c->activation != GLEANER_ACTIVATION_GELU ? 0 : single ? 2e-7 : 2e-15;
      CHECK(near(pairs[j][0], pairs[j][1], places, 1e-14) || fabs(pairs[j][0] - pairs[j][1]) <= absolute);
    }
  }
  printf("DIVIDED %d\n", (int)COUNT(divided_cases));
}
#endif

#ifdef PART_LOSS
static void run(void)
{
  size_t i;
  for (i = 0; i < COUNT(loss_cases); i++) {
    /* One weight, z, and the reading 1: the row is [divided difference ; map at zero]. */
    const struct loss_case *c = &loss_cases[i];
    const real weight = (real)c->z, x = 1;
    struct F(gleaner_layer) layer = {&weight, NULL, 1, 1, GLEANER_ACTIVATION_IDENTITY, {0, 0, 0}};
    struct F(gleaner_model) model = {GLEANER_ABI, 1, NULL, 1, 1, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL};
    struct F(gleaner_target) target = {GLEANER_OBJECTIVE_LOGISTIC, 0, 0};
    struct F(gleaner_row_report) report;
    real work[GLEANER_WORK_LEN(1, 1, GLEANER_SCRATCH_EXACT(0))];
    real row[2];
    target.label = (real)c->y;
    model.layers = &layer;
    OK(F(gleaner_model_row)(&model, &x, 1, 0, &target, work, COUNT(work), row, 2, &report));
    CHECK(report.form == GLEANER_FORM_EXACT);
    CHECK(near((double)row[0], c->divided, 8, 1e-14));
    CHECK(near((double)row[1], c->at_zero, 8, 1e-14));
    CHECK(near((double)report.value, c->map, 8, 1e-14));
  }
  printf("LOSS %d\n", (int)COUNT(loss_cases));
}
#endif

#ifdef PART_ADJOINT
static void run(void)
{
  static real theta[40], x[8], row[41], gradient[40], work[GLEANER_WORK_LEN(8, 40, GLEANER_SCRATCH_QUADRATURE(40, 16))];
  size_t i, j, exact = 0;
  for (i = 0; i < COUNT(adjoint_cases); i++) {
    const struct adjoint_case *c = &adjoint_cases[i];
    struct F(gleaner_layer) layers[3];
    struct F(gleaner_model) model = {GLEANER_ABI, 1, NULL, 0, 0, 32, NULL, NULL, NULL, NULL, 0, NULL, NULL};
    struct F(gleaner_row_report) report;
    struct gleaner_sizes sizes;
    const real *next = theta;
    real value, norm;
    double error = 0, size = 0, tolerance;
    for (j = 0; j < c->parameters; j++) {
      theta[j] = (real)c->theta[j];
    }
    for (j = 0; j < 8; j++) {
      x[j] = (real)c->x[j];
    }
    for (j = 0; j < c->depth; j++) {
      struct F(gleaner_layer) layer = {NULL, NULL, 0, 0, 0, {0, 0, 0}};
      layer.inputs = c->layers[j].inputs;
      layer.outputs = c->layers[j].outputs;
      layer.activation = c->layers[j].activation;
      layer.parameter[0] = (real)c->layers[j].parameter[0];
      layer.parameter[1] = (real)c->layers[j].parameter[1];
      layer.parameter[2] = (real)c->layers[j].parameter[2];
      layer.weights = next;
      next += (size_t)layer.inputs * layer.outputs;
      if (c->layers[j].bias) {
        layer.bias = next;
        next += layer.outputs;
      }
      layers[j] = layer;
    }
    model.layers = layers;
    model.depth = c->depth;
    model.inputs = layers[0].inputs;
    OK(F(gleaner_model_sizes)(&model, &sizes));
    CHECK(sizes.parameters == c->parameters && sizes.work <= COUNT(work));
    OK(F(gleaner_model_value)(&model, x, sizes.inputs, 0, work, COUNT(work), &value));
    OK(F(gleaner_model_row)(&model, x, sizes.inputs, 0, NULL, work, COUNT(work), row, sizes.parameters + 1, &report));
    OK(F(gleaner_model_norm)(&model, x, sizes.inputs, 0, NULL, work, COUNT(work), &norm));
    OK(F(gleaner_model_theta)(&model, gradient, sizes.parameters));
    CHECK(memcmp(gradient, theta, sizes.parameters * sizeof(real)) == 0);
    OK(F(gleaner_model_gradient)(&model, x, sizes.inputs, 0, NULL, work, COUNT(work), gradient, sizes.parameters, &value));
    CHECK(value == report.value);
    for (j = 0; j < c->parameters; j++) {
      double difference = (double)row[j] - c->row[j];
      error += difference * difference;
      size += c->row[j] * c->row[j];
    }
    if (report.form == GLEANER_FORM_EXACT) {
      exact++;
      tolerance = single ? 2e-6 : 1e-13;
    } else if (strcmp(c->family, "two_layer_tanh_saturated") == 0) {
      tolerance = single ? 2e-5 : 1e-7;
    } else {
      tolerance = single ? 2e-5 : 1e-9;
    }
    CHECK(sqrt(error) <= tolerance * sqrt(size));
    CHECK(fabs((double)row[c->parameters] - c->at_zero) <= tolerance * (fabs(c->at_zero) + 1e-30));
    CHECK(fabs((double)value - c->value) <= (single ? 1e-5 : 1e-13) * (1 + fabs(c->value)));
    CHECK(fabs((double)norm - c->norm) <= 4 * tolerance * c->norm);
    if (report.form == GLEANER_FORM_EXACT) {
      CHECK((double)report.completeness <= 4 * tolerance * (1 + fabs(c->value)));
    }
  }
  CHECK(exact > 0 && exact < COUNT(adjoint_cases));
  printf("ADJOINT %d, %d of them exact\n", (int)COUNT(adjoint_cases), (int)exact);
}
#endif

#ifdef PART_LEVERAGE
static real row[8], scratch[8];

static const real *read_row(const struct leverage_case *c, size_t i)
{
  size_t j;
  for (j = 0; j < c->columns; j++) {
    row[j] = (real)c->data[i * c->columns + j];
  }
  return row;
}

static void run(void)
{
  static real memory[GLEANER_FACTOR_LEN(8)], other[GLEANER_FACTOR_LEN(8)];
  size_t i, j;
  for (i = 0; i < COUNT(leverage_cases); i++) {
    const struct leverage_case *c = &leverage_cases[i];
    double bound = !single ? 1e-11 : strncmp(c->name, "vandermonde", 11) == 0 ? 2e-4 : 1e-5;
    struct F(gleaner_factor) ridged, bare;
    struct F(gleaner_score) score;
    real online;
    size_t rank;
    OK(F(gleaner_factor_init)(&ridged, c->columns, (real)c->ridge, memory, COUNT(memory)));
    OK(F(gleaner_factor_init)(&bare, c->columns, 0, other, COUNT(other)));
    for (j = 0; j < c->rows; j++) {
      OK(F(gleaner_factor_observe)(&ridged, read_row(c, j), c->columns, 1, &online));
      CHECK(fabs((double)online - c->online[j]) <= (single ? 1e-6 : 1e-14));
      OK(F(gleaner_factor_observe)(&bare, read_row(c, j), c->columns, 1, &online));
    }
    OK(F(gleaner_factor_pivot)(&bare, &rank));
    CHECK(rank == c->rank);
    for (j = 0; j < c->rows; j++) {
      OK(F(gleaner_factor_score)(&ridged, read_row(c, j), c->columns, scratch, COUNT(scratch), &score));
      CHECK(fabs((double)score.leverage - c->ridge_leverage[j]) <= bound);
      OK(F(gleaner_factor_score)(&bare, read_row(c, j), c->columns, scratch, COUNT(scratch), &score));
      CHECK(fabs((double)score.leverage - c->leverage[j]) <= bound);
    }
  }
  printf("LEVERAGE %d\n", (int)COUNT(leverage_cases));
}
#endif

#ifdef PART_NIST
static double bound_of(const char *name)
{
  if (strcmp(name, "norris") == 0 || strcmp(name, "noint2") == 0) {
    return single ? 1e-6 : 1e-14;
  }
  if (strncmp(name, "wampler", 7) == 0) {
    return single ? 1e-4 : 1e-11;
  }
  if (strcmp(name, "longley") == 0) {
    return single ? 2e-3 : 1e-10;
  }
  CHECK(strcmp(name, "filip") == 0);
  return 1e-5;
}

static void run(void)
{
  static real memory[GLEANER_FACTOR_LEN(11)], row[11], scratch[11];
  size_t i, j, k;
  for (i = 0; i < COUNT(nist_cases); i++) {
    const struct nist_case *c = &nist_cases[i];
    struct F(gleaner_factor) factor;
    struct F(gleaner_score) score;
    real online, condition;
    size_t rank;
    int pass;
    OK(F(gleaner_factor_init)(&factor, c->columns, 0, memory, COUNT(memory)));
    for (pass = 0; pass < 2; pass++) {
      for (j = 0; j < c->rows; j++) {
        for (k = 0; k < c->columns; k++) {
          row[k] = (real)c->data[j * c->columns + k];
        }
        if (pass == 0) {
          OK(F(gleaner_factor_observe)(&factor, row, c->columns, 1, &online));
          continue;
        }
        OK(F(gleaner_factor_score)(&factor, row, c->columns, scratch, COUNT(scratch), &score));
        if (rank == c->columns) {
          CHECK(fabs((double)score.leverage - c->leverage[j]) <= bound_of(c->name));
        }
      }
      OK(F(gleaner_factor_condition)(&factor, &condition));
      OK(F(gleaner_factor_pivot)(&factor, &rank));
    }
    /* A polynomial of degree 10 is beyond single precision, and the factor says so. */
    CHECK((rank < c->columns) == (single && strcmp(c->name, "filip") == 0));
    CHECK(strcmp(c->name, "filip") != 0 || condition > (real)1e5);
  }
  printf("NIST %d\n", (int)COUNT(nist_cases));
}
#endif

#ifdef PART_SAMPLING
static void run(void)
{
  const double bound = single ? 1e-5 : 1e-12;
  size_t i, j;
  for (i = 0; i < COUNT(sampling_cases); i++) {
    const struct sampling_case *c = &sampling_cases[i];
    uint32_t seed;
    for (seed = 0; seed < 20; seed++) {
      struct F(gleaner_item) items[GLEANER_ITEMS_LEN(16)];
      struct F(gleaner_reservoir) reservoir;
      struct F(gleaner_outcome) outcome;
      struct F(gleaner_kept) kept;
      size_t count, positive = 0;
      CHECK(c->k <= 16);
      OK(F(gleaner_reservoir_init)(&reservoir, seed, items, GLEANER_ITEMS_LEN(c->k)));
      for (j = 0; j < c->n; j++) {
        OK(F(gleaner_reservoir_offer)(&reservoir, (real)c->weights[j], &outcome));
        positive += c->weights[j] > 0;
      }
      OK(F(gleaner_reservoir_count)(&reservoir, &count));
      CHECK(count == (positive < c->k ? positive : c->k));
      CHECK(fabs((double)reservoir.state.threshold - c->threshold) <= bound * (c->threshold + 1e-30));
      for (j = 0; j < count; j++) {
        OK(F(gleaner_reservoir_kept)(&reservoir, j, &kept));
        CHECK((double)kept.score == (double)(real)c->weights[kept.sequence]);
        CHECK(fabs(1 / (double)kept.weight - c->inclusion[kept.sequence]) <= bound * c->inclusion[kept.sequence]);
      }
    }
  }
  printf("SAMPLING %d\n", (int)COUNT(sampling_cases));
}
#endif

int main(void)
{
  (void)near;
  run();
  return 0;
}
