#include "reszoo/base/base64.h"

#include <cstdint>

namespace reszoo {

std::string base64(std::string_view bytes) {
  constexpr const char* signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const auto some = bytes.substr(i, 3);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < some.size() ? static_cast<uint8_t>(some[k]) : 0);
    for (size_t k = 0; k < 4; ++k) text += k <= some.size() ? signs[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

}  // namespace reszoo
