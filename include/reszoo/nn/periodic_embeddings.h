/// A number as waves.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/activation.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of PeriodicEmbeddings: the columns and the features of each.
struct PeriodicEmbeddingsOptions {
  PeriodicEmbeddingsOptions(int64_t columns, int64_t width) : columns_(columns), width_(width) {}
  TORCH_ARG(int64_t, columns);
  TORCH_ARG(int64_t, width);
  TORCH_ARG(int64_t, frequencies) = 48;  ///< of each column
  TORCH_ARG(double, scale) = 0.01;       ///< standard deviation with which frequencies begin
  TORCH_ARG(bool, lite) = false;         ///< whether one linear layer serves all columns
  TORCH_ARG(bool, activation) = true;    ///< whether a ReLU follows it
};

/// The cosines and sines of a number: y_i = [cos(2π c_i x_i), sin(2π c_i x_i)].
///
/// Shape: (N, columns) to (N, columns, 2 frequencies).
/// Keys: `weight` (columns, frequencies), begins normal, cut at three deviations.
class PeriodicImpl : public nn::Cloneable<PeriodicImpl> {
 public:
  explicit PeriodicImpl(const PeriodicEmbeddingsOptions& options_) : options(options_) { reset(); }
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override { stream << "Periodic(scale=" << options.scale() << ")"; }

  PeriodicEmbeddingsOptions options;
  Tensor weight;
};
TORCH_MODULE(Periodic);

/// Turns each number into waves, these into a vector: y_i = relu(W_i waves(x_i) + b_i).
///
/// Shape: (N, columns) to (N, columns, width).
/// Keys: `periodic.weight` (columns, frequencies), `linear.weight` (columns, 2
/// frequencies, width), `linear.bias` (columns, width); lite: those of a linear layer.
/// Throws: Error (usage) for a size < 1, a scale that is not positive, or lite
/// without activation.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.3 ("PLR"); lite:
/// Gorishniy et al. 2023, arXiv:2307.14338.
class PeriodicEmbeddingsImpl : public nn::Cloneable<PeriodicEmbeddingsImpl> {
 public:
  explicit PeriodicEmbeddingsImpl(const PeriodicEmbeddingsOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  PeriodicEmbeddingsOptions options;
  Periodic periodic{nullptr};
  AnyModule linear;      // NLinear; Linear when lite
  AnyModule activation;  // ReLU or Identity
};
TORCH_MODULE(PeriodicEmbeddings);

}  // namespace reszoo
