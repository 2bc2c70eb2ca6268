/* The head of a network whose body runs elsewhere. The body, a dense layer in int8 as TensorFlow Lite Micro and
 * CMSIS-NN compute it, turns the 64 pixels of a digit into 8 numbers, its embedding. The head, six classes, is the
 * model that scores. What is kept are the pixels: 60 digits with their weights, for somebody to label.
 *
 * On this machine the camera is standard input, a csv of digits from 0 to 5 without a header line. The network was
 * trained on the first 216 of the file; the stream is what comes after them:
 *
 *     cargo build --release -p gleaner-ffi
 *     cc -Iinclude ffi/examples/head.c target/release/libgleaner_ffi.a -lm -lpthread -ldl -o head
 *     zcat cli/data/digits.csv.gz | tail -n +218 | ./head record.bin
 *
 * On a device `run_body` is the interpreter's, whose int8 output is cast to float, no more. digits.py makes network,
 * body and embeddings; the first lines of model_digits.h say how the tool made the head of them.
 *
 * The seed's draw is a middling one. Over the hundred seeds of its test the weights of all 867 digits sum to 859 on
 * average, with a standard deviation of 60, and those of the 60 digits that the head misreads to 57, with 22. Of these
 * 60 between 7 and 8 are kept on average; an even draw would keep 4.
 */
#include "digits_body.h"
#include "gleaner.h"
#include "model_digits.h"

#include <stdio.h>
#include <stdlib.h>

#define KEEP 60
#define CLASSES 6

/* What is kept of a reading. */
static int8_t slots[KEEP + 1][BODY_INPUTS];
static float memory[DIGITS_SELECTOR_LEN], work[DIGITS_WORK_LEN];
static struct gleaner_item_f32 items[GLEANER_ITEMS_LEN(KEEP)];
static struct gleaner_selector_f32 selector;
static uint8_t record[GLEANER_RECORD_LEN(KEEP, BODY_INPUTS)];

/* The last group counts the digits that the head takes for others. */
enum { MISREAD = CLASSES, GROUPS };
struct group {
  unsigned seen, kept;
  double stand_for;
};
static struct group groups[GROUPS];
/* What a device does not know: what is in the slots, and whether it was misread. */
static uint8_t digits_in[KEEP + 1], misread_in[KEEP + 1];

/* Stops where a call fails: a device would log the text and restart. */
static void must(const char *what, gleaner_status status)
{
  if (status != GLEANER_OK) {
    fprintf(stderr, "%s: %s\n", what, gleaner_status_text(status));
    exit(1);
  }
}

/* The camera's driver: fills the pixels and says which digit it is; 0 at the end. */
static int read_camera(int8_t *pixels, uint8_t *digit)
{
  char line[512];
  char *next = line;
  long label;
  int i;
  if (fgets(line, sizeof line, stdin) == NULL) {
    return 0;
  }
  for (i = 0; i < BODY_INPUTS; i++) {
    pixels[i] = (int8_t)strtol(next, &next, 10);
    next += *next == ',';
  }
  label = strtol(next, &next, 10);
  if (label < 0 || label >= CLASSES || *next > ' ') {
    fprintf(stderr, "not a digit from 0 to 5: %s", line);
    exit(1);
  }
  *digit = (uint8_t)label;
  return 1;
}

/* The body: sums in 32 bits, brought to the scale of the output by a product and a shift. */
static void run_body(const int8_t *pixels, int8_t *embedding)
{
  int i, o;
  for (o = 0; o < BODY_OUTPUTS; o++) {
    int32_t sum = body_bias[o];
    int64_t output = BODY_ZERO;
    for (i = 0; i < BODY_INPUTS; i++) {
      sum += body_weights[o * BODY_INPUTS + i] * pixels[i];
    }
    /* ReLU comes first, since C leaves it open what a negative number becomes when it is shifted. */
    if (sum > 0) {
      output += ((int64_t)sum * BODY_MULTIPLIER + ((int64_t)1 << (BODY_SHIFT - 1))) >> BODY_SHIFT;
    }
    embedding[o] = (int8_t)(output < INT8_MAX ? output : INT8_MAX);
  }
}

