/// A partially downloaded file, owned by one process at a time.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "locked_file.h"

namespace reszoo {

/// The file `<target><ending>`, opened with its existing content and locked. If the process ends, the file remains, and
/// the next process continues it.
class PartialFile {
 public:
  /// Opens the file. Waits while another process (or thread) has it.
  /// Throws: Error (file) if it cannot be opened.
  PartialFile(const std::filesystem::path& target, const char* ending);

  const std::filesystem::path& path() const { return file_.path(); }
  int64_t size() const { return size_; }

  /// Throws: Error (file), for instance if the disk is full; the content so far remains.
  void append(std::string_view bytes);
  void clear();
  void remove();

  /// Flushes the file to the disk and renames it to the target.
  void rename_to_target();

 private:
  std::filesystem::path target_;
  LockedFile file_;
  int64_t size_ = 0;
};

}  // namespace reszoo
