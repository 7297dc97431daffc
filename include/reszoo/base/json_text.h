/// JSON that holds text from outside: names of columns, classes and files.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {

/// Formats JSON for people and logs. Bytes that are not UTF-8 become the replacement character, as JSON cannot hold
/// them.
template <typename Json>
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// Checks texts that will be stored, at any depth, keys too.
/// Throws: Error (input) that names `subject` and the first text that is not UTF-8.
template <typename Json>
void require_utf8(const Json& json, const std::string& subject) {
  const auto check = [&](const std::string& text) {
    if (!is_utf8(text))
      fail(ErrorKind::input, "{}: \"{}\" is not UTF-8 and could not be stored; convert the file (iconv) or rename it",
           subject, escaped(text));
  };
  if (json.is_string()) check(json.template get_ref<const std::string&>());
  if (json.is_object())
    for (const auto& item : json.items()) {
      check(item.key());
      require_utf8(item.value(), subject);
    }
  if (json.is_array())
    for (const auto& entry : json) require_utf8(entry, subject);
}

}  // namespace reszoo
