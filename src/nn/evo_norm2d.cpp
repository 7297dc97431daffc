#include "reszoo/nn/evo_norm2d.h"

#include <torch/types.h>

#include "reszoo/base/error.h"

namespace reszoo {

EvoNorm2dImpl::EvoNorm2dImpl(const EvoNorm2dOptions& options_) : options(options_) {
  if (options.channels < 1 || options.groups < 1 || options.channels % options.groups != 0)
    fail(ErrorKind::usage, "EvoNorm2d: groups must divide channels, got groups={}, channels={}", options.groups,
         options.channels);
  reset();
}

void EvoNorm2dImpl::reset() {
  weight = register_parameter("weight", torch::ones({options.channels}));
  bias = register_parameter("bias", torch::zeros({options.channels}));
  v = register_parameter("v", torch::ones({options.channels}));
}

Tensor EvoNorm2dImpl::forward(const Tensor& x) {
  const auto of_channel = [&](const Tensor& numbers) { return numbers.reshape({1, options.channels, 1, 1}); };
  const auto gated = x * (x * of_channel(v)).sigmoid();
  const std::vector<int64_t> split{options.groups, options.channels / options.groups};
  const auto deviation =
      x.unflatten(1, split).var({2, 3, 4}, /*unbiased=*/false, /*keepdim=*/true).add(options.epsilon).sqrt();
  return (gated.unflatten(1, split) / deviation).flatten(1, 2) * of_channel(weight) + of_channel(bias);
}

void EvoNorm2dImpl::pretty_print(std::ostream& stream) const {
  stream << "EvoNorm2d(" << options.channels << ", groups=" << options.groups << ")";
}

}  // namespace reszoo
