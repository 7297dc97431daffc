// Pools: the maximum or average of windows, averages of cells that cover the image, and blur filters.
#include <ATen/native/Pool.h>

#include <algorithm>

#include "fusion/maps.h"
#include "kernels/max_pool_kept.h"
#include "kernels/parallel_ranges.h"
#include "kernels/pool.h"

namespace reszoo::detail {
namespace {

using kernels::PoolShape;

/// Returns the shape of a pool of images; the output sizes are below 1 if no window fits.
PoolShape pool_shape(const Maps& x, const ops::Window& w) {
  const auto size = [&](int64_t pixels, size_t side) {
    return at::native::pooling_output_shape<int64_t>(pixels, w.kernel[side], w.padding[side], w.stride[side],
                                                     w.dilation[side], w.ceil);
  };
  return {.images = x.images,
          .rows = x.rows,
          .columns = x.columns,
          .channels = x.channels,
          .rows_out = size(x.rows, 0),
          .columns_out = size(x.columns, 1),
          .kernel_rows = w.kernel[0],
          .kernel_columns = w.kernel[1],
          .stride_rows = w.stride[0],
          .stride_columns = w.stride[1],
          .padding_rows = w.padding[0],
          .padding_columns = w.padding[1],
          .counts_padding = w.count_include_pad};
}

/// A kernel that shares the output rows of all images among the threads with `pool(x, y, first, end)`.
template <typename Pool>
Kernel pool_kernel(const PlanRequest& request, const PoolShape& shape, Shape output, Pool pool) {
  if (shape.rows_out < 1 || shape.columns_out < 1) request.reject();
  Kernel kernel{.output = std::move(output)};
  kernel.run = [shape, pool = std::move(pool)](const KernelCall& call) {
    kernels::parallel_ranges(call.threads, shape.images * shape.rows_out,
                             shape.images * shape.rows * shape.columns * shape.channels,
                             [&](int64_t first, int64_t end) { pool(call.x(), call.y, first, end); });
  };
  return kernel;
}

Kernel avg_pool_kernel(const PlanRequest& request, const PoolShape& shape, Shape output) {
  return pool_kernel(request, shape, std::move(output), [shape](const float* x, float* y, int64_t first, int64_t end) {
    kernels::avg_pool(x, shape, {}, y, first, end);
  });
}

Shape output_of(const PlanRequest& request, const PoolShape& shape) {
  return with_size(request.x(), shape.channels, shape.rows_out, shape.columns_out);
}

bool has_pixels(const Shape& x) { return x.size() == 3 || x.size() == 4; }

class MaxPoolOp : public PrimitiveOp<ops::MaxPool> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "max_pool"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!has_pixels(request.x())) request.reject();
    const auto shape = pool_shape(Maps(request.x()), primitive.window);
    if (primitive.window.dilation != std::array<int64_t, 2>{1, 1}) {
      if (shape.rows_out < 1 || shape.columns_out < 1) request.reject();
      return tensor_kernel(request, output_of(request, shape), bind({}));
    }
    const auto as = request.kept.empty() ? kernels::StoredAs{} : request.kept[0].as;
    if (as.type == kernels::StoredAs::Type::float32)
      return pool_kernel(request, shape, output_of(request, shape),
                         [shape](const float* x, float* y, int64_t first, int64_t end) {
                           kernels::max_pool(x, shape, {}, y, first, end);
                         });
    auto kernel = pool_kernel(request, shape, output_of(request, shape),
                              [shape, as](const float* x, float* y, int64_t first, int64_t end) {
                                kernels::max_pool_kept(x, as.type, shape, y, first, end);
                              });
    kernel.reads = {as};
    kernel.writes = as;
    return kernel;
  }

  bool reads_kept() const override { return true; }
};

class AvgPoolOp : public PrimitiveOp<ops::AvgPool> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "avg_pool"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!has_pixels(request.x())) request.reject();
    const auto shape = pool_shape(Maps(request.x()), primitive.window);
    return avg_pool_kernel(request, shape, output_of(request, shape));
  }
};

