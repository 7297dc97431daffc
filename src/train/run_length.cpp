#include "train/run_length.h"

#include <algorithm>
#include <cmath>

namespace reszoo::detail {
namespace {

/// A run is lengthened if, halfway, the last quarter of its epochs has improved the metric by this part of it.
constexpr double kImprovement = 0.01;

double best_of_first(const std::vector<EpochRecord>& history, int64_t count, const Monitor& monitor) {
  double best = monitor.value_of(history.front().metrics);
  for (int64_t i = 1; i < count; ++i)
    if (const double value = monitor.value_of(history[static_cast<size_t>(i)].metrics); monitor.is_better(value, best))
      best = value;
  return best;
}

}  // namespace

int64_t run_length(const TrainerOptions& options, const std::vector<EpochRecord>& history, const Monitor& monitor) {
  const int64_t planned = options.planned_epochs;
  if (planned == 0 || planned >= options.epochs) return options.epochs;
  const int64_t decided = planned / 2, before = decided - std::max<int64_t>(decided / 4, 1);
  if (before < 1 || std::ssize(history) < decided || history.front().metrics.empty()) return planned;
  const double earlier = best_of_first(history, before, monitor);
  const bool improves =
      monitor.is_better(best_of_first(history, decided, monitor), earlier, kImprovement * std::abs(earlier));
  return improves ? options.epochs : planned;
}

int64_t patience_of(const TrainerOptions& options, int64_t length) {
  const int64_t planned = options.planned_epochs;
  return planned == 0 || planned >= length ? options.patience : options.patience * length / planned;
}

}  // namespace reszoo::detail
