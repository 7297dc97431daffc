/// What `bench` prints: the speed of a network, or the time of each of its layers.
#pragma once
#include <nlohmann/json.hpp>

#include "reszoo/fusion/fused.h"

namespace reszoo::cli {

/// Times every operation for this input. Prints a table unless `json`; returns one object per operation.
nlohmann::ordered_json profile_layers(const FusedNetwork& fused, const Tensor& input, bool json);

/// Prints a line of the object that `bench --json` gives: images or rows per second, and the 99th percentile.
void print_latencies(const nlohmann::ordered_json& result);

}  // namespace reszoo::cli
