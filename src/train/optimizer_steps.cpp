#include "train/optimizer_steps.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "kernels/optimizer.h"
#include "train/orthogonal.h"

namespace reszoo {
namespace detail {
namespace {

constexpr double kMuonScale = 0.2;

/// Whether our kernels step the group: they read each value once, in one parallel section for all parameters. Otherwise
/// LibTorch's do, tensor by tensor.
bool runs_in_our_kernels(const StepGroup& group) {
  const auto& parameter = group.parameters.front();
  return parameter.is_cpu() && parameter.scalar_type() == at::kFloat;
}

float* memory(const StepGroup& group, size_t role, size_t i) {
  return role < group.state.size() ? static_cast<float*>(group.state[role][i].mutable_data_ptr()) : nullptr;
}

std::vector<kernels::Segment> segments_of(const StepGroup& group) {
  std::vector<kernels::Segment> segments;
  for (size_t i = 0; i < group.parameters.size(); ++i)
    segments.push_back({.parameter = static_cast<float*>(group.parameters[i].mutable_data_ptr()),
                        .gradient = static_cast<const float*>(group.gradients[i].const_data_ptr()),
                        .first = memory(group, 0, i),
                        .second = memory(group, 1, i),
                        .size = group.parameters[i].numel(),
                        .step_size = 0,
                        .root = 0});
  return segments;
}

/// Returns 1 - beta^t of each parameter, where t is its number of steps, stored on the CPU.
std::vector<double> corrections(const std::vector<Tensor>& steps, double beta) {
  std::vector<double> values;
  for (const auto& step : steps) values.push_back(1 - std::pow(beta, step.item<double>()));
  return values;
}

void step_adamw(StepGroup& g, const OptimizerOptions& o) {
  at::_foreach_add_(g.state[2], 1);
  if (!runs_in_our_kernels(g)) {
    at::_fused_adamw_(g.parameters, g.gradients, g.state[0], g.state[1], /*max_exp_avg_sqs=*/{}, g.state[2], g.lr,
                      o.beta1, o.beta2, g.weight_decay, o.eps, /*amsgrad=*/false, /*maximize=*/false);
    return;
  }
  auto segments = segments_of(g);
  const auto first = corrections(g.state[2], o.beta1), second = corrections(g.state[2], o.beta2);
  for (size_t i = 0; i < segments.size(); ++i) {
    segments[i].step_size = static_cast<float>(g.lr / first[i]);
    segments[i].root = static_cast<float>(1 / std::sqrt(second[i]));
  }
  kernels::adamw_step(segments, {.decay = static_cast<float>(1 - g.lr * g.weight_decay),
                                 .beta1 = static_cast<float>(o.beta1),
                                 .beta2 = static_cast<float>(o.beta2),
                                 .eps = static_cast<float>(o.eps)});
}

void step_sgd(StepGroup& g, const OptimizerOptions& o) {
  // With a buffer of zeros the first step is momentum * 0 + gradient, which gives bitwise the same result as a special
  // first step, even if only some parameters are at their first step.
  if (runs_in_our_kernels(g))
    kernels::sgd_step(segments_of(g), {.lr = static_cast<float>(g.lr),
                                       .weight_decay = static_cast<float>(g.weight_decay),
                                       .momentum = static_cast<float>(o.momentum),
                                       .nesterov = o.nesterov});
  else
    at::_fused_sgd_(g.parameters, g.gradients, g.state.empty() ? std::vector<Tensor>() : g.state[0], g.weight_decay,
                    o.momentum, g.lr, /*dampening=*/0, o.nesterov, /*maximize=*/false, /*is_first_step=*/false);
}

void step_adam(StepGroup& g, const OptimizerOptions& o) {
  at::_foreach_add_(g.state[2], 1);
  at::_fused_adam_(g.parameters, g.gradients, g.state[0], g.state[1], /*max_exp_avg_sqs=*/{}, g.state[2], g.lr, o.beta1,
                   o.beta2, g.weight_decay, o.eps, /*amsgrad=*/false, /*maximize=*/false);
}

/// s <- alpha s + (1 - alpha) g^2; u = g / (sqrt(s) + eps); p <- p - lr u, or with the momentum of u instead of u.
void step_rmsprop(StepGroup& g, const OptimizerOptions& o) {
  const auto gradients =
      g.weight_decay == 0 ? g.gradients : at::_foreach_add(g.gradients, g.parameters, g.weight_decay);
  auto& squares = g.state[0];
  at::_foreach_mul_(squares, o.alpha);
  at::_foreach_addcmul_(squares, gradients, gradients, 1 - o.alpha);
  auto root = at::_foreach_sqrt(squares);
  at::_foreach_add_(root, o.eps);
  if (o.momentum == 0) return at::_foreach_addcdiv_(g.parameters, gradients, root, -g.lr);
  at::_foreach_mul_(g.state[1], o.momentum);
  at::_foreach_addcdiv_(g.state[1], gradients, root);
  at::_foreach_add_(g.parameters, g.state[1], -g.lr);
}

/// Returns |p| / |u| of each parameter, or 1 if one of the norms is 0.
std::vector<Tensor> trust_ratios(const StepGroup& g, const std::vector<Tensor>& updates) {
  const auto weight = at::stack(at::_foreach_norm(g.parameters, 2)), update = at::stack(at::_foreach_norm(updates, 2));
  return at::where((weight > 0).logical_and(update > 0), weight / update, at::ones_like(weight)).unbind();
}

/// Adam's update u plus the weight decay w p, times the trust ratio. No trust ratio if w = 0, as in timm.
void step_lamb(StepGroup& g, const OptimizerOptions& o) {
  auto &mean = g.state[0], &squares = g.state[1], &steps = g.state[2];
  at::_foreach_add_(steps, 1);
  at::_foreach_mul_(mean, o.beta1);
  at::_foreach_add_(mean, g.gradients, 1 - o.beta1);
  at::_foreach_mul_(squares, o.beta2);
  at::_foreach_addcmul_(squares, g.gradients, g.gradients, 1 - o.beta2);
  std::vector<at::Scalar> first, root_of_second;
  for (const auto correction : corrections(steps, o.beta1)) first.emplace_back(correction);
  for (const auto correction : corrections(steps, o.beta2)) root_of_second.emplace_back(std::sqrt(correction));
  auto denominators = at::_foreach_sqrt(squares);
  at::_foreach_div_(denominators, root_of_second);
  at::_foreach_add_(denominators, o.eps);
  auto updates = at::_foreach_div(mean, first);
  at::_foreach_div_(updates, denominators);
  if (g.weight_decay != 0) {
    at::_foreach_add_(updates, g.parameters, g.weight_decay);
    at::_foreach_mul_(updates, trust_ratios(g, updates));
  }
  at::_foreach_add_(g.parameters, updates, -g.lr);
}

/// p <- (1 - lr w) p - lr sign(beta1 m + (1 - beta1) g); m <- beta2 m + (1 - beta2) g.
void step_lion(StepGroup& g, const OptimizerOptions& o) {
  if (g.weight_decay != 0) at::_foreach_mul_(g.parameters, 1 - g.lr * g.weight_decay);
  auto updates = at::_foreach_mul(g.state[0], o.beta1);
  at::_foreach_add_(updates, g.gradients, 1 - o.beta1);
  at::_foreach_sign_(updates);
  at::_foreach_add_(g.parameters, updates, -g.lr);
  at::_foreach_lerp_(g.state[0], g.gradients, 1 - o.beta2);
}

/// For matrices: m <- mu m + (1 - mu) g; p <- (1 - lr w) p - lr s O, where O is (1 - mu) g + mu m with its singular
/// values set to about 1. The factor s = 0.2 sqrt(largest side) gives O the root mean square of AdamW's updates.
void step_muon(StepGroup& g, const OptimizerOptions& o) {
  if (!g.matrices) return step_adamw(g, o);
  for (size_t i = 0; i < g.parameters.size(); ++i) {
    auto &parameter = g.parameters[i], &momentum = g.state[0][i];
    momentum.lerp_(g.gradients[i], 1 - o.momentum);
    const auto update = orthogonalized(g.gradients[i].lerp(momentum, o.momentum));
    const auto side = static_cast<double>(std::max(parameter.size(0), parameter.size(1)));
    parameter.mul_(1 - g.lr * g.weight_decay).add_(update, -g.lr * kMuonScale * std::sqrt(side));
  }
}

constexpr KindRow kKinds[] = {
    {"adamw", OptimizerKind::adamw, {"exp_avg", "exp_avg_sq", "step"}, step_adamw},
    {"sgd", OptimizerKind::sgd, {"momentum"}, step_sgd},
    {"adam", OptimizerKind::adam, {"exp_avg", "exp_avg_sq", "step"}, step_adam},
    {"rmsprop", OptimizerKind::rmsprop, {"square_avg", "momentum"}, step_rmsprop},
    {"lamb", OptimizerKind::lamb, {"exp_avg", "exp_avg_sq", "step"}, step_lamb},
    {"lion", OptimizerKind::lion, {"exp_avg"}, step_lion},
    {"muon", OptimizerKind::muon, {"exp_avg", "exp_avg_sq", "step"}, step_muon},
};

}  // namespace

const KindRow& row_of(OptimizerKind kind) { return reszoo::row_of(kKinds, kind); }

std::vector<std::string_view> roles_of(const OptimizerOptions& options) {
  std::vector<std::string_view> roles;
  for (const auto role : row_of(options.kind).roles)
    if (!role.empty() && (role != "momentum" || options.momentum > 0)) roles.push_back(role);
  return roles;
}

Tensor initial_state(std::string_view role, const Tensor& parameter, OptimizerKind kind) {
  if (role != "step") return at::zeros_like(parameter, at::MemoryFormat::Preserve);
  const auto options = parameter.options().dtype(at::kFloat);
  return at::zeros({}, kind == OptimizerKind::lamb ? options.device(at::kCPU) : options);
}

}  // namespace detail

OptimizerKind parse_optimizer(std::string_view text) { return parse_name("Optimizer", detail::kKinds, text); }

std::string text_of(OptimizerKind kind) { return std::string(detail::row_of(kind).name); }

}  // namespace reszoo
