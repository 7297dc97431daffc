/// A temporary file for bytes that do not fit into memory. Private.
#pragma once
#include <cstdint>
#include <string_view>

#include "reszoo/base/bytes.h"
#include "reszoo/base/temporary_file.h"

namespace reszoo {

/// A temporary file to which bytes are appended.
class SpillFile {
 public:
  /// Appends bytes and returns where they begin. Throws: Error (file).
  int64_t append(std::string_view bytes);

  /// Returns all bytes, mapped. Nothing may be appended after that.
  Bytes map();

 private:
  TemporaryFile file_;
  int64_t size_ = 0;
};

}  // namespace reszoo
