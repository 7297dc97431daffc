/// Guards that set modes and autocast for a scope and restore them.
#pragma once
#include <ATen/autocast_mode.h>
#include <torch/nn/module.h>

#include <memory>
#include <vector>

#include "nn/generator_guard.h"
#include "reszoo/nn/steps.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo::detail {

/// Restores the mode of every module.
class ModeGuard {
 public:
  explicit ModeGuard(const nn::Module& root) : modules_(root.modules()) {
    for (const auto& module : modules_) modes_.push_back(module->is_training());
  }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;
  ~ModeGuard() {
    // Parents come before their children, so the mode of a child is set last.
    for (size_t i = 0; i < modules_.size(); ++i) modules_[i]->train(modes_[i]);
  }

 private:
  std::vector<std::shared_ptr<nn::Module>> modules_;
  std::vector<bool> modes_;
};

/// Lets LibTorch compute in a lower precision, as its autocast does.
class AutocastGuard {
 public:
  AutocastGuard(torch::Device device, Precision precision)
      : type_(device.type()), active_(precision != Precision::float32) {
    if (!active_) return;
    enabled_ = at::autocast::is_autocast_enabled(type_);
    dtype_ = at::autocast::get_autocast_dtype(type_);
    at::autocast::set_autocast_enabled(type_, true);
    at::autocast::set_autocast_dtype(type_, precision == Precision::bfloat16 ? at::kBFloat16 : at::kHalf);
    at::autocast::increment_nesting();
  }
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;
  ~AutocastGuard() {
    if (!active_) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(type_, enabled_);
    at::autocast::set_autocast_dtype(type_, dtype_);
  }

 private:
  at::DeviceType type_;
  bool active_, enabled_ = false;
  at::ScalarType dtype_ = at::kFloat;
};

}  // namespace reszoo::detail
