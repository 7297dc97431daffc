/// Bytes as they come, with compression undone. Private.
#pragma once
#include <arrow/io/interfaces.h>

#include <istream>
#include <memory>
#include <string>
#include <string_view>

namespace reszoo {

/// Reads a stream, which must live as long. Compression is known by content.
class Input {
 public:
  /// Messages begin with `subject`.
  Input(std::istream& stream, std::string subject);
  /// The same of bytes in memory.
  Input(std::string_view bytes, std::string subject);

  /// The first bytes, fewer where there are no more; they stay to be read.
  std::string_view start(int64_t size);

  /// Appends at most `size` bytes; returns how many, 0 at the end.
  /// Throws: Error (file) for data that is damaged or cut off.
  int64_t append(std::string& bytes, int64_t size);

  /// Appends all that is left.
  void append_all(std::string& bytes);

  bool is_compressed() const { return compressed_; }

 private:
  void decompress();

  std::string subject_;
  std::shared_ptr<arrow::io::InputStream> raw_, stream_;
  bool compressed_ = false;
};

}  // namespace reszoo
