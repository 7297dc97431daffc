#include "reszoo/data/compressed.h"

#include <arrow/buffer.h>
#include <arrow/io/buffered.h>
#include <arrow/io/compressed.h>
#include <arrow/io/memory.h>
#include <arrow/util/compression.h>

#include "arrow_frame.h"
#include "byte_stream.h"
#include "input.h"

namespace reszoo {
namespace {

constexpr int64_t buffer_size = int64_t{1} << 16, block_size = int64_t{1} << 20;

/// A compression, and the bytes that its files begin with.
struct Compression {
  std::string_view start;
  arrow::Compression::type type;
};

constexpr Compression kCompressions[] = {{"\x1f\x8b", arrow::Compression::GZIP},
                                         {"\x28\xb5\x2f\xfd", arrow::Compression::ZSTD},
                                         {"\x04\x22\x4d\x18", arrow::Compression::LZ4_FRAME},
                                         {"BZh", arrow::Compression::BZ2}};

std::shared_ptr<arrow::io::InputStream> buffered(std::shared_ptr<arrow::io::InputStream> stream,
                                                 const std::string& subject) {
  return value_of(arrow::io::BufferedInputStream::Create(buffer_size, arrow::default_memory_pool(), std::move(stream)),
                  subject);
}

/// Returns how the bytes are compressed; null if they are not, or Arrow was built without the compression.
const Compression* compression_of(std::string_view start) {
  for (const auto& compression : kCompressions)
    if (start.starts_with(compression.start) && arrow::util::Codec::IsAvailable(compression.type)) return &compression;
  return nullptr;
}

}  // namespace

Input::Input(std::istream& stream, std::string subject)
    : subject_(std::move(subject)), stream_(buffered(bytes_of_stream(stream), subject_)) {
  decompress();
}

Input::Input(std::shared_ptr<arrow::io::InputStream> stream, std::string subject)
    : subject_(std::move(subject)), stream_(buffered(std::move(stream), subject_)) {
  decompress();
}

Input::Input(std::string_view bytes, std::string subject)
    : subject_(std::move(subject)),
      stream_(std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(bytes))) {
  decompress();
}

void Input::decompress() {
  const auto* compression = compression_of(start(4));
  if (!compression) return;
  compressed_ = true;
  raw_ = stream_;
  if (compression->type == arrow::Compression::GZIP) {
    stream_ = buffered(bytes_of_gzip(raw_), subject_);
    return;
  }
  const auto codec = value_of(arrow::util::Codec::Create(compression->type), subject_);
  stream_ = buffered(value_of(arrow::io::CompressedInputStream::Make(codec.get(), raw_), subject_), subject_);
}

void Input::convert_from(const std::string& encoding) {
  encoded_ = true;
  stream_ = buffered(utf8_of(stream_, encoding), subject_);
}

std::string_view Input::start(int64_t size) {
  if (!failure_.ok()) return {};
  auto peeked = stream_->Peek(size);
  failure_ = peeked.status();  // reported by the next read
  return peeked.ok() ? *peeked : std::string_view();
}

int64_t Input::append(std::string& bytes, int64_t size) {
  const auto before = bytes.size();
  bytes.resize(before + static_cast<size_t>(size));
  const auto count = failure_.ok() ? stream_->Read(size, bytes.data() + before) : arrow::Result<int64_t>(failure_);
  if (!count.ok()) {
    if (!compressed_ || count.status().IsInvalid()) check(count.status(), subject_);
    const bool cut = count.status().message().find("runcated") != std::string::npos;
    fail(ErrorKind::file, "{}: compressed data is {}", subject_, cut ? "cut off" : "damaged");
  }
  bytes.resize(before + static_cast<size_t>(*count));
  return *count;
}

void Input::append_all(std::string& bytes) {
  while (append(bytes, block_size) > 0) continue;
}

std::string decompressed(std::string bytes, const std::string& subject) {
  if (!compression_of(bytes)) return bytes;
  std::string plain;
  Input(bytes, subject).append_all(plain);
  return plain;
}

}  // namespace reszoo
