/* Fits of several outputs: theta after each of them, for Rust to compare with. */
#include "net.h"

#define OUTPUTS 2
#define SAMPLES 40
#define ENTRIES (INPUTS * HIDDEN + HIDDEN + HIDDEN * OUTPUTS)
#define SPACE GLEANER_SCRATCH_EXACT(HIDDEN + OUTPUTS)
#define LENGTH GLEANER_FIT_LEN_OF(INPUTS, OUTPUTS, ENTRIES, SPACE)

static const real both_w2[OUTPUTS * HIDDEN] = {
  (real)1.5, (real)-0.75, (real)0.5, (real)-1.25, (real)0.25, (real)1.0, (real)-0.5, (real)0.75,
};
static const struct F(gleaner_layer) both_layers[2] = {
  {net_w1, net_b1, INPUTS, HIDDEN, GLEANER_ACTIVATION_RELU, {0, 0, 0}},
  {both_w2, NULL, HIDDEN, OUTPUTS, GLEANER_ACTIVATION_IDENTITY, {0, 0, 0}},
};
static const struct F(gleaner_model) both = {
  GLEANER_ABI, 6, both_layers, 2, INPUTS, 0, net_mean, net_scale, NULL, NULL, 0, NULL, NULL,
};

static real xs[SAMPLES * INPUTS], labels[SAMPLES * OUTPUTS], weights[SAMPLES];
static real start[ENTRIES], theta[ENTRIES], memory[LENGTH];
static struct F(gleaner_samples) samples;

/* The source of the samples where it is a function. */
struct source {
  size_t labels;
  int32_t answer;
};

static int32_t give(void *context, size_t index, real *x, size_t x_len, real *label, size_t label_len, real *weight)
{
  const struct source *source = context;
  size_t c;
  CHECK(x_len == INPUTS && label_len == OUTPUTS && *weight == 1);
  for (c = 0; c < OUTPUTS; c++) {
    CHECK(label[c] == 0);
    if (c < source->labels) {
      label[c] = labels[index * OUTPUTS + c];
    }
  }
  memcpy(x, xs + index * INPUTS, sizeof(real) * INPUTS);
  *weight = weights[index];
  return source->answer;
}

static void bits(real value)
{
  const double wide = (double)value;
  unsigned long long word;
  memcpy(&word, &wide, sizeof word);
  printf(" %016llx", word);
}

static void print(const struct F(gleaner_fit_report) *report)
{
  size_t i;
  printf("%d %d", (int)report->steps, (int)report->stop);
  bits(report->loss);
  for (i = 0; i < ENTRIES; i++) {
    bits(theta[i]);
  }
  printf("\n");
}

/* Fits from arrays and from a function come to the same. */
static void fits(int32_t objective)
{
  struct F(gleaner_fit_options) options = GLEANER_FIT_OPTIONS_DEFAULT;
  struct F(gleaner_fit_report) report, second;
  struct source source = {OUTPUTS, 0};
  real first[ENTRIES];
  options.objective = objective;
  /* The same in both precisions, unlike the default's digits. */
  options.weight_decay = (real)0.125;
  options.steps = 30;
  samples.sample = NULL;
  memcpy(theta, start, sizeof theta);
  OK(F(gleaner_fit)(&both, &options, &samples, theta, ENTRIES, memory, LENGTH, &report));
  print(&report);
  memcpy(first, theta, sizeof theta);
  memcpy(theta, start, sizeof theta);
  samples.sample = give;
  samples.context = &source;
  OK(F(gleaner_fit)(&both, &options, &samples, theta, ENTRIES, memory, LENGTH, &second));
  CHECK(memcmp(theta, first, sizeof theta) == 0 && second.loss == report.loss && second.steps == report.steps);
  samples.sample = NULL;
}

/* Whatever is refused leaves theta as it was. */
static void refuses(void)
{
  struct F(gleaner_fit_options) options = GLEANER_FIT_OPTIONS_DEFAULT;
  struct F(gleaner_fit_report) report;
  struct source source = {OUTPUTS, 7};
  const real known = labels[SAMPLES * OUTPUTS - 1];
  memcpy(theta, start, sizeof theta);
  labels[SAMPLES * OUTPUTS - 1] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_fit)(&both, &options, &samples, theta, ENTRIES, memory, LENGTH, &report));
  options.objective = GLEANER_OBJECTIVE_LOGISTIC;
  labels[SAMPLES * OUTPUTS - 1] = (real)1.5;
  STATUS(GLEANER_ERROR_LABEL, F(gleaner_fit)(&both, &options, &samples, theta, ENTRIES, memory, LENGTH, &report));
  labels[SAMPLES * OUTPUTS - 1] = known;
  options.objective = GLEANER_OBJECTIVE_PREDICTION;
  STATUS(GLEANER_ERROR_OBJECTIVE, F(gleaner_fit)(&both, &options, &samples, theta, ENTRIES, memory, LENGTH, &report));
  options.objective = GLEANER_OBJECTIVE_SOFTMAX;
  STATUS(GLEANER_ERROR_OBJECTIVE, F(gleaner_fit)(&both, &options, &samples, theta, ENTRIES, memory, LENGTH, &report));
  options.objective = GLEANER_OBJECTIVE_RESIDUAL;
  STATUS(
      GLEANER_ERROR_LENGTH, F(gleaner_fit)(&both, &options, &samples, theta, ENTRIES, memory, LENGTH - 1, &report));
  samples.labels = NULL;
  STATUS(GLEANER_ERROR_NULL, F(gleaner_fit)(&both, &options, &samples, theta, ENTRIES, memory, LENGTH, &report));
  samples.labels = labels;
  samples.count = (size_t)-1 / 2 + 1;
  samples.stride = INPUTS;
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_fit)(&both, &options, &samples, theta, ENTRIES, memory, LENGTH, &report));
  samples.count = SAMPLES;
  samples.sample = give;
  samples.context = &source;
  STATUS(GLEANER_ERROR_CALLBACK, F(gleaner_fit)(&both, &options, &samples, theta, ENTRIES, memory, LENGTH, &report));
  samples.sample = NULL;
  CHECK(memcmp(theta, start, sizeof theta) == 0);
}

