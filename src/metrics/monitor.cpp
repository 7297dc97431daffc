#include "reszoo/metrics/monitor.h"

#include <algorithm>
#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {

const Metrics::value_type& Monitor::find(const Metrics& metrics) const {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const auto& metric) { return name.empty() || metric.first == name; });
  if (found != metrics.end()) return *found;
  std::vector<std::string> names;
  for (const auto& metric : metrics) names.push_back(metric.first);
  fail(ErrorKind::usage, "metric: must be one of {}, got \"{}\"{}", list(names), name, suggestion(name, names));
}

bool Monitor::is_better(double value, double other, double margin) const {
  if (!std::isfinite(value)) return false;
  if (!std::isfinite(other)) return true;
  return greater_is_better ? value > other + margin : value < other - margin;
}

}  // namespace reszoo
