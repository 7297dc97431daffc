// Zero padding of images, and zero channels.
#include <algorithm>
#include <cstdlib>

#include "kernels/parallel_ranges.h"
#include "runtime/maps.h"
#include "runtime/ops.h"

namespace reszoo::detail {

void describe(Fields& each, ops::Pad& pad) {
  each("left", pad.left);
  each("right", pad.right);
  each("top", pad.top);
  each("bottom", pad.bottom);
  each("value", pad.value);
}

void describe(Fields& each, ops::PadChannels& pad) {
  each("before", pad.before);
  each("after", pad.after);
  each("stride", pad.stride);
}

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

class PadOp : public DataOp<ops::Pad> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "pad"; }
  const char* name() const override { return "pad"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& shape = request.x();
    if (shape.size() != 3 && shape.size() != 4) request.reject();
    const Maps x(shape);
    const auto& pad = data;
    for (const auto side : {pad.left, pad.right, pad.top, pad.bottom})
      if (!is_part(std::abs(side), 0)) request.reject();
    const auto rows = x.rows + pad.top + pad.bottom, columns = x.columns + pad.left + pad.right;
    const bool cuts = std::min({pad.left, pad.right, pad.top, pad.bottom}) < 0;
    if (rows < 1 || columns < 1 || x.rows < 1 || x.columns < 1) request.reject();
    const auto output = with_size(shape, x.channels, rows, columns);
    Kernel kernel{.output = output};
    if (cuts || (shape.size() == 3 && rows != 1)) return kernel;
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

class PadChannelsOp : public DataOp<ops::PadChannels> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "pad_channels"; }
  const char* name() const override { return "pad_channels"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& shape = request.x();
    if (!is_maps(shape) || !is_part(data.stride, 1) || !is_part(data.before, 0) || !is_part(data.after, 0))
      request.reject();
    const Maps x(shape);
    const auto stride = data.stride, rows = (x.rows + stride - 1) / stride, columns = (x.columns + stride - 1) / stride;
    const auto channels = x.channels + data.before + data.after;
    Kernel kernel{.output = with_size(shape, channels, rows, columns)};
    kernel.run = [pad = data, x, rows, columns, channels](const KernelCall& call) {
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

std::shared_ptr<const FusedOp> make_op(const ops::Pad& pad) { return std::make_shared<const PadOp>(pad); }

std::shared_ptr<const FusedOp> make_op(const ops::PadChannels& pad) {
  return std::make_shared<const PadChannelsOp>(pad);
}

void add_pad_readers(OpReaders& readers) {
  readers.add<ops::Pad>("pad");
  readers.add<ops::PadChannels>("pad_channels");
}

}  // namespace reszoo::detail
