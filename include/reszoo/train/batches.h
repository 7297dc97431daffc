/// Rows to train on or to measure on, a batch at a time.
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/preprocess/examples.h"

namespace reszoo {

using at::Tensor;

struct Batch {
  Tensor inputs;        ///< what the network takes
  Tensor targets;       ///< what the loss takes
  Tensor weights = {};  ///< (N) float32, how much each row counts; undefined: all the same
  /// What inputs were mixed with, see Mix: the loss is share * loss(targets) + (1 - share) *
  /// loss(mixed_targets). Undefined: nothing.
  Tensor mixed_targets = {};
  double share = 1;
  Tensor rows = {};  ///< (N) int64, the numbers of these rows
};

/// How inputs are made that are not in memory.
struct LoaderOptions {
  int64_t workers = 1;  ///< threads beside the caller's; 0: the caller makes them when it needs them
  int64_t ahead = 2;    ///< batches that are made before they are asked for
  /// Rows that may be left out because their file is bad; one more is an error.
  int64_t bad_limit = 0;
  /// Told once of each row that is left out.
  std::function<void(int64_t row, const std::string& why)> on_bad = {};
};

/// A dataset: inputs with their targets; the first dimension counts rows.
///
/// Inputs are tensors in memory, or Examples: made by threads, some batches ahead. What
/// comes out is the same for any number of threads. Copies share the data.
class Batches {
 public:
  using Prepare = std::function<Tensor(const Tensor& raw)>;

  /// Inputs may be raw: `prepare` maps a raw batch to the network's input, batch by batch.
  ///
  /// Shape: inputs (N, ...), targets (N, ...), N > 0; weights (N) or undefined.
  /// Throws: Error (input) if they differ in N or have no rows.
  Batches(Tensor inputs, Tensor targets, Prepare prepare = {}, Tensor weights = {});

  /// Shape: targets (N, ...), N = inputs.count > 0. Throws: Error (input) as above.
  Batches(Examples inputs, Tensor targets, LoaderOptions how = {}, Tensor weights = {});

  /// One pass over the rows, cut into batches of `batch_size` rows. A last batch
  /// of one row is merged into the one before (batch norm cannot train on one row).
  class Pass {
   public:
    Pass(Pass&&) noexcept;
    Pass& operator=(Pass&&) noexcept;
    ~Pass();

    /// The number of batches.
    int64_t size() const { return size_; }

    /// The batch `i` (from 0). Fewer rows than asked for, or none, where files are bad; in
    /// training none where one is left.
    /// Throws: Error (file) for a bad file too many.
    Batch operator[](int64_t i) const;

   private:
    friend class Batches;
    struct Loading;
    Pass(const Batches& data, Tensor order, int64_t batch_size, std::unique_ptr<Loading> loading);
    std::pair<int64_t, int64_t> range(int64_t i) const;  ///< first row and count
    Batch made(int64_t i) const;

    const Batches* data_;
    Tensor order_;  ///< (N) row numbers, or undefined: as they come
    int64_t batch_size_, size_;
    std::unique_ptr<Loading> loading_;
  };

  /// A pass in the order as it is, with inputs to measure on. The pass refers to this object.
  /// Throws: Error (usage) if batch_size < 1.
  Pass in_order(int64_t batch_size) const;

  /// A pass with inputs to train on in an order that depends on (rows, seed, epoch) alone: no
  /// other random number is drawn, whatever was done before. Random choices about a row follow
  /// from (seed, epoch, row).
  Pass shuffled(int64_t batch_size, uint64_t seed, int64_t epoch) const;

  /// The same data on `device`; shares the tensors that are there already.
  Batches to(c10::Device device) const;

  /// The same rows with these weights (N).
  Batches weighted(Tensor weights) const;

  /// The same rows, of which `shuffled` draws as many as there are, with replacement, each as
  /// likely as its chance (N) says: rare classes as often as others.
  /// Throws: Error (input) for chances that are negative, not finite or all 0.
  Batches drawn(Tensor chances) const;

  int64_t rows() const { return targets_.size(0); }
  const Tensor& targets() const { return targets_; }
  const Tensor& weights() const { return weights_; }
  /// The inputs in memory; undefined of Examples.
  const Tensor& inputs() const { return inputs_; }
  /// Of one input as it is stored or made, without the dimension of rows.
  std::vector<int64_t> input_shape() const;

 private:
  struct BadRows;

  Tensor inputs_, targets_, weights_, chances_;
  Prepare prepare_;
  Examples examples_;
  LoaderOptions how_;
  std::shared_ptr<BadRows> bad_;
  c10::Device device_ = at::kCPU;
};

/// A permutation of 0 .. rows - 1 that depends on the arguments alone. (rows) int64.
Tensor epoch_order(int64_t rows, uint64_t seed, int64_t epoch);

}  // namespace reszoo
