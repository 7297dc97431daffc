/// Bytes as text.
#pragma once
#include <string>
#include <string_view>

namespace reszoo {

/// Writes bytes as letters, digits, `+` and `/`, four for three bytes, padded with `=`.
/// Source: RFC 4648, section 4.
std::string base64(std::string_view bytes);

}  // namespace reszoo
