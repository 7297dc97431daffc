/// A decompressing byte stream. Private.
#pragma once
#include <arrow/io/interfaces.h>

#include <istream>
#include <memory>
#include <string>
#include <string_view>

namespace reszoo {

/// Reads a stream, which must outlive it. Compression is detected from the content.
class Input {
 public:
  /// Error messages begin with `subject`.
  Input(std::istream& stream, std::string subject);
  /// Reads bytes in memory.
  Input(std::string_view bytes, std::string subject);

  /// Returns the first bytes without consuming them; fewer if there are no more.
  std::string_view start(int64_t size);

  /// Appends at most `size` bytes and returns how many; 0 at the end.
  /// Throws: Error (file) for data that is damaged or truncated.
  int64_t append(std::string& bytes, int64_t size);

  /// Appends the rest of the stream.
  void append_all(std::string& bytes);

  bool is_compressed() const { return compressed_; }

 private:
  void decompress();

  std::string subject_;
  std::shared_ptr<arrow::io::InputStream> raw_, stream_;
  bool compressed_ = false;
};

}  // namespace reszoo
