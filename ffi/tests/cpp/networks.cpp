/* Sketches, Kronecker scores, models of the caller's own, merges and drifts through gleaner.hpp, beside C's functions. */
#include "check.hpp"

namespace {

/* f = a x0 + b x1 */
template <class T>
int32_t plane(void*, const T* theta, size_t, const T* x, size_t, size_t, T* gradient, T* value) {
  gradient[0] = x[0];
  gradient[1] = x[1];
  *value = theta[0] * x[0] + theta[1] * x[1];
  return 0;
}

template <class T>
void networks() {
  constexpr size_t buckets = 6;
  static T work[1024], memory[GLEANER_KRONECKER_LEN(inputs, hidden, 1) + GLEANER_KRONECKER_LEN(hidden, 1, 0)];
  static gleaner::KroneckerLayer<T> layers[2];
  static gleaner::KroneckerOver<T> scorer;
  const gleaner::Model<T> net{Net<T>::net};
  gleaner::RowReport<T> report{}, report_c{};
  T x[inputs], sketch[buckets + 1], sketch_c[buckets + 1], first = 0, score = 0;
  size_t length = 0;
  reading(3, x);
  OK(net.sketch(x, 0, nullptr, 9, work, sketch, report));
  OK(C(gleaner_model_sketch)(net.raw(), x, inputs, 0, nullptr, 9, work, 1024, sketch_c, buckets + 1, &report_c));
  CHECK(same(sketch, sketch_c) && same(report.value, report_c.value));
  OK(C(gleaner_kronecker_work_len)(net.raw(), &length));
  CHECK(length <= 1024);
  IS(GLEANER_ERROR_STATE, scorer.observe(net, x, 0, nullptr, work, first));
  OK(scorer.init(net, 0, layers, memory));
  OK(scorer.observe(net, x, 0, nullptr, work, first));
  OK(scorer.observe(net, x, 0, nullptr, work, score));
  CHECK(first > 0 && scorer.raw().state.rows == 2);
  OK(scorer.score(net, x, 0, nullptr, work, score));
  CHECK(score > 0 && scorer.raw().state.rows == 2);
  static uint8_t bytes[GLEANER_KRONECKER_SNAPSHOT_LEN(sizeof(T), 2, sizeof memory / sizeof *memory)];
  OK(scorer.save(bytes, length));
  OK(scorer.observe(net, x, 0, nullptr, work, first));
  OK(scorer.restore(gleaner::Span<const uint8_t>(bytes, length)));
  OK(scorer.score(net, x, 0, nullptr, work, first));
  CHECK(same(first, score) && scorer.raw().state.rows == 2);

  static const T theta[2] = {T(2), T(-1)};
  static const gleaner::Own<T> own{plane<T>, nullptr, theta, 2, 1, 1};
  static const gleaner::Description<T> description{GLEANER_ABI, 3, nullptr, 0, 2, 0, nullptr, nullptr, nullptr, nullptr, 0, nullptr, &own};
  const gleaner::Model<T> mine{description};
  T row[3], value = 0;
  const T at[2] = {T(3), T(4)};
  OK(mine.value(at, 0, work, value));
  OK(mine.row(at, 0, nullptr, work, row, report));
  CHECK(same(value, T(2)) && row[2] == 0 && report.form == GLEANER_FORM_QUADRATURE);

  static gleaner::Reservoir<T, 4> device;
  static gleaner::Merge<T, 4> merge;
  gleaner::Outcome<T> outcome{};
  T total = 0, kept_total = 0;
  OK(merge.init(1));
  for (uint64_t seed = 0; seed < 3; seed++) {
    OK(device.init(seed));
    for (int i = 1; i <= 32; i++) {
      OK(device.offer(static_cast<T>(i), outcome));
      total += static_cast<T>(i);
    }
    for (const auto& kept : device) {
      OK(merge.offer(kept.score, kept.weight, outcome));
    }
  }
  for (const auto& kept : merge) {
    kept_total += kept.score * kept.weight;
  }
  CHECK(kept_total > total * T(0.999) && kept_total < total * T(1.001));
  OK(merge.count(length));
  CHECK(length == 4 && merge.raw().state.seen == 12);
  OK(merge.clear());

  gleaner::Drift<T> drift;
  OK(drift.init(10, 0));
  OK(drift.observe(T(0.25), value));
  CHECK(value == 0 && !drift.is_alarmed() && drift.raw().readings == 1);
}

}  // namespace

int main() {
  networks<float>();
  networks<double>();
  puts("networks");
  return 0;
}
