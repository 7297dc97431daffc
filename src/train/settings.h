/// The settings that a run depends on.
#pragma once
#include <optional>

#include "reszoo/train/dataset.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo::detail {

/// Returns a flat object of the options and of the data's shapes. A checkpoint is rejected if one of them differs.
/// `options.settings` come last and take precedence.
nlohmann::ordered_json settings_of(const TrainerOptions& options, const Dataset& train,
                                   const std::optional<Dataset>& validation);

/// Throws: Error (usage) for invalid options.
void check(const TrainerOptions& options);

}  // namespace reszoo::detail
