/// Forward and backward of a tabular network in fused passes.
#pragma once
#include "train/fast_memory.h"

namespace reszoo::detail {

/// Computes the outputs (N, outputs) of rows (N, in), and updates the running
/// statistics of the norms.
///
/// The rows are cut into a part a thread. A part goes through a whole block
/// without waiting for the others, who are met only where a norm needs the
/// statistics of all: one parallel section a block.
Tensor pass_forward(FastForward::Memory& memory, const TabularPlan& plan, const TabularTensors& weights,
                    const Tensor& x);

/// Writes the gradient of each parameter into its tensor of `gradients`, where it
/// is defined, and returns that of x where `wants_input`.
Tensor pass_backward(FastForward::Memory& memory, const TabularTensors& weights, const Tensor& x,
                     const Tensor& output_gradient, const TabularTensors& gradients, bool wants_input);

inline Tensor rows_of(const Tensor& matrix, const Rows& rows) { return matrix.narrow(0, rows.first, rows.count); }

inline float* data(const Tensor& matrix, const Rows& rows) {
  return static_cast<float*>(matrix.mutable_data_ptr()) + rows.first * rows.width;
}

inline float* data(const Tensor& vector) { return static_cast<float*>(vector.mutable_data_ptr()); }

inline const float* read(const Tensor& vector) { return static_cast<const float*>(vector.const_data_ptr()); }

}  // namespace reszoo::detail
