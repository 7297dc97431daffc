// Computes primitive operations with LibTorch's operators.
#include <ATen/ATen.h>

#include "reszoo/graph/operation.h"

namespace reszoo {
namespace {

/// Calls `function` with images; sequences (N, C, L) become images of height 1.
template <typename Function>
Tensor on_maps(const Tensor& x, const Function& function) {
  return x.dim() == 3 ? function(x.unsqueeze(2)).squeeze(2) : function(x);
}

/// Reshapes one value per channel so that it broadcasts over the dimensions after the channels.
Tensor channelwise(const Tensor& numbers, int64_t rank) {
  std::vector<int64_t> shape(static_cast<size_t>(rank), 1);
  shape[1] = -1;
  return numbers.reshape(shape);
}

std::vector<int64_t> all_pixels(int64_t rank, int64_t first) {
  std::vector<int64_t> dimensions;
  for (int64_t i = first; i < rank; ++i) dimensions.push_back(i);
  return dimensions;
}

struct Evaluate {
  const std::vector<Tensor>& inputs;
  const Tensor& x() const { return inputs[0]; }

  Tensor operator()(const ops::Input&) const { return x(); }
  Tensor operator()(const ops::Add&) const { return x() + inputs[1]; }
  Tensor operator()(const ops::Conv& conv) const {
    return on_maps(x(), [&](const Tensor& maps) {
      return at::conv2d(maps, conv.weight, conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups);
    });
  }
  Tensor operator()(const ops::Linear& linear) const { return at::linear(x(), linear.weight, linear.bias); }
  Tensor operator()(const ops::BatchNorm& norm) const {
    return at::batch_norm(x(), norm.weight, norm.bias, norm.mean, norm.variance, /*training=*/false, /*momentum=*/0,
                          norm.epsilon, /*cudnn_enabled=*/true);
  }
  Tensor operator()(const ops::GroupNorm& norm) const {
    const auto groups = norm.groups ? norm.groups : x().size(1);
    return at::group_norm(x().contiguous(), groups, norm.weight, norm.bias, norm.epsilon);
  }
  Tensor operator()(const ops::LayerNorm& norm) const {
    return at::layer_norm(x(), norm.shape, norm.weight, norm.bias, norm.epsilon);
  }
  Tensor operator()(const ops::EvoNorm& norm) const {
    const auto rank = x().dim();
    const std::vector<int64_t> split{norm.groups, x().size(1) / norm.groups};
    const auto gated = x() * (x() * channelwise(norm.v, rank)).sigmoid();
    const auto variance = x().unflatten(1, split).var(all_pixels(rank + 1, 2), /*unbiased=*/false, /*keepdim=*/true);
    const auto y = (gated.unflatten(1, split) / variance.add(norm.epsilon).sqrt()).flatten(1, 2);
    return y * channelwise(norm.weight, rank) + channelwise(norm.bias, rank);
  }
  Tensor operator()(const ops::ResponseNorm& norm) const {
    const auto rank = x().dim();
    const auto scale = x().square().mean(all_pixels(rank, 2), /*keepdim=*/true).add(norm.epsilon).rsqrt();
    const auto y = x() * scale * channelwise(norm.weight, rank) + channelwise(norm.bias, rank);
    return at::maximum(y, channelwise(norm.tau, rank));
  }
  Tensor operator()(const ops::Activation& activation) const {
    using Kind = ops::Activation::Kind;
    switch (activation.kind) {
      case Kind::relu: return x().relu();
      case Kind::leaky_relu: return at::leaky_relu(x(), activation.slope);
      case Kind::gelu: return at::gelu(x());
      case Kind::gelu_tanh: return at::gelu(x(), "tanh");
      case Kind::silu: return at::silu(x());
      case Kind::hard_swish: return at::hardswish(x());
      case Kind::sigmoid: return x().sigmoid();
    }
    return x();
  }
  Tensor operator()(const ops::MaxPool& pool) const {
    const auto& w = pool.window;
    return on_maps(x(), [&](const Tensor& maps) {
      return at::max_pool2d(maps, w.kernel, w.stride, w.padding, w.dilation, w.ceil);
    });
  }
  Tensor operator()(const ops::AvgPool& pool) const {
    const auto& w = pool.window;
    return on_maps(x(), [&](const Tensor& maps) {
      return at::avg_pool2d(maps, w.kernel, w.stride, w.padding, w.ceil, w.count_include_pad);
    });
  }
  Tensor operator()(const ops::BlurPool& pool) const {
    const auto channels = x().size(1), border = pool.filter.size(0) / 2;
    const auto filter = pool.filter.expand({channels, 1, -1, -1});
    return at::conv2d(at::reflection_pad2d(x(), {border, border, border, border}), filter, {}, pool.stride,
                      at::IntArrayRef{0}, 1, channels);
  }
  Tensor operator()(const ops::AdaptiveAvgPool& pool) const {
    return on_maps(x(), [&](const Tensor& maps) {
      return at::adaptive_avg_pool2d(
          maps, {pool.rows ? pool.rows : maps.size(2), pool.columns ? pool.columns : maps.size(3)});
    });
  }
  Tensor operator()(const ops::ChannelScale&) const {
    auto shape = x().sizes().vec();
    std::fill(shape.begin() + 2, shape.end(), 1);
    return x() * inputs[1].reshape(shape);
  }
  Tensor operator()(const ops::ChannelConv& conv) const {
    return at::conv1d(x().flatten(1).unsqueeze(1), conv.weight, {}, 1, conv.weight.size(2) / 2).squeeze(1);
  }
  Tensor operator()(const ops::Pad& pad) const {
    return on_maps(x(), [&](const Tensor& maps) {
      return at::constant_pad_nd(maps, {pad.left, pad.right, pad.top, pad.bottom}, pad.value);
    });
  }
  Tensor operator()(const ops::PadChannels& pad) const {
    auto y = x();
    for (int64_t i = 2; i < y.dim() && pad.stride > 1; ++i) y = y.slice(i, 0, std::nullopt, pad.stride);
    std::vector<int64_t> sides(static_cast<size_t>(2 * (y.dim() - 2)), 0);  // last dimension first
    sides.insert(sides.end(), {pad.before, pad.after});
    return at::constant_pad_nd(y, sides);
  }
  Tensor operator()(const ops::Flatten& flatten) const { return x().flatten(1, flatten.end); }
  Tensor operator()(const ops::Unflatten& split) const { return x().unflatten(split.dimension, split.sizes); }
  Tensor operator()(const ops::Module& module) const {
    auto holder = module.module;  // running it does not change the holder
    return holder.forward(x());
  }
};

/// Converts each tensor of a primitive.
struct Convert {
  const at::TensorOptions& options;
  void convert(Tensor& tensor) const {
    if (tensor.defined()) tensor = tensor.to(options);
  }
  template <typename... Tensors>
  void all(Tensors&... tensors) const {
    (convert(tensors), ...);
  }

  void operator()(ops::Conv& op) const { all(op.weight, op.bias); }
  void operator()(ops::Linear& op) const { all(op.weight, op.bias); }
  void operator()(ops::BatchNorm& op) const { all(op.mean, op.variance, op.weight, op.bias); }
  void operator()(ops::GroupNorm& op) const { all(op.weight, op.bias); }
  void operator()(ops::LayerNorm& op) const { all(op.weight, op.bias); }
  void operator()(ops::EvoNorm& op) const { all(op.weight, op.bias, op.v); }
  void operator()(ops::ResponseNorm& op) const { all(op.weight, op.bias, op.tau); }
  void operator()(ops::BlurPool& op) const { all(op.filter); }
  void operator()(ops::ChannelConv& op) const { all(op.weight); }
  template <typename Other>
  void operator()(Other&) const {}
};

}  // namespace

Tensor evaluate(const Primitive& primitive, const std::vector<Tensor>& inputs) {
  return std::visit(Evaluate{inputs}, primitive);
}

Primitive converted(Primitive primitive, const at::TensorOptions& options) {
  std::visit(Convert{options}, primitive);
  return primitive;
}

}  // namespace reszoo
