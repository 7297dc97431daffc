/// Shapes and memory of results: channels-last for images and sequences, row-major for others.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/epilogue.h"
#include "runtime/fused_op.h"

namespace reszoo::detail {

/// Table rows (N, C), sequences (N, C, L) and images (N, C, H, W) in one form: pixels with C channels.
struct Maps {
  int64_t images = 0, channels = 0, rows = 1, columns = 1;

  explicit Maps(const Shape& shape)
      : images(shape[0]),
        channels(shape[1]),
        rows(shape.size() > 3 ? shape[2] : 1),
        columns(shape.size() > 2 ? shape.back() : 1) {}

  int64_t pixels() const { return rows * columns; }  ///< pixels of an image
  int64_t elements() const { return images * pixels() * channels; }
};

/// Whether the shape is one of table rows, sequences or images.
inline bool is_maps(const Shape& shape) { return shape.size() >= 2 && shape.size() <= 4; }

/// Returns `shape` with other channels and other sides.
Shape with_size(Shape shape, int64_t channels, int64_t rows, int64_t columns);

/// Returns the strides of a result of this shape: channels-last, or row-major if the shape is none of the above.
std::vector<int64_t> kept_strides(const Shape& shape);

/// Returns the strides of dense values in row-major order.
std::vector<int64_t> row_major_strides(const Shape& shape);

/// Returns the activation of an epilogue that our kernels apply; `none` if they do not have it.
kernels::Activation kernel_activation(const Epilogue& epilogue);

/// Applies the activation of an epilogue in place if our kernels do not have it.
void apply_rest(const Epilogue& epilogue, float* y, int64_t elements);

/// Applies the whole epilogue in place. `residual` is not read if the epilogue has none.
void apply_epilogue(const Epilogue& epilogue, const float* residual, float* y, int64_t elements, int64_t threads);
void apply_activation(const ops::Activation& activation, float* y, int64_t elements);

/// Copies values from one layout to another; strides are in values.
void copy_strided(const float* from, const std::vector<int64_t>& from_strides, float* to,
                  const std::vector<int64_t>& to_strides, const Shape& shape);

}  // namespace reszoo::detail
