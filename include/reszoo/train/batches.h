/// Batches of tensors that are held in memory.
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <functional>

namespace reszoo {

using at::Tensor;

struct Batch {
  Tensor inputs;   ///< what the network takes
  Tensor targets;  ///< what the loss takes
  Tensor weights = {};  ///< (N) float32, how much each row counts; undefined: all the same
};

/// A dataset as two tensors: the first dimension counts rows.
///
/// Inputs may be raw (uint8 images): `prepare` maps a raw batch to the network's
/// input, batch by batch. Copies share the tensors.
class TensorBatches {
 public:
  using Prepare = std::function<Tensor(const Tensor& raw)>;

  /// Shape: inputs (N, ...), targets (N, ...), N > 0; weights (N) or undefined.
  /// Throws: Error (input) if they differ in N or have no rows.
  TensorBatches(Tensor inputs, Tensor targets, Prepare prepare = {}, Tensor weights = {});

  /// One pass over the rows, cut into batches of `batch_size` rows. A last batch
  /// of one row is merged into the one before (batch norm cannot train on one row).
  class Pass {
   public:
    /// The number of batches.
    int64_t size() const { return size_; }

    /// The batch `i` (from 0).
    Batch operator[](int64_t i) const;

   private:
    friend class TensorBatches;
    Pass(const TensorBatches& data, Tensor order, int64_t batch_size);

    const TensorBatches* data_;
    Tensor order_;  ///< (N) row numbers, or undefined: as they come
    int64_t batch_size_, size_;
  };

  /// A pass in the order as it is. The pass refers to this object.
  /// Throws: Error (usage) if batch_size < 1.
  Pass in_order(int64_t batch_size) const;

  /// A pass in an order that depends on (rows, seed, epoch) alone: no other
  /// random number is drawn, whatever was done before.
  Pass shuffled(int64_t batch_size, uint64_t seed, int64_t epoch) const;

  /// The same data on `device`; shares the tensors that are there already.
  TensorBatches to(c10::Device device) const;

  /// The same rows with these weights (N).
  TensorBatches weighted(Tensor weights) const { return {inputs_, targets_, prepare_, std::move(weights)}; }

  int64_t rows() const { return targets_.size(0); }
  const Tensor& inputs() const { return inputs_; }
  const Tensor& targets() const { return targets_; }
  const Tensor& weights() const { return weights_; }

 private:
  Tensor inputs_, targets_, weights_;
  Prepare prepare_;
};

/// A permutation of 0 .. rows - 1 that depends on the arguments alone. (rows) int64.
Tensor epoch_order(int64_t rows, uint64_t seed, int64_t epoch);

}  // namespace reszoo
