/// Byte streams in Arrow's interface: of a standard stream, of decompressed gzip, of text in another encoding. Private.
#pragma once
#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <istream>
#include <memory>
#include <string>
#include <string_view>

namespace reszoo {

/// A stream that is read from its beginning to its end.
class ByteStream : public arrow::io::InputStream {
 public:
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return place_; }
  arrow::Result<int64_t> Read(int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override;

 private:
  /// Writes at most `size` bytes to `out` and returns how many; 0 at the end.
  virtual arrow::Result<int64_t> take(int64_t size, char* out) = 0;

  int64_t place_ = 0;
  bool closed_ = false;
};

/// Reads a standard stream, which must outlive it.
std::shared_ptr<ByteStream> bytes_of_stream(std::istream& stream);

/// Reads a stream with as much memory as it has bytes, whatever size a damaged file asks for.
std::shared_ptr<ByteStream> frugal_bytes(std::shared_ptr<arrow::io::InputStream> stream);

/// Decompresses gzip: any number of members, and zeros behind the last one, as tapes and block devices leave them.
std::shared_ptr<ByteStream> bytes_of_gzip(std::shared_ptr<arrow::io::InputStream> packed);

/// Converts text of another encoding to UTF-8 by iconv.
/// Throws: Error (usage) for a name that iconv does not know.
std::shared_ptr<ByteStream> utf8_of(std::shared_ptr<arrow::io::InputStream> text, const std::string& encoding);

/// Returns the encoding of a text that begins with the byte order mark of UTF-16 or UTF-32, or that is plainly UTF-16
/// without one; "" for other text.
std::string unicode_encoding(std::string_view start);

/// Returns whether the name is one of UTF-8.
bool names_utf8(std::string_view encoding);

}  // namespace reszoo
