/* The fuzzer's bytes as choices, numbers and buffers. Once they are used up all of it is 0. */
#ifndef INPUT_H
#define INPUT_H

#include "gleaner.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef DOUBLE
typedef double real;
#define F(name) name##_f64
#define LARGEST DBL_MAX
#define SMALLEST DBL_MIN
#else
typedef float real;
#define F(name) name##_f32
#define LARGEST FLT_MAX
#define SMALLEST FLT_MIN
#endif

/* Stops at what must never be. */
#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort(); \
    } \
  } while (0)

static const uint8_t *bytes;
static size_t left;

static uint8_t byte(void)
{
  if (left == 0) {
    return 0;
  }
  left--;
  return *bytes++;
}

/* 0 to n - 1. */
static size_t below(size_t n)
{
  return byte() % n;
}

static void fill(void *target, size_t size)
{
  uint8_t *to = target;
  size_t i;
  for (i = 0; i < size; i++) {
    to[i] = byte();
  }
}

static uint64_t word(void)
{
  uint64_t value;
  fill(&value, sizeof value);
  return value;
}

/* A count: mostly small, else near a power of two, else anything. */
static uint64_t count(void)
{
  const uint8_t kind = byte();
  if (kind < 192) {
    return kind;
  }
  if (kind < 240) {
    return ((uint64_t)1 << (kind % 64)) - kind / 64 % 3;
  }
  return word();
}

/* One of a sequence of numbers between -4 and 4, for streams that would cost too many bytes. */
static uint32_t sequence;

static real drawn(void)
{
  sequence = sequence * 1664525u + 1013904223u;
  return (real)((int32_t)(sequence >> 20) - 2048) / (real)512;
}

/* A number: mostly small, else near an end of the scalar's range or none, else any bits. */
static real number(void)
{
  static const real rare[16] = {0, -(real)0, 1, (real)NAN, (real)INFINITY, -(real)INFINITY, LARGEST, -LARGEST,
    SMALLEST, SMALLEST / 4, (real)1e18, (real)1e19, (real)3e38, (real)1e-19, (real)1e-38, (real)1e-31};
  const uint8_t kind = byte();
  real value;
  if (kind < 224) {
    return (real)(kind - 96) / (real)16;
  }
  if (kind < 248) {
    return rare[kind % 16];
  }
  fill(&value, sizeof value);
  return value;
}

/* Numbers of the sequence, or the fuzzer's own. */
static void stream_numbers(real *target, size_t length, int is_drawn)
{
  size_t i;
  for (i = 0; i < length; i++) {
    target[i] = is_drawn ? drawn() : number();
  }
}

/* Memory of exactly this length, so that a step over its end is found. Length 0: a place of its own too. */
static void *room(size_t size)
{
  void *memory = malloc(size > 0 ? size : 1);
  CHECK(memory != NULL);
  return memory;
}

static void numbers(real *target, size_t length)
{
  stream_numbers(target, length, 0);
}

static real *reals(size_t length)
{
  real *memory = room(length * sizeof(real));
  numbers(memory, length);
  return memory;
}

static void *copied(const void *from, size_t size)
{
  void *memory = room(size);
  memcpy(memory, from, size);
  return memory;
}

/* A buffer as an argument: mostly right, else shorter, NULL, not aligned, or of a size that cannot be. What the
 * header lets the caller promise is kept: a pointer that could pass the checks has its memory. */
struct argument {
  void *pointer;
  size_t length;
};

static struct argument argument(void *memory, size_t length, size_t each)
{
  struct argument out;
  const uint8_t kind = byte();
  out.pointer = memory;
  out.length = length;
  switch (kind) {
    case 255:
      out.pointer = NULL;
      break;
    case 254:
      out.pointer = NULL;
      out.length = 0;
      break;
    case 253:
      out.length = length > 0 ? length - 1 : 0;
      break;
    case 252:
      if (length > 0 && each > 1) {
        out.pointer = (uint8_t *)memory + 1;
        out.length = length - 1;
      }
      break;
    case 251:
      out.length = SIZE_MAX;
      break;
    case 250:
      out.length = SIZE_MAX / each;
      break;
    case 249:
      out.length = (size_t)below(length + 1 < 256 ? length + 1 : 256);
      break;
    default:
      break;
  }
  return out;
}

/* A pointer to one object as an argument. */
static void *single(void *object)
{
  const uint8_t kind = byte();
  if (kind == 255) {
    return NULL;
  }
  return object;
}

/* A status is 0 or a documented error, to which a text belongs. */
static gleaner_status checked(gleaner_status status)
{
  CHECK(status <= 0 && strcmp(gleaner_status_text(status), "not a status of gleaner") != 0);
  return status;
}

/* Outputs that a call did not write keep this pattern. */
#define CLEAR(output) memset(&(output), 0x5a, sizeof(output))

static int is_clear(const void *output, size_t size)
{
  const uint8_t *at = output;
  size_t i;
  for (i = 0; i < size; i++) {
    if (at[i] != 0x5a) {
      return 0;
    }
  }
  return 1;
}

#define CHECK_OUTPUT(status, output) CHECK((status) == GLEANER_OK || is_clear(&(output), sizeof(output)))

static int is_share(real value)
{
  return value >= 0 && value <= 1;
}

static int is_size(real value)
{
  return value >= 0 && value <= LARGEST;
}

#endif
