/* Samplers beside reservoir and top k, and scores, through gleaner.hpp, in both precisions: what a member gives is what
   C's function gives, bit for bit. */
#include "check.hpp"

namespace {

template <class T>
void bottoms() {
  static gleaner::Bottom<T, 3> bottom;
  static gleaner::BottomOver<T> over;
  static gleaner::Item<T> items[4];
  const T scores[7] = {3, 1, 4, 0, 5, 1, 1};
  gleaner::Outcome<T> outcome{}, again{};
  size_t count = 0;
  T total = 0;
  OK(bottom.init());
  OK(over.init(items));
  for (const T score : scores) {
    OK(bottom.offer(score, outcome));
    OK(over.offer(score, again));
    CHECK(outcome.kept == again.kept && outcome.free_slot == again.free_slot);
  }
  OK(bottom.count(count));
  CHECK(count == 3 && over.raw().kept == 3);
  for (const auto& kept : bottom) {
    total += kept.score;
  }
  CHECK(same(total, T(2)));
  OK(bottom.clear());
  CHECK(!(bottom.begin() != bottom.end()));
}

template <class T>
void poissons() {
  const gleaner_budget budget{20, 500, 10};
  gleaner::Poisson<T> poisson, copy;
  typename gleaner::Poisson<T>::Struct poisson_c{};
  gleaner::Decision<T> decision{}, decision_c{};
  IS(GLEANER_ERROR_STATE, poisson.offer(1, decision));
  OK(poisson.init(5, T(4)));
  OK(poisson.offer(1, decision));
  CHECK(same(decision.weight, T(4)));
  OK(poisson.init(5, T(4), &budget));
  OK(C(gleaner_poisson_init)(&poisson_c, 5, T(4), &budget));
  for (uint32_t i = 0; i < 300; i++) {
    const T score = T(i % 7 + 1) / 8;
    OK(poisson.offer(score, decision));
    OK(C(gleaner_poisson_offer)(&poisson_c, score, &decision_c));
    CHECK(same(decision, decision_c));
  }
  CHECK(poisson.raw().state.kept == poisson_c.state.kept && poisson.raw().state.kept > 2);
  copy = poisson;
  OK(copy.set_threshold(2));
  OK(copy.clear());
  CHECK(copy.raw().state.seen == 0 && poisson.raw().state.seen == 300);
}

template <class T>
void aliases() {
  static gleaner::Alias<T, 3> alias;
  static gleaner::AliasOver<T> over;
  static const T weights[3] = {1, 0, 3};
  static T cuts[3];
  static uint32_t others[3];
  gleaner::Draw<T> draw{}, again{};
  T value = 0;
  IS(GLEANER_ERROR_STATE, alias.draw(draw));
  OK(alias.init(2, weights));
  OK(over.init(2, weights, cuts, others));
  for (int i = 0; i < 50; i++) {
    OK(alias.draw(draw));
    OK(over.draw(again));
    CHECK(draw.index == again.index && draw.index != 1 && same(draw.probability, again.probability));
  }
  OK(alias.probability(2, value));
  CHECK(same(value, T(0.75)));
  OK(alias.weight(0, 8, value));
  CHECK(same(value, T(0.5)) && over.raw().count == 3);
  IS(GLEANER_ERROR_LENGTH, alias.init(2, {weights, 2}));
}

template <class T>
void scores() {
  const gleaner::Target<T> target{GLEANER_OBJECTIVE_RESIDUAL, 3, 0};
  const T shares[2] = {T(0.25), T(0.75)}, means[2] = {2, 4}, given[2] = {1, 8};
  gleaner::Mix<T> mix;
  T slope = 0, curvature = 0, score = 0, score_c = 0;
  OK(gleaner::loss<T>(&target, 5, slope, curvature));
  CHECK(same(slope, T(4)) && same(curvature, T(2)));
  OK(gleaner::optimal_score<T>(slope, T(0.25), score));
  CHECK(same(score, T(2)));
  OK(gleaner::cautious_score<T>(slope, T(0.25), 4, 16, score));
  OK(C(gleaner_cautious_score)(slope, T(0.25), 4, 16, &score_c));
  CHECK(same(score, score_c));
  OK(mix.init(T(0.5), shares, means));
  OK(mix.score(given, score));
  CHECK(fabs(static_cast<double>(score) - 1.3125) < 1e-6);
  OK(mix.init(0, shares));
  OK(mix.score(given, score));
  CHECK(same(score, T(1)) && mix.raw().count == 1);
  OK(mix.mean(1, score));
  CHECK(same(score, T(8)));
}

template <class T>
void spreads() {
  static gleaner::Pivotal<T, 14, 4, 1> pivotal;
  static gleaner::PivotalOver<T> over;
  static gleaner::Candidate<T> candidates[14], waiting[4];
  static T room[GLEANER_POSITIONS_LEN(4, 1)], places[21];
  static gleaner::Reservoir<T, 20> reservoir, other;
  gleaner::Outcome<T> outcome{}, again{};
  gleaner::Positions<T> positions{};
  size_t count = 0;
  T weights = 0, size = 0;
  IS(GLEANER_ERROR_STATE, pivotal.finish());
  OK(pivotal.init(3, 10));
  OK(over.init(3, 10, 4, 1, candidates, room));
  for (int i = 0; i < 100; i++) {
    const T where[1] = {T(i) / 100};
    OK(pivotal.offer(1, where, outcome));
    OK(over.offer(1, where, again));
    CHECK(outcome.kept == again.kept && outcome.free_slot == again.free_slot);
  }
  OK(pivotal.finish());
  OK(pivotal.count(count));
  CHECK(count == 10 && over.raw().state.waiting > 0);
  for (const auto& kept : pivotal) {
    weights += kept.weight;
  }
  OK(pivotal.effective_size(size));
  CHECK(fabs(static_cast<double>(weights) - 100) < 1e-3 && fabs(static_cast<double>(size) - 10) < 1e-3);
  OK(pivotal.clear());
  OK(pivotal.set_threshold(5));
  CHECK(!(pivotal.begin() != pivotal.end()));

  OK(reservoir.init(4));
  OK(other.init(4));
  for (int i = 0; i < 100; i++) {
    places[outcome.free_slot % 21] = T(i) / 100;
    OK(reservoir.offer(1, outcome));
    OK(other.offer(1, again));
  }
  positions.dimensions = 1;
  positions.positions = places;
  positions.stride = 1;
  OK(reservoir.thin(5, positions, waiting, room));
  const auto where = [](const gleaner::Kept<T>& kept, gleaner::Span<T> to) { to[0] = places[kept.slot]; };
  OK(other.thin(5, 1, where, waiting, room));
  uint64_t mine = 0, its = 0;
  for (const auto& kept : reservoir) {
    mine = mine * 100 + kept.sequence;
  }
  for (const auto& kept : other) {
    its = its * 100 + kept.sequence;
  }
  OK(reservoir.count(count));
  CHECK(count == 5 && mine == its);
}

template <class T>
void calibrations() {
  constexpr size_t sums = GLEANER_VECTOR_GRADIENT_LEN(parameters), samples = 150;
  static gleaner::Totals<T, sums> totals;
  static gleaner::TotalsOver<T> over;
  static T memory[GLEANER_CALIBRATE_LEN(sums)], kept[samples * sums], weights[samples], ratios[samples], again[samples];
  static T room[GLEANER_TOTALS_LEN(sums)];
  const gleaner::Model model{Net<T>::net};
  auto options = gleaner::default_calibration_options<T>();
  gleaner::Vectors<T> vectors{};
  gleaner::CalibrationReport<T> report{}, second{};
  T x[inputs], work[work_len], vector[sums], value = 0;
  OK(totals.init());
  OK(over.init(sums, room));
  for (uint32_t i = 0; i < 600; i++) {
    reading(i, x);
    const gleaner::Target<T> target{GLEANER_OBJECTIVE_RESIDUAL, x[0], 0};
    OK(model.vector(GLEANER_VECTOR_GRADIENT, x, 0, &target, work, vector));
    OK(totals.observe(vector));
    if (i % 4 == 1) {
      memcpy(kept + i / 4 * sums, vector, sizeof vector);
      weights[i / 4] = 4;
    }
  }
  OK(totals.value(sums - 1, value));
  CHECK(same(value, T(600)));
  vectors.count = samples;
  vectors.vectors = kept;
  vectors.stride = sums;
  vectors.weights = weights;
  OK(totals.calibrate(&options, vectors, ratios, memory, report));
  CHECK(report.rounds >= 1 && report.after < report.before / 100);
  const auto one = [](size_t index, gleaner::Span<T> to, T& weight) {
    memcpy(to.data(), kept + index * sums, to.size() * sizeof(T));
    weight = 4;
    return true;
  };
  OK(totals.calibrate(&options, one, again, memory, second));
  CHECK(memcmp(ratios, again, sizeof ratios) == 0);
  const auto none = [](size_t, gleaner::Span<T>, T&) { return false; };
  IS(GLEANER_ERROR_CALLBACK, totals.calibrate(nullptr, none, again, memory, second));
  OK(totals.clear());
  CHECK(totals.raw().count == 0 && over.raw().length == sums);
}

void plans() {
  const gleaner_terms terms{49, 0.01, 1};
  uint64_t draws = 0;
  double accuracy = 0;
  OK(gleaner::draws(terms, 0.5, draws));
  OK(gleaner::accuracy(terms, draws, accuracy));
  CHECK(accuracy <= 0.5 && accuracy > 0.499);
  IS(GLEANER_ERROR_NO_GUARANTEE, gleaner::accuracy(terms, 200, accuracy));
}

template <class Object>
constexpr bool stays = !__is_constructible(Object, const Object&) && !__is_constructible(Object, Object&&);
static_assert(stays<gleaner::Bottom<float, 2>> && stays<gleaner::BottomOver<double>>, "bottom");
static_assert(stays<gleaner::Pivotal<float, 4, 2, 0>> && stays<gleaner::PivotalOver<double>>, "pivotal");
static_assert(stays<gleaner::Totals<float, 2>> && stays<gleaner::TotalsOver<double>>, "totals");
static_assert(stays<gleaner::Alias<float, 2>> && stays<gleaner::AliasOver<double>>, "alias");

template <class T>
void all() {
  bottoms<T>();
  poissons<T>();
  aliases<T>();
  scores<T>();
  spreads<T>();
  calibrations<T>();
}

}  // namespace

int main() {
  all<float>();
  all<double>();
  plans();
  puts("samplers");
  return 0;
}
