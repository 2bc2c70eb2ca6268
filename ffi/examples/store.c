/* The selector's shape where power may fail: state and payloads go to flash, and a restart goes on from the last
 * commit. On this machine the flash is a file and the sensor standard input, a csv of readings with a header
 * line; stop the program at any point and start it again with the same input:
 *
 *     cargo build --release -p gleaner-ffi
 *     cc -Iinclude ffi/examples/store.c target/release/libgleaner_ffi.a -lm -lpthread -ldl -o store
 *     zcat cli/data/occupancy.csv.gz | head -3000 | ./store flash.bin
 *     zcat cli/data/occupancy.csv.gz | ./store flash.bin
 *
 * On a device the three functions are the flash driver's, and readings that came while there was no power are lost:
 * here they are read again from where the state stands.
 */
#include "gleaner.h"
#include "model_occupancy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP 200
#define EVERY 100
#define SLOTS GLEANER_ITEMS_LEN(KEEP)
#define PAGES (KEEP + EVERY) /* as many may be kept between two commits */
#define GRANULE 4
#define ERASE_BLOCK 256
#define SNAPSHOT GLEANER_SELECTOR_SNAPSHOT_LEN(sizeof(float), OCCUPANCY_INPUTS, OCCUPANCY_ORDER, SLOTS)
#define FLASH GLEANER_STORE_LEN(SLOTS, PAGES, sizeof(struct payload), SNAPSHOT, ERASE_BLOCK)

struct payload {
  float x[OCCUPANCY_INPUTS];
  uint32_t number;
};

static float memory[OCCUPANCY_SELECTOR_LEN];
static struct gleaner_item_f32 items[SLOTS];
static struct gleaner_selector_f32 selector;
static uint32_t pages[SLOTS];
static uint8_t marks[PAGES];
static uint8_t buffer[GLEANER_STORE_BUFFER_LEN(SLOTS, sizeof(struct payload), SNAPSHOT, GRANULE)];
static struct gleaner_store_f32 store;

static void must(const char *what, gleaner_status status)
{
  if (status != GLEANER_OK) {
    fprintf(stderr, "%s: %s\n", what, gleaner_status_text(status));
    exit(1);
  }
}

/* The flash driver: 0 where all went well. */
static int32_t read_flash(void *file, uint32_t address, uint8_t *bytes, size_t length)
{
  return fseek(file, (long)address, SEEK_SET) != 0 || fread(bytes, 1, length, file) != length;
}

static int32_t write_flash(void *file, uint32_t address, const uint8_t *bytes, size_t length)
{
  return fseek(file, (long)address, SEEK_SET) != 0 || fwrite(bytes, 1, length, file) != length || fflush(file) != 0;
}

static int32_t erase_flash(void *file, uint32_t address, size_t length)
{
  static uint8_t blank[ERASE_BLOCK];
  size_t done;
  memset(blank, 0xFF, sizeof blank);
  for (done = 0; done < length; done += sizeof blank) {
    if (write_flash(file, address + (uint32_t)done, blank, sizeof blank) != 0) {
      return 1;
    }
  }
  return 0;
}

/* Opens the file, blank where it is new. */
static FILE *open_flash(const char *path)
{
  FILE *file = fopen(path, "r+b");
  if (file == NULL) {
    file = fopen(path, "w+b");
    if (file == NULL || erase_flash(file, 0, FLASH) != 0) {
      perror(path);
      exit(1);
    }
  }
  return file;
}

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

/* Readings that came in this period, those that were refused among them. */
static uint64_t readings_before(const struct gleaner_counters_f32 *counters)
{
  return counters->seen + counters->refused_not_finite + counters->refused_range;
}

int main(int argc, char **argv)
{
  struct gleaner_options_f32 options = GLEANER_OPTIONS_DEFAULT;
  struct gleaner_flash flash = {NULL, read_flash, write_flash, erase_flash, FLASH, GRANULE, ERASE_BLOCK};
  struct gleaner_verdict_f32 verdict;
  struct gleaner_kept_f32 kept;
  struct payload payload;
  char header[256];
  uint32_t found, number;
  uint64_t seen;
  size_t i;

  flash.context = open_flash(argc > 1 ? argv[1] : "flash.bin");
  options.seed = 2025;
  must("init", gleaner_selector_init_f32(&selector, &occupancy, &options, memory, OCCUPANCY_SELECTOR_LEN, items, SLOTS));
  must("store", gleaner_store_init_f32(&store, &selector, &flash, sizeof payload, EVERY, pages, SLOTS, marks, PAGES,
                    buffer, sizeof buffer));
  must("recover", gleaner_store_recover_f32(&store, &found));
  seen = readings_before(&selector.state.counters);
  fprintf(stderr, "%s at reading %lu, after %lu commits\n", found != 0 ? "goes on" : "starts", (unsigned long)seen,
      (unsigned long)store.state.commits);

  if (fgets(header, sizeof header, stdin) == NULL) {
    header[0] = '\0';
  }
  for (number = 0; read_sensor(&payload, number); number++) {
    if (number >= seen) {
      gleaner_status status = gleaner_store_offer_f32(&store, payload.x, OCCUPANCY_INPUTS, NULL, 0,
          (const uint8_t *)&payload, sizeof payload, &verdict);
      /* A reading that cannot be scored is counted and left out. */
      if (status != GLEANER_ERROR_NOT_FINITE && status != GLEANER_ERROR_RANGE) {
        must("offer", status);
      }
    }
  }

  /* The period's end. */
  for (i = 0; gleaner_selector_kept_f32(&selector, i, &kept) == GLEANER_OK; i++) {
    must("read", gleaner_store_read_f32(&store, &kept, (uint8_t *)&payload, sizeof payload));
    printf("reading %lu stands for %.3f\n", (unsigned long)payload.number, (double)kept.weight);
  }
  printf("payloads written %lu, commits %lu\n", (unsigned long)store.state.writes, (unsigned long)store.state.commits);
  printf("RAM: selector %lu, store %lu bytes; flash %lu bytes\n",
      (unsigned long)(sizeof selector + sizeof memory + sizeof items),
      (unsigned long)(sizeof store + sizeof pages + sizeof marks + sizeof buffer), (unsigned long)FLASH);
  return fclose(flash.context) != 0;
}
