/// The exception type of reszoo.
#pragma once
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace reszoo {

/// The category of an error: what must change to avoid it.
enum class ErrorKind {
  usage,   ///< an argument or option is invalid
  input,   ///< data or a tensor is invalid
  file,    ///< a file cannot be read or written, or its content is damaged
  device,  ///< a device does not exist or has failed
};

/// An error with a one-line message that names what is wrong and, where known, how to fix it.
/// The line reads `Subject: rule, got name=value; hint`, or `path: what is wrong`.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// Throws an Error with a message in fmt's format.
[[noreturn]] void fail_formatted(ErrorKind kind, fmt::string_view format, fmt::format_args args);

/// Throws an Error with a formatted message.
template <typename... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  fail_formatted(kind, format, fmt::make_format_args(args...));
}

/// Returns the message of an exception for users: the whole message of an Error, the first line of any other exception.
/// A c10::Error loses its backtrace.
std::string message_of(const std::exception& error);

}  // namespace reszoo
