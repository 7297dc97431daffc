#include "fusion/eager_executor.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_strided.h>

#include <algorithm>

#include "fusion/maps.h"
#include "fusion/onednn.h"

namespace reszoo::detail {
namespace {

/// A result in floating point, in integers, or both.
struct Value {
  Tensor real, bytes;
};

/// Converts to the memory order that kernels read.
Tensor as_kept(const Tensor& x) {
  if (x.dim() == 4) return x.contiguous(at::MemoryFormat::ChannelsLast);
  return x.dim() == 3 ? x.transpose(1, 2).contiguous().transpose(1, 2) : x.contiguous();
}

/// Runs a node with our float32 CPU kernels, including the epilogue.
Tensor run_native(const FusedNode& node, const std::vector<Tensor>& inputs) {
  PlanOptions options{.threads = static_cast<int64_t>(at::get_num_threads()), .algorithms = {}, .type = {}};
  PlanRequest request{node.key, {}, node.epilogue, options};
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

const ValueRange* range_of(const Quantization& quantization, const FusedNode& node) {
  const auto find = [&](const std::string& name) -> const ValueRange* {
    const auto found = quantization.ranges.find(name);
    return found == quantization.ranges.end() ? nullptr : &found->second;
  };
  if (const auto* range = find(result_name(node))) return range;
  for (const auto& alias : node.aliases)
    if (const auto* range = find(alias)) return range;
  return nullptr;
}

/// The results of one run; each is freed after its last reader.
struct EagerExecutor::Run {
  const EagerExecutor& of;
  std::vector<Value> values;

  const FusedNode& node(size_t i) const { return of.program_->nodes[i]; }
  const Layer& layer(size_t i) const { return of.layers_[i]; }

  const Tensor& real(size_t i) {
    auto& value = values[i];
    if (!value.real.defined()) value.real = kernels::dequantize(value.bytes, *layer(i).grid);
    return value.real;
  }
  const Tensor& bytes(size_t i) {
    auto& value = values[i];
    if (!value.bytes.defined()) value.bytes = kernels::quantize(value.real, *layer(i).grid);
    return value.bytes;
  }

  Value compute(size_t i) {
    const auto& it = node(i);
    if (layer(i).is_int8()) return compute_int8(i);
    std::vector<Tensor> inputs;
    for (const size_t input : it.inputs) inputs.push_back(real(input));
    if (!layer(i).function) return {run_native(it, inputs), {}};
    Tensor residual;
    if (it.epilogue.residual) {
      residual = inputs.back();
      inputs.pop_back();
    }
    auto y = layer(i).function(inputs);
    if (!it.epilogue.empty() && y.is_same(inputs[0])) y = y.clone();  // inputs must not be overwritten
    return {apply_epilogue(it.epilogue, y, residual), {}};
  }

  Value compute_int8(size_t i) {
    const auto& made = layer(i);
    const auto& it = node(i);
    const auto& x = bytes(it.inputs[0]);
    const auto shape = it.conv()->layer->shape(x.size(0), x.size(2), x.size(3));
    const auto& activation = it.epilogue.activation;
    Int8Conv how{.packed = of.packed(i, shape),
                 .scales = made.quantized.scale,
                 .bias = made.bias,
                 .x = *layer(it.inputs[0]).grid,
                 .y = {},
                 .quantized_output = made.quantized_output,
                 .relu = activation && activation->kind == ops::Activation::Kind::relu};
    if (!made.quantized_output) {
      how.relu = false;
      const auto residual = it.epilogue.residual ? real(it.inputs.back()) : Tensor();
      return {apply_epilogue(it.epilogue, conv_onednn_int8(x, how, shape, {}, {}), residual), {}};
    }
    how.y = *made.grid;
    Tensor sum;
    kernels::QuantParams sum_grid;
    if (it.epilogue.residual) {
      const auto from = it.inputs.back();
      const bool is_read = layer(from).last > i || from == it.inputs[0];  // otherwise it may be overwritten
      sum = is_read ? bytes(from).clone() : bytes(from);
      sum_grid = *layer(from).grid;
    }
    return {{}, conv_onednn_int8(x, how, shape, sum, sum_grid)};
  }
};

EagerExecutor::EagerExecutor(std::shared_ptr<const Program> program, const TensorType& type,
                             const Quantization& quantization)
    : program_(std::move(program)), type_(type), layers_(program_->nodes.size()) {
  find_last_readers();
  if (!quantization.empty() && has_onednn_int8()) prepare_int8(quantization);
  for (size_t i = 0; i < layers_.size(); ++i) {
    const auto& node = program_->nodes[i];
    auto& layer = layers_[i];
    if (node.conv() && layer.is_int8()) {
      const auto& bias = node.conv()->layer->weights().bias;
      if (bias.defined()) layer.bias = bias.to(type_.device, type_.type);
    } else if (!node.is_input() && !(node.conv() && has_kernels())) {
      layer.function = node.op->bind(type_);
    }
  }
}

void EagerExecutor::find_last_readers() {
  for (size_t i = 0; i < layers_.size(); ++i)
    for (const size_t input : program_->nodes[i].inputs) layers_[input].last = i;
  for (const size_t output : program_->outputs) layers_[output].last = layers_.size();
}

void EagerExecutor::prepare_int8(const Quantization& quantization) {
  const auto& nodes = program_->nodes;
  const auto& keys = quantization.layers;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (const auto* range = range_of(quantization, nodes[i]))
      layers_[i].grid = kernels::QuantParams::of(range->min, range->max, kernels::activation_qmax());
  const auto computes = [&](size_t i) {
    const auto* conv = nodes[i].conv();
    return conv && !conv->linear && std::ranges::find(keys, nodes[i].key) != keys.end() &&
           layers_[nodes[i].inputs[0]].grid;
  };
  std::vector<bool> read_as_integers(nodes.size(), false);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!computes(i)) continue;
    layers_[i].quantized = QuantizedWeight::of(nodes[i].conv()->layer->weights().folded());
    for (const size_t input : nodes[i].inputs) read_as_integers[input] = true;
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto& epilogue = nodes[i].epilogue;
    const bool only_relu = !epilogue.activation || epilogue.activation->kind == ops::Activation::Kind::relu;
    // A sum in integers needs both summands in integers.
    layers_[i].quantized_output = layers_[i].is_int8() && layers_[i].grid && only_relu && read_as_integers[i] &&
                                  layers_[i].last < nodes.size() &&
                                  (!epilogue.residual || layers_[nodes[i].inputs.back()].grid);
  }
}

Tensor EagerExecutor::packed(size_t i, const kernels::ConvShape& shape) const {
  const std::lock_guard lock(mutex_);
  const auto& layer = layers_[i];
  if (!layer.packed.defined())
    layer.packed = pack_onednn_int8(layer.quantized, *layers_[program_->nodes[i].inputs[0]].grid, shape);
  return layer.packed;
}

std::vector<Tensor> EagerExecutor::run(const Tensor& x, const Observer& observe) const {
  Run run{*this, std::vector<Value>(layers_.size())};
  const auto& nodes = program_->nodes;
  for (size_t i = 0; i < nodes.size(); ++i) {
    run.values[i] = nodes[i].is_input() ? Value{as_kept(x.to(type_.device, type_.type)), {}} : run.compute(i);
    if (observe) observe(i, run.values[i].real);
    for (const size_t read : nodes[i].inputs)
      if (layers_[read].last == i) run.values[read] = {};
  }
  std::vector<Tensor> outputs;
  for (const size_t output : program_->outputs) outputs.push_back(run.real(output).to(x.scalar_type()));
  return outputs;
}

std::string EagerExecutor::algorithm(size_t node) const {
  return layers_[node].is_int8() ? "int8" : has_kernels() ? "float32" : c10::toString(type_.type);
}

}  // namespace reszoo::detail
