// What gates of channels mean.
#include <ATen/ops/conv1d.h>

#include <algorithm>

#include "graph/module_types.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/squeeze_excite.h"

namespace reszoo::detail {
namespace {

using Kind = ops::Activation::Kind;

/// y = x * sigmoid(fc2(relu(fc1(mean(x))))).
size_t lower_squeeze_excite(const SqueezeExciteImpl& attention, ModuleLowering& to, size_t x) {
  const auto mean = to.add(ops::AdaptiveAvgPool{}, {x});
  const auto squeezed = to.add(ops::Conv{.weight = attention.fc1->weight, .bias = attention.fc1->bias}, {mean}, "fc1");
  const auto active = to.add(ops::Activation{Kind::relu}, {squeezed});
  const auto excited = to.add(ops::Conv{.weight = attention.fc2->weight, .bias = attention.fc2->bias}, {active}, "fc2");
  return to.add(ops::ChannelScale{}, {x, to.add(ops::Activation{Kind::sigmoid}, {excited})});
}

/// y = x * sigmoid(conv(mean(x))), where the convolution runs along the channels.
size_t lower_eca(const EfficientChannelAttentionImpl& attention, ModuleLowering& to, size_t x) {
  const auto mean = to.add(ops::AdaptiveAvgPool{}, {x}, "mean");
  const auto seen = to.add(ops::ChannelConv{attention.conv->weight}, {mean}, "conv");
  return to.add(ops::ChannelScale{}, {x, to.add(ops::Activation{Kind::sigmoid}, {seen})});
}

}  // namespace

void add_attention_types(ModuleTypes& types) {
  types.add<SqueezeExciteImpl>({
      .name = "squeeze_excite",
      // Its layers read one value per channel.
      .multiply_adds =
          [](const auto& attention, const Tensor& output) {
            return output.size(0) * (attention.fc1->weight.numel() + attention.fc2->weight.numel());
          },
      .lower = lower_squeeze_excite,
  });
  types.add<EfficientChannelAttentionImpl>({
      .name = "eca",
      .multiply_adds =
          [](const auto& attention, const Tensor& output) {
            return output.size(0) * output.size(1) * attention.conv->weight.numel();
          },
      .lower = lower_eca,
  });
}

}  // namespace reszoo::detail

namespace reszoo::ops {

Tensor ChannelScale::forward(const std::vector<Tensor>& inputs) const {
  auto shape = inputs[0].sizes().vec();
  std::fill(shape.begin() + 2, shape.end(), 1);
  return inputs[0] * inputs[1].reshape(shape);
}

Tensor ChannelConv::forward(const std::vector<Tensor>& inputs) const {
  return at::conv1d(inputs[0].flatten(1).unsqueeze(1), weight, {}, 1, weight.size(2) / 2).squeeze(1);
}

}  // namespace reszoo::ops
