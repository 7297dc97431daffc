#include "reszoo/train/tensorboard_writer.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <vector>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStart = "events.out.tfevents.";

/// Encodes a value in little-endian byte order.
template <typename Number>
std::string little(Number number) {
  std::string bytes;
  for (size_t i = 0; i < sizeof(number); ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  return bytes;
}

/// CRC-32C (Castagnoli), byte by byte: no Debian library provides it, and events are few.
/// Source: RFC 3720, appendix B.4.
uint32_t crc32c(std::string_view bytes) {
  static const auto table = [] {
    std::array<uint32_t, 256> entries{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0x82f63b78U : 0);
      entries[i] = value;
    }
    return entries;
  }();
  uint32_t sum = ~0U;
  for (const char byte : bytes) sum = sum >> 8 ^ table[(sum ^ static_cast<uint8_t>(byte)) & 0xff];
  return ~sum;
}

/// Returns a checksum that may be stored among the bytes that it covers: TensorFlow rotates and offsets it.
std::string checksum(std::string_view bytes) {
  const uint32_t sum = crc32c(bytes);
  return little(static_cast<uint32_t>(std::rotr(sum, 15) + 0xa282ead8U));
}

// Encodes fields of protocol buffers: a varint with the field number and wire type, then the value.

std::string varint(uint64_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  return bytes + static_cast<char>(number);
}

std::string key(unsigned field, unsigned kind) { return varint(field << 3 | kind); }
std::string whole(unsigned field, int64_t value) { return key(field, 0) + varint(static_cast<uint64_t>(value)); }
std::string real(unsigned field, double value) { return key(field, 1) + little(std::bit_cast<uint64_t>(value)); }
std::string single(unsigned field, float value) { return key(field, 5) + little(std::bit_cast<uint32_t>(value)); }
std::string bytes(unsigned field, std::string_view value) {
  return key(field, 2) + varint(value.size()) + std::string(value);
}

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

void remove_earlier(const fs::path& folder) {
  std::vector<fs::path> earlier;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().starts_with(kStart)) earlier.push_back(entry.path());
  for (const auto& path : earlier) fs::remove(path);
}

}  // namespace

TensorBoardWriter::TensorBoardWriter(const fs::path& folder) {
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  try {
    remove_earlier(folder);
  } catch (const fs::filesystem_error& error) {
    fail(ErrorKind::file, "{}: {}", folder.string(), error.code().message());
  }
  path_ = folder / fmt::format("{}{}.{}.reszoo", kStart, static_cast<int64_t>(now()), getpid());
  stream_.open(path_, std::ios::binary);
  write(real(1, now()) + bytes(3, "brain.Event:2"));
}

void TensorBoardWriter::write(std::string_view event) {
  const auto length = little(static_cast<uint64_t>(event.size()));
  stream_ << length << checksum(length) << event << checksum(event);
  stream_.flush();
  if (!stream_) fail(ErrorKind::file, "{}: cannot be written", path_.string());
}

void TensorBoardWriter::add(std::string_view tag, int64_t step, double value) {
  const auto figure = bytes(1, tag) + single(2, static_cast<float>(value));
  write(real(1, now()) + whole(2, step) + bytes(5, bytes(1, figure)));
}

void TensorBoardWriter::add(const EpochRecord& record) {
  add("train/loss", record.step, record.loss);
  add("train/lr", record.step, record.lr);
  add("train/items_per_second", record.step, record.items_per_second);
  for (const auto& [name, value] : record.metrics) add("val/" + name, record.step, value);
}

}  // namespace reszoo
