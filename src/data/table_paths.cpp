#include "reszoo/data/table_paths.h"

#include <glob.h>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

bool is_pattern(const fs::path& path) {
  return path.string().find_first_of("*?[") != std::string::npos && !fs::exists(fs::symlink_status(path));
}

/// Returns what matches a pattern, sorted, without what a program put there for itself: `_SUCCESS`.
std::vector<fs::path> pattern_matches(const fs::path& pattern) {
  glob_t found{};
  const auto status = glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<fs::path> paths;
  for (size_t i = 0; status == 0 && i < found.gl_pathc; ++i)
    if (const fs::path path = found.gl_pathv[i]; !path.filename().string().starts_with('_')) paths.push_back(path);
  globfree(&found);
  if (paths.empty()) fail(ErrorKind::file, "{}: no file has this name or matches this pattern", pattern.string());
  return paths;
}

}  // namespace

const fs::path& TablePaths::first() const {
  if (paths_.empty()) fail(ErrorKind::usage, "a table needs a path");
  return paths_.front();
}

std::vector<fs::path> TablePaths::expanded() const {
  if (paths_.empty()) fail(ErrorKind::usage, "a table needs a path");
  std::vector<fs::path> all;
  for (const auto& path : paths_) {
    if (!is_pattern(path)) {
      all.push_back(path);
      continue;
    }
    const auto found = pattern_matches(path);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

std::string TablePaths::text() const {
  if (paths_.empty()) return "";
  return paths_.size() == 1 ? paths_.front().string()
                            : fmt::format("{} and {} more", paths_.front().string(), paths_.size() - 1);
}

}  // namespace reszoo
