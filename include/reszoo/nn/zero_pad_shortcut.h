/// The paper's way without parameters when dimensions differ.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a ZeroPadShortcut: `in` and `out` channels, and the step in pixels
/// between kept positions of a feature map.
struct ZeroPadShortcutOptions {
  ZeroPadShortcutOptions(int64_t in, int64_t out) : in_(in), out_(out) {}
  TORCH_ARG(int64_t, in);
  TORCH_ARG(int64_t, out);
  TORCH_ARG(int64_t, stride) = 1;
};

/// Keeps every stride-th pixel and adds channels of zeros, half of them before
/// and half behind: y = pad(x[:, :, ::stride, ::stride]).
///
/// Shape: (N, in, H, W) to (N, out, ceil(H / stride), ceil(W / stride)), or
/// (N, in) to (N, out).
/// Throws: Error (usage) if out < in or stride < 1.
/// Source: He et al. 2015, arXiv:1512.03385, section 3.3, option A.
/// Differs: the paper does not say on which side the zeros stand.
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
