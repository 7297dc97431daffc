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
  Input(std::shared_ptr<arrow::io::InputStream> stream, std::string subject);
  /// Reads bytes in memory.
  Input(std::string_view bytes, std::string subject);

  /// Returns the first bytes without consuming them; fewer if there are no more.
  std::string_view start(int64_t size);

  /// Appends at most `size` bytes and returns how many; 0 at the end.
  /// Throws: Error (file) for data that is damaged or truncated.
  int64_t append(std::string& bytes, int64_t size);

  /// Appends the rest of the stream.
  void append_all(std::string& bytes);

  /// Converts the bytes that are read from now on from this encoding to UTF-8.
  /// Throws: Error (usage) for an encoding that iconv does not know.
  void convert_from(const std::string& encoding);

  /// The bytes that were not read yet, for readers that take them from Arrow.
  const std::shared_ptr<arrow::io::InputStream>& bytes() const { return stream_; }

  /// Whether the bytes are those of the stream itself.
  bool is_plain() const { return !compressed_ && !encoded_; }

 private:
  void decompress();

  std::string subject_;
  std::shared_ptr<arrow::io::InputStream> raw_, stream_;
  arrow::Status failure_;  ///< of looking at the start
  bool compressed_ = false, encoded_ = false;
};

}  // namespace reszoo
