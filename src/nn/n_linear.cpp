#include "reszoo/nn/n_linear.h"

#include <cmath>

#include "reszoo/base/error.h"

namespace reszoo {

NLinearImpl::NLinearImpl(const NLinearOptions& options_) : options(options_) {
  if (options.layers < 1 || options.in < 1 || options.out < 1)
    fail(ErrorKind::usage, "NLinear: layers, in and out must be 1 or more, got layers={}, in={}, out={}", options.layers,
         options.in, options.out);
  reset();
}

void NLinearImpl::reset() {
  const double bound = 1 / std::sqrt(static_cast<double>(options.in));
  const auto drawn = [&](at::IntArrayRef shape) { return torch::empty(shape).uniform_(-bound, bound); };
  weight = register_parameter("weight", drawn({options.layers, options.in, options.out}));
  if (options.bias) bias = register_parameter("bias", drawn({options.layers, options.out}));
}

Tensor NLinearImpl::forward(const Tensor& x) {
  const auto parts = x.dim() == 3 ? x : x.reshape({-1, x.size(1) / options.in, options.in});
  const auto by_layer = parts.transpose(0, 1).expand({options.layers, -1, -1});
  const auto y = bias.defined() ? torch::baddbmm(bias.unsqueeze(1), by_layer, weight) : torch::bmm(by_layer, weight);
  const auto by_row = y.transpose(0, 1);
  return options.flat ? by_row.reshape({-1, options.layers * options.out}) : by_row;
}

void NLinearImpl::pretty_print(std::ostream& stream) const {
  stream << "NLinear(" << options.layers << " of " << options.in << ", " << options.out
         << ", bias=" << std::boolalpha << options.bias << ")";
}

}  // namespace reszoo
