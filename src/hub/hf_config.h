/// Reads the files of a repository that describe its network.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reszoo/hub/hf_hub.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo {

/// Returns a field of a config; `otherwise` if it is missing or null.
/// Throws: Error (file) if it has another type.
template <typename Value>
Value field_or(const nlohmann::json& object, const std::string& key, const Value& otherwise,
               const std::string& source) {
  return object.contains(key) && !object[key].is_null() ? json_field<Value>(object, key, source) : otherwise;
}

/// Whether a `config.json` is of the package transformers, rather than timm's.
bool is_transformers_config(const nlohmann::json& config);

/// Returns what timm's `config.json` says. `source` begins the messages.
/// Throws: Error (file) for a network or preprocessing that reszoo does not have.
PretrainedConfig timm_config(const nlohmann::json& config, const HubRepository& repository, const std::string& source);

/// Returns what the `config.json` of transformers' ResNets says, and `preprocessor_config.json`, or null if there is
/// none.
/// Throws: as `timm_config`.
PretrainedConfig transformers_config(const nlohmann::json& config, const nlohmann::json& preprocessor,
                                     const HubRepository& repository, const std::string& source);

/// Returns names of classes of which none is there twice: a name that is gets its number behind it.
std::vector<std::string> distinct(std::vector<std::string> names);

}  // namespace reszoo
