/// Reads fields of untrusted JSON.
#pragma once
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"

namespace reszoo {

/// Returns the field `key` of `object`.
/// Throws: Error (file) that names `subject` and the field if it is missing or has another type.
template <typename T>
T json_field(const nlohmann::json& object, const std::string& key, const std::string& subject) {
  try {
    return object.at(key).get<T>();
  } catch (const nlohmann::json::exception&) {
    fail(ErrorKind::file, "{}: field \"{}\" is missing or has the wrong type", subject, key);
  }
}

/// Returns a text field as the value that `parse` returns for it, such as an enum value.
/// Throws: Error (file) that begins with `subject` if `parse` throws an Error.
template <typename Parse>
auto parsed_json_field(const nlohmann::json& object, const std::string& key, const std::string& subject, Parse parse) {
  const auto text = json_field<std::string>(object, key, subject);
  try {
    return parse(text);
  } catch (const Error& error) {
    fail(ErrorKind::file, "{}: {}", subject, error.what());
  }
}

}  // namespace reszoo
