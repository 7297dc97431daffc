/// Datasets for training and evaluation, read in batches.
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
class WindowedOrder;

/// The seed of the random choices about the rows of a pass.
struct RandomKey {
  uint64_t seed;
  int64_t epoch;
};
}  // namespace detail

/// The slices of each batch that a pass gives: `count` from `first` on, of `of`. A slice has at least two rows, on
/// which batch norm can train, or none; the last one of a batch may have three, or the only row.
struct BatchSlices {
  int64_t first = 0, count = 1, of = 1;

  /// Returns the first row of a slice in a batch of `rows` rows. That of the slice `of` is the end.
  int64_t begin(int64_t rows, int64_t slice) const { return slice == of ? rows : rows / 2 * slice / of * 2; }
};

/// Some rows of a dataset.
struct Batch {
  Tensor inputs;        ///< the network's inputs
  Tensor targets;       ///< the loss's targets
  Tensor weights = {};  ///< (N) float32 sample weights; undefined: all the same
  /// The targets of the inputs that were mixed in, see MixupCutmix. The loss is lam * loss(targets) + (1 - lam) *
  /// loss(targets_b). Undefined: no mixing.
  Tensor targets_b = {};
  double lam = 1;
  Tensor rows = {};         ///< (N) int64 row indices
  BatchSlices slices = {};  ///< which slices of the whole batch these rows are
  /// The rows of each slice of the whole batch; empty if it is not divided. Of a slice that another pass gives it is
  /// less than 0 if bad files may be left out there.
  std::vector<int64_t> slice_rows = {};
};

/// Options for loading inputs that are not in memory.
struct LoaderOptions {
  int64_t workers =
      1;  ///< loading threads in addition to the caller's; 0: the caller loads each batch when it needs it
  int64_t prefetch = 2;  ///< batches that are loaded ahead
  /// How many rows with bad files may be left out. One more is an error.
  int64_t bad_limit = 0;
  /// Called once for each row that is left out.
  std::function<void(int64_t row, const std::string& why)> on_bad = {};
};

/// Inputs with their targets; the first dimension is the rows.
///
/// Inputs are tensors in memory, or Examples, which threads load some batches ahead. The batches are the same for any
/// number of threads. Copies share the data.
class Dataset {
 public:
  using Prepare = std::function<Tensor(const Tensor& raw)>;

  /// Creates a dataset in memory. Inputs may be raw: `prepare` converts each raw batch to the network's input.
  ///
  /// Shape: inputs (N, ...), targets (N, ...), N > 0; weights (N) or undefined.
  /// Throws: Error (input) if they differ in N or have no rows.
  Dataset(Tensor inputs, Tensor targets, Prepare prepare = {}, Tensor weights = {});

  /// Creates a dataset of Examples.
  ///
  /// Shape: targets (N, ...), N = inputs.count > 0; weights (N) or undefined.
  /// Throws: Error (input) as above.
  Dataset(Examples inputs, Tensor targets, LoaderOptions loading = {}, Tensor weights = {});

  class Loader;

  /// Returns a pass in row order, with inputs as they are for evaluation: all batches, or those from `first` up to
  /// `end`.
  /// Throws: Error (usage) if batch_size < 1.
  Loader sequential(int64_t batch_size) const;
  Loader sequential(int64_t batch_size, int64_t first, int64_t end) const;

  /// Returns a pass in random order, with inputs as they are for training. The order depends on (rows, seed, epoch)
  /// alone: it uses no other random state, whatever ran before. Random choices about a row depend on (seed, epoch,
  /// row). A pass that starts with the batch `first` (from 0) therefore gives the same batches as a whole pass from
  /// there on.
  /// Of tensors with more rows than the window (`with_shuffle_window`), blocks of 16,384 rows are put in random order,
  /// and as many of them as make a window are shuffled at a time. If the tensors are mapped files, the pages of the
  /// next window are asked for, and those of the last one released. Throws: Error (usage) if batch_size < 1 or there is
  /// no batch `first`.
  ///
  /// With `slices`, the pass gives only these of each batch, and loads no other rows. In training, a slice with a
  /// single remaining row is emptied.
  Loader shuffled(int64_t batch_size, uint64_t seed, int64_t epoch, int64_t first = 0,
                  const BatchSlices& slices = {}) const;

