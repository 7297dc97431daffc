#include "reszoo/nn/init.h"

#include <torch/nn/init.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <algorithm>

#include "reszoo/nn/drop_path.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/evo_norm2d.h"
#include "reszoo/nn/filter_response_norm2d.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/nn/squeeze_excite.h"
#include "reszoo/nn/std_conv2d.h"

namespace reszoo {
namespace {

/// The weight of a norm that has one, else nullptr.
Tensor* norm_weight(nn::Module& module) {
  if (auto* batch1d = module.as<nn::BatchNorm1dImpl>()) return &batch1d->weight;
  if (auto* batch2d = module.as<nn::BatchNorm2dImpl>()) return &batch2d->weight;
  if (auto* group = module.as<nn::GroupNormImpl>()) return &group->weight;
  if (auto* layer = module.as<nn::LayerNormImpl>()) return &layer->weight;
  if (auto* instance = module.as<nn::InstanceNorm2dImpl>()) return &instance->weight;
  if (auto* evo = module.as<EvoNorm2dImpl>()) return &evo->weight;
  if (auto* response = module.as<FilterResponseNorm2dImpl>()) return &response->weight;
  return nullptr;
}

/// The weight of a convolution, which in a block has no bias, else nullptr.
Tensor* conv_weight(nn::Module& module) {
  if (auto* conv = module.as<nn::Conv2dImpl>()) return &conv->weight;
  if (auto* conv = module.as<StdConv2dImpl>()) return &conv->weight;
  return nullptr;
}

/// Whether 0 goes in and 0 comes out.
bool keeps_zero(const nn::Module& module) {
  return module.as<nn::IdentityImpl>() || module.as<nn::DropoutImpl>() || module.as<DropPathImpl>() ||
         module.as<SqueezeExciteImpl>() || module.as<EfficientChannelAttentionImpl>();
}

}  // namespace

void init_he(nn::Module& root) {
  torch::NoGradGuard no_grad;
  for (const auto& module : root.modules()) {
    if (auto* conv = conv_weight(*module))
      nn::init::kaiming_normal_(*conv, 0.0, torch::kFanOut, torch::kReLU);
    else if (auto* weight = norm_weight(*module); weight && weight->defined())
      weight->fill_(1.0);
  }
}

int zero_branches(nn::Module& root) {
  torch::NoGradGuard no_grad;
  int changed = 0;
  for (const auto& module : root.modules()) {
    auto* block = module->as<ResidualBlockImpl>();
    if (!block) continue;
    const auto& branch = block->slots().branch;
    const auto last = std::find_if(branch.rbegin(), branch.rend(),
                                   [](const auto& step) { return !keeps_zero(*step.module().ptr()); });
    if (last == branch.rend()) continue;
    auto* weight = norm_weight(*last->module().ptr());
    if (!weight) weight = conv_weight(*last->module().ptr());
    if (weight && weight->defined()) {
      weight->zero_();
      ++changed;
    }
  }
  return changed;
}

}  // namespace reszoo
