/// Rows to train on or to measure on, a batch at a time.
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/preprocess/examples.h"

namespace reszoo {

using at::Tensor;

namespace detail {
class Loader;

/// What random choices about the rows of a pass follow from.
struct RandomKey {
  uint64_t seed;
  int64_t epoch;
};
}  // namespace detail

/// Some rows of a dataset.
struct Batch {
  Tensor inputs;        ///< what the network takes
  Tensor targets;       ///< what the loss takes
  Tensor weights = {};  ///< (N) float32, how much each row counts; undefined: all the same
  /// The targets of what inputs were mixed with, see MixupCutmix: the loss is lam * loss(targets) + (1 - lam) *
  /// loss(targets_b). Undefined: nothing was mixed.
  Tensor targets_b = {};
  double lam = 1;
  Tensor rows = {};  ///< (N) int64, the numbers of these rows
};

/// How inputs are made that are not in memory.
struct LoaderOptions {
  int64_t workers = 1;   ///< threads beside the caller's; 0: the caller makes each batch when it needs it
  int64_t prefetch = 2;  ///< batches that are made before they are asked for
  /// Rows that may be left out because their file is bad; one more is an error.
  int64_t bad_limit = 0;
  /// Called once for each row that is left out.
  std::function<void(int64_t row, const std::string& why)> on_bad = {};
};

/// A dataset: inputs with their targets; the first dimension counts rows.
///
/// Inputs are tensors in memory, or Examples, which threads make some batches ahead. Dataset are the same for any
/// number of threads. Copies share the data.
class Dataset {
 public:
  using Prepare = std::function<Tensor(const Tensor& raw)>;

  /// Inputs may be raw: `prepare` maps a raw batch to the network's input, batch by batch.
  ///
  /// Shape: inputs (N, ...), targets (N, ...), N > 0; weights (N) or undefined.
  /// Throws: Error (input) if they differ in N or have no rows.
  Dataset(Tensor inputs, Tensor targets, Prepare prepare = {}, Tensor weights = {});

  /// Shape: targets (N, ...), N = inputs.count > 0. Throws: Error (input) as above.
  Dataset(Examples inputs, Tensor targets, LoaderOptions loading = {}, Tensor weights = {});

  class Loader;

  /// A pass in the order of the rows, with inputs to measure on.
  /// Throws: Error (usage) if batch_size < 1.
  Loader sequential(int64_t batch_size) const;

  /// A pass with inputs to train on, in an order that depends on (rows, seed, epoch) alone: no other random number is
  /// with_sampling_weights, whatever was done before. Random choices about a row follow from (seed, epoch, row). So a
  /// pass that begins with the batch `first` (from 0) gives the same batches as a whole pass from there on. Throws:
  /// Error (usage) if batch_size < 1 or there is no batch `first`.
  Loader shuffled(int64_t batch_size, uint64_t seed, int64_t epoch, int64_t first = 0) const;

  /// The number of batches of a pass. Throws: Error (usage) if batch_size < 1.
  int64_t batches(int64_t batch_size) const;

  /// The same data on `device`; shares the tensors that are there already.
  Dataset to(c10::Device device) const;

  /// The same rows with these weights (N).
  Dataset weighted(Tensor weights) const;

  /// The same rows, but `shuffled` draws as many as there are with replacement, each with a probability in proportion
  /// to its chance (N): rare classes as often as others.
  /// Throws: Error (input) for chances that are negative, not finite or all 0.
  Dataset with_sampling_weights(Tensor chances) const;

  int64_t rows() const { return targets_.size(0); }
  const Tensor& targets() const { return targets_; }
  const Tensor& weights() const { return weights_; }
  /// The inputs in memory; undefined for Examples.
  const Tensor& inputs() const { return inputs_; }
  /// The shape of one input as it is stored or made, without the dimension of rows.
  std::vector<int64_t> input_shape() const;

 private:
  struct BadRows;

  void check_weights() const;
  Tensor draw(uint64_t seed, int64_t epoch) const;

  Tensor inputs_, targets_, weights_, chances_;
  Prepare prepare_;
  Examples examples_;
  LoaderOptions how_;
  std::shared_ptr<BadRows> bad_;
  c10::Device device_ = at::kCPU;
};

/// One pass over the rows, a batch after the other. A last batch of one row is merged into the one before (batch norm
/// cannot train on one row). It shares the data, and can be moved but not copied.
///
///     for (const auto& batch : data.shuffled(256, seed, epoch)) train_on(batch);
class Dataset::Loader {
 public:
  Loader(Loader&&) noexcept;
  Loader& operator=(Loader&&) noexcept;
  ~Loader();

  /// The number of batches of the whole pass.
  int64_t size() const { return size_; }

  /// The next batch; nothing after the last one. It has fewer rows than asked for, or none, where files are bad; in
  /// training none where one row is left. Where inputs are made by threads, these begin at the first call.
  /// Throws: Error (file) for a bad file too many.
  std::optional<Batch> next();

  class Iterator;
  Iterator begin();  ///< takes the next batch
  std::default_sentinel_t end() const { return {}; }

 private:
  friend class Dataset;
  Loader(const Dataset& data, Tensor order, int64_t batch_size, int64_t first, std::optional<detail::RandomKey> random);
  std::pair<int64_t, int64_t> range(int64_t batch) const;  ///< first row and count
  void start_loader();
  Batch from_memory() const;
  Batch from_loader();

  std::shared_ptr<const Dataset> data_;
  Tensor order_;  ///< (N) row numbers, or undefined: as they come
  int64_t batch_size_, size_, position_;
  std::optional<detail::RandomKey> random_;  ///< of inputs to train on
  std::unique_ptr<detail::Loader> loader_;   ///< of Examples, from the first batch on
};

/// An input iterator over the batches that are left.
class Dataset::Loader::Iterator {
 public:
  using value_type = Batch;
  using difference_type = std::ptrdiff_t;

  explicit Iterator(Loader& pass) : pass_(&pass), batch_(pass.next()) {}
  const Batch& operator*() const { return *batch_; }
  const Batch* operator->() const { return &*batch_; }
  Iterator& operator++() {
    batch_ = pass_->next();
    return *this;
  }
  void operator++(int) { ++*this; }
  bool operator==(std::default_sentinel_t) const { return !batch_; }

 private:
  Loader* pass_;
  std::optional<Batch> batch_;
};

inline Dataset::Loader::Iterator Dataset::Loader::begin() { return Iterator(*this); }

/// A permutation of 0 .. rows - 1 that depends on the arguments alone. (rows) int64.
Tensor epoch_order(int64_t rows, uint64_t seed, int64_t epoch);

}  // namespace reszoo
