/// The metrics of validation rows.
#pragma once
#include <functional>

#include "reszoo/metrics/monitor.h"

namespace reszoo {

/// Computes the metrics of validation rows, and says which metric determines the best epoch.
struct Evaluation {
  /// Shape: outputs of all rows (N, ...) float64, targets (N, ...) float64 or int64, both on the CPU.
  /// The names must not depend on the values.
  std::function<Metrics(const Tensor& outputs, const Tensor& targets)> metrics;
  Monitor monitor = {};
  /// Computes the monitored metric alone, where that is quicker. Default: from `metrics`.
  std::function<double(const Tensor& outputs, const Tensor& targets)> value = {};

  /// Returns the monitored metric.
  double monitored(const Tensor& outputs, const Tensor& targets) const {
    return value ? value(outputs, targets) : monitor.value_of(metrics(outputs, targets));
  }
};

}  // namespace reszoo
