/// Time of each layer of a network.
#pragma once
#include <nlohmann/json.hpp>

#include "reszoo/fusion/fused.h"

namespace reszoo::cli {

/// Times every operation for this input. Prints a table unless `json`; returns one object per operation.
nlohmann::ordered_json profile_layers(const FusedNetwork& fused, const Tensor& input, bool json);

}  // namespace reszoo::cli
