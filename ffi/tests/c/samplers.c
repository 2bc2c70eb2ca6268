/* Samplers beside the reservoir and top k, what they promise, and the scores that go in. */
#include "check.h"

static void near(real found, double wanted, double within)
{
  CHECK(fabs((double)found - wanted) <= within * (1 + fabs(wanted)));
}

static void bottom(void)
{
  static const real scores[7] = {3, 1, 4, 0, 5, 1, 1};
  struct F(gleaner_item) items[GLEANER_ITEMS_LEN(3)];
  struct F(gleaner_bottom) bottom;
  struct F(gleaner_top) top;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  size_t count, i;
  unsigned found = 0, slots;
  OK(F(gleaner_bottom_init)(&bottom, items, 4));
  for (i = 0; i < 7; i++) {
    OK(F(gleaner_bottom_offer)(&bottom, scores[i], &outcome));
    CHECK(outcome.free_slot == bottom.free_slot && outcome.dropped_any == (i >= 3));
  }
  OK(F(gleaner_bottom_count)(&bottom, &count));
  CHECK(count == 3);
  slots = 1u << bottom.free_slot;
  for (i = 0; i < count; i++) {
    OK(F(gleaner_bottom_kept)(&bottom, i, &kept));
    CHECK(kept.score == scores[kept.sequence] && kept.weight == 1);
    found |= 1u << kept.sequence;
    slots |= 1u << kept.slot;
  }
  /* The 0, and of three equal ones the first two. */
  CHECK(found == (1u << 1 | 1u << 3 | 1u << 5) && slots == 15);
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_bottom_kept)(&bottom, 3, &kept));
  STATUS(GLEANER_ERROR_SCORE, F(gleaner_bottom_offer)(&bottom, -1, &outcome));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_bottom_init)(&bottom, items, 0));
  OK(F(gleaner_bottom_clear)(&bottom));
  OK(F(gleaner_bottom_count)(&bottom, &count));
  CHECK(count == 0);
  /* Neither is the other. */
  memcpy(&top, &bottom, sizeof top);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_top_count)(&top, &count));
}

static void poisson(void)
{
  enum { ITEMS = 2000, KEEP = 100 };
  const struct gleaner_budget budget = {KEEP, ITEMS, ITEMS / 50}, none = {5, 0, 1};
  struct F(gleaner_poisson) poisson, before;
  struct F(gleaner_decision) decision;
  double total = 0, estimate = 0, variance = 0;
  uint32_t word = 7;
  int i, kept = 0, capped = 0;
  memset(&poisson, 0, sizeof poisson);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_poisson_offer)(&poisson, 1, &decision));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_poisson_init)(&poisson, 1, 0, NULL));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_poisson_init)(&poisson, 1, (real)INFINITY, NULL));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_poisson_init)(&poisson, 1, 1, &none));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_poisson_init)(NULL, 1, 1, NULL));

  /* A fixed threshold: chances, weights, and a total without bias. */
  OK(F(gleaner_poisson_init)(&poisson, 1, 4, NULL));
  OK(F(gleaner_poisson_offer)(&poisson, 1, &decision));
  CHECK(decision.probability == (real)0.25 && decision.weight == 4 && decision.capped == 0);
  OK(F(gleaner_poisson_offer)(&poisson, 5, &decision));
  CHECK(decision.kept == 1 && decision.probability == 1 && decision.weight == 1);
  OK(F(gleaner_poisson_offer)(&poisson, 0, &decision));
  CHECK(decision.kept == 0 && decision.probability == 0 && decision.weight == 0);
  before = poisson;
  STATUS(GLEANER_ERROR_SCORE, F(gleaner_poisson_offer)(&poisson, (real)NAN, &decision));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_poisson_set_threshold)(&poisson, -1));
  CHECK(memcmp(&before, &poisson, sizeof poisson) == 0 && poisson.state.seen == 3);
  for (i = 0; i < ITEMS; i++) {
    double score;
    word = word * 1664525u + 1013904223u;
    score = (word >> 16) / 65536.0 + 0.001;
    OK(F(gleaner_poisson_offer)(&poisson, (real)score, &decision));
    total += score;
    variance += score * score * (1 / (double)decision.probability - 1);
    estimate += decision.kept ? score * (double)decision.weight : 0;
  }
  CHECK(fabs(estimate - total) < 4 * sqrt(variance));
  OK(F(gleaner_poisson_set_threshold)(&poisson, 2));
  OK(F(gleaner_poisson_offer)(&poisson, 1, &decision));
  CHECK(decision.probability == (real)0.5);
  OK(F(gleaner_poisson_clear)(&poisson));
  CHECK(poisson.state.seen == 0 && poisson.state.kept == 0 && poisson.state.threshold == 2);

  /* A budget, from a threshold that is ten times too low and under scores that rise. */
  OK(F(gleaner_poisson_init)(&poisson, 3, 1, &budget));
  for (i = 0; i < ITEMS; i++) {
    OK(F(gleaner_poisson_offer)(&poisson, (real)(i < ITEMS / 2 ? 0.5 : 2), &decision));
    kept += decision.kept != 0;
  }
  CHECK((uint64_t)kept == poisson.state.kept && kept > KEEP / 2 && kept <= KEEP);
  /* More than were announced: the cap binds, and says so. */
  for (i = 0; i < 50; i++) {
    OK(F(gleaner_poisson_offer)(&poisson, (real)1e6, &decision));
    CHECK(decision.kept + decision.capped == 1);
    capped += decision.capped != 0;
  }
  CHECK(poisson.state.kept == KEEP && capped > 0 && poisson.state.capped >= (uint64_t)capped);
  poisson.state.kept = KEEP + 1;
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_poisson_offer)(&poisson, 1, &decision));
}

