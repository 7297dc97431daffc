#include "reszoo/nn/drop_path.h"

#include <ATen/ops/empty.h>

#include "reszoo/base/error.h"

namespace reszoo {

DropPathImpl::DropPathImpl(const DropPathOptions& options_) : options(options_) {
  if (!(options.probability >= 0 && options.probability < 1))
    fail(ErrorKind::usage, "DropPath: probability must be in [0, 1), got {}", options.probability);
}

Tensor DropPathImpl::forward(const Tensor& x) {
  if (!is_training() || options.probability == 0) return x;
  const double kept = 1 - options.probability;
  std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
  shape[0] = x.size(0);
  return x * at::empty(shape, x.options()).bernoulli_(kept).div_(kept);
}

void DropPathImpl::pretty_print(std::ostream& stream) const { stream << "DropPath(" << options.probability << ")"; }

}  // namespace reszoo
