#include "protobuf.h"

#include <cstdint>

namespace reszoo {
namespace {

// Numbers of fields in onnx.proto.
constexpr int kProducerName = 2, kProducerVersion = 3, kDocString = 6, kMetadataProps = 14;  // of ModelProto
constexpr int kKey = 1, kValue = 2;                                                          // of StringStringEntryProto

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

/// A field of bytes: text or a message.
std::string field(int number, const std::string& content) {
  return varint(static_cast<uint64_t>(number) << 3 | 2) + varint(content.size()) + content;
}

}  // namespace

std::string onnx_metadata(const std::string& description, const std::map<std::string, std::string>& metadata) {
  auto bytes = field(kProducerName, "reszoo") + field(kProducerVersion, "") + field(kDocString, description);
  for (const auto& [key, value] : metadata) bytes += field(kMetadataProps, field(kKey, key) + field(kValue, value));
  return bytes;
}

}  // namespace reszoo
