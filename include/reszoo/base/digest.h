/// Digests of bytes.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// Returns the XXH3 (128 bits) of the pieces one after the other, as 32 hexadecimal digits. It finds damage and
/// differences, and does not protect from forgery.
std::string digest_of(const std::vector<std::string_view>& pieces);

}  // namespace reszoo
