/* What the tests in C++ share: checks that stop, C's functions by scalar, a network, a stream. */
#ifndef CHECK_HPP
#define CHECK_HPP

#include "gleaner.hpp"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                \
  do {                                                                  \
    if (!(condition)) {                                                 \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);   \
      exit(1);                                                          \
    }                                                                   \
  } while (false)

/* Stops where a call's status is another one. */
#define IS(expected, call)                                                                          \
  do {                                                                                              \
    const gleaner::Status found_ = (call);                                                          \
    if (found_ != (expected)) {                                                                     \
      fprintf(stderr, "%s:%d: %s: %s, not %s\n", __FILE__, __LINE__, #call, found_.text(), #expected); \
      exit(1);                                                                                      \
    }                                                                                               \
  } while (false)
#define OK(call) IS(GLEANER_OK, call)

/* C's function for T. */
template <class T, class Single, class Double>
constexpr auto choose(Single single, Double twice) {
  if constexpr (sizeof(T) == sizeof(float)) {
    static_cast<void>(twice);
    return single;
  } else {
    static_cast<void>(single);
    return twice;
  }
}
#define C(name) choose<T>(name##_f32, name##_f64)

template <class T>
inline bool same(const T& a, const T& b) {
  return memcmp(&a, &b, sizeof a) == 0;
}

/* Field by field, as padding is not set. */
template <class Verdict>
inline bool same_verdict(const Verdict& a, const Verdict& b) {
  return a.kept == b.kept && a.free_slot == b.free_slot && same(a.score, b.score) && same(a.leverage, b.leverage) &&
         a.form == b.form && same(a.completeness, b.completeness);
}

/* A 3-4-1 network, as the tests in C have it. */
constexpr size_t inputs = 3, hidden = 4, parameters = 20, order = 17;
constexpr size_t scratch = GLEANER_SCRATCH_EXACT(hidden);
constexpr size_t work_len = GLEANER_WORK_LEN(inputs, parameters, scratch);
constexpr size_t selector_len = GLEANER_SELECTOR_LEN(inputs, parameters, order, scratch);
constexpr size_t keep = 8;

template <class T>
struct Net {
  static constexpr T w1[inputs * hidden] = {T(0.5),   T(-0.25), T(0.75),   T(-0.5),   T(1),    T(0.125),
                                            T(0.375), T(0.625), T(-0.875), T(-1.125), T(0.25), T(0.5)};
  static constexpr T b1[hidden] = {T(0.125), T(-0.25), T(0.5), T(0.0625)};
  static constexpr T w2[hidden] = {T(1.5), T(-0.75), T(0.5), T(-1.25)};
  static constexpr T mean[inputs] = {T(0.25), T(-0.5), T(1)};
  static constexpr T scale[inputs] = {T(2), T(0.5), T(1.5)};
  static constexpr gleaner::Layer<T> layers[2] = {
      {w1, b1, inputs, hidden, GLEANER_ACTIVATION_RELU, {}},
      {w2, nullptr, hidden, 1, GLEANER_ACTIVATION_IDENTITY, {}},
  };
  static constexpr gleaner::Description<T> net = {GLEANER_ABI, 77,    layers,  2,       inputs, 0,
                                                  mean,        scale, nullptr, nullptr, 0,      nullptr, nullptr};
};

/* Reading number i of a stream. */
template <class T>
inline void reading(uint32_t i, T (&x)[inputs]) {
  uint32_t word = i * 2654435761u + 12345u;
  for (T& feature : x) {
    word = word * 1664525u + 1013904223u;
    feature = static_cast<T>(static_cast<int32_t>(word >> 20) - 2048) / T(512);
  }
}

#endif
