/// Environment variables.
#pragma once
#include <cstdlib>
#include <initializer_list>
#include <string>

namespace reszoo {

/// Returns the value of the first of these environment variables that is set and not empty; "" if none is.
inline std::string variable(std::initializer_list<const char*> names) {
  for (const auto* name : names)
    if (const char* value = std::getenv(name); value && *value != '\0') return value;
  return "";
}

}  // namespace reszoo
