/// Reads fields of JSON that came from a file, which may hold anything.
#pragma once
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"

namespace reszoo {

/// The field `key` of `object`.
/// Throws: Error (file) naming `subject` and the field, when it is missing or
/// has another type.
template <typename T>
T json_field(const nlohmann::json& object, const std::string& key, const std::string& subject) {
  try {
    return object.at(key).get<T>();
  } catch (const nlohmann::json::exception&) {
    fail(ErrorKind::file, "{}: field \"{}\" is missing or has the wrong type", subject, key);
  }
}

}  // namespace reszoo
