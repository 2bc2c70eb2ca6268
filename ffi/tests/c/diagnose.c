/* Diagnostics of a straight line, the streamed quantile, and the explanation of a leverage. */
#include "net.h"

#define ROWS 12
#define OCTAVES 8

static void near(real found, double wanted, double within)
{
  CHECK(fabs((double)found - wanted) <= within * (1 + fabs(wanted)));
}

/* y = 1 + 2 x and a kink at one row; every figure against a fit without the row. */
static void diagnose(void)
{
  struct F(gleaner_residuals) whole, others = {{0, 0}, 0, 0}, grown;
  struct F(gleaner_diagnosis) found, before;
  double sxx = 0, sx = 0, sy = 0, sxy = 0, sum = 0, out = 0, x[ROWS], y[ROWS], slope, level, h, e, error, mean;
  real recursive, variance;
  size_t i;
  for (i = 0; i < ROWS; i++) {
    x[i] = (double)i - 3;
    y[i] = 1 + 2 * x[i] + (i % 3 == 0 ? 0.25 : -0.125) + (i == 7 ? 2 : 0);
    sx += x[i];
    sy += y[i];
    sxx += x[i] * x[i];
    sxy += x[i] * y[i];
  }
  slope = (ROWS * sxy - sx * sy) / (ROWS * sxx - sx * sx);
  mean = sx / ROWS;
  level = sy / ROWS - slope * mean;
  for (i = 0; i < ROWS; i++) {
    sum += (y[i] - level - slope * x[i]) * (y[i] - level - slope * x[i]);
  }
  h = 1.0 / ROWS + (x[7] - mean) * (x[7] - mean) / (sxx - ROWS * mean * mean);
  e = y[7] - level - slope * x[7];
  OK(F(gleaner_residuals_init)(&whole, (real)sum, ROWS, 2));
  OK(F(gleaner_diagnose)(&whole, (real)e, (real)h, &found));
  CHECK(found.defined == (GLEANER_DEFINED_LEFT_OUT | GLEANER_DEFINED_INTERNAL | GLEANER_DEFINED_EXTERNAL |
                          GLEANER_DEFINED_COOK | GLEANER_DEFINED_DFFITS));
  /* The same fit without row 7. */
  sx -= x[7];
  sy -= y[7];
  sxx -= x[7] * x[7];
  sxy -= x[7] * y[7];
  slope = ((ROWS - 1) * sxy - sx * sy) / ((ROWS - 1) * sxx - sx * sx);
  level = (sy - slope * sx) / (ROWS - 1);
  for (i = 0; i < ROWS; i++) {
    out += i == 7 ? 0 : (y[i] - level - slope * x[i]) * (y[i] - level - slope * x[i]);
  }
  error = y[7] - level - slope * x[7];
  near(found.left_out, error, 100 * EPSILON);
  near(found.internal, e / sqrt(sum / (ROWS - 2) * (1 - h)), 100 * EPSILON);
  near(found.external, e / sqrt(out / (ROWS - 3) * (1 - h)), 1000 * EPSILON);
  near(found.cook, e * e / (sum / (ROWS - 2)) * h / ((1 - h) * (1 - h)) / 2, 100 * EPSILON);
  near(found.dffits, e * sqrt(h) / ((1 - h) * sqrt(out / (ROWS - 3))), 1000 * EPSILON);
  /* And before the row is taken in. */
  OK(F(gleaner_residuals_init)(&others, (real)out, ROWS - 1, 2));
  OK(F(gleaner_diagnose_new)(&others, (real)error, (real)(h / (1 - h)), &before));
  CHECK(before.defined == found.defined);
  near(before.external, (double)found.external, 1000 * EPSILON);
  near(before.cook, (double)found.cook, 1000 * EPSILON);
  grown = others;
  OK(F(gleaner_residuals_observe)(&grown, (real)error, (real)(h / (1 - h)), &recursive));
  near(recursive, error * sqrt(1 - h), 100 * EPSILON);
  OK(F(gleaner_residuals_variance)(&grown, &variance));
  near(variance, sum / (ROWS - 2), 100 * EPSILON);
  CHECK(grown.rows == ROWS && grown.rank == 2);

  /* Leverage 1: nothing is defined, and no field holds a number. */
  OK(F(gleaner_diagnose)(&whole, 0, 1, &found));
  CHECK(found.defined == 0 && found.left_out != found.left_out && found.cook != found.cook);
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_diagnose)(&whole, 0, (real)1.5, &found));
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_diagnose)(&whole, (real)NAN, (real)0.5, &found));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_diagnose)(NULL, 0, (real)0.5, &found));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_residuals_init)(&others, -1, 3, 2));
  memset(&grown, 0, sizeof grown);
  OK(F(gleaner_residuals_observe_novel)(&grown));
  CHECK(grown.rows == 1 && grown.rank == 1);
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_residuals_variance)(&grown, &variance));
}

