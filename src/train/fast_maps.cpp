#include "fast_maps.h"

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>

#include "conv_maps.h"
#include "norm_maps.h"

namespace reszoo::detail {
namespace {

template <typename Impl>
Impl* as(const nn::NamedAnyModule& step) {
  return step.module().ptr()->as<Impl>();
}

/// The first step from `from` that is no Identity; the end if there is none.
size_t next_of(const Steps& steps, size_t from) {
  while (from < steps.size() && as<nn::IdentityImpl>(steps[from])) ++from;
  return from;
}

nn::BatchNorm2dImpl* plain_norm(const Steps& steps, size_t at) {
  if (at >= steps.size()) return nullptr;
  auto* norm = as<nn::BatchNorm2dImpl>(steps[at]);
  return norm && is_plain_norm(*norm) ? norm : nullptr;
}

bool is_relu(const Steps& steps, size_t at) { return at < steps.size() && as<nn::ReLUImpl>(steps[at]); }

Tensor run_step(nn::NamedAnyModule& step, Tensor x);

/// The steps `first` .. `end`, a norm and the ReLU behind it as one.
Tensor run_range(Steps& steps, size_t first, size_t end, Tensor x) {
  for (auto i = next_of(steps, first); i < end; i = next_of(steps, i + 1)) {
    auto* norm = x.dim() == 4 ? plain_norm(steps, i) : nullptr;
    if (!norm) {
      x = run_step(steps[i], std::move(x));
      continue;
    }
    const auto behind = next_of(steps, i + 1);
    const bool relu = behind < end && is_relu(steps, behind);
    x = norm_maps(*norm, x, {}, relu);
    if (relu) i = behind;
  }
  return x;
}

Tensor run_all(Steps& steps, Tensor x) { return run_range(steps, 0, steps.size(), std::move(x)); }

/// The place of the last step that is no Identity; the end if there is none.
size_t last_of(const Steps& steps) {
  for (auto i = steps.size(); i > 0; --i)
    if (!as<nn::IdentityImpl>(steps[i - 1])) return i - 1;
  return steps.size();
}

/// A block whose branch ends with a norm: norm, sum and the exit's ReLU as one.
Tensor run_block(ResidualBlockImpl& block, const Tensor& x) {
  auto& slots = block.slots();
  const auto last = last_of(slots.branch);
  auto* norm = plain_norm(slots.branch, last);
  if (!norm) return block.forward(x);
  const auto entry = run_all(slots.entry, x);
  const auto shortcut = run_step(slots.shortcut, slots.shortcut_reads_entry ? entry : x);
  const auto branch = run_range(slots.branch, 0, last, entry);
  if (branch.dim() != 4 || branch.sizes() != shortcut.sizes()) return block.forward(x);
  const auto exit = next_of(slots.exit, 0);
  const bool relu = is_relu(slots.exit, exit);
  const auto sum = norm_maps(*norm, branch, shortcut, relu);
  return run_range(slots.exit, relu ? exit + 1 : exit, slots.exit.size(), sum);
}

Tensor run_step(nn::NamedAnyModule& step, Tensor x) {
  if (auto* chain = as<ChainImpl>(step); chain && !chain->checkpoint()) return run_all(chain->steps(), std::move(x));
  if (auto* block = as<ResidualBlockImpl>(step)) return run_block(*block, x);
  if (const auto* conv = as<nn::Conv2dImpl>(step); conv && is_plain_conv(*conv) && x.dim() == 4)
    return conv_maps(*conv, x);
  return step.module().forward(std::move(x));
}

}  // namespace

bool has_fused_maps(const NetworkImpl& network) {
  if (network.input_spec().layout != Layout::maps) return false;
  const auto modules = network.modules();
  return std::any_of(modules.begin(), modules.end(),
                     [](const auto& module) { return module->template as<nn::BatchNorm2dImpl>() != nullptr; });
}

Tensor run_maps(NetworkImpl& network, const Tensor& x) {
  auto& parts = network.parts();
  return parts.head.module().forward(run_all(parts.pool, run_all(parts.body, x)));
}

}  // namespace reszoo::detail
