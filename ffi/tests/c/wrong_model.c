/* The three mistakes that a model check must find, and the right model that it must let pass. */
#include "check.h"

#define N 4
static const real square[N * N] = {
  (real)0.5, (real)-0.25, (real)0.75, (real)-0.5, (real)1.0, (real)0.125, (real)0.375, (real)0.625,
  (real)-0.875, (real)-1.125, (real)0.25, (real)0.5, (real)0.1875, (real)-0.625, (real)0.875, (real)1.5,
};
static real transposed[N * N];
static const real bias[N] = {(real)0.125, (real)-0.25, (real)0.5, (real)0.0625};
static const real last[N] = {(real)1.5, (real)-0.75, (real)0.5, (real)-1.25};
static const real mean[N] = {(real)0.25, (real)-0.5, (real)1.0, (real)2.0};
static const real scale[N] = {(real)2.0, (real)0.5, (real)1.5, (real)4.0};
static const real inputs[3 * N] = {
  (real)1.0, (real)0.25, (real)-0.5, (real)3.0, (real)-2.0, (real)-0.75, (real)2.5, (real)0.5,
  (real)0.0, (real)0.0, (real)0.0, (real)0.0,
};
static real outputs[3];
static real work[GLEANER_WORK_LEN(N, 24, GLEANER_SCRATCH_QUADRATURE(24, 5))];

static struct F(gleaner_layer) layers[3] = {
  {square, bias, N, N, GLEANER_ACTIVATION_RELU, {0, 0, 0}},
  {last, NULL, N, 1, GLEANER_ACTIVATION_IDENTITY, {0, 0, 0}},
  {NULL, NULL, 1, 1, GLEANER_ACTIVATION_SIGMOID, {0, 0, 0}},
};
static struct F(gleaner_model) model = {
  GLEANER_ABI, 1, layers, 2, N, 0, mean, scale, inputs, outputs, 3, NULL, NULL,
};

/* The outputs, written out: what a cloud would have exported. */
static void expect(int squashed)
{
  size_t i, j, k;
  for (i = 0; i < 3; i++) {
    double sum = 0;
    for (j = 0; j < N; j++) {
      double h = (double)bias[j];
      for (k = 0; k < N; k++) {
        h += (double)square[j * N + k] * ((double)inputs[i * N + k] - (double)mean[k]) / (double)scale[k];
      }
      sum += h > 0 ? h * (double)last[j] : 0;
    }
    outputs[i] = (real)(squashed ? 1 / (1 + exp(-sum)) : sum);
  }
}

static gleaner_status check(int32_t objective)
{
  real worst = -1;
  gleaner_status status = F(gleaner_model_check)(&model, objective, work, COUNT(work), &worst);
  CHECK(status == GLEANER_OK ? worst >= 0 && worst < (real)16 * (real)EPSILON : worst == -1);
  return status;
}

int main(void)
{
  static const real one[1] = {1};
  size_t j, k;
  for (j = 0; j < N; j++) {
    for (k = 0; k < N; k++) {
      transposed[k * N + j] = square[j * N + k];
    }
  }
  expect(0);
  STATUS(GLEANER_OK, check(GLEANER_OBJECTIVE_PREDICTION));
  STATUS(GLEANER_OK, check(GLEANER_OBJECTIVE_LOGISTIC));
  STATUS(GLEANER_ERROR_CODE, check(6));

  layers[0].weights = transposed;
  STATUS(GLEANER_ERROR_CHECK, check(GLEANER_OBJECTIVE_PREDICTION));
  layers[0].weights = square;

  model.mean = NULL;
  model.scale = NULL;
  STATUS(GLEANER_ERROR_CHECK, check(GLEANER_OBJECTIVE_PREDICTION));
  model.mean = mean;
  model.scale = scale;

  /* A sigmoid where the logit was meant, and where the loss brings its own. */
  layers[1].activation = GLEANER_ACTIVATION_SIGMOID;
  STATUS(GLEANER_ERROR_CHECK, check(GLEANER_OBJECTIVE_PREDICTION));
  STATUS(GLEANER_ERROR_OBJECTIVE, check(GLEANER_OBJECTIVE_LOGISTIC));

  /* A sigmoid behind a sigmoid. */
  expect(1);
  STATUS(GLEANER_OK, check(GLEANER_OBJECTIVE_PREDICTION));
  layers[2].weights = one;
  model.depth = 3;
  STATUS(GLEANER_ERROR_CHECK, check(GLEANER_OBJECTIVE_PREDICTION));
  model.depth = 2;

  outputs[1] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, check(GLEANER_OBJECTIVE_PREDICTION));
  puts("wrong_model");
  return 0;
}
