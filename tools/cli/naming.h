/// Messages that say which file they are about.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/base/error.h"

namespace reszoo::cli {

/// Does the action; an Error's message then begins with the file's path.
template <typename Action>
auto naming(const std::string& path, Action action) {
  try {
    return action();
  } catch (const Error& error) {
    if (std::string_view(error.what()).starts_with(path)) throw;
    fail(error.kind(), "{}: {}", path, error.what());
  }
}

}  // namespace reszoo::cli
