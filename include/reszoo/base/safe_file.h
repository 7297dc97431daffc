/// Files that are either whole and new or whole and old.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// Writes the pieces, one after the other, as the file `path`.
///
/// They go to a temporary file in the same folder, which is checked, flushed to
/// the disk and renamed; so `path` holds the old content or the new, whatever
/// happens in between.
///
/// Throws: Error (file) if anything fails; the temporary file is then removed.
void write_file(const std::filesystem::path& path, const std::vector<std::string_view>& pieces);
void write_file(const std::filesystem::path& path, std::string_view content);

/// The same for content that comes piece by piece: the file takes its place at
/// the end, and is gone if it never does.
class SafeFile {
 public:
  /// Throws: Error (file), as all of these.
  explicit SafeFile(const std::filesystem::path& path);
  ~SafeFile();
  SafeFile(SafeFile&&) noexcept;
  SafeFile& operator=(SafeFile&&) noexcept;

  void write(std::string_view bytes);

  /// Puts the file in its place.
  void finish();

 private:
  class Temporary;
  std::unique_ptr<Temporary> file_;
};

/// Returns the whole file.
/// Throws: Error (file) if it is missing, a folder, or cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace reszoo
