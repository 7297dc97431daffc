/// Periodic embeddings of numeric columns.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/activation.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of PeriodicEmbeddings.
struct PeriodicEmbeddingsOptions {
  int64_t columns = 0;
  int64_t width = 0;         ///< features per column
  int64_t frequencies = 48;  ///< frequencies per column
  double scale = 0.01;       ///< standard deviation of the initial frequencies
  bool lite = false;         ///< whether all columns share one linear layer
  bool activation = true;    ///< whether a ReLU follows the linear layer
};

/// Computes cosines and sines of each numeric value: y_i = [cos(2π c_i x_i), sin(2π c_i x_i)].
///
/// Shape: (N, columns) to (N, columns, 2 frequencies).
/// Keys: `weight` (columns, frequencies), initially normal, truncated at three standard deviations.
class PeriodicImpl : public nn::Cloneable<PeriodicImpl> {
 public:
  explicit PeriodicImpl(const PeriodicEmbeddingsOptions& options_) : options(options_) { reset(); }
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override { stream << "Periodic(scale=" << options.scale << ")"; }

  PeriodicEmbeddingsOptions options;
  Tensor weight;
};
TORCH_MODULE(Periodic);

/// Embeds each numeric value by its cosines and sines: y_i = relu(W_i periodic(x_i) + b_i).
///
/// Shape: (N, columns) to (N, columns, width).
/// Keys: `periodic.weight` (columns, frequencies), `linear.weight` (columns, 2 frequencies, width), `linear.bias`
/// (columns, width); with `lite` those of one linear layer.
/// Throws: Error (usage) for a size < 1, a scale that is not positive, or lite without activation.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.3 ("PLR"); `lite`: Gorishniy et al. 2023,
/// arXiv:2307.14338.
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
