/// Piecewise linear encoding and embeddings of numeric columns.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/activation.h>

#include "reszoo/base/bin_edges.h"
#include "reszoo/nn/linear_embeddings.h"
#include "reszoo/nn/n_linear.h"

namespace reszoo {

/// Encodes each numeric value as the fraction of each bin that is below it: y_ij = (x_i - b_j) / (b_j+1 - b_j), with a
/// minimum of 0 in all bins but the first, and a maximum of 1 in all bins but the last.
///
/// Every column has as many features as the column with the most bins. Its last bin is the last feature. Features
/// without a bin are 0 and come before it.
///
/// Shape: (N, columns) to (N, columns, most bins).
/// Keys: the buffers `weight bias` (columns, most bins); `single_bin_mask` (columns) if a column has only one bin;
/// `mask` (columns, most bins) if columns have different numbers of bins.
/// Throws: Error (usage) if there is no column, or if a column has fewer than two edges or edges that are not
/// increasing.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, equation (1).
class PiecewiseLinearBinsImpl : public nn::Cloneable<PiecewiseLinearBinsImpl> {
 public:
  explicit PiecewiseLinearBinsImpl(Bins bins);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  /// Returns the largest number of bins of a column.
  int64_t most_bins() const;
  /// Returns the minimum and the maximum of each feature; infinite if there is no limit.
  std::pair<Tensor, Tensor> limits() const;
  /// Returns the indices of the features that are bins, among columns * most_bins().
  std::vector<int64_t> bin_features() const;

  Bins bins;
  Tensor weight, bias, single_bin_mask, mask;

 private:
  Tensor lower_, upper_;  // limits(); constants that are not in the state_dict
};
TORCH_MODULE(PiecewiseLinearBins);

/// PiecewiseLinearBins without the features that are always 0.
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
  Tensor bin_features_;  // a constant that is not in the state_dict; undefined if all features are bins
};
TORCH_MODULE(PiecewiseLinearEncoding);

/// Options of PiecewiseLinearEmbeddings.
struct PiecewiseLinearEmbeddingsOptions {
  enum class Version {
    a,  ///< as in the paper: y_i = W_i bins(x_i) + b_i
    b,  ///< as in TabM: y_i = x_i w_i + b_i + W_i bins(x_i), W_i initially 0
  };
  Bins bins = {};     ///< edges of the bins of each column
  int64_t width = 0;  ///< features per column
  Version version = Version::b;
  bool activation = false;  ///< whether a ReLU follows W_i
};

/// Embeds each numeric value as the sum of one vector per bin, weighted by the encoding of the value.
///
/// Shape: (N, columns) to (N, columns, width).
/// Keys: `linear0.weight linear0.bias` (columns, width) in version b; the buffers `impl.*`; `linear.weight`
/// (columns, most bins, width); `linear.bias` in version a.
/// Throws: Error (usage) as PiecewiseLinearBins does, and if width < 1.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.2; version b: Gorishniy et al. 2024, arXiv:2410.24210.
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
