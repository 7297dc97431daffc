/// Scales numeric columns with values fitted on the training rows.
#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

using at::Tensor;

/// How numbers are scaled: `quantile` to a normal distribution, `standard` to
/// mean 0 and deviation 1, `robust` to median 0 and quartiles 1 apart, `smooth`
/// the same with the far ends bent into (-3, 3), `none` not at all.
enum class Scaling { quantile, standard, robust, smooth, none };

/// Reads the name of a scaling, as it stands in the enumeration.
/// Throws: Error (usage) for any other text.
Scaling parse_scaling(std::string_view text);

/// The text that `parse_scaling` reads back.
std::string text_of(Scaling scaling);

/// The deviation of the noise for a column of deviation s.
enum class NoiseRule {
  relative,   ///< noise * min(s, 1)
  published,  ///< noise / max(s, noise)
};

/// Options of a Scaler.
struct ScalerOptions {
  Scaling scaling = Scaling::quantile;
  int64_t quantiles = 1000;  ///< at most; never more than there are rows
  double noise = 0;          ///< of `quantile`: scale of noise on the values fitted, see Scaler
  uint64_t seed = 0;         ///< of the noise
  NoiseRule rule = NoiseRule::relative;
  Tensor normals = {};  ///< (N, F) float64 standard normal numbers to use instead of drawing them
};

/// Maps each column by values fitted once; missing values (NaN) take no part in
/// fitting and come out as the middle: 0, or the mean for `none`.
///
///     quantile: y = normal quantile of the empirical distribution at x, clipped to about +-5.2
///     standard: y = (x - mean) / deviation; a constant column has deviation 1
///     robust:   y = (x - median) / (q75 - q25); where the quartiles agree, the divisor is 1
///     smooth:   y = z / sqrt(1 + (z / 3)^2), z = (x - median) / s; s = q75 - q25, where these
///               agree (max - min) / 2, of a constant column 1
///     none:     y = x
///
/// Of `quantile`, noise on the fitted values, x + d * g with g standard normal and
/// d as NoiseRule says, spreads ties, so that a value shared by many rows
/// at the end of the range (zeros, often) is not thrown to -5.2 but stays at the
/// middle of its rows.
///
/// Shape: (N, F) float64 to (N, F) float64.
/// Source: scikit-learn, QuantileTransformer (output_distribution="normal",
/// subsample=None), StandardScaler and RobustScaler; `smooth`: Holzmueller et al.
/// 2024, arXiv:2407.04491; the noise: Gorishniy et al. 2021, arXiv:2106.11959,
/// published code.
/// Differs: the published rule of the noise drowns columns of small numbers, so it
/// is not the default.
class Scaler {
 public:
  /// Fits on `values` (N, F) float64; `names` (F) are for messages.
  /// Throws: Error (input) naming the column that has no value or an infinite one.
  static Scaler fit(const Tensor& values, const std::vector<std::string>& names, const ScalerOptions& options = {});

  /// Builds a fitted scaler of `columns` columns from what `tensors` gave.
  /// Throws: Error (file) for tensors that are missing or of another shape or type.
  static Scaler from(Scaling scaling, int64_t columns, const std::map<std::string, Tensor>& tensors);

  /// Throws: Error (input) for another number of columns.
  Tensor transform(const Tensor& values) const;

  Scaling scaling() const { return scaling_; }

  /// The fitted values, float64. Keys: `quantiles` (Q, F) of `quantile`; `mean`
  /// (F) and `scale` (F) of `standard`; `median` (F) and `scale` (F) of `robust` and
  /// `smooth`; `mean` (F) of `none`.
  const std::map<std::string, Tensor>& tensors() const { return tensors_; }

 private:
  Scaler(Scaling scaling, std::map<std::string, Tensor> tensors) : scaling_(scaling), tensors_(std::move(tensors)) {}
  Tensor to_normal(const Tensor& values) const;

  Scaling scaling_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace reszoo
