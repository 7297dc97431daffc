/// System calls that a signal may interrupt.
#pragma once
#include <cerrno>

namespace reszoo {

/// Calls a system function again for as long as a signal interrupts it.
template <typename Call>
auto retry_on_eintr(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace reszoo
