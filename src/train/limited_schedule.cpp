#include "train/limited_schedule.h"

#include <algorithm>

namespace reszoo::detail {
namespace {

/// The part of the time over which a constant rate falls.
constexpr double kFall = 0.4;

}  // namespace

double limited_factor(const Schedule& schedule, int64_t step, int64_t total_steps, double time_share) {
  const auto by_time = static_cast<int64_t>(time_share * static_cast<double>(total_steps));
  const double factor = schedule.factor(std::max(step, by_time), total_steps);
  return schedule.kind == Schedule::Kind::constant ? factor * std::min(1.0, (1 - time_share) / kFall) : factor;
}

}  // namespace reszoo::detail
