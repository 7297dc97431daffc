#include "fusion/tensors.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_strided.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/silu.h>

#include "reszoo/base/spilled.h"

namespace reszoo::detail {
namespace {

struct TensorOwner : ArrayOwner {
  explicit TensorOwner(Tensor tensor_) : tensor(std::move(tensor_)) {}
  void release_pages(const void*, size_t) const override { reszoo::release_pages(tensor); }

  const Tensor tensor;
};

template <typename Value>
Array<Value> values_of(const Tensor& tensor) {
  if (!tensor.defined()) return {};
  if (!tensor.is_cpu()) return {tensor.sizes().vec(), nullptr, nullptr};
  const Tensor dense = tensor.detach().to(c10::CppTypeToScalarType<Value>::value).contiguous();
  return {dense.sizes().vec(), dense.const_data_ptr<Value>(), std::make_shared<const TensorOwner>(dense)};
}

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

InputView view_of(const Tensor& x) { return {x.const_data_ptr<float>(), x.sizes().vec(), x.strides().vec()}; }

/// Calls `run` with memory for outputs and returns these.
template <typename Run>
std::vector<Tensor> outputs_of(size_t count, const Run& run) {
  std::vector<Tensor> outputs(count);
  run([&](size_t number, const Shape& shape) {
    const auto strides = shape.size() == 4 ? kept_strides(shape) : row_major_strides(shape);
    outputs[number] = at::empty_strided(shape, strides, at::kFloat);
    return outputs[number].template mutable_data_ptr<float>();
  });
  return outputs;
}

}  // namespace

Floats floats_of(const Tensor& tensor) { return values_of<float>(tensor); }

Doubles doubles_of(const Tensor& tensor) { return values_of<double>(tensor); }

Tensor as_tensor(const float* data, const Shape& shape) {
  return at::from_blob(const_cast<float*>(data), shape, kept_strides(shape), at::kFloat);
}

Tensor apply_epilogue(const Epilogue& epilogue, Tensor y, const Tensor& residual) {
  if (epilogue.residual) y.add_(residual);
  if (epilogue.activation) activate_(*epilogue.activation, y);
  return y;
}

Kernel tensor_kernel(const PlanRequest& request, Shape output, TensorFunction function) {
  Kernel kernel{.output = std::move(output), .foreign = true};
  kernel.run = [inputs = request.inputs, output = kernel.output, epilogue = request.epilogue,
                function = std::move(function)](const KernelCall& call) {
    const at::NoGradGuard no_grad;  // grad mode is per thread
    std::vector<Tensor> tensors;
    for (size_t i = 0; i + (epilogue.residual ? 1 : 0) < inputs.size(); ++i)
      tensors.push_back(as_tensor(call.inputs[i], inputs[i]));
    as_tensor(call.y, output).copy_(function(tensors));
    apply_epilogue(epilogue, call.residual(epilogue), call.y, elements_of(output), call.threads);
  };
  return kernel;
}

Kernel TorchOp::plan(const PlanRequest& request) const {
  auto kernel = op_->plan(request);
  return kernel.run ? kernel : tensor_kernel(request, kernel.output, bind({}));
}

std::vector<Tensor> run_plans(PlanCache& plans, const Tensor& x) {
  return outputs_of(plans.program().outputs.size(),
                    [&](const auto& memory) { plans.run(view_of(x), at::get_num_threads(), memory); });
}

std::vector<Tensor> run_plan(const ExecutionPlan& plan, const Tensor& x, const ExecutionPlan::Observer& observe) {
  return outputs_of(plan.outputs(), [&](const auto& memory) { plan.run(view_of(x), memory, observe); });
}

}  // namespace reszoo::detail
