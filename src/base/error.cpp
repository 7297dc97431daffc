#include "reszoo/base/error.h"

namespace reszoo {

void fail_formatted(ErrorKind kind, fmt::string_view format, fmt::format_args args) {
  throw Error(kind, fmt::vformat(format, args));
}

std::string message_of(const std::exception& error) {
  std::string text = error.what();
  if (dynamic_cast<const Error*>(&error)) return text;
  // LibTorch appends notes of several lines, and a backtrace; the first line has the cause.
  return text.substr(0, text.find('\n'));
}

}  // namespace reszoo
