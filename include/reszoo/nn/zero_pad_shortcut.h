/// The shortcut without parameters for blocks whose input and output have different shapes.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a ZeroPadShortcut.
struct ZeroPadShortcutOptions {
  int64_t in = 0;      ///< channels of the input
  int64_t out = 0;     ///< channels of the output
  int64_t stride = 1;  ///< distance between the kept positions, in pixels
};

/// Keeps every stride-th pixel and adds channels of zeros, half of them before and half after the channels of the
/// input: y = pad(x[:, :, ::stride, ::stride]).
///
/// Shape: (N, in, H, W) to (N, out, ceil(H / stride), ceil(W / stride)), (N, in, L) to (N, out, ceil(L / stride)), or
/// (N, in) to (N, out).
/// Throws: Error (usage) if in < 1, out < in or stride < 1.
/// Source: He et al. 2015, arXiv:1512.03385, section 3.3, option A.
/// Differs: the paper does not say on which side the zeros are added.
class ZeroPadShortcutImpl : public nn::Cloneable<ZeroPadShortcutImpl> {
 public:
  explicit ZeroPadShortcutImpl(const ZeroPadShortcutOptions& options);
  void reset() override {}
  Tensor forward(Tensor x);
  void pretty_print(std::ostream& stream) const override;

  ZeroPadShortcutOptions options;
};
TORCH_MODULE(ZeroPadShortcut);

}  // namespace reszoo