  /// Returns the number of batches of a pass.
  /// Throws: Error (usage) if batch_size < 1.
  int64_t batches(int64_t batch_size) const;

  /// Returns the same data on `device`; tensors that are already there are shared.
  Dataset to(c10::Device device) const;

  /// Returns the same rows for a random order that needs memory for `window` rows: see `shuffled`. 0: for all.
  /// Throws: Error (usage) for less than 0.
  Dataset with_shuffle_window(int64_t window) const;

  /// Returns some rows of data in memory: int64 indices.
  /// Throws: Error (usage) for Examples.
  Dataset select(const Tensor& rows) const;

  /// Returns the same rows with these sample weights (N).
  Dataset weighted(Tensor weights) const;

  /// Returns the same rows with weighted sampling: `shuffled` draws as many rows as there are with replacement, each
  /// with a probability proportional to its entry in `chances` (N). With it, rare classes can be drawn as often as
  /// others.
  /// Throws: Error (input) for chances that are negative, not finite or all 0.
  Dataset with_sampling_weights(Tensor chances) const;

  int64_t rows() const { return targets_.size(0); }
  const Tensor& targets() const { return targets_; }
  const Tensor& weights() const { return weights_; }
  /// Returns the inputs in memory; undefined for Examples.
  const Tensor& inputs() const { return inputs_; }
  /// Returns the shape of one input as it is stored or loaded, without N.
  std::vector<int64_t> input_shape() const;

 private:
  struct BadRows;

  void check_weights() const;
  Tensor draw(uint64_t seed, int64_t epoch) const;

  Tensor inputs_, targets_, weights_, chances_;
  int64_t shuffle_window_ = 0;
  Prepare prepare_;
  Examples examples_;
  LoaderOptions how_;
  std::shared_ptr<BadRows> bad_;
  c10::Device device_ = at::kCPU;
};

/// One pass over the rows in batches. If the last batch would have a single row, it is merged into the one before,
/// because batch norm cannot train on one row. It shares the data. It can be moved but not copied.
///
///     for (const auto& batch : data.shuffled(256, seed, epoch)) train_on(batch);
class Dataset::Loader {
 public:
  Loader(Loader&&) noexcept;
  Loader& operator=(Loader&&) noexcept;
  ~Loader();

  /// Returns the number of batches of the whole pass.
  int64_t size() const { return size_; }

  /// Returns the next batch, or nothing after the last one. A batch has fewer rows, or none, where files are bad; in
  /// training, a batch with a single remaining row is emptied. Loading threads start at the first call.
  /// Throws: Error (file) for a bad file beyond `bad_limit`.
  std::optional<Batch> next();

  class Iterator;
  Iterator begin();  ///< reads the first batch
  std::default_sentinel_t end() const { return {}; }

 private:
  friend class Dataset;
  Loader(const Dataset& data, Tensor order, int64_t batch_size, int64_t first, std::optional<detail::RandomKey> random);
  std::pair<int64_t, int64_t> range(int64_t batch) const;   ///< first row and number of rows
  std::pair<int64_t, int64_t> wanted(int64_t batch) const;  ///< the same of the wanted slices
  std::vector<int64_t> slice_rows(int64_t batch) const;
  void start_loader();
  Batch from_memory() const;
  Batch from_loader();
  Tensor rows_of(int64_t first, int64_t count) const;

  std::shared_ptr<const Dataset> data_;
  Tensor order_;  ///< (N) row indices; undefined: in row order, or as the windows say
  std::unique_ptr<detail::WindowedOrder> windows_;
  int64_t batch_size_, size_, position_, end_;
  BatchSlices slices_;
  std::optional<detail::RandomKey> random_;  ///< for inputs to train on
  std::unique_ptr<detail::Loader> loader_;   ///< for Examples, from the first batch on
};

/// An input iterator over the remaining batches.
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

/// Returns a permutation of 0 .. rows - 1, (rows) int64, that depends on the arguments alone.
Tensor epoch_order(int64_t rows, uint64_t seed, int64_t epoch);

}  // namespace reszoo
