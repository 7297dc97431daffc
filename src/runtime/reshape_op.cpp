// Operations that only change the shape. Images are channels-last, so flattening more than one pixel has to move data.
#include <algorithm>

#include "kernels/parallel_ranges.h"
#include "runtime/maps.h"
#include "runtime/ops.h"

namespace reszoo::detail {

void describe(Fields& each, ops::Flatten& flatten) { each("end", flatten.end); }

void describe(Fields& each, ops::Unflatten& unflatten) {
  each("dimension", unflatten.dimension);
  each("sizes", unflatten.sizes);
}

void describe(Fields& each, ops::PixelShuffle& shuffle) { each("factor", shuffle.factor); }

namespace {

/// A kernel that keeps all elements in their order. It does nothing if the result overwrites the input.
Kernel relabelled(const PlanRequest& request, Shape output) {
  Kernel kernel{.output = std::move(output), .overwrites = 0};
  kernel.run = [elements = elements_of(request.x())](const KernelCall& call) {
    if (call.y != call.x()) std::copy_n(call.x(), elements, call.y);
  };
  return kernel;
}

/// A kernel that keeps all elements in row-major order, which is not that of their memory.
Kernel reordered(const PlanRequest& request, const Shape& output) {
  Kernel kernel{.output = output};
  kernel.run = [from = request.x(), output](const KernelCall& call) {
    // One of the two is row-major, or both are not: through a row-major copy.
    if (kept_strides(output) == row_major_strides(output))
      return copy_strided(call.x(), kept_strides(from), call.y, row_major_strides(from), from);
    std::vector<float> plain(static_cast<size_t>(elements_of(from)));
    copy_strided(call.x(), kept_strides(from), plain.data(), row_major_strides(from), from);
    copy_strided(plain.data(), row_major_strides(output), call.y, kept_strides(output), output);
  };
  return kernel;
}

/// Whether a result has no more than one pixel, so that its elements are (N, C) in memory.
bool is_pixel(const Shape& x) {
  return x.size() >= 2 && std::all_of(x.begin() + 2, x.end(), [](int64_t size) { return size == 1; });
}

/// An operation that gives its input another shape.
template <typename Data>
class ReshapeOp : public DataOp<Data> {
 public:
  using DataOp<Data>::DataOp;

  Kernel plan(const PlanRequest& request) const override {
    const auto output = shape_of(request);
    const bool keeps_order = is_pixel(request.x()) && is_pixel(output) && request.x()[1] == output[1];
    return keeps_order ? relabelled(request, output) : reordered(request, output);
  }

 private:
  virtual Shape shape_of(const PlanRequest& request) const = 0;
};

class FlattenOp : public ReshapeOp<ops::Flatten> {
 public:
  using ReshapeOp::ReshapeOp;
  std::string kind() const override { return "flatten"; }
  const char* name() const override { return "flatten"; }

 private:
  Shape shape_of(const PlanRequest& request) const override {
    const auto& x = request.x();
    const auto last = data.end < 0 ? data.end + std::ssize(x) : data.end;
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
  const char* name() const override { return "unflatten"; }

 private:
  Shape shape_of(const PlanRequest& request) const override {
    const auto& x = request.x();
    const auto at = data.dimension < 0 ? data.dimension + std::ssize(x) : data.dimension;
    if (at < 0 || at >= std::ssize(x)) request.reject();
    auto sizes = data.sizes;
    if (!std::ranges::all_of(sizes, [](int64_t size) { return size == -1 || is_part(size, 1); })) request.reject();
    if (sizes.size() > 8) request.reject();
    const auto split = x[static_cast<size_t>(at)], unknown = std::ranges::count(sizes, -1);
    const auto known = unknown == 1 ? -elements_of(sizes) : elements_of(sizes);
    if (unknown > 1 || known < 1 || split % known != 0 || (unknown == 0 && split != known)) request.reject();
    std::ranges::replace(sizes, -1, split / known);
    auto output = x;
    output.erase(output.begin() + at);
    output.insert(output.begin() + at, sizes.begin(), sizes.end());
    return output;
  }
};

/// A pixel's channels are C groups of f x f, (row, column): one line of the input gives f lines.
void shuffle_line(const Maps& x, int64_t factor, const float* line, int64_t row, float* y) {
  const auto channels = x.channels / (factor * factor);
  for (int64_t pixel = 0; pixel < x.columns; ++pixel, line += x.channels)
    for (int64_t column = 0; column < factor; ++column)
      for (int64_t c = 0; c < channels; ++c) *y++ = line[(c * factor + row) * factor + column];
}

class PixelShuffleOp : public DataOp<ops::PixelShuffle> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "pixel_shuffle"; }
  const char* name() const override { return "pixel_shuffle"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto factor = data.factor;
    if (request.x().size() != 4 || !is_part(factor, 1) || request.x()[1] % (factor * factor)) request.reject();
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

std::shared_ptr<const FusedOp> make_op(const ops::Flatten& flatten) {
  return std::make_shared<const FlattenOp>(flatten);
}

std::shared_ptr<const FusedOp> make_op(const ops::Unflatten& unflatten) {
  return std::make_shared<const UnflattenOp>(unflatten);
}

std::shared_ptr<const FusedOp> make_op(const ops::PixelShuffle& shuffle) {
  return std::make_shared<const PixelShuffleOp>(shuffle);
}

void add_reshape_readers(OpReaders& readers) {
  readers.add<ops::Flatten>("flatten");
  readers.add<ops::Unflatten>("unflatten");
  readers.add<ops::PixelShuffle>("pixel_shuffle");
}

}  // namespace reszoo::detail
