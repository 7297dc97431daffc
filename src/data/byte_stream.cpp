#include "byte_stream.h"

#include <arrow/buffer.h>

#include <algorithm>

namespace reszoo {
namespace {

class StandardBytes final : public ByteStream {
 public:
  explicit StandardBytes(std::istream& stream) : stream_(stream) {}

 private:
  arrow::Result<int64_t> take(int64_t size, char* out) override {
    stream_.read(out, size);
    if (stream_.bad()) return arrow::Status::IOError("cannot be read");
    return stream_.gcount();
  }

  std::istream& stream_;
};

/// Passes on the bytes of another stream.
class PassedBytes final : public ByteStream {
 public:
  explicit PassedBytes(std::shared_ptr<arrow::io::InputStream> stream) : stream_(std::move(stream)) {}

 private:
  arrow::Result<int64_t> take(int64_t size, char* out) override { return stream_->Read(size, out); }

  std::shared_ptr<arrow::io::InputStream> stream_;
};

}  // namespace

arrow::Result<int64_t> ByteStream::Read(int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const auto count, take(size, static_cast<char*>(out)));
  place_ += count;
  return count;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> ByteStream::Read(int64_t size) {
  // Takes as much memory as there are bytes: a damaged file may ask for any size.
  constexpr int64_t step = int64_t{1} << 20;
  std::string bytes;
  for (int64_t count = -1; count != 0 && std::ssize(bytes) < size;) {
    const auto before = bytes.size();
    const auto most = std::min(step, size - std::ssize(bytes));
    bytes.resize(before + static_cast<size_t>(most));
    ARROW_ASSIGN_OR_RAISE(count, Read(most, bytes.data() + before));
    bytes.resize(before + static_cast<size_t>(count));
  }
  return arrow::Buffer::FromString(std::move(bytes));
}

std::shared_ptr<ByteStream> frugal_bytes(std::shared_ptr<arrow::io::InputStream> stream) {
  return std::make_shared<PassedBytes>(std::move(stream));
}

std::shared_ptr<ByteStream> bytes_of_stream(std::istream& stream) { return std::make_shared<StandardBytes>(stream); }

}  // namespace reszoo
