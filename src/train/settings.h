/// What a run depends on.
#pragma once
#include <optional>

#include "reszoo/train/dataset.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo::detail {

/// A flat object of the options and of the data's shapes: a checkpoint is
/// refused where one of them differs. `options.settings` come last and win.
nlohmann::ordered_json settings_of(const TrainerOptions& options, const Dataset& train,
                                   const std::optional<Dataset>& validation);

/// Throws: Error (usage) for options that make no sense.
void check(const TrainerOptions& options);

}  // namespace reszoo::detail
