/// The quantization in the card of a model file.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "reszoo/runtime/quantization.h"

namespace reszoo {

nlohmann::json to_json(const Quantization& quantization);

/// Returns the field "quantization" of a card. Throws: Error (file), whose message begins with `source`.
Quantization quantization_from(const nlohmann::json& card, const std::string& source);

}  // namespace reszoo
