/// Forward and backward pass of a tabular k-ensemble, its output layer included.
#pragma once
#include "train/ensemble_memory.h"

namespace reszoo::detail {

/// Computes the outputs of all members, (N, k, outputs), and updates the running statistics of the norms. The input is
/// in `memory`.
///
/// A member's scales are not applied to rows but to its matrices, which are small: as many elements as a hundred rows.
Tensor ensemble_forward(EnsembleMemory& memory, const TabularPlan& plan);

/// Writes the gradient of each parameter to its tensor in `gradients`, where that is defined. Returns the gradient of
/// the plain features if `wants_input` is true. `gradient` (N, k, outputs) is dense.
Tensor ensemble_backward(EnsembleMemory& memory, const TabularTensors& weights, const Tensor& gradient,
                         const TabularTensors& gradients, bool wants_input);

/// Writes the gradients of what the members share, from each member's part of them.
void add_members(const EnsembleMemory& memory, const TabularTensors& gradients);

/// Returns the gradient of the features: the sum over the members of their gradients times their matrices.
Tensor features_backward(const EnsembleMemory& memory);

/// One member's part of tensors that have k equal parts.
struct MemberOf {
  int64_t index, members;

  /// Returns nullptr for a tensor that is undefined or empty.
  float* of(const Tensor& tensor) const {
    if (!tensor.defined() || tensor.numel() == 0) return nullptr;
    return static_cast<float*>(tensor.mutable_data_ptr()) + index * (tensor.numel() / members);
  }
  const float* read_of(const Tensor& tensor) const {
    if (!tensor.defined() || tensor.numel() == 0) return nullptr;
    return static_cast<const float*>(tensor.const_data_ptr()) + index * (tensor.numel() / members);
  }
};

/// Scale and shift of a member's last norm, which the ReLU follows; 1 and 0 if there is no norm.
struct HeadNorm {
  /// Copies them to two vectors of scratch memory.
  HeadNorm(const NormTensors& norm, const MemberOf& member, int64_t width, float* scale, float* shift);

  /// out = relu(normed * scale + shift).
  void activate(const float* normed, float* out, int64_t rows) const;

  int64_t width;
  const float *scale, *shift;
};

}  // namespace reszoo::detail
