#include "reszoo/data/compressed.h"

#include <arrow/buffer.h>
#include <arrow/io/buffered.h>
#include <arrow/io/compressed.h>
#include <arrow/io/memory.h>
#include <arrow/util/compression.h>

#include "arrow_frame.h"
#include "input.h"

namespace reszoo {
namespace {

constexpr int64_t buffer_size = int64_t{1} << 16, block_size = int64_t{1} << 20;
constexpr std::string_view gzip_start = "\x1f\x8b", zstd_start = "\x28\xb5\x2f\xfd";

/// Adapts a standard stream to Arrow's interface.
class StandardInput final : public arrow::io::InputStream {
 public:
  explicit StandardInput(std::istream& stream) : stream_(stream) {}
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return place_; }
  arrow::Result<int64_t> Read(int64_t size, void* out) override {
    stream_.read(static_cast<char*>(out), size);
    if (stream_.bad()) return arrow::Status::IOError("cannot be read");
    place_ += stream_.gcount();
    return stream_.gcount();
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size));
    ARROW_ASSIGN_OR_RAISE(const auto count, Read(size, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(count));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  std::istream& stream_;
  int64_t place_ = 0;
  bool closed_ = false;
};

std::shared_ptr<arrow::io::InputStream> buffered(std::shared_ptr<arrow::io::InputStream> stream,
                                                 const std::string& subject) {
  return value_of(arrow::io::BufferedInputStream::Create(buffer_size, arrow::default_memory_pool(), std::move(stream)),
                  subject);
}

bool begins_compressed(std::string_view start) {
  return start.starts_with(gzip_start) || start.starts_with(zstd_start);
}

}  // namespace

Input::Input(std::istream& stream, std::string subject)
    : subject_(std::move(subject)), stream_(buffered(std::make_shared<StandardInput>(stream), subject_)) {
  decompress();
}

Input::Input(std::string_view bytes, std::string subject)
    : subject_(std::move(subject)),
      stream_(std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(bytes))) {
  decompress();
}

void Input::decompress() {
  const auto first = start(static_cast<int64_t>(zstd_start.size()));
  if (!begins_compressed(first)) return;
  compressed_ = true;
  const auto kind = first.starts_with(gzip_start) ? arrow::Compression::GZIP : arrow::Compression::ZSTD;
  const auto codec = value_of(arrow::util::Codec::Create(kind), subject_);
  raw_ = stream_;
  stream_ = buffered(value_of(arrow::io::CompressedInputStream::Make(codec.get(), raw_), subject_), subject_);
}

std::string_view Input::start(int64_t size) {
  auto peeked = stream_->Peek(size);
  // Errors of compressed data are reported by the next read.
  return peeked.ok() ? *peeked : std::string_view();
}

int64_t Input::append(std::string& bytes, int64_t size) {
  const auto before = bytes.size();
  bytes.resize(before + static_cast<size_t>(size));
  const auto count = stream_->Read(size, bytes.data() + before);
  if (!count.ok()) {
    if (!compressed_) check(count.status(), subject_);
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
  if (!begins_compressed(bytes)) return bytes;
  std::string plain;
  Input(bytes, subject).append_all(plain);
  return plain;
}

}  // namespace reszoo