static void alias(void)
{
  enum { N = 6, DRAWS = 60000 };
  static const real weights[N] = {1, 0, 4, 2, (real)0.5, (real)2.5}, zero[2] = {0, 0}, bad[2] = {1, -1};
  real cuts[N], weight, probability;
  uint32_t aliases[N];
  struct F(gleaner_alias) alias, again;
  struct F(gleaner_draw) draw, other;
  double estimate = 0;
  int counts[N] = {0}, i;
  memset(&alias, 0, sizeof alias);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_alias_draw)(&alias, &draw));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_alias_init)(&alias, 1, weights, N, cuts, N - 1, aliases, N));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_alias_init)(&alias, 1, weights, N, cuts, N, aliases, N + 1));
  STATUS(GLEANER_ERROR_SCORE, F(gleaner_alias_init)(&alias, 1, bad, 2, cuts, 2, aliases, 2));
  STATUS(GLEANER_ERROR_NULL, F(gleaner_alias_init)(&alias, 1, NULL, N, cuts, N, aliases, N));
  STATUS(GLEANER_ERROR_SIZE, F(gleaner_alias_init)(&alias, 1, weights, (size_t)-1, cuts, N, aliases, N));
  STATUS(GLEANER_ERROR_ALIGNMENT,
      F(gleaner_alias_init)(&alias, 1, weights, N, cuts, N, (uint32_t *)((uintptr_t)aliases + 1), N - 1));
  CHECK(alias.tag == 0);
  OK(F(gleaner_alias_init)(&alias, 1, zero, 2, cuts, 2, aliases, 2));
  draw.index = 42;
  again = alias;
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_alias_draw)(&alias, &draw));
  CHECK(draw.index == 42 && memcmp(&alias, &again, sizeof alias) == 0);
  OK(F(gleaner_alias_probability)(&alias, 1, &probability));
  CHECK(probability == 0);

  OK(F(gleaner_alias_init)(&alias, 1, weights, N, cuts, N, aliases, N));
  for (i = 0; i < N; i++) {
    OK(F(gleaner_alias_probability)(&alias, (size_t)i, &probability));
    near(probability, (double)weights[i] / 10, 4 * EPSILON);
  }
  OK(F(gleaner_alias_weight)(&alias, 2, 8, &weight));
  near(weight, 1 / (8 * 0.4), 4 * EPSILON);
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_alias_weight)(&alias, 2, 0, &weight));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_alias_weight)(&alias, 1, 8, &weight));
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_alias_weight)(&alias, N, 8, &weight));
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_alias_probability)(&alias, N, &probability));
  again = alias;
  for (i = 0; i < DRAWS; i++) {
    OK(F(gleaner_alias_draw)(&alias, &draw));
    /* A copy with the state of the generator goes on alike. */
    OK(F(gleaner_alias_draw)(&again, &other));
    CHECK(draw.index < N && draw.index == other.index && draw.probability == other.probability);
    counts[draw.index]++;
    OK(F(gleaner_alias_weight)(&alias, draw.index, DRAWS, &weight));
    estimate += (double)weight;
  }
  CHECK(counts[1] == 0);
  for (i = 0; i < N; i++) {
    const double p = (double)weights[i] / 10;
    CHECK(fabs(counts[i] - DRAWS * p) <= 4.5 * sqrt(DRAWS * p * (1 - p)));
  }
  /* The weights sum to how many can be drawn, 5, of variance (sum 1 / p - 25) / DRAWS. */
  CHECK(fabs(estimate - 5) < 4.5 * sqrt((10 + 2.5 + 5 + 20 + 4 - 25) / DRAWS));
  alias.total[0] = 99;
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_alias_draw)(&alias, &draw));
}

