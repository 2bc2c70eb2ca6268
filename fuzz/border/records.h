/* Records, fits and lengths. */
#ifndef RECORDS_H
#define RECORDS_H

#include "model.h"

static void record_write(void)
{
  struct gleaner_record_header header;
  struct gleaner_record_item items[4];
  const size_t items_len = below(5), each = below(4);
  const size_t length = GLEANER_RECORD_LEN(items_len, each);
  uint8_t *payload = room(each), *record = room(length);
  const struct argument given = argument(record, length, 1);
  size_t written, i;
  gleaner_status status;
  fill(&header, sizeof header);
  header.payload = (uint32_t)each;
  for (i = 0; i < items_len; i++) {
    items[i].sequence = count();
    items[i].score = (double)number();
    items[i].weight = (double)number();
    items[i].payload = single(payload);
  }
  fill(payload, each);
  CLEAR(written);
  status = gleaner_record_write(
      single(&header), byte() == 255 ? NULL : items, items_len, given.pointer, given.length, single(&written));
  CHECK_OUTPUT(status, written);
  if (checked(status) == GLEANER_OK) {
    struct gleaner_record_item found[4];
    CHECK(gleaner_record_read(record, written, found, 4, &header) == GLEANER_OK);
    CHECK(header.items == items_len && header.payload == each);
    for (i = 0; i < items_len; i++) {
      CHECK(found[i].sequence == items[i].sequence && memcmp(found[i].payload, payload, each) == 0);
    }
  }
  free(payload);
  free(record);
}

static void record_read(void)
{
  const size_t length = below(160), places = below(4);
  uint8_t *record = room(length);
  struct gleaner_record_item *items = room(places * sizeof *items);
  const struct argument given = argument(record, length, 1);
  struct gleaner_record_header header;
  gleaner_status status;
  CLEAR(header);
  fill(record, length);
  status = gleaner_record_read(given.pointer, given.length, items, places, single(&header));
  checked(status);
  CHECK_OUTPUT(status, header);
  free(record);
  free(items);
}

static void lengths(void)
{
  const size_t a = (size_t)count(), b = (size_t)count(), c = (size_t)count(), d = (size_t)count();
  volatile size_t sum = gleaner_factor_len(a) ^ gleaner_items_len(a) ^ gleaner_moments_len(a);
  sum ^= gleaner_scratch_exact(a) ^ gleaner_scratch_quadrature(a, b) ^ gleaner_work_len(a, b, c);
  sum ^= gleaner_selector_len(a, b, c, d) ^ gleaner_fit_len(a, b, c) ^ gleaner_fit_len_of(a, b, c, d) ^ gleaner_record_len(a, b);
  sum ^= F(gleaner_factor_snapshot_len)(a) ^ F(gleaner_reservoir_snapshot_len)(a);
  sum ^= F(gleaner_top_snapshot_len)(a) ^ F(gleaner_moments_snapshot_len)(a);
  sum ^= F(gleaner_selector_snapshot_len)(a, b, c);
  sum ^= gleaner_store_buffer_len(a, b, c, (uint32_t)d) ^ gleaner_store_len(a, b, c, d, (uint32_t)a);
  (void)sum;
  CHECK(gleaner_status_text((gleaner_status)count()) != NULL);
}

/* Gives the fuzzer's samples once and for all, as it promises to. */
struct source {
  real *numbers;
  size_t inputs, labels, samples;
  int32_t answer;
};

static int32_t sample(
    void *context, size_t index, real *x, size_t x_len, real *label, size_t label_len, real *weight)
{
  const struct source *source = context;
  const real *own;
  CHECK(index < source->samples && x_len == source->inputs && label_len >= 1 && label_len <= source->labels);
  own = source->numbers + index * (x_len + source->labels + 1);
  memcpy(x, own, x_len * sizeof(real));
  memcpy(label, own + x_len, label_len * sizeof(real));
  *weight = own[x_len + source->labels];
  return source->answer;
}

static void fit_step(void)
{
  const struct net *net = some_net();
  const struct F(gleaner_model) *model = model_of(net);
  const size_t inputs = net->model.inputs, parameters = net->sizes.parameters;
  const size_t outputs = net->sizes.outputs;
  const size_t samples = below(6), stride = inputs + (below(8) == 0 ? below(3) : 0);
  struct F(gleaner_fit_options) options = GLEANER_FIT_OPTIONS_DEFAULT;
  struct F(gleaner_samples) given;
  struct F(gleaner_fit_report) report;
  struct source source;
  real *x = reals(samples * stride), *labels = reals(samples * outputs), *weights = reals(samples);
  real *theta = reals(parameters), *memory = room(net->sizes.fit * sizeof(real));
  real *saved = copied(theta, parameters * sizeof(real));
  const struct argument a = argument(theta, parameters, sizeof(real)), b = argument(memory, net->sizes.fit, sizeof(real));
  gleaner_status status;
  options.objective = (int32_t)below(7);
  options.delta = number();
  options.weight_decay = number();
  options.tolerance = number();
  options.steps = (uint32_t)below(16);
  memset(memory, 0xff, net->sizes.fit * sizeof(real));
  memset(&given, 0, sizeof given);
  source.numbers = reals(samples * (inputs + outputs + 1));
  source.inputs = inputs;
  source.labels = outputs;
  source.samples = samples;
  source.answer = byte() == 255;
  given.count = samples;
  given.x = single(x);
  given.stride = stride;
  given.labels = single(labels);
  given.weights = byte() & 1 ? weights : NULL;
  given.sample = byte() & 1 ? sample : NULL;
  given.context = &source;
  CLEAR(report);
  status = F(gleaner_fit)(model, byte() == 255 ? NULL : &options, single(&given), a.pointer, a.length, b.pointer,
      b.length, single(&report));
  checked(status);
  CHECK_OUTPUT(status, report);
  CHECK(status == GLEANER_OK || memcmp(saved, theta, parameters * sizeof(real)) == 0);
  free(x);
  free(labels);
  free(weights);
  free(theta);
  free(memory);
  free(saved);
  free(source.numbers);
}

static void record_step(void)
{
  switch (below(3)) {
    case 0:
      record_write();
      break;
    case 1:
      record_read();
      break;
    default:
      lengths();
      break;
  }
}

#endif
