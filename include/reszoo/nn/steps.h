/// Named modules that run one after the other as children of their owner.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/modules/container/named_any.h>
#include <torch/nn/modules/container/sequential.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace reszoo {

namespace nn = torch::nn;
using at::Tensor;
using nn::AnyModule;

/// A named module: a holder (`nn::ReLU()`), a shared pointer, an AnyModule, or an `nn::Sequential`. The children of a
/// Sequential are moved into a Chain, because an AnyModule cannot hold a Sequential.
///
/// A module must take one tensor and return one.
class NamedStep : public nn::NamedAnyModule {
 public:
  using nn::NamedAnyModule::NamedAnyModule;
  NamedStep(std::string name, nn::Sequential sequential);
};

/// Named modules that run in order. A step is a child of its owner under its own name, so a key is
/// `layer1.0.conv1.weight` in whichever slot of the block the step is.
using Steps = std::vector<NamedStep>;

/// A module that is composed of other modules. It owns them and runs them through `AnyModule`, and surgery can replace
/// them.
class Composite : public nn::Module {
 public:
  /// Returns the child registered under `name`, or nullptr.
  virtual AnyModule* child(const std::string& name) = 0;

  /// Replaces the child `name` by `module`. `forward`, `parameters()` and printing use the new module.
  ///
  /// Throws: Error (usage) if there is no such child.
  void replace_child(const std::string& name, AnyModule module);
};

/// Called with the output of each step as soon as it is computed, and the path of the step: "layer1", or "layer1.0" for
/// a step of a nested Chain. Returns false to stop the run.
using StepObserver = std::function<bool(const std::string& path, const Tensor& output)>;

/// Runs the steps in order. Without steps it returns x.
Tensor run(Steps& steps, Tensor x);

/// Like `run`, but calls `observe` after every step, including those of nested Chains. Returns an undefined tensor if
/// `observe` stopped the run.
Tensor run(Steps& steps, Tensor x, const StepObserver& observe, const std::string& prefix = "");

/// Registers each step as a child of `owner` and returns the steps.
Steps register_steps(nn::Module& owner, Steps steps);

/// Returns the module of the step `name`, or nullptr.
AnyModule* find_step(Steps& steps, const std::string& name);

/// Returns a deep copy of the steps. It keeps the names, the device (unless another one is given), the train or eval
/// mode of every module, and `requires_grad` of every parameter. It shares no storage and does not advance any random
/// generator.
Steps clone_steps(const Steps& steps, const std::optional<torch::Device>& device);

/// Returns a deep copy of one module, as `clone_steps` does.
AnyModule clone_module(const AnyModule& module, const std::optional<torch::Device>& device);

/// Copies the mode (training or evaluation) of `from` and of all modules in it to `to`, and the `requires_grad` of all
/// parameters. Both must have the same modules.
void copy_flags(const nn::Module& from, nn::Module& to);

}  // namespace reszoo
