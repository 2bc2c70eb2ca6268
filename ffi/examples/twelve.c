#include "board.h"           /* sensor_read, upload: yours */
#include "model_occupancy.h" /* the trained model, exported; includes gleaner.h */

static float slots[201][OCCUPANCY_INPUTS], memory[OCCUPANCY_SELECTOR_LEN];
static struct gleaner_item_f32 items[201];
static struct gleaner_selector_f32 selector;

void run(void) {
  struct gleaner_verdict_f32 at = {0}; /* at.free_slot: where the next reading goes */
  struct gleaner_kept_f32 kept;
  gleaner_selector_init_f32(&selector, &occupancy, NULL, memory, OCCUPANCY_SELECTOR_LEN, items, 201);
  while (sensor_read(slots[at.free_slot]))
    gleaner_selector_offer_f32(&selector, slots[at.free_slot], OCCUPANCY_INPUTS, NULL, 0, &at);
  for (size_t i = 0; gleaner_selector_kept_f32(&selector, i, &kept) == GLEANER_OK; i++)
    upload(slots[kept.slot], kept.weight);
}
