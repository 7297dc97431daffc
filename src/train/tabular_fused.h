/// Forward and backward of a tabular network in fused passes.
#pragma once
#include "kernels/gemm.h"
#include "train/tabular_workspace.h"

namespace reszoo::detail {

/// Computes what the output layer reads, and updates the running statistics of the norms.
///
/// The rows are shared out among the threads. A part goes through a whole block
/// without waiting for the others, who are met only where a norm needs the
/// statistics of all: one parallel section a block.
///
/// Shape: x (N, in) to (N, width), in the memory's own buffer.
Tensor pass_forward(FusedTraining::Memory& memory, const TabularPlan& plan, const Tensor& x);

/// Writes the gradient of each parameter into its tensor of `gradients`, where it
/// is defined, and returns that of x where `wants_input`.
Tensor pass_backward(FusedTraining::Memory& memory, const TabularTensors& weights, const Tensor& x,
                     const Tensor& gradient, const TabularTensors& gradients, bool wants_input);

inline float* data(const Tensor& vector) { return static_cast<float*>(vector.mutable_data_ptr()); }

/// Where a part of the rows begins.
inline float* data(const Tensor& matrix, const Part& part) { return data(matrix) + part.first * matrix.size(1); }

inline const float* read(const Tensor& vector) { return static_cast<const float*>(vector.const_data_ptr()); }

/// nullptr for an empty tensor.
inline const float* read_any(const Tensor& vector) { return vector.numel() > 0 ? read(vector) : nullptr; }

inline kernels::Affine behind(const LinearTensors& layer) {
  return {.scale = read_any(layer.s), .bias = read(layer.bias)};
}

/// out = x times the matrix (in, out), a product of its own for each member's part of a row.
inline void product(const Tensor& x, const Tensor& matrix, const Tensor& out, int64_t members, const Part& part) {
  const auto in = matrix.size(0), columns = matrix.size(1);
  kernels::multiply({data(x, part), in, 1}, read(matrix), data(out, part), {part.count * members, columns, in});
}

}  // namespace reszoo::detail
