/// Retries system calls that a signal interrupted.
#pragma once
#include <cerrno>

namespace reszoo {

/// Repeats a system call as long as a signal interrupts it.
template <typename Call>
auto retry_on_eintr(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace reszoo
