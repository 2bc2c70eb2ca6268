/* A selector's whole life and a store's through gleaner.hpp, in both precisions, beside C's functions. */
#include "check.hpp"

namespace {

struct Payload {
  double x;
  uint32_t time, spare;
};

/* The whole life of a selector, beside C's. */
template <class T>
void selectors() {
  static gleaner::Selector<T, selector_len, keep> selector, copy, saved;
  static gleaner::SelectorOver<T> over;
  static gleaner::Sample<T, keep> sample;
  static T memory[selector_len], memory_c[selector_len];
  static gleaner::Item<T> items[keep + 1], items_c[keep + 1];
  static typename gleaner::SelectorOver<T>::Struct c;
  static Payload slots[keep + 1];
  static uint8_t record[GLEANER_RECORD_LEN(keep, sizeof(Payload))], again[sizeof record];
  static uint8_t bytes[GLEANER_SELECTOR_SNAPSHOT_LEN(sizeof(T), inputs, order, keep + 1)];
  static_assert(selector.slots == keep + 1, "one slot is free");
  const auto* net = &Net<T>::net;
  gleaner::Verdict<T> verdict{}, verdict_c{};
  gleaner::Stats<T> stats{};
  T x[inputs], worst = 0;
  uint32_t slot = 7;
  size_t count = 0, written = 0;

  IS(GLEANER_ERROR_STATE, selector.free_slot(slot));
  CHECK(!(selector.begin() != selector.end()));
  OK(gleaner::Model{*net}.check(GLEANER_OBJECTIVE_RESIDUAL, selector.memory(), worst));
  auto options = gleaner::default_options<T>();
  options.seed = 5;
  options.objective = GLEANER_OBJECTIVE_RESIDUAL;
  OK(selector.init(*net, &options));
  OK(over.init(*net, &options, memory, items));
  OK(C(gleaner_selector_init)(&c, net, &options, memory_c, selector_len, items_c, keep + 1));
  for (uint32_t i = 0; i < 200; i++) {
    const T label = static_cast<T>(i % 3);
    reading(i, x);
    slots[verdict.free_slot] = {static_cast<double>(x[0]), i, 0};
    OK(selector.offer(x, label, verdict));
    OK(C(gleaner_selector_offer)(&c, x, inputs, &label, 1, &verdict_c));
    CHECK(same_verdict(verdict, verdict_c));
    OK(over.offer(x, label, verdict_c));
    CHECK(same_verdict(verdict, verdict_c));
  }
  IS(GLEANER_ERROR_LABEL, selector.offer(x, verdict));
  IS(GLEANER_ERROR_LENGTH, selector.offer({x, 2}, T(1), verdict));
  x[0] = T(INFINITY);
  IS(GLEANER_ERROR_NOT_FINITE, selector.offer(x, T(1), verdict));
  OK(selector.stats(stats));
  CHECK(stats.counters.seen == 200 && stats.counters.refused_label == 1 && stats.counters.refused_length == 1);
  OK(selector.free_slot(slot));
  CHECK(slot == verdict.free_slot && selector.raw().state.counters.seen == 200);
  OK(selector.count(count));
  CHECK(count == keep);
  size_t index = 0;
  for (const auto& kept : selector) {
    gleaner::Kept<T> kept_c{}, by_index{};
    OK(C(gleaner_selector_kept)(&c, index, &kept_c));
    OK(selector.kept(index++, by_index));
    CHECK(kept.slot == kept_c.slot && kept.sequence == kept_c.sequence && same(kept.weight, kept_c.weight));
    CHECK(kept.slot == by_index.slot && slots[kept.slot].time == kept.sequence);
  }
  CHECK(index == keep);

  /* Records: the payloads as an array, or by pointer and length. */
  OK(selector.record(slots, record, written));
  CHECK(written == sizeof record);
  OK(selector.record(gleaner::Span<const Payload>(slots, keep + 1), again, written));
  CHECK(same(record, again));
  IS(GLEANER_ERROR_LENGTH, selector.record(gleaner::Span<const Payload>(slots, keep), again, written));
  OK(C(gleaner_selector_record)(&c, reinterpret_cast<const uint8_t*>(slots), sizeof slots[0], again, sizeof again,
                                &written));
  CHECK(same(record, again));
  gleaner_record_header header{};
  gleaner_record_item read[keep];
  OK(gleaner::read_record({record, written}, read, header));
  CHECK(header.model == 77 && header.items == keep);
  OK(gleaner::read_record({record, written}, {}, header));
  memset(again, 0, sizeof again);
  OK(gleaner::write_record(header, read, again, written));
  CHECK(same(record, again));
  record[60] ^= 1;
  IS(GLEANER_ERROR_RECORD, gleaner::read_record({record, written}, read, header));

  /* Copies share nothing: what becomes of them is not seen here, and they go on alike. */
  OK(sample.copy_from(selector));
  OK(copy.copy_from(selector));
  OK(over.copy_from(selector, memory, items));
  OK(selector.save(bytes, written));
  OK(saved.init(*net, &options));
  OK(saved.restore({bytes, written}));
  CHECK(copy.raw().memory != selector.raw().memory && copy.raw().items != selector.raw().items);
  CHECK(sample.raw().memory == nullptr && sample.raw().items != selector.raw().items);
  for (uint32_t i = 200; i < 300; i++) {
    reading(i, x);
    OK(selector.offer(x, T(1), verdict));
    OK(copy.offer(x, T(1), verdict_c));
    CHECK(same_verdict(verdict, verdict_c));
    OK(over.offer(x, T(1), verdict_c));
    CHECK(same_verdict(verdict, verdict_c));
    OK(saved.offer(x, T(1), verdict_c));
    CHECK(same_verdict(verdict, verdict_c));
  }
  OK(sample.stats(stats));
  CHECK(stats.counters.seen == 200);
  OK(sample.record(slots, again, written));
  record[60] ^= 1;
  CHECK(same(record, again));

  uint32_t calls = 0;
  OK(copy.rebase(*net, [&calls](uint32_t from, gleaner::Span<T> to, T& label) {
    CHECK(to.size() == inputs && from <= keep);
    for (T& feature : to) {
      feature = static_cast<T>(from);
    }
    label = 1;
    calls++;
    return true;
  }));
  CHECK(calls == 2 * keep);
  IS(GLEANER_ERROR_CALLBACK, copy.rebase(*net, [](uint32_t, gleaner::Span<T>, T&) { return false; }));
  static gleaner::Candidate<T> waiting[keep];
  static T places[GLEANER_POSITIONS_LEN(keep, order)];
  OK(over.thin(2, waiting, places, [](uint32_t from, gleaner::Span<T> to, T& label) {
    for (T& feature : to) {
      feature = static_cast<T>(from);
    }
    label = 1;
    return true;
  }));
  OK(over.count(count));
  CHECK(count == 2);
  OK(selector.begin_period());
  CHECK(!(selector.begin() != selector.end()) && selector.raw().state.period == 1);
  gleaner::Pilot<T> pilot{};
  pilot.model_id = 78;
  pilot.objective = GLEANER_OBJECTIVE_RESIDUAL;
  IS(GLEANER_ERROR_IDENTITY, selector.start(pilot));
  OK(selector.init(*net));
  OK(selector.offer(net->mean == nullptr ? gleaner::Span<const T>() : gleaner::Span<const T>(Net<T>::mean), verdict));
}

/* A flash that lies in memory. */
struct Flash {
  static constexpr size_t slots = keep + 1, pages = keep + 4;
  static constexpr size_t snapshot = GLEANER_SELECTOR_SNAPSHOT_LEN(sizeof(double), inputs, order, slots);
  static constexpr uint32_t size = GLEANER_STORE_LEN(slots, pages, sizeof(Payload), snapshot, 64);
  static constexpr size_t buffer = GLEANER_STORE_BUFFER_LEN(slots, sizeof(Payload), snapshot, 4);
  uint8_t bytes[size];
  Payload spare;
  bool fails;

