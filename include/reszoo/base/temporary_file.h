/// A temporary file without a name.
#pragma once
#include <cstddef>
#include <cstdint>

namespace reszoo {

/// A file in the folder for temporary files (TMPDIR). It disappears when it is no longer used, even if the process is
/// killed.
class TemporaryFile {
 public:
  /// Throws: Error (file), as the functions below do.
  TemporaryFile();
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int descriptor() const { return file_; }

  /// Takes room on the disk for the first `size` bytes.
  void reserve(size_t size) const;

  void write(int64_t place, const void* bytes, size_t size) const;

  /// Maps a part. `place` must be a multiple of the size of a page. The mapping outlives the file.
  void* map(int64_t place, size_t size) const;

 private:
  int file_;
};

}  // namespace reszoo
