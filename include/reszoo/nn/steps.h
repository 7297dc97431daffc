/// Modules that run one after the other as children of their owner.
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

/// A module under a name: a holder (`nn::ReLU()`), a shared pointer, an AnyModule, or an
/// `nn::Sequential`, whose children move into a Chain because a Sequential fits in no AnyModule.
///
/// A module must take one tensor and return one.
class NamedStep : public nn::NamedAnyModule {
 public:
  using nn::NamedAnyModule::NamedAnyModule;
  NamedStep(std::string name, nn::Sequential sequential);
};

/// Named modules that run in order. A step is a child of its owner under its own
/// name, so a key is `layer1.0.conv1.weight` whichever slot of the block it is in.
using Steps = std::vector<NamedStep>;

/// A module made of parts that it was given. It owns them, runs them through
/// `AnyModule`, and surgery can replace them.
class Composite : public nn::Module {
 public:
  /// Returns the part registered under `name`, or nullptr.
  virtual AnyModule* child(const std::string& name) = 0;

  /// Replaces the part `name` by `module`: `forward`, `parameters()` and printing
  /// see the new one.
  ///
  /// Throws: Error (usage) if there is no such part.
  void replace_child(const std::string& name, AnyModule module);
};

/// Gets the output of each step when it is computed, with its path: "layer1", or
/// "layer1.0" for a step of a Chain inside. Returns false to stop the run.
using StepObserver = std::function<bool(const std::string& path, const Tensor& output)>;

/// Runs the steps in order; no step at all is the identity.
Tensor run(Steps& steps, Tensor x);

/// Like `run`, and calls `observe` after every step, those of nested Chains too.
/// The result is an undefined tensor when `observe` stopped the run.
Tensor run(Steps& steps, Tensor x, const StepObserver& observe, const std::string& prefix = "");

/// Registers each step as a child of `owner` and returns the steps.
Steps register_steps(nn::Module& owner, Steps steps);

/// Returns the module of the step `name`, or nullptr.
AnyModule* find_step(Steps& steps, const std::string& name);

/// Copies steps deeply: names, device (unless another is given), train or eval
/// mode of every module and `requires_grad` of every parameter are kept, no
/// storage is shared, and no random generator is touched.
Steps clone_steps(const Steps& steps, const std::optional<torch::Device>& device);

/// The same for one module.
AnyModule clone_module(const AnyModule& module, const std::optional<torch::Device>& device);

/// Copies the mode (training or evaluation) of `from` and all modules in it to `to`, and
/// the `requires_grad` of all parameters. Both must have the same modules.
void copy_flags(const nn::Module& from, nn::Module& to);

}  // namespace reszoo
