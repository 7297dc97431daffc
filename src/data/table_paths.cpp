#include "reszoo/data/table_paths.h"

#include "path_pattern.h"
#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Whether a program put the file there for itself: `_SUCCESS`.
bool is_marker(const fs::path& path) { return path.filename().string().starts_with('_'); }

}  // namespace

const fs::path& TablePaths::first() const {
  if (paths_.empty()) fail(ErrorKind::usage, "a table needs a path");
  return paths_.front();
}

std::vector<fs::path> TablePaths::expanded() const {
  if (paths_.empty()) fail(ErrorKind::usage, "a table needs a path");
  std::vector<fs::path> all;
  for (const auto& given : paths_) {
    const auto path = plain_url(given);
    if (!is_path_pattern(path)) {
      all.push_back(path);
      continue;
    }
    auto found = files_of_pattern(path);
    std::erase_if(found, is_marker);
    if (found.empty()) fail(ErrorKind::file, "{}: no table matches this pattern", path.string());
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

std::string TablePaths::text() const {
  if (paths_.empty()) return "";
  const auto first = plain_url(paths_.front()).string();
  return paths_.size() == 1 ? first : fmt::format("{} and {} more", first, paths_.size() - 1);
}

}  // namespace reszoo
