/// A partially downloaded file, owned by one process at a time.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace reszoo {

/// The file `<target>.part`, opened with its existing content and locked.
///
/// The lock is on the file itself, so it is released whenever and however the process ends. The file remains, and the
/// next process continues it.
class PartialFile {
 public:
  /// Opens the file. Waits while another process (or thread) has it.
  /// Throws: Error (file) if it cannot be opened.
  explicit PartialFile(const std::filesystem::path& target);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  int64_t size() const { return size_; }

  /// Throws: Error (file), for instance if the disk is full; the content so far remains.
  void append(std::string_view bytes);
  void clear();
  void remove();

  /// Flushes the file to the disk and renames it to the target.
  void rename_to_target();

 private:
  bool open_and_lock();
  [[noreturn]] void fail_with_errno(const char* what) const;

  std::filesystem::path target_, path_;
  int file_ = -1;
  int64_t size_ = 0;
};

}  // namespace reszoo
