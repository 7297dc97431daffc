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
};

}  // namespace reszoo
