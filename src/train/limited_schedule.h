/// A learning-rate schedule under a time limit.
#pragma once
#include "reszoo/train/schedule.h"

namespace reszoo::detail {

/// Returns the factor of a step when `time_share` of the time limit is used, in [0, 1]; 0 without a limit.
///
/// The schedule's position is the share of the steps or that of the time, whichever is larger, so it always ends with
/// its last factor. A constant schedule is multiplied by a factor that falls linearly to 0 over the last part of the
/// time.
/// Source: the falling end Hägele et al. 2024, arXiv:2405.18392.
double limited_factor(const Schedule& schedule, int64_t step, int64_t total_steps, double time_share);

}  // namespace reszoo::detail
