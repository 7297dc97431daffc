// ResNets for ImageNet (He et al. 2015, table 1, keys of torchvision) and for
// CIFAR (section 4.2): one builder, the design says the rest.
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include "../catalog.h"
#include "reszoo/nn/init.h"

namespace reszoo {
namespace {

constexpr int64_t kExpansion = 4;  // output / inner width of a bottleneck

Steps stem(const ResNetDesign& design, int64_t channels, const Norm& norm, const Activation& activation) {
  const bool cifar = design.stem == ResNetDesign::Stem::cifar;
  const auto width = design.widths.front();
  const auto conv = cifar ? nn::Conv2dOptions(channels, width, 3).padding(1)
                          : nn::Conv2dOptions(channels, width, 7).stride(2).padding(3);
  Steps steps{{"conv1", nn::Conv2d(nn::Conv2dOptions(conv).bias(false))},
              {"bn1", norm.build(width, Layout::maps)},
              {"relu", activation.build()}};
  if (!cifar) steps.emplace_back("maxpool", nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1)));
  return steps;
}

}  // namespace

Network build_resnet(const std::string& name, const ResNetDesign& design, const ImageOptions& options) {
  const auto channels = at_least(1, name, "channels", options.channels, 3);
  const auto outputs = at_least(0, name, "outputs", options.outputs, design.outputs);
  const auto norm = options.norm.value_or(Norm{});
  const auto activation = options.activation.value_or(Activation{});
  const bool bottleneck = design.block == ResNetDesign::Block::bottleneck;

  Steps body = stem(design, channels, norm, activation);
  int64_t in = design.widths.front();
  for (size_t stage = 0; stage < design.depths.size(); ++stage) {
    const int64_t width = design.widths[stage];
    const int64_t out = bottleneck ? width * kExpansion : width;
    std::vector<AnyModule> blocks;
    for (int64_t i = 0; i < design.depths[stage]; ++i, in = out) {
      const auto block = BlockOptions(in, out)
                             .width(width)
                             .stride(stage > 0 && i == 0 ? 2 : 1)
                             .norm(norm)
                             .activation(activation)
                             .shortcut(options.shortcut.value_or(design.shortcut));
      blocks.emplace_back(bottleneck ? bottleneck_block(block) : basic_block(block));
    }
    body.emplace_back("layer" + std::to_string(stage + 1), Chain(number(std::move(blocks))));
  }

  Network network(NetworkParts{
      .name = name,
      .input = {Layout::maps, channels},
      .body = std::move(body),
      .pool = {{"avgpool", nn::AdaptiveAvgPool2d(1)}, {"flatten", nn::Flatten()}},
      .head = {"fc", outputs > 0 ? AnyModule(nn::Linear(in, outputs)) : AnyModule(nn::Identity())},
      .classifier = "fc",
  });
  init_he(*network);
  if (options.zero_init_residual.value_or(false)) zero_last_norms(*network);
  return network;
}

}  // namespace reszoo
