#include "reszoo/nn/blur_pool2d.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/reflection_pad2d.h>
#include <torch/types.h>

#include "reszoo/base/error.h"

namespace reszoo {

BlurPool2dImpl::BlurPool2dImpl(const BlurPool2dOptions& options_) : options(options_) {
  if (options.channels < 1 || options.stride < 1)
    fail(ErrorKind::usage, "BlurPool2d: channels and stride must be positive, got channels={}, stride={}",
         options.channels, options.stride);
  reset();
}

void BlurPool2dImpl::reset() {
  const auto side = torch::tensor({0.25f, 0.5f, 0.25f});
  filter_ = at::outer(side, side).expand({options.channels, 1, 3, 3});
}

Tensor BlurPool2dImpl::forward(const Tensor& x) {
  const auto mirrored = at::reflection_pad2d(x, {1, 1, 1, 1});
  // `to(x)` instead of `to(x.options())`, because a trace would record the latter as a fixed device.
  return at::conv2d(mirrored, filter_.to(x), {}, options.stride, at::IntArrayRef{0}, 1, options.channels);
}

void BlurPool2dImpl::pretty_print(std::ostream& stream) const {
  stream << "BlurPool2d(" << options.channels << ", stride=" << options.stride << ")";
}

}  // namespace reszoo
