#include "byte_stream.h"

#include <arrow/buffer.h>

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

}  // namespace

arrow::Result<int64_t> ByteStream::Read(int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const auto count, take(size, static_cast<char*>(out)));
  place_ += count;
  return count;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> ByteStream::Read(int64_t size) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size));
  ARROW_ASSIGN_OR_RAISE(const auto count, Read(size, buffer->mutable_data()));
  ARROW_RETURN_NOT_OK(buffer->Resize(count));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

std::shared_ptr<ByteStream> bytes_of_stream(std::istream& stream) { return std::make_shared<StandardBytes>(stream); }

}  // namespace reszoo
