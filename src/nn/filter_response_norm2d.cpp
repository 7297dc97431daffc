#include "reszoo/nn/filter_response_norm2d.h"

#include <ATen/ops/maximum.h>
#include <torch/types.h>

#include "reszoo/base/error.h"

namespace reszoo {

FilterResponseNorm2dImpl::FilterResponseNorm2dImpl(const FilterResponseNorm2dOptions& options_) : options(options_) {
  if (options.channels < 1)
    fail(ErrorKind::usage, "FilterResponseNorm2d: channels must be positive, got {}", options.channels);
  reset();
}

void FilterResponseNorm2dImpl::reset() {
  weight = register_parameter("weight", torch::ones({options.channels}));
  bias = register_parameter("bias", torch::zeros({options.channels}));
  tau = register_parameter("tau", torch::zeros({options.channels}));
}

Tensor FilterResponseNorm2dImpl::forward(const Tensor& x) {
  const auto of_channel = [&](const Tensor& numbers) { return numbers.reshape({1, options.channels, 1, 1}); };
  const auto scale = x.square().mean({2, 3}, /*keepdim=*/true).add(options.epsilon).rsqrt();
  return at::maximum(x * scale * of_channel(weight) + of_channel(bias), of_channel(tau));
}

void FilterResponseNorm2dImpl::pretty_print(std::ostream& stream) const {
  stream << "FilterResponseNorm2d(" << options.channels << ")";
}

}  // namespace reszoo
