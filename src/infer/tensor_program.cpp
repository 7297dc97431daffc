#include "infer/tensor_program.h"

#include <ATen/Parallel.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>

#include <algorithm>
#include <tuple>

#include "infer/onednn.h"

namespace reszoo::detail {
namespace {

/// A result in floating numbers, in bytes, or in both.
struct Value {
  Tensor real, bytes;
};

/// As a map (N, C, H, W) or as rows (N, C): one number for each channel.
Tensor over_channels(const Tensor& of_channel, int64_t rank) {
  return rank == 4 ? of_channel.reshape({1, -1, 1, 1}) : of_channel;
}

/// With channels last.
Tensor as_kept(const Tensor& x) {
  return x.contiguous(x.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

/// By the kernels of float32 on a CPU, with all that follows but the sigmoid.
Tensor conv_here(const FusedOp& op, const Tensor& x, const Tensor& residual) {
  const auto& layer = *op.conv;
  const bool maps = x.dim() == 4;
  const auto shape = maps ? layer.shape(x.size(0), x.size(2), x.size(3)) : layer.shape(x.numel() / x.size(-1), 1, 1);
  const auto threads = static_cast<int64_t>(at::get_num_threads());
  const auto way = layer.ways(shape, threads, /*winograd=*/true).front();
  auto sizes = x.sizes().vec();
  sizes[maps ? 1 : sizes.size() - 1] = shape.outputs;
  if (maps) std::tie(sizes[2], sizes[3]) = std::pair(shape.rows_out, shape.columns_out);
  auto y = at::empty(sizes, x.options(), maps ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
  auto scratch = at::empty({layer.scratch(shape, way, threads)});
  layer.run(way, shape, as_kept(x).const_data_ptr<float>(),
            op.residual ? as_kept(residual).const_data_ptr<float>() : nullptr,
            op.relu ? kernels::Activation::relu : kernels::Activation::none, y.mutable_data_ptr<float>(),
            scratch.mutable_data_ptr<float>(), threads);
  return op.sigmoid ? y.sigmoid_() : y;
}

Tensor conv(const FusedOp& op, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (x.dim() != 4) return at::linear(x, weight.flatten(1), bias);
  const auto& w = op.conv->weights();
  return at::conv2d(x, weight, bias, w.stride, w.padding, w.dilation, w.groups);
}

Tensor pool(const FusedOp& op, const Tensor& x) {
  const auto& w = op.window;
  if (w.kernel[0] == 0) return x.mean({2, 3}, /*keepdim=*/!w.flat);
  if (op.kind == OpKind::max_pool) return at::max_pool2d(x, w.kernel, w.stride, w.padding, 1, w.ceil);
  return at::avg_pool2d(x, w.kernel, w.stride, w.padding, w.ceil, w.counts_padding);
}

Tensor finish(const FusedOp& op, Tensor y, const Tensor& residual) {
  if (op.residual) y.add_(residual);
  if (op.relu) y.relu_();
  if (op.sigmoid) y.sigmoid_();
  return y;
}

}  // namespace

/// The results of one run, until nobody reads them any more.
struct TensorProgram::Run {
  const TensorProgram& of;
  std::vector<Value> values;

  const FusedOp& op(size_t i) const { return of.program_->ops[i]; }
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
  Tensor input(size_t i, size_t number = 0) { return real(op(i).inputs[number]); }
  Tensor residual(size_t i) { return op(i).residual ? input(i, op(i).inputs.size() - 1) : Tensor(); }

  Value compute(size_t i) {
    const auto& made = layer(i);
    const auto& it = op(i);
    switch (it.kind) {
      case OpKind::input: return {};
      case OpKind::conv: {
        if (made.is_int8()) return compute_int8(i);
        if (of.has_kernels()) return {conv_here(it, input(i), residual(i)), {}};
        return {finish(it, conv(it, input(i), made.weight, made.bias), residual(i)), {}};
      }
      case OpKind::max_pool:
      case OpKind::average: return {pool(it, input(i)), {}};
      case OpKind::scale_shift: {
        const auto x = input(i);
        const auto y = it.gated ? x * input(i, 1).unsqueeze(2).unsqueeze(3)
                                : x * over_channels(made.scale, x.dim()) + over_channels(made.shift, x.dim());
        return {finish(it, y, residual(i)), {}};
      }
      case OpKind::add: return {finish(it, input(i) + input(i, 1), {}), {}};
      case OpKind::flatten:
      case OpKind::plain: {
        auto module = it.module;  // a holder: running it changes nothing
        return {module.forward(input(i).to(of.type_.module_type)).to(of.type_.type), {}};
      }
    }
    return {};
  }

  Value compute_int8(size_t i) {
    const auto& made = layer(i);
    const auto& it = op(i);
    const auto& x = bytes(it.inputs[0]);
    const auto shape = it.conv->shape(x.size(0), x.size(2), x.size(3));
    const auto& x_grid = *layer(it.inputs[0]).grid;
    Int8Conv how{of.packed(i, shape), made.quantized.scale, made.bias, x_grid, {}, made.in_bytes, it.relu};
    if (!made.in_bytes) {
      how.relu = false;
      return {finish(it, conv_onednn_int8(x, how, shape, {}, {}), residual(i)), {}};
    }
    how.y = *made.grid;
    Tensor sum;
    kernels::QuantParams sum_grid;
    if (it.residual) {
      const auto from = it.inputs.back();
      const bool is_read = layer(from).last > i || from == it.inputs[0];  // else it may be overwritten
      sum = is_read ? bytes(from).clone() : bytes(from);
      sum_grid = *layer(from).grid;
    }
    return {{}, conv_onednn_int8(x, how, shape, sum, sum_grid)};
  }
};

TensorProgram::TensorProgram(std::shared_ptr<const Program> program, const TensorType& type,
                             const Quantization& quantization)
    : program_(std::move(program)), type_(type), layers_(program_->ops.size()) {
  find_last_readers();
  if (!quantization.empty() && has_onednn_int8()) prepare_int8(quantization);
  const auto here = [&](const Tensor& tensor) {
    return tensor.defined() ? tensor.to(type_.device, type_.type) : Tensor();
  };
  for (size_t i = 0; i < layers_.size(); ++i) {
    const auto& op = program_->ops[i];
    auto& layer = layers_[i];
    layer.scale = here(op.scale);
    layer.shift = here(op.shift);
    if (!op.conv) continue;
    layer.bias = here(op.conv->weights().bias);
    if (!layer.is_int8() && !has_kernels())
      layer.weight = here(op.conv->weights().folded()).contiguous(at::MemoryFormat::ChannelsLast);
  }
}

void TensorProgram::find_last_readers() {
  for (size_t i = 0; i < layers_.size(); ++i)
    for (const size_t input : program_->ops[i].inputs) layers_[input].last = i;
  for (const size_t output : program_->outputs) layers_[output].last = layers_.size();
}

void TensorProgram::prepare_int8(const Quantization& quantization) {
  const auto& ops = program_->ops;
  const auto& keys = quantization.layers;
  for (size_t i = 0; i < ops.size(); ++i)
    if (const auto range = quantization.ranges.find(result_name(ops[i])); range != quantization.ranges.end())
      layers_[i].grid = kernels::QuantParams::of(range->second.least, range->second.most, kernels::activation_qmax());
  const auto computes = [&](size_t i) {
    return ops[i].kind == OpKind::conv && !ops[i].linear &&
           std::find(keys.begin(), keys.end(), ops[i].key) != keys.end() && layers_[ops[i].inputs[0]].grid;
  };
  std::vector<bool> read_in_bytes(ops.size(), false);
  for (size_t i = 0; i < ops.size(); ++i) {
    if (!computes(i)) continue;
    auto& layer = layers_[i];
    layer.quantized = QuantizedWeight::of(ops[i].conv->weights().folded());
    for (const size_t input : ops[i].inputs) read_in_bytes[input] = true;
  }
  // A sum in bytes needs both summands in them.
  for (size_t i = 0; i < ops.size(); ++i)
    layers_[i].in_bytes = layers_[i].is_int8() && layers_[i].grid && read_in_bytes[i] && layers_[i].last < ops.size() &&
                          (!ops[i].residual || layers_[ops[i].inputs.back()].grid);
}

Tensor TensorProgram::packed(size_t i, const kernels::ConvShape& shape) const {
  const std::lock_guard lock(mutex_);
  const auto& layer = layers_[i];
  if (!layer.packed.defined())
    layer.packed = pack_onednn_int8(layer.quantized, *layers_[program_->ops[i].inputs[0]].grid, shape);
  return layer.packed;
}

std::vector<Tensor> TensorProgram::run(const Tensor& x, const Observer& observe) const {
  Run run{*this, std::vector<Value>(layers_.size())};
  const auto& ops = program_->ops;
  for (size_t i = 0; i < ops.size(); ++i) {
    const bool is_input = ops[i].kind == OpKind::input;
    run.values[i] = is_input ? Value{as_kept(x.to(type_.device, type_.type)), {}} : run.compute(i);
    if (observe) observe(i, run.values[i].real);
    for (const size_t read : ops[i].inputs)
      if (layers_[read].last == i) run.values[read] = {};
  }
  std::vector<Tensor> outputs;
  for (const size_t output : program_->outputs) outputs.push_back(run.real(output).to(x.scalar_type()));
  return outputs;
}

std::string TensorProgram::way(size_t op) const {
  return layers_[op].is_int8() ? "int8" : has_kernels() ? "float32" : c10::toString(type_.type);
}

}  // namespace reszoo::detail
