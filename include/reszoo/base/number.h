/// Parses numbers.
#pragma once
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace reszoo {

/// Parses a text that is entirely a number, in C's notation. Returns nothing for any other text.
template <typename Number>
std::optional<Number> number_in_text(std::string_view text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace reszoo
