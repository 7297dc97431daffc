// Pools: the largest or the average number of windows, and averages of cells that cover the map.
#include <ATen/native/Pool.h>

#include "fusion/maps.h"
#include "infer/deal.h"
#include "infer/pool_kernels.h"

namespace reszoo::detail {
namespace {

using PoolFunction = void (*)(const float* x, const PoolShape& shape, float* y, int64_t first, int64_t end);

/// The shape of a pool of maps; sizes below 1 if there is no window in them.
PoolShape pool_shape(const Maps& x, const ops::Window& w) {
  const auto size = [&](int64_t pixels, size_t side) {
    return at::native::pooling_output_shape<int64_t>(pixels, w.kernel[side], w.padding[side], w.stride[side],
                                                     w.dilation[side], w.ceil);
  };
  return {x.images,
          x.rows,
          x.columns,
          x.channels,
          size(x.rows, 0),
          size(x.columns, 1),
          w.kernel[0],
          w.kernel[1],
          w.stride[0],
          w.stride[1],
          w.padding[0],
          w.padding[1],
          w.count_include_pad};
}

Kernel pool_kernel(const PlanRequest& request, const PoolShape& shape, PoolFunction pool, Shape output) {
  if (shape.rows_out < 1 || shape.columns_out < 1) request.reject();
  Kernel kernel{.output = std::move(output)};
  kernel.run = [shape, pool](const KernelCall& call) {
    deal_out_numbers(call.threads, shape.images * shape.rows_out,
                     shape.images * shape.rows * shape.columns * shape.channels,
                     [&](int64_t first, int64_t end) { pool(call.x(), shape, call.y, first, end); });
  };
  return kernel;
}

bool has_pixels(const Shape& x) {
  return x.size() == 3 || x.size() == 4;
}

class MaxPoolOp : public PrimitiveOp<ops::MaxPool> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "max_pool"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!has_pixels(request.x())) request.reject();
    const auto shape = pool_shape(Maps(request.x()), primitive.window);
    const auto output = with_size(request.x(), shape.channels, shape.rows_out, shape.columns_out);
    if (primitive.window.dilation != std::array<int64_t, 2>{1, 1}) {
      if (shape.rows_out < 1 || shape.columns_out < 1) request.reject();
      return tensor_kernel(request, output, bind({}));
    }
    return pool_kernel(request, shape, pool_maximum, output);
  }
};

class AvgPoolOp : public PrimitiveOp<ops::AvgPool> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "avg_pool"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!has_pixels(request.x())) request.reject();
    const auto shape = pool_shape(Maps(request.x()), primitive.window);
    return pool_kernel(request, shape, pool_average,
                       with_size(request.x(), shape.channels, shape.rows_out, shape.columns_out));
  }
};

/// Cells that are all alike are windows; others are computed by LibTorch.
class AdaptiveAvgPoolOp : public PrimitiveOp<ops::AdaptiveAvgPool> {
 public:
  AdaptiveAvgPoolOp(const ops::AdaptiveAvgPool& pool, bool flat) : PrimitiveOp(pool), flat_(flat) {}
  std::string kind() const override { return primitive.rows == 1 && primitive.columns == 1 ? "avg_pool" : "adaptive_avg_pool"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!has_pixels(request.x())) request.reject();
    const Maps x(request.x());
    if (x.rows < 1 || x.columns < 1) request.reject();
    const auto rows = primitive.rows ? primitive.rows : x.rows, columns = primitive.columns ? primitive.columns : x.columns;
    const auto output =
        flat_ ? Shape{x.images, x.channels} : with_size(request.x(), x.channels, rows, columns);
    if (x.rows % rows || x.columns % columns) return tensor_kernel(request, output, bind({}));
    const std::array<int64_t, 2> cell{x.rows / rows, x.columns / columns};
    return pool_kernel(request, pool_shape(x, {.kernel = cell, .stride = cell}), pool_average, output);
  }

  TensorFunction bind(const TensorType& type) const override {
    if (primitive.rows != 1 || primitive.columns != 1) return PrimitiveOp::bind(type);
    return [flat = flat_](const auto& inputs) {
      const auto& x = inputs[0];
      return x.dim() == 4 ? x.mean({2, 3}, /*keepdim=*/!flat) : x.mean({2}, /*keepdim=*/!flat);
    };
  }

 private:
  bool flat_;
};

}  // namespace

std::shared_ptr<const FusedOp> make_op(const ops::MaxPool& pool) {
  return std::make_shared<MaxPoolOp>(pool);
}

std::shared_ptr<const FusedOp> make_op(const ops::AvgPool& pool) {
  return std::make_shared<AvgPoolOp>(pool);
}

std::shared_ptr<const FusedOp> make_pool(const ops::AdaptiveAvgPool& pool, bool flat) {
  return std::make_shared<AdaptiveAvgPoolOp>(pool, flat);
}

}  // namespace reszoo::detail
