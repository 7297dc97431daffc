#include "reszoo/nn/zero_pad_shortcut.h"

#include <ATen/ops/constant_pad_nd.h>

#include "reszoo/base/error.h"

namespace reszoo {

ZeroPadShortcutImpl::ZeroPadShortcutImpl(const ZeroPadShortcutOptions& options_) : options(options_) {
  if (options.in < 1) fail(ErrorKind::usage, "ZeroPadShortcut: in must be positive, got in={}", options.in);
  if (options.out < options.in)
    fail(ErrorKind::usage, "ZeroPadShortcut: out must not be less than in, got in={}, out={}; use a projection",
         options.in, options.out);
  if (options.stride < 1)
    fail(ErrorKind::usage, "ZeroPadShortcut: stride must be positive, got stride={}", options.stride);
}

Tensor ZeroPadShortcutImpl::forward(Tensor x) {
  for (int64_t dim = 2; dim < x.dim() && options.stride > 1; ++dim)
    x = x.slice(dim, 0, std::nullopt, options.stride);
  const int64_t added = options.out - options.in;
  std::vector<int64_t> padding(static_cast<size_t>(2 * (x.dim() - 2)), 0);  // last dimension first
  padding.push_back(added / 2);
  padding.push_back(added - added / 2);
  return at::constant_pad_nd(x, padding);
}

void ZeroPadShortcutImpl::pretty_print(std::ostream& stream) const {
  stream << "ZeroPadShortcut(" << options.in << ", " << options.out << ", stride=" << options.stride << ")";
}

}  // namespace reszoo
