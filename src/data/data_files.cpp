// The files of a path: a file, a folder, or a pattern.
#include <algorithm>

#include "file_kind.h"
#include "image_parts.h"
#include "path_pattern.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

void add_files_below(const fs::path& folder, bool (*wanted)(const fs::path&), std::vector<fs::path>& files) {
  for (auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied);
       entry != fs::recursive_directory_iterator(); ++entry) {
    const bool skipped = is_system_name(entry->path().filename().string());
    if (skipped && entry->is_directory()) entry.disable_recursion_pending();
    if (!skipped && entry->is_regular_file() && wanted(entry->path())) files.push_back(entry->path());
  }
}

}  // namespace

std::vector<fs::path> data_files(const fs::path& path, bool (*wanted)(const fs::path&)) try {
  if (is_path_pattern(path)) return files_of_pattern(path);
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  add_files_below(path, wanted, files);
  std::sort(files.begin(), files.end());
  return files;
} catch (const fs::filesystem_error& error) {
  fail(ErrorKind::file, "{}: {}", error.path1().string(), error.code().message());
}

}  // namespace reszoo
