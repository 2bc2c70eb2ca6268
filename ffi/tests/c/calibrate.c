/* Totals over a stream, and weights that meet them. */
#include "net.h"

enum {
  STREAM = 900,
  KEEP = 150,
  SUMS = GLEANER_VECTOR_GRADIENT_LEN(PARAMETERS),
  OUTPUT = GLEANER_VECTOR_OUTPUT_LEN(PARAMETERS),
  CURVATURE = GLEANER_VECTOR_CURVATURE_LEN(PARAMETERS),
  STRIDE = SUMS + 2
};

static real work[WORK];
static real vectors[KEEP * STRIDE], weights[KEEP], ratios[KEEP], again[KEEP];
static real sums[GLEANER_TOTALS_LEN(SUMS)], memory[GLEANER_CALIBRATE_LEN(SUMS)];

static void near(real found, double wanted, double within)
{
  CHECK(fabs((double)found - wanted) <= within * (1 + fabs(wanted)));
}

/* What the three kinds hold, against the gradient. */
static void kinds(void)
{
  const struct F(gleaner_target) target = {GLEANER_OBJECTIVE_RESIDUAL, (real)0.5, 0}, none = {0, 0, 0};
  struct F(gleaner_target) logistic = {GLEANER_OBJECTIVE_LOGISTIC, 1, 0};
  struct F(gleaner_layer) layers[2];
  struct F(gleaner_model) sigmoid = net;
  real x[INPUTS], gradient[PARAMETERS], vector[OUTPUT], m;
  double slope;
  size_t i, j, place = 0;
  reading(5, x);
  OK(F(gleaner_model_gradient)(&net, x, INPUTS, 0, NULL, work, WORK, gradient, PARAMETERS, &m));
  slope = 2 * ((double)m - 0.5);
  OK(F(gleaner_model_vector)(&net, GLEANER_VECTOR_GRADIENT, x, INPUTS, 0, &target, work, WORK, vector, SUMS));
  for (i = 0; i < PARAMETERS; i++) {
    near(vector[i], slope * (double)gradient[i], 8 * EPSILON);
  }
  CHECK(vector[PARAMETERS] == 1);
  OK(F(gleaner_model_vector)(&net, GLEANER_VECTOR_CURVATURE, x, INPUTS, 0, &target, work, WORK, vector, CURVATURE));
  near(vector[3], slope * (double)gradient[3], 8 * EPSILON);
  near(vector[SUMS + 1], (double)gradient[0] * (double)gradient[1], 8 * EPSILON);
  OK(F(gleaner_model_vector)(&net, GLEANER_VECTOR_OUTPUT, x, INPUTS, 0, NULL, work, WORK, vector, OUTPUT));
  for (i = 0; i < PARAMETERS; i++) {
    for (j = i; j < PARAMETERS; j++) {
      near(vector[place++], (double)gradient[i] * (double)gradient[j], 8 * EPSILON);
    }
  }
  for (i = 0; i < PARAMETERS; i++) {
    CHECK(vector[place + i] == gradient[i]);
    near(vector[place + PARAMETERS + i], (double)m * (double)gradient[i], 8 * EPSILON);
  }
  CHECK(vector[OUTPUT - 1] == 1);
  vector[0] = 7;
  STATUS(GLEANER_ERROR_CODE, F(gleaner_model_vector)(&net, 3, x, INPUTS, 0, &target, work, WORK, vector, SUMS));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_vector)(&net, 0, x, INPUTS, 0, &target, work, WORK, vector, SUMS + 1));
  STATUS(GLEANER_ERROR_LABEL, F(gleaner_model_vector)(&net, 0, x, INPUTS, 0, NULL, work, WORK, vector, SUMS));
  STATUS(GLEANER_ERROR_LABEL, F(gleaner_model_vector)(&net, 1, x, INPUTS, 0, &none, work, WORK, vector, CURVATURE));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_vector)(&net, 0, x, INPUTS, 0, &target, work, 3, vector, SUMS));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_model_vector)(&net, 0, x, INPUTS - 1, 0, &target, work, WORK, vector, SUMS));
  /* A logistic loss behind a sigmoid. */
  memcpy(layers, net_layers, sizeof layers);
  layers[1].activation = GLEANER_ACTIVATION_SIGMOID;
  sigmoid.layers = layers;
  STATUS(GLEANER_ERROR_OBJECTIVE, F(gleaner_model_vector)(&sigmoid, 0, x, INPUTS, 0, &logistic, work, WORK, vector, SUMS));
  CHECK(vector[0] == 7);
}

static void vector_of(uint32_t i, real *vector)
{
  struct F(gleaner_target) target = {GLEANER_OBJECTIVE_RESIDUAL, 0, 0};
  real x[INPUTS];
  reading(i + 1, x);
  target.label = x[0] - x[1] / 4;
  OK(F(gleaner_model_vector)(&net, GLEANER_VECTOR_GRADIENT, x, INPUTS, 0, &target, work, WORK, vector, SUMS));
}

struct context {
  uint32_t numbers[KEEP];
  int fails;
};

static int32_t one(void *context, size_t index, real *vector, size_t vector_len, real *weight)
{
  struct context *own = context;
  CHECK(vector_len == SUMS && *weight == 1 && vector[0] == 0);
  vector_of(own->numbers[index], vector);
  *weight = weights[index];
  return own->fails;
}

