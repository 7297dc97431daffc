// The builder of all image ResNets: those of He et al. 2015 for ImageNet and CIFAR, and their successors. The design
// selects the variant. Keys are those of torchvision and timm.
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

ResNetConfig resolve(const std::string& name, const ResNetDesign& design, const ImageOptions& options) {
  ResNetConfig config{.design = design};
  config.design.norm = options.norm.value_or(design.norm);
  config.design.activation = options.activation.value_or(design.activation);
  config.design.shortcut = options.shortcut.value_or(design.shortcut);
  config.design.zero_init_residual = options.zero_init_residual.value_or(design.zero_init_residual);
  config.design.outputs = at_least(0, name, "outputs", options.outputs, design.outputs);
  config.channels = at_least(1, name, "channels", options.channels, 3);
  config.dropout = fraction(name, "dropout", options.dropout, 0);
  config.drop_path = fraction(name, "drop_path", options.drop_path, 0);
  config.drop_block = fraction(name, "drop_block", options.drop_block, 0);
  config.checkpoint = options.checkpoint.value_or(false);
  const auto stages = design.depths.size();
  config.dilate = options.replace_stride_with_dilation.value_or(std::vector<bool>(stages - 1, false));
  if (config.dilate.size() != stages - 1)
    fail(ErrorKind::usage,
         "{}: replace_stride_with_dilation must have one value for each stage but the first, {}, got {}", name,
         stages - 1, config.dilate.size());
  config.dilate.insert(config.dilate.begin(), false);
  return config;
}

/// Builds blocks one after the other. Each block takes the previous block's output channels as input.
class StageBuilder {
 public:
  explicit StageBuilder(const ResNetConfig& config)
      : config_(config), design_(config.design), in_(stem_output(design_)) {}

  Chain stage(size_t stage) {
    const bool dilate = config_.dilate[stage];
    const int64_t before = dilation_;
    if (dilate) dilation_ *= 2;
    std::vector<AnyModule> blocks;
    for (int64_t i = 0; i < design_.depths[stage]; ++i, ++block_index_) {
      auto options = block_options(stage);
      options.stride = i == 0 && stage > 0 && !dilate ? 2 : 1;
      options.dilation = dilation_;
      options.first_dilation = i == 0 ? before : dilation_;
      blocks.push_back(block(stage, options));
    }
    Chain chain(numbered_steps(std::move(blocks)));
    chain->set_checkpoint(config_.checkpoint);
    return chain;
  }

  int64_t width() const { return in_; }

 private:
  bool is_bottleneck(size_t stage) const {
    return design_.blocks[std::min(stage, design_.blocks.size() - 1)] == ResNetDesign::Block::bottleneck;
  }

  BlockOptions block_options(size_t stage) const {
    const int64_t width = design_.widths[stage];
    const bool bottleneck = is_bottleneck(stage);
    return {
        .in = in_,
        .out = bottleneck ? width * kExpansion : width,
        .width = bottleneck ? width * design_.group_width / 64 * design_.groups : width,
        .norm = design_.norm,
        .activation = design_.activation,
        .order = design_.order,
        .shortcut = design_.shortcut,
        .reduce_first = design_.reduce_first,
        .groups = design_.groups,
        .projection_kernel = design_.projection_kernel,
        .attention = design_.attention,
        .anti_alias = design_.anti_alias,
        .drop_path = drop_path(),
        .drop_block = drop_block(stage),
        .weight_standardization = design_.weight_standardization,
    };
  }

  /// Returns the drop rate of the current block, which grows linearly from 0 at the first block (Huang et al. 2016,
  /// section 4).
  double drop_path() const {
    const auto last = std::accumulate(design_.depths.begin(), design_.depths.end(), int64_t{0}) - 1;
    return last > 0 ? config_.drop_path * static_cast<double>(block_index_) / static_cast<double>(last) : 0;
  }

