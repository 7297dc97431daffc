// The one builder of image ResNets: He et al. 2015 for ImageNet and CIFAR, and
// what was made of them since. The design says which; keys are those of
// torchvision and timm.
#include <torch/nn/init.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include <numeric>

#include "../catalog.h"
#include "reszoo/base/error.h"
#include "reszoo/nn/init.h"

namespace reszoo {
namespace {

constexpr int64_t kExpansion = 4;  // output / inner width of a bottleneck

ResNetChoice choose(const std::string& name, const ResNetDesign& design, const ImageOptions& options) {
  ResNetChoice choice{.design = design};
  choice.design.norm = options.norm.value_or(design.norm);
  choice.design.activation = options.activation.value_or(design.activation);
  choice.design.shortcut = options.shortcut.value_or(design.shortcut);
  choice.design.zero_init_residual = options.zero_init_residual.value_or(design.zero_init_residual);
  choice.design.outputs = at_least(0, name, "outputs", options.outputs, design.outputs);
  choice.channels = at_least(1, name, "channels", options.channels, 3);
  choice.dropout = fraction(name, "dropout", options.dropout, 0);
  choice.drop_path = fraction(name, "drop_path", options.drop_path, 0);
  choice.drop_block = fraction(name, "drop_block", options.drop_block, 0);
  choice.checkpoint = options.checkpoint.value_or(false);
  const auto stages = design.depths.size();
  choice.dilate = options.replace_stride_with_dilation.value_or(std::vector<bool>(stages - 1, false));
  if (choice.dilate.size() != stages - 1)
    fail(ErrorKind::usage, "{}: replace_stride_with_dilation must have one value for each stage but the first, {}, got {}",
         name, stages - 1, choice.dilate.size());
  choice.dilate.insert(choice.dilate.begin(), false);
  return choice;
}

/// Makes blocks one after the other; each begins where the last one ended.
class Stages {
 public:
  explicit Stages(const ResNetChoice& choice) : choice_(choice), design_(choice.design), in_(stem_output(design_)) {}

  Chain stage(size_t stage) {
    const bool dilate = choice_.dilate[stage];
    const int64_t before = dilation_;
    if (dilate) dilation_ *= 2;
    std::vector<AnyModule> blocks;
    for (int64_t i = 0; i < design_.depths[stage]; ++i, ++done_) {
      const bool first = i == 0;
      blocks.push_back(block(stage, options(stage).stride(first && stage > 0 && !dilate ? 2 : 1).dilation(dilation_)
                                        .first_dilation(first ? before : dilation_)));
    }
    Chain chain(number(std::move(blocks)));
    chain->set_checkpoint(choice_.checkpoint);
    return chain;
  }

  int64_t width() const { return in_; }

 private:
  bool bottleneck(size_t stage) const {
    return design_.blocks[std::min(stage, design_.blocks.size() - 1)] == ResNetDesign::Block::bottleneck;
  }

  BlockOptions options(size_t stage) const {
    const int64_t width = design_.widths[stage];
    return BlockOptions(in_, bottleneck(stage) ? width * kExpansion : width)
        .width(bottleneck(stage) ? width * design_.group_width / 64 * design_.groups : width)
        .reduce_first(design_.reduce_first)
        .groups(design_.groups)
        .norm(design_.norm)
        .activation(design_.activation)
        .order(design_.order)
        .shortcut(design_.shortcut)
        .projection_kernel(design_.projection_kernel)
        .attention(design_.attention)
        .anti_alias(design_.anti_alias)
        .drop_path(drop_path())
        .drop_block(drop_block(stage))
        .standardize(design_.standardize);
  }

  /// Grows linearly from 0 at the first block (Huang et al. 2016, section 4).
  double drop_path() const {
    const auto last = std::accumulate(design_.depths.begin(), design_.depths.end(), int64_t{0}) - 1;
    return last > 0 ? choice_.drop_path * static_cast<double>(done_) / static_cast<double>(last) : 0;
  }