static void calibrate(void)
{
  static struct context context;
  struct F(gleaner_calibration_options) options = GLEANER_CALIBRATION_OPTIONS_DEFAULT;
  struct F(gleaner_calibration_report) report, second;
  struct F(gleaner_totals) totals, before;
  struct F(gleaner_vectors) given;
  real vector[SUMS], value;
  size_t i, j;
  memset(&totals, 0, sizeof totals);
  memset(&given, 0, sizeof given);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_totals_value)(&totals, 0, &value));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_totals_init)(&totals, 0, sums, COUNT(sums)));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_totals_init)(&totals, SUMS, sums, COUNT(sums) - 1));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_totals_init)(&totals, SUMS, NULL, COUNT(sums)));
  STATUS(GLEANER_ERROR_ALIGNMENT, F(gleaner_totals_init)(&totals, 2, (real *)((uintptr_t)sums + 1), 4));
  OK(F(gleaner_totals_init)(&totals, SUMS, sums, COUNT(sums)));
  for (i = 0; i < STREAM; i++) {
    vector_of((uint32_t)i, vector);
    OK(F(gleaner_totals_observe)(&totals, vector, SUMS));
  }
  before = totals;
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_totals_observe)(&totals, vector, SUMS - 1));
  vector[2] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_totals_observe)(&totals, vector, SUMS));
  CHECK(memcmp(&before, &totals, sizeof before) == 0 && totals.count == STREAM);
  OK(F(gleaner_totals_value)(&totals, SUMS - 1, &value));
  CHECK(value == STREAM);
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_totals_value)(&totals, SUMS, &value));

  for (i = 0; i < KEEP; i++) {
    /* Every sixth. */
    context.numbers[i] = (uint32_t)(i * 6 + 3);
    weights[i] = 6;
    vector_of(context.numbers[i], vectors + i * STRIDE);
  }
  given.count = KEEP;
  given.vectors = vectors;
  given.stride = STRIDE;
  given.weights = weights;
  memset(&report, 7, sizeof report);
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_calibrate)(&totals, NULL, &given, ratios, KEEP - 1, memory, COUNT(memory), &report));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_calibrate)(&totals, NULL, &given, ratios, KEEP, memory, COUNT(memory) - 1, &report));
  given.stride = SUMS - 1;
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_calibrate)(&totals, NULL, &given, ratios, KEEP, memory, COUNT(memory), &report));
  given.stride = STRIDE;
  options.least = 2;
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_calibrate)(&totals, &options, &given, ratios, KEEP, memory, COUNT(memory), &report));
  options.least = 0;
  options.ridge = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE,
      F(gleaner_calibrate)(&totals, &options, &given, ratios, KEEP, memory, COUNT(memory), &report));
  options.ridge = 0;
  options.abi = 9;
  STATUS(GLEANER_ERROR_ABI, F(gleaner_calibrate)(&totals, &options, &given, ratios, KEEP, memory, COUNT(memory), &report));
  options.abi = GLEANER_ABI;
  weights[3] = -weights[3];
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_calibrate)(&totals, NULL, &given, ratios, KEEP, memory, COUNT(memory), &report));
  weights[3] = -weights[3];
  CHECK(report.rounds == 0x07070707u);

  OK(F(gleaner_calibrate)(&totals, NULL, &given, ratios, KEEP, memory, COUNT(memory), &report));
  CHECK(report.rounds > 1 && report.clipped > 0 && report.absent == 0 && report.before > 1);
  CHECK((double)report.after < 1e-3 * (double)report.before);
  for (j = 0; j < SUMS; j++) {
    double met = 0, size = 0;
    for (i = 0; i < KEEP; i++) {
      const double a = (double)vectors[i * STRIDE + j], w = (double)weights[i];
      met += w * (double)ratios[i] * a;
      size += w * a * a;
    }
    OK(F(gleaner_totals_value)(&totals, j, &value));
    CHECK(fabs(met - (double)value) <= 1e-2 * (double)report.before * sqrt(size));
  }
  for (i = 0; i < KEEP; i++) {
    CHECK(ratios[i] >= (real)0.19 && ratios[i] <= 5);
  }
  /* The same by a function, and by the same options written out. */
  given.vector = one;
  given.context = &context;
  OK(F(gleaner_calibrate)(&totals, NULL, &given, again, KEEP, memory, COUNT(memory), &second));
  CHECK(memcmp(ratios, again, sizeof ratios) == 0 && second.after == report.after);
  given.vector = NULL;
  options.ridge = (real)(sizeof(real) == 4 ? 8 * EPSILON : 1e-10);
  options.least = (real)0.2;
  OK(F(gleaner_calibrate)(&totals, &options, &given, again, KEEP, memory, COUNT(memory), &second));
  CHECK(memcmp(ratios, again, sizeof ratios) == 0);
  given.vector = one;
  context.fails = 1;
  STATUS(GLEANER_ERROR_CALLBACK, F(gleaner_calibrate)(&totals, NULL, &given, again, KEEP, memory, COUNT(memory), &second));
  /* Nothing kept: nothing to do. */
  given.vector = NULL;
  given.count = 0;
  OK(F(gleaner_calibrate)(&totals, NULL, &given, NULL, 0, memory, COUNT(memory), &second));
  CHECK(second.rounds == 0);
  OK(F(gleaner_totals_clear)(&totals));
  OK(F(gleaner_totals_value)(&totals, 0, &value));
  CHECK(value == 0 && totals.count == 0);
}

int main(void)
{
  kinds();
  calibrate();
  puts("calibrate");
  return 0;
}
