#include "reszoo/nn/linear_embeddings.h"

#include <cmath>

#include "reszoo/base/error.h"

namespace reszoo {

LinearEmbeddingsImpl::LinearEmbeddingsImpl(const LinearEmbeddingsOptions& options_) : options(options_) {
  if (options.columns < 1 || options.width < 1)
    fail(ErrorKind::usage, "LinearEmbeddings: columns and width must be 1 or more, got columns={}, width={}",
         options.columns, options.width);
  reset();
}

void LinearEmbeddingsImpl::reset() {
  const double bound = 1 / std::sqrt(static_cast<double>(options.width));
  weight = register_parameter("weight", torch::empty({options.columns, options.width}).uniform_(-bound, bound));
  bias = register_parameter("bias", torch::empty({options.columns, options.width}).uniform_(-bound, bound));
}

Tensor LinearEmbeddingsImpl::forward(const Tensor& x) { return torch::addcmul(bias, weight, x.unsqueeze(-1)); }

void LinearEmbeddingsImpl::pretty_print(std::ostream& stream) const {
  stream << "LinearEmbeddings(" << options.columns << ", " << options.width << ")";
}

void LinearReLUEmbeddingsImpl::reset() {
  linear = register_module("linear", LinearEmbeddings(options));
  activation = register_module("activation", nn::ReLU());
}

}  // namespace reszoo
