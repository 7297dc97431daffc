/// A number as a vector, linearly.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/activation.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of LinearEmbeddings: the columns, and the features of each.
struct LinearEmbeddingsOptions {
  LinearEmbeddingsOptions(int64_t columns, int64_t width) : columns_(columns), width_(width) {}
  TORCH_ARG(int64_t, columns);
  TORCH_ARG(int64_t, width);
};

/// Turns each number into a vector: y_i = x_i w_i + b_i.
///
/// Shape: (N, columns) to (N, columns, width).
/// Keys: `weight bias`, each (columns, width); both begin uniform in ±1/√width.
/// Throws: Error (usage) if columns or width < 1.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.4.
class LinearEmbeddingsImpl : public nn::Cloneable<LinearEmbeddingsImpl> {
 public:
  explicit LinearEmbeddingsImpl(const LinearEmbeddingsOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  LinearEmbeddingsOptions options;
  Tensor weight, bias;
};
TORCH_MODULE(LinearEmbeddings);

/// The same behind a ReLU: y_i = relu(x_i w_i + b_i).
///
/// Shape: (N, columns) to (N, columns, width).
/// Keys: `linear.weight linear.bias`.
class LinearReLUEmbeddingsImpl : public nn::Cloneable<LinearReLUEmbeddingsImpl> {
 public:
  explicit LinearReLUEmbeddingsImpl(const LinearEmbeddingsOptions& options_) : options(options_) { reset(); }
  void reset() override;
  Tensor forward(const Tensor& x) { return activation(linear(x)); }
  void pretty_print(std::ostream& stream) const override { stream << "LinearReLUEmbeddings"; }

  LinearEmbeddingsOptions options;
  LinearEmbeddings linear{nullptr};
  nn::ReLU activation{nullptr};
};
TORCH_MODULE(LinearReLUEmbeddings);

}  // namespace reszoo
