/// The metric that selects the best epoch, stops training early and ranks the trials of a search.
#pragma once
#include <string>

#include "reszoo/metrics/metrics.h"

namespace reszoo {

/// Says which of several metrics is monitored, and which of its values is better.
///
///     const Monitor monitor{.name = "accuracy", .greater_is_better = true};
///     monitor.is_better(monitor.value_of(metrics), best);
struct Monitor {
  std::string name = {};  ///< of the metric; "": the first one
  bool greater_is_better = false;

  /// Returns the name and the value of the metric.
  /// Throws: Error (usage) if `metrics` has no such metric; the nearest name is suggested.
  const Metrics::value_type& find(const Metrics& metrics) const;

  /// Returns the value of the metric. Throws: as `find`.
  double value_of(const Metrics& metrics) const { return find(metrics).second; }

  /// Returns whether `value` is better than `other` by more than `margin`, which is in the metric's unit. Any finite
  /// value is better than NaN or infinity, which are never better than anything. So this is a strict ordering of the
  /// values.
  bool is_better(double value, double other, double margin = 0) const;
};

}  // namespace reszoo
