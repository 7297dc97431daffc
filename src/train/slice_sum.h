/// Adds the gradients of the slices of a batch.
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>

#include "train/team.h"

namespace reszoo::detail {

/// Adds the gradients of the slices of a batch, in this process and over all.
class SliceSum {
 public:
  virtual ~SliceSum() = default;

  /// Runs the backward pass of a part of a slice. `last`: of the slice. A slice without rows has a part without loss,
  /// which is undefined.
  virtual void backward(const Tensor& loss, bool last) = 0;

  /// Ends a slice. `extra` is added over the slices too: a vector of the parameters' type.
  virtual void end_slice(const Tensor& extra) = 0;

  /// Ends the batch: the gradients of the parameters become the sums over all slices. Returns the sum of `extra`.
  /// `report`, float64 on the CPU, is added over the processes.
  virtual Tensor finish(Tensor& report) = 0;
};

/// Returns a sum for the parameters that need a gradient. With shards it is a fixed binary tree, otherwise LibTorch's
/// Reducer.
std::unique_ptr<SliceSum> make_slice_sum(const Team& team, const std::vector<Tensor>& parameters, bool shards);

}  // namespace reszoo::detail
