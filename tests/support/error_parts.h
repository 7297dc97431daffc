// For messages that must name several things.
#pragma once
#include <vector>

#include "support/support.h"

namespace reszoo::test {

/// Expects that `action` throws an Error of this kind whose message has every part.
template <typename Action>
void expect_error_parts(ErrorKind kind, const std::vector<std::string>& parts, Action&& action) {
  for (const auto& part : parts) expect_error(kind, part, action);
}

}  // namespace reszoo::test
