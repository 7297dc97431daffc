/// The residual equation: one class for all blocks.
#pragma once
#include "reszoo/nn/chain.h"
#include "reszoo/nn/identity_shortcut.h"

namespace reszoo {

/// The parts of a ResidualBlock. An empty slot is the identity.
struct Slots {
  Steps entry = {};   ///< before branch and shortcut: norm and activation of a pre-activation block
  Steps branch = {};  ///< the residual function F
  Steps exit = {};    ///< after the sum: the last activation of a post-activation block
  NamedStep shortcut{"shortcut", IdentityShortcut()};  ///< identity, zero-padding or W_s
  /// Whether the shortcut reads the output of the entry instead of the input, as a projection
  /// in a pre-activation block does (He et al. 2016, arXiv:1603.05027, section 4.1).
  bool shortcut_reads_entry = false;
  /// Whether the keys of the shortcut come before those of the other slots, as in timm's
  /// pre-activation blocks, instead of after those of the branch.
  bool shortcut_first = false;
};

/// y = exit(branch(e) + shortcut(x)), e = entry(x); the shortcut reads e instead of x if `shortcut_reads_entry` is set.
///
/// Basic, bottleneck, pre-activation and tabular blocks are this class with different modules in its slots. The input
/// is never modified.
///
/// Shape: any; the outputs of branch and shortcut must have the same shape.
/// Throws: Error (input) in forward if the shapes differ.
/// Keys: `<step>.*` for the steps of entry, branch, shortcut (under its own name) and exit.
/// Source: He et al. 2015, arXiv:1512.03385, equations (1) and (2).
class ResidualBlockImpl : public Composite {
 public:
  explicit ResidualBlockImpl(Slots slots = {});
  Tensor forward(const Tensor& x);
  AnyModule* child(const std::string& name) override;
  std::shared_ptr<nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& stream) const override { stream << "ResidualBlock"; }

  Slots& slots() { return slots_; }
  const Slots& slots() const { return slots_; }

 private:
  Slots slots_;
};
TORCH_MODULE(ResidualBlock);

/// Makes a residual block of any module: y = module(x) + projection(x).
///
/// Keys: `module.*` and `projection.*`.
ResidualBlock residual(AnyModule module, AnyModule projection = AnyModule(IdentityShortcut()));

/// Returns the module as an AnyModule. The children of a Sequential are moved into a Chain, because an AnyModule cannot
/// hold a Sequential.
inline AnyModule as_any(nn::Sequential sequential) { return AnyModule(Chain(std::move(sequential))); }
inline AnyModule as_any(AnyModule module) { return module; }
template <typename Impl>
AnyModule as_any(const nn::ModuleHolder<Impl>& module) {
  return AnyModule(module);
}
template <typename Impl>
AnyModule as_any(std::shared_ptr<Impl> module) {
  return AnyModule(std::move(module));
}

/// Overload for any holder, shared pointer or `torch::nn::Sequential`.
template <typename Module, typename Projection = IdentityShortcut>
ResidualBlock residual(Module module, Projection projection = {}) {
  return residual(as_any(std::move(module)), as_any(std::move(projection)));
}

}  // namespace reszoo
