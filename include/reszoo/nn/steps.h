/// Modules that run one after the other as children of their owner.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/modules/container/named_any.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace reszoo {

namespace nn = torch::nn;
using at::Tensor;
using nn::AnyModule;

/// Named modules, run in order. A step is a child of its owner under its own
/// name, so a key is `layer1.0.conv1.weight` whichever slot of the block it is in.
using Steps = std::vector<nn::NamedAnyModule>;

/// A module made of parts that it was given. It owns them, runs them through
/// `AnyModule`, and lets surgery put another module in a part's place.
class Composite : public nn::Module {
 public:
  /// Returns the part registered under `name`, or nullptr.
  virtual AnyModule* part(const std::string& name) = 0;

  /// Puts `module` where the part `name` stands: `forward`, `parameters()` and
  /// printing see the new one.
  ///
  /// Throws: Error (usage) if there is no such part.
  void replace_part(const std::string& name, AnyModule module);
};

/// Sees the output of each step as it is made, by path: "layer1", then
/// "layer1.0" for a step of a Chain inside. Returns false to stop the run.
using StepObserver = std::function<bool(const std::string& path, const Tensor& output)>;

/// Runs the steps in order; no step at all is the identity.
Tensor run(Steps& steps, Tensor x);

/// Like `run`, and tells `observe` of every step, those of nested Chains too.
/// The result is undefined when `observe` stopped the run.
Tensor run(Steps& steps, Tensor x, const StepObserver& observe, const std::string& prefix = "");

/// Registers each step as a child of `owner` and returns the steps.
Steps adopt(nn::Module& owner, Steps steps);

/// Returns the part of `steps` that is called `name`, or nullptr.
AnyModule* find_step(Steps& steps, const std::string& name);

/// Copies steps deeply: names, device (unless another is given), train or eval
/// mode of every module and `requires_grad` of every parameter are kept, no
/// storage is shared, and no random generator is touched.
Steps clone_steps(const Steps& steps, const std::optional<torch::Device>& device);

/// The same for one module.
AnyModule clone_module(const AnyModule& module, const std::optional<torch::Device>& device);

/// Gives `to` and all modules in it the mode of their twins in `from`, and their
/// parameters the `requires_grad` of theirs. The trees must be alike.
void copy_flags(const nn::Module& from, nn::Module& to);

}  // namespace reszoo
