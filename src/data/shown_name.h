/// Names of files and folders in messages. Private.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "reszoo/base/text.h"

namespace reszoo {

/// Returns a name as it is if it is printable text in UTF-8, else with `?` for each other byte; a very long one is cut
/// off.
inline std::string shown_name(std::string_view name) {
  constexpr size_t longest = 400;
  const bool printable = name.size() <= longest && is_utf8(name) &&
                         std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
  return printable ? std::string(name) : escaped(name, longest);
}

}  // namespace reszoo
