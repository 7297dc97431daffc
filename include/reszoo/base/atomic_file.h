/// Writes files atomically.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// Writes the pieces, one after the other, to the file `path`.
///
/// They are written to a temporary file in the same folder, which is checked, flushed to the disk and renamed. So
/// `path` has either the old content or the new content, even if the process is interrupted.
///
/// Throws: Error (file) if anything fails; the temporary file is removed.
void write_file(const std::filesystem::path& path, const std::vector<std::string_view>& pieces);
void write_file(const std::filesystem::path& path, std::string_view content);

/// A file that will be written, and how large it will be at least.
struct FutureFile {
  std::filesystem::path path;
  int64_t bytes = 0;
};

/// Checks that `write_file` could write all of these files now, by temporary files of their sizes, which it removes. So
/// a program learns before hours of work that its results could not be kept. Throws: Error (file) for the first that
/// cannot be written, or whose path is a folder.
void require_writable(const std::vector<FutureFile>& files);

/// Writes a file atomically whose content arrives in pieces. The file appears under its name when `finish` is called;
/// without that call it is removed.
class AtomicFile {
 public:
  /// Throws: Error (file), as do the other functions.
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) noexcept;

  void write(std::string_view bytes);

  /// Completes the file and renames it to its final name.
  void finish();

 private:
  friend void require_writable(const std::vector<FutureFile>& files);
  class Temporary;
  std::unique_ptr<Temporary> file_;
};

/// Returns the whole file.
/// Throws: Error (file) if it is missing, a folder, or cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace reszoo