static void plan(void)
{
  struct gleaner_terms terms = {49, 0.01, 1};
  uint64_t draws = 7;
  double accuracy = 7;
  const double factor = 98 * log(9800);
  OK(gleaner_terms_draws(&terms, 0.5, &draws));
  CHECK(draws == (uint64_t)ceil(factor * (1 + 0.5 / 3) / 0.25));
  OK(gleaner_terms_accuracy(&terms, draws, &accuracy));
  CHECK(accuracy <= 0.5 && accuracy > 0.499);
  STATUS(GLEANER_ERROR_NO_GUARANTEE, gleaner_terms_accuracy(&terms, 200, &accuracy));
  STATUS(GLEANER_ERROR_NO_GUARANTEE, gleaner_terms_accuracy(&terms, 0, &accuracy));
  STATUS(GLEANER_ERROR_NO_GUARANTEE, gleaner_terms_draws(&terms, 1, &draws));
  STATUS(GLEANER_ERROR_RANGE, gleaner_terms_draws(&terms, 0, &draws));
  STATUS(GLEANER_ERROR_RANGE, gleaner_terms_draws(&terms, 1e-9, &draws));
  STATUS(GLEANER_ERROR_NULL, gleaner_terms_draws(NULL, 0.5, &draws));
  CHECK(accuracy <= 0.5 && draws > 3000);
  terms.failure = 1;
  STATUS(GLEANER_ERROR_RANGE, gleaner_terms_draws(&terms, 0.5, &draws));
  terms.failure = 0.01;
  terms.share = 0.5;
  OK(gleaner_terms_draws(&terms, 0.5, &draws));
  CHECK(draws == (uint64_t)ceil(2 * factor * (1 + 0.5 / 3) / 0.25));
}

