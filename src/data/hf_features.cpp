#include "hf_features.h"

#include <arrow/util/key_value_metadata.h>

#include <nlohmann/json.hpp>

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

/// Returns the feature of a list's items: {"feature": …, "_type": "Sequence"}, or a JSON list of one feature.
const nlohmann::json& item_of(const nlohmann::json& feature) {
  if (feature.is_array() && feature.size() == 1) return feature[0];
  return feature.is_object() && feature.contains("feature") ? feature["feature"] : feature;
}

}  // namespace

std::map<std::string, Names> class_names_in(const arrow::Schema& schema) {
  std::map<std::string, Names> names;
  const auto& metadata = schema.metadata();
  const auto text = metadata ? metadata->Get("huggingface") : arrow::Result<std::string>(arrow::Status::KeyError(""));
  if (!text.ok()) return names;
  const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("/info/features"_json_pointer)) return names;
  const auto& features = json["/info/features"_json_pointer];
  if (!features.is_object()) return names;
  for (const auto& [column, given] : features.items()) {
    const auto& feature = item_of(given);
    if (!feature.is_object() || feature.value("_type", nlohmann::json()) != "ClassLabel") continue;
    const auto& classes = feature.value("names", nlohmann::json::array());
    if (!classes.is_array()) continue;
    for (const auto& one : classes)
      if (one.is_string()) names[column].push_back(one.get<std::string>());
  }
  return names;
}

}  // namespace reszoo
