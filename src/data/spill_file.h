/// A temporary file for bytes that do not fit into memory. Private.
#pragma once
#include <cstdint>
#include <string_view>

#include "reszoo/base/bytes.h"

namespace reszoo {

/// A file without a name in the folder for temporary files (TMPDIR). It disappears when it is no longer used, even if
/// the process is killed.
class SpillFile {
 public:
  /// Throws: Error (file), as `append` does.
  SpillFile();
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  /// Appends bytes and returns where they begin.
  int64_t append(std::string_view bytes);

  /// Returns all bytes, mapped. Nothing may be appended after that.
  Bytes map();

 private:
  int file_;
  int64_t size_ = 0;
};

}  // namespace reszoo
