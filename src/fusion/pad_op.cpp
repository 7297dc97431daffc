// Zero padding of images, and zero channels.
#include <algorithm>

#include "fusion/maps.h"
#include "kernels/parallel_ranges.h"

namespace reszoo::detail {
namespace {

void pad_line(const ops::Pad& pad, const Maps& x, const float* image, int64_t line, float* y) {
  const auto channels = x.channels, row = line - pad.top;
  const auto value = static_cast<float>(pad.value);
  if (row < 0 || row >= x.rows) {
    std::fill_n(y, (x.columns + pad.left + pad.right) * channels, value);
    return;
  }
  y = std::fill_n(y, pad.left * channels, value);
  y = std::copy_n(image + row * x.columns * channels, x.columns * channels, y);
  std::fill_n(y, pad.right * channels, value);
}

class PadOp : public PrimitiveOp<ops::Pad> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "pad"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& shape = request.x();
    if (shape.size() != 3 && shape.size() != 4) request.reject();
    const Maps x(shape);
    const auto& pad = primitive;
    const auto rows = x.rows + pad.top + pad.bottom, columns = x.columns + pad.left + pad.right;
    const bool cuts = std::min({pad.left, pad.right, pad.top, pad.bottom}) < 0;
    if (rows < 1 || columns < 1 || x.rows < 1 || x.columns < 1) request.reject();
    const auto output = with_size(shape, x.channels, rows, columns);
    if (cuts || (shape.size() == 3 && rows != 1)) return tensor_kernel(request, output, bind({}));
    Kernel kernel{.output = output};
    kernel.run = [pad, x, rows, line_size = columns * x.channels](const KernelCall& call) {
      kernels::parallel_ranges(call.threads, x.images * rows, x.images * rows * line_size,
                               [&](int64_t first, int64_t end) {
                                 for (int64_t line = first; line < end; ++line)
                                   pad_line(pad, x, call.x() + line / rows * x.pixels() * x.channels, line % rows,
                                            call.y + line * line_size);
                               });
    };
    return kernel;
  }
};

class PadChannelsOp : public PrimitiveOp<ops::PadChannels> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "pad_channels"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& shape = request.x();
    if (!is_maps(shape)) request.reject();
    const Maps x(shape);
    const auto stride = primitive.stride, rows = (x.rows + stride - 1) / stride,
               columns = (x.columns + stride - 1) / stride;
    const auto channels = x.channels + primitive.before + primitive.after;
    Kernel kernel{.output = with_size(shape, channels, rows, columns)};
    kernel.run = [pad = primitive, x, rows, columns, channels](const KernelCall& call) {
      kernels::parallel_ranges(
          call.threads, x.images * rows, x.images * rows * columns * channels, [&](int64_t first, int64_t end) {
            auto* to = call.y + first * columns * channels;
            for (int64_t line = first; line < end; ++line) {
              const auto* from = call.x() + (line / rows * x.rows + line % rows * pad.stride) * x.columns * x.channels;
              for (int64_t column = 0; column < columns; ++column, from += pad.stride * x.channels) {
                to = std::fill_n(to, pad.before, 0.0f);
                to = std::copy_n(from, x.channels, to);
                to = std::fill_n(to, pad.after, 0.0f);
              }
            }
          });
    };
    return kernel;
  }
};

}  // namespace

void add_pad_ops(FusedOps& ops) {
  ops.add<PadOp>();
  ops.add<PadChannelsOp>();
}

}  // namespace reszoo::detail
