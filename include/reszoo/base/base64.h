/// Encodes bytes as base64 text.
#pragma once
#include <string>
#include <string_view>

namespace reszoo {

/// Encodes bytes as base64: every three bytes become four characters (letters, digits, `+` and `/`), padded with `=`.
/// Source: RFC 4648, section 4.
std::string base64(std::string_view bytes);

}  // namespace reszoo
