/* Models, factors, samplers, moments and activations through gleaner.hpp, in both precisions: what a member gives is
   what C's function gives, bit for bit. */
#include "check.hpp"

#if __cplusplus >= 202002L
#include <span>
#endif

namespace {

template <class T>
void models() {
  const gleaner::Model model{Net<T>::net};
  const auto* net = &Net<T>::net;
  T x[inputs], work[work_len], row[parameters + 1], row_c[parameters + 1], gradient[parameters], gradient_c[parameters];
  T value = 0, value_c = 0, worst = -1;
  gleaner_sizes sizes{}, sizes_c{};
  gleaner::RowReport<T> report{}, report_c{};
  const gleaner::Target<T> target{GLEANER_OBJECTIVE_RESIDUAL, T(0.5), 0};
  reading(3, x);
  CHECK(model.raw() == net);
  OK(model.sizes(sizes));
  OK(C(gleaner_model_sizes)(net, &sizes_c));
  CHECK(same(sizes, sizes_c) && sizes.selector == selector_len && sizes.order == order);
  OK(model.check(GLEANER_OBJECTIVE_PREDICTION, work, worst));
  CHECK(!(worst != 0));
  OK(model.value(x, 0, work, value));
  OK(C(gleaner_model_value)(net, x, inputs, 0, work, work_len, &value_c));
  CHECK(same(value, value_c));
  IS(GLEANER_ERROR_RANGE, model.value(x, 1, work, value));
  IS(GLEANER_ERROR_LENGTH, model.value({x, inputs - 1}, 0, work, value));
  OK(model.gradient(x, 0, &target, work, gradient, value));
  OK(C(gleaner_model_gradient)(net, x, inputs, 0, &target, work, work_len, gradient_c, parameters, &value_c));
  CHECK(same(gradient, gradient_c) && same(value, value_c));
  OK(model.norm(x, 0, nullptr, work, value));
  OK(C(gleaner_model_norm)(net, x, inputs, 0, nullptr, work, work_len, &value_c));
  CHECK(same(value, value_c));
  OK(model.row(x, 0, nullptr, work, row, report));
  OK(C(gleaner_model_row)(net, x, inputs, 0, nullptr, work, work_len, row_c, parameters + 1, &report_c));
  CHECK(same(row, row_c) && report.form == report_c.form && same(report.value, report_c.value));
  CHECK(same(report.at_zero, report_c.at_zero) && same(report.completeness, report_c.completeness));
  OK(model.leave_out_gauge(row));
  OK(C(gleaner_model_leave_out_gauge)(net, row_c, parameters + 1));
  CHECK(same(row, row_c));
}

template <class T>
void fits() {
  constexpr size_t count = 40;
  static T xs[count * inputs], labels[count], memory[GLEANER_FIT_LEN(inputs, parameters, scratch)];
  const gleaner::Model model{Net<T>::net};
  T work[work_len], start[parameters], by_arrays[parameters], by_function[parameters], by_c[parameters];
  for (uint32_t i = 0; i < count; i++) {
    T x[inputs];
    reading(i + 1, x);
    memcpy(xs + i * inputs, x, sizeof x);
    OK(model.value(x, 0, work, labels[i]));
  }
  OK(model.theta(start));
  for (T& entry : start) {
    entry += T(0.125);
  }
  memcpy(by_arrays, start, sizeof start);
  memcpy(by_function, start, sizeof start);
  memcpy(by_c, start, sizeof start);
  auto options = gleaner::default_fit_options<T>();
  options.steps = 20;
  gleaner::Samples<T> samples{};
  samples.count = count;
  samples.x = xs;
  samples.stride = inputs;
  samples.labels = labels;
  gleaner::FitReport<T> report{}, report_c{};
  OK(C(gleaner_fit)(model.raw(), &options, &samples, by_c, parameters, memory, sizeof memory / sizeof memory[0],
                    &report_c));
  OK(model.fit(&options, samples, by_arrays, memory, report));
  CHECK(same(by_arrays, by_c) && same(report, report_c) && !same(by_c, start));
  const auto give = [](size_t index, gleaner::Span<T> x, T& label, T&) {
    CHECK(x.size() == inputs && index < count);
    memcpy(x.data(), xs + index * inputs, inputs * sizeof(T));
    label = labels[index];
    return true;
  };
  OK(model.fit(&options, count, give, by_function, memory, report));
  CHECK(same(by_function, by_c));
  memcpy(by_function, start, sizeof start);
  const auto give_all = [](size_t index, gleaner::Span<T> x, gleaner::Span<T> all, T&) {
    CHECK(all.size() == 1);
    memcpy(x.data(), xs + index * inputs, inputs * sizeof(T));
    all[0] = labels[index];
    return true;
  };
  OK(model.fit(&options, count, give_all, by_function, memory, report));
  CHECK(same(by_function, by_c));
  const auto refuse = [](size_t, gleaner::Span<T>, T&, T&) { return false; };
  IS(GLEANER_ERROR_CALLBACK, model.fit(&options, count, refuse, by_function, memory, report));
  CHECK(same(by_function, by_c));

  gleaner::Layer<T> layers[2];
  OK(model.layers(by_c, layers));
  CHECK(layers[0].weights == by_c && layers[1].bias == nullptr);
}

template <class T>
void factors() {
  static gleaner::Factor<T, 3> whole, part;
  static gleaner::FactorOver<T> over;
  static T memory[GLEANER_FACTOR_LEN(3)];
  T online = 0, online_c = 0, ridge = 0, packed[6], packed_again[6], space[3], solution[2], condition = 0;
  size_t rank = 0, written = 0;
  gleaner::Score<T> score{}, again{};
  IS(GLEANER_ERROR_STATE, whole.reset(0));
  OK(gleaner::FactorOver<T>::default_ridge(4, ridge));
  CHECK(fabs(static_cast<double>(ridge) - 4e-6) < 1e-12);
  OK(whole.init(0));
  OK(part.init(0));
  IS(GLEANER_ERROR_LENGTH, over.init(3, 0, {memory, 2}));
  OK(over.init(3, 0, memory));
  for (int i = 0; i < 20; i++) {
    const T a = static_cast<T>(i % 5 - 2), b = static_cast<T>(i % 7 - 3);
    const T row[3] = {a, b, 2 * a - 3 * b + (i % 2 == 0 ? T(0.25) : T(-0.25))};
    OK(whole.observe(row, 1, online));
    gleaner::FactorOver<T>& other = i < 12 ? part : over;
    OK(other.observe(row, 1, online_c));
    CHECK(i >= 12 || same(online, online_c));
  }
  CHECK(whole.raw().state.rows == 20 && part.raw().state.rows == 12);
  OK(part.merge(over));
  CHECK(part.raw().state.rows == 20);
  OK(whole.solve(solution));
  CHECK(fabs(static_cast<double>(solution[0]) - 2) < 0.1 && fabs(static_cast<double>(solution[1]) + 3) < 0.1);
  OK(whole.packed(packed));
  OK(over.start(packed, 20, 0));
  OK(over.packed(packed_again));
  CHECK(same(packed, packed_again));
  const T row[3] = {1, 2, -4};
  OK(whole.score(row, space, score));
  OK(over.score(row, space, again));
  CHECK(same(score, again) && score.leverage > 0);
  OK(whole.condition(condition));
  CHECK(condition > 1);

  uint8_t bytes[GLEANER_FACTOR_SNAPSHOT_LEN(sizeof(T), 3)];
  gleaner_snapshot_header header{};
  OK(whole.save(bytes, written));
  OK(gleaner::read_snapshot({bytes, written}, header));
  CHECK(header.object == GLEANER_OBJECT_FACTOR && header.length == written);
  OK(part.restore({bytes, written}));
  OK(part.score(row, space, again));
  CHECK(same(score, again));
  bytes[9] ^= 1;
  IS(GLEANER_ERROR_DAMAGED, part.restore({bytes, written}));

  OK(part.pivot(rank));
  CHECK(rank == 3);
  OK(part.rank(rank));
  CHECK(rank == 3);
  OK(part.unpivot());
  OK(whole.half_life(100));
  CHECK(whole.raw().state.half_life == 100);
  OK(whole.reset(1));
  CHECK(whole.raw().state.rows == 0);
}

template <class T>
void moments() {
  static gleaner::Moments<T, 2> all, other;
  static gleaner::MomentsOver<T> over;
  static T memory[GLEANER_MOMENTS_LEN(2)];
  const T first[2] = {1, 5}, second[2] = {3, 5}, mean[2] = {1, 2}, scale[2] = {2, 4};
  T found = 0, result[2];
  size_t written = 0;
  OK(all.init());
  OK(other.init());
  OK(over.init(2, memory));
  OK(all.observe(first));
  OK(other.observe(second));
  OK(all.merge(other));
  OK(all.mean(0, found));
  CHECK(same(found, T(2)));
  OK(all.variance(0, found));
  CHECK(same(found, T(1)));
  OK(all.standardise(second, result));
  CHECK(same(result[0], T(1)) && same(result[1], T(0)));
  uint8_t bytes[GLEANER_MOMENTS_SNAPSHOT_LEN(sizeof(T), 2)];
  OK(all.save(bytes, written));
  OK(over.restore({bytes, written}));
  OK(over.mean(0, found));
  CHECK(same(found, T(2)) && over.raw().count == 2);
  OK(gleaner::standardise<T>(second, mean, scale, result));
  CHECK(same(result[0], T(1)) && same(result[1], T(0.75)));
  IS(GLEANER_ERROR_INDEX, all.mean(2, found));
}

template <class T>
void samplers() {
  static gleaner::Reservoir<T, 4> reservoir;
  static gleaner::ReservoirOver<T> over, unset;
  static gleaner::Item<T> items[5];
  static gleaner::Top<T, 3> top;
  static gleaner::TopOver<T> top_over;
  static gleaner::Item<T> top_items[4];
  gleaner::Outcome<T> outcome{}, again{};
  T size = 0, total = 0, kept_total = 0;
  size_t count = 0, written = 0;
  OK(reservoir.init(9));
  OK(over.init(9, items));
  for (uint32_t i = 1; i <= 60; i++) {
    const T score = static_cast<T>(i % 7 + 1);
    OK(reservoir.offer(score, outcome));
    OK(over.offer(score, again));
    CHECK(outcome.kept == again.kept && outcome.free_slot == again.free_slot);
    total += score;
  }
  OK(reservoir.count(count));
  CHECK(count == 4);
  for (const auto& kept : reservoir) {
    kept_total += kept.score * kept.weight;
    count--;
  }
  CHECK(count == 0 && fabs(static_cast<double>(kept_total - total)) < 1e-3);
  for (const auto& kept : unset) {
    CHECK(kept.slot > 4); /* never here */
  }
  OK(reservoir.effective_size(size));
  CHECK(size > 1 && size <= 4);
  uint8_t bytes[GLEANER_RESERVOIR_SNAPSHOT_LEN(sizeof(T), 5)];
  OK(reservoir.save(bytes, written));
  OK(over.clear());
  OK(over.restore({bytes, written}));
  OK(reservoir.offer(3, outcome));
  OK(over.offer(3, again));
  CHECK(outcome.kept == again.kept && outcome.free_slot == again.free_slot);
  CHECK(over.raw().state.seen == 61);

  OK(top.init());
  OK(top_over.init(top_items));
  const T scores[7] = {3, 1, 4, 1, 5, 4, 2};
  for (const T score : scores) {
    OK(top.offer(score, outcome));
  }
  uint8_t top_bytes[GLEANER_TOP_SNAPSHOT_LEN(sizeof(T), 4)];
  OK(top.save(top_bytes, written));
  OK(top_over.restore({top_bytes, written}));
  total = 0;
  for (const auto& kept : top_over) {
    total += kept.score;
  }
  CHECK(same(total, T(13)));
  OK(top_over.count(count));
  CHECK(count == 3 && top_over.raw().seen == 7);
  OK(top.clear());
  CHECK(!(top.begin() != top.end()));
}

template <class T>
void activations() {
  gleaner::ActivationAt<T> at{}, at_c{};
  const T slope[1] = {T(0.25)};
  OK(gleaner::evaluate<T>(GLEANER_ACTIVATION_LEAKY_RELU, slope, -2, at));
  OK(C(gleaner_activation_evaluate)(GLEANER_ACTIVATION_LEAKY_RELU, slope, 1, T(-2), &at_c));
  CHECK(same(at, at_c) && same(at.value, T(-0.5)));
  OK(gleaner::evaluate<T>(GLEANER_ACTIVATION_TANH, {}, 0, at));
  CHECK(same(at.divided, T(1)));
  IS(GLEANER_ERROR_CODE, gleaner::evaluate<T>(99, {}, 0, at));
}

/* What has data() and size(), as containers have. */
struct Container {
  float values[3];
  float* data() { return values; }
  const float* data() const { return values; }
  size_t size() const { return 3; }
};

size_t length(gleaner::Span<const float> span) { return span.size(); }

void spans() {
  Container container{};
  const Container constant{};
  float array[4]{};
  const float constants[5]{};
  gleaner::Span<float> writable = container;
  writable[1] = 2;
  CHECK(container.values[1] == 2.0f && length(container) == 3 && length(constant) == 3 && length(writable) == 3);
  CHECK(length(array) == 4 && length(constants) == 5 && length({}) == 0 && length({array, 2}) == 2);
  CHECK(writable.end() - writable.begin() == 3);
#if __cplusplus >= 202002L
  CHECK(length(std::span<float>(array)) == 4 && length(std::span<const float, 5>(constants)) == 5);
#endif
}

/* Objects are constants of the linker: all zero, no code before main. */
constexpr gleaner::Selector<float, selector_len, keep> all_zero;
static_assert(all_zero.raw().tag == 0, "set by init only");
#if __cplusplus >= 202002L
[[maybe_unused]] constinit gleaner::Factor<double, 3> set_at_compile_time;
#endif

/* Nothing is copied by accident. */
template <class Object>
constexpr bool stays = !__is_constructible(Object, const Object&) && !__is_constructible(Object, Object&&) &&
                       !__is_assignable(Object&, const Object&) && !__is_assignable(Object&, Object&&);
static_assert(stays<gleaner::Selector<float, 10, 2>> && stays<gleaner::SelectorOver<float>>, "selector");
static_assert(stays<gleaner::Sample<float, 2>> && stays<gleaner::SampleOver<double>>, "sample");
static_assert(stays<gleaner::Factor<float, 2>> && stays<gleaner::FactorOver<double>>, "factor");
static_assert(stays<gleaner::Reservoir<float, 2>> && stays<gleaner::ReservoirOver<double>>, "reservoir");
static_assert(stays<gleaner::Top<float, 2>> && stays<gleaner::TopOver<double>>, "top");
static_assert(stays<gleaner::Store<float, 2, 4, 9>> && stays<gleaner::StoreOver<double>>, "store");
static_assert(stays<gleaner::Quantile<float, 2>> && stays<gleaner::QuantileOver<double>>, "quantile");
static_assert(stays<gleaner::Moments<float, 2>> && stays<gleaner::MomentsOver<double>>, "moments");
/* A description that would be gone at once is refused, and a read-only copy takes no readings. */
static_assert(!__is_constructible(gleaner::Model<float>, gleaner::Description<float>), "dangling");
static_assert(__is_constructible(gleaner::Model<float>, const gleaner::Description<float>&), "converts");
/* Nothing beside what it holds. */
static_assert(sizeof(gleaner::SelectorOver<float>) == sizeof(gleaner_selector_f32), "no more than C's struct");
static_assert(sizeof(gleaner::Status) == sizeof(gleaner_status), "no more than a code");

template <class T>
void diagnoses() {
  static gleaner::Quantile<T, 8> quantile, other;
  static uint32_t counters[GLEANER_QUANTILE_LEN(8)];
  gleaner::Residuals<T> residuals;
  typename gleaner::Residuals<T>::Struct residuals_c{};
  gleaner::Diagnosis<T> found{}, found_c{};
  T value = 0, value_c = 0;
  int32_t beyond = 7;
  OK(residuals.init(T(4.5), 40, 6));
  OK(C(gleaner_residuals_init)(&residuals_c, T(4.5), 40, 6));
  OK(residuals.observe(T(0.5), T(0.25), value));
  OK(C(gleaner_residuals_observe)(&residuals_c, T(0.5), T(0.25), &value_c));
  OK(residuals.observe_novel());
  CHECK(same(value, value_c) && same(residuals.raw().sum, residuals_c.sum) && residuals.raw().rows == 42 &&
        residuals.raw().rank == 7);
  OK(C(gleaner_residuals_observe_novel)(&residuals_c));
  OK(residuals.variance(value));
  CHECK(value > 0);
  OK(residuals.diagnose(T(0.5), T(0.25), found));
  OK(C(gleaner_diagnose)(&residuals_c, T(0.5), T(0.25), &found_c));
  CHECK(same(found, found_c) && found.defined == 31);
  OK(residuals.diagnose_new(T(0.5), T(0.25), found));
  OK(C(gleaner_diagnose_new)(&residuals_c, T(0.5), T(0.25), &found_c));
  CHECK(same(found, found_c));
  OK(gleaner::leverage_threshold(T(2), 5, 100, value));
  CHECK(fabs(static_cast<double>(value) - 0.1) < 1e-7);
  IS(GLEANER_ERROR_STATE, quantile.observe(1));
  OK(quantile.init(1));
  OK(other.init(1));
  for (int i = 1; i <= 99; i++) {
    OK(quantile.observe(T(i) / 100));
  }
  OK(quantile.threshold(T(0.9), value));
  OK(quantile.is_beyond(value, T(0.9), beyond));
  CHECK(beyond == 1 && quantile.raw().state.seen == 99);
  OK(other.merge(quantile));
  OK(other.threshold(T(0.9), value_c));
  CHECK(same(value, value_c));
  OK(other.half_life(10));
  OK(other.reset());
  OK(other.is_beyond(value, T(0.9), beyond));
  CHECK(beyond == -1);
  gleaner::QuantileOver<T> over;
  IS(GLEANER_ERROR_LENGTH, over.init(1, {counters, 1}));
  OK(over.init(1, counters));

  static gleaner::Factor<T, order> factor;
  const gleaner::Model model{Net<T>::net};
  T x[inputs], work[work_len], row[parameters + 1], reduced[parameters + 1], online = 0;
  T space[GLEANER_EXPLAIN_LEN(parameters)], shares[order], by_input[inputs], by_layer[2];
  gleaner::RowReport<T> report{};
  gleaner::Score<T> score{};
  gleaner::Explanation<T> explained{};
  OK(factor.init(T(0.01)));
  for (uint32_t i = 1; i < 40; i++) {
    reading(i, x);
    OK(model.row(x, 0, nullptr, work, row, report));
    memcpy(reduced, row, sizeof row);
    OK(model.leave_out_gauge(reduced));
    OK(factor.observe({reduced, order}, 1, online));
  }
  OK(factor.contributions({reduced, order}, space, shares, score));
  T sum = 0;
  for (T share : shares) {
    sum += share;
  }
  CHECK(fabs(static_cast<double>(sum - score.leverage)) < 1e-4);
  OK(gleaner::explain<T>(model, factor, row, space, by_input, by_layer, explained));
  CHECK(same(explained.leverage, score.leverage));
  CHECK(fabs(static_cast<double>(by_layer[0] + by_layer[1] + explained.at_zero - score.leverage)) < 1e-4);
}

template <class T>
void all() {
  models<T>();
  fits<T>();
  factors<T>();
  moments<T>();
  samplers<T>();
  activations<T>();
  diagnoses<T>();
}

}  // namespace

int main() {
  CHECK(strcmp(gleaner::version(), GLEANER_VERSION) == 0 && gleaner::abi() == GLEANER_ABI);
  CHECK(strcmp(gleaner::Status(GLEANER_ERROR_LABEL).text(), gleaner_status_text(GLEANER_ERROR_LABEL)) == 0);
  CHECK(!gleaner::Status(GLEANER_ERROR_CODE).ok() && gleaner::Status(GLEANER_OK).ok());
  spans();
  all<float>();
  all<double>();
  puts("objects");
  return 0;
}
