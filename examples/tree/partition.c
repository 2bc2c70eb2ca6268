/* What is done with a partition of rows, for a program that calls it from another language: loops over the rows, on
 * arrays of the caller's. 0, or the status of the call that was refused. */

#include "gleaner.h"

#include <stdlib.h>

/* Whatever is asked for of no rows, is memory. */
static void *memory(size_t count, size_t size) { return calloc(count ? count : 1, size); }

/* The factor of rows, as its packed triangle of order (order + 1) / 2 scalars. */
gleaner_status partition_factor(const double *rows, size_t count, size_t order, double ridge, double *packed) {
  struct gleaner_factor_f64 factor;
  size_t length = gleaner_factor_len(order);
  double *scalars = memory(length, sizeof *scalars);
  double online;
  gleaner_status status = scalars ? gleaner_factor_init_f64(&factor, order, ridge, scalars, length) : GLEANER_ERROR_NULL;
  for (size_t i = 0; i < count && !status; i++)
    status = gleaner_factor_observe_f64(&factor, rows + i * order, order, 1.0, &online);
  if (!status)
    status = gleaner_factor_packed_f64(&factor, packed, order * (order + 1) / 2);
  free(scalars);
  return status;
}

static gleaner_status started(struct gleaner_factor_f64 *factor, double *scalars, size_t order, double ridge,
    const double *packed, uint64_t rows) {
  gleaner_status status = gleaner_factor_init_f64(factor, order, ridge, scalars, gleaner_factor_len(order));
  if (!status && rows > 0)
    status = gleaner_factor_start_f64(factor, packed, order * (order + 1) / 2, rows, ridge);
  return status;
}

/* Takes another factor of the same order and ridge into the first, in place; `rows` are those in each. */
gleaner_status partition_merge(double *packed, uint64_t rows, const double *other, uint64_t other_rows, size_t order,
    double ridge) {
  struct gleaner_factor_f64 first, second;
  size_t length = gleaner_factor_len(order);
  double *scalars = memory(2 * length, sizeof *scalars);
  gleaner_status status = scalars ? started(&first, scalars, order, ridge, packed, rows) : GLEANER_ERROR_NULL;
  if (!status)
    status = started(&second, scalars + length, order, ridge, other, other_rows);
  if (!status)
    status = gleaner_factor_merge_f64(&first, &second);
  if (!status)
    status = gleaner_factor_packed_f64(&first, packed, order * (order + 1) / 2);
  free(scalars);
  return status;
}

/* The leverages of rows against a factor. */
gleaner_status partition_leverages(const double *packed, uint64_t rows_in_factor, size_t order, double ridge,
    const double *rows, size_t count, double *leverages) {
  struct gleaner_factor_f64 factor;
  struct gleaner_score_f64 score;
  size_t length = gleaner_factor_len(order);
  double *scalars = memory(length + order, sizeof *scalars);
  gleaner_status status =
      scalars ? started(&factor, scalars, order, ridge, packed, rows_in_factor) : GLEANER_ERROR_NULL;
  for (size_t i = 0; i < count && !status; i++) {
    status = gleaner_factor_score_f64(&factor, rows + i * order, order, scalars + length, order, &score);
    if (!status)
      leverages[i] = score.leverage;
  }
  free(scalars);
  return status;
}

/* Keeps at most `keep` of `count` items by VarOpt: `kept` gets their places among the items, `whole` their weights.
 * `weights`: what earlier samples gave the items, NULL at the first, where each has 1. */
gleaner_status partition_sample(const double *scores, const double *weights, size_t count, size_t keep, uint64_t seed,
    size_t *kept, double *whole, size_t *kept_count) {
  struct gleaner_merge_f64 merge;
  struct gleaner_outcome_f64 outcome = {0};
  struct gleaner_kept_f64 item;
  struct gleaner_item_f64 *items = memory(keep + 1, sizeof *items);
  struct gleaner_earlier_f64 *earlier = memory(keep + 1, sizeof *earlier);
  size_t length = 0;
  gleaner_status status =
      items && earlier ? gleaner_merge_init_f64(&merge, seed, items, earlier, keep + 1) : GLEANER_ERROR_NULL;
  for (size_t i = 0; i < count && !status; i++)
    status = gleaner_merge_offer_f64(&merge, scores[i], weights ? weights[i] : 1, &outcome);
  if (!status)
    status = gleaner_merge_count_f64(&merge, &length);
  for (size_t i = 0; i < length && !status; i++) {
    status = gleaner_merge_kept_f64(&merge, i, &item);
    if (!status) {
      kept[i] = (size_t)item.sequence;
      whole[i] = item.weight;
    }
  }
  if (!status)
    *kept_count = length;
  free(items);
  free(earlier);
  return status;
}
