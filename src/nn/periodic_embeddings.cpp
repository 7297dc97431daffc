#include "reszoo/nn/periodic_embeddings.h"

#include <torch/nn/modules/linear.h>

#include <cmath>
#include <numbers>

#include "reszoo/base/error.h"
#include "reszoo/nn/n_linear.h"

namespace reszoo {

void PeriodicImpl::reset() {
  weight = register_parameter("weight", torch::empty({options.columns, options.frequencies}));
  const torch::NoGradGuard no_grad;
  const double edge = std::erf(3 / std::numbers::sqrt2);  // the normal distribution within three standard deviations
  weight.uniform_(-edge, edge).erfinv_().mul_(options.scale * std::numbers::sqrt2);
  weight.clamp_(-3 * options.scale, 3 * options.scale);
}

Tensor PeriodicImpl::forward(const Tensor& x) {
  const auto angle = weight * (2 * std::numbers::pi) * x.unsqueeze(-1);
  return torch::cat({angle.cos(), angle.sin()}, -1);
}

PeriodicEmbeddingsImpl::PeriodicEmbeddingsImpl(const PeriodicEmbeddingsOptions& options_) : options(options_) {
  if (options.columns < 1 || options.width < 1 || options.frequencies < 1)
    fail(ErrorKind::usage,
         "PeriodicEmbeddings: columns, width and frequencies must be 1 or more, got columns={}, width={}, "
         "frequencies={}",
         options.columns, options.width, options.frequencies);
  if (!(options.scale > 0)) fail(ErrorKind::usage, "PeriodicEmbeddings: scale must be positive, got {}", options.scale);
  if (options.lite && !options.activation)
    fail(ErrorKind::usage,
         "PeriodicEmbeddings: lite needs the activation, without which it is one linear layer of cosines and sines");
  reset();
}

void PeriodicEmbeddingsImpl::reset() {
  const int64_t waves = 2 * options.frequencies;
  periodic = register_module("periodic", Periodic(options));
  const NLinearOptions by_column{.layers = options.columns, .in = waves, .out = options.width};
  linear = options.lite ? AnyModule(nn::Linear(waves, options.width)) : AnyModule(NLinear(by_column));
  activation = options.activation ? AnyModule(nn::ReLU()) : AnyModule(nn::Identity());
  register_module("linear", linear.ptr());
  register_module("activation", activation.ptr());
}

Tensor PeriodicEmbeddingsImpl::forward(const Tensor& x) {
  return activation.forward(linear.forward<Tensor>(periodic(x)));
}

void PeriodicEmbeddingsImpl::pretty_print(std::ostream& stream) const {
  stream << "PeriodicEmbeddings(" << options.columns << ", " << options.width << ", lite=" << std::boolalpha
         << options.lite << ")";
}

}  // namespace reszoo
