/* tests/firmware/select/main.c through gleaner.hpp: it must print the same text, on the device and on a host. */
#include "excerpt.h"
#include "gleaner.hpp"
#include "model_occupancy.h"

extern "C" void device_write(const char* text);

namespace {

constexpr size_t keep = 50;

gleaner::Selector<float, OCCUPANCY_SELECTOR_LEN, keep> selector;
float slots[selector.slots][FEATURES];

/* A line of text. */
class Line {
 public:
  void put(const char* text) {
    while (*text != '\0' && length_ + 1 < sizeof text_) {
      text_[length_++] = *text++;
    }
    text_[length_] = '\0';
  }
  void number(uint32_t value) {
    char digits[11];
    unsigned start = sizeof digits - 1;
    digits[start] = '\0';
    do {
      digits[--start] = static_cast<char>('0' + value % 10u);
      value /= 10u;
    } while (value != 0u);
    put(" ");
    put(digits + start);
  }
  void hex(uint32_t value) {
    char digits[9];
    for (unsigned i = 0; i < 8; i++) {
      digits[i] = "0123456789abcdef"[value >> (28u - 4u * i) & 15u];
    }
    digits[8] = '\0';
    put(" ");
    put(digits);
  }
  void end() {
    put("\n");
    device_write(text_);
    length_ = 0;
  }

 private:
  char text_[128];
  unsigned length_ = 0;
};

uint32_t bits(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* FNV-1a, a word at a time. */
uint32_t hash(uint32_t start, uint32_t word) { return (start ^ word) * 16777619u; }

gleaner::Status run() {
  uint32_t decisions = 2166136261u, memory = 2166136261u;
  float worst;
  Line line;
  const gleaner::Model model{occupancy};
  if (const auto status = model.check(GLEANER_OBJECTIVE_PREDICTION, selector.memory(), worst); !status.ok()) {
    return status;
  }
  if (const auto status = selector.init(occupancy); !status.ok()) {
    return status;
  }
  gleaner::Verdict<float> verdict{};
  for (const auto& reading : excerpt) {
    float(&slot)[FEATURES] = slots[verdict.free_slot];
    for (unsigned feature = 0; feature < FEATURES; feature++) {
      slot[feature] = reading[feature];
    }
    if (const auto status = selector.offer(slot, verdict); !status.ok()) {
      return status;
    }
    decisions = hash(decisions, verdict.free_slot);
    decisions = hash(decisions, bits(verdict.score));
    decisions = hash(decisions, bits(verdict.leverage));
  }
  for (const auto& kept : selector) {
    line.put("pick");
    line.number(kept.slot);
    line.number(static_cast<uint32_t>(kept.sequence));
    line.hex(bits(kept.score));
    line.hex(bits(kept.weight));
    line.hex(bits(slots[kept.slot][0]));
    line.end();
  }
  gleaner::Stats<float> stats{};
  if (const auto status = selector.stats(stats); !status.ok()) {
    return status;
  }
  for (const float scalar : selector.memory()) {
    memory = hash(memory, bits(scalar));
  }
  line.put("threshold");
  line.hex(bits(stats.threshold));
  line.put(" effective size");
  line.hex(bits(stats.effective_size));
  line.put(" decisions");
  line.hex(decisions);
  line.put(" memory");
  line.hex(memory);
  line.end();
  return GLEANER_OK;
}

}  // namespace

int main() {
  const auto status = run();
  if (!status.ok()) {
    device_write(status.text());
  }
  return status.ok() ? 0 : 1;
}