  /// Squares of 5 pixels in the last stage but one and of 3 in the last, as in timm.
  std::optional<DropBlock2dOptions> drop_block(size_t stage) const {
    const auto behind = design_.depths.size() - 1 - stage;
    if (choice_.drop_block == 0 || behind > 1) return std::nullopt;
    return DropBlock2dOptions(choice_.drop_block).side(behind == 1 ? 5 : 3).scale(behind == 1 ? 0.25 : 1.0);
  }

  AnyModule block(size_t stage, const BlockOptions& options) {
    in_ = options.out();
    return AnyModule(bottleneck(stage) ? bottleneck_block(options) : basic_block(options));
  }

  const ResNetChoice& choice_;
  const ResNetDesign& design_;
  int64_t in_;
  int64_t done_ = 0;      // blocks
  int64_t dilation_ = 1;  // of the last stage
};

/// `layer1` … of torchvision, or `stages.0.blocks` … `norm` of timm's resnetv2.
void append_stages(Steps& body, Stages& stages, const ResNetDesign& design) {
  std::vector<AnyModule> nested;
  for (size_t i = 0; i < design.depths.size(); ++i) {
    if (design.order == Order::post_activation) body.emplace_back("layer" + std::to_string(i + 1), stages.stage(i));
    else nested.emplace_back(Chain(Steps{{"blocks", stages.stage(i)}}));
  }
  if (nested.empty()) return;
  body.emplace_back("stages", Chain(number(std::move(nested))));
  body.emplace_back("norm", design.norm.build(stages.width(), Layout::maps));
  body.emplace_back("act", design.activation.build());
}

/// `fc`, or the 1x1 convolution `head.fc` of timm's resnetv2.
nn::NamedAnyModule head(const ResNetDesign& design, int64_t width) {
  const bool pre = design.order == Order::pre_activation;
  const std::string name = pre ? "head" : "fc";
  if (design.outputs == 0) return {name, nn::Identity()};
  if (!pre) return {name, nn::Linear(width, design.outputs)};
  return {name, Chain(Steps{{"unflatten", nn::Unflatten(nn::UnflattenOptions(1, {width, 1, 1}))},
                            {"fc", nn::Conv2d(nn::Conv2dOptions(width, design.outputs, 1))},
                            {"flatten", nn::Flatten()}})};
}

/// The head of timm's resnetv2 begins small and is no part of what `init_he` is for.
void init_conv_head(nn::Module& network) {
  const torch::NoGradGuard no_grad;
  const auto parameters = network.named_parameters();
  if (!parameters.contains("head.fc.weight")) return;
  nn::init::normal_(parameters["head.fc.weight"], 0, 0.01);
  nn::init::zeros_(parameters["head.fc.bias"]);
}

Network assemble(const std::string& name, const ResNetChoice& choice) {
  Steps body = resnet_stem(choice);
  Stages stages(choice);
  append_stages(body, stages, choice.design);
  return Network(NetworkParts{
      .name = name,
      .input = {Layout::maps, choice.channels},
      .body = std::move(body),
      .pool = {{"avgpool", nn::AdaptiveAvgPool2d(1)},
               {"flatten", nn::Flatten()},
               {"drop", choice.dropout > 0 ? AnyModule(nn::Dropout(choice.dropout)) : AnyModule(nn::Identity())}},
      .head = head(choice.design, stages.width()),
      .classifier = choice.design.order == Order::pre_activation ? "head.fc" : "fc",
  });
}

}  // namespace

Network build_resnet(const std::string& name, const ResNetDesign& design, const ImageOptions& options) {
  const auto choice = choose(name, design, options);
  auto network = assemble(name, choice);
  init_he(*network);
  init_conv_head(*network);
  if (choice.design.zero_init_residual) zero_branches(*network);
  return network;
}

}  // namespace reszoo
