/* tests/firmware/select/minimal.c line by line, to compare sizes. */
#include "gleaner.hpp"

namespace {

enum { FEATURES = 5, NEURONS = 8, KEEP = 32, PARAMETERS = 56, ORDER = 49, PERIOD = 1000 };

const float w1[NEURONS * FEATURES] = {1.0f, -0.5f, 0.25f, 0.5f}, b1[NEURONS] = {0.5f};
const float w2[NEURONS] = {1.0f, -1.0f};
const gleaner::Layer<float> layers[] = {
    {w1, b1, FEATURES, NEURONS, GLEANER_ACTIVATION_RELU, {}},
    {w2, nullptr, NEURONS, 1, GLEANER_ACTIVATION_IDENTITY, {}},
};
const gleaner::Description<float> model = {
    GLEANER_ABI, 1, layers, 2, FEATURES, 0, nullptr, nullptr, nullptr, nullptr, 0, nullptr, nullptr,
};

constexpr size_t memory_len = GLEANER_SELECTOR_LEN(FEATURES, PARAMETERS, ORDER, GLEANER_SCRATCH_EXACT(NEURONS));

gleaner::Selector<float, memory_len, KEEP> selector;
float slots[KEEP + 1][FEATURES];

/* Stand for the sensor and the radio. */
volatile float sensor = 1.0f;
volatile float radio;

}  // namespace

int main() {
  gleaner::Verdict<float> verdict{};
  if (!selector.init(model).ok()) {
    return 1;
  }
  for (unsigned reading = 0; reading < PERIOD; reading++) {
    float(&slot)[FEATURES] = slots[verdict.free_slot];
    for (float& feature : slot) {
      feature = sensor;
    }
    if (!selector.offer(slot, verdict).ok()) {
      return 1;
    }
  }
  for (const auto& kept : selector) {
    radio = kept.weight;
    for (const float feature : slots[kept.slot]) {
      radio = feature;
    }
  }
  return 0;
}
