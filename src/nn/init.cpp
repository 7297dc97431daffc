#include "reszoo/nn/init.h"

#include <torch/nn/init.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>

#include "reszoo/nn/drop_path.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/norm.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/nn/squeeze_excite.h"
#include "reszoo/nn/std_conv2d.h"

namespace reszoo {
namespace {

/// Returns the module's own parameter `weight`, or an undefined tensor.
Tensor own_weight(const nn::Module& module) {
  const auto parameters = module.named_parameters(/*recurse=*/false);
  const auto* weight = parameters.find("weight");
  return weight ? *weight : Tensor();
}

bool is_convolution(const nn::Module& module) {
  return module.as<nn::Conv2dImpl>() || module.as<StdConv2dImpl>() || module.as<nn::Conv1dImpl>();
}

/// Whether a zero input gives a zero output.
bool keeps_zero(const nn::Module& module) {
  return module.as<nn::IdentityImpl>() || module.as<nn::DropoutImpl>() || module.as<DropPathImpl>() ||
         module.as<SqueezeExciteImpl>() || module.as<EfficientChannelAttentionImpl>();
}

/// Returns the weight that makes the output of a branch 0 if it is 0: that of its last norm, or of its last
/// convolution, which has no bias in a block. Undefined if the branch ends with another module.
Tensor last_weight(const Steps& branch) {
  const auto last =
      std::find_if(branch.rbegin(), branch.rend(), [](const auto& step) { return !keeps_zero(*step.module().ptr()); });
  if (last == branch.rend()) return {};
  const auto& module = *last->module().ptr();
  const auto* norm = norm_row_of(module);
  return is_convolution(module) || (norm && norm->zero_init) ? own_weight(module) : Tensor();
}

}  // namespace

void init_kaiming(nn::Module& module) {
  if (module.as<EfficientChannelAttentionImpl>()) return;
  const torch::NoGradGuard no_grad;
  if (auto weight = own_weight(module); weight.defined()) {
    if (is_convolution(module)) nn::init::kaiming_normal_(weight, 0.0, torch::kFanOut, torch::kReLU);
    else if (norm_row_of(module)) weight.fill_(1.0);
  }
  for (const auto& child : module.children()) init_kaiming(*child);
}

int zero_init_residual(nn::Module& root) {
  const torch::NoGradGuard no_grad;
  int changed = 0;
  for (const auto& module : root.modules())
    if (const auto* block = module->as<ResidualBlockImpl>())
      if (auto weight = last_weight(block->slots().branch); weight.defined()) {
        weight.zero_();
        ++changed;
      }
  return changed;
}

}  // namespace reszoo
