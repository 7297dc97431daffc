/// What training must leave as it found it: modes and random generators.
#pragma once
#include <ATen/Context.h>
#include <torch/nn/module.h>

#include <memory>
#include <vector>

#include "reszoo/nn/steps.h"

namespace reszoo::detail {

/// Gives every module the mode back that it had.
class ModeGuard {
 public:
  explicit ModeGuard(const nn::Module& root) : modules_(root.modules()) {
    for (const auto& module : modules_) modes_.push_back(module->is_training());
  }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;
  ~ModeGuard() {
    // Parents come before their children, so a child's own mode is set last.
    for (size_t i = 0; i < modules_.size(); ++i) modules_[i]->train(modes_[i]);
  }

 private:
  std::vector<std::shared_ptr<nn::Module>> modules_;
  std::vector<bool> modes_;
};

/// The default generator of a device.
inline at::Generator generator(torch::Device device) {
  return at::globalContext().defaultGenerator(device);
}

/// Puts the default generators back as they were.
class GeneratorGuard {
 public:
  explicit GeneratorGuard(torch::Device device) : device_(device), cpu_(generator(at::kCPU).get_state()) {
    if (device_.is_cuda()) cuda_ = generator(device_).get_state();
  }
  GeneratorGuard(const GeneratorGuard&) = delete;
  GeneratorGuard& operator=(const GeneratorGuard&) = delete;
  ~GeneratorGuard() {
    generator(at::kCPU).set_state(cpu_);
    if (cuda_.defined()) generator(device_).set_state(cuda_);
  }

 private:
  torch::Device device_;
  Tensor cpu_, cuda_;
};

}  // namespace reszoo::detail
