#include "call.h"

#include <string>

namespace reszoo::c {
namespace {

/// Returns the message of this thread. A function-local variable is made when it is first used.
std::string& message() {
  thread_local std::string text;
  return text;
}

reszoo_status status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage: return RESZOO_USAGE;
    case ErrorKind::input: return RESZOO_INPUT;
    case ErrorKind::file: return RESZOO_FILE;
    case ErrorKind::device: return RESZOO_DEVICE;
  }
  return RESZOO_FAILED;
}

reszoo_status failed(reszoo_status status, const std::exception& error) {
  message() = message_of(error);
  return status;
}

}  // namespace

reszoo_status guarded(const std::function<void()>& body) {
  try {
    body();
    return RESZOO_OK;
  } catch (const Stopped& error) {
    return failed(RESZOO_STOPPED, error);
  } catch (const Error& error) {
    return failed(status_of(error.kind()), error);
  } catch (const std::exception& error) {
    return failed(RESZOO_FAILED, error);
  }
}

const char* last_error() { return message().c_str(); }

}  // namespace reszoo::c
