#include "reszoo/nn/conv_projection.h"

#include <torch/nn/modules/conv.h>

namespace reszoo {

ConvProjectionImpl::ConvProjectionImpl(const ConvProjectionOptions& options)
    : ChainImpl(number({AnyModule(nn::Conv2d(
                            nn::Conv2dOptions(options.in(), options.out(), 1).stride(options.stride()).bias(false))),
                        options.norm().build(options.out(), Layout::maps)})) {}

std::shared_ptr<nn::Module> ConvProjectionImpl::clone(const std::optional<torch::Device>& device) const {
  std::shared_ptr<ConvProjectionImpl> copy(new ConvProjectionImpl(clone_steps(steps_, device)));
  copy_flags(*this, *copy);
  return copy;
}

}  // namespace reszoo
