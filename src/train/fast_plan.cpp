#include "train/fast_plan.h"

#include <ATen/ops/empty.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>

#include "reszoo/nn/member_linear.h"

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

/// Whether `step` is a linear layer that we compute, of as many members; `layer` is set.
bool read_linear(const nn::NamedAnyModule& step, int64_t members, LinearTensors& layer) {
  if (const auto* linear = as<nn::LinearImpl>(step)) {
    layer = {.weight = linear->weight, .bias = linear->bias, .r = at::empty({0}), .s = at::empty({0})};
    return members == 1 && is_plain(layer.weight) && is_plain(layer.bias);
  }
  const auto* linear = as<BatchEnsembleLinearImpl>(step);
  if (!linear || linear->options.members != members) return false;
  layer = {.weight = linear->weight, .bias = linear->bias, .r = linear->r, .s = linear->s};
  return is_plain(layer.weight) && is_plain(layer.bias) && is_plain(layer.r) && is_plain(layer.s);
}

/// Whether `step` is a norm that we compute, or none; it is added.
bool read_norm(const nn::NamedAnyModule& step, TabularPlan& plan, NormTensors& tensors) {
  auto* norm = as<nn::BatchNorm1dImpl>(step);
  plan.norms.push_back(norm);
  tensors = norm ? NormTensors{norm->weight, norm->bias} : NormTensors{at::empty({0}), at::empty({0})};
  if (!norm) return as<nn::IdentityImpl>(step) != nullptr;
  return norm->is_training() && is_plain(norm->weight) && norm->weight.numel() == plan.width() &&
         is_plain(norm->bias) && is_plain(norm->running_mean) && is_plain(norm->running_var) &&
         norm->options.momentum();
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

bool read_block(const nn::NamedAnyModule& step, TabularPlan& plan) {
  const auto* block = as<ResidualBlockImpl>(step);
  if (!block) return false;
  const auto& slots = block->slots();
  const auto& branch = slots.branch;
  if (!slots.entry.empty() || !slots.exit.empty() || branch.size() != 6 || !as<IdentityShortcutImpl>(slots.shortcut))
    return false;
  auto& tensors = plan.tensors.blocks.emplace_back();
  auto& dropouts = plan.blocks.emplace_back();
  const bool known = read_norm(branch[0], plan, tensors.norm) && read_linear(branch[1], plan.members, tensors.first) &&
                     as<nn::ReLUImpl>(branch[2]) && read_dropout(branch[3], dropouts.dropout) &&
                     read_linear(branch[4], plan.members, tensors.second) &&
                     read_dropout(branch[5], dropouts.residual_dropout);
  if (!known) return false;
  const auto &first = tensors.first.weight, &second = tensors.second.weight;
  const auto width = plan.tensors.input.weight.size(0);
  return first.size(1) == width && second.size(0) == width && second.size(1) == first.size(0);
}

template <typename Visit>
void each_tensor(TabularTensors& tensors, const Visit& visit) {
  const auto visit_norm = [&](NormTensors& norm) { visit(norm.weight), visit(norm.bias); };
  const auto visit_linear = [&](LinearTensors& linear) {
    visit(linear.weight), visit(linear.bias), visit(linear.r), visit(linear.s);
  };
  visit_linear(tensors.input);
  for (auto& block : tensors.blocks) {
    visit_norm(block.norm);
    visit_linear(block.first);
    visit_linear(block.second);
  }
  visit_norm(tensors.norm);
}

}  // namespace

std::vector<Tensor> TabularTensors::list() const {
  std::vector<Tensor> all;
  auto copy = *this;
  each_tensor(copy, [&](const Tensor& tensor) { all.push_back(tensor); });
  return all;
}

TabularTensors TabularTensors::from(const std::vector<Tensor>& list) {
  TabularTensors tensors;
  tensors.blocks.resize((list.size() - 6) / 10);
  size_t next = 0;
  each_tensor(tensors, [&](Tensor& tensor) { tensor = list[next++]; });
  return tensors;
}

std::optional<TabularPlan> plan_of(NetworkImpl& network) {
  const auto& [name, input, body, pool, head, classifier] = network.parts();
  auto* output = as<ChainImpl>(head);
  if (body.size() < 2 || !pool.empty() || !output || output->steps().size() != 3) return std::nullopt;
  const auto& projection = body[body.size() - 2];
  const auto* trunk = as<ChainImpl>(body.back());
  if (!trunk || trunk->steps().empty() || trunk->checkpoint()) return std::nullopt;
  const auto* first = as<BatchEnsembleLinearImpl>(projection);
  TabularPlan plan{.encoders = body.size() - 2,
                   .members = first ? first->options.members : 1,
                   .norms = {},
                   .blocks = {},
                   .tensors = {},
                   .output = &output->steps()[2].module()};
  if (!read_linear(projection, plan.members, plan.tensors.input)) return std::nullopt;
  for (const auto& step : trunk->steps())
    if (!read_block(step, plan)) return std::nullopt;
  const bool known = read_norm(output->steps()[0], plan, plan.tensors.norm) && as<nn::ReLUImpl>(output->steps()[1]);
  return known ? std::optional(plan) : std::nullopt;
}

}  // namespace reszoo::detail
