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

/// Returns the bytes of a value of an integer type; 0 for another type.
size_t size_of_type(uint32_t type) {
  switch (type) {
    case 6: return 1;  // SBYTE; Pillow takes a BYTE for text
    case 3:            // SHORT
    case 8: return 2;
    case 4:  // LONG
    case 9: return 4;
    default: return 0;
  }
}

std::optional<int> orientation_of(uint32_t value) {
  if (value >= 1 && value <= 8) return static_cast<int>(value);
  return std::nullopt;
}

}  // namespace

std::optional<int> exif_orientation(std::string_view data) {
  using namespace std::string_view_literals;
  constexpr auto kStart = "Exif\0\0"sv;
  while (data.starts_with(kStart)) data.remove_prefix(kStart.size());
  const Tiff tiff(data);
  if (!tiff.valid()) return std::nullopt;
  constexpr size_t kEntry = 12;
  constexpr uint32_t kOrientation = 0x0112;
  const size_t directory = tiff.number(4, 4), entries = tiff.number(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const auto entry = directory + 2 + i * kEntry;
    if (tiff.number(entry, 2) != kOrientation) continue;
    const auto size = size_of_type(tiff.number(entry + 2, 2));
    if (size == 0 || tiff.number(entry + 4, 4) != 1) return std::nullopt;
    return orientation_of(tiff.number(entry + 8, size));
  }
  return std::nullopt;
}

std::optional<int> xmp_orientation(std::string_view text) {
  constexpr std::string_view kName = "tiff:Orientation";
  for (auto at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
    auto rest = text.substr(at + kName.size());
    if (rest.starts_with("=\"") || rest.starts_with("='")) rest.remove_prefix(2);
    else if (rest.starts_with(">")) rest.remove_prefix(1);
    else continue;
    if (rest.empty() || rest.front() < '0' || rest.front() > '9') continue;
    return orientation_of(static_cast<uint32_t>(rest.front() - '0'));
  }
  return std::nullopt;
}

}  // namespace reszoo
