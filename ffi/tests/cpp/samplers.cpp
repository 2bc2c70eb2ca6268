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
static_assert(stays<gleaner::Alias<float, 2>> && stays<gleaner::AliasOver<double>>, "alias");

template <class T>
void all() {
  bottoms<T>();
  poissons<T>();
  aliases<T>();
  scores<T>();
}

}  // namespace

int main() {
  all<float>();
  all<double>();
  plans();
  puts("samplers");
  return 0;
}
