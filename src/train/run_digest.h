/// What the processes of a run must have in common.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>

#include "reszoo/train/dataset.h"

namespace reszoo::detail {

/// Returns the settings of a run with digests of the program and of the data. Of large inputs, some rows stand for all.
nlohmann::ordered_json common_start(const nlohmann::ordered_json& settings, const Dataset& train,
                                    const std::optional<Dataset>& validation);

}  // namespace reszoo::detail
