/// What a model reads and predicts, as JSON. Private.
#pragma once
#include <nlohmann/json.hpp>

#include "reszoo/serve/served_model.h"

namespace reszoo::detail {

/// Returns the metadata of GET v2/models/NAME.
nlohmann::ordered_json protocol_metadata(const ServedModel& served);

/// Returns the card of GET /card: the version, and what `model_card` says.
nlohmann::ordered_json served_card(const ServedModel& served);

}  // namespace reszoo::detail
