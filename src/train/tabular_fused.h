/// Forward and backward pass of a plain tabular network in fused passes.
#pragma once
#include "kernels/gemm.h"
#include "train/tabular_workspace.h"

namespace reszoo::detail {

/// Computes the input of the output layer, and updates the running statistics of the norms.
///
/// The rows are divided among the threads. Each thread takes its rows through a whole block without waiting for the
/// others. Threads are synchronized only where a norm needs the statistics of all rows: one parallel section per block.
///
/// Shape: x (N, in) to (N, width), stored in a buffer of `memory`.
Tensor pass_forward(FusedTraining::Memory& memory, const TabularPlan& plan, const Tensor& x);

/// Writes the gradient of each parameter to its tensor in `gradients`, where that is defined. Returns the gradient of x
/// if `wants_input` is true.
Tensor pass_backward(FusedTraining::Memory& memory, const TabularTensors& weights, const Tensor& x,
                     const Tensor& gradient, const TabularTensors& gradients, bool wants_input);

inline float* data(const Tensor& vector) { return static_cast<float*>(vector.mutable_data_ptr()); }

/// Returns a pointer to the first row of the part.
inline float* data(const Tensor& matrix, const Part& part) { return data(matrix) + part.first * matrix.size(1); }

inline const float* read(const Tensor& vector) { return static_cast<const float*>(vector.const_data_ptr()); }

/// out = x times the matrix (in, out).
inline void product(const Tensor& x, const Tensor& matrix, const Tensor& out, const Part& part) {
  const auto in = matrix.size(0), columns = matrix.size(1);
  kernels::multiply({data(x, part), in, 1}, read(matrix), data(out, part), {part.count, columns, in});
}

}  // namespace reszoo::detail
