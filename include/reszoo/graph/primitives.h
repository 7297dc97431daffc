/// The few primitive operations that the modules of a network consist of.
#pragma once
#include <array>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "reszoo/graph/graph.h"
#include "reszoo/runtime/weightless_ops.h"

namespace reszoo {

/// Primitive operations. `forward` computes one by LibTorch's operators; `tensors` are those of its weights, the
/// module's own, not copies. Feature maps are (N, C, H, W); sequences (N, C, L) are maps of one row, so that kernels,
/// strides and paddings have two numbers, (rows, columns), for them too.
namespace ops {

/// Convolution of images or sequences with zero padding.
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

/// (x - mean) / sqrt(variance + epsilon) * weight + bias per channel, with the running statistics.
struct BatchNorm {
  Tensor mean, variance;          ///< (C)
  Tensor weight = {}, bias = {};  ///< (C), or undefined
  double epsilon = 1e-5;

  auto tensors() { return std::tie(mean, variance, weight, bias); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Normalizes over groups of channels and all pixels of an image.
struct GroupNorm {
  int64_t groups = 1;             ///< 0: one group per channel (instance norm)
  Tensor weight = {}, bias = {};  ///< (C), or undefined
  double epsilon = 1e-5;

  auto tensors() { return std::tie(weight, bias); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Normalizes over the last dimensions.
struct LayerNorm {
  std::vector<int64_t> shape;     ///< sizes of these dimensions
  Tensor weight = {}, bias = {};  ///< of the same shape, or undefined
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

/// max(weight * x / sqrt(mean(x^2) + epsilon) + bias, tau), where the mean is over the pixels.
struct ResponseNorm {
  Tensor weight, bias, tau;  ///< (C)
  double epsilon;

  auto tensors() { return std::tie(weight, bias, tau); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Applies one filter to each channel, with reflection padding: anti-aliased subsampling.
struct BlurPool {
  Tensor filter;  ///< (kernel, kernel), odd; a constant
  int64_t stride = 1;

  auto tensors() { return std::tie(filter); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// Convolution along the channels of (N, C), with zero padding to the same size.
struct ChannelConv {
  Tensor weight;  ///< (1, 1, kernel), kernel odd

  auto tensors() { return std::tie(weight); }
  Tensor forward(const std::vector<Tensor>& inputs) const;
};

/// A module that runs as it is: the fallback.
struct Module {
  AnyModule module;
  std::string op;  ///< operation name of its node: "table_encoder", or "opaque" for a type that is not registered
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

/// Computes one operation with LibTorch's operators, on the device and in the dtype of its tensors.
Tensor evaluate(const Primitive& primitive, const std::vector<Tensor>& inputs);

/// Converts the tensors of an operation to a device and dtype. Modules are not converted.
Primitive converted(Primitive primitive, const at::TensorOptions& options);

}  // namespace reszoo
