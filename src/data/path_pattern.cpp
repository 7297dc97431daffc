#include "path_pattern.h"

#include <fnmatch.h>
#include <glob.h>

#include <algorithm>
#include <string>

#include "remote_store.h"
#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/base/remote_path.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// Returns the alternatives of the text between braces: `00..11` or `a,b`.
Words brace_alternatives(const std::string& inside, const std::string& pattern) {
  Words words;
  if (const auto dots = inside.find(".."); dots != std::string::npos) {
    const auto from = inside.substr(0, dots), to = inside.substr(dots + 2);
    const auto first = number_in_text<int64_t>(from), last = number_in_text<int64_t>(to);
    constexpr int64_t most = 1'000'000;
    if (!first || !last || *first < 0 || *last < *first || *last - *first >= most)
      fail(ErrorKind::usage, "{}: braces must be like {{000..009}} or {{a,b}}, got {{{}}}", pattern, inside);
    const auto width = from.size() > 1 && from[0] == '0' ? from.size() : 1;
    for (auto i = *first; i <= *last; ++i) words.push_back(fmt::format("{:0{}}", i, width));
    return words;
  }
  for (size_t begin = 0; begin <= inside.size();) {
    const auto end = std::min(inside.find(',', begin), inside.size());
    words.push_back(inside.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

/// Replaces the braces of a pattern by each of their alternatives.
Words without_braces(const std::string& pattern) {
  const auto open = pattern.find('{'), close = pattern.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return {pattern};
  Words all;
  for (const auto& rest : without_braces(pattern.substr(close + 1)))
    for (const auto& word : brace_alternatives(pattern.substr(open + 1, close - open - 1), pattern))
      all.push_back(pattern.substr(0, open) + word + rest);
  std::sort(all.begin(), all.end());
  return all;
}

bool has_wildcard(const std::string& pattern) { return pattern.find_first_of("*?[") != std::string::npos; }

std::vector<fs::path> wildcard_matches(const std::string& pattern) {
  glob_t found{};
  ::glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<fs::path> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (paths.empty()) fail(ErrorKind::file, "{}: no file has this name or matches this pattern", pattern);
  return paths;
}

std::vector<fs::path> remote_matches(const std::string& pattern) {
  std::vector<fs::path> urls;
  const auto folder = pattern.substr(0, pattern.rfind('/', pattern.find_first_of("*?[")));
  for (const auto& file : remote_files_in(folder))
    if (::fnmatch(pattern.c_str(), file.url.c_str(), FNM_PATHNAME) == 0) urls.push_back(file.url);
  if (urls.empty()) fail(ErrorKind::file, "{}: no file matches this pattern", pattern);
  return urls;
}

}  // namespace

bool is_path_pattern(const fs::path& path) {
  const auto text = plain_url(path).string();  // behind the `?` of a URL are its options
  if (is_url(path) && !is_store_url(path)) return false;
  return (is_url(path) || !fs::exists(fs::symlink_status(path))) &&
         (has_wildcard(text) || (text.find('{') != std::string::npos && text.find('}') != std::string::npos));
}

std::vector<fs::path> files_of_pattern(const fs::path& path) {
  std::vector<fs::path> files;
  for (const auto& one : without_braces(plain_url(path).string())) {
    if (has_wildcard(one)) {
      const auto found = is_url(one) ? remote_matches(one) : wildcard_matches(one);
      files.insert(files.end(), found.begin(), found.end());
    } else if (!is_url(one) && !fs::exists(one)) {
      fail(ErrorKind::file, "{}: no such file, of {}", one, path.string());
    } else {
      files.emplace_back(one);
    }
  }
  return files;
}

}  // namespace reszoo