  static Flash& at(void* context) { return *static_cast<Flash*>(context); }
  static int32_t read(void* context, uint32_t address, uint8_t* bytes, size_t length) {
    memcpy(bytes, at(context).bytes + address, length);
    return 0;
  }
  static int32_t write(void* context, uint32_t address, const uint8_t* bytes, size_t length) {
    if (!at(context).fails) {
      memcpy(at(context).bytes + address, bytes, length);
    }
    return at(context).fails ? 1 : 0;
  }
  static int32_t erase(void* context, uint32_t address, size_t length) {
    memset(at(context).bytes + address, 0xFF, length);
    return 0;
  }
};

/* What a store commits comes back after a restart, by an object and by C's functions. */
template <class T>
void stores() {
  static Flash memory;
  static gleaner::Selector<T, selector_len, keep> selector, again;
  static gleaner::Store<T, keep, Flash::pages, Flash::buffer> store;
  static gleaner::StoreOver<T> over;
  static uint32_t pages[Flash::slots];
  static uint8_t marks[Flash::pages], buffer[Flash::buffer];
  const gleaner_flash flash = {&memory, Flash::read, Flash::write, Flash::erase, Flash::size, 4, 64};
  auto options = gleaner::default_options<T>();
  options.objective = GLEANER_OBJECTIVE_RESIDUAL;
  gleaner::Verdict<T> verdict{};
  bool found = true;
  T x[inputs];
  memset(memory.bytes, 0xFF, sizeof memory.bytes);
  memory.fails = false;
  IS(GLEANER_ERROR_STATE, store.recover(found));
  CHECK(found);
  OK(selector.init(Net<T>::net, &options));
  OK(store.init(selector, flash, sizeof(Payload), 4));
  OK(store.recover(found));
  CHECK(!found);
  for (uint32_t i = 0; i < 50; i++) {
    const Payload payload{0.5, i, 0};
    reading(i, x);
    OK(store.offer(x, T(1), gleaner::bytes(payload), verdict));
  }
  IS(GLEANER_ERROR_LENGTH, store.offer(x, T(1), gleaner::bytes(memory.bytes[0]), verdict));
  IS(GLEANER_ERROR_LABEL, store.offer(x, gleaner::bytes(memory.spare), verdict));
  CHECK(store.raw().state.commits == 12 && store.raw().state.pending == 2);
  OK(store.commit());
  CHECK(store.raw().state.commits == 13);

  OK(again.init(Net<T>::net, &options));
  IS(GLEANER_ERROR_LENGTH, over.init(again, flash, sizeof(Payload), 4, {pages, keep}, marks, buffer));
  OK(over.init(again, flash, sizeof(Payload), 4, pages, marks, buffer));
  OK(over.recover(found));
  CHECK(found && again.raw().state.counters.seen == 50);
  for (const auto& kept : again) {
    Payload payload{};
    OK(over.read(kept, gleaner::bytes(payload)));
    CHECK(payload.time == kept.sequence);
  }
  OK(over.begin_period());
  CHECK(again.raw().state.period == 1);
  memory.fails = true;
  IS(GLEANER_ERROR_STORAGE, over.commit());
}

}  // namespace

int main() {
  selectors<float>();
  stores<float>();
  selectors<double>();
  stores<double>();
  puts("selectors");
  return 0;
}
