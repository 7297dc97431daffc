// Operations that only change the shape. Images are channels-last, so flattening more than one pixel has to move data.
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "fusion/maps.h"
#include "kernels/parallel_ranges.h"

namespace reszoo::detail {
namespace {

/// A kernel that keeps all elements in their order. It does nothing if the result overwrites the input.
Kernel relabelled(const PlanRequest& request, Shape output) {
  Kernel kernel{.output = std::move(output), .overwrites = 0};
  kernel.run = [elements = elements_of(request.x())](const KernelCall& call) {
    if (call.y != call.x()) std::copy_n(call.x(), elements, call.y);
  };
  return kernel;
}

/// Whether a result has no more than one pixel, so that its elements are (N, C) in memory.
bool is_pixel(const Shape& x) {
  return x.size() >= 2 && std::all_of(x.begin() + 2, x.end(), [](int64_t size) { return size == 1; });
}

/// An operation that gives its input another shape.
template <typename Primitive>
class ReshapeOp : public PrimitiveOp<Primitive> {
 public:
  using PrimitiveOp<Primitive>::PrimitiveOp;

  Kernel plan(const PlanRequest& request) const override {
    const auto output = shape_of(request);
    const bool keeps_order = is_pixel(request.x()) && is_pixel(output) && request.x()[1] == output[1];
    return keeps_order ? relabelled(request, output) : tensor_kernel(request, output, this->bind({}));
  }

 private:
  virtual Shape shape_of(const PlanRequest& request) const = 0;
};

class FlattenOp : public ReshapeOp<ops::Flatten> {
 public:
  using ReshapeOp::ReshapeOp;
  std::string kind() const override { return "flatten"; }

 private:
  Shape shape_of(const PlanRequest& request) const override {
    const auto& x = request.x();
    const auto last = primitive.end < 0 ? primitive.end + std::ssize(x) : primitive.end;
    if (x.size() < 2 || last < 1 || last >= std::ssize(x)) request.reject();
    Shape output{x[0], 1};
    for (size_t i = 1; i < x.size(); ++i)
      if (static_cast<int64_t>(i) <= last) output[1] *= x[i];
      else output.push_back(x[i]);
    return output;
  }
};

class UnflattenOp : public ReshapeOp<ops::Unflatten> {
 public:
  using ReshapeOp::ReshapeOp;
  std::string kind() const override { return "unflatten"; }

 private:
  Shape shape_of(const PlanRequest& request) const override {
    const auto& x = request.x();
    const auto at = primitive.dimension < 0 ? primitive.dimension + std::ssize(x) : primitive.dimension;
    if (at < 0 || at >= std::ssize(x)) request.reject();
    return at::zeros({1}).expand(x).unflatten(at, primitive.sizes).sizes().vec();
  }
};

/// A pixel's channels are C groups of f x f, (row, column): one line of the input gives f lines.
void shuffle_line(const Maps& x, int64_t factor, const float* line, int64_t row, float* y) {
  const auto channels = x.channels / (factor * factor);
  for (int64_t pixel = 0; pixel < x.columns; ++pixel, line += x.channels)
    for (int64_t column = 0; column < factor; ++column)
      for (int64_t c = 0; c < channels; ++c) *y++ = line[(c * factor + row) * factor + column];
}

class PixelShuffleOp : public PrimitiveOp<ops::PixelShuffle> {
 public:
  using PrimitiveOp::PrimitiveOp;
  static constexpr auto kEpilogue = EpilogueSupport::residual_and_activation;
  std::string kind() const override { return "pixel_shuffle"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto factor = primitive.factor;
    if (request.x().size() != 4 || factor < 1 || request.x()[1] % (factor * factor)) request.reject();
    const Maps x(request.x());
    Kernel kernel{.output = {x.images, x.channels / (factor * factor), x.rows * factor, x.columns * factor}};
    kernel.run = [x, factor, epilogue = request.epilogue](const KernelCall& call) {
      const auto size = x.columns * x.channels;  // of a line of the input
      kernels::parallel_ranges(call.threads, x.images * x.rows, x.elements(), [&](int64_t first, int64_t end) {
        for (int64_t line = first; line < end; ++line)
          for (int64_t row = 0; row < factor; ++row)
            shuffle_line(x, factor, call.x() + line * size, row, call.y + line * size + row * size / factor);
      });
      apply_epilogue(epilogue, call.residual(epilogue), call.y, x.elements(), call.threads);
    };
    return kernel;
  }
};

}  // namespace

void add_reshape_ops(FusedOps& ops) {
  ops.add<FlattenOp>();
  ops.add<UnflattenOp>();
  ops.add<PixelShuffleOp>();
}

}  // namespace reszoo::detail
