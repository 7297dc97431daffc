/// Messages that say which file they are about.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/base/error.h"

namespace reszoo::detail {

/// Does the action; an Error's message then begins with the file's path. With an empty path it stays as it is.
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
