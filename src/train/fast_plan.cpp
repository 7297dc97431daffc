#include "train/fast_plan.h"

#include <ATen/ops/empty.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/dropout.h>

namespace reszoo::detail {
namespace {

/// The module as what it is expected to be, else nullptr.
template <typename Impl>
Impl* as(const nn::NamedAnyModule& step) {
  return step.module().ptr()->as<Impl>();
}

bool is_plain(const Tensor& tensor) {
  return tensor.defined() && tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous();
}

nn::LinearImpl* linear(const nn::NamedAnyModule& step) {
  auto* found = as<nn::LinearImpl>(step);
  return found && is_plain(found->weight) && is_plain(found->bias) ? found : nullptr;
}

/// Whether `step` is a norm that we compute, or none; `norm` is set.
bool read_norm(const nn::NamedAnyModule& step, nn::BatchNorm1dImpl*& norm) {
  norm = as<nn::BatchNorm1dImpl>(step);
  if (!norm) return as<nn::IdentityImpl>(step) != nullptr;
  return norm->is_training() && is_plain(norm->weight) && is_plain(norm->bias) && is_plain(norm->running_mean) &&
         is_plain(norm->running_var) && norm->options.momentum();
}

/// Whether `step` is a dropout that leaves something, or none; `probability` is set.
bool read_dropout(const nn::NamedAnyModule& step, double& probability) {
  probability = 0;
  if (const auto* dropout = as<nn::DropoutImpl>(step)) {
    if (dropout->is_training()) probability = dropout->options.p();
    return probability < 1;
  }
  return as<nn::IdentityImpl>(step) != nullptr;
}

bool maps(const nn::LinearImpl* layer, int64_t in, int64_t out) {
  return layer && layer->options.in_features() == in && layer->options.out_features() == out;
}

std::optional<BlockPlan> plan_of(const AnyModule& module, int64_t width) {
  const auto* block = module.ptr()->as<ResidualBlockImpl>();
  if (!block) return std::nullopt;
  const auto& [entry, branch, exit, shortcut, reads_entry, shortcut_first] = block->slots();
  if (!entry.empty() || !exit.empty() || branch.size() != 6 || !as<IdentityShortcutImpl>(shortcut)) return std::nullopt;
  BlockPlan plan{.norm = nullptr, .first = linear(branch[1]), .second = linear(branch[4])};
  const bool known = read_norm(branch[0], plan.norm) && as<nn::ReLUImpl>(branch[2]) &&
                     read_dropout(branch[3], plan.dropout) && read_dropout(branch[5], plan.residual_dropout);
  if (!known || !plan.first || !plan.second) return std::nullopt;
  const auto hidden = plan.first->options.out_features();
  if (!maps(plan.first, width, hidden) || !maps(plan.second, hidden, width)) return std::nullopt;
  return plan;
}

void add_norm(std::vector<Tensor>& parameters, const nn::BatchNorm1dImpl* norm) {
  parameters.push_back(norm ? norm->weight : at::empty({0}));
  parameters.push_back(norm ? norm->bias : at::empty({0}));
}

void add_linear(std::vector<Tensor>& parameters, const nn::LinearImpl* layer) {
  parameters.push_back(layer->weight);
  parameters.push_back(layer->bias);
}

}  // namespace

std::vector<Tensor> TabularPlan::parameters() const {
  std::vector<Tensor> all;
  add_linear(all, input);
  for (const auto& block : blocks) {
    add_norm(all, block.norm);
    add_linear(all, block.first);
    add_linear(all, block.second);
  }
  add_norm(all, norm);
  add_linear(all, output);
  return all;
}

std::optional<TabularPlan> plan_of(const NetworkImpl& network) {
  const auto& [name, input, body, pool, head, classifier] = network.parts();
  const auto* output = as<ChainImpl>(head);
  if (body.size() < 2 || !pool.empty() || !output || output->steps().size() != 3) return std::nullopt;
  const auto* trunk = as<ChainImpl>(body.back());
  TabularPlan plan{.encoders = body.size() - 2,
                   .input = linear(body[body.size() - 2]),
                   .blocks = {},
                   .norm = nullptr,
                   .output = linear(output->steps()[2])};
  if (!plan.input || !trunk || trunk->steps().empty() || trunk->checkpoint() || !plan.output) return std::nullopt;
  for (const auto& step : trunk->steps()) {
    auto block = plan_of(step.module(), plan.width());
    if (!block) return std::nullopt;
    plan.blocks.push_back(*block);
  }
  const bool known = read_norm(output->steps()[0], plan.norm) && as<nn::ReLUImpl>(output->steps()[1]) &&
                     plan.output->options.in_features() == plan.width();
  return known ? std::optional(plan) : std::nullopt;
}

}  // namespace reszoo::detail
