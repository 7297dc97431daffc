/// What a model reads and predicts, as JSON. Private.
#pragma once
#include <nlohmann/json.hpp>

#include "reszoo/serve/served_model.h"

namespace reszoo::detail {

/// Returns the metadata of GET v2/models/NAME.
nlohmann::ordered_json protocol_metadata(const ServedModel& served);

/// Returns the card of GET /card: network, target, classes, and the columns as `describe` has them.
nlohmann::ordered_json model_card(const ServedModel& served);

}  // namespace reszoo::detail
