/// Linear embeddings of numeric columns.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/activation.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of LinearEmbeddings.
struct LinearEmbeddingsOptions {
  int64_t columns = 0;
  int64_t width = 0;  ///< features per column
};

/// Embeds each numeric value as a vector: y_i = x_i w_i + b_i.
///
/// Shape: (N, columns) to (N, columns, width).
/// Keys: `weight bias`, each (columns, width); initially uniform in ±1/√width.
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

/// LinearEmbeddings followed by a ReLU: y_i = relu(x_i w_i + b_i).
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
