/// A file that grows until it is whole, owned by one process at a time.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace reszoo {

/// `<target>.part`, opened with what it already holds and locked.
///
/// The lock is on the file itself, so it goes with the process, however that ends;
/// the part stays and the next process goes on with it.
class PartialFile {
 public:
  /// Waits while another process (or thread) has the file.
  /// Throws: Error (file) if it cannot be opened.
  explicit PartialFile(const std::filesystem::path& target);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  int64_t size() const { return size_; }

  /// Throws: Error (file), for a full disk say; what was written stays.
  void append(std::string_view bytes);
  void clear();
  void remove();

  /// Flushes the file to the disk and gives it the target's name.
  void rename_to_target();

 private:
  bool open_and_lock();
  [[noreturn]] void fail_with_errno(const char* what) const;

  std::filesystem::path target_, path_;
  int file_ = -1;
  int64_t size_ = 0;
};

}  // namespace reszoo