/* The class of the largest logit. The interpreter's first output has it, too. */
static uint8_t classify(const float *x)
{
  float logit, largest = 0;
  uint8_t index, best = 0;
  for (index = 0; index < CLASSES; index++) {
    must("value", gleaner_model_value_f32(&digits, x, DIGITS_INPUTS, index, work, DIGITS_WORK_LEN, &logit));
    if (index == 0 || logit > largest) {
      largest = logit;
      best = index;
    }
  }
  return best;
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

/* Adds a kept reading to its group. */
static void keep(struct group *group, float weight)
{
  group->kept++;
  group->stand_for += weight;
}

int main(int argc, char **argv)
{
  struct gleaner_options_f32 options = DIGITS_OPTIONS;
  struct gleaner_verdict_f32 verdict;
  struct gleaner_stats_f32 stats;
  struct gleaner_kept_f32 kept;
  int8_t embedding[BODY_OUTPUTS];
  float x[DIGITS_INPUTS];
  uint32_t slot;
  size_t i, length;
  float worst;
  double sum = 0;

  must("model", gleaner_model_check_f32(&digits, options.objective, memory, DIGITS_SELECTOR_LEN, &worst));

  /* A network of 216 digits may be wrong where it is sure, so a tenth is drawn evenly. */
  options.uniform = 0.1f;
  options.seed = 84;
  must("init", gleaner_selector_init_f32(&selector, &digits, &options, memory, DIGITS_SELECTOR_LEN, items,
                   GLEANER_ITEMS_LEN(KEEP)));

  must("slot", gleaner_selector_free_slot_f32(&selector, &slot));
  while (read_camera(slots[slot], &digits_in[slot])) {
    run_body(slots[slot], embedding);
    for (i = 0; i < DIGITS_INPUTS; i++) {
      x[i] = embedding[i];
    }
    misread_in[slot] = classify(x) != digits_in[slot];
    groups[digits_in[slot]].seen++;
    groups[MISREAD].seen += misread_in[slot];
    must("offer", gleaner_selector_offer_f32(&selector, x, DIGITS_INPUTS, NULL, 0, &verdict));
    slot = verdict.free_slot;
  }

  must("stats", gleaner_selector_stats_f32(&selector, &stats));
  for (i = 0; i < stats.kept; i++) {
    must("kept", gleaner_selector_kept_f32(&selector, i, &kept));
    keep(&groups[digits_in[kept.slot]], kept.weight);
    if (misread_in[kept.slot]) {
      keep(&groups[MISREAD], kept.weight);
    }
    sum += kept.weight;
  }
  must("record", gleaner_selector_record_f32(&selector, (const uint8_t *)slots, sizeof slots[0], record,
                     sizeof record, &length));
  send(argc > 1 ? argv[1] : "record.bin", record, length);

  printf("           seen  kept  stand for\n");
  for (i = 0; i < GROUPS; i++) {
    const char *name = i == MISREAD ? "misread" : "digit";
    printf("%-7s %c %5u %5u %10.1f\n", name, i == MISREAD ? ' ' : (char)('0' + i), groups[i].seen, groups[i].kept,
        groups[i].stand_for);
  }
  printf("all       %5lu %5lu %10.1f\n", (unsigned long)stats.counters.seen, (unsigned long)stats.kept, sum);
  printf("read right: %.1f %%, by the weights of those kept %.1f %%\n",
      100 - 100.0 * groups[MISREAD].seen / (double)stats.counters.seen, 100 - 100 * groups[MISREAD].stand_for / sum);
  printf("record of %lu bytes, the pixels of all are %lu\n", (unsigned long)length,
      (unsigned long)stats.counters.seen * BODY_INPUTS);
  printf("RAM: selector %lu, memory %lu, items %lu, slots %lu, record %lu bytes\n",
      (unsigned long)sizeof selector, (unsigned long)sizeof memory, (unsigned long)sizeof items,
      (unsigned long)sizeof slots, (unsigned long)sizeof record);
  return 0;
}
