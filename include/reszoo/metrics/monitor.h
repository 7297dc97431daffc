/// The metric that decides: which epoch is best, when to stop, which trial of a search wins.
#pragma once
#include <string>

#include "reszoo/metrics/metrics.h"

namespace reszoo {

/// Which of several metrics is looked at, and which of its values is better.
///
///     const Monitor monitor{.name = "accuracy", .greater_is_better = true};
///     monitor.is_better(monitor.value_of(metrics), best);
struct Monitor {
  std::string name = {};  ///< of a metric; "": the first one
  bool greater_is_better = false;

  /// The name and the value of the metric.
  /// Throws: Error (usage) if `metrics` has no such metric; the nearest name is suggested.
  const Metrics::value_type& find(const Metrics& metrics) const;

  /// The value of the metric. Throws: as `find`.
  double value_of(const Metrics& metrics) const { return find(metrics).second; }

  /// Whether `value` is better than `other` by more than `margin`, which is in the metric's unit. Any finite value
  /// is better than nan or infinity, and these are better than nothing. So this orders values strictly.
  bool is_better(double value, double other, double margin = 0) const;
};

}  // namespace reszoo
