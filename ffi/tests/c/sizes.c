/* Macros and functions give the same lengths, and those of a model are what the macros say. */
#include "net.h"

int main(void)
{
  struct gleaner_sizes sizes;
  size_t a, b;
  for (a = 0; a < 40; a += 3) {
    CHECK(gleaner_factor_len(a) == GLEANER_FACTOR_LEN(a));
    CHECK(gleaner_items_len(a) == GLEANER_ITEMS_LEN(a));
    CHECK(gleaner_moments_len(a) == GLEANER_MOMENTS_LEN(a));
    CHECK(gleaner_quantile_len(a) == GLEANER_QUANTILE_LEN(a));
    CHECK(gleaner_explain_len(a) == GLEANER_EXPLAIN_LEN(a));
    CHECK(gleaner_scratch_exact(a) == GLEANER_SCRATCH_EXACT(a));
    CHECK(gleaner_totals_len(a) == GLEANER_TOTALS_LEN(a));
    CHECK(gleaner_calibrate_len(a) == GLEANER_CALIBRATE_LEN(a));
    CHECK(gleaner_vector_len(GLEANER_VECTOR_GRADIENT, a) == GLEANER_VECTOR_GRADIENT_LEN(a));
    CHECK(gleaner_vector_len(GLEANER_VECTOR_CURVATURE, a) == GLEANER_VECTOR_CURVATURE_LEN(a));
    CHECK(gleaner_vector_len(GLEANER_VECTOR_OUTPUT, a) == GLEANER_VECTOR_OUTPUT_LEN(a));
    for (b = 0; b < 40; b += 7) {
      CHECK(gleaner_positions_len(a, b) == GLEANER_POSITIONS_LEN(a, b));
      CHECK(gleaner_scratch_quadrature(a, b) == GLEANER_SCRATCH_QUADRATURE(a, b));
      CHECK(gleaner_work_len(a, b, 5) == GLEANER_WORK_LEN(a, b, 5));
      CHECK(gleaner_selector_len(a, b, 3, 11) == GLEANER_SELECTOR_LEN(a, b, 3, 11));
      CHECK(gleaner_selector_len(2, 9, a, b) == GLEANER_SELECTOR_LEN(2, 9, a, b));
      CHECK(gleaner_selector_len_of(a, b, 3, 5, 9) == GLEANER_SELECTOR_LEN_OF(a, b, 3, 5, 9) || b == 0);
      CHECK(gleaner_selector_len_of(b, 3, a, 5, 9) == GLEANER_SELECTOR_LEN_OF(b, 3, a, 5, 9));
      CHECK(gleaner_scratch_sketch_exact(a, b) == GLEANER_SCRATCH_SKETCH_EXACT(a, b));
      CHECK(gleaner_scratch_sketch_quadrature(a, b) == GLEANER_SCRATCH_SKETCH_QUADRATURE(a, b));
      CHECK(gleaner_scratch_own(a, b) == GLEANER_SCRATCH_OWN(a, b));
      CHECK(gleaner_scratch_sketch_own(a, b) == GLEANER_SCRATCH_SKETCH_OWN(a, b));
      CHECK(gleaner_kronecker_len(a, b, 0) == GLEANER_KRONECKER_LEN(a, b, 0));
      CHECK(gleaner_kronecker_len(a, b, 1) == GLEANER_KRONECKER_LEN(a, b, 1));
      CHECK(gleaner_fit_len(a, b, 5) == GLEANER_FIT_LEN(a, b, 5));
      CHECK(gleaner_fit_len_of(a, 3, b, 5) == GLEANER_FIT_LEN_OF(a, 3, b, 5));
      CHECK(gleaner_fit_len_of(2, a, 5, b) == GLEANER_FIT_LEN_OF(2, a, 5, b));
      CHECK(gleaner_record_len(a, b) == GLEANER_RECORD_LEN(a, b));
    }
  }
  CHECK(gleaner_factor_len((size_t)-1) == (size_t)-1);
  CHECK(gleaner_totals_len((size_t)-1) == (size_t)-1 && gleaner_calibrate_len((size_t)-1) == (size_t)-1);
  CHECK(gleaner_positions_len((size_t)-1, 2) == (size_t)-1 && gleaner_vector_len(9, 2) == (size_t)-1);
  CHECK(gleaner_vector_len(GLEANER_VECTOR_OUTPUT, (size_t)-1) == (size_t)-1);
  CHECK(gleaner_selector_len(1, (size_t)-1, 1, 1) == (size_t)-1);
  CHECK(gleaner_record_len((size_t)-1, 8) == (size_t)-1);
  CHECK(gleaner_fit_len((size_t)-1, 2, 1) == (size_t)-1 && gleaner_fit_len_of(1, (size_t)-1, 2, 1) == (size_t)-1);
  CHECK(gleaner_selector_len_of(1, 1, 1, 1, (size_t)-1) == (size_t)-1);
  CHECK(gleaner_kronecker_len((size_t)-1, 1, 1) == (size_t)-1 && gleaner_scratch_own((size_t)-1, 1) == (size_t)-1);
  OK(F(gleaner_model_sizes)(&net, &sizes));
  OK(F(gleaner_kronecker_work_len)(&net, &a));
  CHECK(a == GLEANER_KRONECKER_WORK_LEN(INPUTS, SCRATCH, HIDDEN + 1));
  CHECK(sizes.inputs == INPUTS && sizes.outputs == 1 && sizes.parameters == PARAMETERS);
  CHECK(sizes.order == ORDER && sizes.scratch == SCRATCH && sizes.work == WORK);
  CHECK(sizes.selector == MEMORY && sizes.fit == GLEANER_FIT_LEN(INPUTS, PARAMETERS, SCRATCH));
  CHECK(gleaner_abi() == GLEANER_ABI && strcmp(gleaner_version(), GLEANER_VERSION) == 0);
  CHECK(strlen(gleaner_status_text(GLEANER_OK)) > 0 && strlen(gleaner_status_text(99)) > 0);
  puts("sizes");
  return 0;
}
