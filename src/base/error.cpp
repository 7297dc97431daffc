#include "reszoo/base/error.h"

#include <c10/util/Exception.h>

namespace reszoo {

void fail_formatted(ErrorKind kind, fmt::string_view format, fmt::format_args args) {
  throw Error(kind, fmt::vformat(format, args));
}

std::string message_of(const std::exception& error) {
  if (dynamic_cast<const Error*>(&error)) return error.what();
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  std::string text = torch_error ? torch_error->what_without_backtrace() : error.what();
  // LibTorch appends notes of several lines; the first line has the cause.
  return text.substr(0, text.find('\n'));
}

}  // namespace reszoo
