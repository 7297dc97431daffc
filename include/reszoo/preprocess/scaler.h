/// Scales numeric columns with values fitted on the training rows.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reszoo/preprocess/scaling.h"

namespace reszoo {

namespace detail {
class NumberScaler;
}

using at::Tensor;

/// The standard deviation of the noise for a column whose own standard deviation is s.
enum class NoiseRule {
  relative,   ///< noise * min(s, 1)
  published,  ///< noise / max(s, noise)
};

/// Options of a Scaler.
struct ScalerOptions {
  Scaling scaling = Scaling::quantile;
  int64_t quantiles = 1000;  ///< maximum; never more than there are rows
  double noise = 0;          ///< for `quantile`: scale of the noise on the fitted values, see Scaler
  uint64_t seed = 0;         ///< seed of the noise
  NoiseRule rule = NoiseRule::relative;
  Tensor normals = {};  ///< (N, F) float64 standard normal numbers to use instead of drawing them
};

/// Columns of numbers that are computed when they are needed, so that not all of them are in memory.
struct NumberColumns {
  int64_t rows = 0, count = 0;
  /// Returns a column, (N) float64; NaN is missing. Several threads call it.
  std::function<Tensor(int64_t column)> get = {};
};

/// Scales each column with fitted values. Missing values (NaN) are ignored in fitting, and become the centre: 0, or the
/// mean for `none`.
///
///     quantile: y = normal quantile of the empirical distribution at x, clipped to about +-5.2
///     standard: y = (x - mean) / std; the divisor of a constant column is 1
///     robust:   y = (x - median) / (q75 - q25); the divisor is 1 if the quartiles are equal
///     smooth:   y = z / sqrt(1 + (z / 3)^2), z = (x - median) / s; s = q75 - q25; if these
///               are equal s = (max - min) / 2, and 1 for a constant column
///     none:     y = x
///
/// With `quantile`, noise on the fitted values spreads ties: x + d * g, where g is standard normal and d follows from
/// NoiseRule. So a value that many rows share at the end of the range (often 0) is mapped to the middle of its rows and
/// not to -5.2.
///
/// Numbers of any size scale alike: a column of the size 1e-300 or 1e300 like the same column of the size 1. Scaled
/// values are cut off at +-1e15 (`none`: 1e30), so that a network computes finite outputs for any row.
///
/// Shape: (N, F) float64 to (N, F) float64.
/// Source: scikit-learn, QuantileTransformer (output_distribution="normal", subsample=None), StandardScaler and
/// RobustScaler; `smooth`: Holzmueller et al. 2024, arXiv:2407.04491; the noise: Gorishniy et al. 2021,
/// arXiv:2106.11959, published code.
/// Differs: the published formula of the noise hides columns with small values, so it is not the default. scikit-learn
/// takes numbers within 1e-7 of an end of a column for the end, and quartiles nearer to each other than 2.2e-15 for
/// equal, which hides columns of small numbers; here such columns have smaller limits.
class Scaler {
 public:
  /// Fits on `values` (N, F) float64; `names` (F) are used in messages.
  /// Throws: Error (input) that names a column without values, with an infinite one, or with numbers too far apart for
  /// the scaling.
  static Scaler fit(const Tensor& values, const std::vector<std::string>& names, const ScalerOptions& options = {});
  static Scaler fit(const NumberColumns& columns, const std::vector<std::string>& names,
                    const ScalerOptions& options = {});

  /// Builds a fitted scaler of `columns` columns from the tensors that `tensors` returned.
  /// Throws: Error (file) for tensors that are missing or have a wrong shape or dtype.
  static Scaler from(Scaling scaling, int64_t columns, const std::map<std::string, Tensor>& tensors);

  /// Throws: Error (input) for a different number of columns.
  Tensor transform(const Tensor& values) const;

  Scaling scaling() const { return scaling_; }

  /// Returns the fitted values, float64, by key: `quantiles` (Q, F) for `quantile`, and `thresholds` (F) if one
  /// of them is not scikit-learn's; `mean` (F) and `scale` (F) for
  /// `standard`; `median` (F) and `scale` (F) for `robust` and `smooth`; `mean` (F) for `none`.
  const std::map<std::string, Tensor>& tensors() const { return tensors_; }

 private:
  Scaler(Scaling scaling, std::map<std::string, Tensor> tensors);

  Scaling scaling_;
  std::map<std::string, Tensor> tensors_;
  std::shared_ptr<const detail::NumberScaler> numbers_;  ///< the same values without LibTorch
};

}  // namespace reszoo
