#include "reszoo/nn/init.h"

#include <torch/nn/init.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/normalization.h>

#include "reszoo/nn/residual_block.h"

namespace reszoo {
namespace {

/// The weight of a norm that has one, else nullptr.
Tensor* norm_weight(nn::Module& module) {
  if (auto* batch1d = module.as<nn::BatchNorm1dImpl>()) return &batch1d->weight;
  if (auto* batch2d = module.as<nn::BatchNorm2dImpl>()) return &batch2d->weight;
  if (auto* group = module.as<nn::GroupNormImpl>()) return &group->weight;
  if (auto* layer = module.as<nn::LayerNormImpl>()) return &layer->weight;
  if (auto* instance = module.as<nn::InstanceNorm2dImpl>()) return &instance->weight;
  return nullptr;
}

}  // namespace

void init_he(nn::Module& root) {
  torch::NoGradGuard no_grad;
  for (const auto& module : root.modules()) {
    if (auto* conv = module->as<nn::Conv2dImpl>())
      nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanOut, torch::kReLU);
    else if (auto* weight = norm_weight(*module); weight && weight->defined())
      weight->fill_(1.0);
  }
}

int zero_last_norms(nn::Module& root) {
  torch::NoGradGuard no_grad;
  int changed = 0;
  for (const auto& module : root.modules()) {
    auto* block = module->as<ResidualBlockImpl>();
    if (!block || block->slots().branch.empty()) continue;
    auto* weight = norm_weight(*block->slots().branch.back().module().ptr());
    if (weight && weight->defined()) {
      weight->zero_();
      ++changed;
    }
  }
  return changed;
}

}  // namespace reszoo
