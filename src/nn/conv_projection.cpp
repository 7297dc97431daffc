#include "reszoo/nn/conv_projection.h"

#include "reszoo/nn/make_conv.h"

namespace reszoo {
namespace {

Steps conv_projection_steps(const ConvProjectionOptions& o) {
  const BlockConvOptions conv{.in = o.in,
                              .out = o.out,
                              .kernel = o.kernel,
                              .stride = o.stride,
                              .dilation = o.kernel > 1 ? o.dilation : 1,
                              .layout = o.layout,
                              .weight_standardization = o.weight_standardization};
  return {{o.named ? "conv" : "0", make_conv(conv)}, {o.named ? "norm" : "1", o.norm.build(o.out, o.layout)}};
}

}  // namespace

ConvProjectionImpl::ConvProjectionImpl(const ConvProjectionOptions& options)
    : ChainImpl(conv_projection_steps(options)) {}

std::shared_ptr<nn::Module> ConvProjectionImpl::clone(const std::optional<torch::Device>& device) const {
  std::shared_ptr<ConvProjectionImpl> copy(new ConvProjectionImpl(clone_steps(steps_, device)));
  copy_flags(*this, *copy);
  return copy;
}

}  // namespace reszoo
