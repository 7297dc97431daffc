/// The few primitive operations that the modules of a network are made of.
#pragma once
#include <array>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "reszoo/graph/graph.h"

namespace reszoo {

/// Primitive operations. `forward` computes one by LibTorch's operators; `tensors` are those of its weights, the
/// module's own, not copies. Feature maps are (N, C, H, W); sequences (N, C, L) are maps of one row, so that kernels,
/// strides and paddings have two numbers, (rows, columns), for them too.
namespace ops {

/// The network's input.
struct Input {
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// The sum of two inputs of one shape.
struct Add {
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Convolution of maps or sequences, padded with zeros.
struct Conv {
  Tensor weight;     ///< (O, C / groups, kernel rows, kernel columns)
  Tensor bias = {};  ///< (O), or undefined
  std::array<int64_t, 2> stride{1, 1}, padding{0, 0}, dilation{1, 1};
  int64_t groups = 1;

  auto tensors() { return std::tie(weight, bias); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// y = x W^T + bias over the last dimension.
struct Linear {
  Tensor weight;     ///< (out, in)
  Tensor bias = {};  ///< (out), or undefined

  auto tensors() { return std::tie(weight, bias); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// (x - mean) / sqrt(variance + epsilon) * weight + bias, a number a channel, from statistics that training kept.
struct BatchNorm {
  Tensor mean, variance;          ///< (C)
  Tensor weight = {}, bias = {};  ///< (C), or undefined
  double epsilon = 1e-5;

  auto tensors() { return std::tie(mean, variance, weight, bias); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Norm over groups of channels and all pixels of one image.
struct GroupNorm {
  int64_t groups = 1;             ///< 0: each channel by itself (instance norm)
  Tensor weight = {}, bias = {};  ///< (C), or undefined
  double epsilon = 1e-5;

  auto tensors() { return std::tie(weight, bias); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Norm over the last dimensions.
struct LayerNorm {
  std::vector<int64_t> shape;     ///< of these dimensions
  Tensor weight = {}, bias = {};  ///< of this shape, or undefined
  double epsilon = 1e-5;

  auto tensors() { return std::tie(weight, bias); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// EvoNorm-S0: weight * x sigmoid(v x) / sqrt(var_group(x) + epsilon) + bias.
struct EvoNorm {
  int64_t groups;
  Tensor weight, bias, v;  ///< (C)
  double epsilon;

  auto tensors() { return std::tie(weight, bias, v); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// max(weight * x / sqrt(mean(x^2) + epsilon) + bias, tau), the mean over pixels.
struct ResponseNorm {
  Tensor weight, bias, tau;  ///< (C)
  double epsilon;

  auto tensors() { return std::tie(weight, bias, tau); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// A function of single numbers.
struct Activation {
  enum class Kind { relu, leaky_relu, gelu, gelu_tanh, silu, hard_swish, sigmoid };
  Kind kind = Kind::relu;
  double slope = 0;  ///< of leaky_relu, for negative numbers

  bool operator==(const Activation&) const = default;

  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// The name of the kind: "relu", "hard_swish".
std::string name_of(Activation::Kind kind);

/// Windows of a pool, (rows, columns) in pixels.
struct Window {
  std::array<int64_t, 2> kernel, stride, padding{0, 0}, dilation{1, 1};
  bool ceil = false;               ///< round sizes up
  bool count_include_pad = false;  ///< an average divides by pixels of the padding too
};
struct MaxPool {
  Window window;
  Tensor forward(const std::vector<Tensor>& inputs) const;
};
struct AvgPool {
  Window window;
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// One filter over each channel, the border mirrored: subsampling without aliasing.
struct BlurPool {
  Tensor filter;  ///< (kernel, kernel), odd; a constant
  int64_t stride = 1;

  auto tensors() { return std::tie(filter); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// The average of cells that cover the map; 0 keeps the size of a side.
struct AdaptiveAvgPool {
  int64_t rows = 1, columns = 1;

  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// x times a gate for each image and channel, the second input: (N, C), or (N, C, 1, 1).
struct ChannelScale {
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Convolution along the channels of (N, C), padded with zeros to the same size.
struct ChannelConv {
  Tensor weight;  ///< (1, 1, kernel), kernel odd

  auto tensors() { return std::tie(weight); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Pixels added round the map.
struct Pad {
  int64_t left = 0, right = 0, top = 0, bottom = 0;
  double value = 0;

  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Keeps every stride-th pixel and adds channels of zeros before and after the others.
struct PadChannels {
  int64_t before = 0, after = 0, stride = 1;

  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// (N, ...) to (N, numbers).
struct Flatten {
  int64_t end = -1;  ///< the last dimension that is flattened

  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// One dimension split into several.
struct Unflatten {
  int64_t dimension;
  std::vector<int64_t> sizes;

  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Channels become pixels: (N, C f^2, H, W) to (N, C, f H, f W).
struct PixelShuffle {
  int64_t factor = 1;

  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// A module that runs as it is, the fallback.
struct Module {
  AnyModule module;
  std::string op;          ///< of its node: "table_encoder", or "opaque" for a type without a row
  bool per_sample = true;  ///< see `ModuleType::per_sample`
  std::string reason{};    ///< why a type that is known is not lowered: "only padding by zeros can"

  Tensor forward(const std::vector<Tensor>& inputs) const;
};

}  // namespace ops

using Primitive =
    std::variant<ops::Input, ops::Add, ops::Conv, ops::Linear, ops::BatchNorm, ops::GroupNorm, ops::LayerNorm,
                 ops::EvoNorm, ops::ResponseNorm, ops::Activation, ops::MaxPool, ops::AvgPool, ops::BlurPool,
                 ops::AdaptiveAvgPool, ops::ChannelScale, ops::ChannelConv, ops::Pad, ops::PadChannels, ops::Flatten,
                 ops::Unflatten, ops::PixelShuffle, ops::Module>;

/// A primitive operation with its place in the network.
struct Operation {
  Primitive primitive;
  std::string key;             ///< path of the module that has its weights: "layer1.0.se.fc1"
  std::vector<size_t> inputs;  ///< indices of operations that stand before it
  size_t node = 0;             ///< the node of the graph that it is part of
};

/// Operations in an order in which they can run.
struct Operations {
  std::vector<Operation> list;
  std::vector<size_t> of_node;  ///< the operation that has the result of a node; SIZE_MAX where it is not needed
};

/// Expresses the nodes that the `outputs` need by primitive operations, each by the row of its module's type
/// (module_type.h). Modules that do nothing in inference have no operation: who reads one reads what it reads.
/// The modules must be in evaluation mode.
Operations lower_operations(const Graph& graph, const std::vector<size_t>& outputs);

/// Computes one operation by LibTorch's operators, on any device and in any type that its tensors have.
Tensor evaluate(const Primitive& primitive, const std::vector<Tensor>& inputs);

/// Converts the tensors of an operation; modules stay as they are.
Primitive converted(Primitive primitive, const at::TensorOptions& options);

}  // namespace reszoo
