/// A file that one process at a time has open.
#pragma once
#include <cstdint>
#include <filesystem>

namespace reszoo {

/// A file, created if it is missing, opened and locked. The lock is on the file itself (flock), so it is released
/// whenever and however the process ends.
class LockedFile {
 public:
  /// Opens the file. Waits while another process (or thread) has it.
  /// Throws: Error (file) if it cannot be opened.
  explicit LockedFile(std::filesystem::path path);
  ~LockedFile();
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return file_; }

  /// Returns the size of the file at this time, bytes.
  int64_t size() const;

  [[noreturn]] void fail_with_errno(const char* what) const;

 private:
  bool open_and_lock();

  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace reszoo
