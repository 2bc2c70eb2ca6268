/* gleaner in C++: the functions of gleaner.h on objects, for C++17 and later.
 *
 * - Header only and thin: a member is one call of the C function of its name, and what gleaner.h says of that holds. No
 *   heap, no exceptions, no run-time types, no header of the C++ library.
 * - What can fail returns a Status, which the compiler does not let fall. Results come last, as references, and are
 *   written on success only.
 * - Selector<float, MEMORY, KEEP>, Factor<float, ORDER> and so on own memory of a fixed size: make them static.
 *   SelectorOver<float>, FactorOver<float> and so on work over memory that the caller gives to init. The first are made
 *   of the second, so a function may take a SelectorOver<float>& for both.
 * - An object that is not initialised answers GLEANER_ERROR_STATE. None can be copied or moved, since C's struct points
 *   into its memory; copy_from copies a selector.
 * - Structs, codes and lengths are C's: Verdict<float> is gleaner_verdict_f32, lengths are GLEANER_..._LEN. Left out are
 *   the C functions that only give a length.
 */
#ifndef GLEANER_HPP
#define GLEANER_HPP

#include "gleaner.h"

static_assert(GLEANER_ABI == 2, "gleaner.h and gleaner.hpp are of different releases");

namespace gleaner {

namespace detail {

/* C's struct for a scalar. */
template <class T>
struct Choice;
template <>
struct Choice<float> {
  template <class Single, class Double>
  using Of = Single;
  static constexpr bool is_single = true;
};
template <>
struct Choice<double> {
  template <class Single, class Double>
  using Of = Double;
  static constexpr bool is_single = false;
};

/* Returns what C's function for the scalar T does. */
#define GLEANER_CALL(name, ...)               \
  if constexpr (detail::Choice<T>::is_single) \
    return gleaner_##name##_f32(__VA_ARGS__); \
  else                                        \
    return gleaner_##name##_f64(__VA_ARGS__)

template <class T>
T* pointer(T* data) noexcept;
template <class C>
C&& container() noexcept;

/* An object that stays where it is. */
class Pinned {
 public:
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 protected:
  constexpr Pinned() noexcept = default;
  ~Pinned() = default;
};

}  // namespace detail

#define GLEANER_TYPE(Name, name) \
  template <class T>             \
  using Name = typename detail::Choice<T>::template Of<gleaner_##name##_f32, gleaner_##name##_f64>
GLEANER_TYPE(Layer, layer);
GLEANER_TYPE(Own, own); /* of a model of your own */
GLEANER_TYPE(Pilot, pilot);
GLEANER_TYPE(Description, model); /* of a model, const and in flash */
GLEANER_TYPE(Target, target);
GLEANER_TYPE(RowReport, row_report);
GLEANER_TYPE(Score, score);
GLEANER_TYPE(Item, item);
GLEANER_TYPE(Earlier, earlier);
GLEANER_TYPE(KroneckerLayer, kronecker_layer);
GLEANER_TYPE(Kept, kept);
GLEANER_TYPE(Outcome, outcome);
GLEANER_TYPE(Decision, decision);
GLEANER_TYPE(Candidate, candidate);
GLEANER_TYPE(Positions, positions);
GLEANER_TYPE(CalibrationOptions, calibration_options);
GLEANER_TYPE(CalibrationReport, calibration_report);
GLEANER_TYPE(Vectors, vectors);
GLEANER_TYPE(Draw, draw);
GLEANER_TYPE(Options, options);
GLEANER_TYPE(Verdict, verdict);
GLEANER_TYPE(Stats, stats);
GLEANER_TYPE(FitOptions, fit_options);
GLEANER_TYPE(FitReport, fit_report);
GLEANER_TYPE(Samples, samples);
GLEANER_TYPE(ActivationAt, activation);
GLEANER_TYPE(Diagnosis, diagnosis);
GLEANER_TYPE(Explanation, explanation);
#undef GLEANER_TYPE

/* As GLEANER_OPTIONS_DEFAULT. */
template <class T>
constexpr Options<T> default_options() noexcept {
  return GLEANER_OPTIONS_DEFAULT;
}

/* As GLEANER_FIT_OPTIONS_DEFAULT. */
template <class T>
constexpr FitOptions<T> default_fit_options() noexcept {
  return GLEANER_FIT_OPTIONS_DEFAULT;
}

/* As GLEANER_CALIBRATION_OPTIONS_DEFAULT. */
template <class T>
constexpr CalibrationOptions<T> default_calibration_options() noexcept {
  return GLEANER_CALIBRATION_OPTIONS_DEFAULT;
}

/* GLEANER_OK or one of GLEANER_ERROR_..., which it compares with. */
class [[nodiscard]] Status {
 public:
  constexpr Status(gleaner_status code) noexcept : code_(code) {}
  constexpr bool ok() const noexcept { return code_ == GLEANER_OK; }
  constexpr gleaner_status code() const noexcept { return code_; }
  /* One line of English. */
  const char* text() const noexcept { return gleaner_status_text(code_); }
  friend constexpr bool operator==(Status a, Status b) noexcept { return a.code_ == b.code_; }
  friend constexpr bool operator!=(Status a, Status b) noexcept { return a.code_ != b.code_; }

