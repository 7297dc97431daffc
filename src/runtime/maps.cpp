#include "runtime/maps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "kernels/parallel_ranges.h"
#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

/// x if it is above 0, else x * slope.
void leaky_relu(double slope, float* y, int64_t elements) {
  const auto factor = static_cast<float>(slope);
  for (int64_t i = 0; i < elements; ++i) y[i] = y[i] > 0 ? y[i] : y[i] * factor;
}

/// 0.5 x (1 + tanh(u)), which is x sigmoid(2 u), with u = sqrt(2 / pi) (x + 0.044715 x^3).
void gelu_tanh(float* y, int64_t elements) {
  constexpr int64_t kAtOnce = 256;
  const auto factor = static_cast<float>(2 * std::sqrt(2 / std::numbers::pi));
  std::array<float, kAtOnce> gate{};
  for (int64_t first = 0; first < elements; first += kAtOnce) {
    const auto count = std::min(kAtOnce, elements - first);
    auto* x = y + first;
    for (int64_t i = 0; i < count; ++i) gate[static_cast<size_t>(i)] = factor * (x[i] + 0.044715f * x[i] * x[i] * x[i]);
    kernels::activate(kernels::Activation::sigmoid, gate.data(), 1, count, count);
    for (int64_t i = 0; i < count; ++i) x[i] *= gate[static_cast<size_t>(i)];
  }
}

}  // namespace

void PlanRequest::reject() const { fail(ErrorKind::input, "{}: cannot be run on ({})", key, fmt::join(x(), ", ")); }

Shape with_size(Shape shape, int64_t channels, int64_t rows, int64_t columns) {
  shape[1] = channels;
  if (shape.size() > 3) shape[2] = rows;
  if (shape.size() > 2) shape.back() = columns;
  return shape;
}

std::vector<int64_t> kept_strides(const Shape& shape) {
  if (shape.size() == 4) return {shape[1] * shape[2] * shape[3], 1, shape[1] * shape[3], shape[1]};
  if (shape.size() == 3) return {shape[1] * shape[2], 1, shape[1]};
  return row_major_strides(shape);
}

std::vector<int64_t> row_major_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

kernels::Activation kernel_activation(const Epilogue& epilogue) {
  using Kind = ops::Activation::Kind;
  if (!epilogue.activation) return kernels::Activation::none;
  switch (epilogue.activation->kind) {
    case Kind::relu: return kernels::Activation::relu;
    case Kind::gelu: return kernels::Activation::gelu;
    case Kind::silu: return kernels::Activation::silu;
    case Kind::hard_swish: return kernels::Activation::hard_swish;
    case Kind::sigmoid: return kernels::Activation::sigmoid;
    case Kind::leaky_relu:
    case Kind::gelu_tanh: return kernels::Activation::none;
  }
  return kernels::Activation::none;
}

void apply_rest(const Epilogue& epilogue, float* y, int64_t elements) {
  if (epilogue.activation && kernel_activation(epilogue) == kernels::Activation::none)
    apply_activation(*epilogue.activation, y, elements);
}

void apply_activation(const ops::Activation& activation, float* y, int64_t elements) {
  const auto native = kernel_activation({.activation = activation});
  if (native != kernels::Activation::none) return kernels::activate(native, y, 1, elements, elements);
  if (activation.kind == ops::Activation::Kind::leaky_relu) return leaky_relu(activation.slope, y, elements);
  gelu_tanh(y, elements);
}

void apply_epilogue(const Epilogue& epilogue, const float* residual, float* y, int64_t elements, int64_t threads) {
  if (epilogue.empty()) return;
  kernels::parallel_ranges(threads, elements, elements, [&](int64_t first, int64_t end) {
    if (epilogue.residual)
      kernels::add(y + first, residual + first, kernel_activation(epilogue), y + first, end - first);
    else kernels::activate(kernel_activation(epilogue), y + first, 1, end - first, end - first);
    apply_rest(epilogue, y + first, end - first);
  });
}

void copy_strided(const float* from, const std::vector<int64_t>& from_strides, float* to,
                  const std::vector<int64_t>& to_strides, const Shape& shape) {
  if (elements_of(shape) == 0) return;
  if (shape.empty()) {
    *to = *from;
    return;
  }
  const auto last = shape.size() - 1;
  Shape place(shape.size(), 0);  // of the first value of a line along the last dimension
  for (;;) {
    const auto* in = from;
    auto* out = to;
    for (size_t i = 0; i < last; ++i) {
      in += place[i] * from_strides[i];
      out += place[i] * to_strides[i];
    }
    for (int64_t i = 0; i < shape[last]; ++i) out[i * to_strides[last]] = in[i * from_strides[last]];
    auto moved = last;
    while (moved-- > 0 && ++place[moved] == shape[moved]) place[moved] = 0;
    if (moved == SIZE_MAX) return;
  }
}

}  // namespace reszoo::detail
