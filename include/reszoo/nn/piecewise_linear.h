/// A number as its place among bins.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/activation.h>

#include "reszoo/nn/bins.h"
#include "reszoo/nn/linear_embeddings.h"
#include "reszoo/nn/n_linear.h"

namespace reszoo {

/// How full each bin is: y_ij = (x_i - b_j) / (b_j+1 - b_j), which no bin lets fall
/// below 0 but the first, nor rise above 1 but the last.
///
/// Each column has as many features as the column of most bins; its last bin is the
/// last of them, and those between are 0.
///
/// Shape: (N, columns) to (N, columns, most bins).
/// Keys: the buffers `weight bias` (columns, most bins); `single_bin_mask` (columns)
/// where a column has one bin alone; `mask` (columns, most bins) where columns differ
/// in bins.
/// Throws: Error (usage) for no column, under two edges, or edges that do not ascend.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, equation (1).
class PiecewiseLinearBinsImpl : public nn::Cloneable<PiecewiseLinearBinsImpl> {
 public:
  explicit PiecewiseLinearBinsImpl(Bins bins);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  int64_t most_bins() const;
  /// The least and the largest value of each feature; infinite where there is none.
  std::pair<Tensor, Tensor> limits() const;
  /// The features that are bins, as places among columns * most_bins().
  std::vector<int64_t> places() const;

  Bins bins;
  Tensor weight, bias, single_bin_mask, mask;

 private:
  Tensor lower_, upper_;  // limits(); constants, in no state_dict
};
TORCH_MODULE(PiecewiseLinearBins);

/// The same without the features that are always 0.
///
/// Shape: (N, columns) to (N, all bins).
/// Keys: the buffers `impl.*` of PiecewiseLinearBins.
class PiecewiseLinearEncodingImpl : public nn::Cloneable<PiecewiseLinearEncodingImpl> {
 public:
  explicit PiecewiseLinearEncodingImpl(Bins bins_) : bins(std::move(bins_)) { reset(); }
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override { stream << "PiecewiseLinearEncoding"; }

  Bins bins;
  PiecewiseLinearBins impl{nullptr};

 private:
  Tensor places_;  // a constant, in no state_dict; undefined when all are kept
};
TORCH_MODULE(PiecewiseLinearEncoding);

/// Options of PiecewiseLinearEmbeddings: bins, and the features of each column.
struct PiecewiseLinearEmbeddingsOptions {
  enum class Version {
    a,  ///< of the paper: y_i = W_i bins(x_i) + b_i
    b,  ///< of TabM: y_i = x_i w_i + b_i + W_i bins(x_i), W_i = 0 at first
  };
  PiecewiseLinearEmbeddingsOptions(Bins bins, int64_t width) : bins_(std::move(bins)), width_(width) {}
  TORCH_ARG(Bins, bins);
  TORCH_ARG(int64_t, width);
  TORCH_ARG(Version, version) = Version::b;
  TORCH_ARG(bool, activation) = false;  ///< whether a ReLU follows W_i
};

/// Turns each number into the mix of a vector for each bin.
///
/// Shape: (N, columns) to (N, columns, width).
/// Keys: `linear0.weight linear0.bias` (columns, width) of version b; the buffers
/// `impl.*`; `linear.weight` (columns, most bins, width); `linear.bias` of version a.
/// Throws: Error (usage) as PiecewiseLinearBins, and if width < 1.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.2; version b:
/// Gorishniy et al. 2024, arXiv:2410.24210.
class PiecewiseLinearEmbeddingsImpl : public nn::Cloneable<PiecewiseLinearEmbeddingsImpl> {
 public:
  explicit PiecewiseLinearEmbeddingsImpl(PiecewiseLinearEmbeddingsOptions options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  PiecewiseLinearEmbeddingsOptions options;
  LinearEmbeddings linear0{nullptr};  // null in version a
  PiecewiseLinearBins impl{nullptr};
  NLinear linear{nullptr};
  AnyModule activation;  // ReLU or Identity
};
TORCH_MODULE(PiecewiseLinearEmbeddings);

}  // namespace reszoo
