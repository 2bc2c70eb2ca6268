/* The firmware's shape. All memory is static: slots for payloads, the selector's memory and items, the
 * record. A loop lets the sensor write the next reading into the free slot and offers it; at the period's
 * end the kept readings are listed with their weights and written as one record, which goes up.
 *
 * On this machine the sensor is standard input, a csv of readings with a header line:
 *
 *     cargo build --release -p gleaner-ffi
 *     cc -Iinclude ffi/examples/select.c target/release/libgleaner_ffi.a -lm -lpthread -ldl -o select
 *     zcat cli/data/occupancy.csv.gz | ./select record.bin
 *
 * On a device `read_sensor` is the driver's, `send` the radio's, and nothing else changes.
 *
 * The model is occupancy.json, fitted to occupancy_pilot.csv, every twentieth reading of the log; its header's
 * first lines say how the tool made it.
 */
#include "gleaner.h"
#include "model_occupancy.h"

#include <stdio.h>
#include <stdlib.h>

#define KEEP 200

/* What is kept of a reading: whatever is worth sending, here its features and its number. */
struct payload {
  float x[OCCUPANCY_INPUTS];
  uint32_t number;
};

static struct payload slots[KEEP + 1];
static float memory[OCCUPANCY_SELECTOR_LEN];
static struct gleaner_item_f32 items[GLEANER_ITEMS_LEN(KEEP)];
static struct gleaner_selector_f32 selector;
static uint8_t record[GLEANER_RECORD_LEN(KEEP, sizeof(struct payload))];

/* Stops where a call fails: a device would log the text and restart. */
static void must(const char *what, gleaner_status status)
{
  if (status != GLEANER_OK) {
    fprintf(stderr, "%s: %s\n", what, gleaner_status_text(status));
    exit(1);
  }
}

/* The sensor's driver: fills the payload; 0 at the end. */
static int read_sensor(struct payload *payload, uint32_t number)
{
  char line[256];
  char *next = line;
  int i;
  if (fgets(line, sizeof line, stdin) == NULL) {
    return 0;
  }
  for (i = 0; i < OCCUPANCY_INPUTS; i++) {
    payload->x[i] = strtof(next, &next);
    next += *next == ',';
  }
  payload->number = number;
  return 1;
}

/* The radio. */
static void send(const char *path, const uint8_t *bytes, size_t length)
{
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) {
    perror(path);
    exit(1);
  }
}

int main(int argc, char **argv)
{
  struct gleaner_options_f32 options = GLEANER_OPTIONS_DEFAULT;
  struct gleaner_verdict_f32 verdict;
  struct gleaner_stats_f32 stats;
  struct gleaner_kept_f32 kept;
  uint32_t slot, number = 0;
  size_t i, length;
  float worst;
  char header[256];

  /* A model that does not give the outputs it gave in the cloud would pick the wrong readings. */
  must("model", gleaner_model_check_f32(&occupancy, options.objective, memory, OCCUPANCY_SELECTOR_LEN, &worst));

  options.seed = 2025;
  must("init", gleaner_selector_init_f32(&selector, &occupancy, &options, memory, OCCUPANCY_SELECTOR_LEN, items,
                   GLEANER_ITEMS_LEN(KEEP)));

  /* The stream: the loser's slot is the next free one, so nothing is copied and nothing kept is touched. */
  must("slot", gleaner_selector_free_slot_f32(&selector, &slot));
  if (fgets(header, sizeof header, stdin) == NULL) {
    header[0] = '\0';
  }
  while (read_sensor(&slots[slot], number)) {
    gleaner_status status =
        gleaner_selector_offer_f32(&selector, slots[slot].x, OCCUPANCY_INPUTS, NULL, 0, &verdict);
    if (status == GLEANER_OK) {
      slot = verdict.free_slot;
    } else {
      /* A broken reading is counted and its slot is used again. */
      fprintf(stderr, "reading %lu: %s\n", (unsigned long)number, gleaner_status_text(status));
    }
    number++;
  }

  /* The period's end: weights are final now. */
  must("stats", gleaner_selector_stats_f32(&selector, &stats));
  for (i = 0; i < stats.kept; i++) {
    must("kept", gleaner_selector_kept_f32(&selector, i, &kept));
    printf("reading %lu stands for %.3f\n", (unsigned long)slots[kept.slot].number, (double)kept.weight);
  }
  must("record", gleaner_selector_record_f32(&selector, (const uint8_t *)slots, sizeof slots[0], record,
                     sizeof record, &length));
  send(argc > 1 ? argv[1] : "record.bin", record, length);
  must("next period", gleaner_selector_begin_period_f32(&selector));

  printf("seen %lu, refused %lu, worth %.1f readings drawn evenly, record of %lu bytes\n",
      (unsigned long)stats.counters.seen, (unsigned long)stats.counters.refused_not_finite,
      (double)stats.effective_size, (unsigned long)length);
  printf("RAM: selector %lu, memory %lu, items %lu, slots %lu, record %lu bytes\n",
      (unsigned long)sizeof selector, (unsigned long)sizeof memory, (unsigned long)sizeof items,
      (unsigned long)sizeof slots, (unsigned long)sizeof record);
  return 0;
}
