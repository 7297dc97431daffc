#include "png_orientation.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>

#include "exif.h"

namespace reszoo {
namespace {

constexpr size_t kMostText = size_t{1} << 20;  // bytes of a text when unpacked, as in Pillow
constexpr std::string_view kProfile = "Raw profile type exif", kXmp = "XML:com.adobe.xmp";

/// Returns the bytes of a zlib stream, also of one that is cut off; "" if it is damaged or too long.
std::string unpacked(std::string_view packed) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return "";
  std::string text(kMostText, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(std::min<size_t>(packed.size(), kMostText));
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const auto code = inflate(&stream, Z_SYNC_FLUSH);
  inflateEnd(&stream);
  text.resize(code == Z_STREAM_END || (code == Z_OK && stream.avail_out > 0) ? stream.total_out : 0);
  return text;
}

/// Cuts off and returns what is before the next zero byte.
std::string_view take_field(std::string_view& rest) {
  const auto end = std::min(rest.find('\0'), rest.size());
  const auto field = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return field;
}

/// Returns the text of a chunk under a keyword; "" under another one.
std::string text_of_chunk(std::string_view kind, std::string_view data, std::string_view keyword) {
  if ((kind != "tEXt" && kind != "zTXt" && kind != "iTXt") || take_field(data) != keyword || data.empty()) return "";
  if (kind == "tEXt") return std::string(data);
  if (kind == "zTXt") return data[0] == 0 ? unpacked(data.substr(1)) : "";
  if (data.size() < 2 || (data[0] != 0 && data[1] != 0)) return "";
  const bool packed = data[0] != 0;
  data.remove_prefix(2);
  take_field(data);  // the language
  take_field(data);  // the keyword in it
  return packed ? unpacked(data) : std::string(data);
}

/// Returns the bytes of a profile: behind three lines that name it and its size, pairs of hexadecimal digits.
std::string bytes_of_profile(std::string_view text) {
  for (int line = 0; line < 3; ++line)
    text.remove_prefix(std::min(std::min(text.find('\n'), text.size()) + 1, text.size()));
  std::string digits, bytes;
  for (const char c : text)
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += c;
    else if (std::isspace(static_cast<unsigned char>(c)) == 0) return "";
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace

std::optional<int> png_orientation(std::string_view png) {
  constexpr size_t kSignature = 8, kAround = 12;  // bytes; of a chunk besides its data
  std::string_view exif;
  std::string profile, xmp;
  for (auto rest = png.substr(std::min(kSignature, png.size())); rest.size() >= kAround;) {
    size_t size = 0;
    for (size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<uint8_t>(rest[i]);
    if (size > rest.size() - kAround) break;
    const auto kind = rest.substr(4, 4), data = rest.substr(8, size);
    if (kind == "eXIf") exif = data;
    if (auto text = text_of_chunk(kind, data, kProfile); !text.empty()) profile = std::move(text);
    if (auto text = kind == "iTXt" ? text_of_chunk(kind, data, kXmp) : ""; !text.empty()) xmp = std::move(text);
    rest.remove_prefix(size + kAround);
  }
  const auto orientation = exif.empty() ? exif_orientation(bytes_of_profile(profile)) : exif_orientation(exif);
  return orientation ? orientation : xmp_orientation(xmp);
}

}  // namespace reszoo
