/// The number of epochs that a training run is planned for.
#pragma once
#include "reszoo/train/train_state.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo::detail {

/// Returns the number of epochs of a run with this history: `options.planned_epochs`, or `options.epochs` if the run is
/// lengthened. That follows from the epochs up to the middle of the plan, so that a resumed run has the same length.
int64_t run_length(const TrainerOptions& options, const std::vector<EpochRecord>& history, const Monitor& monitor);

/// Returns the patience of a run of this length: that of a lengthened run is as much longer.
int64_t patience_of(const TrainerOptions& options, int64_t length);

}  // namespace reszoo::detail
