#include "fusion/eager_executor.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_strided.h>

#include <algorithm>

#include "fusion/tensors.h"

namespace reszoo::detail {
namespace {

/// Converts to the memory order that kernels read.
Tensor as_kept(const Tensor& x) {
  if (x.dim() == 4) return x.contiguous(at::MemoryFormat::ChannelsLast);
  return x.dim() == 3 ? x.transpose(1, 2).contiguous().transpose(1, 2) : x.contiguous();
}

/// Runs a node with our float32 CPU kernels, including this epilogue.
Tensor run_native(const FusedNode& node, const Epilogue& epilogue, const std::vector<Tensor>& inputs) {
  const PlanOptions options{.threads = static_cast<int64_t>(at::get_num_threads())};
  PlanRequest request{node.key, {}, epilogue, options};
  std::vector<Tensor> kept;
  KernelCall call{.inputs = {}, .y = nullptr, .scratch = nullptr, .threads = options.threads};
  for (const auto& input : inputs) {
    kept.push_back(as_kept(input));
    request.inputs.push_back(input.sizes().vec());
    call.inputs.push_back(kept.back().const_data_ptr<float>());
  }
  const auto kernel = node.op->plan(request);
  auto y = at::empty_strided(kernel.output, kept_strides(kernel.output), at::kFloat);
  auto scratch = at::empty({kernel.scratch});
  call.y = y.mutable_data_ptr<float>();
  call.scratch = scratch.mutable_data_ptr<float>();
  kernel.run(call);
  return y;
}

}  // namespace

EagerExecutor::EagerExecutor(std::shared_ptr<const Program> program, const TensorType& type)
    : program_(std::move(program)), type_(type), layers_(program_->nodes.size()) {
  find_last_readers();
  for (size_t i = 0; i < layers_.size(); ++i) {
    const auto& node = program_->nodes[i];
    if (!node.is_input() && !(node.conv() && has_kernels()))
      layers_[i].function = dynamic_cast<const BoundOp&>(*node.op).bind(type_);
  }
}

/// Returns the result of a node.
Tensor EagerExecutor::compute(size_t i, const std::vector<Tensor>& values, const Observer& observe_product) const {
  const auto& node = program_->nodes[i];
  std::vector<Tensor> inputs;
  for (const size_t input : node.inputs) inputs.push_back(values[input]);
  const auto& function = layers_[i].function;
  const bool in_steps = observe_product && node.epilogue.residual && node.conv();
  if (!function && !in_steps) return run_native(node, node.epilogue, inputs);
  Tensor residual;
  if (node.epilogue.residual) {
    residual = inputs.back();
    inputs.pop_back();
  }
  auto y = function ? function(inputs) : run_native(node, {}, inputs);
  if (in_steps) observe_product(i, y);
  if (!node.epilogue.empty() && y.is_same(inputs[0])) y = y.clone();  // inputs must not be overwritten
  return apply_epilogue(node.epilogue, y, residual);
}

void EagerExecutor::find_last_readers() {
  for (size_t i = 0; i < layers_.size(); ++i)
    for (const size_t input : program_->nodes[i].inputs) layers_[input].last = i;
  for (const size_t output : program_->outputs) layers_[output].last = layers_.size();
}

std::vector<Tensor> EagerExecutor::run(const Tensor& x, const Observer& observe,
                                       const Observer& observe_product) const {
  std::vector<Tensor> values(layers_.size());
  const auto& nodes = program_->nodes;
  for (size_t i = 0; i < nodes.size(); ++i) {
    values[i] = nodes[i].is_input() ? as_kept(x.to(type_.device, type_.type)) : compute(i, values, observe_product);
    if (observe) observe(i, values[i]);
    for (const size_t read : nodes[i].inputs)
      if (layers_[read].last == i) values[read] = Tensor();
  }
  std::vector<Tensor> outputs;
  for (const size_t output : program_->outputs) outputs.push_back(values[output].to(x.scalar_type()));
  return outputs;
}

std::string EagerExecutor::precision() const { return has_kernels() ? "float32" : c10::toString(type_.type); }

}  // namespace reszoo::detail
