/// A sequence of modules that can be used wherever a module can.
#pragma once
#include "reszoo/nn/activation_checkpoint.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// Runs its steps in order: y = step_n(… step_1(x)).
///
/// Shape: the input of the first step to the output of the last step; an empty Chain is the identity.
/// Keys: `<name of the step>.*`; steps without a name are numbered.
/// Differs: from `torch::nn::Sequential`, which does not fit in an `AnyModule`, renames its children when cloned, and
/// whose `replace_module` changes `parameters()` but not `forward`.
class ChainImpl : public Composite {
 public:
  explicit ChainImpl(Steps steps = {}) : steps_(register_steps(*this, std::move(steps))) {}
  /// Takes the children of a `Sequential`, with their names.
  explicit ChainImpl(nn::Sequential sequential);

  Tensor forward(Tensor x) { return checkpoint_ ? run_checkpointed(steps_, std::move(x)) : run(steps_, std::move(x)); }
  AnyModule* child(const std::string& name) override { return find_step(steps_, name); }
  std::shared_ptr<nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& stream) const override { stream << "Chain"; }

  Steps& steps() { return steps_; }
  const Steps& steps() const { return steps_; }

  /// Whether forward recomputes activations in the backward pass (`run_checkpointed`). Network's `features` never does
  /// when it is given names of inner steps.
  bool checkpoint() const { return checkpoint_; }
  void set_checkpoint(bool checkpoint) { checkpoint_ = checkpoint; }

 protected:
  Steps steps_;

 private:
  bool checkpoint_ = false;
};
TORCH_MODULE(Chain);

/// Names steps "0", "1", … as PyTorch's Sequential does.
Steps numbered_steps(std::vector<AnyModule> modules);

}  // namespace reszoo
