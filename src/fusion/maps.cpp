#include "fusion/maps.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/silu.h>

#include "kernels/parallel_ranges.h"
#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

Tensor& activate_(const ops::Activation& activation, Tensor& y) {
  using Kind = ops::Activation::Kind;
  switch (activation.kind) {
    case Kind::relu: return y.relu_();
    case Kind::leaky_relu: return at::leaky_relu_(y, activation.slope);
    case Kind::gelu: return at::gelu_(y);
    case Kind::gelu_tanh: return at::gelu_(y, "tanh");
    case Kind::silu: return at::silu_(y);
    case Kind::hard_swish: return at::hardswish_(y);
    case Kind::sigmoid: return y.sigmoid_();
  }
  return y;
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
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

Tensor as_tensor(const float* data, const Shape& shape) {
  return at::from_blob(const_cast<float*>(data), shape, kept_strides(shape), at::kFloat);
}

int64_t elements_of(const Shape& shape) {
  int64_t count = 1;
  for (const auto size : shape) count *= size;
  return count;
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
  auto all = at::from_blob(y, {elements}, at::kFloat);
  activate_(activation, all);
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

Tensor apply_epilogue(const Epilogue& epilogue, Tensor y, const Tensor& residual) {
  if (epilogue.residual) y.add_(residual);
  if (epilogue.activation) activate_(*epilogue.activation, y);
  return y;
}

Kernel tensor_kernel(const PlanRequest& request, Shape output, TensorFunction function) {
  Kernel kernel{.output = std::move(output), .by_libtorch = true};
  kernel.run = [inputs = request.inputs, output = kernel.output, epilogue = request.epilogue,
                function = std::move(function)](const KernelCall& call) {
    std::vector<Tensor> tensors;
    for (size_t i = 0; i + (epilogue.residual ? 1 : 0) < inputs.size(); ++i)
      tensors.push_back(as_tensor(call.inputs[i], inputs[i]));
    as_tensor(call.y, output).copy_(function(tensors));
    apply_epilogue(epilogue, call.residual(epilogue), call.y, elements_of(output), call.threads);
  };
  return kernel;
}

}  // namespace reszoo::detail