static void quantile(void)
{
  static uint32_t memory[GLEANER_QUANTILE_LEN(OCTAVES)], room[GLEANER_QUANTILE_LEN(OCTAVES)];
  struct F(gleaner_quantile) quantile = {0}, other;
  real threshold;
  int32_t beyond;
  int i;
  CHECK(gleaner_quantile_len(OCTAVES) == COUNT(memory));
  OK(F(gleaner_leverage_threshold)(2, 5, 100, &threshold));
  near(threshold, 0.1, EPSILON);
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_leverage_threshold)(2, 5, 0, &threshold));
  STATUS(GLEANER_ERROR_STATE, F(gleaner_quantile_observe)(&quantile, 1));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_quantile_init)(&quantile, 3, memory, COUNT(memory)));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_quantile_init)(&quantile, 1, memory, 1));
  OK(F(gleaner_quantile_init)(&quantile, 1, memory, COUNT(memory)));
  OK(F(gleaner_quantile_is_beyond)(&quantile, (real)0.5, (real)0.9, &beyond));
  CHECK(beyond == -1);
  for (i = 1; i <= 99; i++) {
    OK(F(gleaner_quantile_observe)(&quantile, (real)i / 100));
  }
  /* Of 99 items and a newcomer 10 may be beyond 0.9: the tenth largest is 0.90, in the bin from 0.875 to 0.90625. */
  OK(F(gleaner_quantile_threshold)(&quantile, (real)0.9, &threshold));
  CHECK(threshold == (real)0.90625);
  OK(F(gleaner_quantile_is_beyond)(&quantile, threshold, (real)0.9, &beyond));
  CHECK(beyond == 1);
  OK(F(gleaner_quantile_is_beyond)(&quantile, (real)0.9, (real)0.9, &beyond));
  CHECK(beyond == 0);
  STATUS(GLEANER_ERROR_SCORE, F(gleaner_quantile_observe)(&quantile, -1));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_quantile_threshold)(&quantile, 1, &threshold));
  OK(F(gleaner_quantile_init)(&other, 1, room, COUNT(room)));
  OK(F(gleaner_quantile_merge)(&other, &quantile));
  CHECK(other.state.seen == 99 && memcmp(memory, room, sizeof memory) == 0);
  OK(F(gleaner_quantile_half_life)(&other, 10));
  for (i = 0; i < 10; i++) {
    OK(F(gleaner_quantile_observe)(&other, 0));
  }
  CHECK(other.state.seen == 109 && other.state.total == 55);
  OK(F(gleaner_quantile_reset)(&other));
  CHECK(other.state.seen == 0 && other.state.half_life == 10);
  OK(F(gleaner_quantile_threshold)(&other, (real)0.9, &threshold));
  CHECK(threshold > (real)1e37);
}

static void explain(void)
{
  static real memory[GLEANER_FACTOR_LEN(ORDER)], scratch[GLEANER_EXPLAIN_LEN(PARAMETERS)];
  struct F(gleaner_factor) factor;
  struct F(gleaner_row_report) report;
  struct F(gleaner_explanation) found;
  struct F(gleaner_score) score, again;
  real work[WORK], row[PARAMETERS + 1], reduced[PARAMETERS + 1], x[INPUTS], inputs[INPUTS], layers[2], online;
  real contributions[ORDER];
  double sum = 0, within = 1e3 * EPSILON;
  uint32_t i;
  CHECK(gleaner_explain_len(PARAMETERS) == COUNT(scratch));
  OK(F(gleaner_factor_init)(&factor, ORDER, (real)1e-3, memory, COUNT(memory)));
  for (i = 1; i < 90; i++) {
    reading(i, x);
    OK(F(gleaner_model_row)(&net, x, INPUTS, 0, NULL, work, WORK, row, PARAMETERS + 1, &report));
    OK(F(gleaner_model_leave_out_gauge)(&net, row, PARAMETERS + 1));
    OK(F(gleaner_factor_observe)(&factor, row, ORDER, 1, &online));
  }
  reading(91, x);
  x[1] += 20;
  OK(F(gleaner_model_row)(&net, x, INPUTS, 0, NULL, work, WORK, row, PARAMETERS + 1, &report));
  memcpy(reduced, row, sizeof row);
  OK(F(gleaner_model_leave_out_gauge)(&net, reduced, PARAMETERS + 1));
  OK(F(gleaner_factor_score)(&factor, reduced, ORDER, scratch, ORDER, &score));
  OK(F(gleaner_factor_contributions)(&factor, reduced, ORDER, scratch, ORDER, contributions, ORDER, &again));
  CHECK(score.leverage == again.leverage && score.novelty == again.novelty);
  for (i = 0; i < ORDER; i++) {
    sum += (double)contributions[i];
  }
  near((real)sum, (double)score.leverage, within);
  OK(F(gleaner_explain)(&net, &factor, row, PARAMETERS + 1, scratch, COUNT(scratch), inputs, INPUTS, layers, 2, &found));
  CHECK(found.leverage == score.leverage);
  near(layers[0] + layers[1] + found.at_zero, (double)score.leverage, within);
  near(inputs[0] + inputs[1] + inputs[2] + found.bias, (double)layers[0], within);
  CHECK(inputs[1] > inputs[0] && inputs[1] > inputs[2]);
  inputs[0] = 7;
  STATUS(GLEANER_ERROR_LENGTH,
      F(gleaner_explain)(&net, &factor, row, PARAMETERS, scratch, COUNT(scratch), inputs, INPUTS, layers, 2, &found));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_explain)(&net, &factor, row, PARAMETERS + 1, scratch, COUNT(scratch) - 1,
                                   inputs, INPUTS, layers, 2, &found));
  row[0] = (real)NAN;
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_explain)(&net, &factor, row, PARAMETERS + 1, scratch, COUNT(scratch),
                                       inputs, INPUTS, layers, 2, &found));
  CHECK(inputs[0] == 7);
  factor.tag = 0;
  STATUS(GLEANER_ERROR_STATE, F(gleaner_explain)(&net, &factor, row, PARAMETERS + 1, scratch, COUNT(scratch), inputs,
                                  INPUTS, layers, 2, &found));
}

int main(void)
{
  diagnose();
  quantile();
  explain();
  puts("diagnose");
  return 0;
}
