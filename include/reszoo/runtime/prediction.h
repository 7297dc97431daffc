/// What a model predicts for a row or an image.
#pragma once
#include <string>
#include <vector>

namespace reszoo {

/// The prediction for one row or image.
///
/// If the network's outputs for it are NaN or infinite there is none: then `answered` is false, numbers are NaN, and
/// texts are "".
struct Prediction {
  /// Regression: the value in the target's unit; a date as days since 1970-01-01. With quantiles the median, see
  /// Target::median_of, or the quantile nearest to it if there is none.
  double value = 0;
  std::string label;                  ///< the class; for regression, the value as text
  std::vector<double> probabilities;  ///< of the classes or labels, in their order; empty for regression
  std::vector<double> values;         ///< with several targets or quantiles, the value of each
  std::vector<std::string> labels;    ///< with several targets, the class of each
  bool answered = true;               ///< whether there is a prediction
};

}  // namespace reszoo
