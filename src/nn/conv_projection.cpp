#include "reszoo/nn/conv_projection.h"

#include <torch/nn/modules/conv.h>

#include "reszoo/nn/std_conv2d.h"

namespace reszoo {
namespace {

Steps steps_of(const ConvProjectionOptions& options) {
  const auto kernel = options.kernel();
  const auto conv = nn::Conv2dOptions(options.in(), options.out(), kernel)
                        .stride(options.stride())
                        .padding(options.dilation() * (kernel / 2))
                        .dilation(kernel > 1 ? options.dilation() : 1)
                        .bias(false);
  return {{options.named() ? "conv" : "0", make_conv(conv, options.standardize())},
          {options.named() ? "norm" : "1", options.norm().build(options.out(), Layout::maps)}};
}

}  // namespace

ConvProjectionImpl::ConvProjectionImpl(const ConvProjectionOptions& options) : ChainImpl(steps_of(options)) {}

std::shared_ptr<nn::Module> ConvProjectionImpl::clone(const std::optional<torch::Device>& device) const {
  std::shared_ptr<ConvProjectionImpl> copy(new ConvProjectionImpl(clone_steps(steps_, device)));
  copy_flags(*this, *copy);
  return copy;
}

}  // namespace reszoo
