#include "reszoo/train/optimizer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "train/optimizer_kernels.h"

namespace reszoo {
namespace {

void require(bool holds, const char* rule, const char* name, double value) {
  if (!holds) fail(ErrorKind::usage, "Optimizer: {}, got {}={}", rule, name, value);
}

void check(const OptimizerOptions& o) {
  require(o.lr >= 0, "lr must be at least 0", "lr", o.lr);
  require(o.weight_decay >= 0, "weight_decay must be at least 0", "weight_decay", o.weight_decay);
  require(o.beta1 >= 0 && o.beta1 < 1, "beta1 must be in [0, 1)", "beta1", o.beta1);
  require(o.beta2 >= 0 && o.beta2 < 1, "beta2 must be in [0, 1)", "beta2", o.beta2);
  require(o.eps > 0, "eps must be above 0", "eps", o.eps);
  require(o.momentum >= 0, "momentum must be at least 0", "momentum", o.momentum);
  require(!o.nesterov || o.momentum > 0, "nesterov needs a momentum above 0", "momentum", o.momentum);
}

Tensor zeros(const Tensor& parameter) {
  return at::zeros_like(parameter, at::MemoryFormat::Preserve);
}

Tensor zero_steps(const Tensor& parameter) {
  return at::zeros({}, parameter.options().dtype(at::kFloat));
}

/// The gradient with the parameter's strides: the fused kernels walk both as
/// flat memory.
Tensor aligned_gradient(const Tensor& parameter) {
  const auto& grad = parameter.grad();
  if (grad.strides() == parameter.strides()) return grad;
  return zeros(parameter).copy_(grad);
}

/// Whether a group is stepped by our kernels, which read each value once in one
/// parallel section for all parameters; else by LibTorch's, tensor by tensor.
bool runs_in_our_kernels(const Tensor& parameter) {
  return parameter.is_cpu() && parameter.scalar_type() == at::kFloat;
}

float* memory(const std::vector<Tensor>& tensors, size_t i) {
  return tensors.empty() ? nullptr : static_cast<float*>(tensors[i].mutable_data_ptr());
}

}  // namespace

/// What one call of a fused kernel takes.
struct Optimizer::Group {
  double weight_decay;
  std::vector<Tensor> parameters, gradients, first, second, steps;
};

std::vector<detail::Segment> Optimizer::segments_of(const Group& g) {
  std::vector<detail::Segment> segments;
  for (size_t i = 0; i < g.parameters.size(); ++i)
    segments.push_back({.parameter = memory(g.parameters, i),
                        .gradient = static_cast<const float*>(g.gradients[i].const_data_ptr()),
                        .first = memory(g.first, i),
                        .second = memory(g.second, i),
                        .size = g.parameters[i].numel(),
                        .step_size = 0,
                        .root = 0});
  return segments;
}

OptimizerKind parse_optimizer(std::string_view text) {
  if (text == "adamw") return OptimizerKind::adamw;
  if (text == "sgd") return OptimizerKind::sgd;
  fail(ErrorKind::usage, "Optimizer: must be adamw or sgd, got \"{}\"{}", text, suggestion(text, {"adamw", "sgd"}));
}

std::string text_of(OptimizerKind kind) {
  return kind == OptimizerKind::adamw ? "adamw" : "sgd";
}

Optimizer::Optimizer(const nn::Module& module, const OptimizerOptions& options) : options_(options) {
  check(options_);
  for (const auto& item : module.named_parameters()) {
    slots_.push_back({.name = item.key(), .parameter = item.value(), .first = {}, .second = {}, .steps = {}});
    const auto& first = slots_.front().parameter;
    if (item.value().scalar_type() != first.scalar_type() || item.value().device() != first.device())
      fail(ErrorKind::usage, "Optimizer: all parameters must have one type and device, got {}={} on {} beside {} on {}",
           item.key(), item.value().toString(), item.value().device().str(), first.toString(), first.device().str());
  }
}

Optimizer::Group Optimizer::group(bool decayed) {
  Group group{.weight_decay = decayed ? options_.weight_decay : 0};
  const bool adamw = options_.kind == OptimizerKind::adamw;
  for (auto& slot : slots_) {
    const auto& parameter = slot.parameter;
    if (!parameter.requires_grad() || !parameter.grad().defined()) continue;
    if ((options_.decay_norms_and_biases || parameter.dim() > 1) != decayed) continue;
    if (!slot.first.defined() && (adamw || options_.momentum > 0)) slot.first = zeros(parameter);
    if (!slot.second.defined() && adamw) {
      slot.second = zeros(parameter);
      slot.steps = zero_steps(parameter);
    }
    group.parameters.push_back(parameter);
    group.gradients.push_back(aligned_gradient(parameter));
    if (slot.first.defined()) group.first.push_back(slot.first);
    if (!adamw) continue;
    group.second.push_back(slot.second);
    group.steps.push_back(slot.steps);
  }
  return group;
}

void Optimizer::step_adamw(Group& g, double lr) const {
  at::_foreach_add_(g.steps, 1);
  if (!runs_in_our_kernels(g.parameters.front())) {
    at::_fused_adamw_(g.parameters, g.gradients, g.first, g.second, /*max_exp_avg_sqs=*/{}, g.steps, lr,
                      options_.beta1, options_.beta2, g.weight_decay, options_.eps, /*amsgrad=*/false,
                      /*maximize=*/false);
    return;
  }
  auto segments = segments_of(g);
  for (size_t i = 0; i < segments.size(); ++i) {
    const auto steps = g.steps[i].item<double>();
    segments[i].step_size = static_cast<float>(lr / (1 - std::pow(options_.beta1, steps)));
    segments[i].root = static_cast<float>(1 / std::sqrt(1 - std::pow(options_.beta2, steps)));
  }
  detail::adamw_step(segments, {.decay = static_cast<float>(1 - lr * g.weight_decay),
                                .beta1 = static_cast<float>(options_.beta1),
                                .beta2 = static_cast<float>(options_.beta2),
                                .eps = static_cast<float>(options_.eps)});
}

void Optimizer::step_sgd(Group& g, double lr) const {
  // A buffer of zeros makes the first step momentum * 0 + gradient: the same
  // bits as a first step of its own, also where only some are at their first.
  if (runs_in_our_kernels(g.parameters.front()))
    detail::sgd_step(segments_of(g), {.lr = static_cast<float>(lr),
                                      .weight_decay = static_cast<float>(g.weight_decay),
                                      .momentum = static_cast<float>(options_.momentum),
                                      .nesterov = options_.nesterov});
  else
    at::_fused_sgd_(g.parameters, g.gradients, g.first, g.weight_decay, options_.momentum, lr, /*dampening=*/0,
                    options_.nesterov, /*maximize=*/false, /*is_first_step=*/false);
}

void Optimizer::step(double lr) {
  const at::NoGradGuard no_grad;
  for (const bool decayed : {true, false}) {
    auto g = group(decayed);
    if (g.parameters.empty()) continue;
    options_.kind == OptimizerKind::adamw ? step_adamw(g, lr) : step_sgd(g, lr);
  }
}

void Optimizer::zero_grad() {
  for (auto& slot : slots_) slot.parameter.mutable_grad().reset();
}

void Optimizer::clip(double max_norm) {
  const at::NoGradGuard no_grad;
  std::vector<Tensor> gradients;
  for (const auto& slot : slots_)
    if (slot.parameter.requires_grad() && slot.parameter.grad().defined()) gradients.push_back(slot.parameter.grad());
  if (gradients.empty()) return;
  const auto norm = at::stack(at::_foreach_norm(gradients, 2)).norm();
  at::_foreach_mul_(gradients, (max_norm / (norm + 1e-6)).clamp_max(1));
}

State Optimizer::state() const {
  State state;
  for (const auto& slot : slots_) {
    const bool adamw = options_.kind == OptimizerKind::adamw;
    if (slot.first.defined()) state.insert((adamw ? "exp_avg." : "momentum.") + slot.name, slot.first);
    if (slot.second.defined()) state.insert("exp_avg_sq." + slot.name, slot.second);
    if (slot.steps.defined()) state.insert("step." + slot.name, slot.steps);
  }
  return state;
}

Tensor* Optimizer::place(Slot& slot, std::string_view role) const {
  if (options_.kind == OptimizerKind::sgd) return role == "momentum" && options_.momentum > 0 ? &slot.first : nullptr;
  if (role == "exp_avg") return &slot.first;
  if (role == "exp_avg_sq") return &slot.second;
  return role == "step" ? &slot.steps : nullptr;
}

void Optimizer::load(const State& state) {
  auto fresh = slots_;
  for (auto& slot : fresh) slot.first = slot.second = slot.steps = Tensor();
  for (const auto& item : state) {
    const auto dot = item.key().find('.');
    const auto name = item.key().substr(dot + 1);
    const auto slot = std::find_if(fresh.begin(), fresh.end(), [&](const Slot& s) { return s.name == name; });
    auto* tensor = slot == fresh.end() ? nullptr : place(*slot, item.key().substr(0, dot));
    if (!tensor)
      fail(ErrorKind::input, "Optimizer: {} of these parameters has no state {}", text_of(options_.kind), item.key());
    auto value = tensor == &slot->steps ? zero_steps(slot->parameter) : zeros(slot->parameter);
    if (value.sizes() != item.value().sizes())
      fail(ErrorKind::input, "Optimizer: {} must be ({}), got ({})", item.key(), fmt::join(value.sizes(), ", "),
           fmt::join(item.value().sizes(), ", "));
    *tensor = value.copy_(item.value());
  }
  slots_ = std::move(fresh);
}

}  // namespace reszoo
