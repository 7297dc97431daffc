/// Adds the file to error messages.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/base/error.h"

namespace reszoo::detail {

/// Runs the action. If it throws an Error, the path is put in front of its message. An empty path changes nothing.
template <typename Action>
auto with_error_context(const std::string& path, Action action) {
  try {
    return action();
  } catch (const Error& error) {
    if (path.empty() || std::string_view(error.what()).starts_with(path)) throw;
    fail(error.kind(), "{}: {}", path, error.what());
  }
}

}  // namespace reszoo::detail