  /// Returns squares of 5x5 pixels in the second-to-last stage and of 3x3 in the last, as in timm.
  std::optional<DropBlock2dOptions> drop_block(size_t stage) const {
    const auto following = design_.depths.size() - 1 - stage;
    if (config_.drop_block == 0 || following > 1) return std::nullopt;
    const bool last = following == 0;
    return DropBlock2dOptions{
        .probability = config_.drop_block, .block_size = last ? 3 : 5, .scale = last ? 1.0 : 0.25};
  }

  AnyModule block(size_t stage, const BlockOptions& options) {
    in_ = options.out;
    return AnyModule(is_bottleneck(stage) ? bottleneck_block(options) : basic_block(options));
  }

  const ResNetConfig& config_;
  const ResNetDesign& design_;
  int64_t in_;
  int64_t block_index_ = 0;
  int64_t dilation_ = 1;  // dilation of the previous stage
};

/// Appends the stages, named `layer1` … as in torchvision, or `stages.0.blocks` … `norm` as in timm's resnetv2.
void append_stages(Steps& body, StageBuilder& stages, const ResNetDesign& design) {
  std::vector<AnyModule> nested;
  for (size_t i = 0; i < design.depths.size(); ++i) {
    if (design.order == Order::post_activation) body.emplace_back("layer" + std::to_string(i + 1), stages.stage(i));
    else nested.emplace_back(Chain(Steps{{"blocks", stages.stage(i)}}));
  }
  if (nested.empty()) return;
  body.emplace_back("stages", Chain(numbered_steps(std::move(nested))));
  body.emplace_back("norm", design.norm.build(stages.width(), Layout::images));
  body.emplace_back("act", design.activation.build());
}

/// Builds the head: `fc`, or the 1x1 convolution `head.fc` of timm's resnetv2.
NamedStep resnet_head(const ResNetDesign& design, int64_t width) {
  const bool pre = design.order == Order::pre_activation;
  const std::string name = pre ? "head" : "fc";
  if (design.outputs == 0) return {name, nn::Identity()};
  if (!pre) return {name, nn::Linear(width, design.outputs)};
  return {name, Chain(Steps{{"unflatten", nn::Unflatten(nn::UnflattenOptions(1, {width, 1, 1}))},
                            {"fc", nn::Conv2d(nn::Conv2dOptions(width, design.outputs, 1))},
                            {"flatten", nn::Flatten()}})};
}

/// Initialises the head of timm's resnetv2, which is a convolution, with small weights.
void init_conv_head(nn::Module& network) {
  const torch::NoGradGuard no_grad;
  const auto parameters = network.named_parameters();
  if (!parameters.contains("head.fc.weight")) return;
  nn::init::normal_(parameters["head.fc.weight"], 0, 0.01);
  nn::init::zeros_(parameters["head.fc.bias"]);
}

Network assemble_resnet(const std::string& name, const ResNetConfig& config) {
  Steps body = resnet_stem(config);
  StageBuilder stages(config);
  append_stages(body, stages, config.design);
  return Network(NetworkParts{
      .name = name,
      .input = {Layout::images, config.channels},
      .body = std::move(body),
      .pool = {{"avgpool", nn::AdaptiveAvgPool2d(1)},
               {"flatten", nn::Flatten()},
               {"drop", config.dropout > 0 ? AnyModule(nn::Dropout(config.dropout)) : AnyModule(nn::Identity())}},
      .head = resnet_head(config.design, stages.width()),
      .classifier = config.design.order == Order::pre_activation ? "head.fc" : "fc",
  });
}

}  // namespace

Network build_resnet(const std::string& name, const ResNetDesign& design, const ImageOptions& options) {
  const auto config = resolve(name, design, options);
  auto network = assemble_resnet(name, config);
  init_kaiming(*network);
  init_conv_head(*network);
  if (config.design.zero_init_residual) zero_init_residual(*network);
  return network;
}

}  // namespace reszoo
