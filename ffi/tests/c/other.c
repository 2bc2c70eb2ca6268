/* A second file with the header, twice. */
#include "gleaner.h"
#include "gleaner.h"

size_t from_other(void);

size_t from_other(void)
{
  static const struct gleaner_options_f32 options = GLEANER_OPTIONS_DEFAULT;
  static const struct gleaner_options_f64 wide = GLEANER_OPTIONS_DEFAULT;
  static const struct gleaner_fit_options_f32 fit = GLEANER_FIT_OPTIONS_DEFAULT;
  return gleaner_factor_len(3) + (size_t)options.scaling + (size_t)wide.scaling + (fit.steps - 200);
}
