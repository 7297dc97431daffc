#include "reszoo/nn/layer_norm2d.h"

#include <ATen/ops/layer_norm.h>
#include <torch/types.h>

#include "reszoo/base/error.h"

namespace reszoo {

LayerNorm2dImpl::LayerNorm2dImpl(const LayerNorm2dOptions& options_) : options(options_) {
  if (options.channels < 1) fail(ErrorKind::usage, "LayerNorm2d: channels must be positive, got {}", options.channels);
  reset();
}

void LayerNorm2dImpl::reset() {
  weight = register_parameter("weight", torch::ones({options.channels}));
  bias = register_parameter("bias", torch::zeros({options.channels}));
}

Tensor LayerNorm2dImpl::forward(const Tensor& x) {
  const auto by_pixel = x.permute({0, 2, 3, 1});
  return at::layer_norm(by_pixel, {options.channels}, weight, bias, options.epsilon).permute({0, 3, 1, 2});
}

void LayerNorm2dImpl::pretty_print(std::ostream& stream) const {
  stream << "LayerNorm2d(" << options.channels << ", epsilon=" << options.epsilon << ")";
}

}  // namespace reszoo
