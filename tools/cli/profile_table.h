/// The time of each layer of a network.
#pragma once
#include <nlohmann/json.hpp>

#include "reszoo/fusion/fused.h"

namespace reszoo::cli {

/// Times every operation for this input, and prints them as a table unless `json`. Returns them as objects.
nlohmann::ordered_json profile_layers(const FusedNetwork& fused, const Tensor& input, bool json);

}  // namespace reszoo::cli