/// The mean of each channel of images that are kept in another form than float32.
Kernel mean_kernel(const PlanRequest& request, const kernels::StoredAs& as, Shape output) {
  Kernel kernel{.output = std::move(output), .reads = {as}};
  kernel.run = [maps = Maps(request.x()), as](const KernelCall& call) {
    constexpr int64_t kBlock = 64;  // channels of a thread
    const auto blocks = (maps.channels + kBlock - 1) / kBlock;
    const auto* x = reinterpret_cast<const uint8_t*>(call.x());
    kernels::parallel_ranges(call.threads, maps.images * blocks, maps.elements(), [&](int64_t first, int64_t end) {
      for (int64_t i = first; i < end; ++i) {
        const auto image = i / blocks, from = i % blocks * kBlock, count = std::min(kBlock, maps.channels - from);
        auto* y = call.y + image * maps.channels + from;
        std::fill(y, y + count, 0.0f);
        for (int64_t pixel = 0; pixel < maps.pixels(); ++pixel)
          kernels::accumulate_stored(x + ((image * maps.pixels() + pixel) * maps.channels + from) * as.bytes(), as,
                                     count, y);
        for (int64_t c = 0; c < count; ++c) y[c] /= static_cast<float>(maps.pixels());
      }
    });
  };
  return kernel;
}

class AdaptiveAvgPoolOp : public PrimitiveOp<ops::AdaptiveAvgPool> {
 public:
  AdaptiveAvgPoolOp(const ops::AdaptiveAvgPool& pool, bool flat) : PrimitiveOp(pool), flat_(flat) {}
  std::string kind() const override { return is_global() ? "avg_pool" : "adaptive_avg_pool"; }

  /// Cells of equal size are ordinary windows.
  Kernel plan(const PlanRequest& request) const override {
    if (!has_pixels(request.x())) request.reject();
    const Maps x(request.x());
    if (x.rows < 1 || x.columns < 1) request.reject();
    const auto rows = primitive.rows ? primitive.rows : x.rows,
               columns = primitive.columns ? primitive.columns : x.columns;
    const bool alike = x.rows % rows == 0 && x.columns % columns == 0;
    const std::array<int64_t, 2> cell{alike ? x.rows / rows : 1, alike ? x.columns / columns : 1};
    auto shape = pool_shape(x, {.kernel = cell, .stride = cell});
    shape.rows_out = rows;
    shape.columns_out = columns;
    shape.adaptive = !alike;
    const auto as = request.kept.empty() ? kernels::StoredAs{} : request.kept[0].as;
    if (is_global() && as.type != kernels::StoredAs::Type::float32)
      return mean_kernel(request, as, flat_ ? Shape{x.images, x.channels} : output_of(request, shape));
    return avg_pool_kernel(request, shape, flat_ ? Shape{x.images, x.channels} : output_of(request, shape));
  }

  TensorFunction bind(const TensorType& type) const override {
    if (!is_global()) return PrimitiveOp::bind(type);
    return [flat = flat_](const auto& inputs) {
      const auto& x = inputs[0];
      return x.dim() == 4 ? x.mean({2, 3}, /*keepdim=*/!flat) : x.mean({2}, /*keepdim=*/!flat);
    };
  }

 private:
  bool is_global() const { return primitive.rows == 1 && primitive.columns == 1; }

  bool flat_;
};

class BlurPoolOp : public PrimitiveOp<ops::BlurPool> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "blur_pool"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto size = primitive.filter.size(0), border = size / 2, stride = primitive.stride;
    if (request.x().size() != 4) request.reject();
    const Maps x(request.x());
    if (std::min(x.rows, x.columns) <= border) request.reject();
    const auto shape = pool_shape(x, {.kernel = {size, size}, .stride = {stride, stride}, .padding = {border, border}});
    return pool_kernel(request, shape, output_of(request, shape),
                       [shape, filter = primitive.filter.to(at::kFloat).contiguous()](const float* from, float* y,
                                                                                      int64_t first, int64_t end) {
                         kernels::blur_pool(from, filter.const_data_ptr<float>(), shape, {}, y, first, end);
                       });
  }
};

}  // namespace

std::shared_ptr<const FusedOp> make_pool(const ops::AdaptiveAvgPool& pool, bool flat) {
  return std::make_shared<AdaptiveAvgPoolOp>(pool, flat);
}

void add_pool_ops(FusedOps& ops) {
  ops.add<MaxPoolOp>();
  ops.add<AvgPoolOp>();
  ops.add<BlurPoolOp>();
}

}  // namespace reszoo::detail
