#include "zip_file.h"

#include <libdeflate.h>

#include <cstring>
#include <memory>

namespace reszoo::test {
namespace {

template <typename T>
T number(const std::string& bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <typename... T>
void append(std::string& bytes, T... numbers) {
  (bytes.append(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
}

std::string inflate(const std::string& packed, size_t size) {
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> inflater(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  std::string content(size, '\0');
  libdeflate_deflate_decompress(inflater.get(), packed.data(), packed.size(), content.data(), size, nullptr);
  return content;
}

std::string deflate(const std::string& content) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> deflater(
      libdeflate_alloc_compressor(6), &libdeflate_free_compressor);
  std::string packed(libdeflate_deflate_compress_bound(deflater.get(), content.size()), '\0');
  packed.resize(
      libdeflate_deflate_compress(deflater.get(), content.data(), content.size(), packed.data(), packed.size()));
  return packed;
}

}  // namespace

std::vector<ZipPart> take_apart(const std::string& archive) {
  const size_t end = archive.size() - 22;
  std::vector<ZipPart> parts(number<uint16_t>(archive, end + 10));
  size_t at = number<uint32_t>(archive, end + 16);
  for (auto& part : parts) {
    const size_t name = number<uint16_t>(archive, at + 28);
    const size_t header = number<uint32_t>(archive, at + 42);
    const size_t begin = header + 30 + number<uint16_t>(archive, header + 26) + number<uint16_t>(archive, header + 28);
    part.name = archive.substr(at + 46, name);
    part.deflated = number<uint16_t>(archive, at + 10) == 8;
    part.content = archive.substr(begin, number<uint32_t>(archive, at + 20));
    if (part.deflated) part.content = inflate(part.content, number<uint32_t>(archive, at + 24));
    at += 46 + name + number<uint16_t>(archive, at + 30) + number<uint16_t>(archive, at + 32);
  }
  return parts;
}

std::string put_together(const std::vector<ZipPart>& parts) {
  std::string archive, directory;
  for (const auto& part : parts) {
    const auto packed = part.deflated ? deflate(part.content) : part.content;
    const auto header = static_cast<uint32_t>(archive.size());
    const uint16_t method = part.deflated ? 8 : 0, zero = 0, version = 20;
    const auto name = static_cast<uint16_t>(part.name.size());
    const uint32_t crc = part.crc.value_or(libdeflate_crc32(0, part.content.data(), part.content.size()));
    const uint32_t packed_size = part.packed_size.value_or(packed.size()),
                   size = part.size.value_or(part.content.size());
    append(archive, uint32_t{0x04034b50}, version, zero, method, uint32_t{0}, crc, packed_size, size, name, zero);
    archive += part.name + packed;
    append(directory, uint32_t{0x02014b50}, version, version, zero, method, uint32_t{0}, crc, packed_size, size, name,
           zero, zero, zero, zero, uint32_t{0}, part.header.value_or(header));
    directory += part.name;
  }
  const auto begin = static_cast<uint32_t>(archive.size()), size = static_cast<uint32_t>(directory.size());
  const auto count = static_cast<uint16_t>(parts.size());
  archive += directory;
  append(archive, uint32_t{0x06054b50}, uint32_t{0}, count, count, size, begin, uint16_t{0});
  return archive;
}

void damage_parts(std::vector<ZipPart>& parts, Random& random) {
  auto& part = parts[random.below(parts.size())];
  const auto other = random.below(parts.size());
  const auto lie = static_cast<uint32_t>(random.bits() >> (32 + random.below(32)));
  switch (random.below(10)) {
    case 0: part.crc = lie; break;
    case 1: part.size = lie; break;
    case 2: part.packed_size = lie; break;
    case 3: part.size = part.packed_size = lie; break;
    case 4: part.header = lie; break;
    case 5: parts.push_back(parts[other]); break;
    case 6: parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(other)); break;
    case 7: std::swap(part.name, parts[other].name); break;
    case 8: part.deflated = true; break;
    default:  // a zip bomb: zeros compress to a thousandth
      part.deflated = true;
      part.content.resize(random.below(50) == 0 ? size_t{8} << 20 : size_t{1} << 14);
      part.size = random.below(2) == 0 ? std::optional<uint32_t>() : lie;
  }
}

}  // namespace reszoo::test
