#include "reszoo/nn/linear_projection.h"

#include <torch/nn/modules/linear.h>

namespace reszoo {

LinearProjectionImpl::LinearProjectionImpl(const LinearProjectionOptions& options)
    : ChainImpl(numbered_steps({AnyModule(nn::Linear(nn::LinearOptions(options.in, options.out).bias(false))),
                                options.norm.build(options.out, Layout::features)})) {}

std::shared_ptr<nn::Module> LinearProjectionImpl::clone(const std::optional<torch::Device>& device) const {
  std::shared_ptr<LinearProjectionImpl> copy(new LinearProjectionImpl(clone_steps(steps_, device)));
  copy_flags(*this, *copy);
  return copy;
}

}  // namespace reszoo