/* Output c is theta_0 x_c + theta_1, by hand. */
static int32_t line(void *context, const real *at, size_t at_len, const real *x, size_t x_len, size_t index,
    real *gradient, real *value)
{
  CHECK(context == NULL && at_len == 2 && x_len == 3 && index < 3);
  gradient[0] = x[index];
  gradient[1] = 1;
  *value = at[0] * x[index] + at[1];
  return 0;
}

/* A model of one's own with more outputs than parameters. */
static void own(void)
{
  static const real halves[2] = {(real)0.5, (real)0.5};
  static real lines[SAMPLES * 3], room[GLEANER_FIT_LEN_OF(3, 3, 2, GLEANER_SCRATCH_OWN(2, 8))];
  static const struct F(gleaner_own) function = {line, NULL, halves, 2, 3, 1};
  struct F(gleaner_model) mine = {GLEANER_ABI, 7, NULL, 0, 3, 8, NULL, NULL, NULL, NULL, 0, NULL, NULL};
  struct F(gleaner_fit_options) options = GLEANER_FIT_OPTIONS_DEFAULT;
  struct F(gleaner_samples) given = samples;
  struct F(gleaner_fit_report) report;
  const size_t least = GLEANER_FIT_LEN_OF(3, 3, 2, GLEANER_SCRATCH_OWN(2, 1));
  struct gleaner_sizes sizes;
  real found[2] = {0, 0};
  size_t i;
  mine.own = &function;
  for (i = 0; i < SAMPLES * 3; i++) {
    lines[i] = 2 * xs[i] - 1;
  }
  given.labels = lines;
  options.weight_decay = 0;
  OK(F(gleaner_model_sizes)(&mine, &sizes));
  CHECK(sizes.outputs == 3 && sizes.fit == COUNT(room));
  /* A fit makes no rows: nodes do not count. */
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_fit)(&mine, &options, &given, found, 2, room, least - 1, &report));
  OK(F(gleaner_fit)(&mine, &options, &given, found, 2, room, least, &report));
  CHECK(fabs((double)found[0] - 2) < 1e-4 && fabs((double)found[1] + 1) < 1e-4);
  options.objective = GLEANER_OBJECTIVE_CROSS_ENTROPY;
  STATUS(GLEANER_ERROR_OBJECTIVE, F(gleaner_fit)(&mine, &options, &given, found, 2, room, COUNT(room), &report));
}

int main(void)
{
  static real work[GLEANER_WORK_LEN(INPUTS, ENTRIES, SPACE)];
  struct gleaner_sizes sizes;
  uint32_t i;
  size_t c;
  OK(F(gleaner_model_sizes)(&both, &sizes));
  CHECK(sizes.outputs == OUTPUTS && sizes.parameters == ENTRIES && sizes.fit == LENGTH);
  OK(F(gleaner_model_theta)(&both, start, ENTRIES));
  for (i = 0; i < SAMPLES; i++) {
    reading(i + 1, xs + i * INPUTS);
    for (c = 0; c < OUTPUTS; c++) {
      real value;
      OK(F(gleaner_model_value)(&both, xs + i * INPUTS, INPUTS, c, work, COUNT(work), &value));
      labels[i * OUTPUTS + c] = value > 0 ? 1 : 0;
    }
    weights[i] = (real)(1 + i % 3);
  }
  for (c = 0; c < ENTRIES; c++) {
    start[c] += (real)(c % 2 ? 0.125 : -0.125);
  }
  samples.count = SAMPLES;
  samples.x = xs;
  samples.stride = INPUTS;
  samples.labels = labels;
  samples.weights = weights;
  fits(GLEANER_OBJECTIVE_RESIDUAL);
  fits(GLEANER_OBJECTIVE_LOGISTIC);
  fits(GLEANER_OBJECTIVE_HUBER);
  refuses();
  own();
  return 0;
}
