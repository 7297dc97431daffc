#include "exif.h"

#include <cstdint>

namespace reszoo {
namespace {

/// Reads integers in the byte order of a TIFF header; 0 beyond the end.
class Tiff {
 public:
  explicit Tiff(std::string_view bytes) : bytes_(bytes), big_(bytes.starts_with("MM")) {}
  bool valid() const { return (big_ || bytes_.starts_with("II")) && number(2, 2) == 42; }
  uint32_t number(size_t at, size_t size) const {
    uint32_t value = 0;
    if (at > bytes_.size() || bytes_.size() - at < size) return 0;
    for (size_t i = 0; i < size; ++i)
      value = value << 8 | static_cast<uint8_t>(bytes_[big_ ? at + i : at + size - 1 - i]);
    return value;
  }

 private:
  std::string_view bytes_;
  bool big_;
};

}  // namespace

std::optional<int> exif_orientation(std::string_view segment) {
  using namespace std::string_view_literals;
  constexpr auto kStart = "Exif\0\0"sv;
  if (!segment.starts_with(kStart)) return std::nullopt;
  const Tiff tiff(segment.substr(kStart.size()));
  if (!tiff.valid()) return std::nullopt;
  constexpr size_t kEntry = 12;
  constexpr uint32_t kOrientation = 0x0112;
  const size_t directory = tiff.number(4, 4), entries = tiff.number(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const auto entry = directory + 2 + i * kEntry;
    if (tiff.number(entry, 2) != kOrientation) continue;
    const auto value = tiff.number(entry + 8, 2);
    if (value >= 1 && value <= 8) return static_cast<int>(value);
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace reszoo
