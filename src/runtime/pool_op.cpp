// Pools: the maximum or average of windows, averages of cells that cover the image, and blur filters.
#include <algorithm>

#include "kernels/max_pool_kept.h"
#include "kernels/parallel_ranges.h"
#include "kernels/pool.h"
#include "runtime/maps.h"
#include "runtime/ops.h"

namespace reszoo::detail {

void describe(Fields& each, ops::Window& window) {
  each("kernel", window.kernel);
  each("stride", window.stride);
  each("padding", window.padding);
  each("dilation", window.dilation);
  each("ceil", window.ceil);
  each("count_include_pad", window.count_include_pad);
}

void describe(Fields& each, ops::MaxPool& pool) { describe(each, pool.window); }

void describe(Fields& each, ops::AvgPool& pool) { describe(each, pool.window); }

void describe(Fields& each, CellPool& cells) {
  each("rows", cells.pool.rows);
  each("columns", cells.pool.columns);
  each("flat", cells.flat);
}

void describe(Fields& each, BlurPool& blur) {
  each("filter", blur.filter);
  each("stride", blur.stride);
}

namespace {

using kernels::PoolShape;

/// Returns the number of windows along a side, as LibTorch counts them: with `ceil` a window may lie partly beyond the
/// end, but begins within the input or the padding before it. 0 for windows that LibTorch refuses.
int64_t windows_of(int64_t size, const ops::Window& w, size_t side) {
  const auto kernel = w.kernel[side], stride = w.stride[side], padding = w.padding[side], dilation = w.dilation[side];
  if (!is_part(kernel, 1) || !is_part(stride, 1) || !is_part(dilation, 1) || !is_part(padding, 0)) return 0;
  const auto reach = dilation * (kernel - 1) + 1;  // of a window, in pixels
  if (padding > reach / 2) return 0;
  const auto room = size + 2 * padding - reach + (w.ceil ? stride - 1 : 0);
  if (room < 0) return 0;
  const auto count = room / stride + 1;
  return w.ceil && (count - 1) * stride >= size + padding ? count - 1 : count;
}

/// Returns the shape of a pool of images; the output sizes are below 1 if no window fits.
PoolShape pool_shape(const Maps& x, const ops::Window& w) {
  return {.images = x.images,
          .rows = x.rows,
          .columns = x.columns,
          .channels = x.channels,
          .rows_out = windows_of(x.rows, w, 0),
          .columns_out = windows_of(x.columns, w, 1),
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

class MaxPoolOp : public DataOp<ops::MaxPool> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "max_pool"; }
  const char* name() const override { return "max_pool"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!has_pixels(request.x())) request.reject();
    const auto shape = pool_shape(Maps(request.x()), data.window);
    if (data.window.dilation != std::array<int64_t, 2>{1, 1}) {
      if (shape.rows_out < 1 || shape.columns_out < 1) request.reject();
      return {.output = output_of(request, shape)};
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

class AvgPoolOp : public DataOp<ops::AvgPool> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "avg_pool"; }
  const char* name() const override { return "avg_pool"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!has_pixels(request.x())) request.reject();
    const auto shape = pool_shape(Maps(request.x()), data.window);
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

class CellPoolOp : public DataOp<CellPool> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return is_global() ? "avg_pool" : "adaptive_avg_pool"; }
  const char* name() const override { return "adaptive_avg_pool"; }

  /// Cells of equal size are ordinary windows.
  Kernel plan(const PlanRequest& request) const override {
    if (!has_pixels(request.x())) request.reject();
    const Maps x(request.x());
    if (x.rows < 1 || x.columns < 1) request.reject();
    const auto rows = data.pool.rows ? data.pool.rows : x.rows,
               columns = data.pool.columns ? data.pool.columns : x.columns;
    if (!is_part(rows, 1) || !is_part(columns, 1) || (data.flat && !is_global())) request.reject();
    const bool alike = x.rows % rows == 0 && x.columns % columns == 0;
    const std::array<int64_t, 2> cell{alike ? x.rows / rows : 1, alike ? x.columns / columns : 1};
    auto shape = pool_shape(x, {.kernel = cell, .stride = cell});
    shape.rows_out = rows;
    shape.columns_out = columns;
    shape.adaptive = !alike;
    const auto as = request.kept.empty() ? kernels::StoredAs{} : request.kept[0].as;
    if (is_global() && as.type != kernels::StoredAs::Type::float32)
      return mean_kernel(request, as, data.flat ? Shape{x.images, x.channels} : output_of(request, shape));
    return avg_pool_kernel(request, shape, data.flat ? Shape{x.images, x.channels} : output_of(request, shape));
  }

 private:
  bool is_global() const { return data.pool.rows == 1 && data.pool.columns == 1; }
};

class BlurPoolOp : public DataOp<BlurPool> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "blur_pool"; }
  const char* name() const override { return "blur_pool"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& filter = data.filter;
    if (request.x().size() != 4 || filter.shape().size() != 2 || filter.size(0) != filter.size(1)) request.reject();
    const auto size = filter.size(0), border = size / 2, stride = data.stride;
    const Maps x(request.x());
    if (std::min(x.rows, x.columns) <= border) request.reject();
    const auto shape = pool_shape(x, {.kernel = {size, size}, .stride = {stride, stride}, .padding = {border, border}});
    return pool_kernel(request, shape, output_of(request, shape),
                       [shape, filter](const float* from, float* y, int64_t first, int64_t end) {
                         kernels::blur_pool(from, filter.data(), shape, {}, y, first, end);
                       });
  }
};

}  // namespace

std::shared_ptr<const FusedOp> make_op(const ops::MaxPool& pool) { return std::make_shared<const MaxPoolOp>(pool); }

std::shared_ptr<const FusedOp> make_op(const ops::AvgPool& pool) { return std::make_shared<const AvgPoolOp>(pool); }

std::shared_ptr<const FusedOp> make_op(const BlurPool& pool) { return std::make_shared<const BlurPoolOp>(pool); }

std::shared_ptr<const FusedOp> make_op(const CellPool& pool) { return std::make_shared<const CellPoolOp>(pool); }

void add_pool_readers(OpReaders& readers) {
  readers.add<ops::MaxPool>("max_pool");
  readers.add<ops::AvgPool>("avg_pool");
  readers.add<BlurPool>("blur_pool");
  readers.add<CellPool>("adaptive_avg_pool");
}

}  // namespace reszoo::detail
