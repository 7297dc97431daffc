/// Shapes and memory of results: maps with channels last, and what is not a map.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "fusion/fused_op.h"
#include "kernels/epilogue.h"

namespace reszoo::detail {

/// Rows (N, C), sequences (N, C, L) and maps (N, C, H, W) alike: pixels of C channels.
struct Maps {
  int64_t images = 0, channels = 0, rows = 1, columns = 1;

  explicit Maps(const Shape& shape)
      : images(shape[0]),
        channels(shape[1]),
        rows(shape.size() > 3 ? shape[2] : 1),
        columns(shape.size() > 2 ? shape.back() : 1) {}

  int64_t pixels() const { return rows * columns; }  ///< of an image
  int64_t elements() const { return images * pixels() * channels; }
};

/// Whether the shape is of rows, sequences or maps.
inline bool is_maps(const Shape& shape) { return shape.size() >= 2 && shape.size() <= 4; }

/// `shape` with other numbers of pixels and channels.
Shape with_size(Shape shape, int64_t channels, int64_t rows, int64_t columns);

/// The strides in which a result of this shape is kept: channels last, or row-major if it is no map.
std::vector<int64_t> kept_strides(const Shape& shape);

/// The memory of a result as a tensor, which does not own it.
Tensor as_tensor(const float* data, const Shape& shape);

int64_t elements_of(const Shape& shape);

/// The activation of an epilogue as our kernels apply it; `none` where they do not have it.
kernels::Activation kernel_activation(const Epilogue& epilogue);

/// The activation of an epilogue, on what a kernel stored, where kernels do not have it.
void apply_rest(const Epilogue& epilogue, float* y, int64_t elements);

/// All of an epilogue, on what is stored; `residual` is not read without one.
void apply_epilogue(const Epilogue& epilogue, const float* residual, float* y, int64_t elements, int64_t threads);
void apply_activation(const ops::Activation& activation, float* y, int64_t elements);
Tensor apply_epilogue(const Epilogue& epilogue, Tensor y, const Tensor& residual);

/// A kernel that runs an operation on tensors and stores its result, with the epilogue.
Kernel tensor_kernel(const PlanRequest& request, Shape output, TensorFunction function);

}  // namespace reszoo::detail
