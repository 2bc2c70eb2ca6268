
/* Lengths for static arrays. In scalars: */
#define GLEANER_FACTOR_LEN(order) ((size_t)(order) * ((size_t)(order) + 1) / 2 + 4 * (size_t)(order))
#define GLEANER_MOMENTS_LEN(features) (4 * (size_t)(features))
#define GLEANER_SCRATCH_LEN(inputs, parameters, neurons) \
  ((size_t)(inputs) + 3 * (size_t)(parameters) + 6 * (size_t)(neurons) + 65)
#define GLEANER_SELECTOR_LEN(inputs, parameters, order, neurons) \
  (GLEANER_FACTOR_LEN(order) + 5 * (size_t)(inputs) + 3 * (size_t)(parameters) + 6 * (size_t)(neurons) + 65)
#define GLEANER_FIT_LEN(parameters, neurons) \
  (GLEANER_FACTOR_LEN((size_t)(parameters) + 1) + 7 * (size_t)(parameters) + 6 * (size_t)(neurons) + 69)
/* in items, for k kept samples: */
#define GLEANER_ITEMS_LEN(kept) ((size_t)(kept) + 1)

/* Static initialisers. Change single fields afterwards, or by designators in C99. */
#define GLEANER_OPTIONS_DEFAULT \
  { GLEANER_ABI, GLEANER_OBJECTIVE_PREDICTION, GLEANER_SCALING_MODEL, 1, 0, 0.1f, 0, 0, 0 }
#define GLEANER_FIT_OPTIONS_DEFAULT { GLEANER_ABI, GLEANER_OBJECTIVE_RESIDUAL, 1, 1e-3f, 200 }
