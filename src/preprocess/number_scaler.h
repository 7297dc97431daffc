/// Scales numbers one by one, with values that a Scaler fitted. Private.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "quantile_levels.h"
#include "reszoo/preprocess/scaling.h"

namespace reszoo::detail {

/// scikit-learn's BOUNDS_THRESHOLD: a number that is so near to an end of its column counts as the end.
constexpr double bounds_threshold = 1e-7;

/// Returns a power of two by which the numbers of a column are divided where their squares or differences would
/// overflow or vanish; `most` is the largest magnitude. It is 1 for numbers of ordinary size, so that their results
/// keep every bit.
double power_unit(double most);

/// Returns 0, 1/(count-1), ..., 1 with the rounding of numpy's linspace.
std::vector<double> level_list(int64_t count);

/// The largest scaled value. Beyond it a network in float32 would compute infinite values and NaN: rows that differ so
/// much from the training rows are cut off, so that their predictions are numbers.
double limit_of(Scaling scaling);

/// Fitted values by key, row after row; see Scaler::tensors.
using FittedNumbers = std::map<std::string, std::vector<double>>;

/// Immutable; many threads may call it.
class NumberScaler {
 public:
  /// `fitted` has the values of so many columns, one or more.
  NumberScaler(Scaling scaling, size_t columns, const FittedNumbers& fitted);
  NumberScaler(const NumberScaler&) = delete;
  NumberScaler& operator=(const NumberScaler&) = delete;

  /// Returns a number of a column as a Scaler scales it; NaN is missing.
  double scaled(size_t column, double value) const;

 private:
  /// A column that is scaled to a normal distribution.
  struct Quantiles {
    QuantileLevels levels;
    double unit;
  };
  double to_normal(size_t column, double value) const;
  double standardized(size_t column, double value) const;

  Scaling scaling_;
  std::vector<double> middle_, scale_, levels_;
  std::vector<Quantiles> quantiles_;
};

}  // namespace reszoo::detail
