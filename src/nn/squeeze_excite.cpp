#include "reszoo/nn/squeeze_excite.h"

#include "reszoo/base/error.h"

namespace reszoo {

int64_t SqueezeExciteOptions::squeezed() const {
  constexpr int64_t kMultiple = 8;
  const auto wanted = static_cast<int64_t>(static_cast<double>(channels) * ratio + kMultiple / 2.0);
  return std::max(kMultiple, wanted / kMultiple * kMultiple);
}

SqueezeExciteImpl::SqueezeExciteImpl(const SqueezeExciteOptions& options_) : options(options_) {
  if (options.channels < 1 || !(options.ratio > 0))
    fail(ErrorKind::usage, "SqueezeExcite: channels and ratio must be positive, got channels={}, ratio={}",
         options.channels, options.ratio);
  reset();
}

void SqueezeExciteImpl::reset() {
  const auto squeezed = options.squeezed();
  fc1 = register_module("fc1", nn::Conv2d(nn::Conv2dOptions(options.channels, squeezed, 1)));
  fc2 = register_module("fc2", nn::Conv2d(nn::Conv2dOptions(squeezed, options.channels, 1)));
}

Tensor SqueezeExciteImpl::forward(const Tensor& x) {
  return x * fc2(fc1(x.mean({2, 3}, /*keepdim=*/true)).relu()).sigmoid();
}

void SqueezeExciteImpl::pretty_print(std::ostream& stream) const {
  stream << "SqueezeExcite(" << options.channels << ", squeezed=" << options.squeezed() << ")";
}

}  // namespace reszoo
