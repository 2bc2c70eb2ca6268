#include "board.h" // sensor_read, upload: yours
#include "gleaner.hpp"
#include "model_occupancy.h" // the trained model, exported

static float slots[201][OCCUPANCY_INPUTS];
static gleaner::Selector<float, OCCUPANCY_SELECTOR_LEN, 200> selector; // owns its memory, all of it static

gleaner::Status run() {
  gleaner::Verdict<float> at{}; // at.free_slot: where the next reading goes
  if (const auto status = selector.init(occupancy); !status.ok()) return status;
  while (sensor_read(slots[at.free_slot]))
    if (const auto status = selector.offer(slots[at.free_slot], at); !status.ok()) return status;
  for (const auto kept : selector) upload(slots[kept.slot], kept.weight);
  return GLEANER_OK;
}
