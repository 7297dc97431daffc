/// What a run depends on.
#pragma once
#include "reszoo/train/trainer.h"

namespace reszoo::detail {

/// A flat object of the options and of the data's shapes: a checkpoint is
/// refused where one of them differs. `options.settings` come last and win.
nlohmann::ordered_json settings_of(const TrainerOptions& options, const TensorBatches& train,
                                   const std::optional<TensorBatches>& validation);

}  // namespace reszoo::detail
