/* Three tasks over one selector, as on an RTOS: a sensor whose DMA fills the free slot, a task that scores, and
 * a task that uploads from a copy while the other two go on.
 *
 *   sensor   --filled-->  scoring  ==lock==  upload
 *            <---free---
 *
 * - A payload slot has one owner. The free slot belongs to the DMA until it is full, then to the scoring task,
 *   which hands on the slot that its verdict frees. Slot numbers travel through two queues of one entry.
 * - The lock guards the selector and the kept slots. The scoring task holds it for one offer; the upload task
 *   while it copies the selector and the kept payloads. Neither holds it while it waits for a device.
 * - The DMA never takes the lock: the slot that it fills is nobody else's.
 *
 * On this machine the sensor is standard input, a csv of readings with a header line, and an upload is a file:
 *
 *     cargo build --release -p gleaner-ffi
 *     cc -Iinclude ffi/examples/rtos.c target/release/libgleaner_ffi.a -lm -lpthread -ldl -o rtos
 *     zcat cli/data/occupancy.csv.gz | ./rtos upload-
 *
 * The last upload is the record that select.c writes, byte for byte: copies do not disturb the picks.
 */
#define _POSIX_C_SOURCE 200809L
#include "gleaner.h"
#include "model_occupancy.h"
#include "rtos_port.h"

#include <stdio.h>
#include <stdlib.h>

#define KEEP 200
#define UPLOAD_MILLISECONDS 100
#define NO_SLOT UINT32_MAX /* the stream has ended */

struct payload {
  float x[OCCUPANCY_INPUTS];
  uint32_t number;
};

/* The selector and its slots; under the lock, but for the slot that is free. */
static struct payload slots[KEEP + 1];
static float memory[OCCUPANCY_SELECTOR_LEN];
static struct gleaner_item_f32 items[GLEANER_ITEMS_LEN(KEEP)];
static struct gleaner_selector_f32 selector;
static port_lock lock = PORT_LOCK;

/* Who owns the free slot, and the end. */
static struct port_queue free_slots = PORT_QUEUE, filled_slots = PORT_QUEUE, ends = PORT_QUEUE;

/* The upload task's own. */
static struct payload copied_slots[KEEP + 1];
static struct gleaner_item_f32 copied_items[GLEANER_ITEMS_LEN(KEEP)];
static struct gleaner_selector_f32 copy;
static uint8_t record[GLEANER_RECORD_LEN(KEEP, sizeof(struct payload))];
static const char *prefix;

static void must(const char *what, gleaner_status status)
{
  if (status != GLEANER_OK) {
    fprintf(stderr, "%s: %s\n", what, gleaner_status_text(status));
    exit(1);
  }
}

/* The sensor's DMA: words that arrive in the slot one after the other; 0 at the end of the stream. */
static int dma_fill(struct payload *payload, uint32_t number)
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

/* On a device no task at all: the scoring task points the DMA at the slot, and the handler of its interrupt
   sends the slot to `filled_slots`. */
static void *sensor_task(void *unused)
{
  uint32_t slot, number = 0;
  char header[256];
  (void)unused;
  if (fgets(header, sizeof header, stdin) == NULL) {
    header[0] = '\0';
  }
  for (;;) {
    port_receive(&free_slots, &slot, PORT_FOREVER);
    port_pause();
    if (!dma_fill(&slots[slot], number++)) {
      port_send(&filled_slots, NO_SLOT);
      return NULL;
    }
    port_send(&filled_slots, slot);
  }
}

static void *scoring_task(void *unused)
{
  struct gleaner_verdict_f32 verdict;
  uint32_t slot;
  (void)unused;
  port_take(&lock);
  must("slot", gleaner_selector_free_slot_f32(&selector, &slot));
  port_give(&lock);
  for (;;) {
    gleaner_status status;
    port_send(&free_slots, slot);
    port_receive(&filled_slots, &slot, PORT_FOREVER);
    if (slot == NO_SLOT) {
      port_send(&ends, 0);
      return NULL;
    }
    port_take(&lock);
    status = gleaner_selector_offer_f32(&selector, slots[slot].x, OCCUPANCY_INPUTS, NULL, 0, &verdict);
    port_give(&lock);
    if (status == GLEANER_OK) {
      slot = verdict.free_slot;
    }
    /* A broken reading is counted, and its slot is filled again. */
  }
}

/* The radio: slow, and nobody waits for it. */
static void send(uint32_t number, const uint8_t *bytes, size_t length)
{
  char path[256];
  FILE *file;
  snprintf(path, sizeof path, "%s%lu", prefix, (unsigned long)number);
  file = fopen(path, "wb");
  if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) {
    perror(path);
    exit(1);
  }
}

static void upload(uint32_t number)
{
  struct gleaner_stats_f32 stats;
  struct gleaner_kept_f32 kept;
  size_t i, written;

  port_take(&lock);
  must("copy", gleaner_selector_copy_f32(&selector, &copy, NULL, 0, copied_items, GLEANER_ITEMS_LEN(KEEP)));
  for (i = 0; gleaner_selector_kept_f32(&copy, i, &kept) == GLEANER_OK; i++) {
    copied_slots[kept.slot] = slots[kept.slot]; /* the kept only: the free one is the DMA's */
  }
  /* Where the period ends here: gleaner_selector_begin_period_f32(&selector). */
  port_give(&lock);

  must("stats", gleaner_selector_stats_f32(&copy, &stats));
  must("record", gleaner_selector_record_f32(&copy, (const uint8_t *)copied_slots, sizeof copied_slots[0], record,
                     sizeof record, &written));
  send(number, record, written);
  printf("upload %lu: %lu of %lu readings\n", (unsigned long)number, (unsigned long)stats.kept,
      (unsigned long)stats.counters.seen);
}

static void *upload_task(void *unused)
{
  uint32_t number = 0, nothing;
  (void)unused;
  while (!port_receive(&ends, &nothing, UPLOAD_MILLISECONDS)) {
    upload(number++);
  }
  upload(number);
  return NULL;
}

int main(int argc, char **argv)
{
  void *(*const tasks[])(void *) = {sensor_task, scoring_task, upload_task};
  struct gleaner_options_f32 options = GLEANER_OPTIONS_DEFAULT;
  float worst;
  prefix = argc > 1 ? argv[1] : "upload-";
  options.seed = 2025;
  must("model", gleaner_model_check_f32(&occupancy, options.objective, memory, OCCUPANCY_SELECTOR_LEN, &worst));
  must("init", gleaner_selector_init_f32(&selector, &occupancy, &options, memory, OCCUPANCY_SELECTOR_LEN, items,
                   GLEANER_ITEMS_LEN(KEEP)));
  port_run(tasks, 3);
  return 0;
}
