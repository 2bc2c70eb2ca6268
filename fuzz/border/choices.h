/* The bottom k, Poisson sampling, the alias table, what is planned for it, and mixes of scores: calls in any order, states,
 * items and tables of any bits. */
#ifndef CHOICES_H
#define CHOICES_H

#include "samplers.h"

#define MOST_WEIGHTS 12

static struct bottom {
  struct F(gleaner_bottom) object;
  struct F(gleaner_item) *items;
  size_t length;
  int is_forged;
} bottom;

static void bottom_init(void)
{
  const size_t length = below(MOST_ITEMS + 1);
  struct F(gleaner_item) *items = some_items(length);
  struct F(gleaner_bottom) object;
  const struct argument given = argument(items, length, sizeof *items);
  CLEAR(object);
  if (checked(F(gleaner_bottom_init)(&object, given.pointer, given.length)) == GLEANER_OK) {
    free(bottom.items);
    bottom.object = object;
    bottom.items = items;
    bottom.length = given.length;
    bottom.is_forged = 0;
  } else {
    CHECK(is_clear(&object, sizeof object));
    free(items);
  }
}

static void bottom_forge(void)
{
  const uint8_t what = byte();
  if (what & 1) {
    bottom.object.seen = count();
  }
  if (what & 2) {
    bottom.object.kept = (size_t)count();
  }
  if (what & 4) {
    bottom.object.free_slot = (uint32_t)count();
  }
  if (what & 8) {
    struct F(gleaner_item) *items = some_items(bottom.length);
    memcpy(bottom.items, items, bottom.length * sizeof *items);
    free(items);
  }
  bottom.is_forged = 1;
}

static void bottom_check(void)
{
  uint32_t taken = (uint32_t)1 << bottom.object.free_slot;
  struct F(gleaner_kept) kept;
  size_t i;
  CHECK(bottom.object.kept < bottom.length && bottom.object.free_slot < bottom.length);
  for (i = 0; i < bottom.object.kept; i++) {
    CHECK(F(gleaner_bottom_kept)(&bottom.object, i, &kept) == GLEANER_OK);
    CHECK(kept.slot < bottom.length && (taken >> kept.slot & 1) == 0);
    taken |= (uint32_t)1 << kept.slot;
    CHECK(is_size(kept.score) && kept.weight == 1);
  }
}

static void bottom_step(void)
{
  const size_t kind = below(16);
  struct F(gleaner_bottom) before;
  struct F(gleaner_outcome) outcome;
  struct F(gleaner_kept) kept;
  size_t counted;
  gleaner_status status;
  void *items;
  if (bottom.items == NULL || kind == 0) {
    bottom_init();
    return;
  }
  if (kind == 1) {
    bottom_forge();
    return;
  }
  CLEAR(outcome);
  CLEAR(kept);
  CLEAR(counted);
  before = bottom.object;
  items = copied(bottom.items, bottom.length * sizeof *bottom.items);
  if (kind == 2) {
    status = F(gleaner_bottom_clear)(single(&bottom.object));
  } else if (kind == 3) {
    status = F(gleaner_bottom_count)(&bottom.object, single(&counted));
    CHECK_OUTPUT(status, counted);
  } else if (kind == 4) {
    status = F(gleaner_bottom_kept)(&bottom.object, (size_t)count(), single(&kept));
    CHECK_OUTPUT(status, kept);
  } else {
    status = F(gleaner_bottom_offer)(single(&bottom.object), number(), single(&outcome));
    CHECK_OUTPUT(status, outcome);
  }
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(&before, &bottom.object, sizeof before) == 0);
    CHECK(memcmp(items, bottom.items, bottom.length * sizeof *bottom.items) == 0);
  }
  free(items);
  if (!bottom.is_forged) {
    bottom_check();
  }
}

static struct F(gleaner_poisson) poisson;
static int poisson_is_forged;

static void poisson_forge(void)
{
  struct F(gleaner_poisson_state) *state = &poisson.state;
  const uint8_t what = byte();
  if (what & 1) {
    state->seen = count();
  }
  if (what & 2) {
    state->kept = count();
  }
  if (what & 4) {
    state->capped = count();
  }
  if (what & 8) {
    state->budget.keep = count();
    state->budget.items = count();
    state->budget.window = count();
  }
  if (what & 16) {
    state->threshold = number();
  }
  if (what & 32) {
    numbers(state->logarithm, 2);
  }
  if (what & 64) {
    numbers(state->expected, 2);
  }
  if (what & 128) {
    fill(poisson.generator, sizeof poisson.generator);
  }
  poisson_is_forged = 1;
}

