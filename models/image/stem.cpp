// The stem of an image ResNet: one convolution (He et al. 2015) or three (He et al. 2018,
// arXiv:1812.01187, figure 2b), and pooling.
#include <torch/nn/modules/padding.h>
#include <torch/nn/modules/pooling.h>

#include "../catalog.h"
#include "reszoo/nn/make_conv.h"

namespace reszoo {
namespace {

using Stem = ResNetDesign::Stem;
using StemPool = ResNetDesign::StemPool;

AnyModule stem_conv3x3(const ResNetDesign& design, int64_t in, int64_t out, int64_t stride) {
  return make_conv(
      {.in = in, .out = out, .kernel = 3, .stride = stride, .weight_standardization = design.weight_standardization});
}

AnyModule stem_max_pool(int64_t stride, int64_t padding) {
  return AnyModule(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(stride).padding(padding)));
}

/// Builds the convolutions, with norm and activation between them but not after the last one. The steps are numbered,
/// or named conv1 norm1 act1 conv2 … with pre-activation.
Steps deep_convs(const ResNetDesign& design, int64_t channels) {
  const auto width = design.stem_width;
  const std::vector<int64_t> widths{channels, design.stem == Stem::tiered ? width / 4 * 3 : width, width, 2 * width};
  Steps steps;
  const auto append = [&](const std::string& name, AnyModule module) {
    steps.emplace_back(design.order == Order::pre_activation ? name : std::to_string(steps.size()), std::move(module));
  };
  for (size_t i = 1; i < widths.size(); ++i) {
    const auto number = std::to_string(i);
    append("conv" + number, stem_conv3x3(design, widths[i - 1], widths[i], i == 1 ? 2 : 1));
    if (i + 1 == widths.size()) break;
    append("norm" + number, design.norm.build(widths[i], Layout::images));
    append("act" + number, design.activation.build());
  }
  return steps;
}

AnyModule single_conv(const ResNetDesign& design, int64_t channels) {
  const auto width = stem_output(design);
  if (design.stem == Stem::cifar) return stem_conv3x3(design, channels, width, 1);
  return make_conv({.in = channels,
                    .out = width,
                    .kernel = 7,
                    .stride = 2,
                    .weight_standardization = design.weight_standardization});
}

/// Builds the pooling of torchvision and timm's resnet.py, which is one step.
AnyModule stem_pool(const ResNetDesign& design) {
  const auto width = stem_output(design);
  if (design.stem_pool == StemPool::conv)
    return AnyModule(Chain(numbered_steps(
        {stem_conv3x3(design, width, width, 2), design.norm.build(width, Layout::images), design.activation.build()})));
  if (design.anti_alias == AntiAlias::average) return make_anti_alias(AntiAlias::average, width, 2);
  if (design.anti_alias == AntiAlias::blur)
    return AnyModule(Chain(numbered_steps({stem_max_pool(1, 1), make_anti_alias(AntiAlias::blur, width, 2)})));
  return stem_max_pool(2, 1);
}

Steps pre_activation_stem(const ResNetDesign& design, int64_t channels, bool deep) {
  Steps steps;
  if (deep) steps = deep_convs(design, channels);
  else steps.emplace_back("conv", single_conv(design, channels));
  if (design.stem_pool == StemPool::zero_padded) {
    steps.emplace_back("pad", nn::ConstantPad2d(nn::ConstantPad2dOptions(1, 0)));
    steps.emplace_back("pool", stem_max_pool(2, 0));
  } else if (design.stem != Stem::cifar) {
    steps.emplace_back("pool", stem_max_pool(2, 1));
  }
  return {{"stem", Chain(std::move(steps))}};
}

}  // namespace

int64_t stem_output(const ResNetDesign& design) {
  const bool deep = design.stem == Stem::deep || design.stem == Stem::tiered;
  return deep ? 2 * design.stem_width : design.widths.front();
}

Steps resnet_stem(const ResNetConfig& config) {
  const auto& design = config.design;
  const bool deep = design.stem == Stem::deep || design.stem == Stem::tiered;
  if (design.order == Order::pre_activation) return pre_activation_stem(design, config.channels, deep);
  auto conv1 = deep ? AnyModule(Chain(deep_convs(design, config.channels))) : single_conv(design, config.channels);
  Steps steps{{"conv1", std::move(conv1)},
              {"bn1", design.norm.build(stem_output(design), Layout::images)},
              {"relu", design.activation.build()}};
  if (design.stem != Stem::cifar) steps.emplace_back("maxpool", stem_pool(design));
  return steps;
}

}  // namespace reszoo
