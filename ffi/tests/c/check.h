/* What the tests in C share: one source for both precisions, and checks that stop. */
#ifndef CHECK_H
#define CHECK_H

#include "gleaner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef DOUBLE
typedef double real;
#define F(name) name##_f64
#define EPSILON 2.220446049250313e-16
#else
typedef float real;
#define F(name) name##_f32
#define EPSILON 1.1920929e-7
#endif

/* Stops with the place where the condition fails. */
#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      exit(1); \
    } \
  } while (0)

/* Stops where a call's status is another one. */
#define STATUS(expected, call) \
  do { \
    gleaner_status found_ = (call); \
    if (found_ != (expected)) { \
      fprintf(stderr, "%s:%d: %s is %d (%s), not %s\n", __FILE__, __LINE__, #call, (int)found_, \
          gleaner_status_text(found_), #expected); \
      exit(1); \
    } \
  } while (0)

#define OK(call) STATUS(GLEANER_OK, call)

/* Whether these are the same; field by field, as structs have padding that nothing sets. */
static inline int same_factor(
    const struct F(gleaner_factor_state) *a, const struct F(gleaner_factor_state) *b)
{
  return a->order == b->order && a->ridge == b->ridge && a->rows == b->rows && a->half_life == b->half_life &&
         a->age == b->age && a->cursor == b->cursor && a->pivoted == b->pivoted;
}

static inline int same_reservoir(
    const struct F(gleaner_reservoir_state) *a, const struct F(gleaner_reservoir_state) *b)
{
  return a->seen == b->seen && a->heavy == b->heavy && a->light == b->light && a->threshold == b->threshold &&
         a->compensation == b->compensation && a->free_slot == b->free_slot;
}

static inline int same_items(const struct F(gleaner_item) *a, const struct F(gleaner_item) *b, size_t count)
{
  size_t i;
  for (i = 0; i < count; i++) {
    if (a[i].sequence != b[i].sequence || a[i].slot != b[i].slot ||
        memcmp(&a[i].score, &b[i].score, sizeof(real)) != 0) {
      return 0;
    }
  }
  return 1;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