static void scores(void)
{
  static const real shares[2] = {(real)0.25, (real)0.75}, wrong[2] = {(real)0.25, (real)0.5}, means[2] = {2, 4};
  static const real many[GLEANER_MIX_SCORES + 1] = {1, 0, 0, 0, 0};
  struct F(gleaner_target) target = {GLEANER_OBJECTIVE_RESIDUAL, 3, 0};
  struct F(gleaner_mix) mix, before;
  real slope = 7, curvature = 7, score = 7, mean = 7, given[2] = {1, 8};
  OK(F(gleaner_target_loss)(NULL, 5, &slope, &curvature));
  CHECK(slope == 10 && curvature == 2);
  OK(F(gleaner_target_loss)(&target, 5, &slope, &curvature));
  CHECK(slope == 4 && curvature == 2);
  target.objective = GLEANER_OBJECTIVE_LOGISTIC;
  STATUS(GLEANER_ERROR_LABEL, F(gleaner_target_loss)(&target, 5, &slope, &curvature));
  target.label = 1;
  OK(F(gleaner_target_loss)(&target, 0, &slope, &curvature));
  CHECK(slope == (real)-0.5 && curvature == (real)0.25);
  target.objective = 99;
  STATUS(GLEANER_ERROR_CODE, F(gleaner_target_loss)(&target, 0, &slope, &curvature));
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_target_loss)(NULL, (real)NAN, &slope, &curvature));
  CHECK(slope == (real)-0.5 && curvature == (real)0.25);

  OK(F(gleaner_optimal_score)(-3, (real)0.25, &score));
  CHECK(score == (real)1.5);
  OK(F(gleaner_cautious_score)(-3, (real)0.25, 4, 16, &score));
  near(score, 2.5, 2 * EPSILON);
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_optimal_score)(1, -1, &score));
  STATUS(GLEANER_ERROR_NOT_FINITE, F(gleaner_optimal_score)((real)INFINITY, 0, &score));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_cautious_score)(1, 1, -1, 1, &score));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_cautious_score)(sizeof(real) == 4 ? (real)3e38f : (real)1e308, 9, 1, 1, &score));

  memset(&mix, 0, sizeof mix);
  STATUS(GLEANER_ERROR_STATE, F(gleaner_mix_score)(&mix, given, 2, &score));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_mix_init)(&mix, 0, shares, 0, NULL, 0));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_mix_init)(&mix, 0, many, COUNT(many), NULL, 0));
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_mix_init)(&mix, 0, shares, 2, means, 1));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_mix_init)(&mix, 0, wrong, 2, NULL, 0));
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_mix_init)(&mix, 2, shares, 2, NULL, 0));
  CHECK(mix.tag == 0);
  OK(F(gleaner_mix_init)(&mix, (real)0.5, shares, 2, means, 2));
  OK(F(gleaner_mix_score)(&mix, given, 2, &score));
  near(score, 0.5 * (0.25 * 0.5 + 0.75 * 2) + 0.5, 4 * EPSILON);
  OK(F(gleaner_mix_mean)(&mix, 1, &mean));
  CHECK(mean == 4 && mix.count == 0);
  STATUS(GLEANER_ERROR_INDEX, F(gleaner_mix_mean)(&mix, 2, &mean));
  /* Running means: the first is average, the second is over the first, the third over the mean of both. */
  OK(F(gleaner_mix_init)(&mix, 0, shares, 2, NULL, 0));
  OK(F(gleaner_mix_score)(&mix, given, 2, &score));
  CHECK(score == 1);
  given[0] = 3;
  OK(F(gleaner_mix_score)(&mix, given, 2, &score));
  near(score, 0.25 * 3 + 0.75, 4 * EPSILON);
  OK(F(gleaner_mix_mean)(&mix, 0, &mean));
  CHECK(mean == 2 && mix.count == 2);
  before = mix;
  STATUS(GLEANER_ERROR_LENGTH, F(gleaner_mix_score)(&mix, given, 1, &score));
  given[1] = -1;
  STATUS(GLEANER_ERROR_SCORE, F(gleaner_mix_score)(&mix, given, 2, &score));
  CHECK(memcmp(&before, &mix, sizeof mix) == 0);
  mix.fixed = 9;
  STATUS(GLEANER_ERROR_STATE, F(gleaner_mix_score)(&mix, means, 2, &score));
  mix.fixed = 0;
  mix.means[0][0] = -1;
  STATUS(GLEANER_ERROR_RANGE, F(gleaner_mix_score)(&mix, means, 2, &score));
}

int main(void)
{
  bottom();
  poisson();
  alias();
  plan();
  scores();
  puts("samplers");
  return 0;
}
