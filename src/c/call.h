/// How a function of the C interface ends: no exception passes it. Private.
#pragma once
#include <functional>
#include <stdexcept>

#include "reszoo/base/error.h"
#include "reszoo/c/reszoo.h"

namespace reszoo::c {

/// Makes a function end with RESZOO_STOPPED.
struct Stopped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Runs the body of a function. An exception becomes its status, and the message of `reszoo_error`.
reszoo_status guarded(const std::function<void()>& body);

/// Returns the message of this thread's last call that failed.
const char* last_error();

/// Throws: Error (usage) that names the argument if the pointer is null.
template <typename T>
T& given(T* pointer, const char* argument) {
  if (pointer == nullptr) fail(ErrorKind::usage, "{}: must not be NULL", argument);
  return *pointer;
}

}  // namespace reszoo::c