static void poisson_step(void)
{
  const size_t kind = below(16);
  struct F(gleaner_poisson) before = poisson;
  struct F(gleaner_decision) decision;
  struct gleaner_budget budget;
  gleaner_status status;
  CLEAR(decision);
  if (kind == 0) {
    budget.keep = count();
    budget.items = count();
    budget.window = count();
    status = F(gleaner_poisson_init)(single(&poisson), word(), number(), below(2) ? &budget : NULL);
    poisson_is_forged = status == GLEANER_OK ? 0 : poisson_is_forged;
  } else if (kind == 1) {
    poisson_forge();
    return;
  } else if (kind == 2) {
    status = F(gleaner_poisson_clear)(single(&poisson));
  } else if (kind == 3) {
    status = F(gleaner_poisson_set_threshold)(single(&poisson), number());
  } else {
    status = F(gleaner_poisson_offer)(single(&poisson), number(), single(&decision));
    CHECK_OUTPUT(status, decision);
    if (status == GLEANER_OK) {
      CHECK(is_share(decision.probability) && decision.kept + decision.capped <= 1);
      CHECK(decision.weight == 0 || (decision.weight >= 1 && decision.weight <= LARGEST));
    }
  }
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(&before, &poisson, sizeof before) == 0);
  } else if (!poisson_is_forged) {
    const struct F(gleaner_poisson_state) *state = &poisson.state;
    CHECK(state->kept + state->capped <= state->seen && state->threshold > 0 && state->threshold <= LARGEST);
    CHECK(state->budget.keep == 0 || state->kept <= state->budget.keep);
  }
}

static struct alias {
  struct F(gleaner_alias) object;
  real *weights, *cuts;
  uint32_t *aliases;
  size_t count;
  int is_forged;
} alias;

static void alias_free(void)
{
  free(alias.weights);
  free(alias.cuts);
  free(alias.aliases);
  memset(&alias, 0, sizeof alias);
}

static void alias_init(void)
{
  struct alias made;
  struct argument weights, cuts, aliases;
  made.count = below(MOST_WEIGHTS + 1);
  made.weights = reals(made.count);
  made.cuts = reals(made.count);
  made.aliases = room(made.count * sizeof *made.aliases);
  fill(made.aliases, made.count * sizeof *made.aliases);
  made.is_forged = 0;
  weights = argument(made.weights, made.count, sizeof(real));
  cuts = argument(made.cuts, made.count, sizeof(real));
  aliases = argument(made.aliases, made.count, sizeof *made.aliases);
  CLEAR(made.object);
  if (checked(F(gleaner_alias_init)(&made.object, word(), weights.pointer, weights.length, cuts.pointer, cuts.length,
          aliases.pointer, aliases.length)) == GLEANER_OK) {
    made.count = weights.length;
    alias_free();
    alias = made;
  } else {
    CHECK(is_clear(&made.object, sizeof made.object));
    free(made.weights);
    free(made.cuts);
    free(made.aliases);
  }
}

static void alias_forge(void)
{
  const uint8_t what = byte();
  if (what & 1) {
    alias.object.count = below(alias.count + 1);
  }
  if (what & 2) {
    alias.object.largest = number();
  }
  if (what & 4) {
    numbers(alias.object.total, 2);
  }
  if (what & 8) {
    numbers(alias.weights, alias.count);
  }
  if (what & 16) {
    numbers(alias.cuts, alias.count);
  }
  if (what & 32) {
    fill(alias.aliases, alias.count * sizeof *alias.aliases);
  }
  if (what & 64) {
    fill(alias.object.generator, sizeof alias.object.generator);
  }
  alias.is_forged = 1;
}

static void alias_step(void)
{
  const size_t kind = below(16);
  struct F(gleaner_alias) before;
  struct F(gleaner_draw) draw;
  real value;
  gleaner_status status;
  if (alias.weights == NULL || kind == 0) {
    alias_init();
    return;
  }
  if (kind == 1) {
    alias_forge();
    return;
  }
  CLEAR(draw);
  CLEAR(value);
  before = alias.object;
  if (kind == 2) {
    status = F(gleaner_alias_probability)(&alias.object, (size_t)count(), single(&value));
    CHECK_OUTPUT(status, value);
    CHECK(status != GLEANER_OK || alias.is_forged || is_share(value));
  } else if (kind == 3) {
    const size_t index = (size_t)count();
    status = F(gleaner_alias_weight)(&alias.object, index, count(), single(&value));
    CHECK_OUTPUT(status, value);
    CHECK(status != GLEANER_OK || alias.is_forged || is_size(value));
  } else {
    status = F(gleaner_alias_draw)(single(&alias.object), single(&draw));
    if (status != GLEANER_OK) {
      CHECK(is_clear(&draw, sizeof draw));
    } else if (!alias.is_forged) {
      CHECK(draw.index < alias.count && alias.weights[draw.index] > 0 && is_share(draw.probability));
    }
  }
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(&before, &alias.object, sizeof before) == 0);
  }
}

