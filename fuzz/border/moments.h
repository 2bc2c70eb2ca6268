/* Running moments and the constant standardiser. */
#ifndef MOMENTS_H
#define MOMENTS_H

#include "input.h"

#define MOST_FEATURES 5

static struct moments {
  struct F(gleaner_moments) object;
  real *memory;
  size_t features;
  int is_forged;
} moments[2];

static void moments_init(struct moments *all)
{
  const size_t features = below(MOST_FEATURES + 1);
  const size_t length = GLEANER_MOMENTS_LEN(features);
  real *memory = reals(length);
  struct F(gleaner_moments) object;
  const struct argument given = argument(memory, length, sizeof(real));
  const size_t asked = below(32) == 0 ? (size_t)count() : features;
  CLEAR(object);
  if (checked(F(gleaner_moments_init)(&object, asked, given.pointer, given.length)) == GLEANER_OK) {
    CHECK(asked * 4 == given.length);
    free(all->memory);
    all->object = object;
    all->memory = memory;
    all->features = asked;
    all->is_forged = 0;
  } else {
    CHECK(is_clear(&object, sizeof object));
    free(memory);
  }
}

static void moments_forge(struct moments *all)
{
  const uint8_t what = byte();
  if (what & 1) {
    all->object.count = count();
  }
  if (what & 2) {
    numbers(all->memory, GLEANER_MOMENTS_LEN(all->features));
  }
  all->is_forged = 1;
}

static void moments_step(void)
{
  struct moments *all = &moments[below(2)], *other = &moments[below(2)];
  const size_t kind = below(16);
  struct F(gleaner_moments) before;
  struct argument given, result;
  real *x, *y, *saved;
  real found;
  gleaner_status status = GLEANER_OK;
  if (all->memory == NULL || kind == 0) {
    moments_init(all);
    return;
  }
  if (kind == 1) {
    moments_forge(all);
    return;
  }
  x = reals(all->features);
  y = reals(all->features);
  before = all->object;
  saved = copied(all->memory, GLEANER_MOMENTS_LEN(all->features) * sizeof(real));
  CLEAR(found);
  switch (kind) {
    case 2:
      status = F(gleaner_moments_mean)(&all->object, (size_t)count(), single(&found));
      CHECK_OUTPUT(status, found);
      break;
    case 3:
      status = F(gleaner_moments_variance)(&all->object, (size_t)count(), single(&found));
      CHECK_OUTPUT(status, found);
      CHECK(status != GLEANER_OK || all->is_forged || is_size(found));
      break;
    case 4:
      if (other != all) {
        status = F(gleaner_moments_merge)(&all->object, single(&other->object));
        all->is_forged |= status == GLEANER_OK && other->is_forged;
      }
      break;
    case 5:
    case 6:
      given = argument(x, all->features, sizeof(real));
      result = argument(y, all->features, sizeof(real));
      status = F(gleaner_moments_standardise)(&all->object, given.pointer, given.length, result.pointer, result.length);
      break;
    default:
      given = argument(x, all->features, sizeof(real));
      status = F(gleaner_moments_observe)(single(&all->object), given.pointer, given.length);
      break;
  }
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(&before, &all->object, sizeof before) == 0);
    CHECK(memcmp(saved, all->memory, GLEANER_MOMENTS_LEN(all->features) * sizeof(real)) == 0);
  }
  free(x);
  free(y);
  free(saved);
}

static void standardise_step(void)
{
  const size_t features = below(MOST_FEATURES + 1);
  real *x = reals(features), *mean = reals(features), *scale = reals(features), *result = reals(features);
  real *saved = copied(result, features * sizeof(real));
  const struct argument a = argument(x, features, sizeof(real)), b = argument(mean, features, sizeof(real));
  const struct argument c = argument(scale, features, sizeof(real)), d = argument(result, features, sizeof(real));
  const gleaner_status status = F(gleaner_standardise)(
      a.pointer, a.length, b.pointer, b.length, c.pointer, c.length, d.pointer, d.length);
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(saved, result, features * sizeof(real)) == 0);
  }
  free(x);
  free(mean);
  free(scale);
  free(result);
  free(saved);
}

static void activation_step(void)
{
  struct F(gleaner_activation) result;
  const size_t length = below(5);
  real *parameters = reals(length);
  const struct argument given = argument(parameters, length, sizeof(real));
  const int32_t code = below(8) == 0 ? (int32_t)count() : (int32_t)below(18);
  gleaner_status status;
  CLEAR(result);
  status = F(gleaner_activation_evaluate)(code, given.pointer, given.length, number(), single(&result));
  checked(status);
  CHECK_OUTPUT(status, result);
  free(parameters);
}

static void moments_end(void)
{
  free(moments[0].memory);
  free(moments[1].memory);
  memset(moments, 0, sizeof moments);
}

#endif
