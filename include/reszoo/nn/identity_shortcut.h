/// The identity shortcut.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Returns its input: y = x.
///
/// Shape: any to the same.
/// Source: He et al. 2015, arXiv:1512.03385, equation (1).
class IdentityShortcutImpl : public nn::Cloneable<IdentityShortcutImpl> {
 public:
  void reset() override {}
  Tensor forward(const Tensor& x) { return x; }
  void pretty_print(std::ostream& stream) const override { stream << "IdentityShortcut"; }
};
TORCH_MODULE(IdentityShortcut);

}  // namespace reszoo