static void terms_step(void)
{
  static const double eps[4] = {0.5, 0.125, 1e-3, 1};
  struct gleaner_terms terms;
  uint64_t draws;
  double accuracy, least;
  gleaner_status status;
  terms.rank = count();
  terms.failure = (double)number();
  terms.share = (double)number();
  least = byte() < 200 ? eps[below(4)] : (double)number();
  CLEAR(draws);
  CLEAR(accuracy);
  status = checked(gleaner_terms_draws(single(&terms), least, single(&draws)));
  CHECK_OUTPUT(status, draws);
  if (status == GLEANER_OK) {
    /* As many draws keep what was asked for. */
    CHECK(gleaner_terms_accuracy(&terms, draws, &accuracy) == GLEANER_OK && accuracy <= least * (1 + 1e-9));
    CLEAR(accuracy);
  }
  status = checked(gleaner_terms_accuracy(&terms, count(), single(&accuracy)));
  CHECK_OUTPUT(status, accuracy);
  CHECK(status != GLEANER_OK || (accuracy > 0 && accuracy < 1));
}

static struct F(gleaner_mix) mix;

static void mix_forge(void)
{
  const uint8_t what = byte();
  if (what & 1) {
    mix.scores = (uint32_t)count();
  }
  if (what & 2) {
    mix.alpha = number();
  }
  if (what & 4) {
    numbers(mix.shares, GLEANER_MIX_SCORES);
  }
  if (what & 8) {
    numbers(&mix.means[0][0], 2);
  }
  if (what & 16) {
    mix.count = count();
  }
  if (what & 32) {
    mix.fixed = byte();
  }
}

/* Shares that sum to 1, mostly. */
static size_t some_shares(real *shares)
{
  const size_t length = 1 + below(GLEANER_MIX_SCORES);
  const int is_odd = below(16) == 0;
  size_t i;
  for (i = 0; i < length; i++) {
    shares[i] = is_odd ? number() : 1 / (real)length;
  }
  return length;
}

static void mix_step(void)
{
  const size_t kind = below(16);
  struct F(gleaner_mix) before = mix;
  struct argument given, means;
  real values[GLEANER_MIX_SCORES], others[GLEANER_MIX_SCORES], found;
  gleaner_status status;
  CLEAR(found);
  if (kind == 0) {
    const size_t length = some_shares(values);
    numbers(others, length);
    given = argument(values, length, sizeof(real));
    means = argument(others, below(2) * length, sizeof(real));
    status = F(gleaner_mix_init)(single(&mix), below(2) ? (real)0.25 : number(), given.pointer, given.length,
        means.pointer, means.length);
  } else if (kind == 1) {
    mix_forge();
    return;
  } else if (kind == 2) {
    status = F(gleaner_mix_mean)(&mix, (size_t)count(), single(&found));
    CHECK_OUTPUT(status, found);
  } else {
    const size_t length = mix.scores <= GLEANER_MIX_SCORES ? mix.scores : GLEANER_MIX_SCORES;
    numbers(values, length);
    given = argument(values, length, sizeof(real));
    status = F(gleaner_mix_score)(single(&mix), given.pointer, given.length, single(&found));
    CHECK_OUTPUT(status, found);
    CHECK(status != GLEANER_OK || is_size(found));
  }
  if (checked(status) != GLEANER_OK) {
    CHECK(memcmp(&before, &mix, sizeof before) == 0);
  }
}

static void score_step(void)
{
  struct F(gleaner_target) target;
  real slope, curvature, score;
  gleaner_status status;
  target.objective = (int32_t)below(8);
  target.label = number();
  target.delta = number();
  CLEAR(slope);
  CLEAR(curvature);
  CLEAR(score);
  status = checked(F(gleaner_target_loss)(below(4) ? &target : NULL, number(), single(&slope), single(&curvature)));
  CHECK_OUTPUT(status, slope);
  CHECK_OUTPUT(status, curvature);
  CHECK(status != GLEANER_OK || is_size(curvature));
  if (below(2)) {
    status = checked(F(gleaner_optimal_score)(number(), number(), single(&score)));
  } else {
    status = checked(F(gleaner_cautious_score)(number(), number(), number(), number(), single(&score)));
  }
  CHECK_OUTPUT(status, score);
  CHECK(status != GLEANER_OK || is_size(score));
}

static void choices_end(void)
{
  free(bottom.items);
  memset(&bottom, 0, sizeof bottom);
  alias_free();
  memset(&poisson, 0, sizeof poisson);
  poisson_is_forged = 0;
  memset(&mix, 0, sizeof mix);
}

#endif