 private:
  gleaner_status code_;
};

/* A pointer and a length. Arrays become one, and what has data() and size(): std::span, std::array. */
template <class T>
class Span {
 public:
  constexpr Span() noexcept = default;
  constexpr Span(T* data, size_t size) noexcept : data_(data), size_(size) {}
  template <size_t N>
  constexpr Span(T (&array)[N]) noexcept : data_(array), size_(N) {}
  template <class C, class = decltype(detail::pointer<T>(detail::container<C>().data()))>
  constexpr Span(C&& container) noexcept : data_(container.data()), size_(container.size()) {}
  constexpr T* data() const noexcept { return data_; }
  constexpr size_t size() const noexcept { return size_; }
  constexpr T& operator[](size_t index) const noexcept { return data_[index]; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

/* The bytes of a payload. */
template <class Payload>
Span<const uint8_t> bytes(const Payload& payload) noexcept {
  static_assert(__is_trivially_copyable(Payload), "a payload is its bytes");
  return {reinterpret_cast<const uint8_t*>(&payload), sizeof payload};
}
template <class Payload>
Span<uint8_t> bytes(Payload& payload) noexcept {
  static_assert(__is_trivially_copyable(Payload), "a payload is its bytes");
  return {reinterpret_cast<uint8_t*>(&payload), sizeof payload};
}

/* Of the library that is linked. */
inline const char* version() noexcept { return gleaner_version(); }
inline uint32_t abi() noexcept { return gleaner_abi(); }

/* A model, by its description, which stays in use. Converts from it. */
template <class T>
class Model {
 public:
  constexpr Model(const Description<T>& description) noexcept : description_(&description) {}
  Model(const Description<T>&&) = delete;
  constexpr const Description<T>* raw() const noexcept { return description_; }

  Status sizes(gleaner_sizes& sizes) const noexcept { GLEANER_CALL(model_sizes, description_, &sizes); }
  Status check(int32_t objective, Span<T> work, T& worst) const noexcept {
    GLEANER_CALL(model_check, description_, objective, work.data(), work.size(), &worst);
  }
  Status value(Span<const T> x, size_t index, Span<T> work, T& value) const noexcept {
    GLEANER_CALL(model_value, description_, x.data(), x.size(), index, work.data(), work.size(), &value);
  }
  /* `target` nullptr: the prediction objective, here and below. */
  Status gradient(Span<const T> x, size_t index, const Target<T>* target, Span<T> work, Span<T> gradient,
                  T& value) const noexcept {
    GLEANER_CALL(model_gradient, description_, x.data(), x.size(), index, target, work.data(), work.size(),
                 gradient.data(), gradient.size(), &value);
  }
  Status row(Span<const T> x, size_t index, const Target<T>* target, Span<T> work, Span<T> row,
             RowReport<T>& report) const noexcept {
    GLEANER_CALL(model_row, description_, x.data(), x.size(), index, target, work.data(), work.size(), row.data(),
                 row.size(), &report);
  }
  /* Of a model of your own. */
  Status check_gradient(Span<const T> x, T tolerance, Span<T> work) const noexcept {
    GLEANER_CALL(model_check_gradient, description_, x.data(), x.size(), tolerance, work.data(), work.size());
  }
  /* `sketch`: of so many entries less one buckets. */
  Status sketch(Span<const T> x, size_t index, const Target<T>* target, uint64_t seed, Span<T> work, Span<T> sketch,
                RowReport<T>& report) const noexcept {
    GLEANER_CALL(model_sketch, description_, x.data(), x.size(), index, target, seed, work.data(), work.size(),
                 sketch.data(), sketch.size(), &report);
  }
  Status norm(Span<const T> x, size_t index, const Target<T>* target, Span<T> work, T& norm) const noexcept {
    GLEANER_CALL(model_norm, description_, x.data(), x.size(), index, target, work.data(), work.size(), &norm);
  }
  /* `kind`: GLEANER_VECTOR_..., whose length `vector` has. */
  Status vector(int32_t kind, Span<const T> x, size_t index, const Target<T>* target, Span<T> work,
                Span<T> vector) const noexcept {
    GLEANER_CALL(model_vector, description_, kind, x.data(), x.size(), index, target, work.data(), work.size(),
                 vector.data(), vector.size());
  }
  Status leave_out_gauge(Span<T> row) const noexcept {
    GLEANER_CALL(model_leave_out_gauge, description_, row.data(), row.size());
  }
  Status theta(Span<T> theta) const noexcept {
    GLEANER_CALL(model_theta, description_, theta.data(), theta.size());
  }
  Status layers(Span<const T> theta, Span<Layer<T>> layers) const noexcept {
    GLEANER_CALL(model_layers, description_, theta.data(), theta.size(), layers.data(), layers.size());
  }
  /* `options` nullptr: the defaults. */
  Status fit(const FitOptions<T>* options, const Samples<T>& samples, Span<T> theta, Span<T> memory,
             FitReport<T>& report) const noexcept {
    GLEANER_CALL(fit, description_, options, &samples, theta.data(), theta.size(), memory.data(), memory.size(),
                 &report);
  }
  /* With `bool sample(size_t index, Span<T> x, T& label, T& weight)`, or `Span<T> labels` for what the objective takes of
     them; it must not throw. */
  template <class Sample>
  Status fit(const FitOptions<T>* options, size_t count, Sample sample, Span<T> theta, Span<T> memory,
             FitReport<T>& report) const noexcept {
    Samples<T> samples{};
    samples.count = count;
    samples.context = &sample;
    samples.sample = [](void* context, size_t index, T* x, size_t x_len, T* label, size_t label_len,
                        T* weight) noexcept -> int32_t {
      return ask(*static_cast<Sample*>(context), index, Span<T>(x, x_len), label, label_len, *weight, 0) ? 0 : 1;
    };
    return fit(options, samples, theta, memory, report);
  }

 private:
  /* One that takes a label is preferred. */
  template <class Sample>
  static auto ask(Sample& sample, size_t index, Span<T> x, T* label, size_t label_len, T& weight, int) noexcept
      -> decltype(sample(index, x, *label, weight)) {
    /* More labels than it can write: the fit fails with CALLBACK. */
    return label_len <= 1 && sample(index, x, *label, weight);
  }
  template <class Sample>
  static auto ask(Sample& sample, size_t index, Span<T> x, T* label, size_t label_len, T& weight, long) noexcept
      -> decltype(sample(index, x, Span<T>(label, label_len), weight)) {
    return sample(index, x, Span<T>(label, label_len), weight);
  }

  const Description<T>* description_;
};
Model(const gleaner_model_f32&) -> Model<float>;
Model(const gleaner_model_f64&) -> Model<double>;

/* A factor over the caller's memory. */
template <class T>
class FactorOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_factor_f32, gleaner_factor_f64>;

  /* `memory`: GLEANER_FACTOR_LEN(order) scalars. */
  Status init(size_t order, T ridge, Span<T> memory) noexcept {
    GLEANER_CALL(factor_init, &raw_, order, ridge, memory.data(), memory.size());
  }
  static Status default_ridge(T mean_squared_norm, T& ridge) noexcept {
    GLEANER_CALL(factor_default_ridge, mean_squared_norm, &ridge);
  }
  Status reset(T ridge) noexcept { GLEANER_CALL(factor_reset, &raw_, ridge); }
  Status start(Span<const T> packed, uint64_t rows, T ridge) noexcept {
    GLEANER_CALL(factor_start, &raw_, packed.data(), packed.size(), rows, ridge);
  }
  Status packed(Span<T> packed) const noexcept { GLEANER_CALL(factor_packed, &raw_, packed.data(), packed.size()); }
  Status half_life(uint64_t rows) noexcept { GLEANER_CALL(factor_half_life, &raw_, rows); }
  Status observe(Span<const T> row, T weight, T& online) noexcept {
    GLEANER_CALL(factor_observe, &raw_, row.data(), row.size(), weight, &online);
  }
  Status score(Span<const T> row, Span<T> scratch, Score<T>& score) const noexcept {
    GLEANER_CALL(factor_score, &raw_, row.data(), row.size(), scratch.data(), scratch.size(), &score);
  }
  Status contributions(Span<const T> row, Span<T> scratch, Span<T> contributions, Score<T>& score) const noexcept {
    GLEANER_CALL(factor_contributions, &raw_, row.data(), row.size(), scratch.data(), scratch.size(),
                 contributions.data(), contributions.size(), &score);
  }
  Status pivot(size_t& rank) noexcept { GLEANER_CALL(factor_pivot, &raw_, &rank); }
  Status unpivot() noexcept { GLEANER_CALL(factor_unpivot, &raw_); }
  Status condition(T& condition) const noexcept { GLEANER_CALL(factor_condition, &raw_, &condition); }
  Status rank(size_t& rank) const noexcept { GLEANER_CALL(factor_rank, &raw_, &rank); }
  Status merge(const FactorOver& other) noexcept { GLEANER_CALL(factor_merge, &raw_, &other.raw_); }
  Status solve(Span<T> solution) const noexcept {
    GLEANER_CALL(factor_solve, &raw_, solution.data(), solution.size());
  }
  Status save(Span<uint8_t> bytes, size_t& written) const noexcept {
    GLEANER_CALL(factor_save, &raw_, bytes.data(), bytes.size(), &written);
  }
  Status restore(Span<const uint8_t> bytes) noexcept {
    GLEANER_CALL(factor_restore, &raw_, bytes.data(), bytes.size());
  }
  /* C's struct: its counters. */
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* A factor of a fixed order, with its memory. */
template <class T, size_t Order>
class Factor : public FactorOver<T> {
 public:
  Status init(T ridge) noexcept { return FactorOver<T>::init(Order, ridge, memory_); }

 private:
  T memory_[GLEANER_FACTOR_LEN(Order)]{};
};

/* Which input and which layer the leverage of a whole row comes from. `scratch`: GLEANER_EXPLAIN_LEN scalars. */
template <class T>
Status explain(const Model<T>& model, const FactorOver<T>& factor, Span<const T> row, Span<T> scratch, Span<T> inputs,
               Span<T> layers, Explanation<T>& explanation) noexcept {
  GLEANER_CALL(explain, model.raw(), &factor.raw(), row.data(), row.size(), scratch.data(), scratch.size(),
               inputs.data(), inputs.size(), layers.data(), layers.size(), &explanation);
}

/* What a least-squares fit leaves, and what a row does to it. No row yet until init; a plain value, copied freely. */
template <class T>
class Residuals {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_residuals_f32, gleaner_residuals_f64>;

  Status init(T sum, uint64_t rows, uint64_t rank) noexcept { GLEANER_CALL(residuals_init, &raw_, sum, rows, rank); }
  Status observe(T error, T leverage, T& recursive) noexcept {
    GLEANER_CALL(residuals_observe, &raw_, error, leverage, &recursive);
  }
  Status observe_novel() noexcept { GLEANER_CALL(residuals_observe_novel, &raw_); }
  Status variance(T& variance) const noexcept { GLEANER_CALL(residuals_variance, &raw_, &variance); }
  Status diagnose(T residual, T leverage, Diagnosis<T>& diagnosis) const noexcept {
    GLEANER_CALL(diagnose, &raw_, residual, leverage, &diagnosis);
  }
  Status diagnose_new(T error, T leverage, Diagnosis<T>& diagnosis) const noexcept {
    GLEANER_CALL(diagnose_new, &raw_, error, leverage, &diagnosis);
  }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

template <class T>
Status leverage_threshold(T multiple, uint64_t rank, uint64_t rows, T& threshold) noexcept {
  GLEANER_CALL(leverage_threshold, multiple, rank, rows, &threshold);
}

/* A streamed quantile over the caller's counters. */
template <class T>
class QuantileOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_quantile_f32, gleaner_quantile_f64>;

  /* `memory`: GLEANER_QUANTILE_LEN(octaves) counters. */
  Status init(T highest, Span<uint32_t> memory) noexcept {
    GLEANER_CALL(quantile_init, &raw_, highest, memory.data(), memory.size());
  }
  Status reset() noexcept { GLEANER_CALL(quantile_reset, &raw_); }
  Status half_life(uint64_t items) noexcept { GLEANER_CALL(quantile_half_life, &raw_, items); }
  Status observe(T score) noexcept { GLEANER_CALL(quantile_observe, &raw_, score); }
  Status is_beyond(T score, T probability, int32_t& beyond) const noexcept {
    GLEANER_CALL(quantile_is_beyond, &raw_, score, probability, &beyond);
  }
  Status threshold(T probability, T& threshold) const noexcept {
    GLEANER_CALL(quantile_threshold, &raw_, probability, &threshold);
  }
  Status merge(const QuantileOver& other) noexcept { GLEANER_CALL(quantile_merge, &raw_, &other.raw_); }
  Status save(Span<uint8_t> bytes, size_t& written) const noexcept {
    GLEANER_CALL(quantile_save, &raw_, bytes.data(), bytes.size(), &written);
  }
  Status restore(Span<const uint8_t> bytes) noexcept {
    GLEANER_CALL(quantile_restore, &raw_, bytes.data(), bytes.size());
  }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* A streamed quantile of so many octaves below the highest score, with its counters. */
template <class T, size_t Octaves>
class Quantile : public QuantileOver<T> {
 public:
  Status init(T highest) noexcept { return QuantileOver<T>::init(highest, memory_); }

 private:
  uint32_t memory_[GLEANER_QUANTILE_LEN(Octaves)]{};
};

/* Goes through what an object has kept, in no order that means anything: `for (const auto& kept : selector)`. */
struct KeptEnd {};
template <class T, class Object>
class KeptIterator {
 public:
  explicit KeptIterator(const Object& object) noexcept : object_(&object) { look(); }
  const Kept<T>& operator*() const noexcept { return kept_; }
  KeptIterator& operator++() noexcept {
    index_++;
    look();
    return *this;
  }
  friend bool operator!=(const KeptIterator& at, KeptEnd) noexcept { return at.is_there_; }

 private:
  void look() noexcept { is_there_ = object_->kept(index_, kept_).ok(); }

  const Object* object_;
  size_t index_ = 0;
  Kept<T> kept_;
  bool is_there_;
};

/* A VarOpt reservoir over the caller's items. */
template <class T>
class ReservoirOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_reservoir_f32, gleaner_reservoir_f64>;
  using Iterator = KeptIterator<T, ReservoirOver>;

  /* `items`: GLEANER_ITEMS_LEN(k) of them. */
  Status init(uint64_t seed, Span<Item<T>> items) noexcept {
    GLEANER_CALL(reservoir_init, &raw_, seed, items.data(), items.size());
  }
  Status clear() noexcept { GLEANER_CALL(reservoir_clear, &raw_); }
  Status offer(T score, Outcome<T>& outcome) noexcept { GLEANER_CALL(reservoir_offer, &raw_, score, &outcome); }
  Status count(size_t& count) const noexcept { GLEANER_CALL(reservoir_count, &raw_, &count); }
  Status kept(size_t index, Kept<T>& kept) const noexcept { GLEANER_CALL(reservoir_kept, &raw_, index, &kept); }
  Status effective_size(T& size) const noexcept { GLEANER_CALL(reservoir_effective_size, &raw_, &size); }
  /* `memory`: GLEANER_POSITIONS_LEN(candidates, dimensions) scalars. */
  Status thin(size_t keep, const Positions<T>& positions, Span<Candidate<T>> candidates, Span<T> memory) noexcept {
    GLEANER_CALL(reservoir_thin, &raw_, keep, &positions, candidates.data(), candidates.size(), memory.data(),
                 memory.size());
  }
  /* With `void position(const Kept<T>& kept, Span<T> position)`, which must not throw. */
  template <class Position>
  Status thin(size_t keep, size_t dimensions, Position position, Span<Candidate<T>> candidates,
              Span<T> memory) noexcept {
    Positions<T> positions{};
    positions.dimensions = dimensions;
    positions.context = &position;
    positions.position = [](void* context, const Kept<T>* kept, T* to, size_t to_len) noexcept {
      (*static_cast<Position*>(context))(*kept, Span<T>(to, to_len));
    };
    return thin(keep, positions, candidates, memory);
  }
  Status save(Span<uint8_t> bytes, size_t& written) const noexcept {
    GLEANER_CALL(reservoir_save, &raw_, bytes.data(), bytes.size(), &written);
  }
  Status restore(Span<const uint8_t> bytes) noexcept {
    GLEANER_CALL(reservoir_restore, &raw_, bytes.data(), bytes.size());
  }
  Iterator begin() const noexcept { return Iterator(*this); }
  KeptEnd end() const noexcept { return {}; }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* One sample of what several samples stand for, over the caller's items. */
template <class T>
class MergeOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_merge_f32, gleaner_merge_f64>;
  using Iterator = KeptIterator<T, MergeOver>;

  /* `items`, `earlier`: GLEANER_ITEMS_LEN(k) of each. */
  Status init(uint64_t seed, Span<Item<T>> items, Span<Earlier<T>> earlier) noexcept {
    if (earlier.size() != items.size()) return GLEANER_ERROR_LENGTH;
    GLEANER_CALL(merge_init, &raw_, seed, items.data(), earlier.data(), items.size());
  }
  Status clear() noexcept { GLEANER_CALL(merge_clear, &raw_); }
  Status offer(T score, T weight, Outcome<T>& outcome) noexcept {
    GLEANER_CALL(merge_offer, &raw_, score, weight, &outcome);
  }
  Status count(size_t& count) const noexcept { GLEANER_CALL(merge_count, &raw_, &count); }
  Status kept(size_t index, Kept<T>& kept) const noexcept { GLEANER_CALL(merge_kept, &raw_, index, &kept); }
  Iterator begin() const noexcept { return Iterator(*this); }
  KeptEnd end() const noexcept { return {}; }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* A merge of so many kept samples, with its items. */
template <class T, size_t Keep>
class Merge : public MergeOver<T> {
 public:
  Status init(uint64_t seed) noexcept { return MergeOver<T>::init(seed, items_, earlier_); }

 private:
  Item<T> items_[GLEANER_ITEMS_LEN(Keep)]{};
  Earlier<T> earlier_[GLEANER_ITEMS_LEN(Keep)]{};
};

/* Notices that a stream has changed: feed it the leverage of each verdict. */
template <class T>
class Drift {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_drift_f32, gleaner_drift_f64>;

  Status init(uint64_t rows, uint64_t half_life) noexcept { GLEANER_CALL(drift_init, &raw_, rows, half_life); }
  Status observe(T leverage, T& level) noexcept { GLEANER_CALL(drift_observe, &raw_, leverage, &level); }
  constexpr bool is_alarmed() const noexcept { return raw_.level > GLEANER_DRIFT_ALARM; }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* Scores rows by two small factors a layer. */
template <class T>
class KroneckerOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_kronecker_f32, gleaner_kronecker_f64>;

  /* `layers`: one a layer; `memory`: the sum of their GLEANER_KRONECKER_LEN. */
  Status init(Model<T> model, uint64_t half_life, Span<KroneckerLayer<T>> layers, Span<T> memory) noexcept {
    GLEANER_CALL(kronecker_init, &raw_, model.raw(), half_life, layers.data(), layers.size(), memory.data(),
                 memory.size());
  }
  /* `target` nullptr: the prediction. `work`: as gleaner_kronecker_work_len_... says. */
  Status observe(Model<T> model, Span<const T> x, size_t index, const Target<T>* target, Span<T> work,
                 T& score) noexcept {
    GLEANER_CALL(kronecker_observe, &raw_, model.raw(), x.data(), x.size(), index, target, work.data(), work.size(),
                 &score);
  }
  Status score(Model<T> model, Span<const T> x, size_t index, const Target<T>* target, Span<T> work,
               T& score) const noexcept {
    GLEANER_CALL(kronecker_score, &raw_, model.raw(), x.data(), x.size(), index, target, work.data(), work.size(),
                 &score);
  }
  Status save(Span<uint8_t> bytes, size_t& written) const noexcept {
    GLEANER_CALL(kronecker_save, &raw_, bytes.data(), bytes.size(), &written);
  }
  Status restore(Span<const uint8_t> bytes) noexcept {
    GLEANER_CALL(kronecker_restore, &raw_, bytes.data(), bytes.size());
  }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* A reservoir of so many kept samples, with its items. */
template <class T, size_t Keep>
class Reservoir : public ReservoirOver<T> {
 public:
  Status init(uint64_t seed) noexcept { return ReservoirOver<T>::init(seed, items_); }

 private:
  Item<T> items_[GLEANER_ITEMS_LEN(Keep)]{};
};

/* The k highest scores, over the caller's items. */
template <class T>
class TopOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_top_f32, gleaner_top_f64>;
  using Iterator = KeptIterator<T, TopOver>;

  /* `items`: GLEANER_ITEMS_LEN(k) of them. */
  Status init(Span<Item<T>> items) noexcept { GLEANER_CALL(top_init, &raw_, items.data(), items.size()); }
  Status clear() noexcept { GLEANER_CALL(top_clear, &raw_); }
  Status offer(T score, Outcome<T>& outcome) noexcept { GLEANER_CALL(top_offer, &raw_, score, &outcome); }
  Status count(size_t& count) const noexcept { GLEANER_CALL(top_count, &raw_, &count); }
  Status kept(size_t index, Kept<T>& kept) const noexcept { GLEANER_CALL(top_kept, &raw_, index, &kept); }
  Status save(Span<uint8_t> bytes, size_t& written) const noexcept {
    GLEANER_CALL(top_save, &raw_, bytes.data(), bytes.size(), &written);
  }
  Status restore(Span<const uint8_t> bytes) noexcept { GLEANER_CALL(top_restore, &raw_, bytes.data(), bytes.size()); }
  Iterator begin() const noexcept { return Iterator(*this); }
  KeptEnd end() const noexcept { return {}; }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* The so many highest scores, with their items. */
template <class T, size_t Keep>
class Top : public TopOver<T> {
 public:
  Status init() noexcept { return TopOver<T>::init(items_); }

 private:
  Item<T> items_[GLEANER_ITEMS_LEN(Keep)]{};
};

/* The k lowest scores, over the caller's items. */
template <class T>
class BottomOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_bottom_f32, gleaner_bottom_f64>;
  using Iterator = KeptIterator<T, BottomOver>;

  /* `items`: GLEANER_ITEMS_LEN(k) of them. */
  Status init(Span<Item<T>> items) noexcept { GLEANER_CALL(bottom_init, &raw_, items.data(), items.size()); }
  Status clear() noexcept { GLEANER_CALL(bottom_clear, &raw_); }
  Status offer(T score, Outcome<T>& outcome) noexcept { GLEANER_CALL(bottom_offer, &raw_, score, &outcome); }
  Status count(size_t& count) const noexcept { GLEANER_CALL(bottom_count, &raw_, &count); }
  Status kept(size_t index, Kept<T>& kept) const noexcept { GLEANER_CALL(bottom_kept, &raw_, index, &kept); }
  Iterator begin() const noexcept { return Iterator(*this); }
  KeptEnd end() const noexcept { return {}; }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* The so many lowest scores, with their items. */
template <class T, size_t Keep>
class Bottom : public BottomOver<T> {
 public:
  Status init() noexcept { return BottomOver<T>::init(items_); }

 private:
  Item<T> items_[GLEANER_ITEMS_LEN(Keep)]{};
};

/* Pivotal sampling of a stream, over the caller's memory. */
template <class T>
class PivotalOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_pivotal_f32, gleaner_pivotal_f64>;
  using Iterator = KeptIterator<T, PivotalOver>;

  /* `positions`: GLEANER_POSITIONS_LEN(places, dimensions) scalars. */
  Status init(uint64_t seed, T threshold, size_t places, size_t dimensions, Span<Candidate<T>> candidates,
              Span<T> positions) noexcept {
    GLEANER_CALL(pivotal_init, &raw_, seed, threshold, places, dimensions, candidates.data(), candidates.size(),
                 positions.data(), positions.size());
  }
  Status clear() noexcept { GLEANER_CALL(pivotal_clear, &raw_); }
  Status set_threshold(T threshold) noexcept { GLEANER_CALL(pivotal_set_threshold, &raw_, threshold); }
  Status offer(T score, Span<const T> position, Outcome<T>& outcome) noexcept {
    GLEANER_CALL(pivotal_offer, &raw_, score, position.data(), position.size(), &outcome);
  }
  Status finish() noexcept { GLEANER_CALL(pivotal_finish, &raw_); }
  Status count(size_t& count) const noexcept { GLEANER_CALL(pivotal_count, &raw_, &count); }
  Status kept(size_t index, Kept<T>& kept) const noexcept { GLEANER_CALL(pivotal_kept, &raw_, index, &kept); }
  Status effective_size(T& size) const noexcept { GLEANER_CALL(pivotal_effective_size, &raw_, &size); }
  Iterator begin() const noexcept { return Iterator(*this); }
  KeptEnd end() const noexcept { return {}; }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* Pivotal sampling with so many slots, of which one is free, so many places to wait in, and positions of so many
   scalars, with its memory. */
template <class T, size_t Slots, size_t Places, size_t Dimensions>
class Pivotal : public PivotalOver<T> {
 public:
  Status init(uint64_t seed, T threshold) noexcept {
    return PivotalOver<T>::init(seed, threshold, Places, Dimensions, candidates_, positions_);
  }

 private:
  Candidate<T> candidates_[Slots]{};
  T positions_[Dimensions == 0 ? 1 : GLEANER_POSITIONS_LEN(Places, Dimensions)]{};
};

/* Decides on each sample at once; a plain value, copied freely. */
template <class T>
class Poisson {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_poisson_f32, gleaner_poisson_f64>;

  /* `budget` nullptr: the threshold stays as it is. */
  Status init(uint64_t seed, T threshold, const gleaner_budget* budget = nullptr) noexcept {
    GLEANER_CALL(poisson_init, &raw_, seed, threshold, budget);
  }
  Status offer(T score, Decision<T>& decision) noexcept { GLEANER_CALL(poisson_offer, &raw_, score, &decision); }
  Status set_threshold(T threshold) noexcept { GLEANER_CALL(poisson_set_threshold, &raw_, threshold); }
  Status clear() noexcept { GLEANER_CALL(poisson_clear, &raw_); }
  Status save(Span<uint8_t> bytes, size_t& written) const noexcept {
    GLEANER_CALL(poisson_save, &raw_, bytes.data(), bytes.size(), &written);
  }
  Status restore(Span<const uint8_t> bytes) noexcept {
    GLEANER_CALL(poisson_restore, &raw_, bytes.data(), bytes.size());
  }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* Draws with replacement, over the caller's table. */
template <class T>
class AliasOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_alias_f32, gleaner_alias_f64>;

  /* `cuts` and `aliases`: one a score. The scores stay in use. */
  Status init(uint64_t seed, Span<const T> scores, Span<T> cuts, Span<uint32_t> aliases) noexcept {
    GLEANER_CALL(alias_init, &raw_, seed, scores.data(), scores.size(), cuts.data(), cuts.size(), aliases.data(),
                 aliases.size());
  }
  Status draw(Draw<T>& draw) noexcept { GLEANER_CALL(alias_draw, &raw_, &draw); }
  Status probability(size_t index, T& probability) const noexcept {
    GLEANER_CALL(alias_probability, &raw_, index, &probability);
  }
  Status weight(size_t index, uint64_t draws, T& weight) const noexcept {
    GLEANER_CALL(alias_weight, &raw_, index, draws, &weight);
  }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* Draws with replacement of so many samples, with its table; the scores are the caller's and stay in use. */
template <class T, size_t Samples>
class Alias : public AliasOver<T> {
 public:
  Status init(uint64_t seed, Span<const T> scores) noexcept {
    return AliasOver<T>::init(seed, scores, cuts_, aliases_);
  }

 private:
  T cuts_[Samples]{};
  uint32_t aliases_[Samples]{};
};

/* How many draws with replacement keep a loss; GLEANER_ERROR_NO_GUARANTEE where none do. */
inline Status draws(const gleaner_terms& terms, double accuracy, uint64_t& draws) noexcept {
  return gleaner_terms_draws(&terms, accuracy, &draws);
}
inline Status accuracy(const gleaner_terms& terms, uint64_t draws, double& accuracy) noexcept {
  return gleaner_terms_accuracy(&terms, draws, &accuracy);
}

/* Slope and curvature of the loss at a model's output; `target` nullptr: the prediction objective. */
template <class T>
Status loss(const Target<T>* target, T value, T& slope, T& curvature) noexcept {
  GLEANER_CALL(target_loss, target, value, &slope, &curvature);
}
template <class T>
Status optimal_score(T slope, T leverage, T& score) noexcept {
  GLEANER_CALL(optimal_score, slope, leverage, &score);
}
template <class T>
Status cautious_score(T slope, T leverage, T mean, T kappa, T& score) noexcept {
  GLEANER_CALL(cautious_score, slope, leverage, mean, kappa, &score);
}

/* A mix of at most GLEANER_MIX_SCORES scores; a plain value, copied freely. */
template <class T>
class Mix {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_mix_f32, gleaner_mix_f64>;

  /* `means` empty: those of the readings before. */
  Status init(T alpha, Span<const T> shares, Span<const T> means = {}) noexcept {
    GLEANER_CALL(mix_init, &raw_, alpha, shares.data(), shares.size(), means.data(), means.size());
  }
  Status score(Span<const T> scores, T& score) noexcept {
    GLEANER_CALL(mix_score, &raw_, scores.data(), scores.size(), &score);
  }
  Status mean(size_t index, T& mean) const noexcept { GLEANER_CALL(mix_mean, &raw_, index, &mean); }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* Sums of a vector over all readings, over the caller's memory. */
template <class T>
class TotalsOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_totals_f32, gleaner_totals_f64>;

  /* `memory`: GLEANER_TOTALS_LEN(sums) scalars. */
  Status init(size_t sums, Span<T> memory) noexcept {
    GLEANER_CALL(totals_init, &raw_, sums, memory.data(), memory.size());
  }
  Status clear() noexcept { GLEANER_CALL(totals_clear, &raw_); }
  Status observe(Span<const T> vector) noexcept {
    GLEANER_CALL(totals_observe, &raw_, vector.data(), vector.size());
  }
  Status value(size_t index, T& value) const noexcept { GLEANER_CALL(totals_value, &raw_, index, &value); }
  Status save(Span<uint8_t> bytes, size_t& written) const noexcept {
    GLEANER_CALL(totals_save, &raw_, bytes.data(), bytes.size(), &written);
  }
  Status restore(Span<const uint8_t> bytes) noexcept {
    GLEANER_CALL(totals_restore, &raw_, bytes.data(), bytes.size());
  }
  /* `options` nullptr: the defaults. `memory`: GLEANER_CALIBRATE_LEN(sums) scalars. */
  Status calibrate(const CalibrationOptions<T>* options, const Vectors<T>& vectors, Span<T> ratios, Span<T> memory,
                   CalibrationReport<T>& report) const noexcept {
    GLEANER_CALL(calibrate, &raw_, options, &vectors, ratios.data(), ratios.size(), memory.data(), memory.size(),
                 &report);
  }
  /* With `bool vector(size_t index, Span<T> vector, T& weight)`, which must not throw; a sample a ratio. */
  template <class Vector>
  Status calibrate(const CalibrationOptions<T>* options, Vector vector, Span<T> ratios, Span<T> memory,
                   CalibrationReport<T>& report) const noexcept {
    Vectors<T> vectors{};
    vectors.count = ratios.size();
    vectors.context = &vector;
    vectors.vector = [](void* context, size_t index, T* to, size_t to_len, T* weight) noexcept -> int32_t {
      return (*static_cast<Vector*>(context))(index, Span<T>(to, to_len), *weight) ? 0 : 1;
    };
    return calibrate(options, static_cast<const Vectors<T>&>(vectors), ratios, memory, report);
  }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* So many sums of a vector over all readings, with their memory. */
template <class T, size_t Sums>
class Totals : public TotalsOver<T> {
 public:
  Status init() noexcept { return TotalsOver<T>::init(Sums, memory_); }

 private:
  T memory_[GLEANER_TOTALS_LEN(Sums)]{};
};

/* Running mean and variance, over the caller's memory. */
template <class T>
class MomentsOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_moments_f32, gleaner_moments_f64>;

  /* `memory`: GLEANER_MOMENTS_LEN(features) scalars. */
  Status init(size_t features, Span<T> memory) noexcept {
    GLEANER_CALL(moments_init, &raw_, features, memory.data(), memory.size());
  }
  Status observe(Span<const T> x) noexcept { GLEANER_CALL(moments_observe, &raw_, x.data(), x.size()); }
  Status mean(size_t feature, T& mean) const noexcept { GLEANER_CALL(moments_mean, &raw_, feature, &mean); }
  Status variance(size_t feature, T& variance) const noexcept {
    GLEANER_CALL(moments_variance, &raw_, feature, &variance);
  }
  Status standardise(Span<const T> x, Span<T> result) const noexcept {
    GLEANER_CALL(moments_standardise, &raw_, x.data(), x.size(), result.data(), result.size());
  }
  Status merge(const MomentsOver& other) noexcept { GLEANER_CALL(moments_merge, &raw_, &other.raw_); }
  Status save(Span<uint8_t> bytes, size_t& written) const noexcept {
    GLEANER_CALL(moments_save, &raw_, bytes.data(), bytes.size(), &written);
  }
  Status restore(Span<const uint8_t> bytes) noexcept {
    GLEANER_CALL(moments_restore, &raw_, bytes.data(), bytes.size());
  }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Struct raw_{};
};

/* Running mean and variance of so many features, with their memory. */
template <class T, size_t Features>
class Moments : public MomentsOver<T> {
 public:
  Status init() noexcept { return MomentsOver<T>::init(Features, memory_); }

 private:
  T memory_[GLEANER_MOMENTS_LEN(Features)]{};
};

/* `(x - mean) / scale` with constants. */
template <class T>
Status standardise(Span<const T> x, Span<const T> mean, Span<const T> scale, Span<T> result) noexcept {
  GLEANER_CALL(standardise, x.data(), x.size(), mean.data(), mean.size(), scale.data(), scale.size(), result.data(),
               result.size());
}

/* An activation of this code at s; `parameter` holds up to three. */
template <class T>
Status evaluate(int32_t activation, Span<const T> parameter, T s, ActivationAt<T>& result) noexcept {
  GLEANER_CALL(activation_evaluate, activation, parameter.data(), parameter.size(), s, &result);
}

template <class T>
class StoreOver;

/* What can be read from a selector. */
template <class T>
class SampleOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_selector_f32, gleaner_selector_f64>;
  using Iterator = KeptIterator<T, SampleOver>;

  Status free_slot(uint32_t& slot) const noexcept { GLEANER_CALL(selector_free_slot, &raw_, &slot); }
  Status count(size_t& count) const noexcept { GLEANER_CALL(selector_count, &raw_, &count); }
  Status kept(size_t index, Kept<T>& kept) const noexcept { GLEANER_CALL(selector_kept, &raw_, index, &kept); }
  Status stats(Stats<T>& stats) const noexcept { GLEANER_CALL(selector_stats, &raw_, &stats); }
  /* `slots`: the array of all k + 1 payloads, of which a record takes the bytes. */
  template <class Payload>
  Status record(Span<const Payload> slots, Span<uint8_t> record, size_t& written) const noexcept {
    static_assert(__is_trivially_copyable(Payload), "a payload is its bytes");
    if (slots.size() != raw_.items_len) {
      return GLEANER_ERROR_LENGTH;
    }
    const auto* bytes = reinterpret_cast<const uint8_t*>(slots.data());
    GLEANER_CALL(selector_record, &raw_, bytes, sizeof(Payload), record.data(), record.size(), &written);
  }
  template <class Payload, size_t N>
  Status record(const Payload (&slots)[N], Span<uint8_t> record, size_t& written) const noexcept {
    return this->record(Span<const Payload>(slots), record, written);
  }
  Iterator begin() const noexcept { return Iterator(*this); }
  KeptEnd end() const noexcept { return {}; }
  constexpr const Struct& raw() const noexcept { return raw_; }

 protected:
  constexpr SampleOver() noexcept = default;
  Status copy_from(const SampleOver& from, Span<T> memory, Span<Item<T>> items) noexcept {
    GLEANER_CALL(selector_copy, &from.raw_, &raw_, memory.data(), memory.size(), items.data(), items.size());
  }
  Struct raw_{};
  friend class StoreOver<T>;
};

/* A selector over the caller's memory. */
template <class T>
class SelectorOver : public SampleOver<T> {
 public:
  /* `options` nullptr: the defaults. `memory`: GLEANER_SELECTOR_LEN scalars; `items`: GLEANER_ITEMS_LEN(k). The model
     stays in use. */
  Status init(Model<T> model, const Options<T>* options, Span<T> memory, Span<Item<T>> items) noexcept {
    GLEANER_CALL(selector_init, &this->raw_, model.raw(), options, memory.data(), memory.size(), items.data(),
                 items.size());
  }
  Status start(const Pilot<T>& pilot) noexcept { GLEANER_CALL(selector_start, &this->raw_, &pilot); }
  Status offer(Span<const T> x, Verdict<T>& verdict) noexcept {
    GLEANER_CALL(selector_offer, &this->raw_, x.data(), x.size(), nullptr, 0, &verdict);
  }
  Status offer(Span<const T> x, T label, Verdict<T>& verdict) noexcept {
    GLEANER_CALL(selector_offer, &this->raw_, x.data(), x.size(), &label, 1, &verdict);
  }
  /* With one label for each output. */
  Status offer(Span<const T> x, Span<const T> labels, Verdict<T>& verdict) noexcept {
    GLEANER_CALL(selector_offer, &this->raw_, x.data(), x.size(), labels.data(), labels.size(), &verdict);
  }
  Status begin_period() noexcept { GLEANER_CALL(selector_begin_period, &this->raw_); }
  /* With `bool recall(uint32_t slot, Span<T> x, T& label)`, or `Span<T> labels` for what the objective takes of them; it
     must not throw. */
  template <class Recall>
  Status rebase(Model<T> model, Recall recall) noexcept {
    GLEANER_CALL(selector_rebase, &this->raw_, model.raw(), recalled<Recall>, &recall);
  }
  /* With `recall` as above. `positions`: GLEANER_POSITIONS_LEN(candidates.size(), order) scalars. */
  template <class Recall>
  Status thin(size_t keep, Span<Candidate<T>> candidates, Span<T> positions, Recall recall) noexcept {
    GLEANER_CALL(selector_thin, &this->raw_, keep, candidates.data(), candidates.size(), positions.data(),
                 positions.size(), recalled<Recall>, &recall);
  }
  Status save(Span<uint8_t> bytes, size_t& written) const noexcept {
    GLEANER_CALL(selector_save, &this->raw_, bytes.data(), bytes.size(), &written);
  }
  Status restore(Span<const uint8_t> bytes) noexcept {
    GLEANER_CALL(selector_restore, &this->raw_, bytes.data(), bytes.size());
  }
  /* Becomes a copy, which goes on alone. */
  Status copy_from(const SelectorOver& from, Span<T> memory, Span<Item<T>> items) noexcept {
    return SampleOver<T>::copy_from(from, memory, items);
  }

 private:
  template <class Recall>
  static int32_t recalled(void* context, uint32_t slot, T* x, size_t x_len, T* label, size_t label_len) noexcept {
    return ask(*static_cast<Recall*>(context), slot, Span<T>(x, x_len), label, label_len, 0) ? 0 : 1;
  }
  /* One that takes a label is preferred. */
  template <class Recall>
  static auto ask(Recall& recall, uint32_t slot, Span<T> x, T* label, size_t, int) noexcept
      -> decltype(recall(slot, x, *label)) {
    return recall(slot, x, *label);
  }
  template <class Recall>
  static auto ask(Recall& recall, uint32_t slot, Span<T> x, T* label, size_t label_len, long) noexcept
      -> decltype(recall(slot, x, Span<T>(label, label_len))) {
    return recall(slot, x, Span<T>(label, label_len));
  }
};

/* A selector with its memory: `Memory` scalars as GLEANER_SELECTOR_LEN says, `Keep` kept readings. */
template <class T, size_t Memory, size_t Keep>
class Selector : public SelectorOver<T> {
 public:
  /* Payload slots that the caller has: one more than are kept. */
  static constexpr size_t slots = Keep + 1;

  Status init(Model<T> model, const Options<T>* options = nullptr) noexcept {
    return SelectorOver<T>::init(model, options, memory_, items_);
  }
  Status copy_from(const SelectorOver<T>& from) noexcept {
    return SelectorOver<T>::copy_from(from, memory_, items_);
  }
  /* Free for any use before init: as the work memory of Model::check, say. */
  Span<T> memory() noexcept { return memory_; }

 private:
  T memory_[Memory]{};
  Item<T> items_[GLEANER_ITEMS_LEN(Keep)]{};
};

/* A copy of what a selector has kept, to be read while the selector goes on. */
template <class T, size_t Keep>
class Sample : public SampleOver<T> {
 public:
  constexpr Sample() noexcept = default;
  Status copy_from(const SampleOver<T>& from) noexcept {
    return SampleOver<T>::copy_from(from, Span<T>(), items_);
  }

 private:
  Item<T> items_[GLEANER_ITEMS_LEN(Keep)]{};
};

/* A selector and its payloads in flash, over the caller's memory. Once it has a store, only read the selector itself. */
template <class T>
class StoreOver : detail::Pinned {
 public:
  using Struct = typename detail::Choice<T>::template Of<gleaner_store_f32, gleaner_store_f64>;

  /* `pages`: as many as items; `marks`: one a page of flash; `buffer`: GLEANER_STORE_BUFFER_LEN bytes. */
  Status init(SelectorOver<T>& selector, const gleaner_flash& flash, size_t payload_len, uint32_t every,
              Span<uint32_t> pages, Span<uint8_t> marks, Span<uint8_t> buffer) noexcept {
    GLEANER_CALL(store_init, &raw_, &selector.raw_, &flash, payload_len, every, pages.data(), pages.size(),
                 marks.data(), marks.size(), buffer.data(), buffer.size());
  }
  /* The store keeps the address of `flash`. */
  Status init(SelectorOver<T>&, const gleaner_flash&&, size_t, uint32_t, Span<uint32_t>, Span<uint8_t>,
              Span<uint8_t>) = delete;
  Status recover(bool& found) noexcept {
    uint32_t any = 0;
    const Status status = recover_any(any);
    found = status.ok() ? any != 0 : found;
    return status;
  }
  /* `payload`: bytes(payload), say. */
  Status offer(Span<const T> x, Span<const uint8_t> payload, Verdict<T>& verdict) noexcept {
    GLEANER_CALL(store_offer, &raw_, x.data(), x.size(), nullptr, 0, payload.data(), payload.size(), &verdict);
  }
  Status offer(Span<const T> x, T label, Span<const uint8_t> payload, Verdict<T>& verdict) noexcept {
    GLEANER_CALL(store_offer, &raw_, x.data(), x.size(), &label, 1, payload.data(), payload.size(), &verdict);
  }
  Status offer(Span<const T> x, Span<const T> labels, Span<const uint8_t> payload, Verdict<T>& verdict) noexcept {
    GLEANER_CALL(store_offer, &raw_, x.data(), x.size(), labels.data(), labels.size(), payload.data(), payload.size(),
                 &verdict);
  }
  Status commit() noexcept { GLEANER_CALL(store_commit, &raw_); }
  Status read(const Kept<T>& kept, Span<uint8_t> payload) noexcept {
    GLEANER_CALL(store_read, &raw_, &kept, payload.data(), payload.size());
  }
  Status begin_period() noexcept { GLEANER_CALL(store_begin_period, &raw_); }
  constexpr const Struct& raw() const noexcept { return raw_; }

 private:
  Status recover_any(uint32_t& found) noexcept { GLEANER_CALL(store_recover, &raw_, &found); }
  Struct raw_{};
};

/* A store of a selector of `Keep` readings on `Pages` pages of flash, with its memory: `Buffer` bytes as
   GLEANER_STORE_BUFFER_LEN says. */
template <class T, size_t Keep, size_t Pages, size_t Buffer>
class Store : public StoreOver<T> {
 public:
  Status init(SelectorOver<T>& selector, const gleaner_flash& flash, size_t payload_len, uint32_t every) noexcept {
    return StoreOver<T>::init(selector, flash, payload_len, every, pages_, marks_, buffer_);
  }
  Status init(SelectorOver<T>&, const gleaner_flash&&, size_t, uint32_t) = delete;

 private:
  uint32_t pages_[Keep + 1]{};
  uint8_t marks_[Pages]{};
  uint8_t buffer_[Buffer]{};
};

inline Status write_record(const gleaner_record_header& header, Span<const gleaner_record_item> items,
                           Span<uint8_t> record, size_t& written) noexcept {
  return gleaner_record_write(&header, items.data(), items.size(), record.data(), record.size(), &written);
}

/* `items` empty: the header alone. */
inline Status read_record(Span<const uint8_t> record, Span<gleaner_record_item> items,
                          gleaner_record_header& header) noexcept {
  return gleaner_record_read(record.data(), record.size(), items.data(), items.size(), &header);
}

/* Whose a snapshot is. */
inline Status read_snapshot(Span<const uint8_t> bytes, gleaner_snapshot_header& header) noexcept {
  return gleaner_snapshot_read(bytes.data(), bytes.size(), &header);
}

#undef GLEANER_CALL

}  // namespace gleaner

#endif  // GLEANER_HPP
