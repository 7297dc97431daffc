#include "reszoo/train/optimizer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "reszoo/base/error.h"
#include "train/optimizer_steps.h"

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
  require(o.alpha >= 0 && o.alpha < 1, "alpha must be in [0, 1)", "alpha", o.alpha);
  require(o.eps > 0, "eps must be above 0", "eps", o.eps);
  require(o.momentum >= 0, "momentum must be at least 0", "momentum", o.momentum);
  require(!o.nesterov || o.momentum > 0, "nesterov needs a momentum above 0", "momentum", o.momentum);
}

/// Returns the gradient with the parameter's strides, because the fused kernels read both as flat memory.
Tensor aligned_gradient(const Tensor& parameter) {
  const auto& grad = parameter.grad();
  if (grad.strides() == parameter.strides()) return grad;
  return at::zeros_like(parameter, at::MemoryFormat::Preserve).copy_(grad);
}

bool is_trained(const Tensor& parameter) { return parameter.requires_grad() && parameter.grad().defined(); }

}  // namespace

OptimizerOptions OptimizerOptions::defaults(OptimizerKind kind) {
  OptimizerOptions options{.kind = kind};
  switch (kind) {
    case OptimizerKind::adamw:
    case OptimizerKind::adam: break;
    case OptimizerKind::sgd: options.lr = 0.1; break;
    case OptimizerKind::rmsprop:
      options.lr = 1e-2;
      options.momentum = 0;
      break;
    case OptimizerKind::lamb: options.eps = 1e-6; break;
    case OptimizerKind::lion:
      options.lr = 1e-4;
      options.beta2 = 0.99;
      break;
    case OptimizerKind::muon: options.momentum = 0.95; break;
  }
  return options;
}

Optimizer::Optimizer(const nn::Module& module, const OptimizerOptions& options)
    : options_(options), roles_(detail::roles_of(options)) {
  check(options_);
  const auto parameters = module.named_parameters();
  for (const auto& rule : options_.rules) matches("Optimizer", rule.pattern, parameters.keys());
  for (const auto& item : parameters) add(item.key(), item.value());
  std::map<std::tuple<double, double, bool>, size_t> known;
  for (size_t i = 0; i < slots_.size(); ++i) {
    const auto [place, is_new] =
        known.try_emplace({slots_[i].lr_factor, slots_[i].weight_decay, slots_[i].matrix}, groups_.size());
    if (is_new) groups_.emplace_back();
    groups_[place->second].push_back(i);
  }
}

void Optimizer::add(const std::string& name, const Tensor& parameter) {
  const auto rule = resolve_rules(options_.rules, name);
  const bool decayed = options_.decay_norms_and_biases || parameter.dim() > 1;
  slots_.push_back({.name = name,
                    .parameter = parameter,
                    .matrix = parameter.dim() == 2 && name.ends_with("weight"),
                    .lr_factor = rule.lr_factor,
                    .weight_decay = rule.weight_decay.value_or(decayed ? options_.weight_decay : 0),
                    .state = {}});
  const auto& first = slots_.front().parameter;
  if (parameter.scalar_type() != first.scalar_type() || parameter.device() != first.device())
    fail(ErrorKind::usage, "Optimizer: all parameters must have one type and device, got {}={} on {} beside {} on {}",
         name, parameter.toString(), parameter.device().str(), first.toString(), first.device().str());
}

detail::StepGroup Optimizer::group(const std::vector<size_t>& slots) {
  const auto& any = slots_[slots.front()];
  detail::StepGroup group{.lr = any.lr_factor, .weight_decay = any.weight_decay, .matrices = any.matrix};
  group.state.resize(roles_.size());
  for (const auto i : slots) {
    auto& slot = slots_[i];
    if (!is_trained(slot.parameter)) continue;
    if (slot.state.empty())
      for (const auto role : roles_) slot.state.push_back(detail::initial_state(role, slot.parameter, options_.kind));
    group.parameters.push_back(slot.parameter);
    group.gradients.push_back(aligned_gradient(slot.parameter));
    for (size_t role = 0; role < roles_.size(); ++role) group.state[role].push_back(slot.state[role]);
  }
  return group;
}

void Optimizer::step(double lr) {
  const at::NoGradGuard no_grad;
  for (const auto& slots : groups_) {
    auto g = group(slots);
    if (g.parameters.empty()) continue;
    g.lr *= lr;
    detail::row_of(options_.kind).step(g, options_);
  }
}

void Optimizer::zero_grad() {
  for (auto& slot : slots_) slot.parameter.mutable_grad().reset();
}

std::vector<Tensor> Optimizer::gradients() const {
  std::vector<Tensor> gradients;
  for (const auto& slot : slots_)
    if (is_trained(slot.parameter)) gradients.push_back(slot.parameter.grad());
  return gradients;
}

Tensor Optimizer::gradient_norm() const {
  const at::NoGradGuard no_grad;
  const auto all = gradients();
  if (all.empty()) return at::zeros({}, slots_.empty() ? at::TensorOptions() : slots_.front().parameter.options());
  return at::stack(at::_foreach_norm(all, 2)).norm();
}

void Optimizer::scale_gradients(double factor) {
  const at::NoGradGuard no_grad;
  if (auto all = gradients(); !all.empty()) at::_foreach_mul_(all, factor);
}

Tensor Optimizer::clip(double max_norm, const Tensor& norm) {
  const at::NoGradGuard no_grad;
  if (auto all = gradients(); !all.empty()) at::_foreach_mul_(all, (max_norm / (norm + 1e-6)).clamp_max(1));
  return norm;
}

StateDict Optimizer::state() const {
  StateDict state;
  for (const auto& slot : slots_)
    for (size_t role = 0; role < slot.state.size(); ++role)
      state.insert(fmt::format("{}.{}", roles_[role], slot.name), slot.state[role]);
  return state;
}

void Optimizer::load(const StateDict& state) {
  auto fresh = slots_;
  for (auto& slot : fresh) slot.state.clear();
  for (const auto& item : state) {
    const auto dot = item.key().find('.');
    const auto name = item.key().substr(dot + 1);
    const auto slot = std::find_if(fresh.begin(), fresh.end(), [&](const Slot& s) { return s.name == name; });
    const auto role = std::find(roles_.begin(), roles_.end(), item.key().substr(0, dot));
    if (slot == fresh.end() || role == roles_.end())
      fail(ErrorKind::input, "Optimizer: {} of these parameters has no state {}", text_of(options_.kind), item.key());
    auto value = detail::initial_state(*role, slot->parameter, options_.kind);
    if (value.sizes() != item.value().sizes())
      fail(ErrorKind::input, "Optimizer: {} must be ({}), got ({})", item.key(), fmt::join(value.sizes(), ", "),
           fmt::join(item.value().sizes(), ", "));
    slot->state.resize(roles_.size());
    slot->state[static_cast<size_t>(role - roles_.begin())] = value.copy_(item.value());
  }
  for (const auto& slot : fresh)
    for (size_t role = 0; role < slot.state.size(); ++role)
      if (!slot.state[role].defined())
        fail(ErrorKind::input, "Optimizer: {} of {} is missing beside its other state", roles_[role], slot.name);
  slots_ = std::move(fresh);
}

}  // namespace reszoo
